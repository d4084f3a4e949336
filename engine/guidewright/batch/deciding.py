"""A decision over codes: a lookup table, an index of candidate rules, or row by row.

In: what the decision sees of its variables, as codes of the rows at hand. Out: the number of each
row's outcome. The outcome of a combination of codes is computed once, by the function that serves
one patient, for values that stand for the codes; a table then answers for all rows. Where there are
too many combinations, the rules of a large table are found through `candidates`; where that is not
possible, each different combination of values that occurs is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guidewright.batch.candidates import CandidateIndex
from guidewright.batch.outcomes import Evaluator, Outcome, Outcomes
from guidewright.batch.primitives import Codes, Primitives
from guidewright.batch.segments import code_type
from guidewright.batch.sources import Dimension

MAX_COMBINATIONS = 65_536  # in a lookup table
MAX_OPEN = 4_096  # values of a source that is not fixed, in a lookup table
MAX_REMEMBERED = 2**22  # combinations in a table that is too large for the processor's cache
_DENSE = 2**40  # above, codes of combinations are made smaller before they overflow


class Way(StrEnum):
    """How a decision is made for many rows."""

    LOOKUP = "lookup"
    INDEX = "index"
    ROWS = "rows"


@dataclass(slots=True)
class _Table:
    """A lookup table: the outcome numbers by joined codes, 0 where not known yet."""

    capacities: tuple[int, ...]
    epochs: tuple[int, ...]
    strides: tuple[int, ...]
    outcomes: Codes
    joined: np.dtype[Any]


class Decider:
    """Makes one decision for many rows; its outcomes are numbered by `outcomes`."""

    def __init__(
        self,
        evaluate: Evaluator,
        dimensions: Sequence[Dimension],
        outcomes: Outcomes,
        index: CandidateIndex | None,
        primitives: Primitives,
    ) -> None:
        self.evaluate = evaluate
        self.dimensions = tuple(dimensions)
        self.outcomes = outcomes
        self.index = index
        self.way = Way.LOOKUP
        self.evaluated = 0  # how often the function for one patient ran
        self._tables: dict[int, _Table] = {}  # by how large they may be
        self._primitives = primitives

    def trim(self) -> None:
        """Between batches: forget outcomes when there are too many."""
        if self.outcomes.trim():
            self._tables.clear()
            if self.index is not None:
                self.index.forget()

    def decide(self, rows: int, into: Codes | None) -> Codes:
        """Return the outcome numbers of the rows at hand; they are the codes of the outcomes.

        They are written to `into` where it is wide enough.
        """
        table = self._fitting_table()
        if table is not None:
            self.way = Way.LOOKUP
            codes = self._look_up(table, rows, into)
        elif self.index is not None and self.index.takes(self.dimensions):
            self.way = Way.INDEX
            codes = self.index.decide(self.dimensions, rows, self._outcome_of)
        else:
            self.way = Way.ROWS
            table = self._fitting_table(MAX_REMEMBERED)
            codes = self._by_rows(rows) if table is None else self._look_up(table, rows, into)
        self.outcomes.source.codes = codes
        return codes

    def foreseen(self) -> Way:
        """Return the way that will be gone, as far as it can be told before there are data."""
        if any(each.growing and not each.reduced and each.open for each in self.dimensions):
            return Way.ROWS
        sizes = [each.size for each in self.dimensions]
        if self._capacities(sizes, MAX_COMBINATIONS) is not None:
            return Way.LOOKUP
        takes = self.index is not None and self.index.takes(self.dimensions)
        return Way.INDEX if takes else Way.ROWS

    def arguments(self, codes: Sequence[int]) -> list[Any]:
        """Return a value of each variable for its class."""
        return [each.value(code) for each, code in zip(self.dimensions, codes, strict=True)]

    def _outcome_of(self, codes: Sequence[int], rule: str | None = None) -> int:
        """Return the number of the outcome for classes; `rule` is the only one that matches."""
        self.evaluated += 1
        return self.outcomes.add(self.evaluate(self.arguments(codes), rule))

    # lookup -------------------------------------------------------------------------------------

    def _fitting_table(self, most: int = MAX_COMBINATIONS) -> _Table | None:
        """Return the table for the sizes at hand, or None when it would be too large."""
        sizes = [each.size for each in self.dimensions]
        table = self._tables.get(most)
        epochs = tuple(each.epoch for each in self.dimensions)
        if (
            table is not None
            and table.epochs == epochs
            and all(map(int.__le__, sizes, table.capacities))
        ):
            return table
        capacities = self._capacities(sizes, most)
        if capacities is None:
            self._tables.pop(most, None)
            return None
        epochs = tuple(each.epoch for each in self.dimensions)
        made = self._tables[most] = _new_table(capacities, epochs)
        return made

    def _capacities(self, sizes: list[int], most: int) -> tuple[int, ...] | None:
        """Return room for each dimension, reducing dimensions while the table is too large."""
        if self._too_large(sizes, most):
            smallest = [each.reduced_size() for each in self.dimensions]
            hopeless = self._too_large(smallest, most)
            if hopeless and self.index is not None and self.index.takes(self.dimensions):
                return None
            self._reduce(sizes, smallest, most)
            if hopeless:
                return None
        roomy = [
            size if not each.growing else 1 << size.bit_length()
            for each, size in zip(self.dimensions, sizes, strict=True)
        ]
        return tuple(roomy if prod(roomy) <= most else sizes)

    def _too_large(self, sizes: Sequence[int], most: int) -> bool:
        most_open = most // (MAX_COMBINATIONS // MAX_OPEN)
        return prod(sizes) > most or any(
            size > most_open and each.growing
            for each, size in zip(self.dimensions, sizes, strict=True)
        )

    def _reduce(self, sizes: list[int], smallest: Sequence[int], most: int) -> None:
        """Count classes in those dimensions that lose most by it, until the table is small."""
        gains = sorted(range(len(sizes)), key=lambda place: smallest[place] / sizes[place])
        for place in gains:
            if not self._too_large(sizes, most):
                return
            if smallest[place] < sizes[place]:
                self.dimensions[place].reduce()
                sizes[place] = self.dimensions[place].size

    def _look_up(self, table: _Table, rows: int, into: Codes | None) -> Codes:
        joined = np.empty(rows, dtype=table.joined)
        self._primitives.join(_parts(self.dimensions, table), joined)
        codes = self._taken(table, joined, into)
        if not codes.all():
            self._fill(table, np.unique(joined[codes == 0]))
            codes = self._taken(table, joined, into)
        return codes

    def _taken(self, table: _Table, joined: Codes, into: Codes | None) -> Codes:
        if into is None or into.dtype != table.outcomes.dtype:
            into = np.empty(len(joined), dtype=table.outcomes.dtype)
        self._primitives.take(table.outcomes, joined, into, safe=True)
        return into

    def _fill(self, table: _Table, places: NDArray[Any]) -> None:
        """Compute the outcomes of combinations that occur for the first time."""
        for place in places.tolist():
            number = self._outcome_of(_split(place, table.strides))
            if number > np.iinfo(table.outcomes.dtype).max:
                table.outcomes = table.outcomes.astype(code_type(2 * number))
            table.outcomes[place] = number

    # rows ---------------------------------------------------------------------------------------

    def _by_rows(self, rows: int) -> Codes:
        """Compute each different combination of values once."""
        joined = np.zeros(rows, dtype=np.int64)
        bound = 1
        columns = [each.codes for each in self.dimensions]
        for each, codes in zip(self.dimensions, columns, strict=True):
            if codes is None:
                continue
            if bound * each.size > _DENSE:
                distinct, joined = np.unique(joined, return_inverse=True)
                bound = len(distinct)
            joined = joined * each.size + codes
            bound *= each.size
        _, first, inverse = np.unique(joined, return_index=True, return_inverse=True)
        numbers = [
            self._outcome_of([0 if codes is None else int(codes[row]) for codes in columns])
            for row in first.tolist()
        ]
        return np.array(numbers, dtype=np.int32).take(inverse)


def _new_table(capacities: tuple[int, ...], epochs: tuple[int, ...]) -> _Table:
    strides = []
    stride = 1
    for capacity in capacities:
        strides.append(stride)
        stride *= capacity
    outcomes = np.zeros(stride, dtype=np.uint8)
    return _Table(capacities, epochs, tuple(strides), outcomes, code_type(stride))


def _split(place: int, strides: tuple[int, ...]) -> list[int]:
    """Return the codes that were joined."""
    codes = []
    for stride in reversed(strides):
        code, place = divmod(place, stride)
        codes.append(code)
    codes.reverse()
    return codes


def _parts(dimensions: Sequence[Dimension], table: _Table) -> list[tuple[Codes, int]]:
    """Return the codes to join, with their strides."""
    parts = []
    for each, stride, capacity in zip(dimensions, table.strides, table.capacities, strict=True):
        codes = each.codes if capacity > 1 else None
        if codes is not None:
            parts.append((codes, stride))
    return parts


def failing_rows(decider: Decider, numbers: Codes) -> list[tuple[int, Outcome]]:
    """Return the rows for which the decision could not be made, with what it says."""
    if not decider.outcomes.failing:
        return []
    rows = decider.outcomes.rows_with(numbers, lambda outcome: outcome.failed is not None)
    return [(int(row), decider.outcomes[int(numbers[row])]) for row in rows]
