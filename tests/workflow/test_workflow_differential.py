"""`step` and another implementation of SCXML take generated charts the same way."""

from __future__ import annotations

import pytest

pytest.importorskip("statemachine", reason="python-statemachine is not installed")

from differential import SEED, compared


def test_generated_charts_go_the_same_way() -> None:
    """150 charts; all 2,000: `python tests/workflow/differential.py --count 2000`."""
    report = compared(150)
    print(f"seed {SEED}; {report}")
    assert report.different == []
    for kind in ("nesting", "parallel states", "history", "guards", "internal events"):
        assert report.counts[f"with {kind}"] >= 20
