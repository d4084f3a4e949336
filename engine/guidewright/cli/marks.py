"""What `draw` and `review` mark in pictures: what changed, findings, cases, a cohort.

In: what the caller asked for. Out: markings for `guidewright_visualize`. Proofs and Arrow are
imported only for what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from guidewright.analysis.difference_texts import changes_of
from guidewright.analysis.tally import CountedCohort, tally
from guidewright.cli.common import needs_extra
from guidewright.guideline.cases import read_cases, run_case
from guidewright.guideline.guide import Guideline
from guidewright_visualize.marking import (
    Marking,
    cohort_marking,
    coverage_marking,
    difference_marking,
    finding_marking,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be marked."""

    before: Guideline | None = None
    findings: bool = False
    coverage: bool = False
    cohort: Path | None = None


def markings_of(
    guideline: Guideline, asked: Asked, policies: Mapping[str, str]
) -> Iterator[Marking]:
    """Yield the markings in the order of the options."""
    before = asked.before
    if before is not None:
        changes = tuple(changes_of(before, guideline))
        yield difference_marking(changes, before.graph, guideline.graph)
    if asked.findings:
        yield _findings(guideline)
    if asked.coverage:
        yield _coverage(guideline)
    if asked.cohort is not None:
        yield cohort_marking(counted_cohort(guideline, asked.cohort, policies))


def counted_cohort(guideline: Guideline, path: Path, policies: Mapping[str, str]) -> CountedCohort:
    """Return what became of the patients of a file, as numbers."""
    with needs_extra("batch"):
        from guidewright.batch.patients import read_cohort

    cohort = read_cohort(guideline, path, policies)
    found = tally(guideline, cohort.outcomes())
    return CountedCohort(path.name, cohort.rows, dict(cohort.refused), found)


def _findings(guideline: Guideline) -> Marking:
    with needs_extra("verify"):
        from guidewright.analysis.verify import verify
        from guidewright_visualize.review.finding_views import numbered_findings

    states = [each.name for each in guideline.graph.states] if guideline.graph is not None else []
    return finding_marking(tuple(numbered_findings(guideline, verify(guideline))), states)


def _coverage(guideline: Guideline) -> Marking:
    if guideline.file.cases is None:
        raise click.UsageError("--coverage needs cases, and the guideline names no file of cases")
    results = (run_case(guideline, case) for case in read_cases(guideline).cases)
    return coverage_marking(
        tally(guideline, ((each.outcome, 1) for each in results if each.outcome is not None))
    )
