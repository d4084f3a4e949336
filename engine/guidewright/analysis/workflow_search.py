"""Ways through a workflow: what causes what, and which situations can be reached.

In: a bound workflow and values that represent what its questions tell apart. Out: a graph of causes
(every state that is entered has a cause in it, whatever the data), and a search that runs the
workflow itself, event after event, breadth first. A search that was cut short says so.

Events are tasks done with their data, events of the model, time until the next timer, and data that
come unasked: any of what the questions of the workflow look at where that is little, else what
some patients bring from the start, and what conditions wait for. A clinician who deviates,
overrides or corrects leaves the way, and is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, product
from math import prod
from typing import Any

import networkx as nx

from guidewright.errors import CallError, ResourceError
from guidewright.feel.temporal import DateTime
from guidewright.feel.text import literal
from guidewright.workflow.configuration import ancestors
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import Data, Done, Event, Signal, Start, Tick
from guidewright.workflow.instance import Instance, OpenTask, Status
from guidewright.workflow.model import Graph, State, StateKind
from guidewright.workflow.step import begin, expected, step
from guidewright.workflow.timers import moment, next_firing

BEGINNING = DateTime(
    20454, 9 * 3600 * 10**9, 0
)  # the first event of every way: 2026-01-01, 9:00 UTC
MOST_SITUATIONS = 1500
MOST_EVENTS = 4000  # that are tried: a count, so that a busy machine gives the same verdicts
FAR = 10_000
MOST_ANSWERS = 40  # ways to answer one task
MOST_STARTS = 500  # sets of data that a patient may bring from the start
MOST_RINGS = 3  # events that go round for ever: each takes as long as many others
ROOT = ""


# causes -----------------------------------------------------------------------------------------


def causes(graph: Graph) -> nx.DiGraph[str]:
    """Return which states can be the cause of entering which: by a way, or by being entered.

    A path from `ROOT` to a state is a way to enter it if data allow; there is no other.
    """
    made: nx.DiGraph[str] = nx.DiGraph()
    made.add_nodes_from(state.name for state in graph.states)
    made.add_edge(ROOT, graph.initial)
    for state in graph.states:
        made.add_edges_from((state.name, child) for child in _entered_with(state))
        for way in (*state.transitions, *state.exceptions):
            made.add_edges_from((way.source, name) for name in _entered_by(graph, way.target.name))
        if state.exceptions:
            inside = [
                each.name for each in graph.states if _is_inside(graph, each.name, state.name)
            ]
            for way in state.exceptions:
                entered = list(_entered_by(graph, way.target.name))
                made.add_edges_from((source, name) for source in inside for name in entered)
    for way in graph.exceptions:
        entered = list(_entered_by(graph, way.target.name))
        made.add_edges_from((state.name, name) for state in graph.states for name in entered)
        made.add_edges_from((ROOT, name) for name in entered)
    return made


def _entered_with(state: State) -> Iterator[str]:
    """Yield the states that may be entered because their parent is."""
    if state.parallel or state.histories:
        yield from state.children
    elif state.initial is not None:
        yield state.initial


def _entered_by(graph: Graph, target: str) -> Iterator[str]:
    """Yield what is entered by a way to a state: it, and what is around it; of a history, all."""
    yield target
    around = [state.name for state in ancestors(graph, target)]
    yield from around
    state = graph.state(target)
    if state.kind is StateKind.HISTORY and state.parent is not None:
        yield from (
            each.name for each in graph.states if _is_inside(graph, each.name, state.parent)
        )


def _is_inside(graph: Graph, name: str, outer: str) -> bool:
    return any(state.name == outer for state in ancestors(graph, name))


def always_before(graph: Graph, state: str, done: str) -> bool:
    """Say whether every way to enter a state leads through another, whatever the data."""
    made = causes(graph)
    if state == done or state not in nx.descendants(made, ROOT):
        return state != done
    made.remove_node(done)
    return state not in nx.descendants(made, ROOT)


# the search ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """An instance and the events that brought it there."""

    instance: Instance
    events: tuple[Event, ...] = ()


@dataclass(slots=True)
class Search:
    """A search for a way; `cut` says why it did not see everything, if it did not.

    Ways nearer to the state `aim` go first, and of those the ones with fewer events. `patients` may
    bring data from the start; `looked_at` are the data that any question of the workflow rests on.
    """

    bound: BoundGraph
    samples: Mapping[str, Sequence[Any]]
    aim: str | None = None
    patients: Sequence[Mapping[str, Any]] = ()
    looked_at: Sequence[str] = ()
    deadline: Callable[[Instance], DateTime | None] = lambda instance: None
    cut: list[str] = field(default_factory=list)
    situations: int = 0
    rings: int = 0

    def find(self, done: Callable[[Instance], bool | None]) -> Way | None:
        """Return the first way for which `done` is true; ways for which it is false are left."""
        tried = 0
        steps = self._steps()
        order = count()
        queue = [(0, 0, next(order), Way(begin(self.bound)))]
        seen: set[Any] = set()
        while queue:
            way = heappop(queue)[-1]
            for event in self.moves(way.instance):
                after = self._after(way, event)
                tried += 1
                if self.rings > MOST_RINGS:
                    return None
                if after is None:
                    continue
                verdict = done(after.instance)
                if verdict is True:
                    return after
                key = self._key(after.instance)
                if verdict is False or key in seen:
                    continue
                seen.add(key)
                far = min((steps.get(name, 0) for name in after.instance.configuration), default=0)
                heappush(queue, (far, len(after.events), next(order), after))
            self.situations = len(seen)
            if len(seen) > MOST_SITUATIONS or tried > MOST_EVENTS:
                self._cut(f"the search stopped after {len(seen)} situations")
                return None
        return None

    def _steps(self) -> Mapping[str, int]:
        """Return how far each state is from the aim at least."""
        if self.aim is None:
            return {}
        backwards = causes(self.bound.graph).reverse(copy=False)
        found: dict[str, int] = nx.single_source_shortest_path_length(backwards, self.aim)
        return {state.name: found.get(state.name, FAR) for state in self.bound.graph.states}

    def _after(self, way: Way, event: Event) -> Way | None:
        try:
            instance, _ = step(self.bound, way.instance, event)
        except CallError:  # the event is not possible there
            return None
        except ResourceError:  # a ring that waits for nothing: `workflow.endless` tells of it
            self.rings += 1
            self._cut("an event sends the workflow round for ever")
            return None
        return Way(instance, (*way.events, event))

    def _cut(self, reason: str) -> None:
        if reason not in self.cut:
            self.cut.append(reason)

    # moves --------------------------------------------------------------------------------------

    def moves(self, instance: Instance) -> Iterator[Event]:
        """Yield the events that the workflow asks for."""
        if instance.at is None:
            yield Start(BEGINNING)
            yield from (Start(BEGINNING, values) for values in self.patients)
            yield from self._starts()
            return
        if instance.status is Status.FINISHED:
            return
        now = instance.at
        for task in instance.tasks:
            for values in self._answers(task, instance.data):
                yield Done(now, task.id, values)
        for name in expected(self.bound, instance):
            yield Signal(now, name)
        for name in self._unasked(instance):
            yield from (Data(now, {name: value}) for value in self._values(name))
        yield from self._time(instance, now)

    def _starts(self) -> Iterator[Event]:
        """Yield the data that a patient may bring from the start: all there are, or nothing."""
        choices = [
            [None, *(each for each in self.samples.get(name, ()) if each is not None)]
            for name in self.looked_at
        ]
        if prod(map(len, choices)) > MOST_STARTS:
            self._cut("data that patients bring from the start were tried for some patients only")
            return
        for values in product(*choices):
            told = zip(self.looked_at, values, strict=True)
            known = {name: value for name, value in told if value is not None}
            if known:
                yield Start(BEGINNING, known)

    def _answers(self, task: OpenTask, known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield ways to answer a task; what is known of the patient is said again first."""
        model = self.bound.graph.state(task.state).task
        if model is None or model.awaits is None:
            yield {}
            return
        names = [each.name for each in model.awaits.names]
        if model.awaits.any:
            yield from ({name: value} for name in names for value in self._values(name))
            return
        choices = [_first(known.get(name), self._values(name)) for name in names]
        for number, values in enumerate(product(*choices)):
            if number >= MOST_ANSWERS:
                self._cut(f"'{task.state}' has more than {MOST_ANSWERS} answers")
                return
            yield dict(zip(names, values, strict=True))

    def _values(self, name: str) -> list[Any]:
        found = [value for value in self.samples.get(name, ()) if value is not None]
        if not found:
            self._cut(f"nothing is known of the values of '{name}'")
        return found

    def _unasked(self, instance: Instance) -> Iterator[str]:
        """Yield the data that may come without a task: all, or those that conditions look at."""
        size = sum(len(self.samples.get(name, ())) for name in self.looked_at)
        if size <= MOST_ANSWERS:
            yield from self.looked_at
            return
        self._cut("data that nobody asks for were tried for some patients only")
        yield from self._waited_for(instance)

    def _waited_for(self, instance: Instance) -> Iterator[str]:
        graph = self.bound.graph
        active = [graph.state(name) for name in instance.configuration]
        ways = (way for state in active for way in (*state.transitions, *state.exceptions))
        texts = [way.when.text for way in (*ways, *graph.exceptions) if way.when is not None]
        texts += [state.timer.until_when.text for state in active
                  if state.timer is not None and state.timer.until_when is not None]  # fmt: skip
        for name in self.samples:
            if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in texts):
                yield name

    def _time(self, instance: Instance, now: DateTime) -> Iterator[Event]:
        """Yield the passing of time: to the next timer, and past the deadline that is looked at."""
        firings = []
        for running in instance.timers:
            model = self.bound.graph.state(running.state).timer
            firing = next_firing(model, running) if model is not None else None
            if firing is not None:
                firings.append(firing.at)
        if len(firings) > 1:
            self._cut("several timers run side by side, and when each began can differ")
        if firings:
            yield Tick(max(now, min(firings, key=moment), key=moment))
        until = self.deadline(instance)
        if until is not None and moment(until) > moment(now):
            yield Tick(until)

    def _key(self, instance: Instance) -> Any:
        """Return what the future of an instance depends on; its past only as states entered."""
        assert instance.at is not None  # noqa: S101 - it was started
        now = moment(instance.at)
        known = tuple((each.name, literal(each.value)) for each in instance.known)
        timers = tuple((t.state, t.stage, moment(t.due) - now) for t in instance.timers)
        tasks = tuple((t.state, t.received, moment(t.due) - now) for t in instance.tasks)
        entered = frozenset(instance.path)
        return instance.configuration, known, timers, tasks, instance.finished, entered


def _first(known: Any, values: list[Any]) -> list[Any]:
    """Return the values with the one that is known at the beginning."""
    return sorted(values, key=lambda value: literal(value) != literal(known))
