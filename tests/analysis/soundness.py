"""No wrong verdict: random small models of every kind against brute force through the engine.

    python tests/analysis/soundness.py --count 100000 --seed 1 --jobs 2

The count is divided between the kinds. Prints, for each kind, how many were compared and what the
verdicts were; a verdict that is wrong is printed with the model, and makes the exit code 1. One
model again: `--kind tables --first 1234 --count 1`.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import agreement
import soundness_differences
import soundness_graphs
import soundness_tables
import soundness_workflows

from guidewright.analysis.verify import load_checks

Compare = Callable[[int, int], Counter[str]]
TOGETHER = 50  # models that a process compares at a time


@dataclass(frozen=True)
class Kind:
    """Something to compare; `share` is its part of the count in percent, by what one costs."""

    name: str
    share: int
    compare: Compare


KINDS = (
    Kind("tables", 72, soundness_tables.compared),
    Kind("graphs", 8, soundness_graphs.compared),
    Kind("workflows", 2, soundness_workflows.compared),
    Kind("versions of tables", 12, soundness_differences.compared_tables),
    Kind("versions of graphs", 3, soundness_differences.compared_graphs),
    Kind("terms", 3, agreement.compared),
)


@dataclass
class Tally:
    """What was compared of one kind; `wrong` are the models with a wrong verdict, as text."""

    compared: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another process compared."""
        self.compared += other.compared
        self.verdicts += other.verdicts
        self.wrong += other.wrong

    def __str__(self) -> str:
        found = ", ".join(f"{number:,} {what}" for what, number in sorted(self.verdicts.items()))
        return f"{self.compared:,} compared, {len(self.wrong)} wrong ({found})"


def some(kind: Kind, seed: int, numbers: range) -> Tally:
    """Compare the models of these numbers."""
    load_checks()
    tally = Tally()
    for number in numbers:
        try:
            tally.verdicts += kind.compare(seed, number)
        except Exception:  # noqa: BLE001 - whatever it is: it is told, and fails the run
            tally.wrong.append(f"{kind.name} {number}, seed {seed}:\n{traceback.format_exc()}")
        tally.compared += 1
    return tally


def divided(count: int) -> Iterator[tuple[Kind, int]]:
    """Yield how many models of each kind make up a count."""
    left = count
    for kind in KINDS[1:]:
        own = count * kind.share // 100
        left -= own
        yield kind, own
    yield KINDS[0], left


def run(kind: Kind, seed: int, numbers: range, jobs: int) -> Tally:
    """Compare models in some processes."""
    tally = Tally()
    parts = [numbers[at : at + TOGETHER] for at in range(0, len(numbers), TOGETHER)]
    with ProcessPoolExecutor(jobs) as pool:
        for done in pool.map(partial(some, kind, seed), parts):
            tally.add(done)
            for each in done.wrong:
                print(each, flush=True)
    return tally


def main() -> None:
    """Compare, print, and fail when something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [kind.name for kind in KINDS]
    parser.add_argument("--count", type=int, default=1000, help="models of all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first of each kind")
    parser.add_argument("--kind", choices=names, help="only this kind, with the whole count")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    only = [(kind, given.count) for kind in KINDS if kind.name == given.kind]
    total = Tally()
    for kind, count in only or divided(given.count):
        begun = time.monotonic()
        numbers = range(given.first, given.first + count)
        found = run(kind, given.seed, numbers, given.jobs)
        print(f"{kind.name}, seed {given.seed}: {found}, {time.monotonic() - begun:.0f} s")
        sys.stdout.flush()
        total.add(found)
    print(f"seed {given.seed}: {total.compared:,} models, {len(total.wrong)} wrong verdicts")
    sys.exit(bool(total.wrong))


if __name__ == "__main__":
    main()
