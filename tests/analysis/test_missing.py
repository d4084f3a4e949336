"""Which missing data could change the advice: against trying everything, and on B12."""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_guides import guide_of

import guidewright as gw
from guidewright.analysis.missing import missing_data
from guidewright.cli import main

MODELS = Path(__file__).parents[2] / "models"
VALUES = {"b": [None, True, False], "n": [None, 1, 2, 3, 4, 5, 6], "c": [None, "x", "y"]}
CELLS = {
    "b": ("-", "true", "false", "null", "not(true)"),
    "n": ("-", "< 3", "[3..5]", "> 5", "null", "not(3)"),
    "c": ("-", '"x"', '"y"', "null", 'not("x")'),
}
ITEMS = 'tText: string = "x", "y"\ntNumber: number = [1..6]'
TYPES = {"b": "boolean", "n": "tNumber", "c": "tText"}


def random_guide(folder, rng):
    """Two tables, the second of which looks at the first."""
    lines = []
    for name, columns in (("d", ("b", "n")), ("e", ("d", "c"))):
        heads = " | ".join(f"{c}: {TYPES[c]}" if c in TYPES else c for c in columns)
        lines.append(f"{name} : string | {rng.choice('UFC')} | {heads}")
        for row in range(3):
            cells = " | ".join(
                rng.choice(CELLS.get(c, ("-", '"p"', '"q"', "null"))) for c in columns
            )
            lines.append(f'  {name}{row} | {cells} || "{rng.choice("pq")}"')
    text = "\n".join(lines).replace("d : string | C", "d : string | F")
    return guide_of(folder, text.replace("e : string | C", "e : Any | C"), items=ITEMS)


def advice(guide, values):
    outcome = guide.evaluate(values)
    return frozenset((hit.decision, hit.rule.row) for hit in outcome.hits())


def tried(guide, patient):
    """Return by trying everything: what matters alone, and what matters at all."""
    open_ = [name for name in VALUES if patient[name] is None]
    now = advice(guide, patient)
    alone = {
        name: {advice(guide, {**patient, name: v}) for v in VALUES[name] if v is not None} - {now}
        for name in open_
    }
    every = {
        combo: advice(guide, {**patient, **dict(zip(open_, combo, strict=True))})
        for combo in product(*(VALUES[name] for name in open_))
    }
    together = {
        name
        for place, name in enumerate(open_)
        for combo, result in every.items()
        for value in VALUES[name]
        if every[(*combo[:place], value, *combo[place + 1 :])] != result
    }
    return {name: len(found) for name, found in alone.items() if found}, together


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_trying_everything_finds(tmp_path, seed):
    rng = random.Random(seed)
    guide = random_guide(tmp_path, rng)
    for _ in range(2):
        patient = {name: rng.choice([None, *values]) for name, values in VALUES.items()}
        found = missing_data(guide, patient)
        alone, together = tried(guide, patient)
        asked = {each.input: len(each.answers) for each in found.questions}
        assert {name: n for name, n in asked.items() if n} == alone
        assert set(asked) == together, patient
        assert all(each.exact for each in found.questions)
        assert not found.undecided


DOSE = """
dose : number | U | ill: boolean | weight: number | child: boolean
  give | true | - | - || {output}
"""


@pytest.mark.parametrize(
    ("output", "matters"),
    [("30 * weight", "weight"), ("if child then 10 else 20", "child"), ("20", None)],
)
def test_an_amount_that_follows_from_a_datum_matters(tmp_path, output, matters):
    text = DOSE.replace("{output}", output)
    found = missing_data(guide_of(tmp_path, text), {"ill": True})
    assert [each.input for each in found.questions] == ([matters] if matters else [])
    assert set(found.irrelevant) == {"weight", "child"} - {matters}
    if matters == "child":
        (answer,) = found.questions[0].answers
        assert answer.values == (True,)
        assert answer.changes[0].gained == ("10",)
        assert answer.changes[0].lost == ("20",)


def test_what_comes_first_is_what_the_earliest_section_needs():
    guide = gw.load(MODELS / "b12-deficiency")
    patient = {"total B12": "120 ng/L", "age": "50 a", "causes": ["vegan diet"]}
    found = missing_data(guide, patient)
    order = [each.input for each in found.questions]
    assert order.index("active B12") < order.index("severity") < order.index("folic acid")
    assert "MMA result" in found.irrelevant
    severity = found.questions[order.index("severity")]
    assert [set(answer.values) for answer in severity.answers] == [{"severe"}]


def test_the_command_prints_json(tmp_path):
    folder = MODELS / "b12-deficiency"
    patient = folder / "example-patient.yaml"
    arguments = ["missing", str(folder), "--patient", str(patient), "--format", "json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["format"] == "guidewright-missing-1"
    assert data["questions"][0]["input"] == "active B12"
    assert data["questions"][0]["unit"] == "pmol/L"
    assert "pregnant" in data["irrelevant"]  # nobody of 78 is: a background constraint
