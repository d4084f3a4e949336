"""How the cost of a cohort grows with its rows: W2 from Parquet to Parquet, in one process.

In: numbers of rows. Out: per size, the CPU seconds of `guidewright.batch.run`, files included, and
the most memory its process had, each from a process of its own that has run a few rows before.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.workloads import WORKLOADS

ROWS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
MAX_RUNS = 5
ENOUGH_SECONDS = 3.0
UNIT = 1_000_000  # rows of a row group
MODEL = WORKLOADS["W2"].model

_PROGRAM = """
import json, resource, sys, time
from guidewright import batch
model, warm, source, output = sys.argv[1:]
batch.run(model, warm, output + ".warm")
begin = time.process_time()
report = batch.run(model, source, output)
spent = time.process_time() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([report.rows, spent, peak]))
"""


@dataclass(frozen=True, slots=True)
class RowsPoint:
    """One size: CPU seconds of a run, and the most bytes that its process had."""

    rows: int
    seconds: float
    peak: int


def rows(sizes: Sequence[int]) -> tuple[RowsPoint, ...]:
    """Return what cohorts of these sizes cost; raises `ImportError` without the extra `batch`."""
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder) / "warm.parquet"
        _write(warm, 10)
        return tuple(_point(Path(folder), warm, size) for size in sizes)


def _point(folder: Path, warm: Path, size: int) -> RowsPoint:
    source = folder / f"{size}.parquet"
    _write(source, size)
    spent: list[float] = []
    peaks: list[int] = []
    while len(spent) < MAX_RUNS and sum(spent) < ENOUGH_SECONDS:
        output = folder / f"{size}.{len(spent)}.out.parquet"
        command = [sys.executable, "-c", _PROGRAM, *map(str, (MODEL, warm, source, output))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        answered, seconds, peak = json.loads(done.stdout)
        if answered != size:
            raise ValueError(f"of {size} rows, {answered} were answered")
        spent.append(seconds)
        peaks.append(peak)
        for file in folder.glob(f"{output.stem.partition('.')[0]}.{len(spent) - 1}.out*"):
            file.unlink()
        for file in folder.glob("*.warm*"):
            file.unlink()
    source.unlink()
    return RowsPoint(size, median(spent), max(peaks))


def _write(path: Path, size: int) -> None:
    """Write a cohort; the same rows come again after a million."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from bench.batch import cohort

    unit = pa.Table.from_batches([cohort("W2", min(size, UNIT))])
    with pq.ParquetWriter(path, unit.schema) as writer:
        for begin in range(0, size, UNIT):
            writer.write_table(unit.slice(0, min(UNIT, size - begin)))
