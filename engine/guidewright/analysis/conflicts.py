"""Contradictions: rules that speak for one patient and cannot both be followed.

In: a guideline. Out: one finding for each pair of statements that exclude each other for some
patient, across all tables of a section. What excludes what is the algebra of offers in
`guideline.options`; the patient is run, and the outcome must hold the conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.settling import Fault, settled
from guidewright.analysis.solver import certain
from guidewright.analysis.terms import Condition, any_of, both, present
from guidewright.analysis.words import listed
from guidewright.dmn.model import Rule
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role, SectionPlan
from guidewright.guideline.options import TEXT, compatible
from guidewright.guideline.outcome import Hit
from guidewright.guideline.provenance import basis_of


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A rule of a section, what it offers, and when it is chosen."""

    hit: Hit
    chosen: Condition


@check("guideline.conflict", numbers=(46, 4), severity=Severity.WARNING, subject=Subject.GUIDELINE)
def conflicts(guide: Guideline) -> Iterator[Finding]:
    """Two statements speak for one patient, and exclude each other.

    What it finds: in a section of the outcome, two groups of rules (of one table or of two) that
    are chosen for the same patient although their answers differ, or although no offer of the one
    agrees with any of the other. When the rules name the same ambiguity, the authors know of it,
    and the finding is for information.
    Why it matters: whoever follows the one sentence acts against the other.
    Example: mild deficiency takes tablets, pernicious anaemia takes injections; a patient has both.
    To repair: let one rule exclude the other's patients, or make the choice a policy.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["guideline.conflict"]
    for plan in guide.file.outcome:
        if plan.role not in (Role.ANSWER, Role.OPTIONS):
            continue
        groups = _groups(proofs, plan)
        for one, other in combinations(groups, 2):
            if not _exclude(plan, one, other):
                continue
            known = _ambiguities(one) & _ambiguities(other)
            finding = settled(
                proofs,
                mine,
                _fault(proofs, plan, one, other, known),
                any_of(offer.chosen for offer in one),
                any_of(offer.chosen for offer in other),
            )
            if finding is not None:
                yield finding


Group = Sequence[Offer]


def _groups(proofs: Proofs, plan: SectionPlan) -> list[Group]:
    """Return the rules that speak together: alternatives of one decision with the same statements.

    Answers stand alone, as each is compared with each; those that say the same are one group.
    """
    found: dict[Any, list[Offer]] = {}
    for name in plan.decisions:
        decision = proofs.encoded.decision(name)
        for table in decision.tables:
            for rule, chosen, output in zip(
                table.code.rules, table.chosen, table.outputs, strict=True
            ):
                value = certain(output, proofs.encoded.encoder)
                hit = _hit(name, table.code.plan.table, rule.rule, value)
                if hit is None:
                    continue
                spoken = both(chosen, present(decision.value))
                key: Any = (name, hit.statements)
                if plan.role is Role.ANSWER:
                    key = repr(_answer(hit)), hit.statements
                found.setdefault(key, []).append(Offer(hit, spoken))
    return list(found.values())


def _hit(name: str, table: Any, rule: Rule, known: tuple[Any] | None) -> Hit | None:
    """Return what a rule offers; None when that is computed."""
    if known is None:
        return None
    value = known[0]
    outputs = value if isinstance(value, dict) else {name: value}
    basis = basis_of(table, rule)
    text = outputs.get(TEXT)
    said = text if isinstance(text, str) else None
    return Hit(name, rule, outputs, said, basis.statements, basis.ambiguities)


def _answer(hit: Hit) -> dict[str, Any]:
    return {key: value for key, value in hit.outputs.items() if key != TEXT}


def _exclude(plan: SectionPlan, one: Group, other: Group) -> bool:
    if plan.role is Role.ANSWER:
        return repr(_answer(one[0].hit)) != repr(_answer(other[0].hit))
    return not any(compatible(plan.agree, a.hit, b.hit) for a in one for b in other)


def _ambiguities(group: Group) -> set[str]:
    return {each for offer in group for each in offer.hit.ambiguities}


def _fault(proofs: Proofs, plan: SectionPlan, one: Group, other: Group, known: set[str]) -> Fault:
    rules = [offer.hit.rule for offer in (*one, *other)]
    statements = {each for offer in (*one, *other) for each in offer.hit.statements}

    def shows(values: Values) -> bool:
        outcome = proofs.outcome(values)
        chosen = {id(hit.rule) for hit in outcome.hits()}
        both_speak = all(any(id(o.hit.rule) in chosen for o in group) for group in (one, other))
        return both_speak and any(
            conflict.section == plan.title and statements <= set(conflict.statements)
            for conflict in outcome.conflicts
        )

    def quick(values: Values) -> bool:
        names = {offer.hit.decision for offer in (*one, *other)}
        got = {name: proofs.guide.model.evaluate(values, name).value for name in sorted(names)}
        return all(any(_offered(got, offer.hit) for offer in group) for group in (one, other))

    def tell(patient: Values) -> str:
        chosen = {id(hit.rule) for hit in proofs.outcome(patient).hits()}
        says = ", and ".join(f"{_statements(g)}: {_said(g, chosen)}" for g in (one, other))
        told = f"; the authors know of it ({listed(sorted(known))})" if known else ""
        whom = f"{proofs.whom(patient)}"
        return f"two ways that exclude each other for {whom}: {says}{told}"

    return Fault(
        About(plan.title, tuple(r.span for r in rules), tuple(r.name for r in rules)),
        shows,
        tell,
        f"{_statements(one)} and {_statements(other)} contradict each other",
        list(plan.decisions),
        hint="let one rule exclude the other's patients, or make the choice a policy",
        severity=Severity.INFO if known else None,
        quick=quick,
    )


def _offered(decided: Mapping[str, Any], hit: Hit) -> bool:
    """Say whether a decision gives what the rule offers, without looking for the rule."""
    got = decided[hit.decision]
    wanted: Any = dict(hit.outputs) if len(hit.outputs) > 1 else next(iter(hit.outputs.values()))
    return wanted in got if isinstance(got, list) else bool(got == wanted)


def _statements(group: Group) -> str:
    return listed(group[0].hit.statements) or group[0].hit.rule.name


def _said(group: Group, chosen: set[int]) -> str:
    said = (
        offer.hit.sentence.strip().rstrip(".") for offer in group if id(offer.hit.rule) in chosen
    )
    return " / ".join(f"“{each}”" for each in dict.fromkeys(said))
