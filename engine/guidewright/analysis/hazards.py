"""Checks of computed values: outputs that become null, operations that have no result.

In: a guideline. Out: findings, each with a patient of whom everything is known and for whom the
engine gives null, or refuses and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.encoded_model import DecisionTerms
from guidewright.analysis.encoder import Hazard
from guidewright.analysis.findings import About, Finding
from guidewright.analysis.graphs import inputs_behind
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.settling import Fault, settled
from guidewright.analysis.solver import certain
from guidewright.analysis.terms import Condition, Row, Term, both, null_of, present
from guidewright.dmn.table import RuleCode
from guidewright.errors import Code, Severity
from guidewright.guideline.guide import Guideline
from guidewright.source import Span


@check("decision.refused", numbers=(38,), severity=Severity.ERROR, subject=Subject.GRAPH)
def refused_operations(guide: Guideline) -> Iterator[Finding]:
    """An operation has no result for some patient: a division by zero, the root of a negative.

    What it finds: a division, root or logarithm that is reached with operands for which FEEL gives
    null, for a patient whose data are allowed.
    Why it matters: the null travels on and may end as "no rule applies".
    Example: a dose per kilogram, where a weight of 0 is allowed.
    To repair: exclude the value in the item definition, or test for it before.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["decision.refused"]
    for decision in list(proofs.encoded.decisions()):
        told: set[Span | None] = set()
        for hazard in decision.hazards:
            if hazard.node.span in told:
                continue
            finding = settled(proofs, mine, _refusal(proofs, decision, hazard), hazard.when)
            if finding is not None:
                told.add(hazard.node.span)
                yield finding


def _refusal(proofs: Proofs, decision: DecisionTerms, hazard: Hazard) -> Fault:
    span = hazard.node.span
    text = " ".join(span.text.split()) if span is not None else "an operation"

    def shows(values: Values) -> bool:
        notes = proofs.guide.model.evaluate(values, decision.name).notes
        return any(each.code is Code.REFUSED and each.span == span for each in notes)

    return Fault(
        About(decision.name, (span,) if span is not None else ()),
        shows,
        lambda patient: f"`{text}` is {hazard.reason} for {proofs.whom(patient)}",
        f"`{text}` is ever {hazard.reason}",
        [decision.name],
        hint="exclude the value in the item definition, or test for it before",
    )


@check("decision.null-output", numbers=(37,), severity=Severity.WARNING, subject=Subject.GRAPH)
def null_outputs(guide: Guideline) -> Iterator[Finding]:
    """A computed value is null although everything it needs is known.

    What it finds: a rule that fires, or a decision without a table, whose computed value is null
    for a patient of whom all inputs behind it are known. Outputs written as `null` are not meant.
    Why it matters: the answer is empty, and nothing is missing that could be asked for.
    Example: an output `weight * dose per kilogram` where the dose is given for adults only.
    To repair: let the expression cover every case, or let the rule ask for what it needs.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["decision.null-output"]
    for decision in list(proofs.encoded.decisions()):
        inputs = inputs_behind(proofs, [decision])
        there = [present(proofs.value(name)) for name in inputs]
        for about, subject, null in _computed(proofs, decision):
            fault = _emptiness(proofs, decision, inputs, about, subject)
            finding = settled(proofs, mine, fault, null, *there)
            if finding is not None:
                yield finding


def _computed(proofs: Proofs, decision: DecisionTerms) -> Iterator[tuple[About, str, Condition]]:
    """Yield (place, words, when it is null) of each value of a decision that is computed."""
    steps = proofs.guide.model.steps
    if not decision.tables:
        required = [proofs.encoded.term(key) for key in decision.step.inputs
                    if steps[key].value is None]  # fmt: skip
        known = [present(term) for term in required if not isinstance(term, Row)]
        about = About(decision.name, (decision.step.element.name_span,))
        yield about, f"{decision.name!r}", both(null_of(decision.value), *known)
        return
    for table in decision.tables:
        for rule, fires, output in zip(table.code.rules, table.chosen, table.outputs, strict=True):
            if certain(output, proofs.encoded.encoder) is None:
                about = About(decision.name, (rule.rule.span,), (rule.rule.name,))
                yield about, _output_words(rule), both(fires, _null(output))


def _null(output: Term) -> Condition:
    return null_of(output)


def _output_words(rule: RuleCode) -> str:
    return f"the output of rule {rule.rule.name}"


def _emptiness(
    proofs: Proofs, decision: DecisionTerms, inputs: Sequence[str], about: About, subject: str
) -> Fault:
    def shows(values: Values) -> bool:
        if any(values.get(name) is None for name in inputs):
            return False
        if not about.rules:
            return proofs.decided(values).get(decision.name) is None
        return _rule_gives_null(proofs, values, decision, about.rules[0])

    return Fault(
        about,
        shows,
        lambda patient: f"{subject} is null for {proofs.whom(patient)}",
        f"{subject} is ever null with all data known",
        [decision.name],
        hint="let the expression cover every case",
        keep=inputs,
    )


def _rule_gives_null(proofs: Proofs, values: Values, decision: DecisionTerms, rule: str) -> bool:
    traced = proofs.trace(values).decision(decision.name)
    chosen: Any = [r for table in (traced.tables if traced else ()) for r in table.chosen]
    for each in chosen:
        if each.rule.name == rule and each.outputs is not None:
            return any(value is None for value in each.outputs.values())
    return False
