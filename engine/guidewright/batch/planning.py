"""A model and the schema of its data -> a kernel, and the plan in words.

In: a model or a guideline, an Arrow schema, which decisions, policies and units. Out: `Kernel`; a
line for each input and decision that says how it is read or made, and why. What is wrong with the
call is told at once (`CallError`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from guidewright.batch.columns import (
    ColumnReader,
    TruthClasses,
    Values,
    classes_for,
)
from guidewright.batch.deciding import Decider
from guidewright.batch.demands import Demand, demands_of
from guidewright.batch.explaining import PlanLine, decision_line, input_line
from guidewright.batch.kernel import REJECTED, Goal, InputColumn, Kernel
from guidewright.batch.outcomes import Evaluator, Extras, Outcomes
from guidewright.batch.primitives import NumpyPrimitives, Primitives
from guidewright.batch.reading import InputPlan, guideline_input, input_name, model_input
from guidewright.batch.sources import (
    ColumnSource,
    Dimension,
    Source,
    constant_source,
    signature_of,
)
from guidewright.batch.tables import candidate_index
from guidewright.batch.values import output_type
from guidewright.dmn.cells import Box
from guidewright.dmn.evaluation import order
from guidewright.dmn.model import InputData
from guidewright.dmn.requirements import Key
from guidewright.dmn.runnable import Model
from guidewright.dmn.steps import Compiled, Lowered, Step
from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.api import Clock
from guidewright.feel.names import normal
from guidewright.feel.scope import Binding
from guidewright.feel.types import ANY, Type
from guidewright.guideline.guide import Guideline
from guidewright.guideline.patient import read_policies

UNIT = b"unit"  # in the metadata of a column


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller chose; `columns` names the column of an input that is not called like it.

    `keep` are columns that are handed through; None hands through those that are no input.
    """

    decisions: tuple[str, ...] | None = None
    policies: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] | None = None
    extras: Extras = field(default_factory=Extras)


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A kernel and the plan it follows."""

    kernel: Kernel
    inputs: tuple[PlanLine, ...]
    decisions: tuple[PlanLine, ...]


def make_kernel(
    subject: Guideline | Model,
    schema: pa.Schema,
    choices: Choices,
    clock: Clock,
    primitives: Primitives | None = None,
) -> Planned:
    """Return the kernel for data of a schema; its loops are numpy's unless `primitives` are given.

    Raises `CallError` for unknown decisions, policies, columns and units.
    """
    return _Planner(subject, schema, choices, clock, primitives or NumpyPrimitives()).plan()


class _Planner:
    def __init__(
        self,
        subject: Guideline | Model,
        schema: pa.Schema,
        choices: Choices,
        clock: Clock,
        primitives: Primitives,
    ) -> None:
        self._primitives = primitives
        self._guideline = subject if isinstance(subject, Guideline) else None
        self._model = subject.model if isinstance(subject, Guideline) else subject
        self._compiled: Compiled = self._model._compiled  # the batch is another reader of it
        self._schema, self._choices, self._clock = schema, choices, clock
        self._lowered: dict[Key, Lowered] = {}
        self._lines: list[PlanLine] = []
        self._faults: list[Note] = []

    def plan(self) -> Planned:
        goals = self._goals()
        steps = order(self._compiled, goals, {})
        self._lowered = _lowered(steps)
        demands = {
            key: demands_of(each.logic, each.bindings) for key, each in self._lowered.items()
        }
        constants = self._constants()
        plans = self._input_plans(constants)
        if self._faults:
            raise CallError(self._faults)
        sources: dict[Key, tuple[Source, Source]] = {}  # by classes, by values
        inputs = []
        for step in self._compiled.steps.values():
            if isinstance(step.element, InputData):
                column = self._input(step, plans, constants, steps, demands, sources)
                if column is not None:
                    inputs.append(column)
        deciders: dict[Key, Decider] = {}
        described: list[PlanLine] = []
        for step in steps:
            if step.key not in sources:
                self._decision(step, demands.get(step.key, {}), sources, deciders, described)
        names = [self._compiled.steps[goal].element.name for goal in goals]
        kernel = Kernel(
            inputs,
            list(deciders.values()),
            [Goal(normal(name), deciders[key]) for name, key in zip(names, goals, strict=True)],
            self._kept(plans),
            self._schema,
            self._choices.extras,
        )
        return Planned(kernel, tuple(self._lines), tuple(described))

    # what is asked for --------------------------------------------------------------------------

    def _goals(self) -> list[Key]:
        chosen = self._choices.decisions
        if chosen is None:
            chosen = tuple(each.name for each in self._model.definitions.decisions)
        return [self._model.step_of(name).key for name in dict.fromkeys(map(normal, chosen))]

    def _constants(self) -> dict[str, str]:
        """Return the values of the inputs that carry policies."""
        if self._guideline is None:
            if self._choices.policies:
                text = "a DMN model has no policies; give them as columns"
                self._faults.append(Note(Code.POLICY, None, text))
            return {}
        file = self._guideline.file
        readings = read_policies(file, self._choices.policies)
        return {normal(file.policies[name].input): each for name, each in readings.items()}

    def _input_plans(self, constants: Mapping[str, str]) -> dict[Key, InputPlan]:
        """Return how each input that has a column is read; tell names that fit nothing."""
        steps = {
            input_name(step, self._model): step
            for step in self._compiled.steps.values()
            if isinstance(step.element, InputData)
        }
        columns = {normal(name): name for name in self._schema.names}
        if len(columns) != len(self._schema.names):
            text = "two columns have the same name"
            self._faults.append(Note(Code.INPUT_UNKNOWN, None, text))
        plans: dict[Key, InputPlan] = {}
        for name in (*self._choices.columns, *self._choices.units):
            if normal(name) not in steps:
                self._unknown("input", name, steps)
        for name, step in steps.items():
            chosen = _named(self._choices.columns, name)
            column = columns.get(normal(chosen) if chosen is not None else name)
            if column is None:
                if chosen is not None:
                    self._unknown("column", chosen, self._schema.names)
                continue
            if name in constants:
                text = f"the column {column!r} belongs to a policy; choose a reading instead"
                self._faults.append(Note(Code.POLICY, None, text))
                continue
            plans[step.key] = self._plan_of(step, name, column)
        self._near_misses(steps, plans)
        return plans

    def _plan_of(self, step: Step, name: str, column: str) -> InputPlan:
        metadata = self._schema.field(column).metadata or {}
        written = metadata.get(UNIT)
        unit = _named(self._choices.units, name) or (written.decode() if written else None)
        if self._guideline is None:
            if unit is not None:
                text = f"{name!r}: a DMN model has no units"
                self._faults.append(Note(Code.INPUT_UNIT, None, text))
            return model_input(step, name, column)
        try:
            return guideline_input(self._guideline.file, self._model, step, name, column, unit)
        except CallError as fault:
            self._faults.extend(fault.notes)
            return model_input(step, name, column)

    def _near_misses(self, steps: Mapping[str, Step], plans: Mapping[Key, InputPlan]) -> None:
        """A column that is called almost like an input without a column is no input by mistake."""
        taken = {plan.column for plan in plans.values()}
        open_inputs = [name for name, step in steps.items() if step.key not in plans]
        for column in self._schema.names:
            if column in taken or column in (self._choices.keep or ()):
                continue
            words = normal(column.replace("_", " ").replace("-", " ").replace(".", " "))
            for name in open_inputs:
                if words.casefold() == normal(name.replace("_", " ")).casefold():
                    text = f"the column {column!r} is no input"
                    hint = f"did you mean {name!r}? Map it (columns), or keep it (keep)"
                    self._faults.append(Note(Code.INPUT_UNKNOWN, None, text, hint))

    def _unknown(self, what: str, name: str, known: Any) -> None:
        hint = did_you_mean(name, known)
        text = f"no {what} is named {name!r}"
        self._faults.append(Note(Code.INPUT_UNKNOWN, None, text, hint))

    def _kept(self, plans: Mapping[Key, InputPlan]) -> list[int]:
        names = self._schema.names
        if self._choices.keep is None:
            taken = {plan.column for plan in plans.values()}
            kept = [name for name in names if name not in taken]
        else:
            kept = list(self._choices.keep)
            for name in kept:
                if name not in names:
                    hint = did_you_mean(name, names)
                    raise CallError(
                        Note(Code.INPUT_UNKNOWN, None, f"no column is named {name!r}", hint)
                    )
        outcomes = {REJECTED, *(normal(each.name) for each in self._model.definitions.decisions)}
        for name in kept:
            if name in outcomes:
                text = f"the column {name!r} has the name of an outcome"
                hint = "rename it, or list the columns to keep"
                raise CallError(Note(Code.INPUT_UNKNOWN, None, text, hint))
        return [names.index(name) for name in kept]

    # inputs -------------------------------------------------------------------------------------

    def _input(
        self,
        step: Step,
        plans: Mapping[Key, InputPlan],
        constants: Mapping[str, str],
        steps: Sequence[Step],
        demands: Mapping[Key, Mapping[Binding, Demand]],
        sources: dict[Key, tuple[Source, Source]],
    ) -> InputColumn | None:
        """Make the sources of an input; return its column, if it has one."""
        name = input_name(step, self._model)
        plan = plans.get(step.key)
        if plan is None:
            value = constants.get(name)
            constant = constant_source(value)
            sources[step.key] = (constant, constant)
            missing = f"no column is named {name!r}, so it is null in every row"
            policy = PlanLine(name, "policy", f"{value!r} in every row")
            known = PlanLine(name, "missing", missing)
            self._lines.append(policy if name in constants else known)
            return None
        asked = [
            demands[each.key][binding]
            for each in steps
            if each.key in demands
            for key, binding in zip(each.inputs, self._lowered[each.key].bindings, strict=True)
            if key == step.key
        ]
        place = self._schema.names.index(plan.column)
        of = self._schema.field(place).type
        boxes: dict[Box, None] = {}
        for demand in asked:
            if demand.by_classes:
                boxes.update(demand.boxes)
        classes = classes_for(plan, list(boxes), of, self._primitives)
        exact = classes is None or any(not demand.by_classes for demand in asked)
        if isinstance(classes, TruthClasses):
            exact = False  # the classes are the values
        elif exact and not any(demand.by_classes for demand in asked):
            classes = None
        readers: list[ColumnReader] = [classes] if classes is not None else []
        values: Values | None = None
        if exact:
            values = Values(plan)
            readers.append(values)
        by_classes = classes.source if classes is not None else None
        by_values = values.source if values is not None else by_classes
        assert by_values is not None  # noqa: S101 - one of the two was made
        sources[step.key] = (by_classes or by_values, by_values)
        self._lines.append(input_line(plan, of, classes, values))
        return InputColumn(plan, place, readers)

    # decisions ----------------------------------------------------------------------------------

    def _decision(
        self,
        step: Step,
        demands: Mapping[Binding, Demand],
        sources: dict[Key, tuple[Source, Source]],
        deciders: dict[Key, Decider],
        lines: list[PlanLine],
    ) -> None:
        if step.value is not None:
            constant = constant_source(step.value)
            sources[step.key] = (constant, constant)
            return
        lowered = self._lowered.get(step.key)
        of = output_type(step.type, lowered.logic.type if lowered is not None else ANY)
        evaluate = Evaluator(self._compiled, step, of, self._choices.extras, self._clock)
        bindings = lowered.bindings if lowered is not None else ()
        dimensions = [
            self._dimension(demands[binding], binding, sources[key])
            for key, binding in zip(step.inputs, bindings, strict=True)
        ]
        _reduce_open(dimensions)
        outcomes = Outcomes(of, self._choices.extras)
        index = candidate_index(lowered) if lowered is not None else None
        decider = deciders[step.key] = Decider(
            evaluate, dimensions, outcomes, index, self._primitives
        )
        sources[step.key] = (outcomes.source, outcomes.source)
        names = [self._name(key) for key in step.inputs]
        lines.append(decision_line(step.element.name, decider, names))

    def _name(self, key: Key) -> str:
        return normal(self._compiled.steps[key].element.name)

    @staticmethod
    def _dimension(demand: Demand, binding: Binding, sources: tuple[Source, Source]) -> Dimension:
        if not (demand.boxes or demand.probes or demand.whole):
            return Dimension(constant_source(None), None)  # nothing is asked of it
        by_classes, by_values = sources
        source = by_classes if demand.by_classes else by_values
        is_open = isinstance(source, ColumnSource)
        return Dimension(
            source, signature_of(demand, binding), open=is_open, asks=bool(demand.probes)
        )


def _reduce_open(dimensions: Sequence[Dimension]) -> None:
    """Count classes of columns read by value, unless asking is all there is to the decision."""
    varying = [each for each in dimensions if not (each.source.fixed and each.size == 1)]
    for each in varying:
        probed = each.open and each.signature is not None
        if probed and (len(varying) > 1 or not each.asks):
            each.reduce()


def _lowered(steps: Sequence[Step]) -> dict[Key, Lowered]:
    """Return the logic of decisions, lowered for what is known of the values they need."""
    types: dict[Key, Type] = {step.key: step.type for step in steps}
    found: dict[Key, Lowered] = {}
    for step in steps:
        if step.lower is not None and step.value is None:
            found[step.key] = step.lower(types)
            types[step.key] = found[step.key].logic.type
    return found


def _named(chosen: Mapping[str, str], name: str) -> str | None:
    return next((each for key, each in chosen.items() if normal(key) == name), None)
