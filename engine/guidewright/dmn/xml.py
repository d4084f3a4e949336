"""A light XML tree in which every tag, attribute value and character of text has its place.

In: elements as the parser (`dmn.xml_parser`) meets them. Out: `XmlDocument`: names, attributes and
content for a reader, spans and `EmbeddedSource` texts for messages, and everything a writer needs
to give the file back (comments, instructions, white space, prefixes).

Only the offset of each start and end tag is kept. Where a value or a text stands exactly is found
by looking at its tag again when somebody asks, which few do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from guidewright.dmn.respelt import RespeltSource, segments
from guidewright.dmn.xml_runs import RuleRun
from guidewright.source import EmbeddedSource, Source, Span, TextSource

SEPARATOR = "\x1f"  # between namespace, name and prefix; XML allows it nowhere
_BLOCK = 1024
_CONTINUATION = bytes(range(0x80, 0xC0))
_START_TAG = re.compile(r"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_TAG_NAME = re.compile(r"<[^\s/>]+")
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(eq=False, slots=True)
class XmlComment:
    """`<!--text-->`; `start` is the offset of its `<`."""

    text: str
    start: int


@dataclass(eq=False, slots=True)
class XmlInstruction:
    """`<?target data?>`; `start` is the offset of its `<`."""

    target: str
    data: str
    start: int


@dataclass(frozen=True, slots=True)
class XmlAttribute:
    """An attribute as written; `namespace` and `prefix` are empty for a plain one."""

    namespace: str
    name: str
    prefix: str
    value: str


@dataclass(frozen=True, slots=True)
class XmlDeclaration:
    """`<?xml version="1.0" encoding=… standalone=…?>`."""

    version: str
    encoding: str | None
    standalone: bool | None


@dataclass(frozen=True, eq=False)
class XmlFile:
    """The text of a file, and its UTF-8, in whose bytes the parser counts."""

    source: TextSource
    data: bytes = field(repr=False)

    @cached_property
    def _counts(self) -> list[int]:
        """The number of characters before each block of bytes; empty when all are ASCII."""
        if len(self.data) == len(self.source.text):
            return []
        counts, total = [], 0
        for start in range(0, len(self.data) + 1, _BLOCK):
            counts.append(total)
            total += _characters(self.data[start : start + _BLOCK])
        return counts

    def position(self, byte: int) -> int:
        """Return the offset in the text of the character that begins at a byte."""
        counts = self._counts
        if not counts:
            return byte
        block = byte // _BLOCK
        return counts[block] + _characters(self.data[block * _BLOCK : byte])


def _characters(piece: bytes) -> int:
    """Return how many characters begin in a piece of UTF-8."""
    return len(piece.translate(None, _CONTINUATION))


@dataclass(eq=False, slots=True, repr=False)
class XmlElement:
    """One element. Not frozen, because the parser fills it; nobody else changes it.

    `parts` is shared by the whole tree: all elements and pieces of text in order of the file; this
    element stands at `index`, and what is inside it follows up to `stop`. (A list in each element
    would double the objects that Python's collector has to visit.)
    `attributes` has the plain attributes under their names and namespaced ones under
    namespace, name and prefix joined by `SEPARATOR`, in order of the file. `declarations` are
    `xmlns` attributes: prefix (None for the default) and namespace. `first` and `last` are byte
    offsets of the `<` of the start tag and of the end tag (for `<a/>`, the end of the tag).
    """

    file: XmlFile
    parent: XmlElement | None
    namespace: str
    name: str
    prefix: str
    attributes: dict[str, str]
    declarations: tuple[tuple[str | None, str], ...]
    parts: list[Part | RuleRun]
    index: int
    stop: int
    first: int
    last: int

    def __repr__(self) -> str:
        return f"<{self.qualified_name} at {self.span}>"

    @property
    def qualified_name(self) -> str:
        """The name as written, with its prefix."""
        return f"{self.prefix}:{self.name}" if self.prefix else self.name

    @property
    def content(self) -> list[Part]:
        """The texts, elements, comments and instructions directly inside, in order."""
        parts, index, stop = self.parts, self.index + 1, self.stop
        found: list[Part] = []
        while index < stop:
            part = parts[index]
            if type(part) is XmlElement:
                found.append(part)
                index = part.stop
                continue
            if not isinstance(part, RuleRun):
                found.append(part)
            index += 1
        return found

    @property
    def runs(self) -> list[RuleRun]:
        """The runs of rules directly inside, in order."""
        parts, index, stop = self.parts, self.index + 1, self.stop
        found = []
        while index < stop:
            part = parts[index]
            if type(part) is RuleRun:
                found.append(part)
            index = part.stop if type(part) is XmlElement else index + 1
        return found

    @property
    def children(self) -> list[XmlElement]:
        """The child elements."""
        return [part for part in self.content if type(part) is XmlElement]

    @property
    def text(self) -> str:
        """The text directly inside, entities decoded, comments left out."""
        if self.stop == self.index + 2 and type(only := self.parts[self.index + 1]) is str:
            return only
        return "".join([part for part in self.content if type(part) is str])

    @property
    def start(self) -> int:
        """Where the `<` of the start tag stands."""
        return self.file.position(self.first)

    @property
    def inner_start(self) -> int:
        """Where the content begins, after the `>` of the start tag."""
        text, start = self.file.source.text, self.start
        if not self.attributes and not self.declarations:
            return text.index(">", start) + 1
        tag = _START_TAG.match(text, start)
        return tag.end() if tag is not None else start

    @property
    def inner_end(self) -> int:
        """Where the content ends, before the `</` of the end tag."""
        return self.file.position(self.last)

    @property
    def end(self) -> int:
        """Where the element ends, after the `>` of its last tag."""
        inner_start, inner_end = self.inner_start, self.inner_end
        text = self.file.source.text
        if inner_start == inner_end and text[inner_start - 2] == "/":
            return inner_end
        return text.index(">", inner_end) + 1

    @property
    def span(self) -> Span:
        """The start tag."""
        return Span(self.file.source, self.start, self.inner_start)

    @property
    def name_span(self) -> Span:
        """The name in the start tag."""
        start = self.start
        tag = _TAG_NAME.match(self.file.source.text, start)
        return Span(self.file.source, start + 1, tag.end() if tag is not None else start + 1)

    def attribute_list(self) -> list[XmlAttribute]:
        """Return the attributes in order of the file, without `xmlns` declarations."""
        return [XmlAttribute(*split_name(key), value) for key, value in self.attributes.items()]

    def attribute_spans(self, written: str) -> tuple[Span, Span] | None:
        """Return the spans of an attribute's name and of its value between the quotes.

        `written` is the name with its prefix, as in the file; `xmlns` declarations are found too.
        """
        source = self.file.source
        name = self.name_span
        for found in _ATTRIBUTE.finditer(source.text, name.end, self.inner_start):
            if found[1] == written:
                value = found.span(2) if found[2] is not None else found.span(3)
                return Span(source, *found.span(1)), Span(source, *value)
        return None

    def value_span(self, written: str) -> Span:
        """Return the span of an attribute's value, or of the start tag when it has none."""
        spans = self.attribute_spans(written)
        return spans[1] if spans is not None else self.span

    def namespace_of(self, prefix: str | None) -> str | None:
        """Return what a prefix (None for the default) stands for here, or None."""
        element: XmlElement | None = self
        while element is not None:
            for declared, namespace in element.declarations:
                if declared == prefix:
                    return namespace
            element = element.parent
        return None

    def text_source(self) -> Source:
        """Return the text directly inside, with the way from its characters to the file."""
        text = self.text
        start, end = self.inner_start, self.inner_end
        source = self.file.source
        if self.stop == self.index + 2 or not self.children:
            return RespeltSource(source, text, start, end)
        return EmbeddedSource(source, text, tuple(self._segments(start, end)))

    def text_span(self) -> Span:
        """Return the span of the whole text inside its own source."""
        source = self.text_source()
        return Span(source, 0, len(source.text))

    def _segments(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return pairs of offsets (in the decoded text, in the file) where they go apart."""
        text = self.file.source.text
        pairs: list[tuple[int, int]] = []
        here = 0
        runs = [start, *(edge for child in self.children for edge in (child.start, child.end)), end]
        for run_start, run_end in zip(runs[::2], runs[1::2], strict=True):
            pairs += segments(text, here, run_start, run_end)
            last_here, last_there = pairs[-1]
            here = last_here + run_end - last_there
        return pairs


Part = str | XmlElement | XmlComment | XmlInstruction


@dataclass(frozen=True, eq=False)
class XmlDocument:
    """A parsed file; `before` and `after` hold what stands around the root element.

    One that is not `whole` has runs of rules instead of their elements, and cannot be written.
    """

    file: XmlFile
    root: XmlElement
    declaration: XmlDeclaration | None
    before: tuple[XmlComment | XmlInstruction, ...]
    after: tuple[XmlComment | XmlInstruction, ...]
    whole: bool


def split_name(key: str) -> tuple[str, str, str]:
    """Return namespace, name and prefix of a name as the parser spells it."""
    parts = key.split(SEPARATOR)
    if len(parts) == 1:
        return "", key, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
