"""Write a table drawing as DOT text: one box whose label is a table.

In: a `TableDrawing`. Out: text for Graphviz `dot`. Conditions, conclusions and annotations are
separated by double lines; a marked row has thick lines, a grey ground, bold letters and a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from guidewright_visualize.dot import page_attributes, statement, title_lines
from guidewright_visualize.drawing import Column, ColumnKind, MarkKind, Row, TableDrawing
from guidewright_visualize.quoting import LEFT, html, identity, quote, quote_lines
from guidewright_visualize.table_layout import (
    PADDING,
    SIZE,
    Layout,
    cell_lines,
    cell_text,
    head_parts,
    layout,
)
from guidewright_visualize.typesetting import FONT, wrap

_GAP = '<TD WIDTH="3" FIXEDSIZE="FALSE" CELLPADDING="0"></TD>'
_HEADS = {
    ColumnKind.INPUT: "When",
    ColumnKind.OUTPUT: "then",
    ColumnKind.ANNOTATION: "It rests on",
}
_STRONG = frozenset({MarkKind.CHOSEN, MarkKind.PATH})


def table_to_dot(table: TableDrawing) -> str:
    """Return the DOT text of one page of a table."""
    given = layout(table)
    lines = [
        f"digraph {quote(table.name)} {{",
        "  " + statement("graph", page_attributes(table.name)),
        "  " + statement("node", {"fontname": FONT, "fontsize": SIZE, "shape": "plain"}),
        f"  label={quote_lines(_below(table, given.width), LEFT)};",
        "  subgraph cluster_page {",
        *title_lines(table.title, given.width),
        f"    n1 [id={quote(identity(table.name, 'table'))}, label=<",
        *(f"      {line}" for line in _table(table, given)),
        "    >];",
        "  }",
        "}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _table(table: TableDrawing, given: Layout) -> Iterator[str]:
    """Yield the table: what the columns are for, their heads, the rules."""
    yield f'<TABLE BORDER="1" CELLBORDER="1" CELLSPACING="0" CELLPADDING="{PADDING}">'
    yield f"<TR>{''.join(_kinds(table))}</TR>"
    yield f"<TR>{''.join(_heads(table, given))}</TR>"
    for row in table.rows:
        yield f"<TR>{''.join(_cells(table, row, given))}</TR>"
    yield "</TABLE>"


def _kinds(table: TableDrawing) -> Iterator[str]:
    """Yield the corner with the hit policy, and `When`, `then`, `It rests on`."""
    yield f'<TD ROWSPAN="2"><B><FONT POINT-SIZE="14">{html(table.corner)}</FONT></B></TD>'
    for kind, columns in groupby(table.columns, key=lambda column: column.kind):
        yield _GAP
        yield f'<TD COLSPAN="{len(list(columns))}" ALIGN="LEFT"><I>{_HEADS[kind]}</I></TD>'


def _heads(table: TableDrawing, given: Layout) -> Iterator[str]:
    """Yield the titles of the columns, with the values they may have and the patient's."""
    for column, width, gap in _with_gaps(table, given):
        parts = head_parts(column)
        title = [_bold(line) for line in cell_lines(parts[0], width)]
        rest = [html(line) for part in parts[1:] for line in cell_lines(part, width)]
        yield gap + _cell([*title, *rest], width, ' BGCOLOR="gray90"')


def _cells(table: TableDrawing, row: Row, given: Layout) -> Iterator[str]:
    """Yield one rule."""
    strong = row.mark is not None and row.mark.kind in _STRONG
    write = _bold if strong else html
    style = ' BORDER="2" BGCOLOR="gray90"' if strong else ""
    head = f"{row.mark.words} {row.number}" if row.mark is not None else str(row.number)
    name = cell_lines(row.id, given.rule) if row.id else []
    yield _cell([_bold(head), *map(write, name)], given.rule, style)
    for (_, width, gap), cell in zip(_with_gaps(table, given), row.cells, strict=True):
        yield gap + _cell(map(write, cell_lines(cell_text(cell), width)), width, style)


def _with_gaps(table: TableDrawing, given: Layout) -> Iterator[tuple[Column, float, str]]:
    """Yield each column with its width, and the double line where another kind begins."""
    before: ColumnKind | None = None
    for column, width in zip(table.columns, given.columns, strict=True):
        yield column, width, "" if column.kind is before else _GAP
        before = column.kind


def _cell(lines: Iterable[str], width: float, style: str = "") -> str:
    """Return one cell of escaped lines."""
    text = "".join(f'{line}<BR ALIGN="LEFT"/>' for line in lines)
    return f'<TD ALIGN="LEFT" VALIGN="TOP" WIDTH="{width:g}"{style}>{text}</TD>'


def _bold(line: str) -> str:
    """Return an escaped line in bold letters."""
    return f"<B>{html(line)}</B>" if line else ""


def _below(table: TableDrawing, width: float) -> list[str]:
    """Return the lines below the table: hit policy, signs, notes, footer."""
    marks = [f"{kind.sign} = {kind.value}" for kind in table.marks]
    value = ["● in the head = value of this patient"] if _has_values(table.columns) else []
    policy = f"{table.corner} = {table.policy}."
    lines = [policy, "; ".join([*marks, *value]), *table.notes, *table.footer]
    return [part for line in lines if line for part in wrap(line, max(width, 300.0), SIZE)]


def _has_values(columns: Sequence[Column]) -> bool:
    """Whether the values of one patient stand in the heads."""
    return any(column.value for column in columns)
