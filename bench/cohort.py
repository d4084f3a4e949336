"""What the kernel for columns takes beside others, measured by the Python that has the others.

In: a Python with guidewright, and numba and DuckDB where they take part. Out: a line for each
contender; `batch.py` measures them there.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

NUMPY = "numpy by hand"
FUSED = "numba, fused by hand"
DUCKDB_JOIN = "DuckDB range join"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Line:
    """What one contender took, and the kernel's time as a multiple of it."""

    workload: str
    contender: str
    nanoseconds: float  # a row
    ratio: float


def measured_by(python: Path, *, quick: bool) -> list[Line]:
    """Return the lines; raises `RuntimeError` with the reason when there are none."""
    size = ["--rows", "20000", "--rounds", "1"] if quick else []
    command = [str(python), "-m", "bench.batch", *size]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return [Line(**json.loads(line)) for line in done.stdout.splitlines()]
