"""BPMN 2.0 XML -> the processes in it, with places, and notes on what is not read.

In: bytes, from anybody (`dmn.xml_parser` refuses document types and limits sizes). Out: `BpmnFile`.
What BPMN says in elements that are not read here (data objects, annotations, loops, message flows)
is listed, one note each. Raises `ModelError` for what is no XML or no BPMN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guidewright.dmn.xml import SEPARATOR, XmlElement
from guidewright.dmn.xml_parser import parse_xml
from guidewright.errors import Code, ModelError, Note, Severity
from guidewright.interop.bpmn_model import (
    MODEL,
    EventDefinition,
    EventKind,
    Flow,
    Node,
    NodeKind,
    Process,
    Scope,
)
from guidewright.interop.export import EXTENSION, PREFIX
from guidewright.interop.xml_text import Element
from guidewright.source import Span

_NODES = {kind.value: kind for kind in NodeKind}
_EVENTS = {kind.value: kind for kind in EventKind}
_REFERENCES = ("signalRef", "messageRef", "escalationRef", "errorRef")
_DECLARED = frozenset({"signal", "message", "escalation", "error"})
_XPATH = "http://www.w3.org/1999/XPath"  # what conditions are when a file says nothing
# Parts of a process that say nothing about its course.
_SILENT = frozenset(
    {
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "ioSpecification",
        "property",
        "association",
        "dataInputAssociation",
        "dataOutputAssociation",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "supportedInterfaceRef",
    }
)
_PERFORMERS = frozenset({"potentialOwner", "humanPerformer", "performer", "resourceRole"})
_LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})


@dataclass(frozen=True, slots=True)
class BpmnFile:
    """The processes of a file, what was not read, and the lanes that nodes stand in."""

    processes: tuple[Process, ...]
    lanes: Mapping[str, str]
    notes: tuple[Note, ...]


def not_taken(span: Span | None, text: str, hint: str | None = None) -> Note:
    """Return a note on something of the file that is not in the workflow."""
    return Note(Code.INTEROP_NOT_TAKEN, span, text, hint, Severity.WARNING)


def read_bpmn(data: bytes, name: str) -> BpmnFile:
    """Return what a file holds; `name` is what messages call it."""
    root = parse_xml(data, name).root
    if root.name != "definitions" or root.namespace != MODEL:
        text = f"this is no BPMN 2.0, but '{root.qualified_name}' of '{root.namespace}'"
        hint = f"a BPMN file begins with 'definitions' of {MODEL}"
        raise ModelError(Note(Code.INTEROP_NOT_BPMN, root.name_span, text, hint))
    reader = _Reader(root)
    processes = tuple(reader.process(part) for part in _named(root, "process"))
    if not any(process.scope.nodes for process in processes):
        text = "the file holds no process with flow nodes"
        hint = "export the diagram of a process, not of a collaboration or choreography alone"
        raise ModelError(Note(Code.INTEROP_NOT_BPMN, root.name_span, text, hint))
    for part in _named(root, "collaboration"):
        reader.collaboration(part)
    return BpmnFile(processes, reader.lanes, tuple(reader.notes))


@dataclass(slots=True)
class _Reader:
    """One file while it is read."""

    root: XmlElement
    lanes: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    language: str = ""

    def __post_init__(self) -> None:
        self.language = self.root.attributes.get("expressionLanguage", _XPATH)
        for part in self.root.children:
            if part.namespace == MODEL and part.name in _DECLARED:
                name = part.attributes.get("name") or part.attributes.get("id", "")
                self.declared[part.attributes.get("id", "")] = _one_line(name)

    def collaboration(self, part: XmlElement) -> None:
        for flow in _named(part, "messageFlow"):
            name = flow.attributes.get("name") or flow.attributes.get("id", "")
            text = f"the message flow '{_one_line(name)}' is not taken over"
            self.notes.append(not_taken(flow.span, text, "a workflow is about one patient's care"))

    def process(self, part: XmlElement) -> Process:
        for lane_set in _named(part, "laneSet"):
            self.lane_set(lane_set)
        return Process(
            id=part.attributes.get("id", ""),
            name=_one_line(part.attributes.get("name", "")),
            documentation=_documentation(part),
            scope=self.scope(part),
            attributes=_own_attributes(part),
            extension=tuple(_extension(part)),
            span=part.span,
        )

    def lane_set(self, part: XmlElement, outer: str = "") -> None:
        for lane in _named(part, "lane"):
            name = _one_line(lane.attributes.get("name", ""))
            path = f"{outer} / {name}" if outer and name else outer or name
            for reference in _named(lane, "flowNodeRef"):
                self.lanes[reference.text.strip()] = path
            for inner in _named(lane, "childLaneSet"):
                self.lane_set(inner, path)

    def scope(self, part: XmlElement) -> Scope:
        nodes: list[Node] = []
        flows: list[Flow] = []
        defaults = {child.attributes.get("default") for child in part.children} - {None}
        for child in part.children:
            if child.namespace != MODEL:
                continue
            if child.name in _NODES:
                nodes.append(self.node(child))
            elif child.name == "sequenceFlow":
                flows.append(self.flow(child, child.attributes.get("id", "") in defaults))
            else:
                self.skipped(part, child)
        known = {node.id for node in nodes}
        for flow in flows:
            if flow.source not in known or flow.target not in known:
                text = f"the sequence flow '{flow.id}' does not join two nodes of one scope"
                hint = "look at its sourceRef and targetRef"
                self.notes.append(not_taken(flow.span, text, hint))
        joined = tuple(f for f in flows if f.source in known and f.target in known)
        return Scope(tuple(nodes), joined)

    def skipped(self, around: XmlElement, part: XmlElement) -> None:
        """List a part that is not read, unless it says nothing about the course."""
        if part.name in _SILENT or part.name in _EVENTS:
            return
        what = _one_line(part.attributes.get("name") or part.attributes.get("id", ""))
        text, hint = f"the element '{part.name}' {what!r} is not taken over", None
        if part.name == "textAnnotation":
            words = " ".join(_one_line(each.text) for each in _named(part, "text"))
            text, hint = f"an annotation is not taken over: {words!r}", "write it as 'description'"
        elif part.name in _LOOPS:
            owner = around.attributes.get("name") or around.attributes.get("id", "")
            text = f"'{_one_line(owner)}' is done once: its loop is not taken over"
            hint = "say with 'timer: {repeat: …}' or a way back what is done again"
        elif part.name in _PERFORMERS:
            text, hint = f"who does it is not taken over ('{part.name}')", "write it as description"
        self.notes.append(not_taken(part.span, text, hint))

    def node(self, part: XmlElement) -> Node:
        kind = _NODES[part.name]
        definitions = [c for c in part.children if c.namespace == MODEL and c.name in _EVENTS]
        for more in definitions[1:]:
            text = f"only the first event definition of '{part.attributes.get('id')}' is read"
            self.notes.append(not_taken(more.span, text, "make one event of each"))
        nested = kind in (NodeKind.SUBPROCESS, NodeKind.TRANSACTION, NodeKind.AD_HOC)
        if not nested:
            for child in part.children:
                if child.namespace == MODEL and child.name in _LOOPS | _PERFORMERS:
                    self.skipped(part, child)
        event = self.event(definitions[0]) if definitions else self.reference(part)
        return Node(
            id=part.attributes.get("id", ""),
            kind=kind,
            name=_one_line(part.attributes.get("name", "")),
            documentation=_documentation(part),
            event=event,
            host=part.attributes.get("attachedToRef"),
            interrupting=part.attributes.get("cancelActivity", "true") != "false"
            and part.attributes.get("isInterrupting", "true") != "false",
            inner=self.scope(part) if nested else None,
            by_event=part.attributes.get("triggeredByEvent") == "true",
            attributes=_own_attributes(part),
            extension=tuple(_extension(part)),
            decision=_decision(part),
            span=part.span,
        )

    def reference(self, part: XmlElement) -> EventDefinition | None:
        """Return the message a receive task waits for."""
        message = part.attributes.get("messageRef")
        if message is None:
            return None
        return EventDefinition(EventKind.MESSAGE, self.declared.get(message, message))

    def event(self, part: XmlElement) -> EventDefinition:
        name = ""
        for word in _REFERENCES:
            if word in part.attributes:
                local = part.attributes[word].split(":")[-1]
                name = self.declared.get(local, local)
        text, clock, language = "", "timeDuration", self.language
        for child in part.children:
            if child.namespace == MODEL and child.name in (
                "timeDuration",
                "timeDate",
                "timeCycle",
                "condition",
            ):
                text, clock = child.text.strip(), child.name
                language = child.attributes.get("language", self.language)
        return EventDefinition(_EVENTS[part.name], name, text, clock, language, part.span)

    def flow(self, part: XmlElement, default: bool) -> Flow:
        condition = next(_named(part, "conditionExpression"), None)
        language = condition.attributes.get("language") if condition is not None else None
        return Flow(
            id=part.attributes.get("id", ""),
            source=part.attributes.get("sourceRef", ""),
            target=part.attributes.get("targetRef", ""),
            name=_one_line(part.attributes.get("name", "")),
            condition=condition.text.strip() if condition is not None else None,
            language=language or self.language,
            default=default,
            attributes=_own_attributes(part),
            span=part.span,
            condition_span=condition.span if condition is not None else None,
        )


def _named(part: XmlElement, name: str) -> Iterator[XmlElement]:
    return (child for child in part.children if child.name == name and child.namespace == MODEL)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _documentation(part: XmlElement) -> str | None:
    found = "\n\n".join(child.text.strip() for child in _named(part, "documentation"))
    return found or None


def _own_attributes(part: XmlElement) -> dict[str, str | None]:
    """Return the attributes of our namespace, spelt as they are written."""
    found: dict[str, str | None] = {}
    for key, value in part.attributes.items():
        pieces = key.split(SEPARATOR)
        if len(pieces) > 1 and pieces[0] == EXTENSION:
            found[f"{PREFIX}:{pieces[1]}"] = value
    return found


def _extension(part: XmlElement) -> Iterator[Element]:
    """Yield the elements of our namespace."""
    for holder in _named(part, "extensionElements"):
        for child in holder.children:
            if child.namespace == EXTENSION:
                yield Element(f"{PREFIX}:{child.name}", dict(child.attributes), (), child.text)


def _decision(part: XmlElement) -> str | None:
    """Return the decision that a business rule task calls in the dialects of Camunda."""
    for key, value in part.attributes.items():
        if key.split(SEPARATOR)[1:2] == ["decisionRef"]:
            return value
    for holder in _named(part, "extensionElements"):
        for child in holder.children:
            if child.name == "calledDecision" and child.namespace != EXTENSION:
                return child.attributes.get("decisionId", "").removeprefix("=") or None
    return None
