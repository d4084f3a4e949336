"""A guideline as its authors wrote it: identity, sources, inputs, policies, what the outcome is.

In: what `guideline.reader` found in `guideline.yaml`. Out: frozen data for evaluation, explanation
and review. The logic is not here but in the DMN model; see docs/guideline-format.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from guidewright.guideline.units import Unit
from guidewright.source import Span


@dataclass(frozen=True, slots=True)
class Source:
    """A document the guideline rests on; `references` is the list that it prints itself."""

    id: str
    title: str
    publisher: str | None
    date: str | None
    status: str | None
    references: Mapping[str, str]
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference number that a statement of the source carries."""

    number: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """A numbered statement of a source, in our own words."""

    id: str
    source: str
    section: str | None
    text: str
    cites: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class InputMeaning:
    """What an input data of the model means, in which unit its number is, and how to ask for it."""

    name: str
    meaning: str | None
    unit: Unit | None
    molar_mass: Decimal | None
    ask: str | None
    span: Span
    range: tuple[Decimal, Decimal] | None = None  # what a patient can have
    decimals: int | None = None  # digits after the point with which it is recorded


@dataclass(frozen=True, slots=True)
class Policy:
    """A named choice between readings of a text; `input` is the DMN input that carries it."""

    name: str
    input: str
    question: str
    statements: tuple[str, ...]
    ambiguity: str | None
    readings: Mapping[str, str]
    default: str
    decided_by: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Something the source leaves open, and where the model shows it."""

    id: str
    topic: str
    statements: tuple[str, ...]
    problem: str
    handled_by: tuple[str, ...]
    span: Span
    places: Mapping[str, Span]  # where each name of `handled_by` is written


@dataclass(frozen=True, slots=True)
class Suppression:
    """A finding of `verify` that the authors accept, and why; `subject` is what it is about."""

    check: str
    subject: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Monotone:
    """An output that must not fall while an input rises (or must not rise, when `falls`).

    `order` lists the values of the output from the least on; without it they are numbers.
    """

    decision: str
    output: str | None
    input: str
    falls: bool
    order: tuple[str, ...]
    span: Span


class Role(StrEnum):
    """How the hits of a section stand to each other; see docs/guideline-format.md."""

    ANSWER = "answer"
    OPTIONS = "options"
    TASKS = "tasks"
    GAPS = "gaps"


class Agreement(StrEnum):
    """When two offers agree on an attribute."""

    SAME = "same"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A part of the outcome: the decisions it is made of."""

    title: str
    role: Role
    decisions: tuple[str, ...]
    agree: Mapping[str, Agreement]
    span: Span
    places: Mapping[str, Span]  # where each decision is named


@dataclass(frozen=True, slots=True)
class GuidelineFile:
    """The whole of `guideline.yaml`."""

    id: str
    title: str
    version: str
    status: str
    jurisdiction: str | None
    date: str | None
    notice: str | None
    decisions: str
    workflow: str | None
    cases: str | None
    sources: Mapping[str, Source]
    statements: Mapping[str, Statement]
    inputs: Mapping[str, InputMeaning]
    policies: Mapping[str, Policy]
    ambiguities: Mapping[str, Ambiguity]
    outcome: tuple[SectionPlan, ...]
    span: Span
    suppressions: tuple[Suppression, ...] = ()
    monotone: tuple[Monotone, ...] = ()

    @property
    def policy_inputs(self) -> Mapping[str, Policy]:
        """The policies by the input data that carries them."""
        return {policy.input: policy for policy in self.policies.values()}
