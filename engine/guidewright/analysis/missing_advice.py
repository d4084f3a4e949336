"""Inputs whose absence gives weaker advice than some value they could have had.

In: a guideline. Out: one finding an input, with two patients who differ in that input only.
Boundary patients are tried first; where none shows it, the solver is asked with a second patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guidewright.analysis.checks import CHECKS, Check, Subject, check
from guidewright.analysis.findings import About, Finding, Pair, unknown, violated
from guidewright.analysis.graphs import rules_of
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.solver import Answered
from guidewright.analysis.terms import NOTHING, any_of, both, negation, present
from guidewright.errors import Severity
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role

TRIED = 30  # patients tried for each input
SHOWN = 2  # sentences
ENOUGH = 2  # of those that show it, tried for whether the outcome keeps silent


@check("guideline.missing-weaker", numbers=(36,), severity=Severity.INFO, subject=Subject.GUIDELINE)
def missing_gives_less(guide: Guideline) -> Iterator[Finding]:
    """Without a datum a patient is told less than with some value of it.

    What it finds: for each input, a patient who is told something in the outcome, and is not told
    it when that one datum is missing. It is a warning when the outcome without the datum does not
    list it as missing: then nobody knows that there was more to say.
    Why it matters: missing data are normal, and must not look like a healthy value.
    Example: a cell `not("severe")` is true when the severity is unknown; tablets are given.
    To repair: give a missing value a rule of its own, or test for the values that are meant.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["guideline.missing-weaker"]
    carried = guide.file.policy_inputs
    for name in proofs.encoded.inputs:
        if name not in carried:
            yield from _of_input(proofs, mine, name)


def _of_input(proofs: Proofs, mine: Check, name: str) -> Iterator[Finding]:
    found = list(_tried(proofs, name))
    if not found:
        answer, values = _asked(proofs, name)
        if answer is Answered.UNDECIDED:
            text = f"whether less is said without {name!r} could not be decided"
            yield unknown(mine.claim(About(name, proofs.places(name)), text))
        if values is None:
            return
        found = [values]
    silent = [values for values in found if not _is_told(proofs, name, values)]
    yield _finding(proofs, mine, name, (silent or found)[0], silent=bool(silent))


def _tried(proofs: Proofs, name: str) -> Iterator[dict[str, Any]]:
    """Yield patients who are told less without the datum, under the default readings."""
    usual = {each.input: each.default for each in proofs.guide.file.policies.values()}
    values = [value for value in proofs.samples()[name] if value is not None]
    shown = 0
    for turn, sampled in enumerate(proofs.sampled(TRIED if values else 0)):
        patient = {**sampled, **usual, name: values[turn % len(values)]}
        if proofs.is_real(patient) and _lost(proofs, name, patient):
            yield patient
            shown += 1
            if shown == ENOUGH:
                return


def _asked(proofs: Proofs, name: str) -> tuple[Answered, dict[str, Any] | None]:
    """Ask the solver for a rule that is chosen with the datum and not without."""
    without = proofs.encoded.variant({name: NOTHING})
    lost = []
    for decision in _decisions(proofs):
        one, two = proofs.encoded.decision(decision), without.decision(decision)
        for (_, chosen), (_, other) in zip(rules_of(one.tables), rules_of(two.tables), strict=True):
            kept = both(present(two.value), any_of(other))
            lost.append(both(present(one.value), any_of(chosen), negation(kept)))
    answer = proofs.ask(present(proofs.value(name)), any_of(lost), *proofs.real(without))
    if answer.values is None:
        return answer.answered, None
    values = dict(answer.values)
    if not _lost(proofs, name, values):  # another rule says the same
        return Answered.NO, None
    return Answered.YES, values


def _decisions(proofs: Proofs) -> list[str]:
    plans = (plan for plan in proofs.guide.file.outcome if plan.role is not Role.GAPS)
    return list(dict.fromkeys(normal(name) for plan in plans for name in plan.decisions))


def _lost(proofs: Proofs, name: str, values: Values) -> bool:
    """Say whether some decision of the outcome says less without the datum."""
    full, less = proofs.decided(values), proofs.decided({**values, name: None})
    return any(_more(full[each], less[each]) for each in _decisions(proofs))


def _more(full: Any, less: Any) -> bool:
    """Say whether a value has something that the other has not."""
    had = full if isinstance(full, list) else ([] if full is None else [full])
    kept = less if isinstance(less, list) else [less]
    return any(each not in kept for each in had)


def _is_told(proofs: Proofs, name: str, values: Values) -> bool:
    """Say whether the outcome without the datum lists it as missing."""
    outcome = proofs.outcome({**values, name: None})
    return any(each.name == name for each in outcome.missing)


def _finding(proofs: Proofs, mine: Check, name: str, values: Values, *, silent: bool) -> Finding:
    def shows(patient: Values) -> bool:
        if patient.get(name) is None or not _lost(proofs, name, patient):
            return False
        return not silent or not _is_told(proofs, name, patient)

    patient = proofs.smallest(values, lambda each: _lost(proofs, name, each), keep=[name])
    if not shows(patient):
        patient = proofs.smallest(values, shows, keep=[name])
    others = {key: value for key, value in patient.items() if key != name}
    lost = _lost_sentences(proofs, name, patient)
    sentences = " ".join(f"“{each}”" for each in lost[:SHOWN])
    sentences += f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    told = (
        "and the outcome does not list it as missing"
        if silent
        else "but the outcome lists it as missing"
    )
    known = proofs.words({name: patient[name]})
    text = f"{proofs.whom(others)} is told {sentences} with {known}, and not without it, {told}"
    severity = Severity.WARNING if silent else mine.severity
    hint = "give a missing value a rule of its own, or test for the values that are meant"
    claim = mine.claim(About(name, proofs.places(name)), text, hint=hint, severity=severity)
    pair = Pair(proofs.patient(patient), proofs.patient(others))
    return violated(claim, pair, lambda each: _replayed(proofs, name, each))


def _lost_sentences(proofs: Proofs, name: str, values: Values) -> list[str]:
    full, less = proofs.outcome(values), proofs.outcome({**values, name: None})
    said = {hit.sentence for hit in less.hits()}
    wanted: Mapping[str, None] = dict.fromkeys(
        hit.sentence for hit in full.hits() if hit.decision in _decisions(proofs)
    )
    lost = [each for each in wanted if each not in said]
    return lost or list(wanted)[:1]


def _replayed(proofs: Proofs, name: str, pair: Pair) -> str | None:
    if pair.second.inputs.get(name) is not None or not _lost(proofs, name, pair.first.inputs):
        return None
    lost = _lost_sentences(proofs, name, pair.first.inputs)
    return f"said with {name!r} only: {' '.join(lost)}"
