"""The same model gives the same report, byte by byte: in one process, and in others.

What a solver answers can depend on what it was asked before, and the order of a set of words on the
seed of the process. Neither may reach a report: a review compares it with that of yesterday.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import guidewright as gw
from guidewright.analysis.report import json_report, sarif_report, text_report
from guidewright.analysis.verify import verify
from guidewright.guideline.wire import dumps

MODELS = Path(__file__).parents[2] / "models"
FOLDERS = ["who-anc-anaemia/published", "sepsis-hour-1", "b12-deficiency"]
SMALL = FOLDERS[:2]


def written(folder: str) -> str:
    """Return all that is written about a guideline, proofs and notes included."""
    report = verify(gw.load(MODELS / folder))
    text = text_report(report, folder, notes=True, proofs=True)
    proofs = [dumps(dict(f.certificate.data)) for f in report.findings if f.certificate is not None]
    return "\n".join([text, dumps(json_report(report)), dumps(sarif_report(report, "0")), *proofs])


def elsewhere(folder: str, seed: int) -> str:
    """Return the same, written by a process of its own whose sets are in another order."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_same_report import written\n"
        "sys.stdout.buffer.write(written(sys.argv[2]).encode())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), folder],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        check=True,
    )
    return run.stdout.decode()


@pytest.mark.parametrize("folder", SMALL)
def test_twice_in_one_process_with_another_guideline_between(folder: str) -> None:
    first = written(folder)
    for other in SMALL:
        written(other)
    assert written(folder) == first


@pytest.mark.parametrize("folder", FOLDERS)
def test_two_processes_with_sets_in_another_order(folder: str) -> None:
    assert elsewhere(folder, 1) == (written(folder) if folder in SMALL else elsewhere(folder, 2))


def test_a_guideline_that_was_looked_at_before_gives_the_same() -> None:
    guide = gw.load(MODELS / SMALL[0])
    assert json_report(verify(guide)) == json_report(verify(guide))
