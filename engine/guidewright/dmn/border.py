"""Python that takes a caller's values in: names known, values of the declared types.

In: the input data that a goal needs. Out: statements that read each value by name. A value of the
class that its type has is taken as it is, after a look at its size; all others go through `border`,
and what is not allowed gives up (`Bail`): the thorough way tells why.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from guidewright.dmn.cells import Box, Number
from guidewright.dmn.declared import asked_of, shape_of
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Step
from guidewright.feel.api import to_feel
from guidewright.feel.conversion import from_json_typed
from guidewright.feel.decimals import CONTEXT
from guidewright.feel.intake import Classes, Columns, Shape, Unusual, take
from guidewright.feel.names import normal
from guidewright.feel.python_backend import (
    Emitter,
    Granted,
    Statements,
    assign,
    call,
    columns_of,
    compare,
    constant,
    is_,
    is_not,
    join,
    load,
)
from guidewright.feel.runtime import DEFAULT_LIMITS, NO_RUNTIME, Bail, Refuse
from guidewright.feel.types import BOOLEAN, NUMBER, STRING, Type
from guidewright.feel.values import convert

INSIDE = "inside"  # the variable with the classes of the entries that were read
SCALARS = (NUMBER, STRING, BOOLEAN)
_SMALL = 10**9  # whole numbers up to here are compared fastest; others are looked at by `border`


def read_inputs(
    emitter: Emitter, steps: Sequence[Step], accepted: frozenset[str]
) -> dict[Key, str]:
    """Emit the reading of the values; return the variables they are in."""
    emitter.unit.namespace.update(
        {"Decimal": Decimal, "border": border, "known": known_names, "plus": CONTEXT.plus,
         "sparse": sparse, "whole": whole,
         "holds": holds}
    )  # fmt: skip
    names = [emitter.unit.serial("v") for _ in steps]
    if any(step.type not in SCALARS for step in steps):
        emitter.body.append(assign(INSIDE, py.Dict([], [])))
    _read(emitter, names, [normal(step.element.name) for step in steps], accepted)
    for step, name in zip(steps, names, strict=True):
        _check(emitter, step, name)
    return {step.key: name for step, name in zip(steps, names, strict=True)}


# names ------------------------------------------------------------------------------------------


def _read(
    emitter: Emitter, names: Sequence[str], keys: Sequence[str], accepted: frozenset[str]
) -> None:
    """Emit: where no value is missing, each is subscribed; as many values need no look at names."""
    given, known = load("given"), emitter.unit.constant(accepted)
    look = py.Expr(call("known", given, known))
    if not keys:
        emitter.body.append(py.If(given, [look], []))
        return
    count = call("len", given)
    targets = py.Tuple([py.Name(name, py.Store()) for name in names], py.Store())
    some: Statements = [
        py.Assign([targets], call("sparse", given, emitter.unit.constant(tuple(keys)), known))
    ]
    each: Statements = [
        assign(name, py.Subscript(given, constant(key), py.Load()))
        for name, key in zip(names, keys, strict=True)
    ]
    more = py.If(compare(count, py.Gt(), constant(len(keys))), [look], [])
    handler = py.ExceptHandler(load("KeyError"), None, some)
    all_there = join(
        py.And(),
        [
            compare(call("type", given), py.Is(), load("dict")),
            compare(count, py.GtE(), constant(len(keys))),
        ],
    )
    emitter.branch(all_there, [py.Try([*each, more], [handler], [], [])], some)


def known_names(given: Mapping[str, object], accepted: frozenset[str]) -> None:
    """Leave names that are no input, or the value of a decision, to the thorough way."""
    if not accepted.issuperset(given):
        raise Bail


def sparse(
    given: Mapping[str, object], keys: Sequence[str], accepted: frozenset[str]
) -> list[object]:
    """Return the values by key; one that is not given is null."""
    known_names(given, accepted)
    return list(map(given.get, keys))


# values -----------------------------------------------------------------------------------------


def asked(emitter: Emitter, granted: Granted) -> py.expr:
    """Return the question whether what was taken for granted is so."""
    rows: list[py.expr] = []
    for name, keys in sorted(granted.rows.items()):
        columns = load(columns_of(name))
        rows.append(is_not(columns, None))
        if keys:
            there = py.Call(py.Attribute(columns, "keys", py.Load()), [], [])
            rows.append(compare(there, py.GtE(), emitter.unit.constant(frozenset(keys))))
    known = call("holds", load(INSIDE), emitter.unit.constant(granted))
    return join(py.And(), [*rows, known])


def _check(emitter: Emitter, step: Step, name: str) -> None:
    """Emit what is asked of one value."""
    value = load(name)
    converted = assign(name, call("border", value, emitter.unit.constant(step)))
    check = _CHECKS.get(step.type)
    if check is None:
        shape = emitter.unit.constant(shape_of(step.type, step.item))
        taken = call("whole", value, emitter.unit.constant(step), shape, load(INSIDE))
        both: list[py.expr] = [py.Name(each, py.Store()) for each in (name, columns_of(name))]
        emitter.body.append(assign(columns_of(name), constant(None)))
        store = py.Assign([py.Tuple(both, py.Store())], taken)
        emitter.branch(is_not(value, None), [store], [])
        return
    constraints = asked_of(step.type, step.item)
    if constraints is None:
        emitter.branch(is_not(value, None), [converted], [])
        return
    emitter.body.extend(check(emitter, name, converted))
    for box in constraints.boxes:
        allowed = join(py.Or(), [is_(value, None), _lies_in(emitter, box, step.type, name)])
        emitter.body.append(py.If(py.UnaryOp(py.Not(), allowed), [py.Raise(load("Bail"))], []))


def _lies_in(emitter: Emitter, box: Box, of: Type, name: str) -> py.expr:
    """Return the question whether a value that is not null satisfies the test of a box."""
    if of == NUMBER:
        is_decimal = compare(call("type", load(name)), py.Is(), load("Decimal"))
        return py.IfExp(
            is_decimal, _number_in(emitter, box, name, Decimal), _number_in(emitter, box, name, int)
        )
    within = compare(load(name), py.In(), emitter.unit.constant(frozenset(box.points)))
    return py.UnaryOp(py.Not(), within) if box.negated else within


def _number_in(emitter: Emitter, box: Box, name: str, of: type) -> py.expr:
    """Compare with bounds of the number's own class, which is fastest."""

    def bound(number: Number) -> py.expr:
        return emitter.unit.constant(Decimal(number) if of is Decimal else number)

    parts: list[py.expr] = [
        compare(load(name), py.Eq(), bound(point)) for point in box.points if point is not None
    ]
    for span in box.spans:
        ends: list[py.expr] = []
        if span.low is not None:
            above: py.cmpop = py.GtE() if span.low_included else py.Gt()
            ends.append(compare(load(name), above, bound(span.low)))
        if span.high is not None:
            below: py.cmpop = py.LtE() if span.high_included else py.Lt()
            ends.append(compare(load(name), below, bound(span.high)))
        parts.append(join(py.And(), ends))
    within = join(py.Or(), parts) if parts else constant(False)
    return py.UnaryOp(py.Not(), within) if box.negated else within


def _check_boolean(emitter: Emitter, name: str, converted: py.stmt) -> Statements:
    value = load(name)
    neither = [is_not(value, True), is_not(value, False), is_not(value, None)]
    return [py.If(join(py.And(), neither), [converted], [])]


def _check_text(emitter: Emitter, name: str, converted: py.stmt) -> Statements:
    value = load(name)
    other = compare(call("type", value), py.IsNot(), load("str"))
    limit = constant(DEFAULT_LIMITS.characters)
    too_long = compare(call("len", value), py.Gt(), limit)
    wrong = join(py.And(), [is_not(value, None), join(py.Or(), [other, too_long])])
    return [py.If(wrong, [converted], [])]


def _check_number(emitter: Emitter, name: str, converted: py.stmt) -> Statements:
    """Decimals are rounded to 34 digits; one beyond the range, or no number, gives up."""
    value, its_class = load(name), emitter.unit.serial("t")
    if emitter.quick is not None:
        emitter.quick.classes[name] = its_class
    classified = assign(its_class, call("type", value))
    finite = py.Call(py.Attribute(value, "is_finite", py.Load()), [], [])
    decimal: Statements = [
        assign(name, call("plus", value)),
        py.If(py.UnaryOp(py.Not(), finite), [py.Raise(load("Bail"))], []),
    ]
    small = py.Compare(constant(-_SMALL), [py.Lt(), py.Lt()], [value, constant(_SMALL)])
    again: Statements = [converted, classified]
    other: Statements = [py.If(is_not(value, None), again, [])]
    whole: Statements = [py.If(py.UnaryOp(py.Not(), small), again, [])]
    chain: py.stmt = py.If(compare(load(its_class), py.Is(), load("int")), whole, other)
    return [classified, py.If(compare(load(its_class), py.Is(), load("Decimal")), decimal, [chain])]


_CHECKS: dict[Type, Callable[[Emitter, str, py.stmt], Statements]] = {
    BOOLEAN: _check_boolean,
    NUMBER: _check_number,
    STRING: _check_text,
}


def whole(
    value: object, step: Step, shape: Shape | None, inside: Classes
) -> tuple[Any, Columns | None]:
    """Return a caller's list or context in its declared type, and its columns: see `take`.

    The classes of the entries in it are added, if it could be taken in bulk.
    """
    if shape is not None:
        try:
            return take(value, shape, inside)
        except (Unusual, Refuse):
            pass  # the general way takes it, or tells what is wrong
    converted = border(value, step)
    inside[CONVERTED] = {object}
    return converted, None


CONVERTED = ""  # stands among the keys when something was not taken in bulk


def holds(inside: Classes, granted: Granted) -> bool:
    """Say whether what was taken for granted of the contexts that were read is so."""
    return (
        CONVERTED not in inside
        and granted.absent.isdisjoint(inside)
        and all(inside[key] <= of for key, of in granted.classes.items() if key in inside)
    )


def border(value: object, step: Step) -> Any:
    """Return a caller's value in its declared type; what is not allowed is left to be told."""
    try:
        given = to_feel(value, step.element.name)
        converted = convert(from_json_typed(given, step.type), step.type)
    except Refuse:
        raise Bail from None
    if step.item is not None and any(step.item.refusals(NO_RUNTIME, converted)):
        raise Bail
    return converted
