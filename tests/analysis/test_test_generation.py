"""Patients made from tables, the mutation score, and the strategy of random patients."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings

import guidewright as gw
from guidewright.analysis.mutants import Edit, mutants_of
from guidewright.analysis.mutation import Fate, mutate
from guidewright.analysis.test_generation import Purpose, generate
from guidewright.analysis.test_writing import case_lines
from guidewright.cli import main
from guidewright.dmn.model import DecisionTable
from guidewright.guideline.cases import read_cases, run_case
from guidewright.testing import patients

ROOT = Path(__file__).parents[2]
FEVER = ROOT / "tests" / "guidelines" / "fever"
GUIDE = gw.load(FEVER)
SUITE = generate(GUIDE)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fever guideline with generated cases in place of the authors'."""
    folder = tmp_path_factory.mktemp("generated") / "fever"
    shutil.copytree(FEVER, folder)
    text = "\n".join(case_lines(GUIDE, SUITE)) + "\n"
    (folder / "cases.yaml").write_text(text, encoding="utf-8")
    return folder


def test_every_rule_has_a_patient() -> None:
    rules = {
        (decision.name, rule.name)
        for decision in GUIDE.model.definitions.decisions
        for rule in getattr(decision.logic, "rules", ())
    }
    met = {
        (each.decision, each.rule)
        for case in SUITE.cases
        for each in case.objectives
        if each.purpose is Purpose.RULE
    }
    assert met == rules
    assert not SUITE.unreached


def test_boundaries_and_one_unit_beside_them() -> None:
    tried = {
        each.detail
        for case in SUITE.cases
        for each in case.objectives
        if each.purpose is Purpose.BOUNDARY and each.detail.startswith("temperature")
    }
    assert {"temperature 37", "temperature 38", "temperature 39"} <= tried


def test_a_cell_alone_keeps_its_rule_from_matching() -> None:
    for case in SUITE.cases:
        for each in case.objectives:
            if each.purpose is not Purpose.CELL:
                continue
            decision = case.outcome.trace.decision(each.decision)
            rules = [rule for table in decision.tables for rule in table.rules]
            (rule,) = (one for one in rules if one.rule.name == each.rule)
            assert sum(cell is not True for cell in rule.cells) == 1, (each, case.patient)


def test_no_patient_is_there_for_nothing() -> None:
    objectives = [each for case in SUITE.cases for each in case.objectives]
    assert len(objectives) == len(set(objectives))


def test_generated_cases_pass_and_say_that_nobody_reviewed_them(generated: Path) -> None:
    guide = gw.load(generated)
    cases = read_cases(guide).cases
    assert len(cases) == len(SUITE.cases)
    assert all(run_case(guide, each).passed for each in cases)
    assert all("not clinically reviewed" in (each.why or "") for each in cases)


def test_the_command_overwrites_nothing(tmp_path: Path) -> None:
    there = tmp_path / "cases.yaml"
    there.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["generate", str(FEVER), "--output", str(there)])
    assert result.exit_code == 2
    assert there.read_text(encoding="utf-8") == "mine"


# mutants -----------------------------------------------------------------------------------------


def _mutants() -> list:
    return [
        each
        for decision in GUIDE.model.definitions.decisions
        if isinstance(decision.logic, DecisionTable)
        for each in mutants_of(decision, decision.logic, GUIDE.file)
    ]


def test_the_edits() -> None:
    found = {(each.edit, each.before, each.after) for each in _mutants()}
    assert {
        (Edit.THRESHOLD, "> 38", "> 37"),
        (Edit.THRESHOLD, "> 38", "> 39"),
        (Edit.OPERATOR, "> 38", ">= 38"),
        (Edit.WORD, "true", "false"),
        (Edit.OUTPUT, '"stop smoking"', '"drink"'),
    } <= found
    assert {each.edit for each in _mutants()} >= {Edit.RULE}


def test_every_mutant_has_the_fate_it_deserves() -> None:
    """Killed by the case that is named; survivors differ for the patient who is shown."""
    cases = read_cases(GUIDE)
    score = mutate(GUIDE, cases)
    assert score.of(Fate.KILLED)
    assert score.of(Fate.SURVIVED)
    assert 0 < score.value < 1
    for each in score.tried:
        assert each.mutant.place.place.file.endswith("decisions.dmn")
        if each.fate is Fate.KILLED:
            assert each.case in {case.id for case in cases.cases}
        elif each.fate is Fate.SURVIVED:
            assert each.before != each.after


def test_generated_cases_notice_more(generated: Path) -> None:
    guide = gw.load(generated)
    authors = mutate(GUIDE, read_cases(GUIDE)).value
    assert mutate(guide, read_cases(guide)).value > max(authors, 0.9)


def test_a_mutant_that_changes_nothing_is_proved_and_not_counted(tmp_path: Path) -> None:
    """What is over 7 is over 5 anyway."""
    folder = tmp_path / "fever"
    shutil.copytree(FEVER, folder)
    file = folder / "decisions.dmn"
    text = file.read_text(encoding="utf-8")
    row = text.index('<rule id="gap-crp"')
    cell = text.index("&gt; 5", row)
    file.write_text(text[:cell] + "&gt; 5, &gt; 7" + text[cell + len("&gt; 5") :], encoding="utf-8")
    guide = gw.load(folder)
    score = mutate(guide, read_cases(guide), only=["open points"])
    same = {each.mutant.after for each in score.of(Fate.EQUIVALENT)}
    assert same == {"> 5, > 6", "> 5, > 8", "> 5, >= 7"}


def test_the_command_can_fail_under_a_score() -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["mutate", str(FEVER), "--fail-under", "10"]).exit_code == 0
    result = runner.invoke(main, ["mutate", str(FEVER), "--fail-under", "100"])
    assert result.exit_code == 1
    assert "No case notices:" in result.output


# random patients ---------------------------------------------------------------------------------


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(patients(GUIDE))
def test_random_patients_are_accepted(patient: dict) -> None:
    outcome = GUIDE.evaluate(patient)
    assert set(outcome.patient) == set(patient)
