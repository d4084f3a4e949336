"""Rules that match together: where the hit policy forbids it, where order decides, what it adds up.

In: a table as boxes. Out: findings with a patient each; advice on the hit policy with a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from guidewright.analysis.axes import Kind
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import Finding, Patient, excluded, unknown
from guidewright.analysis.overlap import largest_sets, pairs
from guidewright.analysis.regions import Box, meet, share
from guidewright.analysis.table_certificates import disjointness
from guidewright.analysis.table_coverage import shown
from guidewright.analysis.table_outputs import output_text, output_value
from guidewright.analysis.table_words import patient_words, region_words, rules_words
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.dmn.model import Aggregation, HitPolicy
from guidewright.errors import Severity

LISTED = 200  # findings of one table; the rest is counted


def overlapping(subject: TableSubject) -> list[tuple[int, int]]:
    """Return the pairs of rules that certainly match together for some value, by index."""
    return list(pairs([rule.must for rule in subject.rules], subject.sizes))


def both_match(
    subject: TableSubject, rules: Sequence[RuleRegion]
) -> Callable[[Patient], str | None]:
    """Return a replay that shows that all these rules match."""
    names = {each.rule.name for each in rules}

    def replay(patient: Patient) -> str | None:
        seen = subject.seen(patient)
        if seen is None:
            return None
        matched = {each.rule.name for each in seen.rules if each.matched}
        return f"the engine: {rules_words(rules)} match" if names <= matched else None

    return replay


@check("table.overlap", numbers=(4, 5, 6, 7), severity=Severity.ERROR, subject=Subject.TABLE)
def overlap(subject: TableSubject) -> Iterator[Finding]:
    """Several rules match one patient although the hit policy forbids it.

    What it finds: the largest sets of rules that match together, and where: of any rules under
    UNIQUE, of rules with different outputs under ANY.
    Why it matters: the table is then null, and where another engine takes the first rule, the
    recommendation depends on the order of rows.
    Example: `<= 5` with "low" and `>= 5` with "high" under UNIQUE; 5 matches both.
    To repair: make the cells exclude each other, or choose the hit policy that is meant.
    """
    policy = subject.table.hit_policy
    if policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    found = overlapping(subject)
    if policy is HitPolicy.ANY:
        outputs = [output_text(subject, rule) for rule in subject.rules]
        found = [(a, b) for a, b in found if outputs[a] != outputs[b]]
    boxes = [rule.must for rule in subject.rules]
    sets = largest_sets(boxes, found)
    listed_sets = (
        list(sets)
        if sets is not None and policy is HitPolicy.UNIQUE
        else [(pair, box) for pair in found if (box := meet(*(boxes[i] for i in pair))) is not None]
    )
    for chosen, box in listed_sets[:LISTED]:
        yield from _overlap(subject, [subject.rules[index] for index in chosen], box)
    if listed_sets[LISTED:]:
        text = f"{len(listed_sets) - LISTED} more overlaps of {subject.decision!r} are not listed"
        yield unknown(CHECKS["table.overlap"].claim(subject.about(), text))
    yield from _undecided(subject)


def _overlap(subject: TableSubject, rules: list[RuleRegion], box: Box) -> Iterator[Finding]:
    outputs = {output_text(subject, rule) for rule in rules}
    same = "with the same output" if len(outputs) == 1 else "with different outputs"
    patient = subject.witness(subject.values(box))
    text = (
        f"{patient_words(subject, patient, box)} gets {rules_words(rules)} of "
        f"{subject.decision!r} at once, {same}: they overlap in {region_words(subject, box)}"
    )
    code = "table.boundary" if _touch(subject, box) and len(outputs) > 1 else "table.overlap"
    known = tuple(mask & axis.known for mask, axis in zip(box, subject.axes, strict=True))
    part = share(subject.axes, [known])
    claim = CHECKS[code].claim(subject.about(*rules), text, share=part)
    yield from shown(subject, claim, box, both_match(subject, rules))


def _touch(subject: TableSubject, box: Box) -> bool:
    """Say whether an overlap is at one value of some ordered column."""
    return any(
        mask != axis.known
        and mask & axis.known
        and all(each.kind is Kind.POINT for each in axis.chosen(mask & axis.known))
        and axis.mask(Kind.GAP)
        for axis, mask in zip(subject.axes, box, strict=True)
    )


def _undecided(subject: TableSubject) -> Iterator[Finding]:
    """Yield what is not decided for rules whose cells say more than values of their columns."""
    certain = set(overlapping(subject))
    maybe = set(pairs([rule.may for rule in subject.rules], subject.sizes)) - certain
    if not maybe:
        return
    rules = [subject.rules[index] for index in sorted({index for pair in maybe for index in pair})]
    text = (
        f"whether {rules_words(rules)} of {subject.decision!r} can match together was tried, not "
        "proved: some of their cells say more than comparisons with constants"
    )
    claim = CHECKS["table.overlap"].claim(subject.about(*rules), text, severity=Severity.INFO)
    yield unknown(claim)


@check("table.order-matters", numbers=(34,), severity=Severity.INFO, subject=Subject.TABLE)
def order_matters(subject: TableSubject) -> Iterator[Finding]:
    """The order of the rows decides between different outputs.

    What it finds: under FIRST and RULE ORDER, pairs of rules that overlap with different outputs.
    Why it matters: who sorts or inserts rows changes recommendations without touching a rule.
    Example: `age > 60` before `diabetes`: a patient with both gets the output of the upper one.
    To repair: make the rules exclude each other and use UNIQUE, or say in the table that order is
    meant.
    """
    if subject.table.hit_policy is not HitPolicy.FIRST:
        return
    outputs = [output_text(subject, rule) for rule in subject.rules]
    found = [(a, b) for a, b in overlapping(subject) if outputs[a] != outputs[b]]
    if not found:
        return
    rules = [subject.rules[index] for index in found[0]]
    box = meet(rules[0].must, rules[1].must)
    assert box is not None  # noqa: S101 - they overlap
    patient = subject.witness(subject.values(box))
    more = f"; so do {len(found) - 1} more pairs" if len(found) > 1 else ""
    text = (
        f"{patient_words(subject, patient, box)} gets a different answer of {subject.decision!r} "
        f"when {rules_words(rules)} change places{more}"
    )
    claim = CHECKS["table.order-matters"].claim(subject.about(*rules), text)
    yield from shown(subject, claim, box, both_match(subject, rules))


@check("table.hit-policy", numbers=(33,), severity=Severity.INFO, subject=Subject.TABLE)
def hit_policy(subject: TableSubject) -> Iterator[Finding]:
    """The hit policy says less than is true of the rules.

    What it finds: tables with FIRST, ANY or PRIORITY in which no two rules can match together.
    Why it matters: under UNIQUE every engine, and every reader, is told so, and an overlap that
    slips in later is an error instead of a silent choice.
    Example: FIRST over `< 5`, `[5..10)` and `>= 10`.
    To repair: use UNIQUE.
    """
    weaker = (HitPolicy.FIRST, HitPolicy.ANY, HitPolicy.PRIORITY)
    if subject.table.hit_policy not in weaker or len(subject.rules) < 2:
        return
    if any(True for _ in pairs([rule.may for rule in subject.rules], subject.sizes)):
        return
    policy = subject.table.hit_policy
    text = f"no two rules of {subject.decision!r} can match together: {policy} could be UNIQUE"
    said = "every two rules exclude each other in some column"
    yield excluded(
        CHECKS["table.hit-policy"].claim(subject.about(), text), disjointness(subject), said
    )


@check("table.double-count", numbers=(35,), severity=Severity.WARNING, subject=Subject.TABLE)
def double_count(subject: TableSubject) -> Iterator[Finding]:
    """A sum counts one and the same finding twice.

    What it finds: under COLLECT SUM or COUNT, rules that look at the same columns, and overlap.
    Why it matters: a score that is one point too high moves a patient into another risk group.
    Example: `age >= 65` adds 1 and `age >= 75` adds 2; at 80 both count, 3 points.
    To repair: make the ranges exclude each other: `[65..75)` and `>= 75`.
    """
    if subject.table.aggregation not in (Aggregation.SUM, Aggregation.COUNT):
        return
    for first, second in overlapping(subject)[:LISTED]:
        rules = [subject.rules[first], subject.rules[second]]
        if _columns(subject, rules[0]) != _columns(subject, rules[1]):
            continue
        if any(output_value(subject, rule) == (True, 0) for rule in rules):
            continue
        box = meet(rules[0].must, rules[1].must)
        assert box is not None  # noqa: S101 - they overlap
        patient = subject.witness(subject.values(box))
        text = (
            f"{patient_words(subject, patient, box)} is counted by {rules_words(rules)} of "
            f"{subject.decision!r}, which look at the same"
        )
        claim = CHECKS["table.double-count"].claim(subject.about(*rules), text)
        yield from shown(subject, claim, box, both_match(subject, rules))


def _columns(subject: TableSubject, rule: RuleRegion) -> tuple[int, ...]:
    return tuple(
        place
        for place, (axis, mask) in enumerate(zip(subject.axes, rule.must, strict=True))
        if mask != axis.full
    )
