"""Each check of workflows finds its fault, shown by events where it is behaviour, and only it."""

from __future__ import annotations

import pytest
from small_guides import guide_of
from soundness_workflows import BEHAVIOUR, DECISIONS, flow, found

from guidewright.analysis import workflow_times, workflows
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import EvidenceKind, Path, Verdict

_ = (workflow_times, workflows)

# code, workflow with the fault, the same without it
CASES = [
    (
        "workflow.dead-way",
        flow(
            "  s: {kind: clinical, transitions: [{when: age < 65, to: end}, "
            "{when: age < 18, to: child}, {when: age >= 65, to: end}]}\n  child: {kind: final}\n",
            "s",
        ),
        flow(
            "  s: {kind: clinical, transitions: [{when: age < 18, to: child}, "
            "{when: age < 65, to: end}, {when: age >= 65, to: end}]}\n  child: {kind: final}\n",
            "s",
        ),
    ),
    (
        "workflow.unreachable",
        flow(
            "  s: {kind: clinical, transitions: [{when: age < 65 and age > 70, to: odd}, "
            "{when: level >= 0, to: end}], next: end}\n"
            "  odd: {kind: task, task: give, next: end}\n",
            "s",
        ),
        flow(
            "  s: {kind: clinical, transitions: [{when: age < 65 and age > 60, to: odd}, "
            "{when: level >= 0, to: end}], next: end}\n"
            "  odd: {kind: task, task: give, next: end}\n",
            "s",
        ),
    ),
    (
        "workflow.no-end",
        flow(
            "  s: {kind: wait, timer: {due: P1D}, next: t}\n"
            "  t: {kind: clinical, transitions: [{when: level < 1 and level > 2, to: end}, "
            "{when: level >= 0 or level < 0, to: s}]}\n",
            "s",
        ),
        flow(
            "  s: {kind: wait, timer: {due: P1D}, next: t}\n"
            "  t: {kind: clinical, transitions: [{when: level < 1, to: end}, "
            "{when: level >= 1, to: s}]}\n",
            "s",
        ),
    ),
    (
        "workflow.stops",
        flow(
            "  start: {kind: clinical, transitions: [{when: level < 5, to: end}, "
            "{when: level >= 5, to: end}]}\n"
        ),
        flow(
            "  s: {kind: clinical, transitions: [{when: level < 5, to: end}, "
            "{when: level >= 5, to: end}]}\n",
            "s",
        ),
    ),
    (
        "workflow.no-branch",
        flow(
            "  start: {kind: decision, decision: risk, "
            "branches: {low: end, middle: end, high: end}}\n"
        ),
        flow(
            "  s: {kind: decision, decision: risk, branches: {low: end, middle: end, high: end}}\n",
            "s",
        ),
    ),
    (
        "workflow.stuck",
        flow(
            "  s: {kind: clinical, transitions: [{when: level < 5, to: end}, "
            "{when: level > 5, to: end}]}\n",
            "s",
        ),
        flow(
            "  s: {kind: clinical, transitions: [{when: level <= 5, to: end}, "
            "{when: level > 5, to: end}]}\n",
            "s",
        ),
    ),
    (
        "workflow.two-ways",
        flow(
            "  s: {kind: clinical, transitions: [{when: age >= 65, to: half}, "
            "{when: level > 5, to: end}], next: end}\n  half: {kind: final}\n",
            "s",
        ),
        flow(
            "  s: {kind: clinical, transitions: [{when: age >= 65, to: half}, "
            "{when: age < 65 and level > 5, to: end}], next: end}\n  half: {kind: final}\n",
            "s",
        ),
    ),
    (
        "workflow.endless",
        flow(
            "  start: {kind: clinical, transitions: [{when: level < 5, to: t}], next: end}\n"
            "  t: {kind: clinical, transitions: [{when: level < 8, to: start}], next: end}\n"
        ),
        flow(
            "  start: {kind: clinical, transitions: [{when: level < 5, to: t}], next: end}\n"
            "  t: {kind: clinical, transitions: [{when: level > 8, to: start}], next: end}\n"
        ),
    ),
    (
        "workflow.timer-never",
        flow(
            "  start: {kind: task, task: give, timer: {overdue: P7D, expire: P3D}, transitions: "
            "[{timer: overdue, to: end}, {timer: expired, to: end}], next: end}\n"
        ),
        flow(
            "  start: {kind: task, task: give, timer: {overdue: P3D, expire: P7D}, transitions: "
            "[{timer: overdue, to: end}, {timer: expired, to: end}], next: end}\n"
        ),
    ),
    (
        "workflow.timer-first",
        flow(
            "  start: {kind: clinical, initial: t, timer: {due: P1D}, transitions: "
            "[{timer: due, to: end}], states: {t: {kind: task, task: give, timer: {expire: P7D}, "
            "transitions: [{timer: expired, to: end}], next: u}, u: {kind: final}}, next: end}\n"
        ),
        flow(
            "  start: {kind: clinical, initial: t, timer: {due: P9D}, transitions: "
            "[{timer: due, to: end}], states: {t: {kind: task, task: give, timer: {expire: P7D}, "
            "transitions: [{timer: expired, to: end}], next: u}, u: {kind: final}}, next: end}\n"
        ),
    ),
    (
        "workflow.no-limit",
        flow("  start: {kind: task, task: order, awaits: [level], next: end}\n"),
        flow(
            "  start: {kind: task, task: order, awaits: [level], timer: {overdue: P7D}, "
            "next: end}\n"
        ),
    ),
    (
        "workflow.race",
        flow(
            "  start: {kind: task, task: order, awaits: [level], timer: {expire: P7D}, "
            "transitions: [{timer: expired, to: late}], next: end}\n  late: {kind: final}\n"
        ),
        flow(
            "  start: {kind: task, task: order, awaits: [level], timer: {expire: P7D}, "
            "transitions: [{timer: expired, to: end}], next: end}\n"
        ),
    ),
    (
        "workflow.join",
        flow(
            "  s: {kind: parallel, next: end, states: {"
            "a: {kind: clinical, initial: a1, states: {a1: {kind: clinical, transitions: "
            "[{when: level > 9 and level < 9, to: a2}]}, a2: {kind: final}}}, "
            "b: {kind: clinical, initial: b1, states: {b1: {kind: final}}}}}\n",
            "s",
        ),
        flow(
            "  s: {kind: parallel, next: end, states: {"
            "a: {kind: clinical, initial: a1, states: {a1: {kind: clinical, transitions: "
            "[{when: level > 9 or level < 9, to: a2}]}, a2: {kind: final}}}, "
            "b: {kind: clinical, initial: b1, states: {b1: {kind: final}}}}}\n",
            "s",
        ),
    ),
    (
        "workflow.two-writers",
        flow(
            "  start: {kind: parallel, next: end, states: {"
            "a: {kind: clinical, initial: a1, states: {a1: {kind: task, task: obtain, "
            "awaits: [level], next: a2}, a2: {kind: final}}}, "
            "b: {kind: clinical, initial: b1, states: {b1: {kind: task, task: obtain, "
            "awaits: [level], next: b2}, b2: {kind: final}}}}}\n"
        ),
        flow(
            "  start: {kind: parallel, next: end, states: {"
            "a: {kind: clinical, initial: a1, states: {a1: {kind: task, task: obtain, "
            "awaits: [level], next: a2}, a2: {kind: final}}}, "
            "b: {kind: clinical, initial: b1, states: {b1: {kind: task, task: obtain, "
            "awaits: [age], next: b2}, b2: {kind: final}}}}}\n"
        ),
    ),
    (
        "workflow.unread",
        flow(
            "  start: {kind: clinical, transitions: [{when: closed = true, to: end}], next: look}\n"
            "  look: {kind: task, task: obtain, awaits: [closed], next: end}\n"
        ),
        flow(
            "  start: {kind: task, task: obtain, awaits: [closed], next: s}\n"
            "  s: {kind: clinical, transitions: [{when: closed = true, to: end}], next: end}\n"
        ),
    ),
    (
        "workflow.no-way-out",
        flow("  start: {kind: task, task: give, next: end}\n"),
        flow("  start: {kind: task, task: give, next: end}\n").replace(
            "states:\n", "exceptions: [{event: adverse reaction, to: end}]\nstates:\n", 1
        ),
    ),
]


@pytest.mark.parametrize(("code", "faulty", "good"), CASES, ids=[case[0] for case in CASES])
def test_the_fault_and_its_repair(code, faulty, good, tmp_path):
    for name, text in (("faulty", faulty), ("good", good)):
        (tmp_path / name).mkdir()
        guide = guide_of(tmp_path / name, DECISIONS, workflow=text)
        findings = found(guide, code)
        if name == "good":
            assert not findings, findings
            continue
        assert findings
        assert {each.verdict for each in findings} == {Verdict.VIOLATED}
        for each in findings:
            assert each.place is not None
            kind = EvidenceKind.REPLAY if code in BEHAVIOUR else EvidenceKind.TEXT
            assert each.evidence.kind is kind
            if kind is EvidenceKind.REPLAY:
                assert isinstance(each.witness, Path)
                assert each.witness.events


def test_every_check_of_workflows_has_a_case():
    assert {code for code in CHECKS if code.startswith("workflow.")} == {case[0] for case in CASES}
