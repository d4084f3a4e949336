"""A difference as text that a clinician reads, as Markdown for a review, and as JSON data.

In: a `Difference`. Out: lines, or dictionaries. `shown` limits the classes of one decision; how
many are left out is always said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from guidewright.analysis.difference import (
    Compared,
    DecisionDifference,
    Difference,
    PatientClass,
    UnknownClass,
)
from guidewright.analysis.difference_texts import Change, ChangeKind
from guidewright.analysis.findings import Verdict
from guidewright.analysis.words import listed, value_words, values_words
from guidewright.feel.conversion import to_json
from guidewright.source import Span

FORMAT = "guidewright-difference-1"
SHOWN = 5
BRIEF = 180  # characters of an example that is shown without being asked for


def percent(share: Fraction) -> str:
    """Return a share in words.

    >>> percent(Fraction(1, 4)), percent(Fraction(1, 30000)), percent(Fraction(0))
    ('25 %', 'under 0.01 %', '0 %: single values or missing data')
    """
    if not share:
        return "0 %: single values or missing data"
    if share * 10000 < 1:
        return "under 0.01 %"
    return f"{float(share * 100):.3g} %"


def verdict_words(of: Difference) -> str:
    """Return the answer in one sentence."""
    readings = (
        "whatever the readings of the policies" if of.all_readings else "with the readings in force"
    )
    if of.verdict is Verdict.PROVED:
        own = _own(of)
        how = (
            f"{of.same_logic} decisions have the same logic, and {own} with changed logic were "
            "compared for all values."
            if own
            else f"All {of.same_logic} decisions have the same logic."
        )
        return f"Every patient gets the same advice, {readings}: proved. {how}"
    if of.verdict is Verdict.UNKNOWN:
        return "No patient was found whose advice changes, but it is not proved that there is none."
    if of.advice.classes:
        return (
            f"The advice changes for {_classes(of.advice)}, {percent(of.advice.share)} of the "
            f"input space, {readings}."
        )
    return "The two versions do not make the same decisions."


def _classes(of: Compared) -> str:
    count = len(of.classes)
    return "one class of patients" if count == 1 else f"{count} classes of patients"


def answer_words(value: Any) -> str:
    """Return the value of a decision; null is no answer."""
    return "no answer" if value is None else value_words(value)


def change_words(before: Any, after: Any) -> str:
    """Return how an answer changed; of two lists only the entries that differ."""
    if isinstance(before, list) and isinstance(after, list):
        gone = [each for each in before if each not in after]
        new = [each for each in after if each not in before]
        said = [f"no longer {value_words(gone)}"] if gone else []
        said += [f"now also {value_words(new)}"] if new else []
        if said:
            return "; ".join(said)
    return f"{answer_words(before)} -> {answer_words(after)}"


def _own(of: Difference) -> int:
    return sum(each.own for each in of.decisions)


# text --------------------------------------------------------------------------------------------


def text_lines(of: Difference, shown: int | None = SHOWN) -> Iterator[str]:
    """Yield the lines for people."""
    yield verdict_words(of)
    if of.changes:
        yield ""
        yield f"What was changed ({len(of.changes)}):"
        for change in of.changes:
            yield from _change_lines(change)
    if of.advice.classes or of.advice.unknown:
        yield ""
        yield "Patients whose advice changes:"
        yield from _class_lines(of, of.advice, shown, decision=True)
    own = [each for each in of.decisions if each.own]
    for each in own:
        yield ""
        yield f"Decision {each.decision!r}, whose logic was changed:"
        yield from _class_lines(of, each.compared, shown, decision=False)
    others = [each for each in of.decisions if not each.own]
    if others:
        yield ""
        yield "Decisions that change because of them:"
        for each in others:
            yield from _consequence_lines(each, whole=shown is None)


def _change_lines(change: Change) -> Iterator[str]:
    place = _place(change.after) or _place(change.before)
    of = f" of {change.subject!r}" if change.subject else ""
    yield f"  {change.what} {change.name!r}{of} {change.kind.value} ({place})"
    for each in change.details:
        part = f"{each.part}: " if each.part else ""
        yield f"    {part}{each.before or 'empty'} -> {each.after or 'empty'}"


def _class_lines(
    of: Difference, compared: Compared, shown: int | None, *, decision: bool
) -> Iterator[str]:
    if compared.verdict is Verdict.PROVED:
        yield f"  the same value for every patient: proved over {compared.cases} cases"
        return
    for number, each in enumerate(compared.classes[:shown], 1):
        yield f"  {number}. {each.words} ({percent(each.share)})"
        yield from _told(of, each, decision=decision)
    left = len(compared.classes) - len(compared.classes[:shown])
    if left:
        yield f"  and {left} more classes"
    yield from _unknown_lines(of, compared.unknown, shown)


def _told(of: Difference, each: PatientClass, *, decision: bool) -> Iterator[str]:
    yield f"     for example: {patient_words(each.patient, of.units)}"
    if each.no_longer or each.now:
        yield from (f"     no longer  {sentence}" for sentence in each.no_longer)
        yield from (f"     now        {sentence}" for sentence in each.now)
        return
    name = f"{each.decision}: " if decision else ""
    yield f"     {name}{change_words(each.before, each.after)}"


def _unknown_lines(
    of: Difference, unknown: Sequence[UnknownClass], shown: int | None
) -> Iterator[str]:
    if unknown:
        yield f"  could not be decided for {len(unknown)} more classes:"
    for each in unknown[:shown]:
        yield f"  ?  {each.words}: {each.why}"
        if each.patient is not None:
            yield f"     it does change for: {patient_words(each.patient, of.units)}"
    left = len(unknown) - len(unknown[:shown])
    if left:
        yield f"  and {left} more that could not be decided"


def _consequence_lines(each: DecisionDifference, *, whole: bool) -> Iterator[str]:
    compared = each.compared
    unknown = f"; not decided for {len(compared.unknown)} more" if compared.unknown else ""
    yield f"  {each.decision}: {_classes(compared)}, {percent(compared.share)}{unknown}"
    if compared.classes:
        first = min(compared.classes, key=lambda one: (len(one.conditions), len(one.words)))
        said = f"{first.words}: {change_words(first.before, first.after)}"
        if whole or len(said) <= BRIEF:
            yield f"    such as {said}"


def patient_words(patient: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """Return a patient in words; what is not named is missing."""
    return values_words(patient, units) if patient else "a patient of whom nothing is known"


def _place(span: Span | None) -> str:
    return str(span.place) if span is not None else ""


# Markdown ----------------------------------------------------------------------------------------


def markdown_lines(of: Difference, shown: int | None = SHOWN) -> Iterator[str]:
    """Yield the lines of a page for a review."""
    yield "# What changes for patients"
    yield ""
    yield verdict_words(of)
    if of.advice.classes:
        yield from ("", "## Patients whose advice changes", "")
        yield from _markdown_classes(of, of.advice, shown)
    for each in of.decisions:
        if each.own:
            yield from ("", f"## Decision: {each.decision}", "")
            yield from _markdown_classes(of, each.compared, shown)
    others = [each.decision for each in of.decisions if not each.own]
    if others:
        yield from ("", f"Because of them also change: {listed(others)}.")
    if of.changes:
        yield from ("", "## What was changed", "")
        yield "| what | of | id or name | kind | before | after |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for change in of.changes:
            yield from _markdown_change(change)


def _markdown_change(change: Change) -> Iterator[str]:
    head = f"| {change.what} | {_cell(change.subject)} | {_cell(change.name)} | {change.kind.value}"
    if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
        yield f"{head} | | |"
    for each in change.details:
        part = f"{each.part}: " if each.part else ""
        yield f"{head} | {_cell(part + each.before)} | {_cell(part + each.after)} |"


def _markdown_classes(of: Difference, compared: Compared, shown: int | None) -> Iterator[str]:
    if compared.verdict is Verdict.PROVED:
        yield f"The same value for every patient: proved over {compared.cases} cases."
        return
    yield "| patients | share | for example | before | after |"
    yield "| --- | --- | --- | --- | --- |"
    for each in compared.classes[:shown]:
        patient = patient_words(each.patient, of.units)
        values = [
            "<br>".join(map(_cell, said))
            if each.no_longer or each.now
            else _cell(answer_words(value))
            for value, said in ((each.before, each.no_longer), (each.after, each.now))
        ]
        row = (_cell(each.words), percent(each.share), _cell(patient), *values)
        yield "| " + " | ".join(row) + " |"
    left = len(compared.classes) - len(compared.classes[:shown])
    if left:
        yield from ("", f"And {left} more classes.")
    if compared.unknown:
        yield ""
        yield f"Could not be decided for {len(compared.unknown)} more classes:"
        yield ""
        yield from (
            f"- {_cell(each.words)}: {_cell(each.why)}" for each in compared.unknown[:shown]
        )


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


# JSON --------------------------------------------------------------------------------------------


def as_json(of: Difference) -> dict[str, Any]:
    """Return everything as JSON data; shares are exact, as texts such as `1/4`."""
    return {
        "format": FORMAT,
        "verdict": of.verdict.value,
        "text": verdict_words(of),
        "readings": "all" if of.all_readings else "in force",
        "changes": [_change_json(each) for each in of.changes],
        "only before": list(of.only_before),
        "only after": list(of.only_after),
        "same logic": of.same_logic,
        "advice": _compared_json(of.advice),
        "decisions": [
            {"decision": each.decision, "own": each.own, **_compared_json(each.compared)}
            for each in of.decisions
        ],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "of": change.subject or None,
        "name": change.name,
        "kind": change.kind.value,
        "before": _place(change.before) or None,
        "after": _place(change.after) or None,
        "details": [
            {"part": each.part, "before": each.before, "after": each.after}
            for each in change.details
        ],
    }


def _compared_json(compared: Compared) -> dict[str, Any]:
    return {
        "verdict": compared.verdict.value,
        "share": str(compared.share),
        "cases": compared.cases,
        "classes": [
            {
                "patients": each.words,
                "conditions": dict(each.conditions),
                "share": str(each.share),
                "decision": each.decision,
                "patient": to_json(dict(each.patient)),
                "before": to_json(each.before),
                "after": to_json(each.after),
                "no longer": list(each.no_longer),
                "now": list(each.now),
            }
            for each in compared.classes
        ],
        "unknown": [
            {
                "patients": each.words,
                "why": each.why,
                "patient": to_json(dict(each.patient)) if each.patient is not None else None,
            }
            for each in compared.unknown
        ],
    }
