"""A connection to a store: a file or URL goes in, transactions come out.

SQLite: write-ahead log, every commit synchronised to the disk (`synchronous=FULL`), and writers
take the lock when they begin (`BEGIN IMMEDIATE`), so none finds out at its end that it cannot
write. A process that is killed leaves a log that the next one rolls forward to the last commit;
after a loss of power the same holds, because a commit is acknowledged only when it is on the disk.
PostgreSQL: the same tables and statements; `synchronous_commit` is set on, whatever the server has.

No value ever gets into a message or a log, whatever level a program sets: parameters are hidden,
and the records that would show rows are dropped.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from guidewright.errors import Code, Note
from guidewright.store.records import StoreError
from guidewright.store.schema import SCHEMA, about, tables
from guidewright.store.upgrades import upgrade

LOCK_SECONDS = 30
_LOG = "guidewright"
_UNDECODED = re.compile(r"Could not decode to UTF-8 column '(\w+)'")
_CREATION = 0x67775F63617265  # the advisory lock under which PostgreSQL's tables are made
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """An open database; `reading` and `writing` give one transaction each."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one state of the store."""
        with told(), self.engine.connect() as connection:
            if not self.sqlite:  # SQLite never shows two states in one transaction
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def inspecting(self) -> Iterator[Connection]:
        """Give a reading transaction in which damaged texts can be read, for `verify`.

        In SQLite a text can hold bytes that are no UTF-8; elsewhere reading them is an error.
        """
        with self.reading() as connection:
            below: Any = connection.connection.dbapi_connection
            if self.sqlite:
                below.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            try:
                yield connection
            finally:
                if self.sqlite:
                    below.text_factory = str

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed at its end, or rolled back when an error leaves it.

        `IntegrityError` gets through: the caller knows what it means.
        """
        with told(), self.engine.connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                yield connection

    @property
    def sqlite(self) -> bool:
        """Whether this is a file of SQLite."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()


def open_database(where: str | Path, *, create: bool) -> Database:
    """Open the store at a path or URL; with `create`, make it when there is none.

    Raises `StoreError` when it is not there, is no store, or was written by a later version.
    """
    url = _url(where)
    if url.get_backend_name() == "sqlite":
        _prepare_file(url, create=create)
    database = Database(_engine(url))
    try:
        _check_schema(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def told() -> Iterator[None]:
    """Turn what the database reports into our error, without values."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as fault:
        undecoded = _UNDECODED.match(str(fault.orig))
        if undecoded is not None:  # SQLite's message goes on with the text itself
            reason = f"the column '{undecoded[1]}' holds bytes that are no text"
            hint = "`care verify` says where"
            raise StoreError(Note(Code.STORE_DAMAGED, None, reason, hint)) from None
        _refuse(f"the database reports: {_first_line(fault.orig)}")
    except UnicodeDecodeError:  # a report of SQLite that quotes a damaged name of its own
        reason = "the structure of the file is damaged: names in it are no text"
        hint = "restore the file from a backup"
        raise StoreError(Note(Code.STORE_DAMAGED, None, reason, hint)) from None
    except SQLAlchemyError as fault:
        _refuse(f"the database cannot be used: {_first_line(fault)}")


def _refuse(reason: str, hint: str | None = None) -> NoReturn:
    raise StoreError(Note(Code.STORE_UNUSABLE, None, reason, hint)) from None


def _first_line(fault: BaseException | None) -> str:
    return str(fault).strip().split("\n")[0]


# where -------------------------------------------------------------------------------------------


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create(_DRIVERS["sqlite"], database=str(where))
    try:
        url = make_url(where)
    except ArgumentError:
        _refuse("this is no URL of a database", "such as postgresql://host/name")
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        known = " and ".join(f"{name}://" for name in _DRIVERS)
        _refuse(f"'{url.get_backend_name()}' is not supported", f"stores are {known}, or a file")
    return url.set(drivername=driver)


def _prepare_file(url: URL, *, create: bool) -> None:
    """Make the file readable for its owner only: patients' data will be in it."""
    if not url.database or url.database == ":memory:":
        _refuse("a store is a file", "care in memory is `guide.workflow.start`")
    path = Path(url.database)
    if path.exists() or not create:
        if not path.is_file():
            _refuse(f"there is no store {str(path)!r}", "`care start` makes one")
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as fault:
        _refuse(f"the file {str(path)!r} cannot be written: {fault.strerror}")


def _engine(url: URL) -> Engine:
    quiet = {"hide_parameters": True, "logging_name": _LOG}
    logging.getLogger(f"sqlalchemy.engine.Engine.{_LOG}").addFilter(_shows_no_rows)
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, **quiet)
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(url, **quiet)
            event.listen(engine, "connect", _set_up_postgresql)
    except ImportError:
        _refuse(
            "PostgreSQL needs the package psycopg",
            "install it with: pip install guidewright[postgres]",
        )
    return engine


def _shows_no_rows(record: logging.LogRecord) -> bool:
    """Drop what SQLAlchemy says at level DEBUG: the rows it reads."""
    return record.levelno > logging.DEBUG


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    _turn_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _turn_to_wal(connection: Any) -> None:
    """Turn the file to a write-ahead log; where it is one already, this writes nothing.

    For this one statement SQLite does not wait for a lock of another process, so we do: two that
    make a store at the same moment both get it.
    """
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _set_up_postgresql(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET default_transaction_isolation = 'read committed'")
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.commit()


# schema ------------------------------------------------------------------------------------------


def _check_schema(database: Database, *, create: bool) -> None:
    with database.reading() as connection:
        found = schema_of(connection)
    if found == SCHEMA:
        return
    if found is None and not create:
        _refuse("this database holds no store", "`care start` makes one")
    with database.writing() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATION})
        found = schema_of(connection)  # somebody may have been quicker
        if found is None:
            tables.create_all(connection)
            connection.execute(insert(about).values(name="schema", value=str(SCHEMA)))
        elif found != SCHEMA:
            upgrade(connection, found)


def schema_of(connection: Connection) -> int | None:
    """Return the number of the stored form; None when the database is empty.

    Raises `StoreError` when it holds something else, or a form of a later version.
    """
    names = set(inspect(connection).get_table_names())
    if about.name not in names:
        if names & set(tables.tables):
            _refuse("this database has tables of other programs that are called like a store's")
        if names and connection.dialect.name == "sqlite":
            _refuse("this file is the database of another program")
        return None
    value = connection.execute(select(about.c.value).where(about.c.name == "schema")).scalar()
    if value is None or not str(value).isdecimal() or int(value) < 1:
        _refuse("the number of the stored form cannot be read", "restore the store from a copy")
    if int(value) > SCHEMA:
        text_ = f"the store has form {value}; this version of guidewright knows up to {SCHEMA}"
        _refuse(text_, "use the version that wrote it, or a later one")
    return int(value)
