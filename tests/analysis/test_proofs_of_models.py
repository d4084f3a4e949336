"""What the proofs say of the guidelines that come with it: contradictions, gaps, properties."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import guidewright as gw
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import Pair, Verdict
from guidewright.analysis.properties import properties_of
from guidewright.analysis.tables import table_subject
from guidewright.analysis.verify import load_checks
from guidewright.dmn import DecisionOptions

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


def patients(finding):
    """Return all patients of a witness."""
    witness = finding.witness
    return (witness.first, witness.second) if isinstance(witness, Pair) else (witness,)


@pytest.mark.parametrize(
    ("decision", "boundaries"),
    [("class by total B12", {180, 350}), ("class by active B12", {25, 70})],
)
def test_the_boundaries_are_in_no_class_of_the_open_reading(decision, boundaries):
    """A01, from the table alone: each boundary with a patient whom the engine gives no class."""
    subject = table_subject(guide().model, decision, guide().file)
    found = [e for e in CHECKS["table.gap"].find(subject) if e.check == "table.boundary"]
    assert {e.verdict for e in found} == {Verdict.VIOLATED}
    axis = decision.removeprefix("class by ")
    shown = set()
    for each in found:
        values = each.witness.inputs
        assert values["boundary reading"] == "open"
        assert guide().model.evaluate(values, decision).value is None
        shown.add(values[axis])
    assert shown <= boundaries
    assert all(any(str(b) in e.text for e in found) for b in boundaries)


def test_without_the_severity_nothing_is_said_about_the_route():
    """A08: severity and symptoms do not cover all patients."""
    (found,) = [e for e in findings("guideline.missing-weaker") if e.about.subject == "severity"]
    assert found.verdict is Verdict.VIOLATED
    known, unknown = patients(found)
    assert known.inputs["severity"] is not None
    assert unknown.inputs.get("severity") is None
    # the very patient of the ambiguity: no symptoms, no severity, and no rule
    without = {**unknown.inputs, "neurological symptoms": "none"}
    decision = "regimen by severity"
    assert guide().model.evaluate({**without, "severity": "mild"}, decision).value
    assert not guide().model.evaluate(without, decision).value


def test_at_20_cm_only_the_statement_on_pathology_is_left():
    """A17: the rule on resection holds above 20 cm only."""
    found = [
        each
        for each in findings("guideline.conflict")
        if "crohn-short" in each.about.rules and each.verdict is Verdict.VIOLATED
    ]
    assert found
    for each in found:
        values = each.witness.inputs
        assert values["ileum resected"] <= 20
        assert "Crohn's disease" in values["causes"]
        for length in (values["ileum resected"], 20):
            chosen = chosen_rules({**values, "ileum resected": length})
            assert chosen == {"crohn-short"}


def chosen_rules(values):
    decision = "regimen after ileal resection"
    options = DecisionOptions(trace=True)
    trace = guide().model.evaluate(values, decision, options=options).trace
    return {each.rule.name for table in trace.decision(decision).tables for each in table.chosen}


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
