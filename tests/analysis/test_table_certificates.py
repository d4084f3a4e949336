"""Certificates that a stranger can check, and findings that cannot be made up."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from analysis_tables import load_table, table_xml

from guidewright.analysis import certificate_checker
from guidewright.analysis.certificate_checker import ProofError
from guidewright.analysis.checks import Subject, checks_of
from guidewright.analysis.findings import (
    About,
    Claim,
    Finding,
    Patient,
    ReplayError,
    Verdict,
    violated,
)
from guidewright.analysis.tables import table_subject
from guidewright.analysis.verify import load_checks
from guidewright.errors import Severity

CHECKER = Path(certificate_checker.__file__)


def certificates(table: str) -> list[dict[str, Any]]:
    load_checks()
    subject = table_subject(load_table(table), "D")
    found = [each for check in checks_of(Subject.TABLE) for each in check.find(subject)]
    return [
        json.loads(json.dumps({"kind": each.certificate.kind, **each.certificate.data}))
        for each in found
        if each.certificate is not None
    ]


COMPLETE = """U | x: number = [0..10] | s: string = "a", "b" || y: number
  | < 3 | - || 1
  | [3..10] | "a" || 2
  | >= 3 | not("a") || 3"""
DEAD = """F | x: number || y: number
  | < 5 || 1
  | >= 5, null || 2
  | [3..7] || 3"""
APART = """F | x: number || y: number
  | < 5 || 1
  | >= 5 || 2"""


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (COMPLETE, "every value in the space of 'D' meets a rule"),
        (DEAD, "a rule of 'D' never decides"),
        (APART, "no two rules of 'D' match together"),
    ],
)
def test_the_checker_alone(table: str, says: str, tmp_path: Path) -> None:
    """As a program of its own, without this package in its way, and against the file."""
    said = []
    model = tmp_path / "m.dmn"
    model.write_text(table_xml(table).replace("<decisionTable ", '<decisionTable id="t" '))
    for number, data in enumerate(certificates(table)):
        path = tmp_path / f"{number}.json"
        data["table"] = "t"
        path.write_text(json.dumps(data))
        command = [sys.executable, "-I", str(CHECKER), str(path), str(model)]
        said.append(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        )
    assert says in said


def _no_rule(data: dict[str, Any]) -> None:
    del data["rules"]["r3"]


def _narrower(data: dict[str, Any]) -> None:
    data["rules"]["r1"][0] = "< 2"


def _other_leaf(data: dict[str, Any]) -> None:
    data["tree"] = [each if each < 0 else 0 for each in data["tree"]]


def _shorter(data: dict[str, Any]) -> None:
    data["tree"] = data["tree"][:-1]


def _strange(data: dict[str, Any]) -> None:
    data["rules"]["r1"][0] = "< y"


def _gap(data: dict[str, Any]) -> None:
    data["gaps"] = [data["space"]]


@pytest.mark.parametrize("spoil", [_no_rule, _narrower, _other_leaf, _shorter, _strange, _gap])
def test_a_spoilt_certificate_is_refused(spoil: Any) -> None:
    (data,) = [each for each in certificates(COMPLETE) if each["kind"] == "table-cover"]
    assert certificate_checker.check(copy.deepcopy(data))
    spoil(data)
    with pytest.raises((ProofError, IndexError)):
        certificate_checker.check(data)


def test_a_certificate_of_another_file_is_refused(tmp_path: Path) -> None:
    (data,) = [each for each in certificates(COMPLETE) if each["kind"] == "table-cover"]
    path = tmp_path / "m.dmn"
    changed = table_xml(COMPLETE).replace("<decisionTable ", '<decisionTable id="t" ')
    path.write_text(changed.replace("&lt; 3", "&lt; 2"))
    data["table"] = "t"
    with pytest.raises(ProofError, match="rule 'r1' of the file is another one"):
        certificate_checker.check(data, str(path))


def test_the_checker_is_small_and_needs_nothing() -> None:
    lines = CHECKER.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 200
    imports = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import", "from"))
    }
    assert imports <= {*sys.stdlib_module_names, "__future__"}


# findings cannot be made up ----------------------------------------------------------------------

CLAIM = Claim("table.gap", Severity.ERROR, About("D"), "a claim")


def test_what_the_engine_does_not_show_is_our_fault() -> None:
    with pytest.raises(ReplayError, match="does not show it"):
        violated(CLAIM, Patient({"x": 1}), lambda patient: None)


def test_a_violation_needs_evidence() -> None:
    with pytest.raises(ReplayError, match="unseen"):
        Finding("table.gap", Severity.ERROR, Verdict.VIOLATED, About("D"), "made up")


def test_a_patient_with_assumed_values_shows_what_is_possible() -> None:
    found = violated(CLAIM, Patient({}, {"diagnosis": "x"}), lambda patient: "the engine")
    assert found.verdict is Verdict.POSSIBLE


def test_evidence_is_made_in_one_place_only() -> None:
    for path in CHECKER.parent.glob("*.py"):
        if path.name != "findings.py":
            assert "Evidence(" not in path.read_text(encoding="utf-8"), path.name
