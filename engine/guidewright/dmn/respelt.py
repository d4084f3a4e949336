"""Texts of XML elements whose characters may be spelt otherwise in the file (`&lt;`, CDATA).

In: a decoded text and where it stands. Out: a source for spans; how its characters are spelt is
looked at only when somebody asks for a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guidewright.source import EmbeddedSource, Place, TextSource

# What makes decoded text differ from the file, outside and inside CDATA.
_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>|&[^;]*;|\r\n", re.DOTALL)
_LINE_BREAK = re.compile(r"\r\n")


@dataclass(frozen=True, slots=True, eq=False)
class RespeltSource:
    """The text of an element without child elements, which stands in the file at `start:end`."""

    outer: TextSource
    text: str
    start: int
    end: int

    def outer_offset(self, offset: int) -> int:
        """Return the offset in the file of the character at `offset` here."""
        return self._embedded().outer_offset(offset)

    def place(self, offset: int) -> Place:
        """Return where the character stands in the file."""
        return self._embedded().place(offset)

    def line(self, offset: int) -> tuple[str, int]:
        """Return the line of the file."""
        return self._embedded().line(offset)

    def _embedded(self) -> EmbeddedSource:
        if self.end - self.start == len(self.text):  # every character is spelt as itself
            return EmbeddedSource(self.outer, self.text, ((0, self.start),))
        pairs = segments(self.outer.text, 0, self.start, self.end)
        return EmbeddedSource(self.outer, self.text, tuple(pairs))


def segments(text: str, decoded: int, start: int, end: int) -> list[tuple[int, int]]:
    """Return pairs of offsets (decoded, in `text`) where the two go apart, up to `end`.

    `decoded` is the decoded offset of `start`; the last pair stands behind the last difference.
    """
    pairs = [(decoded, start)]
    position = start
    for token_start, token_end, length in _respelt(text, start, end):
        decoded += token_start - position + length
        pairs.append((decoded, token_end))
        position = token_end
    return pairs


def _respelt(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the pieces of raw text that are not spelt as themselves, and their decoded length."""
    for found in _MARKUP.finditer(text, start, end):
        if found[1] is None:
            yield found.start(), found.end(), 0 if found[0][0] == "<" else 1
            continue
        yield found.start(), found.start(1), 0
        for line_break in _LINE_BREAK.finditer(text, found.start(1), found.end(1)):
            yield line_break.start(), line_break.end(), 1
        yield found.end(1), found.end(), 0
