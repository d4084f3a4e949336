"""What an export gives, and what all exports share: names as XML ids, citations, losses.

In: a `workflow.model.Graph`. Out: `Export`: a text, and a note for everything that other tools will
not see in it. Ids are NCNames that depend on the name alone, so that a new state changes no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from guidewright.errors import Code, ModelError, Note, Severity
from guidewright.interop.xml_text import UNWRITABLE
from guidewright.source import Span
from guidewright.workflow.model import Cited, Graph

EXTENSION = "urn:guidewright:workflow:1"  # the namespace of what the formats have no word for
PREFIX = "guidewright"
FEEL = "https://www.omg.org/spec/DMN/20230324/FEEL/"  # names the language of conditions

_PLAIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Export:
    """The text of a file, and what of the workflow other tools will not see in it."""

    text: str
    notes: tuple[Note, ...]


def in_order(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return each note once, by file and place; those without a place come first."""

    def key(note: Note) -> tuple[str, int]:
        return ("", 0) if note.span is None else (note.span.place.file, note.span.start)

    return tuple(sorted(dict.fromkeys(notes), key=key))


def lost(span: Span | None, text: str, hint: str | None = None) -> Note:
    """Return a note on something that the format cannot say."""
    return Note(Code.INTEROP_LOST, span, text, hint, Severity.WARNING)


def xml_id(name: str) -> str:
    """Return a name as an NCName without dots: what else is not a letter or digit is spelt out.

    >>> xml_id("confirmed?"), xml_id("first dose"), xml_id("24 h"), xml_id("a_b")
    ('confirmed_x3F_', 'first_dose', '_x32_4_h', 'a_x5F_b')
    """
    spelt = "".join(
        each if _PLAIN.match(each) else "_" if each == " " else f"_x{ord(each):X}_" for each in name
    )
    return f"_x{ord(spelt[0]):X}_{spelt[1:]}" if spelt[:1].isdigit() else spelt or "_"


def xml_ids(names: Iterable[str]) -> Mapping[str, str]:
    """Return an id for each name; two names that give the same id get numbers, in their order.

    >>> list(xml_ids(["a b", "a x5F b", "a_b"]).values())
    ['a_b', 'a_x5F_b', 'a_x5F_b-2']
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        wanted = found = xml_id(name)
        number = 1
        while found in taken:
            number += 1
            found = f"{wanted}-{number}"
        taken.add(found)
        ids[name] = found
    return ids


def written_list(names: Iterable[Cited]) -> str | None:
    """Return names as one text from which `read_list` gets them back; None when there is none."""
    spelt = [str(name).replace("%", "%25").replace(",", "%2C") for name in names]
    return ", ".join(spelt) or None


def read_list(text: str) -> list[str]:
    """Return the names of `written_list`.

    >>> read_list("S01, a%2C b")
    ['S01', 'a, b']
    """
    parts = [part.strip() for part in text.split(",")]
    return [part.replace("%2C", ",").replace("%25", "%") for part in parts if part]


def refuse_unwritable(graph: Graph) -> None:
    """Raise `ModelError` when a text holds a character that no XML file can have."""
    notes = [
        Note(
            Code.INTEROP_CHARACTER,
            span,
            f"the character U+{ord(found[0]):04X} cannot be written in XML",
            "remove it from the text",
        )
        for span, text in _texts(graph)
        if (found := UNWRITABLE.search(text)) is not None
    ]
    if notes:
        raise ModelError(notes)


def _texts(graph: Graph) -> Iterator[tuple[Span, str]]:
    yield graph.span, f"{graph.name}{graph.label}{graph.description or ''}"
    yield from ((phase.span, f"{phase.name}{phase.label}") for phase in graph.phases)
    for item in (*graph.compute, *(each for state in graph.states for each in state.compute)):
        yield item.span, f"{item.name}{item.expression.text}"
    yield from ((name.span, name.name) for name in graph.raised)
    for state in graph.states:
        cited = [*state.statements, *state.ambiguities]
        if state.ask is not None:
            cited += [item for item in (state.ask.decision, state.ask.output) if item]
        if state.task is not None and state.task.awaits is not None:
            cited += state.task.awaits.names
        words = "".join(map(str, cited))
        yield (
            state.name_span,
            f"{state.name}{state.label}{state.description or ''}{state.phase or ''}{words}",
        )
    for transition in graph.all_transitions:
        named = [*transition.statements, *transition.ambiguities]
        named += [transition.event] if transition.event is not None else []
        words = "".join(map(str, named))
        when = transition.when.text if transition.when is not None else ""
        yield transition.span, f"{transition.label or ''}{transition.value}{words}{when}"
