"""Interleaved rounds: every contender once a round, so that a drifting clock hits all alike.

In: contenders, each able to run a batch of calls and say what CPU time it took. Out: per contender
the time of one call in each round. Only ratios within a round mean anything; `Ratio` is their
median, with the quartiles as spread.
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
    """Seconds per call, round by round, by the name of the contender."""

    seconds: Mapping[str, Sequence[float]]

    def ratio(self, contender: str, base: str) -> Ratio:
        """Return how many times as long as the base a contender takes."""
        pairs = zip(self.seconds[contender], self.seconds[base], strict=True)
        return Ratio.of([one / other for one, other in pairs])

    def median(self, contender: str) -> float:
        """Return the median time of one call, good for an order of magnitude only."""
        return median(self.seconds[contender])


def measure(contenders: Mapping[str, Contender], rounds: int) -> Times:
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
    return Times(seconds)


def _size(contender: Contender) -> int:
    """Return the number of calls of a batch: whole passes over the inputs unless that is long."""
    one = contender.batch(0, 1)
    if one * contender.rows > 20 * WHOLE_PASS_SECONDS:
        return max(1, int(WHOLE_PASS_SECONDS / one))
    whole = min(contender.batch(0, contender.rows) for _ in range(2))  # the first may prepare
    if whole > WHOLE_PASS_SECONDS:
        return max(1, int(contender.rows * WHOLE_PASS_SECONDS / whole))
    return contender.rows * max(1, round(BATCH_SECONDS / max(whole, 1e-6)))
