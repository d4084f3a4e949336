"""Which rules can match together: pairs by packed bits, and the largest sets with where they meet.

In: boxes of rules. Out: pairs of rule indexes; sets of rules with their common box. Runs that meet
pairwise share a part, sets of values need not, so sets of rules are built along their common box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from guidewright.analysis.arrays import box_array
from guidewright.analysis.regions import Box, meet

Bits = NDArray[np.uint8]
CHUNK = 1024  # rules whose pairs are listed at a time
BUDGET = 20_000  # steps of the search for largest sets


def pairs(boxes: Sequence[Box], sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield every pair of boxes that meet, the smaller index first."""
    array = box_array(boxes, sizes)
    count = len(array)
    if not count:
        return
    owner = array.owner
    whole = len(boxes) == count  # every rule is one fragment
    for start in range(0, count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, count))
        met = _meeting(array.low, array.high, array.masks, rows)
        found = np.flatnonzero(met.any(axis=1))
        seen: set[tuple[int, int]] = set()
        for place in found:
            others = np.flatnonzero(np.unpackbits(met[place], count=count))
            row = int(rows[place])
            for other in owner[others[others > row]].tolist():
                pair = (int(owner[row]), int(other))
                if pair[0] == pair[1] or (not whole and pair in seen):
                    continue
                seen.add(pair)
                yield pair


def _meeting(
    low: NDArray[np.int32],
    high: NDArray[np.int32],
    masks: NDArray[np.int64],
    rows: NDArray[np.intp],
) -> Bits:
    """Return, packed, which boxes meet each of the rows on every axis."""
    met = np.full((len(rows), (len(low) + 7) // 8), 255, np.uint8)
    for column in range(low.shape[1]):
        # the boxes that begin at or before an end, and those that end at or behind a start
        met &= _packed(high[rows, column], low[:, column], np.less_equal)
        met &= _packed(low[rows, column], high[:, column], np.greater_equal)
    for column in range(masks.shape[1]):
        distinct, which = np.unique(masks[rows, column], return_inverse=True)
        common = (masks[:, column][None] & distinct[:, None]) != 0
        met &= np.packbits(common, axis=1)[which]
    return met


def _packed(ends: NDArray[np.int32], others: NDArray[np.int32], test: np.ufunc) -> Bits:
    """Return for each end the packed truth of `test(others, end)`; equal ends are computed once."""
    distinct, which = np.unique(ends, return_inverse=True)
    packed: Bits = np.packbits(test(others[None], distinct[:, None]), axis=1)[which]
    return packed


def largest_sets(
    boxes: Sequence[Box], found: Sequence[tuple[int, int]], *, budget: int = BUDGET
) -> Iterator[tuple[tuple[int, ...], Box]] | None:
    """Return the largest sets of rules with a common box, and that box; None beyond the budget."""
    search = _Sets(boxes, found, budget)
    return iter(search.sets) if search.run() else None


class _Sets:
    """Grows sets of rules along their common box (Bron and Kerbosch, over boxes)."""

    def __init__(self, boxes: Sequence[Box], found: Sequence[tuple[int, int]], budget: int) -> None:
        self.boxes = boxes
        self.near: dict[int, list[int]] = {}
        for first, second in found:
            self.near.setdefault(first, []).append(second)
            self.near.setdefault(second, []).append(first)
        self.left = budget
        self.sets: list[tuple[tuple[int, ...], Box]] = []

    def run(self) -> bool:
        """Start a set at each rule; say whether the budget was enough."""
        for rule in sorted(self.near):
            later = [each for each in self.near[rule] if each > rule]
            earlier = [each for each in self.near[rule] if each < rule]
            self._grow((rule,), self.boxes[rule], later, earlier)
            if self.left < 0:
                return False
        return True

    def _grow(self, chosen: tuple[int, ...], box: Box, open_: list[int], done: list[int]) -> None:
        self.left -= 1
        if self.left < 0:
            return
        open_ = [each for each in open_ if meet(self.boxes[each], box) is not None]
        done = [each for each in done if meet(self.boxes[each], box) is not None]
        if any(_covers(self.boxes[each], box) for each in done):
            return  # it belongs to every set from here on, and those were found with it
        always = [each for each in open_ if _covers(self.boxes[each], box)]
        if always:
            rest = [each for each in open_ if each not in always]
            self._grow((*chosen, *always), box, rest, done)
            return
        if not open_ and not done and len(chosen) > 1:
            self.sets.append((tuple(sorted(chosen)), box))
            return
        for place, each in enumerate(open_):
            common = meet(box, self.boxes[each])
            assert common is not None  # noqa: S101 - filtered above
            rest = open_[place + 1 :]
            self._grow((*chosen, each), common, rest, [*done, *open_[:place]])


def _covers(outer: Box, inner: Box) -> bool:
    return all(b & ~a == 0 for a, b in zip(outer, inner, strict=True))
