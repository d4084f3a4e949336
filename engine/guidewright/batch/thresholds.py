"""Exact thresholds: for every cut of the number line, the first value of a column on its far side.

In: cuts, which are decimals, and how the numbers of a column are stored. Out: thresholds in the
column's own kind, so that one machine comparison a row answers what FEEL's decimals answer.

Why that is exact. A double stands for its shortest decimal spelling: 0.1 is the decimal 0.1. That
spelling grows with the double, because every spelling lies nearer to its own double than to the
next. So for a cut c there is one smallest double whose spelling is not below c, and `x >= that
double` is `spelling(x) >= c` for every x. When c has up to 15 significant digits, that double is
`float(c)`: doubles keep 15 digits, so its spelling is c itself. For longer c the spelling of
`float(c)` may lie on either side of c; therefore neighbours are tried until the smallest is found.
The same holds for numbers in another unit, as exact conversion by a positive factor keeps order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guidewright.dmn.cells import Number
from guidewright.feel.decimals import CONTEXT

NEAR = 8  # neighbours to try before the search halves the whole range


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of the number line: values from `at` on lie above it; with `behind`, only larger."""

    at: Number
    behind: bool

    def below(self, value: Number) -> bool:
        """Say whether the cut lies below a value."""
        return bool(value > self.at if self.behind else value >= self.at)


@dataclass(frozen=True, slots=True)
class Storage:
    """How a column stores numbers: a numpy type and, for decimals, the digits after the point."""

    dtype: np.dtype[Any]
    scale: int = 0

    def spelling(self, stored: Any) -> Number:
        """Return the decimal that a stored number stands for."""
        if self.dtype.kind == "f":
            text = repr(float(stored)) if self.dtype.itemsize == 8 else str(stored)
            return Decimal(text)
        whole = int(stored)
        return CONTEXT.scaleb(Decimal(whole), -self.scale) if self.scale else whole


def storage_of(of: pa.DataType) -> Storage | None:
    """Return how an Arrow type stores numbers; None for what is read value by value."""
    if pa.types.is_floating(of) or pa.types.is_integer(of):
        return Storage(np.dtype(of.to_pandas_dtype()))
    if pa.types.is_decimal128(of) and of.precision <= 18 and of.scale >= 0:
        return Storage(np.dtype(np.int64), of.scale)
    return None


Meaning = Callable[[Number], Number]  # the FEEL value of what is written, perhaps in another unit


def thresholds(
    cuts: Sequence[Cut], storage: Storage, meaning: Meaning, nearest: Meaning
) -> NDArray[Any]:
    """Return the first stored number behind each cut; cuts that no number reaches are left out.

    `cuts` are in order, and so are the thresholds; `nearest` inverts `meaning` roughly.
    """
    line = _Floats(storage) if storage.dtype.kind == "f" else _Whole(storage)
    found = []
    for cut in cuts:

        def beyond(place: int, cut: Cut = cut) -> bool:
            return cut.below(meaning(storage.spelling(line.number(place))))

        place = _first(beyond, line.place(nearest(cut.at)), line.low, line.high)
        if place is None:
            break
        found.append(line.number(place))
    return np.array(found, dtype=storage.dtype)


def _first(beyond: Callable[[int], bool], guess: int, low: int, high: int) -> int | None:
    """Return the first place for which `beyond` holds; it holds for all places after it."""
    guess = min(max(guess, low), high)
    start, stop = max(guess - NEAR, low), min(guess + NEAR, high)
    if beyond(start):
        if start == low:
            return low
        start, stop = low, start
    elif not beyond(stop):
        if stop == high:
            return None
        start, stop = stop, high
        if not beyond(high):
            return None
    while stop - start > 1:  # not beyond at `start` (or it is the lowest), beyond at `stop`
        middle = (start + stop) // 2
        if beyond(middle):
            stop = middle
        else:
            start = middle
    return start if beyond(start) else stop


class _Floats:
    """The doubles (or narrower) in order, numbered by their bits."""

    def __init__(self, storage: Storage) -> None:
        self._dtype = storage.dtype
        self._bits = np.dtype(f"i{storage.dtype.itemsize}")
        self.high = self._number_of(np.finfo(self._dtype).max)
        self.low = -self.high

    def number(self, place: int) -> Any:
        """Return the float at a place."""
        found = np.array(abs(place), dtype=self._bits).view(self._dtype)[()]
        return -found if place < 0 else found

    def place(self, value: Number) -> int:
        """Return the place of the float nearest to a decimal."""
        near = float(value)
        if not math.isfinite(near) or abs(near) > np.finfo(self._dtype).max:
            return self.high if near > 0 else self.low
        return self._number_of(near)

    def _number_of(self, value: Any) -> int:
        bits = int(np.array(abs(value), dtype=self._dtype).view(self._bits)[()])
        return -bits if value < 0 else bits


class _Whole:
    """Whole numbers, numbered by themselves; a decimal is its digits without the point."""

    def __init__(self, storage: Storage) -> None:
        limits = np.iinfo(storage.dtype)
        self.low, self.high = int(limits.min), int(limits.max)
        self._scale = storage.scale

    def number(self, place: int) -> int:
        """Return the whole number at a place."""
        return place

    def place(self, value: Number) -> int:
        """Return the place nearest to a decimal."""
        return int(CONTEXT.scaleb(Decimal(value), self._scale))
