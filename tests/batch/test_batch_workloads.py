"""The workloads W1 to W4 over columns agree with one by one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

from batch_tables import columns_rows, expected_rows, kernel_for  # noqa: E402

from guidewright.dmn.runnable import load_dmn  # noqa: E402

SHARED = Path(__file__).parents[3] / "shared" / "bench"
WORKLOADS = {
    "W1": ("w1_b12_diagnosis.dmn", "w1.jsonl"),
    "W2": ("w2_b12_guideline.dmn", "w2.jsonl"),
    "W3": ("w3_wide_1000.dmn", "w3_1000.jsonl"),
    "W3b": ("w3_wide_10000.dmn", "w3_10000.jsonl"),
    "W4": ("w4_labs.dmn", "w4.jsonl"),
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the workloads (shared/bench) are not there")
@pytest.mark.parametrize("name", WORKLOADS)
def test_workload(name: str) -> None:
    model_file, inputs_file = WORKLOADS[name]
    model = load_dmn(SHARED / "dmn" / model_file)
    lines = (SHARED / "inputs" / inputs_file).read_text().splitlines()
    given: list[dict[str, Any]] = [json.loads(line, parse_float=Decimal) for line in lines]
    floats = [json.loads(line) for line in lines]
    batch = pa.Table.from_pylist(floats).combine_chunks().to_batches()[0]
    kernel = kernel_for(model, batch.schema)
    expected = expected_rows(model, kernel, given)
    assert columns_rows(kernel, batch) == expected
    kernel.block = 7
    assert columns_rows(kernel, batch) == expected
