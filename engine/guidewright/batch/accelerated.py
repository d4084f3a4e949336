"""The loops of a batch compiled by numba: for very large cohorts, where numba is installed.

In and out: as `primitives`. Compiling takes some seconds in each process; only speed changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guidewright.batch.primitives import Codes, Valid

try:
    import numba
except ImportError as missing:
    raise ImportError(
        "numba is needed for compiled loops: pip install numba", name=missing.name
    ) from None

_TILE = 1024  # rows whose numbers stay in the innermost cache
_compiled: Callable[[Any], Any] = numba.njit(nogil=True)


@_compiled
def _infinite(numbers: Any, valid: Any) -> Any:
    """Count numbers that are NaN or infinite; an empty `valid` says that no number is null."""
    found = 0
    if len(valid) == 0:
        for row in range(len(numbers)):
            found += (numbers[row] - numbers[row]) != 0
    else:
        for row in range(len(numbers)):
            found += ((numbers[row] - numbers[row]) != 0) & (valid[row] != 0)
    return found


@_compiled
def _segments(numbers: Any, valid: Any, thresholds: Any, out: Any) -> Any:
    found = 0
    for start in range(0, len(numbers), _TILE):
        tile, codes = numbers[start : start + _TILE], out[start : start + _TILE]
        there = valid[start : start + _TILE]
        found += _infinite(tile, there)
        codes[:] = 1
        for threshold in thresholds:
            for row in range(len(tile)):
                codes[row] += tile[row] >= threshold
        for row in range(len(there)):
            codes[row] *= there[row]
    return found


@_compiled
def _scale(codes: Any, stride: Any, out: Any) -> None:
    for row in range(len(codes)):
        out[row] = codes[row] * stride


@_compiled
def _add_scaled(codes: Any, stride: Any, out: Any) -> None:
    for row in range(len(codes)):
        out[row] += codes[row] * stride


@_compiled
def _take(table: Any, codes: Any, out: Any) -> None:
    for row in range(len(codes)):
        out[row] = table[codes[row]]


@_compiled
def _take_any(table: Any, codes: Any, out: Any) -> None:
    last = np.uint64(len(table) - 1)
    for row in range(len(codes)):
        out[row] = table[min(np.uint64(codes[row]), last)]


_ALL_VALID: Valid = np.zeros(0, dtype=np.uint8)


class NumbaPrimitives:
    """The loops as compiled code."""

    def segments(
        self, numbers: NDArray[Any], valid: Valid | None, thresholds: NDArray[Any], out: Codes
    ) -> bool:
        """Write 0 for nulls, else 1 and the count of thresholds that a number reaches."""
        there = _ALL_VALID if valid is None else valid
        return bool(_segments(numbers, there, thresholds, out) == 0)

    def finite(self, numbers: NDArray[Any], valid: Valid | None) -> bool:
        """Say whether all numbers that are there are finite."""
        return bool(_infinite(numbers, _ALL_VALID if valid is None else valid) == 0)

    def join(self, parts: Sequence[tuple[Codes, int]], out: Codes) -> None:
        """Write the sum of codes, each times its stride."""
        kind = out.dtype.type
        if not parts:
            out.fill(0)
        for place, (codes, stride) in enumerate(parts):
            (_add_scaled if place else _scale)(codes, kind(stride), out)

    def take(self, table: NDArray[Any], codes: NDArray[Any], out: Codes, *, safe: bool) -> None:
        """Write `table[codes]`; unless `safe`, what is no place of the table gives any value."""
        (_take if safe else _take_any)(table, codes, out)
