"""Run instances: start one, send it events, let time pass; each step is computed, then appended.

In: events as people or programs give them. Out: receipts, once the entry is safe on the disk. The
step is computed outside the transaction and from what is stored, exactly as `replay` does it: the
state before is read back from its text, and so is the event.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import select

from guidewright.errors import GuidewrightError
from guidewright.feel.temporal import DateTime
from guidewright.guideline.care import Care, instant
from guidewright.guideline.events import read_event, read_values
from guidewright.guideline.guide import Guideline
from guidewright.guideline.patient import read_policies
from guidewright.source import Span
from guidewright.store.applying import applied, effects_text, state_text
from guidewright.store.chain import canonical
from guidewright.store.database import Database
from guidewright.store.derived import derive, microseconds, zoned
from guidewright.store.journal import (
    again,
    append,
    checked_name,
    conflict,
    entry_of_event,
    following,
    latest,
    sealed,
)
from guidewright.store.records import Entry, Json, Receipt
from guidewright.store.schema import instances
from guidewright.store.versions import Versions, workflow_of
from guidewright.workflow import codec
from guidewright.workflow.events import Event, Start, Tick
from guidewright.workflow.value_codec import instant_text

Places = Mapping[str, Span]


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """What running needs: the database, the guidelines in it, and what time it is."""

    database: Database
    versions: Versions
    clock: Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the instant of recording; nothing is decided by it."""
    return datetime.now(UTC)


def start(
    running: Running,
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
    """Start an instance under this version of the guideline, which the store keeps.

    Without `instance` it gets a new name. Starting it again with the same content is acknowledged.
    """
    workflow = workflow_of(guideline)
    name = checked_name(uuid.uuid4().hex if instance is None else instance, "an instance's name")
    readings = read_policies(guideline.file, policies or {})
    event = Start(instant(at), read_values(workflow, patient, places), zone)
    running.versions.keep(guideline)
    return _take(running, None, name, event_id or "start", event, guideline.digest, readings)


def send(
    running: Running,
    instance: str,
    event: Event | Mapping[str, Any],
    *,
    event_id: str | None = None,
    after: int | None = None,
    places: Places | None = None,
) -> Receipt:
    """Apply an event to an instance and store it.

    `event_id` makes it safe to send it again; `after` is the number of the entry the sender has
    seen. Raises `ConflictError` when somebody else was quicker, `CallError` when the event does
    not fit; then nothing is stored.
    """
    name = checked_name(uuid.uuid4().hex if event_id is None else event_id, "an event's id")
    with running.database.reading() as connection:
        before = latest(connection, instance)
        earlier = entry_of_event(connection, instance, name)
    workflow = running.versions.workflow(before.digest)
    read = read_event(workflow, event, places) if isinstance(event, Mapping) else event
    if earlier is not None:
        return again(earlier, codec.event_to_json(read))
    if after is not None and after != before.sequence:
        raise conflict(instance, after)
    return _take(running, before, instance, name, read, before.digest, before.reading_of)


def care(running: Running, instance: str) -> Care:
    """Return an instance as it is now, to ask it or to try events on it; nothing is stored."""
    with running.database.reading() as connection:
        entry = latest(connection, instance)
    workflow = running.versions.workflow(entry.digest)
    readings = entry.reading_of
    bound = running.versions.bound(entry.digest, readings)
    return Care(workflow, readings, bound, entry.instance_after, entry.effect_list)


# time --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticked:
    """What became of letting time pass: who moved, who could not and why, who cannot be compared.

    `incomparable` have instants with an offset where `at` has none, or the other way round.
    """

    moved: tuple[Receipt, ...]
    refused: Mapping[str, GuidewrightError]
    incomparable: int


def tick(
    running: Running, at: DateTime | str, instance: str | None = None, limit: int | None = None
) -> Ticked:
    """Tell every instance (or one) whose timers are due by `at` that so much time has passed.

    Doing it again changes nothing. A fault of one instance does not keep the others.
    """
    now = instant(at)
    names, incomparable = _waiting(running, now, instance, limit)
    moved: list[Receipt] = []
    refused: dict[str, GuidewrightError] = {}
    for name in names:
        try:
            moved.append(_tick_one(running, name, now))
        except GuidewrightError as fault:
            refused[name] = fault
    return Ticked(tuple(moved), refused, incomparable)


def _tick_one(running: Running, name: str, now: DateTime) -> Receipt:
    with running.database.reading() as connection:
        state = latest(connection, name).instance_after
    assert state.at is not None  # noqa: S101 - every entry is made by an event
    at = where_it_is(now, state.at)
    return send(running, name, Tick(at), event_id=f"tick {instant_text(at)}")


def _waiting(
    running: Running, now: DateTime, instance: str | None, limit: int | None
) -> tuple[Iterable[str], int]:
    table = instances.c
    where = [table.wakes <= microseconds(now)]
    if instance is not None:
        where.append(table.instance == instance)
    names = select(table.instance).where(table.zoned == zoned(now), *where)
    others = select(table.instance).where(table.zoned != zoned(now), table.wakes.is_not(None))
    if instance is not None:
        others = others.where(table.instance == instance)
    with running.database.reading() as connection:
        found = connection.execute(names.order_by(table.wakes, table.instance).limit(limit))
        return list(found.scalars()), len(connection.execute(others).all())


def where_it_is(now: DateTime, there: DateTime) -> DateTime:
    """Return the same instant by the clocks of another place, so that its calendar counts."""
    if now.instant is None or there.offset is None:
        return now
    if there.zone is not None:
        return DateTime.in_zone(now.instant, there.zone)
    return DateTime(0, 0, there.offset).plus(now.instant + there.offset * 1_000_000_000)


# one step ----------------------------------------------------------------------------------------


def entry_for(
    running: Running,
    before: Entry | None,
    name: str,
    event_id: str,
    event: Json,
    digest: str,
    readings: Mapping[str, str],
) -> Entry:
    """Return the entry that an event makes; nothing is written."""
    text = canonical(event)
    made = applied(running.versions, before, json.loads(text), digest, readings)
    sequence, previous = following(before)
    entry = Entry(
        instance=name,
        sequence=sequence,
        event_id=event_id,
        recorded=running.clock().astimezone(UTC).isoformat(timespec="microseconds"),
        event=text,
        state=state_text(made.instance),
        effects=effects_text(made.effects),
        digest=digest,
        readings=canonical(dict(sorted(made.readings.items()))),
        engine=_version_of("guidewright"),
        zones=_version_of("tzdata"),
        previous=previous,
        hash="",
    )
    return sealed(entry)


def _take(
    running: Running,
    before: Entry | None,
    name: str,
    event_id: str,
    event: Event,
    digest: str,
    readings: Mapping[str, str],
) -> Receipt:
    data = codec.event_to_json(event)
    entry = entry_for(running, before, name, event_id, data, digest, readings)
    return append(running.database, entry, derive(entry, running.versions.guideline(digest)))


@cache
def _version_of(package: str) -> str:
    return version(package)
