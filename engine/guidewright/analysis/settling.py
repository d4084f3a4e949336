"""From the solver's answer to a finding: replayed, searched for, or honestly left open.

In: a question, what the engine must show, and words for a patient. Out: one finding, or None when
the answer is no. What the solver believes and the engine does not show is searched for among
boundary patients; if none is found the finding says so, with the expressions that stand in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from guidewright.analysis.checks import Check
from guidewright.analysis.findings import About, Claim, Finding, Patient, unknown, violated
from guidewright.analysis.proofs import Proofs, Shows, Values
from guidewright.analysis.solver import Answer, Answered
from guidewright.analysis.terms import Condition
from guidewright.errors import Severity


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A fault to look for: its conditions, what shows it in the engine, and how it is told.

    `tell` makes the sentence for a patient; `subject` stands in its place where there is none.
    `names` are the decisions it rests on, `keep` the inputs that must stay known. `hint` says what
    to do; `quick` is a cheaper question that `shows` implies, to make the patient smaller with.
    """

    about: About
    shows: Shows
    tell: Callable[[Values], str]
    subject: str
    names: Sequence[str]
    hint: str | None = None
    keep: Iterable[str] = ()
    severity: Severity | None = None  # when it is not that of the check
    quick: Shows | None = None

    def claim(self, check: Check, text: str) -> Claim:
        """Return the claim of a check in these words."""
        more = {"severity": self.severity} if self.severity is not None else {}
        return check.claim(self.about, text, hint=self.hint, **more)


def settled(proofs: Proofs, check: Check, fault: Fault, *conditions: Condition) -> Finding | None:
    """Return a finding when some patient satisfies the conditions, or when that is not known.

    A patient under the default readings of all policies is looked for first.
    """
    answer = proofs.ask(*conditions, *proofs.usual())
    if answer.answered is Answered.NO:
        answer = proofs.ask(*conditions)
    if answer.answered is Answered.NO:
        return None
    found = shown_patient(proofs, answer, _quickly(fault))
    if found is None:
        why = answer.reason or proofs.atoms(fault.names) or "the engine does not show it"
        text = f"whether {fault.subject} could not be decided: {why}"
        return unknown(fault.claim(check, text))
    patient = _smallest(proofs, fault, found)
    claim = fault.claim(check, fault.tell(patient))
    return violated(claim, proofs.patient(patient), lambda each: said(fault, each))


def _quickly(fault: Fault) -> Shows:
    """Return what shows a fault, with the cheaper question asked first."""
    quick = fault.quick
    if quick is None:
        return fault.shows
    return lambda values: quick(values) and fault.shows(values)


def _smallest(proofs: Proofs, fault: Fault, found: Values) -> Values:
    if fault.quick is not None:
        small = proofs.smallest(found, fault.quick, fault.keep)
        if fault.shows(small):
            return small
    return proofs.smallest(found, fault.shows, fault.keep)


def said(fault: Fault, patient: Patient) -> str | None:
    """Run the engine with a witness; return what it shows, or None."""
    return f"the engine shows it: {fault.subject}" if fault.shows(patient.inputs) else None


def shown_patient(proofs: Proofs, answer: Answer, shows: Shows) -> Values | None:
    """Return a patient for whom the engine shows the fault: the solver's, or one near."""
    start = answer.values
    if start is not None and proofs.is_real(start) and shows(start):
        return start
    return proofs.search(shows, start)
