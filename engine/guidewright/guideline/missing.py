"""Which missing inputs keep rules from being decided.

In: a trace, and which names each column of each table looks at. Out: the inputs without a value,
with the rules that wait for them. Missing is told apart from false: a rule that a known value
rejects waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn import Model
from guidewright.dmn.model import Decision, DecisionTable, InputData, Text
from guidewright.dmn.trace import DecisionTrace, RuleTrace, TableTrace, Trace
from guidewright.errors import ModelError
from guidewright.feel import ast
from guidewright.feel.api import BUILTIN_SCOPE
from guidewright.feel.checker import check
from guidewright.feel.names import normal
from guidewright.feel.parser import parse_expression
from guidewright.feel.scope import scope_of
from guidewright.feel.types import ANY

Columns = Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """What the texts of a model refer to: per table column, and per decision."""

    columns: Mapping[str, Columns]  # by decision name
    requirements: Mapping[str, tuple[str, ...]]  # by decision name, only inputs and decisions
    inputs: frozenset[str]


def index_names(model: Model) -> NameIndex:
    """Find which requirements each input expression of each table uses."""
    columns: dict[str, Columns] = {}
    requirements: dict[str, tuple[str, ...]] = {}
    steps = model.steps
    for step in steps.values():
        if not isinstance(step.element, Decision):
            continue
        names = tuple(normal(steps[key].element.name) for key in step.inputs)
        requirements[normal(step.element.name)] = names
        logic = step.element.logic
        if isinstance(logic, DecisionTable):
            columns[normal(step.element.name)] = [
                _names_in(clause.expression, names) for clause in logic.inputs
            ]
    inputs = frozenset(
        normal(step.element.name) for step in steps.values() if isinstance(step.element, InputData)
    )
    return NameIndex(columns, requirements, inputs)


def _names_in(text: Text | None, names: Iterable[str]) -> frozenset[str]:
    if text is None:
        return frozenset()
    scope = scope_of(dict.fromkeys(names, ANY), parent=BUILTIN_SCOPE)
    try:
        node = parse_expression(text.span, scope)
    except ModelError:  # the load has told the fault already; nothing can be said about names
        return frozenset()
    found = check(node, scope).bindings
    return frozenset(name.name for name in found if isinstance(name, ast.Name)) & frozenset(names)


@dataclass(slots=True)
class MissingFinder:
    """Follows what waits back to the inputs without a value."""

    index: NameIndex
    trace: Trace
    _found: dict[str, frozenset[str]] = field(default_factory=dict)

    def of_rule(self, decision: str, table: TableTrace, rule: RuleTrace) -> frozenset[str]:
        """Return the missing inputs a rule waits for; empty when it does not wait."""
        columns = self.index.columns.get(decision, ())
        waiting: set[str] = set()
        for column in rule.undetermined_columns(table.inputs):
            names = columns[column] if column < len(columns) else frozenset()
            behind: frozenset[str] = frozenset().union(*map(self.of_name, names))
            if not behind:
                return frozenset()  # null for another reason: no datum would let it match
            waiting |= behind
        return frozenset(waiting)

    def of_name(self, name: str) -> frozenset[str]:
        """Return the missing inputs that make an input or a decision null."""
        if name in self.index.inputs:
            return frozenset() if self._value(name) is not None else frozenset({name})
        if name not in self._found:
            self._found[name] = frozenset()  # a ring of requirements is refused at load
            self._found[name] = self._of_decision(name)
        return self._found[name]

    def _value(self, name: str) -> Any:
        return self.trace.inputs.get(name)

    def _of_decision(self, name: str) -> frozenset[str]:
        trace = self.trace.decision(name)
        if trace is None or trace.value is not None:
            return frozenset()
        if trace.tables:
            return frozenset().union(*(each[1] for each in self.waiting_rules(trace)))
        return frozenset().union(
            *(self.of_name(each) for each in self.index.requirements.get(name, ()))
        )

    def waiting_rules(self, trace: DecisionTrace) -> Iterator[tuple[RuleTrace, frozenset[str]]]:
        """Yield the rules of a decision that wait, and for which inputs."""
        decision = normal(trace.decision.name)
        for table in trace.tables:
            for rule in table.rules:
                waiting = self.of_rule(decision, table, rule)
                if waiting:
                    yield rule, waiting
