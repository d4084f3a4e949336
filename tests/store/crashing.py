"""Kill processes that drive instances, and look at what is left.

In: where the store is, how many kills, how many writers at once, a seed. Out: for each kill, faults
in words; none is what we want. Run it alone for the full count:

    python tests/store/crashing.py --kills 2000 --writers 2 --on postgresql

Every run has an instance of its own. A child process (forked from this warm one, which has no
connection) starts it, sends events, delivers effects; it is killed by SIGKILL at an enumerated
point (the n-th begin, statement, commit or return of a connection) or at a random time. It writes
down what was acknowledged. Then another child resumes: it must find every acknowledged event, sends
all events again under their ids, and delivers what is pending.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

import guidewright as gw
from guidewright.store import ConflictError, DeliveryStatus, Store
from guidewright.store import open as open_store

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"
POINTS = ("begin", "before_cursor_execute", "after_cursor_execute", "commit", "rollback")
START = "2026-03-01T08:00:00Z"
MANY = 20  # faults after which it is enough
LATER = "2026-03-04T09:00:00Z"


@dataclass(frozen=True)
class Run:
    """One instance, its writers, and the file in which they note what they did."""

    where: str
    instance: str
    writers: int
    notes: Path
    seed: int

    def events(self, writer: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what a writer sends; one that is alone also lets time pass."""
        chance = random.Random(self.seed * 10 + writer)
        for number in range(4):
            degrees = chance.choice(["38.6 Cel", "39.1 Cel", "40 Cel"])
            values = {"temperature": degrees}
            yield f"w{writer}-{number}", {"event": "data", "at": START, "values": values}
        if self.writers == 1:
            yield "later", {"event": "tick", "at": LATER}

    @property
    def event_ids(self) -> set[str]:
        """The ids of all events that all writers send."""
        return {name for writer in range(self.writers) for name, _ in self.events(writer)}


# the children ------------------------------------------------------------------------------------


def drive(run: Run, writer: int, guideline: gw.Guideline) -> None:
    """Be a writer: start the instance, send all events, deliver all effects; note what is safe."""
    with contextlib.closing(open_store(run.where, create=True)) as store:
        start = partial(store.start, guideline, {}, at=START, instance=run.instance)
        note_ack(run, _insisting(start))
        for name, sent in run.events(writer):
            note_ack(run, _insisting(partial(store.send, run.instance, sent, event_id=name)))
            if name.endswith(("1", "3", "r")):
                store.deliver(lambda delivery: note_effect(run, delivery))


def resume(run: Run, guideline: gw.Guideline) -> list[str]:
    """Look at what is left, do everything again, look again; return what is wrong."""
    with contextlib.closing(open_store(run.where, create=True)) as store:
        store.running.versions.keep(guideline)  # spares loading it from the store each time
        faults = [*_left(store, run)]
        for writer in range(run.writers):
            drive(run, writer, guideline)
        store.deliver(lambda delivery: note_effect(run, delivery))
        return [*faults, *_left(store, run), *_complete(store, run), *_replayed(store, run)]


def _insisting(write: Callable[[], Any]) -> Any:
    while True:
        try:
            return write()
        except ConflictError:
            continue  # the loser looks again and repeats, as the message says


def note_ack(run: Run, receipt: Any) -> None:
    entry = receipt.entry
    _note(run, ["ack", entry.event_id, entry.sequence, entry.hash])


def note_effect(run: Run, delivery: Any) -> None:
    if delivery.instance == run.instance:
        content = hashlib.sha256(json.dumps(delivery.effect).encode()).hexdigest()
        _note(run, ["effect", delivery.key, content])


def _note(run: Run, line: list[Any]) -> None:
    """Write one line at once; what was written survives the process."""
    file = os.open(run.notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (json.dumps(line) + "\n").encode())
    os.close(file)


# what must hold ----------------------------------------------------------------------------------


def _noted(run: Run, kind: str) -> list[list[Any]]:
    if not run.notes.exists():
        return []
    lines = [json.loads(line) for line in run.notes.read_text().splitlines()]
    return [rest for what, *rest in lines if what == kind]


def _left(store: Store, run: Run) -> Iterator[str]:
    """Nothing acknowledged is lost or there twice, the chain is intact."""
    known = {head.instance for head in store.instances()}
    acks = _noted(run, "ack")
    if run.instance not in known:
        yield from (f"lost: {ack}" for ack in acks)
        return
    yield from (f"verify: {fault}" for fault in store.verify([run.instance]))
    entries = store.history(run.instance)
    by_id = {entry.event_id: entry for entry in entries}
    if len(by_id) != len(entries):
        yield "an event is there twice"
    for name, sequence, hash_ in acks:
        entry = by_id.get(name)
        if entry is None or (entry.sequence, entry.hash) != (sequence, hash_):
            yield f"acknowledged and not there: {name} as {sequence}"
    if entries[-1].instance_after.steps != len(entries):
        yield "the state counts other steps than the journal"


def _replayed(store: Store, run: Run) -> Iterator[str]:
    """Each event was applied once, in this order: computed anew, every byte is the same."""
    for again in store.replay(run.instance):
        yield from again.differences


def _complete(store: Store, run: Run) -> Iterator[str]:
    """After everything was done again: every event once, every effect delivered, keys stable."""
    entries = store.history(run.instance)
    names = [entry.event_id for entry in entries]
    if sorted(names) != sorted(run.event_ids | {"start"}):
        yield f"the journal has {names}"
    received: dict[str, set[str]] = {}
    for key, content in _noted(run, "effect"):
        received.setdefault(key, set()).add(content)
    keys = {
        f"{run.instance}/{entry.sequence}/{number}"
        for entry in entries
        for number in range(len(entry.effect_list))
    }
    if set(received) != keys:
        yield f"effects: {sorted(keys ^ set(received))} delivered or not, which is wrong"
    yield from (f"{key} had two contents" for key, each in received.items() if len(each) > 1)
    for delivery in store.deliveries(run.instance):
        if delivery.status is not DeliveryStatus.DELIVERED:
            yield f"{delivery.key} is {delivery.status}"


# forking and killing -----------------------------------------------------------------------------


def arm(point: int | None, count: Path | None = None) -> None:
    """In a child: die at the n-th boundary of the database; or only write how many there were."""
    passed = 0

    def boundary(*_: object, **__: object) -> None:
        nonlocal passed
        passed += 1
        if count is not None:
            count.write_text(str(passed))
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in POINTS:
        event.listen(Engine, name, boundary)
    event.listen(Pool, "checkin", boundary)


def child(work: Callable[[], object]) -> int:
    """Fork; the child does the work and ends without any cleaning up."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        work()
        code = 0
    except BaseException as fault:  # noqa: BLE001 - a child never returns into the parent's code
        print("".join(traceback.format_exception(fault, limit=-3)), file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """Wait for a child; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def boundaries(run: Run, guideline: gw.Guideline) -> int:
    """Return how many points a run that is not killed passes."""
    count = run.notes.with_suffix(".count")

    def work() -> None:
        arm(None, count)
        drive(run, 0, guideline)

    assert ended(child(work)) == 0
    return int(count.read_text())


def kill_once(
    run: Run, guideline: gw.Guideline, point: int | None, seconds: float
) -> tuple[bool, list[str]]:
    """Drive, kill all writers, resume; return whether one was still alive, and what is wrong.

    The first writer dies at `point`, the others (or all, without a point) after some seconds.
    """

    def writing(writer: int) -> Callable[[], None]:
        def work() -> None:
            if writer == 0 and point is not None:
                arm(point)
            drive(run, writer, guideline)

        return work

    processes = [child(writing(writer)) for writer in range(run.writers)]
    time.sleep(seconds)
    for number, process in enumerate(processes):
        if number or point is None:
            os.kill(process, signal.SIGKILL)
    codes = [ended(process) for process in processes]
    killed = -signal.SIGKILL in codes
    strange = [f"a writer ended with {code}" for code in codes if code not in (0, -signal.SIGKILL)]
    result = run.notes.with_suffix(".result")
    code = ended(child(lambda: result.write_text(json.dumps(resume(run, guideline)))))
    if code != 0:
        return killed, [*strange, f"resuming ended with {code}"]
    return killed, [*strange, *json.loads(result.read_text())]


@dataclass(frozen=True)
class Report:
    """How it went."""

    kills: int
    enumerated: int
    points: int
    faults: list[str]


def crash(
    where: Callable[[int], str], folder: Path, *, kills: int, writers: int, seed: int
) -> Report:
    """Kill so many living processes: half at enumerated points in turn, half at random times."""
    guideline = gw.load(FEVER)
    chance = random.Random(seed)

    def run(number: int) -> Run:
        name = f"run-{seed}-{number}"
        return Run(where(number), name, writers, folder / f"{name}.notes", seed + number)

    drive(run(-2), 0, guideline)  # imports what the children need; nothing stays open
    began = time.monotonic()
    points = boundaries(run(-1), guideline)
    usual = time.monotonic() - began
    faults: list[str] = []
    enumerated = killed = number = 0
    while killed < kills and len(faults) < MANY:
        number += 1
        point = enumerated % points + 1 if number % 2 else None
        enumerated += point is not None
        wait = chance.uniform(0, usual) if writers > 1 or point is None else 0
        alive, found = kill_once(run(number), guideline, point, wait)
        killed += alive
        faults += [f"run {number}, point {point}: {fault}" for fault in found]
        for file in folder.glob(f"run-{seed}-{number}.*"):
            file.unlink()
    return Report(killed, enumerated, points, faults)


def fresh_files(folder: Path, every: int = 20) -> Callable[[int], str]:
    """Return where each run's SQLite store is: a new file now and then, made by the run itself."""
    return lambda number: str(folder / f"store-{number // every}.db")


def main() -> int:
    """Kill as often as asked for."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--kills", type=int, default=2000)
    asked.add_argument("--writers", type=int, default=1)
    asked.add_argument("--on", choices=["sqlite", "postgresql"], default="sqlite")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = asked.parse_args()
    from postgres import server

    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        where = fresh_files(folder)
        if given.on == "postgresql":
            url = stack.enter_context(server())
            where = lambda _: url  # noqa: E731
        began = time.monotonic()
        report = crash(where, folder, kills=given.kills, writers=given.writers, seed=given.seed)
    print(
        f"{given.on}, {given.writers} writers, seed {given.seed}: {report.kills} kills,"
        f" {report.enumerated} of them at {report.points} enumerated points,"
        f" {len(report.faults)} faults, {time.monotonic() - began:.0f} s"
    )
    print("\n".join(report.faults[:20]))
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
