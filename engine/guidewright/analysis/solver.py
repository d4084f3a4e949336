"""Ask z3 within a budget of work, and read a patient off its model.

In: conditions over terms. Out: an `Answer`: yes with the values of the inputs, no (then it is so
for every patient), or not decided, and why. Numbers of a model become decimals where a decimal also
satisfies the question; the caller replays every patient in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import z3

from guidewright.analysis.encoder import Encoder
from guidewright.analysis.terms import (
    Bag,
    Condition,
    Record,
    Row,
    Scalar,
    Term,
    Truth,
    null_of,
)
from guidewright.feel import types
from guidewright.feel.temporal import Date, DaysTimeDuration, YearsMonthsDuration
from guidewright.feel.types import NUMBER, STRING

# Steps of the solver for one question, some seconds: steps are the same in every run, time is not.
DEFAULT_BUDGET = 20_000_000


class Answered(StrEnum):
    """What the solver says to a question."""

    YES = "yes"  # there are such values
    NO = "no"  # there are none
    UNDECIDED = "undecided"  # the budget ran out, or the arithmetic is beyond it


@dataclass(frozen=True, slots=True)
class Answer:
    """The solver's answer; `values` by input name are there for a yes."""

    answered: Answered
    values: Mapping[str, Any] | None = None
    reason: str = ""


class Questions:
    """A solver that knows the axioms and domains, to be asked one question after another."""

    def __init__(
        self,
        encoder: Encoder,
        inputs: Mapping[str, Term],
        domains: Iterable[Any],
        *,
        budget: int = DEFAULT_BUDGET,
    ) -> None:
        self._encoder = encoder
        self._inputs = inputs
        self._solver = z3.Solver(ctx=encoder.context)
        self._solver.set("rlimit", budget)
        self._known_axioms = 0
        self.assumed: list[Any] = []
        self.assume(*domains)
        self.asked = 0

    def assume(self, *conditions: Condition) -> None:
        """Add what holds in every question from now on."""
        self.assumed.extend(conditions)
        self._solver.add(*conditions)

    def ask(self, *conditions: Condition) -> Answer:
        """Ask whether there are inputs for which all conditions hold."""
        return self._within(conditions, self._values)

    def possible(self, *conditions: Condition) -> Answer:
        """Ask the same without looking at the values of a yes, which takes its time."""
        return self._within(conditions, lambda: None)

    def _within(
        self, conditions: Sequence[Condition], values: Callable[[], Mapping[str, Any] | None]
    ) -> Answer:
        if any(each is False for each in conditions):
            return Answer(Answered.NO)
        self._learn()
        level = self._solver.num_scopes()
        self._solver.push()
        self._solver.add(*conditions)
        try:
            return self._asked(values)
        finally:
            self._solver.pop(self._solver.num_scopes() - level)

    def _learn(self) -> None:
        """Take in the axioms of atoms that were made since the last question."""
        self._solver.add(*self._encoder.axioms[self._known_axioms :])
        self._known_axioms = len(self._encoder.axioms)

    def _asked(self, values: Callable[[], Mapping[str, Any] | None]) -> Answer:
        said = self._solver.check()
        self.asked += 1
        if said == z3.unsat:
            return Answer(Answered.NO)
        if said == z3.unknown:
            return Answer(Answered.UNDECIDED, reason=_unknown(self._solver.reason_unknown()))
        return Answer(Answered.YES, values())

    def _values(self) -> dict[str, Any]:
        """Return the inputs of the model; numbers that are no decimals are moved if possible."""
        model = self._solver.model()
        for term in self._inputs.values():
            if isinstance(term, Scalar) and term.kind == NUMBER:
                model = self._decimal(model, term)
        return {name: read(model, term, self._encoder) for name, term in self._inputs.items()}

    def _decimal(self, model: Any, term: Scalar) -> Any:
        value = model.eval(term.value, model_completion=True)
        exact = _fraction(value)
        if exact is not None and _is_decimal(exact):
            return model
        near = _fraction(value.approx(12)) if exact is None else exact
        for digits in (0, 2, 6, 12):
            rounded = Fraction(round((near or Fraction(0)) * 10**digits), 10**digits)
            self._solver.push()
            self._solver.add(term.value == self._encoder.number(rounded))
            if self._solver.check() == z3.sat:
                return self._solver.model()  # the next number is moved beside this one
            self._solver.pop()
        return model


def _unknown(reason: str) -> str:
    """Return why the solver gave up, in words of ours where it means the budget."""
    return "the solver's budget was used up" if "resource" in reason else f"the solver: {reason}"


def _fraction(value: Any) -> Fraction | None:
    if z3.is_rational_value(value):
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    return Fraction(value.as_long()) if z3.is_int_value(value) else None


def _is_decimal(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def read(model: Any, term: Term, encoder: Encoder) -> Any:
    """Return the FEEL value that a term has in a model; null for what may be anything."""
    if isinstance(term, Truth):
        return True if _holds(model, term.true) else (False if _holds(model, term.false) else None)
    if _holds(model, null_of(term)):
        return None
    match term:
        case Scalar(kind, _, value):
            return _scalar(kind, model.eval(value, model_completion=True), encoder)
        case Record(_, entries):
            return {key: read(model, entry, encoder) for key, entry in entries.items()}
        case Row(_, slots):
            return [read(model, s.value, encoder) for s in slots if _holds(model, s.present)]
        case Bag(_, counts):
            sizes = {t: model.eval(n, model_completion=True).as_long() for t, n in counts.items()}
            return [text for text, size in sizes.items() for _ in range(size)]
    return None


def certain(term: Term, encoder: Encoder) -> tuple[Any] | None:
    """Return the value of a term that is known now, in a tuple; None when it depends on data."""
    if isinstance(term, Truth):
        if isinstance(term.true, bool) and isinstance(term.false, bool):
            return (True if term.true else (False if term.false else None),)
        return None
    null = null_of(term)
    if not isinstance(null, bool):
        return None
    if null:
        return (None,)
    match term:
        case Scalar(kind, _, value) if z3.is_rational_value(value) or z3.is_int_value(value):
            return (_scalar(kind, value, encoder),)
        case Record(_, entries):
            parts = {key: certain(entry, encoder) for key, entry in entries.items()}
            if all(part is not None for part in parts.values()):
                return ({key: part[0] for key, part in parts.items() if part is not None},)
    return None


def _holds(model: Any, condition: Condition) -> bool:
    if isinstance(condition, bool):
        return condition
    return bool(z3.is_true(model.eval(condition, model_completion=True)))


def _scalar(kind: types.Simple, value: Any, encoder: Encoder) -> Any:
    if kind == NUMBER:
        exact = _fraction(value)
        if exact is None:
            exact = _fraction(value.approx(20)) or Fraction(0)
        return number_of(exact)
    whole = value.as_long()
    if kind == STRING:
        return text_of(whole, encoder)
    if kind == types.DATE:
        return Date(whole)
    if kind == types.DAYS_TIME:
        return DaysTimeDuration(whole)
    return YearsMonthsDuration(whole)


def number_of(exact: Fraction) -> int | Decimal:
    """Return a FEEL number; one that has no end is cut after 30 digits."""
    if exact.denominator == 1:
        return exact.numerator
    if not _is_decimal(exact):
        exact = Fraction(round(exact * 10**30), 10**30)
    digits = 0
    while (exact * 10**digits).denominator != 1:
        digits += 1
    return Decimal((exact * 10**digits).numerator).scaleb(-digits)


def text_of(number: int, encoder: Encoder) -> str:
    """Return the text a number stands for; a number no text has stands for some other text."""
    for text, code in encoder.texts.items():
        if code == number:
            return text
    return f"another text {number}"
