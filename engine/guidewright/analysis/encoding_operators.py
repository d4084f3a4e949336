"""How operations become z3 terms: arithmetic, equality, order, tests of cells.

In: operands as terms. Out: a term. A null operand gives null, kinds that do not fit give null (the
engine refuses and notes it), and so does division by zero. Sums and products are exact; a quotient
that may not end is any number within the engine's rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import z3

from guidewright.analysis.encoder import Encoder, encodes
from guidewright.analysis.encoding import ORDERED
from guidewright.analysis.terms import (
    Bag,
    Closure,
    Condition,
    Environment,
    Nothing,
    Record,
    Row,
    Scalar,
    Service,
    Slot,
    Span,
    Term,
    Truth,
    Unknown,
    all_of,
    any_of,
    both,
    digest_of,
    either,
    merged,
    negation,
    null_of,
    present,
    same,
    where,
)
from guidewright.feel import code, types
from guidewright.feel.code import Code, Op
from guidewright.feel.temporal.durations import DAY
from guidewright.feel.types import BOOLEAN, NUMBER, STRING

_ROUNDING = Fraction(1, 10**33)  # the relative error of one operation is below this
_COMPARISONS: dict[Op, Callable[[Any, Any], Any]] = {
    Op.LESS: lambda a, b: a < b,
    Op.LESS_EQUAL: lambda a, b: a <= b,
    Op.GREATER: lambda a, b: a > b,
    Op.GREATER_EQUAL: lambda a, b: a >= b,
}
_ARITHMETIC = (Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.POWER)


@encodes(code.Apply)
def apply(encoder: Encoder, node: code.Apply, environment: Environment) -> Term:
    """A strict operation."""
    arguments = [encoder.encode(argument, environment) for argument in node.arguments]
    return operation(encoder, node.op, arguments, node)


def operation(encoder: Encoder, op: Op, arguments: list[Term], node: Code) -> Term:
    """Return the term of an operation on terms."""
    if op is Op.NEGATE:
        return _negated(encoder, arguments[0], node)
    left, right = arguments
    if op is Op.EQUAL:
        return equal(encoder, left, right, node)
    if op is Op.NOT_EQUAL:
        answer = equal(encoder, left, right, node)
        return Truth(answer.false, answer.true)
    if op in _COMPARISONS:
        return ordered(encoder, op, left, right, node)
    if op in _ARITHMETIC:
        return _arithmetic(encoder, op, left, right, node)
    if op in (Op.IN_RANGE, Op.UNARY_IN):
        return unary_in(encoder, left, right, node)
    if op is Op.UNARY_TEST:
        return _unary_test(encoder, left, right, node)
    return encoder.unknown(node, f"{op} is outside the fragment", left, right)


# order and equality -----------------------------------------------------------------------------


def ordered(encoder: Encoder, op: Op, left: Term, right: Term, node: Code) -> Truth:
    """Compare two values of one ordered kind; null beside a null."""
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return Truth(False, False)
    there = both(present(left), present(right))
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        if left.kind != right.kind:
            return Truth(False, False)
        if left.kind in ORDERED:
            holds = _decided(_COMPARISONS[op](left.value, right.value))
            return Truth(both(there, holds), both(there, negation(holds)))
    elif not isinstance(left, Unknown) and not isinstance(right, Unknown):
        return Truth(False, False)  # refused: these kinds have no order
    return _truth_atom(encoder, str(op), left, right, node, there)


def _truth_atom(
    encoder: Encoder, word: str, left: Term, right: Term, node: Code, there: Condition
) -> Truth:
    """Return the unknown truth of a question about two terms."""
    key = f"{word}|{digest_of(left)}|{digest_of(right)}"
    reason = "these values have no order or equality in the fragment"
    atom = encoder.atom(BOOLEAN, key, node, reason, left, right)
    assert isinstance(atom, Truth)  # noqa: S101 - what was asked for
    return Truth(both(there, atom.true), both(there, atom.false))


def _decided(holds: Any) -> Condition:
    """Return a comparison of two constants as what it is."""
    simple = z3.simplify(holds) if _small(holds) else holds
    if z3.is_true(simple):
        return True
    return False if z3.is_false(simple) else holds


def _small(term: Any) -> bool:
    return all(z3.is_rational_value(each) or z3.is_int_value(each) for each in term.children())


def equal(encoder: Encoder, left: Term, right: Term, node: Code) -> Truth:
    """Say whether two values are equal: null equals null only; other kinds are refused."""
    no_left, no_right = null_of(left), null_of(right)
    nulls, one_null = both(no_left, no_right), _exactly_one(no_left, no_right)
    there = both(negation(no_left), negation(no_right))
    inner = (
        _equal_present(encoder, left, right, node) if there is not False else Truth(False, False)
    )
    return Truth(
        either(nulls, both(there, inner.true)),
        either(one_null, both(there, inner.false)),
    )


def _exactly_one(left: Condition, right: Condition) -> Condition:
    return either(both(left, negation(right)), both(negation(left), right))


def _equal_present(encoder: Encoder, left: Term, right: Term, node: Code) -> Truth:
    """Compare two terms where neither is null."""
    match left, right:
        case Scalar(), Scalar():
            if left.kind != right.kind:
                return Truth(False, False)
            holds = _decided(left.value == right.value)
            return Truth(holds, negation(holds))
        case Truth(), Truth():
            agree = same(left.true, right.true)
            return Truth(agree, negation(agree))
        case Record(), Record():
            return _equal_records(encoder, left, right, node)
        case Row(), Row():
            return _equal_rows(encoder, left, right, node)
        case (Bag(), Row()) | (Row(), Bag()):
            bag, row = (left, right) if isinstance(left, Bag) else (right, left)
            if isinstance(row, Row) and isinstance(bag, Bag) and not row.slots:
                empty = all_of(count == 0 for count in bag.counts.values())
                return Truth(empty, negation(empty))
    if isinstance(left, (Unknown, Bag, Span, Closure, Service)) or isinstance(
        right, (Unknown, Bag, Span, Closure, Service)
    ):
        return _truth_atom(encoder, "=", left, right, node, True)
    return Truth(False, False)  # refused: different kinds


def _equal_records(encoder: Encoder, left: Record, right: Record, node: Code) -> Truth:
    if left.entries.keys() != right.entries.keys():
        return Truth(False, True)
    parts = [equal(encoder, left.entries[key], right.entries[key], node) for key in left.entries]
    return Truth(all_of(p.true for p in parts), any_of(p.false for p in parts))


def _equal_rows(encoder: Encoder, left: Row, right: Row, node: Code) -> Truth:
    """Compare lists item by item; where items may be absent, by what comes at each place."""
    if _certain(left) and _certain(right):
        if len(left.slots) != len(right.slots):
            return Truth(False, True)
        parts = [
            equal(encoder, a.value, b.value, node)
            for a, b in zip(left.slots, right.slots, strict=True)
        ]
        return Truth(all_of(p.true for p in parts), any_of(p.false for p in parts))
    agree = _length(encoder, left) == _length(encoder, right)
    longest = min(len(left.slots), len(right.slots))
    true: list[Condition] = [agree]
    false: list[Condition] = [negation(agree)]
    for place in range(1, longest + 1):
        one, other = item_at(encoder, left, place), item_at(encoder, right, place)
        part = equal(encoder, one, other, node)
        true.append(part.true)
        false.append(part.false)
    return Truth(all_of(true), any_of(false))


def _certain(row: Row) -> bool:
    return all(slot.present is True for slot in row.slots)


def _length(encoder: Encoder, row: Row) -> Any:
    return count_of(encoder, [slot.present for slot in row.slots])


def count_of(encoder: Encoder, conditions: list[Condition]) -> Any:
    """Return how many conditions hold, as a whole number."""
    known = sum(each is True for each in conditions)
    open_ = [z3.If(each, 1, 0) for each in conditions if not isinstance(each, bool)]
    return z3.Sum([encoder.whole(known), *open_]) if open_ else encoder.whole(known)


def item_at(encoder: Encoder, row: Row, place: int) -> Term:
    """Return the item at a place from 1, or from the end when negative; null beyond the ends."""
    slots = row.slots if place > 0 else row.slots[::-1]
    wanted = abs(place)
    result: Term = Nothing()
    for index in range(len(slots) - 1, -1, -1):
        before = [slot.present for slot in slots[:index]]
        here = both(slots[index].present, _exactly(encoder, before, wanted - 1))
        result = merged(here, slots[index].value, result)
    return where(negation(row.null), result)


def _exactly(encoder: Encoder, conditions: list[Condition], wanted: int) -> Condition:
    if wanted > len(conditions):
        return False
    if wanted == 0:
        return all_of(negation(each) for each in conditions)
    return _decided(count_of(encoder, conditions) == wanted)


# tests of cells ---------------------------------------------------------------------------------


def unary_in(encoder: Encoder, value: Term, test: Term, node: Code) -> Truth:
    """`value in test` for one test (10.3.2.8)."""
    if isinstance(test, Span):
        return _in_range(encoder, value, test, node)
    if isinstance(test, Row):
        return _in_list(encoder, value, test, node)
    if isinstance(test, (Unknown, Bag)):
        return _truth_atom(encoder, "in", value, test, node, True)
    return equal(encoder, value, test, node)


def _in_list(encoder: Encoder, value: Term, test: Row, node: Code) -> Truth:
    holds = [
        both(slot.present, _is_or_holds(encoder, value, slot.value, node)) for slot in test.slots
    ]
    if isinstance(value, (Row, Unknown, Bag)):
        holds.append(both(present(value), equal(encoder, value, test, node).true))
    found = any_of(holds)
    if test.null is False:
        return Truth(found, negation(found))
    missing = equal(encoder, value, Nothing(), node)
    return Truth(
        either(both(negation(test.null), found), both(test.null, missing.true)),
        either(both(negation(test.null), negation(found)), both(test.null, missing.false)),
    )


def _is_or_holds(encoder: Encoder, value: Term, item: Term, node: Code) -> Condition:
    if isinstance(item, Span):
        return _in_range(encoder, value, item, node).true
    return equal(encoder, value, item, node).true


def _in_range(encoder: Encoder, value: Term, span: Span, node: Code) -> Truth:
    low, high = span.low, span.high
    if span.form == "=" and low is not None:
        return equal(encoder, value, low, node)
    if span.form == "!=" and low is not None:
        answer = equal(encoder, value, low, node)
        return Truth(answer.false, answer.true)
    parts = []
    if low is not None:
        op = Op.GREATER_EQUAL if span.low_included else Op.GREATER
        parts.append(ordered(encoder, op, value, low, node))
    if high is not None:
        op = Op.LESS_EQUAL if span.high_included else Op.LESS
        parts.append(ordered(encoder, op, value, high, node))
    return Truth(all_of(p.true for p in parts), any_of(p.false for p in parts))


def _unary_test(encoder: Encoder, value: Term, test: Term, node: Code) -> Term:
    """A condition of its own counts as it is, but a missing value meets none (7.3.2)."""
    if isinstance(value, Unknown) or isinstance(test, Unknown):
        return encoder.unknown(node, "the value may be of any kind", value, test)
    if not isinstance(test, Truth) or isinstance(value, Truth):
        return unary_in(encoder, value, test, node)
    missing, no_test = null_of(value), test.null
    there = negation(missing)
    decided = either(test.true, test.false)
    return Truth(
        either(both(there, test.true), both(missing, no_test)),
        either(both(there, test.false), both(missing, decided), both(there, no_test)),
    )


# arithmetic -------------------------------------------------------------------------------------


def _negated(encoder: Encoder, value: Term, node: Code) -> Term:
    if isinstance(value, Scalar) and value.kind in (NUMBER, types.DAYS_TIME, types.YEARS_MONTHS):
        return Scalar(value.kind, value.null, -value.value, value.exact)
    if isinstance(value, Unknown):
        return encoder.unknown(node, "a value outside the fragment", value)
    return Nothing()


def _arithmetic(encoder: Encoder, op: Op, left: Term, right: Term, node: Code) -> Term:
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return Nothing()
    if not isinstance(left, Scalar) or not isinstance(right, Scalar):
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return encoder.unknown(node, "a value outside the fragment", left, right)
        return Nothing()
    null = either(left.null, right.null)
    if left.kind == NUMBER and right.kind == NUMBER:
        return _of_numbers(encoder, op, left, right, null, node)
    rule = _TEMPORAL.get((op, left.kind, right.kind))
    if rule is not None:
        kind, compute = rule
        return Scalar(kind, null, compute(left.value, right.value))
    if (left.kind, right.kind) in ((STRING, NUMBER), (NUMBER, STRING)):
        return Nothing()
    reason = "this arithmetic of dates, durations or texts is outside the fragment"
    if op in (Op.ADD, Op.SUBTRACT) and {left.kind, right.kind} == {_D, _M}:
        return _months_later(encoder, op, left, right, null, node)
    return where(negation(null), encoder.unknown(node, reason, left, right))


def _months_later(
    encoder: Encoder, op: Op, left: Scalar, right: Scalar, null: Condition, node: Code
) -> Term:
    """Move a date by months: a month has 28 to 31 days, and more is not said of it."""
    if left.kind != _D and op is Op.SUBTRACT:
        return Nothing()
    date, months = (left, right) if left.kind == _D else (right, left)
    key = f"{op}|{digest_of(date)}|{digest_of(months)}"
    atom = encoder.atom(_D, key, node, "months differ in length", date, months)
    assert isinstance(atom, Scalar)  # noqa: S101 - what was asked for
    moved, by = atom.value - date.value, months.value if op is Op.ADD else -months.value
    least = z3.If(by >= 0, 28 * by, 31 * by)
    most = z3.If(by >= 0, 31 * by, 28 * by)
    encoder.axioms.append(z3.And(moved >= least, moved <= most))
    return Scalar(_D, null, atom.value)


def _add(a: Any, b: Any) -> Any:
    return a + b


def _minus(a: Any, b: Any) -> Any:
    return a - b


_D, _P, _M = types.DATE, types.DAYS_TIME, types.YEARS_MONTHS
_TEMPORAL: dict[tuple[Op, Any, Any], tuple[Any, Callable[[Any, Any], Any]]] = {
    (Op.ADD, _P, _P): (_P, _add),
    (Op.SUBTRACT, _P, _P): (_P, _minus),
    (Op.ADD, _M, _M): (_M, _add),
    (Op.SUBTRACT, _M, _M): (_M, _minus),
    (Op.SUBTRACT, _D, _D): (_P, lambda a, b: (a - b) * DAY),
    (Op.ADD, _D, _P): (_D, lambda a, b: a + b / DAY),  # z3 divides whole numbers downwards
    (Op.ADD, _P, _D): (_D, lambda a, b: b + a / DAY),
    (Op.SUBTRACT, _D, _P): (_D, lambda a, b: a + (-b) / DAY),
}


def _of_numbers(
    encoder: Encoder, op: Op, left: Scalar, right: Scalar, null: Condition, node: Code
) -> Term:
    a, b = left.value, right.value
    exact = left.exact and right.exact
    if op is Op.ADD:
        return computed(encoder, null, a + b, exact)
    if op is Op.SUBTRACT:
        return computed(encoder, null, a - b, exact)
    if op is Op.MULTIPLY:
        return computed(encoder, null, a * b, exact)
    if op is Op.DIVIDE:
        encoder.hazard(node, "division by zero", both(negation(null), _decided(b == 0)))
        return _quotient(encoder, a, b, null, exact)
    exponent = _known(b)
    if exponent is not None and exponent.denominator == 1 and 1 <= exponent <= 4:
        power = a
        for _ in range(int(exponent) - 1):
            power = power * a
        return computed(encoder, null, power, exact)
    reason = "powers are outside the fragment"
    return where(negation(null), encoder.unknown(node, reason, left, right))


def _known(value: Any) -> Fraction | None:
    value = z3.simplify(value)
    if not z3.is_rational_value(value):
        return None
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def computed(encoder: Encoder, null: Condition, value: Any, exact: bool) -> Scalar:
    """Return the result of an operation on numbers; on rounded ones it is rounded, too."""
    return Scalar(NUMBER, null, value if exact else _rounded(encoder, value), exact)


def _quotient(encoder: Encoder, a: Any, b: Any, null: Condition, exact: bool) -> Term:
    """Divide; a quotient that may have no end is any number within the rounding."""
    divisor = _known(b)
    if divisor is not None:
        if divisor == 0:
            return Nothing()
        return computed(encoder, null, a * encoder.number(1 / divisor), exact and _ends(divisor))
    zero = b == 0
    quotient = a / z3.If(zero, encoder.number(1), b)
    return computed(encoder, either(null, zero), quotient, exact=False)


def _ends(divisor: Fraction) -> bool:
    """Say whether a quotient by this number has finitely many digits whenever the dividend has."""
    rest = divisor.numerator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return abs(rest) == 1


def _rounded(encoder: Encoder, exact: Any) -> Any:
    """Return a variable that is `exact` up to the engine's rounding."""
    result = encoder.real_named("rounded")
    slack = z3.If(exact < 0, -exact, exact) * encoder.number(_ROUNDING)
    encoder.axioms.append(z3.And(result >= exact - slack, result <= exact + slack))
    return result


# lists of slots, used by the rules for lists ------------------------------------------------------


def contains(encoder: Encoder, row: Row, element: Term, node: Code) -> Condition:
    """Say whether some item that is present equals a value; null equals null."""
    return any_of(
        both(slot.present, equal(encoder, slot.value, element, node).true) for slot in row.slots
    )


def distinct(encoder: Encoder, row: Row, node: Code) -> Row:
    """Return the list with each value at its first place only."""
    slots: list[Slot] = []
    for slot in row.slots:
        earlier = contains(encoder, Row(False, tuple(slots)), slot.value, node)
        slots.append(Slot(both(slot.present, negation(earlier)), slot.value))
    return Row(row.null, tuple(slots))
