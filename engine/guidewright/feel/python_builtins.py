"""Calls of built-in functions in code whose caller repeats the call when something is noted.

In: a call, and its arguments as expressions. Out: an expression that calls the one Python function
behind it where the classes of the arguments tell which, else as every call is made; or None.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from guidewright.feel import code
from guidewright.feel.builtins import Formal, Overload, conversion, lists, strings
from guidewright.feel.code import Code
from guidewright.feel.python_backend import (
    Emitter,
    call,
    compare,
    constant,
    is_,
    is_not,
    join,
    load,
)
from guidewright.feel.python_facts import is_granted
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import DATES
from guidewright.feel.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    FunctionType,
    ListType,
    Simple,
    Type,
)
from guidewright.feel.values import classes_of

_EQUAL_CLASSES = (NUMBER, STRING, BOOLEAN)


# Python's own functions that do what a function of the library does; they are called faster.
_SAME: dict[Callable[..., Any], Callable[..., Any]] = {
    lists.count: len,
    strings.lower_case: str.lower,
    strings.string_length: len,
    strings.upper_case: str.upper,
}
# what has the value of a function ready, to be subscripted with its one argument
_READY: dict[Callable[..., Any], Mapping[Any, Any]] = {conversion.date_from_string: DATES}


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
    if node.builtin.name == "substring":
        return _substring(emitter, node, values)
    return _by_overload(emitter, node, values)


def _by_overload(
    emitter: Emitter, node: code.CallBuiltin, values: Sequence[py.expr]
) -> py.expr | None:
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


def _substring(
    emitter: Emitter, node: code.CallBuiltin, values: Sequence[py.expr]
) -> py.expr | None:
    """A part whose place is known is cut out by Python where the text is long enough."""
    known = [each.value for each in node.arguments[1:] if isinstance(each, code.Const)]
    if len(known) != 2 or not all(type(each) is int and each > 0 for each in known):
        return _by_overload(emitter, node, values)
    start, end = known[0] - 1, known[0] - 1 + known[1]
    long_enough = compare(call("len", values[0]), py.GtE(), constant(end))
    cut = py.Subscript(values[0], py.Slice(constant(start), constant(end)), py.Load())
    is_text = _has_class(emitter, values[0], (str,))
    guards = [long_enough] if isinstance(is_text, py.Constant) else [is_text, long_enough]
    general = call("sure", _general(emitter, node, values))
    part = emitter.temporary(py.IfExp(join(py.And(), guards), cut, general))
    if emitter.quick is not None:
        emitter.quick.known[part] = str
    return load(part)


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
        known_now = isinstance(argument, code.Const) and type(argument.value) is int
        return [] if known_now else [_has_class(emitter, value, (int,))]
    if isinstance(wanted, ListType):
        return _all_of_class(emitter, value, wanted.item)
    if not isinstance(wanted, Simple):
        return None
    if wanted == ANY:
        return [] if formal.nullable else [is_not(value, None)]
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


def _has_class(emitter: Emitter, value: py.expr, classes: Collection[type]) -> py.expr:
    kind = call("type", value)
    if is_granted(emitter, value, frozenset(classes)):
        return constant(True)
    if len(classes) == 1:
        return compare(kind, py.Is(), emitter.unit.constant(next(iter(classes))))
    return compare(kind, py.In(), emitter.unit.constant(frozenset(classes)))


def _all_of_class(emitter: Emitter, value: py.expr, of: Type) -> list[py.expr] | None:
    """Ask whether a value is a list of items of one simple type, or null."""
    classes = classes_of(of)
    if classes is None:
        return None
    superset = py.Attribute(emitter.unit.constant(classes), "issuperset", py.Load())
    kinds = call("map", load("type"), value)
    return [_has_class(emitter, value, (list,)), call(superset, kinds)]


def _direct(
    emitter: Emitter,
    node: code.CallBuiltin,
    overload: Overload,
    values: Sequence[py.expr],
    guards: list[py.expr],
) -> py.expr:
    direct = _one_function(emitter, overload, values)
    known = [each.value for each in guards if isinstance(each, py.Constant)]
    guards = [each for each in guards if not isinstance(each, py.Constant)]
    if not all(known):
        return _general(emitter, node, values)
    if not guards:
        return direct
    return py.IfExp(join(py.And(), guards), direct, _general(emitter, node, values))


def _one_function(emitter: Emitter, overload: Overload, values: Sequence[py.expr]) -> py.expr:
    ready = _READY.get(overload.function)
    if ready is not None:
        return py.Subscript(emitter.unit.constant(ready), values[0], py.Load())
    body = emitter.unit.constant(_SAME.get(overload.function, overload.function))
    return call(body, *([load("rt")] if overload.needs_runtime else []), *values)


def _general(emitter: Emitter, node: code.CallBuiltin, values: Sequence[py.expr]) -> py.expr:
    choose = py.Attribute(emitter.unit.constant(node.builtin), "call_positional", py.Load())
    return call(choose, load("rt"), py.Tuple(list(values), py.Load()))
