"""Checks of a workflow with its data: what its conditions and decisions answer, for which patients.

In: a guideline with a workflow. Out: findings; a violation has events that the engine was run with.
A fault for which no way from the start was found in the time of a search is `possible`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import networkx as nx

from guidewright.analysis.checks import CHECKS, Check, Subject, check
from guidewright.analysis.difference_classes import class_words, merged
from guidewright.analysis.findings import (
    About,
    Finding,
    stated,
    unknown,
)
from guidewright.analysis.regions import Box, meet
from guidewright.analysis.words import listed
from guidewright.analysis.workflow_answers import WorkflowAnswers
from guidewright.analysis.workflow_search import ROOT, causes
from guidewright.analysis.workflow_showing import Done, shown_by
from guidewright.analysis.workflow_ways import answers, feasible, never_taken
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline
from guidewright.workflow.configuration import ancestors
from guidewright.workflow.instance import Instance, Stop
from guidewright.workflow.model import Graph, State, StateKind, Transition, Trigger
from guidewright.workflow.ways import Question, Way

# ways that are never taken ------------------------------------------------------------------------


@check("workflow.dead-way", numbers=(51,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def dead_way(guide: Guideline) -> Iterator[Finding]:
    """A way out of a state is never taken, whatever the data.

    What it finds: a condition that is true for no data, or only where an earlier one is, too; a
    branch for a value that the decision gives for no patient. All data are looked at, missing ones
    included.
    Why it matters: what is drawn behind it never happens, and nobody notices.
    Example: `when: age < 18` behind `when: age < 65`.
    To repair: correct the condition or the order, or remove the way.
    """
    mine, dead = CHECKS["workflow.dead-way"], never_taken(guide)
    for state in answers(guide).graph.states:
        for way in state.transitions:
            if way.id in dead:
                text = f"in '{state.name}' the way to '{way.target}' is taken for no data"
                claim = mine.claim(
                    About(state.name, (way.span,)), text, hint="correct the condition, or remove it"
                )
                yield stated(claim, "all classes of data take another way, or none")


@check("workflow.unreachable", numbers=(51,), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def unreachable(guide: Guideline) -> Iterator[Finding]:
    """A state is entered by no patient, although ways lead to it.

    What it finds: a state to which only such ways lead as are taken for no data.
    Why it matters: a treatment or warning that is written there reaches nobody.
    Example: the only way to 'refer' is `when: age < 18` in a workflow for adults.
    To repair: correct the condition of the way, or remove the state.
    """
    found, mine = answers(guide), CHECKS["workflow.unreachable"]
    drawn = nx.descendants(causes(found.graph), ROOT)
    entered = nx.descendants(feasible(guide), ROOT)
    for state in found.graph.states:
        if state.name in drawn and state.name not in entered:
            text = f"no patient comes to '{state.name}': its ways are taken for no data"
            claim = mine.claim(About(state.name, (state.name_span,)), text)
            yield stated(claim, "every way to it was looked at for all data")


@check("workflow.no-end", numbers=(54, 55), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def no_end(guide: Guideline) -> Iterator[Finding]:
    """Patients come to a state from which the data leave no way to an end.

    What it finds: a state that is entered, and from which only ways that no data take lead on to a
    final state or a gap; the patient goes round for ever, or stays.
    Why it matters: the guideline never discharges these patients.
    Example: 'measure again' and 'wait' lead to each other, and the way out asks for what cannot be.
    To repair: correct the condition of the way out.
    """
    found, mine = answers(guide), CHECKS["workflow.no-end"]
    drawn, left = causes(found.graph), feasible(guide)
    ends = {
        state.name
        for state in found.graph.states
        if state.kind is StateKind.GAP or (state.final and state.parent is None)
    }
    entered = nx.descendants(left, ROOT)
    for state in found.graph.states:
        if state.name not in entered or state.final or not state.atomic:
            continue
        around = {state.name, *(each.name for each in ancestors(found.graph, state.name))}
        could = any(ends & _from(drawn, name) for name in around)
        can = any(ends & _from(left, name) for name in around)
        if could and not can and state.kind is not StateKind.HISTORY:
            text = f"from '{state.name}' no data lead to an end"
            about = About(state.name, (state.name_span,))
            yield from shown_by(found, mine, about, text, None, _at(state.name))


def _from(ways: nx.DiGraph[str], name: str) -> set[str]:
    """Return a state and what it can lead to."""
    reached: set[str] = nx.descendants(ways, name)
    return {name} | reached


# stops and choices --------------------------------------------------------------------------------


@check("workflow.stops", numbers=(52,), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def stops(guide: Guideline) -> Iterator[Finding]:
    """A condition can be neither true nor false, and the patient's way stops.

    What it finds: data, mostly missing ones, for which a condition of a state gives null.
    Why it matters: the engine stops there visibly, and somebody has to lead on by hand.
    Example: `when: haemoglobin < 110` for a patient without a haemoglobin.
    To repair: say what is meant when it is missing: `haemoglobin != null and haemoglobin < 110`, or
    await the datum before.
    """
    found, mine = answers(guide), CHECKS["workflow.stops"]
    for state in found.graph.states:
        if state.kind is not StateKind.DECISION:
            yield from _stopped(found, mine, state)


@check("workflow.no-branch", numbers=(52, 58), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def no_branch(guide: Guideline) -> Iterator[Finding]:
    """A decision gives an answer for which its state has no way.

    What it finds: data for which the decision is null, gives several answers, or a value without a
    branch, where nothing is written for it.
    Why it matters: the engine stops there visibly, and somebody has to lead on by hand.
    Example: a decision that is null for a patient without a result, and no `"null"` way.
    To repair: add the branch, `several`, `"null"` or `otherwise`.
    """
    found, mine = answers(guide), CHECKS["workflow.no-branch"]
    for state in found.graph.states:
        if state.kind is StateKind.DECISION:
            yield from _stopped(found, mine, state)


def _stopped(found: WorkflowAnswers, mine: Check, state: State) -> Iterator[Finding]:
    asked = found.of(state)
    boxes = [(each.box, each.way.reason) for each in asked.known if isinstance(each.way, Stop)]
    by_reason: dict[str, list[Box]] = {}
    for box, reason in merged(boxes) if boxes else ():
        by_reason.setdefault(reason, []).append(box)
    for reason, places in by_reason.items():
        words = class_words(found.space.axes, places[0])
        text = f"in '{state.name}' the way stops for {words}: {reason}"
        yield from shown_by(
            found,
            mine,
            _about(state),
            text,
            places[0],
            lambda instance: _is_stopped(instance, state),
        )
    for box, why in asked.unknown[:1]:
        words = class_words(found.space.axes, box)
        text = f"it is not known whether the way stops in '{state.name}' for {words}: {why}"
        yield unknown(mine.claim(_about(state), text, severity=Severity.INFO))


def _is_stopped(instance: Instance, state: State) -> bool:
    return any(stop.state == state.name for stop in instance.stops)


@check("workflow.stuck", numbers=(52,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def stuck(guide: Guideline) -> Iterator[Finding]:
    """A state waits for data that nobody is asked for.

    What it finds: data for which no condition of a state is true, where nothing else leads on: no
    event, no timer, no `next`, in the state and in those around it.
    Why it matters: the patient waits there until somebody happens to bring other data.
    Example: `when: CRP > 5` and `when: CRP < 5`, for a CRP of 5.
    To repair: cover all data, or add a task, a timer or an event.
    """
    found, mine = answers(guide), CHECKS["workflow.stuck"]
    for state in found.graph.states:
        if state.kind is StateKind.DECISION or not state.atomic or _other_ways(found.graph, state):
            continue
        boxes = merged((each.box, "") for each in found.of(state).known if each.way is None)
        for box, _ in sorted(boxes, key=lambda each: -sum(map(int.bit_count, each[0])))[:1]:
            words = class_words(found.space.axes, box)
            text = f"in '{state.name}' nothing leads on for {words}"
            yield from shown_by(found, mine, _about(state), text, box, _at(state.name))


def _other_ways(graph: Graph, state: State) -> bool:
    """Say whether something besides conditions leads out of a state, or of one around it."""
    around = (state, *ancestors(graph, state.name))
    ways = [way for each in around for way in (*each.transitions, *each.exceptions)]
    return any(way.trigger in (Trigger.EVENT, Trigger.TIMER, Trigger.DONE) for way in ways)


@check("workflow.two-ways", numbers=(53,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def two_ways(guide: Guideline) -> Iterator[Finding]:
    """Two conditions of a state are true at once, and lead to different states.

    What it finds: data for which two ways of a state could be taken, by themselves or on the same
    event; the engine takes the first in the file.
    Why it matters: which treatment a patient gets depends on the order of lines.
    Example: `when: age >= 65` to 'half dose' before `when: weight > 80` to 'full dose'.
    To repair: make the conditions exclude each other, or join them.
    """
    found, mine = answers(guide), CHECKS["workflow.two-ways"]
    for state in found.graph.states:
        for group in _rivals(state):
            for one, other in combinations(group, 2):
                if one.target.name != other.target.name:
                    yield from _both_true(found, mine, state, (one, other))


def _rivals(state: State) -> Iterator[list[Transition]]:
    """Yield the conditional ways that are asked at the same occasion."""
    groups: dict[Any, list[Transition]] = {}
    if state.kind is not StateKind.DECISION:
        for way in state.transitions:
            if way.when is not None:
                event = way.event.name if way.event is not None else None
                groups.setdefault((way.trigger, event, way.phase), []).append(way)
    yield from groups.values()


def _both_true(
    found: WorkflowAnswers, mine: Check, state: State, ways: Sequence[Transition]
) -> Iterator[Finding]:
    boxes = [
        box
        for box, values in found.tests(state, ways)
        if isinstance(values, tuple) and all(value is True for value in values)
    ]
    if not boxes:
        return
    box = merged((each, "") for each in boxes)[0][0]
    conditions = listed(f"`{way.when.text}`" for way in ways if way.when is not None)
    targets = listed(f"'{way.target}'" for way in ways)
    words = class_words(found.space.axes, box)
    text = f"in '{state.name}' {conditions} are both true for {words}; they lead to {targets}"
    guards = [way.when for way in ways if way.when is not None]

    def shows(instance: Instance) -> bool:
        if state.name not in instance.path or instance.at is None:
            return False
        question = Question(found.bound, instance.data, instance.at)
        return all(question.test(state.name, guard).value is True for guard in guards)

    about = About(state.name, tuple(way.span for way in ways))
    yield from shown_by(found, mine, about, text, box, shows)


@check("workflow.endless", numbers=(54, 56), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def endless(guide: Guideline) -> Iterator[Finding]:
    """Data send a patient round a ring of states that waits for nothing.

    What it finds: a ring of states that take their ways by themselves, and data for which every one
    of them takes the way round. `check` warns of rings as they are drawn; here the data decide.
    Why it matters: the step is aborted, and nothing goes on for this patient.
    Example: 'high dose' goes on `when: level < 5` to 'check', and 'check' back `when: level < 8`.
    To repair: put a task, a wait or an event into the ring, or make the conditions exclude it.
    """
    found, mine = answers(guide), CHECKS["workflow.endless"]
    at_once: nx.DiGraph[str] = nx.DiGraph()
    for state in found.graph.states:
        for each in found.of(state).known:
            if isinstance(each.way, Way):
                at_once.add_edge(state.name, each.way.transition.target.name)
    for number, ring in enumerate(nx.simple_cycles(at_once)):
        if number >= MOST_RINGS:
            return
        box = _round(found, ring)
        if box is not None:
            names = " -> ".join(f"'{name}'" for name in ring)
            words = class_words(found.space.axes, box)
            text = f"the ring {names} goes round for ever for {words}"
            state = found.graph.state(ring[0])
            yield from shown_by(found, mine, _about(state), text, box, _at(state.name), loops=True)


MOST_RINGS = 200


def _round(found: WorkflowAnswers, ring: Sequence[str]) -> Box | None:
    """Return data for which every state of a ring takes the way to the next."""
    boxes: list[Box] | None = None
    for place, name in enumerate(ring):
        target = ring[(place + 1) % len(ring)]
        here = [
            each.box
            for each in found.of(found.graph.state(name)).known
            if isinstance(each.way, Way) and each.way.transition.target.name == target
        ]
        both = here if boxes is None else [meet(a, b) for a in boxes for b in here]
        boxes = [each for each in both if each is not None]
    return boxes[0] if boxes else None


def _about(state: State) -> About:
    return About(state.name, (state.name_span,))


def _at(name: str) -> Done:
    """Return the question whether an instance is in a state."""
    return lambda instance: name in instance.path
