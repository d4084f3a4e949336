"""Mark drawings with what happened to one patient: a trace or an instance goes in.

Out: the same drawings with marks; the drawings given are not changed. Marked are the states that
were visited (with the number of the step), the ways that were taken, the decisions that were
evaluated (with their values), and in tables the rules that were chosen or matched and the cells
that kept the others out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from guidewright.dmn.trace import RuleTrace, TableTrace, Trace
from guidewright.guideline.walk import taken_ways
from guidewright.workflow.instance import Instance
from guidewright.workflow.model import Graph
from guidewright_visualize.drawing import (
    Cell,
    Column,
    Drawing,
    Edge,
    Group,
    Mark,
    MarkKind,
    Node,
    Row,
    Shape,
    TableDrawing,
)
from guidewright_visualize.typesetting import clean

_LONGEST = 60  # characters of a value in a box


def mark_instance(
    pages: Sequence[Drawing], graph: Graph, instance: Instance
) -> tuple[Drawing, ...]:
    """Mark the way of one running instance on all pages of its workflow."""
    return mark_path(pages, instance.path, taken_ways(graph, instance))


def mark_path(
    pages: Sequence[Drawing], visited: Sequence[str], taken: Iterable[str] = ()
) -> tuple[Drawing, ...]:
    """Mark the states `visited`, in order, and the transitions `taken`, by their ids.

    Without any `taken`, the arrows between two states that were visited one after the other are.
    """
    steps = _steps(pages, visited)
    ways = frozenset(taken)
    pairs = frozenset() if ways else frozenset(pairwise(visited))
    return tuple(_path(page, steps, ways, pairs) for page in pages)


def _steps(pages: Sequence[Drawing], visited: Sequence[str]) -> Mapping[str, list[int]]:
    """Return the steps at which each box was entered; nested states are no step of their own."""
    boxes = {node.id for page in pages for node in page.nodes}
    steps: dict[str, list[int]] = {}
    count = 0
    for state in visited:
        count += state in boxes
        steps.setdefault(state, []).append(count)
    return steps


def _path(
    page: Drawing,
    steps: Mapping[str, list[int]],
    ways: frozenset[str],
    pairs: frozenset[tuple[str, str]],
) -> Drawing:
    """Mark one page."""
    edges = tuple(_taken(edge, ways, pairs) for edge in page.edges)
    passed = {end for edge in edges if edge.marks for end in (edge.source, edge.target)}
    nodes = tuple(_visited(node, steps, passed) for node in page.nodes)
    groups = tuple(_entered(group, steps) for group in page.groups)
    return replace(page, nodes=nodes, edges=edges, groups=groups)


def _taken(edge: Edge, ways: frozenset[str], pairs: frozenset[tuple[str, str]]) -> Edge:
    """Mark an arrow that was taken."""
    on_path = not ways.isdisjoint(edge.ways) or (edge.source, edge.target) in pairs
    return replace(edge, marks=(Mark(MarkKind.PATH),)) if on_path else edge


def _visited(node: Node, steps: Mapping[str, list[int]], passed: set[str]) -> Node:
    """Mark a box that was entered, and an oval the way went through."""
    if node.shape is Shape.LINK:
        return replace(node, marks=(Mark(MarkKind.PATH),)) if node.id in passed else node
    if node.id not in steps:
        return node
    numbers = ", ".join(map(str, steps[node.id]))
    word = "step" if len(steps[node.id]) == 1 else "steps"
    return replace(node, marks=(Mark(MarkKind.PATH, f"{word} {numbers}"),))


def _entered(group: Group, steps: Mapping[str, list[int]]) -> Group:
    """Mark the border of a nested state that was entered."""
    marks = (Mark(MarkKind.PATH),) if group.id in steps else ()
    return replace(group, marks=marks, groups=tuple(_entered(part, steps) for part in group.groups))


def mark_decisions(drawing: Drawing, trace: Trace) -> Drawing:
    """Mark what was evaluated in a requirement diagram, with values."""
    values = {entry.decision.id or entry.decision.name: entry.value for entry in trace.decisions}
    nodes = tuple(_evaluated(node, values, trace.inputs) for node in drawing.nodes)
    return replace(drawing, nodes=nodes)


def _evaluated(node: Node, values: Mapping[str, Any], inputs: Mapping[str, Any]) -> Node:
    """Mark a decision that was evaluated, or input data that were given."""
    if node.id in values:
        value = values[node.id]
        text = "no value" if value is None else f"= {value_text(value)}"
        return replace(node, marks=(Mark(MarkKind.PATH, text),))
    given = inputs.get(node.label[0]) if node.shape is Shape.INPUT_DATA else None
    if given is None:
        return node
    return replace(node, marks=(Mark(MarkKind.PATH, f"= {value_text(given)}"),))


def mark_rules(table: TableDrawing, trace: TableTrace) -> TableDrawing:
    """Mark the rules that were chosen or matched, and the cells that kept others out.

    A condition that is not satisfied while its value is missing could not be told, even where
    FEEL says false (null equals nothing).
    """
    values = [value_text(entry.value) for entry in trace.inputs]
    padded = [*values, *[""] * (len(table.columns) - len(values))]
    columns = zip(table.columns, padded, strict=True)
    missing = [entry.value is None for entry in trace.inputs]
    tried = {entry.rule.row: entry for entry in trace.rules}
    rows = (
        _rule(row, tried[row.number], missing) if row.number in tried else row for row in table.rows
    )
    return replace(
        table,
        columns=tuple(_with_value(column, value) for column, value in columns),
        rows=tuple(rows),
    )


def _with_value(column: Column, value: str) -> Column:
    """Write the patient's value into the head of a column."""
    return replace(column, value=value) if value else column


def _rule(row: Row, tried: RuleTrace, missing: Sequence[bool]) -> Row:
    """Mark one rule that was looked at."""
    if tried.chosen:
        return replace(row, marks=(Mark(MarkKind.CHOSEN),))
    if tried.matched:
        return replace(row, marks=(Mark(MarkKind.MATCHED),))
    count = len(tried.cells)
    conditions = zip(row.cells[:count], tried.cells, missing, strict=True)
    marked = tuple(_cell(cell, truth, absent) for cell, truth, absent in conditions)
    return replace(row, cells=(*marked, *row.cells[count:]))


def _cell(cell: Cell, truth: bool | None, absent: bool) -> Cell:
    """Mark a condition that was not met, or could not be told."""
    if truth is True:
        return cell
    kind = MarkKind.UNKNOWN if truth is None or absent else MarkKind.FAILED
    return replace(cell, marks=(Mark(kind),))


def value_text(value: Any) -> str:
    """Return a FEEL value for a reader; a long one is cut.

    >>> value_text(None), value_text(True), value_text(["a", "b"]), value_text({"x": 1})
    ('not known', 'yes', 'a, b', 'x: 1')
    """
    text = clean(_spelt(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _spelt(value: Any) -> str:
    """Return a FEEL value in words."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        known = [(key, item) for key, item in value.items() if item is not None]
        return "; ".join(f"{key}: {_spelt(item)}" for key, item in known)
    if isinstance(value, list | tuple):
        return ", ".join(map(_spelt, value)) if value else "none"
    return str(value)
