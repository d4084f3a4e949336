"""The pictures of a whole guideline: what the commands `draw` and `review` show of a folder.

In: a loaded guideline and, to mark one patient's way, an outcome. Out: pictures in the order in
which they are reviewed: requirement diagrams, decision tables, the pages of the workflow.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.provenance import tables_of
from guidewright.guideline.walk import walk_patient
from guidewright_visualize.drawing import Caption, Drawing, TableDrawing
from guidewright_visualize.requirements import draw_requirement_pages
from guidewright_visualize.table_layout import pages
from guidewright_visualize.tables import draw_table
from guidewright_visualize.traces import mark_decisions, mark_instance, mark_rules
from guidewright_visualize.workflows import draw_workflow


def caption_of(guideline: Guideline) -> Caption:
    """Return what stands on every picture of a guideline."""
    file = guideline.file
    sources = tuple(
        source.title + (f" ({source.date})" if source.date else "")
        for source in file.sources.values()
    )
    return Caption(
        title=file.title,
        version=file.version,
        status=file.status,
        date=file.date or "",
        sources=sources,
        notice=file.notice or "",
    )


def requirement_pictures(
    guideline: Guideline, caption: Caption, outcome: Outcome | None = None
) -> Iterator[Drawing]:
    """Yield the requirement diagrams; decisions that were evaluated carry their values."""
    for page in draw_requirement_pages(guideline.model.definitions, caption=caption):
        yield page if outcome is None else mark_decisions(page, outcome.trace)


def table_pictures(
    guideline: Guideline, caption: Caption, outcome: Outcome | None = None
) -> Iterator[TableDrawing]:
    """Yield every decision table, a long one in pages."""
    for decision, table in tables_of(guideline.model.definitions):
        name = "table-" + _file_name(decision.name)
        drawing = draw_table(table, name=name, title=decision.name, caption=caption)
        seen = outcome.trace.decision(decision.name) if outcome is not None else None
        if seen is not None and seen.tables:
            drawing = mark_rules(drawing, seen.tables[-1])
        yield from pages(drawing)


def workflow_pictures(
    guideline: Guideline, caption: Caption, outcome: Outcome | None = None
) -> Iterator[Drawing]:
    """Yield the pages of the workflow, none when the guideline has no workflow."""
    if guideline.graph is None:
        return
    drawn = draw_workflow(guideline.graph, caption=caption)
    if outcome is not None:
        drawn = mark_instance(drawn, guideline.graph, walk_patient(guideline, outcome))
    yield from drawn


def _file_name(name: str) -> str:
    return "".join(each if each.isalnum() else "-" for each in name.lower()).strip("-")
