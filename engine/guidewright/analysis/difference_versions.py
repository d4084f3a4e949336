"""One version of a model, laid out for comparison with another.

In: a compiled model. Out: a `Version`: its decisions and inputs by name, what each looks at, and of
each table the rules, cells and the parts that decide whether two tables are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guidewright.analysis.cell_tests import ANY_VALUE, CellTest, CellTests, free
from guidewright.analysis.difference_fingerprints import (
    Fingerprint,
    code_fingerprint,
    is_unsteady,
    item_fingerprint,
    knowledge_fingerprint,
    value_key,
)
from guidewright.analysis.tables import table_code, tests_of
from guidewright.dmn import Model, model
from guidewright.dmn.evaluation import value_of
from guidewright.dmn.input_cells import InputCode
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Lowered, Step
from guidewright.dmn.table import TableCode
from guidewright.feel import code
from guidewright.feel.code import Code
from guidewright.feel.names import normal
from guidewright.feel.python_backend import new_unit
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.types import Type

COMPUTED = object()  # an output that is no constant


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a table: where its value comes from.

    `name` is the input or decision whose value it is, or None for an expression over `uses`.
    `gate` tests the clause's own input values; a value outside makes the table null.
    """

    expression: str
    name: str | None
    uses: tuple[str, ...]
    value: Code
    gate: CellTest | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A decision table; `uses` are the requirements that the output of each rule looks at.

    `rows` are fingerprints of the rules: equal ones match the same values and say the same. The
    last of `uses` is that of the default.
    """

    table: model.DecisionTable
    columns: tuple[Column, ...]
    tests: tuple[tuple[CellTest, ...], ...]
    outputs: tuple[Any, ...]  # the value of a rule alone, or `COMPUTED`
    computed: tuple[Code, ...]  # the outputs that are
    uses: tuple[frozenset[str], ...]
    has_default: bool
    rows: tuple[Fingerprint, ...]
    frame: Fingerprint  # all that is not columns and rules


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A decision: the names of what it requires, in the order of its arguments, and its logic."""

    name: str
    step: Step
    needs: tuple[str, ...]
    lowered: Lowered | None
    table: Table | None
    unsteady: bool
    fingerprint: Fingerprint


class Version:
    """A model with names for its elements; `inputs` and `nodes` are in the order of the graph."""

    def __init__(self, of: Model) -> None:
        self.model = of
        self._own = of.definitions.namespace
        self.inputs: dict[str, Step] = {}
        self._steps: dict[str, Step] = {}
        for step in of.steps.values():
            if isinstance(step.element, model.InputData):
                self.inputs.setdefault(self.name_of(step.key), step)
            elif isinstance(step.element, model.Decision):
                self._steps[self.name_of(step.key)] = step
        self._nodes: dict[str, Node] = {}
        self._expressions: dict[Column, Any] = {}

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names of all decisions."""
        return tuple(self._steps)

    def changed(self, name: str, of: Model) -> Version:
        """Return the version of a model in which only one decision has another logic."""
        other = Version(of)
        other._nodes = {each: node for each, node in self._nodes.items() if each != name}
        return other

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all decisions, for look-ups."""
        return frozenset(self._steps)

    def name_of(self, key: Key) -> str:
        """Return the name of an element, with its namespace when it is imported."""
        name = normal(self.model.steps[key].element.name)
        return name if key[0] == self._own else f"{name} of {key[0]}"

    def node(self, name: str) -> Node:
        """Return a decision."""
        if name not in self._nodes:
            self._nodes[name] = self._read(name, self._steps[name])
        return self._nodes[name]

    def _read(self, name: str, step: Step) -> Node:
        needs = tuple(self.name_of(key) for key in step.inputs)
        frame = (
            needs,
            str(step.type),
            item_fingerprint(step.item),
            knowledge_fingerprint(self.model, step),
        )
        unsteady = is_unsteady(self.model, step)
        if step.lower is None:
            return Node(name, step, needs, None, None, unsteady, (frame, ()))
        types: dict[Key, Type] = {key: self.model.steps[key].type for key in step.inputs}
        lowered = step.lower(types)
        if isinstance(step.element, model.Decision) and isinstance(
            step.element.logic, model.DecisionTable
        ):
            names = {id(each): name for each, name in zip(lowered.bindings, needs, strict=True)}
            table = _table(
                table_code(self.model, step), names, (*frame[1:], str(lowered.logic.type))
            )
            shape = (table.frame, tuple(each.fingerprint for each in table.columns), table.rows)
            return Node(name, step, needs, lowered, table, unsteady, (frame, shape))
        made = (frame, code_fingerprint(lowered.logic))
        return Node(name, step, needs, lowered, None, unsteady, made)

    def cone(self, name: str) -> frozenset[str]:
        """Return the inputs and decisions that a decision rests on, itself included."""
        found: set[str] = set()
        todo = [name]
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                if each in self._steps:
                    todo.extend(self.node(each).needs)
        return frozenset(found)

    def value(self, name: str, arguments: Sequence[Any]) -> Any:
        """Return the value of a decision, as the engine computes it."""
        step = self._steps[name]
        return value_of(Runtime(), step, arguments) if step.function is not None else None

    def column_value(self, node: Node, column: Column, arguments: Sequence[Any]) -> Any:
        """Return the value of a column's expression for the values of the requirements."""
        if column not in self._expressions:
            assert node.lowered is not None  # noqa: S101 - it has a table
            unit = new_unit("column")
            name = unit.function(list(node.lowered.bindings), column.value)
            self._expressions[column] = unit.build()[name]
        try:
            return self._expressions[column](Runtime(), *arguments)
        except Refuse:
            return None

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The names that more than one element has, so that a patient cannot tell them apart."""
        seen: dict[str, int] = {}
        for step in self.model.steps.values():
            if isinstance(step.element, model.InputData):
                name = normal(step.element.name)
                seen[name] = seen.get(name, 0) + 1
        return frozenset(name for name, count in seen.items() if count > 1)


def _table(code_: TableCode, names: Mapping[int, str], around: Fingerprint) -> Table:
    """Read a table; `names` are those of the variables for its requirements."""
    reader = CellTests()
    columns = tuple(_column(each, names, reader) for each in code_.inputs)
    reader.build()
    tests = _shared_tests(tests_of(code_))
    table = code_.plan.table
    outputs = [each.output for each in code_.rules] + ([code_.default] if code_.default else [])
    constants = tuple(_constant(each) for each in outputs)
    frame = (
        table.hit_policy.value,
        table.aggregation,
        tuple((key, tuple(map(value_key, values))) for key, values in code_.plan.ranking.columns),
        tuple((each.name, _words(each.values), _words(each.default)) for each in table.outputs),
        str(code_.type),
        around,
    )
    return Table(
        table,
        columns,
        tests,
        constants,
        tuple(each for each, value in zip(outputs, constants, strict=True) if value is COMPUTED),
        tuple(frozenset(_used(each, names)) for each in outputs),
        code_.default is not None,
        tuple(_row(columns, table, each.rule) for each in code_.rules),
        frame,
    )


def _shared_tests(
    rows: Sequence[Sequence[CellTest]],
) -> tuple[tuple[CellTest, ...], ...]:
    """Let cells with the same text in one column share a test, so that each is tried once."""
    known: dict[tuple[int, str], CellTest] = {}
    return tuple(
        tuple(known.setdefault((place, test.text), test) for place, test in enumerate(row))
        for row in rows
    )


def _column(clause: InputCode, names: Mapping[int, str], reader: CellTests) -> Column:
    expression = normal(clause.clause.expression.text) if clause.clause.expression else ""
    value = clause.value
    of = value.binding if isinstance(value, code.Ref) else None
    gate = None
    if clause.allowed is not None:
        gate = reader.of_code(_words(clause.clause.values), clause.allowed, clause.binding)
    return Column(
        expression,
        names.get(id(of)),
        tuple(dict.fromkeys(_used(value, names))),
        value,
        gate,
        (expression, code_fingerprint(value), str(clause.binding.type), gate and gate.text),
    )


def _row(columns: Sequence[Column], table: model.DecisionTable, rule: model.Rule) -> Fingerprint:
    """Cells that say nothing are left out, so that a column more makes no difference."""
    cells = frozenset(
        (column.fingerprint, _words(text))
        for column, text in zip(columns, rule.inputs, strict=True)
        if _words(text) not in ("", "-")
    )
    outputs = tuple(
        (clause.name, _words(text))
        for clause, text in zip(table.outputs, rule.outputs, strict=True)
    )
    return cells, outputs


def _words(text: model.Text | None) -> str:
    return text.text.strip() if text is not None else ""


def _used(node: Code, names: Mapping[int, str]) -> Iterator[str]:
    return (names[id(each)] for each in free(node) if id(each) in names)


def _constant(node: Code) -> Any:
    """Return the value of a constant output, or `COMPUTED`."""
    match node:
        case code.Const(value=value):
            return value
        case code.MakeContext(entries=entries, result=None):
            parts = {each.key: _constant(each.value) for each in entries}
            return COMPUTED if any(part is COMPUTED for part in parts.values()) else parts
        case _:
            return COMPUTED


def plain_cell(test: CellTest) -> bool:
    """Say whether a cell is satisfied by every value."""
    return test is ANY_VALUE
