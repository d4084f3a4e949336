"""`sort` by a key, for code whose caller repeats the call when something is noted.

In: a call such as `sort(visits, function(a, b) a.day < b.day)`. Out: a loop that computes the key
of each element once, and Python's own sorting. Other orders are asked pair by pair, as always.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from guidewright.feel import code
from guidewright.feel.builtins.registry import check_items
from guidewright.feel.code import Code, Op
from guidewright.feel.python_backend import HELPERS, Emitter, call, constant, load, method
from guidewright.feel.python_facts import are_rows, describe_item, describe_list, is_part
from guidewright.feel.python_loops import elements, new_list
from guidewright.feel.runtime import Bail, Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.temporal import Date


def by_keys(emitter: Emitter, node: code.CallBuiltin) -> py.expr | None:
    """Emit a sort whose order compares the same key of both elements; None for another order."""
    if node.names is not None or len(node.arguments) != 2:
        return None
    order = node.arguments[1]
    if not isinstance(order, code.MakeFunction) or len(order.parameters) != 2:
        return None
    first, second = (each.binding for each in order.parameters)
    compared = order.body
    if any(each.type is not None for each in order.parameters) or order.result is not None:
        return None
    if not isinstance(compared, code.Apply) or compared.op not in (Op.LESS, Op.GREATER):
        return None
    key, other = compared.arguments
    if not same_key(key, other, first, second):
        return None
    value = emitter.atom(emitter.value(node.arguments[0]))
    in_rows = are_rows(emitter, value)
    items = elements(emitter, value)
    part = is_part(emitter, node.arguments[0])
    variable = emitter.define(first)
    describe_item(emitter, variable, in_rows=in_rows, part=part)
    keys = items if isinstance(key, code.Ref) else _keys(emitter, items, key, variable)
    descending = constant(compared.op is Op.GREATER)
    result = emitter.temporary(call("sorted_by", load("rt"), load(items), load(keys), descending))
    describe_list(emitter, result, in_rows=in_rows, part=part)
    return load(result)


def _keys(emitter: Emitter, items: str, key: Code, variable: str) -> str:
    """Emit the keys of all elements."""
    keys = new_list(emitter)
    with emitter.loop(variable, load(items)):
        emitter.body.append(py.Expr(method(keys, "append", emitter.value(key))))
    return keys


def same_key(left: Code, right: Code, first: Binding, second: Binding) -> bool:
    """Say whether `left` says of `first` what `right` says of `second`, and of nothing else."""
    if isinstance(left, code.Ref) and isinstance(right, code.Ref):
        return left.binding is first and right.binding is second
    if isinstance(left, code.Const) and isinstance(right, code.Const):
        return left.value is right.value or (
            type(left.value) is type(right.value) and bool(left.value == right.value)
        )
    if isinstance(left, code.GetPath) and isinstance(right, code.GetPath):
        return left.name == right.name and same_key(left.value, right.value, first, second)
    parts: tuple[Sequence[Code], Sequence[Code]] = (), ()
    if isinstance(left, code.CallBuiltin) and isinstance(right, code.CallBuiltin):
        if left.builtin is not right.builtin or left.names != right.names:
            return False
        parts = left.arguments, right.arguments
    if isinstance(left, code.Apply) and isinstance(right, code.Apply):
        if left.op is not right.op:
            return False
        parts = left.arguments, right.arguments
    return 0 < len(parts[0]) == len(parts[1]) and all(
        same_key(a, b, first, second) for a, b in zip(*parts, strict=True)
    )


_NUMBERS = frozenset({int, Decimal})


def sorted_by(rt: Runtime, items: list[Any], keys: list[Any], descending: bool) -> list[Any]:
    """Return the items in the order of their keys; equal ones stay as they were (10.3.4.9)."""
    check_items(rt, len(items))
    rt.charge(len(items) * len(items).bit_length())
    classes = set(map(type, keys))
    if classes == {Date}:
        keys = [key.ordinal for key in keys]
    elif not (classes <= _NUMBERS or classes == {str}):
        raise Bail  # other kinds have an order of their own, or none
    if keys is items:
        return sorted(items, reverse=descending)
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=descending)
    return [items[place] for place in order]


HELPERS["sorted_by"] = sorted_by
