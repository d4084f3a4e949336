"""Answer a workflow's questions with the guideline's decisions and FEEL conditions.

In: a decision's name or a condition, the data known of a patient, an instant. Out: an `Answer` with
the rules and statements it rests on. Everything is compiled when the guideline is loaded, and the
answers are pure: the same data and instant give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from guidewright.workflow.model import ANYWHERE, BaseKind, Cited, Graph, Guard
from guidewright.yaml_shape import Faults


class GuidelineEvaluator:
    """The evaluator of one guideline; `readings` are those of its policies, by default theirs.

    The expressions of `graph` are compiled at once; others when they are first asked for.
    """

    def __init__(
        self,
        file: GuidelineFile,
        model: Model,
        readings: Mapping[str, str] | None = None,
        graph: Graph | None = None,
    ) -> None:
        self._model = model
        self._inputs = input_types(model)
        chosen = readings or {}
        self._carried = {
            policy.input: chosen.get(policy.name, policy.default)
            for policy in file.policies.values()
        }
        self._guards: dict[str, Expression] = {}
        if graph is not None:
            names = {**dict.fromkeys((*awaited(graph), *graph.computed_names), ANY), **self._inputs}
            for each in expressions_of(graph):
                self._compiled(each.guard, names)

    def decide(self, decision: str, data: Mapping[str, Any], at: DateTime) -> Answer:
        """Return what a DMN decision gives for the data; `at` is what `now()` gives."""
        given = {name: value for name, value in data.items() if name in self._inputs}
        options = DecisionOptions(trace=True, only_chosen=True, clock=lambda: at)
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
            expression = self._compiled(guard, {**dict.fromkeys(data, ANY), **self._inputs})
        known = {**self._carried, **data}
        given = {name: known[name] for name in expression.used if name in known}
        result = expression.evaluate(given, clock=lambda: at)
        inputs = tuple(name for name in expression.used if name not in self._carried)
        return Answer(result.value, inputs, notes=result.notes)

    def _compiled(self, guard: Guard, types: Mapping[str, Type]) -> Expression:
        expression = compile_expression(guard.span, types, strict=False)
        self._guards[guard.text] = expression
        return expression


def input_types(model: Model) -> dict[str, Type]:
    """Return the types of the input data by name."""
    return {
        normal(step.element.name): step.type
        for step in model.steps.values()
        if isinstance(step.element, InputData)
    }


@dataclass(frozen=True, slots=True)
class Written:
    """A FEEL expression of a workflow and what it may use: the computed values known there.

    A `condition` is true or false; what is computed can be anything.
    """

    guard: Guard
    computed: tuple[str, ...]
    condition: bool = True


def expressions_of(graph: Graph) -> Iterator[Written]:
    """Yield every FEEL expression of a workflow."""
    scopes = [(ANYWHERE, graph.compute), *((s.name, s.compute) for s in graph.states)]
    for scope, own in scopes:
        known = tuple(item.name for item in graph.computed(scope))
        before = len(known) - len(own)
        for number, item in enumerate(own):
            yield Written(item.expression, known[: before + number], condition=False)
        yield from (Written(guard, known) for guard in _conditions(graph, scope))


def _conditions(graph: Graph, scope: str) -> Iterator[Guard]:
    if scope == ANYWHERE:
        yield from (way.when for way in graph.exceptions if way.when is not None)
        return
    state = graph.state(scope)
    for way in (*state.exceptions, *state.transitions):
        if way.when is not None:
            yield way.when
    if state.timer is not None:
        yield from (g for g in (state.timer.when, state.timer.until_when) if g is not None)


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
    for transition in graph.all_transitions:
        yield from transition.statements
    for state in graph.states:
        yield from state.statements
        if state.timer is not None:
            yield from state.timer.statements


def _check_bases(graph: Graph, types: Mapping[str, Type], faults: Faults) -> None:
    """Report timers that count from what nothing brings."""
    for state in graph.states:
        base = state.timer.base if state.timer is not None else None
        if base is None or base.kind is not BaseKind.DATUM:
            continue
        known = [*types, *(item.name for item in graph.computed(state.name))]
        if normal(base.name) not in known:
            text = f"the timer of the state '{state.name}' counts from '{base.name}', "
            text += "which is no input, and no task brings or workflow computes it"
            faults.add(Code.WORKFLOW_TIMER, base.span, text, did_you_mean(base.name, known))


def check_guards(graph: Graph, file: GuidelineFile, model: Model, faults: Faults) -> None:
    """Compile every expression: it may use inputs, data that tasks bring, and computed values."""
    types: dict[str, Type] = {**dict.fromkeys(awaited(graph), ANY), **input_types(model)}
    for each in expressions_of(graph):
        try:
            expression = compile_expression(
                each.guard.span, {**dict.fromkeys(each.computed, ANY), **types}
            )
        except ModelError as fault:
            faults.notes.extend(fault.notes)
            continue
        if each.condition and expression.type not in (BOOLEAN, ANY):
            text = f"a condition is true or false, not {expression.type}"
            faults.add(Code.WORKFLOW_GUARD, each.guard.span, text)
    _check_bases(graph, types, faults)
    known = set(file.statements)
    for cited in _citations(graph):
        if cited.name not in known:
            text = f"the statement {cited.name!r} is not listed in guideline.yaml"
            faults.add(Code.STATEMENT, cited.span, text, did_you_mean(cited.name, known))
