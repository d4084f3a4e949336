"""Verify finds every byte that was changed, and says where."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from stores import FEVER

import guidewright as gw
from guidewright.guideline.guide import content_digest
from guidewright.store import StoreError, versions
from guidewright.store.schema import tables
from guidewright.store.versions import load_files

EIGHT = "2026-03-01T08:00:00Z"
SEED = int(os.environ.get("GUIDEWRIGHT_SEED", "2026"))
FLIPS = int(os.environ.get("GUIDEWRIGHT_FLIPS", "3"))


@pytest.fixture(scope="module", autouse=True)
def _loaded_once() -> Iterator[None]:
    """Load the same stored files once; what `verify` compares is read anew each time."""
    once: dict[Any, gw.Guideline] = {}

    def load(digest: str, content: Mapping[str, bytes]) -> gw.Guideline:
        key = (digest, *sorted(content.items()))
        if key not in once:
            once[key] = load_files(digest, content)
        return once[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "load_files", load)
        yield


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    """A store with something in every column; nobody has it open."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(FEVER, folder / "fever")
    workflow = folder / "fever" / "workflow.yaml"
    timer = "timer: {overdue: PT1H, expire: P1D}\n    transitions: [{timer: expired, to: not told}]"
    text = workflow.read_text().replace("timer: {overdue: PT1H}", timer)
    workflow.write_text(text)
    fever = gw.load(folder / "fever")
    where = folder / "care.db"
    with gw.store.open(where, create=True) as store:
        for name in ("p1", "p2"):
            store.start(fever, {}, at=EIGHT, instance=name)
            hot = {"event": "data", "at": EIGHT, "values": {"temperature": "39.5 Cel"}}
            store.send(name, hot, event_id="lab-1")
        store.start(fever, {}, at=EIGHT, instance="p4")
        store.send("p4", hot)
        store.send("p4", {**hot, "values": {"temperature": None}})
        assert store.head("p4").reason is not None

        def receive(delivery: gw.store.Delivery) -> None:
            if delivery.sequence == 1:
                raise ConnectionError("nobody there")

        store.deliver(receive, attempts=1)
        store.start(fever, {}, at=EIGHT, instance="p3")
        assert list(store.verify()) == []
    connection = sqlite3.connect(where)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return where


def spoilt(where: Path, *statements: tuple[str, tuple[Any, ...]]) -> list[str]:
    """Return what `verify` finds after statements that no program of ours would do."""
    connection = sqlite3.connect(where)
    for statement, values in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()
    return found(where)


def found(where: Path) -> list[str]:
    try:
        with gw.store.open(where) as store:
            return [str(fault) for fault in store.verify()]
    except StoreError as fault:
        return [str(fault)]


COLUMNS = [(table.name, column.name) for table in tables.sorted_tables for column in table.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda name: name)
def test_any_flipped_byte(example: Path, tmp_path: Path, table: str, column: str) -> None:
    """In any column, a bit of any byte of any row: it is found, in that table or beside it."""
    chance = random.Random(f"{SEED} {table} {column}")
    key = sorted(
        (each.name for each in tables.tables[table].primary_key.columns),
        key=lambda name: name != "instance",
    )
    connection = sqlite3.connect(example)
    rows = connection.execute(
        f"SELECT {', '.join(key)}, {column} FROM {table} WHERE {column} IS NOT NULL"
    ).fetchall()
    connection.close()
    assert rows, "the example has nothing there"
    for attempt in range(FLIPS):
        where = tmp_path / f"{attempt}.db"
        shutil.copy(example, where)
        *place, value = chance.choice(rows)
        other = flipped(value, chance)
        condition = " AND ".join(f"{name} = ?" for name in key)
        change = (f"UPDATE {table} SET {column} = {other[0]} WHERE {condition}", (other[1], *place))
        try:
            faults = spoilt(where, change)
        except sqlite3.IntegrityError:
            continue  # SQLite itself refuses: the value is another row's
        assert faults, f"seed {SEED}: {value!r} became {other[1]!r}"
        assert any(named(table, place, fault) for fault in faults), faults


def flipped(value: Any, chance: random.Random) -> tuple[str, Any]:
    """Return how another value is written, and the value with one bit flipped."""
    if isinstance(value, int):
        return "?", value ^ (1 << chance.randrange(20))
    if isinstance(value, bytes):
        return "?", _flip(value, chance)
    return "CAST(? AS TEXT)", _flip(value.encode(), chance)


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return b"\x01"
    changed = bytearray(content)
    changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def named(table: str, place: list[Any], fault: str) -> bool:
    """Say whether a fault names the row, or the instance, of what was changed."""
    name = str(place[0])
    known = {"about": ("about", "number of the stored form", "has form", "column 'value'")}
    return any(word in fault for word in known.get(table, (name,)))


def test_any_flipped_byte_of_the_file(example: Path, tmp_path: Path) -> None:
    """A flip on the disk is found, or it hit what holds nothing: then every row is as it was."""
    content, chance = example.read_bytes(), random.Random(SEED)
    before = dump(example)
    for _ in range(FLIPS * 10):
        where = tmp_path / "care.db"
        for rest in tmp_path.glob("care.db*"):
            rest.unlink()
        changed = bytearray(content)
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        where.write_bytes(changed)
        assert found(where) or dump(where) == before, f"seed {SEED}"


def dump(where: Path) -> list[Any]:
    connection = sqlite3.connect(where)
    rows = [
        connection.execute(f"SELECT * FROM {table.name} ORDER BY 1, 2").fetchall()
        for table in tables.sorted_tables
    ]
    connection.close()
    return rows


CUTS = {
    "an entry in the middle": ["DELETE FROM journal WHERE instance = 'p1' AND sequence = 1"],
    "the last entry": ["DELETE FROM journal WHERE instance = 'p1' AND sequence = 2"],
    "all entries": ["DELETE FROM journal WHERE instance = 'p1'"],
    "the head": ["DELETE FROM instances WHERE instance = 'p1'"],
    "a row of the agenda": ["DELETE FROM agenda WHERE instance = 'p1'"],
    "an effect": ["DELETE FROM outbox WHERE instance = 'p1' AND number = 1"],
    "a file": ["DELETE FROM guideline_files WHERE name = 'workflow.yaml'"],
    "the guideline": ["DELETE FROM guideline_files"],
    "two entries changed for each other": [
        "UPDATE journal SET sequence = 7 WHERE instance = 'p1' AND sequence = 1",
        "UPDATE journal SET sequence = 1 WHERE instance = 'p1' AND sequence = 2",
        "UPDATE journal SET sequence = 2 WHERE instance = 'p1' AND sequence = 7",
    ],
    "another patient's entry": [
        "UPDATE journal SET instance = 'p9' WHERE instance = 'p1' AND sequence = 2",
        "UPDATE journal SET instance = 'p1' WHERE instance = 'p2' AND sequence = 2",
        "UPDATE journal SET instance = 'p2' WHERE instance = 'p9' AND sequence = 2",
    ],
    "an item nobody put there": ["UPDATE agenda SET instance = 'p7' WHERE instance = 'p1'"],
    "a delivery that never was": [
        "UPDATE outbox SET status = 'delivered' WHERE instance = 'p1' AND sequence = 1"
    ],
    "something more about the store": ["INSERT INTO about VALUES ('owner', 'me')"],
}


@pytest.mark.parametrize("what", CUTS)
def test_what_was_taken_away_or_moved(example: Path, tmp_path: Path, what: str) -> None:
    where = tmp_path / "care.db"
    shutil.copy(example, where)
    assert spoilt(where, *((statement, ()) for statement in CUTS[what]))


def test_an_end_that_was_cut_off(example: Path, tmp_path: Path, fever: gw.Guideline) -> None:
    """With everything derived from it: only the heads noted elsewhere can tell."""
    where = tmp_path / "care.db"
    shutil.copy(example, where)
    with gw.store.open(where) as store:
        heads = store.heads()
        assert list(store.verify(known=heads)) == []
    tables_of_p3 = ("journal", "instances", "agenda", "outbox")
    cut = [(f"DELETE FROM {table} WHERE instance = 'p3'", ()) for table in tables_of_p3]
    assert spoilt(where, *cut) == []
    with gw.store.open(where) as store:
        [fault] = store.verify(known=heads)
        assert str(fault) == "journal p3 1: the entry noted earlier is missing"
        store.start(fever, {"temperature": None}, at=EIGHT, instance="p3")
        [fault] = store.verify(known=heads)
        assert str(fault) == "journal p3 1: the entry noted earlier is another one"


def test_nothing_is_built_on_what_was_changed(example: Path, tmp_path: Path) -> None:
    where = tmp_path / "care.db"
    shutil.copy(example, where)
    change = "UPDATE journal SET state = replace(state, '39.5', '36.5') WHERE instance = 'p1'"
    assert spoilt(where, (change, ())) == [
        "journal p1 2: what it holds does not have its hash",
    ]
    with gw.store.open(where) as store:
        with pytest.raises(StoreError, match=r"store\.damaged: entry 2 of 'p1' is not what"):
            store.send("p1", {"event": "tick", "at": EIGHT})
        assert store.send("p2", {"event": "tick", "at": EIGHT}).entry.sequence == 3


def test_bytes_that_are_no_text(example: Path, tmp_path: Path) -> None:
    """Said without the text around them, which is a patient's."""
    where = tmp_path / "care.db"
    shutil.copy(example, where)
    change = "UPDATE journal SET state = CAST(CAST(state AS BLOB) || x'ff' AS TEXT)"
    assert "journal p1 2: what it holds does not have its hash" in spoilt(where, (change, ()))
    with gw.store.open(where) as store:
        with pytest.raises(StoreError, match=r"store\.damaged: the column 'state'") as fault:
            store.history("p1")
        assert "temperature" not in str(fault.value)
        assert fault.value.__cause__ is None


def test_a_stored_name_cannot_lead_out(example: Path, tmp_path: Path) -> None:
    """Even with the right digest, a file is written below its own folder or not at all."""
    for name in ("../x", "/etc/x", "a/../../x", "a\\b", "c:x", "", "a\0b"):
        content = {name: b"x"}
        with pytest.raises(StoreError, match="is no name of a stored file"):
            load_files(content_digest(content), content)


@pytest.mark.parametrize(("number", "words"), [("99", "has form 99"), ("soon", "cannot be read")])
def test_a_form_of_another_version(example: Path, tmp_path: Path, number: str, words: str) -> None:
    where = tmp_path / "care.db"
    shutil.copy(example, where)
    [fault] = spoilt(where, ("UPDATE about SET value = ?", (number,)))
    assert fault.startswith("store.unusable")
    assert words in fault
