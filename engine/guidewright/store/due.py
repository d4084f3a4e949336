"""What is due: for one patient or for all, at an instant that may be any.

In: the table `agenda`, which every entry keeps in step with its instance. Out: items with where
they stand then. The table knows what is open and what comes next; what timers would set off in
between is known only by letting time pass. So an instance that has not been told that its time has
come is marked `behind`, and `exactly` walks it to the instant without storing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from guidewright.dmn.collector import paused_collector
from guidewright.feel.temporal import DateTime
from guidewright.guideline.care import instant
from guidewright.store.derived import microseconds, zoned
from guidewright.store.journal import latest
from guidewright.store.outbox import failures
from guidewright.store.records import Head, Status
from guidewright.store.running import Running, care, where_it_is
from guidewright.store.schema import agenda, instances
from guidewright.workflow.agenda import Item, ItemKind, Phase, phase, phase_at
from guidewright.workflow.timers import moment
from guidewright.workflow.value_codec import instant_from_text, instant_text


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something on somebody's agenda; dates are texts with offset and zone, as events gave them."""

    instance: str
    phase: Phase
    kind: ItemKind
    state: str
    label: str
    task: str | None
    due: str
    overdue: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class DueList:
    """The items, earliest first, and what has to be known to trust them.

    `behind`: instances whose timers have fired by then but who have not been told (`tick`); their
    items are as of their last event. `incomparable`: how many instances have instants that cannot
    be compared with `at`. `stopped` instances wait for somebody, and say why.
    """

    items: tuple[DueItem, ...]
    behind: tuple[str, ...]
    incomparable: int
    stopped: tuple[Head, ...]


def due(
    running: Running,
    at: DateTime | str,
    *,
    instance: str | None = None,
    ahead: DateTime | str | None = None,
    exactly: bool = False,
) -> DueList:
    """Return what is open and due at an instant, and what becomes due until `ahead`.

    With `exactly`, instances that are behind are walked to `at` first, in memory; for one instance
    this is always so, and everything ahead of it is listed.
    """
    now = instant(at)
    until = instant(ahead) if ahead is not None else now
    horizon = None if instance is not None and ahead is None else until
    with running.database.reading() as connection:
        if instance is not None:
            latest(connection, instance)  # refuses what is not there
        behind = _behind(connection, now, instance)
        with paused_collector():  # a long list of rows is no garbage
            found = _listed(connection.execute(_items(now, instance, horizon)).all(), now)
        incomparable = _incomparable(connection, now, instance)
        stopped = heads(connection, instance, Status.STOPPED)
    if exactly or instance is not None:
        late = set(behind)
        walked = [item for name in behind for item in _walked(running, name, now, horizon)]
        kept = (item for item in found if item.instance not in late)
        in_order = sorted((*kept, *walked), key=lambda item: moment(instant_from_text(item.due)))
        return DueList(tuple(in_order), (), incomparable, stopped)
    return DueList(tuple(found), behind, incomparable, stopped)


def heads(
    connection: Connection, instance: str | None = None, status: Status | None = None
) -> tuple[Head, ...]:
    """Return how instances stand, in the order of their names."""
    names = [name for name in Head.__dataclass_fields__ if name != "undelivered"]
    query = select(*(instances.c[name] for name in names)).order_by(instances.c.instance)
    if instance is not None:
        query = query.where(instances.c.instance == instance)
    if status is not None:
        query = query.where(instances.c.status == status.value)
    failed = failures(connection)
    return tuple(_head(row, failed) for row in connection.execute(query))


def _head(row: Row[Any], failed: dict[str, int]) -> Head:
    values = dict(row._mapping)
    values["status"] = Status(values["status"])
    return Head(**values, undelivered=failed.get(values["instance"], 0))


def _behind(connection: Connection, now: DateTime, instance: str | None) -> tuple[str, ...]:
    table = instances.c
    here = (table.zoned == zoned(now), table.wakes <= microseconds(now))
    query = select(table.instance).where(*here).order_by(table.instance)
    if instance is not None:
        query = query.where(table.instance == instance)
    return tuple(connection.execute(query).scalars().all())


def _incomparable(connection: Connection, now: DateTime, instance: str | None) -> int:
    table = instances.c
    other = (table.zoned != zoned(now), table.status != Status.FINISHED.value)
    query = select(func.count()).select_from(instances).where(*other)
    if instance is not None:
        query = query.where(table.instance == instance)
    return int(connection.execute(query).scalar_one())


def _items(now: DateTime, instance: str | None, until: DateTime | None) -> Select[Any]:
    table = agenda.c
    query = select(*(table[name] for name in _SHOWN)).where(table.zoned == zoned(now))
    if instance is not None:
        query = query.where(table.instance == instance)
    if until is not None:
        query = query.where(table.due <= microseconds(until))
    return query.order_by(table.due, table.instance, table.number)


_SHOWN = (
    "instance", "kind", "state", "label", "task", "due_text", "overdue_text", "expires_text",
    "due", "overdue", "expires",
)  # fmt: skip


def _listed(rows: Iterable[Sequence[Any]], now: DateTime) -> list[DueItem]:
    moment_now = microseconds(now)
    assert moment_now is not None  # noqa: S101 - only no instant has none
    listed = []
    kinds = {kind.value: kind for kind in ItemKind}
    for name, kind, state, label, task, due_at, overdue_at, expires_at, *dates in rows:
        stands = phase_at(moment_now, *dates)
        texts = (state, label, task, due_at, overdue_at, expires_at)
        listed.append(DueItem(name, stands, kinds[kind], *texts))
    return listed


def _walked(
    running: Running, name: str, now: DateTime, until: DateTime | None
) -> Iterator[DueItem]:
    """Yield the items of one instance as they are when it is told that time has passed."""
    present = care(running, name)
    assert present.instance.at is not None  # noqa: S101 - every entry is made by an event
    at = where_it_is(now, present.instance.at)
    for item in present.due(at):
        if until is None or moment(item.due) <= moment(until):
            yield _as_told(name, item, at)


def _as_told(name: str, item: Item, at: DateTime) -> DueItem:
    dates = (instant_text(date) if date else None for date in (item.overdue, item.expires))
    told = (item.state, item.label, item.task, instant_text(item.due))
    return DueItem(name, phase(item, at), item.kind, *told, *dates)
