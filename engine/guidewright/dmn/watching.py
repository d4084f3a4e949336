"""Collect a trace while a model runs: a watcher that keeps what tables and decisions tell it.

In: calls from the evaluation. Out: a `Trace`. It only looks on: nothing it does reaches a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn.hit_policies import Plan
from guidewright.dmn.model import Decision
from guidewright.dmn.trace import DecisionTrace, InputTrace, RuleTrace, TableTrace, Trace


@dataclass(slots=True)
class TraceWatcher:
    """Keeps every table until the decision it was evaluated for is done.

    Without `every_rule`, only the rules that the hit policy chose are wanted.
    """

    every_rule: bool = True
    _tables: list[TableTrace] = field(default_factory=list)
    _decisions: list[DecisionTrace] = field(default_factory=list)

    def table(
        self,
        plan: Plan,
        inputs: Sequence[Any],
        cells: Mapping[int, Sequence[bool | None]],
        hits: Sequence[int],
        chosen: Sequence[int],
        outputs: dict[int, Any],
        value: Any,
    ) -> None:
        """Take in one evaluation of a table; `cells` has the truths of each rule that is wanted."""
        table = plan.table
        rules = tuple(
            RuleTrace(
                table,
                index,
                tuple(truths),
                matched=all(truth is True for truth in truths),
                chosen=index in chosen,
                outputs=_named(plan, outputs[index]) if index in chosen else None,
            )
            for index, truths in cells.items()
        )
        seen = tuple(
            InputTrace(clause.expression.text.strip() if clause.expression else "", given)
            for clause, given in zip(table.inputs, inputs, strict=True)
        )
        self._tables.append(TableTrace(table, seen, rules, value))

    def decision(self, decision: Decision, value: Any) -> None:
        """Take in the value of a decision; the tables since the last one were for it."""
        self._decisions.append(DecisionTrace(decision, value, tuple(self._tables)))
        self._tables.clear()

    def trace(self, inputs: Mapping[str, Any]) -> Trace:
        """Return everything that was seen."""
        return Trace(inputs, tuple(self._decisions))


def _named(plan: Plan, output: Any) -> Mapping[str, Any]:
    clauses = plan.table.outputs
    if len(clauses) > 1 and type(output) is dict:
        return output
    return {clauses[0].name or "": output}
