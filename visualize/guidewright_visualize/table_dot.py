"""Write a table drawing as DOT text: one box whose label is a table.

In: a `TableDrawing`. Out: text for Graphviz `dot`. Conditions, conclusions and annotations are
separated by double lines; a marked row has thick lines, a grey ground, bold letters and a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from guidewright_visualize.dot import page_attributes, statement, title_lines
from guidewright_visualize.drawing import ColumnKind, MarkKind, Row, TableDrawing, mark_words
from guidewright_visualize.quoting import LEFT, html, identity, quote, quote_lines
from guidewright_visualize.table_layout import (
    PADDING,
    SIZE,
    Grid,
    GridColumn,
    Paragraph,
    Paragraphs,
    arrange,
)
from guidewright_visualize.typesetting import FONT, wrap

_GAP = '<TD WIDTH="3" CELLPADDING="0"></TD>'
_HEADS = {
    ColumnKind.INPUT: "When",
    ColumnKind.OUTPUT: "then",
    ColumnKind.ANNOTATION: "It rests on",
}
_STRONG = frozenset({MarkKind.CHOSEN, MarkKind.PATH})


def table_to_dot(table: TableDrawing) -> str:
    """Return the DOT text of one page of a table."""
    grid = arrange(table)
    lines = [
        f"digraph {quote(table.name)} {{",
        "  " + statement("graph", {**page_attributes(table.name), "fontsize": SIZE}),
        "  " + statement("node", {"fontname": FONT, "fontsize": SIZE, "shape": "plain"}),
        f"  label={quote_lines(_below(table, grid), LEFT)};",
        "  subgraph cluster_page {",
        *title_lines(table.name, table.title, grid.width),
        f"    n1 [id={quote(identity(table.name, 'table'))}, label=<",
        *(f"      {line}" for line in _table(table, grid)),
        "    >];",
        "  }",
        "}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _table(table: TableDrawing, grid: Grid) -> Iterator[str]:
    """Yield the table: what the columns are for, their heads, the rules."""
    yield f'<TABLE BORDER="1" CELLBORDER="1" CELLSPACING="0" CELLPADDING="{PADDING}">'
    yield f"<TR>{''.join(_kinds(table, grid))}</TR>"
    heads = (gap + _cell(column.head, column.width, _GREY) for column, gap in _with_gaps(grid))
    yield f"<TR>{''.join(heads)}</TR>"
    for row, cells in zip(grid.rows, grid.cells, strict=True):
        yield f"<TR>{''.join(_cells(grid, row, cells))}</TR>"
    yield "</TABLE>"


_GREY = ' BGCOLOR="gray90"'


def _kinds(table: TableDrawing, grid: Grid) -> Iterator[str]:
    """Yield the corner with the hit policy, and `When`, `then`, `It rests on`."""
    corner = html(table.corner) or "&#160;"
    yield f'<TD ROWSPAN="2"><B><FONT POINT-SIZE="14">{corner}</FONT></B></TD>'
    for kind, columns in groupby(grid.columns, key=lambda column: column.kind):
        yield _GAP
        yield f'<TD COLSPAN="{len(list(columns))}" ALIGN="LEFT"><I>{_HEADS[kind]}</I></TD>'


def _cells(grid: Grid, row: Row, cells: tuple[Paragraphs, ...]) -> Iterator[str]:
    """Yield one rule."""
    strong = any(mark.kind in _STRONG for mark in row.marks)
    style = f' BORDER="2"{_GREY}' if strong else ""
    head = f"{mark_words(row.marks)} {row.number}".lstrip()
    rule = (Paragraph(head, ""), *([Paragraph("", row.id)] if row.id else []))
    yield _cell(rule, grid.rule_width, style, bold=strong)
    for (column, gap), cell in zip(_with_gaps(grid), cells, strict=True):
        yield gap + _cell(cell, column.width, style, bold=strong)


def _with_gaps(grid: Grid) -> Iterator[tuple[GridColumn, str]]:
    """Yield each column, and the double line where another kind begins."""
    before: ColumnKind | None = None
    for column in grid.columns:
        yield column, "" if column.kind is before else _GAP
        before = column.kind


def _cell(paragraphs: Paragraphs, width: float, style: str = "", *, bold: bool = False) -> str:
    """Return one cell of escaped lines."""
    lines = (line for part in paragraphs for line in _lines(part, width, bold=bold))
    text = "".join(f'{line}<BR ALIGN="LEFT"/>' for line in lines)
    return f'<TD ALIGN="LEFT" VALIGN="TOP" WIDTH="{width:g}"{style}>{text}</TD>'


def _lines(paragraph: Paragraph, width: float, *, bold: bool) -> Iterable[str]:
    """Yield the escaped lines of a paragraph, its title in bold letters."""
    left = len(paragraph.title)
    for line in paragraph.lines(width):
        strong = line if bold else line[: max(left, 0)]
        rest = line[len(strong) :]
        left -= len(line) + 1
        yield (f"<B>{html(strong)}</B>" if strong else "") + _keep_space(rest)


def _keep_space(text: str) -> str:
    """Escape a text whose leading space separates it from a title."""
    return ("&#160;" if text.startswith(" ") else "") + html(text) if text else ""


def _below(table: TableDrawing, grid: Grid) -> list[str]:
    """Return the lines below the table: hit policy, signs, notes, footer."""
    marks = [f"{kind.sign} = {kind.value}" for kind in table.mark_kinds]
    value = any(column.value for column in table.columns)
    signs = "; ".join([*marks, *(["● in the head = value of this patient"] if value else [])])
    lines = [f"{table.corner} = {table.policy}.", signs, *grid.notes, *table.notes, *table.footer]
    return [part for line in lines if line for part in wrap(line, max(grid.width, 300.0), SIZE)]
