"""W4 as its data may be declared, and as it may come: what each costs beside the plain workload.

In: the workload, and the values expected of it. Out: contenders by name, after their values were
compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from bench.calls import Disagreement
from bench.rounds import Local
from bench.workloads import Workload
from guidewright.dmn import build
from guidewright.dmn.reader import read_definitions

Patients = list[dict[str, Any]]
OF = "W4"
_UNTYPED = '<variable name="labs" typeRef="Any"/>'
_CODES = '"B12", "CRP", "FOL", "HB", "MCV"'


def contenders(workload: Workload, values: Sequence[dict[str, Any]]) -> dict[str, Local]:
    """Return every variant, ready to run; raises `Disagreement` if one gives other values."""
    untyped = workload.model.read_text(encoding="utf-8")
    dated = _typed(untyped, "date", "", "")
    limited = _typed(untyped, "date", _CODES, ">= 0")
    exact = workload.rows()
    variants: dict[str, tuple[str, Patients]] = {
        "a declared type, with texts for dates": (_typed(untyped, "string", "", ""), exact),
        "a declared type, with dates": (dated, exact),
        "with dates and allowed values": (limited, exact),
        "with these, and dates as Python has them": (limited, _with_dates(exact)),
        "no declared type, binary floats": (untyped, workload.rows(float)),
        "no declared type, entries that some rows lack": (untyped, _with_remarks(exact)),
    }
    return {
        name: _checked(name, model, patients, values)
        for name, (model, patients) in variants.items()
    }


def _checked(name: str, text: str, patients: Patients, values: Sequence[dict[str, Any]]) -> Local:
    call = build([read_definitions(text.encode(), f"{name}.dmn")]).compile()
    for number, (patient, expected) in enumerate(zip(patients, values, strict=True), start=1):
        found = call(patient)
        if found != expected:
            raise Disagreement(f"{OF}, {name}, input {number}: {found!r}, not {expected!r}")
    return Local(call, patients)


# models -------------------------------------------------------------------------------------------


def _typed(text: str, day: str, codes: str, values: str) -> str:
    """Return the model with a type for the results, whose texts and values may be limited."""
    parts = {
        "code": _reference("string", codes),
        "value": _reference("number", values),
        "unit": _reference("string"),
        "low": _reference("number"),
        "high": _reference("number"),
        "taken": _reference(day),
    }
    components = "".join(
        f'<itemComponent name="{name}">{inside}</itemComponent>' for name, inside in parts.items()
    )
    items = (
        f'<itemDefinition name="tLab">{components}</itemDefinition>'
        f'<itemDefinition name="tLabs" isCollection="true">{_reference("tLab")}</itemDefinition>'
    )
    assert _UNTYPED in text  # noqa: S101 - else nothing would be measured
    text = text.replace("<inputData", f"{items}<inputData", 1)
    text = text.replace(_UNTYPED, _UNTYPED.replace("Any", "tLabs"))
    if day == "date":
        for owner in ("item", "a", "b", "labs[i]", "labs[i-1]"):
            assert f"date({owner}.taken)" in text  # noqa: S101 - as above
            text = text.replace(f"date({owner}.taken)", f"{owner}.taken")
    return text


def _reference(of: str, allowed: str = "") -> str:
    tests = allowed.replace(">", "&gt;")
    limit = f"<allowedValues><text>{tests}</text></allowedValues>" if allowed else ""
    return f"<typeRef>{of}</typeRef>{limit}"


# inputs -------------------------------------------------------------------------------------------


def _with_dates(patients: Patients) -> Patients:
    """Return the inputs with `datetime.date` for the day of each result."""
    return [
        {**patient, "labs": [_dated(result) for result in patient["labs"]]} for patient in patients
    ]


def _dated(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "taken": date.fromisoformat(result["taken"])}


def _with_remarks(patients: Patients) -> Patients:
    """Return the inputs with an entry more in every seventh result."""
    return [
        {
            **patient,
            "labs": [
                result if number % 7 else {**result, "remark": "by phone"}
                for number, result in enumerate(patient["labs"])
            ],
        }
        for patient in patients
    ]
