"""Interleaved rounds: every contender once a round, so that a drifting clock hits all alike.

In: contenders, each able to run a batch of calls and say what CPU time it took. Out: per contender
the time of one call in each round. Only ratios within a round mean anything; `Ratio` is their
median, with the quartiles as spread. A machine is not always alone: where a contender judges that,
the quieter half of the rounds counts, in which it was fastest.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Protocol

BATCH_SECONDS = 0.03  # CPU time of a batch, about
WHOLE_PASS_SECONDS = 0.4  # inputs differ, so all of them are in a batch unless that takes longer


class Contender(Protocol):
    """Somebody who does the work of a workload."""

    @property
    def rows(self) -> int:
        """How many inputs there are."""

    def batch(self, first: int, count: int) -> float:
        """Return the CPU seconds of `count` calls from row `first` on."""


@dataclass(slots=True)
class Local:
    """A function called in this process."""

    call: Callable[[dict[str, Any]], Any]
    inputs: Sequence[dict[str, Any]]

    @property
    def rows(self) -> int:
        """How many inputs there are."""
        return len(self.inputs)

    def batch(self, first: int, count: int) -> float:
        """Return the CPU seconds of `count` calls from row `first` on."""
        total = len(self.inputs)
        rows = [self.inputs[(first + number) % total] for number in range(count)]
        call = self.call
        with collector_off():
            begin = time.process_time()
            for row in rows:
                call(row)
            return time.process_time() - begin


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep the garbage collector from running, as its turn would fall on anybody."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of ratios, and the quartiles."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(ratios: Sequence[float]) -> Ratio:
        """Return the median and quartiles of one ratio a round."""
        if len(ratios) < 2:
            return Ratio(ratios[0], ratios[0], ratios[0])
        low, _, high = quantiles(ratios, n=4, method="inclusive")
        return Ratio(median(ratios), low, high)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds per call, round by round, by the name of the contender.

    Those rounds count in which the `judge` was fastest, the quieter half; without one, all do.
    """

    seconds: Mapping[str, Sequence[float]]
    judge: str | None = None

    @property
    def counted(self) -> Sequence[int]:
        """Return the rounds that count, the quietest first."""
        if self.judge is None:
            return range(len(next(iter(self.seconds.values()))))
        judged = self.seconds[self.judge]
        quietest = sorted(range(len(judged)), key=judged.__getitem__)
        return quietest[: (len(judged) + 1) // 2]

    @property
    def unrest(self) -> float:
        """Return by which part the judge took longer in the rounds that count than at its best."""
        if self.judge is None:
            return 0.0
        return self.median(self.judge) / min(self.seconds[self.judge]) - 1

    def ratio(self, contender: str, base: str) -> Ratio:
        """Return how many times as long as the base a contender takes."""
        one, other = self.seconds[contender], self.seconds[base]
        return Ratio.of([one[turn] / other[turn] for turn in self.counted])

    def median(self, contender: str) -> float:
        """Return the median time of one call, good for an order of magnitude only."""
        return median([self.seconds[contender][turn] for turn in self.counted])


def measure(contenders: Mapping[str, Contender], rounds: int, judge: str | None = None) -> Times:
    """Let every contender run a batch a round, each round beginning with another one."""
    sizes = {name: _size(contender) for name, contender in contenders.items()}
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        begin = turn % len(names)
        for name in names[begin:] + names[:begin]:
            contender, count = contenders[name], sizes[name]
            spent = contender.batch(turn * count % contender.rows, count)
            seconds[name].append(max(spent, 1e-9) / count)
    return Times(seconds, judge)


def _size(contender: Contender) -> int:
    """Return the number of calls of a batch: whole passes over the inputs unless that is long."""
    one = contender.batch(0, 1)
    if one * contender.rows > 20 * WHOLE_PASS_SECONDS:
        return max(1, int(WHOLE_PASS_SECONDS / one))
    whole = min(contender.batch(0, contender.rows) for _ in range(2))  # the first may prepare
    if whole > WHOLE_PASS_SECONDS:
        return max(1, int(contender.rows * WHOLE_PASS_SECONDS / whole))
    return contender.rows * max(1, round(BATCH_SECONDS / max(whole, 1e-6)))
