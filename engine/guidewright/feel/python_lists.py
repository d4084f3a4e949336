"""How lists, contexts, ranges and filters become Python: further rules of `python_backend`.

In: a node and the function being made. Out: a Python expression; a filter becomes a function that
walks the elements.
"""

from __future__ import annotations

import ast as py

from guidewright.feel import code, loops, operators, python_facts, python_loops, python_quick
from guidewright.feel.python_backend import (
    HELPERS,
    VALUES,
    Emitter,
    assign,
    call,
    compare,
    constant,
    emits,
    is_,
    join,
    load,
    method,
)
from guidewright.feel.types import BOOLEAN, ContextType
from guidewright.feel.values import make_range as make_range_value

HELPERS.update(
    {
        "path": operators.path,
        "elements": loops.elements,
        "index_or_select": loops.index_or_select,
        "make_range": make_range_value,
    }
)

# lists, contexts, ranges ------------------------------------------------------------------------


@emits(VALUES, code.MakeList)
def make_list(emitter: Emitter, node: code.MakeList) -> py.expr:
    """A Python list."""
    return py.List([emitter.value(item) for item in node.items], py.Load())


@emits(VALUES, code.MakeContext)
def make_context(emitter: Emitter, node: code.MakeContext) -> py.expr:
    """A Python dict; entries are stored one after the other, so later ones can refer to them."""
    keys: list[py.expr | None] = []
    values: list[py.expr] = []
    for entry in node.entries:
        name = emitter.define(entry.binding)
        emitter.body.append(assign(name, emitter.value(entry.value)))
        keys.append(constant(entry.key))
        values.append(load(name))
    if node.result is not None:
        return emitter.value(node.result)
    return py.Dict(keys, values)


@emits(VALUES, code.MakeRange)
def make_range(emitter: Emitter, node: code.MakeRange) -> py.expr:
    """A range value; ends of different kinds are refused."""
    low = emitter.value(node.low) if node.low is not None else constant(None)
    high = emitter.value(node.high) if node.high is not None else constant(None)
    made = call(
        "make_range", low, constant(node.low_included), high, constant(node.high_included),
        constant(node.form),
    )  # fmt: skip
    return emitter.guarded(made, node)


@emits(VALUES, code.GetPath)
def get_path(emitter: Emitter, node: code.GetPath) -> py.expr:
    """A key that the type promises, or whatever is found."""
    of, value = node.value.type, emitter.atom(emitter.value(node.value))
    if emitter.quick and not emitter.in_cells and not isinstance(value, py.Constant):
        return python_quick.path(emitter, value, node.name)
    if isinstance(of, ContextType) and of.entry(node.name) is not None:
        found = py.Call(py.Attribute(value, "get", py.Load()), [constant(node.name)], [])
        return py.IfExp(is_(value, None), emitter.null(node), found)
    found = call("path", value, constant(node.name), load("rt"))
    return emitter.guarded(found, node, tell_null=False)


def _has_key(owner: py.expr, key: str) -> py.expr:
    """Whether the element is a context with this key."""
    return join(
        py.And(),
        [
            compare(call("type", owner), py.Is(), load("dict")),
            compare(constant(key), py.In(), owner),
        ],
    )


@emits(VALUES, code.ItemKey)
def item_key(emitter: Emitter, node: code.ItemKey) -> py.expr:
    """The element's own key wins over what the name means outside."""
    if emitter.quick:
        meant = python_facts.resolved(emitter, node)
        if meant is not node:
            return emitter.value(meant)
        if isinstance(node.otherwise, code.Refused) and not emitter.in_cells:
            return python_quick.own_entry(emitter, emitter.variable(node.owner), node)
    owner = load(emitter.variable(node.owner))
    has = _has_key(owner, node.key)
    own = py.Subscript(owner, constant(node.key), py.Load())
    with emitter.block() as inside:
        otherwise = emitter.value(node.otherwise)
    if not inside:
        return py.IfExp(has, own, otherwise)
    name = emitter.unit.serial("t")
    inside.append(assign(name, otherwise))
    emitter.branch(has, [assign(name, own)], inside)
    return load(name)


@emits(VALUES, code.ItemCall)
def item_call(emitter: Emitter, node: code.ItemCall) -> py.expr:
    """The element's own function wins; in quick code, meeting one ends the quick way."""
    if emitter.quick:
        meant = python_facts.resolved(emitter, node)
        if meant is not node:
            return emitter.value(meant)
    owner = load(emitter.variable(node.owner))
    has = _has_key(owner, node.key)
    if emitter.quick:
        emitter.body.append(py.If(has, [py.Raise(load("Bail"))], []))
        return emitter.value(node.builtin)
    result = emitter.unit.serial("t")
    with emitter.block() as own:
        emitter.body.append(assign(result, emitter.value(node.own)))
    with emitter.block() as builtin:
        emitter.body.append(assign(result, emitter.value(node.builtin)))
    emitter.branch(has, own, builtin)
    return load(result)


@emits(VALUES, code.Select)
def select(emitter: Emitter, node: code.Select) -> py.expr:
    """A position, or the elements for which the condition is true; outside them, `item` is null."""
    value = emitter.atom(emitter.value(node.value))
    span = emitter.unit.constant(node.span)
    if node.condition is None:
        return _element(emitter, node, value)
    if node.position is None:
        if python_loops.fits(emitter, 1):
            return python_loops.selection(emitter, node, value)
        picked = _picking(emitter, node, value)
        return py.IfExp(is_(value, None), emitter.null(node), picked)
    if emitter.quick and not emitter.in_cells:
        there = python_quick.outside(node.condition, node.item)
        if python_loops.fits(emitter, 1) and python_loops.is_test(emitter, node):
            return python_loops.selection(emitter, node, value)
        if there is not None:  # a number; for a null the elements decide, the thorough way
            return python_quick.at_position(emitter, value, there)
    inner = emitter.nested()
    item = inner.define(node.item)
    inner.body.append(py.Return(inner.value(node.condition)))
    condition = emitter.nested_function(inner, ["rt", item])
    found: py.expr = call("index_or_select", load("rt"), span, value, load(condition))
    return emitter.guarded(found, node)


def _element(emitter: Emitter, node: code.Select, value: py.expr) -> py.expr:
    """Emit what stands at a position."""
    assert node.position is not None  # noqa: S101 - lowering gives one or the other
    outside = emitter.define(node.item)
    if emitter.quick is not None:
        emitter.quick.absent.add(outside)
    if emitter.quick is None or node.item in python_facts.depends_on(emitter, node.position):
        emitter.body.append(assign(outside, constant(None)))
    if emitter.quick and not emitter.in_cells and not isinstance(value, py.Constant):
        return python_quick.at_position(emitter, value, node.position)
    position = emitter.atom(emitter.value(node.position))
    if not isinstance(position, py.Constant):
        emitter.branch(is_(position, None), [py.Expr(emitter.null(node))], [])
    indexed = call("index", call("elements", value), position)
    return emitter.guarded(indexed, node, tell_null=False)


def _picking(emitter: Emitter, node: code.Select, value: py.expr) -> py.expr:
    """Return a call of a function that walks the elements."""
    assert node.condition is not None  # noqa: S101 - asked by the caller
    inner = emitter.nested()
    item = inner.define(node.item)
    span = emitter.unit.constant(node.span)
    with inner.block() as loop:
        keep = [py.Expr(method("out", "append", load(item)))]
        if node.condition.type == BOOLEAN and not node.boxed:
            inner.branch(inner.truth(node.condition), list[py.stmt](keep), [])
        else:
            condition = inner.atom(inner.value(node.condition))
            told = py.Expr(method("rt", "not_boolean", condition, span))
            otherwise: list[py.stmt] = [told]
            if node.boxed:
                stop = method("rt", "neither_boolean_nor_null", condition, span)
                otherwise = [py.If(stop, [py.Return(constant(None))], [])]
            inner.branch(is_(condition, True), list[py.stmt](keep), otherwise)
    inner.body.append(assign("out", py.List([], py.Load())))
    inner.body.append(assign("items", call("elements", load("value"))))
    inner.body.append(py.Expr(method("rt", "charge", call("len", load("items")), span)))
    walk = py.For(py.Name(item, py.Store()), load("items"), loop, [])
    inner.body.extend([walk, py.Return(load("out"))])
    function = emitter.nested_function(inner, ["rt", "value"])
    return call(function, load("rt"), value)
