"""Whether boxes cover a space, and what they leave: a tree of cuts, at each leaf a rule or a gap.

In: boxes as arrays and a space. Out: a `Cover`: the tree, which is the certificate, and the gaps,
which do not meet. A node is cut where the fewest rules lie on both sides; when few rules are left,
rule after rule is peeled off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guidewright.analysis.arrays import BoxArray, Rows, lowest, runs
from guidewright.analysis.regions import Box, meet

FEW = 12  # rules that are peeled off one by one
PAIRED = 48  # rules of which every pair is compared to find the best cut
SPLITS = 7  # parts of an axis of which every division in two is tried
BUDGET = 250_000  # leaves


@dataclass(frozen=True, slots=True)
class Cover:
    """A tree in preorder; `gaps` are largest boxes without a rule, which may meet each other.

    A cut is two numbers: `-2 - axis`, and which parts go to its first branch: those before a
    number, or, when it is negative, those of a mask. A leaf is one number: the rule that covers
    it, or beyond the `rules` there are, the gap. `leaves` are the pieces of each gap in the tree.
    """

    space: Box
    rules: int
    tree: tuple[int, ...]
    gaps: tuple[Box, ...]
    leaves: tuple[tuple[Box, ...], ...]


class OverBudget(Exception):  # noqa: N818 - an answer: not decided
    """The tree became too large."""


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A box and the rules that meet it, their sides cut to it."""

    box: Box
    rows: Rows
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    masks: NDArray[np.int64]


def cover(boxes: BoxArray, space: Box, rules: int, *, budget: int = BUDGET) -> Cover:
    """Return the cover of a space by that many rules.

    Raises `OverBudget` when the tree has too many leaves.
    """
    search = _Search(boxes, rules, budget, Widening(boxes, space))
    search.run(space)
    gaps = [search.pieces[row] for row in range(len(boxes), len(search.pieces))]
    return Cover(space, rules, tuple(search.tree), tuple(gaps), tuple(map(tuple, search.leaves)))


class _Search:
    """One search. A gap that is found counts like a rule from then on, so each is found once."""

    def __init__(self, boxes: BoxArray, rules: int, budget: int, widening: Widening) -> None:
        self.boxes = boxes
        self.left = budget
        self.widening = widening
        self.tree: list[int] = []
        self.pieces: list[Box] = list(boxes.boxes)  # then the gaps
        self.owners: list[int] = boxes.owner.tolist()
        self.leaves: list[list[Box]] = []
        self.rules = rules

    def run(self, space: Box) -> None:
        """Go down the tree, first branches first."""
        first = self._node(space, np.arange(len(self.boxes)))
        todo: list[tuple[_Node, list[int], int]] = [(first, [], len(self.pieces))]
        while todo:
            node, gaps, seen = todo.pop()
            gaps = gaps + self._since(seen, node.box)
            if len(node.rows) <= FEW:
                self._peel(node.box, node.rows.tolist() + gaps)
                continue
            covering = self._covering(node)
            if covering is not None:
                self._leaf(covering, node.box)
                continue
            axis, parts = _best_cut(self.boxes, node)
            here = node.box[axis] & parts
            there = node.box[axis] & ~parts
            self._cut(axis, parts)
            now = len(self.pieces)
            for mask in (there, here):
                child = self._node(_side(node.box, axis, mask), node.rows)
                met = [gap for gap in gaps if self.pieces[gap][axis] & mask]
                todo.append((child, met, now))

    def _since(self, seen: int, box: Box) -> list[int]:
        """Return the gaps found since then that meet a box."""
        return [
            row for row in range(seen, len(self.pieces)) if meet(self.pieces[row], box) is not None
        ]

    def _node(self, box: Box, rows: Rows) -> _Node:
        """Return a node with those of the rows that meet its box."""
        arrays = self.boxes
        starts = np.array([lowest(box[axis]) for axis in arrays.runs], np.int32)
        ends = np.array([box[axis].bit_length() - 1 for axis in arrays.runs], np.int32)
        sets = np.array([box[axis] for axis in arrays.sets], np.int64)
        low = np.maximum(arrays.low[rows], starts)
        high = np.minimum(arrays.high[rows], ends)
        masks = arrays.masks[rows] & sets
        meets = (low <= high).all(axis=1)
        if arrays.sets:
            meets &= (masks != 0).all(axis=1)
        if meets.all():
            return _Node(box, rows, low, high, masks)
        return _Node(box, rows[meets], low[meets], high[meets], masks[meets])

    def _covering(self, node: _Node) -> int | None:
        """Return a rule that covers the whole box of a node."""
        arrays = self.boxes
        starts = np.array([lowest(node.box[axis]) for axis in arrays.runs], np.int32)
        ends = np.array([node.box[axis].bit_length() - 1 for axis in arrays.runs], np.int32)
        covers = ((node.low == starts) & (node.high == ends)).all(axis=1)
        if arrays.sets:
            sets = np.array([node.box[axis] for axis in arrays.sets], np.int64)
            covers &= (node.masks == sets).all(axis=1)
        return int(node.rows[int(covers.argmax())]) if covers.any() else None

    def _leaf(self, row: int, box: Box) -> None:
        self.left -= 1
        if self.left < 0:
            raise OverBudget
        gap = row - len(self.boxes)
        if gap < 0:
            self.tree.append(self.owners[row])
        else:
            self.tree.append(self.rules + gap)
            self.leaves[gap].append(box)

    def _gap(self, box: Box) -> None:
        self.pieces.append(self.widening.widest(box))
        self.leaves.append([])
        self._leaf(len(self.pieces) - 1, box)

    def _cut(self, axis: int, first: int) -> None:
        """Write a cut: as a place where the mask is a run from the start, else as the mask."""
        along = first & (first + 1) == 0
        self.tree += (-2 - axis, first.bit_length() if along else -first)

    def _peel(self, box: Box, rows: list[int]) -> None:
        """Cut off what lies outside one piece, side by side; the rest is covered by it."""
        if not rows:
            self._gap(box)
            return
        pieces = self.pieces
        best = min(rows, key=lambda row: _outside(box, pieces[row]))
        chosen = pieces[best]
        others = [row for row in rows if row != best]
        for axis, theirs in enumerate(chosen):
            for outside in self._outsides(axis, box[axis] & ~theirs):
                self._cut(axis, outside)
                seen = len(pieces)
                away = _side(box, axis, outside)
                self._peel(away, [row for row in others if pieces[row][axis] & outside])
                box = _side(box, axis, box[axis] & ~outside)
                others = [row for row in others if pieces[row][axis] & box[axis]]
                others += self._since(seen, box)
        self._leaf(best, box)

    def _outsides(self, axis: int, mask: int) -> Iterable[int]:
        """Return what is cut off: on an axis of runs, a run each time."""
        return runs(mask) if axis in self.boxes.runs else (mask,) if mask else ()


def _side(box: Box, axis: int, mask: int) -> Box:
    return (*box[:axis], mask, *box[axis + 1 :])


def _outside(box: Box, piece: Box) -> int:
    """Return on how many axes a box reaches out of a piece."""
    return sum([1 for mine, theirs in zip(box, piece, strict=True) if mine & ~theirs])


class Widening:
    """Makes boxes that no rule meets as large as they can be, axis by axis."""

    def __init__(self, boxes: BoxArray, space: Box) -> None:
        self.boxes, self.space = boxes, space

    def widest(self, box: Box) -> Box:
        """Return a largest box around one that no rule meets."""
        arrays = self.boxes
        wide = list(box)
        misses = np.zeros(len(arrays), np.int16)
        for column, axis in enumerate(arrays.runs):
            misses += self._apart(column, wide[axis])
        for column, axis in enumerate(arrays.sets):
            misses += (arrays.masks[:, column] & wide[axis]) == 0
        for column, axis in enumerate(arrays.runs):
            if wide[axis] == self.space[axis]:
                continue
            apart = self._apart(column, wide[axis])
            near = apart & (misses == 1)
            start, end = lowest(wide[axis]), wide[axis].bit_length() - 1
            below, above = arrays.high[near, column], arrays.low[near, column]
            below, above = below[below < start], above[above > end]
            low = int(below.max()) + 1 if len(below) else 0
            high = int(above.min()) - 1 if len(above) else self.space[axis].bit_length() - 1
            wide[axis] = self.space[axis] & (((1 << (high - low + 1)) - 1) << low)
            misses -= apart
            misses += self._apart(column, wide[axis])
        for column, axis in enumerate(arrays.sets):
            masks = arrays.masks[:, column]
            apart = (masks & wide[axis]) == 0
            forbidden = int(np.bitwise_or.reduce(masks[apart & (misses == 1)], initial=0))
            wide[axis] = self.space[axis] & ~forbidden
            misses -= apart
            misses += (masks & wide[axis]) == 0
        return tuple(wide)

    def _apart(self, column: int, mask: int) -> NDArray[np.bool_]:
        """Say which rules have nothing in common with a run on an axis."""
        start, end = lowest(mask), mask.bit_length() - 1
        apart: NDArray[np.bool_] = self.boxes.low[:, column] > end
        apart |= self.boxes.high[:, column] < start
        return apart


# where to cut ------------------------------------------------------------------------------------


def _best_cut(boxes: BoxArray, node: _Node) -> tuple[int, int]:
    """Return an axis and the parts of its first side: few rules on both sides, two halves."""
    found = [*_run_cuts(boxes, node), *_set_cuts(boxes, node)]
    _, axis, first = min(found)
    return axis, first


def _worth(here: NDArray[np.intp], there: NDArray[np.intp]) -> NDArray[np.float64]:
    worth: NDArray[np.float64] = here + there + 0.02 * np.maximum(here, there)
    return worth


def _run_cuts(boxes: BoxArray, node: _Node) -> Iterable[tuple[float, int, int]]:
    """Yield the best cut of the axes kept as runs: between two parts where some rule ends."""
    if len(node.rows) <= PAIRED:
        yield from _paired_cuts(boxes, node)
        return
    count = len(node.rows)
    for column, axis in enumerate(boxes.runs):
        start, end = lowest(node.box[axis]), node.box[axis].bit_length() - 1
        if start == end:
            continue
        begins = np.bincount(node.low[:, column] - start, minlength=end - start + 1)
        ends = np.bincount(node.high[:, column] - start, minlength=end - start + 1)
        here = np.cumsum(begins)[:-1]  # rules that begin before the cut
        worth = _worth(here, count - np.cumsum(ends)[:-1])
        worth[(begins[1:] == 0) & (ends[:-1] == 0)] = np.inf
        at = int(worth.argmin())
        if worth[at] != np.inf:
            yield float(worth[at]), axis, (1 << (start + at + 1)) - 1


def _paired_cuts(boxes: BoxArray, node: _Node) -> Iterable[tuple[float, int, int]]:
    """Try the ends of every rule on every axis at once."""
    if not boxes.runs:
        return
    cuts = np.concatenate((node.low, node.high + 1))  # one row a candidate
    here = (node.low[None] < cuts[:, None]).sum(axis=1)
    there = (node.high[None] >= cuts[:, None]).sum(axis=1)
    worth = _worth(here, there)
    edge = np.array([lowest(node.box[axis]) for axis in boxes.runs], np.int32)
    last = np.array([node.box[axis].bit_length() for axis in boxes.runs], np.int32)
    worth[(cuts <= edge) | (cuts >= last)] = np.inf
    at = int(worth.argmin())
    row, column = divmod(at, worth.shape[1])
    if worth[row, column] != np.inf:
        yield float(worth[row, column]), boxes.runs[column], (1 << int(cuts[row, column])) - 1


def _set_cuts(boxes: BoxArray, node: _Node) -> Iterable[tuple[float, int, int]]:
    """Yield the best division of each axis kept as masks."""
    for column, axis in enumerate(boxes.sets):
        whole = node.box[axis]
        if whole.bit_count() < 2:
            continue
        masks, counts = np.unique(node.masks[:, column], return_counts=True)
        if len(masks) == 1 and int(masks[0]) == whole:
            continue
        tried = _divisions(whole, masks)
        here = np.sum(((masks[None] & tried[:, None]) != 0) * counts, axis=1)
        there = np.sum(((masks[None] & ~tried[:, None]) != 0) * counts, axis=1)
        worth = _worth(here, there)
        at = int(worth.argmin())
        yield float(worth[at]), axis, int(tried[at])


def _divisions(whole: int, masks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ways to divide a set in two: all of a small one, else as some rule divides it."""
    if whole.bit_count() <= SPLITS:
        bits = [1 << place for place in range(whole.bit_length()) if whole >> place & 1]
        numbers = np.arange(1, 1 << (len(bits) - 1))
        each = [((numbers >> place) & 1) * bit for place, bit in enumerate(bits[:-1])]
        every: NDArray[np.int64] = np.sum(each, axis=0, dtype=np.int64)
        return every
    proper: NDArray[np.int64] = masks[masks != whole]
    return proper
