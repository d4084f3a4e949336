"""Texts with a name: where a character stands (file, line, column) and how to show it.

In: the text of a file, or a text embedded in another file (a FEEL cell inside DMN XML).
Out: `Span` (a piece of a source), `Place` (file, line, column) and the picture with a caret.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

_LINE_END = re.compile("\n")
_SHOWN = 160  # characters of a line that a picture shows at most


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; `line` and `column` count from 1, columns in code points."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Source(Protocol):
    """Something spans point into."""

    @property
    def text(self) -> str:
        """The text that offsets count in."""

    def place(self, offset: int) -> Place:
        """Return where the character at `offset` stands in its file."""

    def line(self, offset: int) -> tuple[str, int]:
        """Return the line of the file around `offset`, and the index in it of that character."""


@dataclass(frozen=True, eq=False)
class TextSource:
    """A whole file, or a text typed in by a user (`name` is then `<expression>`)."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, offset: int) -> Place:
        """Return line and column of `offset`, which may be one past the end."""
        line = bisect_right(self._line_starts, offset)
        return Place(self.name, line, offset - self._line_starts[line - 1] + 1)

    def line(self, offset: int) -> tuple[str, int]:
        """Return the line that holds `offset`, without its line break."""
        number = bisect_right(self._line_starts, offset)
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r"), offset - start

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, both counted from 1."""
        starts = self._line_starts
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(self.text))


@dataclass(frozen=True, eq=False)
class EmbeddedSource:
    """A text inside another one, whose characters may be spelt otherwise there (`&lt;`).

    `segments` are pairs (offset in `text`, offset in `outer`), ascending; between two pairs
    characters correspond one to one.
    """

    outer: Source = field(repr=False)
    text: str
    segments: tuple[tuple[int, int], ...] = field(default=((0, 0),), repr=False)

    def outer_offset(self, offset: int) -> int:
        """Return the offset in the outer text of the character at `offset` here."""
        index = bisect_right(self.segments, (offset, len(self.outer.text))) - 1
        here, there = self.segments[max(index, 0)]
        return there + (offset - here)

    def place(self, offset: int) -> Place:
        """Return where the character stands in the outer file."""
        return self.outer.place(self.outer_offset(offset))

    def line(self, offset: int) -> tuple[str, int]:
        """Return the line of the outer file."""
        return self.outer.line(self.outer_offset(offset))


@dataclass(frozen=True, slots=True)
class Span:
    """The piece `start:end` of a source, in code points."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text of the piece."""
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """Where the piece begins."""
        return self.source.place(self.start)

    @property
    def end_place(self) -> Place:
        """Where the piece ends (the place after its last character)."""
        last = max(self.start, self.end - 1)
        place = self.source.place(last)
        return Place(place.file, place.line, place.column + (1 if self.end > self.start else 0))

    def picture(self) -> str:
        """Return the line of the file and carets below the piece.

        >>> print(Span(TextSource("a.feel", "x >= 1"), 0, 1).picture())
         1 | x >= 1
           | ^
        """
        place, end = self.place, self.end_place
        text, index = self.source.line(self.start)
        number = str(place.line)
        same_line = end.line == place.line
        width = end.column - place.column if same_line else len(text) - index
        cut = max(0, index - 60)  # a very long line is shown around the piece only
        shown = text[cut : cut + _SHOWN].replace("\t", " ")
        carets = "^" * max(1, min(width, len(shown) - (index - cut)))
        gap = " " * len(number)
        return f" {number} | {shown}\n {gap} | {' ' * (index - cut)}{carets}"

    def __str__(self) -> str:
        return str(self.place)


def text_span(text: str, name: str = "<expression>") -> Span:
    """Return the span of a whole text that stands in no file."""
    return Span(TextSource(name, text), 0, len(text))
