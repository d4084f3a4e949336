"""Find out how a table fits on paper: columns or stacked, upright or sideways, which pages.

In: a `TableDrawing`. Out: a `Grid` with paragraphs and widths in points at the size of the print,
and the pages of a long table. A table whose columns fit on A4, upright or on its side, is drawn
with its columns; a wider one is stacked: one cell for all conditions of a rule, one for all
conclusions, one for what it rests on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guidewright_visualize.drawing import (
    Cell,
    Column,
    ColumnKind,
    Row,
    TableDrawing,
    TableForm,
    mark_words,
)
from guidewright_visualize.tables import ANY
from guidewright_visualize.typesetting import text_width, wrap

SIZE = 8.0
LINE = SIZE * 1.2
PADDING = 3
_BOLDER = 1.08  # bold letters are wider
_RULE_WIDTH = 62.0
_LONGEST_WORD, _LONGEST_LINE = 95.0, 230.0
# lines; a table with higher rows is better in the next form
_TALL_ROW = {TableForm.UPRIGHT: 7, TableForm.SIDEWAYS: 11}
_STACKED = (0.42, 0.42, 0.16)  # of the width: conditions, conclusions, what they rest on


@dataclass(frozen=True, slots=True)
class Paper:
    """The printable width and height of a page, less title and margins."""

    width: float
    height: float


UPRIGHT, SIDEWAYS = Paper(500.0, 725.0), Paper(746.0, 478.0)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text that begins on a new line; `title` stands before it in bold letters."""

    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title} {self.text}".strip()

    def lines(self, width: float) -> list[str]:
        """Return the lines of the paragraph in a cell of that width."""
        return wrap(self.whole, width / _BOLDER, SIZE)


Paragraphs = tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column as it is drawn."""

    kind: ColumnKind
    head: Paragraphs
    width: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is drawn: `cells` has for each row of the table one cell for each column."""

    columns: tuple[GridColumn, ...]
    rows: tuple[Row, ...]
    cells: tuple[tuple[Paragraphs, ...], ...]
    form: TableForm
    paper: Paper
    fits: bool = True
    notes: tuple[str, ...] = ()
    rule_width: float = _RULE_WIDTH

    @property
    def width(self) -> float:
        """The width of the whole table, with padding and lines."""
        return _frame(len(self.columns)) + sum(column.width for column in self.columns)

    def row_height(self, index: int) -> float:
        """Return the height of a row."""
        row = self.rows[index]
        rule = 1 + (len(Paragraph("", row.id).lines(self.rule_width)) if row.id else 0)
        pairs = zip(self.cells[index], self.columns, strict=True)
        return max(rule, *(_height(cell, column.width) for cell, column in pairs)) * LINE + 7

    @property
    def head_height(self) -> float:
        """The height of the head of the table."""
        return (max(_height(c.head, c.width) for c in self.columns) + 1) * LINE + 14


def _height(cell: Paragraphs, width: float) -> int:
    """Return the number of lines of a cell."""
    return sum(len(paragraph.lines(width)) for paragraph in cell)


def _frame(columns: int) -> float:
    """Return the width of the rule column, padding and lines."""
    return _RULE_WIDTH + (columns + 1) * (2 * PADDING + 1) + 9


def arrange(table: TableDrawing) -> Grid:
    """Return the table in its form, else in the first that fits: upright, sideways, stacked."""
    for form in (TableForm.UPRIGHT, TableForm.SIDEWAYS):
        if table.form in (form, None):
            grid = _columns(table, form)
            tallest = max((grid.row_height(i) for i in range(len(table.rows))), default=0)
            if table.form is form or (grid.fits and tallest <= _TALL_ROW[form] * LINE):
                return grid
    return _stacked(table)


def _columns(table: TableDrawing, form: TableForm) -> Grid:
    """Return the table with its columns, upright or on its side."""
    paper = UPRIGHT if form is TableForm.UPRIGHT else SIDEWAYS
    heads = [_head(column) for column in table.columns]
    cells = tuple(tuple(_cell(cell) for cell in row.cells) for row in table.rows)
    by_column = [[head, *column] for head, *column in zip(heads, *cells, strict=True)]
    widths, fits = _widths(by_column, paper.width - _frame(len(heads)))
    columns = tuple(
        GridColumn(column.kind, head, width)
        for column, head, width in zip(table.columns, heads, widths, strict=True)
    )
    return Grid(columns, table.rows, cells, form, paper, fits)


def _head(column: Column) -> Paragraphs:
    """Return title, allowed values and the patient's value, as far as there are any."""
    note = [Paragraph("", f"({column.note})")] if column.note else []
    value = [Paragraph("", f"● {column.value}")] if column.value else []
    return (Paragraph(column.title, ""), *note, *value)


def _cell(cell: Cell) -> Paragraphs:
    """Return the text of a cell with its mark."""
    return (Paragraph("", _marked(cell)),) if _marked(cell) else ()


def _marked(cell: Cell) -> str:
    """Return the text of a cell with its mark."""
    return f"{mark_words(cell.marks)} {cell.text}" if cell.marks else cell.text


def _widths(columns: Sequence[Iterable[Paragraphs]], room: float) -> tuple[list[float], bool]:
    """Share the width: first the longest words, then what each column wishes.

    The second part of the answer is false when not even the longest words fit; they are cut.
    """
    texts = [[part.whole for cell in column for part in cell] for column in columns]
    least = [_least(column) for column in texts]
    wished = [max(low, _wished(column)) for low, column in zip(least, texts, strict=True)]
    if sum(least) > room:
        return [float(math.floor(low * room / sum(least))) for low in least], False
    if sum(wished) <= room:
        return [float(math.ceil(wish)) for wish in wished], True
    more = (room - sum(least)) / (sum(wished) - sum(least))
    pairs = zip(least, wished, strict=True)
    return [float(math.floor(low + (wish - low) * more)) for low, wish in pairs], True


def _least(texts: Iterable[str]) -> float:
    """Return the width of the longest word."""
    words = (word for text in texts for word in text.split())
    widths = (text_width(word, SIZE) * _BOLDER + 1 for word in words)
    return min(_LONGEST_WORD, max(widths, default=20.0))


def _wished(texts: Iterable[str]) -> float:
    """Return the width at which no cell would need a second line, within reason."""
    widths = (text_width(text, SIZE) * _BOLDER + 1 for text in texts)
    return min(_LONGEST_LINE, max(widths, default=20.0))


def _stacked(table: TableDrawing) -> Grid:
    """Return the table with one column for each kind of columns."""
    kinds = [kind for kind in ColumnKind if any(c.kind is kind for c in table.columns)]
    room = UPRIGHT.width - _frame(len(kinds))
    shares = [share for kind, share in zip(ColumnKind, _STACKED, strict=True) if kind in kinds]
    columns = tuple(
        GridColumn(kind, _stacked_head(table, kind), float(math.floor(room * share / sum(shares))))
        for kind, share in zip(kinds, shares, strict=True)
    )
    cells = tuple(tuple(_stacked_cell(table, row, kind) for kind in kinds) for row in table.rows)
    note = f"A condition that is not listed may have any value ({ANY}); a conclusion is null."
    return Grid(columns, table.rows, cells, TableForm.STACKED, UPRIGHT, notes=(note,))


def _stacked_head(table: TableDrawing, kind: ColumnKind) -> Paragraphs:
    """Return the titles of the columns of a kind, with the patient's values."""
    columns = [column for column in table.columns if column.kind is kind]
    titles = Paragraph("", ", ".join(column.title for column in columns))
    values = [Paragraph(f"● {c.title}:", c.value) for c in columns if c.value]
    return (titles, *values)


def _stacked_cell(table: TableDrawing, row: Row, kind: ColumnKind) -> Paragraphs:
    """Return the cells of a kind as paragraphs; those that say nothing are left out."""
    silent = {ColumnKind.INPUT: ANY, ColumnKind.OUTPUT: "null", ColumnKind.ANNOTATION: ""}[kind]
    found = tuple(
        Paragraph(f"{column.title}:", _marked(cell))
        for column, cell in zip(table.columns, row.cells, strict=True)
        if column.kind is kind and cell.text not in ("", silent)
    )
    return found or ((Paragraph("", ANY),) if kind is not ColumnKind.ANNOTATION else ())


def pages(table: TableDrawing) -> tuple[TableDrawing, ...]:
    """Split a long table into pages that repeat the head; a short one is its only page."""
    grid = arrange(table)
    below = (len(table.notes) + len(grid.notes) + len(table.footer) + 3) * LINE
    room = grid.paper.height - grid.head_height - below
    parts: list[list[Row]] = [[]]
    used = 0.0
    for index, row in enumerate(grid.rows):
        height = grid.row_height(index)
        if parts[-1] and used + height > room:
            parts.append([])
            used = 0.0
        parts[-1].append(row)
        used += height
    if len(parts) == 1:
        return (replace(table, form=grid.form),)
    return tuple(
        replace(
            table,
            name=f"{table.name}-{number}",
            title=f"{table.title} (page {number} of {len(parts)})",
            rows=tuple(part),
            form=grid.form,
        )
        for number, part in enumerate(parts, 1)
    )
