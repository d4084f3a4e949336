"""Outputs that should rise with an input, as guideline.yaml declares: where one falls instead.

In: a table as boxes and `monotone` of guideline.yaml. Out: two patients who differ in one input.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from guidewright.analysis.arrays import lowest
from guidewright.analysis.axes import Kind
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import Finding, Pair, proved, unknown, violated
from guidewright.analysis.regions import Box, meet, without
from guidewright.analysis.table_outputs import output_parts
from guidewright.analysis.table_words import patient_words
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.analysis.words import value_words
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Severity
from guidewright.feel.names import normal
from guidewright.guideline.model import Monotone

Ranked = tuple[Any, RuleRegion, Box]  # the rank of the output, the rule, where it answers


@check("table.not-monotone", numbers=(31,), severity=Severity.ERROR, subject=Subject.TABLE)
def not_monotone(subject: TableSubject) -> Iterator[Finding]:
    """An output falls where it should rise.

    What it finds: two patients who differ in one input only, and of whom the one with more of it
    gets less of the output, although guideline.yaml declares under `monotone` that it rises.
    Why it matters: more risk and weaker treatment is almost always an inverted condition.
    Example: the dose for those with side effects is higher than for those without.
    To repair: correct the cells, or the declaration.
    """
    declared = subject.file.monotone if subject.file is not None else ()
    for each in declared:
        if normal(each.decision) == subject.decision:
            yield from _checked(subject, each)


def _checked(subject: TableSubject, declared: Monotone) -> Iterator[Finding]:
    own = CHECKS["table.not-monotone"]
    places = (declared.span, subject.table.span)
    names = [axis.name for axis in subject.axes]
    columns = [clause.name or "" for clause in subject.table.outputs]
    output = columns.index(declared.output) if declared.output in columns else 0
    verb = "falls" if declared.falls else "rises"
    claim = f"{subject.decision!r} {verb} with {declared.input}"
    about = subject.about(places=places)
    ranked = _ranked(subject, declared, output) if normal(declared.input) in names else None
    if ranked is None:
        why = "its outputs are not all numbers or values of 'order', or rules overlap freely"
        if normal(declared.input) not in names:
            why = f"the table has no column {declared.input!r}"
        yield unknown(own.claim(about, f"whether {claim} was not decided: {why}"))
        return
    axis = names.index(normal(declared.input))
    found = _worst(subject, ranked, axis, falls=declared.falls)
    if found is None:
        yield proved(own.claim(about, f"{claim} for all known values"))
        return
    low, high, pair = found
    less, more = (value_words(_output(subject, each, output)) for each in (high, low))
    text = (
        f"{patient_words(subject, pair.first)} gets {more}, and with {declared.input} "
        f"{value_words(_value(subject, pair.second, axis))} instead {less}: "
        f"{subject.decision!r} should {'fall' if declared.falls else 'rise'}"
    )

    def replay(both: Pair) -> str | None:
        first, second = subject.seen(both.first), subject.seen(both.second)
        if first is None or second is None:
            return None
        shows = first.rules[low.index].chosen and second.rules[high.index].chosen
        return (
            f"the engine: {value_words(first.value)}, then {value_words(second.value)}"
            if shows
            else None
        )

    yield violated(own.claim(subject.about(low, high), text), pair, replay)


def _value(subject: TableSubject, patient: Any, axis: int) -> Any:
    name = subject.sources[axis].name
    return {**patient.inputs, **patient.assumed}[name]


def _output(subject: TableSubject, rule: RuleRegion, column: int) -> Any:
    return output_parts(subject, rule)[column][1]


def _ranked(subject: TableSubject, declared: Monotone, output: int) -> list[Ranked] | None:
    """Return where each rule answers, and the rank of what it answers; None when not known."""
    policy = subject.table.hit_policy
    if policy not in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST):
        return None
    found: list[Ranked] = []
    for rule in subject.rules:
        if not rule.exact:
            return None
        known, value = output_parts(subject, rule)[output]
        rank = declared.order.index(value) if value in declared.order else value
        if not known or type(rank) not in (int, Decimal):
            return None
        boxes = [rule.must]
        if policy is HitPolicy.FIRST:
            for earlier in subject.rules[: rule.index]:
                boxes = [piece for box in boxes for piece in without(box, earlier.must)]
        found.extend((rank, rule, box) for box in boxes if all(box))
    return found


def _worst(
    subject: TableSubject, ranked: list[Ranked], place: int, *, falls: bool
) -> tuple[RuleRegion, RuleRegion, Pair] | None:
    """Return two rules and patients with more of the input and less of the output, or None."""
    axis = subject.axes[place]
    along = axis.mask(Kind.POINT, Kind.GAP) or axis.known
    for rank, low, box in ranked:
        for other_rank, high, other in ranked:
            if not (other_rank > rank if falls else other_rank < rank):
                continue
            open_box = (*box[:place], axis.full, *box[place + 1 :])
            open_other = (*other[:place], axis.full, *other[place + 1 :])
            common = meet(open_box, open_other)
            below, above = box[place] & along, other[place] & along
            if common is None or not below or not above:
                continue
            start, end = lowest(below), above.bit_length() - 1
            if start >= end:
                continue
            values = subject.values(common)
            first = {**values, axis.name: axis.parts[start].value}
            second = {**values, axis.name: axis.parts[end].value}
            return low, high, Pair(subject.witness(first), subject.witness(second))
    return None
