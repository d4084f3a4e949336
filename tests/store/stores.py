"""Where the guideline of these tests is, and what a test gets that opens stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from guidewright.store import Store

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"
Opener = Callable[[], Store]
