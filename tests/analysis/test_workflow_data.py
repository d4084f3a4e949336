"""Each check of workflows finds its fault, shown by events where it is behaviour, and only it."""

from __future__ import annotations

import os
import random
from itertools import product

import pytest
from small_guides import guide_of

from guidewright.analysis import workflow_times, workflows
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import EvidenceKind, Path, Verdict
from guidewright.analysis.workflow_search import BEGINNING
from guidewright.analysis.workflows import answers
from guidewright.errors import ModelError
from guidewright.workflow.codec import event_from_json
from guidewright.workflow.step import begin, step
from guidewright.workflow.ways import Question, Way

_ = (workflow_times, workflows)

DECISIONS = """
risk : string | U | age: number | level: number
  low  | < 65  | -    || "low"
  high | >= 65 | >= 5 || "high"
  mid  | >= 65 | < 5  || "middle"
"""
HEAD = "workflow: small\ninitial: start\nstates:\n"
STATES = {
    "end": "  end: {kind: final}\n",
    "ask": "  start: {kind: task, task: obtain, awaits: [age, level], next: STATE}\n",
}


def flow(text: str, first: str = "") -> str:
    """Return a workflow that begins by asking for age and level, and ends in `end`."""
    begin_ = STATES["ask"].replace("STATE", first) if first else ""
    return HEAD + begin_ + text + STATES["end"]


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
BEHAVIOUR = {  # a violation is shown by running events
    *("workflow.no-end", "workflow.stops", "workflow.no-branch", "workflow.stuck"),
    *("workflow.two-ways", "workflow.endless"),
}


def found(guide, code):
    return [each for each in CHECKS[code].find(guide) if each.verdict is not Verdict.UNKNOWN]


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


# random workflows ---------------------------------------------------------------------------------

CONDITIONS = [
    *("age < 65", "age >= 65", "level < 5", "level >= 5", "level = null", "age != null"),
    *("age < 65 and level < 5", "age > 70 or level > 7", "not(level < 5)", "level in [2..6)"),
    "age in [18..65)",
]
VALUES = [None, -1, 1, 2, 4, 5, 6, 7, 8, 17, 18, 64, 65, 66, 70, 71]
COUNT = int(os.environ.get("GUIDEWRIGHT_WORKFLOWS", "40"))  # 4,000 is the full count
SEED = int(os.environ.get("GUIDEWRIGHT_SEED", "20261122"))


def _random(rng: random.Random) -> str:
    states = [f"s{number}" for number in range(rng.randint(2, 4))]
    lines = []
    for name in ("start", *states):
        ways = ", ".join(
            f"{{when: '{rng.choice(CONDITIONS)}', to: {rng.choice([*states, 'end'])}}}"
            for _ in range(rng.randint(1, 3))
        )
        after = f", next: {rng.choice([*states, 'end'])}" if rng.random() < 0.5 else ""
        lines.append(f"  {name}: {{kind: clinical, transitions: [{ways}]{after}}}\n")
    return flow("".join(lines))


def _loaded(rng: random.Random, folder):
    """Return a random workflow; None for one that is drawn wrongly, such as an unreached state."""
    folder.mkdir()
    try:
        return guide_of(folder, DECISIONS, workflow=_random(rng))
    except ModelError:
        return None


def test_random_workflows_against_the_engine(tmp_path):
    """What is said of a state's own ways is what the engine does, for every patient tried."""
    rng = random.Random(SEED)
    made = (_loaded(rng, tmp_path / str(number)) for number in range(COUNT))
    guides = [guide for guide in made if guide is not None]
    patients = sum(_compared(guide) for guide in guides)
    shown = sum(_replayed(guide) for guide in guides)
    print(
        f"{len(guides)} workflows, seed {SEED}: {patients} answers compared, "
        f"{shown} faults replayed"
    )
    assert len(guides) > COUNT // 4
    assert shown


def _compared(guide) -> int:
    """Compare what is said of each state with the engine; return how often."""
    seen, count = answers(guide), 0
    dead = workflows.never_taken(guide)
    for state in seen.graph.states:
        asked = seen.of(state)
        assert not asked.unknown, asked
        for age, level in product(VALUES, repeat=2):
            data = {"age": age, "level": level}
            way = Question(seen.bound, data, BEGINNING).way(state)
            said = [each.way for each in asked.known if _is_in(seen.space, each.box, data)]
            assert len(said) == (1 if asked.asked else 0)
            assert [type(each) for each in said] == [type(way)][: len(said)]
            if isinstance(way, Way):
                assert said[0].transition.id == way.transition.id
                assert way.transition.id not in dead
            count += 1
    return count


def _replayed(guide) -> int:
    """Run the events of every fault that is shown; return how many there are."""
    shown, seen = 0, answers(guide)
    for code in BEHAVIOUR - {"workflow.endless"}:
        for each in found(guide, code):
            if each.verdict is not Verdict.VIOLATED:
                continue
            instance = begin(seen.bound)
            for event in each.witness.events:
                instance, _ = step(seen.bound, instance, event_from_json(event))
            assert each.about.subject in instance.path
            shown += 1
    return shown


def _is_in(space, box, data) -> bool:
    for axis, mask in zip(space.axes, box, strict=True):
        value = data.get(axis.name)
        places = [
            place
            for place, part in enumerate(axis.parts)
            if (part.kind == "null") == (value is None) and (value is None or _holds(part, value))
        ]
        assert len(places) == 1, (axis, value)
        if not mask >> places[0] & 1:
            return False
    return True


def _holds(part, value) -> bool:
    if part.kind == "gap":
        return (part.low is None or value > part.low) and (part.high is None or value < part.high)
    return part.value == value
