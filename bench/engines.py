"""Other engines for the same work: zen-engine and SpiffWorkflow, each in a process of its own.

Their environment also has guidewright, numba and DuckDB, for the cohort (`batch.py`).

In: a workload. Out: contenders for the rounds, after their values were compared with ours; or the
reason why an engine takes no part. Their packages live in `bench/.venv-others`, which is made here.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import jdm, spiff
from bench.tables import read_tables
from bench.workloads import Workload

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".venv-others"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = HERE / "others-requirements.txt"
WORKLOADS_OF = {"zen": ("W1", "W2", "W3", "W3b", "W4"), "spiff": ("W1", "W2", "W3", "W3b")}
COMPARED = {("spiff", "W3"): 40, ("spiff", "W3b"): 5}  # as many inputs as its speed allows
TOLERANCE = 1e-9


class Unavailable(Exception):  # noqa: N818 - told, not raised to anybody
    """An engine takes no part, because."""


class Disagreement(Exception):  # noqa: N818 - it stops the run
    """An engine gives another value than guidewright."""


def environment() -> Path:
    """Return the Python that has the other engines; raises `Unavailable` with the reason."""
    marker = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if PYTHON.exists() and marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return PYTHON
    print(f"installing {', '.join(wanted.split())} in {ENVIRONMENT}", file=sys.stderr)
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
        [*install, "--requirement", str(REQUIREMENTS), "--editable", f"{HERE.parent}[batch]"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            raise Unavailable(f"they could not be installed: {lines[-1]}")
    marker.write_text(wanted, encoding="utf-8")
    return PYTHON


class Worker:
    """A process that runs `worker.py` and answers one request after the other."""

    def __init__(self, python: Path) -> None:
        command = [str(python), str(HERE / "worker.py")]
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, do: str, **arguments: Any) -> Any:
        """Return the answer to a request; raises `Unavailable` with the worker's fault."""
        assert self._process.stdin is not None  # noqa: S101 - opened above
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable(f"its process ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "fault" in answer:
            raise Unavailable(answer["fault"])
        return answer["answer"]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.close()
        self._process.wait(timeout=30)


@dataclass(slots=True)
class Remote:
    """A contender in a worker's process."""

    worker: Worker
    rows: int
    version: str

    def batch(self, first: int, count: int) -> float:
        """Return the CPU seconds of `count` calls from row `first` on."""
        seconds: float = self.worker.ask("batch", first=first, count=count)
        return seconds


def contender(
    engine: str, worker: Worker, workload: Workload, ours: Sequence[dict[str, Any]]
) -> Remote:
    """Load a workload into an engine and compare its values with ours.

    `ours` has the value of every decision by name, for each input. Raises `Unavailable` when the
    engine does not do this workload, `Disagreement` when a value differs.
    """
    if workload.id not in WORKLOADS_OF[engine]:
        raise Unavailable("the workload is not expressed for it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        path.write_text(model_for(engine, workload), encoding="utf-8")
        loaded = worker.ask("load", engine=engine, model=str(path), inputs=str(workload.inputs))
    count = COMPARED.get((engine, workload.id), len(ours))
    theirs = worker.ask("values", count=count)
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        if not agree(mine, other, partial=workload.id == "W4"):
            raise Disagreement(f"{workload.id}, input {number + 1}: {engine} {other}, here {mine}")
    return Remote(worker, len(ours), loaded["version"])


def model_for(engine: str, workload: Workload) -> str:
    """Return the engine's own model of a workload."""
    if workload.id == "W4":
        return json.dumps(jdm.labs())
    tables = read_tables(workload.model)
    if engine == "zen":
        return json.dumps(jdm.graph(tables))
    return json.dumps([(table.decision, spiff.document(table)) for table in tables])


def agree(mine: Any, other: Any, *, partial: bool = False) -> bool:
    """Say whether values are equal; with `partial`, the other may lack entries."""
    if isinstance(mine, dict) and isinstance(other, dict):
        names = other if partial else mine.keys() | other.keys()
        return all(agree(mine.get(name), other.get(name)) for name in names)
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(agree, mine, other))
    if isinstance(mine, bool) or mine is None or isinstance(mine, str):
        return type(mine) is type(other) and mine == other
    if isinstance(other, int | float) and not isinstance(other, bool):
        return math.isclose(float(mine), other, rel_tol=TOLERANCE)
    return False
