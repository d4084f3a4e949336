"""Find the rules of a large table that can match, without trying each: bit masks per column.

In: the boxes of a table, column by column. Out: for input values, the indexes of the rules that
match. A column is cut at every bound of its cells; each piece has a mask of the rules it satisfies,
and the masks of all columns are joined by `and`. Where the pieces would take too much memory,
neighbours share one mask and candidates are verified. The index only skips rules that the plain
evaluation would reject; order and hit policy are decided as without it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from guidewright.dmn.cells import ANYTHING, Box, Number
from guidewright.feel.types import NUMBER, Type

MIN_RULES = 24  # below, generated conditions are faster
MAX_BYTES = 4_000_000  # of masks in one column; above, neighbouring pieces share a mask

Check = Callable[[Any, int], bool]  # (runtime, rule) -> do its general cells hold?


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Masks by pieces of the number line: below a cut, on it, above it.

    `cuts` are exact. `floats` orders them for a quick search; a value that meets a float is
    compared with the exact cut. `group` neighbouring pieces share one mask.
    """

    cuts: tuple[Number, ...]
    floats: tuple[float, ...] | None
    masks: tuple[int, ...]
    null: int
    group: int

    def mask(self, value: Any) -> int:
        """Return the rules that a value may satisfy."""
        if value is None:
            return self.null
        return self.masks[self._piece(value) // self.group]

    def _piece(self, value: Number) -> int:
        cuts = self.cuts
        if self.floats is None:
            place = bisect_left(cuts, value)
        else:
            near = float(value)
            place = bisect_left(self.floats, near)
            if place < len(cuts) and self.floats[place] == near and cuts[place] < value:
                place += 1
        return 2 * place + (1 if place < len(cuts) and cuts[place] == value else 0)


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """Masks by value, for texts and booleans; `other` holds for a value that no cell names."""

    masks: dict[Any, int]
    other: int

    def mask(self, value: Any) -> int:
        """Return the rules that a value satisfies."""
        return self.masks.get(value, self.other)


Column = NumberColumn | ValueColumn


@dataclass(frozen=True, slots=True, eq=False)
class TableIndex:
    """The columns of a table as masks; `rows` holds the boxes, None for a cell that is code."""

    columns: tuple[Column, ...]
    positions: tuple[int, ...]  # which input each column belongs to
    rows: tuple[tuple[Box | None, ...], ...]
    exact: bool
    general: bool  # whether some cells are code, and have to be checked

    def candidates(self, values: Sequence[Any]) -> int:
        """Return the mask of the rules that may match."""
        mask = (1 << len(self.rows)) - 1
        for column, position in zip(self.columns, self.positions, strict=True):
            mask &= column.mask(values[position])
            if not mask:
                return 0
        return mask

    def all_matches(self, rt: Any, values: Sequence[Any], check: Check | None) -> list[int]:
        """Return the rules that match, in order."""
        return [
            rule
            for rule in bits(self.candidates(values))
            if self._holds(rule, values) and (check is None or check(rt, rule))
        ]

    def first_match(self, rt: Any, values: Sequence[Any], check: Check | None) -> Sequence[int]:
        """Return the first rule that matches, alone; or nothing."""
        for rule in bits(self.candidates(values)):
            if self._holds(rule, values) and (check is None or check(rt, rule)):
                return (rule,)
        return ()

    def _holds(self, rule: int, values: Sequence[Any]) -> bool:
        if self.exact:
            return True
        return all(
            box is None or box.test(value) is True
            for box, value in zip(self.rows[rule], values, strict=True)
        )


def bits(mask: int) -> Iterable[int]:
    """Yield the places of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def build_index(rows: Sequence[tuple[Box | None, ...]], types: Sequence[Type]) -> TableIndex | None:
    """Return the index of a table, or None when no column can be indexed."""
    columns: list[Column] = []
    positions: list[int] = []
    exact = True
    for position, of in enumerate(types):
        boxes = [row[position] for row in rows]
        known = [box if box is not None else ANYTHING for box in boxes]
        if all(box == ANYTHING for box in known):
            continue  # nothing to ask, or all of it is code
        column = number_column(known) if of == NUMBER else value_column(known)
        exact = exact and (not isinstance(column, NumberColumn) or column.group == 1)
        columns.append(column)
        positions.append(position)
    if not columns:
        return None
    general = any(box is None for row in rows for box in row)
    return TableIndex(tuple(columns), tuple(positions), tuple(rows), exact, general)


def _mask_of(boxes: Sequence[Box], value: Any) -> int:
    mask = 0
    for rule, box in enumerate(boxes):
        if box.test(value) is True:
            mask |= 1 << rule
    return mask


def value_column(boxes: Sequence[Box]) -> ValueColumn:
    """Return the masks of a column of texts or booleans."""
    named = {point for box in boxes for point in box.points}
    masks = {value: _mask_of(boxes, value) for value in named}
    other = 0
    for rule, box in enumerate(boxes):
        if box.negated:
            other |= 1 << rule
    masks[None] = _mask_of(boxes, None)
    return ValueColumn(masks, other)


def number_column(boxes: Sequence[Box]) -> NumberColumn:
    """Return the masks of a column of numbers."""
    bounds = {point for box in boxes for point in box.points if point is not None}
    for box in boxes:
        for span in box.spans:
            bounds.update(each for each in (span.low, span.high) if each is not None)
    cuts = tuple(sorted(bounds))
    masks = _swept(boxes, cuts)
    group = 1
    while sum(mask.bit_length() for mask in masks) // 8 > MAX_BYTES and len(masks) > 1:
        masks = [
            masks[place] | (masks[place + 1] if place + 1 < len(masks) else 0)
            for place in range(0, len(masks), 2)
        ]
        group *= 2
    floats = tuple(map(float, cuts))
    distinct = all(one < other for one, other in pairwise(floats))
    finite = all(abs(each) < float("inf") for each in floats)
    return NumberColumn(
        cuts, floats if distinct and finite else None, tuple(masks), _mask_of(boxes, None), group
    )


def _swept(boxes: Sequence[Box], cuts: Sequence[Number]) -> list[int]:
    """Return the mask of every piece: `2 i` lies below cut i, `2 i + 1` is the cut itself."""
    place = {cut: index for index, cut in enumerate(cuts)}
    pieces = 2 * len(cuts) + 1
    toggles: dict[int, int] = {}
    always = 0
    for rule, box in enumerate(boxes):
        bit = 1 << rule
        if box.negated:
            always |= bit
        for first, last in _runs(box, place, pieces):
            toggles[first] = toggles.get(first, 0) ^ bit
            toggles[last] = toggles.get(last, 0) ^ bit
    masks = []
    current = always
    for piece in range(pieces):
        current ^= toggles.get(piece, 0)
        masks.append(current)
    return masks


def _runs(box: Box, place: dict[Any, int], pieces: int) -> list[tuple[int, int]]:
    """Return the pieces a box names, as runs `first .. last` without the last, merged."""
    runs = [
        (2 * place[point] + 1, 2 * place[point] + 2) for point in box.points if point is not None
    ]
    for span in box.spans:
        first = 0
        if span.low is not None:
            first = 2 * place[span.low] + (1 if span.low_included else 2)
        last = pieces
        if span.high is not None:
            last = 2 * place[span.high] + (2 if span.high_included else 1)
        if first < last:
            runs.append((first, last))
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
