"""Decide the properties of `properties.yaml` that are about decisions, for every patient at once.

In: a guideline with properties. Out: one finding a property: proved, violated with a patient the
engine was run for, or unknown and why. The properties about ways are in `property_paths`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch
from typing import Any

from guidewright.analysis.checks import CHECKS, Check, Subject, check
from guidewright.analysis.comparing import differs
from guidewright.analysis.encoded_model import EncodedModel
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.findings import (
    About,
    Claim,
    Finding,
    Pair,
    Patient,
    excluded,
    proved,
    unknown,
    violated,
)
from guidewright.analysis.graphs import rules_of
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.properties import (
    Always,
    Never,
    NeverRules,
    PathClaim,
    Property,
    SameWhatever,
    SomeRule,
)
from guidewright.analysis.settling import Fault, settled
from guidewright.analysis.solver import Answered, Questions
from guidewright.analysis.terms import Condition, Term, all_of, any_of, negation
from guidewright.analysis.words import listed
from guidewright.errors import Severity
from guidewright.feel.code import Const
from guidewright.feel.names import normal
from guidewright.feel.text import literal
from guidewright.feel.types import ANY
from guidewright.guideline.guide import Guideline

NODE = Const(None, ANY, None)


@check("property.decisions", numbers=(63, 65), severity=Severity.ERROR, subject=Subject.GUIDELINE)
def decision_properties(guide: Guideline) -> Iterator[Finding]:
    """A property of `properties.yaml` does not hold for some patient.

    What it finds: for each property about decisions, whether it holds for every patient whom the
    domains of the inputs and the constraints allow, under every reading of the policies that it
    does not fix. It is proved, or violated with a patient.
    Why it matters: a safety property is what the committee promises; this says whether the tables
    keep it, for all patients and not for a sample.
    Example: nobody with severe neurological symptoms is offered tablets only.
    To repair: follow the patient through the tables with `guidewright explain`, and correct them or
    the property.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["property.decisions"]
    for each in proofs.properties.properties:
        if isinstance(each.claim, PathClaim):
            continue
        if isinstance(each.claim, SameWhatever):
            continue
        breaks, shows, names = broken(each.claim, proofs)
        fault = _fault(proofs, each, shows, names)
        finding = settled(proofs, mine, fault, breaks, *meant(proofs, each))
        yield finding or proved(mine.claim(fault.about, f"{each.id} holds: {each.text}"))


@check("property.same", numbers=(66,), severity=Severity.ERROR, subject=Subject.GUIDELINE)
def same_whatever(guide: Guideline) -> Iterator[Finding]:
    """Two patients who differ only in what must not matter are answered differently.

    What it finds: for each property with `same whatever`, two patients with the same data but for
    the inputs named, and different values of the decisions named; or a proof that there are none.
    Why it matters: a protected attribute must not change care unless the source says so.
    Example: the dose differs by ethnicity and by nothing else.
    To repair: find the column that looks at the attribute, and ask the source for its reason.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["property.same"]
    for each in proofs.properties.properties:
        if isinstance(each.claim, SameWhatever):
            yield from _same_whatever(proofs, mine, each, each.claim)


@check("property.vacuous", numbers=(50, 63), severity=Severity.WARNING, subject=Subject.GUIDELINE)
def vacuous_properties(guide: Guideline) -> Iterator[Finding]:
    """A property is about no patient at all.

    What it finds: a property whose `for` is true for no patient that the domains and constraints
    allow, or constraints that exclude everybody. Whatever it claims is then proved.
    Why it matters: the proof looks like safety and says nothing.
    Example: `for: age < 18 and diagnosis = "confirmed" and severity = "very severe"`.
    To repair: correct the condition, or the constraint.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["property.vacuous"]
    if proofs.properties.constraints and proofs.possible().answered is Answered.NO:
        spans = tuple(each.span for each in proofs.properties.constraints)
        claim = mine.claim(About("constraints", spans), "the constraints exclude every patient")
        yield _certain(proofs, claim)
        return
    for each in proofs.properties.properties:
        conditions = meant(proofs, each)
        if conditions and proofs.possible(*conditions).answered is Answered.NO:
            text = f"{each.id} is about no patient: its condition is never true"
            yield _certain(proofs, mine.claim(About(each.id, (each.span,)), text), *conditions)


def _certain(proofs: Proofs, claim: Claim, *conditions: Condition) -> Finding:
    return excluded(claim, proofs.certificate(*conditions), "no patient satisfies it")


def meant(proofs: Proofs, each: Property) -> list[Condition]:
    """Return when a patient, and the readings in force, are those a property is about."""
    encoder = proofs.encoded.encoder
    conditions: list[Condition] = []
    if each.whom is not None:
        conditions.append(proofs.truth(each.whom).true)
    for policy, reading in each.readings.items():
        carrier = proofs.value(proofs.guide.file.policies[policy].input)
        conditions.append(equal(encoder, carrier, constant(encoder, reading), NODE).true)
    return conditions


def is_meant(proofs: Proofs, each: Property, values: Values) -> bool:
    """Say whether the engine holds a patient for one whom a property is about."""
    policies = proofs.guide.file.policies
    if any(values.get(policies[p].input) != reading for p, reading in each.readings.items()):
        return False
    return each.whom is None or proofs.holds(each.whom, values) is True


def _fault(proofs: Proofs, each: Property, shows: Shows, names: list[str]) -> Fault:
    def shown(values: Values) -> bool:
        return is_meant(proofs, each, values) and shows(values)

    looked_at = list(each.whom.names) if each.whom is not None else []
    known = f"; the authors know of it ({listed(each.known)})" if each.known else ""
    return Fault(
        About(each.id, (each.span,)),
        shown,
        lambda patient: (
            f"{each.id} does not hold for {proofs.whom(patient)}: {each.text.rstrip('.')}{known}"
        ),
        f"{each.id} holds ({each.text})",
        [*names, *looked_at],
        hint="follow the patient with `guidewright explain`; correct the tables or the property",
        severity=Severity.INFO if each.known else None,
    )


# claims -----------------------------------------------------------------------------------------

Shows = Callable[[Values], bool]
Broken = tuple[Condition, Shows, list[str]]


@singledispatch
def broken(claim: Any, proofs: Proofs) -> Broken:
    """Return when a claim is broken, what shows it in the engine, and what it looks at."""
    raise TypeError(f"no claim about decisions: {claim!r}")


@broken.register
def _never(claim: Never, proofs: Proofs) -> Broken:
    condition = claim.condition
    names = list(condition.names)
    return proofs.truth(condition).true, lambda v: proofs.holds(condition, v) is True, names


@broken.register
def _always(claim: Always, proofs: Proofs) -> Broken:
    condition = claim.condition
    names = list(condition.names)
    broken_when = negation(proofs.truth(condition).true)
    return broken_when, lambda v: proofs.holds(condition, v) is not True, names


@broken.register
def _never_rules(claim: NeverRules, proofs: Proofs) -> Broken:
    wanted = set(claim.rules)
    return any_of(_chosen(proofs, wanted)), lambda v: bool(_rules(proofs, v) & wanted), []


@broken.register
def _some_rule(claim: SomeRule, proofs: Proofs) -> Broken:
    wanted = set(claim.rules)
    none = all_of(negation(each) for each in _chosen(proofs, wanted))
    return none, lambda v: not _rules(proofs, v) & wanted, []


def _chosen(proofs: Proofs, wanted: set[str]) -> list[Condition]:
    return [
        any_of(conditions)
        for decision in proofs.encoded.decisions()
        for rule, conditions in rules_of(decision.tables)
        if rule.id in wanted
    ]


def _rules(proofs: Proofs, values: Values) -> set[str | None]:
    return {
        rule.rule.id
        for decision in proofs.trace(values).decisions
        for table in decision.tables
        for rule in table.chosen
    }


# the same whatever --------------------------------------------------------------------------------


def _same_whatever(
    proofs: Proofs, mine: Check, each: Property, claim: SameWhatever
) -> Iterator[Finding]:
    """Ask for two patients who differ in these inputs only, and are answered differently."""
    about = About(each.id, (each.span,))
    other = another(proofs, claim.inputs)
    differ = any_of(_differ(proofs, other, name) for name in claim.decisions)
    twin = {f"other {name}": other.input(name) for name in claim.inputs}
    questions = Questions(
        proofs.encoded.encoder, {**proofs.encoded.inputs, **twin}, proofs.questions.assumed
    )
    answer = questions.ask(differ, *meant(proofs, each), *proofs.real(other))
    if answer.answered is Answered.NO:
        yield proved(mine.claim(about, f"{each.id} holds: {each.text}"))
        return
    if answer.values is None:
        yield unknown(mine.claim(about, f"whether {each.id} holds is not known: {answer.reason}"))
        return
    first = {name: answer.values[name] for name in proofs.encoded.inputs}
    second = {**first, **{name: answer.values[f"other {name}"] for name in claim.inputs}}
    if not _answers_differ(proofs, claim, first, second):
        why = proofs.atoms(claim.decisions) or "the engine does not show it"
        yield unknown(mine.claim(about, f"whether {each.id} holds is not known: {why}"))
        return
    text = (
        f"{each.id} does not hold: {proofs.whom(first)} and one who differs in "
        f"{proofs.words({name: second[name] for name in claim.inputs})} are answered differently"
    )
    pair = Pair(Patient(first), Patient(second))
    yield violated(mine.claim(about, text), pair, lambda p: _said(proofs, claim, p))


def another(proofs: Proofs, changed: tuple[str, ...]) -> EncodedModel:
    """Return the model of a second patient, who may differ in these inputs."""
    encoded = proofs.encoded
    fresh: dict[str, Term] = {}
    for name in changed:
        step = encoded.model.steps[proofs.key(name)]
        fresh[name], domain = encoded.fresh_input(step)
        encoded.encoder.axioms.extend(domain)
    return encoded.variant(fresh)


def _differ(proofs: Proofs, other: EncodedModel, name: str) -> Condition:
    return differs(proofs.encoded.encoder, proofs.encoded.decision(name), other.decision(name))


def _answers_differ(proofs: Proofs, claim: SameWhatever, first: Values, second: Values) -> bool:
    one, two = proofs.decided(first), proofs.decided(second)
    return any(literal(one[normal(n)]) != literal(two[normal(n)]) for n in claim.decisions)


def _said(proofs: Proofs, claim: SameWhatever, pair: Pair) -> str | None:
    one, two = proofs.decided(pair.first.inputs), proofs.decided(pair.second.inputs)
    changed: Mapping[str, tuple[str, str]] = {
        name: (literal(one[name]), literal(two[name]))
        for name in claim.decisions
        if literal(one[name]) != literal(two[name])
    }
    if not changed:
        return None
    return listed(f"{name!r} is {a} for one, {b} for the other" for name, (a, b) in changed.items())
