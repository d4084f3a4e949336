"""The seam to the decisions: who answers for DMN decisions and FEEL conditions.

`step` asks; the guideline layer answers, with everything compiled when it loads. Answers must be
pure: the same data and instant give the same answer, or replay would lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from guidewright.errors import Note
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value
from guidewright.workflow.model import Graph, Guard


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and what it rests on.

    `inputs`: the names of the data looked at; None when that is not known. `notes` say why a
    value is null. `rules` and `statements` are those of the rules that were chosen.
    """

    value: Value
    inputs: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


class Evaluator(Protocol):
    """Answers for one version of one guideline."""

    def decide(self, decision: str, data: Mapping[str, Value], at: DateTime) -> Answer:
        """Return what a DMN decision gives for the data; `at` is what `now()` gives."""

    def test(self, guard: Guard, data: Mapping[str, Value], at: DateTime) -> Answer:
        """Return what a condition gives: true, false, or anything else, which stops."""


@dataclass(frozen=True, slots=True)
class StepLimits:
    """How much one event may set in motion."""

    microsteps: int = 250
    firings: int = 10_000


@dataclass(frozen=True, slots=True)
class BoundGraph:
    """A graph with the one who answers its questions: what `step` runs on."""

    graph: Graph
    evaluator: Evaluator
    limits: StepLimits = StepLimits()
