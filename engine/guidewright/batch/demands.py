"""What a decision asks of each value it rests on, read off its lowered code.

In: the logic of a decision and its variables. Out: one `Demand` a variable: which cut points it is
compared with (`boxes`), which expressions look at it and nothing else (`probes`), or that the value
itself matters (`whole`). Two values that meet the same boxes and give the same probes cannot be
told apart by the decision, so one of them may stand for both. Nothing is evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from guidewright.dmn.cells import BOXED_TYPES, Box, Interval
from guidewright.dmn.input_cells import InputCode
from guidewright.dmn.table import TableCode
from guidewright.feel import code
from guidewright.feel.code import Apply, Code, Const, Op, Ref
from guidewright.feel.scope import Binding
from guidewright.feel.types import BOOLEAN, NUMBER, STRING
from guidewright.feel.values import Range, RangeForm

_MIRRORED = {
    Op.LESS: Op.GREATER,
    Op.LESS_EQUAL: Op.GREATER_EQUAL,
    Op.GREATER: Op.LESS,
    Op.GREATER_EQUAL: Op.LESS_EQUAL,
    Op.EQUAL: Op.EQUAL,
    Op.NOT_EQUAL: Op.NOT_EQUAL,
}
# Nodes whose value is a function of the values of their parts, and that bind no names.
_PLAIN_NODES = (
    code.Apply,
    code.Logic,
    code.Not,
    code.Choose,
    code.MakeList,
    code.MakeRange,
    code.CallBuiltin,
    code.GetPath,
    code.Convert,
    code.InstanceOf,
)
_Aliases = tuple[tuple[Binding, Code], ...]  # names bound around an expression, outermost first


@dataclass(slots=True)
class Demand:
    """What one decision asks of one variable; `boxes` has no box twice."""

    boxes: dict[Box, None] = field(default_factory=dict)
    probes: list[Code] = field(default_factory=list)
    whole: bool = False

    @property
    def by_classes(self) -> bool:
        """Whether cut points and named values say everything."""
        return not self.whole and not self.probes


def demands_of(logic: Code, variables: Sequence[Binding]) -> dict[Binding, Demand]:
    """Return what a decision asks of each of its variables."""
    walk = _Walk({variable: Demand() for variable in variables})
    walk.visit(logic, ())
    return walk.demands


def bare(node: Code) -> Code:
    """Return the node without conversions that keep every value of its type."""
    while isinstance(node, code.Convert) and node.value.type == node.type:
        node = node.value
    return node


def closed(node: Code, aliases: _Aliases) -> Code:
    """Return a node with the names bound around it."""
    for binding, value in reversed(aliases):
        node = code.Let(node.span, node.type, binding, value, node)
    return node


class _Walk:
    def __init__(self, demands: dict[Binding, Demand]) -> None:
        self.demands = demands
        self._used: dict[int, tuple[object, frozenset[Binding]]] = {}  # by identity of the node

    def visit(self, node: Code, aliases: _Aliases) -> None:
        """Take in what a node asks of the variables."""
        used = self.used(node, aliases)
        if not used or isinstance(node, Const):
            return
        if isinstance(node, Ref):
            variable = self._variable(node, aliases)
            if variable is not None:
                self.demands[variable].whole = True
            else:
                self._everything(used)
        elif isinstance(node, TableCode):
            self._table(node, aliases)
        elif isinstance(node, code.Let):
            self._let(node, aliases)
        elif isinstance(node, code.MakeContext) and self._binds_nothing(node):
            for entry in node.entries:
                self.visit(entry.value, aliases)
        elif not isinstance(node, _PLAIN_NODES):
            self._opaque(node, used, aliases)
        elif not self._comparison(node, aliases):
            self._parts(node, used, aliases)

    def used(self, node: object, aliases: _Aliases) -> frozenset[Binding]:
        """Return the variables that occur in a node, also behind names bound around it."""
        if id(node) not in self._used:
            self._used[id(node)] = (node, frozenset(code.bindings_in(node)))
        behind = dict(aliases)
        variables: set[Binding] = set()
        for binding in self._used[id(node)][1]:
            if binding in self.demands:
                variables.add(binding)
            elif binding in behind:
                variables |= self.used(behind[binding], _outside(aliases, binding))
        return frozenset(variables)

    def _variable(self, node: Code, aliases: _Aliases) -> Binding | None:
        """Return the variable a node is, perhaps under another name; None when it is more."""
        behind = dict(aliases)
        node = bare(node)
        while isinstance(node, Ref) and node.binding in behind:
            node = bare(behind[node.binding])
        if isinstance(node, Ref) and node.binding in self.demands:
            return node.binding
        return None

    def _everything(self, used: frozenset[Binding]) -> None:
        for variable in used:
            self.demands[variable].whole = True

    def _opaque(self, node: Code, used: frozenset[Binding], aliases: _Aliases) -> None:
        """A node that cannot be taken apart: probed when it looks at one variable only."""
        if len(used) == 1:
            (variable,) = used
            self.demands[variable].probes.append(closed(node, aliases))
        else:
            self._everything(used)

    def _parts(self, node: Code, used: frozenset[Binding], aliases: _Aliases) -> None:
        """Ask the parts; of one variable alone, unless cut points do, its value is asked."""
        inner = _Walk({variable: Demand() for variable in self.demands})
        for part in _children(node):
            inner.visit(part, aliases)
        if len(used) == 1:
            (variable,) = used
            if not inner.demands[variable].by_classes:
                self.demands[variable].probes.append(closed(node, aliases))
                return
        for variable, demand in inner.demands.items():
            self._take(variable, demand)

    def _take(self, variable: Binding, demand: Demand) -> None:
        mine = self.demands[variable]
        mine.boxes.update(demand.boxes)
        mine.probes.extend(demand.probes)
        mine.whole = mine.whole or demand.whole

    def _let(self, node: code.Let, aliases: _Aliases) -> None:
        """A name for one variable is followed, another name is part of what is asked."""
        inside = (*aliases, (node.binding, node.value))
        if self._variable(node.value, aliases) is not None:
            self.visit(node.body, inside)
        else:
            self._opaque(node, self.used(node, aliases), aliases)

    @staticmethod
    def _binds_nothing(node: code.MakeContext) -> bool:
        own = {entry.binding for entry in node.entries}
        return node.result is None and not any(
            own & code.bindings_in(entry.value) for entry in node.entries
        )

    # comparisons with constants -----------------------------------------------------------------

    def _comparison(self, node: Code, aliases: _Aliases) -> bool:
        """Take a comparison of a variable with a constant; False when it is none."""
        if not isinstance(node, Apply) or len(node.arguments) != 2:
            return False
        left, right = node.arguments
        op = node.op
        if isinstance(bare(left), Const) and op in _MIRRORED:
            left, right, op = right, left, _MIRRORED[op]
        test = bare(right)
        variable = self._variable(left, aliases)
        if variable is None or not isinstance(test, Const) or variable.type not in BOXED_TYPES:
            return False
        boxes = _boxes(op, test.value, variable)
        if boxes is None:
            return False
        self.demands[variable].boxes.update(dict.fromkeys(boxes))
        return True

    # tables -------------------------------------------------------------------------------------

    def _table(self, node: TableCode, aliases: _Aliases) -> None:
        for column, clause in enumerate(node.inputs):
            cells = dict.fromkeys(each.cells[column] for each in node.rules)
            self._column(clause, list(cells), aliases)
        for each in node.rules:
            self.visit(each.output, aliases)
        if node.default is not None:
            self.visit(node.default, aliases)

    def _column(
        self, clause: InputCode, cells: Sequence[Code | Box | None], aliases: _Aliases
    ) -> None:
        """Take in the cells of a column, and whether its value is missing (the notes say that)."""
        inside = (*aliases, (clause.binding, clause.value))
        for test in (*cells, clause.allowed):
            if isinstance(test, Code):
                self.visit(test, inside)
        boxes = [cell for cell in cells if isinstance(cell, Box)]
        variable = self._variable(clause.value, aliases)
        if variable is not None:
            self.demands[variable].boxes.update(dict.fromkeys(boxes))
            return
        if boxes:  # the value of the column decides them
            self.visit(clause.value, aliases)
        null = code.const(None)
        self.visit(Apply(clause.value.span, BOOLEAN, Op.EQUAL, (clause.value, null)), aliases)


def _boxes(op: Op, value: Any, variable: Binding) -> tuple[Box, ...] | None:
    """Return the boxes that decide `variable op value`, or None when no box does."""
    if value is None:
        return (Box((None,), ()),) if op in (Op.EQUAL, Op.NOT_EQUAL) else None
    if op in (Op.EQUAL, Op.NOT_EQUAL):
        fits = {NUMBER: (int, Decimal), STRING: (str,), BOOLEAN: (bool,)}[variable.type]  # type: ignore[index]
        return (Box((value,), ()),) if type(value) in fits else None
    if variable.type != NUMBER:
        return None
    if op is Op.IN_RANGE and isinstance(value, Range):
        return _range_boxes(value)
    if type(value) not in (int, Decimal):
        return None
    match op:
        case Op.LESS | Op.GREATER_EQUAL:
            return (Box((), (Interval(None, False, value, False),)),)
        case Op.LESS_EQUAL | Op.GREATER:
            return (Box((), (Interval(None, False, value, True),)),)
    return None


def _range_boxes(value: Range) -> tuple[Box, ...] | None:
    ends = [end for end in (value.low, value.high) if end is not None]
    if value.form is not RangeForm.INTERVAL or len(ends) != 2:
        return None
    if any(type(end) not in (int, Decimal) for end in ends):
        return None
    span = Interval(value.low, value.low_included, value.high, value.high_included)
    return (Box((), (span,)),)


# walking ----------------------------------------------------------------------------------------


def _children(node: Code) -> Iterator[Code]:
    """Yield the nodes directly below a plain node."""
    for each in fields(node):
        part = getattr(node, each.name)
        for item in part if isinstance(part, tuple) else (part,):
            if isinstance(item, Code):
                yield item


def _outside(aliases: _Aliases, binding: Binding) -> _Aliases:
    """Return the names bound outside of where `binding` is bound."""
    names = [each for each, _ in aliases]
    return aliases[: names.index(binding)]
