"""Find out how a table fits on paper: widths of columns, lines of cells, pages.

In: a `TableDrawing`. Out: a `Layout` in points at the size of the print, and the pages of a long
table. Upright A4 is preferred; a table with wide or many columns is laid on its side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from guidewright_visualize.drawing import Cell, Column, Row, TableDrawing
from guidewright_visualize.typesetting import text_width, wrap

SIZE = 8.5
LINE = SIZE * 1.2
PADDING = 3
UPRIGHT, SIDEWAYS = (492.0, 700.0), (738.0, 450.0)  # printable width and height, less title
_RULE_WIDTH = 58.0
_LONGEST_WORD, _LONGEST_LINE = 95.0, 230.0
_TALL_ROW = 11  # lines; a table with higher rows is better on its side


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths of the text in the rule column and in each column, and the paper's height."""

    rule: float
    columns: tuple[float, ...]
    height: float

    @property
    def width(self) -> float:
        """The width of the whole table, with padding and lines."""
        return self.rule + sum(self.columns) + (len(self.columns) + 1) * (2 * PADDING + 1) + 8


def layout(table: TableDrawing) -> Layout:
    """Return the widths that suit the longest words and lines of the table."""
    least = [_least(table, index) for index in range(len(table.columns))]
    wished = [max(low, _wished(table, index)) for index, low in enumerate(least)]
    upright = _fit(least, wished, UPRIGHT)
    too_narrow = upright.width > UPRIGHT[0] + 1 or sum(least) > sum(upright.columns) + 1
    tallest = max((row_lines(row, upright) for row in table.rows), default=1)
    if too_narrow or tallest > _TALL_ROW:
        return _fit(least, wished, SIDEWAYS)
    return upright


def _fit(least: list[float], wished: list[float], paper: tuple[float, float]) -> Layout:
    """Share the width: first the longest words, then what each column wishes beyond."""
    frame = Layout(_RULE_WIDTH, tuple(0.0 for _ in least), paper[1]).width
    room = max(paper[0] - frame, 20.0 * len(least))
    if sum(wished) <= room:
        return Layout(_RULE_WIDTH, tuple(map(_points, wished)), paper[1])
    if sum(least) >= room:
        shares = [low * room / sum(least) for low in least]
        return Layout(_RULE_WIDTH, tuple(map(_points, shares)), paper[1])
    more = (room - sum(least)) / (sum(wished) - sum(least))
    widths = [low + (wish - low) * more for low, wish in zip(least, wished, strict=True)]
    return Layout(_RULE_WIDTH, tuple(map(_points, widths)), paper[1])


def _points(width: float) -> float:
    """Return whole points, so that no rounding differs between machines."""
    return float(math.floor(width))


def _texts(table: TableDrawing, index: int) -> list[str]:
    """Return all texts of a column, its head included."""
    column = table.columns[index]
    return [*head_parts(column), *(cell_text(row.cells[index]) for row in table.rows)]


def head_parts(column: Column) -> list[str]:
    """Return title, allowed values and the patient's value, as far as there are any."""
    value = [f"● {column.value}"] if column.value else []
    return [column.title, *([f"({column.note})"] if column.note else []), *value]


def cell_text(cell: Cell) -> str:
    """Return the text of a cell with its mark."""
    return f"{cell.mark.words} {cell.text}" if cell.mark is not None else cell.text


def _least(table: TableDrawing, index: int) -> float:
    """Return the width of the longest word."""
    words = [word for text in _texts(table, index) for word in text.split()]
    return min(_LONGEST_WORD, max((text_width(word, SIZE) * 1.1 for word in words), default=20.0))


def _wished(table: TableDrawing, index: int) -> float:
    """Return the width at which no cell would need a second line, within reason."""
    widths = [text_width(text, SIZE) * 1.1 for text in _texts(table, index)]
    return min(_LONGEST_LINE, max(widths, default=20.0))


def cell_lines(text: str, width: float) -> list[str]:
    """Return the lines of a cell; a little room is kept for bold letters."""
    return wrap(text, width / 1.08, SIZE)


def row_lines(row: Row, given: Layout) -> int:
    """Return how many lines the highest cell of a row has."""
    rule = 1 + len(cell_lines(row.id, given.rule)) if row.id else 1
    cells = zip(row.cells, given.columns, strict=True)
    return max(rule, *(len(cell_lines(cell_text(cell), width)) for cell, width in cells), 1)


def pages(table: TableDrawing) -> tuple[TableDrawing, ...]:
    """Split a long table into pages that repeat the head; a short one is its only page."""
    given = layout(table)
    parts: list[list[Row]] = [[]]
    used = 0.0
    for row in table.rows:
        height = row_lines(row, given) * LINE + 2 * PADDING
        if parts[-1] and used + height > given.height - _head_height(table, given):
            parts.append([])
            used = 0.0
        parts[-1].append(row)
        used += height
    if len(parts) == 1:
        return (table,)
    return tuple(
        replace(
            table,
            name=f"{table.name}-{number}",
            title=f"{table.title} (page {number} of {len(parts)})",
            rows=tuple(part),
        )
        for number, part in enumerate(parts, 1)
    )


def _head_height(table: TableDrawing, given: Layout) -> float:
    """Return the height of the head of the table and of the lines around it."""
    columns = zip(table.columns, given.columns, strict=True)
    lines = max(
        sum(len(cell_lines(part, width)) for part in head_parts(column))
        for column, width in columns
    )
    return (lines + 2 + len(table.notes) + len(table.footer)) * LINE + 40
