"""The three ways to a workload's values in this process: by hand, prepared, and the public call.

In: a workload. Out: functions from an input to the value, after all of them were found to agree on
every input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import guidewright
from bench import hand, hand_index
from bench.workloads import Workload
from guidewright import Model

Call = Callable[[dict[str, Any]], Any]
HAND, PREPARED, PUBLIC = "hand", "prepared", "public"
AS_ZEN = "prepared, what zen-engine has"


class Disagreement(Exception):  # noqa: N818 - it stops the run
    """Hand-written Python and guidewright give different values."""


@dataclass(frozen=True, slots=True)
class Ways:
    """A workload ready to run, and the value of every decision by name for each input."""

    calls: dict[str, Call]
    inputs: list[dict[str, Any]]
    values: list[dict[str, Any]]


def ways(workload: Workload) -> Ways:
    """Return all ways to a workload's values; raises `Disagreement` if they differ."""
    model = guidewright.load_dmn(workload.model)
    inputs = workload.rows()
    evaluate, decision = model.evaluate, workload.decision
    calls = {
        HAND: by_hand(workload),
        PREPARED: prepared(model, workload.decision),
        PUBLIC: lambda row: evaluate(row, decision),
    }
    names = [each.name for each in model.definitions.decisions]
    if workload.left_out:
        calls[AS_ZEN] = model.compile([name for name in names if name not in workload.left_out])
    values = []
    for number, row in enumerate(inputs):
        expected = calls[HAND](row)
        for name, value in (
            (PREPARED, calls[PREPARED](row)),
            (PUBLIC, calls[PUBLIC](row).value),
        ):
            if value != expected:
                place = f"{workload.id}, input {number + 1}"
                raise Disagreement(f"{place}: by hand {expected!r}, {name} {value!r}")
        values.append(expected if workload.decision is None else {workload.decision: expected})
    return Ways(calls, inputs, values)


def by_hand(workload: Workload) -> Call:
    """Return the hand-written Python of a workload."""
    written: dict[str, Call] = {
        "W1": hand.b12_diagnosis,
        "W2": hand.b12_guideline,
        "W4": hand.labs_report,
    }
    return written.get(workload.id) or hand_index.first_rule(workload.model)


def prepared(model: Model, decision: str | None) -> Call:
    """Return the prepared function for a decision, or for all."""
    return model.compile(decision)
