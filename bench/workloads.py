"""The workloads of issue 4: which model, which inputs, which decision.

In: the folder `../shared/bench`. Out: one `Workload` each, with its inputs read exactly
(`parse_float=Decimal`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared" / "bench"


@dataclass(frozen=True, slots=True)
class Workload:
    """One model with its inputs; `decision` is None where all decisions are asked for.

    `left_out` are decisions that zen-engine has no expression for.
    """

    id: str
    model: Path
    inputs: Path
    decision: str | None
    left_out: tuple[str, ...] = ()

    def rows(self, number: type = Decimal) -> list[dict[str, Any]]:
        """Return the inputs, one dictionary each."""
        lines = self.inputs.read_text(encoding="utf-8").splitlines()
        return [json.loads(line, parse_float=number) for line in lines]


def _workload(name: str, model: str, inputs: str, decision: str | None, *left_out: str) -> Workload:
    return Workload(name, SHARED / "dmn" / model, SHARED / "inputs" / inputs, decision, left_out)


WORKLOADS = {
    each.id: each
    for each in (
        _workload("W1", "w1_b12_diagnosis.dmn", "w1.jsonl", "b12_diagnosis"),
        _workload("W2", "w2_b12_guideline.dmn", "w2.jsonl", None),
        _workload("W3", "w3_wide_1000.dmn", "w3_1000.jsonl", "wide_1000"),
        _workload("W3b", "w3_wide_10000.dmn", "w3_10000.jsonl", "wide_10000"),
        _workload("W4", "w4_labs.dmn", "w4.jsonl", None, "abnormal"),
    )
}
