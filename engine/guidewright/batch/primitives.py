"""The loops a batch spends its time in, and what does them: numpy, or numba where asked for.

In: arrays of one block. Out: segments of numbers, joined codes, looked-up codes. Whoever does the
loops, the results are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[Any]  # of an unsigned integer type
Valid = NDArray[np.uint8]  # 1 for values, 0 for nulls


class Primitives(Protocol):
    """What runs over rows."""

    def segments(
        self, numbers: NDArray[Any], valid: Valid | None, thresholds: NDArray[Any], out: Codes
    ) -> bool:
        """Write 0 for nulls, else 1 and the count of thresholds that a number reaches.

        Return whether all numbers are finite.
        """

    def finite(self, numbers: NDArray[Any], valid: Valid | None) -> bool:
        """Say whether all numbers that are there are finite."""

    def join(self, parts: Sequence[tuple[Codes, int]], out: Codes) -> None:
        """Write the sum of codes, each times its stride."""

    def take(self, table: NDArray[Any], codes: NDArray[Any], out: Codes, *, safe: bool) -> None:
        """Write `table[codes]`; unless `safe`, what is no place of the table gives any value."""


class NumpyPrimitives:
    """The loops as numpy calls; one thread uses it at a time."""

    def __init__(self) -> None:
        self._places: NDArray[np.intp] = np.zeros(0, dtype=np.intp)

    def segments(
        self, numbers: NDArray[Any], valid: Valid | None, thresholds: NDArray[Any], out: Codes
    ) -> bool:
        """Write 0 for nulls, else 1 and the count of thresholds that a number reaches."""
        finite = self.finite(numbers, valid)
        out.fill(1)
        reached = np.empty(len(numbers), dtype=np.bool_)
        for threshold in thresholds:
            np.greater_equal(numbers, threshold, out=reached)
            np.add(out, reached.view(np.uint8), out=out)
        if valid is not None:
            np.multiply(out, valid, out=out)
        return finite

    def finite(self, numbers: NDArray[Any], valid: Valid | None) -> bool:
        """Say whether all numbers that are there are finite."""
        if numbers.dtype.kind != "f" or np.isfinite(np.add.reduce(numbers)):
            return True
        finite = np.isfinite(numbers)  # one of them is not, or is null, or they are very large
        if valid is not None:
            finite |= valid == 0
        return bool(finite.all())

    def join(self, parts: Sequence[tuple[Codes, int]], out: Codes) -> None:
        """Write the sum of codes, each times its stride."""
        kind = out.dtype.type
        scaled: Codes | None = None
        for codes, stride in parts:
            if scaled is None:
                np.multiply(codes, kind(stride), out=out, dtype=kind, casting="unsafe")
                scaled = np.empty_like(out)
            else:
                np.multiply(codes, kind(stride), out=scaled, dtype=kind, casting="unsafe")
                np.add(out, scaled, out=out)
        if scaled is None:
            out.fill(0)

    def take(self, table: NDArray[Any], codes: NDArray[Any], out: Codes, *, safe: bool) -> None:
        """Write `table[codes]`; unless `safe`, what is no place of the table gives any value."""
        if len(self._places) < len(codes):
            self._places = np.empty(len(codes), dtype=np.intp)
        places = self._places[: len(codes)]  # no new memory for every block
        np.copyto(places, codes, casting="unsafe")
        table.take(places, mode="clip", out=out)
