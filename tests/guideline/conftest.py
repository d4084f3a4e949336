"""The guidelines the tests evaluate, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def guidelines() -> dict[str, gw.Guideline]:
    return {
        "b12": gw.load(ROOT / "models" / "b12-deficiency"),
        "fever": gw.load(ROOT / "tests" / "guidelines" / "fever"),
    }
