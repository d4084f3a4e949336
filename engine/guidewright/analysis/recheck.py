"""Look at a table again after one rule was edited: only what the edit can change.

In: the boxes of a table, its gaps and overlaps. Out: after each edit, pieces of gaps that opened
and closed, and the pairs of rules that now match together or no longer do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from guidewright.analysis.arrays import box_array, lowest, runs
from guidewright.analysis.coverage import cover
from guidewright.analysis.overlap import pairs
from guidewright.analysis.regions import Box, meet, without

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit changed: disjoint pieces of gaps, and pairs of rules."""

    opened: tuple[Box, ...]
    closed: tuple[Box, ...]
    new_pairs: frozenset[Pair]
    lost_pairs: frozenset[Pair]


class Recheck:
    """A table under edit; `gaps` are disjoint pieces, `overlaps` pairs of rules that meet."""

    def __init__(self, boxes: Sequence[Box], sizes: Sequence[int], space: Box) -> None:
        self.boxes = list(boxes)
        self.space = space
        self._sizes = sizes
        found = cover(box_array(boxes, sizes), space, len(boxes))
        self.gaps: set[Box] = {piece for pieces in found.leaves for piece in pieces}
        self.overlaps: set[Pair] = set(pairs(boxes, sizes))
        self._near = _Near(boxes)

    def edit(self, rule: int, box: Box) -> Change:
        """Replace the box of a rule and return what changed."""
        old, self.boxes[rule] = self.boxes[rule], box
        others = [each for each in self._near.meeting(old) if each != rule]
        array = box_array([self.boxes[each] for each in others], self._sizes)
        opened = {
            gap
            for piece in _pieces(old, box, self.space)
            for gaps in cover(array, piece, len(others)).leaves
            for gap in gaps
        }
        closed: set[Box] = set()
        met = [(gap, common) for gap in self.gaps if (common := meet(gap, box)) is not None]
        for gap, common in met:
            closed.add(common)
            self.gaps.remove(gap)
            self.gaps.update(without(gap, box))
        self.gaps |= opened
        before = {_pair(rule, each) for each in others if meet(self.boxes[each], old) is not None}
        self._near.replace(rule, box)
        after = {
            _pair(rule, each)
            for each in self._near.meeting(box)
            if each != rule and meet(self.boxes[each], box) is not None
        }
        self.overlaps = (self.overlaps - before) | after
        return Change(
            tuple(opened), tuple(closed), frozenset(after - before), frozenset(before - after)
        )


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _pieces(old: Box, new: Box, space: Box) -> Iterator[Box]:
    """Yield what an edit gives up, in boxes whose sides are runs."""
    for box in without(old, new):
        inside = meet(box, space)
        if inside is not None:
            yield from product(*([*runs(mask)] for mask in inside))


class _Near:
    """The hulls of the boxes in NumPy: which rules may meet a box."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._low: NDArray[np.int32] = np.array([_lows(box) for box in boxes], np.int32)
        self._high: NDArray[np.int32] = np.array([_highs(box) for box in boxes], np.int32)

    def meeting(self, box: Box) -> list[int]:
        met = ((self._low <= _highs(box)) & (self._high >= _lows(box))).all(axis=1)
        found: list[int] = np.flatnonzero(met).tolist()
        return found

    def replace(self, rule: int, box: Box) -> None:
        self._low[rule], self._high[rule] = _lows(box), _highs(box)


def _lows(box: Box) -> list[int]:
    return [lowest(mask) for mask in box]


def _highs(box: Box) -> list[int]:
    return [mask.bit_length() - 1 for mask in box]
