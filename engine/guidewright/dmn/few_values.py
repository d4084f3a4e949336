"""What depends on a variable of few values is worked out when the function is made.

In: lowered code, and what the quick way knows of its variables. Out: the value of the code for each
place of that variable, ready to be looked up. A table whose outputs are constants has few values,
and so has every cell, path and condition that looks at nothing but its value.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any

from guidewright.dmn.lookup import MAX_COMBINATIONS
from guidewright.errors import ResourceError
from guidewright.feel import code
from guidewright.feel.code import Code
from guidewright.feel.python_backend import (
    Emitter,
    Few,
    call,
    function_definition,
    load,
    new_unit,
)
from guidewright.feel.runtime import Bail, Limits, QuickRuntime, Refuse
from guidewright.feel.scope import Binding

_LIMITS = Limits(cost=10_000)  # for one value; what takes longer is computed when it is asked for


def looked_up(emitter: Emitter, few: Few) -> py.expr:
    """Return the look-up of a value."""
    return py.Subscript(emitter.unit.constant(few.values), load(few.place), py.Load())


def few_values(emitter: Emitter, node: Code) -> Few | None:
    """Return what a node is for each value of the one variable it depends on.

    None when it depends on others, on the clock, or when something of it would be noted.
    """
    known = emitter.quick.few if emitter.quick is not None else {}
    if not known:
        return None
    if isinstance(node, code.Ref):
        return known.get(emitter.variable(node.binding))
    held = {each: emitter.holder(each) for each in code.bindings_in(node)}
    free = tuple(each for each, name in held.items() if name is not None)
    names = {held[each] for each in free}
    few = known.get(names.pop() or "") if len(names) == 1 else None
    if few is None or len(few.values) > MAX_COMBINATIONS:
        return None
    values = _each(_function(free, node, in_cells=emitter.in_cells), len(free), few.values)
    return Few(few.place, values) if values is not None else None


def _function(parameters: Sequence[Binding], node: Code, *, in_cells: bool) -> Callable[..., Any]:
    inner = Emitter(new_unit("few values"))
    inner.in_cells = in_cells
    names = [inner.define(each) for each in parameters]
    inner.body.append(py.Return(inner.value(node)))
    inner.unit.functions.append(function_definition("value", ["rt", *names], inner.body))
    function: Callable[..., Any] = inner.unit.build()["value"]
    return function


def _each(
    function: Callable[..., Any], parameters: int, values: Sequence[Any]
) -> tuple[Any, ...] | None:
    """Return the results; values that are the same object are computed once."""
    found: dict[int, Any] = {}
    for value in values:
        if id(value) not in found:
            try:
                found[id(value)] = function(QuickRuntime(_LIMITS), *[value] * parameters)
            except (Bail, Refuse, ResourceError, RecursionError):
                return None
    return tuple(found[id(value)] for value in values)


def copied(emitter: Emitter, name: str) -> py.expr:
    """Return a value that the caller may change: what a look-up holds is copied."""
    few = emitter.quick.few.get(name) if emitter.quick is not None else None
    if few is None or any(_depth(value) > 1 for value in few.values):
        return call("fresh", load(name))
    copy = py.Call(py.Attribute(load(name), "copy", py.Load()), [], [])
    classes = {type(value) for value in few.values}
    if classes.isdisjoint((list, dict)):
        return load(name)
    if classes <= {list, dict}:
        return copy
    if not classes <= {list, dict, NoneType}:
        return call("fresh", load(name))
    return py.IfExp(py.Compare(load(name), [py.Is()], [py.Constant(None)]), load(name), copy)


def _depth(value: Any) -> int:
    """Return how deep lists and contexts are nested, at most 2."""
    if type(value) not in (list, dict):
        return 0
    parts = value if type(value) is list else value.values()
    return 2 if any(type(part) in (list, dict) for part in parts) else 1


def fresh(value: Any) -> Any:
    """Return a copy of lists and contexts, however deep."""
    if type(value) is list:
        return [fresh(part) if type(part) in (list, dict) else part for part in value]
    if type(value) is dict:
        return {
            key: fresh(part) if type(part) in (list, dict) else part for key, part in value.items()
        }
    return value
