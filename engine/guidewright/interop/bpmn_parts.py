"""What all states taken over from BPMN have in common: label, description, page, citations.

In: a node. Out: the first keys of its state, and the gap that stands for what has no meaning in a
workflow.
"""

from __future__ import annotations

from collections.abc import Sequence

from guidewright.interop.bpmn_levels import Document, Level, own_value
from guidewright.interop.bpmn_model import GAP_MARK, Flow, Node
from guidewright.interop.export import PREFIX, read_list
from guidewright.interop.workflow_text import REMARK
from guidewright.interop.xml_text import Element


def common(level: Level, node: Node, kind: str) -> Document:
    """Return kind, label, description, page and citations of a state."""
    name = level.importer.name(node)
    label = node.name.removeprefix(GAP_MARK) if kind == "gap" else node.name
    phase = own_value(node, "phase")
    if phase:
        level.importer.pages.setdefault(phase, phase)
    made: Document = {
        REMARK: f"Lane: {level.importer.lanes[node.id]}" if node.id in level.importer.lanes else "",
        "kind": kind,
        "phase": phase if phase != level.phase else None,
        "label": label if label != name else None,
        "description": node.documentation,
    }
    for word in ("statements", "ambiguities", "raises"):
        given = own_value(node, word)
        made[word] = read_list(given) if given else None
    made["compute"] = computed(node.extension)
    return {key: value for key, value in made.items() if value}


def own_part(node: Node, word: str) -> dict[str, str]:
    """Return the attributes of an element of ours inside a node."""
    return next(
        (dict(part.attributes) for part in node.extension if part.name == f"{PREFIX}:{word}"), {}
    )


def computed(extension: Sequence[Element]) -> Document:
    """Return the computed values among elements of ours."""
    return {
        part.attributes.get("name", ""): part.attributes.get("expression", "")
        for part in extension
        if part.name == f"{PREFIX}:compute"
    }


def histories(node: Node) -> Document:
    """Return the history states that an element of ours tells of a subprocess."""
    found: Document = {}
    for part in node.extension:
        if part.name != f"{PREFIX}:history":
            continue
        given = part.attributes
        made: Document = {"kind": "history"}
        words = ("phase", "label", "description", "depth", "next")
        made.update({word: given[word] for word in words if word in given})
        lists = {w: read_list(given[w]) for w in ("statements", "ambiguities") if w in given}
        found[given.get("name", "")] = {**made, **lists}
    return found


def placeholder(level: Level, node: Node, text: str, hint: str | None) -> Document:
    """Return a gap that keeps the ways of a node, and list why."""
    level.importer.not_taken(node.span, text, hint)
    made = common(level, node, "gap")
    made.setdefault("description", text[:1].upper() + text[1:] + ".")
    ways = by_hand(level, level.scope.outgoing(node.id))
    for event in level.scope.boundaries(node.id):
        if event.interrupting and event.id not in level.consumed:
            ways += by_hand(level, level.scope.outgoing(event.id), event.name)
    return {**made, **({"transitions": ways} if ways else {})}


def by_hand(level: Level, flows: list[Flow], name: str = "") -> list[Document]:
    """Return ways on events that a clinician sends, called as the flows are."""
    ways: list[Document] = []
    for flow in flows:
        way = level.way(flow)
        event = flow.name or name or flow.condition or f"on to {way['to']}"
        number, wanted = 1, event
        while any(other["event"] == event for other in ways):
            number += 1
            event = f"{wanted} ({number})"
        if way.get("label") == event:
            del way["label"]
        ways.append({"event": event, **way})
    return ways
