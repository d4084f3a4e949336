"""Findings that the authors accept: `suppressions` of guideline.yaml, each with a reason.

In: findings and suppressions. Out: the findings that stay, those that are accepted, and one finding
for each suppression that fits nothing (any more): an old excuse must not hide a new fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, Verdict, stated
from guidewright.errors import Severity, did_you_mean
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Suppression

Accepted = tuple[Finding, Suppression]


@check("guideline.suppression", numbers=(), severity=Severity.WARNING, subject=Subject.GUIDELINE)
def suppression_unused(guide: Guideline) -> Iterator[Finding]:
    """A suppression fits no finding.

    What it finds: entries under `suppressions` in guideline.yaml whose check says nothing about
    their subject.
    Why it matters: what was accepted once may have been repaired, or renamed; the entry would hide
    the next fault of this kind, which nobody has looked at.
    Example: a suppression of `table.gap` for a decision whose gap was closed last month.
    To repair: delete the entry, or correct the name of its check or subject.
    """
    yield from ()  # `sorted_out` says it, when all other findings are known


def sorted_out(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[list[Finding], list[Accepted]]:
    """Return the findings that stay, and those that are accepted; proofs are never accepted."""
    stay: list[Finding] = []
    accepted: list[Accepted] = []
    used: set[int] = set()
    for finding in findings:
        place = next((i for i, each in enumerate(suppressions) if _fits(each, finding)), None)
        if place is None:
            stay.append(finding)
        else:
            used.add(place)
            accepted.append((finding, suppressions[place]))
    for place, each in enumerate(suppressions):
        if place not in used:
            stay.append(_unused(each))
    return stay, accepted


def _fits(suppression: Suppression, finding: Finding) -> bool:
    if finding.verdict is Verdict.PROVED or finding.check != suppression.check:
        return False
    about = finding.about
    return normal(suppression.subject) in (normal(about.subject), *map(normal, about.rules))


def _unused(suppression: Suppression) -> Finding:
    about = About(suppression.subject, (suppression.span,))
    hint = None
    text = f"the suppression of {suppression.check!r} for {suppression.subject!r} fits nothing"
    if suppression.check not in CHECKS:
        text = f"no check is named {suppression.check!r}"
        hint = did_you_mean(suppression.check, CHECKS)
    claim = CHECKS["guideline.suppression"].claim(about, text, hint=hint)
    return stated(claim, f"the reason given: {suppression.reason}")
