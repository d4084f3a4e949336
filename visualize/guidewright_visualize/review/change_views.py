"""What changed since another version, and the patients whose advice changes, for a pack."""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.analysis.difference import Difference, PatientClass
from guidewright.analysis.difference_report import (
    answer_words,
    patient_words,
    percent,
    verdict_words,
)
from guidewright.analysis.difference_texts import Change
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import Changes, ChangeView, Link
from guidewright_visualize.typesetting import clean


def change_views(
    before: Guideline, after: Guideline, found: Difference, back: Backlinks
) -> Changes:
    """Return the changes of a pack about `after`; notes which rules they are about."""
    known = {
        anchors.rule(decision.name, rule)
        for decision, table in tables_of(after.model.definitions)
        for rule in table.rules
    }
    rules = []
    for number, change in enumerate(found.changes, 1):
        view = _change(change, number, known)
        back.add([link.to for link in view.links], Link(change.kind.value, view.anchor))
        rules.append(view)
    return Changes(
        against=clean(f"{before.file.title}, version {before.file.version} ({before.digest[:12]})"),
        rules=tuple(rules),
        patients=tuple(_patients(found)),
        verdict=clean(verdict_words(found)),
    )


def _change(change: Change, number: int, known: set[str]) -> ChangeView:
    of = f" of {change.subject!r}" if change.subject else ""
    rule = anchors.rule(change.subject, change.name) if change.what == "rule" else ""
    said = ((each.part, each.before or "empty", each.after or "empty") for each in change.details)
    parts = [(f"{part}: " if part else "", before, after) for part, before, after in said]
    return ChangeView(
        anchor=anchors.change(number),
        text=clean(f"{change.what} {change.name!r}{of}: {change.kind.value}"),
        before=clean("; ".join(f"{part}{before}" for part, before, _ in parts)),
        after=clean("; ".join(f"{part}{after}" for part, _, after in parts)),
        links=(Link("as it is now", rule),) if rule in known else (),
    )


def _patients(found: Difference) -> Iterator[ChangeView]:
    """Yield every class of patients whose advice changes, then what could not be decided."""
    classes, unknown = found.advice.classes, found.advice.unknown
    for number, each in enumerate(classes, 1):
        before, after = _answers(each)
        yield ChangeView(
            anchor=anchors.patients(number),
            text=clean(f"{each.words} ({percent(each.share)})"),
            before=clean(before),
            after=clean(after),
            links=(Link(each.decision, anchors.table(each.decision), "decided in"),),
            example=_example(found, each),
        )
    for number, undecided in enumerate(unknown, len(classes) + 1):
        text = f"not decided: {undecided.words}: {undecided.why}"
        yield ChangeView(anchors.patients(number), clean(text), "not known", "not known", ())


def _answers(each: PatientClass) -> tuple[str, str]:
    """Return what the patient is no longer told and what now; else the values of the decision."""
    if each.no_longer or each.now:
        return "; ".join(each.no_longer) or "nothing more", "; ".join(each.now) or "nothing more"
    return answer_words(each.before), answer_words(each.after)


def _example(found: Difference, each: PatientClass) -> str:
    return clean(patient_words(each.patient, found.units))
