"""The bench of the review pack makes a guideline that loads, is drawn and becomes a pack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_bench_runs() -> None:
    command = [sys.executable, "-m", "bench.review", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "12 states, 8 tables" in done.stdout
    assert "review pack, PDF" in done.stdout
