"""What a FEEL value is for the solver: null or a value, built from z3 terms.

In: nothing. Out: the kinds of term, and what they share: choosing between two, and where one may
be null. A condition is a Python bool where it is known now, so that what is certain never reaches
the solver. z3 has no types; `Any` stands for its terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from guidewright.feel import types
from guidewright.feel.code import MakeFunction
from guidewright.feel.scope import Binding

Condition = Any  # a Python bool, or a z3 truth
Environment = Mapping[Binding, "Term"]


@dataclass(frozen=True, slots=True, eq=False)
class Nothing:
    """Null."""


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A number (a rational), a text (a number that stands for it), a day, a duration.

    A number that is not `exact` went through a rounding; what is computed from it rounds again.
    """

    kind: types.Simple
    null: Condition
    value: Any
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A boolean: definitely true, definitely false, or (neither) null."""

    true: Condition
    false: Condition

    @property
    def null(self) -> Condition:
        """Neither true nor false."""
        return negation(either(self.true, self.false))


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A context with known keys."""

    null: Condition
    entries: Mapping[str, Term]


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place of a list that is there or is not."""

    present: Condition
    value: Term


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A list of bounded length: the slots that are present, in order."""

    null: Condition
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """A list of texts from a closed set in any order: how often each occurs."""

    null: Condition
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A range value; a missing end is None."""

    low: Term | None
    low_included: bool
    high: Term | None
    high_included: bool
    form: str


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function value with what the variables of its body stand for."""

    function: MakeFunction
    environment: Environment


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A decision service, or a business knowledge model, as a value: its step."""

    step: Any


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value outside the fragment: it may be anything, but the same for the same `key`.

    `parts` are what the key names; z3 gives a name away again once nobody holds its term.
    """

    key: str
    null: Condition
    parts: tuple[Any, ...] = ()


Term = Nothing | Scalar | Truth | Record | Row | Bag | Span | Closure | Service | Unknown

NOTHING = Nothing()


# conditions -------------------------------------------------------------------------------------


def all_of(parts: Iterable[Condition]) -> Condition:
    """Return the conjunction."""
    kept: list[Any] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    if not kept:
        return True
    return kept[0] if len(kept) == 1 else z3.And(kept)


def any_of(parts: Iterable[Condition]) -> Condition:
    """Return the disjunction."""
    kept: list[Any] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else z3.Or(kept)


def both(*parts: Condition) -> Condition:
    """Return the conjunction of a few."""
    return all_of(parts)


def either(*parts: Condition) -> Condition:
    """Return the disjunction of a few."""
    return any_of(parts)


def negation(part: Condition) -> Condition:
    """Return the negation."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def same(left: Condition, right: Condition) -> Condition:
    """Say whether two conditions agree."""
    if isinstance(left, bool):
        return right if left else negation(right)
    if isinstance(right, bool):
        return left if right else negation(left)
    return left == right


def chosen(condition: Condition, then: Any, otherwise: Any) -> Any:
    """Return `then` or `otherwise`, both numbers of z3 or both conditions."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if isinstance(then, bool) or isinstance(otherwise, bool):
        if then is otherwise:
            return then
        if then is True:
            return either(condition, otherwise)
        if then is False:
            return both(negation(condition), otherwise)
        if otherwise is True:
            return either(negation(condition), then)
        return both(condition, then)
    if then is otherwise or then.eq(otherwise):
        return then
    return z3.If(condition, then, otherwise)


# nulls ------------------------------------------------------------------------------------------


def null_of(term: Term) -> Condition:
    """Return when a term is null."""
    match term:
        case Nothing():
            return True
        case Scalar() | Truth() | Record() | Row() | Bag() | Unknown():
            return term.null
    return False  # a range or a function


def present(term: Term) -> Condition:
    """Return when a term is not null."""
    return negation(null_of(term))


def where(condition: Condition, term: Term) -> Term:
    """Return the term where the condition holds, and null elsewhere."""
    if condition is True:
        return term
    if condition is False:
        return NOTHING
    absent = negation(condition)
    match term:
        case Nothing():
            return term
        case Scalar(kind, null, value, exact):
            return Scalar(kind, either(absent, null), value, exact)
        case Truth(true, false):
            return Truth(both(condition, true), both(condition, false))
        case Record(null, entries):
            return Record(either(absent, null), entries)
        case Row(null, slots):
            return Row(either(absent, null), slots)
        case Bag(null, counts):
            return Bag(either(absent, null), counts)
    key = f"{digest_of(term)}?{digest(condition)}"
    return Unknown(key, either(absent, null_of(term)), (term, condition))


def merged(condition: Condition, then: Term, otherwise: Term) -> Term:
    """Return a term that is `then` where the condition holds, else `otherwise`."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise:
        return then
    match then, otherwise:
        case Nothing(), _:
            return where(negation(condition), otherwise)
        case _, Nothing():
            return where(condition, then)
        case Scalar(), Scalar() if then.kind == otherwise.kind:
            return Scalar(
                then.kind,
                chosen(condition, then.null, otherwise.null),
                chosen(condition, then.value, otherwise.value),
                then.exact and otherwise.exact,
            )
        case Truth(), Truth():
            return Truth(
                chosen(condition, then.true, otherwise.true),
                chosen(condition, then.false, otherwise.false),
            )
        case Record(), Record() if then.entries.keys() == otherwise.entries.keys():
            entries = {
                key: merged(condition, then.entries[key], otherwise.entries[key])
                for key in then.entries
            }
            return Record(chosen(condition, then.null, otherwise.null), entries)
        case Row(), Row():
            null = chosen(condition, then.null, otherwise.null)
            return Row(null, _merged_slots(condition, then.slots, otherwise.slots))
    key = f"if {digest(condition)} {digest_of(then)} {digest_of(otherwise)}"
    null = chosen(condition, null_of(then), null_of(otherwise))
    return Unknown(key, null, (condition, then, otherwise))


def _merged_slots(
    condition: Condition, then: tuple[Slot, ...], otherwise: tuple[Slot, ...]
) -> tuple[Slot, ...]:
    """Put the slots of both lists one after the other; only those of one of them are present."""
    absent = negation(condition)
    return (
        *(Slot(both(condition, slot.present), slot.value) for slot in then),
        *(Slot(both(absent, slot.present), slot.value) for slot in otherwise),
    )


# names of terms ---------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """Return a name for a z3 term: equal terms have equal names while they are alive."""
    return str(value) if isinstance(value, bool) else f"#{value.get_id()}"


def digest_of(term: Term) -> str:
    """Return a name for a term: the same only for the same value."""
    match term:
        case Scalar(kind, null, value):
            return f"{kind.name}:{digest(null)}:{digest(value)}"
        case Truth(true, false):
            return f"truth:{digest(true)}:{digest(false)}"
        case Record(null, entries):
            return f"{{{digest(null)} {_digests(entries)}}}"
        case Row(null, slots):
            inner = ",".join(f"{digest(slot.present)}/{digest_of(slot.value)}" for slot in slots)
            return f"[{digest(null)} {inner}]"
        case Bag(null, counts):
            inner = ",".join(f"{key}={digest(value)}" for key, value in counts.items())
            return f"<{digest(null)} {inner}>"
        case Unknown(key):
            return f"unknown({key})"
    return _digest_of_other(term)


def _digest_of_other(term: Term) -> str:
    match term:
        case Span(low, low_in, high, high_in, form):
            ends = [digest_of(end) if end is not None else "" for end in (low, high)]
            return f"range:{form}:{low_in}:{high_in}:{'..'.join(ends)}"
        case Closure(function, _):
            return f"function:{id(function)}:{id(term)}"
        case Service(step):
            return f"function:{step.key}"
    return "null"


def _digests(entries: Mapping[str, Term]) -> str:
    return ",".join(f"{key}={digest_of(value)}" for key, value in entries.items())
