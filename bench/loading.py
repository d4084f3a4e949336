"""Loading the model of 10,000 rules: guidewright from DMN XML, zen-engine from its JSON.

In: rounds. Out: CPU seconds per round, each load in a new process that has imported its packages
and loaded a small model before. Loaded means: the first value was given.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.engines import model_for
from bench.rounds import Times
from bench.workloads import WORKLOADS

LARGE, SMALL = WORKLOADS["W3b"], WORKLOADS["W1"]

_OURS = """
import json, sys, time
import guidewright
def load(path):
    return guidewright.load_dmn(path)
load(sys.argv[1]).evaluate({})
begin = time.process_time()
model = load(sys.argv[2])
ready = time.process_time()
model.evaluate({})
first = time.process_time()
model.compile(sys.argv[3])
print(json.dumps([ready - begin, first - begin, time.process_time() - begin]))
"""

_ZEN = """
import json, sys, time
import zen
def load(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    return zen.ZenEngine({"loader": {"type": "static", "content": {"model": document}}})
load(sys.argv[1]).evaluate("model", {})
begin = time.process_time()
engine = load(sys.argv[2])
ready = time.process_time()
engine.evaluate("model", {})
print(json.dumps([ready - begin, time.process_time() - begin]))
"""

READY, FIRST, PREPARED, ZEN = "load", "load, first value", "load, prepared", "zen"


def load_times(zen_python: Path | None, rounds: int) -> Times:
    """Return the seconds of each load, round by round; zen only where it is installed."""
    assert LARGE.decision is not None  # noqa: S101 - a workload of one table
    seconds: dict[str, list[float]] = {READY: [], FIRST: [], PREPARED: []}
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.json", Path(folder) / "large.json"
        if zen_python is not None:
            seconds[ZEN] = []
            small.write_text(model_for("zen", SMALL), encoding="utf-8")
            large.write_text(model_for("zen", LARGE), encoding="utf-8")
        for _ in range(rounds):
            ours = [str(SMALL.model), str(LARGE.model), LARGE.decision]
            times = _run(Path(sys.executable), _OURS, *ours)
            for name, spent in zip((READY, FIRST, PREPARED), times, strict=True):
                seconds[name].append(spent)
            if zen_python is not None:
                seconds[ZEN].append(_run(zen_python, _ZEN, str(small), str(large))[1])
    return Times(seconds)


def _run(python: Path, program: str, *arguments: str) -> list[float]:
    command = [str(python), "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    times: list[float] = json.loads(done.stdout)
    return times
