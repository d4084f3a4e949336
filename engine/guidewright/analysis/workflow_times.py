"""Checks of a workflow's timers, tasks and regions, as they are drawn: no data decide here.

In: a guideline with a workflow. Out: findings, which stand in the author's text. The checks at load
(`workflow.checks`) say where no way leads; these say where a way is of no use.
"""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, stated
from guidewright.analysis.words import listed
from guidewright.analysis.workflow_search import BEGINNING, ROOT, causes
from guidewright.analysis.workflow_ways import feasible
from guidewright.errors import Severity
from guidewright.feel.names import normal
from guidewright.guideline.evaluator import input_types
from guidewright.guideline.guide import Guideline
from guidewright.workflow.configuration import ancestors
from guidewright.workflow.model import (
    Duration,
    Graph,
    State,
    StateKind,
    Timer,
    TimerPhase,
    Transition,
    Trigger,
)
from guidewright.workflow.timers import later, moment


def _graph(guide: Guideline) -> Graph:
    assert guide.graph is not None  # noqa: S101 - checks of workflows are run only where there is one
    return guide.graph


def _length(duration: Duration | None) -> int:
    """Return how long a duration is, counted from the beginning of 2026; nothing is no time."""
    if duration is None:
        return 0
    return moment(later(BEGINNING, (duration, 1))) - moment(BEGINNING)


# timers ------------------------------------------------------------------------------------------


@check("workflow.timer-never", numbers=(57,), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def timer_never(guide: Guideline) -> Iterator[Finding]:
    """A way waits for something that a timer never becomes.

    What it finds: `timer: overdue` or `expired` where the timer has no such time, or where the task
    expires before it is overdue; a series that ends before its first due instant.
    Why it matters: the reminder or the way out is drawn and never comes.
    Example: `timer: {overdue: P7D, expire: P3D}`.
    To repair: correct the durations, or remove the way.
    """
    mine = CHECKS["workflow.timer-never"]
    for state in _graph(guide).states:
        timer = state.timer
        if timer is None:
            continue
        for way in state.transitions:
            why = _never(timer, way.phase) if way.phase is not None else None
            if why is not None and way.phase is not None:
                text = f"in '{state.name}' the way on '{way.phase.value}' is never taken: {why}"
                yield stated(mine.claim(About(state.name, (way.span,)), text), why)
        if _ends_before(timer):
            text = f"the series of '{state.name}' ends before it is due for the first time"
            yield stated(mine.claim(About(state.name, (timer.span,)), text), "until, due")


def _never(timer: Timer, phase: TimerPhase) -> str | None:
    if phase is TimerPhase.OVERDUE and timer.overdue is None:
        return "the timer has no 'overdue'"
    if phase is TimerPhase.EXPIRED and timer.expire is None:
        return "the timer has no 'expire'"
    if phase is TimerPhase.OVERDUE and timer.expire is not None:
        before = _length(timer.expire) <= _length(timer.overdue)
        return "it expires before it is overdue" if before else None
    return None


def _ends_before(timer: Timer) -> bool:
    if timer.until_after is None or not timer.due:
        return False
    return _length(timer.until_after) <= _length(timer.due[0])


@check("workflow.timer-first", numbers=(57,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def timer_first(guide: Guideline) -> Iterator[Finding]:
    """A deadline around a state always comes before the state's own.

    What it finds: a state whose timer counts from its entry, inside one whose deadline leads out
    after a shorter or the same time from its own entry, which is never later.
    Why it matters: what the inner timer is for never happens.
    Example: a deadline of one day around a task that expires after a week.
    To repair: correct one of the durations.
    """
    graph, mine = _graph(guide), CHECKS["workflow.timer-first"]
    for state in graph.states:
        for own, length in _deadlines(state):
            for outer in ancestors(graph, state.name):
                shorter = [way for way, other in _deadlines(outer) if other <= length]
                for way in shorter:
                    text = (
                        f"'{own.target}' is never reached from '{state.name}' in time: the "
                        f"deadline of '{outer.name}' always comes first"
                    )
                    about = About(state.name, (own.span, way.span))
                    yield stated(mine.claim(about, text), "the outer state is entered no later")


def _deadlines(state: State) -> Iterator[tuple[Transition, int]]:
    """Yield the ways on a timer that counts from the entry of its state, and after how long."""
    timer = state.timer
    if timer is None or timer.base.name or timer.base.kind.value != "entry" or timer.repeat:
        return
    first = _length(timer.due[0]) if timer.due else 0
    for way in state.transitions:
        if way.when is not None or way.phase is None:
            continue
        extra = {
            TimerPhase.DUE: 0,
            TimerPhase.OVERDUE: _length(timer.overdue),
            TimerPhase.EXPIRED: _length(timer.expire),
        }[way.phase]
        yield way, first + extra


@check("workflow.no-limit", numbers=(57,), severity=Severity.INFO, subject=Subject.WORKFLOW)
def no_limit(guide: Guideline) -> Iterator[Finding]:
    """A task waits without a limit, and nobody is reminded.

    What it finds: a task that is not complete at once, without a timer of its own or around it.
    Why it matters: a result that never comes is noticed by nobody.
    Example: 'order the test' without `timer: {overdue: P7D}`.
    To repair: say when it is overdue.
    """
    graph, mine = _graph(guide), CHECKS["workflow.no-limit"]
    for state in graph.states:
        if state.task is None or (state.task.kind.value == "inform" and not state.task.awaits):
            continue
        around = (state, *ancestors(graph, state.name))
        if all(each.timer is None for each in around):
            text = f"the task '{state.name}' waits without a limit"
            claim = mine.claim(About(state.name, (state.name_span,)), text, hint="add a 'timer'")
            yield stated(claim, "neither it nor a state around it has a timer")


@check("workflow.race", numbers=(59,), severity=Severity.INFO, subject=Subject.WORKFLOW)
def race(guide: Guideline) -> Iterator[Finding]:
    """An answer and the end of its time can come at the same instant.

    What it finds: a task that expires, or a deadline that leads elsewhere, beside a way on an
    answer or event to another state.
    Why it matters: of both at one instant the timer counts, and an answer in the last second is
    too late. It should be meant so.
    Example: a result that comes at the very instant at which the task expires.
    To repair: nothing, if it is meant; else give the deadline a longer time.
    """
    mine = CHECKS["workflow.race"]
    for state in _graph(guide).states:
        on_time = [way for way in state.transitions if way.trigger is Trigger.TIMER]
        on_answer = [
            way for way in state.transitions if way.trigger in (Trigger.DONE, Trigger.EVENT)
        ]
        for way in on_time:
            rivals = [each for each in on_answer if each.target.name != way.target.name]
            if rivals:
                names = listed(f"'{each.target}'" for each in rivals)
                text = (
                    f"in '{state.name}' the timer leads to '{way.target}' and an answer at the "
                    f"same instant would lead to {names}: the timer counts"
                )
                yield stated(mine.claim(About(state.name, (way.span,)), text), "timers go first")


# regions -----------------------------------------------------------------------------------------


@check("workflow.join", numbers=(60,), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def join(guide: Guideline) -> Iterator[Finding]:
    """A parallel state is never complete, because a region cannot come to its end.

    What it finds: a parallel state with `next`, of which a region has final states that no way
    which data can take leads to.
    Why it matters: what follows all regions never happens.
    Example: a region whose way to its final state asks for what cannot be.
    To repair: correct the ways inside the region.
    """
    graph, mine = _graph(guide), CHECKS["workflow.join"]
    entered = nx.descendants(feasible(guide), ROOT)
    for state in graph.states:
        done = [way for way in state.transitions if way.trigger is Trigger.DONE]
        if not (state.parallel and done and state.name in entered):
            continue
        for name in state.children:
            region = graph.state(name)
            ends = [child for child in region.children if graph.state(child).final]
            if ends and not any(end in entered for end in ends):
                text = f"'{state.name}' is never complete: its region '{name}' cannot end"
                about = About(state.name, (done[0].span, region.name_span))
                yield stated(mine.claim(about, text), f"no data lead to {listed(ends, 'or')}")


@check("workflow.two-writers", numbers=(60,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def two_writers(guide: Guideline) -> Iterator[Finding]:
    """Two regions that run side by side ask for the same datum.

    What it finds: tasks in two regions of a parallel state that await the same data.
    Why it matters: which answer counts depends on who is faster, and one answer completes both.
    Example: 'measure potassium' on the ward and in the laboratory, each asking for `potassium`.
    To repair: ask once, or give the data two names.
    """
    graph, mine = _graph(guide), CHECKS["workflow.two-writers"]
    for state in graph.states:
        if not state.parallel:
            continue
        writers: dict[str, dict[str, State]] = {}
        for each in graph.states:
            region = next((name for name in state.children if _within(graph, each, name)), None)
            awaits = each.task.awaits if each.task is not None else None
            for item in awaits.names if awaits is not None and region is not None else ():
                writers.setdefault(item.name, {}).setdefault(str(region), each)
        for name, by_region in writers.items():
            if len(by_region) > 1:
                tasks = listed(f"'{each.name}'" for each in by_region.values())
                text = f"{tasks} run side by side and both ask for '{name}'"
                about = About(state.name, tuple(each.name_span for each in by_region.values()))
                yield stated(mine.claim(about, text), f"regions {listed(by_region)}")


def _within(graph: Graph, state: State, name: str) -> bool:
    return state.name == name or any(each.name == name for each in ancestors(graph, state.name))


# data and ways out --------------------------------------------------------------------------------


@check("workflow.unread", numbers=(61,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def read_before_write(guide: Guideline) -> Iterator[Finding]:
    """A condition looks at a datum that only a task brings, and that task may come later.

    What it finds: a datum that is no input of the model, read by a condition of a state to which
    some way leads past every task that brings it.
    Why it matters: the datum is missing there, the condition is null, and the way stops.
    Example: `when: wound closed` before anybody was asked to look at the wound.
    To repair: put the task before, or say what is meant when it is missing.
    """
    graph, mine = _graph(guide), CHECKS["workflow.unread"]
    inputs = set(input_types(guide.model))
    writers: dict[str, set[str]] = {}
    for state in graph.states:
        awaits = state.task.awaits if state.task is not None else None
        for item in awaits.names if awaits is not None else ():
            if normal(item.name) not in inputs:
                writers.setdefault(item.name, set()).add(state.name)
    for name, tasks in writers.items():
        ways = causes(graph)
        ways.remove_nodes_from(tasks)
        early = nx.descendants(ways, ROOT)
        for state in graph.states:
            for way in state.transitions:
                if way.when is not None and name in way.when.text and state.name in early:
                    text = (
                        f"in '{state.name}' `{way.when.text}` may be asked before '{name}' is known"
                    )
                    claim = mine.claim(About(state.name, (way.when.span,)), text)
                    yield stated(claim, f"only {listed(sorted(tasks), 'or')} brings it")


@check("workflow.no-way-out", numbers=(62,), severity=Severity.WARNING, subject=Subject.WORKFLOW)
def no_way_out(guide: Guideline) -> Iterator[Finding]:
    """A state cannot be left when something happens to the patient.

    What it finds: in a workflow with treatments (`task: give`), states from which no event leads
    out: no exception of the state, of those around it or of the whole, and no way on an event.
    Why it matters: on an adverse reaction, or when consent is withdrawn, the guideline goes on.
    Example: 'give the second dose' without `exceptions: [{event: adverse reaction, to: …}]`.
    To repair: write exceptions for the whole workflow or for the states around.
    """
    graph, mine = _graph(guide), CHECKS["workflow.no-way-out"]
    treats = any(
        state.task is not None and state.task.kind.value == "give" for state in graph.states
    )
    if not treats or any(way.event is not None for way in graph.exceptions):
        return
    for state in graph.states:
        waits = state.kind in (StateKind.TASK, StateKind.WAIT, StateKind.CLINICAL)
        if not state.atomic or not waits or _passes(state):
            continue
        around = (state, *ancestors(graph, state.name))
        ways = [way for each in around for way in (*each.exceptions, *each.transitions)]
        if not any(way.event is not None for way in ways):
            text = f"no event leads out of '{state.name}'"
            hint = "write 'exceptions' for the whole workflow, such as an adverse reaction"
            claim = mine.claim(About(state.name, (state.name_span,)), text, hint=hint)
            yield stated(claim, "neither it nor the workflow has an exception")


def _passes(state: State) -> bool:
    """Say whether a patient only passes through a state, without waiting in it."""
    return state.kind is StateKind.CLINICAL and any(
        way.trigger is Trigger.DONE for way in state.transitions
    )
