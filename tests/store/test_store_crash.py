"""Processes that are killed: nothing acknowledged is lost, nothing is applied twice.

A small count each time; the full one: `python tests/store/crashing.py --kills 2000`.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from crashing import Run, arm, boundaries, child, crash, drive, ended, fresh_files, resume

import guidewright as gw

KILLS = int(os.environ.get("GUIDEWRIGHT_KILLS", "10"))
SEED = int(os.environ.get("GUIDEWRIGHT_SEED", "2026"))


@pytest.mark.parametrize("writers", [1, 2])
def test_kills_on_sqlite(tmp_path: Path, writers: int) -> None:
    report = crash(fresh_files(tmp_path), tmp_path, kills=KILLS, writers=writers, seed=SEED)
    print(f"seed {SEED}: {report}")
    assert report.kills >= KILLS
    assert not report.faults, f"seed {SEED}"


def test_kills_on_postgresql(tmp_path: Path, server: str) -> None:
    report = crash(lambda _: server, tmp_path, kills=KILLS // 2, writers=2, seed=SEED)
    print(f"seed {SEED}: {report}")
    assert report.kills >= KILLS // 2
    assert not report.faults, f"seed {SEED}"


def test_killed_while_the_store_is_made(tmp_path: Path, fever: gw.Guideline) -> None:
    """At every boundary up to the first event: what is left can be opened and gone on with."""
    for point in range(1, 34, 3):
        run = Run(str(tmp_path / f"{point}.db"), "p1", 1, tmp_path / f"{point}.notes", 0)

        def work(run: Run = run, point: int = point) -> None:
            arm(point)
            drive(run, 0, fever)

        assert ended(child(work)) == -9
        assert resume(run, fever) == []


def test_many_make_one_store_at_once(tmp_path: Path) -> None:
    """SQLite does not wait for a lock while it turns a file to a write-ahead log; the store does.

    Of 400 such rounds 5 failed before it did: each round is short, so a run makes some.
    """
    for number in range(KILLS):
        where, at = tmp_path / f"{number}.db", time.time() + 0.02

        def make(where: Path = where, at: float = at) -> None:
            time.sleep(max(0.0, at - time.time()))
            gw.store.open(where, create=True).close()

        assert [ended(each) for each in [child(make) for _ in range(3)]] == [0, 0, 0]


def test_the_harness_sees_a_loss(tmp_path: Path, fever: gw.Guideline) -> None:
    """A check that cannot fail is none: take away an acknowledged event, and it is missed."""
    run = Run(str(tmp_path / "s.db"), "p1", 1, tmp_path / "p1.notes", 0)
    drive(run, 0, fever)
    assert boundaries(run, fever) > 20
    assert resume(run, fever) == []
    connection = sqlite3.connect(run.where)
    connection.execute("DELETE FROM journal WHERE event_id = 'later'")
    connection.commit()
    connection.close()
    with pytest.raises(gw.GuidewrightError, match=r"store\.damaged"):
        resume(run, fever)


def test_loss_of_power(tmp_path: Path, fever: gw.Guideline) -> None:
    """The log is cut anywhere behind what was synchronised: all that was acknowledged is there.

    What stood in the file when an event was acknowledged is on the disk (`synchronous=FULL`); of
    what came later any part may be missing.
    """
    where, chance = tmp_path / "s.db", random.Random(SEED)
    with gw.store.open(where, create=True) as store:
        store.start(fever, {}, at="2026-03-01T08:00:00Z", instance="p1")
        log = where.with_name("s.db-wal")
        acknowledged = [(1, log.stat().st_size)]
        for number in range(6):
            event = {"event": "data", "at": "2026-03-01T08:00:00Z"}
            values = {"temperature": f"39.{number} Cel"}
            store.send("p1", {**event, "values": values})
            acknowledged.append((number + 2, log.stat().st_size))
        whole, main = log.read_bytes(), where.read_bytes()
    for _ in range(25):
        count, safe = chance.choice(acknowledged)
        cut = chance.randint(safe, len(whole))
        again = tmp_path / "again"
        again.mkdir()
        (again / "s.db").write_bytes(main)
        (again / "s.db-wal").write_bytes(whole[:cut] + bytes(chance.choice([0, 100])))
        with gw.store.open(again / "s.db") as store:
            assert len(store.history("p1")) >= count
            assert not list(store.verify())
        shutil.rmtree(again)
