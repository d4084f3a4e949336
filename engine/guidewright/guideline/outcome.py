"""What a guideline answers for one patient: recommendations, conflicts, gaps, what is missing.

In: nothing. Out: frozen records. How they come about is in `answering`; how they are put into
words and JSON in `words` and `wire`. An outcome holds every permitted answer; it never picks one
silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guidewright.dmn.model import Rule
from guidewright.dmn.trace import Trace
from guidewright.errors import Note
from guidewright.feel.text import literal
from guidewright.guideline.model import Role


class Status(StrEnum):
    """How an outcome or a section of it stands."""

    CLEAR = "clear"
    CONFLICT = "conflict"
    GAP = "gap"


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A rule that was chosen: what it says and which statements it rests on."""

    decision: str
    rule: Rule
    outputs: Mapping[str, Any]
    text: str | None
    statements: tuple[str, ...]
    ambiguities: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What the rule says: its text, or its outputs when it has none."""
        if self.text:
            return self.text
        given = {key: value for key, value in self.outputs.items() if value is not None}
        if len(given) == 1:
            return plain(next(iter(given.values())))
        return ", ".join(f"{key}: {plain(value)}" for key, value in given.items())


def plain(value: Any) -> str:
    """Return a FEEL value as people write it: texts and dates without quotes, lists with commas.

    >>> plain(["vegan diet", True])
    'vegan diet, yes'
    """
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(plain, value)) if value else "none"
    return literal(value).removeprefix('@"').removesuffix('"')


@dataclass(frozen=True, slots=True)
class Option:
    """One permitted answer: the attributes its hits agree on, and the hits."""

    attributes: Mapping[str, Any]
    hits: tuple[Hit, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements it rests on, each once."""
        return tuple(dict.fromkeys(each for hit in self.hits for each in hit.statements))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What its hits say, each sentence once."""
        return tuple(dict.fromkeys(hit.sentence for hit in self.hits))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that apply together and disagree."""

    section: str
    statements: tuple[str, ...]
    ambiguities: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing answers: a `datum` or a `statement` is missing, or the `model` is at fault."""

    section: str
    missing: str
    text: str
    inputs: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    ambiguities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingInput:
    """An input without a value that keeps rules from being decided."""

    name: str
    ask: str | None
    rules: tuple[str, ...]  # `decision: rule id` of those that wait for it


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """A policy that decided: a chosen rule tests it, or it alone kept a rule out."""

    name: str
    reading: str
    meaning: str
    is_default: bool
    statements: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the outcome; for `answer` and `options` more than one option is permitted."""

    title: str
    role: Role
    status: Status
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the guideline says about one patient.

    `decisions` holds the FEEL value of each decision by name. The same guideline (`digest`),
    patient and policies give the same outcome.
    """

    guideline: str
    version: str
    digest: str
    patient: Mapping[str, Any]
    readings: Mapping[str, str]
    decisions: Mapping[str, Any]
    sections: tuple[Section, ...]
    conflicts: tuple[Conflict, ...]
    gaps: tuple[Gap, ...]
    missing: tuple[MissingInput, ...]
    policies: tuple[PolicyUse, ...]
    notes: tuple[Note, ...]
    trace: Trace

    @property
    def status(self) -> Status:
        """Conflict before gap before clear."""
        if self.conflicts:
            return Status.CONFLICT
        return Status.GAP if self.gaps else Status.CLEAR

    @property
    def recommendations(self) -> tuple[Option, ...]:
        """Every permitted answer of every section but the gaps, in order."""
        return tuple(
            option
            for section in self.sections
            if section.role is not Role.GAPS
            for option in section.options
        )

    def section(self, title: str) -> Section | None:
        """Return the section of that title, or None."""
        return next((section for section in self.sections if section.title == title), None)

    def hits(self) -> Iterator[Hit]:
        """Yield every hit of every section, in order, each once."""
        seen: set[int] = set()
        for section in self.sections:
            for option in section.options:
                for hit in option.hits:
                    if id(hit.rule) not in seen:
                        seen.add(id(hit.rule))
                        yield hit
