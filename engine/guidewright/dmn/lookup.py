"""Small tables as one look-up: each input is put into a class, the classes give the hits.

In: the boxes of a table. Out: per column, the classes of values that no cell tells apart, and for
every combination of classes the rules that match. What the hit policy makes of them can then be
worked out once, when the table is prepared. Classes are exact: a bound is compared as it is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from guidewright.dmn.cells import Box, Number
from guidewright.dmn.index import NumberColumn, ValueColumn, bits, number_column, value_column
from guidewright.feel.types import NUMBER, Type

MAX_COMBINATIONS = 4096


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound between two classes of numbers; `included` says that it belongs to the lower one."""

    at: Number
    included: bool


@dataclass(frozen=True, slots=True)
class NumberClasses:
    """Class 0 is null; class `i` lies above bound `i - 1` and not above bound `i`."""

    bounds: tuple[Bound, ...]
    masks: tuple[int, ...]

    def of(self, value: Number | None) -> int:
        """Return the class of a value."""
        if value is None:
            return 0
        above = (value > bound.at if bound.included else value >= bound.at for bound in self.bounds)
        return 1 + sum(above)


@dataclass(frozen=True, slots=True)
class ValueClasses:
    """The class of every value that cells name, and of null; all others share `other`."""

    classes: dict[Any, int]
    other: int
    masks: tuple[int, ...]

    def of(self, value: Any) -> int:
        """Return the class of a value."""
        return self.classes.get(value, self.other)


Classes = NumberClasses | ValueClasses


@dataclass(frozen=True, slots=True)
class Lookup:
    """The columns that matter, and the hits by class numbers, the last column fastest."""

    columns: tuple[Classes, ...]
    positions: tuple[int, ...]
    hits: tuple[tuple[int, ...], ...]


def build_lookup(rows: Sequence[Sequence[Box | None]], types: Sequence[Type]) -> Lookup | None:
    """Return the look-up of a table; None when a cell is no box or there are too many classes."""
    if not rows or any(box is None for row in rows for box in row):
        return None
    everything = (1 << len(rows)) - 1
    columns: list[Classes] = []
    positions: list[int] = []
    for position, of in enumerate(types):
        boxes = [box for box in (row[position] for row in rows) if box is not None]
        found = (
            _number_classes(number_column(boxes))
            if of == NUMBER
            else _value_classes(value_column(boxes))
        )
        if len(set(found.masks)) > 1:
            columns.append(found)
            positions.append(position)
        else:  # whatever the value is, the same rules are left
            everything &= found.masks[0]
    if prod(len(column.masks) for column in columns) > MAX_COMBINATIONS:
        return None
    hits = []
    for masks in product(*(column.masks for column in columns)):
        together = everything
        for mask in masks:
            together &= mask
        hits.append(tuple(bits(together)))
    return Lookup(tuple(columns), tuple(positions), tuple(hits))


def _number_classes(column: NumberColumn) -> NumberClasses:
    """Join neighbouring pieces of the number line that satisfy the same cells."""
    bounds: list[Bound] = []
    masks = [column.null, column.masks[0]]
    for piece in range(1, len(column.masks)):
        if column.masks[piece] == masks[-1]:
            continue
        # piece 2 i + 1 is cut i itself; the piece after it lies above the cut
        cut, behind = divmod(piece - 1, 2)
        bounds.append(Bound(column.cuts[cut], included=bool(behind)))
        masks.append(column.masks[piece])
    return NumberClasses(tuple(bounds), tuple(masks))


def _value_classes(column: ValueColumn) -> ValueClasses:
    numbers: dict[int, int] = {}
    for mask in (column.other, *column.masks.values()):
        numbers.setdefault(mask, len(numbers))
    classes = {value: numbers[mask] for value, mask in column.masks.items()}
    return ValueClasses(classes, numbers[column.other], tuple(numbers))
