"""Boundary events and timers of BPMN as the transitions and the timer of a state.

In: an activity and what sits on its border. Out: `timer` and `transitions` of its state. One timer
a state is what a workflow has; further ones, and what happens beside an activity that goes on, are
listed.
"""

from __future__ import annotations

from guidewright.interop.bpmn_conditions import duration_of, feel_of, sum_of
from guidewright.interop.bpmn_decisions import folded
from guidewright.interop.bpmn_levels import EXCEPTION, Document, Level, own_value
from guidewright.interop.bpmn_model import EventKind, Node, NodeKind
from guidewright.interop.bpmn_parts import own_part
from guidewright.interop.extension import timer_document
from guidewright.workflow.model import TimerPhase

_WORD = {TimerPhase.DUE: "due", TimerPhase.OVERDUE: "overdue", TimerPhase.EXPIRED: "expire"}
_ACTIVITIES_WITH_TASKS = frozenset({NodeKind.TASK, NodeKind.USER, NodeKind.MANUAL, NodeKind.SEND})


def event_name(node: Node) -> str:
    """Return what an event is called: by its signal or message, else by its node."""
    return (node.event.name if node.event is not None else "") or node.name or node.id


def listened(level: Level, node: Node, *, timed: bool = True) -> Document:
    """Return the timer and the transitions that the boundary events of an activity tell."""
    ours = own_part(node, "timer")
    timer = timer_document(ours) if ours else {}
    ways: list[Document] = []
    for event in level.scope.boundaries(node.id):
        if event.id in level.consumed:
            continue
        if not event.interrupting:
            _beside(level, node, event, timer)
        elif event.event is not None and event.event.kind is EventKind.TIMER:
            ways += _timed(level, node, event, timer) if timed else on_timer(level, event)
        else:
            ways += _said(level, event)
    made: Document = {"timer": timer} if timer or ours else {}
    exceptions = [way for way in ways if way.pop(EXCEPTION, False)]
    others = [way for way in ways if way not in exceptions]
    made.update({"exceptions": exceptions} if exceptions else {})
    return {**made, **({"transitions": others} if others else {})}


def _said(level: Level, event: Node) -> list[Document]:
    """Return the ways of a signal, message, error, escalation or condition."""
    definition = event.event
    if definition is None or definition.kind is not EventKind.CONDITIONAL:
        return folded(level, event, {"event": event_name(event)})
    condition = feel_of(definition.text, definition.language)
    if condition is not None:
        return folded(level, event, {"when": condition})
    text = f"the condition `{definition.text}` is not FEEL: the event '{event_name(event)}' stands"
    level.importer.not_taken(event.span, f"{text} for it", "write the condition in FEEL")
    return folded(level, event, {"event": event_name(event)})


def _timed(level: Level, node: Node, event: Node, timer: Document) -> list[Document]:
    """Return the ways of a timer event, and put its time into the timer of the state."""
    task = node.kind in _ACTIVITIES_WITH_TASKS
    named = own_value(event, "timer")
    default = TimerPhase.EXPIRED if task else TimerPhase.DUE
    phase = TimerPhase(named) if named in list(TimerPhase) else default
    time = duration_of(event.event) if event.event is not None else None
    if time is None and not (named and _WORD[phase] in {"due", *timer}):
        return on_timer(level, event)
    if named is None and _WORD[phase] in timer:
        return on_timer(level, event)
    if time is not None and time != _told(timer, phase):
        if phase is not TimerPhase.DUE and timer.get("due", "PT0S") != "PT0S":
            text = f"the time {time} of {event.title} was changed in the diagram"
            hint = f"the timer says {timer.get(_WORD[phase])} after it is due: correct it"
            level.importer.open(event.span, text, hint)
        timer[_WORD[phase]] = timer.get(_WORD[phase], time) if "due" in timer else time
    return folded(level, event, {"timer": phase.value})


def _told(timer: Document, phase: TimerPhase) -> str | None:
    """Return the time from the entry of the state to a phase of its timer."""
    due = timer.get("due", "PT0S")
    if not isinstance(due, str):
        return None
    return due if phase is TimerPhase.DUE else sum_of(due, timer.get(_WORD[phase], "PT0S"))


def on_timer(level: Level, event: Node) -> list[Document]:
    """Return the ways of a time that a workflow does not know, on an event instead."""
    said = event.event.text if event.event is not None else ""
    text = f"the time '{said}' of {event.title} is not taken over"
    hint = "an event of its name stands for it; a state has one timer, with durations"
    level.importer.not_taken(event.span, text, hint)
    return folded(level, event, {"event": event.name or f"after {said}"})


def _beside(level: Level, node: Node, event: Node, timer: Document) -> None:
    """List what happens beside an activity that goes on; a time is when it is overdue."""
    timed = event.event is not None and event.event.kind is EventKind.TIMER
    time = duration_of(event.event) if event.event is not None and timed else None
    hint = "write it as a region of a parallel state"
    if time is not None and "overdue" not in timer and node.kind in _ACTIVITIES_WITH_TASKS:
        timer["overdue"] = time
        hint = f"the task is overdue after {time}; who is told is up to those who run it"
    targets = [level.scope.node(flow.target) for flow in level.scope.outgoing(event.id)]
    if time is not None and all(target.kind is NodeKind.END for target in targets):
        return
    text = f"what {event.title} starts beside {node.title} is not taken over"
    level.importer.not_taken(event.span, text, hint)


def wait_timer(level: Level, event: Node, owner: Node | None = None) -> Document | None:
    """Return the timer of a wait, or None when its time is no duration."""
    ours = own_part(owner or event, "timer")
    timer = timer_document(ours) if ours else {}
    time = duration_of(event.event) if event.event is not None else None
    if time is None:
        return timer or None
    if not timer or (isinstance(timer.get("due", "PT0S"), str) and "trigger" not in timer):
        timer["due"] = time
    return timer
