"""A whole requirement graph as z3 terms: inputs within their domains, decisions on top of them.

In: a compiled model. Out: `EncodedModel`: the term of each element, what always holds of real
inputs, the terms of every table, and which expressions are atoms. Decisions are encoded when they
are asked for, with all they need; business knowledge models and services stand in place of calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import z3

from guidewright.analysis import encoding_lists, encoding_tables
from guidewright.analysis.encoder import Encoder, Hazard, Opaque
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_tables import TableTerms
from guidewright.analysis.terms import (
    NOTHING,
    Bag,
    Condition,
    Record,
    Row,
    Scalar,
    Slot,
    Term,
    Unknown,
    all_of,
    either,
    negation,
    null_of,
    present,
    where,
)
from guidewright.dmn import Model
from guidewright.dmn.cells import read_box
from guidewright.dmn.items import Constraint, Item
from guidewright.dmn.model import Decision, DecisionService, InputData, Reference
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Step
from guidewright.feel import types
from guidewright.feel.names import normal
from guidewright.feel.temporal.dates import day_number
from guidewright.feel.temporal.durations import DAY
from guidewright.feel.types import STRING, ContextType, ListType, Type

_ = (encoding_lists, encoding_tables)  # importing them registers their rules
_BOUND = re.compile(r"count\(\s*\?\s*\)\s*(<=|<)\s*(\d{1,2})\b")
# what solver values of whole numbers may be, so that a patient can be made of them
_ENDS = {
    types.DATE: (day_number(1, 1, 1), day_number(9999, 12, 31)),
    types.DAYS_TIME: (-4_000_000 * DAY, 4_000_000 * DAY),
    types.YEARS_MONTHS: (-120_000, 120_000),
}


@dataclass(frozen=True, slots=True, eq=False)
class DecisionTerms:
    """One decision: its value, its tables, the atoms and hazards in its own logic."""

    step: Step
    value: Term
    tables: tuple[TableTerms, ...]
    opaque: tuple[Opaque, ...]
    hazards: tuple[Hazard, ...]

    @property
    def name(self) -> str:
        """The name of the decision."""
        return normal(self.step.element.name)


@dataclass(slots=True, eq=False)
class EncodedModel:
    """The terms of a model; `domains` hold for every value that a real input can have.

    `carried` are the inputs that always have a value: the readings of policies.
    """

    model: Model
    carried: frozenset[str] = frozenset()
    encoder: Encoder = field(default_factory=Encoder)
    inputs: dict[str, Term] = field(default_factory=dict)
    domains: list[Any] = field(default_factory=list)
    _terms: dict[Key, Term] = field(default_factory=dict)
    _decisions: dict[Key, DecisionTerms] = field(default_factory=dict)
    _siblings: Mapping[str, Term] = field(default_factory=dict)  # of the component at hand

    def __post_init__(self) -> None:
        self.encoder.steps = {
            step.value: step for step in self.model.steps.values() if step.value is not None
        }
        self.encoder.service = self._service

    # elements -----------------------------------------------------------------------------------

    def decision(self, name: str) -> DecisionTerms:
        """Return the terms of a decision by name."""
        key = self.model.step_of(name).key
        self.term(key)
        return self._decisions[key]

    def decisions(self) -> Iterator[DecisionTerms]:
        """Yield every decision of the main model, in the order of the file."""
        for element in self.model.definitions.decisions:
            yield self.decision(element.name)

    def input(self, name: str) -> Term:
        """Return the term of an input data by name."""
        for step in self.model.steps.values():
            if isinstance(step.element, InputData) and normal(step.element.name) == name:
                return self.term(step.key)
        raise KeyError(name)

    def term(self, key: Key) -> Term:
        """Return the term of an element; what it needs is encoded first, without recursion."""
        stack = [key]
        while stack:
            step = self.model.steps[stack[-1]]
            waiting = [each for each in step.inputs if each not in self._terms]
            if step.key in self._terms:
                stack.pop()
            elif waiting:
                stack.extend(waiting)
            else:
                self._terms[step.key] = self._made(step, self._terms)
                stack.pop()
        return self._terms[key]

    def cone(self, key: Key) -> list[Key]:
        """Return an element and all it rests on."""
        found: dict[Key, None] = {}
        stack = [key]
        while stack:
            each = stack.pop()
            if each not in found:
                found[each] = None
                stack.extend(self.model.steps[each].inputs)
        return list(found)

    def opaque(self, keys: Sequence[Key]) -> list[Opaque]:
        """Return the atoms that values of these elements rest on."""
        return [
            atom
            for key in dict.fromkeys(k for goal in keys for k in self.cone(goal))
            if key in self._decisions
            for atom in self._decisions[key].opaque
        ]

    def _made(self, step: Step, values: Mapping[Key, Term]) -> Term:
        if isinstance(step.element, InputData):
            return self._input(step)
        if step.value is not None:
            return self.encoder.function_of(step.value)
        if step.lower is None:
            return NOTHING
        encoder = self.encoder
        tables, atoms, hazards = (len(x) for x in (encoder.tables, encoder.opaque, encoder.hazards))
        lowered = step.lower({each: self.model.steps[each].type for each in step.inputs})
        given = (values[each] for each in step.inputs)
        environment = dict(zip(lowered.bindings, given, strict=True))
        value = encoder.encode(lowered.logic, environment)
        if step.item is not None:
            value = where(either(null_of(value), self.allowed(step.item, value)), value)
        if isinstance(step.element, Decision):
            self._decisions[step.key] = DecisionTerms(
                step,
                value,
                tuple(encoder.tables[tables:]),
                tuple(encoder.opaque[atoms:]),
                tuple(encoder.hazards[hazards:]),
            )
        return value

    def alone(self, key: Key) -> DecisionTerms:
        """Return a decision on its own: what it requires may have any value of its type."""
        given: dict[Key, Term] = {}
        for each in self.model.steps[key].inputs:
            step = self.model.steps[each]
            if isinstance(step.element, InputData) or step.value is not None:
                given[each] = self.term(each)
                continue
            term = given[each] = self._fresh(step.type, step.item, normal(step.element.name))
            if step.item is not None:
                allowed = either(null_of(term), self.allowed(step.item, term))
                self.encoder.axioms.append(allowed)
        kept = dict(self._decisions)
        self._made(self.model.steps[key], given)
        found, self._decisions = self._decisions[key], kept
        return found

    def freed(self, step: Step) -> Freed | None:
        """Return how to let the decisions that one requires have any value of their types.

        None when their terms cannot be told apart from others; then `alone` does it from anew.
        """
        pairs: list[tuple[Any, Any]] = []
        domains: list[Any] = []
        for key in step.inputs:
            required = self.model.steps[key]
            if isinstance(required.element, InputData) or required.value is not None:
                continue
            term = self.term(key)
            fresh, domain = self.fresh_input(required)
            if not isinstance(term, Scalar) or not isinstance(fresh, Scalar):
                return None
            if not _composed(term.value) or not (term.null is False or _composed(term.null)):
                return None
            pairs.append((term.value, fresh.value))
            if term.null is not False:
                pairs.append((term.null, fresh.null))
            domains.extend(domain)
        return Freed(tuple(pairs), tuple(domains))

    def variant(self, changed: Mapping[str, Term]) -> EncodedModel:
        """Return the same model for another patient, who differs in these inputs only."""
        other = EncodedModel(self.model, self.carried, self.encoder)
        other.inputs = {**self.inputs, **changed}
        moved: set[Key] = set()
        for step in self.model.steps.values():
            name = normal(step.element.name)
            if isinstance(step.element, InputData) and name in changed:
                other._terms[step.key] = changed[name]
                moved.add(step.key)
        for key, term in self._terms.items():
            if key not in moved and not moved & set(self.cone(key)):
                other._terms[key] = term
                if key in self._decisions:
                    other._decisions[key] = self._decisions[key]
        return other

    def _service(self, step: Step, arguments: list[Term]) -> Term:
        """Return what a decision service gives for arguments: its decisions, with those values."""
        element = step.element
        assert isinstance(element, DecisionService)  # noqa: S101 - what a service's step has
        given = _keys(step, (*element.input_data, *element.input_decisions))
        outputs = _keys(step, element.output_decisions)
        values: dict[Key, Term] = dict(zip(given, arguments, strict=True))
        kept = dict(self._decisions)
        for output in outputs:
            self._within(output, values)
        self._decisions = kept
        if len(outputs) == 1:
            return values[outputs[0]]
        names = [normal(self.model.steps[key].element.name) for key in outputs]
        return Record(False, {n: values[key] for n, key in zip(names, outputs, strict=True)})

    def _within(self, key: Key, values: dict[Key, Term]) -> None:
        if key in values:
            return
        step = self.model.steps[key]
        for each in step.inputs:
            self._within(each, values)
        if isinstance(step.element, InputData):
            values[key] = NOTHING  # what a service is not given is null
        else:
            values[key] = self._made(step, values)

    # inputs and their domains -------------------------------------------------------------------

    def _input(self, step: Step) -> Term:
        term, domain = self.fresh_input(step)
        self.inputs[normal(step.element.name)] = term
        self.domains.extend(domain)
        return term

    def fresh_input(self, step: Step) -> tuple[Term, list[Any]]:
        """Return a variable for an input data, and what holds of every value it can have."""
        name = normal(step.element.name)
        outer, self.domains = self.domains, []
        term = self._fresh(step.type, step.item, name)
        domain, self.domains = self.domains, outer
        domain.extend(self._ends(term))
        if step.item is not None:
            domain.append(either(null_of(term), self.allowed(step.item, term)))
        if name in self.carried:
            domain.append(present(term))
        return term, domain

    def _fresh(self, of: Type, item: Item | None, name: str) -> Term:
        if isinstance(of, ListType):
            texts = _closed_texts(item) if of.item == STRING else None
            if texts is not None:
                counts = {text: self.encoder.whole_named(f"{name}.{text}") for text in texts}
                self.domains.extend(count >= 0 for count in counts.values())
                return Bag(self.encoder.condition_named(name), counts)
            longest = _longest(item)
            if longest is not None:
                return self._row(of.item, longest, name)
            return Unknown(self.encoder.name(name), self.encoder.condition_named(name))
        if isinstance(of, ContextType) and of.entries:
            components = item.components if item is not None else {}
            entries = {
                key: self._fresh(inner, components.get(key), f"{name}.{key}")
                for key, inner in of.entries
            }
            return Record(self.encoder.condition_named(name), entries)
        return self.encoder.fresh(of, name)

    def _row(self, of: Type, longest: int, name: str) -> Row:
        here = [self.encoder.condition_named(f"{name} has {n + 1}") for n in range(longest)]
        self.domains.extend(z3.Implies(b, a) for a, b in pairwise(here))
        slots = (
            Slot(each, self.encoder.fresh(of, f"{name}[{n + 1}]")) for n, each in enumerate(here)
        )
        return Row(self.encoder.condition_named(name), tuple(slots))

    def _ends(self, term: Term) -> Iterator[Condition]:
        match term:
            case Scalar(kind, _, value) if kind in _ENDS:
                low, high = _ENDS[kind]
                yield z3.And(value >= low, value <= high)
            case Record(_, entries):
                for entry in entries.values():
                    yield from self._ends(entry)
            case Row(_, slots):
                for slot in slots:
                    yield from self._ends(slot.value)

    # allowed values -----------------------------------------------------------------------------

    def allowed(self, item: Item, term: Term) -> Condition:
        """Say when a value that is not null is allowed by an item definition (`Item.refusals`)."""
        elements = self._elements(item, term)
        parts: list[Condition] = []
        if item.base is not None:
            base = item.base
            parts.extend(self._each(here, each, base) for here, each in elements)
        for constraint in item.constraints:
            for here, tested in elements if constraint.on_each else [(True, term)]:
                parts.append(either(negation(here), self._satisfied(constraint, tested)))
        for here, element in elements:
            if isinstance(element, Record):
                for key, component in item.components.items():
                    inner = element.entries.get(key, NOTHING)
                    wanted = self._each(True, inner, component, element.entries)
                    parts.append(either(negation(here), null_of(element), wanted))
        return all_of(parts)

    def _each(
        self,
        here: Condition,
        term: Term,
        item: Item,
        siblings: Mapping[str, Term] | None = None,
    ) -> Condition:
        outer, self._siblings = self._siblings, siblings or {}
        try:
            return either(negation(here), null_of(term), self.allowed(item, term))
        finally:
            self._siblings = outer

    def _elements(self, item: Item, term: Term) -> list[tuple[Condition, Term]]:
        if item.is_collection and isinstance(term, Row):
            return [(slot.present, slot.value) for slot in term.slots]
        if item.is_collection and isinstance(term, Bag):
            return [(n > 0, constant(self.encoder, text)) for text, n in term.counts.items()]
        return [(True, term)]

    def _satisfied(self, constraint: Constraint, term: Term) -> Condition:
        values = [term, *(self._siblings.get(name, NOTHING) for name in constraint.siblings)]
        environment = dict(zip(constraint.bindings, values, strict=True))
        holds = self.encoder.condition(constraint.code, environment).true
        return holds if constraint.on_each else either(null_of(term), holds)


@dataclass(frozen=True, slots=True, eq=False)
class Freed:
    """Terms of decisions and the variables that stand in for them, with what holds of these."""

    pairs: tuple[tuple[Any, Any], ...]
    domains: tuple[Any, ...]

    def of(self, condition: Condition) -> Condition:
        """Return a condition in which those decisions may have any value."""
        if isinstance(condition, bool) or not self.pairs:
            return condition
        return z3.substitute(condition, *self.pairs)


def _composed(term: Any) -> bool:
    """Say whether a term is made of others: no constant, and no variable that others share."""
    return not isinstance(term, bool) and bool(term.num_args())


def _keys(step: Step, references: Sequence[Reference]) -> list[Key]:
    return [(each.namespace or step.key[0], each.id) for each in references]


def _closed_texts(item: Item | None) -> list[str] | None:
    """Return the texts that elements of a collection may be, when the list is closed."""
    while item is not None and not item.constraints:
        item = item.base
    for constraint in item.constraints if item is not None else ():
        box = read_box(constraint.text.text, STRING)
        if box is not None and not box.negated and all(isinstance(p, str) for p in box.points):
            return list(box.points)
    return None


def _longest(item: Item | None) -> int | None:
    """Return how many elements a collection may have, when its constraint says so."""
    while item is not None:
        for constraint in item.constraints:
            found = None if constraint.on_each else _BOUND.search(constraint.text.text)
            if found is not None:
                return int(found.group(2)) - (found.group(1) == "<")
        item = item.base
    return None
