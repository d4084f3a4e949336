"""Statements without detours: a value that is used once, and next, is not stored first.

In: the statements of a function that was made rule by rule. Out: the same computations in the same
order, in fewer statements. `t = a; if not t: t = b` is `t = a or b`, too.
"""

from __future__ import annotations

import ast as py
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from guidewright.feel.python_backend import assign, join


def tidied(body: Sequence[py.stmt]) -> list[py.stmt]:
    """Return the statements of a whole function, tidied up; theirs are changed in place."""
    loads, stores = Counter[str](), Counter[str]()
    for statement in body:
        for node in py.walk(statement):
            if isinstance(node, py.Name):
                (loads if isinstance(node.ctx, py.Load) else stores)[node.id] += 1
    return _Tidying(loads, stores).block(body)


class _Tidying:
    def __init__(self, loads: Counter[str], stores: Counter[str]) -> None:
        self._loads = loads
        self._stores = stores

    def block(self, body: Sequence[py.stmt]) -> list[py.stmt]:
        """Return the statements of a block; each is joined with those behind it, if it can be."""
        behind: list[py.stmt] = []  # the last first
        for each in reversed(body):
            self._inside(each)
            statement = each
            while behind and (joined := self._joined(statement, behind[-1])) is not None:
                statement = joined
                behind.pop()
            behind.append(statement)
        return behind[::-1]

    def _inside(self, statement: py.stmt) -> None:
        if isinstance(statement, py.FunctionDef):
            statement.body = self.block(statement.body)
        if isinstance(statement, (py.If, py.For, py.Try)):
            statement.body = self.block(statement.body)
            statement.orelse = self.block(statement.orelse)
        if isinstance(statement, py.Try):
            for handler in statement.handlers:
                handler.body = self.block(handler.body)

    def _joined(self, first: py.stmt, then: py.stmt) -> py.stmt | None:
        return self._either(first, then) or self._used(first, then)

    def _either(self, first: py.stmt, then: py.stmt) -> py.stmt | None:
        """Return `t = a or b` for `t = a` and `if not t: t = b`, and so with `and`."""
        stored = _stored(first)
        if stored is None or not isinstance(then, py.If) or then.orelse or len(then.body) != 1:
            return None
        name, value = stored
        asked, again = then.test, _stored(then.body[0])
        asks_not = isinstance(asked, py.UnaryOp) and isinstance(asked.op, py.Not)
        if isinstance(asked, py.UnaryOp) and asks_not:
            asked = asked.operand
        if not isinstance(asked, py.Name) or again is None or not asked.id == name == again[0]:
            return None
        self._loads[name] -= 1
        self._stores[name] -= 1
        operator = py.Or() if asks_not else py.And()
        return assign(name, join(operator, [value, again[1]]))

    def _used(self, first: py.stmt, then: py.stmt) -> py.stmt | None:
        """Return the second statement with what the first stores, if it is computed first there."""
        stored = _stored(first)
        if stored is None or self._loads[stored[0]] != 1 or self._stores[stored[0]] != 1:
            return None
        return then if _put(*stored, then) else None


def _stored(statement: py.stmt) -> tuple[str, py.expr] | None:
    """Return the variable that a plain assignment stores, and what it stores."""
    if isinstance(statement, py.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target.id, statement.value) if isinstance(target, py.Name) else None
    return None


# what is computed first --------------------------------------------------------------------------

# by class, what is always computed, and before anything else, in this order
_COMPUTED: dict[type[py.AST], Sequence[str]] = {
    py.Assign: ("value",),
    py.AugAssign: ("value",),
    py.Expr: ("value",),
    py.Return: ("value",),
    py.If: ("test",),
    py.For: ("iter",),
    py.Attribute: ("value",),
    py.BinOp: ("left", "right"),
    py.BoolOp: ("values",),
    py.Call: ("func", "args"),
    py.Compare: ("left", "comparators"),
    py.IfExp: ("test",),
    py.List: ("elts",),
    py.NamedExpr: ("value",),
    py.Subscript: ("value", "slice"),
    py.Tuple: ("elts",),
    py.UnaryOp: ("operand",),
}
_ONLY_THE_FIRST = (py.BoolOp, py.Compare)  # of several; the others may not be computed


def _put(name: str, value: py.expr, within: py.AST) -> bool:
    """Put a value in the place of a variable, if it is computed there before anything else."""
    for part, put in _parts(within):
        if isinstance(part, py.Name) and part.id == name:
            put(value)
            return True
        if not _is_at_hand(part, name):
            return _put(name, value, part)
    return False


def _is_at_hand(part: py.expr, name: str) -> bool:
    """Say whether it makes no difference when a part is computed: a variable, its attribute."""
    if isinstance(part, py.Attribute):
        part = part.value
    return isinstance(part, py.Constant) or (isinstance(part, py.Name) and part.id != name)


def _parts(node: py.AST) -> Iterator[tuple[py.expr, Callable[[py.expr], None]]]:
    """Yield what a node computes first, each with what puts another in its place."""
    for field in _COMPUTED.get(type(node), ()):
        value = getattr(node, field)
        if isinstance(value, list):
            for place, each in enumerate(value[:1] if isinstance(node, _ONLY_THE_FIRST) else value):
                yield each, partial(value.__setitem__, place)
        elif value is not None:
            yield value, partial(setattr, node, field)
