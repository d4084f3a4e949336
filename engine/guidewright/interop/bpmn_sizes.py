"""How large the nodes and texts of a BPMN diagram are, in the units of BPMN DI.

In: a node or a text. Out: widths and heights, as the modelers of bpmn.io draw them.
"""

from __future__ import annotations

import textwrap

from guidewright.interop.bpmn_model import Node, NodeKind

EVENT = 36
GATEWAY = 50
TASK = (120, 80)
LABEL_WIDTH = 90
_LABEL_CHARACTERS = 15  # in a line of a text beside an event or flow
_LABEL_LINE = 14

EVENTS = frozenset({NodeKind.START, NodeKind.END, NodeKind.CATCH, NodeKind.THROW})
GATEWAYS = frozenset(
    {
        NodeKind.EXCLUSIVE,
        NodeKind.PARALLEL,
        NodeKind.INCLUSIVE,
        NodeKind.EVENT_BASED,
        NodeKind.COMPLEX,
    }
)
NEEDS_LABEL_BELOW = EVENTS | GATEWAYS


def label_height(text: str) -> int:
    """Return the height of a text beside an event, gateway or flow."""
    return _LABEL_LINE * len(textwrap.wrap(text, _LABEL_CHARACTERS)) + 2 if text else 0


def node_size(node: Node) -> tuple[int, int]:
    """Return width and height of a node without what is inside it."""
    if node.kind in EVENTS or node.host is not None:
        return EVENT, EVENT
    if node.kind in GATEWAYS:
        return GATEWAY, GATEWAY
    width, height = TASK
    if len(node.name) > 60:
        width = 170
    lines = len(textwrap.wrap(node.name, width // 7))
    return width, max(height, 15 * lines + 34)
