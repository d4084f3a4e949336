"""Long runs of plain rules in the text of a DMN file, found by one pattern instead of tag by tag.

In: the text of a file. Out: `RuleRun`s: rules that follow each other, all with the same number of
entries, each entry one text and nothing else. That is how nearly all rules of large tables are
written, and such tables are nearly the whole of their file.

The pattern may only be believed where a rule really begins, and not in a comment: `xml_parser` asks
that of the first rule of a run, and lets expat read the rest for its syntax. No part of the pattern
goes back over what it has read.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guidewright.dmn.respelt import RespeltSource
from guidewright.feel.names import normal
from guidewright.source import Span, TextSource

MIN_RUN = 24  # rules; shorter runs are read tag by tag
MAX_ENTRIES = 400
MAX_RULE = 100_000  # characters of one rule
MAX_MISSES = 20  # tags that no end follows near by: looking for one costs time

_FIRST = re.compile(r"<((?:[\w.-]+:)?)rule[ >]")
_GAP = r"[ \t\r\n]{0,400}+"
_ID = r"""(?: id="[^"<>&\s]*+")?+"""
_TEXT = r"([^<\r]{0,60000}+)"  # expat makes a line feed of a carriage return; so no text has one
_REFERENCE = re.compile("&(?:#(?:x([0-9a-fA-F]+)|([0-9]+))|([a-z]+));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ANY_ID = re.compile(' id="([^"]*)"')


class UnsureRun(Exception):  # noqa: N818 - no error: the file is read again, tag by tag
    """A run cannot be taken for rules of its table without a look at each tag."""


@dataclass(frozen=True, slots=True)
class RuleShape:
    """The prefix of a rule's tags, and how many entries of each kind it has."""

    prefix: str
    inputs: int
    outputs: int
    annotations: int

    @property
    def elements(self) -> int:
        """How many elements such a rule has at least."""
        return 1 + 2 * (self.inputs + self.outputs + self.annotations)


@dataclass(frozen=True, slots=True, eq=False)
class RuleRun:
    """Rules between two offsets; `starts` are those of their `<`.

    `columns` has the texts of each entry rule by rule, decoded, None for a blank cell; equal texts
    are one object. Where a text stands exactly is found by matching its rule again.
    """

    source: TextSource
    shape: RuleShape
    starts: array[int]
    end: int
    ids: Sequence[str | None]
    descriptions: Sequence[str | None]
    columns: Sequence[Sequence[str | None]]

    def element_ids(self) -> list[str]:
        """Return all ids in the run, perhaps with some that only look like one."""
        return _ANY_ID.findall(self.source.text, self.starts[0], self.end)

    def tag(self, index: int) -> Span:
        """Return the start tag of a rule."""
        start = self.starts[index]
        return Span(self.source, start, self.source.text.index(">", start) + 1)

    def cells(self, index: int) -> list[RespeltSource | None]:
        """Return the texts of a rule's input and output entries; None for a blank one."""
        found = _pattern(self.shape).match(self.source.text, self.starts[index])
        assert found is not None  # noqa: S101 - it matched before
        cells = self.columns[: self.shape.inputs + self.shape.outputs]
        texts = enumerate((column[index] for column in cells), 3)
        return [
            RespeltSource(self.source, text, *found.span(group)) if text is not None else None
            for group, text in texts
        ]


def plain_runs(source: TextSource) -> Iterator[RuleRun]:
    """Yield what looks like a run of plain rules, in order; the text may say something else."""
    text, position, misses = source.text, 0, 0
    while misses < MAX_MISSES and (first := _FIRST.search(text, position)) is not None:
        start = first.start()
        closing = f"</{first[1]}rule>"
        stop = text.find(closing, start, start + MAX_RULE)
        if stop < 0:
            misses += 1
            position = first.end()
            continue
        position = stop + len(closing)
        run = _run(source, start, _shape(first[1], text[start:stop]))
        if run is not None:
            yield run
            position = run.end


def _shape(prefix: str, rule: str) -> RuleShape:
    counts = (rule.count(f"<{prefix}{name}Entry") for name in ("input", "output", "annotation"))
    return RuleShape(prefix, *counts)


def _run(source: TextSource, start: int, shape: RuleShape) -> RuleRun | None:
    """Return the run of rules of a shape from an offset on; None when it is too short."""
    if shape.inputs + shape.outputs + shape.annotations > MAX_ENTRIES or not shape.outputs:
        return None
    text, match = source.text, _pattern(shape).match
    starts: array[int] = array("L")
    rows = []
    end = start
    while (found := match(text, end)) is not None:
        starts.append(found.start(0))
        rows.append(found.groups())
        end = found.end()
    if len(rows) < MIN_RUN:
        return None
    ids, descriptions, *columns = zip(*rows, strict=True)
    cells = shape.inputs + shape.outputs
    entries = [_column(column, _cell) for column in columns[:cells]]
    entries += [_column(column, _decoded) for column in columns[cells:]]
    return RuleRun(source, shape, starts, end, ids, _column(descriptions, _decoded), entries)


@lru_cache(maxsize=64)
def _pattern(shape: RuleShape) -> re.Pattern[str]:
    """Return the pattern of a rule and the blanks behind it.

    Groups: its id, its description, and the texts of its entries.
    """
    prefix = re.escape(shape.prefix)

    def entry(name: str, attributes: str = _ID) -> str:
        tag, text = f"{prefix}{name}Entry", f"<{prefix}text>{_TEXT}</{prefix}text>"
        return f"<{tag}{attributes}>{_GAP}{text}{_GAP}</{tag}>{_GAP}"

    description = f"{prefix}description"
    return re.compile(
        f"""<{prefix}rule(?: id="([^"<>&\\s]*+)")?+>{_GAP}"""
        f"(?:<{description}>{_TEXT}</{description}>{_GAP})?+"
        + entry("input") * shape.inputs
        + entry("output") * shape.outputs
        + entry("annotation", "") * shape.annotations
        + f"</{prefix}rule>{_GAP}"
    )


def _column(
    texts: Sequence[str | None], read: Callable[[str], str | None]
) -> tuple[str | None, ...]:
    """Return what is read from each text; equal texts are read once."""
    known = {text: None if text is None else read(text) for text in dict.fromkeys(texts)}
    return tuple(map(known.__getitem__, texts))


def _cell(text: str) -> str | None:
    """Return the text of a cell, None for a blank one."""
    decoded = _decoded(text)
    return decoded if normal(decoded) else None


def _decoded(text: str) -> str:
    """Return a text with its references replaced; expat has seen that they are known."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    hexadecimal, number, name = found.groups()
    if name is not None:
        return _NAMED.get(name, found[0])
    return chr(int(hexadecimal, 16) if hexadecimal else int(number))
