"""A small count of each kind of random model against brute force; `soundness.py` runs the full one.

What was compared, with its seed, is printed at the end of the run.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from soundness import KINDS, Kind, some

SEED = 20261122
COUNTS = {"tables": 120, "graphs": 12, "workflows": 8, "terms": 30}
OTHERS = 40


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_no_verdict_is_wrong(kind: Kind, record_property) -> None:
    found = some(kind, SEED, range(COUNTS.get(kind.name, OTHERS)))
    record_property("counted", f"{kind.name}, seed {SEED}: {found}")
    assert not found.wrong, "\n".join(found.wrong)
    assert found.verdicts["violated"] + found.verdicts["exact"] > found.compared / 4


def test_the_log_says_what_was_compared() -> None:
    """With the seed, also when several processes run the tests."""
    run = [sys.executable, "-m", "pytest", __file__, "-k", "graphs and not versions", "-n", "1"]
    done = subprocess.run([*run, "-p", "no:cacheprovider"], capture_output=True, text=True)
    assert f"graphs, seed {SEED}: 12 compared, 0 wrong" in done.stdout, done.stdout + done.stderr
