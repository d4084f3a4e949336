"""A BPMN process in memory -> BPMN 2.0 XML with its diagram (BPMN DI), byte by byte the same.

In: a `Process` and a `Diagram`. Out: text. Elements stand in the order of the schema (BPMN20.xsd).
Conditions are FEEL, said once for the whole file; signals and escalations go by their names.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.interop.bpmn_layout import Box, Diagram
from guidewright.interop.bpmn_model import (
    GAP_MARK,
    MODEL,
    EventDefinition,
    EventKind,
    Flow,
    Node,
    NodeKind,
    Process,
    Scope,
)
from guidewright.interop.export import EXTENSION, FEEL, PREFIX, xml_ids
from guidewright.interop.xml_text import Element, element, xml_text

_NAMESPACES = {
    "xmlns:bpmn": MODEL,
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xmlns:color": "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    f"xmlns:{PREFIX}": EXTENSION,
}
_GAP_COLOURS = {"color:background-color": "#ffe0b2", "color:border-color": "#8a4b00"}
# Events that name something declared for the whole file: the element, the reference, the prefix.
_DECLARED = {
    EventKind.SIGNAL: ("signal", "signalRef"),
    EventKind.ESCALATION: ("escalation", "escalationRef"),
}


def bpmn_text(process: Process, diagram: Diagram) -> str:
    """Return the whole file."""
    return xml_text(_Writer(process, diagram).definitions())


class _Writer:
    """The process, its diagram, and the ids of what its events name."""

    def __init__(self, process: Process, diagram: Diagram) -> None:
        self.process = process
        self.diagram = diagram
        names: dict[EventKind, list[str]] = {kind: [] for kind in _DECLARED}
        for node in process.scope.everything():
            if node.event is not None and node.event.kind in _DECLARED:
                names[node.event.kind].append(node.event.name)
        self.declared = {kind: xml_ids(found) for kind, found in names.items()}

    def definitions(self) -> Element:
        return element(
            "bpmn:definitions",
            {
                **_NAMESPACES,
                "id": f"{self.process.id}.definitions",
                "targetNamespace": EXTENSION,
                "expressionLanguage": FEEL,
                "exporter": PREFIX,
            },
            *self.declarations(),
            self.process_element(),
            self.diagram_element(),
        )

    def declarations(self) -> Iterator[Element]:
        for kind, (word, _) in _DECLARED.items():
            for name, found in self.declared[kind].items():
                code = name if kind is EventKind.ESCALATION else None
                attributes = {"id": f"{found}.{word}", "name": name, "escalationCode": code}
                yield element(f"bpmn:{word}", attributes)

    def process_element(self) -> Element:
        process = self.process
        return element(
            "bpmn:process",
            {
                "id": process.id,
                "name": process.name or None,
                "isExecutable": "false",
                **process.attributes,
            },
            *_described(process.documentation, process.extension),
            *self.scope(process.scope),
        )

    def scope(self, scope: Scope) -> Iterator[Element]:
        for node in scope.nodes:
            yield self.node(scope, node)
        for flow in scope.flows:
            yield _flow(flow)

    def node(self, scope: Scope, node: Node) -> Element:
        default = next((flow.id for flow in scope.outgoing(node.id) if flow.default), None)
        return element(
            f"bpmn:{node.kind.value}",
            {
                "id": node.id,
                "name": node.name or None,
                "attachedToRef": node.host,
                "triggeredByEvent": "true" if node.by_event else None,
                "default": default,
                **node.attributes,
            },
            *_described(node.documentation, node.extension),
            *(element("bpmn:incoming", text=flow.id) for flow in scope.incoming(node.id)),
            *(element("bpmn:outgoing", text=flow.id) for flow in scope.outgoing(node.id)),
            *(self.event(node.id, node.event) if node.event is not None else ()),
            *(self.scope(node.inner) if node.inner is not None else ()),
        )

    def event(self, node_id: str, event: EventDefinition) -> Iterator[Element]:
        word = f"bpmn:{event.kind.value}"
        attributes = {"id": f"{node_id}.definition"}
        if event.kind is EventKind.TIMER:
            time = element("bpmn:timeDuration", _FORMAL, text=event.text)
            yield element(word, attributes, *([time] if event.text else []))
        elif event.kind is EventKind.CONDITIONAL:
            yield element(word, attributes, element("bpmn:condition", _FORMAL, text=event.text))
        else:
            kind, reference = _DECLARED[event.kind]
            found = self.declared[event.kind][event.name]
            yield element(word, {**attributes, reference: f"{found}.{kind}"})

    # the diagram ---------------------------------------------------------------------------------

    def diagram_element(self) -> Element:
        plane = f"{self.process.id}.plane"
        return element(
            "bpmndi:BPMNDiagram",
            {"id": f"{self.process.id}.diagram"},
            element(
                "bpmndi:BPMNPlane",
                {"id": plane, "bpmnElement": self.process.id},
                *self.shapes(self.process.scope),
                *self.edges(self.process.scope),
            ),
        )

    def shapes(self, scope: Scope) -> Iterator[Element]:
        for node in scope.nodes:
            gap = node.name.startswith(GAP_MARK)
            expanded = "true" if node.inner is not None else None
            marker = "true" if node.kind is NodeKind.EXCLUSIVE else None
            yield element(
                "bpmndi:BPMNShape",
                {
                    "id": f"{node.id}.shape",
                    "bpmnElement": node.id,
                    "isExpanded": expanded,
                    "isMarkerVisible": marker,
                    **(_GAP_COLOURS if gap else {}),
                },
                _bounds(self.diagram.boxes[node.id]),
                *self.label(node.id),
            )
            if node.inner is not None:
                yield from self.shapes(node.inner)

    def edges(self, scope: Scope) -> Iterator[Element]:
        for flow in scope.flows:
            points = self.diagram.routes[flow.id]
            yield element(
                "bpmndi:BPMNEdge",
                {"id": f"{flow.id}.edge", "bpmnElement": flow.id},
                *(element("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in points),
                *self.label(flow.id),
            )
        for node in scope.nodes:
            if node.inner is not None:
                yield from self.edges(node.inner)

    def label(self, key: str) -> Iterator[Element]:
        if key in self.diagram.labels:
            yield element("bpmndi:BPMNLabel", None, _bounds(self.diagram.labels[key]))


_FORMAL = {"xsi:type": "bpmn:tFormalExpression"}


def _described(text: str | None, extension: tuple[Element, ...]) -> Iterator[Element]:
    if text is not None:
        yield element("bpmn:documentation", text=text)
    if extension:
        yield element("bpmn:extensionElements", None, *extension)


def _flow(flow: Flow) -> Element:
    condition = (
        [element("bpmn:conditionExpression", _FORMAL, text=flow.condition)]
        if flow.condition is not None
        else []
    )
    return element(
        "bpmn:sequenceFlow",
        {
            "id": flow.id,
            "name": flow.name or None,
            "sourceRef": flow.source,
            "targetRef": flow.target,
            **flow.attributes,
        },
        *condition,
    )


def _bounds(box: Box) -> Element:
    sizes = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return element("dc:Bounds", {key: str(value) for key, value in sizes.items()})
