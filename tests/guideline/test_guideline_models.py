"""The models that come with guidewright: no faults, every case passes, every rule is fired."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw
from guidewright.errors import Severity
from guidewright.guideline.cases import coverage, read_cases, run_case, stale

MODELS = Path(__file__).parents[2] / "models"
FOLDERS = sorted(path.parent for path in MODELS.glob("*/guideline.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_does_what_its_cases_say(folder: Path) -> None:
    guideline = gw.load(folder)
    assert [note for note in guideline.notes if note.severity is Severity.ERROR] == []
    file = read_cases(guideline)
    results = [run_case(guideline, case) for case in file.cases]
    assert len(results) >= 20
    assert [result.case.id for result in results if not result.passed] == []
    covered = coverage(guideline, file, results)
    assert (covered.unexplained, stale(covered)) == ((), ())


def test_there_are_models() -> None:
    assert {folder.name for folder in FOLDERS} >= {"b12-deficiency", "sepsis-hour-1"}
