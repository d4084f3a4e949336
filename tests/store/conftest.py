"""What the tests of the store share: a guideline, stores in files, one PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from stores import FEVER, Opener

import guidewright as gw
from guidewright.store import Store


@pytest.fixture(scope="session")
def fever() -> gw.Guideline:
    return gw.load(FEVER)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    reason = postgres.reason_against()
    if reason is not None:
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with gw.store.open(tmp_path / "care.db", create=True) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Open the same store again and again, on either database."""
    opened: list[Store] = []
    if request.param == "sqlite":
        where = str(tmp_path / "care.db")
    else:
        where = _own_schema(request.getfixturevalue("server"), f"t{abs(hash(tmp_path))}")

    def make() -> Store:
        opened.append(gw.store.open(where, create=True))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def _own_schema(url: str, name: str) -> str:
    """Return the URL of a part of the server's database for one test."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{url}?options=-csearch_path%3D{name}"
