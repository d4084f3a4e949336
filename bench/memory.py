"""What a table of 10,000 rules with only distinct thresholds keeps in memory.

In: the number of rules. Out: bytes kept, by `tracemalloc` and by what the process grew, each from a
process of its own after the packages were imported and a small model was loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.growth_models import distinct_thresholds

_PROGRAM = """
import gc, json, sys, tracemalloc
import guidewright

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

small, large, traced = sys.argv[1], sys.argv[2], sys.argv[3] == "traced"
guidewright.load_dmn(small).compile("code")({})
gc.collect()
if traced:
    tracemalloc.start()
before = resident()
model = guidewright.load_dmn(large)
gc.collect()
loaded = tracemalloc.get_traced_memory()[0] if traced else resident() - before
call = model.compile("code")
call({f"n{n}": 5000 for n in range(5)} | {f"e{n}": "a" for n in range(3)})
gc.collect()
ready = tracemalloc.get_traced_memory()[0] if traced else resident() - before
index = 0
if traced:
    taken = tracemalloc.take_snapshot().filter_traces(
        [tracemalloc.Filter(True, "*/guidewright/dmn/index.py")]
    )
    index = sum(each.size for each in taken.statistics("filename"))
print(json.dumps([loaded, ready, index]))
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: kept by the loaded model, with the prepared function; of these, by the index."""

    rules: int
    file: int
    loaded: int
    ready: int
    index: int
    resident: int


def measure_memory(rules: int) -> Memory:
    """Return what a table of so many rules keeps."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.dmn", Path(folder) / "large.dmn"
        small.write_text(distinct_thresholds(4), encoding="utf-8")
        large.write_text(distinct_thresholds(rules), encoding="utf-8")
        loaded, ready, index = _run(small, large, "traced")
        _, resident, _ = _run(small, large, "resident")
        return Memory(rules, large.stat().st_size, loaded, ready, index, resident)


def _run(small: Path, large: Path, how: str) -> list[int]:
    command = [sys.executable, "-c", _PROGRAM, str(small), str(large), how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    numbers: list[int] = json.loads(done.stdout)
    return numbers
