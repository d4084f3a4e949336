"""What the proofs say of the guidelines that come with it: contradictions, gaps, properties."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import guidewright as gw
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import Verdict
from guidewright.analysis.properties import properties_of
from guidewright.analysis.verify import load_checks

MODELS = Path(__file__).parents[2] / "models"
B12 = MODELS / "b12-deficiency"


load_checks()


@cache
def guide():
    return gw.load(B12)


@cache
def findings(code):
    return tuple(CHECKS[code].find(guide()))


# the ambiguity of the source, and two statements that exclude each other there
CONTRADICTIONS = [
    ("A02", "S04", "S06"),
    ("A07", "S09", "S12"),
    ("A12", "S07", "S11"),
    ("A16", "S13", "S17"),
    ("A20", "S12", "S14"),
    ("A21", "S12", "S15"),
    ("A42", "S09", "S17"),
]


@pytest.mark.parametrize(("ambiguity", "one", "other"), CONTRADICTIONS)
def test_a_contradiction_is_found_with_a_patient(ambiguity, one, other):
    found = [
        each
        for each in findings("guideline.conflict")
        if one in each.text and other in each.text and each.verdict is Verdict.VIOLATED
    ]
    assert found, ambiguity
    values = found[0].witness.inputs
    carried = {p.input: p.name for p in guide().file.policies.values()}
    readings = {carried[name]: value for name, value in values.items() if name in carried}
    units = guide().file.inputs
    patient = {
        name: {"value": value, "unit": units[name].unit.code} if units[name].unit else value
        for name, value in values.items()
        if name not in carried
    }
    outcome = guide().evaluate(patient, readings)
    assert any({one, other} <= set(each.statements) for each in outcome.conflicts)


def test_the_boundary_values_are_the_gap_of_the_open_reading():
    (initial,) = [e for e in findings("guideline.no-answer") if e.about.subject == "Initial tests"]
    values = initial.witness.inputs
    assert values["total B12"] in (180, 350)
    assert values["active B12"] in (25, 70)
    assert values["boundary reading"] == "open"


@pytest.mark.parametrize(
    "folder", sorted(MODELS.glob("*/properties.yaml")), ids=lambda path: path.parent.name
)
def test_every_property_is_proved_or_known_not_to_hold(folder):
    model = gw.load(folder.parent)
    codes = ("property.decisions", "property.same", "property.ways")
    found = [each for code in codes for each in CHECKS[code].find(model)]
    verdicts = {each.about.subject: each for each in found}
    declared = properties_of(model).properties
    assert set(verdicts) == {each.id for each in declared}
    for each in declared:
        wanted = Verdict.VIOLATED if each.known else Verdict.PROVED
        assert verdicts[each.id].verdict is wanted, verdicts[each.id].text
    assert sum(each.verdict is Verdict.PROVED for each in found) >= 5
    assert list(CHECKS["property.vacuous"].find(model)) == []


def test_a_property_that_breaks_shows_the_patient(tmp_path):
    (broken,) = [e for e in findings("property.decisions") if e.verdict is Verdict.VIOLATED]
    values = broken.witness.inputs
    offers = guide().model.evaluate(values, "regimen by cause").value
    assert values["neurological symptoms"] == "severe"
    assert any(offer["route"] == "oral" for offer in offers)
