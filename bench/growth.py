"""How cost grows: with the rules of a table, and with the decisions of a chain.

In: sizes. Out: per size, the time to load, to make the prepared function, and of one call, each as
a ratio to the smallest size.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import guidewright
from bench import growth_models
from bench.rounds import Local, collector_off, measure

RULES = (10, 100, 1_000, 10_000, 100_000)
DECISIONS = (1, 5, 20, 100, 500)
INPUTS = 200
MAX_LOADS = 15
ENOUGH_SECONDS = 1.0

Call = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Point:
    """One size and its seconds, which mean something only beside the other sizes."""

    size: int
    load: float
    prepare: float
    call: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A kind of growth."""

    what: str
    points: tuple[Point, ...]


def rules(sizes: Sequence[int], rounds: int) -> Curve:
    """Return the cost of a table by the number of its rules."""

    def inputs(size: int) -> list[dict[str, Any]]:
        return list(growth_models.inputs_for_rules(size, INPUTS))

    points = _points(sizes, rounds, growth_models.many_rules, inputs, lambda size: "code")
    return Curve("rules of a table", points)


def decisions(sizes: Sequence[int], rounds: int) -> Curve:
    """Return the cost of a chain by the number of its decisions; the last one is asked for."""

    def inputs(size: int) -> list[dict[str, Any]]:
        return [{"d0": number % 9} for number in range(INPUTS)]

    points = _points(sizes, rounds, growth_models.chain, inputs, lambda size: f"d{size}")
    return Curve("decisions in a chain", points)


def _points(
    sizes: Sequence[int],
    rounds: int,
    text: Callable[[int], str],
    inputs: Callable[[int], list[dict[str, Any]]],
    decision: Callable[[int], str],
) -> tuple[Point, ...]:
    calls = {}
    made: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder) / "warm.dmn"  # so that no size pays for imports
        warm.write_text(text(3), encoding="utf-8")
        guidewright.load_dmn(warm).compile(decision(3))
        for size in sizes:
            path = Path(folder) / f"{size}.dmn"
            path.write_text(text(size), encoding="utf-8")
            call, load, prepare = _ready(path, decision(size))
            made[size] = (load, prepare)
            asked = inputs(size)
            with collector_off():
                if any(call(row) is None for row in asked):
                    raise ValueError(f"an input of {path.name} has no value")
            calls[str(size)] = Local(call, asked)
    times = measure(calls, rounds)
    return tuple(Point(size, *made[size], times.median(str(size))) for size in sizes)


def _ready(path: Path, decision: str) -> tuple[Call, float, float]:
    """Return the prepared function, and what loading and preparing took: the median of some."""
    loads: list[float] = []
    prepares: list[float] = []
    while True:
        gc.collect()
        begin = time.process_time()
        model = guidewright.load_dmn(path)
        loaded = time.process_time()
        call = model.compile(decision)
        loads.append(loaded - begin)
        prepares.append(time.process_time() - loaded)
        if len(loads) == MAX_LOADS or sum(loads) > ENOUGH_SECONDS:
            return call, median(loads), median(prepares)
