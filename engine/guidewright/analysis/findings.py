"""What a check says: a verdict in words, where, and a patient who shows it when the engine is run.

In: what a check found. Out: frozen `Finding` objects. There is one way to say `violated` about
behaviour: `violated()`, which replays the witness in the engine and raises `ReplayError` when the
engine does not show the fault, because then the analysis is wrong and must not accuse the author.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from guidewright.errors import Severity
from guidewright.source import Span


class Verdict(StrEnum):
    """What is known about a claim of a check."""

    PROVED = "proved"  # it holds for every patient; there may be a certificate
    VIOLATED = "violated"  # it does not; the witness shows it in the engine, or the text says it
    POSSIBLE = "possible"  # it fails for values that no patient was found to have
    UNKNOWN = "unknown"  # it could not be decided; the text says at which cell and why


# witnesses ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Patient:
    """FEEL values by input name; null is missing.

    `assumed` are values of decisions (or of parts of expressions) that were taken as given. Only a
    witness that assumes nothing is a patient who can come through the door.
    """

    inputs: Mapping[str, Any]
    assumed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two patients who differ in what matters, and should not be answered as they are."""

    first: Patient
    second: Patient


@dataclass(frozen=True, slots=True)
class Path:
    """A patient and the events that bring the workflow where the fault shows, in order."""

    patient: Patient
    events: tuple[Mapping[str, Any], ...]


Witness = Patient | Pair | Path
W = TypeVar("W", Patient, Pair, Path)


class EvidenceKind(StrEnum):
    """Where the certainty of a violation comes from."""

    REPLAY = "replay"  # the engine was run with the witness
    TEXT = "text"  # it stands in the author's file; running it adds nothing
    CERTIFICATE = "certificate"  # it holds for all patients, so no single one can show it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the engine said when the witness was replayed, or what stands in the text.

    Made by the functions of this module only.
    """

    kind: EvidenceKind
    said: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof as plain JSON data; `kind` names its form for the independent checker."""

    kind: str
    data: Mapping[str, Any]


class ReplayError(AssertionError):
    """The engine does not do what a check says it does: a fault of ours, never of the author."""


# findings ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """What a finding is about: a decision, state or input by name, rules by id, and places."""

    subject: str
    places: tuple[Span, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `text` is a sentence a clinician reads; `hint` says what to do. `share` is the part of the input
    space it concerns, exactly. A violation always has evidence.
    """

    check: str
    severity: Severity
    verdict: Verdict
    about: About
    text: str
    hint: str | None = None
    witness: Witness | None = None
    evidence: Evidence | None = None
    certificate: Certificate | None = None
    share: Fraction | None = None

    def __post_init__(self) -> None:
        if self.verdict is Verdict.VIOLATED and self.evidence is None:
            raise ReplayError(f"{self.check} says 'violated' of {self.about.subject!r} unseen")

    @property
    def place(self) -> Span | None:
        """Where to look first."""
        return self.about.places[0] if self.about.places else None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the makers of findings share: which check speaks, about what, in which words."""

    check: str
    severity: Severity
    about: About
    text: str
    hint: str | None = None
    share: Fraction | None = None

    def finding(self, verdict: Verdict, **more: Any) -> Finding:
        """Return the finding with a verdict."""
        return Finding(
            self.check,
            self.severity,
            verdict,
            self.about,
            self.text,
            hint=self.hint,
            share=self.share,
            **more,
        )


def violated(
    claim: Claim,
    witness: W,
    replay: Callable[[W], str | None],
    certificate: Certificate | None = None,
) -> Finding:
    """Return a violation that the engine has shown.

    `replay` runs the engine with the witness and returns what it said if that is the fault, else
    None; then `ReplayError` is raised. A witness that assumes values makes the finding `possible`.
    """
    said = replay(witness)
    if said is None:
        raise ReplayError(f"{claim.check} of {claim.about.subject!r}: {witness} does not show it")
    evidence = Evidence(EvidenceKind.REPLAY, said)
    verdict = Verdict.POSSIBLE if assumes(witness) else Verdict.VIOLATED
    return claim.finding(verdict, witness=witness, evidence=evidence, certificate=certificate)


def stated(claim: Claim, said: str, witness: Witness | None = None) -> Finding:
    """Return a violation that stands in the author's text; `said` quotes it."""
    return claim.finding(
        Verdict.VIOLATED, evidence=Evidence(EvidenceKind.TEXT, said), witness=witness
    )


def excluded(claim: Claim, certificate: Certificate, said: str) -> Finding:
    """Return a violation that consists in something never happening, such as a dead rule."""
    evidence = Evidence(EvidenceKind.CERTIFICATE, said)
    return claim.finding(Verdict.VIOLATED, evidence=evidence, certificate=certificate)


def proved(claim: Claim, certificate: Certificate | None = None) -> Finding:
    """Return a proof that the claim holds for every patient."""
    return claim.finding(Verdict.PROVED, certificate=certificate)


def possible(claim: Claim, witness: Witness | None = None) -> Finding:
    """Return a fault for which no patient was found; the text says what was assumed."""
    return claim.finding(Verdict.POSSIBLE, witness=witness)


def unknown(claim: Claim) -> Finding:
    """Return that something was not decided; the text says at which cell and why."""
    return claim.finding(Verdict.UNKNOWN)


def assumes(witness: Witness) -> bool:
    """Say whether a witness takes values as given that a patient need not be able to have."""
    match witness:
        case Patient():
            return bool(witness.assumed)
        case Pair():
            return bool(witness.first.assumed or witness.second.assumed)
        case Path():
            return bool(witness.patient.assumed)


def worst(findings: Sequence[Finding]) -> Severity | None:
    """Return the gravest severity among findings that are not proofs, or None."""
    order = list(Severity)
    open_ones = [each.severity for each in findings if each.verdict is not Verdict.PROVED]
    return min(open_ones, key=order.index, default=None)
