"""Walk the graph: an instance and an event go in, the next instance and effects come out.

`step` is pure: no clock, no input or output, nothing remembered; the same arguments always give
the same result. What is supported of statecharts, after W3C SCXML 1.0, appendix D: nested and
parallel states, final states and completion, transitions with and without events, guards, conflict
resolution, entry and exit in document order; a transition into its own compound state is internal,
all others are external. Beyond it: tasks, decisions, timers, deviation and correction. Not yet:
history states, several targets of one transition, sub-workflows, exception scopes other than
transitions of an enclosing state.

Nothing is guessed. Where a condition or decision gives no usable answer, that state stops with the
reason while the others go on. What the caller cannot do now is refused with a `CallError` that
names what can be done, and the instance stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.conversion import from_python
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Function, Value
from guidewright.workflow.draft import Draft
from guidewright.workflow.effects import Effect, Evaluated, Noted
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import (
    Correct,
    Data,
    Deviate,
    Done,
    Event,
    Signal,
    Start,
    Tick,
    Values,
)
from guidewright.workflow.instance import (
    Choice,
    Correction,
    Datum,
    Deviation,
    Instance,
    OpenTask,
    Status,
    Withdrawal,
)
from guidewright.workflow.model import BaseKind, Trigger
from guidewright.workflow.settle import advance, listening, settle, take, ways_on
from guidewright.workflow.timers import moment
from guidewright.workflow.ways import Way


def begin(graph: BoundGraph) -> Instance:
    """Return an instance that has not been started."""
    return Instance(workflow=graph.graph.name)


def step(graph: BoundGraph, state: Instance, event: Event) -> tuple[Instance, tuple[Effect, ...]]:
    """Return the instance after `event`, and what the outside has to do.

    Timers that are due by the event's instant fire before it is looked at. Raises `CallError` when
    the event does not fit, `ResourceError` when it sets too much in motion.
    """
    _check(graph, state, event)
    draft = Draft.of(graph, state, event.at)
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
    active = (graph.graph.state(name) for name in state.configuration)
    named = (t.event.name for item in active for t in item.transitions if t.event is not None)
    return tuple(dict.fromkeys(named))


# what does not fit -------------------------------------------------------------------------------


def _refuse(code: Code, text: str, hint: str | None = None) -> CallError:
    return CallError(Note(code, None, text, hint))


def _check(graph: BoundGraph, state: Instance, event: Event) -> None:
    known = graph.graph.by_name
    named = [*state.configuration, *(task.state for task in state.tasks)]
    named += [timer.state for timer in state.timers] + [stop.state for stop in state.stops]
    named += [choice.state for choice in state.choices]
    strange = [name for name in named if name not in known]
    if state.workflow != graph.graph.name or strange:
        what = f"the state '{strange[0]}'" if strange else f"the workflow '{state.workflow}'"
        text = f"the instance knows {what}, the workflow '{graph.graph.name}' does not"
        raise _refuse(Code.WORKFLOW_STORED, text)
    if (state.at is None) != isinstance(event, Start):
        text = "the instance is already started" if state.at else "the instance is not started"
        raise _refuse(Code.WORKFLOW_EVENT, text, None if state.at else "send 'start' first")
    if state.at is not None:
        _check_time(state.at, event.at)
    if state.status is Status.FINISHED and isinstance(event, Done | Signal):
        text = f"the way has ended in '{state.finished}'"
        hint = "data, a correction or a deviation with a reason are still possible"
        raise _refuse(Code.WORKFLOW_EVENT, text, hint)


def _check_time(before: DateTime, at: DateTime) -> None:
    if (before.offset is None) != (at.offset is None):
        text = f"the event's instant {at} cannot be compared with the latest one, {before}"
        raise _refuse(Code.WORKFLOW_EVENT, text, "give all events a time zone or offset, or none")
    if moment(at) < moment(before):
        text = f"the event's instant {at} is before the latest one, {before}"
        raise _refuse(Code.WORKFLOW_EVENT, text, "send what was found late with the present time")


def _owned(value: Any, name: str) -> Value:
    """Return a value as FEEL knows it, which nobody else can change; refuse what is none."""
    try:
        owned = from_python(value)
    except Refuse as why:
        raise _refuse(Code.INPUT_TYPE, f"'{name}': {why.reason}") from None
    if _holds_function(owned):
        raise _refuse(Code.INPUT_TYPE, f"'{name}': a function is no datum")
    return owned


def _holds_function(value: Value) -> bool:
    if isinstance(value, list | dict):
        parts = value if isinstance(value, list) else value.values()
        return any(_holds_function(part) for part in parts)
    return type(value) is Function


# what events do ----------------------------------------------------------------------------------


def _learn(draft: Draft, values: Values) -> None:
    for name, value in values.items():
        draft.learn(name, _owned(value, name))


def _start(draft: Draft, event: Start) -> None:
    _learn(draft, event.values)
    draft.enter([(draft.graph.initial, None)])


def _data(draft: Draft, event: Data) -> None:
    if not event.values:
        raise _refuse(Code.WORKFLOW_EVENT, "the event brings no data")
    _learn(draft, event.values)
    if draft.finished is not None:
        names = ", ".join(f"'{name}'" for name in event.values)
        draft.say(Noted(draft.now, draft.finished, f"data came after the end: {names}"))
    draft.answer_tasks()


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
        raise _refuse(Code.WORKFLOW_EVENT, text, "send the data, or deviate with a reason")
    draft.task_done(task)
    draft.answer_tasks()


def _open_task(draft: Draft, named: str) -> OpenTask:
    found = [task for task in draft.tasks.values() if named in (task.id, task.state)]
    if len(found) == 1:
        return found[0]
    known = [task.id for task in draft.tasks.values()]
    hint = "open tasks: " + ", ".join(f"'{name}'" for name in known) if known else "none is open"
    text = f"there is no open task '{named}'" if not found else f"'{named}' has several open tasks"
    raise _refuse(Code.WORKFLOW_EVENT, text, hint)


def _tick(draft: Draft, event: Tick) -> None:
    """Time has passed already: `step` lets timers fire before any event."""


def _signal(draft: Draft, event: Signal) -> None:
    ready = [state for name in draft.active if (state := draft.graph.state(name))]
    heard = [t for state in ready for t in listening(state, event.name)]
    if not heard:
        raise _unexpected(draft, event.name)
    _learn(draft, event.values)
    draft.answer_tasks()
    stopped = {key for key in draft.stops if key[1] == event.name}
    for key in stopped:
        del draft.stops[key]
    ways = ways_on(draft, event.name)
    if not ways and not any(key[1] == event.name for key in draft.stops):
        conditions = ", ".join(f"`{t.when.text}`" for t in heard if t.when is not None)
        text = f"the event '{event.name}' is not possible now: not true is {conditions}"
        raise _refuse(Code.WORKFLOW_EVENT, text)
    take(draft, ways)


def _unexpected(draft: Draft, name: str) -> CallError:
    active = (draft.graph.state(item) for item in draft.active)
    names = {t.event.name for state in active for t in state.transitions if t.event is not None}
    hint = did_you_mean(name, sorted(names))
    if hint is None:
        listed = ", ".join(f"'{item}'" for item in sorted(names)) or "none of the model's events"
        hint = f"expected now: {listed}"
    return _refuse(Code.WORKFLOW_EVENT, f"the event '{name}' is not expected here", hint)


def _deviate(draft: Draft, event: Deviate) -> None:
    if event.to not in draft.graph.by_name:
        hint = did_you_mean(event.to, draft.graph.by_name)
        raise _refuse(Code.WORKFLOW_STATE, f"there is no state '{event.to}'", hint)
    if not event.reason.strip():
        raise _refuse(Code.WORKFLOW_EVENT, "a deviation needs a reason")
    innermost = (name for name in draft.graph.order if name in draft.active)
    left = tuple(name for name in innermost if draft.graph.state(name).atomic)
    draft.deviations.append(Deviation(draft.now, left, event.to, event.reason, event.by))
    draft.say(Noted(draft.now, event.to, f"a clinician left the path: {event.reason}"))
    draft.jump(event.to)


# correction --------------------------------------------------------------------------------------


def _correct(draft: Draft, event: Correct) -> None:
    """Change what is known, then make again, in order, every choice that rested on it.

    A choice that now goes another way takes the instance back to its state, leaving what followed.
    """
    if not event.reason.strip() or not event.values:
        raise _refuse(Code.WORKFLOW_EVENT, "a correction needs values and a reason")
    for name, value in event.values.items():
        if name not in draft.known:
            text = f"nothing is known of '{name}' that could be corrected"
            hint = did_you_mean(name, draft.known) or "send it as data"
            raise _refuse(Code.WORKFLOW_EVENT, text, hint)
        after = _owned(value, name)
        before = draft.known[name].value
        draft.corrections.append(Correction(draft.now, name, before, after, event.reason))
        draft.known[name] = Datum(name, after, draft.now)
    draft.say(Noted(draft.now, "", f"corrected: {', '.join(event.values)}; {event.reason}"))
    for number in range(len(draft.choices)):
        choice = draft.choices[number]
        if choice.standing and _rests_on(choice, event.values):
            _choose_again(draft, choice, number)
    _restart_timers(draft, event.values)


def _rests_on(choice: Choice, names: Iterable[str]) -> bool:
    return choice.inputs is None or not set(choice.inputs).isdisjoint(names)


def _choose_again(draft: Draft, choice: Choice, number: int) -> None:
    state = draft.graph.state(choice.state)
    taken = next((t for t in state.transitions if t.id == choice.transition), None)
    if taken is None or taken.trigger in (Trigger.EVENT, Trigger.TIMER):
        text = "the way taken on an event rested on what was corrected; please look at it"
        draft.say(Noted(draft.now, choice.state, text))
        return
    answer = draft.question().way(state)
    if isinstance(answer, Way) and answer.choice and answer.transition.id == choice.transition:
        draft.choices[number] = answer.choice
        draft.say(Evaluated(draft.now, answer.choice))
        return
    draft.say(Noted(draft.now, state.name, "after the correction this has to be decided again"))
    draft.jump(state.name, number)


def _restart_timers(draft: Draft, names: Iterable[str]) -> None:
    """Count again from a base that was corrected."""
    for timer in tuple(draft.timers.values()):
        state = draft.graph.state(timer.state)
        model = state.timer
        if model is None or model.base.kind is not BaseKind.DATUM or model.base.name not in names:
            continue
        draft.close_tasks(state.name, Withdrawal.OVER)
        draft.cancel_timer(state.name)
        draft.start_timer(state, model)


_HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    Start: _start,
    Data: _data,
    Done: _done,
    Tick: _tick,
    Signal: _signal,
    Deviate: _deviate,
    Correct: _correct,
}
