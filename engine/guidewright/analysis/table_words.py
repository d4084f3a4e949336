"""Boxes and witnesses of tables in words: `haemoglobin (110..112) and pregnant true`.

In: a table and a box over its axes. Out: phrases for findings; only columns that the box narrows
are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guidewright.analysis.axes import Axis, Kind, Part
from guidewright.analysis.findings import Patient
from guidewright.analysis.regions import Box
from guidewright.analysis.tables import RuleRegion, SourceKind, TableSubject
from guidewright.analysis.words import listed, value_words, values_words


def region_words(subject: TableSubject, box: Box) -> str:
    """Return where a box lies: its narrowed columns and their values."""
    said = [
        f"{axis.name} {axis_words(axis, mask)}"
        for axis, mask in zip(subject.axes, box, strict=True)
        if mask & axis.known != axis.known
    ]
    return listed(said) if said else "all values"


def axis_words(axis: Axis, mask: int) -> str:
    """Return a set of parts as ranges and values: `[5..10) or missing`."""
    unit = f" {axis.unit}" if axis.unit and mask & axis.known else ""
    return listed((_run_words(axis, run) for run in _runs(axis, mask)), "or") + unit


def _runs(axis: Axis, mask: int) -> list[list[Part]]:
    """Group neighbouring points and gaps; every other part stands alone."""
    found: list[list[Part]] = []
    before = -2
    for place, part in enumerate(axis.parts):
        if not mask >> place & 1:
            continue
        ordered = part.kind in (Kind.POINT, Kind.GAP)
        if ordered and place == before + 1:
            found[-1].append(part)
        else:
            found.append([part])
        before = place if ordered else -2
    return found


def _run_words(axis: Axis, run: list[Part]) -> str:
    first, last = run[0], run[-1]
    if first.kind is Kind.OTHER:
        return "any other text"
    if first.kind is Kind.UNSEEN:
        return "some other value"
    if first.kind not in (Kind.POINT, Kind.GAP):
        return value_words(first.value)
    if len(run) == 1 and first.kind is Kind.POINT:
        return value_words(first.value)
    if first.low is None:
        sign = "<" if last.kind is Kind.GAP else "<="
        return "any value" if last.high is None else f"{sign} {value_words(last.high)}"
    if last.high is None:
        sign = ">" if first.kind is Kind.GAP else ">="
        return f"{sign} {value_words(first.low)}"
    opening = "(" if first.kind is Kind.GAP else "["
    closing = ")" if last.kind is Kind.GAP else "]"
    return f"{opening}{value_words(first.low)}..{value_words(last.high)}{closing}"


def patient_words(subject: TableSubject, patient: Patient, box: Box | None = None) -> str:
    """Return the patient as a phrase; with a box, only the columns that it narrows."""
    narrowed = {
        axis.name
        for axis, mask in zip(subject.axes, box or (), strict=False)
        if mask & axis.known != axis.known
    }
    values: dict[str, Any] = {**patient.inputs, **patient.assumed}
    if narrowed:
        values = {name: value for name, value in values.items() if name in narrowed}
    if not values:
        return "any patient"
    people = any(source.kind is SourceKind.INPUT for source in subject.sources)
    lead = "a patient with " if people else "a case of "
    return lead + values_words(values, subject.units)


def rules_words(rules: Sequence[RuleRegion]) -> str:
    """Return the names of rules: `rules a, b and c`."""
    names = listed(each.rule.name for each in rules)
    return f"rule {names}" if len(rules) == 1 else f"rules {names}"
