"""Instances, events and effects as JSON: nothing is lost, and nothing strange is read."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from diary import read_diaries
from hypothesis import given, settings
from hypothesis import strategies as st
from workflow_stub import HERE, Stub, at, bound, graph_of, same_as, walk

from guidewright.errors import CallError, GuidewrightError
from guidewright.feel.temporal import parse_date
from guidewright.workflow.codec import (
    FORMAT,
    UPGRADES,
    effect_from_json,
    effect_to_json,
    event_from_json,
    event_to_json,
    instance_from_json,
    instance_to_json,
)
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import Data, Done, Start, Tick
from guidewright.workflow.step import begin, step
from guidewright.workflow.value_codec import instant_from_text, value_from_json, value_to_json

GRAPH = bound(
    "a: {kind: task, task: order, timer: {due: P1D, overdue: P1D}, "
    "transitions: [{event: e, when: p, to: z}]}\nz: {kind: final}"
)
STORED = instance_to_json(
    walk(GRAPH, Start(at("2025-01-01"), {"p": False}), Tick(at("2025-01-02")))[0]
)


def test_events_and_effects_of_all_diaries_survive() -> None:
    for diary in read_diaries(HERE / "diaries.txt"):
        instance = begin(diary.graph)
        for entry in diary.entries:
            stored = json.loads(json.dumps(event_to_json(entry.event)))
            assert event_from_json(stored) == entry.event
            try:
                instance, effects = step(diary.graph, instance, entry.event)
            except GuidewrightError:
                continue
            for effect in effects:
                assert effect_from_json(json.loads(json.dumps(effect_to_json(effect)))) == effect


def test_an_event_as_people_write_it() -> None:
    text = '{"event": "given", "at": "2025-01-01T08:00:00Z", "task": "a", "values": {"x": 1.50}}'
    event = event_from_json(json.loads(text, parse_float=Decimal))
    assert event == Done(at("2025-01-01T08:00:00"), "a", {"x": Decimal("1.50")})
    dated = {
        "event": "data",
        "at": "2025-01-01T00:00:00Z",
        "values": {"d": {"$date": "2025-01-01"}},
    }
    assert event_from_json(dated) == Data(at("2025-01-01"), {"d": parse_date("2025-01-01")})


FAULTS = {
    "no object": ([], "format: this is 'None', not 'guidewright.instance/2'"),
    "other format": ({"format": "x"}, "format: this is 'x', not 'guidewright.instance/2'"),
    "missing": ({"workflow": None}, ".workflow: a text is expected"),
    "unknown": ({"foo": 1}, ".foo: this key is not known"),
    "instant": ({"at": "today"}, '.at: "today" is not a date and time'),
    "list": ({"tasks": {}}, ".tasks: a list is expected"),
    "record": ({"tasks": [1]}, ".tasks[0]: an object is expected"),
    "inner": ({"tasks": [{"id": "x"}]}, ".tasks[0].state: this key is missing"),
    "number": ({"steps": True}, ".steps: a whole number is expected"),
    "value": (
        {"known": [{"name": "x", "value": {"$date": 1}, "at": "2025-01-01T00:00:00Z"}]},
        ".known[0].value: this is no date",
    ),
}


@pytest.mark.parametrize(("change", "said"), FAULTS.values(), ids=FAULTS)
def test_strange_stored_data_are_refused(change: Any, said: str) -> None:
    data = {**STORED, **change} if isinstance(change, dict) else change
    with pytest.raises(CallError) as caught:
        instance_from_json(data)
    assert str(caught.value).startswith(f"workflow.stored-state: {said}")


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(CallError, match="event: 'strat' is not one of start, data, done"):
        event_from_json({"event": "strat"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["$date", "$context", "$range", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.data())
def test_mangled_stored_data_are_refused_or_run(data: st.DataObject) -> None:
    mangled = copy.deepcopy(STORED)
    key = data.draw(st.sampled_from(sorted(mangled)))
    if isinstance(mangled[key], list) and mangled[key] and isinstance(mangled[key][0], dict):
        inner = mangled[key][0]
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(JSON)
    else:
        mangled[key] = data.draw(JSON)
    try:
        step(GRAPH, instance_from_json(mangled), Tick(at("2025-01-09")))
    except GuidewrightError as error:
        assert "Error" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("path", sorted((HERE / "old").glob("*.json")), ids=lambda path: path.stem)
def test_an_older_form_is_read_and_goes_on(path: Path) -> None:
    graph = graph_of(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    stub = BoundGraph(graph.graph, Stub({"x": same_as("x")}))
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["format"] in UPGRADES
    before = instance_from_json(stored)
    written = instance_to_json(before)
    assert written["format"] == FORMAT
    assert [key for key in stored if written.get(key, "none") != stored[key]][:1] == ["format"]
    after, effects = step(stub, before, Data(at("2025-01-07"), {"p": True}))
    assert after.is_in("s2")
    assert [type(effect).__name__ for effect in effects] == ["Remind", "Act", "Evaluated"]


def test_every_older_form_has_an_example() -> None:
    stored = (
        json.loads(path.read_text(encoding="utf-8")) for path in (HERE / "old").glob("*.json")
    )
    assert {each["format"] for each in stored} == set(UPGRADES)


def test_an_instant_stands_when_the_rules_of_its_zone_change() -> None:
    """Rules of a zone change; what was stored under the old ones is the same instant."""
    written = "2031-07-01T08:00:00+03:00[Europe/Zurich]"  # an offset that the zone does not have
    read = instant_from_text(written)
    assert read.instant == instant_from_text("2031-07-01T05:00:00Z").instant
    assert str(read) == "2031-07-01T07:00:00@Europe/Zurich"


def test_a_stored_zone_that_is_none_is_refused() -> None:
    with pytest.raises(CallError, match=r"workflow.stored-state: there is no time zone 'Nowhere'"):
        step(GRAPH, instance_from_json({**STORED, "zone": "Nowhere"}), Tick(at("2025-02-09")))


@given(JSON)
def test_any_json_is_a_value_or_refused(data: Any) -> None:
    try:
        value = value_from_json(data)
    except CallError:
        return
    assert value_from_json(json.loads(json.dumps(value_to_json(value)))) == value
