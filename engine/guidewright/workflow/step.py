"""Walk the graph: an instance and an event go in, the next instance and effects come out.

`step` is pure: no clock, no input or output, nothing remembered; the same arguments always give
the same result. Statecharts are those of W3C SCXML 1.0, appendix D: nested and parallel states,
history, final states and completion, transitions with and without events, guards, internal events
before external ones, conflict resolution, entry and exit in document order; a transition into its
own compound state is internal, all others are external. Beyond it: tasks, decisions, timers,
exceptions, deviation, override and correction. What differs is listed in docs/workflow-format.md.

Nothing is guessed. Where a condition or decision gives no usable answer, that state stops with the
reason while the others go on. What the caller cannot do now is refused with a `CallError` that
names what can be done, and the instance stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime
from guidewright.feel.temporal.times import checked_zone
from guidewright.workflow.acts import answer_tasks, learn, task_done
from guidewright.workflow.clinician import deviate, override
from guidewright.workflow.configuration import in_order
from guidewright.workflow.correction import correct
from guidewright.workflow.draft import Draft
from guidewright.workflow.effects import Effect, Noted
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import (
    Correct,
    Data,
    Deviate,
    Done,
    Event,
    Override,
    Signal,
    Start,
    Tick,
    Values,
)
from guidewright.workflow.instance import (
    Instance,
    OpenTask,
    Status,
)
from guidewright.workflow.model import ANYWHERE, Graph
from guidewright.workflow.moves import enter
from guidewright.workflow.refusals import not_computed, owned, refuse
from guidewright.workflow.settle import advance, listening, settle, take, ways_on
from guidewright.workflow.timers import moment


def begin(graph: BoundGraph) -> Instance:
    """Return an instance that has not been started."""
    return Instance(workflow=graph.graph.name)


def step(graph: BoundGraph, state: Instance, event: Event) -> tuple[Instance, tuple[Effect, ...]]:
    """Return the instance after `event`, and what the outside has to do.

    Timers that are due by the event's instant fire before it is looked at. Raises `CallError` when
    the event does not fit, `ResourceError` when it sets too much in motion.
    """
    zone = _zone(graph, state, event)
    event = _in_zone(event, zone)
    _check(graph, state, event)
    draft = Draft.of(graph, state, event.at)
    draft.zone = zone
    try:
        advance(draft, event.at)
        _HANDLERS[type(event)](draft, event)
        settle(draft)
        advance(draft, event.at)  # what became due by this event, at this instant
    except Refuse as why:
        raise CallError(Note(Code.WORKFLOW_TIMER, None, why.reason)) from None
    return draft.instance(), tuple(draft.effects)


def expected(graph: BoundGraph, state: Instance) -> tuple[str, ...]:
    """Return the events of the model that some active state listens to, in document order."""
    if state.status in (Status.NEW, Status.FINISHED):
        return ()
    return _heard(graph.graph, state.configuration)


def _heard(graph: Graph, active: Iterable[str]) -> tuple[str, ...]:
    states = (graph.state(name) for name in active)
    inner = (way for state in states for way in (*state.exceptions, *state.transitions))
    ways = (*graph.exceptions, *inner)
    return tuple(dict.fromkeys(way.event.name for way in ways if way.event is not None))


# what does not fit -------------------------------------------------------------------------------


def _check(graph: BoundGraph, state: Instance, event: Event) -> None:
    known = graph.graph.by_name
    named = [*state.configuration, *(task.state for task in state.tasks)]
    named += [timer.state for timer in state.timers] + [stop.state for stop in state.stops]
    named += [choice.state for choice in state.choices]
    named += [name for item in state.history for name in (item.state, *item.states)]
    named += [item.scope for item in state.interruptions]
    named += [timer.state for timer in state.paused]
    strange = [name for name in named if name not in known and name != ANYWHERE]
    if state.workflow != graph.graph.name or strange:
        what = f"the state '{strange[0]}'" if strange else f"the workflow '{state.workflow}'"
        text = f"the instance knows {what}, the workflow '{graph.graph.name}' does not"
        raise refuse(Code.WORKFLOW_STORED, text)
    if (state.at is None) != isinstance(event, Start):
        text = "the instance is already started" if state.at else "the instance is not started"
        raise refuse(Code.WORKFLOW_EVENT, text, None if state.at else "send 'start' first")
    if state.at is not None:
        _check_time(state.at, event.at)
    if isinstance(event, Done | Signal):
        _check_end(state.finished)


def _zone(graph: BoundGraph, state: Instance, event: Event) -> str | None:
    """Return the site's zone: the one said at the start, else the workflow's."""
    zone, code = state.zone, Code.WORKFLOW_STORED
    if isinstance(event, Start):
        code, said = Code.WORKFLOW_EVENT, graph.graph.zone
        zone = event.zone or (said.name if said is not None else None)
    try:
        return checked_zone(zone) if zone is not None else None
    except Refuse as why:
        raise refuse(code, why.reason, "such as Europe/London or UTC") from None


def _in_zone(event: Event, zone: str | None) -> Event:
    """Return the event with its instant as the clocks of the site show it."""
    if zone is None:
        return event
    if event.at.instant is None:
        text = f"the event's instant {event.at} could be any: the site's zone is {zone}"
        raise refuse(Code.WORKFLOW_EVENT, text, "give it an offset, such as +01:00 or Z")
    return replace(event, at=DateTime.in_zone(event.at.instant, zone))


def _check_end(finished: str | None) -> None:
    if finished is not None:
        text = f"the way has ended in '{finished}'"
        hint = "data, a correction or a deviation with a reason are still possible"
        raise refuse(Code.WORKFLOW_EVENT, text, hint)


def _check_time(before: DateTime, at: DateTime) -> None:
    if (before.offset is None) != (at.offset is None):
        text = f"the event's instant {at} cannot be compared with the latest one, {before}"
        raise refuse(Code.WORKFLOW_EVENT, text, "give all events a time zone or offset, or none")
    if moment(at) < moment(before):
        text = f"the event's instant {at} is before the latest one, {before}"
        raise refuse(Code.WORKFLOW_EVENT, text, "send what was found late with the present time")


# what events do ----------------------------------------------------------------------------------


def _learn(draft: Draft, values: Values) -> None:
    for name, value in values.items():
        not_computed(draft.graph, name)
        learn(draft, name, owned(value, name))


def _start(draft: Draft, event: Start) -> None:
    _learn(draft, event.values)
    enter(draft, [(draft.graph.initial, None)])


def _data(draft: Draft, event: Data) -> None:
    if not event.values:
        raise refuse(Code.WORKFLOW_EVENT, "the event brings no data")
    _learn(draft, event.values)
    if draft.finished is not None:
        names = ", ".join(f"'{name}'" for name in event.values)
        draft.say(Noted(draft.now, draft.finished, f"data came after the end: {names}"))
    answer_tasks(draft)


def _done(draft: Draft, event: Done) -> None:
    task = _open_task(draft, event.task)
    _learn(draft, event.values)
    task = draft.tasks[task.id]
    model = draft.graph.state(task.state).task
    awaits = model.awaits if model is not None else None
    if awaits is not None and not awaits.satisfied(frozenset(task.received)):
        missing = [f"'{item}'" for item in awaits.names if item.name not in task.received]
        joined = (" or " if awaits.any else ", ").join(missing)
        text = f"the task '{task.id}' is done when the data have come: {joined} is missing"
        raise refuse(Code.WORKFLOW_EVENT, text, "send the data, or deviate with a reason")
    task_done(draft, task)
    answer_tasks(draft)


def _open_task(draft: Draft, named: str) -> OpenTask:
    found = [task for task in draft.tasks.values() if named in (task.id, task.state)]
    if len(found) == 1:
        return found[0]
    known = [task.id for task in draft.tasks.values()]
    hint = "open tasks: " + ", ".join(f"'{name}'" for name in known) if known else "none is open"
    text = f"there is no open task '{named}'" if not found else f"'{named}' has several open tasks"
    raise refuse(Code.WORKFLOW_EVENT, text, hint)


def _tick(draft: Draft, event: Tick) -> None:
    """Time has passed already: `step` lets timers fire before any event."""


def _signal(draft: Draft, event: Signal) -> None:
    _check_end(draft.finished)  # it may have ended by the time that passed since
    ready = [draft.graph.state(name) for name in in_order(draft.graph, draft.active)]
    ways = (way for state in ready for way in (*state.exceptions, *state.transitions))
    heard = tuple(listening((*draft.graph.exceptions, *ways), event.name))
    if not heard:
        raise _unexpected(draft, event.name)
    _learn(draft, event.values)
    answer_tasks(draft)
    stopped = {key for key in draft.stops if key[1] == event.name}
    for key in stopped:
        del draft.stops[key]
    taken = ways_on(draft, event.name)
    if not taken and not any(key[1] == event.name for key in draft.stops):
        conditions = ", ".join(f"`{t.when.text}`" for t in heard if t.when is not None)
        text = f"the event '{event.name}' is not possible now: not true is {conditions}"
        raise refuse(Code.WORKFLOW_EVENT, text)
    take(draft, taken)


def _unexpected(draft: Draft, name: str) -> CallError:
    names = set(_heard(draft.graph, draft.active))
    hint = did_you_mean(name, sorted(names))
    if hint is None:
        listed = ", ".join(f"'{item}'" for item in sorted(names)) or "none of the model's events"
        hint = f"expected now: {listed}"
    return refuse(Code.WORKFLOW_EVENT, f"the event '{name}' is not expected here", hint)


_HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    Start: _start,
    Data: _data,
    Done: _done,
    Tick: _tick,
    Signal: _signal,
    Deviate: deviate,
    Override: override,
    Correct: correct,
}
