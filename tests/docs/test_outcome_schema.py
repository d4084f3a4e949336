"""docs/outcome.schema.json describes every outcome, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import guidewright as gw
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Code, Severity
from guidewright.guideline.cases import read_cases
from guidewright.guideline.model import Role
from guidewright.guideline.outcome import Status
from guidewright.guideline.wire import FORMAT, dumps, outcome_to_json, units_of

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "outcome.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GUIDELINES = [ROOT / "models" / "b12-deficiency", ROOT / "tests" / "guidelines" / "fever"]


@cache
def outcomes(folder: Path, *, trace: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return the outcomes of all cases (with trace: of some) as another program reads them."""
    guideline = gw.load(folder)
    found = []
    for case in read_cases(guideline).cases[:: 12 if trace else 1]:
        if case.expect.error is None:
            outcome = guideline.evaluate(case.patient, case.policies)
            data = outcome_to_json(outcome, units=units_of(guideline.file), trace=trace)
            found.append((case.id, json.loads(dumps(data))))
    return found


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema inside a schema."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts(part)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("folder", GUIDELINES, ids=lambda each: each.name)
def test_every_case(folder: Path) -> None:
    for trace in (False, True):
        assert outcomes(folder, trace=trace)
        for case, data in outcomes(folder, trace=trace):
            faults = [
                f"{case}: {each.json_path}: {each.message}" for each in VALIDATOR.iter_errors(data)
            ]
            assert faults == []


def test_it_is_tight() -> None:
    """Every object names its keys, asks for all of them, and allows no others."""
    for part in parts(SCHEMA):
        if isinstance(part.get("properties"), dict):
            optional = set(part["properties"]) - set(part["required"])
            assert part["additionalProperties"] is False
            assert optional == ({"trace"} if part is SCHEMA else set())


def test_every_part_is_used_by_some_outcome() -> None:
    """What the schema describes occurs; an unused part would be stale."""
    seen: set[str] = set()
    for folder in GUIDELINES:
        for trace in (False, True):
            for _, data in outcomes(folder, trace=trace):
                seen |= {key for part in parts(data) for key in part}
    keys = {key for part in parts(SCHEMA) for key in part.get("properties", ())}
    assert keys <= seen


def test_what_is_wrong_is_refused() -> None:
    _, good = outcomes(GUIDELINES[1], trace=True)[0]
    for change in (
        lambda data: data.pop("notes"),
        lambda data: data.update(more=1),
        lambda data: data.update(status="unknown"),
        lambda data: data["sections"][0].update(role="hint"),
        lambda data: data["sections"][0]["options"][0]["hits"][0].update(row=0),
        lambda data: data["trace"][0]["tables"][0]["rules"][0].update(cells=["yes"]),
        lambda data: data.update(digest="abc"),
    ):
        bad = copy.deepcopy(good)
        change(bad)
        assert not VALIDATOR.is_valid(bad)


def test_closed_sets_are_those_of_the_code() -> None:
    of = SCHEMA["$defs"]
    assert SCHEMA["properties"]["format"]["const"] == FORMAT
    for words, where in (
        (Status, SCHEMA["properties"]["status"]),
        (Status, of["section"]["properties"]["status"]),
        (Role, of["section"]["properties"]["role"]),
        (HitPolicy, of["table"]["properties"]["hitPolicy"]),
        (Code, of["note"]["properties"]["code"]),
        (Severity, of["note"]["properties"]["severity"]),
    ):
        assert where["enum"] == [each.value for each in words]
