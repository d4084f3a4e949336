"""Run every check on a guideline: `guidewright.verify(guide)`.

In: a loaded guideline. Out: a `Report` with every finding, the suppressed ones apart. Nothing is
left out silently: what a check could not decide is a finding with the verdict `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module

from guidewright.analysis.checks import CHECKS, Check, Subject, check, checks_of
from guidewright.analysis.findings import About, Finding, ReplayError, Verdict, possible
from guidewright.analysis.nested_tables import nested_of
from guidewright.analysis.reaching import reach_in
from guidewright.analysis.sharing import forget
from guidewright.analysis.suppressions import Accepted, sorted_out
from guidewright.analysis.tables import TableSubject, subjects_of
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
    always = codes | {"analysis.contradicted"}
    found = [each for each in _found(guide, needed) if each.check in always]
    stay, accepted = sorted_out(found, suppressions)
    return Report(tuple(sorted(stay, key=_order)), tuple(accepted))


def _found(guide: Guideline, codes: set[str]) -> Iterator[Finding]:
    reach = reach_in(guide)
    tables = [replace(each, reach=reach) for each in subjects_of(guide)]
    tables += nested_of(guide).subjects
    for each in checks_of(Subject.TABLE):
        if each.code not in codes:
            continue
        for table in tables:
            yield from _said(each, table, table.about())
    whole = About(guide.file.id, (guide.file.span,))
    for subject in (Subject.GRAPH, Subject.WORKFLOW, Subject.GUIDELINE):
        if subject is Subject.WORKFLOW and guide.graph is None:
            continue
        for each in checks_of(subject):
            if each.code not in codes:
                continue
            yield from _said(each, guide, whole)


def _said(asked: Check, subject: TableSubject | Guideline, about: About) -> Iterator[Finding]:
    """Yield what a check finds; when the engine contradicts it, that, and the others go on."""
    try:
        yield from asked.find(subject)
    except ReplayError as error:
        text = f"the engine does not do what `{asked.code}` found: {error}"
        hint = (
            "this is a fault of guidewright, not of the guideline: please report it with the "
            f"model; what else `{asked.code}` may have to say of {about.subject!r} is not known"
        )
        yield possible(CHECKS["analysis.contradicted"].claim(about, text, hint=hint))


@check("analysis.contradicted", numbers=(), severity=Severity.ERROR, subject=Subject.GUIDELINE)
def contradicted(guide: Guideline) -> Iterator[Finding]:
    """The analysis and the engine contradict each other.

    What it finds: checks that reported a fault with a patient, for whom the engine then did not
    show it. The other checks are done and reported all the same.
    Why it matters: one of the two is wrong, and it is a fault of guidewright. The author is not
    accused of anything; but what the check would have said of this subject is not known.
    Example: `table.gap` says that no rule fits a patient of 5 years, and the engine gives a result.
    To repair: report it, with the model and the text of the finding. Nothing in the guideline has
    to change for it.
    """
    yield from ()  # `_said` says it


_VERDICTS = (Verdict.VIOLATED, Verdict.POSSIBLE, Verdict.UNKNOWN, Verdict.PROVED)


def _order(finding: Finding) -> tuple[int, int, str, int, int, str]:
    verdict = _VERDICTS.index(finding.verdict)
    weight = list(Severity).index(finding.severity)
    if finding.place is None:
        return verdict, weight, "", 0, 0, finding.check
    place = finding.place.place
    return verdict, weight, place.file, place.line, place.column, finding.check
