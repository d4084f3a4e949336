"""What a workflow's conditions and decisions answer, for exactly which data.

In: a guideline with a workflow. Out: for each state, boxes over the inputs in which what it asks
has one answer, and the way it then takes by itself, as the engine tells it. Conditions become
decisions of the model, so that the search of `difference_search` splits for them, too. Data that
every way to a state brings are not missing there. Policies have their defaults, or all readings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from guidewright.analysis.axes import Kind
from guidewright.analysis.difference_axes import Space, under
from guidewright.analysis.difference_cells import Known, Open, Value, each_bit
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_search import Search, split
from guidewright.analysis.regions import Box
from guidewright.analysis.workflow_conditions import conditions_of
from guidewright.analysis.workflow_search import BEGINNING, ROOT, causes
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.instance import Stop
from guidewright.workflow.model import Graph, State, StateKind, Transition, Trigger
from guidewright.workflow.ways import Question, Way

MOST_BOXES = 1_000  # of one state; what is left then is unknown


@dataclass(frozen=True, slots=True)
class Answered:
    """Data of which every patient is answered alike: `values` of what was asked, and the way."""

    box: Box
    values: tuple[Any, ...]
    way: Way | Stop | None


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a state asks by itself; `unknown` says for which data it could not be told."""

    asked: tuple[Transition, ...]
    known: tuple[Answered, ...]
    unknown: tuple[tuple[Box, str], ...]


@dataclass(eq=False)
class WorkflowAnswers:
    """The answers of a guideline's workflow; each state is looked at once."""

    guide: Guideline
    graph: Graph
    bound: BoundGraph
    space: Space
    search: Search | None
    names: dict[str, str]  # of the decision made of a condition, by its text
    brought: Mapping[str, frozenset[str]]  # data that every way to a state brings
    searched: Counter[str] = field(default_factory=Counter)  # ways looked for, by check
    _known: dict[str, Answers] = field(default_factory=dict)
    _groups: dict[str, list[tuple[int, Value]]] = field(default_factory=dict)
    _readings: dict[tuple[str, ...], BoundGraph] = field(default_factory=dict)

    def of(self, state: State) -> Answers:
        """Return what a state asks by itself: its decision, or its conditions without a trigger."""
        if state.name not in self._known:
            self._known[state.name] = self._read(state)
        return self._known[state.name]

    def _read(self, state: State) -> Answers:
        asked = tuple(t for t in state.transitions if t.trigger is Trigger.ALWAYS)
        names: list[str] = []
        if state.kind is StateKind.DECISION and state.ask is not None:
            asked = state.transitions
            names = [normal(state.ask.decision.name)]
        else:
            names = [self.names[t.when.text] for t in asked if t.when is not None]
        if not asked:
            return Answers((), (), ())
        known, unknown = [], []
        ways: dict[Any, Way] = {}
        start = self.start(state)
        worked_out = self._computed_inputs(state, names)
        if worked_out:
            return Answers(asked, (), ((start, f"{worked_out!r} is computed, perhaps from time"),))
        for box, values in self.partition(names, start):
            if isinstance(values, str):
                unknown.append((box, values))
            else:
                key = tuple(map(value_key, values))
                way = ways.get(key) or self._way(state, box)
                if isinstance(way, Way):  # where it stops, the reason tells the data
                    ways[key] = way
                known.append(Answered(box, values, way))
        return Answers(asked, tuple(known), tuple(unknown))

    def _computed_inputs(self, state: State, names: Sequence[str]) -> str:
        """Return an input of the model that the workflow computes, if the answer rests on one."""
        if self.search is None:
            return ""
        version = self.search.versions[0]
        cone = {each for name in names for each in version.cone(name)}
        computed = {normal(each.name) for each in self.graph.computed(state.name)}
        return next(iter(sorted(cone & computed & set(version.inputs))), "")

    def start(self, state: State) -> Box:
        """Return the data that patients in a state can have: what was brought before is there."""
        given = self.brought.get(state.name, frozenset())
        return tuple(
            axis.full & ~axis.mask(Kind.NULL) if axis.name in given else axis.full
            for axis in self.space.axes
        )

    def _way(self, state: State, box: Box) -> Way | Stop | None:
        """Return which way the engine takes for the data of a box."""
        patient = self.space.patient(box)
        return Question(self.reading(patient), patient, BEGINNING).way(state)

    def reading(self, patient: Mapping[str, Any]) -> BoundGraph:
        """Return the workflow under the readings that a patient of a box has."""
        carriers = self.guide.file.policy_inputs
        found = {carriers[name].name: each for name, each in patient.items() if name in carriers}
        if not found:
            return self.bound
        key = tuple(f"{name}: {reading}" for name, reading in found.items())
        if key not in self._readings:
            assert self.guide.workflow is not None  # noqa: S101 - there is a graph
            self._readings[key] = self.guide.workflow.bound(found)
        return self._readings[key]

    def _value(self, search: Search, name: str, box: Box) -> Value:
        """Return a value; of one input only, its parts are grouped by what they give."""
        axes = search.axes_of(name)
        if len(axes) != 1:
            return search.value(0, name, box)
        axis = axes[0]
        if name not in self._groups:
            groups: dict[Any, tuple[int, Value]] = {}
            for place in each_bit(self.space.axes[axis].full):
                value = search.value(0, name, _rest(box, axis, 1 << place))
                key = value_key(value.value) if isinstance(value, Known) else value.why
                groups[key] = (groups.get(key, (0, value))[0] | 1 << place, value)
            self._groups[name] = list(groups.values())
        inside = [each for each in self._groups[name] if each[0] & box[axis]]
        return inside[0][1] if len(inside) == 1 else Open(axis, inside[0][0] & box[axis])

    def tests(self, state: State, ways: Sequence[Transition]) -> Iterator[tuple[Box, Any]]:
        """Yield boxes with the truths of the conditions of some ways, or why it is unknown."""
        names = [self.names[t.when.text] for t in ways if t.when is not None]
        if self._computed_inputs(state, names):
            return iter([(self.start(state), "a value is computed")])
        return self.partition(names, self.start(state))

    def partition(self, names: Sequence[str], start: Box) -> Iterator[tuple[Box, Any]]:
        """Yield boxes in which all of these have one value, with the values or why not."""
        if self.search is None:
            yield start, "the conditions could not be read together"
            return
        todo, looked_at = [start], 0
        while todo:
            box = todo.pop()
            looked_at += 1
            values = [self._value(self.search, name, box) for name in names]
            open_ones = [each for each in values if isinstance(each, Open)]
            if not open_ones:
                yield box, tuple(each.value for each in values if isinstance(each, Known))
                continue
            first = next((each for each in open_ones if each.axis is not None), open_ones[0])
            if first.axis is None or looked_at > MOST_BOXES:
                yield box, first.why or f"more than {MOST_BOXES} cases to look at"
            else:
                todo.extend(split(box, first.axis, first.mask))


def _rest(box: Box, axis: int, mask: int) -> Box:
    return (*box[:axis], mask, *box[axis + 1 :])


def answers_of(guide: Guideline, *, all_readings: bool = False) -> WorkflowAnswers:
    """Return the answers of a guideline's workflow."""
    assert guide.graph is not None  # noqa: S101 - checks of workflows are run only where there is
    assert guide.workflow is not None  # noqa: S101 - there is one with the graph
    asked, bound = conditions_of(guide), guide.workflow.bound()
    if asked.version is None:
        return WorkflowAnswers(guide, guide.graph, bound, asked.space, None, asked.names, {})
    policies = () if all_readings else guide.file.policies.values()
    fixed = {policy.input: policy.default for policy in policies}
    both = (asked.version, asked.version)
    space = under(asked.space, both, (fixed, fixed))
    search, brought = Search(both, space), brought_before(guide.graph)
    return WorkflowAnswers(guide, guide.graph, bound, space, search, asked.names, brought)


def brought_before(graph: Graph) -> dict[str, frozenset[str]]:
    """Return, by state, the data that every way to it brings.

    A task brings its data when it is complete; a way to a state that does not lead over the
    completion of such a task may come without.
    """
    found: dict[str, set[str]] = {state.name: set() for state in graph.states}
    for state in graph.states:
        awaits = state.task.awaits if state.task is not None else None
        timer = state.timer
        skipped = timer is not None and (timer.when or timer.expire or timer.standing)
        if awaits is None or (awaits.any and len(awaits.names) > 1) or skipped:
            continue
        done = {t.target.name for t in state.transitions if t.trigger is Trigger.DONE}
        others = {t.target.name for t in state.transitions if t.trigger is not Trigger.DONE}
        ways = causes(graph)
        ways.remove_edges_from((state.name, target) for target in done - others)
        without = nx.descendants(ways, ROOT)
        for name in found:
            if name not in without:
                found[name] |= {normal(each.name) for each in awaits.names}
    return {name: frozenset(each) for name, each in found.items()}
