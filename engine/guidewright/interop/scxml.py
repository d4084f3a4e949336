"""A workflow as SCXML 1.0: the states, ways and times that a statechart can say, and the rest kept.

In: a `workflow.model.Graph`. Out: an SCXML document, the same for the same graph byte by byte, and
notes on what an interpreter that knows SCXML only will not do. The data model is named `feel`:
conditions are FEEL over the patient's data and the decisions of the guideline by their names.
What maps to what: docs/interchange.md. W3C SCXML 1.0, 3 (core), 6.2 (send), 6.4 (invoke).
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.errors import Note
from guidewright.feel.text import quoted
from guidewright.interop.answers import ANSWERS, branch_condition
from guidewright.interop.export import (
    EXTENSION,
    PREFIX,
    Export,
    in_order,
    lost,
    refuse_unwritable,
    xml_id,
    xml_ids,
)
from guidewright.interop.extension import (
    compute_elements,
    computed_notes,
    own,
    own_element,
    state_attributes,
    task_element,
    timer_element,
    transition_attributes,
)
from guidewright.interop.scxml_timers import cancels, counts_days, sends, timer_event
from guidewright.interop.xml_text import Element, element, xml_text
from guidewright.workflow.configuration import effective_targets, is_inside
from guidewright.workflow.model import (
    Cited,
    Graph,
    Guard,
    State,
    StateKind,
    TaskKind,
    TimerPhase,
    Transition,
    Trigger,
)

NAMESPACE = "http://www.w3.org/2005/07/scxml"
TASK_SERVICE = f"{EXTENSION}:task"  # the type of the service that carries a task out


def scxml(graph: Graph) -> Export:
    """Return the SCXML of a workflow; raises `ModelError` for a character XML cannot have."""
    refuse_unwritable(graph)
    writer = _Writer(graph)
    zone = graph.zone.name if graph.zone is not None else None
    root = element(
        "scxml",
        {
            "xmlns": NAMESPACE,
            f"xmlns:{PREFIX}": EXTENSION,
            "version": "1.0",
            "name": xml_id(graph.name),
            "datamodel": "feel",
            "initial": writer.ids[graph.initial],
            **own(workflow=graph.name, label=graph.label, zone=zone),
        },
        *_description(graph.description),
        *compute_elements(graph.compute),
        *(own_element("phase", name=phase.name, label=phase.label) for phase in graph.phases),
        *(writer.state(graph.state(name)) for name in graph.top),
    )
    return Export(xml_text(root), in_order(writer.notes()))


class _Writer:
    """The graph, and the ids of its states and events."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.ids = xml_ids(graph.order)
        self.events = xml_ids((*graph.events, *(name.name for name in graph.raised)))

    def state(self, state: State) -> Element:
        """Return a state with everything inside it, in document order."""
        if state.kind is StateKind.HISTORY:
            return self.history(state)
        kind = "parallel" if state.parallel else "final" if state.final else "state"
        anywhere = self.graph.exceptions if state.parent is None and not state.final else ()
        inner = sorted((*state.histories, *state.children), key=self.graph.order.__getitem__)
        initial = self.ids[state.initial] if state.initial is not None else None
        attributes = {"id": self.ids[state.name], "initial": initial, **state_attributes(state)}
        return element(
            kind,
            attributes,
            *_description(state.description),
            *self.meaning(state),
            *self.entry_and_exit(state),
            *(self.transition(state, each) for each in anywhere),
            *(self.transition(state, each) for each in state.exceptions),
            *(self.transition(state, each) for each in state.transitions),
            *self.invoke(state),
            *(self.state(self.graph.state(name)) for name in inner),
        )

    def history(self, state: State) -> Element:
        """Return a history state; SCXML needs to be told where it leads the first time."""
        first = effective_targets(self.graph, state.name)
        target = " ".join(self.ids[name] for name in first)
        depth = state.depth.value if state.depth is not None else None
        attributes = {"id": self.ids[state.name], "type": depth, **state_attributes(state)}
        return element("history", attributes, element("transition", {"target": target}))

    def meaning(self, state: State) -> Iterator[Element]:
        """Yield what the state means beyond SCXML."""
        yield from compute_elements(state.compute)
        if state.timer is not None:
            yield timer_element(state.timer)
        task = task_element(state)
        if task is not None:
            yield task
        if state.ask is not None:
            output = state.ask.output.name if state.ask.output is not None else None
            yield own_element("decision", name=state.ask.decision.name, output=output)

    def entry_and_exit(self, state: State) -> Iterator[Element]:
        """Yield what is sent when the state is entered, and cancelled when it is left.

        What informs and what completes the state are two blocks: when an interpreter cannot send,
        the rest of that block is not run.
        """
        name = self.ids[state.name]
        delayed = tuple(sends(state, name))
        if delayed:
            yield element("onentry", None, *delayed)
        if state.raises:
            yield element("onentry", None, *self.raised(state.raises))
        if _informs(state):
            service = {"type": TASK_SERVICE, "event": TaskKind.INFORM.value}
            yield element("onentry", None, element("send", service, *_parameters(state)))
            yield element("onentry", None, element("raise", {"event": f"done.invoke.{name}.task"}))
        if delayed:
            yield element("onexit", None, *cancels(state, name))

    def invoke(self, state: State) -> Iterator[Element]:
        """Yield the service that carries a task out; it ends with `done.invoke.` and the id.

        A task that only informs is sent at entry instead, since SCXML starts no service in a state
        that is left at once.
        """
        if state.task is not None and not _informs(state):
            service = {"type": TASK_SERVICE, "id": f"{self.ids[state.name]}.task"}
            yield element("invoke", service, *_parameters(state))

    def transition(self, state: State, transition: Transition) -> Element:
        target = transition.target.name
        ours = transition.source == state.name
        internal = ours and state.compound and is_inside(self.graph, target, state.name)
        return element(
            "transition",
            {
                "event": self.event(state, transition),
                "cond": _condition(state, transition),
                "type": "internal" if internal else None,
                "target": self.ids[target],
                **transition_attributes(transition),
            },
            *self.raised(transition.raises),
        )

    def raised(self, names: tuple[Cited, ...]) -> Iterator[Element]:
        """Yield the sending of events inside."""
        for name in names:
            yield element("raise", {"event": f"event.{self.events[name.name]}"})

    def event(self, state: State, transition: Transition) -> str | None:
        """Return the event a transition waits for; None when it is taken by its condition."""
        name = self.ids[state.name]
        if transition.event is not None:
            return f"event.{self.events[transition.event.name]}"
        if transition.phase is not None:
            return timer_event(name, transition.phase)
        if transition.trigger is not Trigger.DONE:
            return None
        if state.children:
            return f"done.state.{name}"
        if state.kind is StateKind.WAIT:
            return timer_event(name, TimerPhase.DUE)
        return f"done.invoke.{name}.task"

    def notes(self) -> Iterator[Note]:
        """Yield what an interpreter of plain SCXML does otherwise."""
        for state in self.graph.states:
            yield from _timer_notes(state)
            yield from _decision_notes(state)
        for way in self.graph.all_transitions:
            if way.exception:
                what = f"event '{way.event}'" if way.event is not None else "condition"
                text = (
                    f"SCXML asks what is inside first: it can forestall the exception on the {what}"
                )
                yield lost(way.span, text, "guidewright asks exceptions before anything inside")
            if way.when is not None:
                yield _null_note(way, way.when)
        yield from computed_notes(self.graph)


def _description(text: str | None) -> Iterator[Element]:
    if text is not None:
        yield own_element("description", text=text)


def _informs(state: State) -> bool:
    """Say whether a task is complete as soon as somebody was told."""
    task = state.task
    if task is None or state.timer is not None:
        return False
    return task.kind is TaskKind.INFORM and task.awaits is None


def _parameters(state: State) -> Iterator[Element]:
    """Yield what the service is told, each as a FEEL expression."""
    if state.task is None:
        return
    yield element("param", {"name": "task", "expr": quoted(state.task.kind.value)})
    yield element("param", {"name": "label", "expr": quoted(state.label)})
    awaits = state.task.awaits
    if awaits is not None:
        names = ", ".join(quoted(name.name) for name in awaits.names)
        word = "awaits-any" if awaits.any else "awaits"
        yield element("param", {"name": word, "expr": f"[{names}]"})


def _condition(state: State, transition: Transition) -> str | None:
    """Return the FEEL condition of a transition, or of a branch on the decision's answers."""
    if state.ask is not None and transition.trigger in ANSWERS:
        return branch_condition(state.ask, transition)
    return transition.when.text if transition.when is not None else None


def _timer_notes(state: State) -> Iterator[Note]:
    if state.timer is not None and list(sends(state, "")) and counts_days(state.timer):
        text = f"SCXML counts the days of the timer of the state '{state.name}' as 24 hours each"
        yield lost(state.timer.span, text, "guidewright counts them by the clock of the zone")
    if state.timer is not None and not list(sends(state, "")) and _hears_timer(state):
        text = f"SCXML cannot count the timer of the state '{state.name}' by itself"
        hint = "its events must be sent by whoever reads the element guidewright:timer"
        yield lost(state.timer.span, text, hint)
    elif state.timer is not None and state.kind is StateKind.TASK:
        text = f"the series of the task '{state.name}' is kept by the service that carries it out"
        yield lost(state.timer.span, text, "it is told by the element guidewright:timer")


def _hears_timer(state: State) -> bool:
    return state.kind is StateKind.WAIT or any(t.phase is not None for t in state.transitions)


def _null_note(transition: Transition, when: Guard) -> Note:
    text = f"where the condition `{when.text}` gives null, SCXML takes it for false"
    return lost(transition.span, text, "guidewright stops the state, with the reason")


def _decision_notes(state: State) -> Iterator[Note]:
    """Yield where an interpreter takes for false what stops the workflow visibly."""
    if state.ask is None:
        return
    handled = {transition.trigger for transition in state.transitions}
    missing = [
        word
        for trigger, word in (
            (Trigger.NULL, "no answer"),
            (Trigger.SEVERAL, "several answers"),
            (Trigger.OTHERWISE, "another answer"),
        )
        if trigger not in handled
    ]
    if missing:
        text = (
            f"when the decision '{state.ask.decision.name}' gives {' or '.join(missing)}, "
            f"SCXML waits silently in '{state.name}'"
        )
        yield lost(state.name_span, text, "guidewright stops the state, with the reason")
