"""Which small faults in the tables the author's own cases would not notice.

In: a guideline and its cases. Out: a `Score`: how many mutants some case fails on, and those that
pass them all, each with its place and a patient who would tell. A mutant is one table with one
small edit. Only that table is compiled again, all mutants of it at once; a mutant that is proved to
give every patient the same advice is no fault, and is not counted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guidewright.analysis.difference import without_defaults
from guidewright.analysis.difference_axes import space_of
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_search import Search
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.mutants import Mutant, mutants_of
from guidewright.dmn import Model, build, model
from guidewright.dmn.evaluation import value_of
from guidewright.dmn.model import DecisionTable, Definitions
from guidewright.dmn.runnable import load_models
from guidewright.dmn.steps import Step
from guidewright.dmn.trace import DecisionTrace
from guidewright.errors import GuidewrightError
from guidewright.feel.names import normal
from guidewright.feel.runtime import Runtime
from guidewright.guideline.cases import CaseFile, CaseResult, run_case
from guidewright.guideline.guide import Guideline

SEARCH = 500  # boxes looked at for a patient who tells a survivor


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"  # a case fails
    SURVIVED = "survived"  # no case fails, and a patient is known whose advice differs
    EQUIVALENT = "equivalent"  # proved: nobody's advice differs
    UNKNOWN = "unknown"  # no case fails, and no patient was found; counted as survived
    REFUSED = "refused"  # the edit makes a model that cannot be loaded; not counted


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant and its fate; `patient` would tell it, `before` and `after` are what he is told."""

    mutant: Mutant
    fate: Fate
    case: str | None = None
    patient: Mapping[str, Any] | None = None
    decision: str | None = None
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Score:
    """All mutants; `value` is the share of those that count which some case notices."""

    tried: tuple[Tried, ...]

    def of(self, fate: Fate) -> tuple[Tried, ...]:
        """Return the mutants of one fate."""
        return tuple(each for each in self.tried if each.fate is fate)

    @property
    def survivors(self) -> tuple[Tried, ...]:
        """The mutants that no case notices."""
        return self.of(Fate.SURVIVED) + self.of(Fate.UNKNOWN)

    @property
    def value(self) -> float:
        """Between 0 and 1; 1 when there is nothing to notice."""
        killed = len(self.of(Fate.KILLED))
        counted = killed + len(self.survivors)
        return killed / counted if counted else 1.0


def mutate(
    guide: Guideline,
    cases: CaseFile,
    *,
    only: Sequence[str] = (),
    progress: Callable[[str, int], None] = lambda decision, count: None,
) -> Score:
    """Return how many small faults the cases of a guideline would notice.

    `only` names decisions, by default all with a table. `progress` is told each table before its
    mutants are tried.
    """
    trial = _Trial(guide, cases)
    tables = [
        (decision, decision.logic)
        for decision in guide.model.definitions.decisions
        if isinstance(decision.logic, DecisionTable) and (not only or decision.name in only)
    ]
    tried: list[Tried] = []
    for decision, table in tables:
        mutants = list(mutants_of(decision, table, guide.file))
        progress(decision.name, len(mutants))
        tried.extend(trial.of_table(decision, mutants))
    return Score(tuple(tried))


class _Trial:
    """The cases of a guideline, run once; what each gave every decision."""

    def __init__(self, guide: Guideline, cases: CaseFile) -> None:
        self._guide = guide
        results = [run_case(guide, case) for case in cases.cases]
        self._passing = [each for each in results if each.passed and each.outcome is not None]
        self._seen = [_seen(each) for each in self._passing]
        self._version = Version(guide.model)
        named = [name for plan in guide.file.outcome for name in plan.decisions]
        self._goals = list(dict.fromkeys(named)) or list(self._version.decisions)

    def of_table(self, decision: model.Decision, mutants: Sequence[Mutant]) -> Iterator[Tried]:
        step = self._guide.model.step_of(decision.name)
        compiled = _compiled(self._guide.model, decision, mutants)
        alive: list[tuple[Mutant, Model]] = []
        for mutant, other in zip(mutants, compiled, strict=True):
            if other is None:
                yield Tried(mutant, Fate.REFUSED)
                continue
            changed = self._guide.model.with_step(_instead(step, other))
            case = self._noticed(step, other, changed)
            if case is not None:
                yield Tried(mutant, Fate.KILLED, case)
            else:
                alive.append((mutant, changed))
        yield from self._survivors(decision, alive)

    def _noticed(self, step: Step, other: Step, changed: Model) -> str | None:
        """Return a case that fails on the mutant."""
        names = [normal(self._guide.model.steps[key].element.name) for key in step.inputs]
        guide = dataclasses.replace(self._guide, model=changed)
        for result, seen in zip(self._passing, self._seen, strict=True):
            name = normal(step.element.name)
            if name not in seen:
                continue
            arguments = [seen.get(each) for each in names]
            value = value_of(Runtime(), other, arguments)
            if value_key(value) == value_key(seen[name]):
                continue
            if not run_case(guide, result.case).passed:
                return result.case.id
        return None

    def _survivors(
        self, decision: model.Decision, alive: Sequence[tuple[Mutant, Model]]
    ) -> Iterator[Tried]:
        """Look for a patient who tells each mutant, or prove that there is none."""
        if not alive:
            return
        name = self._version.name_of(self._guide.model.step_of(decision.name).key)
        versions = [self._version.changed(name, changed) for _, changed in alive]
        space = space_of((self._version, *versions), (self._guide.file,) * (len(versions) + 1))
        for place, (mutant, changed) in enumerate(alive, 1):
            pair = space.pair(0, place)
            search = Search((self._version, versions[place - 1]), pair)
            found = search.differences(self._goals, SEARCH, first=True)
            if not found.differ:
                yield Tried(mutant, Fate.UNKNOWN if found.unknown else Fate.EQUIVALENT)
                continue
            patient = pair.patient(found.differ[0][0])
            yield self._told(mutant, changed, patient)

    def _told(self, mutant: Mutant, changed: Model, patient: Mapping[str, Any]) -> Tried:
        """Run the patient through both, and tell the first decision that differs."""
        names = [self._version.node(each).step.element.name for each in self._goals]
        before = self._guide.model.evaluate(patient, names).value
        after = changed.evaluate(patient, names).value
        for name in names:
            one, other = before[normal(name)], after[normal(name)]
            if value_key(one) != value_key(other):
                shown = without_defaults(self._guide.file, patient)
                return Tried(mutant, Fate.SURVIVED, None, shown, name, one, other)
        raise AssertionError(f"{mutant} answers {patient} as the table itself does")


def _seen(result: CaseResult) -> dict[str, Any]:
    """Return the values of inputs and decisions in a case."""
    assert result.outcome is not None  # noqa: S101 - asked by the caller
    trace = result.outcome.trace
    decisions: Sequence[DecisionTrace] = trace.decisions
    return {
        **{normal(name): value for name, value in trace.inputs.items()},
        **{normal(each.decision.name): each.value for each in decisions},
    }


def _instead(step: Step, other: Step) -> Step:
    """Return the step of a decision with the logic of a mutant."""
    assert isinstance(step.element, model.Decision)  # noqa: S101 - it has a table
    assert isinstance(other.element, model.Decision)  # noqa: S101 - it has a table
    element = dataclasses.replace(step.element, logic=other.element.logic)
    return dataclasses.replace(
        step, function=other.function, element=element, lower=other.lower, inputs=other.inputs
    )


# compiling ---------------------------------------------------------------------------------------


def _compiled(of: Model, decision: model.Decision, mutants: Sequence[Mutant]) -> list[Step | None]:
    """Compile all mutants of a decision at once; None for one that has faults."""
    names = [f"{decision.name} {number}" for number in range(len(mutants))]
    made = [
        dataclasses.replace(decision, id=f"mutant-{number}", name=name, logic=mutant.table)
        for number, (name, mutant) in enumerate(zip(names, mutants, strict=True))
    ]
    around = _around(of, decision)
    imported = _imported(of)
    try:
        whole = build([_with(around, made), *imported])
    except GuidewrightError:
        return [_alone(around, each, imported) for each in made]
    return [whole.step_of(name) for name in names]


def _alone(
    around: Definitions, made: model.Decision, imported: Sequence[Definitions]
) -> Step | None:
    try:
        return build([_with(around, [made]), *imported]).step_of(made.name)
    except GuidewrightError:
        return None


def _with(around: Definitions, made: Sequence[model.Decision]) -> Definitions:
    return dataclasses.replace(around, elements=(*around.elements, *made))


def _imported(of: Model) -> list[Definitions]:
    """Return the models that this one imports, read from the files beside it."""
    definitions = of.definitions
    return load_models(definitions.span.place.file)[1:] if definitions.imports else []


def _around(of: Model, decision: model.Decision) -> Definitions:
    """Return the model without what the decision does not need; other decisions have no logic."""
    definitions = of.definitions
    key = of.step_of(decision.name).key
    functions = any(of.steps[each].value is not None for each in of.graph.targets(key))
    if functions:  # what they rest on is not looked into: all stays but the decision itself
        kept = [each for each in definitions.elements if each is not decision]
        return dataclasses.replace(definitions, elements=tuple(kept))
    needed = {each[1] for each in of.graph.targets(key)}
    elements = [_without_logic(each) for each in definitions.elements if each.id in needed]
    return dataclasses.replace(definitions, elements=tuple(elements))


def _without_logic(element: model.DrgElement) -> model.DrgElement:
    if isinstance(element, model.Decision):
        return dataclasses.replace(element, logic=None, requirements=())
    return element
