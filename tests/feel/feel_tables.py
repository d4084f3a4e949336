"""Read and run test tables: one case a line, `expression => expected  ! code columns`.

In: `*.feel` files, or single cases. `with {…}` sets the names of the lines below it; with a `?`
among them the lines are unary tests about it. `error` is expected where the text is to be refused.
After `!` stand the codes of all notes of the evaluation (of the load, for `error`), each perhaps
with the columns it points at; without `!` there must be none. A line that is neither a case, nor
`with`, nor a comment is a fault of the table, and so is a folder without tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from guidewright import feel
from guidewright.errors import Code, ModelError, Note
from guidewright.feel.api import BUILTIN_SCOPE, Expression
from guidewright.feel.parser import parse_expression, parse_unary_tests
from guidewright.feel.printer import same_tree, text_of
from guidewright.feel.scope import scope_of
from guidewright.feel.text import literal
from guidewright.feel.types import ANY, Type
from guidewright.feel.values import type_of
from guidewright.source import text_span

_CASE = re.compile(r"(?P<left>.+?)\s+=>\s+(?P<right>.+?)(?:\s+! (?P<told>[a-z]+\.[a-z0-9. -]+))?")
_COLUMNS = re.compile(r"\d+-\d+")


@dataclass(frozen=True)
class Case:
    """One line of a table."""

    id: str
    expression: str
    expected: str
    told: tuple[tuple[Code, str | None], ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)


class TableError(Exception):
    """A table has a line that nobody can read."""


def read_folder(folder: Path) -> list[Case]:
    """All cases of a folder."""
    cases = [case for file in sorted(folder.glob("*.feel")) for case in read_table(file)]
    if not cases:
        raise TableError(f"{folder} has no test tables")
    return cases


def read_table(file: Path) -> Iterator[Case]:
    """The cases of one file."""
    yield from read_lines(file.name, file.read_text(encoding="utf-8").splitlines())


def read_lines(title: str, lines: Iterable[str]) -> Iterator[Case]:
    """The cases of a table's lines."""
    names: Mapping[str, Any] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        place = f"{title}:{number}"
        if text.startswith("with "):
            names = _names(place, text.removeprefix("with "))
            continue
        match = _CASE.fullmatch(text)
        if match is None:
            raise TableError(f"{place}: not a case: {text}")
        told = _told(place, match["told"] or "")
        yield Case(place, match["left"], match["right"], told, names)


def _names(place: str, text: str) -> Mapping[str, Any]:
    value = feel.evaluate(text).value
    if not isinstance(value, dict):
        raise TableError(f"{place}: 'with' needs a context: {text}")
    return value


def _told(place: str, text: str) -> tuple[tuple[Code, str | None], ...]:
    told: list[tuple[Code, str | None]] = []
    for word in text.split():
        if _COLUMNS.fullmatch(word):
            code, _ = told.pop()
            told.append((code, word))
            continue
        try:
            told.append((Code(word), None))
        except ValueError:
            raise TableError(f"{place}: no message has the code {word!r}") from None
    return tuple(told)


# running ----------------------------------------------------------------------------------------


def run(case: Case) -> None:
    """Run a case: its value, its notes, its printed form, and its form with known types."""
    types = {name: type_of(value) for name, value in case.names.items()}
    if case.expected == "error":
        with pytest.raises(ModelError) as refused:
            compiled(case, types, strict=True)
        _notes_are(case, refused.value.notes)
        return
    expression = compiled(case, {}, strict=False)
    result = expression.evaluate(case.names)
    names = {name: value for name, value in case.names.items() if name != "?"}
    wanted = feel.evaluate(case.expected, names).value
    assert shown(result.value) == shown(wanted)
    _notes_are(case, result.notes)
    prints_back(case)
    typed = compiled(case, types, strict=False).evaluate(case.names)
    assert shown(typed.value) == shown(wanted), "with known types"


def compiled(case: Case, types: Mapping[str, Type], *, strict: bool) -> Expression:
    """Compile the text of a case; names without a type in `types` may hold anything."""
    every = {name: types.get(name, ANY) for name in case.names}
    if "?" not in every:
        return feel.compile_expression(case.expression, every, strict=strict)
    subject = every.pop("?")
    return feel.compile_unary_tests(case.expression, subject, every, strict=strict)


def prints_back(case: Case) -> None:
    """Ask that reading, printing and reading again gives the same tree and the same text."""
    read = parse_unary_tests if "?" in case.names else parse_expression

    def tree(text: str) -> Any:
        return read(text_span(text), scope_of(dict.fromkeys(case.names, ANY), parent=BUILTIN_SCOPE))

    first = tree(case.expression)
    text = text_of(first, case.names)
    second = tree(text)
    assert same_tree(first, second), text
    assert text_of(second, case.names) == text


def shown(value: Any) -> tuple[str, str]:
    """A value as its kind and its literal: what two values have in common when they are alike."""
    return str(type_of(value)), literal(value)


def columns(note: Note) -> str | None:
    """The columns a note points at, both ends counted."""
    return None if note.span is None else f"{note.span.start + 1}-{note.span.end}"


def _notes_are(case: Case, notes: Iterable[Note]) -> None:
    given = [(note.code, columns(note)) for note in notes]
    wanted = {code for code, _ in case.told}
    assert {code for code, _ in given} == wanted, [str(note) for note in notes]
    for code, place in case.told:
        assert place is None or (code, place) in given, (place, given)
