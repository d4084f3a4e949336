"""Classes of patients out of boxes: merged, in words, with a patient of each.

In: disjoint boxes with what changes there. Out: fewer boxes with the same patients, the largest
first, and phrases such as `total B12 from 180 to under 200 ng/L and not pregnant`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from guidewright.analysis.axes import SCALES, Axis, Kind, Part
from guidewright.analysis.regions import Box
from guidewright.analysis.words import listed, value_words

L = TypeVar("L", bound=Hashable)


def merged(boxes: Iterable[tuple[Box, L]]) -> list[tuple[Box, L]]:
    """Return boxes with the same patients and labels: those that differ in one axis are joined."""
    groups: dict[L, tuple[L, set[Box]]] = {}
    for box, label in boxes:
        groups.setdefault(label, (label, set()))[1].add(box)
    return [(box, label) for label, found in groups.values() for box in sorted(_joined(found))]


def _joined(boxes: set[Box]) -> set[Box]:
    width = len(next(iter(boxes)))
    while True:
        before = len(boxes)
        for axis in range(width):
            masks: dict[Box, int] = {}
            for box in boxes:
                rest = (*box[:axis], 0, *box[axis + 1 :])
                masks[rest] = masks.get(rest, 0) | box[axis]
            boxes = {(*rest[:axis], mask, *rest[axis + 1 :]) for rest, mask in masks.items()}
        if len(boxes) == before:
            return boxes


# words -------------------------------------------------------------------------------------------


def class_words(axes: Sequence[Axis], box: Box) -> str:
    """Return who is in a box; `every patient` when that is everybody."""
    said = [
        set_words(axis, mask) for axis, mask in zip(axes, box, strict=True) if mask != axis.full
    ]
    return listed(said) if said else "every patient"


def set_words(axis: Axis, mask: int) -> str:
    """Return a set of values of an axis as a phrase with its name."""
    null = axis.mask(Kind.NULL)
    known = axis.full & ~null
    if mask == known:
        return f"{axis.name} given"
    said = _known_words(axis, mask & ~null) if mask & ~null else []
    if mask & null and mask & ~null == known:
        return f"any {axis.name}"
    if mask & null:
        said.append("missing")
    return f"{axis.name} {listed(said, 'or')}"


def _known_words(axis: Axis, mask: int) -> list[str]:
    if axis.type in SCALES and not axis.mask(Kind.VALUE, Kind.OTHER):
        return list(_ranges(axis, mask))
    parts, rest = axis.chosen(mask), axis.chosen(axis.known & ~mask)
    others = any(each.kind is Kind.OTHER for each in parts)
    if others and rest:
        return [f"other than {listed(map(_value, rest), 'or')}"]
    unseen = axis.mask(Kind.UNSEEN)
    shown = [_value(each) for each in parts if each.kind is not Kind.UNSEEN]
    if len(shown) > MANY and len(rest) <= MANY and rest:
        return [f"other than {listed(map(_value, rest), 'or')}"]
    if len(shown) > MANY:
        shown = [*shown[:MANY], f"and {len(shown) - MANY} more like these"]
    if mask & unseen:
        shown.append("or like no other value that was tried")
    return shown


MANY = 6  # values of a set that are named one by one


def _value(part: Part) -> str:
    return value_words(part.value)


def _ranges(axis: Axis, mask: int) -> Iterator[str]:
    """Yield the runs of neighbouring parts."""
    ordered = [
        (each, mask >> bit & 1)
        for bit, each in enumerate(axis.parts)
        if each.kind in (Kind.POINT, Kind.GAP)
    ]
    parts = [each for each, _ in ordered]
    chosen = [(place, inside) for place, (_, inside) in enumerate(ordered)]
    runs = [
        [place for place, _ in run]
        for inside, run in groupby(chosen, key=lambda each: each[1])
        if inside
    ]
    unit = f" {axis.unit}" if axis.unit else ""
    for run in runs:
        low = None if run[0] == 0 else parts[run[0]]
        high = None if run[-1] == len(parts) - 1 else parts[run[-1]]
        yield _range_words(low, high) + unit
    if mask & axis.mask(Kind.UNSEEN):
        yield "other values"


def _range_words(low: Part | None, high: Part | None) -> str:
    """Return a range; a gap does not have its ends, a point is one."""
    if low is not None and high is not None:
        if low is high and low.kind is Kind.POINT:
            return value_words(low.value)
        start = value_words(low.low)
        end = value_words(high.high)
        before = "from" if low.kind is Kind.POINT else "over"
        return f"{before} {start} to {'under ' if high.kind is Kind.GAP else ''}{end}"
    if low is not None:
        at_least = low.kind is Kind.POINT
        return f"{value_words(low.low)} or more" if at_least else f"over {value_words(low.low)}"
    if high is not None:
        at_most = high.kind is Kind.POINT
        return f"at most {value_words(high.high)}" if at_most else f"under {value_words(high.high)}"
    return "any value"
