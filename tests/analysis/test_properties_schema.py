"""The schema for editors takes the files that are read, and refuses what the reader refuses."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from guidewright.analysis import properties
from guidewright.yaml_reader import plain, read_yaml_file

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "properties.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = sorted((ROOT / "models").glob("*/properties.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.parent.name)
def test_the_models_fit(file):
    assert not list(VALIDATOR.iter_errors(plain(read_yaml_file(file))))


def test_the_schema_knows_every_claim():
    known = set(SCHEMA["$defs"]["property"]["properties"])
    assert set(properties._CLAIMS) <= known
    assert known - set(properties._CLAIMS) == {
        "id", "text", "statements", "known", "for", "policies",
    }  # fmt: skip
    assert {each["required"][0] for each in SCHEMA["$defs"]["property"]["oneOf"]} == set(
        properties._CLAIMS
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "P", "text": "t"},
        {"id": "P", "text": "t", "never": "a", "always": "b"},
        {"id": "P", "never": "a"},
        {"id": "P", "text": "t", "never": "a", "kown": ["A1"]},
        {"id": "P", "text": "t", "reached": {"state": "s", "by step": -1}},
        {"id": "P", "text": "t", "before": {"state": "s"}},
    ],
)
def test_what_does_not_fit(entry):
    assert list(VALIDATOR.iter_errors({"properties": [entry]}))
