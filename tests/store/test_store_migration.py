"""New versions: an instance goes on as the map says, or stays and says what the map leaves open."""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from stores import FEVER

import guidewright as gw
from guidewright.store import Store
from guidewright.store.migration import Plan
from guidewright.workflow import instance as instances
from guidewright.workflow.migration_map import (
    MigrationMap,
    map_from_json,
    map_to_json,
    read_map,
)

EIGHT = "2026-03-01T08:00:00Z"
NEXT_DAY = "2026-03-02T08:00:00Z"
HOT = {"event": "data", "at": EIGHT, "values": {"temperature": "39.5 Cel"}}
GIVEN = {"event": "done", "at": EIGHT, "task": "give medicine"}

# what is otherwise in the second version: file, old text, new text
RENAMED = ("workflow.yaml", "give medicine", "give paracetamol")
SOONER = ("workflow.yaml", "due: P3D", "due: P2D")
STRICTER = ("decisions.dmn", "38", "38.3")
MAP = MigrationMap("decided by the committee", states={"give medicine": "give paracetamol"})


@pytest.fixture
def ward(store: Store, fever: gw.Guideline) -> Store:
    """Ann is to get medicine, Bob waits for three days, Cyd is to be measured, Dan has gone."""
    for name in ("ann", "bob", "cyd", "dan"):
        store.start(fever, {}, at=EIGHT, instance=name)
    store.send("ann", HOT)
    store.send("bob", HOT)
    store.send("bob", GIVEN)
    store.send("dan", {**HOT, "values": {"temperature": "37 Cel"}})
    return store


@pytest.fixture
def version(tmp_path: Path):
    """Make another version of the guideline by replacing texts."""

    def make(*changes: tuple[str, str, str]) -> gw.Guideline:
        folder = tmp_path / "second"
        shutil.copytree(FEVER, folder)
        for name, old, new in (("guideline.yaml", "1.2.0", "2.0.0"), *changes):
            path = folder / name
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new), encoding="utf-8")
        return gw.load(folder)

    return make


def plans(store: Store, new: gw.Guideline, mapping: MigrationMap, **keys: Any) -> dict[str, Plan]:
    found = store.migrate(new, mapping, at=NEXT_DAY, **{"dry_run": True, **keys})
    return {plan.head.instance: plan for plan in found}


def told(plan: Plan) -> list[tuple[str, str, str | None, str | None]]:
    return [(change.what, change.name, change.before, change.after) for change in plan.changes]


def problems(plan: Plan) -> str:
    return "; ".join(note.text for note in plan.problems)


def test_a_dry_run_lists_every_change_and_stores_nothing(ward: Store, version) -> None:
    before = {head.instance: ward.history(head.instance) for head in ward.instances()}
    found = plans(ward, version(RENAMED, SOONER, STRICTER), MAP)
    assert list(found) == ["ann", "bob", "cyd"]  # who has finished is left alone
    assert told(found["ann"]) == [
        ("state", "give medicine", "give medicine", "give paracetamol"),
        (
            "task",
            "give medicine#2",
            f"give medicine: due {EIGHT}",
            f"give paracetamol: due {EIGHT}",
        ),
    ]
    assert told(found["bob"]) == [
        ("timer", "three days", "due 2026-03-04T08:00:00Z", "due 2026-03-03T08:00:00Z"),
    ]
    assert told(found["cyd"]) == []
    assert all(plan.problems == () and plan.receipt is None for plan in found.values())
    assert {name: ward.history(name) for name in before} == before
    assert all(again.entry.digest != "" for again in ward.replay("ann"))


def test_moving_is_an_entry_like_any(ward: Store, version, tmp_path: Path) -> None:
    new = version(RENAMED, SOONER)
    moved = plans(ward, new, MAP, dry_run=False)
    entry = moved["ann"].receipt.entry
    assert (entry.sequence, entry.kind, entry.digest) == (3, "migrate", new.digest)
    assert map_from_json(entry.event_data["map"]) == MAP
    assert entry.event_data["from"] == ward.history("ann")[0].digest
    assert entry.instance_after.is_in("give paracetamol")
    assert [task.id for task in entry.instance_after.tasks] == ["give medicine#2"]  # the same task
    shutil.rmtree(tmp_path / "second")  # both versions are in the store
    for name in moved:
        assert all(again.differences == () for again in ward.replay(name))
    assert list(ward.verify()) == []
    after = {**GIVEN, "task": "give medicine#2", "at": NEXT_DAY}
    assert ward.send("ann", after).entry.instance_after.is_in("three days")
    assert plans(ward, new, MAP) == {}  # who has moved does not move again


def test_who_is_not_moved_stays_on_the_old_version(ward: Store, version) -> None:
    new = version(RENAMED)
    plans(ward, new, MAP, dry_run=False, instances=["bob"])
    assert [head.guideline for head in ward.instances()] == [
        "fever 1.2.0", "fever 2.0.0", "fever 1.2.0", "fever 1.2.0",
    ]  # fmt: skip
    assert ward.send("ann", GIVEN).entry.instance_after.is_in("three days")


def test_a_state_that_is_gone_stops_its_own_instance_only(ward: Store, version) -> None:
    found = plans(ward, version(RENAMED), MigrationMap("no line for it"), dry_run=False)
    assert problems(found["ann"]) == "the new version has no state 'give medicine', which is active"
    assert found["ann"].receipt is None
    assert found["bob"].receipt.entry.kind == "migrate"
    assert ward.head("ann").guideline == "fever 1.2.0"


def test_a_state_of_another_kind_has_to_be_mapped(ward: Store, version) -> None:
    informs = ("workflow.yaml", "    task: give\n", "    task: inform\n    awaits: [temperature]\n")
    new = version(informs)
    found = plans(ward, new, MigrationMap("by name"))
    assert "is a task (give) now and a task (inform) then" in problems(found["ann"])
    mapped = MigrationMap("asked for anew", states={"give medicine": "give medicine"})
    assert ("task", "give medicine#2", f"give medicine: due {EIGHT}", None) in told(
        plans(ward, new, mapped)["ann"]
    )


def test_mapping_to_a_decision_decides_at_once(ward: Store, version) -> None:
    mapping = MigrationMap("look again", states={"three days": "fever?"})
    new = version(("workflow.yaml", "statements: [S04]\n    timer", "statements: [S01]\n    timer"))
    plan = plans(ward, new, mapping, dry_run=False)["bob"]
    assert ("state", "three days", "three days", None) in told(plan)
    assert plan.receipt.entry.instance_after.is_in("give medicine")
    assert all(again.differences == () for again in ward.replay("bob"))


def test_what_the_decisions_would_now_say(ward: Store, version) -> None:
    """Shown, and not acted on: what was decided is not decided again."""
    plan = plans(ward, version(("decisions.dmn", "38", "40")), MigrationMap("40 degrees"))["ann"]
    assert ("decision", "fever", '"fever"', '"no fever"') in told(plan)
    assert not any(what == "state" for what, *_ in told(plan))


def test_quantities_are_converted_exactly(ward: Store, version) -> None:
    new = version(("guideline.yaml", "unit: Cel", "unit: K"))
    found = plans(ward, new, MigrationMap("kelvin"))
    text = problems(found["ann"])
    converted = [change for change in told(found["ann"]) if change[0] == "datum"]
    assert text or converted == [("datum", "temperature", "temperature 39.5", "temperature 312.65")]


def test_a_datum_that_nobody_knows_any_more(ward: Store, version) -> None:
    changes = [(name, "temperature", "body heat") for name in ("decisions.dmn", "workflow.yaml")]
    new = version(*changes, ("guideline.yaml", "  temperature:", "  body heat:"))
    found = plans(ward, new, MigrationMap("renamed"))
    assert "the new version does not know the datum 'temperature'" in problems(found["ann"])
    assert found["cyd"].problems == ()  # nothing is known of Cyd yet
    forgotten = MigrationMap("forgotten", data={"temperature": None})
    assert ("datum", "temperature", "temperature 39.5", None) in told(
        plans(ward, new, forgotten)["bob"]
    )
    mapping = MigrationMap("renamed", data={"temperature": "body heat"})
    moved = plans(ward, new, mapping, dry_run=False)["ann"].receipt.entry.instance_after
    assert [str(datum.name) for datum in moved.known] == ["body heat"]


def test_a_reading_that_is_gone(ward: Store, version) -> None:
    reading = next(iter(gw.load(FEVER).file.policies.values()))
    old = reading.default
    mapping = MigrationMap("other", policies={reading.name: "nonsense"})
    new = version(SOONER)
    found = plans(ward, new, mapping)
    assert f"the policy '{reading.name}' has no reading 'nonsense'" in problems(found["cyd"])
    other = next(each for each in reading.readings if each != old)
    chosen = MigrationMap("the other reading", policies={reading.name: other})
    assert ("policy", reading.name, old, other) in told(plans(ward, new, chosen)["cyd"])


def test_times_before_the_latest_event(ward: Store, version) -> None:
    new = version(SOONER)
    early = "2026-02-01T08:00:00Z"
    [plan] = ward.migrate(new, MigrationMap("x"), at=early, instances=["bob"], dry_run=True)
    assert "is before the latest event" in problems(plan)


def test_a_new_region_has_to_be_entered(store: Store, tmp_path: Path) -> None:
    """A parallel state gets a third region: said under `enter`, it begins; unsaid, nobody moves."""
    folder = tmp_path / "fever"
    shutil.copytree(FEVER, folder)
    path = folder / "workflow.yaml"
    text = path.read_text(encoding="utf-8")
    first = """
  watched:
    kind: parallel
    phase: care
    statements: [S04]
    transitions: [{event: go, to: discharged}]
    states:
      rest:
        kind: clinical
        initial: lie down
        states: {lie down: {kind: task, task: inform, awaits: [temperature]}}
"""
    second = (
        first.rstrip("\n")
        + """
      drink:
        kind: clinical
        initial: offer tea
        states: {offer tea: {kind: task, task: give, timer: {overdue: PT2H}}}
"""
    )
    base = text.replace("to: measure}", "to: watched}")
    path.write_text(base + first, encoding="utf-8")
    old, _ = _inspected(folder)
    path.write_text(base + second, encoding="utf-8")
    new, _ = _inspected(folder)
    from guidewright.feel.temporal import parse_date_time
    from guidewright.workflow.events import Deviate, Start
    from guidewright.workflow.migration import migrate
    from guidewright.workflow.step import begin, step

    start, at = parse_date_time(EIGHT), parse_date_time(NEXT_DAY)
    bound = old.workflow.bound()
    state, _ = step(bound, begin(bound), Start(start, {}))
    state, _ = step(bound, state, Deviate(start, "watched", "for the test"))
    known = {datum.name: datum for datum in state.known}
    with pytest.raises(gw.CallError, match=r"region 'drink' of 'watched' is not there.*'enter'"):
        migrate(old.graph, new.workflow.bound(), state, MigrationMap("x"), known, at)
    mapping = MigrationMap("tea", enter=("drink",))
    after, effects = migrate(old.graph, new.workflow.bound(), state, mapping, known, at)
    assert after.configuration == ("watched", "rest", "lie down", "drink", "offer tea")
    assert [type(each).__name__ for each in effects] == ["Remind", "Act"]
    [kept] = [task for task in after.tasks if task.state == "lie down"]
    assert kept == next(task for task in state.tasks if task.state == "lie down")


def _inspected(folder: Path):
    from guidewright.guideline.guide import inspect

    return inspect(folder)


def test_every_field_of_an_instance_is_thought_of() -> None:
    """A new field may hold names of states or data: then `workflow.migration` has to know it."""
    assert {field.name for field in fields(instances.Instance)} == {
        "workflow", "at", "steps", "issued", "finished", "configuration", "known", "tasks",
        "timers", "paused", "stops", "visits", "choices", "deviations", "corrections", "overrides",
        "interruptions", "history", "zone",
    }  # fmt: skip


def test_a_map_is_read_with_its_places(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "reason: because\nstates: {a: b, c: null}\nenter: [d]\ndata: {e: null}\npolicies: {P: q}\n"
    )
    mapping = read_map(path)
    assert mapping == MigrationMap(
        "because", {"a": "b", "c": None}, ("d",), {"e": None}, {"P": "q"}
    )
    assert mapping.places["b"].place.line == 2
    assert map_from_json(map_to_json(mapping)) == mapping


def test_unknown_names_in_a_map(ward: Store, version) -> None:
    mapping = MigrationMap("x", states={"give medicin": "rest"}, enter=("tea",))
    with pytest.raises(gw.ModelError) as fault:
        plans(ward, version(SOONER), mapping)
    assert [note.text for note in fault.value.notes] == [
        "the old version has no state 'give medicin'",
        "the new version has no state 'rest'",
        "the new version has no state 'tea'",
    ]
