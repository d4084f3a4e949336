"""`step`: diaries, purity, replay, and what holds for every graph and every order of events."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from diary import read_diaries, retold, show
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from workflow_stub import HERE, Stub, at, bound, graph_of, innermost, reloaded, same_as, walk

from guidewright.errors import CallError, GuidewrightError, ModelError, ResourceError
from guidewright.feel.temporal import DateTime, DaysTimeDuration, Time, parse_date, parse_date_time
from guidewright.feel.values import Function, interval
from guidewright.workflow.effects import Act
from guidewright.workflow.evaluator import Answer, BoundGraph, StepLimits
from guidewright.workflow.events import (
    Correct,
    Data,
    Deviate,
    Done,
    Event,
    Override,
    Signal,
    Start,
    Tick,
)
from guidewright.workflow.instance import Instance, Status
from guidewright.workflow.model import Graph, StateKind
from guidewright.workflow.step import begin, expected, step
from guidewright.workflow.value_codec import instant_text

DIARIES = list(read_diaries(HERE / "diaries.txt"))


@pytest.mark.parametrize("diary", DIARIES, ids=[diary.title for diary in DIARIES])
def test_diary(diary: Any) -> None:
    said = [entry.said for entry in diary.entries]
    assert all(said)
    assert retold(diary) == said


# every graph, every order of events -------------------------------------------------------------

NAMES = [f"s{number}" for number in range(9)]
EVENTS = ["e", "f"]
DATA = ["x", "y"]


@st.composite
def state_texts(draw: st.DrawFn, names: list[str], depth: int = 0) -> str:
    """Draw one state, which uses up names; it may hold others."""
    name = names.pop(0)
    target = st.sampled_from(NAMES)
    kinds = ["clinical", "task", "decision", "wait", "gap", "final", "final"]
    nested = ["compound", "parallel"] if depth < 2 and len(names) > 3 else []
    kind = draw(st.sampled_from([*nested, *kinds]))
    goes = draw(target)
    raised = draw(st.sampled_from(["", "", ", raises: [i]"]))
    ways = f"transitions: [{{event: {draw(st.sampled_from(EVENTS))}, to: {draw(target)}{raised}}}"
    if draw(st.booleans()):
        ways += f', {{when: {draw(st.sampled_from(DATA))} = "a", to: {draw(target)}}}'
    ways += "]"
    timer = draw(
        st.sampled_from(
            ["due: P1D", "due: P1M, overdue: P1D", "repeat: P3D, expire: P1D, until: P9D"]
        )
    )
    match kind:
        case "compound":
            inside = _inside(draw, names, depth, draw(st.integers(1, 2)))
            first = inside.split(":")[0]
            inside += _history(draw, names)
            ways += _exceptions(draw) + draw(st.sampled_from(["", ", compute: {c: x}"]))
            body = f"kind: clinical, initial: {first}, {ways}, next: {goes}, states: {{{inside}}}"
        case "parallel":
            regions = []
            for _ in range(2):
                region = names.pop(0)
                inside = _inside(draw, names, depth + 1, 1)
                first = inside.split(":")[0]
                regions.append(
                    f"{region}: {{kind: clinical, initial: {first}, states: {{{inside}}}}}"
                )
            inside = ", ".join(regions) + _history(draw, names)
            ways += _exceptions(draw)
            body = f"kind: parallel, {ways}, next: {goes}, states: {{{inside}}}"
        case "clinical":
            body = f"kind: clinical, {ways}"
        case "task":
            word = draw(st.sampled_from(["order", "obtain", "give", "inform"]))
            waits = draw(st.sampled_from(["", "awaits: [x], ", "awaits: {any: [x, y]}, "]))
            timed = draw(st.sampled_from(["", f"timer: {{{timer}}}, "]))
            body = f"kind: task, task: {word}, {waits}{timed}{ways}, next: {goes}"
        case "decision":
            other = draw(st.sampled_from(["", f', "null": {goes}', f", otherwise: {goes}"]))
            datum = draw(st.sampled_from(DATA))
            body = f"kind: decision, decision: {datum}, branches: {{a: {draw(target)}}}{other}"
        case "wait":
            body = f"kind: wait, timer: {{due: P2D}}, next: {goes}"
        case "gap":
            body = f"kind: gap, {ways.split(', {when')[0].rstrip(']')}]"
        case _:
            body = "kind: final"
    return f"{name}: {{{body}}}"


def _history(draw: st.DrawFn, names: list[str]) -> str:
    if len(names) < 2 or not draw(st.booleans()):
        return ""
    return (
        f", {names.pop(0)}: {{kind: history, depth: {draw(st.sampled_from(['shallow', 'deep']))}}}"
    )


def _exceptions(draw: st.DrawFn) -> str:
    if not draw(st.booleans()):
        return ""
    cause = draw(
        st.sampled_from(["event: e", "event: f", 'when: x = "a"', 'event: i, when: y = "b"'])
    )
    return f", exceptions: [{{{cause}, to: {draw(st.sampled_from(NAMES))}}}]"


def _inside(draw: st.DrawFn, names: list[str], depth: int, count: int) -> str:
    texts = [draw(state_texts(names, depth + 1)) for _ in range(count) if len(names) > 1]
    return ", ".join(texts or [f"{names.pop(0)}: {{kind: final}}"])


@st.composite
def graphs(draw: st.DrawFn) -> BoundGraph:
    names = NAMES.copy()
    states = []
    while names:
        states.append(draw(state_texts(names)))
    try:
        keys = _exceptions(draw).removeprefix(", ")
        keys += draw(st.sampled_from(["", "\nzone: Europe/Zurich", "\ncompute: {w: y}"]))
        graph = graph_of("\n".join(states), initial="s0", keys=f"{keys}\n".lstrip("\n")).graph
    except (ModelError, IndexError):
        assume(condition=False)
        raise
    stub = Stub({name: same_as(name) for name in DATA})
    return BoundGraph(graph, stub, StepLimits(microsteps=60, firings=60))


VALUES = st.sampled_from(["a", "b", None, 1, True])
PATIENT = st.dictionaries(st.sampled_from(DATA), VALUES, max_size=2)


@st.composite
def event_lists(draw: st.DrawFn, states: list[str], signals: list[str]) -> list[Event]:
    """Draw events; the first is nearly always a start, and time nearly always goes on."""
    moment, events = at("2025-01-31"), list[Event]()
    if draw(st.integers(0, 20)) < 20:
        events.append(Start(moment, draw(PATIENT)))
    for _ in range(draw(st.integers(1, 8))):
        moment = moment.plus(draw(st.integers(-1, 40)) * 6 * 3600 * 10**9)
        state = draw(st.sampled_from(states))
        events.append(
            draw(
                st.one_of(
                    st.just(Tick(moment)),
                    st.builds(Data, st.just(moment), PATIENT),
                    st.builds(Done, st.just(moment), st.just(state), PATIENT),
                    st.builds(Signal, st.just(moment), st.sampled_from(signals), PATIENT),
                    st.builds(Deviate, st.just(moment), st.just(state), st.just("because")),
                    st.builds(
                        Override, st.just(moment), st.just(state), VALUES, st.just("because")
                    ),
                    st.builds(Correct, st.just(moment), PATIENT, st.just("typing error")),
                )
            )
        )
    return events


def check_configuration(graph: Graph, instance: Instance) -> None:
    """Check what SCXML demands of a legal configuration, and that nothing is left behind."""
    active = set(instance.configuration)
    if instance.status is Status.NEW:
        assert not active
        return
    assert sum(name in active for name in graph.top) == 1
    for name in active:
        state = graph.state(name)
        assert state.parent is None or state.parent in active
        inside = sum(child in active for child in state.children)
        assert inside == (len(state.children) if state.parallel else min(1, len(state.children)))
    assert all(graph.state(name).kind is not StateKind.HISTORY for name in active)
    remembered = {name for item in instance.history for name in item.states}
    assert all(graph.state(name).kind is not StateKind.HISTORY for name in remembered)
    assert {timer.state for timer in instance.timers} <= active
    assert {task.state for task in instance.tasks} <= active
    assert {stop.state for stop in instance.stops} <= active
    assert {visit.state for visit in instance.visits if visit.left is None} == active
    assert len(instance.tasks) == len({task.id for task in instance.tasks})
    ended = [name for name in active if graph.state(name).final and not graph.state(name).parent]
    assert ([instance.finished] if instance.finished else []) == ended


def apply_all(graph: BoundGraph, events: list[Event]) -> list[object]:
    """Apply events, refusals included; check each step on the way."""
    instance, told = begin(graph), list[object]()
    for event in events:
        before = copy.deepcopy(instance)
        try:
            following, done = step(graph, instance, event)
        except GuidewrightError as error:
            told.append([note.text for note in error.notes])
        else:
            assert step(graph, reloaded(instance), event) == (following, done)
            assert following.steps == instance.steps + 1
            told.append((following, done, [show(effect) for effect in done]))
            check_configuration(graph.graph, following)
            assert instance == before
            instance = following
    return told


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_graph_with_any_events(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    events = data.draw(event_lists(NAMES, EVENTS))
    assert apply_all(graph, events) == apply_all(graph, events)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_it_does_not_matter_how_often_somebody_ticks(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    start = Start(at("2025-01-31"), data.draw(PATIENT))
    days = sorted(data.draw(st.lists(st.integers(0, 60), max_size=4)))
    ticks = [Tick(start.at.plus(day * 24 * 3600 * 10**9)) for day in days]
    end = Tick(start.at.plus(61 * 24 * 3600 * 10**9))
    try:
        often, _ = walk(graph, start, *ticks, end)
        once, _ = walk(graph, start, end)
    except ResourceError:
        return
    assert often.visits == once.visits
    assert often.tasks == once.tasks
    assert often.timers == once.timers
    assert often.configuration == once.configuration


# limits and bad input ---------------------------------------------------------------------------

RING = """
a: {kind: clinical, next: b}
b: {kind: clinical, next: a}
"""


def test_a_ring_without_a_wait_is_aborted() -> None:
    with pytest.raises(ResourceError) as caught:
        walk(bound(RING), Start(at("2025-01-01")))
    assert str(caught.value.notes[0]) == (
        "workflow.yaml:5:3: workflow.limit: one event set more than 250 steps in motion "
        "(a way that begins in 'a' leads back without waiting)"
    )


def test_too_many_timers_at_once_are_refused() -> None:
    graph = bound("a: {kind: task, task: order, timer: {repeat: PT1M}}")
    with pytest.raises(ResourceError, match="more than 10000 timers were due at once"):
        walk(graph, Start(at("2025-01-01")), Tick(at("2026-01-01")))


def test_the_end_of_the_calendar_is_refused() -> None:
    graph = bound("a: {kind: wait, timer: {due: P1Y}, next: a}")
    with pytest.raises(CallError, match="the date is outside the years"):
        walk(graph, Start(at("999999999-06-01")))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "input.type: 'x': a object is no value of FEEL"),
        ([{"y": object()}], "input.type: 'x': [1].y: a object is no value of FEEL"),
        (float("nan"), "input.type: 'x': "),
        (Function(None, (), None, lambda rt, args: None), "input.type: 'x': a function is no"),
    ],
)
def test_what_is_no_value_is_refused(value: object, said: str) -> None:
    with pytest.raises(CallError) as caught:
        walk(bound(RING), Start(at("2025-01-01"), {"x": value}))
    assert str(caught.value).startswith(said)


def test_instants_with_and_without_an_offset_do_not_mix() -> None:
    graph = bound("a: {kind: gap}")
    instance, _ = step(graph, begin(graph), Start(parse_date_time("2025-01-01T00:00:00")))
    with pytest.raises(CallError) as caught:
        step(graph, instance, Tick(at("2025-01-02")))
    assert caught.value.notes[0].hint == "give all events a time zone or offset, or none"


def test_an_instance_of_another_graph_is_refused() -> None:
    graph, other = bound("a: {kind: gap}"), bound("b: {kind: gap}", initial="b")
    instance, _ = walk(graph, Start(at("2025-01-01")))
    with pytest.raises(CallError, match=r"workflow.stored-state: .* knows the state 'a', the work"):
        step(other, instance, Tick(at("2025-01-02")))


def test_what_is_expected_now() -> None:
    graph = bound("a: {kind: gap, transitions: [{event: e, to: a}, {event: f, to: a}]}")
    instance, _ = walk(graph, Start(at("2025-01-01")))
    assert expected(graph, instance) == ("e", "f")


def test_the_data_of_the_caller_are_not_shared() -> None:
    graph, causes = bound("a: {kind: gap}"), ["one"]
    instance, _ = walk(graph, Start(at("2025-01-01"), {"causes": causes}))
    causes.append("two")
    assert instance.data == {"causes": ["one"]}


# time -------------------------------------------------------------------------------------------


def due_of(states: str, start: str, **values: object) -> DateTime:
    instance, _ = walk(bound(states), Start(at(start), values))
    return instance.timers[0].due


def test_calendar_durations_end_with_the_month() -> None:
    series = "a: {kind: task, task: order, timer: {due: P1M, repeat: P1M}}"
    graph = bound(series)
    instance, effects = walk(graph, Start(at("2025-01-31")), Tick(at("2025-05-01")))
    due = [str(effect.due.date) for effect in effects if hasattr(effect, "due")]
    assert due == ["2025-02-28", "2025-03-31", "2025-04-30"]
    assert str(due_of("a: {kind: wait, timer: {due: P1Y}, next: a}", "2024-02-29").date) == (
        "2025-02-28"
    )
    assert instance.status is Status.RUNNING


def test_months_are_the_clock_of_the_zone_and_hours_are_elapsed() -> None:
    start = "2025-03-01T08:00:00@Europe/Zurich"  # summer time begins on 30 March
    months = due_of("a: {kind: wait, timer: {due: P1M}, next: a}", start)
    days = due_of("a: {kind: wait, timer: {due: P31D}, next: a}", start)
    hours = due_of("a: {kind: wait, timer: {due: PT744H}, next: a}", start)
    assert str(months) == str(days) == "2025-04-01T08:00:00@Europe/Zurich"
    assert str(hours) == "2025-04-01T09:00:00@Europe/Zurich"


def test_with_a_zone_an_instant_needs_an_offset() -> None:
    graph = graph_of("a: {kind: gap}", keys="zone: Europe/Zurich\n")
    with pytest.raises(CallError) as caught:  # this hour came twice
        step(graph, begin(graph), Start(parse_date_time("2025-10-26T02:30:00")))
    assert str(caught.value) == (
        "workflow.event: the event's instant 2025-10-26T02:30:00 could be any: the site's zone is "
        "Europe/Zurich (give it an offset, such as +01:00 or Z)"
    )


def test_the_hour_that_comes_twice_and_the_one_that_is_skipped() -> None:
    daily = "a: {kind: task, task: order, timer: {due: P1D, repeat: P1D}}"
    for start, skipped in (
        ("2025-10-24T02:30:00@Europe/Zurich", "2025-10-26T02:30:00+02:00[Europe/Zurich]"),
        ("2025-03-28T02:30:00@Europe/Zurich", "2025-03-30T03:30:00+02:00[Europe/Zurich]"),
    ):
        graph = bound(daily)
        end = at(start).plus(4 * 24 * 3600 * 10**9)
        _, effects = walk(graph, Start(at(start)), Tick(end))
        due = [instant_text(effect.due) for effect in effects if isinstance(effect, Act)]
        assert skipped in due
        assert len({text[:10] for text in due}) == len(due) == 3 + (start[5:7] == "03")


def test_a_leap_day_as_base() -> None:
    series = "a: {kind: task, task: order, timer: {due: P1Y, repeat: P1Y}}"
    _, effects = walk(bound(series), Start(at("2024-02-29")), Tick(at("2028-03-01")))
    due = [str(effect.due.date) for effect in effects if isinstance(effect, Act)]
    assert due == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_the_rules_of_a_zone_change_between_base_and_due() -> None:
    """Turkey kept summer time in 2016: a year later the clock shows the same, the offset not."""
    start = "2016-01-15T08:00:00@Europe/Istanbul"
    due = due_of("a: {kind: wait, timer: {due: P12M}, next: a}", start)
    assert instant_text(due) == "2017-01-15T08:00:00+03:00[Europe/Istanbul]"
    assert instant_text(at(start)) == "2016-01-15T08:00:00+02:00[Europe/Istanbul]"


def test_a_date_as_base_is_midnight_where_the_events_come_from() -> None:
    states = "a: {kind: wait, timer: {trigger: {datum: d}, due: P1D}, next: a}"
    day = parse_date("2025-06-01")
    assert str(due_of(states, "2025-06-01T08:00:00+02:00", d=day)) == "2025-06-02T00:00:00+02:00"
    local = DateTime.of(day, Time(8 * 3600 * 10**9))
    assert str(due_of(states, "2025-06-01T09:00:00@Europe/Zurich", d=local)) == (
        "2025-06-02T08:00:00@Europe/Zurich"
    )


def test_data_of_every_kind_survive_storage() -> None:
    values = {
        "zoned": parse_date_time("2025-10-26T02:30:00@Europe/Zurich").plus(3600 * 10**9),
        "date": parse_date("2025-01-01"),
        "duration": DaysTimeDuration(5),
        "range": interval(1, True, None, False),
        "large": 10**30,
        "nested": [{"a b": [True, None, "x"]}, {"$date": "no date", "n": 1}],
    }
    graph = bound("a: {kind: gap}")
    instance, _ = walk(graph, Start(at("2025-11-01"), values))
    assert reloaded(instance).data == values


def test_an_evaluator_is_asked_with_the_instant() -> None:
    asked = []

    class Clock(Stub):
        def test(self, guard: Any, data: Any, at: DateTime) -> Answer:
            asked.append(str(at.date))
            return Answer(value=False)

    graph = bound("a: {kind: clinical, timer: {due: P2D}, transitions: [{when: p, to: a}]}")
    walk(
        BoundGraph(graph.graph, Clock()),
        Start(at("2025-01-01")),
        Tick(at("2025-01-09")),
    )
    assert asked[:1] == ["2025-01-01"]
    assert {"2025-01-03", "2025-01-09"} <= set(asked)


def test_every_kind_of_state_is_in_some_diary() -> None:
    kinds = {state.kind for diary in DIARIES for state in diary.graph.graph.states}
    assert kinds == set(StateKind)


def test_the_path_names_the_states_in_order() -> None:
    graph = bound(
        "a: {kind: clinical, next: b}\nb: {kind: task, task: give, next: c}\nc: {kind: final}"
    )
    instance, _ = walk(graph, Start(at("2025-01-01")), Done(at("2025-01-02"), "b"))
    assert instance.path == ("a", "b", "c")
    assert innermost(graph, instance) == ("c",)


def test_no_clock_no_files() -> None:
    folder = Path(step.__code__.co_filename).parent
    files = ("step", "settle", "draft", "acts", "moves", "ways", "timers", "configuration")
    for file in (*files, "clinician", "correction", "refusals", "migration"):
        source = (folder / f"{file}.py").read_text(encoding="utf-8")
        for word in ("import time", "import datetime", "now()", "random", "open(", "networkx"):
            assert word not in source
