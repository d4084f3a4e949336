"""Answer a workflow's questions with the guideline's decisions and FEEL conditions.

In: a decision's name or a condition, the data known of a patient, an instant. Out: an `Answer` with
the rules and statements it rests on. Everything is compiled when the guideline is loaded, and the
answers are pure: the same data and instant give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guidewright.dmn import DecisionOptions, Model
from guidewright.dmn.model import InputData
from guidewright.errors import Code, ModelError, did_you_mean
from guidewright.feel.api import Expression, compile_expression
from guidewright.feel.names import normal
from guidewright.feel.temporal import DateTime
from guidewright.feel.types import ANY, BOOLEAN, Type
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.provenance import basis_of
from guidewright.workflow.evaluator import Answer
from guidewright.workflow.model import Cited, Graph, Guard
from guidewright.yaml_shape import Faults


class GuidelineEvaluator:
    """The evaluator of one guideline; `readings` are those of its policies, by default theirs."""

    def __init__(
        self, file: GuidelineFile, model: Model, readings: Mapping[str, str] | None = None
    ) -> None:
        self._model = model
        self._inputs = input_types(model)
        chosen = readings or {}
        self._carried = {
            policy.input: chosen.get(policy.name, policy.default)
            for policy in file.policies.values()
        }
        self._guards: dict[str, Expression] = {}

    def decide(self, decision: str, data: Mapping[str, Any], at: DateTime) -> Answer:
        """Return what a DMN decision gives for the data; `at` is what `now()` gives."""
        given = {name: value for name, value in data.items() if name in self._inputs}
        options = DecisionOptions(trace=True, clock=lambda: at)
        result = self._model.evaluate({**self._carried, **given}, decision, options=options)
        assert result.trace is not None  # noqa: S101 - it was asked for
        rules: list[str] = []
        statements: list[str] = []
        looked_at: list[str] = []
        for each in result.trace.decisions:
            looked_at.extend(
                normal(self._model.steps[key].element.name)
                for key in self._model.step_of(each.decision.name).inputs
            )
            for table in each.tables:
                for rule in table.chosen:
                    rules.append(f"{each.decision.name}: {rule.rule.name}")
                    statements.extend(basis_of(table.table, rule.rule).statements)
        inputs = tuple(dict.fromkeys(name for name in looked_at if name in self._inputs))
        return Answer(
            result.value, inputs, tuple(rules), tuple(dict.fromkeys(statements)), result.notes
        )

    def test(self, guard: Guard, data: Mapping[str, Any], at: DateTime) -> Answer:
        """Return what a condition gives for the data."""
        expression = self._guards.get(guard.text)
        if expression is None:
            types = {**dict.fromkeys(data, ANY), **self._inputs}
            expression = compile_expression(guard.span, types, strict=False)
            self._guards[guard.text] = expression
        given = {name: value for name, value in data.items() if name in expression.names}
        result = expression.evaluate(given, clock=lambda: at)
        inputs = tuple(name for name in expression.used if name not in self._carried)
        return Answer(result.value, inputs, notes=result.notes)


def input_types(model: Model) -> dict[str, Type]:
    """Return the types of the input data by name."""
    return {
        normal(step.element.name): step.type
        for step in model.steps.values()
        if isinstance(step.element, InputData)
    }


def guards_of(graph: Graph) -> Iterator[Guard]:
    """Yield every condition of a workflow."""
    for state in graph.states:
        for transition in state.transitions:
            if transition.when is not None:
                yield transition.when
        if state.timer is not None:
            for guard in (state.timer.when, state.timer.until_when):
                if guard is not None:
                    yield guard


def awaited(graph: Graph) -> set[str]:
    """Return the names of the data that the tasks of a workflow bring."""
    return {
        name.name
        for state in graph.states
        if state.task is not None and state.task.awaits is not None
        for name in state.task.awaits.names
    }


def statements_cited(graph: Graph) -> set[str]:
    """Return the statements that states and transitions cite."""
    return {cited.name for cited in _citations(graph)}


def _citations(graph: Graph) -> Iterator[Cited]:
    for state in graph.states:
        yield from state.statements
        for transition in state.transitions:
            yield from transition.statements
        if state.timer is not None:
            yield from state.timer.statements


def check_guards(graph: Graph, file: GuidelineFile, model: Model, faults: Faults) -> None:
    """Compile every condition: it may use the model's inputs and the data that tasks bring."""
    types: dict[str, Type] = {**dict.fromkeys(awaited(graph), ANY), **input_types(model)}
    for guard in guards_of(graph):
        try:
            expression = compile_expression(guard.span, types)
        except ModelError as fault:
            faults.notes.extend(fault.notes)
            continue
        if expression.type not in (BOOLEAN, ANY):
            text = f"a condition is true or false, not {expression.type}"
            faults.add(Code.WORKFLOW_GUARD, guard.span, text)
    known = set(file.statements)
    for cited in _citations(graph):
        if cited.name not in known:
            text = f"the statement {cited.name!r} is not listed in guideline.yaml"
            faults.add(Code.STATEMENT, cited.span, text, did_you_mean(cited.name, known))
