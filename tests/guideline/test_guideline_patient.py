"""Reading a patient: what is accepted, in which form it arrives, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import guidewright as gw
from guidewright.feel.text import literal


@pytest.fixture(scope="module")
def fever(guidelines: dict[str, gw.Guideline]) -> gw.Guideline:
    return guidelines["fever"]


@pytest.fixture(scope="module")
def b12(guidelines: dict[str, gw.Guideline]) -> gw.Guideline:
    return guidelines["b12"]


# input, as it is given, as FEEL has it
ACCEPTED: list[tuple[str, Any, str]] = [
    ("total B12", "120 ng/L", "120"),
    ("total B12", "120ng/L", "120"),
    ("total B12", "  120  pg/mL ", "120"),
    ("total B12", "+120 ng/L", "120"),
    ("total B12", "120.50 ng/L", "120.5"),
    ("total B12", ".5 ng/L", "0.5"),
    ("total B12", {"value": 120, "unit": "ng/L"}, "120"),
    ("total B12", {"value": Decimal("120.5"), "unit": " ng/L "}, "120.5"),
    ("total B12", {"value": "120", "unit": "ng/L"}, "120"),
    ("total B12", "140 pmol/L", "189.756"),
    ("total B12", {"value": 140, "unit": "pmol/L"}, "189.756"),
    ("total B12", {"value": 0.14, "unit": "nmol/L"}, "189.756"),
    ("total B12", "0 ng/L", "0"),
    ("total B12", None, "null"),
    ("total  B12", "120 ng/L", "120"),
    ("active B12", "50 pmol/L", "50"),
    ("active B12", "67.77 ng/L", "50"),
    ("age", "18 months", "1.5"),
    ("folic acid", "400 mcg/d", "0.4"),
    ("folic acid", "400 µg/d", "0.4"),
    ("symptomatic", True, "true"),
    ("symptomatic", False, "false"),
    ("severity", "mild", '"mild"'),
    ("severity", ["mild"], '"mild"'),  # FEEL's conversion of a list of one
    ("causes", "metformin", '["metformin"]'),
    ("causes", ["metformin", "vegan diet"], '["metformin", "vegan diet"]'),
    ("causes", [], "[]"),
    ("treatment start", "2026-03-01", '@"2026-03-01"'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "value"), ACCEPTED)
def test_accepted(b12: gw.Guideline, name: str, raw: Any, value: str) -> None:
    patient = b12.evaluate({name: raw}).patient
    assert [literal(each) for each in patient.values()] == [value]
    assert list(patient) == [" ".join(name.split())]


# input, as it is given, the code, a piece of the text
REFUSED: list[tuple[str, Any, str, str]] = [
    ("total B12", 130, "input.unit", "the unit of 130 is missing"),
    ("total B12", "130", "input.unit", "the unit of 130 is missing"),
    ("total B12", {"value": 130}, "input.unit", "the unit of 130 is missing"),
    ("total B12", {"value": 130, "unit": None}, "input.unit", "the unit of 130 is missing"),
    ("total B12", "130 mg", "input.unit", "'mg' cannot be converted to 'ng/L'"),
    ("total B12", "130 units", "input.unit", "'units' is not a known unit"),
    ("eGFR", "60 mL/min", "input.unit", "annotated differently"),
    ("total B12", "-130 ng/L", "input.domain", "-130 ng/L is not possible; allowed: >= 0"),
    ("total B12", "-1 pmol/L", "input.domain", "-1.3554 ng/L is not possible; allowed: >= 0"),
    ("total B12", "1e3 ng/L", "input.unit", "'e3 ng/L'"),
    ("total B12", "1,5 ng/L", "input.unit", "',5 ng/L'"),
    ("total B12", "<50 ng/L", "input.type", "'<50 ng/L' is not a number with a unit"),
    ("total B12", "१२० ng/L", "input.type", "is not a number with a unit"),
    ("total B12", "low", "input.type", "'low' is not a number with a unit"),
    ("total B12", "", "input.type", "'' is not a number with a unit"),
    ("total B12", True, "input.type", "a number with a unit is expected, not a boolean"),
    ("total B12", float("nan"), "input.type", "NaN and infinity are no numbers"),
    ("total B12", float("inf"), "input.type", "NaN and infinity are no numbers"),
    ("total B12", object(), "input.type", "object"),
    ("total B12", {"unit": "ng/L"}, "input.type", "a quantity is written {value: …, unit: …}"),
    ("severity", "Mild", "input.domain", '"Mild" is not possible'),
    ("causes", ["metformin", "tea"], "input.domain", '"tea" is not possible'),
    ("symptomatic", "yes", "input.type", "a string is not a boolean"),
    ("symptomatic", "maybe", "input.type", "a string is not a boolean"),
    ("treatment start", "2026-02-29", "input.type", "there is no day 29 in February 2026"),
    ("treatment start", "01.03.2026", "input.type", "is not a date"),
    ("total b12", "130 ng/L", "input.unknown", "no input is named 'total b12'"),
    ("diagnosis", "confirmed", "input.unknown", "no input is named 'diagnosis'"),
    ("boundary reading", "open", "input.unknown", "no input is named 'boundary reading'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "code", "text"), REFUSED)
def test_refused(b12: gw.Guideline, name: str, raw: Any, code: str, text: str) -> None:
    with pytest.raises(gw.CallError) as fault:
        b12.evaluate({name: raw})
    (note,) = fault.value.notes
    assert note.code == code
    assert text in note.text


def test_two_units_are_one_too_many(b12: gw.Guideline) -> None:
    """120 pmol/L is 162.648 ng/L; nobody may read it as 120 ng/L."""
    with pytest.raises(gw.CallError, match=r"input\.unit"):
        b12.evaluate({"total B12": {"value": "120 pmol/L", "unit": "ng/L"}})


def test_null_is_not_among_the_allowed_items(b12: gw.Guideline) -> None:
    with pytest.raises(gw.CallError, match=r"input\.domain"):
        b12.evaluate({"causes": [None]})


def test_every_fault_at_once(b12: gw.Guideline) -> None:
    patient = {"total B12": 130, "active B12": "-1 pmol/L", "sevrity": "mild", "symptomatic": 1}
    with pytest.raises(gw.CallError) as fault:
        b12.evaluate(patient)
    assert [str(note) for note in fault.value.notes] == [
        (
            "input.unit: 'total B12': the unit of 130 is missing "
            "(write it with its unit, such as '130 ng/L')"
        ),
        "input.domain: 'active B12': -1 pmol/L is not possible; allowed: >= 0",
        "input.unknown: no input is named 'sevrity' (did you mean 'severity'?)",
        "input.type: 'symptomatic': a number is not a boolean",
    ]


def test_the_caller_s_data_are_not_changed(b12: gw.Guideline) -> None:
    patient = {"total B12": {"value": 120, "unit": "pg/mL"}, "causes": ["metformin"]}
    b12.evaluate(patient)
    assert patient == {"total B12": {"value": 120, "unit": "pg/mL"}, "causes": ["metformin"]}


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ({"P-BOUNDRY": "open"}, "no policy is named 'P-BOUNDRY' (did you mean 'P-BOUNDARY'?)"),
        (
            {"P-BOUNDARY": "ajar"},
            "the policy P-BOUNDARY has no reading 'ajar' (its readings are: closed, open)",
        ),
        (
            {"boundary reading": "open"},
            "no policy is named 'boundary reading' (did you mean 'P-BOUNDARY'?)",
        ),
    ],
)
def test_a_policy_that_does_not_exist(
    b12: gw.Guideline, policies: dict[str, str], said: str
) -> None:
    with pytest.raises(gw.CallError) as fault:
        b12.evaluate({}, policies)
    assert str(fault.value) == f"guideline.policy: {said}"


def test_an_unknown_name_at_a_patient_that_is_empty(fever: gw.Guideline) -> None:
    with pytest.raises(gw.CallError, match=r"input\.unknown: no input is named ''"):
        fever.evaluate({"": 1})
