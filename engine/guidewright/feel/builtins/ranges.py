"""The range functions (DMN 1.5, 10.3.4.7, Table 78), and `range` that reads a range.

In: points and ranges of one ordered kind. Out: booleans. An end is a place on the line of values:
its value, and a step aside when the end is open; an end that a form like `<5` leaves undefined lies
at infinity. With that, each function is one or two comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any  # points are of any ordered kind

from guidewright.errors import Code
from guidewright.feel.builtins.range_literals import parse_range
from guidewright.feel.builtins.registry import builtin
from guidewright.feel.comparison import compare
from guidewright.feel.runtime import Refuse
from guidewright.feel.values import Range, RangeForm, is_ordered, kind, with_article

_SPEC = "DMN 1.5, 10.3.4.7"
_WRONG = Code.WRONG_TYPE


@dataclass(frozen=True, slots=True)
class _Place:
    """A place: -1, 0 or 1 for the infinities between all values, a value, and a step aside."""

    infinity: int
    value: Any = None
    aside: int = 0

    @property
    def closed(self) -> bool:
        """Whether a value stands exactly here."""
        return not self.infinity and not self.aside


def _order(a: _Place, b: _Place) -> int:
    """Return -1, 0 or 1 as `a` lies before, at or behind `b`."""
    if a.infinity or b.infinity:
        return (a.infinity > b.infinity) - (a.infinity < b.infinity)
    return compare(a.value, b.value) or (a.aside > b.aside) - (a.aside < b.aside)


def _point(value: Any, within: Range | None = None) -> _Place:
    """Return the place of a point, which must be of the kind of the range beside it, if any."""
    if not is_ordered(value):
        raise Refuse(f"{with_article(kind(value))} is not a point of a range", _WRONG)
    if within is not None and kind(value) != _kind_of(within):
        raise Refuse(f"{with_article(kind(value))} and a range of {_kind_of(within)}", _WRONG)
    return _Place(0, value)


def _kind_of(within: Range) -> str:
    """Return the kind of the values of a range; a null end is refused."""
    _check(within)
    return kind(within.low if within.has_low else within.high)


def _start(of: Range) -> _Place:
    _check(of)
    if not of.has_low:
        return _Place(-1)
    return _Place(0, of.low, 0 if of.low_included else 1)


def _end(of: Range) -> _Place:
    _check(of)
    if not of.has_high:
        return _Place(1)
    return _Place(0, of.high, 0 if of.high_included else -1)


def _check(of: Range) -> None:
    if of.form == RangeForm.NOT_EQUAL:
        raise Refuse("what differs from a value is not one range")
    for has, end in ((of.has_low, of.low), (of.has_high, of.high)):
        if has and end is None:
            raise Refuse("an end of the range is null", Code.NULL_OPERAND)
        if has and not is_ordered(end):
            raise Refuse(f"{with_article(kind(end))} cannot end a range", _WRONG)


def _same_kind(a: Range, b: Range) -> None:
    """Refuse two ranges over different kinds, also where an undefined end would hide it."""
    if _kind_of(a) != _kind_of(b):
        raise Refuse(f"a range of {_kind_of(a)} and one of {_kind_of(b)}", _WRONG)


@builtin("before(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def before_ranges(range1: Range, range2: Range) -> bool:
    """Say whether the first range ends before the second starts.

    before([1..10], [15..20])  => true
    before([1..10), [10..20])  => true
    before([1..10], [10..20])  => false
    """
    end, start = _end(range1), _start(range2)
    _same_kind(range1, range2)
    return _order(end, start) < 0


@builtin("before(point: Any, range: range<Any>) -> boolean", spec=_SPEC)
def point_before_range(point: Any, within: Range) -> bool:
    """Say whether the range starts behind the point.

    before(1, (1..10])  => true
    before(1, [1..10])  => false
    """
    return _order(_point(point, within), _start(within)) < 0


@builtin("before(range: range<Any>, point: Any) -> boolean", spec=_SPEC)
def range_before_point(within: Range, point: Any) -> bool:
    """Say whether the range ends before the point.

    before([1..10), 10)  => true
    before([1..10], 10)  => false
    """
    return _order(_end(within), _point(point, within)) < 0


@builtin("before(point1: Any, point2: Any) -> boolean", spec=_SPEC)
def before_points(point1: Any, point2: Any) -> bool:
    """Say whether the first point is the lesser.

    before(1, 10)                => true
    before(@"P1D", @"P1M")       => null  ! feel.wrong-type
    before(1, null)              => null  ! feel.null-operand
    """
    return _order(_point(point1), _point(point2)) < 0


@builtin("after(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def after_ranges(range1: Range, range2: Range) -> bool:
    """Say whether the first range starts behind the end of the second.

    after([11..20], [1..10])  => true
    after([10..20], [1..10))  => true
    """
    return before_ranges(range2, range1)


@builtin("after(point: Any, range: range<Any>) -> boolean", spec=_SPEC)
def point_after_range(point: Any, within: Range) -> bool:
    """Say whether the range ends before the point.

    after(10, [1..10))  => true
    after(10, [1..10])  => false
    """
    return range_before_point(within, point)


@builtin("after(range: range<Any>, point: Any) -> boolean", spec=_SPEC)
def range_after_point(within: Range, point: Any) -> bool:
    """Say whether the range starts behind the point.

    after((11..20], 11)  => true
    after([11..20], 11)  => false
    """
    return point_before_range(point, within)


@builtin("after(point1: Any, point2: Any) -> boolean", spec=_SPEC)
def after_points(point1: Any, point2: Any) -> bool:
    """Say whether the first point is the greater.

    after(10, 5)    => true
    after("a", 5)   => null  ! feel.wrong-type
    """
    return before_points(point2, point1)


@builtin("meets(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def meets(range1: Range, range2: Range) -> bool:
    """Say whether the second range starts with the very value that ends the first.

    meets([1..5], [5..10])  => true
    meets([1..5), [5..10])  => false
    """
    end, start = _end(range1), _start(range2)
    _same_kind(range1, range2)
    return end.closed and start.closed and _order(end, start) == 0


@builtin("met by(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def met_by(range1: Range, range2: Range) -> bool:
    """Say whether the first range starts with the very value that ends the second.

    met by([5..10], [1..5])  => true
    met by([5..10], [1..5))  => false
    """
    return meets(range2, range1)


@builtin("overlaps(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def overlaps(range1: Range, range2: Range) -> bool:
    """Say whether the ranges have values in common.

    overlaps([1..5], [3..8])  => true
    overlaps([1..5), [5..8])  => false
    """
    return not before_ranges(range1, range2) and not before_ranges(range2, range1)


@builtin("overlaps before(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def overlaps_before(range1: Range, range2: Range) -> bool:
    """Say whether the first range starts first, reaches into the second, and ends not later.

    overlaps before([1..5], [3..8])  => true
    overlaps before([1..5), [1..5])  => false
    overlaps before([1..5], (1..5])  => true
    """
    return (
        not before_ranges(range1, range2)
        and _order(_start(range1), _start(range2)) < 0
        and _order(_end(range1), _end(range2)) <= 0
    )


@builtin("overlaps after(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def overlaps_after(range1: Range, range2: Range) -> bool:
    """Say whether the second range starts first, reaches into the first, and ends not later.

    overlaps after([3..8], [1..5])  => true
    overlaps after([3..8], [1..3))  => false
    """
    return overlaps_before(range2, range1)


@builtin("finishes(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def finishes(range1: Range, range2: Range) -> bool:
    """Say whether the ranges end alike and the first does not start first.

    finishes([5..10], [1..10])  => true
    finishes([5..10), [1..10])  => false
    """
    starts, ends = (_start(range1), _start(range2)), (_end(range1), _end(range2))
    _same_kind(range1, range2)
    return _order(*ends) == 0 and _order(*starts) >= 0


@builtin("finishes(point: Any, range: range<Any>) -> boolean", spec=_SPEC)
def point_finishes(point: Any, within: Range) -> bool:
    """Say whether the point is the last value of the range.

    finishes(10, [1..10])  => true
    finishes(10, [1..10))  => false
    """
    return _order(_point(point, within), _end(within)) == 0


@builtin("finished by(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def finished_by(range1: Range, range2: Range) -> bool:
    """Say whether the ranges end alike and the second does not start first.

    finished by([1..10], [5..10])  => true
    finished by([1..10], [5..10))  => false
    """
    return finishes(range2, range1)


@builtin("finished by(range: range<Any>, point: Any) -> boolean", spec=_SPEC)
def finished_by_point(within: Range, point: Any) -> bool:
    """Say whether the point is the last value of the range.

    finished by([1..10], 10)  => true
    finished by([1..10), 10)  => false
    """
    return point_finishes(point, within)


@builtin("includes(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def includes(range1: Range, range2: Range) -> bool:
    """Say whether the first range starts and ends no later and no earlier than the second.

    includes([1..10], [4..6])  => true
    includes((1..10], [1..5])  => false
    """
    starts, ends = (_start(range1), _start(range2)), (_end(range1), _end(range2))
    _same_kind(range1, range2)
    return _order(*starts) <= 0 and _order(*ends) >= 0


@builtin("includes(range: range<Any>, point: Any) -> boolean", spec=_SPEC)
def includes_point(within: Range, point: Any) -> bool:
    """Say whether the point is in the range.

    includes([1..10], 1)  => true
    includes((1..10], 1)  => false
    includes((<10), 1)    => true
    """
    at = _point(point, within)
    return _order(_start(within), at) <= 0 and _order(at, _end(within)) <= 0


@builtin("during(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def during(range1: Range, range2: Range) -> bool:
    """Say whether the second range includes the first.

    during([1..10), [1..10])  => true
    during([1..10], [1..10))  => false
    """
    return includes(range2, range1)


@builtin("during(point: Any, range: range<Any>) -> boolean", spec=_SPEC)
def point_during(point: Any, within: Range) -> bool:
    """Say whether the point is in the range.

    during(5, [1..10])   => true
    during(1, (1..10])   => false
    """
    return includes_point(within, point)


@builtin("starts(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def starts(range1: Range, range2: Range) -> bool:
    """Say whether the ranges start alike and the first does not end later.

    starts([1..5], [1..10])   => true
    starts([1..10), [1..10])  => true
    starts((1..5], [1..10])   => false
    """
    begins, ends = (_start(range1), _start(range2)), (_end(range1), _end(range2))
    _same_kind(range1, range2)
    return _order(*begins) == 0 and _order(*ends) <= 0


@builtin("starts(point: Any, range: range<Any>) -> boolean", spec=_SPEC)
def point_starts(point: Any, within: Range) -> bool:
    """Say whether the point is the first value of the range.

    starts(1, [1..10])  => true
    starts(1, (1..10])  => false
    """
    return _order(_point(point, within), _start(within)) == 0


@builtin("started by(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def started_by(range1: Range, range2: Range) -> bool:
    """Say whether the ranges start alike and the second does not end later.

    started by([1..10], [1..5])  => true
    started by((1..10], [1..5])  => false
    """
    return starts(range2, range1)


@builtin("started by(range: range<Any>, point: Any) -> boolean", spec=_SPEC)
def started_by_point(within: Range, point: Any) -> bool:
    """Say whether the point is the first value of the range.

    started by([1..10], 1)  => true
    started by([1..10], 2)  => false
    """
    return point_starts(point, within)


@builtin("coincides(range1: range<Any>, range2: range<Any>) -> boolean", spec=_SPEC)
def coincides(range1: Range, range2: Range) -> bool:
    """Say whether the ranges start and end alike.

    coincides([1..5], [1..5])  => true
    coincides((1..5), [1..5])  => false
    """
    begins, ends = (_start(range1), _start(range2)), (_end(range1), _end(range2))
    _same_kind(range1, range2)
    return _order(*begins) == 0 and _order(*ends) == 0


@builtin("coincides(point1: Any, point2: Any) -> boolean", spec=_SPEC)
def coincides_points(point1: Any, point2: Any) -> bool:
    """Say whether the points are equal.

    coincides(5, 5)    => true
    coincides(5, "5")  => null  ! feel.wrong-type
    """
    return _order(_point(point1), _point(point2)) == 0


@builtin("range(from: string) -> range<Any>", spec="DMN 1.5, 10.3.4.1")
def range_(text: str) -> Range:
    r"""Read an interval between two literals of one kind, in ascending order.

    range("[18..21)")                    => [18..21)
    range(" [ 1 .. 3 ] ")                => [1..3]
    range("(..2)") = (<2)                => true
    range("[..2]")                       => null  ! feel.refused
    range("[3..1]")                      => null  ! feel.refused
    range("[1..\"b\"]")                => null  ! feel.refused
    """
    return parse_range(text)
