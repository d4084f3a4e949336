"""Columns as class codes: every number falls into a segment, every text into a named class.

In: the boxes of all cells that look at a column. Out: the cuts of the number line with one value of
each segment to stand for it, and the code of every number of an array. Code 0 is null; segment `i`
lies behind cut `i - 2` and before cut `i - 1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guidewright.batch.primitives import Codes, Primitives, Valid
from guidewright.batch.thresholds import Cut
from guidewright.dmn.cells import Box, Number
from guidewright.feel.decimals import WIDE

FEW = 12  # thresholds that are compared one by one; more are found through a grid
GRID = 4096  # cells of the grid, at most
CROWD = 4  # thresholds in one cell of the grid, at most


def cuts_of(boxes: Iterable[Box]) -> list[Cut]:
    """Return the cuts that tell apart what the boxes tell apart, in order."""
    found: set[tuple[Number, bool]] = set()
    for box in boxes:
        for point in box.points:
            if point is not None:
                found |= {(point, False), (point, True)}
        for span in box.spans:
            if span.low is not None:
                found.add((span.low, not span.low_included))
            if span.high is not None:
                found.add((span.high, span.high_included))
    return [Cut(at, behind) for at, behind in sorted(found)]


def representatives(cuts: Sequence[Cut]) -> list[Number | None]:
    """Return null, and one number of each segment; of an empty segment, one near by."""
    if not cuts:
        return [None, 0]
    first = cuts[0]
    found: list[Number | None] = [None, first.at if first.behind else _minus_one(first.at)]
    for place, cut in enumerate(cuts):
        after = cuts[place + 1] if place + 1 < len(cuts) else None
        if not cut.behind:
            found.append(cut.at)
        elif after is None:
            found.append(WIDE.add(Decimal(cut.at), Decimal(1)))
        elif after.behind:
            found.append(after.at)
        else:
            between = WIDE.divide(WIDE.add(Decimal(cut.at), Decimal(after.at)), Decimal(2))
            found.append(between)
    return found


def _minus_one(number: Number) -> Number:
    return WIDE.subtract(Decimal(number), Decimal(1))


def code_type(size: int) -> np.dtype[Any]:
    """Return the narrowest unsigned type for codes below `size`."""
    return np.min_scalar_type(max(size - 1, 0))


class Digitizer:
    """Gives every number of an array its segment, 1 for the first.

    Few thresholds are compared one after the other. Many are looked up in a grid: a cell of the
    grid knows how many thresholds lie before it, and those inside it are compared. Rounding keeps
    order, so a number and a threshold in different cells are ordered as their cells are.
    """

    def __init__(self, thresholds: NDArray[Any], primitives: Primitives) -> None:
        self._thresholds, self._primitives = thresholds, primitives
        self.dtype = code_type(len(thresholds) + 2)
        self._grid = _Grid.over(thresholds) if len(thresholds) > FEW else None

    def __call__(self, numbers: NDArray[Any], valid: Valid | None, out: Codes) -> bool:
        """Write the segments of `numbers` to `out`, which has the type `dtype`; 0 for nulls.

        Return whether all numbers are finite; the others get any segment.
        """
        if len(self._thresholds) <= FEW:
            return self._primitives.segments(numbers, valid, self._thresholds, out)
        finite = self._primitives.finite(numbers, valid)
        if self._grid is not None:
            self._grid(numbers, out)
        else:
            np.copyto(out, np.searchsorted(self._thresholds, numbers, side="right"), "unsafe")
            out += 1
        if valid is not None:
            np.multiply(out, valid, out=out)
        return finite


class _Grid:
    def __init__(
        self, thresholds: NDArray[Any], low: float, scale: float, cells: NDArray[Any], size: int
    ) -> None:
        self._low, self._scale, self._size = low, scale, size
        before = np.searchsorted(cells, np.arange(size), side="left")
        inside = np.searchsorted(cells, np.arange(size), side="right") - before
        self._before = (before + 1).astype(code_type(len(thresholds) + 2))
        deepest = int(inside.max())
        largest = np.inf if thresholds.dtype.kind == "f" else np.iinfo(thresholds.dtype).max
        self._levels = []
        for level in range(deepest):
            held = inside > level
            bound = np.full(size, largest, dtype=thresholds.dtype)
            bound[held] = thresholds[np.minimum(before + level, len(thresholds) - 1)[held]]
            # where the type has no infinity, its largest number must not count by mistake
            self._levels.append((bound, None if largest == np.inf else held))

    @classmethod
    def over(cls, thresholds: NDArray[Any]) -> _Grid | None:
        """Return a grid in which no cell is crowded, or None when there is none."""
        low, high = float(thresholds[0]), float(thresholds[-1])
        size = 64
        while size <= GRID and high > low:
            scale = (size - 2) / (high - low)
            if not np.isfinite(scale):
                return None
            cells = _cells(thresholds, low, scale, size)
            if int(np.bincount(cells).max()) <= (1 if size < GRID else CROWD):
                return cls(thresholds, low, scale, cells, size)
            size *= 2
        return None

    def __call__(self, numbers: NDArray[Any], out: Codes) -> None:
        cells = _cells(numbers, self._low, self._scale, self._size)
        self._before.take(cells, out=out, mode="clip")
        for bound, held in self._levels:
            beyond = numbers >= bound.take(cells, mode="clip")
            if held is not None:
                beyond &= held.take(cells, mode="clip")
            np.add(out, beyond.view(np.uint8), out=out)


def _cells(numbers: NDArray[Any], low: float, scale: float, size: int) -> NDArray[np.intp]:
    """Return the cell of each number: a function that never falls as numbers grow."""
    places = np.subtract(numbers, low, dtype=np.float64)
    np.multiply(places, scale, out=places)
    np.add(places, 1.0, out=places)
    np.clip(places, 0.0, float(size - 1), out=places)
    cells: NDArray[np.intp] = places.astype(np.intp)
    return cells


def text_classes(boxes: Iterable[Box]) -> list[str | None]:
    """Return null, a text that no box names, and every text that some box names."""
    named = sorted({point for box in boxes for point in box.points if point is not None})
    other = "another text"
    while other in named:
        other += "."
    return [None, other, *named]
