"""Pictures of guidelines for clinical review: models, workflows and traces to SVG, PNG and text.

import guidewright_visualize as pictures

drawing = pictures.draw_requirements(definitions, caption=pictures.Caption("Vitamin B₁₂"))
svg = pictures.render(drawing, "svg")
words = pictures.text_equivalent(drawing)
"""

from guidewright_visualize.drawing import (
    Border,
    Caption,
    Cell,
    Column,
    ColumnKind,
    Drawing,
    Edge,
    EdgeKind,
    Flow,
    Group,
    Mark,
    MarkKind,
    Node,
    Picture,
    Row,
    Shape,
    Side,
    TableDrawing,
    TableForm,
)
from guidewright_visualize.flowcharts import draw_flowchart, mark_way
from guidewright_visualize.guidelines import (
    caption_of,
    flowchart_pictures,
    requirement_pictures,
    table_pictures,
    workflow_pictures,
)
from guidewright_visualize.pictures import render, to_dot
from guidewright_visualize.program import Format, RenderError
from guidewright_visualize.requirements import draw_requirement_pages, draw_requirements
from guidewright_visualize.statecharts import draw_statechart
from guidewright_visualize.svg import printed_size
from guidewright_visualize.table_layout import pages as table_pages
from guidewright_visualize.tables import draw_table
from guidewright_visualize.text import summary, text_equivalent
from guidewright_visualize.traces import mark_decisions, mark_instance, mark_path, mark_rules
from guidewright_visualize.workflows import draw_workflow

__all__ = [
    "Border",
    "Caption",
    "Cell",
    "Column",
    "ColumnKind",
    "Drawing",
    "Edge",
    "EdgeKind",
    "Flow",
    "Format",
    "Group",
    "Mark",
    "MarkKind",
    "Node",
    "Picture",
    "RenderError",
    "Row",
    "Shape",
    "Side",
    "TableDrawing",
    "TableForm",
    "caption_of",
    "draw_flowchart",
    "draw_requirement_pages",
    "draw_requirements",
    "draw_statechart",
    "draw_table",
    "draw_workflow",
    "flowchart_pictures",
    "mark_decisions",
    "mark_instance",
    "mark_path",
    "mark_rules",
    "mark_way",
    "printed_size",
    "render",
    "requirement_pictures",
    "summary",
    "table_pages",
    "table_pictures",
    "text_equivalent",
    "to_dot",
    "workflow_pictures",
]
