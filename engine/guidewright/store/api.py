"""A store as programs use it: open one, start instances, send events, ask.

In: the path of an SQLite file or the URL of a database. Out: `Store`, whose methods are the
functions of the other rooms under one name each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from guidewright.feel.temporal import DateTime
from guidewright.guideline.care import Care
from guidewright.guideline.guide import Guideline
from guidewright.store import due as dues
from guidewright.store import migration, outbox, replay, running, verify
from guidewright.store.database import open_database
from guidewright.store.due import DueList
from guidewright.store.journal import entries, unknown
from guidewright.store.migration import Plan
from guidewright.store.outbox import ATTEMPTS, Delivered, Receiver
from guidewright.store.records import Delivery, Entry, Head, Receipt, Status
from guidewright.store.replay import Replayed
from guidewright.store.running import Places, Running, Ticked, wall_clock
from guidewright.store.verify import Fault, Heads
from guidewright.store.versions import Versions
from guidewright.workflow.events import Event
from guidewright.workflow.migration_map import MigrationMap


def open_store(
    where: str | Path, *, create: bool = False, clock: Callable[[], datetime] = wall_clock
) -> Store:
    """Open the store in an SQLite file, or at a URL such as `postgresql://host/name`.

    With `create`, an empty one is made when there is none. `clock` says when entries are recorded;
    nothing else depends on it. Raises `StoreError` when there is no store.
    """
    database = open_database(where, create=create)
    return Store(Running(database, Versions(database), clock))


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """An open store; safe to share between threads. Close it, or use it in a `with` statement."""

    running: Running

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up its connections."""
        self.running.database.close()

    def start(
        self,
        guideline: Guideline,
        patient: Mapping[str, Any],
        *,
        at: DateTime | str,
        instance: str | None = None,
        event_id: str | None = None,
        policies: Mapping[str, str] | None = None,
        zone: str | None = None,
        places: Places | None = None,
    ) -> Receipt:
        """Start an instance; see `running.start`."""
        return running.start(
            self.running, guideline, patient, at=at, instance=instance, event_id=event_id,
            policies=policies, zone=zone, places=places,
        )  # fmt: skip

    def send(
        self,
        instance: str,
        event: Event | Mapping[str, Any],
        *,
        event_id: str | None = None,
        after: int | None = None,
        places: Places | None = None,
    ) -> Receipt:
        """Apply an event to an instance and store it; see `running.send`."""
        return running.send(
            self.running, instance, event, event_id=event_id, after=after, places=places
        )

    def tick(
        self, at: DateTime | str, instance: str | None = None, limit: int | None = None
    ) -> Ticked:
        """Let time pass for all whose timers are due; see `running.tick`."""
        return running.tick(self.running, at, instance, limit)

    def care(self, instance: str) -> Care:
        """Return an instance as it is, in memory: what is tried on it is not stored."""
        return running.care(self.running, instance)

    def due(
        self,
        at: DateTime | str,
        *,
        instance: str | None = None,
        ahead: DateTime | str | None = None,
        exactly: bool = False,
    ) -> DueList:
        """Return what is due at an instant; see `due.due`."""
        return dues.due(self.running, at, instance=instance, ahead=ahead, exactly=exactly)

    def instances(self, status: Status | None = None) -> tuple[Head, ...]:
        """Return how all instances stand."""
        with self.running.database.reading() as connection:
            return dues.heads(connection, None, status)

    def head(self, instance: str) -> Head:
        """Return how one instance stands."""
        with self.running.database.reading() as connection:
            found = dues.heads(connection, instance)
            if not found:
                raise unknown(connection, instance)
            return found[0]

    def history(self, instance: str) -> tuple[Entry, ...]:
        """Return the entries of an instance, first to last."""
        with self.running.database.reading() as connection:
            found = tuple(entries(connection, instance))
            if not found:
                raise unknown(connection, instance)
            return found

    def deliveries(self, instance: str) -> tuple[Delivery, ...]:
        """Return the effects of an instance and how their delivery stands."""
        with self.running.database.reading() as connection:
            return outbox.deliveries(connection, instance)

    def deliver(
        self, receiver: Receiver, *, attempts: int = ATTEMPTS, limit: int | None = None
    ) -> Delivered:
        """Hand every pending effect to the receiver; see `outbox.deliver`."""
        return outbox.deliver(self.running, receiver, attempts=attempts, limit=limit)

    def retry_failed(self, instance: str | None = None) -> int:
        """Let effects that failed for good be tried again; return how many."""
        return outbox.retry_failed(self.running, instance)

    def migrate(
        self,
        guideline: Guideline,
        mapping: MigrationMap,
        *,
        at: DateTime | str,
        instances: Sequence[str] = (),
        since: str | None = None,
        dry_run: bool,
    ) -> tuple[Plan, ...]:
        """Move instances to another version of their guideline; see `migration.plans`."""
        return tuple(
            migration.plans(
                self.running, guideline, mapping, at, names=instances, since=since,
                carry_out=not dry_run,
            )
        )  # fmt: skip

    def replay(self, instance: str) -> Iterator[Replayed]:
        """Compute an instance anew from its events; see `replay.replay`."""
        return replay.replay(self.running, instance)

    def verify(
        self, instances: Iterable[str] | None = None, known: Heads | None = None
    ) -> Iterator[Fault]:
        """Yield every fault of the store; see `verify.verify`."""
        return verify.verify(self.running, instances, known)

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return where every chain ends, to be kept elsewhere and given to `verify` later."""
        return verify.heads_of(self.running)
