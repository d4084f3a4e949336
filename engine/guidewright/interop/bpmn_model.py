"""A BPMN process in memory: flow nodes, sequence flows, and scopes that nest.

In: what `bpmn_export` makes of a workflow, or `bpmn_reader` finds in a file. Out: the same for
`bpmn_layout`, `bpmn_writer` and `bpmn_import`. Names are those of BPMN 2.0.2, chapter 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guidewright.interop.xml_text import Element
from guidewright.source import Span

GAP_MARK = "Gap: "  # begins the name of a task at which the source says nothing further
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


class NodeKind(StrEnum):
    """A flow node; the values are the names of the elements."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    TASK = "task"
    USER = "userTask"
    MANUAL = "manualTask"
    RULE = "businessRuleTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    SERVICE = "serviceTask"
    SCRIPT = "scriptTask"
    CALL = "callActivity"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"
    COMPLEX = "complexGateway"
    SUBPROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC = "adHocSubProcess"


class EventKind(StrEnum):
    """What an event is about; the values are the names of the event definitions."""

    SIGNAL = "signalEventDefinition"
    MESSAGE = "messageEventDefinition"
    TIMER = "timerEventDefinition"
    CONDITIONAL = "conditionalEventDefinition"
    ESCALATION = "escalationEventDefinition"
    ERROR = "errorEventDefinition"
    TERMINATE = "terminateEventDefinition"
    LINK = "linkEventDefinition"
    CANCEL = "cancelEventDefinition"
    COMPENSATE = "compensateEventDefinition"


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event waits for or says.

    `name` is that of the signal, message, escalation or error; `text` the condition or the time,
    `clock` how the time is given: timeDuration, timeDate or timeCycle.
    """

    kind: EventKind
    name: str = ""
    text: str = ""
    clock: str = "timeDuration"
    language: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. `inner` is what is inside a subprocess, `host` what a boundary event sits on.

    `attributes` and `extension` are those of our own namespace (`interop.extension`).
    """

    id: str
    kind: NodeKind
    name: str = ""
    documentation: str | None = None
    event: EventDefinition | None = None
    host: str | None = None
    interrupting: bool = True
    inner: Scope | None = None
    by_event: bool = False  # an event subprocess
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    extension: tuple[Element, ...] = ()
    decision: str | None = None  # what other tools say a business rule task calls
    span: Span | None = None

    @property
    def title(self) -> str:
        """What a message calls it: its name and its id."""
        return f"'{self.name}' ({self.id})" if self.name else f"'{self.id}'"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `default` when it is its source's default flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    language: str | None = None
    default: bool = False
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    span: Span | None = None
    condition_span: Span | None = None

    @property
    def title(self) -> str:
        """What a message calls it: its name and its id."""
        return f"'{self.name}' ({self.id})" if self.name else f"'{self.id}'"


@dataclass(frozen=True, slots=True)
class Scope:
    """The nodes and flows of a process or subprocess, in the order of the file."""

    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()

    def node(self, node_id: str) -> Node:
        """Return the node of an id that is known to exist."""
        return next(node for node in self.nodes if node.id == node_id)

    def outgoing(self, node_id: str) -> list[Flow]:
        """Return the flows that leave a node."""
        return [flow for flow in self.flows if flow.source == node_id]

    def incoming(self, node_id: str) -> list[Flow]:
        """Return the flows that lead to a node."""
        return [flow for flow in self.flows if flow.target == node_id]

    def boundaries(self, node_id: str) -> list[Node]:
        """Return the boundary events of an activity."""
        return [node for node in self.nodes if node.host == node_id]

    def everything(self) -> Iterator[Node]:
        """Yield all nodes, also those inside others."""
        for node in self.nodes:
            yield node
            if node.inner is not None:
                yield from node.inner.everything()


@dataclass(frozen=True, slots=True)
class Process:
    """A process and what is said about the whole."""

    id: str
    name: str
    documentation: str | None
    scope: Scope
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    extension: tuple[Element, ...] = ()
    span: Span | None = None
