"""Findings of a pack: what the load and the proofs found, with the rules they are about."""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.analysis.findings import Finding
from guidewright.analysis.verify import Report
from guidewright.errors import Note
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright.source import Span
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import FindingView, Link
from guidewright_visualize.typesetting import clean


def finding_views(guideline: Guideline, report: Report, back: Backlinks) -> Iterator[FindingView]:
    """Yield the warnings of the load, then the findings, numbered; notes what they point at."""
    judged = [
        *((each, "") for each in report.findings),
        *((each, accepted.reason) for each, accepted in report.suppressed),
    ]
    for number, note in enumerate(guideline.notes, 1):
        yield _of_note(note, number)
    for number, (finding, reason) in enumerate(judged, len(guideline.notes) + 1):
        links = tuple(_links(guideline, finding))
        anchor = anchors.finding(number)
        back.add([link.to for link in links], Link(f"finding {number}", anchor))
        yield FindingView(
            anchor=anchor,
            check=finding.check,
            severity=finding.severity.value,
            verdict=finding.verdict.value,
            text=clean(finding.text),
            hint=clean(finding.hint or ""),
            evidence=clean(finding.evidence.said) if finding.evidence is not None else "",
            place=_place(finding.place),
            links=links,
            accepted=clean(reason),
        )


def _of_note(note: Note, number: int) -> FindingView:
    return FindingView(
        anchor=anchors.finding(number),
        check=note.code.value,
        severity=note.severity.value,
        verdict="stated",
        text=clean(note.text),
        hint=clean(note.hint or ""),
        evidence="",
        place=_place(note.span),
        links=(),
    )


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
        yield Link(decision.name, anchors.table(decision.name))
        names = {rule.name for rule in table.rules}
        for each in finding.about.rules:
            if each in names:
                yield Link(each, anchors.rule(decision.name, each))
