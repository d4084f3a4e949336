"""Random small workflows: what is said of their states against the engine, for many patients.

In: a seed and a number. Out: what was compared. What a state's conditions answer, which ways are
never taken, and every fault with its events. Run by `soundness`.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

from small_guides import guide_of

from guidewright.analysis import property_paths, workflow_times, workflows
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import Verdict
from guidewright.analysis.properties import Before, properties_of
from guidewright.analysis.workflow_search import BEGINNING
from guidewright.analysis.workflow_ways import answers, never_taken
from guidewright.errors import ModelError, ResourceError
from guidewright.workflow.codec import event_from_json
from guidewright.workflow.events import Start
from guidewright.workflow.step import begin, step
from guidewright.workflow.ways import Question, Way

_ = (property_paths, workflow_times, workflows)

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


CONDITIONS = [
    *("age < 65", "age >= 65", "level < 5", "level >= 5", "level = null", "age != null"),
    *("age < 65 and level < 5", "age > 70 or level > 7", "not(level < 5)", "level in [2..6)"),
    "age in [18..65)",
]
VALUES = [None, -1, 1, 2, 4, 5, 6, 7, 8, 17, 18, 64, 65, 66, 70, 71]
BEHAVIOUR = {  # a violation is shown by running events
    *("workflow.no-end", "workflow.stops", "workflow.no-branch", "workflow.stuck"),
    *("workflow.two-ways", "workflow.endless"),
}


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


def _loaded(seed: int, number: int, folder: Path):
    """Return a random workflow; those drawn wrongly, such as with an unreached state, are left."""
    attempt = 0
    while True:
        place = folder / str(attempt)
        place.mkdir()
        rng = random.Random(f"{seed}/{number}/{attempt}")
        text = _random(rng)
        states = re.findall(r"^  (start|s\d+):", text, re.MULTILINE)
        claims = _properties(rng, states)
        try:
            guide = guide_of(place, DECISIONS, workflow=text, properties=claims)
            return guide, text + claims
        except ModelError:
            attempt += 1


def compared(seed: int, number: int) -> Counter[str]:
    """Compare one workflow; raise when a verdict is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        guide, text = _loaded(seed, number, Path(folder))
        try:
            answered = _compared(guide)
            tally = _replayed(guide) + _ways(guide)
        except AssertionError as fault:
            raise AssertionError(f"{fault}\n{text}") from None
    tally["answers"] = answered
    return tally


WHOM = {
    None: lambda age, level: True,
    "age > 60": lambda age, level: age is not None and age > 60,
    "level = null": lambda age, level: level is None,
    "level <= 3 and age >= 18": lambda age, level: (
        None not in (age, level) and level <= 3 and age >= 18
    ),
    'risk = "high"': lambda age, level: None not in (age, level) and age >= 65 and level >= 5,
}


def _properties(rng: random.Random, states: list[str]) -> str:
    """Return a claim about ways through these states."""
    state, done = rng.sample([*states, "end"], 2)
    claim = rng.choice(
        [
            f"before: {{state: {state}, done: {done}}}",
            f"reached: {{state: {state}, by step: {rng.randint(1, 2)}}}",
        ]
    )
    whom = rng.choice(list(WHOM))
    meant = f"for: '{whom}', " if whom else ""
    return f"properties:\n  - {{id: P, text: t, {meant}{claim}}}\n"


def _ways(guide) -> Counter[str]:
    """Compare what is said of the property with the ways of patients who bring all they have."""
    said = {each.about.subject: each for each in CHECKS["property.ways"].find(guide)}
    instances = list(_started(guide))
    for each in properties_of(guide).properties:
        meant = WHOM[each.whom.text if each.whom is not None else None]
        broken = [data for data, one in instances if meant(**data) and _breaks(each.claim, one)]
        verdict = said[each.id].verdict
        assert not (broken and verdict is Verdict.PROVED), f"{each.claim}: {broken[0]}"
    return Counter(str(each.verdict) for each in said.values())


def _started(guide):
    bound = guide.workflow.bound()
    for age, level in product([None, 17, 18, 61, 65, 71], [None, 1, 3, 5, 6, 8]):
        data = {"age": age, "level": level}
        known = {name: value for name, value in data.items() if value is not None}
        try:
            yield data, step(bound, begin(bound), Start(BEGINNING, known))[0]
        except ResourceError:  # a ring that never ends: nothing of it is claimed
            continue


def _breaks(claim, instance) -> bool:
    path = instance.path
    if isinstance(claim, Before):
        return claim.state in path and claim.done not in path[: path.index(claim.state)]
    over = instance.finished is not None or instance.steps - 1 >= claim.by_step
    return claim.state not in path and over


def found(guide, code):
    """Return what a check finds and could decide."""
    return [each for each in CHECKS[code].find(guide) if each.verdict is not Verdict.UNKNOWN]


def _compared(guide) -> int:
    """Compare what is said of each state with the engine; return how often."""
    seen, count = answers(guide), 0
    dead = never_taken(guide)
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


def _replayed(guide) -> Counter[str]:
    """Run the events of every fault that is shown; return the verdicts."""
    tally, seen = Counter[str](), answers(guide)
    for code in sorted(BEHAVIOUR - {"workflow.endless"}):
        for each in found(guide, code):
            tally[str(each.verdict)] += 1
            if each.verdict is not Verdict.VIOLATED:
                continue
            instance = begin(seen.bound)
            for event in each.witness.events:
                instance, _ = step(seen.bound, instance, event_from_json(event))
            assert each.about.subject in instance.path
            tally["witnesses"] += 1
    return tally


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
