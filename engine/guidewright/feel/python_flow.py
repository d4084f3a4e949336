"""How loops, functions and calls become Python: further rules of `python_backend`.

In: a node and the function being made. Out: a Python expression; loops and functions become nested
Python functions that capture variables by value.
"""

from __future__ import annotations

import ast as py

from guidewright.feel import code, python_builtins, python_loops, python_sorting, python_turns
from guidewright.feel.python_backend import (
    VALUES,
    Emitter,
    assign,
    call,
    constant,
    emits,
    is_,
    is_not,
    load,
    method,
)
from guidewright.feel.python_rules import const
from guidewright.feel.values import Parameter

# loops ------------------------------------------------------------------------------------------


@emits(VALUES, code.Iterate)
def iterate(emitter: Emitter, node: code.Iterate) -> py.expr:
    """A function with nested Python loops."""
    if python_loops.in_line(emitter, node):
        return python_loops.iteration(emitter, node)
    inner = emitter.nested()
    inner.body.append(assign("out", _start(node)))
    _loop(inner, node, 0)
    inner.body.append(py.Return(load("out")))
    function = emitter.nested_function(inner, ["rt"])
    return call(function, load("rt"))


def _start(node: code.Iterate) -> py.expr:
    if node.loop is code.Loop.FOR:
        return py.List([], py.Load())
    return constant(node.loop is code.Loop.EVERY)


def _loop(inner: Emitter, node: code.Iterate, depth: int) -> None:
    if depth == len(node.steps):
        _loop_body(inner, node)
        return
    step = node.steps[depth]
    span = inner.unit.constant(step.domain.span)
    end = inner.value(step.end) if step.end is not None else constant(None)
    has_end = constant(step.end is not None)
    domain = inner.temporary(
        call("domain", load("rt"), span, inner.value(step.domain), has_end, end)
    )
    inner.branch(is_(load(domain), None), [py.Return(constant(None))], [])
    variable = inner.define(step.binding)
    with inner.block() as body:
        _loop(inner, node, depth + 1)
    inner.body.append(py.For(py.Name(variable, py.Store()), load(domain), body, []))


def _loop_body(inner: Emitter, node: code.Iterate) -> None:
    span = inner.unit.constant(node.body.span)
    if node.loop is code.Loop.FOR:
        if node.partial is not None:
            partial = inner.define(node.partial)
            inner.body.append(assign(partial, method("rt", "snapshot", load("out"), span)))
        inner.body.append(py.Expr(method("out", "append", inner.value(node.body))))
        return
    decides = node.loop is code.Loop.SOME
    condition = inner.atom(inner.value(node.body))
    if node.boxed:
        neither = method("rt", "neither_boolean_nor_null", condition, span)
        inner.branch(neither, [py.Return(constant(None))], [])
        stop: py.stmt = assign("out", constant(decides))
        still_open = is_not(load("out"), decides)
        undecided: list[py.stmt] = [py.If(still_open, [assign("out", constant(None))], [])]
    else:
        stop = py.Return(constant(decides))
        told = py.Expr(method("rt", "not_boolean", condition, span))
        undecided = [told, assign("out", constant(None))]
    not_settled = py.If(is_not(condition, not decides), undecided, [])
    inner.branch(is_(condition, decides), [stop], [not_settled])


# functions --------------------------------------------------------------------------------------


@emits(VALUES, code.MakeFunction)
def make_function(emitter: Emitter, node: code.MakeFunction) -> py.expr:
    """A nested Python function inside a FEEL function value; variables are captured by value."""
    inner = emitter.nested()
    names = [inner.define(parameter.binding) for parameter in node.parameters]
    if names:
        targets = py.Tuple([py.Name(name, py.Store()) for name in names], py.Store())
        inner.body.append(py.Assign([targets], load("arguments")))
    inner.body.append(py.Return(inner.value(node.body)))
    function = emitter.nested_function(inner, ["rt", "arguments"])
    parameters = tuple(Parameter(each.name, each.type) for each in node.parameters)
    unit = emitter.unit
    return call(
        "make_function", unit.constant(node.name), unit.constant(parameters),
        unit.constant(node.result), load(function),
    )  # fmt: skip


@emits(VALUES, code.CallFunction)
def call_function(emitter: Emitter, node: code.CallFunction) -> py.expr:
    """A call of whatever the expression gives; what is no function is refused."""
    function = emitter.value(node.function)
    values = [emitter.value(argument) for argument in node.arguments]
    if node.names is None:
        made = call("call_function", load("rt"), function, py.Tuple(values, py.Load()))
    else:
        names = emitter.unit.constant(node.names)
        made = call("call_named", load("rt"), function, names, py.Tuple(values, py.Load()))
    return emitter.guarded(made, node)


@emits(VALUES, code.CallBuiltin)
def call_builtin(emitter: Emitter, node: code.CallBuiltin) -> py.expr:
    """A call of a built-in function; it chooses the overload and converts the arguments."""
    if emitter.quick and not emitter.in_cells:
        return python_turns.once(emitter, node, lambda: _builtin(emitter, node))
    return _builtin(emitter, node)


def _builtin(emitter: Emitter, node: code.CallBuiltin) -> py.expr:
    if emitter.quick:
        known = python_builtins.folded(node)
        if known is not None:
            return const(emitter, known)
        if node.builtin.name == "sort" and python_loops.fits(emitter, 1):
            in_order = python_sorting.by_keys(emitter, node)
            if in_order is not None:
                return in_order
        atoms = [emitter.atom(emitter.value(argument)) for argument in node.arguments]
        direct = python_builtins.builtin_call(emitter, node, atoms)
        if direct is not None:
            return emitter.guarded(direct, node)
        values = py.Tuple(list[py.expr](atoms), py.Load())
    else:
        values = py.Tuple([emitter.value(argument) for argument in node.arguments], py.Load())
    function = emitter.unit.constant(node.builtin)
    if node.names is None:
        target = py.Attribute(function, "call_positional", py.Load())
        return emitter.guarded(call(target, load("rt"), values), node)
    names = emitter.unit.constant(node.names)
    return emitter.guarded(call("call_named", load("rt"), function, names, values), node)
