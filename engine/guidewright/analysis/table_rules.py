"""Rules that say nothing: dead, duplicate, inside another, to be merged.

In: a table as boxes. Out: findings; what is dead comes with the tree that covers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from guidewright.analysis.arrays import box_array
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.coverage import OverBudget, cover
from guidewright.analysis.findings import Finding, Patient, excluded, stated, violated
from guidewright.analysis.overlap import pairs
from guidewright.analysis.regions import Box, inside
from guidewright.analysis.table_certificates import covered_rule
from guidewright.analysis.table_outputs import output_text, output_value
from guidewright.analysis.table_overlap import both_match
from guidewright.analysis.table_words import patient_words, region_words, rules_words
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Severity


@check("table.dead-rule", numbers=(9, 10, 11), severity=Severity.WARNING, subject=Subject.TABLE)
def dead_rule(subject: TableSubject) -> Iterator[Finding]:
    """A rule never decides, because others come before it wherever it matches.

    What it finds: under FIRST, rules that one earlier rule or several together cover; under
    PRIORITY, rules covered by rules with better outputs, a catch-all among them.
    Why it matters: what the rule recommends is never recommended, and nobody sees that.
    Example: FIRST with `< 5`, `>= 5`, then `[3..7]`.
    To repair: move the rule up, narrow the rules before it, or delete it.
    """
    if subject.table.hit_policy not in (HitPolicy.FIRST, HitPolicy.PRIORITY):
        return
    near: dict[int, list[int]] = {}
    for first, second in pairs([rule.may for rule in subject.rules], subject.sizes):
        near.setdefault(second, []).append(first)
        near.setdefault(first, []).append(second)
    for rule in subject.rules:
        before = [subject.rules[o] for o in near.get(rule.index, ()) if _beats(subject, o, rule)]
        before.sort(key=lambda each: each.index)
        if before and all(rule.may):
            yield from _dead(subject, rule, before)


def _beats(subject: TableSubject, other: int, rule: RuleRegion) -> bool:
    """Say whether another rule decides where both match."""
    if subject.table.hit_policy is HitPolicy.FIRST:
        return other < rule.index
    mine, theirs = (output_value(subject, each) for each in (rule, subject.rules[other]))
    if not mine[0] or not theirs[0]:
        return False
    ranking = subject.code.plan.ranking
    ranks = (ranking.rank(theirs[1]), theirs[1] and other), (ranking.rank(mine[1]), rule.index)
    return ranks[0][0] < ranks[1][0] or (ranks[0][0] == ranks[1][0] and other < rule.index)


def _dead(subject: TableSubject, rule: RuleRegion, before: list[RuleRegion]) -> Iterator[Finding]:
    boxes = [each.must for each in before]
    try:
        found = cover(box_array(boxes, subject.sizes), rule.may, len(boxes))
    except OverBudget:
        return
    if found.gaps:
        return
    used = sorted(set(_leaves(found.tree)))
    covering = [before[index] for index in used]
    verb = "covers" if len(covering) == 1 else "together cover"
    first = subject.table.hit_policy is HitPolicy.FIRST
    how = "before it" if first else "with a better output"
    text = (
        f"{rules_words([rule])} of {subject.decision!r} never decides: "
        f"{rules_words(covering)} {how} {verb} every patient it is for"
    )
    claim = CHECKS["table.dead-rule"].claim(subject.about(rule, *covering), text)
    certificate = covered_rule(subject, rule, before, found)
    if not all(rule.must):
        yield excluded(claim, certificate, "other rules cover it")
        return
    patient = subject.witness(subject.values(rule.must))

    def replay(each: Patient) -> str | None:
        seen = subject.seen(each)
        mine = seen.rules[rule.index] if seen is not None else None
        if mine is None or not mine.matched or mine.chosen:
            return None
        return f"the engine: {rules_words([rule])} matches and is not chosen"

    yield violated(claim, patient, replay, certificate)


def _leaves(tree: tuple[int, ...]) -> Iterator[int]:
    """Yield the owners at the leaves of a tree."""
    place = 0
    while place < len(tree):
        if tree[place] < 0:
            place += 2
        else:
            yield tree[place]
            place += 1


@check("table.duplicate-rule", numbers=(13,), severity=Severity.WARNING, subject=Subject.TABLE)
def duplicate_rule(subject: TableSubject) -> Iterator[Finding]:
    """Two rules say the same of the same patients.

    What it finds: rules that cover the same values and have the same output.
    Why it matters: one will be edited some day, and the other not; under COLLECT both count.
    Example: the same row pasted twice.
    To repair: delete one.
    """
    groups: dict[tuple[Box, str], list[RuleRegion]] = {}
    for rule in subject.rules:
        if rule.exact and all(rule.must):
            groups.setdefault((rule.must, output_text(subject, rule)), []).append(rule)
    for (box, _), rules in groups.items():
        if len(rules) > 1:
            patient = subject.witness(subject.values(box))
            text = (
                f"{rules_words(rules)} of {subject.decision!r} say the same, for example of "
                f"{patient_words(subject, patient, box)}"
            )
            claim = CHECKS["table.duplicate-rule"].claim(subject.about(*rules), text)
            yield violated(claim, patient, both_match(subject, rules))


@check("table.subsumed-rule", numbers=(12,), severity=Severity.INFO, subject=Subject.TABLE)
def subsumed_rule(subject: TableSubject) -> Iterator[Finding]:
    """A rule lies inside another one with the same output.

    What it finds: under FIRST, ANY and PRIORITY, a narrower rule that changes nothing, since a
    wider one with the same output answers the same patients.
    Why it matters: the special case looks as if it made a difference.
    Example: `[40..50]` "treat" and `>= 30` "treat" under ANY.
    To repair: delete the narrower rule, or give it the output that is meant.
    """
    policy = subject.table.hit_policy
    if policy not in (HitPolicy.FIRST, HitPolicy.ANY, HitPolicy.PRIORITY):
        return
    outputs = [output_text(subject, rule) for rule in subject.rules]
    met = list(pairs([rule.must for rule in subject.rules], subject.sizes))
    for pair in met:
        for inner, outer in (pair, pair[::-1]):
            narrow, wide = subject.rules[inner], subject.rules[outer]
            if outputs[inner] != outputs[outer] or narrow.may == wide.must:
                continue
            if not inside(narrow.may, wide.must) or not all(narrow.must):
                continue
            if policy is HitPolicy.FIRST and not _harmless(subject, met, outputs, inner, outer):
                continue
            patient = subject.witness(subject.values(narrow.must))
            text = (
                f"{rules_words([narrow])} of {subject.decision!r} changes nothing: "
                f"{rules_words([wide])} answers the same for all its patients"
            )
            claim = CHECKS["table.subsumed-rule"].claim(subject.about(narrow, wide), text)
            yield violated(claim, patient, both_match(subject, [narrow, wide]))


def _harmless(
    subject: TableSubject,
    met: list[tuple[int, int]],
    outputs: list[str],
    inner: int,
    outer: int,
) -> bool:
    """Say whether under FIRST no rule between the two would take what the inner one gives up."""
    if outer < inner:
        return False  # then it is dead, which is said by another check
    between = {(set(pair) - {inner}).pop() for pair in met if inner in pair and len(set(pair)) == 2}
    return not any(inner < each < outer and outputs[each] != outputs[inner] for each in between)


@check("table.mergeable-rules", numbers=(14,), severity=Severity.INFO, subject=Subject.TABLE)
def mergeable_rules(subject: TableSubject) -> Iterator[Finding]:
    """Several rules could be one.

    What it finds: under UNIQUE and ANY, rules with the same output and the same annotations that
    differ in one column only.
    Why it matters: fewer rows are read more carefully.
    Example: `"mild"` and `"moderate"` with the same output, all else equal.
    To repair: write both in one cell: `"mild", "moderate"`.
    """
    if subject.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    for axis, rules in mergeable(subject, [*subject.rules]):
        name = subject.axes[axis].name
        text = f"{rules_words(rules)} of {subject.decision!r} differ in {name} only"
        yield stated(
            CHECKS["table.mergeable-rules"].claim(subject.about(*rules), text),
            "their other cells and their outputs are the same",
        )


def mergeable(
    subject: TableSubject, rules: list[RuleRegion]
) -> Iterator[tuple[int, list[RuleRegion]]]:
    """Yield an axis and rules that differ in it only; a rule is in one group."""
    taken: set[int] = set()
    for axis in range(len(subject.axes)):
        groups: dict[tuple[object, ...], list[RuleRegion]] = {}
        for rule in rules:
            if rule.exact and all(rule.must) and rule.index not in taken:
                rest = (*rule.must[:axis], *rule.must[axis + 1 :])
                key = (rest, output_text(subject, rule), rule.rule.annotations)
                groups.setdefault(key, []).append(rule)
        for group in groups.values():
            if len(group) > 1 and len({each.must for each in group}) > 1:
                taken.update(each.index for each in group)
                yield axis, group


@check("table.smaller", numbers=(15,), severity=Severity.INFO, subject=Subject.TABLE)
def smaller(subject: TableSubject) -> Iterator[Finding]:
    """The same table can be written with fewer rules.

    What it finds: under UNIQUE and ANY, a smaller set of rules, found by merging again and again,
    that answers every patient as the table does; annotations are kept apart. It is checked that
    the merged rules cover what the old ones with the same output cover, and nothing else.
    Why it matters: fewer rows are read more carefully.
    Example: four rows for two ages and two sexes, all with one output.
    To repair: write the merged rows that are listed.
    """
    if subject.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    merged = merged_boxes(subject)
    if merged is None or len(merged) >= len(subject.rules):
        return
    text = (
        f"{subject.decision!r} can be written with {len(merged)} rules instead of "
        f"{len(subject.rules)}"
    )
    rows = [f"{region_words(subject, box)}: {output}" for box, output in merged]
    yield stated(
        CHECKS["table.smaller"].claim(subject.about(), text, hint="; ".join(rows)),
        "the merged rules were compared with the old ones on every combination of values",
    )


def merged_boxes(subject: TableSubject) -> list[tuple[Box, str]] | None:
    """Return fewer boxes with the same outputs; None when the table is no set of boxes."""
    if not all(rule.exact for rule in subject.rules):
        return None
    groups: dict[tuple[str, tuple[str, ...]], set[Box]] = {}
    for rule in subject.rules:
        if all(rule.must):
            key = (output_text(subject, rule), rule.rule.annotations)
            groups.setdefault(key, set()).add(rule.must)
    found: list[tuple[Box, str]] = []
    for (output, _), boxes in groups.items():
        fewer = _merge(set(boxes), len(subject.axes))
        if not (_covered(subject, fewer, boxes) and _covered(subject, boxes, fewer)):
            return None
        found.extend((box, output) for box in fewer)
    return found


def _merge(boxes: set[Box], axes: int) -> set[Box]:
    """Merge boxes that differ in one axis until none do; drop those inside another."""
    changed = True
    while changed:
        changed = False
        for axis in range(axes):
            groups: dict[Box, list[Box]] = {}
            for box in sorted(boxes):
                groups.setdefault((*box[:axis], *box[axis + 1 :]), []).append(box)
            for rest, group in groups.items():
                if len(group) > 1:
                    mask = 0
                    for box in group:
                        mask |= box[axis]
                    boxes -= set(group)
                    boxes.add((*rest[:axis], mask, *rest[axis:]))
                    changed = True
    for one, other in combinations(sorted(boxes), 2):
        for inner, outer in ((one, other), (other, one)):
            if inner in boxes and outer in boxes and inner != outer and inside(inner, outer):
                boxes.discard(inner)
    return boxes


def _covered(subject: TableSubject, inner: set[Box], outer: set[Box]) -> bool:
    array = box_array(sorted(outer), subject.sizes)
    return all(not cover(array, box, len(outer)).gaps for box in inner)
