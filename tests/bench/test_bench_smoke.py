"""The benchmark runs, and all it compares agrees; nothing is said about time here."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS = ROOT.parent / "shared" / "bench"
PARTS = ("W1", "W2", "W3", "W4")

pytestmark = pytest.mark.skipif(
    not WORKLOADS.is_dir(), reason=f"the workloads are not there: {WORKLOADS}"
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_it_runs_and_all_values_agree(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    options = ["--quick", "--no-engines", "--results", str(results)]
    done = run("-m", "bench", *options, "--only", *PARTS, "cohort", "memory", "growth", "rows")
    assert done.returncode == 0, done.stderr
    written = results.read_text(encoding="utf-8")
    assert all(f"\n| {part} | 1 (" in written for part in PARTS)
    assert "| W3b | kernel | " in written or "the cohort in columns took no part" in written
    assert "## Growth: decisions in a chain" in written
    assert (
        "## Growth: rows of a cohort" in written or "the growth with rows took no part" in written
    )


def test_a_value_that_differs_stops_it(tmp_path: Path) -> None:
    program = (
        "import sys; from bench import hand, run; hand.b12_diagnosis = lambda row: 'unlikely';"
        "sys.exit(run.main(['--quick', '--no-engines', '--only', 'W1']))"
    )
    done = run("-c", program)
    assert done.returncode == 1
    assert "values disagree: W1, input 1: by hand 'unlikely'" in done.stderr


def test_the_python_of_a_model_can_be_read() -> None:
    done = run("-m", "bench.generated", str(WORKLOADS / "dmn" / "w1_b12_diagnosis.dmn"))
    assert done.returncode == 0, done.stderr
    body, constants = done.stdout.split("\n\n", 1)
    assert "v1 = given['total_b12']" in body
    assert ast.parse(body.replace("return ", "result = "))
    assert constants.startswith("k")
