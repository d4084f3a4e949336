"""Verify a store: whether every byte in it is what was written.

In: a store. Out: faults, each with the table, the row and what is the matter. Checked are the chain
of every instance, the hash of every entry, the guidelines' files against their digests, everything
derived against the journal, the seals of the outbox, and SQLite's own structure. Nothing is
evaluated; that is `replay`'s.

What a chain cannot show alone is that its end was cut off together with everything derived from it,
or that somebody with the right to write made all of it anew. Therefore `heads_of` can be kept where
the store's writers cannot reach it, and given back as `known`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from guidewright.errors import GuidewrightError
from guidewright.guideline.guide import content_digest
from guidewright.store.chain import delivery_seal, entry_hash
from guidewright.store.derived import Row, derive
from guidewright.store.journal import entries, instance_names
from guidewright.store.records import BEGINNING, DeliveryStatus, Entry
from guidewright.store.running import Running
from guidewright.store.schema import SCHEMA, about, agenda, files, instances, journal, outbox

Heads = Mapping[str, tuple[int, str]]
_STATUSES = frozenset(status.value for status in DeliveryStatus)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not what was written: where, and what."""

    table: str
    row: str
    text: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.text}"


def verify(
    running: Running, names: Iterable[str] | None = None, known: Heads | None = None
) -> Iterator[Fault]:
    """Yield every fault of the store; with `names`, of these instances only.

    `known` are heads noted earlier: each must still be in its chain.
    """
    with running.database.inspecting() as connection:
        try:
            if names is None:
                yield from _whole(running, connection)
                names = instance_names(connection)
            for name in names:
                yield from _instance(running, connection, name)
            yield from _known(connection, known or {})
        except (SQLAlchemyError, UnicodeError, TypeError, ValueError) as fault:
            reason = str(getattr(fault, "orig", None) or type(fault).__name__)
            yield Fault("database", "", f"cannot be read further: {reason}")


def heads_of(running: Running) -> dict[str, tuple[int, str]]:
    """Return where every chain ends now, to be kept elsewhere."""
    query = select(instances.c.instance, instances.c.sequence, instances.c.hash)
    with running.database.reading() as connection:
        rows = connection.execute(query.order_by(instances.c.instance))
        return {name: (sequence, hash_) for name, sequence, hash_ in rows}


# the whole ---------------------------------------------------------------------------------------


def _whole(running: Running, connection: Connection) -> Iterator[Fault]:
    if running.database.sqlite:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                yield Fault("database", "", str(line))
    rows = [tuple(row) for row in connection.execute(select(about))]
    if rows != [("schema", str(SCHEMA))]:
        yield Fault("about", "schema", "this table says something else than the form of the store")
    yield from _guidelines(connection)
    yield from _strangers(connection)


def _guidelines(connection: Connection) -> Iterator[Fault]:
    """Check the files of every guideline, and that those that are needed are there."""
    stored: dict[str, dict[str, bytes]] = {}
    for digest, name, content in connection.execute(select(files)):
        if not isinstance(content, bytes):
            yield Fault("guideline_files", f"{digest} {name}", "the content is no bytes")
            continue
        if not _is_text(name):
            yield Fault("guideline_files", f"{digest} {name}", "the name is no UTF-8")
            continue
        stored.setdefault(digest, {})[name] = content
    for digest, content in stored.items():
        if content_digest(content) != digest:
            yield Fault("guideline_files", digest, "the files do not have this digest")
    for digest in connection.execute(select(journal.c.digest).distinct()).scalars():
        if digest not in stored:
            yield Fault("guideline_files", str(digest), "the journal needs it and it is missing")


def _is_text(value: object) -> bool:
    """Say whether a value was read from whole characters; what was none is a lone surrogate."""
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def _strangers(connection: Connection) -> Iterator[Fault]:
    """Find rows of instances that the journal does not know."""
    known = set(instance_names(connection))
    for table in (instances, agenda, outbox):
        found = connection.execute(select(table.c.instance).distinct()).scalars()
        for name in sorted(map(str, set(found) - known)):
            yield Fault(table.name, name, "the journal knows no such instance")


# one instance ------------------------------------------------------------------------------------


def _instance(running: Running, connection: Connection, name: str) -> Iterator[Fault]:
    previous, last = BEGINNING, None
    effects: dict[tuple[int, int], None] = {}
    whole = True
    for sequence, entry in enumerate(entries(connection, name), start=1):
        for text in _entry(entry, sequence, previous):
            whole = False
            yield Fault("journal", f"{name} {entry.sequence}", text)
        previous, last = entry.hash, entry
        effects.update(dict.fromkeys(_numbers(entry)))
    yield from _outbox(connection, name, effects if whole else None)
    if last is not None and whole:
        yield from _derived(running, connection, last)


def _entry(entry: Entry, sequence: int, previous: str) -> Iterator[str]:
    if entry.sequence != sequence:
        yield f"entry {sequence} is expected here"
    if entry.previous != previous:
        yield "it does not follow the entry before it"
    if entry_hash(entry) != entry.hash:
        yield "what it holds does not have its hash"


def _numbers(entry: Entry) -> list[tuple[int, int]]:
    try:
        return [(entry.sequence, number) for number in range(len(json.loads(entry.effects)))]
    except ValueError:  # told already: the hash does not fit
        return []


def _derived(running: Running, connection: Connection, last: Entry) -> Iterator[Fault]:
    """Compare what is kept for quick answers with what the last entry gives."""
    name = last.instance
    try:
        expected = derive(last, running.versions.guideline(last.digest))
    except GuidewrightError as fault:
        yield Fault("journal", f"{name} {last.sequence}", fault.notes[0].text)
        return
    found = _rows(connection, instances, name)
    yield from _compare("instances", name, found, [expected.instance])
    yield from _compare("agenda", name, _rows(connection, agenda, name), list(expected.agenda))


def _rows(connection: Connection, table: Table, name: str) -> list[Row]:
    query = select(table).where(table.c.instance == name).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]


def _compare(table: str, name: str, found: list[Row], expected: list[Row]) -> Iterator[Fault]:
    if len(found) != len(expected):
        yield Fault(table, name, f"{len(found)} rows, {len(expected)} are expected")
        return
    for was, must in zip(found, expected, strict=True):
        wrong = [key for key in must if not _same(was.get(key), must[key])]
        if wrong:
            row = f"{name} {must['number']}" if "number" in must else name
            yield Fault(table, row, "not what the journal gives: " + ", ".join(wrong))


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _outbox(
    connection: Connection, name: str, effects: Mapping[tuple[int, int], None] | None
) -> Iterator[Fault]:
    found = set()
    for row in _rows(connection, outbox, name):
        place = f"{name} {row['sequence']}/{row['number']}"
        found.add((row["sequence"], row["number"]))
        key = (name, row["sequence"], row["number"])
        rest = (row["status"], row["attempts"], row["tried"], row["error"])
        if row["status"] not in _STATUSES or delivery_seal(key, *rest) != row["seal"]:
            yield Fault("outbox", place, "what it holds does not have its seal")
    if effects is None:
        return
    for sequence, number in sorted(set(effects) ^ found, key=str):
        known = (sequence, number) in effects
        text = "this effect has no row" if known else "the journal has no such effect"
        yield Fault("outbox", f"{name} {sequence}/{number}", text)


def _known(connection: Connection, known: Heads) -> Iterator[Fault]:
    """Check that heads noted earlier are still in their chains."""
    for name, (sequence, hash_) in sorted(known.items()):
        where = (journal.c.instance == name, journal.c.sequence == sequence)
        found = connection.execute(select(journal.c.hash).where(*where)).scalar()
        if found != hash_:
            text = "is missing" if found is None else "is another one"
            yield Fault("journal", f"{name} {sequence}", f"the entry noted earlier {text}")
