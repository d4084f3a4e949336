"""The journal: append an event with all it led to in one transaction; read what was appended.

Two writers on one instance never both win: an entry is appended behind the very entry its writer
has seen, or not at all (`ConflictError`). An event has an id that its sender chose: sent again, it
is acknowledged and not applied twice; the same id with another content is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.store.chain import canonical, entry_hash
from guidewright.store.database import Database
from guidewright.store.derived import Derived
from guidewright.store.records import BEGINNING, ConflictError, Entry, Json, Receipt, StoreError
from guidewright.store.schema import agenda, instances, journal, outbox

_COLUMNS = tuple(journal.c[name] for name in Entry.__dataclass_fields__)
LONGEST_NAME = 200


def sealed(entry: Entry) -> Entry:
    """Return the entry with the hash it must have."""
    return replace(entry, hash=entry_hash(entry))


def append(database: Database, entry: Entry, derived: Derived) -> Receipt:
    """Write an entry and what follows from it; return it, or the one that was written before.

    Raises `ConflictError` when the instance has moved on, `CallError` when the event's id was used
    for something else.
    """
    try:
        with database.writing() as connection:
            earlier = entry_of_event(connection, entry.instance, entry.event_id)
            if earlier is None and not _move_head(connection, derived.instance):
                earlier = entry_of_event(connection, entry.instance, entry.event_id)
                if earlier is None:
                    raise conflict(entry.instance, entry.sequence - 1)
            if earlier is not None:
                return _repeated(earlier, entry)
            connection.execute(insert(journal).values(**asdict(entry)))
            connection.execute(delete(agenda).where(agenda.c.instance == entry.instance))
            for table, rows in ((agenda, derived.agenda), (outbox, derived.outbox)):
                if rows:
                    connection.execute(insert(table), list(rows))
    except IntegrityError:  # two started the same instance
        with database.reading() as connection:
            earlier = entry_of_event(connection, entry.instance, entry.event_id)
        if earlier is None:
            raise conflict(entry.instance, entry.sequence - 1) from None
        return _repeated(earlier, entry)
    return Receipt(entry)


def _move_head(connection: Connection, row: dict[str, Any]) -> bool:
    """Put the head of an instance one further; False when it is not where the writer saw it."""
    if row["sequence"] == 1:
        known = select(instances.c.sequence).where(instances.c.instance == row["instance"])
        if connection.execute(known).first() is not None:
            return False
        connection.execute(insert(instances).values(**row))
        return True
    where = (instances.c.instance == row["instance"], instances.c.sequence == row["sequence"] - 1)
    return connection.execute(update(instances).where(*where).values(**row)).rowcount == 1


def conflict(instance: str, seen: int) -> ConflictError:
    """Return the error of a writer who came second."""
    if seen == 0:
        text = f"there is an instance {instance!r} already"
        hint = "send it events, or start with another id"
        return ConflictError(Note(Code.STORE_CONFLICT, None, text, hint))
    text = f"the instance {instance!r} has moved on from entry {seen}"
    hint = "look at its state again, then repeat the call"
    return ConflictError(Note(Code.STORE_CONFLICT, None, text, hint))


def again(earlier: Entry, event: Json, pinned: tuple[str, str] | None = None) -> Receipt:
    """Acknowledge an event that was written before, when it is the same.

    `pinned`: for a start, the digest and the readings it is started with.
    """
    same = earlier.event_data == json.loads(canonical(event))
    if same and pinned in (None, (earlier.digest, earlier.readings)):
        return Receipt(earlier, repeated=True)
    text = f"the id {earlier.event_id!r} was used for another event of {earlier.instance!r}"
    hint = f"that is entry {earlier.sequence}; give a new event a new id"
    raise CallError(Note(Code.STORE_EVENT_ID, None, text, hint))


def _repeated(earlier: Entry, entry: Entry) -> Receipt:
    pinned = (entry.digest, entry.readings) if entry.sequence == 1 else None
    return again(earlier, entry.event_data, pinned)


# reading -----------------------------------------------------------------------------------------


def entry_of_event(connection: Connection, instance: str, event_id: str) -> Entry | None:
    """Return the entry of an event id, if there is one."""
    where = (journal.c.instance == instance, journal.c.event_id == event_id)
    row = connection.execute(select(*_COLUMNS).where(*where)).first()
    return None if row is None else _entry(row)


def latest(connection: Connection, instance: str) -> Entry:
    """Return the last entry of an instance, checked against its hash and the head.

    Raises `CallError` when there is no such instance, `StoreError` when it was damaged: nothing is
    built on an entry that is not what was written.
    """
    query = select(instances.c.sequence, instances.c.hash).where(instances.c.instance == instance)
    head = connection.execute(query).first()
    if head is None:
        raise unknown(connection, instance)
    where = (journal.c.instance == instance, journal.c.sequence == head.sequence)
    row = connection.execute(select(*_COLUMNS).where(*where)).first()
    entry = None if row is None else _entry(row)
    if entry is None or entry.hash != head.hash or entry_hash(entry) != entry.hash:
        text = f"entry {head.sequence} of {instance!r} is not what was written"
        hint = "`care verify` says what was changed"
        raise StoreError(Note(Code.STORE_DAMAGED, None, text, hint))
    return entry


def unknown(connection: Connection, instance: str) -> CallError:
    """Return the error for an instance that is not there."""
    first = select(instances.c.instance).order_by(instances.c.instance).limit(1000)
    hint = did_you_mean(instance, connection.execute(first).scalars())
    text = f"there is no instance {instance!r}"
    return CallError(Note(Code.STORE_INSTANCE, None, text, hint or "`care list` shows all"))


def entries(connection: Connection, instance: str) -> Iterator[Entry]:
    """Yield the entries of an instance, in order."""
    query = select(*_COLUMNS).where(journal.c.instance == instance).order_by(journal.c.sequence)
    for row in connection.execute(query):
        yield _entry(row)


def instance_names(connection: Connection) -> list[str]:
    """Return every instance the journal knows, in order."""
    query = select(journal.c.instance).distinct().order_by(journal.c.instance)
    return list(connection.execute(query).scalars())


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)


def checked_name(name: str, what: str) -> str:
    """Return a name of an instance or event that can be written and shown anywhere."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        text = f"{name[:LONGEST_NAME]!r} cannot be {what}"
        hint = f"up to {LONGEST_NAME} characters that can be printed, no blanks around"
        raise CallError(Note(Code.STORE_INSTANCE, None, text, hint))
    return name


def following(before: Entry | None) -> tuple[int, str]:
    """Return the sequence number and the previous hash of the next entry."""
    return (1, BEGINNING) if before is None else (before.sequence + 1, before.hash)
