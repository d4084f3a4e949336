"""A guideline over columns agrees with one patient at a time: units, policies, domains."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

from batch_tables import EXACT, columns_rows  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from guidewright import batch  # noqa: E402
from guidewright.batch.planning import Choices, make_kernel  # noqa: E402
from guidewright.batch.values import Numbers, to_arrow  # noqa: E402
from guidewright.errors import CallError  # noqa: E402
from guidewright.feel.clock import system_clock  # noqa: E402
from guidewright.feel.types import BOOLEAN, DATE, NUMBER, STRING, ListType, Type  # noqa: E402
from guidewright.guideline import Guideline, load  # noqa: E402
from guidewright.guideline.patient import read_patient, read_policies  # noqa: E402

FOLDER = Path(__file__).parents[2] / "models" / "b12-deficiency"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the B12 guideline is not there")
UNITS = {"total B12": ["ng/L", "pmol/L", "ug/L"], "age": ["a", "mo"]}


@pytest.fixture(scope="module")
def b12() -> Guideline:
    return load(FOLDER)


def _inputs(guideline: Guideline) -> dict[str, tuple[Type, list[str]]]:
    """Return the inputs of patients: their types, and the texts that are allowed."""
    found = {}
    for step in guideline.model.steps.values():
        name = step.element.name
        if type(step.element).__name__ == "InputData" and name in guideline.file.inputs:
            allowed = step.item.allowed.text if step.item and step.item.allowed else ""
            texts = [each.strip().strip('"') for each in allowed.split(",") if '"' in each]
            found[name] = (step.type, texts)
    return found


EDGES = (180.0, 350.0, 25.0, 70.0, 0.1, 18.0, 16.0, 75.0, 20.0, 3.0, 5.0, 7.0, 48.0, 0.0)


def _strategy(of: Type, texts: list[str]) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    if of == NUMBER:
        edges = st.sampled_from(EDGES)
        wrong = st.sampled_from((-1.0, float("nan")))
        number = st.one_of(edges, edges, st.floats(0, 400, allow_subnormal=False), wrong)
        return pa.float64(), st.none() | number
    if of == BOOLEAN:
        return pa.bool_(), st.none() | st.booleans()
    if of == DATE:
        days = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
        return pa.date32(), st.none() | days
    if of == STRING:
        return pa.string(), st.none() | st.sampled_from(texts) | st.sampled_from((*texts, "x"))
    assert isinstance(of, ListType)
    items = st.sampled_from(texts)
    return pa.list_(pa.string()), st.none() | st.lists(items, max_size=3)


@st.composite
def cohorts(draw: st.DrawFn, guideline: Guideline) -> pa.RecordBatch:
    rows = draw(st.integers(1, 12))
    arrays, fields = [], []
    for name, (of, texts) in _inputs(guideline).items():
        if draw(st.integers(0, 9)) == 0:
            continue  # no column: null in every row
        kind, values = _strategy(of, texts)
        arrays.append(pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind))
        meaning = guideline.file.inputs[name]
        metadata = None
        if meaning.unit is not None:
            unit = draw(st.sampled_from(UNITS.get(name, [meaning.unit.code])))
            metadata = {"unit": unit} if unit != meaning.unit.code else None
        fields.append(pa.field(name, kind, metadata=metadata))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _given(guideline: Guideline, schema: pa.Schema, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as a patient: numbers with the unit of their column."""
    patient: dict[str, Any] = {}
    for name, value in row.items():
        meaning = guideline.file.inputs[name]
        if meaning.unit is None or value is None:
            patient[name] = value
        else:
            written = (schema.field(name).metadata or {}).get(b"unit")
            unit = written.decode() if written else meaning.unit.code
            patient[name] = {"value": value, "unit": unit}
    return patient


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_columns_agree_with_one_patient_at_a_time(b12: Guideline, data: st.DataObject) -> None:
    cohort = data.draw(cohorts(b12))
    policies = {
        name: data.draw(st.sampled_from(sorted(policy.readings)), label=name)
        for name, policy in b12.file.policies.items()
        if data.draw(st.booleans())
    }
    choices = Choices(policies=policies, extras=EXACT)
    kernel = make_kernel(b12, cohort.schema, choices, system_clock).kernel
    readings = read_policies(b12.file, policies)
    carried = {b12.file.policies[name].input: each for name, each in readings.items()}
    expected = []
    for row in cohort.to_pylist():
        try:
            values = read_patient(b12.file, b12.model, _given(b12, cohort.schema, row))
            outcomes = b12.model.evaluate({**values, **carried}).value
        except CallError:
            outcomes = None
        expected.append(
            {
                **{
                    goal.name: to_arrow(
                        outcomes[goal.name] if outcomes is not None else None,
                        goal.decider.outcomes.of,
                        Numbers.TEXT,
                    )
                    for goal in kernel.goals
                },
                "bad": outcomes is None,
            }
        )
    assert columns_rows(kernel, cohort) == expected


def test_units_are_converted_exactly(b12: Guideline) -> None:
    """180 ng/L is 132.80… pmol/L: the threshold lies between two neighbouring doubles."""
    table = pa.table({"total B12": [132.8, 132.81, 132.80212, 180.0]})
    decisions = ["class by total B12"]
    in_pmol = batch.run(b12, table, decisions=decisions, units={"total B12": "pmol/L"})
    expected = [
        b12.evaluate({"total B12": f"{number} pmol/L"}).decisions["class by total B12"]
        for number in table["total B12"].to_pylist()
    ]
    assert in_pmol["class by total B12"].to_pylist() == expected


def test_texts_with_units_are_read(b12: Guideline) -> None:
    table = pa.table({"total B12": ["120 ng/L", "0.4 ug/L", "120", None, "120 mg"]})
    found = batch.run(b12, table, decisions=["class by total B12"]).to_pylist()
    assert [row["class by total B12"] for row in found] == [
        "confirmed", "unlikely", None, "not measured", None,
    ]  # fmt: skip
    assert [row["rejected"] is not None for row in found] == [False, False, True, False, True]


def test_names_that_fit_nothing_are_told(b12: Guideline) -> None:
    with pytest.raises(CallError, match="did you mean 'total B12'"):
        batch.run(b12, pa.table({"total_B12": [1.0]}))
    with pytest.raises(CallError, match="no input is named 'total B13'"):
        batch.run(b12, pa.table({"total B12": [1.0]}), units={"total B13": "ng/L"})
    with pytest.raises(CallError, match="belongs to a policy"):
        batch.run(b12, pa.table({"boundary reading": ["open"]}))
    with pytest.raises(CallError, match="cannot be converted"):
        batch.run(b12, pa.table({"age": [1.0]}), units={"age": "ng/L"})
