"""Boxes as NumPy arrays: what thousands of rules need.

In: boxes of masks (`regions`). Out: `BoxArray`: axes on which every mask is one run of neighbouring
parts are kept as `low` and `high` (both included), small ones as masks in machine words. On a large
axis a mask that is no run is cut into runs: several fragments of one rule, which do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from guidewright.analysis.regions import Box

WORD = 62  # parts of an axis whose masks fit a machine word
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class BoxArray:
    """One row a fragment. `runs` and `sets` are the axes kept each way; `owner` the rule."""

    boxes: tuple[Box, ...]
    owner: NDArray[np.int32]
    runs: tuple[int, ...]
    sets: tuple[int, ...]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    masks: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.owner)


def box_array(boxes: Sequence[Box], sizes: Sequence[int]) -> BoxArray:
    """Return boxes as arrays; `sizes` are the numbers of parts of the axes."""
    known: dict[int, bool] = {}
    jagged = [False] * len(sizes)
    for box in boxes:
        for axis, mask in enumerate(box):
            if mask not in known:
                known[mask] = is_run(mask)
            jagged[axis] |= not known[mask]
    cut = [wide and size > WORD for wide, size in zip(jagged, sizes, strict=True)]
    sets = tuple(axis for axis in range(len(sizes)) if jagged[axis] and not cut[axis])
    along = tuple(axis for axis in range(len(sizes)) if axis not in sets)
    owner: list[int] = []
    pieces: list[Box] = []
    for number, box in enumerate(boxes):
        if not all(box):
            continue
        if any(cut):
            sides = [[*runs(mask)] if cut[axis] else [mask] for axis, mask in enumerate(box)]
            fragments: Sequence[Box] = [*product(*sides)]
        else:
            fragments = (box,)
        pieces.extend(fragments)
        owner.extend([number] * len(fragments))
    ends = {mask: (lowest(mask), mask.bit_length() - 1) for box in pieces for mask in box}
    shape = (len(pieces), len(along))
    low = np.array([[ends[box[a]][0] for a in along] for box in pieces], np.int32).reshape(shape)
    high = np.array([[ends[box[a]][1] for a in along] for box in pieces], np.int32).reshape(shape)
    masks = np.array([[box[a] for a in sets] for box in pieces], np.int64)
    masks = masks.reshape(len(pieces), len(sets))
    return BoxArray(tuple(pieces), np.array(owner, np.int32), along, sets, low, high, masks)


def lowest(mask: int) -> int:
    """Return the place of the lowest bit."""
    return (mask & -mask).bit_length() - 1


def is_run(mask: int) -> bool:
    """Say whether the bits of a mask are neighbours."""
    filled = mask >> lowest(mask) if mask else 0
    return filled & (filled + 1) == 0


def runs(mask: int) -> Iterator[int]:
    """Yield the runs of neighbouring bits of a mask, as masks.

    >>> [bin(each) for each in runs(0b1011)]
    ['0b11', '0b1000']
    """
    while mask:
        low = lowest(mask)
        length = lowest(~(mask >> low))
        run = ((1 << length) - 1) << low
        yield run
        mask &= ~run
