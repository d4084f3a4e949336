"""Run every check on a guideline: `guidewright.verify(guide)`.

In: a loaded guideline. Out: a `Report` with every finding, the suppressed ones apart. Nothing is
left out silently: what a check could not decide is a finding with the verdict `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module

from guidewright.analysis.checks import CHECKS, Subject, checks_of
from guidewright.analysis.findings import Finding, Verdict
from guidewright.analysis.nested_tables import nested_of
from guidewright.analysis.reaching import reach_in
from guidewright.analysis.sharing import forget
from guidewright.analysis.suppressions import Accepted, sorted_out
from guidewright.analysis.tables import subjects_of
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline

# the modules whose import registers the checks
MODULES = (
    "guidewright.analysis.conflicts",
    "guidewright.analysis.missing_advice",
    "guidewright.analysis.graphs",
    "guidewright.analysis.graph_texts",
    "guidewright.analysis.hazards",
    "guidewright.analysis.property_checks",
    "guidewright.analysis.property_paths",
    "guidewright.analysis.table_columns",
    "guidewright.analysis.table_coverage",
    "guidewright.analysis.table_limits",
    "guidewright.analysis.table_monotone",
    "guidewright.analysis.table_outputs",
    "guidewright.analysis.table_overlap",
    "guidewright.analysis.table_rules",
    "guidewright.analysis.workflow_times",
    "guidewright.analysis.workflows",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, the gravest first; `suppressed` are findings the model says are accepted."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Accepted, ...] = ()

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(each for each in self.findings if each.check == check)


def load_checks() -> None:
    """Import every module that registers checks."""
    for name in MODULES:
        import_module(name)


def verify(guide: Guideline, only: Iterable[str] | None = None) -> Report:
    """Return what all checks find in a guideline, or only those with the given codes."""
    load_checks()
    forget()
    codes = set(CHECKS if only is None else only)
    suppressions = [
        each
        for each in guide.file.suppressions
        if only is None or each.check in codes or each.check not in CHECKS
    ]
    needed = codes | {each for code in codes & CHECKS.keys() for each in CHECKS[code].said_by}
    found = [each for each in _found(guide, needed) if each.check in codes]
    stay, accepted = sorted_out(found, suppressions)
    return Report(tuple(sorted(stay, key=_order)), tuple(accepted))


def _found(guide: Guideline, codes: set[str]) -> Iterator[Finding]:
    reach = reach_in(guide)
    tables = [replace(each, reach=reach) for each in subjects_of(guide)]
    tables += nested_of(guide).subjects
    for check in checks_of(Subject.TABLE):
        if check.code not in codes:
            continue
        for table in tables:
            yield from check.find(table)
    for subject in (Subject.GRAPH, Subject.WORKFLOW, Subject.GUIDELINE):
        if subject is Subject.WORKFLOW and guide.graph is None:
            continue
        for check in checks_of(subject):
            if check.code not in codes:
                continue
            yield from check.find(guide)


_VERDICTS = (Verdict.VIOLATED, Verdict.POSSIBLE, Verdict.UNKNOWN, Verdict.PROVED)


def _order(finding: Finding) -> tuple[int, int, str, int, int, str]:
    verdict = _VERDICTS.index(finding.verdict)
    weight = list(Severity).index(finding.severity)
    if finding.place is None:
        return verdict, weight, "", 0, 0, finding.check
    place = finding.place.place
    return verdict, weight, place.file, place.line, place.column, finding.check
