"""How filters, loops and calls of built-in functions become z3 terms.

In: nodes of the lowered form. Out: terms. A list has slots that are present or not, so filters and
quantifiers over it are finite; counting loops are followed as far as `LONGEST`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from guidewright.analysis.encoder import Encoder, encodes
from guidewright.analysis.encoding import ORDERED, constant
from guidewright.analysis.encoding_operators import (
    computed,
    contains,
    count_of,
    distinct,
    item_at,
    operation,
)
from guidewright.analysis.terms import (
    Bag,
    Condition,
    Environment,
    Nothing,
    Record,
    Row,
    Scalar,
    Slot,
    Term,
    Truth,
    Unknown,
    all_of,
    any_of,
    both,
    chosen,
    either,
    merged,
    negation,
    null_of,
    present,
    where,
)
from guidewright.feel import code, types
from guidewright.feel.code import Code, Loop, Op
from guidewright.feel.python_builtins import folded
from guidewright.feel.types import NUMBER, STRING

LONGEST = 64  # items of a loop that are written out

# filters ----------------------------------------------------------------------------------------


@encodes(code.Select)
def select(encoder: Encoder, node: code.Select, environment: Environment) -> Term:
    """A position, or the items for which the condition is true."""
    value = encoder.encode(node.value, environment)
    if isinstance(value, Nothing):
        return value
    if isinstance(value, (Unknown, Bag)):
        return where(present(value), encoder.unknown(node, "the list may have any length"))
    row = value if isinstance(value, Row) else Row(null_of(value), (Slot(True, value),))
    if node.condition is None or _is_position(encoder, node, environment):
        return _indexed(encoder, node, row, environment)
    slots = []
    for slot in row.slots:
        inside = {**environment, node.item: slot.value}
        term = encoder.encode(node.condition, inside)
        if isinstance(term, Scalar) and node.position is not None:
            return encoder.unknown(node, "a position that depends on the items")
        if node.boxed and not isinstance(term, Truth):
            return encoder.unknown(node, "a condition that may be no boolean")
        slots.append(Slot(both(slot.present, encoder.truth(term, node.condition).true), slot.value))
    return Row(row.null, tuple(slots))


def _is_position(encoder: Encoder, node: code.Select, environment: Environment) -> bool:
    """Say whether the condition is a number outside the elements."""
    if node.position is None:
        return False
    outside = encoder.encode(node.position, {**environment, node.item: Nothing()})
    return isinstance(outside, Scalar) and outside.kind == NUMBER and outside.null is False


def _indexed(encoder: Encoder, node: code.Select, row: Row, environment: Environment) -> Term:
    assert node.position is not None  # noqa: S101 - lowering gives one or the other
    position = encoder.encode(node.position, {**environment, node.item: Nothing()})
    if isinstance(position, Nothing):
        return position
    if isinstance(position, Scalar) and position.kind == NUMBER and position.null is False:
        value = z3.simplify(position.value)
        if z3.is_rational_value(value) and value.denominator_as_long() == 1:
            place = value.numerator_as_long()
            return item_at(encoder, row, place) if place else Nothing()
    return encoder.unknown(node, "a position that depends on the data")


# loops ------------------------------------------------------------------------------------------


@encodes(code.Iterate)
def iterate(encoder: Encoder, node: code.Iterate, environment: Environment) -> Term:
    """Write the loop out, as far as its length is bounded."""
    if node.partial is not None:
        return encoder.unknown(node, "a loop that looks at its own result")
    turns = list(_turns(encoder, node, 0, environment, True))
    if any(turn is None for turn in turns) or len(turns) > LONGEST**2:
        return encoder.unknown(node, "a loop of any length")
    null = any_of(turn[2] for turn in turns if turn is not None and turn[2] is not False)
    bodies = [turn for turn in turns if turn is not None and turn[0] is not None]
    results = [(here, encoder.encode(node.body, inside)) for inside, here, _ in bodies]  # type: ignore[arg-type]
    if node.loop is Loop.FOR:
        return Row(null, tuple(Slot(here, value) for here, value in results))
    if node.boxed and not all(isinstance(value, Truth) for _, value in results):
        return encoder.unknown(node, "a condition that may be no boolean")
    truths = [(here, encoder.truth(value, node.body)) for here, value in results]
    if node.loop is Loop.SOME:
        answer = Truth(
            any_of(both(here, truth.true) for here, truth in truths),
            all_of(either(negation(here), truth.false) for here, truth in truths),
        )
    else:
        answer = Truth(
            all_of(either(negation(here), truth.true) for here, truth in truths),
            any_of(both(here, truth.false) for here, truth in truths),
        )
    there = negation(null)
    return Truth(both(there, answer.true), both(there, answer.false))


Turn = tuple[Environment | None, Condition, Condition]


def _turns(
    encoder: Encoder,
    node: code.Iterate,
    depth: int,
    environment: Environment,
    here: Condition,
) -> Iterator[Turn | None]:
    """Yield (variables, when this turn is taken, when the loop is null); None when unbounded."""
    if depth == len(node.steps):
        yield environment, here, False
        return
    step = node.steps[depth]
    domain = _domain(encoder, node, step, environment)
    if domain is None:
        yield None
        return
    if domain.null is not False:
        yield None, False, both(here, domain.null)
    for slot in domain.slots:
        inside = {**environment, step.binding: slot.value}
        taken = both(here, negation(domain.null), slot.present)
        yield from _turns(encoder, node, depth + 1, inside, taken)


def _domain(
    encoder: Encoder, node: code.Iterate, step: code.Step, environment: Environment
) -> Row | None:
    """Return the values a variable goes through, or None when their number is not bounded."""
    start = encoder.encode(step.domain, environment)
    if step.end is not None:
        return _counted(encoder, start, encoder.encode(step.end, environment))
    match start:
        case Nothing():
            return Row(True, ())
        case Row():
            return start
        case Bag(null, counts):
            if node.loop is Loop.FOR or len(node.steps) > 1:
                return None
            return Row(
                null,
                tuple(Slot(count > 0, constant(encoder, key)) for key, count in counts.items()),
            )
        case Scalar() | Truth() | Record():
            return Row(null_of(start), (Slot(True, start),))
    return None


def _counted(encoder: Encoder, start: Term, end: Term) -> Row | None:
    ends = []
    for side in (start, end):
        if not isinstance(side, Scalar) or side.kind != NUMBER or side.null is not False:
            return None
        value = z3.simplify(side.value)
        if not z3.is_rational_value(value) or value.denominator_as_long() != 1:
            return None
        ends.append(value.numerator_as_long())
    first, last = ends
    if abs(last - first) >= LONGEST:
        return None
    values = range(first, last + 1) if first <= last else range(first, last - 1, -1)
    return Row(False, tuple(Slot(True, Scalar(NUMBER, False, encoder.number(v))) for v in values))


# built-in functions -----------------------------------------------------------------------------

Known = Callable[[Encoder, list[Term], Code], Term | None]
BUILTIN_RULES: dict[str, Known] = {}


def known_builtin(*names: str) -> Callable[[Known], Known]:
    """Register what a built-in function means; None sends the call to an atom."""

    def register(function: Known) -> Known:
        for name in names:
            BUILTIN_RULES[name] = function
        return function

    return register


@encodes(code.CallBuiltin)
def call_builtin(encoder: Encoder, node: code.CallBuiltin, environment: Environment) -> Term:
    """A call that is known now, that has a rule, or an atom."""
    known = folded(node)
    if known is not None:
        return constant(encoder, known.value)
    arguments = [encoder.encode(argument, environment) for argument in node.arguments]
    arguments = _positional(node, arguments)
    name = node.builtin.name
    rule = BUILTIN_RULES.get(name)
    found = rule(encoder, arguments, node) if rule is not None else None
    if found is not None:
        return found
    if not arguments:
        return encoder.atom(node.type, f"{name}()", node, "it depends on the clock")
    reason = f"the function {name!r} is outside the fragment"
    return encoder.unknown(node, reason, *arguments)


@encodes(code.ItemCall)
def item_call(encoder: Encoder, node: code.ItemCall, environment: Environment) -> Term:
    """The built-in function, where the element is known to have no function of that name."""
    owner = environment.get(node.owner, Nothing())
    if isinstance(owner, Unknown) or (isinstance(owner, Record) and node.key in owner.entries):
        return encoder.unknown(node, "the element may have a function of that name")
    return encoder.encode(node.builtin, environment)


def _positional(node: code.CallBuiltin, arguments: list[Term]) -> list[Term]:
    if node.names is None:
        return arguments
    for overload in node.builtin.overloads:
        names = [parameter.name for parameter in overload.parameters]
        if set(node.names) <= set(names):
            given = dict(zip(node.names, arguments, strict=True))
            return [given[name] for name in names if name in given]
    return arguments


def _as_row(term: Term) -> Row | None:
    """Return a list, or another value as a list of one; None for what may be anything."""
    match term:
        case Row():
            return term
        case Nothing():
            return Row(True, ())
        case Scalar() | Truth() | Record():
            return Row(null_of(term), (Slot(True, term),))
    return None


@known_builtin("not")
def not_(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """Ternary negation."""
    if len(arguments) != 1 or not isinstance(arguments[0], Truth):
        return None
    return Truth(arguments[0].false, arguments[0].true)


@known_builtin("list contains")
def list_contains(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """Whether some item equals a value."""
    if len(arguments) != 2:
        return None
    items, element = arguments
    if isinstance(items, Bag):
        found = _bag_contains(encoder, items, element)
        if found is None:
            return None
        there = negation(items.null)
        return Truth(both(there, found), both(there, negation(found)))
    row = _as_row(items)
    if row is None or isinstance(element, Unknown):
        return None
    there, found = negation(row.null), contains(encoder, row, element, node)
    return Truth(both(there, found), both(there, negation(found)))


def _bag_contains(encoder: Encoder, bag: Bag, element: Term) -> Condition | None:
    if isinstance(element, Nothing):
        return False
    if not isinstance(element, Scalar) or element.kind != STRING:
        return None
    return any_of(
        both(negation(element.null), _is_text(encoder, element, text), count > 0)
        for text, count in bag.counts.items()
    )


def _is_text(encoder: Encoder, element: Scalar, text: str) -> Condition:
    code_ = encoder.text(text)
    if z3.is_int_value(element.value):
        return bool(element.value.as_long() == code_)
    return element.value == code_


@known_builtin("count")
def count(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """How many items there are, nulls too."""
    if len(arguments) != 1:
        return None
    items = arguments[0]
    if isinstance(items, Bag):
        total = z3.Sum([encoder.whole(0), *items.counts.values()])
        return Scalar(NUMBER, items.null, z3.ToReal(total))
    row = _as_row(items)
    if row is None:
        return None
    counted = count_of(encoder, [slot.present for slot in row.slots])
    return Scalar(NUMBER, row.null, z3.ToReal(counted))


def _items(arguments: list[Term]) -> Row | None:
    """Return the items that an aggregate is given: one list, or the arguments themselves."""
    if len(arguments) == 1:
        return _as_row(arguments[0])
    if any(isinstance(each, (Row, Bag, Unknown)) for each in arguments):
        return None
    return Row(False, tuple(Slot(True, each) for each in arguments))


def _numbers(row: Row | None, kinds: tuple[types.Simple, ...]) -> list[Slot] | None:
    """Return the slots when all hold scalars of one kind, or null."""
    if row is None:
        return None
    if not all(isinstance(slot.value, (Scalar, Nothing)) for slot in row.slots):
        return None
    found = {slot.value.kind for slot in row.slots if isinstance(slot.value, Scalar)}
    return list(row.slots) if len(found) == 1 and found <= set(kinds) else None


def _refused(row: Row, slots: list[Slot]) -> Condition:
    """When an aggregate has no answer: no list, no item, or a null item."""
    return either(
        row.null,
        all_of(negation(slot.present) for slot in slots),
        any_of(both(slot.present, null_of(slot.value)) for slot in slots),
    )


def _zero_where(encoder: Encoder, slot: Slot) -> Any:
    assert isinstance(slot.value, Scalar)  # noqa: S101 - asked for by the callers
    return chosen(slot.present, slot.value.value, encoder.number(0))


@known_builtin("sum")
def sum_(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The sum of numbers; of nothing, null."""
    row = _items(arguments)
    slots = _numbers(row, (NUMBER,))
    if row is None or slots is None:
        return None
    if any(isinstance(slot.value, Nothing) for slot in slots):
        return None
    exact = all(isinstance(slot.value, Scalar) and slot.value.exact for slot in slots)
    total = z3.Sum([_zero_where(encoder, slot) for slot in slots])
    return computed(encoder, _refused(row, slots), total, exact)


@known_builtin("min", "max")
def extreme(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The least or greatest of one ordered kind; of nothing, null."""
    row = _items(arguments)
    slots = _numbers(row, ORDERED)
    if row is None or slots is None or any(isinstance(slot.value, Nothing) for slot in slots):
        return None
    least = isinstance(node, code.CallBuiltin) and node.builtin.name == "min"
    op = Op.LESS if least else Op.GREATER
    best: Term = Nothing()
    for slot in slots:
        beats = operation(encoder, op, [slot.value, best], node)
        assert isinstance(beats, Truth)  # noqa: S101 - a comparison
        better = both(slot.present, either(null_of(best), beats.true))
        best = merged(better, slot.value, best)
    return where(negation(_refused(row, slots)), best)


@known_builtin("distinct values")
def distinct_values(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The list with each value once."""
    row = _as_row(arguments[0]) if len(arguments) == 1 else None
    return distinct(encoder, row, node) if row is not None else None


@known_builtin("concatenate", "union")
def concatenate(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """One list of the items of all lists; null when one of them is."""
    rows = [_as_row(each) for each in arguments]
    if not rows or any(row is None for row in rows):
        return None
    known = [row for row in rows if row is not None]
    whole = Row(any_of(row.null for row in known), tuple(s for row in known for s in row.slots))
    if isinstance(node, code.CallBuiltin) and node.builtin.name == "union":
        return distinct(encoder, whole, node)
    return whole


@known_builtin("append")
def append(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The list with more items at its end."""
    row = _as_row(arguments[0]) if len(arguments) > 1 else None
    if row is None:
        return None
    return Row(row.null, (*row.slots, *(Slot(True, each) for each in arguments[1:])))


@known_builtin("reverse")
def reverse(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The list from its end."""
    row = _as_row(arguments[0]) if len(arguments) == 1 else None
    return Row(row.null, row.slots[::-1]) if row is not None else None


@known_builtin("all", "any")
def all_or_any(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The ternary fold of a list of booleans."""
    row = _items(arguments)
    if row is None or not all(isinstance(s.value, (Truth, Nothing)) for s in row.slots):
        return None
    if len(arguments) > 1 or isinstance(arguments[0], Row):
        truths = [(s.present, s.value if isinstance(s.value, Truth) else Truth(False, False))
                  for s in row.slots]  # fmt: skip
        there = negation(row.null)
        if isinstance(node, code.CallBuiltin) and node.builtin.name == "all":
            true = all_of(either(negation(here), t.true) for here, t in truths)
            false = any_of(both(here, t.false) for here, t in truths)
        else:
            true = any_of(both(here, t.true) for here, t in truths)
            false = all_of(either(negation(here), t.false) for here, t in truths)
        return Truth(both(there, true), both(there, false))
    return None


@known_builtin("floor", "ceiling")
def floor(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The whole number below, or above."""
    if len(arguments) != 1 or not isinstance(arguments[0], Scalar):
        return None
    value = arguments[0]
    if value.kind != NUMBER:
        return None
    if isinstance(node, code.CallBuiltin) and node.builtin.name == "floor":
        return Scalar(NUMBER, value.null, z3.ToReal(z3.ToInt(value.value)))
    return Scalar(NUMBER, value.null, -z3.ToReal(z3.ToInt(-value.value)))


@known_builtin("abs")
def abs_(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """The size of a number or duration."""
    if len(arguments) != 1 or not isinstance(arguments[0], Scalar):
        return None
    value = arguments[0]
    if value.kind not in (NUMBER, types.DAYS_TIME, types.YEARS_MONTHS):
        return None
    size = z3.If(value.value < 0, -value.value, value.value)
    return Scalar(value.kind, value.null, size, value.exact)


@known_builtin("sqrt", "log")
def root_or_logarithm(encoder: Encoder, arguments: list[Term], node: Code) -> Term | None:
    """An atom; what is known is where it is refused."""
    if len(arguments) == 1 and isinstance(arguments[0], Scalar) and arguments[0].kind == NUMBER:
        value = arguments[0]
        is_root = isinstance(node, code.CallBuiltin) and node.builtin.name == "sqrt"
        outside = value.value < 0 if is_root else value.value <= 0
        reason = (
            "the root of a negative number" if is_root else "the logarithm of no positive number"
        )
        encoder.hazard(node, reason, both(negation(value.null), outside))
    return None
