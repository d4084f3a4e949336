"""Deliver effects: each at least once, under a key that is the same at every attempt.

In: a receiver, any function that takes a `Delivery` and raises when it could not. Out: what was
delivered and what was not. A receiver that knows keys it has seen makes it exactly once; nobody can
promise that alone, for a process can die between the receiver's act and our note of it. An effect
that cannot be delivered holds up no other: after so many attempts it is marked as failed, and the
instance shows it until somebody lets it be tried again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from guidewright.store.derived import outbox_row
from guidewright.store.records import Delivery, DeliveryStatus
from guidewright.store.running import Running
from guidewright.store.schema import journal, outbox

ATTEMPTS = 10
BATCH = 200
_REASON_LENGTH = 500
Receiver = Callable[[Delivery], object]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of delivery did."""

    delivered: tuple[Delivery, ...]
    postponed: tuple[Delivery, ...]
    failed: tuple[Delivery, ...]


def deliver(
    running: Running,
    receiver: Receiver,
    *,
    attempts: int = ATTEMPTS,
    limit: int | None = None,
) -> Delivered:
    """Hand every pending effect to the receiver once, in the order of each instance's journal.

    What it raises is kept with the effect as the reason, and the next one has its turn.
    """
    done: list[Delivery] = []
    for delivery in _pending(running, limit):
        try:
            receiver(delivery)
            error = None
        except Exception as fault:  # noqa: BLE001 - whatever it is, the effect is not lost
            error = f"{type(fault).__name__}: {fault}"[:_REASON_LENGTH]
        done.append(_note(running, delivery, error, attempts))
    by = {status: tuple(d for d in done if d.status is status) for status in DeliveryStatus}
    return Delivered(
        by[DeliveryStatus.DELIVERED], by[DeliveryStatus.PENDING], by[DeliveryStatus.FAILED]
    )


def retry_failed(running: Running, instance: str | None = None) -> int:
    """Let effects that failed for good be tried again; return how many."""
    with running.database.writing() as connection:
        failed = list(_select(connection, DeliveryStatus.FAILED, instance))
        for each in failed:
            row = outbox_row(_place(each), DeliveryStatus.PENDING, 0, each.tried, each.error)
            connection.execute(update(outbox).where(*_at(each)).values(**row))
    return len(failed)


def undelivered(connection: Connection, instance: str | None = None) -> tuple[Delivery, ...]:
    """Return the effects that failed for good."""
    return tuple(_select(connection, DeliveryStatus.FAILED, instance))


def deliveries(connection: Connection, instance: str) -> tuple[Delivery, ...]:
    """Return all effects of an instance and how they stand."""
    return tuple(map(_delivery, connection.execute(_query().where(_same(instance)))))


def failures(connection: Connection) -> dict[str, int]:
    """Return how many effects failed for good, by instance."""
    count = func.count()
    where = outbox.c.status == DeliveryStatus.FAILED.value
    query = select(outbox.c.instance, count).where(where).group_by(outbox.c.instance)
    return {row[0]: row[1] for row in connection.execute(query)}


def _pending(running: Running, limit: int | None) -> Iterator[Delivery]:
    """Yield what is pending now, each once; no transaction is open while the receiver works."""
    place: tuple[str, int, int] | None = None
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        with running.database.reading() as connection:
            batch = list(_select(connection, DeliveryStatus.PENDING, None, place, size))
        if not batch:
            return
        yield from batch
        place = _place(batch[-1])
        left = None if left is None else left - len(batch)


def _note(running: Running, delivery: Delivery, error: str | None, attempts: int) -> Delivery:
    """Store how an attempt went, unless another process has noted the same one."""
    tried = running.clock().astimezone(UTC).isoformat(timespec="microseconds")
    count = delivery.attempts + 1
    status = DeliveryStatus.DELIVERED
    if error is not None:
        status = DeliveryStatus.FAILED if count >= attempts else DeliveryStatus.PENDING
    row = outbox_row(_place(delivery), status, count, tried, error)
    if error is None:  # a success counts, whoever else has tried meanwhile
        unchanged = (*_at(delivery), outbox.c.status != DeliveryStatus.DELIVERED.value)
    else:
        pending = outbox.c.status == DeliveryStatus.PENDING.value
        unchanged = (*_at(delivery), pending, outbox.c.attempts == delivery.attempts)
    with running.database.writing() as connection:
        connection.execute(update(outbox).where(*unchanged).values(**row))
    return Delivery(
        delivery.instance, delivery.sequence, delivery.number, delivery.effect,
        status, count, tried, error,
    )  # fmt: skip


# rows --------------------------------------------------------------------------------------------


def _select(
    connection: Connection,
    status: DeliveryStatus,
    instance: str | None,
    after: tuple[str, int, int] | None = None,
    limit: int | None = None,
) -> Iterator[Delivery]:
    query = _query().where(outbox.c.status == status.value).limit(limit)
    if instance is not None:
        query = query.where(_same(instance))
    if after is not None:
        name, sequence, number = after
        table = outbox.c
        later = (table.sequence > sequence) | (
            (table.sequence == sequence) & (table.number > number)
        )
        query = query.where((table.instance > name) | ((table.instance == name) & later))
    return map(_delivery, connection.execute(query))


def _query() -> Select[Any]:
    table = outbox.c
    here = (journal.c.instance == table.instance) & (journal.c.sequence == table.sequence)
    columns = (table.instance, table.sequence, table.number, table.status)
    query = select(*columns, table.attempts, table.tried, table.error, journal.c.effects)
    return query.join_from(outbox, journal, here).order_by(
        table.instance, table.sequence, table.number
    )


def _delivery(row: Sequence[Any]) -> Delivery:
    instance, sequence, number, status, attempts, tried, error, effects = row
    effect = json.loads(effects)[number]
    known = DeliveryStatus(status)
    return Delivery(instance, sequence, number, effect, known, attempts, tried, error)


def _same(instance: str) -> ColumnElement[bool]:
    return outbox.c.instance == instance


def _place(delivery: Delivery) -> tuple[str, int, int]:
    return delivery.instance, delivery.sequence, delivery.number


def _at(delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.instance == delivery.instance,
        outbox.c.sequence == delivery.sequence,
        outbox.c.number == delivery.number,
    )
