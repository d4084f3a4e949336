"""The plan of a batch in words: how each input is read, how each decision is made, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import pyarrow as pa

from guidewright.batch.columns import Classes, NumberClasses, Values
from guidewright.batch.deciding import MAX_COMBINATIONS, MAX_OPEN, Decider, Way
from guidewright.batch.reading import InputPlan
from guidewright.batch.sources import Dimension


@dataclass(frozen=True, slots=True)
class PlanLine:
    """How one input is read or one decision is made, and why."""

    name: str
    way: str
    why: str


def input_line(
    plan: InputPlan, of: pa.DataType, classes: Classes | None, values: Values | None
) -> PlanLine:
    """Return how an input is read."""
    kind = str(of) if len(str(of)) <= 40 else f"{str(of)[:40]}…"
    unit = f" in {plan.unit}" if plan.unit is not None else ""
    ways, reasons = [], [f"column {plan.column!r}, {kind}{unit}"]
    if classes is not None:
        ways.append("classes")
        count = len(classes.source.values) - 1
        what = "segment" if isinstance(classes, NumberClasses) else "class"
        plural = "" if count == 1 else "s" if what == "segment" else "es"
        reasons.append(f"{count} {what}{plural} and null")
    if values is not None:
        ways.append("values")
        reasons.append(
            "some decision needs more of it than cut points and names; "
            "each different value is read once"
        )
    return PlanLine(plan.name, " and ".join(ways), "; ".join(reasons))


def decision_line(name: str, decider: Decider, inputs: Sequence[str]) -> PlanLine:
    """Return how a decision is made; what only the data show is said as a condition."""
    way = decider.foreseen()
    seen = list(zip(inputs, decider.dimensions, strict=True))
    match way:
        case Way.LOOKUP:
            why = _lookup_reason(seen)
        case Way.INDEX:
            index = decider.index
            assert index is not None  # noqa: S101 - that way needs one
            index.prepare(decider.dimensions)
            combinations = prod(each.size for each in decider.dimensions)
            why = (
                f"{combinations:,} combinations of codes are too many for a table; about "
                f"{index.expected:.1f} candidates of {index.rules:,} rules a row, verified by code"
            )
        case _:
            why = _rows_reason(seen)
    return PlanLine(name, way.value, why)


def _lookup_reason(seen: Sequence[tuple[str, Dimension]]) -> str:
    fixed = [each.size for _, each in seen if each.source.fixed]
    parts = [f"{prod(fixed):,} combinations of codes" if fixed else "codes"]
    outcomes = [repr(name) for name, each in seen if each.growing and not each.open]
    probed = [repr(name) for name, each in seen if each.open]
    if outcomes:
        parts.append(f"outcomes of {', '.join(outcomes)}")
    if probed:
        parts.append(f"what is asked of {', '.join(probed)}, once for each different value")
    rest = f" (row by row beyond {MAX_COMBINATIONS:,})" if outcomes or probed else ""
    return f"one table over {' by '.join(parts)}{rest}"


def _rows_reason(seen: Sequence[tuple[str, Dimension]]) -> str:
    whole = [repr(name) for name, each in seen if each.open and not each.reduced]
    if whole:
        return (
            f"the value of {', '.join(whole)} itself matters: each different combination is "
            f"computed once (in a table while there are at most {MAX_OPEN:,} values)"
        )
    combinations = prod(each.size for _, each in seen)
    return (
        f"{combinations:,} combinations of codes are too many for a table, and it is no plain "
        "table of constants: each different combination is computed once"
    )
