"""Outcomes: missing is not false, policies are reported, nothing is invented or left to chance."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

import guidewright as gw
from guidewright.guideline.cases import Case, coverage, read_cases, run_case, stale
from guidewright.guideline.wire import dumps, outcome_to_json
from guidewright.guideline.words import explanation

SEVERE = {"temperature": "40 Cel", "severity": "severe", "smoker": False, "CRP": "1 mg/L"}
MILD = {**SEVERE, "severity": "mild"}


@pytest.fixture(scope="module")
def fever(guidelines: dict[str, gw.Guideline]) -> gw.Guideline:
    return guidelines["fever"]


@pytest.fixture(scope="module")
def b12(guidelines: dict[str, gw.Guideline]) -> gw.Guideline:
    return guidelines["b12"]


Spoil = Callable[..., gw.Guideline]


@pytest.fixture
def spoil(fever: gw.Guideline, tmp_path: Path) -> Spoil:
    """Return a function that loads the guideline with pieces of its model replaced."""

    def load(*edits: tuple[str, str], file: str = "decisions.dmn") -> gw.Guideline:
        for path in fever.folder.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        text = (tmp_path / file).read_text()
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (tmp_path / file).write_text(text)
        return gw.load(tmp_path)

    return load


def titles(outcome: gw.Outcome) -> dict[str, str]:
    return {section.title: section.status.value for section in outcome.sections}


# clear, conflict, gap -----------------------------------------------------------------------------


def test_one_clear_answer(fever: gw.Guideline) -> None:
    outcome = fever.evaluate(MILD)
    assert outcome.status == "clear"
    assert (outcome.conflicts, outcome.gaps, outcome.missing) == ((), (), ())
    assert {each.severity.value for each in outcome.notes} <= {"info"}
    assert [(each.attributes, each.statements) for each in outcome.recommendations] == [
        ({"fever": "fever"}, ("S01",)),
        ({"medicine": "paracetamol", "dose low": 500, "dose high": 1000}, ("S02",)),
        ({"task": "drink"}, ("S04",)),
    ]


def test_a_conflict_holds_every_permitted_answer(fever: gw.Guideline) -> None:
    outcome = fever.evaluate(SEVERE)
    assert outcome.status == "conflict"
    (conflict,) = outcome.conflicts
    assert (conflict.section, conflict.statements) == ("Treatment", ("S02", "S03"))
    assert [each.attributes["medicine"] for each in conflict.options] == [
        "paracetamol",
        "ibuprofen",
    ]
    assert "prefers none" in explanation(fever, outcome)


def test_a_known_gap(fever: gw.Guideline) -> None:
    outcome = fever.evaluate({**MILD, "CRP": "80 mg/L"})
    (gap,) = outcome.gaps
    assert (gap.missing, gap.statements, gap.ambiguities) == ("statement", ("S03",), ("A03",))
    assert outcome.status == "gap"


def test_nothing_applies(spoil: Spoil) -> None:
    """No rule and nothing missing: no statement applies, and nobody is asked for more."""
    guideline = spoil(("<text>&gt; 38</text>", "<text>&gt; 42</text>"))
    outcome = guideline.evaluate(MILD)
    gap = outcome.gaps[0]
    assert (gap.section, gap.missing, gap.inputs) == ("Fever", "statement", ())
    assert gap.text == "no statement of the source applies"


# missing is not false -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "missing"),
    [
        ({}, ["temperature", "severity", "smoker", "CRP"]),
        ({"temperature": "36 Cel"}, ["smoker", "CRP"]),  # no fever: severity decides nothing
        ({"temperature": "40 Cel"}, ["severity", "smoker", "CRP"]),
        ({"temperature": "40 Cel", "smoker": False}, ["severity", "CRP"]),
        ({"temperature": "40 Cel", "smoker": None}, ["severity", "smoker", "CRP"]),
        (MILD, []),
    ],
)
def test_what_is_missing(fever: gw.Guideline, patient: dict[str, Any], missing: list[str]) -> None:
    """CRP is looked at by known gaps only, so it is never asked for."""
    outcome = fever.evaluate(patient)
    expected = [name for name in missing if name != "CRP"]
    assert sorted(each.name for each in outcome.missing) == sorted(expected)
    for each in outcome.missing:
        assert each.ask is not None
        assert each.rules


def test_false_is_an_answer_and_missing_is_none(fever: gw.Guideline) -> None:
    false, unknown = (fever.evaluate({**MILD, "smoker": each}) for each in (False, None))
    assert false.decisions == unknown.decisions
    assert [each.name for each in false.missing] == []
    assert [(each.name, each.rules) for each in unknown.missing] == [
        ("smoker", ("advice: advise-smoking",))
    ]


def test_a_gap_names_the_missing_datum(fever: gw.Guideline) -> None:
    outcome = fever.evaluate({**MILD, "temperature": None})
    gap = outcome.gaps[0]
    assert (gap.section, gap.missing, gap.inputs) == ("Fever", "datum", ("temperature",))
    assert gap.text == "cannot be told without: temperature"


def test_nobody_is_asked_for_what_changes_nothing(spoil: Spoil) -> None:
    """`fever` is null though its input is known; no severity could make a treatment rule match."""
    guideline = spoil(("<text>&gt; 38</text>", "<text>&gt; 42</text>"))
    outcome = guideline.evaluate({"temperature": "40 Cel", "smoker": False})
    assert [each.name for each in outcome.missing] == []


# what the model refuses is no answer --------------------------------------------------------------


def test_a_broken_hit_policy_is_not_told_as_silence_of_the_source(spoil: Spoil) -> None:
    guideline = spoil(("<text>&lt; 38</text>", "<text>&lt;= 38</text>"))
    outcome = guideline.evaluate({**MILD, "temperature": "38 Cel"})
    gap = next(each for each in outcome.gaps if each.section == "Fever")
    assert gap.text != "no statement of the source applies"


def test_a_refused_output_is_no_answer(spoil: Spoil) -> None:
    row = "<text>{}</text></inputEntry>\n        <inputEntry><text>-</text></inputEntry>\n"
    row = row.format("&gt; 38") + "        <outputEntry><text>{}</text>"
    hot = 'if temperature &gt; 39 then "hot" else "fever"'
    guideline = spoil((row.format('"fever"'), row.format(hot)))
    outcome = guideline.evaluate(MILD)
    assert outcome.decisions["fever"] is None
    assert titles(outcome)["Fever"] == "gap"


# policies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "policies", "used"),
    [
        ({"temperature": "38 Cel"}, {}, [("P-BOUNDARY", "fever", True)]),
        (
            {"temperature": "38 Cel"},
            {"P-BOUNDARY": "no fever"},
            [("P-BOUNDARY", "no fever", False)],
        ),
        ({"temperature": "38 Cel"}, {"P-BOUNDARY": "fever"}, [("P-BOUNDARY", "fever", True)]),
        ({"temperature": "38.1 Cel"}, {}, []),
        ({"temperature": "38.1 Cel"}, {"P-BOUNDARY": "no fever"}, []),
        ({}, {}, []),
    ],
)  # fmt: skip
def test_a_policy_is_reported_when_it_decided(
    fever: gw.Guideline,
    patient: dict[str, Any],
    policies: dict[str, str],
    used: list[tuple[str, str, bool]],
) -> None:
    outcome = fever.evaluate(patient, policies)
    assert [(each.name, each.reading, each.is_default) for each in outcome.policies] == used
    assert outcome.readings == {"P-BOUNDARY": policies.get("P-BOUNDARY", "fever")}


def test_the_report_of_a_policy(fever: gw.Guideline) -> None:
    (use,) = fever.evaluate({"temperature": "38 Cel"}).policies
    assert use.meaning == 'It is, as the sentence says "and above".'
    assert use.statements == ("S01",)
    assert use.rules == ("fever: fever-exactly", "fever: fever-not-exactly")


def test_every_reading_of_every_policy_changes_an_outcome(b12: gw.Guideline) -> None:
    """For each reading that is not the default there is a case whose outcome it changes."""
    seen = set()
    for case in read_cases(b12).cases:
        if case.policies and case.expect.error is None:
            with_reading = b12.evaluate(case.patient, case.policies)
            if with_reading.decisions != b12.evaluate(case.patient).decisions:
                seen.update(case.policies.items())
    wanted = {
        (policy.name, reading)
        for policy in b12.file.policies.values()
        for reading in policy.readings
        if reading != policy.default
    }
    assert wanted <= seen


# the same every time ------------------------------------------------------------------------------


def bytes_of(guideline: gw.Guideline, case: Case) -> str:
    try:
        outcome = guideline.evaluate(case.patient, case.policies)
    except gw.CallError as fault:
        return str(fault)
    return dumps(outcome_to_json(outcome, trace=True)) + explanation(guideline, outcome)


def test_twice_the_same_and_from_several_threads(b12: gw.Guideline) -> None:
    cases = read_cases(b12).cases[::12]
    first = [bytes_of(b12, case) for case in cases]
    start = threading.Barrier(4)

    def all_cases(step: int) -> list[str]:
        start.wait(timeout=60)
        order = cases if step % 2 else tuple(reversed(cases))
        found = [bytes_of(b12, case) for case in order]
        return found if step % 2 else found[::-1]

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(all_cases, range(4)):
            assert found == first


def test_loaded_twice_is_the_same(fever: gw.Guideline) -> None:
    again = gw.load(fever.folder)
    assert again.digest == fever.digest
    for patient in ({}, MILD, SEVERE):
        one, other = (
            dumps(outcome_to_json(each.evaluate(patient), trace=True)) for each in (fever, again)
        )
        assert one == other


def test_the_order_in_which_data_are_given_does_not_matter(b12: gw.Guideline) -> None:
    for case in read_cases(b12).cases[::10]:
        if case.expect.error is None:
            turned = dict(reversed(case.patient.items()))
            one = b12.evaluate(case.patient, case.policies)
            other = b12.evaluate(turned, case.policies)
            assert (one.decisions, one.gaps, one.missing) == (
                other.decisions,
                other.gaps,
                other.missing,
            )


def test_the_digest_follows_the_files(fever: gw.Guideline, spoil: Spoil) -> None:
    assert spoil().digest == fever.digest
    assert spoil(("&gt; 38", "&gt; 39")).digest != fever.digest
    assert spoil(("Made up", "Written"), file="guideline.yaml").digest != fever.digest
    assert spoil(("Exactly 38 °C\n", "Exactly 38\n"), file="cases.yaml").digest == fever.digest


def test_an_outcome_cannot_be_changed(fever: gw.Guideline) -> None:
    outcome = fever.evaluate(MILD)
    with pytest.raises(FrozenInstanceError):
        outcome.conflicts = ()  # type: ignore[misc]


def test_calls_do_not_touch_one_another(fever: gw.Guideline) -> None:
    before = dumps(outcome_to_json(fever.evaluate(MILD)))
    changed = fever.evaluate(MILD)
    for values in (changed.decisions, changed.patient, changed.readings):
        if isinstance(values, dict):
            values.clear()
    assert dumps(outcome_to_json(fever.evaluate(MILD))) == before


# the B12 guideline --------------------------------------------------------------------------------


def test_every_case_of_the_b12_guideline(b12: gw.Guideline) -> None:
    file = read_cases(b12)
    results = [run_case(b12, case) for case in file.cases]
    assert [(each.case.id, each.differences) for each in results if not each.passed] == []
    covered = coverage(b12, file, results)
    assert covered.unexplained == ()
    assert stale(covered) == ()
    assert {each.case.expect.error for each in results} >= {"input.unit", "input.domain"}
    assert len(results) >= 200


def test_a_case_that_expects_something_else_fails(b12: gw.Guideline) -> None:
    """Every kind of expectation can fail: an empty outcome satisfies none of them."""
    for case in read_cases(b12).cases[::4]:
        if case.expect.error is not None or not case.patient:
            continue
        other = replace(case, patient={"total B12": "5000 ng/L"}, policies={}, places={})
        asked = [
            each for each in (case.expect.decisions, case.expect.gaps, case.expect.missing) if each
        ]
        if asked and b12.evaluate(case.patient, case.policies).decisions["diagnosis"] != "unlikely":
            assert not run_case(b12, other).passed, case.id


def test_each_line_cites_its_statement(b12: gw.Guideline) -> None:
    for case in read_cases(b12).cases[::3]:
        if case.expect.error is None:
            for hit in b12.evaluate(case.patient, case.policies).hits():
                assert hit.statements or hit.ambiguities
                assert set(hit.statements) <= set(b12.file.statements)
                assert set(hit.ambiguities) <= set(b12.file.ambiguities)
