"""The B12 graph, walked from suspicion to year three: with stand-ins, and with its decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from diary import show
from hypothesis import given, settings
from hypothesis import strategies as st
from test_workflow_step import apply_all, event_lists
from workflow_stub import ROOT, Stub, at, innermost, walk

from guidewright.errors import CallError
from guidewright.feel.temporal import DateTime, parse_date
from guidewright.guideline.guide import load
from guidewright.workflow.effects import Act, Effect, Evaluated, Withdraw
from guidewright.workflow.evaluator import Answer, BoundGraph
from guidewright.workflow.events import (
    Correct,
    Data,
    Deviate,
    Done,
    Event,
    Signal,
    Start,
    Tick,
)
from guidewright.workflow.instance import Instance, Status
from guidewright.workflow.model import Guard, TaskKind
from guidewright.workflow.reader import read_workflow_file
from guidewright.workflow.step import step

PERNICIOUS = "pernicious anaemia"


def diagnosis(data: Mapping[str, Any]) -> Any:
    total, mma = data["total B12"], data["MMA result"]
    if total is None:
        return "not tested"
    if total < 180 or (total <= 350 and mma == "elevated"):
        return "confirmed"
    if total > 350:
        return "unlikely"
    return "not confirmed" if mma == "normal" else "indeterminate"


def treatment_decision(data: Mapping[str, Any]) -> Any:
    permitted = []
    if data["MMA result"] in (None, "pending"):
        permitted.append({"decision": "wait for MMA"})
    else:
        permitted.append({"decision": "not started"})
    if data["neurological symptoms"] in ("present", "severe"):
        permitted.append({"decision": "start"})
    return permitted


def course(data: Mapping[str, Any]) -> Any:
    if data["severity"] == "severe" or data["neurological symptoms"] == "severe":
        return ["loading then maintenance"]
    return ["one regimen"]


def follow_up(data: Mapping[str, Any]) -> Any:
    if data["causes"] is None:
        return None
    if not {PERNICIOUS, "gastric bypass"}.isdisjoint(data["causes"]):
        return {"length": "lifelong"}
    return {"length": "until the cause is gone" if "metformin" in data["causes"] else "not stated"}


def response(data: Mapping[str, Any]) -> Any:
    if data["haematological response"] == "improved":
        return {"response": "adequate"}
    if data["haematological response"] is None or data["day of treatment"] is None:
        return None
    return {"response": "inadequate" if data["day of treatment"] >= 28 else "awaited"}


class StandIns(Stub):
    """The stub, with what the workflow itself says in FEEL."""

    def test(self, guard: Guard, data: Mapping[str, Any], at: DateTime) -> Answer:
        if guard.text.startswith("(today() - treatment start)"):
            start = data.get("treatment start")
            days = None if start is None else at.date.ordinal - start.ordinal
            return Answer(days, inputs=("treatment start",))
        if guard.text.startswith("list contains(causes"):
            return Answer(PERNICIOUS in data["causes"], inputs=("causes",))
        return super().test(guard, data, at)


FOLDER = ROOT / "models" / "b12-deficiency"
STAND_INS = BoundGraph(
    read_workflow_file(FOLDER / "workflow.yaml"),
    StandIns(
        {
            "diagnosis": (("total B12", "MMA result"), diagnosis),
            "treatment decision": (("MMA result", "neurological symptoms"), treatment_decision),
            "indication": (("total B12",), lambda data: "treat"),
            "course": (("severity", "neurological symptoms"), course),
            "potassium watch": (
                ("causes",),
                lambda data: "needed" if PERNICIOUS in (data["causes"] or ()) else "not stated",
            ),
            "haematocrit watch": ((), lambda data: True),
            "follow-up": (("causes",), follow_up),
            "response at 4 weeks": (("haematological response", "day of treatment"), response),
        }
    ),
)
GRAPH = STAND_INS


@pytest.fixture(scope="module", params=["stand-ins", "guideline"], autouse=True)
def who_answers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Walk every way twice: with the stand-ins, and with the decisions of the model."""
    global GRAPH
    if request.param == "guideline":
        guideline = load(FOLDER)
        assert guideline.workflow is not None
        GRAPH = guideline.workflow.bound()
    yield
    GRAPH = STAND_INS


DETAILS = {"severity": "severe", "neurological symptoms": "none", "causes": [PERNICIOUS]}


def acts(effects: list[Effect]) -> list[tuple[str, str, str]]:
    """Return what somebody is asked to do: when, what kind, in which state."""
    found = [effect for effect in effects if isinstance(effect, Act)]
    return [(str(act.at.date), act.kind.value, act.state) for act in found]


TREATED: tuple[Event, ...] = (
    Start(at("2025-11-28"), {"total B12": 120}),
    Data(at("2025-11-29"), DETAILS),
    Done(at("2025-11-30T10:00:00"), "first dose", {"treatment start": parse_date("2025-11-30")}),
)


def test_from_suspicion_to_lifelong_follow_up() -> None:
    """Indeterminate, MMA elevated, pernicious anaemia, severe: the whole way, like a diary."""
    instance, effects = walk(GRAPH, Start(at("2025-11-20")))
    assert acts(effects) == [("2025-11-20", "obtain", "first test")]

    def then(event: Event) -> list[tuple[str, str, str]]:
        nonlocal instance
        instance, done = step(GRAPH, instance, event)
        effects.extend(done)
        assert instance.status is Status.RUNNING
        return acts(list(done))

    # total B12 is in the indeterminate band, so MMA is ordered; it takes five days
    asked = then(Data(at("2025-11-21"), {"total B12": 220}))
    assert asked == [("2025-11-21", "order", "measure MMA")]
    assert then(Data(at("2025-11-23"), {"MMA result": "pending"})) == []
    assert innermost(GRAPH, instance) == ("MMA is open",)
    asked = then(Data(at("2025-11-28"), {"MMA result": "elevated"}))
    assert asked == [("2025-11-28", "obtain", "details")]
    asked = then(Data(at("2025-11-29"), DETAILS))
    assert asked == [("2025-11-29", "inform", "cautions"), ("2025-11-29", "give", "first dose")]

    # the first dose; treatment and monitoring run side by side from now on
    started = {"treatment start": parse_date("2025-11-30")}
    asked = then(Done(at("2025-11-30T10:00:00"), "first dose", started))
    assert asked == [
        ("2025-11-30", "give", "loading"),
        ("2025-11-30", "order", "measure potassium"),
    ]
    assert innermost(GRAPH, instance) == (
        *("loading", "measure potassium", "measure haematocrit", "four weeks", "measure level"),
    )
    assert [(timer.state, str(timer.due.date)) for timer in instance.timers] == [
        ("measure potassium", "2025-11-30"),
        ("measure haematocrit", "2025-12-05"),
        ("four weeks", "2025-12-28"),
        ("measure level", "2026-02-28"),
    ]

    # potassium as often as needed, for 48 hours from the first dose
    for hour in ("2025-11-30T14:00:00", "2025-11-30T22:00:00", "2025-12-02T09:00:00"):
        assert then(Done(at(hour), "measure potassium")) == []
    assert then(Tick(at("2025-12-02T10:00:00"))) == []
    assert instance.is_in("potassium finished")

    # haematocrit daily from day 5; one day is missed; normal on day 9
    assert then(Tick(at("2025-12-04T23:59:59"))) == []
    assert then(Tick(at("2025-12-05"))) == [("2025-12-05", "order", "measure haematocrit")]
    then(Data(at("2025-12-05T08:00:00"), {"haematocrit": "low"}))
    asked = then(Data(at("2025-12-07T08:00:00"), {"haematocrit": "low"}))
    assert [day for day, _, _ in asked] == ["2025-12-06", "2025-12-07"]
    then(Data(at("2025-12-09T08:00:00"), {"haematocrit": "normal"}))
    assert instance.is_in("blood count finished")

    # loading is over; pernicious anaemia is treated for life
    then(Done(at("2025-12-20"), "loading"))
    assert instance.is_in("lifelong")

    # the review at 4 weeks
    assert then(Tick(at("2025-12-28"))) == [("2025-12-28", "order", "review")]
    then(Data(at("2025-12-29"), {"haematological response": "improved"}))
    assert instance.is_in("responded")

    # somebody wishes to stop: advised against, the way does not change
    asked = then(Signal(at("2026-01-10"), "wishes to stop"))
    assert asked == [("2026-01-10", "inform", "advise")]
    assert instance.is_in("lifelong")

    # levels at 3, 6 and 12 months, then yearly, from the last day of a short month; an injection
    # every month, from the beginning of maintenance
    asked = []
    for year, month in ((2026, 3), (2026, 6), (2026, 12), (2027, 12), (2028, 12)):
        asked += then(Tick(at(f"{year}-{month:02d}-01")))
        then(Data(at(f"{year}-{month:02d}-02"), {"B12 level on treatment": "normal"}))
    assert [day for day, _, state in asked if state == "measure level"] == [
        *("2026-02-28", "2026-05-30", "2026-11-30", "2027-11-30", "2028-11-30")
    ]
    given = [day for day, _, state in asked if state == "monthly injection"]
    assert (given[0], given[-1], len(given)) == ("2026-01-20", "2028-11-20", 35)
    assert innermost(GRAPH, instance) == (
        *("monthly injection", "treatment is wanted", "potassium finished"),
        *("blood count finished", "responded", "measure level"),
    )
    assert [c.value for c in instance.choices if c.decision == "diagnosis" and c.standing] == [
        "confirmed"
    ]
    assert all(
        c.choice.statements for c in effects if isinstance(c, Evaluated) and c.choice.decision
    )


def end(instance: Instance) -> tuple[str, ...]:
    return innermost(GRAPH, instance)


def test_unlikely_ends_the_way() -> None:
    instance, _ = walk(GRAPH, Start(at("2025-01-01"), {"total B12": 400}))
    assert (instance.finished, instance.status) == ("unlikely", Status.FINISHED)


def test_normal_mma_is_a_gap() -> None:
    known = {"total B12": 220, "MMA result": "normal"}
    instance, effects = walk(GRAPH, Start(at("2025-01-01"), known))
    assert end(instance) == ("not confirmed",)
    assert show(effects[-1]) == (
        "note not confirmed: the source leaves this open: MMA is normal. "
        "The article gives no next step."
    )


def test_neurological_symptoms_before_mma_leave_the_choice_to_a_clinician() -> None:
    known = {"total B12": 220, "neurological symptoms": "present"}
    start = Start(at("2025-01-01"), known)
    instance, _ = walk(GRAPH, start)
    assert end(instance) == ("wait or begin",)
    instance, _ = walk(GRAPH, start, Signal(at("2025-01-01"), "begin now"))
    assert end(instance) == ("details",)
    instance, _ = walk(GRAPH, start, Signal(at("2025-01-01"), "wait for MMA"))
    assert end(instance) == ("measure MMA",)


def test_no_response_is_a_gap_and_the_rest_goes_on() -> None:
    late = {"haematological response": "not improved"}
    instance, effects = walk(GRAPH, *TREATED, Data(at("2025-12-29"), late))
    assert instance.is_in("no response")
    assert instance.is_in("measure level")
    assert "The article has no next step." in show(effects[-1])


def test_a_review_before_the_four_weeks_are_over_waits_for_them() -> None:
    """The day of treatment comes from the dates: a start corrected to a later day counts again."""
    later = Correct(
        at("2025-12-28T12:00:00"), {"treatment start": parse_date("2025-12-07")}, "typo"
    )
    early = Data(at("2025-12-29"), {"haematological response": "not improved"})
    instance, _ = walk(GRAPH, *TREATED, later, early)
    assert instance.is_in("four weeks")
    assert [str(t.due.date) for t in instance.timers if t.state == "four weeks"] == ["2026-01-04"]
    (decided,) = (c for c in instance.choices if c.decision == "response at 4 weeks")
    assert set(decided.inputs or ()) == {"haematological response", "treatment start"}
    instance, _ = walk(GRAPH, *TREATED, later, early, Tick(at("2026-01-04")))
    assert instance.is_in("review")


def test_a_day_of_treatment_is_not_told() -> None:
    with pytest.raises(CallError, match="'day of treatment' is computed by the workflow"):
        walk(GRAPH, *TREATED, Data(at("2025-12-29"), {"day of treatment": 29}))


def test_an_adverse_reaction_interrupts_treatment_and_it_goes_on_where_it_was() -> None:
    known = [*TREATED, Done(at("2025-12-20"), "loading"), Done(at("2026-01-20T09:00:00"), MONTHLY)]
    reaction = Signal(at("2026-02-01T12:00:00"), "adverse reaction")
    instance, effects = walk(GRAPH, *known, reaction)
    assert end(instance) == ("interrupted",)
    assert (instance.tasks, instance.timers) == ((), ())
    assert {e.reason for e in effects if isinstance(e, Withdraw) and e.at == reaction.at} == {
        "exception"
    }
    again = Signal(at("2026-02-10"), "treatment goes on")
    instance, effects = walk(GRAPH, *known, reaction, again)
    # the review and the blood count were open and are asked for again; the injection of January
    # was given and is not
    assert [state for day, _, state in acts(effects) if day == "2026-02-10"] == [
        *("review", "measure haematocrit")
    ]
    assert [str(t.due.date) for t in instance.timers if t.state == MONTHLY] == ["2026-01-20"]
    instance, effects = walk(GRAPH, *known, reaction, again, Tick(at("2026-02-21")))
    assert ("2026-02-20", "give", MONTHLY) in acts(effects)


MONTHLY = "monthly injection"


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("patient died", "died"),
        ("consent withdrawn", "consent withdrawn"),
        ("care ends", "care ended"),
    ],
)
def test_exceptions_end_everything_from_anywhere(event: str, state: str) -> None:
    for before in (TREATED[:1], TREATED[:2], TREATED):
        instance, _ = walk(GRAPH, *before, Signal(at("2026-01-10"), event))
        assert instance.finished == state
        assert (instance.tasks, instance.timers, instance.stops) == ((), (), ())
        after = Correct(at("2026-01-11"), {"total B12": 400}, "another patient's")
        instance, _ = walk(GRAPH, *before, Signal(at("2026-01-10"), event), after)
        assert instance.finished == state


def test_other_lifelong_causes_have_no_fixed_interval() -> None:
    bariatric = {**DETAILS, "causes": ["gastric bypass"]}
    start = (TREATED[0], Data(at("2025-11-29"), bariatric), TREATED[2])
    instance, _ = walk(GRAPH, *start, Done(at("2025-12-20"), "loading"))
    assert instance.is_in("no fixed interval")


def test_treatment_ends_when_the_cause_is_gone() -> None:
    mild = {"severity": "mild", "neurological symptoms": "none", "causes": ["metformin"]}
    instance, _ = walk(
        GRAPH,
        TREATED[0],
        Data(at("2025-11-29"), mild),
        TREATED[2],
        Signal(at("2026-06-01"), "cause is gone"),
    )
    assert instance.finished == "discharged"
    assert not instance.tasks
    assert not instance.timers


def test_potassium_is_not_watched_for_other_causes() -> None:
    bariatric = {**DETAILS, "causes": ["gastric bypass"]}
    instance, effects = walk(GRAPH, TREATED[0], Data(at("2025-11-29"), bariatric), TREATED[2])
    assert instance.is_in("potassium finished")
    assert "measure potassium" not in {state for _, _, state in acts(effects)}


def test_a_corrected_result_goes_back_to_the_diagnosis() -> None:
    wrong = Correct(at("2025-12-01"), {"total B12": 250}, "result of another patient")
    instance, effects = walk(GRAPH, *TREATED, wrong)
    assert end(instance) == ("measure MMA",)
    assert not instance.timers
    withdrawn = [show(effect) for effect in effects if show(effect).startswith("withdraw")]
    assert withdrawn == [
        "withdraw measure potassium#5 [2025-12-01] left",
        "withdraw loading#4 [2025-12-01] left",
    ]
    assert [c.standing for c in instance.choices if c.state == "confirmed?"] == [False, True]


def test_a_clinician_may_leave_the_path() -> None:
    off = Deviate(at("2025-12-01"), "care ended", "moved to another town", by="Dr A")
    instance, _ = walk(GRAPH, *TREATED, off)
    assert instance.finished == "care ended"
    assert instance.deviations[0].left == (
        *("loading", "measure potassium", "measure haematocrit", "four weeks", "measure level"),
    )


def test_replay_is_the_first_run() -> None:
    events = [*TREATED, Tick(at("2026-03-01")), Signal(at("2026-03-02"), "care ends")]
    first = walk(GRAPH, *events)
    assert walk(GRAPH, *events) == first
    assert all(isinstance(effect.kind, TaskKind) for effect in first[1] if isinstance(effect, Act))


STATES = [state.name for state in STAND_INS.graph.states]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_events(data: st.DataObject) -> None:
    events = data.draw(event_lists(STATES, list(GRAPH.graph.events)))
    known = {"total B12": data.draw(st.sampled_from([100, 200, 500, None])), **DETAILS}
    apply_all(GRAPH, [Start(at("2025-01-01"), known), *events])


def test_three_years_of_silence_are_caught_up_in_order() -> None:
    silent = Tick(at("2028-11-30T12:00:00"))
    instance, effects = walk(GRAPH, *TREATED, silent)
    days = [day for day, _, state in acts(effects) if state == "measure haematocrit"]
    assert days == sorted(days)
    assert (days[0], days[-1], len(days)) == ("2025-12-05", "2028-11-30", 1092)
    open_tasks = {"loading", "review", "measure level", "measure haematocrit"}
    assert {task.state for task in instance.tasks} == open_tasks
    assert len(instance.tasks) == len(open_tasks)


@pytest.mark.parametrize(
    ("reading", "state"),
    [("with or without symptoms", "first dose"), ("with symptoms only", "without symptoms")],
)
def test_switching_a_policy_changes_the_way(reading: str, state: str) -> None:
    guideline = load(FOLDER)
    assert guideline.workflow is not None
    switched = guideline.workflow.bound({"P-ASYMPTOMATIC": reading})
    known = {"total B12": 120, "symptomatic": False, **DETAILS}
    instance, _ = walk(switched, Start(at("2025-01-01"), known))
    assert end(instance) == (state,)
