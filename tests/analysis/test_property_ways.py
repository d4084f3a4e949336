"""Properties of ways: proved on every way, or refuted by events that are run again."""

from __future__ import annotations

import pytest
from small_guides import guide_of

from guidewright.analysis.findings import Verdict
from guidewright.analysis.property_paths import path_properties

DECISIONS = """
risk : string | U | fever: boolean
  high | true        || "high"
  low  | false, null || "low"
"""
WORKFLOW = """
workflow: small
initial: arrived
states:
  arrived: {kind: clinical, next: culture or not}
  culture or not:
    kind: decision
    decision: risk
    branches: {high: culture, low: antibiotic}
  culture: {kind: task, task: order, next: antibiotic}
  antibiotic:
    kind: task
    task: give
    timer: {expire: PT1H}
    transitions: [{timer: expired, to: escalated}]
    next: given
  escalated: {kind: clinical, transitions: [{event: resolved, to: given}]}
  given: {kind: final}
"""
CASES = [
    ("before: {state: given, done: antibiotic}", Verdict.PROVED),
    ("before: {state: antibiotic, done: culture}", Verdict.VIOLATED),
    ("{for: fever, before: {state: antibiotic, done: culture}}", Verdict.VIOLATED),
    ("before: {state: escalated, done: antibiotic}", Verdict.PROVED),
    ("reached: {state: given, by step: 1}", Verdict.VIOLATED),
    ("reached: {state: antibiotic, by step: 1}", Verdict.VIOLATED),  # who brings a fever
    ("reached: {state: arrived, by step: 1}", Verdict.PROVED),
    ("within: {from: antibiotic, state: given, time: PT2H}", Verdict.VIOLATED),
    ("within: {from: arrived, state: arrived, time: PT1H}", Verdict.PROVED),
]


def findings(folder, *claims, workflow=WORKFLOW):
    lines = ["properties:"]
    for number, claim in enumerate(claims):
        inner = claim.strip("{}") if claim.startswith("{") else claim
        lines.append(
            f"  - {{id: P{number}, text: t, {inner}}}" + ("}" if claim.endswith("}}") else "")
        )
    text = "\n".join(lines).replace("}}}}", "}}")
    guide = guide_of(folder, DECISIONS, workflow=workflow, properties=text)
    return list(path_properties(guide))


@pytest.mark.parametrize(("claim", "verdict"), CASES)
def test_a_claim(tmp_path, claim, verdict):
    (finding,) = findings(tmp_path, claim)
    assert finding.verdict is verdict, finding.text
    if verdict is Verdict.VIOLATED:
        assert finding.witness.events[0]["event"] == "start"
        assert finding.evidence.said


def test_the_way_is_as_short_as_it_can_be(tmp_path):
    (finding,) = findings(tmp_path, "before: {state: antibiotic, done: culture}")
    (start,) = finding.witness.events
    assert start["values"] == {}  # whoever brings no data has a low risk


def test_a_deadline_is_missed_by_doing_nothing(tmp_path):
    (finding,) = findings(tmp_path, "within: {from: antibiotic, state: given, time: PT30M}")
    assert finding.witness.events[-1]["event"] == "tick"


def test_a_deadline_that_a_timer_keeps(tmp_path):
    (finding,) = findings(tmp_path, "within: {from: antibiotic, state: escalated, time: PT1H}")
    assert finding.verdict is Verdict.VIOLATED  # it may be given in time
    workflow = WORKFLOW.replace("next: given\n  escalated", "next: escalated\n  escalated")
    (kept,) = findings(
        tmp_path, "within: {from: antibiotic, state: escalated, time: PT1H}", workflow=workflow
    )
    assert kept.verdict is Verdict.PROVED, kept.text


def test_a_search_that_is_cut_short_proves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("guidewright.analysis.workflow_search.MOST_SITUATIONS", 1)
    (finding,) = findings(tmp_path, "reached: {state: given, by step: 30}")
    assert finding.verdict is not Verdict.PROVED


# what only a condition of the workflow tells apart ------------------------------------------------

AGED = """
risk : string | U | age: number
  low  | < 18  || "low"
  high | >= 18 || "high"
"""
BY_AGE = """
workflow: small
initial: start
states:
  start: {kind: task, task: obtain, awaits: [age], next: s}
  s: {kind: clinical, transitions: [{when: age > 90, to: bad}, {when: age <= 90, to: fine}]}
  fine: {kind: task, task: give, next: end}
  bad: {kind: task, task: give, next: end}
  end: {kind: final}
"""


@pytest.mark.parametrize("whom", ["", "for: age > 95, "])
def test_values_are_tried_that_only_conditions_tell_apart(tmp_path, whom):
    """No table asks for 90 or 95 years; the way over 'bad' is found all the same."""
    claim = f"properties:\n  - {{id: P, text: t, {whom}before: {{state: end, done: fine}}}}\n"
    (finding,) = path_properties(guide_of(tmp_path, AGED, workflow=BY_AGE, properties=claim))
    assert finding.verdict is Verdict.VIOLATED


BESIDE = """
workflow: small
initial: start
states:
  start: {kind: clinical, transitions: [{event: seen, to: fine}, {event: left, to: end}]}
  fine: {kind: task, task: give, next: end}
  end: {kind: final}
"""


@pytest.mark.parametrize("whom", ["age > 95", 'risk = "low"'])
def test_patients_are_tried_whom_only_the_property_tells_apart(tmp_path, whom):
    """The workflow never looks at the age, nor at anything it decides."""
    claim = (
        f"properties:\n  - {{id: P, text: t, for: '{whom}', before: {{state: end, done: fine}}}}\n"
    )
    (finding,) = path_properties(guide_of(tmp_path, AGED, workflow=BESIDE, properties=claim))
    assert finding.verdict is Verdict.VIOLATED
    assert "left" in str(finding.witness)


def test_data_that_come_all_at_once(tmp_path):
    """Nobody stops at the first condition who brings all data from the start."""
    workflow = BY_AGE.replace(
        "start: {kind: task, task: obtain, awaits: [age], next: s}",
        "start: {kind: clinical, transitions: [{when: age = null, to: fine}], next: s}",
    )
    claim = "properties:\n  - {id: P, text: t, before: {state: end, done: fine}}\n"
    (finding,) = path_properties(guide_of(tmp_path, AGED, workflow=workflow, properties=claim))
    assert finding.verdict is Verdict.VIOLATED


def test_a_ring_without_a_wait_stops_the_search_only(tmp_path):
    workflow = BY_AGE.replace(
        "fine: {kind: task, task: give, next: end}", "fine: {kind: clinical, next: s}"
    )
    claim = "properties:\n  - {id: P, text: t, before: {state: end, done: fine}}\n"
    guide = guide_of(tmp_path, AGED, workflow=workflow, properties=claim)
    (finding,) = path_properties(guide)
    assert finding.verdict is Verdict.UNKNOWN
    assert "round for ever" in finding.text
