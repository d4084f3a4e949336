"""Which patients no rule of a table answers: gaps, what hides them, how large they are.

In: a table as boxes. Out: findings with a patient each. A gap is looked for first where all data
are there, then where some are missing; what a default or a catch-all hides is told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from guidewright.analysis.arrays import box_array
from guidewright.analysis.axes import SCALES, Axis, Kind
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.coverage import Cover, OverBudget, Widening, cover
from guidewright.analysis.findings import (
    Claim,
    Finding,
    Patient,
    proved,
    unknown,
    violated,
)
from guidewright.analysis.gap_solver import find_gap
from guidewright.analysis.regions import Box, share
from guidewright.analysis.table_certificates import completeness
from guidewright.analysis.table_words import (
    axis_words,
    patient_words,
    region_words,
    rules_words,
)
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.analysis.words import counted, listed, percent
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Severity
from guidewright.feel.decimals import number_text

LARGE = 3_000_000  # pieces of gaps times rules that are compared for missing data
SINGLE = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)


def answers_always(subject: TableSubject) -> bool:
    """Say whether somebody expects one answer of the table for every patient."""
    return subject.table.hit_policy in SINGLE


def has_default(subject: TableSubject) -> bool:
    """Say whether the table answers where no rule matches."""
    return subject.code.default is not None


def uncovered(subject: TableSubject, rules: list[RuleRegion], space: Box) -> Cover | None:
    """Return the cover of a space by rules, or None when it is too large to decide."""
    return uncovered_by([each.must for each in rules], subject, space)


def uncovered_by(boxes: list[Box], subject: TableSubject, space: Box) -> Cover | None:
    """Return the cover of a space by boxes, or None when it is too large to decide."""
    try:
        return cover(box_array(boxes, subject.sizes), space, len(boxes))
    except OverBudget:
        return None


@check("table.gap", numbers=(1, 2), severity=Severity.ERROR, subject=Subject.TABLE)
def gap(subject: TableSubject) -> Iterator[Finding]:
    """Some patient gets no rule.

    What it finds: every largest region of inputs, all of them known, that no rule covers, in a
    table that gives one answer and has no default; with the exact share of the input space.
    Why it matters: for a patient in the gap the decision is null, and nobody has decided that.
    Example: rules for anaemia prevalence `>= 40` and `< 20`; 30 % gets no rule.
    To repair: widen a cell, add a rule, or say what the default is.
    """
    if not answers_always(subject) or has_default(subject):
        return
    found = uncovered(subject, list(subject.rules), subject.known)
    about = subject.about()
    if found is None:
        yield from _tangled(subject)
        return
    for box, leaves in zip(found.gaps, found.leaves, strict=True):
        yield from _gap(subject, box, share(subject.axes, leaves))
    open_questions = list(_unseen(subject))
    if not found.gaps and not open_questions and all(subject.known):
        text = f"every patient whose data are all known gets a rule of {subject.decision!r}"
        yield proved(CHECKS["table.gap"].claim(about, text), completeness(subject, found))
    yield from open_questions


def _tangled(subject: TableSubject) -> Iterator[Finding]:
    """Ask the solver where cuts became too many: it gives one gap, or a proof, or gives up."""
    boxes = [rule.must for rule in subject.rules]
    found = find_gap(boxes, subject.known)
    if found is None:
        text = "whether every patient gets a rule was not decided: the search became too large"
        yield unknown(_claim("table.gap", subject, text))
    elif found.point is None:
        text = f"every patient whose data are all known gets a rule of {subject.decision!r}"
        yield proved(_claim("table.gap", subject, text), found.proof)
    else:
        box = Widening(box_array(boxes, subject.sizes), subject.known).widest(found.point)
        yield from _gap(subject, box, share(subject.axes, [box]))
        text = f"{subject.decision!r} may have more gaps: there are too many to list"
        yield unknown(_claim("table.gap", subject, text))


def _gap(subject: TableSubject, box: Box, part: Fraction) -> Iterator[Finding]:
    """Yield a gap under the name of its kind: a boundary, a sliver, or a gap."""
    code, why = _kind(subject, box)
    patient = subject.witness(subject.values(box))
    text = (
        f"{patient_words(subject, patient, box)} gets no rule of {subject.decision!r}"
        f"{why or f': nothing covers {region_words(subject, box)}'}"
    )
    claim = CHECKS[code].claim(subject.about(), text, share=part)
    yield from shown(subject, claim, box, no_rule(subject))


def _kind(subject: TableSubject, box: Box) -> tuple[str, str]:
    """Return the check that a gap belongs to, and a clause that says why."""
    for axis, mask in zip(subject.axes, box, strict=True):
        if axis.type not in SCALES or mask == axis.known:
            continue
        parts = axis.chosen(mask)
        if len(axis.parts) > 2 and all(each.kind is Kind.POINT for each in parts):
            values = axis_words(axis, mask)
            return "table.boundary", f": no rule includes the boundary {axis.name} {values}"
        if len(parts) == 1 and parts[0].kind is Kind.GAP:
            places = sliver(axis, parts[0].low, parts[0].high)
            if places is not None:
                between = axis_words(axis, mask)
                decimals = "no decimals" if places == 0 else f"{places} decimals"
                code = "table.sliver" if places else "table.whole-numbers"
                return (
                    code,
                    f": {axis.name} {between} is a gap unless it is recorded with {decimals}",
                )
    return "table.gap", ""


def sliver(axis: Axis, low: object, high: object) -> int | None:
    """Return the decimals of two neighbouring thresholds if nothing with as many lies between."""
    if low is None or high is None or axis.type not in SCALES:
        return None
    rank = SCALES[axis.type].rank
    if axis.type.name != "number":  # type: ignore[union-attr]
        return None
    places = max(_decimals(low), _decimals(high))
    return places if rank(high) - rank(low) <= Fraction(1, 10**places) else None


def _decimals(value: object) -> int:
    return len(number_text(value).partition(".")[2])  # type: ignore[arg-type]


def no_rule(subject: TableSubject) -> Callable[[Patient], str | None]:
    """Return a replay that shows that no rule matches."""

    def replay(patient: Patient) -> str | None:
        seen = subject.seen(patient)
        if seen is None or any(rule.matched for rule in seen.rules):
            return None
        return "the engine: no rule matches"

    return replay


def shown(
    subject: TableSubject, claim: Claim, box: Box, replay: Callable[[Patient], str | None]
) -> Iterator[Finding]:
    """Yield the violation in a box; where the engine may not show it, what is known instead.

    A value of a decision is taken as it comes until the whole guideline says who comes there.
    """
    patient = subject.witness(subject.values(box))
    loose = [rule for rule in subject.rules if not _self_contained(subject, rule)]
    if loose and replay(patient) is None:
        text = (
            f"{claim.text}: not decided, because {rules_words(loose)} looks at other values "
            "than those of its columns"
        )
        yield unknown(replace(claim, text=text))
        return
    if patient.assumed and subject.reach is not None:
        reached = subject.reach(subject, box, replay)
        if reached.never is not None:
            text = f"no patient comes there, given what is decided before: {claim.text}"
            yield proved(replace(claim, text=text), reached.never)
            return
        if reached.patient is not None:
            text = f"{claim.text}; for example {reached.words}"
            yield violated(replace(claim, text=text), reached.patient, replay)
            return
    yield violated(claim, patient, replay)


def _self_contained(subject: TableSubject, rule: RuleRegion) -> bool:
    return not any(test.others for test in subject.tests[rule.index])


def _unseen(subject: TableSubject) -> Iterator[Finding]:
    """Yield what is not decided for values that no sample met."""
    for place, axis in enumerate(subject.axes):
        unseen = axis.mask(Kind.UNSEEN)
        if not unseen:
            continue
        space = tuple(
            unseen if other == place else each.known for other, each in enumerate(subject.axes)
        )
        found = uncovered(subject, list(subject.rules), space) if all(space) else None
        if found is not None and not found.gaps:
            continue
        cells = sorted(
            {
                row[column].text
                for row in subject.tests
                for column, of in enumerate(subject.columns)
                if of == place and not row[column].plain
            }
        )
        quoted = listed(f"'{cell}'" for cell in cells[:3]) + (" and others" if cells[3:] else "")
        text = (
            f"whether every {axis.name} gets a rule was tried, not proved: the cells {quoted} "
            "say more than comparisons with constants"
        )
        yield unknown(_claim("table.gap", subject, text, severity=Severity.INFO))


def _claim(code: str, subject: TableSubject, text: str, severity: Severity | None = None) -> Claim:
    return CHECKS[code].claim(subject.about(), text, severity=severity or CHECKS[code].severity)


def _nothing(subject: TableSubject) -> Iterator[Finding]:
    yield from ()


@check(
    "table.boundary",
    numbers=(28,),
    severity=Severity.ERROR,
    subject=Subject.TABLE,
    said_by=("table.gap", "table.overlap"),
)
def boundary(subject: TableSubject) -> Iterator[Finding]:
    """A boundary value is in no rule, or in two.

    What it finds: `< 5` beside `> 5`, where 5 itself is in neither; and `<= 5` beside `>= 5`, where
    it is in both with different outputs.
    Why it matters: thresholds are what patients are measured against, and round values are common.
    Example: rules for `< 180` and `> 180` ng/L; 180 ng/L gets no rule.
    To repair: include the boundary in exactly one of the cells.
    """
    return _nothing(subject)  # said by `table.gap` and `table.overlap`, under this name


@check(
    "table.sliver",
    numbers=(29,),
    severity=Severity.WARNING,
    subject=Subject.TABLE,
    said_by=("table.gap",),
)
def thin(subject: TableSubject) -> Iterator[Finding]:
    """A gap is narrower than the decimals of its thresholds.

    What it finds: a gap between two thresholds that are one unit of their last decimal apart.
    Why it matters: a value with more decimals, or one converted from another unit, falls through.
    Example: rules for `<= 7.9` and `>= 8.0`; 7.95 gets no rule.
    To repair: write `< 8.0`; or declare in guideline.yaml with how many `decimals` it is recorded.
    """
    return _nothing(subject)  # said by `table.gap`, under this name


@check(
    "table.whole-numbers",
    numbers=(30,),
    severity=Severity.WARNING,
    subject=Subject.TABLE,
    said_by=("table.gap",),
)
def whole_numbers(subject: TableSubject) -> Iterator[Finding]:
    """A table is complete for whole numbers only.

    What it finds: a gap between two thresholds that are neighbouring whole numbers, where nothing
    says that values are whole. Scores that are sums of whole numbers are known to be.
    Why it matters: 12 weeks and 3 days lie between `<= 12` and `>= 13` weeks.
    Example: rules for `<= 12` and `>= 13` weeks of gestation; 12.5 weeks gets no rule.
    To repair: write `< 13`; or declare `decimals: 0` for the input in guideline.yaml.
    """
    return _nothing(subject)  # said by `table.gap`, under this name


@check("table.gap-missing", numbers=(3,), severity=Severity.INFO, subject=Subject.TABLE)
def gap_missing(subject: TableSubject) -> Iterator[Finding]:
    """Some patient gets no rule only because a value is missing.

    What it finds: for each column, and for columns together, whether a patient gets no rule when
    these values are missing, although with some values of them there would be one.
    Why it matters: data are missing every day; the table should say what holds then, or the value
    must be asked for before the table is used.
    Example: rules for `< 110` and `>= 110`, none for null.
    To repair: add a rule for `null`, or let a cell be `-` where the value does not matter.
    """
    if not answers_always(subject) or has_default(subject):
        return
    space = tuple(axis.known | axis.mask(Kind.NULL) for axis in subject.axes)
    found = uncovered(subject, list(subject.rules), space) if all(space) else None
    leaves = [leaf for pieces in found.leaves for leaf in pieces] if found is not None else []
    if found is None or len(leaves) * len(subject.rules) > LARGE:
        text = f"what missing data mean for {subject.decision!r} was not decided: it is too large"
        yield unknown(_claim("table.gap-missing", subject, text))
        return
    sets: dict[frozenset[int], Box] = {}
    for leaf in leaves:
        for rule in subject.rules:
            missing = _only_missing(subject, leaf, rule)
            if missing is not None and missing not in sets:
                sets[missing] = tuple(
                    axis.mask(Kind.NULL) if place in missing else leaf[place] & rule.must[place]
                    for place, axis in enumerate(subject.axes)
                )
    for missing, box in sets.items():
        if not any(other < missing for other in sets):
            yield from _missing(subject, missing, box)


def _only_missing(subject: TableSubject, leaf: Box, rule: RuleRegion) -> frozenset[int] | None:
    """Return the missing values of a gap that keep a rule from matching; None if others do, too."""
    apart = [place for place, mask in enumerate(leaf) if not mask & rule.must[place]]
    nulls = (leaf[place] & subject.axes[place].mask(Kind.NULL) for place in apart)
    return frozenset(apart) if apart and all(nulls) and all(rule.must) else None


def _missing(subject: TableSubject, missing: frozenset[int], box: Box) -> Iterator[Finding]:
    names = listed(subject.axes[place].name for place in sorted(missing))
    others = tuple(
        axis.known if place in missing else box[place] for place, axis in enumerate(subject.axes)
    )
    where = region_words(subject, others)
    text = f"without {names} a patient gets no rule of {subject.decision!r}"
    if where != "all values":
        text += f", for example with {where}"
    claim = CHECKS["table.gap-missing"].claim(subject.about(), text)
    yield from shown(subject, claim, box, no_rule(subject))


@check("table.default-hides", numbers=(32,), severity=Severity.INFO, subject=Subject.TABLE)
def default_hides(subject: TableSubject) -> Iterator[Finding]:
    """A default, or a rule for everything, answers for patients that no other rule names.

    What it finds: the regions, with their share, that only the default output or a rule whose cells
    are all `-` answers.
    Why it matters: a default is meant for what was thought of; it also answers what was forgotten.
    Example: FIRST with rules for `< 110` and `>= 120`, then a rule with `-`: 115 falls to it.
    To repair: see whether each region is meant, and write a rule for those that are.
    """
    if not answers_always(subject):
        return
    general = [rule for rule in subject.rules if rule.must == tuple(a.full for a in subject.axes)]
    if not general and not has_default(subject):
        return
    rules = [rule for rule in subject.rules if rule not in general]
    found = uncovered(subject, rules, subject.known) if rules and all(subject.known) else None
    if found is None or not found.gaps:
        return
    part = share(subject.axes, [leaf for leaves in found.leaves for leaf in leaves])
    box = found.gaps[0]
    what = rules_words(general[:1]) if general else "the default"
    patient = subject.witness(subject.values(box))
    text = (
        f"{patient_words(subject, patient, box)} is answered by {what} of {subject.decision!r} "
        f"only; so is {percent(part)} of the inputs, in {counted(len(found.gaps), 'region')}"
    )
    claim = CHECKS["table.default-hides"].claim(subject.about(*general[:1]), text, share=part)
    names = {rule.rule.name for rule in general}

    def replay(each: Patient) -> str | None:
        seen = subject.seen(each)
        if seen is None:
            return None
        matched = {rule.rule.name for rule in seen.rules if rule.matched}
        return f"the engine: only {what} matches" if matched <= names else None

    yield from shown(subject, claim, box, replay)


@check("table.no-hit", numbers=(35,), severity=Severity.INFO, subject=Subject.TABLE)
def no_hit(subject: TableSubject) -> Iterator[Finding]:
    """A table that sums or compares its hits has none for some patient, and is then null.

    What it finds: an input that no rule covers in a COLLECT table with sum, min or max.
    Why it matters: a score without a hit is null, not 0, and null spreads to what uses it.
    Example: a score whose rules all name a risk factor: a patient without any has no score.
    To repair: add a rule that adds 0, or a default of 0.
    """
    if subject.table.aggregation is None or has_default(subject) or not all(subject.known):
        return
    found = uncovered(subject, list(subject.rules), subject.known)
    if found is None or not found.gaps:
        return
    box = found.gaps[0]
    part = share(subject.axes, [leaf for leaves in found.leaves for leaf in leaves])
    patient = subject.witness(subject.values(box))
    text = f"{patient_words(subject, patient, box)} has no hit in {subject.decision!r}: it is null"
    claim = CHECKS["table.no-hit"].claim(subject.about(), text, share=part)
    yield from shown(subject, claim, box, no_rule(subject))
