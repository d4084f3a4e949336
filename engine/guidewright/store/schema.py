"""The tables of a store, the same in SQLite and PostgreSQL, and their number.

`journal` is the truth; `instances`, `agenda` and `outbox` are written in the same transaction so
that questions are answered without reading the journal. A change of any table raises `SCHEMA` and
adds an upgrade in `upgrades.py` and a stored example in `tests/store/old/`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

SCHEMA = 1

# Texts are compared byte by byte, whatever the locale of the server.
Name: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")

tables = MetaData()

about = Table(
    "about", tables, Column("name", Name, primary_key=True), Column("value", Name, nullable=False)
)

files = Table(  # the guidelines under which instances run, by content
    "guideline_files",
    tables,
    Column("digest", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

journal = Table(
    "journal",
    tables,
    Column("instance", Name, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("event_id", Name, nullable=False),
    Column("recorded", Name, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("effects", Text, nullable=False),
    Column("digest", Name, nullable=False),
    Column("readings", Text, nullable=False),
    Column("engine", Name, nullable=False),
    Column("zones", Name, nullable=False),
    Column("previous", Name, nullable=False),
    Column("hash", Name, nullable=False),
    UniqueConstraint("instance", "event_id", name="journal_event_id"),
)

instances = Table(  # one row an instance: the end of its chain
    "instances",
    tables,
    Column("instance", Name, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("guideline", Name, nullable=False),
    Column("status", Name, nullable=False),
    Column("reason", Name),
    Column("at", Name, nullable=False),
    Column("zoned", Integer, nullable=False),  # 1 when its instants have an offset, else 0
    Column("wakes", BigInteger),  # when time alone changes it next; microseconds, see `dates`
    Index("instances_wakes", "zoned", "wakes"),
    Index("instances_status", "status"),
)

agenda = Table(  # what is open and what comes next, of every instance, in the order of its dates
    "agenda",
    tables,
    Column("zoned", Integer, primary_key=True, autoincrement=False),
    Column("due", BigInteger, primary_key=True, autoincrement=False),
    Column("instance", Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("label", Name, nullable=False),
    Column("task", Name),
    Column("overdue", BigInteger),
    Column("expires", BigInteger),
    Column("due_text", Name, nullable=False),
    Column("overdue_text", Name),
    Column("expires_text", Name),
    Index("agenda_instance", "instance"),
    sqlite_with_rowid=False,  # rows lie in the order of the key: what is due is read in one go
)

outbox = Table(  # the effects of the journal and how their delivery stands
    "outbox",
    tables,
    Column("instance", Name, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("status", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried", Name),
    Column("error", Text),
    Column("seal", Name, nullable=False),
    Index("outbox_status", "status", "instance", "sequence", "number"),
)
