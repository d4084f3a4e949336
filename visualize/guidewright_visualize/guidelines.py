"""The pictures of a whole guideline: what the commands `draw` and `review` show of a folder.

In: a loaded guideline and, to mark one patient's way, an outcome. Out: pictures in the order in
which they are reviewed: requirement diagrams, decision tables, the pages of the workflow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from guidewright.analysis.decision_trees import NoTree
from guidewright.analysis.tables import TableSubject, subjects_of
from guidewright.analysis.tree_proof import tree_of
from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.provenance import tables_of
from guidewright.guideline.walk import walk_patient
from guidewright_visualize.drawing import Caption, Drawing, TableDrawing
from guidewright_visualize.flowcharts import draw_flowchart, mark_way, page_count
from guidewright_visualize.marking import Marking, marked, with_removed, with_removed_rules
from guidewright_visualize.requirements import draw_requirement_pages
from guidewright_visualize.statecharts import draw_statechart
from guidewright_visualize.table_layout import pages
from guidewright_visualize.tables import draw_table
from guidewright_visualize.traces import mark_decisions, mark_instance, mark_rules
from guidewright_visualize.workflows import draw_workflow

_LONGEST = 80  # characters of a file name


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
    guideline: Guideline,
    caption: Caption,
    outcome: Outcome | None = None,
    *,
    markings: Sequence[Marking] = (),
) -> Iterator[Drawing]:
    """Yield the requirement diagrams; decisions that were evaluated carry their values."""
    for page in draw_requirement_pages(guideline.model.definitions, caption=caption):
        yield marked(page if outcome is None else mark_decisions(page, outcome.trace), markings)


def table_pictures(
    guideline: Guideline,
    caption: Caption,
    outcome: Outcome | None = None,
    *,
    markings: Sequence[Marking] = (),
    before: Guideline | None = None,
) -> Iterator[TableDrawing]:
    """Yield every decision table, a long one in pages; with rules that only `before` has."""
    older = {} if before is None else dict(_drawn_tables(before))
    stems = file_names(guideline)
    for decision, table in tables_of(guideline.model.definitions):
        name = f"table-{stems[decision.name]}"
        drawing = draw_table(table, name=name, title=decision.name, caption=caption)
        drawing = replace(drawing, decision=decision.name)
        seen = outcome.trace.decision(decision.name) if outcome is not None else None
        if seen is not None and seen.tables:
            drawing = mark_rules(drawing, seen.tables[-1])
        drawing = marked(drawing, markings)
        if normal(decision.name) in older:
            drawing = with_removed_rules(drawing, older[normal(decision.name)])
        yield from pages(drawing)


def _drawn_tables(guideline: Guideline) -> Iterator[tuple[str, TableDrawing]]:
    for decision, table in tables_of(guideline.model.definitions):
        yield normal(decision.name), draw_table(table, title=decision.name)


def flowchart_pictures(
    guideline: Guideline,
    caption: Caption,
    decisions: Sequence[str],
    outcome: Outcome | None = None,
    *,
    markings: Sequence[Marking] = (),
) -> Iterator[Drawing]:
    """Yield the tables of these decisions as questions, one after the other, in pages.

    Raises `CallError` for a decision that has no table, or whose table has no such flowchart.
    """
    for name in decisions:
        drawn = flowchart_of(guideline, caption, _subject(guideline, name), outcome)
        if isinstance(drawn, NoTree):
            text = f"no flowchart of {name!r} is drawn: {drawn.reason}"
            hint = "read it as a table, or split it into smaller tables"
            raise CallError(Note(Code.NO_FLOWCHART, None, text, hint))
        yield from (marked(page, markings) for page in drawn)


def flowchart_of(
    guideline: Guideline,
    caption: Caption,
    subject: TableSubject,
    outcome: Outcome | None = None,
    *,
    most: int | None = None,
) -> tuple[Drawing, ...] | NoTree:
    """Return the pages of one table as questions, or why there are none: at `most` so many."""
    tree = tree_of(subject)
    if isinstance(tree, NoTree):
        return tree
    title = _written(guideline, subject.decision)
    count = page_count(tree) if most is not None else 0
    if most is not None and count > most:
        how = f"guidewright draw DIR --flowchart '{title}'"
        return NoTree(f"it would take {count} pages, which are drawn by {how}")
    name = f"flowchart-{file_names(guideline)[title]}"
    drawn = draw_flowchart(tree, name=name, title=title, caption=caption)
    seen = outcome.trace.decision(title) if outcome is not None else None
    if seen is not None and seen.tables:
        drawn = mark_way(drawn, tree, [each.value for each in seen.tables[-1].inputs])
    return drawn


def _subject(guideline: Guideline, name: str) -> TableSubject:
    subjects = {each.decision: each for each in subjects_of(guideline)}
    found = subjects.get(normal(name))
    if found is None:
        text = f"{name!r} is no decision with a table"
        hint = did_you_mean(name, subjects)
        raise CallError(Note(Code.NO_FLOWCHART, None, text, hint))
    return found


def _written(guideline: Guideline, decision: str) -> str:
    """Return the name of a decision as its author wrote it."""
    tables = tables_of(guideline.model.definitions)
    return next(each.name for each, _ in tables if normal(each.name) == decision)


def workflow_pictures(
    guideline: Guideline,
    caption: Caption,
    outcome: Outcome | None = None,
    *,
    markings: Sequence[Marking] = (),
    before: Guideline | None = None,
    statechart: bool = False,
) -> Iterator[Drawing]:
    """Yield the pages of the workflow, none when the guideline has no workflow.

    What only `before` has is there, too, dotted. With `statechart` it is drawn as one.
    """
    graph = guideline.graph
    if graph is None:
        return
    draw = draw_statechart if statechart else draw_workflow
    drawn = draw(graph, caption=caption)
    if outcome is not None:
        drawn = mark_instance(drawn, graph, walk_patient(guideline, outcome))
    drawn = tuple(marked(page, markings) for page in drawn)
    if before is not None and before.graph is not None:
        drawn = with_removed(drawn, draw(before.graph, places=None), before.graph, graph)
    yield from drawn


def file_names(guideline: Guideline) -> Mapping[str, str]:
    """Return the name of each table's decision as part of a file name; no two are the same."""
    found: dict[str, str] = {}
    for decision, _ in tables_of(guideline.model.definitions):
        stem = "".join(each if each.isalnum() else "-" for each in decision.name.lower()).strip("-")
        stem, number = stem[:_LONGEST] or "table", 2
        while (
            unique := stem if stem not in found.values() else f"{stem}-{number}"
        ) in found.values():
            number += 1
        found[decision.name] = unique
    return found
