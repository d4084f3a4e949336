"""Read YAML 1.2 text into a tree whose every key and value knows where it stands.

In: the text of a file that people write. Out: `YamlMap`, `YamlList` and `YamlScalar` with spans, or
a `ModelError` in plain words. Only plain data is read: tags, anchors, aliases, duplicate keys,
directives and further documents are refused. Scalars are resolved here and nowhere else: integers
and decimals from their digits, `true`, `false`, `null`; all else, such as `no`, `on`, `1:30` and
dates, is text. See YAML 1.2.2, chapter 10.2 (JSON schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from guidewright.errors import Code, ModelError, Note
from guidewright.source import EmbeddedSource, Source, Span, TextSource

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40

Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A single value; `text` is what it says as text, `value` what it means (YAML's JSON schema).

    `style` is YAML's: the empty text for a plain scalar, else one of `' " | >`.
    """

    value: Scalar
    text: str
    span: Span
    style: str = ""

    def embedded(self) -> Span:
        """Return a span of exactly `text`, whose offsets lead back to the file.

        Line breaks, indentation, quotes and escapes that YAML took away are stepped over.
        """
        source = EmbeddedSource(self.span.source, self.text, _segments(self))
        return Span(source, 0, len(self.text))


@dataclass(frozen=True, slots=True)
class YamlList:
    """A sequence, in order."""

    items: tuple[YamlNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """A key and its value."""

    key: YamlScalar
    value: YamlNode


@dataclass(frozen=True, slots=True)
class YamlMap:
    """A mapping in the order of the file; no two keys are spelt alike."""

    entries: tuple[YamlEntry, ...]
    span: Span

    def get(self, key: str) -> YamlNode | None:
        """Return the value of `key`, or None when the map has no such key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)


YamlNode = YamlScalar | YamlList | YamlMap


def read_yaml_file(path: Path) -> YamlNode:
    """Read a file of UTF-8 YAML; its name in messages is the path as given."""
    name = str(path)
    try:
        size = path.stat().st_size
        if size > 4 * MAX_CHARACTERS:
            _refuse(Code.FILE_TOO_LARGE, None, f"{name}: the file has {size} bytes")
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        _refuse(Code.FILE_MISSING, None, f"there is no file '{name}'")
    except OSError as error:
        _refuse(Code.FILE_MISSING, None, f"'{name}' cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        _refuse(Code.FILE_ENCODING, None, f"'{name}' is not UTF-8 at byte {error.start + 1}")
    return read_yaml(text, name)


def read_yaml(text: str, name: str = "<text>") -> YamlNode:
    """Read one YAML document; `name` is the file that messages point into.

    Raises `ModelError`: malformed YAML (`yaml.syntax`), what this reader refuses on purpose
    (`yaml.shape`), and too much of it (`file.too-large`, `yaml.limit`).
    """
    text = text.removeprefix("\ufeff")
    source = TextSource(name, text)
    if len(text) > MAX_CHARACTERS:
        _refuse(
            Code.FILE_TOO_LARGE,
            Span(source, 0, 0),
            f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read",
        )
    try:
        return _Builder(source).document()
    except ReaderError as error:
        at = error.position
        what = f"the character U+{ord(text[at]):04X} is not allowed in YAML"
        raise ModelError(Note(Code.YAML_SYNTAX, Span(source, at, at + 1), what)) from None
    except MarkedYAMLError as error:
        raise ModelError(_syntax_note(source, error)) from None
    except YAMLError as error:
        raise ModelError(Note(Code.YAML_SYNTAX, Span(source, 0, 0), str(error))) from None


def plain(node: YamlNode) -> Any:
    """Return the tree as dictionaries, lists and scalars, without places; keys are texts."""
    match node:
        case YamlScalar():
            return node.value
        case YamlList():
            return [plain(item) for item in node.items]
        case YamlMap():
            return {entry.key.text: plain(entry.value) for entry in node.entries}


def _refuse(code: Code, span: Span | None, text: str, hint: str | None = None) -> NoReturn:
    raise ModelError(Note(code, span, text, hint))


# from events to nodes ----------------------------------------------------------------------------


class _Builder:
    """Turn the events of one document into nodes; stop at the first thing that is refused."""

    def __init__(self, source: TextSource) -> None:
        self.source = source
        self.events: Iterator[Any] = YAML(typ="safe", pure=True).parse(source.text)

    def span(self, event: Any) -> Span:
        return Span(self.source, event.start_mark.index, event.end_mark.index)

    def document(self) -> YamlNode:
        next(self.events)  # the start of the stream
        event = next(self.events)
        if not isinstance(event, DocumentStartEvent):
            _refuse(Code.YAML_SHAPE, Span(self.source, 0, 0), "the file is empty")
        if event.version is not None or event.tags:
            place = Span(self.source, 0, event.start_mark.index)
            _refuse(Code.YAML_SHAPE, place, "directives are not used here", "remove the '%' lines")
        node = self.node(next(self.events), 0)
        next(self.events)  # the end of the document
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            hint = "keep one document in the file"
            _refuse(Code.YAML_SHAPE, self.span(after), "a second document begins here", hint)
        return node

    def node(self, event: Any, depth: int) -> YamlNode:
        self.refuse_special(event)
        if depth > MAX_DEPTH:
            what = f"more than {MAX_DEPTH} levels inside one another"
            _refuse(Code.YAML_LIMIT, self.span(event), what)
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, depth)
        return self.mapping(event, depth)

    def refuse_special(self, event: Any) -> None:
        span = self.span(event)
        if isinstance(event, AliasEvent):
            hint = "write the value again"
            _refuse(Code.YAML_SHAPE, span, f"the alias '*{event.anchor}' is not read", hint)
        if event.anchor is not None:
            hint = "remove it"
            _refuse(Code.YAML_SHAPE, span, f"the anchor '&{event.anchor}' is not read", hint)
        if event.tag is not None:
            _refuse(Code.YAML_SHAPE, span, f"the tag '{event.tag}' is not read", "remove it")

    def scalar(self, event: Any) -> YamlScalar:
        span = self.span(event)
        style = event.style or ""
        value: Scalar = event.value
        if not style:
            value = resolve(event.value)
        return YamlScalar(value, event.value, span, style)

    def sequence(self, event: Any, depth: int) -> YamlList:
        items: list[YamlNode] = []
        while not isinstance(ahead := next(self.events), SequenceEndEvent):
            items.append(self.node(ahead, depth + 1))
        return YamlList(tuple(items), self.extent(event, ahead, items))

    def mapping(self, event: Any, depth: int) -> YamlMap:
        entries: dict[str, YamlEntry] = {}
        while not isinstance(ahead := next(self.events), MappingEndEvent):
            key = self.key(ahead)
            if key.text in entries:
                first = entries[key.text].key.span.place.line
                what = f"the key '{key.text}' is written twice"
                _refuse(Code.YAML_SHAPE, key.span, what, f"first in line {first}")
            entries[key.text] = YamlEntry(key, self.node(next(self.events), depth + 1))
        found = tuple(entries.values())
        return YamlMap(found, self.extent(event, ahead, [entry.value for entry in found]))

    def key(self, event: Any) -> YamlScalar:
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            _refuse(Code.YAML_SHAPE, self.span(event), "a list or map cannot be a key")
        self.refuse_special(event)
        return self.scalar(event)

    def extent(self, start: Any, end: Any, children: list[YamlNode]) -> Span:
        """Return the span of a collection; a block ends with its last child."""
        if start.flow_style or not children:
            return Span(self.source, start.start_mark.index, end.end_mark.index)
        return Span(self.source, start.start_mark.index, children[-1].span.end)


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


def resolve(text: str) -> Scalar:
    """Return what a plain scalar means.

    >>> resolve("1.50"), resolve("-7"), resolve("no"), resolve("1:30"), resolve("007")
    (Decimal('1.50'), -7, 'no', '1:30', '007')
    """
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None or len(text) > 100:
        return text
    return Decimal(text) if number[2] or number[3] else int(text)


# places inside a scalar --------------------------------------------------------------------------

_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}


def _segments(scalar: YamlScalar) -> tuple[tuple[int, int], ...]:
    """Return where runs of the text stand in the file: pairs (offset in text, offset in file)."""
    raw, base = scalar.span.text, scalar.span.start
    at = raw.find("\n") + 1 if scalar.style in ("|", ">") else len(scalar.style)
    pairs: list[tuple[int, int]] = []
    for index, character in enumerate(scalar.text):
        at, width = _find(raw, at, character, scalar.style)
        here = (index, base + at)
        if not pairs or here[1] - pairs[-1][1] != here[0] - pairs[-1][0]:
            pairs.append(here)
        at += width
    return tuple(pairs) or ((0, base + at),)


def _find(raw: str, at: int, character: str, style: str) -> tuple[int, int]:
    """Return where `character` stands in `raw` from `at` on, and how many characters spell it."""
    if character.isspace():
        return min(at, len(raw)), 1 if at < len(raw) and raw[at].isspace() else 0
    while at < len(raw) and raw[at].isspace():
        at += 1
    if style == '"':
        while raw[at : at + 2] == "\\\n":  # a folded line
            at += 2
            while at < len(raw) and raw[at].isspace():
                at += 1
        if at < len(raw) and raw[at] == "\\":
            return at, _ESCAPE_LENGTH.get(raw[at + 1 : at + 2], 2)
    if style == "'" and character == "'":
        return at, 2
    return min(at, len(raw)), 1


# what the parser's faults mean -------------------------------------------------------------------

# pairs: a piece of the parser's message, and what to say instead
_PLAIN_WORDS: tuple[tuple[str, str, str | None], ...] = (
    ("mapping values are not allowed", "a ': ' is not possible here", "indent the line, or quote"),
    ("sequence entries are not allowed", "a list item cannot begin here", "begin a new line"),
    ("'\\t' that cannot start", "a tab cannot be used for indentation", "use spaces"),
    ("cannot start any token", "a plain text cannot begin with this character", "quote the text"),
    ("end of stream", "the quotation mark opened here is never closed", None),
    ("document separator", "the quotation mark opened here is never closed", None),
    ("unknown escape character", "this is not an escape after '\\'", "use single quotes"),
    ("could not find expected ':'", "a key needs a ':' and a space behind it", None),
    ("expected ',' or ']'", "the list opened here is never closed", "write ']' or ','"),
    ("expected ',' or '}'", "the map opened here is never closed", "write '}' or ','"),
    ("expected the node content", "a value is missing here", None),
    ("expected <block end>", "this does not fit the lines above", "look at the indentation"),
    ("indentation indicators", "nothing may follow '|' or '>' in this line", None),
)
_POINT_TO_CONTEXT = ("end of stream", "document separator", "expected ',' or", "expected ':'")


def _syntax_note(source: Source, error: MarkedYAMLError) -> Note:
    """Say a parser's fault in plain words, at the place where something has to be changed."""
    problem = str(error.problem or error.context or error)
    text, hint = f"this cannot be read as YAML: {problem}", None
    for piece, words, advice in _PLAIN_WORDS:
        if piece in problem:
            text, hint = words, advice
            break
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(piece in problem for piece in _POINT_TO_CONTEXT):
        mark = error.context_mark
    at = min(mark.index, len(source.text)) if mark is not None else 0
    return Note(Code.YAML_SYNTAX, Span(source, at, min(at + 1, len(source.text))), text, hint)
