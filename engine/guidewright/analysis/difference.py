"""What changed between two versions, and for which patients: `guidewright.diff(before, after)`.

In: two guidelines, or two DMN models. Out: a `Difference`: what the authors changed, the classes
of patients whose advice changes, each with a patient who was run through both versions, and which
decisions differ for whom. What was not found to differ is proved equal; what could not be decided
is told as unknown, never as equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from guidewright.analysis.difference_axes import Space, space_of
from guidewright.analysis.difference_classes import class_words, merged
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_search import NODES, Found, Search
from guidewright.analysis.difference_texts import (
    Change,
    changes_of,
    model_changes,
)
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.findings import ReplayError, Verdict
from guidewright.analysis.regions import Box
from guidewright.dmn import Model
from guidewright.errors import CallError
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.patient import read_policies

Subject = Guideline | Model
DETAIL = 500


@dataclass(frozen=True, slots=True)
class Options:
    """How two versions are compared.

    `readings` fixes policies by name; without `all_readings` the others have their defaults, each
    version its own. `limit` is the number of cases that are looked at for one question, `detail`
    that for a decision whose own logic did not change.
    """

    readings: Mapping[str, str] | None = None
    all_readings: bool = False
    limit: int = NODES
    detail: int = DETAIL


@dataclass(frozen=True, slots=True)
class PatientClass:
    """Patients for whom a decision changes in one way.

    `share` is their part of the input space, of patients whose data are complete. `patient` is one
    of them; `before` and `after` are the values that the two versions gave when they were run,
    `no_longer` and `now` the sentences of a guideline's outcome that only one of them has.
    """

    words: str
    conditions: Mapping[str, str]
    share: Fraction
    decision: str
    patient: Mapping[str, Any]
    before: Any
    after: Any
    no_longer: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownClass:
    """Patients for whom it could not be told; `patient` is one whose answers do differ, if any."""

    words: str
    why: str
    patient: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The classes of one question, the largest first; no class and nothing unknown is a proof."""

    classes: tuple[PatientClass, ...]
    unknown: tuple[UnknownClass, ...]
    share: Fraction
    cases: int

    @property
    def verdict(self) -> Verdict:
        """`proved` equal, `violated` by a patient, or `unknown`."""
        if self.classes or any(each.patient is not None for each in self.unknown):
            return Verdict.VIOLATED
        return Verdict.UNKNOWN if self.unknown else Verdict.PROVED


@dataclass(frozen=True, slots=True)
class DecisionDifference:
    """One decision that is not proved equal; `own` when its own logic was changed."""

    decision: str
    own: bool
    compared: Compared


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Two versions compared.

    `advice` compares all decisions that make up the outcome (of a model: all decisions) at once.
    `only_before` and `only_after` are decisions that one version does not have. `same_logic` counts
    the decisions whose own logic was not changed.
    """

    changes: tuple[Change, ...]
    advice: Compared
    decisions: tuple[DecisionDifference, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    same_logic: int
    all_readings: bool
    units: Mapping[str, str]

    @property
    def verdict(self) -> Verdict:
        """`proved` when every patient gets the same advice of both versions."""
        if self.only_before or self.only_after:
            return self.advice.verdict if self.advice.classes else Verdict.VIOLATED
        return self.advice.verdict


def diff(before: Subject, after: Subject, options: Options | None = None) -> Difference:
    """Compare two versions of a guideline, or two DMN models."""
    chosen = options or Options()
    return _Comparison(before, after, chosen).difference()


@dataclass(eq=False)
class _Comparison:
    before: Subject
    after: Subject
    options: Options

    def difference(self) -> Difference:
        one, other = self.versions
        shared = [each for each in one.decisions if each in other.names]
        only_before = tuple(each for each in one.decisions if each not in other.names)
        only_after = tuple(each for each in other.decisions if each not in one.names)
        own = {
            each for each in shared if one.node(each).fingerprint != other.node(each).fingerprint
        }
        goals = [each for each in self._goals() if each in shared]
        return Difference(
            tuple(self._changes()),
            self._compared(goals, self.options.limit, outcome=True),
            tuple(self._decisions(shared, goals, own)),
            only_before,
            only_after,
            len(shared) - len(own),
            self.options.all_readings,
            {axis.name: axis.unit for axis in self.space.axes},
        )

    # what is compared ---------------------------------------------------------------------------

    @cached_property
    def versions(self) -> tuple[Version, Version]:
        return Version(_model(self.before)), Version(_model(self.after))

    @cached_property
    def files(self) -> tuple[GuidelineFile | None, GuidelineFile | None]:
        return _file(self.before), _file(self.after)

    @cached_property
    def readings(self) -> tuple[dict[str, str], dict[str, str]]:
        """The fixed readings by input, for each version."""
        return self._fixed(self.files[0]), self._fixed(self.files[1])

    def _fixed(self, file: GuidelineFile | None) -> dict[str, str]:
        if file is None:
            return {}
        asked = self.options.readings or {}
        known = {name: each for name, each in asked.items() if name in file.policies}
        readings = read_policies(file, known)
        return {
            file.policies[name].input: each
            for name, each in readings.items()
            if name in known or not self.options.all_readings
        }

    @cached_property
    def space(self) -> Space:
        return space_of(self.versions, self.files, self.readings)

    @cached_property
    def search(self) -> Search:
        return Search(self.versions, self.space)

    def _goals(self) -> Iterable[str]:
        """Return the decisions that make up the advice."""
        named = [
            decision
            for file in self.files
            if file is not None
            for plan in file.outcome
            for decision in plan.decisions
        ]
        return dict.fromkeys(named) if named else self.versions[0].decisions

    def _changes(self) -> Iterator[Change]:
        if isinstance(self.before, Guideline) and isinstance(self.after, Guideline):
            yield from changes_of(self.before, self.after)
        else:
            before, after = _model(self.before), _model(self.after)
            yield from model_changes(before.definitions, after.definitions)

    # classes ------------------------------------------------------------------------------------

    def _decisions(
        self, shared: Sequence[str], goals: Sequence[str], own: set[str]
    ) -> Iterator[DecisionDifference]:
        for name in shared:
            if name in own or name in goals:
                limit = self.options.limit if name in own else self.options.detail
                compared = self._compared([name], limit, outcome=False)
                if name in own or compared.verdict is not Verdict.PROVED:
                    yield DecisionDifference(name, name in own, compared)

    def _compared(self, goals: Sequence[str], limit: int, *, outcome: bool) -> Compared:
        found = self.search.differences(goals, limit)
        whom = "advice" if outcome and isinstance(self.before, Guideline) else None
        boxes = merged((box, whom or label) for box, label in found.differ)
        classes = [self._class(box, goals, whom) for box, _ in boxes]
        classes.sort(key=lambda each: (-each.share, len(each.conditions), each.words))
        unknown = tuple(self._unknown(found, goals))
        total = sum((self.search.share(box) for box, _ in found.differ), Fraction(0))
        return Compared(tuple(classes), unknown, total, found.boxes)

    def _class(self, box: Box, goals: Sequence[str], whom: str | None) -> PatientClass:
        patient = self.space.patient(box)
        values = self._run(patient, goals)
        goal = next((each for each in goals if _differ(values, each)), None)
        words = class_words(self.space.axes, box)
        if goal is None:
            raise ReplayError(f"both versions answer {patient} alike, who is one of: {words}")
        told = self._told(patient) if whom is not None else ((), ())
        axes = self.space.axes
        return PatientClass(
            words,
            {
                axis.name: class_words([axis], (mask,))
                for axis, mask in zip(axes, box, strict=True)
                if mask != axis.full
            },
            self.search.share(box),
            goal,
            self._shown(patient),
            values[0][goal],
            values[1][goal],
            *told,
        )

    def _unknown(self, found: Found, goals: Sequence[str]) -> Iterator[UnknownClass]:
        for box, why in merged(found.unknown):
            patient = self.space.patient(box)
            values = self._run(patient, goals)
            shown = self._shown(patient) if any(_differ(values, each) for each in goals) else None
            yield UnknownClass(class_words(self.space.axes, box), why, shown)

    def _shown(self, patient: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a patient without the readings that both versions have anyway."""
        for file in self.files:
            patient = without_defaults(file, patient) if file is not None else patient
        return patient

    # running ------------------------------------------------------------------------------------

    def _run(self, patient: Mapping[str, Any], goals: Sequence[str]) -> tuple[Any, Any]:
        """Return the values of decisions for a patient, from the engine, for both versions."""
        found = []
        for version, fixed in zip(self.versions, self.readings, strict=True):
            given = {**patient, **fixed}
            known = {name: each for name, each in given.items() if name in version.inputs}
            names = [version.node(each).step.element.name for each in goals]
            value = version.model.evaluate(known, names).value if names else {}
            found.append(dict(zip(goals, value.values(), strict=True)))
        return found[0], found[1]

    def _told(self, patient: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the sentences of the outcome that only one version has."""
        one, other = (
            _sentences(subject, fixed, patient)
            for subject, fixed in zip((self.before, self.after), self.readings, strict=True)
        )
        return (
            tuple(each for each in one if each not in other),
            tuple(each for each in other if each not in one),
        )


def _model(subject: Subject) -> Model:
    return subject.model if isinstance(subject, Guideline) else subject


def _file(subject: Subject) -> GuidelineFile | None:
    return subject.file if isinstance(subject, Guideline) else None


def _differ(values: tuple[Any, Any], goal: str) -> bool:
    return bool(value_key(values[0][goal]) != value_key(values[1][goal]))


def _sentences(subject: Subject, fixed: Mapping[str, str], patient: Mapping[str, Any]) -> list[str]:
    """Return what a guideline tells a patient, a line a sentence, or why it refuses the data."""
    assert isinstance(subject, Guideline)  # noqa: S101 - asked by the caller
    file = subject.file
    carriers = file.policy_inputs
    given = {
        name: as_given(file, name, value) for name, value in patient.items() if name not in carriers
    }
    readings = {
        carriers[name].name: str(value)
        for name, value in {**patient, **fixed}.items()
        if name in carriers
    }
    try:
        outcome = subject.evaluate(given, readings)
    except CallError as fault:
        return [f"refused: {note.text}" for note in fault.notes]
    return list(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    for section in outcome.sections:
        for option in section.options:
            for sentence in option.sentences:
                yield f"{section.title}: {sentence}"
    for conflict in outcome.conflicts:
        yield f"{conflict.section}: conflict of {', '.join(conflict.statements)}"
    for gap in outcome.gaps:
        yield f"{gap.section}: {gap.text}"


def without_defaults(file: GuidelineFile, patient: Mapping[str, Any]) -> dict[str, Any]:
    """Return a patient without policies that have their default reading."""
    carriers = file.policy_inputs
    return {
        name: value
        for name, value in patient.items()
        if name not in carriers or value != carriers[name].default
    }


def as_given(file: GuidelineFile, name: str, value: Any) -> Any:
    """Return a FEEL value as a caller of `Guideline.evaluate` writes it: quantities with units."""
    meaning = file.inputs.get(name)
    if value is not None and meaning is not None and meaning.unit is not None:
        return {"value": value, "unit": meaning.unit.code}
    return value
