"""Findings of a pack: what the load and the proofs found, check by check, with the rules concerned.

What is to be settled comes first, then what the authors accept with a reason, then what was proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, groupby

from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import About, Evidence, EvidenceKind, Finding, Verdict
from guidewright.analysis.verify import Report
from guidewright.errors import Note, Severity
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright.source import Span
from guidewright_visualize.marking import Numbered
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import FindingGroup, FindingView, Link, Standing
from guidewright_visualize.typesetting import clean

SAID_AT_LOAD = "Said when the files were read"
_WEIGHTS = [each.value for each in Severity]
_STANDINGS = list(Standing)
_EVIDENCE = {
    EvidenceKind.REPLAY: "When run",
    EvidenceKind.TEXT: "In the text",
    EvidenceKind.CERTIFICATE: "Proved",
}


@dataclass(frozen=True, slots=True)
class _Judged:
    """A finding as it is shown, before it has a number, and the anchors that it is about."""

    standing: Standing
    check: str
    title: str
    view: FindingView
    about: About | None = None


def finding_groups(guideline: Guideline, report: Report, back: Backlinks) -> Iterator[FindingGroup]:
    """Yield the findings of each check together, numbered in this order; notes what they cite."""
    numbers = count(1)
    for (standing, check), found in groupby(_in_order(guideline, report), _group):
        together = list(found)
        views = []
        for each in together:
            number = next(numbers)
            view = replace(each.view, anchor=anchors.finding(number), number=number)
            targets = [link.to for link in view.links]
            back.add(targets, Link(str(number), view.anchor, "finding"))
            views.append(view)
        yield _grouped(standing, check, together[0].title, views)


def _in_order(guideline: Guideline, report: Report) -> list[_Judged]:
    judged = [
        *(_of_finding(guideline, each, "") for each in report.findings),
        *map(_of_note, guideline.notes),
        *(_of_finding(guideline, each, accepted.reason) for each, accepted in report.suppressed),
    ]
    return sorted(judged, key=_order(judged))


def numbered_findings(guideline: Guideline, report: Report) -> Iterator[Numbered]:
    """Yield the findings that are marked in pictures, by the numbers they have in the pack.

    What is proved to be well is not marked.
    """
    for number, each in enumerate(_in_order(guideline, report), 1):
        if each.about is not None and each.standing is not Standing.PROVED:
            yield Numbered(number, each.about.subject, each.about.rules, each.view.text)


def _group(each: _Judged) -> tuple[Standing, str]:
    return each.standing, each.check


def _order(judged: Iterable[_Judged]) -> Callable[[_Judged], tuple[int, int, int]]:
    """Return where a finding stands: by standing, then checks by their gravest finding."""
    gravest: dict[tuple[Standing, str], tuple[int, int]] = {}
    for place, each in enumerate(judged):
        weight = (_WEIGHTS.index(each.view.severity), place)
        gravest[_group(each)] = min(weight, gravest.get(_group(each), weight))
    return lambda each: (_STANDINGS.index(each.standing), *gravest[_group(each)])


def _grouped(standing: Standing, check: str, title: str, views: list[FindingView]) -> FindingGroup:
    """Return a group; a hint or an evidence that all of its findings have is said once."""
    hint, evidence = _shared(view.hint for view in views), _shared(view.evidence for view in views)
    return FindingGroup(
        anchor=anchors.findings(standing.value, check),
        standing=standing,
        check=check,
        title=title,
        hint=hint,
        evidence=evidence,
        findings=tuple(
            replace(
                view,
                hint="" if hint else view.hint,
                evidence="" if evidence else view.evidence,
            )
            for view in views
        ),
    )


def _shared(texts: Iterable[str]) -> str:
    """Return the text that all are, or nothing."""
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def _of_note(note: Note) -> _Judged:
    view = FindingView(
        anchor="",
        number=0,
        severity=note.severity.value,
        doubt="",
        text=clean(note.text),
        hint=clean(note.hint or ""),
        evidence="",
        place=_place(note.span),
        links=(),
    )
    return _Judged(Standing.OPEN, note.code.value, SAID_AT_LOAD, view)


def _of_finding(guideline: Guideline, finding: Finding, accepted: str) -> _Judged:
    proved = finding.verdict is Verdict.PROVED
    standing = Standing.PROVED if proved else Standing.ACCEPTED if accepted else Standing.OPEN
    doubtful = finding.verdict in (Verdict.POSSIBLE, Verdict.UNKNOWN)
    view = FindingView(
        anchor="",
        number=0,
        severity=finding.severity.value,
        doubt=finding.verdict.value if doubtful else "",
        text=clean(finding.text),
        hint=clean(finding.hint or ""),
        evidence=_evidence(finding.evidence),
        place=_place(finding.place),
        links=tuple(_links(guideline, finding)),
        accepted=clean(accepted),
    )
    check = CHECKS.get(finding.check)
    return _Judged(
        standing, finding.check, check.title if check is not None else "", view, finding.about
    )


def _evidence(evidence: Evidence | None) -> str:
    return "" if evidence is None else f"{_EVIDENCE[evidence.kind]}: {clean(evidence.said)}"


def _place(span: Span | None) -> str:
    """Return file name, line and column; the folder is left out, as it differs by machine."""
    if span is None:
        return ""
    place = span.place
    return f"{place.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{place.line}:{place.column}"


def _links(guideline: Guideline, finding: Finding) -> Iterator[Link]:
    for decision, table in tables_of(guideline.model.definitions):
        if normal(decision.name) != normal(finding.about.subject):
            continue
        yield Link(decision.name, anchors.table(decision.name), "table")
        names = {rule.name for rule in table.rules}
        for each in finding.about.rules:
            if each in names:
                yield Link(each, anchors.rule(decision.name, each), "rule")
