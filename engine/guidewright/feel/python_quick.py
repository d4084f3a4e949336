"""Shorter Python for code whose caller repeats the call when something has to be noted.

In: a node, and its operands as expressions. Out: an expression that tests the classes of the values
and computes in line, and goes the general way for all others; or None where there is nothing
shorter. Values are the same as without it; a test runs every expression both ways.
"""

from __future__ import annotations

import ast as py
from collections.abc import Collection, Sequence

from guidewright.feel import code
from guidewright.feel.builtins import Formal, Overload
from guidewright.feel.code import Code, Op
from guidewright.feel.python_backend import (
    Emitter,
    Quick,
    call,
    compare,
    constant,
    is_,
    is_not,
    join,
    load,
)
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    NUMBER,
    STRING,
    FunctionType,
    ListType,
    Simple,
    Type,
)
from guidewright.feel.values import classes_of, is_a

_EQUAL_CLASSES = (NUMBER, STRING, BOOLEAN)


def folded(node: code.CallBuiltin) -> code.Const | None:
    """Return the value of a call whose arguments are known now; the clock is not asked."""
    if not node.arguments or node.names is not None:
        return None
    values = [each.value for each in node.arguments if isinstance(each, code.Const)]
    if len(values) != len(node.arguments):
        return None
    try:
        return code.Const(node.span, node.type, node.builtin.call_positional(Runtime(), values))
    except Refuse:  # said again, with its place, when it is evaluated
        return None


def builtin_call(
    emitter: Emitter, node: code.CallBuiltin, values: Sequence[py.expr]
) -> py.expr | None:
    """Call the one overload that the arguments are for, if their classes tell."""
    if node.names is not None:
        return None
    if node.builtin.name == "list contains":
        return _list_contains(emitter, node, values)
    for overload in node.builtin.overloads:
        guards = _guards(emitter, overload, node.arguments, values)
        if guards is not None:
            return _direct(emitter, node, overload, values, guards)
    return None


def _list_contains(
    emitter: Emitter, node: code.CallBuiltin, values: Sequence[py.expr]
) -> py.expr | None:
    """Python's `in` on lists of one simple kind is FEEL's, and null equals null in both."""
    items = node.arguments[0].type if len(values) == 2 else None
    if not isinstance(items, ListType) or items.item not in _EQUAL_CLASSES:
        return None
    if node.arguments[1].type != items.item:
        return None
    found = compare(values[1], py.In(), values[0])
    return py.IfExp(is_(values[0], None), emitter.null(node), found)


def _guards(
    emitter: Emitter,
    overload: Overload,
    arguments: Sequence[Code],
    values: Sequence[py.expr],
) -> list[py.expr] | None:
    """Return what has to hold for the overload to be called as it is; None when it cannot be."""
    if not overload.takes(len(values)) or any(each.variadic for each in overload.parameters):
        return None
    guards: list[py.expr] = []
    for formal, argument, value in zip(overload.parameters, arguments, values, strict=False):
        guard = _guard(emitter, formal, argument, value)
        if guard is None:
            return None
        guards.extend(guard)
    return guards


def _guard(
    emitter: Emitter, formal: Formal, argument: Code, value: py.expr
) -> list[py.expr] | None:
    wanted: Type = formal.type
    if isinstance(argument, code.MakeFunction):
        fits = isinstance(wanted, FunctionType) and len(argument.parameters) == len(
            wanted.parameters
        )
        return [] if fits else None
    if wanted == ListType(ANY):
        return [_has_class(emitter, value, (list,))]
    if formal.integer:
        return [_has_class(emitter, value, (int,))]
    if not isinstance(wanted, Simple):
        return None
    if wanted == ANY:
        return [] if formal.nullable else [_is_there(value)]
    known = classes_of(wanted)
    if known is None:
        return None
    classes = (
        known if formal.nullable else known - {type(None)}
    )  # null is refused in the general way
    if isinstance(argument.type, Simple) and argument.type not in (wanted, ANY, NULL):
        return None  # it is of another kind, and this overload is not meant
    if isinstance(argument, code.Const) and type(argument.value) in classes:
        return []
    return [_has_class(emitter, value, classes)]


def _is_there(value: py.expr) -> py.expr:
    return is_not(value, None)


def _has_class(emitter: Emitter, value: py.expr, classes: Collection[type]) -> py.expr:
    kind = call("type", value)
    if len(classes) == 1:
        return compare(kind, py.Is(), emitter.unit.constant(next(iter(classes))))
    return compare(kind, py.In(), emitter.unit.constant(frozenset(classes)))


def _direct(
    emitter: Emitter,
    node: code.CallBuiltin,
    overload: Overload,
    values: Sequence[py.expr],
    guards: list[py.expr],
) -> py.expr:
    body = emitter.unit.constant(overload.function)
    arguments = [load("rt"), *values] if overload.needs_runtime else list(values)
    direct = call(body, *arguments)
    if not guards:
        return direct
    general = call(
        py.Attribute(emitter.unit.constant(node.builtin), "call_positional", py.Load()),
        load("rt"),
        py.Tuple(list(values), py.Load()),
    )
    return py.IfExp(join(py.And(), guards), direct, general)


def path(emitter: Emitter, value: py.expr, name: str) -> py.expr:
    """Take the entry of a context in line."""
    is_context = compare(call("type", value), py.Is(), load("dict"))
    has = compare(constant(name), py.In(), value)
    entry = py.Subscript(value, constant(name), py.Load())
    return py.IfExp(
        join(py.And(), [is_context, has]), entry, call("path", value, constant(name), load("rt"))
    )


def operation(
    emitter: Emitter, node: code.Apply, values: Sequence[py.expr], general: py.expr
) -> py.expr | None:
    """Compare texts with a constant text, and dates with dates, in line."""
    if len(values) != 2:
        return None
    left, right = node.arguments
    if node.op in (Op.EQUAL, Op.NOT_EQUAL):
        operator: py.cmpop = py.Eq() if node.op is Op.EQUAL else py.NotEq()
        for known, other, value in ((left, right, values[1]), (right, left, values[0])):
            if isinstance(known, code.Const) and type(known.value) is str:
                if other.type != ANY:
                    continue
                fast = compare(values[0], operator, values[1])
                return py.IfExp(_has_class(emitter, value, (str,)), fast, general)
    if node.op is Op.SUBTRACT and left.type == right.type == DATE:
        both_there = join(py.And(), [_is_there(each) for each in values])
        return py.IfExp(both_there, call("days_between", values[1], values[0]), general)
    if node.op in ORDER and left.type == right.type == DATE:
        both_there = join(py.And(), [_is_there(each) for each in values])
        ordinals = [py.Attribute(each, "ordinal", py.Load()) for each in values]
        return py.IfExp(both_there, compare(ordinals[0], ORDER[node.op](), ordinals[1]), general)
    if node.op in ORDER and {left.type, right.type} <= {ANY, NUMBER}:
        alike = compare(call("type", values[0]), py.Is(), call("type", values[1]))
        ordered = compare(call("type", values[0]), py.In(), load("ORDERED_CLASSES"))
        fast = compare(values[0], ORDER[node.op](), values[1])
        return py.IfExp(join(py.And(), [alike, ordered]), fast, general)
    return None


def all_are(quick: Quick, value: py.expr, wanted: Type) -> bool:
    """Say whether every value that a variable can have is of a type."""
    few = quick.few.get(value.id) if isinstance(value, py.Name) else None
    return few is not None and all(is_a(each, wanted) for each in few.values)


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


def at_position(value: py.expr, position: py.expr, general: py.expr) -> py.expr:
    """Take the element at a position inside the list in line."""
    inside = join(
        py.And(),
        [
            compare(call("type", position), py.Is(), load("int")),
            compare(call("type", value), py.Is(), load("list")),
            py.Compare(constant(0), [py.Lt(), py.LtE()], [position, call("len", value)]),
        ],
    )
    place = py.BinOp(position, py.Sub(), constant(1))
    return py.IfExp(inside, py.Subscript(value, place, py.Load()), general)


ORDER: dict[Op, type[py.cmpop]] = {
    Op.LESS: py.Lt,
    Op.LESS_EQUAL: py.LtE,
    Op.GREATER: py.Gt,
    Op.GREATER_EQUAL: py.GtE,
}
