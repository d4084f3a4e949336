"""What BPMN tools do not see in an exported workflow: one note for each place that loses.

In: a graph. Out: notes of code `interop.lost`. What they are about stands in the file all the same,
in elements and attributes of our namespace, and an import brings it back.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.errors import Note
from guidewright.interop.bpmn_timers import said_in_full
from guidewright.interop.bpmn_ways import by_event, goes_on_at_once
from guidewright.interop.export import lost
from guidewright.interop.extension import computed_notes
from guidewright.workflow.configuration import ancestors, is_inside
from guidewright.workflow.model import Graph, State, StateKind, Transition, Trigger

_KEPT = "it is kept in elements of the namespace of guidewright"


def bpmn_notes(graph: Graph) -> Iterator[Note]:
    """Yield the losses in the order of the file."""
    for way in graph.exceptions:
        if not (graph.state(way.target.name).final and graph.state(way.target.name).parent is None):
            text = f"BPMN ends the process on this exception: it does not go on in '{way.target}'"
            yield lost(way.span, text, _KEPT)
    for state in graph.states:
        if state.kind is StateKind.HISTORY:
            text = f"BPMN has no history: ways to '{state.name}' begin '{state.parent}' anew"
            yield lost(state.name_span, text, _KEPT)
            continue
        if state.file is not None:
            text = f"the states of '{state.file}' are written out inside '{state.name}'"
            yield lost(state.file.span, text, "an import gives one file")
        if state.timer is not None and not said_in_full(state):
            text = f"timer events of BPMN do not tell all of the timer of the state '{state.name}'"
            yield lost(state.timer.span, text, _KEPT)
        never = set() if state.ask is not None else set(_never_taken(state))
        for transition in state.transitions:
            if transition in never:
                text = f"a way of the state '{state.name}' is never taken, and not in the diagram"
                yield lost(transition.span, text, "another one before it has no condition")
            else:
                yield from _transition_notes(graph, state, transition)
        for exception in state.exceptions:
            yield from _transition_notes(graph, state, exception)
    yield from _raised_notes(graph)
    yield from computed_notes(graph)


def _raised_notes(graph: Graph) -> Iterator[Note]:
    for name in graph.raised:
        text = f"BPMN does not send the event '{name}' inside"
        yield lost(name.span, text, _KEPT)


def _never_taken(state: State) -> Iterator[Transition]:
    """Yield the transitions that one without a condition always forestalls."""
    drawn = {transition for same in by_event(state) for transition in same}
    at_once = goes_on_at_once(state)
    for transition in state.transitions:
        if transition not in drawn or (at_once and transition.trigger is not Trigger.ALWAYS):
            yield transition


def _transition_notes(graph: Graph, state: State, transition: Transition) -> Iterator[Note]:
    target = transition.target.name
    around = [outer.name for outer in ancestors(graph, target)]
    middle = [
        name for name in around if not is_inside(graph, state.name, name) and name != state.name
    ]
    if middle:
        text = f"BPMN enters '{middle[-1]}' at its beginning, not at '{target}'"
        yield lost(transition.target.span, text, _KEPT)
    if state.children and is_inside(graph, target, state.name):
        text = f"BPMN leaves '{state.name}' and begins it anew to reach '{target}' inside it"
        yield lost(transition.target.span, text, _KEPT)
    if transition.when is not None and transition.trigger in (Trigger.EVENT, Trigger.TIMER):
        text = (
            f"BPMN leaves the state '{state.name}' on the event before it looks at the condition "
            f"`{transition.when.text}`"
        )
        yield lost(transition.span, text, "guidewright stays when no condition is true")
