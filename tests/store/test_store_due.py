"""What is due, for one and for all, at instants that may be any."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import Opener

import guidewright as gw
from guidewright.store import Store
from guidewright.store.due import DueItem

ROOT = Path(__file__).resolve().parents[2]
EIGHT = "2026-03-01T08:00:00Z"


def short(items: tuple[DueItem, ...]) -> list[tuple[str, str, str]]:
    return [(item.instance, item.phase.value, item.state) for item in items]


@pytest.fixture
def ward(opener: Opener, fever: gw.Guideline) -> Store:
    """Three patients: one to be measured, one waiting for three days, one discharged."""
    store = opener()
    for name in ("ann", "bob", "cyd"):
        store.start(fever, {}, at=EIGHT, instance=name)
    for name, degrees in (("bob", "39 Cel"), ("cyd", "37 Cel")):
        store.send(name, {"event": "data", "at": EIGHT, "values": {"temperature": degrees}})
    store.send("bob", {"event": "done", "at": EIGHT, "task": "give medicine"})
    return store


def test_for_all(ward: Store) -> None:
    now = ward.due(EIGHT)
    assert short(now.items) == [("ann", "due", "measure")]
    assert (now.behind, now.incomparable, now.stopped) == ((), 0, ())
    ahead = ward.due(EIGHT, ahead="2026-03-10T00:00:00Z")
    assert short(ahead.items) == [("ann", "due", "measure"), ("bob", "ahead", "three days")]


def test_time_of_which_nobody_was_told(ward: Store) -> None:
    later = ward.due("2026-03-05T08:00:00Z")
    assert short(later.items) == [("ann", "overdue", "measure"), ("bob", "due", "three days")]
    assert later.behind == ("ann", "bob")
    exactly = ward.due("2026-03-05T08:00:00Z", exactly=True)
    assert short(exactly.items) == [("ann", "overdue", "measure"), ("bob", "overdue", "measure")]
    assert exactly.behind == ()
    assert short(ward.due("2026-03-05T08:00:00Z", instance="bob").items) == [
        ("bob", "overdue", "measure")
    ]
    assert [len(ward.history(name)) for name in ("ann", "bob")] == [1, 3]  # asking stores nothing


def test_after_letting_time_pass(ward: Store) -> None:
    at = "2026-03-05T08:00:00Z"
    planned = ward.due(at, exactly=True)
    ticked = ward.tick(at)
    assert [receipt.entry.instance for receipt in ticked.moved] == ["ann", "bob"]
    assert ward.due(at).items == planned.items
    assert ward.tick(at).moved == ()  # once told, it is told
    assert not list(ward.verify())


def test_three_years_of_silence(ward: Store) -> None:
    at = "2029-03-05T08:00:00Z"
    assert short(ward.due(at, instance="ann").items) == [("ann", "overdue", "measure")]
    ward.tick(at)
    assert short(ward.due(at).items) == [
        ("ann", "overdue", "measure"),
        ("bob", "overdue", "measure"),
    ]


def test_a_tick_can_be_limited_and_is_for_one(ward: Store) -> None:
    at = "2026-03-05T08:00:00Z"
    assert len(ward.tick(at, limit=1).moved) == 1
    assert [r.entry.instance for r in ward.tick(at, instance="bob").moved] == ["bob"]


def test_instants_that_cannot_be_compared(opener: Opener, fever: gw.Guideline) -> None:
    """Local times have no place on the time line: they are counted, never guessed."""
    store = opener()
    store.start(fever, {}, at="2026-03-01T08:00:00", instance="local")
    store.start(fever, {}, at=EIGHT, instance="zoned")
    assert short(store.due("2026-03-01T12:00:00Z").items) == [("zoned", "overdue", "measure")]
    assert store.due("2026-03-01T12:00:00Z").incomparable == 1
    assert short(store.due("2026-03-01T12:00:00").items) == [("local", "overdue", "measure")]
    assert store.tick("2026-03-01T12:00:00Z").incomparable == 1


def test_time_passes_in_the_zone_of_the_instance(opener: Opener, fever: gw.Guideline) -> None:
    """A tick in UTC, from a machine elsewhere, counts by the patient's clock and calendar."""
    store = opener()
    store.start(fever, {}, at="2026-03-27T08:00:00@Europe/Berlin", instance="p1")
    store.tick("2026-03-29T12:00:00Z")
    assert store.head("p1").at == "2026-03-29T14:00:00+02:00[Europe/Berlin]"


def test_the_series_of_a_long_treatment(opener: Opener) -> None:
    """B12 levels at 3, 6 and 12 months, then yearly; the start was on the last day of a month."""
    b12 = gw.load(ROOT / "models" / "b12-deficiency")
    store = opener()
    patient = {
        "total B12": "100 ng/L",
        "severity": "severe",
        "neurological symptoms": "none",
        "causes": ["pernicious anaemia"],
        "symptoms": True,
    }
    known = {normal.element.name for normal in b12.model.steps.values()}
    store.start(
        b12,
        {k: v for k, v in patient.items() if k in known},
        at="2026-01-31T08:00:00Z",
        instance="p",
    )
    given_on = {"event": "data", "at": "2026-01-31T09:00:00Z"}
    store.send("p", {**given_on, "values": {"treatment start": "2026-01-31"}})
    levels = [
        item.due[:10]
        for item in store.due("2026-01-31T10:00:00Z", instance="p").items
        if item.state == "measure level"
    ]
    assert levels == ["2026-04-30", "2026-07-31"]  # a month end, counted from the start


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(hours=st.integers(min_value=0, max_value=200))
def test_the_table_agrees_with_the_walk(ward_of_one: Store, hours: int) -> None:
    """Where nobody is behind, the table says what walking each instance says."""
    day, hour = divmod(hours, 24)
    at = f"2026-03-{1 + day:02d}T{hour:02d}:30:00Z" if hours else EIGHT
    late = ward_of_one.due(at, ahead="2027-01-01T00:00:00Z")
    walked = [
        item
        for name in ("ann", "bob", "cyd")
        for item in ward_of_one.due(at, instance=name, ahead="2027-01-01T00:00:00Z").items
    ]
    kept = [item for item in late.items if item.instance not in late.behind]
    assert kept == [item for item in walked if item.instance not in late.behind]


@pytest.fixture(scope="module")
def ward_of_one(tmp_path_factory, fever: gw.Guideline):
    folder = tmp_path_factory.mktemp("ward")
    with gw.store.open(folder / "care.db", create=True) as store:
        for name in ("ann", "bob", "cyd"):
            store.start(fever, {}, at=EIGHT, instance=name)
        for name, degrees in (("bob", "39 Cel"), ("cyd", "37 Cel")):
            store.send(name, {"event": "data", "at": EIGHT, "values": {"temperature": degrees}})
        store.send("bob", {"event": "done", "at": EIGHT, "task": "give medicine"})
        yield store
