"""Outputs that should rise with an input, as guideline.yaml declares: where one falls instead.

In: a table as boxes and `monotone` of guideline.yaml. Out: two patients who differ in one input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guidewright.analysis.axes import Axis
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import Finding, Pair, Patient, assumes, proved, unknown, violated
from guidewright.analysis.regions import Box, meet, without
from guidewright.analysis.table_outputs import output_parts
from guidewright.analysis.table_words import patient_words
from guidewright.analysis.tables import RuleRegion, SourceKind, TableSubject
from guidewright.analysis.words import value_words
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Severity
from guidewright.feel.names import normal
from guidewright.feel.types import BOOLEAN
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
    yield _fallen(subject, declared, found, output)


@dataclass(frozen=True, slots=True)
class Fall:
    """Two rules, and values for which the one with more of the input answers less.

    `box` holds the values that the two patients share, and those of the first.
    """

    low: RuleRegion
    high: RuleRegion
    axis: int
    box: Box
    more: Any  # the second patient's value of the input


def _fallen(subject: TableSubject, declared: Monotone, fall: Fall, output: int) -> Finding:
    first = subject.witness(subject.values(fall.box))
    words = patient_words(subject, first)
    pair = Pair(first, _with(subject, first, fall))

    def replay(both: Pair) -> str | None:
        one, two = subject.seen(both.first), subject.seen(both.second)
        if one is None or two is None:
            return None
        shows = one.rules[fall.low.index].chosen and two.rules[fall.high.index].chosen
        said = f"the engine: {value_words(one.value)}, then {value_words(two.value)}"
        return said if shows else None

    source = subject.sources[fall.axis]
    if assumes(pair) and subject.reach is not None and source.kind is SourceKind.INPUT:
        reached = subject.reach(
            subject, fall.box, lambda each: replay(Pair(each, _with(subject, each, fall)))
        )
        if reached.patient is not None:
            pair = Pair(reached.patient, _with(subject, reached.patient, fall))
            words = reached.words
    less, more = (value_words(_output(subject, each, output)) for each in (fall.high, fall.low))
    text = (
        f"{words} gets {more}, and with {source.name} {value_words(fall.more)} instead {less}: "
        f"{subject.decision!r} should {'fall' if declared.falls else 'rise'}"
    )
    claim = CHECKS["table.not-monotone"].claim(subject.about(fall.low, fall.high), text)
    return violated(claim, pair, replay)


def _with(subject: TableSubject, patient: Patient, fall: Fall) -> Patient:
    """Return the patient with the second value of the input."""
    source = subject.sources[fall.axis]
    if source.kind is SourceKind.INPUT:
        return Patient({**patient.inputs, source.name: fall.more}, patient.assumed)
    return Patient(patient.inputs, {**patient.assumed, source.name: fall.more})


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


def _rising(axis: Axis) -> list[int]:
    """Return the parts of known values from the least on; false comes before true."""
    places = [at for at in range(len(axis.parts)) if axis.known >> at & 1]
    return places[::-1] if axis.type == BOOLEAN else places


def _worst(subject: TableSubject, ranked: list[Ranked], place: int, *, falls: bool) -> Fall | None:
    """Return two rules and values with more of the input and less of the output, or None."""
    axis = subject.axes[place]
    rising = _rising(axis)
    for rank, low, box in ranked:
        for other_rank, high, other in ranked:
            if not (other_rank > rank if falls else other_rank < rank):
                continue
            open_box = (*box[:place], axis.full, *box[place + 1 :])
            open_other = (*other[:place], axis.full, *other[place + 1 :])
            common = meet(open_box, open_other)
            below = [at for at, part in enumerate(rising) if box[place] >> part & 1]
            above = [at for at, part in enumerate(rising) if other[place] >> part & 1]
            if common is None or not below or not above or below[0] >= above[-1]:
                continue
            first = (*common[:place], 1 << rising[below[0]], *common[place + 1 :])
            more = axis.parts[rising[above[-1]]].value
            return Fall(low, high, place, _known(subject, first), more)
    return None


def _known(subject: TableSubject, box: Box) -> Box:
    """Return the part of a box where data are known, on each axis that has such a part."""
    return tuple(mask & axis.known or mask for mask, axis in zip(box, subject.axes, strict=True))
