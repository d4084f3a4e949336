"""The journal: what was acknowledged stays, nothing is applied twice, one of two writers wins."""

from __future__ import annotations

import logging
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stores import FEVER, Opener

import guidewright as gw
from guidewright.store import ConflictError, Status, StoreError
from guidewright.workflow.events import Tick

EIGHT = "2026-03-01T08:00:00Z"
NINE = "2026-03-01T09:00:00Z"
HOT = {"event": "data", "at": EIGHT, "values": {"temperature": "39.5 Cel"}}


def test_an_event_leads_to_an_entry(opener: Opener, fever: gw.Guideline) -> None:
    first = opener().start(fever, {}, at=EIGHT, instance="p1").entry
    second = opener().send("p1", HOT, event_id="lab-17").entry
    assert (first.sequence, second.sequence) == (1, 2)
    assert (first.previous, second.previous) == ("", first.hash)
    assert second.event_data["values"] == {"temperature": {"$number": "39.5"}}
    assert second.instance_after.is_in("give medicine")
    assert second.digest == fever.digest
    [evaluated] = [each for each in second.effect_list if type(each).__name__ == "Evaluated"]
    assert evaluated.choice.statements  # the trace of the decision is in the entry
    assert opener().history("p1") == (first, second)


def test_the_same_event_again_is_acknowledged(opener: Opener, fever: gw.Guideline) -> None:
    store = opener()
    start = store.start(fever, {}, at=EIGHT, instance="p1")
    again = opener().start(fever, {}, at=EIGHT, instance="p1")
    assert (again.repeated, again.entry) == (True, start.entry)
    sent = store.send("p1", HOT, event_id="a")
    assert not sent.repeated
    for _ in range(2):
        repeated = opener().send("p1", HOT, event_id="a")
        assert (repeated.repeated, repeated.entry) == (True, sent.entry)
    assert len(store.history("p1")) == 2


def test_the_same_id_with_another_content_is_refused(opener: Opener, fever: gw.Guideline) -> None:
    store = opener()
    store.start(fever, {}, at=EIGHT, instance="p1")
    store.send("p1", HOT, event_id="a")
    cooler = {**HOT, "values": {"temperature": "38.5 Cel"}}
    with pytest.raises(gw.CallError, match=r"store\.event-id: the id 'a' was used for another"):
        store.send("p1", cooler, event_id="a")
    with pytest.raises(gw.CallError, match=r"store\.event-id: the id 'start'"):
        store.start(fever, {"temperature": "38 Cel"}, at=EIGHT, instance="p1")
    assert len(store.history("p1")) == 2


def test_an_instance_is_started_once(opener: Opener, fever: gw.Guideline) -> None:
    store = opener()
    store.start(fever, {}, at=EIGHT, instance="p1")
    with pytest.raises(ConflictError, match=r"store\.conflict: there is an instance 'p1' already"):
        store.start(fever, {}, at=EIGHT, instance="p1", event_id="other")


def test_a_writer_who_has_not_seen_the_latest_loses(opener: Opener, fever: gw.Guideline) -> None:
    one, other = opener(), opener()
    one.start(fever, {}, at=EIGHT, instance="p1")
    one.send("p1", HOT, after=1)
    with pytest.raises(ConflictError, match=r"store\.conflict: .* has moved on from entry 1"):
        other.send("p1", {"event": "tick", "at": NINE}, after=1)
    assert other.send("p1", {"event": "tick", "at": NINE}, after=2).entry.sequence == 3


def test_many_writers_at_once(opener: Opener, fever: gw.Guideline) -> None:
    """Each insists until it is heard; every event is there once, in one gapless order."""
    opener().start(fever, {}, at=EIGHT, instance="p1")
    stores = [opener() for _ in range(4)]
    lost = []

    def write(number: int) -> None:
        for count in range(5):
            while True:
                try:
                    stores[number].send("p1", Tick(_at(EIGHT)), event_id=f"{number}-{count}")
                    break
                except ConflictError:
                    lost.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = opener().history("p1")
    assert [entry.sequence for entry in entries] == list(range(1, 22))
    assert len({entry.event_id for entry in entries}) == 21
    assert entries[-1].instance_after.steps == 21
    assert not list(opener().verify())


def test_two_start_the_same_instance_at_once(opener: Opener, fever: gw.Guideline) -> None:
    stores, receipts, refused = [opener() for _ in range(4)], [], []

    def start(number: int) -> None:
        try:
            receipts.append(
                stores[number].start(
                    fever, {}, at=EIGHT, instance="p1", event_id=f"start-{number % 2}"
                )
            )
        except ConflictError:
            refused.append(number)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.entry.hash for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len(receipts) + len(refused) == 4


def test_what_is_refused_leaves_no_trace(opener: Opener, fever: gw.Guideline) -> None:
    store = opener()
    store.start(fever, {}, at=EIGHT, instance="p1")
    wrong = [
        {"event": "signal", "at": EIGHT, "name": "measure agin"},
        {"event": "data", "at": EIGHT, "values": {"temperature": "39"}},
        {"event": "tick", "at": "2026-02-01T08:00:00Z"},
        {"event": "done", "at": EIGHT, "task": "give medicine"},
        {"event": "dance", "at": EIGHT},
    ]
    for event in wrong:
        with pytest.raises(gw.CallError):
            store.send("p1", event)
    assert len(store.history("p1")) == 1
    assert not list(store.verify())


def test_an_instance_that_is_not_there(store: gw.store.Store, fever: gw.Guideline) -> None:
    store.start(fever, {}, at=EIGHT, instance="patient-17")
    for ask in (store.history, store.care, store.head, lambda name: store.send(name, HOT)):
        with pytest.raises(gw.CallError, match=r"store\.instance.*did you mean 'patient-17'"):
            ask("patient-18x")


@pytest.mark.parametrize("name", ["", " p", "a\nb", "x" * 201, "\ud800"])
def test_names_that_cannot_be_written(store: gw.store.Store, fever: gw.Guideline, name) -> None:
    with pytest.raises(gw.CallError, match=r"store\.instance"):
        store.start(fever, {}, at=EIGHT, instance=name)


def test_a_clock_that_goes_backwards(tmp_path: Path, fever: gw.Guideline) -> None:
    """The instant of recording is noted as it is; the order is that of the sequence."""
    times = iter([datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)])
    with gw.store.open(tmp_path / "s.db", create=True, clock=lambda: next(times)) as store:
        store.start(fever, {}, at=EIGHT, instance="p1")
        store.send("p1", HOT)
        recorded = [entry.recorded for entry in store.history("p1")]
        assert recorded == sorted(recorded, reverse=True)
        assert not list(store.verify())


def test_the_guideline_is_kept(tmp_path: Path) -> None:
    """Years later the folder is gone; the instance runs on under its own version."""
    folder = tmp_path / "guideline"
    shutil.copytree(FEVER, folder)
    with gw.store.open(tmp_path / "s.db", create=True) as store:
        store.start(gw.load(folder), {}, at=EIGHT, instance="p1")
    shutil.rmtree(folder)
    with gw.store.open(tmp_path / "s.db") as store:
        assert store.send("p1", HOT).entry.instance_after.is_in("give medicine")
        assert [again.differences for again in store.replay("p1")] == [(), ()]


def test_a_folder_that_changed_after_the_load(tmp_path: Path, store: gw.store.Store) -> None:
    folder = tmp_path / "guideline"
    shutil.copytree(FEVER, folder)
    guideline = gw.load(folder)
    with (folder / "workflow.yaml").open("a") as file:
        file.write("# changed\n")
    with pytest.raises(gw.CallError, match=r"file\.missing: .* not there any more"):
        store.start(guideline, {}, at=EIGHT)
    assert store.instances() == ()


def test_readings_of_policies_are_pinned(store: gw.store.Store) -> None:
    b12 = gw.load(Path(__file__).resolve().parents[2] / "models" / "b12-deficiency")
    policy = next(iter(b12.file.policies.values()))
    other = next(reading for reading in policy.readings if reading != policy.default)
    entry = store.start(
        b12, {"total B12": "180 ng/L"}, at=EIGHT, instance="p1", policies={policy.name: other}
    ).entry
    assert entry.reading_of[policy.name] == other
    assert set(entry.reading_of) == set(b12.file.policies)
    assert store.send("p1", {"event": "tick", "at": NINE}).entry.readings == entry.readings
    assert all(not again.differences for again in store.replay("p1"))


def test_how_instances_stand(store: gw.store.Store, fever: gw.Guideline) -> None:
    store.start(fever, {}, at=EIGHT, instance="b")
    store.start(fever, {}, at=EIGHT, instance="a")
    store.send("a", {**HOT, "values": {"temperature": "37 Cel"}})
    assert [(head.instance, head.status) for head in store.instances()] == [
        ("a", Status.FINISHED),
        ("b", Status.RUNNING),
    ]
    assert store.head("b").guideline == "fever 1.2.0"
    assert [head.instance for head in store.instances(Status.RUNNING)] == ["b"]


def test_an_instance_stops_visibly(store: gw.store.Store, fever: gw.Guideline) -> None:
    store.start(fever, {}, at=EIGHT, instance="p1")
    store.send("p1", {**HOT, "values": {"temperature": None}})
    store.send("p1", {"event": "tick", "at": NINE})
    head = store.head("p1")
    assert (head.status is Status.STOPPED) == (head.reason is not None)


# where stores are --------------------------------------------------------------------------------


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    with gw.store.open(tmp_path / "s.db", create=True):
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("nowhere.db", "there is no store 'nowhere.db'"),
        ("mysql://host/name", "'mysql' is not supported"),
        ("sqlite://", "a store is a file"),
        ("postgresql://127.0.0.1:1/none", "the database reports"),
        ("://", "this is no URL"),
    ],
)
def test_a_store_that_cannot_be_opened(tmp_path: Path, monkeypatch, where: str, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match=words):
        gw.store.open(where)


def test_a_file_of_another_program(tmp_path: Path) -> None:
    import sqlite3

    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE recipes (name)")
    other.close()
    (tmp_path / "text.db").write_text("no database at all, only some text\n" * 100)
    for name, words in (("other.db", "another program"), ("text.db", "not a database")):
        with pytest.raises(StoreError, match=words):
            gw.store.open(tmp_path / name, create=True)
    assert (tmp_path / "text.db").read_text().startswith("no database")


def test_no_datum_reaches_a_log(tmp_path: Path, caplog, fever: gw.Guideline) -> None:
    """A canary in every value; every logger tells everything; messages of faults, too."""
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG), gw.store.open(tmp_path / "s.db", create=True) as store:
        store.start(fever, {"temperature": "38.7654321 Cel"}, at=EIGHT, instance="p1")
        for degrees in ("39.7654321 Cel", "40.7654321 Cel"):
            store.send("p1", {**HOT, "values": {"temperature": degrees}})
        deviation = {"event": "deviate", "at": NINE, "to": "discharged", "reason": "7654321"}
        store.send("p1", deviation)
        store.deliver(lambda delivery: 1 / 0)
        list(store.verify())
        list(store.replay("p1"))
    logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)
    assert "INSERT INTO journal" in caplog.text  # the log was indeed listening
    assert "7654321" not in caplog.text


def _at(text: str):
    from guidewright.feel.temporal import parse_date_time

    return parse_date_time(text)
