"""Which missing data could still change what the guideline says to one patient, and what to ask.

In: a guideline, a patient, readings. Out: `MissingData`: for each missing input the different
advice its answers lead to, with values for each, and the order in which to ask. Advice is the same
when the same rules are chosen in all sections of the outcome but the gaps, and the same of their
outputs are known; where only computed values differ, such as an amount, these are told apart, too.
Values at the bounds of all cells are tried in the engine; that no other value leads elsewhere is
what the solver is asked.

The order: first the input that alone changes the earliest section of the outcome; among equals the
one whose answers lead to the most different advice; then the order of guideline.yaml. An input that
changes nothing alone but may once others are known comes after all of those. All inputs that are
listed are together the smallest set after which nothing else can change the advice: each of them
can, and what is not listed cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.analysis.comparing import differs
from guidewright.analysis.encoded_model import EncodedModel
from guidewright.analysis.encoding import constant
from guidewright.analysis.proofs import Proofs, proofs_of
from guidewright.analysis.solver import Answered, Questions
from guidewright.analysis.terms import (
    NOTHING,
    Condition,
    Record,
    Term,
    all_of,
    any_of,
    both,
    negation,
    present,
    same,
)
from guidewright.dmn.model import DecisionTable
from guidewright.dmn.trace import DecisionTrace, RuleTrace, TableTrace
from guidewright.feel.names import normal
from guidewright.feel.text import literal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role
from guidewright.guideline.options import TEXT
from guidewright.guideline.outcome import Option, Outcome, plain
from guidewright.guideline.patient import read_patient, read_policies
from guidewright.source import Span

MOST_ADVICE = 12  # different advice of one input that is looked for
Values = Mapping[str, Any]
Label = tuple[str, int, str]  # decision, row, and an output that is known, or "" for the rule
Advice = frozenset[Label]


@dataclass(frozen=True, slots=True)
class Change:
    """What one section of the outcome says then and does not say now, and the other way round."""

    section: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Values of an input that lead to the same advice, and how it differs from what is said now."""

    values: tuple[Any, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A missing input: what its answers lead to when all else stays as it is.

    `answers` of a question that changes nothing alone is empty; it may still matter once other
    data are known. `exact` says that no other answer leads to other advice.
    """

    input: str
    ask: str | None
    answers: tuple[Answer, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class MissingData:
    """The questions worth asking, the first first; and the missing inputs that change nothing.

    `undecided` are inputs of which it is not known whether they could matter.
    """

    questions: tuple[Question, ...]
    irrelevant: tuple[str, ...]
    undecided: tuple[str, ...]


def missing_data(
    guide: Guideline,
    patient: Mapping[str, object],
    policies: Mapping[str, str] | None = None,
    *,
    places: Mapping[str, Span] | None = None,
) -> MissingData:
    """Return which missing inputs could still change the advice for a patient.

    Takes what `Guideline.evaluate` takes, and raises what it raises.
    """
    known = read_patient(guide.file, guide.model, patient, places)
    readings = read_policies(guide.file, policies or {})
    carried = {guide.file.policies[name].input: each for name, each in readings.items()}
    return _Finder(proofs_of(guide), {**known, **carried}).found()


class _Finder:
    def __init__(self, proofs: Proofs, values: Values) -> None:
        self._proofs = proofs
        file = proofs.guide.file
        self._now: dict[str, Any] = {name: values.get(name) for name in proofs.encoded.inputs}
        plans = [plan for plan in file.outcome if plan.role is not Role.GAPS]
        self._decisions = list(dict.fromkeys(normal(n) for p in plans for n in p.decisions))
        self._outcome = proofs.outcome(self._now)
        encoder = proofs.encoded.encoder
        self._fixed = {
            name: constant(encoder, value) for name, value in self._now.items() if value is not None
        }
        self._open: EncodedModel | None = None  # where missing data may have any value
        self._as_is: EncodedModel | None = None

    def found(self) -> MissingData:
        """Return the whole answer."""
        questions, irrelevant, undecided = [], [], []
        for name in self._missing():
            alone = self._alone(name)
            if alone.answers:
                questions.append(alone)
                continue
            together = self._together(name)
            if together is Answered.YES:
                questions.append(alone)
            elif together is Answered.NO and alone.exact:
                irrelevant.append(name)
            else:
                undecided.append(name)
        return MissingData(tuple(self._in_order(questions)), tuple(irrelevant), tuple(undecided))

    def _missing(self) -> Iterator[str]:
        """Yield the inputs without a value that some part of the outcome rests on."""
        keys = [self._proofs.key(name) for name in self._decisions]
        behind = {key for goal in keys for key in self._proofs.encoded.cone(goal)}
        for name, value in self._now.items():
            if value is None and self._proofs.key(name) in behind:
                yield name

    def _in_order(self, questions: Sequence[Question]) -> list[Question]:
        titles = [plan.title for plan in self._proofs.guide.file.outcome]
        listed = [*self._proofs.guide.file.inputs]

        def place(each: Question) -> tuple[int, int, int]:
            touched = [titles.index(c.section) for a in each.answers for c in a.changes]
            known = listed.index(each.input) if each.input in listed else len(listed)
            return min(touched, default=len(titles)), -len(each.answers), known

        return sorted(questions, key=place)

    # one input alone ----------------------------------------------------------------------------

    def _alone(self, name: str) -> Question:
        """Find the different advice that values of one input lead to."""
        meaning = self._proofs.guide.file.inputs.get(name)
        classes: dict[Advice, list[Any]] = {self._advice(self._now): []}
        samples = (value for value in self._proofs.samples()[name] if value is not None)
        for value in sorted(samples, key=_simplicity):
            if len(classes) <= MOST_ADVICE:
                self._take(classes, name, value)
        exact = self._others(classes, name)
        found = list(classes.values())[1:] or self._by_value(name)
        answers = [
            Answer(tuple(values), self._changes({**self._now, name: values[0]})) for values in found
        ]
        ask = meaning.ask if meaning is not None else None
        return Question(name, ask, tuple(answers), exact)

    def _by_value(self, name: str) -> list[list[Any]]:
        """Put values together that give the same, where only computed values differ from now."""
        now = self._values(self._now)
        classes: dict[str, list[Any]] = {}
        for value in self._proofs.samples()[name]:
            changed = {**self._now, name: value}
            if value is not None and len(classes) < MOST_ADVICE and self._proofs.is_real(changed):
                classes.setdefault(self._values(changed), []).append(value)
        return [values for given, values in classes.items() if given != now]

    def _take(self, classes: dict[Advice, list[Any]], name: str, value: Any) -> bool:
        """Put a value to those that lead to the same advice; False when it is a new one."""
        changed = {**self._now, name: value}
        if not self._proofs.is_real(changed):
            return True
        advice = self._advice(changed)
        known = advice in classes
        classes.setdefault(advice, []).append(value)
        return known

    def _advice(self, values: Values) -> Advice:
        """Return which rules the outcome rests on."""
        trace = self._proofs.trace(values, self._decisions)
        return frozenset(
            (name, rule.rule.row, output)
            for name in self._decisions
            for table in _tables(trace.decision(name))
            for rule in table.chosen
            for output in ("*", *_known_outputs(rule))
        )

    def _values(self, values: Values) -> str:
        """Return all that the decisions of the outcome give, as text."""
        decided = self._proofs.decided(values)
        return literal([decided[name] for name in self._decisions])

    def _others(self, classes: dict[Advice, list[Any]], name: str) -> bool:
        """Ask the solver for values that lead elsewhere until there are none.

        Returns False when it stops before that.
        """
        term = self._proofs.encoded.inputs[name]
        model = self._closed().variant({name: term})
        rules = list(self._rules(model))
        questions = self._questions(model, {name: term})
        questions.assume(present(term))
        while len(classes) <= MOST_ADVICE:
            answer = questions.ask(*(negation(_leads_to(rules, each)) for each in classes))
            if answer.values is None:
                return answer.answered is Answered.NO
            if self._take(classes, name, answer.values[name]):
                return False  # the solver sees a difference where the engine sees none
        return False

    def _closed(self) -> EncodedModel:
        """Return the model of this patient, whose missing data stay missing."""
        if self._as_is is None:
            self._as_is = self._variant(dict.fromkeys(self._missing(), NOTHING))
        return self._as_is

    def _variant(self, changed: Mapping[str, Term]) -> EncodedModel:
        made = self._proofs.encoded.variant({**self._fixed, **changed})
        for each in self._decisions:
            made.term(self._proofs.key(each))
        return made

    def _rules(self, model: EncodedModel) -> Iterator[tuple[Label, Condition]]:
        """Yield when each rule of the outcome is chosen, and when each of its outputs is known."""
        for name in self._decisions:
            decision = model.decision(name)
            for table in decision.tables:
                for rule, chosen, output in zip(
                    table.code.rules, table.chosen, table.outputs, strict=True
                ):
                    here = both(present(decision.value), chosen)
                    row = rule.rule.row
                    yield (name, row, "*"), here
                    for key, part in _parts(table.code.plan.table, output).items():
                        yield (name, row, key), both(here, present(part))

    def _changes(self, values: Values) -> tuple[Change, ...]:
        """Say how the advice differs from what is said now, by section."""
        return tuple(_changes(self._outcome, self._proofs.outcome(values)))

    # together with others -------------------------------------------------------------------------

    def _together(self, name: str) -> Answered:
        """Ask whether an input could matter once other missing data are known."""
        encoded = self._proofs.encoded
        if self._open is None:
            self._open = self._variant({})
        step = encoded.model.steps[self._proofs.key(name)]
        other, domain = encoded.fresh_input(step)
        twin = self._open.variant({name: other})
        differ = any_of(
            differs(encoded.encoder, self._open.decision(each), twin.decision(each))
            for each in self._decisions
        )
        questions = self._questions(self._open, {**self._open.inputs, f"other {name}": other})
        questions.assume(*domain, *self._proofs.real(twin))
        answer = questions.ask(differ)
        if answer.values is None:
            return answer.answered
        first = {**self._now, **{n: answer.values[n] for n in self._missing()}}
        second = {**first, name: answer.values[f"other {name}"]}
        return Answered.YES if self._values(first) != self._values(second) else Answered.UNDECIDED

    def _questions(self, model: EncodedModel, inputs: Mapping[str, Term]) -> Questions:
        questions = Questions(model.encoder, inputs, self._proofs.encoded.domains)
        questions.assume(*self._proofs.real(model))
        return questions


def _leads_to(rules: Iterable[tuple[Label, Condition]], advice: Advice) -> Condition:
    return all_of(same(holds, label in advice) for label, holds in rules)


def _parts(table: DecisionTable, output: Term) -> Mapping[str, Term]:
    """Return the outputs of a rule by the names that a trace gives them."""
    if len(table.outputs) > 1 and isinstance(output, Record):
        return output.entries
    return {table.outputs[0].name or "": output}


def _known_outputs(rule: RuleTrace) -> Iterator[str]:
    return (key for key, value in (rule.outputs or {}).items() if value is not None)


def _tables(decision: DecisionTrace | None) -> Sequence[TableTrace]:
    return decision.tables if decision is not None and decision.value is not None else ()


def _simplicity(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _changes(now: Outcome, then: Outcome) -> Iterator[Change]:
    for before, after in zip(now.sections, then.sections, strict=True):
        if before.role is Role.GAPS:
            continue
        said, says = _sentences(before.options), _sentences(after.options)
        old, new = _computed(before.options), _computed(after.options)
        both_say = old.keys() & new.keys()
        changed = [key for key in new if key in both_say and old[key] != new[key]]
        gained = [each for each in says if each not in said]
        gained += [f"{key[1]}: {new[key]}" for key in changed if new[key] is not None]
        lost = [each for each in said if each not in says]
        lost += [f"{key[1]}: {old[key]}" for key in changed if old[key] is not None]
        if gained or lost:
            yield Change(before.title, tuple(gained), tuple(lost))


def _computed(options: Sequence[Option]) -> dict[tuple[str, str], str | None]:
    """Return the outputs beside the sentence of each rule that speaks, by rule and name."""
    return {
        (f"{hit.decision}: {hit.rule.row}", key): plain(value) if value is not None else None
        for option in options
        for hit in option.hits
        for key, value in hit.outputs.items()
        if key != TEXT and hit.text
    }


def _sentences(options: Sequence[Option]) -> list[str]:
    return list(dict.fromkeys(each for option in options for each in option.sentences))
