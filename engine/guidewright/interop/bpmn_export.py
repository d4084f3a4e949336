"""A workflow as BPMN 2.0: a process whose subprocesses are the states that hold others.

In: a `workflow.model.Graph`. Out: BPMN 2.0 XML with a diagram, the same for the same graph byte by
byte, and notes on what BPMN tools will not see. A way out of a nested state ends there with an
escalation, which the state around it catches, since no sequence flow crosses a border.
What maps to what: docs/interchange.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guidewright.interop.answers import branch_condition, way_name
from guidewright.interop.bpmn_layout import layout
from guidewright.interop.bpmn_model import (
    GAP_MARK,
    EventDefinition,
    EventKind,
    Flow,
    Node,
    NodeKind,
    Process,
    Scope,
)
from guidewright.interop.bpmn_notes import bpmn_notes
from guidewright.interop.bpmn_timers import time_of
from guidewright.interop.bpmn_ways import by_event, goes_on_at_once, possible
from guidewright.interop.bpmn_writer import bpmn_text
from guidewright.interop.export import (
    Export,
    in_order,
    refuse_unwritable,
    written_list,
    xml_id,
    xml_ids,
)
from guidewright.interop.extension import (
    compute_elements,
    own,
    own_element,
    state_attributes,
    task_element,
    timer_element,
    transition_attributes,
)
from guidewright.interop.xml_text import Element
from guidewright.workflow.configuration import ancestors, is_inside
from guidewright.workflow.model import (
    Graph,
    State,
    StateKind,
    TaskKind,
    TimerPhase,
    Transition,
    Trigger,
)


def bpmn(graph: Graph) -> Export:
    """Return the BPMN of a workflow; raises `ModelError` for a character XML cannot have."""
    refuse_unwritable(graph)
    process = _Exporter(graph).process()
    return Export(bpmn_text(process, layout(process.scope)), in_order(bpmn_notes(graph)))


@dataclass(slots=True)
class _Draft:
    """A scope while it is filled; `caught` are the ways that states inside end with."""

    state: State | None
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    caught: list[tuple[str, str]] = field(default_factory=list)  # the state left, the target

    def flow(
        self,
        source: str,
        target: str,
        *,
        name: str = "",
        condition: str | None = None,
        default: bool = False,
        attributes: dict[str, str | None] | None = None,
    ) -> None:
        """Append a flow; its id counts those of its source."""
        number = sum(flow.source == source for flow in self.flows) + 1
        flow_id = f"{source}.way{number}"
        self.flows.append(
            Flow(flow_id, source, target, name, condition, None, default, attributes or {})
        )

    def scope(self) -> Scope:
        """Return what was collected."""
        return Scope(tuple(self.nodes), tuple(self.flows))


class _Exporter:
    """The graph, and the scopes that are open from the outermost to the one being filled."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.ids = xml_ids(graph.order)
        self.open: list[_Draft] = []

    def process(self) -> Process:
        graph = self.graph
        return Process(
            id=f"{xml_id(graph.name)}.process",
            name=graph.label,
            documentation=graph.description,
            scope=self.level(None, graph.top, graph.initial),
            attributes=own(workflow=graph.name, zone=graph.zone.name if graph.zone else None),
            extension=(
                *(own_element("phase", name=page.name, label=page.label) for page in graph.phases),
                *compute_elements(graph.compute),
            ),
        )

    # scopes --------------------------------------------------------------------------------------

    def level(self, state: State | None, names: tuple[str, ...], initial: str) -> Scope:
        """Return the scope of states of which one is active at a time."""
        draft = _Draft(state)
        self.open.append(draft)
        start = f"{self.ids[state.name]}.start" if state is not None else "start"
        draft.nodes.append(Node(start, NodeKind.START))
        draft.flow(start, self.ids[initial])
        elsewhere = {way.target.name for way in self.exceptional()} if state is None else set()
        for name in names:
            if name not in elsewhere:
                self.state(draft, self.graph.state(name))
        if state is None:
            for number, exception in enumerate(self.graph.exceptions, 1):
                self.anywhere(draft, exception, f"exception{number}")
        self.open.pop()
        return draft.scope()

    def anywhere(self, draft: _Draft, exception: Transition, name: str) -> None:
        """Add an event subprocess for an exception of the whole: it ends what the process does."""
        inner = _Draft(None)
        start, target = f"{name}.start", exception.target.name
        state, event = self.graph.state(target), self.event(None, exception)
        ends = self.node(state, NodeKind.END)
        if exception not in self.exceptional():
            to = f"{name}.to.{self.ids[target]}"
            ends = Node(to, NodeKind.END, f"to: {state.label}", attributes=own(target=target))
        end = ends.id
        inner.nodes = [_event_node(start, NodeKind.START, event, exception), ends]
        when = exception.when.text if exception.when is not None else None
        attributes = self.way_attributes(exception)
        if exception.event is not None:
            attributes.update(own(when=when))
        inner.flow(start, end, name=exception.label or "", attributes=attributes)
        draft.nodes.append(
            Node(
                name,
                NodeKind.SUBPROCESS,
                f"Whenever: {_event_name(event)}",
                inner=inner.scope(),
                by_event=True,
                span=exception.span,
            )
        )

    def exceptional(self) -> list[Transition]:
        """Return the exceptions of the whole that alone lead to their end: it stands with them."""
        targets = [way.target.name for way in self.graph.all_transitions] + [self.graph.initial]
        return [
            way
            for way in self.graph.exceptions
            if targets.count(way.target.name) == 1
            and self.graph.state(way.target.name).final
            and self.graph.state(way.target.name).parent is None
        ]

    def regions(self, state: State) -> Scope:
        """Return the scope of a parallel state: a fork, its regions, a join."""
        draft = _Draft(state)
        self.open.append(draft)
        name = self.ids[state.name]
        start, fork, join, end = (f"{name}.{word}" for word in ("start", "fork", "join", "end"))
        draft.nodes += [Node(start, NodeKind.START), Node(fork, NodeKind.PARALLEL)]
        draft.flow(start, fork)
        for child in state.children:
            draft.flow(fork, self.ids[child])
            self.state(draft, self.graph.state(child))
            if not any(t.trigger is Trigger.DONE for t in self.graph.state(child).transitions):
                draft.flow(self.ids[child], join)
        draft.nodes += [Node(join, NodeKind.PARALLEL), Node(end, NodeKind.END)]
        draft.flow(join, end)
        self.open.pop()
        return draft.scope()

    # states --------------------------------------------------------------------------------------

    def state(self, draft: _Draft, state: State) -> None:
        """Add the nodes of a state, and the flows of its ways."""
        if state.children:
            self.nested(draft, state)
        elif state.ask is not None:
            self.decision(draft, state)
        elif state.final:
            draft.nodes.append(self.node(state, NodeKind.END))
        elif state.task is not None:
            told = state.task.kind is TaskKind.INFORM and state.task.awaits is None
            self.activity(draft, state, NodeKind.SEND if told else NodeKind.USER)
        elif state.kind is StateKind.GAP:
            self.activity(draft, state, NodeKind.USER)
        elif state.kind is StateKind.WAIT:
            self.wait(draft, state)
        elif goes_on_at_once(state):
            self.passing(draft, state)
        else:
            self.activity(draft, state, NodeKind.RECEIVE)

    def nested(self, draft: _Draft, state: State) -> None:
        """Add a subprocess, and a boundary event for each way that ends inside it."""
        position = len(draft.nodes)
        before = len(draft.caught)
        if state.parallel:
            inner = self.regions(state)
        else:
            inner = self.level(state, state.children, state.initial or state.children[0])
        draft.nodes.insert(position, self.node(state, NodeKind.SUBPROCESS, inner=inner))
        self.boundaries(draft, state)
        for left, target in dict.fromkeys(draft.caught[before:]):
            if left == state.name:
                self.caught(draft, state, target)
        self.on_completion(draft, state)

    def activity(self, draft: _Draft, state: State, kind: NodeKind) -> None:
        """Add a task with a boundary event for each thing that ends it otherwise."""
        draft.nodes.append(self.node(state, kind))
        self.boundaries(draft, state)
        self.on_completion(draft, state)

    def decision(self, draft: _Draft, state: State) -> None:
        """Add a business rule task and the gateway that branches on its answer."""
        name, ask = self.ids[state.name], state.ask
        gateway = f"{name}.answer"
        draft.nodes.append(self.node(state, NodeKind.RULE))
        draft.nodes.append(Node(gateway, NodeKind.EXCLUSIVE))
        draft.flow(name, gateway)
        for transition in state.transitions:
            if ask is not None:
                self.way(draft, gateway, transition, branch_condition(ask, transition))

    def wait(self, draft: _Draft, state: State) -> None:
        """Add a timer event; when something else can end the wait, behind an event gateway."""
        name = self.ids[state.name]
        done = [t for t in state.transitions if t.trigger is Trigger.DONE]
        timer = EventDefinition(EventKind.TIMER, text=time_of(state, TimerPhase.DUE) or "")
        if len(done) == len(state.transitions):
            draft.nodes.append(self.node(state, NodeKind.CATCH, event=timer))
            for transition in done:
                self.way(draft, name, transition)
            return
        draft.nodes.append(self.node(state, NodeKind.EVENT_BASED))
        for number, same in enumerate(by_event(state), 1):
            catch = f"{name}.event{number}"
            event = timer if same[0].trigger is Trigger.DONE else self.event(state, same[0])
            draft.nodes.append(_event_node(catch, NodeKind.CATCH, event, same[0]))
            draft.flow(name, catch)
            self.ways(draft, catch, same)

    def passing(self, draft: _Draft, state: State) -> None:
        """Add a milestone; when there are conditions, a gateway that tries them in order."""
        name = self.ids[state.name]
        ways = possible([t for t in state.transitions if t.trigger is Trigger.ALWAYS])
        kind = NodeKind.EXCLUSIVE if len(ways) > 1 else NodeKind.THROW
        draft.nodes.append(self.node(state, kind))
        for transition in ways:
            condition = transition.when.text if transition.when is not None else None
            default = len(ways) > 1 and condition is None
            self.way(draft, name, transition, condition, default=default)

    def node(
        self,
        state: State,
        kind: NodeKind,
        *,
        event: EventDefinition | None = None,
        inner: Scope | None = None,
    ) -> Node:
        """Return the flow node that stands for a state."""
        extension: list[Element] = []
        task = task_element(state)
        extension += [task] if task is not None else []
        extension += [timer_element(state.timer)] if state.timer is not None else []
        extension += compute_elements(state.compute)
        extension += [self.history(self.graph.state(name)) for name in state.histories]
        if state.ask is not None:
            output = state.ask.output.name if state.ask.output is not None else None
            extension.append(own_element("decision", name=state.ask.decision.name, output=output))
        attributes = state_attributes(state)
        del attributes["guidewright:label"]  # it is the name of the node
        return Node(
            id=self.ids[state.name],
            kind=kind,
            name=GAP_MARK + state.label if state.kind is StateKind.GAP else state.label,
            documentation=state.description,
            event=event,
            inner=inner,
            attributes=attributes,
            extension=tuple(extension),
            span=state.name_span,
        )

    def history(self, state: State) -> Element:
        """Return a history state, for which BPMN has no word."""
        first = state.transitions[0] if state.transitions else None
        around = self.graph.state(state.parent).phase if state.parent is not None else None
        return own_element(
            "history",
            name=state.name,
            phase=state.phase if state.phase != around else None,
            depth=state.depth.value if state.depth is not None else None,
            next=first.target.name if first is not None else None,
            label=state.label if state.label != state.name else None,
            description=state.description,
            statements=written_list(state.statements),
            ambiguities=written_list(state.ambiguities),
        )

    # ways ----------------------------------------------------------------------------------------

    def boundaries(self, draft: _Draft, state: State) -> None:
        """Add a boundary event for each thing that ends the state otherwise than by completion."""
        name = self.ids[state.name]
        listened = [same for same in by_event(state) if same[0].trigger is not Trigger.DONE]
        for number, same in enumerate([*by_event(state, state.exceptions), *listened], 1):
            boundary = f"{name}.event{number}"
            event = self.event(state, same[0])
            draft.nodes.append(_event_node(boundary, NodeKind.BOUNDARY, event, same[0], name))
            self.ways(draft, boundary, same)

    def on_completion(self, draft: _Draft, state: State) -> None:
        for transition in state.transitions:
            if transition.trigger is Trigger.DONE:
                self.way(draft, self.ids[state.name], transition)

    def event(self, state: State | None, transition: Transition) -> EventDefinition:
        """Return what makes a transition possible, as an event of BPMN."""
        if transition.event is not None:
            return EventDefinition(EventKind.SIGNAL, transition.event.name)
        if transition.phase is not None and state is not None:
            return EventDefinition(EventKind.TIMER, text=time_of(state, transition.phase) or "")
        when = transition.when.text if transition.when is not None else "true"
        return EventDefinition(EventKind.CONDITIONAL, text=when)

    def ways(self, draft: _Draft, source: str, same: list[Transition]) -> None:
        """Add the ways that one event can take; several, or conditions, need a gateway."""
        guarded = [t for t in same if t.when is not None and t.trigger is not Trigger.ALWAYS]
        if len(same) == 1 and not guarded:
            self.way(draft, source, same[0])
            return
        gateway = f"{source}.choice"
        draft.nodes.append(Node(gateway, NodeKind.EXCLUSIVE))
        draft.flow(source, gateway)
        for transition in same:
            condition = transition.when.text if transition.when is not None else None
            self.way(draft, gateway, transition, condition, default=condition is None)

    def way(
        self,
        draft: _Draft,
        source: str,
        transition: Transition,
        condition: str | None = None,
        *,
        default: bool = False,
    ) -> None:
        """Add the flow of a transition: to its target, or to an end that the outside catches."""
        name = transition.label or way_name(transition.trigger, transition.value)
        attributes = self.way_attributes(transition)
        target = transition.target.name
        if self.reaches(draft, target):
            end, into = self.entry(draft, target)
            attributes["guidewright:target"] = into
        else:
            end = self.escalation(draft, target)
        draft.flow(
            source, end, name=name, condition=condition, default=default, attributes=attributes
        )

    @staticmethod
    def way_attributes(transition: Transition) -> dict[str, str | None]:
        """Return what a flow says in our namespace; the name of the flow tells the label."""
        attributes = transition_attributes(transition)
        if transition.label != way_name(transition.trigger, transition.value):
            del attributes["guidewright:label"]
        return attributes

    def reaches(self, draft: _Draft, target: str) -> bool:
        """Say whether a flow in a scope can lead to a state, or to the one around it.

        None can lead into another branch of a fork, nor to the history of the scope itself.
        """
        if draft.state is None:
            return True
        state = self.graph.state(target)
        history = state.kind is StateKind.HISTORY and state.parent == draft.state.name
        inside = is_inside(self.graph, target, draft.state.name)
        return inside and not history and not draft.state.parallel

    def entry(self, draft: _Draft, target: str) -> tuple[str, str | None]:
        """Return the node in this scope that leads to a state, and the state when it is deeper."""
        outer = draft.state.name if draft.state is not None else None
        around = ancestors(self.graph, target, outer)
        return (self.ids[around[-1].name], target) if around else (self.ids[target], None)

    def escalation(self, draft: _Draft, target: str) -> str:
        """Return the end event that leads out of this scope to a target; make it when needed."""
        scope = self.ids[draft.state.name] if draft.state is not None else ""
        end = f"{scope}.to.{self.ids[target]}"
        if all(node.id != end for node in draft.nodes):
            event = EventDefinition(EventKind.ESCALATION, target)
            label = self.graph.state(target).label
            attributes = own(target=target)
            draft.nodes.append(
                Node(end, NodeKind.END, f"to: {label}", event=event, attributes=attributes)
            )
            outer, left = self.catching(draft, target)
            outer.caught.append((left, target))
        return end

    def catching(self, draft: _Draft, target: str) -> tuple[_Draft, str]:
        """Return the scope that holds the target and is no fork, and the state it sees left."""
        index = self.open.index(draft)
        while index > 0:
            left = self.open[index].state
            index -= 1
            if left is not None and self.reaches(self.open[index], target):
                return self.open[index], left.name
        raise AssertionError("the process holds every state")

    def caught(self, draft: _Draft, state: State, target: str) -> None:
        """Add the boundary event that catches a way out of a subprocess."""
        name = self.ids[state.name]
        boundary = f"{name}.left.{self.ids[target]}"
        event = EventDefinition(EventKind.ESCALATION, target)
        attributes = own(target=target)
        draft.nodes.append(
            Node(boundary, NodeKind.BOUNDARY, event=event, host=name, attributes=attributes)
        )
        end, into = self.entry(draft, target)
        draft.flow(boundary, end, attributes=own(target=into))


def _event_node(
    node_id: str,
    kind: NodeKind,
    event: EventDefinition,
    transition: Transition,
    host: str | None = None,
) -> Node:
    """Return the node of an event; a timer's says which phase it stands for."""
    phase = transition.phase.value if transition.phase is not None else None
    name = _event_name(event) or phase or ""
    return Node(node_id, kind, name, event=event, host=host, attributes=own(timer=phase))


def _event_name(event: EventDefinition) -> str:
    return event.name or event.text
