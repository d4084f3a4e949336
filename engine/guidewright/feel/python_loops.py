"""Filters and loops in line, for code whose caller repeats the call when something is noted.

In: a node and the function being made. Out: the variable that holds the result; the loop stands
among the statements of the same function, so nothing is called and nothing captured.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from dataclasses import replace

from guidewright.feel import code, loops
from guidewright.feel.python_backend import (
    HELPERS,
    Emitter,
    Statements,
    assign,
    call,
    compare,
    constant,
    is_,
    is_not,
    join,
    load,
    method,
)
from guidewright.feel.python_facts import (
    are_rows,
    describe_item,
    describe_list,
    is_part,
    meaning,
    of_class,
    resolved,
)
from guidewright.feel.runtime import Bail
from guidewright.feel.types import BOOLEAN

_DEEPEST = 10


def _present(value: object) -> object:
    """Return the elements of what is no list; null ends the quick way."""
    if value is None:
        raise Bail
    return loops.elements(value)


HELPERS["present"] = _present


def selection(emitter: Emitter, node: code.Select, value: py.expr) -> py.expr:
    """Emit a filter whose condition is a test; `value` may be written several times."""
    assert node.condition is not None  # noqa: S101 - asked by the caller
    span = emitter.unit.constant(node.span)
    in_rows = are_rows(emitter, value)
    items = elements(emitter, value)
    emitter.body.append(py.Expr(method("rt", "charge", call("len", load(items)), span)))
    for condition in _in_turn(emitter, node, in_rows=in_rows):
        items = _picked(emitter, node, condition, items, in_rows=in_rows)
    return load(items)


def _in_turn(emitter: Emitter, node: code.Select, *, in_rows: bool) -> Sequence[code.Code]:
    """Return the condition of a filter; of `a and b` first what another filter may ask, too."""
    condition = node.condition
    assert condition is not None  # noqa: S101 - asked by the caller
    if not (isinstance(condition, code.Logic) and condition.connective is code.Connective.AND):
        return (condition,)
    item = element(emitter, node, in_rows=in_rows)
    asked = (meaning(emitter, part, item) for part in condition.parts)
    plain = next((place for place, each in enumerate(asked) if each is None), 0)
    if node.boxed or plain == 0 or any(part.type != BOOLEAN for part in condition.parts):
        return (condition,)
    first, rest = condition.parts[:plain], condition.parts[plain:]
    return tuple(
        parts[0] if len(parts) == 1 else replace(condition, parts=parts) for parts in (first, rest)
    )


def _picked(
    emitter: Emitter, node: code.Select, condition: code.Code, items: str, *, in_rows: bool
) -> str:
    """Emit the elements for which a condition is true, unless they stand in a variable already."""
    part = is_part(emitter, node.value)
    item = element(emitter, node, in_rows=in_rows)
    asked = meaning(emitter, condition, item)
    taken = emitter.quick.taken if emitter.quick is not None else {}
    if asked is not None and (items, asked) in taken:
        return taken[items, asked]
    found = new_list(emitter)
    if asked is not None:
        taken[items, asked] = found
    describe_list(emitter, found, in_rows=in_rows, part=part)
    with emitter.loop(item, load(items)):
        keep: Statements = [py.Expr(method(found, "append", load(item)))]
        if condition.type == BOOLEAN and not node.boxed:
            emitter.branch(emitter.truth(condition), keep, [])
        else:
            value = emitter.atom(emitter.value(condition))
            span = emitter.unit.constant(node.span)
            told = py.Expr(method("rt", "not_boolean", value, span))
            emitter.branch(is_(value, True), keep, [told])
    return found


def element(emitter: Emitter, node: code.Select, *, in_rows: bool) -> str:
    """Give the element of a filter a variable."""
    item = emitter.define(node.item)
    describe_item(emitter, item, in_rows=in_rows, part=is_part(emitter, node.value))
    return item


def is_test(emitter: Emitter, node: code.Select) -> bool:
    """Say whether the condition of a filter certainly is no position, as far as may be granted."""
    assert node.condition is not None  # noqa: S101 - asked by the caller
    element(emitter, node, in_rows=False)
    meant = resolved(emitter, node.condition)
    if isinstance(meant, code.CallBuiltin):
        return all(each.result == BOOLEAN for each in meant.builtin.overloads)
    return meant.type == BOOLEAN


def elements(emitter: Emitter, value: py.expr) -> str:
    """Emit the elements of a value: of a list its own, else the value alone."""
    is_list = of_class(emitter, value, list)
    if not is_list:
        return emitter.variable_of(value)
    return emitter.temporary(py.IfExp(is_list[0], value, call("present", value)))


def new_list(emitter: Emitter) -> str:
    """Emit an empty list; return its variable."""
    name = emitter.temporary(py.List([], py.Load()))
    if emitter.quick is not None:
        emitter.quick.known[name] = list
    return name


def iteration(emitter: Emitter, node: code.Iterate) -> py.expr:
    """Emit the loops of `for`, or the one loop of `some` and `every`."""
    if node.loop is code.Loop.FOR:
        result = new_list(emitter)
        _nested(emitter, node, node.steps, result)
        return load(result)
    decides = node.loop is code.Loop.SOME
    result = emitter.temporary(constant(not decides))
    _nested(emitter, node, node.steps, result)
    return load(result)


def fits(emitter: Emitter, loops: int) -> bool:
    """Say whether there is room for more loops inside one another in quick code."""
    quick = emitter.quick
    return quick is not None and not emitter.in_cells and quick.nesting + loops <= _DEEPEST


def in_line(emitter: Emitter, node: code.Iterate) -> bool:
    """Say whether a loop can be in line, and left early without leaving the function."""
    can_be_left = node.loop is code.Loop.FOR or len(node.steps) == 1
    return can_be_left and fits(emitter, len(node.steps))


def _nested(emitter: Emitter, node: code.Iterate, steps: Sequence[code.Step], result: str) -> None:
    if not steps:
        _body(emitter, node, result)
        return
    domain = _domain(emitter, steps[0])
    variable = emitter.define(steps[0].binding)
    part = is_part(emitter, steps[0].domain)
    describe_item(emitter, variable, in_rows=are_rows(emitter, domain), part=part)
    _describe_counter(emitter, variable, steps[0])
    with emitter.loop(variable, domain):
        _nested(emitter, node, steps[1:], result)


def _domain(emitter: Emitter, step: code.Step) -> py.expr:
    """Emit what a loop goes over; where it cannot be gone over, that is noted, and so gives up."""
    span = emitter.unit.constant(step.domain.span)
    start = emitter.atom(emitter.value(step.domain))
    are_rows(emitter, start)
    if step.end is not None:
        end = emitter.atom(emitter.value(step.end))
        if _goes_up(step):
            upwards = [*of_class(emitter, end, int), compare(end, py.GtE(), start)]
            downwards = py.UnaryOp(py.Not(), join(py.And(), upwards))
            emitter.body.append(py.If(downwards, [py.Raise(load("Bail"))], []))
        counted = call("domain", load("rt"), span, start, constant(True), end)
        return load(emitter.temporary(counted))
    general = call("domain", load("rt"), span, start, constant(False), constant(None))
    charged = method("rt", "charge", call("len", start), span)
    is_list = of_class(emitter, start, list)
    if not is_list:
        emitter.body.append(py.Expr(charged))
        return start
    items = emitter.unit.serial("t")
    emitter.branch(is_list[0], [py.Expr(charged), assign(items, start)], [assign(items, general)])
    return load(items)


def _describe_counter(emitter: Emitter, variable: str, step: code.Step) -> None:
    """Keep that the variable of a loop over whole numbers holds one, and from where it counts."""
    start = _start(step)
    if emitter.quick is None or start is None:
        return
    emitter.quick.known[variable] = int
    if _goes_up(step):
        emitter.quick.least[variable] = start


def _start(step: code.Step) -> int | None:
    """Return the whole number a loop counts from, if it is known and the loop counts."""
    start = step.domain.value if isinstance(step.domain, code.Const) else None
    return start if step.end is not None and type(start) is int else None


def _goes_up(step: code.Step) -> bool:
    """Say whether quick code gives up where a loop counts downwards.

    From the first or second position a loop mostly goes to the last; others may go either way.
    """
    return _start(step) in (1, 2)


def _body(emitter: Emitter, node: code.Iterate, result: str) -> None:
    span = emitter.unit.constant(node.body.span)
    if node.loop is code.Loop.FOR:
        if node.partial is not None:
            partial = emitter.define(node.partial)
            emitter.body.append(assign(partial, method("rt", "snapshot", load(result), span)))
        emitter.body.append(py.Expr(method(result, "append", emitter.value(node.body))))
        return
    decides = node.loop is code.Loop.SOME
    condition = emitter.atom(emitter.value(node.body))
    told = py.Expr(method("rt", "not_boolean", condition, span))
    undecided = py.If(is_not(condition, not decides), [told, assign(result, constant(None))], [])
    settled: Statements = [assign(result, constant(decides)), py.Break()]
    emitter.branch(is_(condition, decides), settled, [undecided])
