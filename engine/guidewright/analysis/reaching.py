"""Whether a patient can come to a region of a table whose columns are decisions.

In: a guideline, a table, a box over its axes. Out: a patient for whom the engine shows the fault,
or that there is none, or that it is not known. Checks of tables take decisions as they come; this
asks the solver what the decisions before the table can really be together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guidewright.analysis.axes import SCALES, Axis, Kind, Part
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal, ordered
from guidewright.analysis.findings import Patient
from guidewright.analysis.proofs import Proofs, Values, proofs_of
from guidewright.analysis.regions import Box
from guidewright.analysis.settling import shown_patient
from guidewright.analysis.solver import Answered
from guidewright.analysis.tables import Reached, SourceKind, TableSubject
from guidewright.analysis.terms import Condition, any_of, both, null_of, present
from guidewright.feel.code import Const, Op
from guidewright.feel.comparison import is_equal
from guidewright.feel.types import ANY
from guidewright.guideline.guide import Guideline

_NODE = Const(None, ANY, None)


def reach_in(
    guide: Guideline,
) -> Callable[[TableSubject, Box, Callable[[Patient], str | None]], Reached]:
    """Return how to reach a box of a table in a guideline."""

    def reach(subject: TableSubject, box: Box, replay: Callable[[Patient], str | None]) -> Reached:
        proofs = proofs_of(guide)
        conditions = []
        for axis, source, mask in zip(subject.axes, subject.sources, box, strict=True):
            if mask == axis.full:
                continue
            if source.kind is SourceKind.EXPRESSION:
                return Reached()
            condition = _condition(proofs, source.name, axis, mask)
            if condition is None:
                return Reached()
            conditions.append(condition)
        answer = proofs.ask(*conditions, *proofs.usual())
        if answer.answered is Answered.NO:
            answer = proofs.ask(*conditions)
        if answer.answered is Answered.NO:
            return Reached(never=proofs.certificate(*conditions))

        def shows(values: Any) -> bool:
            patient = proofs.patient(values)
            return replay(patient) is not None and _inside(subject, patient, box)

        found = shown_patient(proofs, answer, shows)
        if found is None:
            return Reached()
        small = proofs.smallest(found, shows)
        return Reached(proofs.patient(small), words=_who(proofs, small))

    return reach


def _who(proofs: Proofs, values: Values) -> str:
    known = any(
        value is not None and name not in proofs.guide.file.policy_inputs
        for name, value in values.items()
    )
    return f"a patient with {proofs.words(values)}" if known else "one of whom nothing is known"


def _condition(proofs: Proofs, name: str, axis: Axis, mask: int) -> Condition | None:
    """Return that a value lies in a set of parts; None when the parts are no plain values."""
    if mask & axis.known == axis.known and not mask & axis.mask(Kind.UNSEEN, Kind.NULL):
        return present(proofs.value(name))
    parts = []
    for part in axis.chosen(mask):
        condition = _is(proofs, name, axis, part)
        if condition is None:
            return None
        parts.append(condition)
    return any_of(parts)


def _inside(subject: TableSubject, patient: Patient, box: Box) -> bool:
    """Say whether the table sees values of the box; of lists, only whether they are there."""
    seen = subject.seen(patient)
    if seen is None:
        return False
    for given, place in zip(seen.inputs, subject.columns, strict=True):
        axis = subject.axes[place]
        if not any(_has(axis, part, given.value) for part in axis.chosen(box[place])):
            return False
    return True


def _has(axis: Axis, part: Part, value: Any) -> bool:
    """Say whether a value is of a part."""
    if value is None or part.kind is Kind.NULL:
        return value is None and part.kind is Kind.NULL
    if part.kind is Kind.GAP:
        rank = SCALES[axis.type].rank
        low, high = (None if end is None else rank(end) for end in (part.low, part.high))
        here = rank(value)
        return (low is None or low < here) and (high is None or here < high)
    return isinstance(value, list) or part.kind is Kind.OTHER or is_equal(value, part.value)


def _is(proofs: Proofs, name: str, axis: Axis, part: Part) -> Condition | None:
    encoder, term = proofs.encoded.encoder, proofs.value(name)
    if part.kind is Kind.NULL:
        return null_of(term)
    if part.kind is Kind.GAP:
        bounds = [(Op.GREATER, part.low), (Op.LESS, part.high)]
        tests = [
            ordered(encoder, op, term, constant(encoder, end), _NODE).true
            for op, end in bounds
            if end is not None
        ]
        return both(present(term), *tests)
    if part.kind in (Kind.OTHER, Kind.UNSEEN) or isinstance(part.value, list):
        return None
    return equal(encoder, term, constant(encoder, part.value), _NODE).true
