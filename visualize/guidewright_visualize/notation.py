"""The notation: how each kind of box, arrow and mark looks in Graphviz, and its words.

In: a kind. Out: attributes and the words of the legend. Flowcharts have the symbols of the
Society for Medical Decision Making, requirement diagrams those of DMN 1.5 (clause 6). Kinds differ
in shape, line and words, never in colour alone. Sizes are in points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guidewright_visualize.drawing import Border, EdgeKind, MarkKind, Shape, Side

TEXT_SIZE, SMALL_SIZE, TITLE_SIZE = 10, 10, 14
PAGE_WIDTH = 500.0  # A4 upright with margins of 17 mm

Attributes = Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Look:
    """Attributes, the word for them, and the width at which the label of a box is wrapped."""

    word: str
    attributes: Attributes = field(default_factory=dict)
    width: float = 120


SHAPES: Mapping[Shape, Look] = {
    Shape.STATE: Look("rounded box", {"shape": "box", "style": "rounded", "height": 0.3}),
    Shape.QUESTION: Look("hexagon", {"shape": "hexagon", "margin": "0,0"}, 140),
    Shape.ACTION: Look("rectangle", {"shape": "box", "height": 0.3}),
    Shape.SILENT: Look("dashed rounded box", {"shape": "box", "style": "rounded,dashed"}),
    Shape.INITIAL: Look("black dot", {"shape": "point", "width": 0.14}),
    Shape.ACTIVE: Look("rounded box", {"shape": "box", "style": "rounded", "height": 0.3}, 135),
    Shape.FINAL: Look(
        "double oval", {"shape": "ellipse", "peripheries": 2, "margin": "0.02,0.02"}, 95
    ),
    Shape.HISTORY: Look("circle with H", {"shape": "circle", "margin": "0.01,0.01"}, 70),
    Shape.ANSWER: Look("rectangle", {"shape": "box", "height": 0.3}, 150),
    Shape.NO_ANSWER: Look("dashed rounded box", {"shape": "box", "style": "rounded,dashed"}),
    Shape.LINK: Look("oval", {"shape": "ellipse", "margin": "0.02,0.02", "height": 0.3}, 95),
    Shape.DECISION: Look("rectangle", {"shape": "box", "height": 0.3}, 125),
    Shape.INPUT_DATA: Look("oval", {"shape": "ellipse", "margin": "0.02,0.02", "height": 0.3}, 120),
    Shape.KNOWLEDGE_MODEL: Look(
        "clipped corners", {"shape": "octagon", "margin": "0.02,0.02"}, 110
    ),
    Shape.KNOWLEDGE_SOURCE: Look("sheet of paper", {"shape": "note"}, 110),
    Shape.DECISION_SERVICE: Look(
        "thick rounded box", {"shape": "box", "style": "rounded", "penwidth": 2}, 125
    ),
    Shape.ELSEWHERE: Look(
        "dotted rectangle", {"shape": "box", "style": "dotted", "height": 0.3}, 125
    ),
    Shape.FOREIGN: Look("dashed rectangle", {"shape": "box", "style": "dashed"}, 110),
}

EDGES: Mapping[EdgeKind, Look] = {
    EdgeKind.STEP: Look("solid arrow"),
    EdgeKind.EXCEPTION: Look("dashed arrow", {"style": "dashed"}),
    EdgeKind.INFORMATION: Look("solid arrow"),
    EdgeKind.KNOWLEDGE: Look("dashed arrow", {"style": "dashed", "arrowhead": "vee"}),
    EdgeKind.AUTHORITY: Look("dashed line with a dot", {"style": "dashed", "arrowhead": "dot"}),
}

_DOUBLE = Look("double border, thick arrow", {"peripheries": 2, "penwidth": 1.6})
BORDERS: Mapping[MarkKind, Look] = {
    MarkKind.PATH: _DOUBLE,
    MarkKind.CHOSEN: _DOUBLE,
    MarkKind.MATCHED: Look("thick border", {"penwidth": 2}),
    MarkKind.FAILED: Look("dashed border", {"style": "dashed"}),
    MarkKind.UNKNOWN: Look("dotted border", {"style": "dotted", "penwidth": 2}),
    MarkKind.FINDING: Look("very thick border", {"penwidth": 3.5}),
    MarkKind.ADDED: Look("thick dashed border", {"style": "dashed", "penwidth": 2}),
    MarkKind.REMOVED: Look("dotted border", {"style": "dotted"}),
    MarkKind.CHANGED: Look("triple border", {"peripheries": 3}),
    MarkKind.COVERED: Look("thick border", {"penwidth": 2}),
    MarkKind.NEVER: Look("dotted border", {"style": "dotted"}),
    MarkKind.COHORT: Look("thick border", {"penwidth": 2}),
    MarkKind.NOBODY: Look("dotted border", {"style": "dotted"}),
}

_THICK: Attributes = {"penwidth": 2.6}
_DOTTED: Attributes = {"style": "dotted"}
ARROWS: Mapping[MarkKind, Attributes] = {
    **dict.fromkeys(MarkKind, _THICK),
    **dict.fromkeys((MarkKind.REMOVED, MarkKind.NEVER, MarkKind.NOBODY), _DOTTED),
    MarkKind.COVERED: {"penwidth": 1.6},
    MarkKind.COHORT: {"penwidth": 1.6},
}

GROUPS: Mapping[Border, Look] = {
    Border.GROUP: Look("dashed frame", {"style": "rounded,dashed"}),
    Border.NESTED: Look("solid frame", {"style": "rounded"}),
    Border.REGION: Look("dashed frame", {"style": "dashed"}),
}

SIDES: Mapping[Side, Attributes] = {
    Side.RIGHT: {"weight": 2},
    Side.DOWN: {"weight": 8},
    Side.BACK: {"constraint": "false"},
    Side.FREE: {},
}
