"""Count how many patients came to each state, took each way and fired each rule.

In: a guideline and outcomes, of its cases or of a cohort. Out: a `Tally`: numbers only, by names of
the model. No value of a patient is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from guidewright.analysis.decision_trees import Node, Tree, named, way_through
from guidewright.analysis.tables import subjects_of
from guidewright.analysis.tree_proof import tree_of
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.walk import taken_ways, walk_patient

Answer = tuple[str, str, tuple[tuple[str, str], ...]]  # section, status, rules with their decisions


@dataclass(slots=True)
class Tally:
    """How many patients; `ends` are nodes of a table's tree, by decision and name.

    Decisions are spelt normally. `asked` counts the patients for whom a table was asked.
    """

    patients: int = 0
    states: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[Answer] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class CountedCohort:
    """A cohort as numbers: `refused` rows by the code of the message."""

    name: str
    rows: int
    refused: Mapping[str, int]
    tally: Tally


def tally(guideline: Guideline, outcomes: Iterable[tuple[Outcome, int]]) -> Tally:
    """Count outcomes, each with how many patients have just these data."""
    found, trees = Tally(), dict(_trees(guideline))
    for outcome, times in outcomes:
        found.patients += times
        _tables(found, trees, outcome, times)
        for answer in _answers(outcome):
            found.answers[answer] += times
        if guideline.graph is not None:
            instance = walk_patient(guideline, outcome)
            found.states.update(dict.fromkeys(instance.path, times))
            found.ways.update(dict.fromkeys(taken_ways(guideline.graph, instance), times))
    return found


def _trees(guideline: Guideline) -> Iterator[tuple[str, tuple[Tree, Mapping[int, str]]]]:
    """Yield the tables that have a tree, with the names of its nodes."""
    for subject in subjects_of(guideline):
        tree = tree_of(subject)
        if isinstance(tree, Tree):
            yield subject.decision, (tree, {id(node): name for name, node in named(tree.root)})


def _tables(
    found: Tally,
    trees: Mapping[str, tuple[Tree, Mapping[int, str]]],
    outcome: Outcome,
    times: int,
) -> None:
    for decided in outcome.trace.decisions:
        if not decided.tables:
            continue
        decision, table = normal(decided.decision.name), decided.tables[-1]
        found.asked[decision] += times
        for rule in table.chosen:
            found.rules[decision, rule.rule.name] += times
        if decision in trees:
            tree, names = trees[decision]
            passed: tuple[Node, ...] = way_through(tree, [each.value for each in table.inputs])
            for node in passed:
                found.ends[decision, names[id(node)]] += times


def _answers(outcome: Outcome) -> Iterator[Answer]:
    """Yield what each section says, by the rules it rests on: texts could tell of a patient."""
    for section in outcome.sections:
        hits = [hit for option in section.options for hit in option.hits]
        rules = [(hit.decision, hit.rule.name) for hit in hits]
        yield section.title, section.status.value, tuple(dict.fromkeys(rules))
