"""What a turn of a loop need not compute, in code whose caller repeats the call when it gives up.

In: a node in a loop, and how it is computed. Out: an expression for its value. What is the same in
every turn is computed in the first that asks for it. In a loop that counts upwards, such as
`for i in 2..count(x) return date(x[i].day) - date(x[i-1].day)`, what is asked at `i - 1` was
computed a turn earlier at `i`, and is kept.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Hashable

from guidewright.feel import code
from guidewright.feel.code import Code, Op
from guidewright.feel.python_backend import HELPERS, Emitter, Loop, assign, compare, load
from guidewright.feel.python_facts import depends_on, plain_constant, resolved
from guidewright.feel.python_quick import outside

Compute = Callable[[], py.expr]
UNKNOWN = object()  # stands in a variable until its value is computed
HELPERS["UNKNOWN"] = UNKNOWN


def once(emitter: Emitter, node: Code, compute: Compute) -> py.expr:
    """Compute a node in quick code, but not what an earlier turn of a loop around has computed."""
    quick = emitter.quick
    if quick is None or not quick.loops:
        return compute()
    loop = _same_in(emitter, node)
    if loop is not None:
        return load(_unless_known(emitter, loop, compute))
    return _turn_by_turn(emitter, quick.loops[-1], node, compute)


def _unless_known(emitter: Emitter, loop: Loop, compute: Compute) -> str:
    """Emit the computation for the first turn that asks; return the variable with the value."""
    assert emitter.quick is not None  # noqa: S101 - asked by the callers
    name = emitter.unit.serial("t")
    loop.before.append(assign(name, load("UNKNOWN")))
    around, emitter.quick.loops = emitter.quick.loops, []
    with emitter.block() as first_time:
        emitter.body.append(assign(name, compute()))
    emitter.quick.loops = around
    emitter.branch(compare(load(name), py.Is(), load("UNKNOWN")), first_time, [])
    return name


def _same_in(emitter: Emitter, node: Code) -> Loop | None:
    """Return the outermost loop in which a node has one value."""
    names = {emitter.holder(each) for each in depends_on(emitter, node)}
    loops = emitter.quick.loops if emitter.quick is not None else []
    return next((loop for loop in loops if names <= loop.outside), None)


# one turn after the other -------------------------------------------------------------------------


def _turn_by_turn(emitter: Emitter, loop: Loop, node: Code, compute: Compute) -> py.expr:
    """Compute a node in every turn, or take what the same turn or the one before has computed."""
    quick = emitter.quick
    if quick is None or loop.variable not in quick.least or emitter.body is not loop.body:
        return compute()  # it may count downwards, or not every turn comes by here
    asks, before = (_asks(emitter, loop, node, back) for back in (0, 1))
    if asks is None or before is None or asks == before or asks[0] == _COUNTER:
        return compute()  # unknown; the same in every turn; as quick as it can be
    if asks not in loop.turn:
        at_hand = loop.turn.get(before)
        if at_hand is None:
            loop.turn[asks] = emitter.variable_of(compute())
        else:
            kept = _unless_known(emitter, loop, compute)
            loop.turn[asks] = emitter.temporary(load(kept))
            emitter.body.append(assign(kept, load(at_hand)))
    return load(loop.turn[asks])


Asks = tuple[Hashable, ...]
_COUNTER = "counter"


def _asks(emitter: Emitter, loop: Loop, node: Code, back: int) -> Asks | None:
    """Return what a node asks of the counter, seen from `back` turns earlier; None if unknown.

    Seen from one turn earlier, `x[i - 1]` asks what `x[i]` does.
    """
    node = resolved(emitter, node)
    parts: tuple[Code | None, ...]
    match node:
        case code.Const():
            return plain_constant(node)
        case code.Ref():
            holder = emitter.holder(node.binding)
            if holder == loop.variable:
                return (_COUNTER, -back)
            return ("variable", holder) if holder in loop.outside else None
        case code.GetPath():
            word, parts = node.name, (node.value,)
        case code.Select():
            position = node.condition or node.position
            place = outside(position, node.item) if position is not None else None
            word, parts = "", (node.value, place)
        case code.CallBuiltin(names=None):
            word, parts = node.builtin.name, node.arguments
        case code.Apply():
            word, parts = node.op.value, node.arguments
        case _:
            return None
    each = [None if part is None else _asks(emitter, loop, part, back) for part in parts]
    if isinstance(node, code.Apply) and node.op is Op.SUBTRACT and each[0] == (_COUNTER, -back):
        right = node.arguments[1]
        if isinstance(right, code.Const) and type(right.value) is int:
            return (_COUNTER, right.value - back)
    return None if None in each else (type(node).__name__, word, *each)
