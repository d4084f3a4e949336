"""Large tables over codes: the rules are data; a few candidates a row are found and verified.

In: the boxes of a table, and the codes of the rows at hand. Out: the rules that match each row.
Codes of the columns that narrow most are joined to a cell; a list per cell names its candidates;
each is verified in the other columns by comparing codes. What the hit policy makes of the rules
that match is computed once for each different set of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from guidewright.batch.primitives import Codes
from guidewright.batch.segments import code_type
from guidewright.batch.sources import Dimension
from guidewright.dmn.cells import Box
from guidewright.dmn.model import HitPolicy
from guidewright.feel.types import NUMBER, Type

MAX_CELLS = 65_536
MAX_GROUPS = 512  # of one column; neighbouring classes of a longer one share a group
MAX_ENTRIES = 4_000_000  # in the lists of all cells
MAX_PATTERN = 62  # columns whose missing values are told apart
ENOUGH = 0.25  # candidates a row; more columns would not pay

Rules = NDArray[np.intp]


class Column(Protocol):
    """Which rules a class satisfies."""

    def allowed(self, codes: Codes, rules: Rules) -> NDArray[np.bool_]:
        """Say for each pair of a class and a rule whether the cell is satisfied."""

    def groups(self, count: int) -> NDArray[np.bool_]:
        """Return by group of classes and by rule whether some class of it may satisfy it."""


@dataclass(frozen=True, slots=True, eq=False)
class RangeColumn:
    """Rules that are satisfied by a run of classes, `low` to `high`, and perhaps by null."""

    classes: int
    low: NDArray[Any]
    high: NDArray[Any]
    null: NDArray[np.bool_] | None  # rules that null satisfies although it lies outside the run

    def allowed(self, codes: Codes, rules: Rules) -> NDArray[np.bool_]:
        """Say for each pair of a class and a rule whether the cell is satisfied."""
        found: NDArray[np.bool_] = codes >= self.low.take(rules)
        found &= codes <= self.high.take(rules)
        if self.null is not None:
            found |= (codes == 0) & self.null.take(rules)
        return found

    def groups(self, count: int) -> NDArray[np.bool_]:
        """Return by group of classes and by rule whether some class of it may satisfy it."""
        low = self.low.astype(np.int64) * count // self.classes
        high = self.high.astype(np.int64) * count // self.classes
        group = np.arange(count)[:, np.newaxis]
        found = (group >= low) & (group <= high)
        found[:, self.low > self.high] = False
        if self.null is not None:
            found[0] |= self.null
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ListColumn:
    """Rules by class, for texts and truth values."""

    matrix: NDArray[np.bool_]  # classes by rules

    def allowed(self, codes: Codes, rules: Rules) -> NDArray[np.bool_]:
        """Say for each pair of a class and a rule whether the cell is satisfied."""
        found: NDArray[np.bool_] = self.matrix[codes, rules]
        return found

    def groups(self, count: int) -> NDArray[np.bool_]:
        """Return by group of classes and by rule whether some class of it may satisfy it."""
        classes = len(self.matrix)
        if count == classes:
            return self.matrix
        found = np.zeros((count, self.matrix.shape[1]), dtype=np.bool_)
        np.logical_or.at(found, np.arange(classes) * count // classes, self.matrix)
        return found


@dataclass(frozen=True, slots=True)
class _Cells:
    """The candidates: `rules[starts[cell] : starts[cell + 1]]`, in order."""

    leading: tuple[tuple[int, NDArray[Any], int], ...]  # column, group by class, stride
    starts: NDArray[np.int64]
    rules: Rules
    verified: tuple[int, ...]  # columns that the cell does not decide
    expected: float


OutcomeOf = Callable[[Sequence[int], str | None], int]


class CandidateIndex:
    """The rules of one table as data; `places` are the dimensions its columns look at."""

    def __init__(
        self,
        boxes: Sequence[Sequence[Box]],
        places: Sequence[int],
        types: Sequence[Type],
        policy: HitPolicy,
        names: Sequence[str],
    ) -> None:
        self._boxes, self._types = boxes, types
        self.places = tuple(places)
        self._policy, self._names = policy, names
        self._sizes: tuple[int, ...] | None = None
        self._columns: list[Column] = []
        self._cells: _Cells | None = None
        self.forget()

    @property
    def expected(self) -> float:
        """The number of candidates a row, were all classes equally frequent."""
        return self._cells.expected if self._cells is not None else float(len(self._names))

    @property
    def rules(self) -> int:
        """The number of rules."""
        return len(self._names)

    def forget(self) -> None:
        """Forget the outcomes found so far."""
        self._single = np.zeros(len(self._names), dtype=np.int32)
        self._several: dict[tuple[int, ...], int] = {}

    def takes(self, dimensions: Sequence[Dimension]) -> bool:
        """Say whether the table can be searched: all classes of its columns are known."""
        return not any(
            dimensions[place].growing or dimensions[place].reduced for place in self.places
        )

    def prepare(self, dimensions: Sequence[Dimension]) -> None:
        """Turn the cells into runs and lists of classes, once."""
        seen = [dimensions[place] for place in self.places]
        sizes = tuple(each.size for each in seen)
        if sizes != self._sizes:
            self._sizes = sizes
            self._columns = [
                _column([row[at] for row in self._boxes], each.source.values, of)
                for at, (each, of) in enumerate(zip(seen, self._types, strict=True))
            ]
            self._cells = _cells(self._columns, sizes, len(self._names))

    def decide(
        self, dimensions: Sequence[Dimension], rows: int, outcome_of: OutcomeOf
    ) -> NDArray[np.int32]:
        """Return the outcome numbers of the rows at hand."""
        self.prepare(dimensions)
        every = [each.codes for each in dimensions]
        row_of, rule_of = self._matches([every[place] for place in self.places], rows)
        if self._policy is HitPolicy.FIRST:
            first = np.ones(len(row_of), dtype=np.bool_)
            first[1:] = row_of[1:] != row_of[:-1]
            row_of, rule_of = row_of[first], rule_of[first]
        hits = np.bincount(row_of, minlength=rows)
        outcomes = np.zeros(rows, dtype=np.int32)

        def codes_at(row: int) -> list[int]:
            return [0 if codes is None else int(codes[row]) for codes in every]

        alone = hits.take(row_of) == 1
        self._decide_single(row_of[alone], rule_of[alone], outcomes, codes_at, outcome_of)
        self._decide_none(np.flatnonzero(hits == 0), every, outcomes, codes_at, outcome_of)
        several = np.flatnonzero(hits > 1)
        ends = np.cumsum(hits)
        for row in several.tolist():
            rules = tuple(rule_of[int(ends[row] - hits[row]) : int(ends[row])].tolist())
            outcomes[row] = self._found(rules, row, codes_at, outcome_of)
        return outcomes

    def _found(
        self,
        same: tuple[int, ...],
        row: int,
        codes_at: Callable[[int], list[int]],
        outcome_of: OutcomeOf,
    ) -> int:
        number = self._several.get(same)
        if number is None:
            number = self._several[same] = outcome_of(codes_at(row), None)
        return number

    def _matches(self, columns: Sequence[Codes | None], rows: int) -> tuple[Rules, Rules]:
        """Return the pairs of a row and a rule that matches it, by row and then by rule."""
        cells = self._cells
        assert cells is not None  # noqa: S101 - `ready` comes first
        cell = np.zeros(rows, dtype=np.intp)
        for column, group, stride in cells.leading:
            codes = columns[column]
            if codes is not None:
                cell += group.take(codes, mode="clip") * stride
        first = cells.starts.take(cell)
        count = cells.starts.take(cell + 1) - first
        before = np.cumsum(count) - count
        row_of = np.repeat(np.arange(rows), count)
        rule_of = cells.rules.take(np.arange(len(row_of)) + np.repeat(first - before, count))
        for column in cells.verified:
            codes = columns[column]
            seen = codes.take(row_of) if codes is not None else np.zeros_like(row_of)
            kept = np.flatnonzero(self._columns[column].allowed(seen, rule_of))
            row_of, rule_of = row_of.take(kept), rule_of.take(kept)
        return row_of, rule_of

    def _decide_single(
        self,
        rows: Rules,
        rules: Rules,
        outcomes: NDArray[np.int32],
        codes_at: Callable[[int], list[int]],
        outcome_of: OutcomeOf,
    ) -> None:
        numbers = self._single.take(rules)
        if not numbers.all():
            new, first = np.unique(rules[numbers == 0], return_index=True)
            at = rows[numbers == 0]
            for rule, place in zip(new.tolist(), first.tolist(), strict=True):
                name = self._names[rule]
                self._single[rule] = outcome_of(codes_at(int(at[place])), name)
            numbers = self._single.take(rules)
        outcomes[rows] = numbers

    def _decide_none(
        self,
        rows: Rules,
        every: Sequence[Codes | None],
        outcomes: NDArray[np.int32],
        codes_at: Callable[[int], list[int]],
        outcome_of: OutcomeOf,
    ) -> None:
        """Rows that no rule matches: which values are missing is all that is left to say."""
        pattern = np.zeros(len(rows), dtype=np.int64)
        for place, codes in enumerate(every[:MAX_PATTERN]):
            if codes is not None:
                pattern |= (codes.take(rows) == 0).astype(np.int64) << place
        kinds, first, inverse = np.unique(pattern, return_index=True, return_inverse=True)
        numbers = np.zeros(len(kinds), dtype=np.int32)
        for place, (kind, row) in enumerate(zip(kinds.tolist(), first.tolist(), strict=True)):
            numbers[place] = self._found((-1, kind), int(rows[row]), codes_at, outcome_of)
        outcomes[rows] = numbers.take(inverse)


def _column(boxes: Sequence[Box], values: Sequence[Any], of: Type) -> Column:
    """Return the cells of a column by the classes of its source."""
    known: dict[Box, Any] = dict.fromkeys(boxes)
    if of == NUMBER and values[0] is None:
        runs = {box: _run(box, values[1:]) for box in known}
        if all(run is not None for run in runs.values()):
            return _range_column(
                [runs[box] for box in boxes], [b.test(None) for b in boxes], values
            )
    for box in known:
        known[box] = np.array([box.test(value) is True for value in values], dtype=np.bool_)
    return ListColumn(np.stack([known[box] for box in boxes], axis=1))


def _run(box: Box, numbers: Sequence[Any]) -> tuple[int, int] | None:
    """Return the first and last of the classes 1, 2, … that a box holds; None for several runs."""
    if box.negated:
        if all(point is None for point in box.points) and not box.spans:
            return 1, len(numbers)
        return None
    runs = [
        (bisect_left(numbers, point), bisect_right(numbers, point))
        for point in box.points
        if point is not None
    ]
    for span in box.spans:
        start, stop = 0, len(numbers)
        if span.low is not None:
            start = (bisect_left if span.low_included else bisect_right)(numbers, span.low)
        if span.high is not None:
            stop = (bisect_right if span.high_included else bisect_left)(numbers, span.high)
        runs.append((start, stop))
    runs = [run for run in runs if run[0] < run[1]]
    if len(runs) > 1:
        return None
    return (runs[0][0] + 1, runs[0][1]) if runs else (1, 0)


def _range_column(
    runs: Sequence[Any], nulls: Sequence[bool | None], values: Sequence[Any]
) -> Column:
    kind = code_type(len(values) + 1)
    low = np.array([run[0] for run in runs], dtype=kind)
    high = np.array([run[1] for run in runs], dtype=kind)
    null = np.array([each is True for each in nulls], dtype=np.bool_)
    everything = null & (low == 1)
    low[everything] = 0  # a run that begins at the first class takes null in
    null &= ~everything
    return RangeColumn(len(values), low, high, null if null.any() else None)


def _cells(columns: Sequence[Column], sizes: Sequence[int], rules: int) -> _Cells:
    """Choose the columns that narrow most, and list the candidates of each of their cells."""
    grouped = [
        each.groups(min(size, MAX_GROUPS)) for each, size in zip(columns, sizes, strict=True)
    ]
    shares = [float(matrix.mean()) if matrix.size else 1.0 for matrix in grouped]
    order = sorted(range(len(columns)), key=shares.__getitem__)
    room, expected, entries = MAX_CELLS, float(rules), float(rules)
    chosen: list[int] = []
    for at in order:
        matrix = grouped[at]
        grown = entries * shares[at] * len(matrix)
        if expected <= ENOUGH or shares[at] > 0.9 or grown > MAX_ENTRIES:
            break
        if len(matrix) > room:
            continue
        chosen.append(at)
        room //= len(matrix)
        expected, entries = expected * shares[at], grown
    cell, rule, leading, stride = np.zeros(rules, np.int64), np.arange(rules), [], 1
    for at in chosen:
        cell, rule = _expanded(cell, rule, grouped[at], stride)
        count = len(grouped[at])
        group = np.arange(sizes[at], dtype=np.int64) * count // sizes[at]
        leading.append((at, group, stride))
        stride *= count
    by_cell = np.lexsort((rule, cell))
    starts = np.searchsorted(cell[by_cell], np.arange(stride + 1))
    decided = {at for at in chosen if len(grouped[at]) == sizes[at]}
    verified = tuple(at for at in order if at not in decided)
    return _Cells(tuple(leading), starts.astype(np.int64), rule[by_cell], verified, expected)


def _expanded(
    cell: NDArray[np.int64], rule: Rules, matrix: NDArray[np.bool_], stride: int
) -> tuple[NDArray[np.int64], Rules]:
    """Return each pair of cell and rule once for every group the rule allows."""
    rule_of, group_of = np.nonzero(matrix.T)
    starts = np.searchsorted(rule_of, np.arange(matrix.shape[1] + 1))
    first = starts.take(rule)
    count = starts.take(rule + 1) - first
    before = np.cumsum(count) - count
    group = group_of.take(np.arange(int(count.sum())) + np.repeat(first - before, count))
    return np.repeat(cell, count) + group * stride, np.repeat(rule, count)
