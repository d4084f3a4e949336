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
    ("reached: {state: antibiotic, by step: 1}", Verdict.PROVED),
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
