"""Shorter Python for code whose caller repeats the call when something has to be noted.

In: a node, and its operands as expressions. Out: an expression that tests the classes of the values
and computes in line, and goes the general way for all others; or None where there is nothing
shorter. Values are the same as without it; a test runs every expression both ways.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from guidewright.feel import code
from guidewright.feel.code import Code, Op
from guidewright.feel.python_backend import (
    Emitter,
    Few,
    Outputs,
    Quick,
    call,
    compare,
    constant,
    is_not,
    join,
    load,
)
from guidewright.feel.python_builtins import folded
from guidewright.feel.python_facts import (
    NUMBERS,
    ONLY_DATES,
    TEXT_OR_NULL,
    are_rows,
    describe_item,
    is_granted,
    of_class,
    resolved,
)
from guidewright.feel.runtime import Bail
from guidewright.feel.scope import Binding
from guidewright.feel.temporal import DaysTimeDuration
from guidewright.feel.temporal.durations import DAY
from guidewright.feel.types import (
    ANY,
    DATE,
    NUMBER,
    ListType,
    Type,
)
from guidewright.feel.values import is_a


def is_there(value: py.expr) -> py.expr:
    """Return the question whether a value is not null."""
    return is_not(value, None)


def path(emitter: Emitter, value: py.expr, name: str) -> py.expr:
    """Take the entry of a context, once for a variable; a missing key ends the quick way."""
    return _entry(emitter, value, name, call("path", value, constant(name), load("rt")))


def own_entry(emitter: Emitter, owner: str, node: code.ItemKey) -> py.expr:
    """Take the entry of an element whose key is a name that means nothing else."""
    refused = node.otherwise
    assert isinstance(refused, code.Refused)  # noqa: S101 - asked by the caller
    return _entry(emitter, load(owner), node.key, emitter.value(refused))


def _entry(emitter: Emitter, value: py.expr, name: str, otherwise: py.expr) -> py.expr:
    quick = emitter.quick
    assert quick is not None  # noqa: S101 - other code asks the general functions
    owner = emitter.variable_of(value)
    beside = _beside(emitter, quick, owner, name)
    if beside is not None:
        return load(beside)
    found = quick.taken.get((owner, name))
    if found is None:
        entry: py.expr = py.Subscript(load(owner), constant(name), py.Load())
        is_context = of_class(emitter, load(owner), dict)
        if is_context:
            entry = py.IfExp(is_context[0], entry, otherwise)
        found = quick.taken[owner, name] = emitter.temporary(entry)
        if owner in quick.parts:
            quick.parts.add(found)
            if not is_context:  # else it may be the path of a list, or a property
                quick.keys[found] = name
    return load(found)


def _beside(emitter: Emitter, quick: Quick, owner: str, name: str) -> str | None:
    """Return the variable with an entry of an element of the caller's list, gone over beside it.

    That all elements have it is taken for granted.
    """
    loop = next((each for each in quick.loops if each.variable == owner), None)
    if loop is None or loop.source is None or quick.granted is None:
        return None
    if name not in loop.entries:
        loop.entries[name] = entry = emitter.unit.serial("t")
        quick.granted.rows.setdefault(loop.source, set()).add(name)
        quick.parts.add(entry)
        quick.keys[entry] = name
    return loop.entries[name]


# operations ---------------------------------------------------------------------------------------

ORDER: dict[Op, type[py.cmpop]] = {
    Op.LESS: py.Lt,
    Op.LESS_EQUAL: py.LtE,
    Op.GREATER: py.Gt,
    Op.GREATER_EQUAL: py.GtE,
}
EQUALITY: dict[Op, type[py.cmpop]] = {Op.EQUAL: py.Eq, Op.NOT_EQUAL: py.NotEq}
_SMALL = 10**9  # sums and differences of whole numbers below this are far from the limit


def never_null(node: Code) -> bool:
    """Say whether quick code for the node has a truth value, because it gives up for a null."""
    if isinstance(node, code.Apply):
        return node.op in ORDER or node.op in EQUALITY
    if isinstance(node, code.Logic):
        return all(never_null(part) for part in node.parts)
    return isinstance(node, code.Not) and never_null(node.part)


def comparison(
    emitter: Emitter, node: code.Apply, values: Sequence[py.expr], general: py.expr
) -> py.expr | None:
    """Compare in line what is often compared; all other pairs as `general` does. Never null."""
    sides = [resolved(emitter, each) for each in node.arguments]
    if node.op in EQUALITY:
        return _equality(emitter, sides, EQUALITY[node.op], values, general)
    if node.op not in ORDER:
        return None
    general = call("sure", general)
    operator = ORDER[node.op]
    made = [_makes_date(each) for each in sides]
    if any(made) or DATE in (sides[0].type, sides[1].type):
        dates = [
            compare(call("type", value), py.Is(), load("Date"))
            for value, certain in zip(values, made, strict=True)
            if not (certain or is_granted(emitter, value, ONLY_DATES))
        ]
        ordinals = [py.Attribute(each, "ordinal", py.Load()) for each in values]
        fast: py.expr = compare(ordinals[0], operator(), ordinals[1])
        return py.IfExp(join(py.And(), dates), fast, general) if dates else fast
    if not {each.type for each in sides} <= {ANY, NUMBER}:
        return general
    for at, each in enumerate(sides):
        if isinstance(each, code.Const) and type(each.value) in (int, Decimal):
            return _with_number(emitter, values, at, each.value, operator, general)
    numbers = [_is_number_now(each) for each in values if not is_granted(emitter, each, NUMBERS)]
    fast = compare(values[0], operator(), values[1])
    return py.IfExp(join(py.And(), numbers), fast, general) if numbers else fast


def _is_number_now(value: py.expr) -> py.expr:
    its_class = call("type", value)
    classes = [compare(its_class, py.Is(), load(each)) for each in ("Decimal", "int")]
    return join(py.Or(), classes)


def _equality(
    emitter: Emitter,
    sides: Sequence[Code],
    operator: type[py.cmpop],
    values: Sequence[py.expr],
    general: py.expr,
) -> py.expr:
    """A text is compared with a constant text as Python does."""
    for known, value in zip(sides, reversed(values), strict=True):
        if isinstance(known, code.Const) and type(known.value) is str:
            fast = compare(values[0], operator(), values[1])
            if is_granted(emitter, value, TEXT_OR_NULL):
                return fast
            is_text = compare(call("type", value), py.Is(), load("str"))
            return py.IfExp(is_text, fast, general)
    return general


def _with_number(
    emitter: Emitter,
    values: Sequence[py.expr],
    at: int,
    number: int | Decimal,
    operator: type[py.cmpop],
    general: py.expr,
) -> py.expr:
    """Compare with a number that is known: a `Decimal` is fastest beside a `Decimal`."""

    def beside(known: py.expr) -> py.expr:
        pair = [values[0], values[1]]
        pair[at] = known
        return compare(pair[0], operator(), pair[1])

    its_class = call("type", values[1 - at])
    whole = beside(emitter.unit.constant(number))
    if not is_granted(emitter, values[1 - at], NUMBERS):
        whole = py.IfExp(compare(its_class, py.Is(), load("int")), whole, general)
    return py.IfExp(
        compare(its_class, py.Is(), load("Decimal")),
        beside(emitter.unit.constant(Decimal(number))),
        whole,
    )


def _makes_date(node: Code) -> bool:
    """Say whether a node is a call that gives a date or is refused."""
    return isinstance(node, code.CallBuiltin) and all(
        each.result == DATE for each in node.builtin.overloads
    )


def arithmetic(
    emitter: Emitter, node: code.Apply, values: Sequence[py.expr], general: py.expr
) -> py.expr | None:
    """Compute with dates and with small whole numbers in line; never null."""
    if len(values) != 2:
        return None
    general = call("sure", general)
    left, right = node.arguments
    if node.op is Op.SUBTRACT and left.type == right.type == DATE:
        both_there = join(py.And(), [is_there(each) for each in values])
        return py.IfExp(both_there, call("days_between", values[1], values[0]), general)
    step = right.value if isinstance(right, code.Const) else None
    if node.op in (Op.ADD, Op.SUBTRACT) and type(step) is int and abs(step) < _SMALL:
        operator = py.Add() if node.op is Op.ADD else py.Sub()
        fast = py.BinOp(values[0], operator, values[1])
        if node.op is Op.SUBTRACT and (less := _less(emitter, values[0], fast, step)) is not None:
            return less
        near = py.Compare(constant(-_SMALL), [py.Lt(), py.Lt()], [values[0], constant(_SMALL)])
        whole = of_class(emitter, values[0], int)
        return py.IfExp(join(py.And(), [*whole, near]), fast, general)
    return None


def _less(emitter: Emitter, value: py.expr, fast: py.expr, step: int) -> py.expr | None:
    """Take a positive step off a whole number whose least is known; None for other numbers."""
    quick = emitter.quick
    least = quick.least.get(value.id) if quick is not None and isinstance(value, py.Name) else None
    if quick is None or least is None or step < 0 or least < -_SMALL:
        return None
    name = emitter.temporary(fast)
    quick.known[name] = int
    quick.least[name] = least - step
    return load(name)


def days(emitter: Emitter, node: code.Apply) -> py.expr | None:
    """Divide the distance of two dates by a number of days; None for another division."""
    if node.op is not Op.DIVIDE:
        return None
    distance, unit = (resolved(emitter, each) for each in node.arguments)
    if isinstance(unit, code.CallBuiltin):
        unit = folded(unit) or unit
    if not (isinstance(distance, code.Apply) and distance.op is Op.SUBTRACT):
        return None
    if not isinstance(unit, code.Const) or type(unit.value) is not DaysTimeDuration:
        return None
    sides = [resolved(emitter, each) for each in distance.arguments]
    whole, rest = divmod(unit.value.nanoseconds, DAY)
    if rest or not whole or not all(_makes_date(each) or each.type == DATE for each in sides):
        return None
    values = [emitter.atom(emitter.value(each)) for each in sides]
    end, start = (py.Attribute(each, "ordinal", py.Load()) for each in values)
    apart: py.expr = py.BinOp(end, py.Sub(), start)
    if whole != 1:
        apart = call("divide", apart, constant(whole))
    there = [
        is_there(value)
        for value, side in zip(values, sides, strict=True)
        if not (_makes_date(side) or is_granted(emitter, value, ONLY_DATES))
    ]
    if not there:
        return apart
    general = call(
        "divide", call("sure", call("subtract", *values)), emitter.unit.constant(unit.value)
    )
    return py.IfExp(join(py.And(), there), apart, call("sure", general))


def sure(value: Any) -> Any:
    """Return a value that is not null; the quick way ends at a null, which has to be noted."""
    if value is None:
        raise Bail
    return value


def all_are(quick: Quick, value: py.expr, wanted: Type) -> bool:
    """Say whether every value that a variable can have is of a type."""
    if not isinstance(value, py.Name):
        return False
    known: Few | Outputs | None = quick.few.get(value.id)
    if known is None:
        known = quick.outputs.get(value.id)
        if known is not None and known.many:
            if not isinstance(wanted, ListType):
                return False
            wanted = wanted.item
    return known is not None and all(is_a(each, wanted) for each in known.values)


def outside(condition: Code, item: Binding) -> Code | None:
    """Return what a condition means outside the elements, if that is certainly a number or null.

    A name that may be a key of the element means there what it shadows.
    """
    if isinstance(condition, code.ItemKey) and condition.owner is item:
        return condition.otherwise if _is_number(condition.otherwise) else None
    if isinstance(condition, code.Apply) and condition.op in _ARITHMETIC:
        parts = [outside(each, item) for each in condition.arguments]
        known = tuple(part for part in parts if part is not None)
        if len(known) == len(parts):
            return code.Apply(condition.span, NUMBER, condition.op, known)
        return None
    return condition if _is_number(condition) else None


def _is_number(node: Code) -> bool:
    return isinstance(node, (code.Ref, code.Const)) and node.type == NUMBER


_ARITHMETIC = (Op.ADD, Op.SUBTRACT, Op.MULTIPLY)


def position(emitter: Emitter, node: Code) -> tuple[py.expr, int]:
    """Compute a position, and what has to be taken off it: of `i - 1` that is one.

    So only where `i` counts upwards, and what is left certainly is a position.
    """
    node = resolved(emitter, node)
    if isinstance(node, code.Apply) and node.op is Op.SUBTRACT and emitter.quick is not None:
        counter, back = (resolved(emitter, each) for each in node.arguments)
        if isinstance(counter, code.Ref) and isinstance(back, code.Const):
            variable = emitter.variable(counter.binding)
            least = emitter.quick.least.get(variable, 0)
            if type(back.value) is int and 0 <= back.value < least:
                return load(variable), back.value
    return emitter.atom(emitter.value(node)), 0


def at_position(emitter: Emitter, value: py.expr, node: Code) -> py.expr:
    """Take the element at a position; the quick way ends at one outside the list."""
    at, back = position(emitter, node)
    in_rows = are_rows(emitter, value)
    known = at.value if isinstance(at, py.Constant) else None
    asked = [*of_class(emitter, value, list)]
    if type(known) is int and known > 0:
        place: py.expr = constant(known - 1)
    else:
        place = py.BinOp(at, py.Sub(), constant(back + 1))
        asked = [*of_class(emitter, at, int), *asked]
        if not _is_above_zero(emitter, at):
            asked.append(compare(at, py.Gt(), constant(0)))
    general = py.BinOp(at, py.Sub(), constant(back)) if back else at
    general = call("index", call("elements", value), call("sure", general))
    element: py.expr = py.Subscript(value, place, py.Load())
    if asked:
        element = py.IfExp(join(py.And(), asked), element, general)
    name = emitter.temporary(element)
    parts = emitter.quick.parts if emitter.quick is not None else set()
    part = isinstance(value, py.Name) and value.id in parts
    describe_item(emitter, name, in_rows=in_rows, part=part)
    return load(name)


def _is_above_zero(emitter: Emitter, number: py.expr) -> bool:
    """Say whether a number certainly is a position from the front."""
    least = emitter.quick.least if emitter.quick is not None else {}
    return isinstance(number, py.Name) and least.get(number.id, 0) > 0
