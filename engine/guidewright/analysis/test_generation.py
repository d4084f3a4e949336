"""Patients made from the tables: one a rule, its boundaries, each cell alone, each input missing.

In: a guideline. Out: `Generated` patients with what each was made for, as few as needed, and what
the model says of them *now*. Whether that is right is for clinicians to say: nothing is reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from guidewright.analysis.axes import SCALES, Axis, Kind, type_of_value
from guidewright.analysis.cell_tests import ANY_VALUE, CellTest
from guidewright.analysis.difference import as_given
from guidewright.analysis.difference_axes import Space, space_of
from guidewright.analysis.difference_cells import Open
from guidewright.analysis.difference_search import Search, split
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.regions import Box, whole
from guidewright.analysis.words import value_words
from guidewright.errors import CallError
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome

CASES = 2_000  # boxes looked at for one patient; then there is none


class Purpose(StrEnum):
    """What a patient is for."""

    RULE = "rule"  # the rule is chosen
    BOUNDARY = "boundary"  # a threshold, or one unit beside it
    CELL = "cell"  # the rule would match but for this cell (MC/DC)
    NULL = "null"  # the value that this cell looks at is missing


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing to be tried: `detail` is a column, or an input with a value."""

    purpose: Purpose
    decision: str
    rule: str
    detail: str = ""

    @property
    def words(self) -> str:
        """The objective as a phrase."""
        match self.purpose:
            case Purpose.RULE:
                return f"rule {self.rule} of {self.decision!r} is chosen"
            case Purpose.BOUNDARY:
                return f"{self.detail}, a boundary of rule {self.rule}"
            case Purpose.CELL:
                return f"only {self.detail!r} keeps rule {self.rule} from matching"
            case Purpose.NULL:
                return f"{self.detail!r} is missing for rule {self.rule}"


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A patient (FEEL values by input), readings by policy, what for, and what the model says."""

    patient: Mapping[str, Any]
    readings: Mapping[str, str]
    objectives: tuple[Objective, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Suite:
    """The patients; `unreached` are rules for which none was found, with the reason."""

    cases: tuple[Generated, ...]
    unreached: Mapping[str, str]


@dataclass(eq=False)
class _Candidate:
    values: dict[str, Any]
    objectives: set[Objective] = field(default_factory=set)


def generate(guide: Guideline) -> Suite:
    """Return patients for every rule, boundary, cell and missing input of a guideline's tables."""
    return _Generation(guide).suite()


class _Generation:
    def __init__(self, guide: Guideline) -> None:
        self._guide = guide
        version = Version(guide.model)
        self._version = version
        self._space = space_of((version, version), (guide.file, guide.file))
        self._reach = Reach(Search((version, version), self._space))
        self._candidates: dict[Any, _Candidate] = {}
        self._unreached: dict[str, str] = {}

    def suite(self) -> Suite:
        for name in self._version.decisions:
            if self._version.node(name).table is not None:
                self._of_table(name)
        made = [self._evaluated(each) for each in self._candidates.values()]
        return Suite(tuple(_fewest([each for each in made if each is not None])), self._unreached)

    # candidates ---------------------------------------------------------------------------------

    def _of_table(self, name: str) -> None:
        table = self._version.node(name).table
        assert table is not None  # noqa: S101 - asked by the caller
        for place, rule in enumerate(table.table.rules):
            patient = self._chosen(name, place, rule.name)
            if patient is None:
                continue
            for column, test in enumerate(table.tests[place]):
                if test is not ANY_VALUE:
                    self._of_cell(name, place, rule.name, column, test, patient)

    def _chosen(self, name: str, place: int, rule: str) -> dict[str, Any] | None:
        """Return a patient for whom the engine chooses a rule."""
        tried = 0
        for box in self._reach.boxes(name, place):
            values = self._space.patient(box)
            tried += 1
            if self._chooses(values, name, rule):
                self._add(values, Objective(Purpose.RULE, name, rule))
                return values
            if tried > TRIES:
                break
        reason = "rules before it take its patients" if tried else "no patient matches it"
        if self._reach.gave_up:
            reason = "no patient was found"
        self._unreached[f"{name}: {rule}"] = reason
        return None

    def _of_cell(
        self,
        name: str,
        place: int,
        rule: str,
        column: int,
        test: CellTest,
        patient: Mapping[str, Any],
    ) -> None:
        table = self._version.node(name).table
        assert table is not None  # noqa: S101 - asked by the caller
        shown = table.columns[column].expression
        without = next(self._reach.boxes(name, place, but=column), None)
        if without is not None:
            values = self._space.patient(without)
            self._add(values, Objective(Purpose.CELL, name, rule, shown))
        source = table.columns[column].name
        if source not in self._space.place:
            return
        axis = self._space.axes[self._space.place[str(source)]]
        for value in _boundaries(axis, test, self._step(axis)):
            words = f"{axis.name} {value_words(value)}"
            objective = Objective(Purpose.BOUNDARY, name, rule, words)
            self._add({**patient, axis.name: value}, objective)
        if axis.mask(Kind.NULL):
            values = {key: each for key, each in patient.items() if key != axis.name}
            self._add(values, Objective(Purpose.NULL, name, rule, shown))

    def _step(self, axis: Axis) -> Fraction | None:
        meaning = self._guide.file.inputs.get(axis.name)
        if meaning is not None and meaning.decimals is not None:
            return Fraction(1, 10**meaning.decimals)
        return None

    def _add(self, values: Mapping[str, Any], objective: Objective) -> None:
        key = tuple(sorted((name, repr(value)) for name, value in values.items()))
        candidate = self._candidates.setdefault(key, _Candidate(dict(values)))
        candidate.objectives.add(objective)

    # the engine ---------------------------------------------------------------------------------

    def _evaluate(self, values: Mapping[str, Any]) -> tuple[dict[str, str], Outcome] | None:
        """Return what the guideline says; None for a value that it refuses."""
        carriers = self._guide.file.policy_inputs
        given = {
            name: as_given(self._guide.file, name, value)
            for name, value in values.items()
            if name not in carriers
        }
        readings = {
            carriers[name].name: str(value)
            for name, value in values.items()
            if name in carriers and value != carriers[name].default
        }
        try:
            return readings, self._guide.evaluate(given, readings)
        except CallError:
            return None

    def _chooses(self, values: Mapping[str, Any], name: str, rule: str) -> bool:
        done = self._evaluate(values)
        return done is not None and (name, rule) in _chosen_rules(done[1])

    def _evaluated(self, candidate: _Candidate) -> Generated | None:
        done = self._evaluate(candidate.values)
        if done is None:
            return None
        readings, outcome = done
        hit = {Objective(Purpose.RULE, *each) for each in _chosen_rules(outcome)}
        carriers = self._guide.file.policy_inputs
        patient = {name: each for name, each in candidate.values.items() if name not in carriers}
        objectives = tuple(sorted(candidate.objectives | hit, key=_order))
        return Generated(patient, readings, objectives, outcome)


TRIES = 200  # patients that match a rule and are taken by others, before it is given up
_PURPOSES = list(Purpose)


def _order(objective: Objective) -> tuple[int, str, str, str]:
    place = _PURPOSES.index(objective.purpose)
    return place, objective.decision, objective.rule, objective.detail


def _chosen_rules(outcome: Outcome) -> set[tuple[str, str]]:
    return {
        (each.decision.name, rule.rule.name)
        for each in outcome.trace.decisions
        for table in each.tables
        for rule in table.chosen
    }


def _boundaries(axis: Axis, test: CellTest, step: Fraction | None) -> Iterator[Any]:
    """Yield the thresholds of a cell, and the values one unit of the data beside them."""
    scale = SCALES.get(axis.type)
    if scale is None:
        return
    for cut in test.cuts or ():
        if type_of_value(cut) != axis.type:
            continue
        rank = scale.rank(cut)
        unit = step or scale.step or _last_digit(cut)
        ends = scale.low, scale.high
        for each in (rank - unit, rank, rank + unit):
            if (ends[0] is None or each >= ends[0]) and (ends[1] is None or each <= ends[1]):
                yield scale.value(each)


def _last_digit(value: Any) -> Fraction:
    """Return the unit of the last digit that a number is written with."""
    exponent = Decimal(value).as_tuple().exponent
    return Fraction(1, 10 ** max(-int(exponent), 0))


def _fewest(made: Sequence[Generated]) -> Iterator[Generated]:
    """Yield patients until every objective is met, those that meet most first."""
    open_ = {each for case in made for each in case.objectives}
    left = list(made)
    while open_:
        best = max(left, key=lambda case: (len(open_ & set(case.objectives)), -len(case.patient)))
        met = open_ & set(best.objectives)
        yield Generated(best.patient, best.readings, tuple(sorted(met, key=_order)), best.outcome)
        open_ -= met
        left.remove(best)


# reaching a rule ---------------------------------------------------------------------------------


class Reach:
    """Finds patients whose values satisfy the cells of a rule, through the requirement graph."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.gave_up = False

    def boxes(self, name: str, rule: int, *, but: int | None = None) -> Iterator[Box]:
        """Yield boxes in which all cells of a rule hold, but for one that does not."""
        space: Space = self._search.space
        todo = [whole(space.axes)]
        looked_at = 0
        self.gave_up = False
        while todo:
            box = todo.pop()
            looked_at += 1
            if looked_at > CASES:
                self.gave_up = True
                return
            state = self._state(name, rule, but, box)
            if state is True:
                yield box
            elif isinstance(state, Open):
                if state.axis is None:
                    self.gave_up = True
                else:
                    inside, outside = split(box, state.axis, state.mask)
                    todo.extend((outside, inside))

    def _state(self, name: str, rule: int, but: int | None, box: Box) -> bool | Open:
        """Say whether the cells are as wanted for all of a box, or where to split."""
        for column, truth in self._search.cells(0, name, box, rule):
            if isinstance(truth, Open):
                return truth
            if truth is (column == but):
                return False
        return True
