"""The WHO's antenatal anaemia tables: the published faults are found, the corrected are proved."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw
from guidewright.analysis.findings import Finding, Pair, Patient, Verdict
from guidewright.analysis.verify import Report
from guidewright.guideline.cases import read_cases, run_case

FOLDER = Path(__file__).parents[2] / "models" / "who-anc-anaemia"
CHECKS = (
    *("table.gap", "table.boundary", "table.sliver", "table.whole-numbers"),
    *("table.overlap", "table.not-monotone"),
)


def verified(version: str) -> tuple[gw.Guideline, Report]:
    guide = gw.load(FOLDER / version)
    return guide, gw.verify(guide, CHECKS)


def patients(finding: Finding) -> list[Patient]:
    match finding.witness:
        case Patient() as patient:
            return [patient]
        case Pair() as pair:
            return [pair.first, pair.second]
    return []


def test_the_published_tables() -> None:
    guide, report = verified("published")
    found = {(each.check, each.about.subject): each for each in report.findings}
    gap = found["table.gap", "iron dose"]
    assert gap.verdict is Verdict.VIOLATED
    assert "a patient with anaemia prevalence 30 %" in gap.text
    (patient,) = patients(gap)
    assert 20 <= patient.inputs["anaemia prevalence"] < 40
    assert guide.model.evaluate(patient.inputs, "iron dose").value is None
    weeks = [
        each.inputs["gestational age"]
        for finding in report.of("table.whole-numbers")
        for each in patients(finding)
    ]
    assert sorted(int(each) for each in weeks) == [12, 27]
    assert all(each != int(each) for each in weeks)
    inverted = found["table.not-monotone", "iron dose"]
    assert inverted.verdict is Verdict.VIOLATED
    without, with_effects = patients(inverted)
    assert (without.inputs["side effects"], with_effects.inputs["side effects"]) == (False, True)
    doses = [
        guide.model.evaluate(each.inputs, "iron dose").value["iron a week"]
        for each in (without, with_effects)
    ]
    assert doses == [120, 210]


def test_the_corrected_tables_are_proved() -> None:
    _, report = verified("corrected")
    assert [each.text for each in report.findings if each.verdict is not Verdict.PROVED] == []
    proved = {(each.check, each.about.subject) for each in report.findings}
    assert proved >= {
        ("table.gap", "anaemia"),
        ("table.gap", "iron dose"),
        ("table.not-monotone", "iron dose"),
    }


@pytest.mark.parametrize("version", ["published", "corrected"])
def test_the_cases(version: str) -> None:
    guide = gw.load(FOLDER / version)
    assert not guide.notes
    for case in read_cases(guide).cases:
        assert not run_case(guide, case).differences
