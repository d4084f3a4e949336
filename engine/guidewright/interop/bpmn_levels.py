"""The nodes of a BPMN process level by level: what is a state, and where the ways lead.

In: a scope. Out: which nodes become states, and where each flow leads. A level is the states of
which one is active at a time: a process, a subprocess, or one branch of a fork. What each kind of
node becomes is in `bpmn_states`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidewright.errors import Code, Note, Severity
from guidewright.interop.bpmn_model import (
    GAP_MARK,
    EventKind,
    Flow,
    Node,
    NodeKind,
    Scope,
)
from guidewright.interop.bpmn_reader import not_taken
from guidewright.interop.bpmn_regions import FORKS, Fork, fork_of
from guidewright.interop.export import PREFIX, read_list
from guidewright.source import Span

Document = dict[str, Any]
EXCEPTION = "exception"  # marks a way that belongs under `exceptions`, until it stands there
_NO_STATES = frozenset({NodeKind.START, NodeKind.BOUNDARY})
_ESCAPES = (EventKind.ESCALATION, EventKind.ERROR)


class Importer:
    """One process: the names of its states, and the notes on the way."""

    def __init__(self, lanes: Mapping[str, str]) -> None:
        self.lanes = lanes
        self.notes: list[Note] = []
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()
        self.pages: dict[str, str] = {}

    def reserve(self, scope: Scope) -> None:
        """Give nodes that were exported from a workflow their names first."""
        for node in scope.everything():
            given = own_value(node, "state")
            if given and given not in self.taken:
                self.names[node.id] = given
                self.taken.add(given)
            for part in node.extension:
                if part.name == f"{PREFIX}:history":
                    self.taken.add(part.attributes.get("name", ""))

    def name(self, node: Node) -> str:
        """Return the name of the state that a node becomes; names are unique in the whole."""
        if node.id not in self.names:
            self.names[node.id] = self.fresh(node.name.removeprefix(GAP_MARK) or node.id)
        return self.names[node.id]

    def fresh(self, wanted: str) -> str:
        """Return a name that no other state has."""
        wanted = wanted or "state"
        found, number = wanted, 1
        while found in self.taken:
            number += 1
            found = f"{wanted} {number}"
        self.taken.add(found)
        return found

    def not_taken(self, span: Span | None, text: str, hint: str | None = None) -> None:
        """List something that is not in the workflow."""
        self.notes.append(not_taken(span, text, hint))

    def open(self, span: Span | None, text: str, hint: str | None = None) -> None:
        """List something that the author has to decide."""
        self.notes.append(Note(Code.INTEROP_OPEN, span, text, hint, Severity.WARNING))


def own_value(part: Node | Flow, word: str) -> str | None:
    """Return an attribute of our namespace."""
    return part.attributes.get(f"{PREFIX}:{word}")


@dataclass(eq=False)
class Level:
    """States of which one is active at a time.

    `members` are the nodes that belong here; `stops` are nodes that mean the end of this level,
    with the state that stands for it. `outer` is the level around the subprocess `host`; `base` is
    the level of the whole scope when this one is a branch of a fork in it.
    """

    importer: Importer
    scope: Scope
    members: Collection[str] = ()
    stops: Mapping[str, str] = field(default_factory=dict)
    outer: Level | None = None
    host: str = ""
    base: Level | None = None
    phase: str | None = None
    made: Document = field(default_factory=dict)
    consumed: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)  # names of stops that some way leads to
    mixed: dict[str, str] = field(default_factory=dict)  # why forks are no regions
    exceptions: list[Document] = field(default_factory=list)  # of what is around this level

    def __post_init__(self) -> None:
        if self.base is None:
            self.members = frozenset(node.id for node in self.scope.nodes)

    # nodes ---------------------------------------------------------------------------------------

    def passes(self, fork: Fork) -> bool:
        """Say whether the join of a fork only lets pass, and forks nothing again."""
        return fork.join is not None and len(self.scope.outgoing(fork.join)) < 2

    def is_state(self, node: Node) -> bool:
        """Say whether a node becomes a state of its own."""
        if node.kind in _NO_STATES or self.is_merge(node):
            return False
        if node.event is not None and node.event.kind is EventKind.LINK:
            return False
        if node.kind is NodeKind.END and node.event is not None and node.event.kind in _ESCAPES:
            return self.escape(node) is None
        return not node.by_event

    def is_merge(self, node: Node) -> bool:
        """Say whether a gateway only lets pass."""
        gateway = node.kind in FORKS or node.kind is NodeKind.EXCLUSIVE
        return gateway and len(self.scope.outgoing(node.id)) == 1 and not own_value(node, "state")

    def beside(self) -> set[str]:
        """Return the nodes that only a boundary event that does not interrupt leads to."""
        events = [
            node
            for node in self.scope.nodes
            if node.kind is NodeKind.BOUNDARY and not node.interrupting
        ]
        found: set[str] = set()
        waiting = [flow.target for event in events for flow in self.scope.outgoing(event.id)]
        ours = {event.id for event in events}
        while waiting:
            name = waiting.pop()
            sources = {flow.source for flow in self.scope.incoming(name)}
            if name in found or not sources <= found | ours:
                continue
            found.add(name)
            boundary = {event.id for event in self.scope.boundaries(name)}
            found |= boundary
            leaving = [flow for flow in self.scope.flows if flow.source in {name, *boundary}]
            waiting += [flow.target for flow in leaving]
        return found

    # where it begins -----------------------------------------------------------------------------

    def initial(self, span: Span | None) -> str:
        """Return the name of the state that is entered first."""
        starts = [node for node in self.scope.nodes if node.kind is NodeKind.START]
        plain = [node for node in starts if node.event is None]
        entered = {flow.target for flow in self.scope.flows}
        first = [*plain, *starts] or [
            node
            for node in self.scope.nodes
            if node.id not in entered and node.kind is not NodeKind.BOUNDARY and not node.by_event
        ]
        for other in dict.fromkeys(node.id for node in first[1:] if node is not first[0]):
            node = self.scope.node(other)
            text = f"a workflow begins in one place: the start {node.title} is not taken over"
            self.importer.not_taken(node.span, text, "begin with a gap or decision that chooses")
        if first and first[0].event is not None and self.outer is None:
            text = f"the workflow begins by the event of {first[0].title}"
            hint = "whoever starts the instance has to wait for it"
            self.importer.open(first[0].span, text, hint)
        found = self.first_state(first[0]) if first else None
        if found in self.made:
            return str(found)
        return self.begins_elsewhere(found, span)

    def first_state(self, node: Node) -> str | None:
        """Return the state that a start leads to."""
        if node.kind is not NodeKind.START:
            return self.target(node.id)
        flows = self.scope.outgoing(node.id)
        return self.target(flows[0].target) if flows else None

    def begins_elsewhere(self, target: str | None, span: Span | None) -> str:
        """Return a state made for a level whose first state is none of its own."""
        name = self.importer.fresh("start")
        made: Document = {"kind": "gap"}
        if target is not None:
            made = {"kind": "clinical", "next": target}
        else:
            self.importer.not_taken(span, "it is not said where this begins", "add a start event")
        self.made[name] = made
        return name

    # forks ---------------------------------------------------------------------------------------

    def forks(self) -> dict[str, Fork]:
        """Return the outermost forks of this level; those that are no regions are listed."""
        found: dict[str, Fork] = {}
        ends = self.terminations()
        for node in self.scope.nodes:
            several = len(self.scope.outgoing(node.id)) > 1
            if node.id not in self.members or node.kind not in FORKS or not several:
                continue
            if node.id in self.stops:
                continue
            fork = fork_of(self.scope, node.id, frozenset(self.members) - ends)
            if isinstance(fork, Fork):
                found[node.id] = fork
            else:
                self.mixed[node.id] = fork
        nested = {name for fork in found.values() for _, nodes in fork.branches for name in nodes}
        return {name: fork for name, fork in found.items() if name not in nested}

    def terminations(self) -> frozenset[str]:
        """Return the ends that end all branches at once; they belong to the level of the scope."""
        return frozenset(
            node.id
            for node in self.scope.nodes
            if node.kind is NodeKind.END
            and node.event is not None
            and node.event.kind is EventKind.TERMINATE
        )

    # ways ----------------------------------------------------------------------------------------

    def way(self, flow: Flow) -> Document:
        """Return where a flow leads, with what is written on it."""
        way: Document = {"to": self.target(flow.target)}
        deeper = own_value(flow, "target")
        if deeper is not None and deeper in self.importer.taken:
            way["to"] = deeper
        label = flow.name
        if label:
            way["label"] = label
        for word in ("statements", "ambiguities", "raises"):
            given = own_value(flow, word)
            if given:
                way[word] = read_list(given)
        if own_value(flow, "exception") == "true":
            way[EXCEPTION] = True
        return way

    def target(self, node_id: str, seen: frozenset[str] = frozenset()) -> str:
        """Return the state that a flow into a node leads to."""
        if node_id in self.stops:
            self.reached.add(self.stops[node_id])
            return self.stops[node_id]
        node = self.scope.node(node_id)
        onward = self.onward(node)
        if onward is not None and node_id not in seen:
            return self.target(onward, seen | {node_id})
        if node.kind is NodeKind.END and node.event is not None and node.event.kind in _ESCAPES:
            return self.escape(node) or self.importer.name(node)
        return self.importer.name(node)

    def onward(self, node: Node) -> str | None:
        """Return the node that is meant by one that only lets pass."""
        leaving = self.scope.outgoing(node.id)
        if self.is_merge(node) or (node.kind in _NO_STATES and leaving):
            return leaving[0].target
        link = node.event is not None and node.event.kind is EventKind.LINK
        if link and node.kind is NodeKind.CATCH:
            return leaving[0].target if leaving else None
        if link:
            names = (node.name, node.event.name if node.event else "")
            for other in self.scope.nodes:
                same = other.event is not None and other.event.kind is EventKind.LINK
                if same and other.kind is NodeKind.CATCH and other.name in names:
                    return other.id
        return None

    def escape(self, node: Node) -> str | None:
        """Return where an end leads that a boundary event of an outer subprocess catches."""
        level: Level | None = self.outer
        host = self.host
        while level is not None and node.event is not None:
            for event in level.scope.boundaries(host):
                caught = event.event
                if caught is None or caught.kind is not node.event.kind or not event.interrupting:
                    continue
                if caught.name not in ("", node.event.name):
                    continue
                leaving = level.scope.outgoing(event.id)
                if leaving and self.same_target(node, event):
                    level.consumed.add(event.id)
                    return str(level.way(leaving[0])["to"])
            host = level.host
            level = level.outer
        return None

    @staticmethod
    def same_target(node: Node, event: Node) -> bool:
        """Say whether an end and a boundary event of ours are about the same state."""
        ours = own_value(node, "target"), own_value(event, "target")
        return None in ours or ours[0] == ours[1]


def short(way: Document) -> Any:
    """Return a way in its shortest form: only the name, where there is nothing else to say."""
    return way["to"] if list(way) == ["to"] else way
