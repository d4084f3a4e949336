"""One column as finitely many parts: points, gaps between them, words, and one part for null.

In: the values that the cells of a column compare with, the type, and what is declared of the data.
Out: an `Axis`, whose parts are elementary: no cell can tell two values of one part apart. Every
part has a representative value in the data's own precision. Exact: decimals and fractions only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from guidewright.dmn.cells import Box
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
)
from guidewright.feel.temporal.durations import DAY, NANOSECONDS
from guidewright.feel.types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_TIME,
    NUMBER,
    STRING,
    TIME,
    YEARS_MONTHS,
    Type,
)


class Kind(StrEnum):
    """What a part of an axis is."""

    POINT = "point"  # one value of an ordered type
    GAP = "gap"  # all values strictly between `low` and `high`; None is no bound
    VALUE = "value"  # one value of a type without order, or a class of values that tests tell apart
    OTHER = "other"  # every text that no cell names
    NULL = "null"  # missing
    UNSEEN = "unseen"  # values that may exist but of which none is known: `value` means nothing


@dataclass(frozen=True, slots=True)
class Part:
    """An elementary part of an axis; `value` represents it, `weight` is its share of the axis."""

    kind: Kind
    value: Any
    low: Any = None
    high: Any = None
    weight: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Axis:
    """A column expression and its parts, in order; null and unseen parts come last.

    Sets of parts are bit masks: bit `i` stands for `parts[i]`. `unit` is for words only.
    """

    name: str
    type: Type
    parts: tuple[Part, ...]
    unit: str = ""

    @property
    def full(self) -> int:
        """The mask of all parts."""
        return (1 << len(self.parts)) - 1

    def mask(self, *kinds: Kind) -> int:
        """Return the parts of some kinds."""
        return sum(1 << index for index, each in enumerate(self.parts) if each.kind in kinds)

    @property
    def known(self) -> int:
        """The parts of values that are there and known."""
        return self.full & ~self.mask(Kind.NULL, Kind.UNSEEN)

    def where(self, holds: Callable[[Any], bool]) -> int:
        """Return the parts whose representative satisfies a test; unseen parts never do."""
        return sum(
            1 << index
            for index, each in enumerate(self.parts)
            if each.kind is not Kind.UNSEEN and holds(each.value)
        )

    def chosen(self, mask: int) -> list[Part]:
        """Return the parts of a mask, in order."""
        return [each for index, each in enumerate(self.parts) if mask >> index & 1]

    def share(self, mask: int) -> Fraction:
        """Return the weight of a set of parts; the weights of all known parts add up to 1."""
        return sum((each.weight for each in self.chosen(mask)), Fraction(0))


def box_mask(axis: Axis, box: Box) -> int:
    """Return the parts on which a plain cell is true: as `where`, with thousands of parts fast."""
    index = {
        each.value: place
        for place, each in enumerate(axis.parts)
        if each.kind in (Kind.POINT, Kind.VALUE)
    }
    values = [each.value for each in axis.parts if each.kind in (Kind.POINT, Kind.GAP)]
    positive = 0
    for point in box.points:
        if point in index and point is not None:
            positive |= 1 << index[point]
    for span in box.spans:
        after = bisect_left if span.low_included else bisect_right
        before = bisect_right if span.high_included else bisect_left
        low = after(values, span.low) if span.low is not None else 0
        high = before(values, span.high) if span.high is not None else len(values)
        positive |= ((1 << max(high - low, 0)) - 1) << low
    null = axis.mask(Kind.NULL) if box.test(None) is True else 0
    return (axis.known & ~positive if box.negated else positive) | null


# ordered types -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordered type as fractions; `step` is the distance of neighbours, None when dense."""

    rank: Callable[[Any], Fraction]
    value: Callable[[Fraction], Any]
    step: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


def number_of(rank: Fraction) -> int | Decimal:
    """Return a fraction with a finite decimal expansion as a FEEL number."""
    if rank.denominator == 1:
        return int(rank)
    places = 0
    while (rank * 10**places).denominator != 1:
        places += 1
    return Decimal(int(rank * 10**places)).scaleb(-places)


def _seconds_of_day(value: Any) -> Fraction:
    return Fraction(value.nanosecond // NANOSECONDS)


SCALES: dict[Type, Scale] = {
    NUMBER: Scale(Fraction, number_of),
    DATE: Scale(lambda each: Fraction(each.ordinal), lambda rank: Date(int(rank)), Fraction(1)),
    TIME: Scale(
        _seconds_of_day,
        lambda rank: Time(int(rank) * NANOSECONDS),
        Fraction(1),
        Fraction(0),
        Fraction(86399),
    ),
    DATE_TIME: Scale(
        lambda each: Fraction(each.local // NANOSECONDS),
        lambda rank: DateTime(*divmod(int(rank) * NANOSECONDS, DAY)),
        Fraction(1),
    ),
    DAYS_TIME: Scale(
        lambda each: Fraction(each.nanoseconds),
        lambda rank: DaysTimeDuration(int(rank)),
        Fraction(1),
    ),
    YEARS_MONTHS: Scale(
        lambda each: Fraction(each.months), lambda rank: YearsMonthsDuration(int(rank)), Fraction(1)
    ),
}
_HOST = {
    int: NUMBER,
    Decimal: NUMBER,
    str: STRING,
    bool: BOOLEAN,
    Date: DATE,
    Time: TIME,
    DateTime: DATE_TIME,
    DaysTimeDuration: DAYS_TIME,
    YearsMonthsDuration: YEARS_MONTHS,
}


def type_of_value(value: Any) -> Type | None:
    """Return the simple type of a FEEL value, or None for lists and the like."""
    return _HOST.get(type(value))


def is_local(value: Any) -> bool:
    """Say whether a time of day or moment has no offset; other values have none to have."""
    return not isinstance(value, (Time, DateTime)) or (value.offset is None and value.zone is None)


def ordered_parts(
    scale: Scale,
    cuts: Iterable[Any],
    *,
    step: Fraction | None = None,
    holds: Callable[[Any], bool] = lambda value: True,
) -> list[Part]:
    """Return the points and gaps that the cuts make, without null.

    `holds` says which values the domain has; it must not tell apart what the cuts do not. With a
    `step` (or that of the scale) only its multiples exist: gaps without one are left out, and so
    are cuts that are none.
    """
    declared, step = step, step if step is not None else scale.step
    ends = [end for end in (scale.low, scale.high) if end is not None]
    ranks = sorted({*(scale.rank(each) for each in cuts), *ends})
    found: list[Part] = []
    bounds: list[Fraction | None] = [None, *ranks, None]
    for low, high in pairwise(bounds):
        inside = _between(low, high, step)
        outside = (low is None and scale.low is not None) or (
            high is None and scale.high is not None
        )
        if inside is not None and not outside:
            below = scale.value(low) if low is not None else None
            above = scale.value(high) if high is not None else None
            found.append(Part(Kind.GAP, scale.value(inside), below, above))
        if high is not None and (step is None or (high / step).denominator == 1):
            found.append(Part(Kind.POINT, scale.value(high), scale.value(high), scale.value(high)))
    return _weighted([each for each in found if holds(each.value)], scale, declared)


def _between(low: Fraction | None, high: Fraction | None, step: Fraction | None) -> Fraction | None:
    """Return a value strictly between two bounds, one with few digits; None when there is none."""
    if low is None and high is None:
        return Fraction(0)
    one = step if step is not None else Fraction(1)
    if low is None or high is None:
        inner = (high - one) if high is not None else (low + one)  # type: ignore[operator]
        return (inner // one) * one if low is None else -((-inner) // one) * one
    middle = (low + high) / 2
    while True:
        for times in (round(middle / one), middle // one, -(-middle // one)):
            if low < times * one < high:
                return times * one
        if step is not None:
            return None
        one /= 10


def _weighted(parts: Sequence[Part], scale: Scale, step: Fraction | None) -> list[Part]:
    """Give parts their share of a bounded domain; in an unbounded one all gaps count the same.

    Where a step is declared, values are counted, and points count, too.
    """
    gaps = [each for each in parts if each.kind is Kind.GAP]
    bounded = all(each.low is not None and each.high is not None for each in gaps)
    if not gaps or (step is not None and not bounded):
        return even(parts)
    sizes = [_size(each, scale, step, bounded=bounded) for each in parts]
    total = sum(sizes, Fraction(0))
    return [replace(each, weight=size / total) for each, size in zip(parts, sizes, strict=True)]


def _size(part: Part, scale: Scale, step: Fraction | None, *, bounded: bool) -> Fraction:
    if part.kind is Kind.POINT:
        return Fraction(0 if step is None else 1)
    if not bounded:
        return Fraction(1)
    low, high = scale.rank(part.low), scale.rank(part.high)
    if step is None:
        return high - low
    return Fraction(-(-high // step) - low // step - 1)


def weighed(parts: Sequence[Part]) -> list[Part]:
    """Give parts that are left of an axis their weights again: together they are 1."""
    total = sum((each.weight for each in parts), Fraction(0))
    return [replace(each, weight=each.weight / total) for each in parts] if total else [*parts]


def even(parts: Sequence[Part]) -> list[Part]:
    """Give every part the same weight."""
    weight = Fraction(1, max(len(parts), 1))
    return [replace(each, weight=weight) for each in parts]


def value_parts(values: Iterable[Any]) -> list[Part]:
    """Return one part for each value of a type that has finitely many."""
    return even([Part(Kind.VALUE, value) for value in values])


def text_parts(named: Iterable[str]) -> list[Part]:
    """Return one part for each text that a cell names and one for all others."""
    texts = list(dict.fromkeys(named))
    other = "another text"
    while other in texts:
        other += "."
    return even([*(Part(Kind.VALUE, text) for text in texts), Part(Kind.OTHER, other)])


NULL_PART = Part(Kind.NULL, None)
UNSEEN_PART = Part(Kind.UNSEEN, None)
