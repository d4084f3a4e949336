"""`python -m bench.due`: what is due for 100,000 instances in an SQLite file.

In: the number of instances. Out: a table: the CPU time of `due`, and its ratio to a bare `SELECT`
of as many rows with `sqlite3`, which nothing can undercut. One real instance of the B12 workflow
under treatment is copied under other names, its dates spread over two years; `due` reads nothing
but these rows. The first round, with a cold cache of pages, is left out.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import guidewright as gw
from bench.machine import description
from bench.report import TIMES, table
from guidewright.store import Store

B12 = Path(__file__).parents[1] / "models" / "b12-deficiency"
INSTANCES = 100_000
TARGET = 2.0  # seconds, issue 5
TEMPLATE, START = "template", "2026-01-05T08:00:00Z"
BUSY, YEAR = "2026-05-01T08:00:00Z", "2026-12-31T08:00:00Z"
KNOWN = {
    "total B12": "100 ng/L",
    "severity": "mild",
    "neurological symptoms": "none",
    "causes": ["pernicious anaemia"],
}
_SPREAD = 730 * 86_400_000_000  # microseconds over which dates are spread

_COPY = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
INSERT INTO {table} ({columns})
SELECT {values} FROM {table}, number WHERE instance = ?
"""
_BARE = """
SELECT instance, kind, state, label, task, due_text, overdue_text, expires_text, due
FROM agenda WHERE zoned = 1 AND due <= ? ORDER BY due
"""
_MOVED = ("due", "overdue", "expires", "wakes")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--instances", type=int, default=INSTANCES)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "care.db"
        fill(where, given.instances)
        with gw.store.open(where) as store:
            print("\n".join(f"- {line}" for line in description()) + "\n")
            print(measured(store, where, given.rounds, given.instances))


def fill(where: Path, count: int) -> None:
    """Make a store of so many instances."""
    with gw.store.open(where, create=True) as store:
        store.start(gw.load(B12), KNOWN, at=START, instance=TEMPLATE)
        begun = {"treatment start": "2026-01-05"}
        store.send(TEMPLATE, {"event": "data", "at": START, "values": begun})
    connection = sqlite3.connect(where)
    for name in ("instances", "agenda"):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        values = [_copied(column) for column in columns]
        copy = _COPY.format(table=name, columns=", ".join(columns), values=", ".join(values))
        connection.execute(copy, (count - 1, TEMPLATE))
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def _copied(column: str) -> str:
    if column == "instance":
        return "instance || '-' || n"
    moved = f"{column} + (n * 7919 % 730) * {_SPREAD // 730}"
    return moved if column in _MOVED else column


def measured(store: Store, where: Path, rounds: int, count: int) -> str:
    """Return the table; every way is timed once a round, in turns."""
    bare = sqlite3.connect(where)
    until = bare.execute("SELECT max(due) - ? / 2 FROM agenda", (_SPREAD,)).fetchone()[0]
    ways: dict[str, Callable[[], int]] = {
        "bare": lambda: len(bare.execute(_BARE, (until,)).fetchall()),
        "all": lambda: len(store.due(BUSY).items),
        "year": lambda: len(store.due(YEAR).items),
        "week": lambda: len(store.due(START, ahead="2026-01-12T08:00:00Z").items),
        "one": lambda: len(store.due(START, instance=TEMPLATE).items),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, int] = {}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.process_time()
            found[name] = way()
            if number:
                seconds[name].append(time.process_time() - began)
    each = median(seconds["bare"]) / found["bare"]
    rows = [
        (what, f"{found[name]:,}", f"{median(seconds[name]):.3f} s", _ratio(seconds[name], each, n))
        for name, what, n in (
            ("all", f"all that is due among {count:,} instances", found["all"]),
            ("year", "the same after a year in which nobody acted", found["year"]),
            ("week", "what becomes due within the first week", found["week"]),
            ("one", "one instance, its guideline loaded before", 0),
        )
    ]
    verdict = "met" if median(seconds["all"]) < TARGET else "not met"
    last = ("target of issue 5 for the first line", "", f"< {TARGET:g} s", verdict)
    return table(
        ("`due`", "items", "median CPU time", "to a bare SELECT of as many rows"), [*rows, last]
    )


def _ratio(seconds: list[float], each: float, rows: int) -> str:
    return f"{median(seconds) / (each * rows):.1f}{TIMES}" if rows else ""


if __name__ == "__main__":
    main()
