"""Equality, order and identity of values (DMN 1.5, Tables 52-54 and 10.3.4.6).

In: two values. Out: true or false; None for the order of a null; a refusal for kinds that have no
equality or order. Times, and dates with times, compare by whole seconds, both in equality and in
order, so that exactly one of `<`, `=` and `>` holds. A local time beside one with an offset adopts
that offset. Nested values are compared without recursion, shared parts once. `Any` is honest here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from guidewright.errors import Code
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
)
from guidewright.feel.temporal.durations import DAY, NANOSECONDS
from guidewright.feel.values import (
    Function,
    Range,
    is_ordered,
    kind,
    same_kind,
    with_article,
)


def equal(left: Any, right: Any, rt: Runtime | None = None) -> bool:
    """Say whether `left = right`; null equals null only; different kinds are refused.

    Lists and contexts are unequal when some part is, and refused when some pair of parts is of
    different kinds and none is unequal. A runtime, if given, is charged for nested parts.
    """
    a, b = type(left), type(right)
    if (a is int or a is Decimal) and (b is int or b is Decimal):
        return bool(left == right)
    if a is str and b is str:
        if rt is not None and len(left) > _LONG:
            rt.charge(len(left) // 16)
        return bool(left == right)
    answer = _equal_or_none(left, right, rt)
    if answer is None:
        if same_kind(left, right):
            raise Refuse(f"two {kind(left)}s hold values of different kinds", Code.WRONG_TYPE)
        one, other = with_article(kind(left)), with_article(kind(right))
        raise Refuse(f"{one} and {other} have no equality", Code.WRONG_TYPE)
    return answer


def not_equal(left: Any, right: Any, rt: Runtime | None = None) -> bool:
    """Say whether `left != right`: the negation of `equal`, refused where that is."""
    return not equal(left, right, rt)


def is_equal(left: Any, right: Any, rt: Runtime | None = None) -> bool:
    """Say whether `left = right` is true, counting a pair without equality as unequal."""
    return _equal_or_none(left, right, rt) is True


def same(left: Any, right: Any, rt: Runtime | None = None) -> bool:
    """Say whether two values are the same one: the built-in `is` (10.3.4.6), never refused.

    Unlike equality it tells apart fractions of seconds, offsets and zones.
    """
    return _walk(left, right, _same_scalar, rt) is True


def less(left: Any, right: Any) -> bool | None:
    """Return `left < right`."""
    a, b = type(left), type(right)
    if (a is int or a is Decimal) and (b is int or b is Decimal):
        return bool(left < right)
    pair = _ordered_pair(left, right)
    return None if pair is None else bool(pair[0] < pair[1])


def less_equal(left: Any, right: Any) -> bool | None:
    """Return `left <= right`."""
    a, b = type(left), type(right)
    if (a is int or a is Decimal) and (b is int or b is Decimal):
        return bool(left <= right)
    pair = _ordered_pair(left, right)
    return None if pair is None else bool(pair[0] <= pair[1])


def greater(left: Any, right: Any) -> bool | None:
    """Return `left > right`."""
    return less(right, left)


def greater_equal(left: Any, right: Any) -> bool | None:
    """Return `left >= right`."""
    return less_equal(right, left)


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1 for two values of one ordered kind; a null is refused as well."""
    pair = _ordered_pair(left, right)
    if pair is None:
        raise Refuse("null has no order", Code.NULL_OPERAND)
    return int(pair[0] > pair[1]) - int(pair[0] < pair[1])


def _ordered_pair(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Return two host values in the order of the given ones, or None beside a null."""
    if left is None or right is None:
        return None
    rule = _ORDER.get(type(left)) if same_kind(left, right) else None
    if rule is None:
        a, b = with_article(kind(left)), with_article(kind(right))
        raise Refuse(f"{a} and {b} have no order", Code.WRONG_TYPE)
    return rule(left, right)


def _as_they_are(left: Any, right: Any) -> tuple[Any, Any]:
    return left, right


def _moments(left: DateTime, right: DateTime) -> tuple[int, int]:
    """Return whole seconds: of the instants, or by the clocks when one of them is local."""
    a, b = left.instant, right.instant
    if a is None or b is None:
        a, b = left.local, right.local
    return a // NANOSECONDS, b // NANOSECONDS


def _times(left: Time, right: Time) -> tuple[int, int]:
    """Return whole seconds in the day of UTC, or by the clocks when these are comparable."""
    if left.is_local or right.is_local or (left.zone is not None and left.zone == right.zone):
        return left.nanosecond // NANOSECONDS, right.nanosecond // NANOSECONDS
    return left.utc % DAY // NANOSECONDS, right.utc % DAY // NANOSECONDS


_ORDER: dict[type, Callable[[Any, Any], tuple[Any, Any]]] = {
    int: _as_they_are,
    Decimal: _as_they_are,
    str: _as_they_are,
    Date: lambda a, b: (a.ordinal, b.ordinal),
    Time: _times,
    DateTime: _moments,
    DaysTimeDuration: lambda a, b: (a.nanoseconds, b.nanoseconds),
    YearsMonthsDuration: lambda a, b: (a.months, b.months),
}


def _equal_or_none(left: Any, right: Any, rt: Runtime | None) -> bool | None:
    """Return the equality, or None where kinds differ."""
    if type(left) not in _STRUCTURES:
        return _equal_scalar(left, right)
    return _walk(left, right, _equal_scalar, rt)


def _equal_scalar(left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return left is right
    if not same_kind(left, right):
        return None
    if is_ordered(left):
        a, b = _ORDER[type(left)](left, right)
        return bool(a == b)
    return bool(left == right) if type(left) is bool else left is right


def _same_scalar(left: Any, right: Any) -> bool | None:
    if left is None or right is None or type(left) is Function:
        return left is right
    return same_kind(left, right) and bool(left == right)


_STRUCTURES = frozenset({list, dict, Range})
_LONG = 256  # characters; shorter strings cost nothing
_MAX_PAIRS = 5_000_000  # compared in one call, where no runtime counts


def _walk(
    left: Any,
    right: Any,
    scalar: Callable[[Any, Any], bool | None],
    rt: Runtime | None,
) -> bool | None:
    """Compare two trees: False at the first unequal pair, None when some pair has no equality."""
    answer: bool | None = True
    seen: set[tuple[int, int]] = set()
    todo = [(left, right)]
    pairs = 0
    while todo:
        a, b = todo.pop()
        if a is b:
            continue
        parts = _parts(a, b)
        if parts is None:
            one = scalar(a, b)
        else:
            if (id(a), id(b)) in seen:
                continue
            seen.add((id(a), id(b)))
            one, inner = parts
            pairs += len(inner)
            _charge(rt, len(inner), pairs)
            todo.extend(inner)
        if one is False:
            return False
        if one is None:
            answer = None
    return answer


def _charge(rt: Runtime | None, new: int, pairs: int) -> None:
    if rt is not None:
        rt.charge(new)
    elif pairs > _MAX_PAIRS:
        Runtime().exhausted(f"more than {_MAX_PAIRS} parts to compare")


def _parts(left: Any, right: Any) -> tuple[bool, list[tuple[Any, Any]]] | None:
    """Return whether two structures have one shape, and pairs of their parts; None for others."""
    if type(left) is not type(right):
        return None
    if type(left) is list:
        if len(left) != len(right):
            return False, []
        return True, list(zip(left, right, strict=True))
    if type(left) is dict:
        if left.keys() != right.keys():
            return False, []
        return True, [(left[key], right[key]) for key in left]
    if type(left) is Range:
        shape = (left.form, left.low_included, left.high_included)
        if shape != (right.form, right.low_included, right.high_included):
            return False, []
        return True, [(left.low, right.low), (left.high, right.high)]
    return None
