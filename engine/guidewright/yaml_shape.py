"""Take from a YAML tree what is expected there, and collect every fault on the way.

In: `YamlMap` and the keys, shapes and words an author may write. Out: the values, and in `Faults`
one note for each key or value that does not fit (`yaml.shape`, with did-you-mean).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from guidewright.errors import Code, ModelError, Note, Severity, did_you_mean
from guidewright.source import Span
from guidewright.yaml_reader import YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar

Word = TypeVar("Word", bound=StrEnum)


@dataclass(slots=True)
class Faults:
    """The notes of one load, in the order found."""

    notes: list[Note] = field(default_factory=list)

    def add(
        self,
        code: Code,
        span: Span | None,
        text: str,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record one fault."""
        self.notes.append(Note(code, span, text, hint, severity))

    def shape(self, span: Span, text: str, hint: str | None = None) -> None:
        """Record that something has another shape than expected."""
        self.add(Code.YAML_SHAPE, span, text, hint)

    def in_order(self) -> tuple[Note, ...]:
        """Return the notes by file, line and column; those without a place come first."""

        def key(note: Note) -> tuple[str, int, int]:
            if note.span is None:
                return ("", 0, 0)
            place = note.span.place
            return (place.file, place.line, place.column)

        return tuple(sorted(self.notes, key=key))

    def stop(self) -> None:
        """Raise `ModelError` with all notes when there is an error among them."""
        if any(note.severity is Severity.ERROR for note in self.notes):
            raise ModelError(self.in_order())


def describe(node: YamlNode) -> str:
    """Say what a node is, for a message.

    >>> from guidewright.yaml_reader import read_yaml
    >>> describe(read_yaml("[a]")), describe(read_yaml("1.5")), describe(read_yaml("no"))
    ('a list', 'the number 1.5', "the text 'no'")
    """
    match node:
        case YamlMap():
            return "a map"
        case YamlList():
            return "a list"
        case YamlScalar(value=None, style=""):
            return "nothing"
        case YamlScalar(value=bool()):
            return f"'{node.text}'"
        case YamlScalar(value=str()):
            return f"the text {_shorten(node.text)!r}"
        case _:
            return f"the number {node.text}"


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


class Fields:
    """The keys of one map, taken one by one; `close()` reports those nobody asked for.

    `what` names the map in messages: `the state 'measure MMA'`. Each method returns None (or an
    empty collection) when the key is missing or does not fit; the fault is then in `faults`.
    """

    def __init__(self, node: YamlMap, faults: Faults, what: str) -> None:
        self.node = node
        self.faults = faults
        self.what = what
        self.asked: list[str] = []

    @property
    def span(self) -> Span:
        """Where the map stands."""
        return self.node.span

    def take(self, key: str, required: Span | None = None) -> YamlNode | None:
        """Return the value of a key as it is; a key without a value counts as missing.

        `required` is the place to report when the key is missing.
        """
        self.asked.append(key)
        node = self.node.get(key)
        if isinstance(node, YamlScalar) and node.value is None:
            self.faults.shape(self.key_span(key), f"the key '{key}' of {self.what} has no value")
            return None
        if node is None and required is not None:
            self.faults.shape(required, f"{self.what} needs the key '{key}'")
        return node

    def key_span(self, key: str) -> Span:
        """Return where a key is written; the map itself when it is not."""
        for entry in self.node.entries:
            if entry.key.text == key:
                return entry.key.span
        return self.node.span

    def wrong(self, key: str, node: YamlNode, expected: str) -> None:
        """Report that the value of `key` is not `expected`."""
        text = f"'{key}' of {self.what} must be {expected}, not {describe(node)}"
        self.faults.shape(node.span, text)

    def scalar(self, key: str, required: Span | None = None) -> YamlScalar | None:
        """Return a text with its place; a number is taken as it is spelt."""
        node = self.take(key, required)
        if node is None or is_text(node):
            return node if isinstance(node, YamlScalar) else None
        self.wrong(key, node, "a text")
        return None

    def text(self, key: str, required: Span | None = None) -> str | None:
        """Return a text without white space at its ends."""
        node = self.scalar(key, required)
        return node.text.strip() if node is not None else None

    def number(self, key: str, required: Span | None = None) -> int | Decimal | None:
        """Return a number."""
        node = self.take(key, required)
        if node is None:
            return None
        if isinstance(node, YamlScalar) and type(node.value) in (int, Decimal):
            return node.value  # type: ignore[return-value]  # narrowed by the table of types
        self.wrong(key, node, "a number")
        return None

    def boolean(self, key: str, required: Span | None = None) -> bool | None:
        """Return `true` or `false`."""
        node = self.take(key, required)
        if node is None:
            return None
        if isinstance(node, YamlScalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(key, node, "true or false")
        return None

    def word(self, key: str, words: type[Word], required: Span | None = None) -> Word | None:
        """Return one of a closed set of words."""
        node = self.scalar(key, required)
        if node is None:
            return None
        for word in words:
            if word.value == node.text.strip():
                return word
        known = [word.value for word in words]
        text = f"'{key}' of {self.what} is {node.text.strip()!r}"
        hint = did_you_mean(node.text.strip(), known) or "one of: " + ", ".join(known)
        self.faults.shape(node.span, text, hint)
        return None

    def map_at(self, key: str, required: Span | None = None) -> YamlMap | None:
        """Return a map."""
        node = self.take(key, required)
        if node is None or isinstance(node, YamlMap):
            return node
        self.wrong(key, node, "a map")
        return None

    def list_at(self, key: str, required: Span | None = None) -> tuple[YamlNode, ...]:
        """Return the items of a list."""
        node = self.take(key, required)
        if node is None:
            return ()
        if isinstance(node, YamlList):
            return node.items
        self.wrong(key, node, "a list")
        return ()

    def texts(self, key: str, required: Span | None = None) -> tuple[YamlScalar, ...]:
        """Return a list of texts with their places."""
        found: list[YamlScalar] = []
        for item in self.list_at(key, required):
            if isinstance(item, YamlScalar) and is_text(item):
                found.append(item)
            else:
                text = f"each item of '{key}' of {self.what} must be a text, not {describe(item)}"
                self.faults.shape(item.span, text)
        return tuple(found)

    def maps(self, key: str, required: Span | None = None) -> tuple[YamlMap, ...]:
        """Return a list of maps."""
        found: list[YamlMap] = []
        for item in self.list_at(key, required):
            if isinstance(item, YamlMap):
                found.append(item)
            else:
                text = f"each item of '{key}' of {self.what} must be a map, not {describe(item)}"
                self.faults.shape(item.span, text)
        return tuple(found)

    def entries(self, key: str, required: Span | None = None) -> Iterator[YamlEntry]:
        """Yield the entries of a map."""
        node = self.map_at(key, required)
        if node is not None:
            yield from node.entries

    def close(self, elsewhere: Iterable[str] = ()) -> None:
        """Report every key that was not asked for; `elsewhere` are keys that fit other places."""
        known = list(dict.fromkeys(self.asked))
        others = set(elsewhere)
        for entry in self.node.entries:
            key = entry.key.text
            if key in known:
                continue
            if key in others:
                self.faults.shape(entry.key.span, f"{self.what} cannot have the key '{key}'")
            else:
                hint = did_you_mean(key, known) or "known keys: " + ", ".join(known)
                self.faults.shape(entry.key.span, f"{self.what} has the unknown key '{key}'", hint)


def is_text(node: YamlNode) -> bool:
    """Say whether a node can be read as a text: a text, or a number as it is spelt."""
    return isinstance(node, YamlScalar) and type(node.value) in (str, int, Decimal)


def root_map(node: YamlNode, faults: Faults, what: str) -> YamlMap | None:
    """Return the map that a whole file must be; `what` says which file that is."""
    if isinstance(node, YamlMap):
        return node
    faults.shape(node.span, f"{what} must be a map of keys and values, not {describe(node)}")
    return None
