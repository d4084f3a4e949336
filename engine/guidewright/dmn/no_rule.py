"""The note that no rule of a table matches, in the same words each time.

In: a table and the values of its inputs. Out: a `Note` that names the inputs without a value. What
is told is kept until somebody needs the notes; then they are looked up rather than worded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn.hit_policies import Plan
from guidewright.errors import Code, Note, Severity

_MOST_NOTES = 1000  # kept for one table


@dataclass(frozen=True, slots=True, eq=False)
class NoRule:
    """Words the note of one table; it depends only on which inputs are missing."""

    plan: Plan
    _worded: dict[tuple[bool, ...], Note] = field(default_factory=dict)

    def note(self, inputs: Sequence[Any]) -> Note:
        """Return the note for the values of the table's inputs."""
        missing = tuple([value is None for value in inputs])
        note = self._worded.get(missing)
        if note is None:
            if len(self._worded) >= _MOST_NOTES:
                self._worded.clear()
            note = self._worded[missing] = no_rule_matches(self.plan, inputs)
        return note


Told = tuple[NoRule, tuple[Any, ...]]  # and the values of its inputs


def wants_a_rule(plan: Plan) -> bool:
    """Say whether it is noted that no rule matches; of a list of hits, nobody expects one."""
    return not plan.table.hit_policy.multiple or plan.table.aggregation is not None


def no_rule_matches(plan: Plan, inputs: Sequence[Any]) -> Note:
    """Return the note that no rule matches, and which inputs of the table have no value."""
    missing = [
        clause.title
        for clause, value in zip(plan.table.inputs, inputs, strict=True)
        if value is None
    ]
    because = f"; without a value: {', '.join(missing)}" if missing else ""
    text = f"no rule of {plan.name!r} matches{because}"
    return Note(Code.NO_RULE, plan.table.span, text, severity=Severity.INFO)


def notes_of(told: Sequence[Told]) -> tuple[Note, ...]:
    """Return the notes on what was told, the same one once."""
    notes = [no_rule.note(inputs) for no_rule, inputs in told]
    return tuple(notes) if len(notes) == 1 else tuple(dict.fromkeys(notes))
