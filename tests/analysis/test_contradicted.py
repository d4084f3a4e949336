"""What the engine does not confirm is told as our own fault, and the other checks go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import guidewright as gw
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import About, Finding, Patient, Verdict, violated
from guidewright.errors import Severity

FOLDER = Path(__file__).parents[2] / "models" / "who-anc-anaemia" / "published"


@pytest.mark.parametrize("code", ["table.gap", "guideline.no-answer"])
def test_the_other_checks_go_on(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(subject: Any) -> Iterator[Finding]:
        about = subject.about() if CHECKS[code].subject == "table" else About("it")
        yield violated(CHECKS[code].claim(about, ""), Patient({}), lambda each: None)

    guide = gw.load(FOLDER)
    before = gw.verify(guide)
    monkeypatch.setitem(CHECKS, code, replace(CHECKS[code], find=wrong))
    after = gw.verify(guide)
    told = after.of("analysis.contradicted")
    assert told
    for each in told:
        assert (each.severity, each.verdict) == (Severity.ERROR, Verdict.POSSIBLE)
        assert f"`{code}`" in each.text
        assert "does not show it" in each.text
        assert each.place is not None
    mine = {each.code for each in CHECKS.values() if code in each.said_by} | {code}
    assert {each.check for each in before.findings} - mine <= {e.check for e in after.findings}
    assert gw.verify(guide, [code]).findings == told
