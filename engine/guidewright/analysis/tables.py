"""A decision table as boxes: axes of its columns, one box a rule, and the engine to try values in.

In: a model (and its guideline.yaml, if any). Out: one `TableSubject` a decision table, which every
check of tables is given. Two columns with the same expression share an axis. `must` is what a rule
certainly matches and `may` what it could; they differ only where a cell says more than values of
its own column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from guidewright.analysis.axes import Axis, Kind, box_mask, weighed
from guidewright.analysis.cell_tests import ANY_VALUE, CellTest, CellTests, parts
from guidewright.analysis.domains import Declared, axis_of, listed_values
from guidewright.analysis.findings import About, Certificate, Patient
from guidewright.analysis.regions import Box
from guidewright.analysis.sharing import shared
from guidewright.dmn import DecisionOptions, Model, model
from guidewright.dmn.cells import BOXED_TYPES
from guidewright.dmn.input_cells import InputCode
from guidewright.dmn.model import Aggregation, DecisionTable
from guidewright.dmn.steps import Step
from guidewright.dmn.table import TableCode, boxes_of
from guidewright.dmn.trace import TableTrace
from guidewright.feel.code import Code
from guidewright.feel.names import normal
from guidewright.feel.types import Type
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile, InputMeaning
from guidewright.source import Span

_WHOLE = re.compile(r"-?[0-9]+")
TRACED = DecisionOptions(trace=True)


class SourceKind(StrEnum):
    """Where the value of a column comes from."""

    INPUT = "input"
    DECISION = "decision"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """What a column shows: the name of an input or decision, or the text of an expression."""

    kind: SourceKind
    name: str


@dataclass(frozen=True, slots=True)
class RuleRegion:
    """The boxes of one rule; `index` counts from 0."""

    index: int
    rule: model.Rule
    must: Box
    may: Box

    @property
    def exact(self) -> bool:
        """Whether the rule is a box and nothing else."""
        return self.must == self.may


Replay = Callable[[Patient], str | None]


@dataclass(frozen=True, slots=True)
class Reached:
    """Who comes to a box of a table: a patient, nobody (with a proof), or it is not known."""

    patient: Patient | None = None
    words: str = ""  # who that is
    never: Certificate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TableSubject:
    """A table with its axes and boxes.

    `columns` gives the axis of each column; `tests` the cells by rule and column. `sources` belong
    to the axes. `allowed` is what columns allow by their own input values, which the axes keep to.
    """

    model: Model
    file: GuidelineFile | None
    decision: str
    code: TableCode
    axes: tuple[Axis, ...]
    sources: tuple[ColumnSource, ...]
    columns: tuple[int, ...]
    tests: tuple[tuple[CellTest, ...], ...]
    rules: tuple[RuleRegion, ...]
    allowed: Mapping[int, CellTest] = field(default_factory=dict)
    reach: Callable[[TableSubject, Box, Replay], Reached] | None = None  # with the whole guideline

    def takes(self, column: int, value: Any) -> bool:
        """Whether a column takes a value; else the engine does not ask the table."""
        test = self.allowed.get(column)
        return value is None or test is None or not_refused(test, value)

    @property
    def table(self) -> DecisionTable:
        """The table as written."""
        return self.code.plan.table

    def about(self, *rules: RuleRegion, places: Sequence[Span] = ()) -> About:
        """Return what a finding on these rules is about."""
        spans = tuple(places) or tuple(each.rule.span for each in rules) or (self.table.span,)
        return About(self.decision, spans, tuple(each.rule.name for each in rules))

    def meaning(self, name: str) -> InputMeaning | None:
        """Return what guideline.yaml says of an input, or None."""
        return self.file.inputs.get(name) if self.file is not None else None

    @property
    def output_values(self) -> tuple[tuple[Any, ...], ...]:
        """The values that are allowed, or listed, for each output; none when nothing says."""
        single = self.model.step_of(self.decision).item if len(self.table.outputs) == 1 else None
        definitions = {each.name: each for each in self.model.definitions.item_definitions}
        found = []
        for clause in self.table.outputs:
            text = clause.values
            item = definitions.get(clause.type.name) if clause.type is not None else None
            if text is None and item is not None:
                text = item.allowed_values
            if text is None and single is not None and not single.is_collection:
                text = single.allowed
            found.append(tuple(listed_values(text)))
        return tuple(found)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of parts of the axes."""
        return tuple(len(axis.parts) for axis in self.axes)

    @property
    def known(self) -> Box:
        """The space of values that are all there."""
        return tuple(axis.known for axis in self.axes)

    @property
    def units(self) -> dict[str, str]:
        """The units of the axes, for words."""
        return {axis.name: axis.unit for axis in self.axes}

    # values -------------------------------------------------------------------------------------

    def values(self, box: Box) -> dict[str, Any]:
        """Return a value for each axis out of a box, by axis name: known, and typical if may be."""
        found = {}
        for axis, mask in zip(self.axes, box, strict=True):
            found[axis.name] = max(
                axis.chosen(mask & axis.known or mask), key=lambda part: part.weight
            ).value
        return found

    def witness(self, values: Mapping[str, Any]) -> Patient:
        """Return the patient with these values; those of decisions are assumed."""
        inputs: dict[str, Any] = {}
        assumed: dict[str, Any] = {}
        for source in self.sources:
            into = inputs if source.kind is SourceKind.INPUT else assumed
            into[source.name] = values[source.name]
        return Patient(inputs, assumed)

    def seen(self, patient: Patient) -> TableTrace | None:
        """Run the engine and return what it saw of this table; None when it did not come to it."""
        given = {**patient.inputs, **patient.assumed}
        result = self.model.evaluate(given, self.decision, options=TRACED)
        if result.trace is None:
            return None
        decided = result.trace.decision(self.decision)
        tables = decided.tables if decided is not None else ()
        return next((each for each in tables if each.table is self.table), None)


def table_subjects(of: Model, file: GuidelineFile | None = None) -> Iterator[TableSubject]:
    """Yield every decision of the main model whose logic is a decision table."""
    for decision in of.definitions.decisions:
        if isinstance(decision.logic, DecisionTable):
            yield table_subject(of, decision.name, file)


@shared
def subjects_of(guide: Guideline) -> tuple[TableSubject, ...]:
    """Return the tables of a guideline, made once for all checks of one run."""
    return tuple(table_subjects(guide.model, guide.file))


def table_subject(of: Model, decision: str, file: GuidelineFile | None = None) -> TableSubject:
    """Return the table of a decision as boxes."""
    step = of.step_of(decision)
    code = table_code(of, step)
    names = [_name(each) for each in code.inputs]
    order = list(dict.fromkeys(names))
    tests, allowed = tests_of(code), _input_values(code)
    axes, sources = [], []
    for name in order:
        places = [column for column, each in enumerate(names) if each == name]
        within = [allowed[column] for column in places if column in allowed]
        cells = [row[column] for row in tests for column in places]
        source, declared = _declared(of, step, file, name, code.inputs[places[0]])
        axis = axis_of(name, declared, list(dict.fromkeys([*cells, *within])))
        axes.append(_within(axis, within))
        sources.append(source)
    columns = tuple(order.index(name) for name in names)
    known: dict[tuple[int, str], int] = {}
    rules = tuple(
        _region(index, rule.rule, row, columns, axes, known)
        for index, (rule, row) in enumerate(zip(code.rules, tests, strict=True))
    )
    return TableSubject(
        of,
        file,
        normal(decision),
        code,
        tuple(axes),
        tuple(sources),
        columns,
        tests,
        rules,
        allowed,
    )


def table_code(of: Model, step: Step) -> TableCode:
    """Return the lowered table of a decision."""
    assert step.lower is not None  # noqa: S101 - every decision with logic has it
    types: dict[Any, Type] = {key: of.steps[key].type for key in step.inputs}
    logic: Code = step.lower(types).logic
    return next(each for each in parts(logic) if isinstance(each, TableCode))


def _name(clause: InputCode) -> str:
    text = clause.clause.expression
    return normal(text.text) if text is not None else ""


def tests_of(code: TableCode) -> tuple[tuple[CellTest, ...], ...]:
    """Return the tests of the cells of a table, by rule and column."""
    reader = CellTests()
    rows = []
    for rule, boxes in zip(code.rules, boxes_of(code), strict=True):
        row = []
        for cell, box, text, clause in zip(
            rule.cells, boxes, rule.rule.inputs, code.inputs, strict=True
        ):
            written = text.text.strip() if text is not None else ""
            if written in ("", "-"):
                row.append(ANY_VALUE)
            elif box is not None:
                row.append(reader.of_box(written, box))
            else:
                assert isinstance(cell, Code) or cell is None  # noqa: S101 - no box here
                row.append(reader.of_code(written, cell, clause.binding))
        rows.append(tuple(row))
    reader.build()
    return tuple(rows)


def _input_values(code: TableCode) -> dict[int, CellTest]:
    """Return by column what its own input values allow, besides null."""
    reader = CellTests()
    tests = {
        column: reader.of_code(clause.clause.values.text, clause.allowed, clause.binding)
        for column, clause in enumerate(code.inputs)
        if clause.allowed is not None and clause.clause.values is not None
    }
    reader.build()
    return tests


def not_refused(allowed: CellTest, value: Any) -> bool:
    """Whether input values allow a value, as far as they do not look at other values."""
    return allowed.truth is None or allowed.truth(value) is True


def _within(axis: Axis, tests: Sequence[CellTest]) -> Axis:
    """Return the axis without the values that a column does not take.

    With one of them the engine does not ask the table: its answer is null, with a note.
    """
    parts = [
        part
        for part in axis.parts
        if part.kind in (Kind.NULL, Kind.UNSEEN)
        or all(not_refused(test, part.value) for test in tests)
    ]
    return axis if len(parts) == len(axis.parts) else replace(axis, parts=tuple(weighed(parts)))


def _declared(
    of: Model, step: Step, file: GuidelineFile | None, name: str, clause: InputCode
) -> tuple[ColumnSource, Declared]:
    """Return where a column's value comes from, and what is known of it."""
    for key in step.inputs:
        required = of.steps[key]
        if normal(required.element.name) != name:
            continue
        if isinstance(required.element, model.InputData):
            source = ColumnSource(SourceKind.INPUT, name)
            return source, declared_of_input(file, name, required)
        source = ColumnSource(SourceKind.DECISION, name)
        step_size = Fraction(1) if _is_whole(required.element) else None
        return source, Declared(required.type, required.item, step=step_size)
    return ColumnSource(SourceKind.EXPRESSION, name), Declared(clause.binding.type, clause.item)


def _is_whole(element: model.DrgElement) -> bool:
    """Say whether a decision is a sum or number of whole points."""
    logic = element.logic if isinstance(element, model.Decision) else None
    if not isinstance(logic, DecisionTable) or logic.aggregation is None:
        return False
    outputs = [each.text.strip() for rule in logic.rules for each in rule.outputs if each]
    return logic.aggregation is Aggregation.COUNT or all(_WHOLE.fullmatch(each) for each in outputs)


def declared_of_input(file: GuidelineFile | None, name: str, step: Step) -> Declared:
    """Return what is known of the values of an input."""
    if file is None:
        return Declared(step.type, step.item)
    if name in file.policy_inputs:
        return Declared(step.type, step.item, never_null=True)
    meaning = file.inputs.get(name)
    if meaning is None:
        return Declared(step.type, step.item)
    low, high = meaning.range or (None, None)
    return Declared(
        step.type,
        step.item,
        step=Fraction(1, 10**meaning.decimals) if meaning.decimals is not None else None,
        low=low,
        high=high,
        unit=meaning.unit.written if meaning.unit is not None else "",
    )


def _region(
    index: int,
    rule: model.Rule,
    row: Sequence[CellTest],
    columns: Sequence[int],
    axes: Sequence[Axis],
    known: dict[tuple[int, str], int],
) -> RuleRegion:
    must, may = [axis.full for axis in axes], [axis.full for axis in axes]
    for test, place in zip(row, columns, strict=True):
        axis = axes[place]
        if test is ANY_VALUE:
            continue
        if test.truth is None:  # looks at other values: anything may be
            must[place] = 0
            continue
        true = _mask(axis, test, known)
        must[place] &= true
        may[place] &= true | axis.mask(Kind.UNSEEN)
    return RuleRegion(index, rule, tuple(must), tuple(may))


def _mask(axis: Axis, test: CellTest, known: dict[tuple[int, str], int]) -> int:
    """Return where a cell is true; equal cells of an axis are asked once."""
    key = (id(axis), test.text)
    if key not in known:
        known[key] = cell_mask(axis, test)
    return known[key]


def cell_mask(axis: Axis, test: CellTest) -> int:
    """Return the parts on which a cell is certainly true."""
    if test is ANY_VALUE:
        return axis.full
    if test.box is not None and axis.type in BOXED_TYPES:
        return box_mask(axis, test.box)
    truth = test.truth
    return axis.where(lambda value: truth(value) is True) if truth is not None else 0
