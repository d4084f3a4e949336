"""Boxes over axes: which elementary combinations of values a rule covers.

In: axes and masks of their parts. Out: boxes (one mask an axis), what is left of one without
others, volumes as exact fractions. No floats, no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import prod

from guidewright.analysis.axes import Axis

Box = tuple[int, ...]  # one mask an axis; empty when a mask is 0


def whole(axes: Sequence[Axis]) -> Box:
    """Return the box of everything."""
    return tuple(axis.full for axis in axes)


def meet(left: Box, right: Box) -> Box | None:
    """Return the common box, or None when there is none."""
    both = []
    for one, other in zip(left, right, strict=True):
        common = one & other
        if not common:
            return None
        both.append(common)
    return tuple(both)


def inside(inner: Box, outer: Box) -> bool:
    """Say whether a box lies in another."""
    return all(a & ~b == 0 for a, b in zip(inner, outer, strict=True))


def without(box: Box, other: Box) -> Iterator[Box]:
    """Yield disjoint boxes that make up `box` without `other`."""
    if meet(box, other) is None:
        yield box
        return
    rest = list(box)
    for place, (mine, theirs) in enumerate(zip(box, other, strict=True)):
        outside = mine & ~theirs
        if outside:
            yield (*rest[:place], outside, *rest[place + 1 :])
        rest[place] = mine & theirs


def count(box: Box) -> int:
    """Return the number of elementary combinations in a box."""
    return prod(mask.bit_count() for mask in box)


def share(axes: Sequence[Axis], boxes: Iterable[Box]) -> Fraction:
    """Return the part of the space of known values that disjoint boxes take up."""
    return sum(
        (
            prod(
                (axis.share(mask) for axis, mask in zip(axes, box, strict=True)), start=Fraction(1)
            )
            for box in boxes
        ),
        Fraction(0),
    )
