"""What changed, for whom: tables of pairs, the B12 guideline at another threshold, cohorts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from analysis_tables import load_table
from click.testing import CliRunner

import guidewright as gw
from guidewright.analysis.difference import Options
from guidewright.analysis.difference_report import as_json, markdown_lines, text_lines
from guidewright.analysis.findings import Verdict
from guidewright.cli import main

ROOT = Path(__file__).parents[2]
B12 = ROOT / "models" / "b12-deficiency"
FEVER = ROOT / "tests" / "guidelines" / "fever"

BASE = """
U | age: number = >= 0 | sex: string = "m", "f" || risk: string
  | < 18  | -   || "low"
  | >= 18 | "m" || "high"
  | >= 18 | "f" || "mid"
"""
PAIRS = [
    (BASE, BASE, []),
    # the same rules in another order, with another way to write a cell
    (
        BASE,
        """
U | age: number = >= 0 | sex: string = "m", "f" || risk: string
  | >= 18 | "f" || "mid"
  | [18..1000], > 1000 | "m" || "high"
  | [0..18) | -   || "low"
""",
        [],
    ),
    # a column more that no rule looks at
    (
        BASE,
        """
U | age: number = >= 0 | sex: string = "m", "f" | bmi: number || risk: string
  | < 18  | -   | - || "low"
  | >= 18 | "m" | - || "high"
  | >= 18 | "f" | - || "mid"
""",
        [],
    ),
    (
        BASE,
        BASE.replace('"m" || "high"', '"m" || "mid"'),
        ['age 18 or more and sex "m": "high" -> "mid"'],
    ),
    # `not("m")` holds for a missing value, too
    (
        BASE,
        BASE.replace('"f"', 'not("m")', 2).replace('"m", not("m")', '"m", "f"'),
        ['age 18 or more and sex missing: no answer -> "mid"'],
    ),
    (
        BASE,
        BASE.replace("< 18", "< 16"),
        ['age from 16 to under 18: "low" -> no answer'],
    ),
    # a value that only one version allows is null for the other
    (
        BASE,
        BASE.replace(">= 0", ">= 1"),
        ['age under 1: "low" -> no answer'],
    ),
    (
        "F | x: number || y: number\n| < 1 || 1\n| - || 2",
        "F | x: number || y: number\n| - || 2",
        ["x under 1: 1 -> 2"],
    ),
    (
        'C | x: number || y: string\n| < 1 || "a"\n| < 2 || "b"\n| < 3 || "c"',
        'C | x: number || y: string\n| < 1 || "a"\n| < 2 || "B"\n| < 3 || "c"',
        ['x under 2: no longer "b"; now also "B"'],
    ),
    (
        "U | x: number || y: number\n| < 1 || x + 1\n| >= 1 || 0",
        "U | x: number || y: number\n| < 1 || x + 1\n| >= 1 || 5",
        ["x 1 or more: 0 -> 5"],
    ),
    (
        'U | d: date || y: number\n| < @"2020-01-01" || 1\n| >= @"2020-01-01" || 2',
        'U | d: date || y: number\n| <= @"2020-01-01" || 1\n| > @"2020-01-01" || 2',
        ["d 2020-01-01: 2 -> 1"],
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), PAIRS)
def test_classes_of_patients(before: str, after: str, expected: list[str]) -> None:
    found = gw.diff(load_table(before), load_table(after))
    lines = [each.strip() for each in text_lines(found, None)]
    at = lines.index("Patients whose advice changes:") if expected else None
    shown = [
        f"{each.words}: {line.removeprefix('D: ')}"
        for each in found.advice.classes
        for line in [next(x for x in lines[at:] if x.startswith("D: "))]
    ]
    assert shown == expected
    assert found.verdict is (Verdict.VIOLATED if expected else Verdict.PROVED)
    json.dumps(as_json(found), default=str)
    assert list(markdown_lines(found))


def test_what_expressions_compute_is_not_called_equal() -> None:
    before = load_table("U | x: number | z: number || y: number\n| - | - || x * z")
    after = load_table("U | x: number | z: number || y: number\n| - | - || z * x")
    found = gw.diff(before, after)
    assert found.verdict is Verdict.UNKNOWN
    assert "computes with" in found.advice.unknown[0].why
    other = load_table("U | x: number | z: number || y: number\n| - | - || z * x + 1")
    assert gw.diff(before, other).verdict is Verdict.VIOLATED


@pytest.fixture(scope="module")
def changed_b12(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions") / "b12"
    shutil.copytree(B12, folder)
    file = folder / "decisions.dmn"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("&lt; 180", "&lt; 200")
        .replace("180, 350", "200, 350")
        .replace("(180..350)", "(200..350)"),
        encoding="utf-8",
    )
    return folder


def test_b12_at_another_threshold(changed_b12: Path) -> None:
    found = gw.diff(gw.load(B12), gw.load(changed_b12), Options(detail=200))
    (only,) = found.advice.classes
    assert only.words == "total B12 from 180 to under 200 ng/L"
    assert only.patient == {"total B12": 190}
    assert "Diagnosis: indeterminate" in only.no_longer
    assert "Diagnosis: confirmed" in only.now
    own = {each.decision: each.compared for each in found.decisions if each.own}
    (inner,) = own["class by total B12"].classes
    assert (inner.before, inner.after) == ("indeterminate", "confirmed")
    rules = {each.name for each in found.changes if each.what == "rule"}
    assert rules == {"total-confirmed", "total-indeterminate", "total-indeterminate-ends"}


def test_b12_is_equal_to_itself_whatever_the_readings() -> None:
    guide = gw.load(B12)
    found = gw.diff(guide, guide, Options(all_readings=True))
    assert found.verdict is Verdict.PROVED
    assert not found.changes


def test_a_default_reading_is_a_change_for_patients(tmp_path: Path) -> None:
    folder = tmp_path / "b12"
    shutil.copytree(B12, folder)
    file = folder / "guideline.yaml"
    text = file.read_text(encoding="utf-8")
    assert "default: closed" in text
    file.write_text(text.replace("default: closed", "default: open", 1), encoding="utf-8")
    before, after = gw.load(B12), gw.load(folder)
    found = gw.diff(before, after, Options(detail=50))
    assert found.verdict is Verdict.VIOLATED
    assert any(each.what == "policy" for each in found.changes)
    assert (
        gw.diff(before, after, Options({"P-BOUNDARY": "open"}, detail=50)).verdict is Verdict.PROVED
    )


# the command -------------------------------------------------------------------------------------


def test_the_command_fails_only_when_something_changes(changed_b12: Path) -> None:
    runner = CliRunner()
    same = runner.invoke(main, ["diff", str(FEVER), str(FEVER)])
    assert same.exit_code == 0, same.output
    assert "proved" in same.output
    result = runner.invoke(main, ["diff", str(B12), str(changed_b12), "--format", "markdown"])
    assert result.exit_code == 1
    assert "total B12 from 180 to under 200 ng/L" in result.output
    mixed = runner.invoke(main, ["diff", str(FEVER), str(FEVER / "decisions.dmn")])
    assert mixed.exit_code == 2


def test_a_cohort_is_counted(tmp_path: Path, changed_b12: Path) -> None:
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(
        "total B12,active B12\n150,\n190,\n199.9,\n200,\n,30\n-5,\n", encoding="utf-8"
    )
    result = CliRunner().invoke(
        main, ["diff", str(B12), str(changed_b12), "--cohort", str(cohort), "--format", "json"]
    )
    assert result.exit_code == 1, result.output
    counted = json.loads(result.output)["cohort"]
    assert (counted["rows"], counted["rejected"], counted["changed"]) == (6, 1, 2)
    assert counted["decisions"]["class by total B12"] == 2
    assert {
        "decision": "diagnosis",
        "before": "indeterminate",
        "after": "confirmed",
        "rows": 2,
        "first": 1,
    } in counted["answers"]
