"""What an evaluation saw: which decisions ran, which rules were tried, matched and chosen.

In: what generated code reports to a watcher. Out: frozen records that explanation and drawings
read. A trace only watches; with or without it the same code decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guidewright.dmn.model import Decision, DecisionTable, Rule


@dataclass(frozen=True, slots=True)
class InputTrace:
    """The value an input expression had; `text` is the expression."""

    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule that was looked at.

    `cells` has one FEEL truth value per input entry: True satisfied, False not satisfied, None
    could not be told (a null was compared). `chosen` says that the hit policy took it.
    """

    table: DecisionTable
    index: int
    cells: tuple[bool | None, ...]
    matched: bool
    chosen: bool
    outputs: Mapping[str, Any] | None  # output name (or "" for a single unnamed one) -> value

    @property
    def rule(self) -> Rule:
        """The rule as the author wrote it; a large table makes it when it is asked for."""
        return self.table.rules[self.index]

    def undetermined_columns(self, inputs: tuple[InputTrace, ...]) -> tuple[int, ...]:
        """Return the columns that keep the rule from matching only because a value is missing.

        Empty when the rule matched, or when a cell is false for a value that is there.
        """
        if self.matched:
            return ()
        open_columns = []
        for column, (cell, given) in enumerate(zip(self.cells, inputs, strict=True)):
            if cell is True:
                continue
            if given.value is not None:
                return ()
            open_columns.append(column)
        return tuple(open_columns)


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One evaluation of a decision table.

    `rules` are those that were looked at, in order; only those that were chosen when the
    call asked for no more.
    """

    table: DecisionTable
    inputs: tuple[InputTrace, ...]
    rules: tuple[RuleTrace, ...]
    value: Any

    @property
    def chosen(self) -> tuple[RuleTrace, ...]:
        """The rules whose outputs are the answer, in rule order."""
        return tuple(rule for rule in self.rules if rule.chosen)


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """One decision: its value and the tables evaluated for it (through functions, too)."""

    decision: Decision
    value: Any
    tables: tuple[TableTrace, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that was evaluated for one call, in order of evaluation."""

    inputs: Mapping[str, Any]
    decisions: tuple[DecisionTrace, ...]

    def decision(self, name: str) -> DecisionTrace | None:
        """Return what happened to the decision of that name, or None when it was not needed."""
        return next((entry for entry in self.decisions if entry.decision.name == name), None)
