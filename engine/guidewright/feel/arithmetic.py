"""The operators `+ - * / **` and the unary minus, on values of any kind (DMN 1.5, Tables 56-62).

In: two values. Out: a value; None when an operand is null; a refusal when the kinds do not fit
(`feel.wrong-type`) or the domain has no result (`feel.refused`). Nothing converts. Numbers take the
first branch; all other pairs of kinds are rows of a table. `Any` is honest here: kinds are dynamic.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from guidewright.errors import Code
from guidewright.feel.decimals import CONTEXT, LIMIT, WIDE, Number, computed, rounded
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
)
from guidewright.feel.temporal.durations import DAY, MAX_DAYS_TIME, MAX_MONTHS
from guidewright.feel.values import kind, with_article

Rules = Mapping[tuple[type, type], Callable[[Any, Any], Any]]

_MAX_POWER = 999_999_999
_add, _subtract, _multiply, _divide = (
    CONTEXT.add,
    CONTEXT.subtract,
    CONTEXT.multiply,
    CONTEXT.divide,
)
_SIGNALS = (decimal.DivisionByZero, decimal.Overflow, decimal.InvalidOperation)


def add(left: Any, right: Any, rt: Runtime | None = None) -> Any:
    """Return `left + right`; a runtime, if given, limits and charges long strings."""
    a, b = type(left), type(right)
    if a is int and b is int:
        total = left + right
        return total if -LIMIT < total < LIMIT else rounded(total)
    if (a is Decimal or a is int) and (b is Decimal or b is int):
        try:
            return _add(left, right) or 0
        except _SIGNALS:
            return computed(_add, left, right)
    if a is str and b is str:
        return _joined(left, right, rt)
    return _by_rule(_SUMS, "add", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Return `left - right`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        rest = left - right
        return rest if -LIMIT < rest < LIMIT else rounded(rest)
    if (a is Decimal or a is int) and (b is Decimal or b is int):
        try:
            return _subtract(left, right) or 0
        except _SIGNALS:
            return computed(_subtract, left, right)
    return _by_rule(_DIFFERENCES, "subtract", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Return `left * right`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        product = left * right
        return product if -LIMIT < product < LIMIT else rounded(product)
    if (a is Decimal or a is int) and (b is Decimal or b is int):
        try:
            return _multiply(left, right) or 0
        except _SIGNALS:
            return computed(_multiply, left, right)
    return _by_rule(_PRODUCTS, "multiply", left, right)


def divide(left: Any, right: Any) -> Any:
    """Return `left / right`; of whole numbers a whole number where there is one."""
    a, b = type(left), type(right)
    if (a is Decimal or a is int) and (b is Decimal or b is int):
        return _quotient(left, right)
    return _by_rule(_QUOTIENTS, "divide", left, right)


def power(left: Any, right: Any) -> Any:
    """Return `left ** right`; exponents up to ±999999999, `0 ** 0` is 1 (10.3.2.13, Table 60)."""
    a, b = type(left), type(right)
    if not ((a is Decimal or a is int) and (b is Decimal or b is int)):
        return _by_rule({}, "raise", left, right)
    if not -_MAX_POWER <= right <= _MAX_POWER:
        raise Refuse(f"an exponent lies between -{_MAX_POWER} and {_MAX_POWER}")
    if not right:
        return 1
    if not left:
        if right < 0:
            raise Refuse("division by zero")
        return 0
    if a is int and b is int and right > 0 and left.bit_length() * right <= 256:
        return rounded(left**right)
    if left < 0 and right != CONTEXT.to_integral_value(Decimal(right)):
        raise Refuse("a negative number has no fractional power")
    return computed(CONTEXT.power, left, right)


def negate(value: Any) -> Any:
    """Return `-value`, for numbers and durations."""
    match value:
        case None:
            return None
        case bool():
            pass
        case int():
            return -value
        case Decimal():
            return value.copy_negate() or 0
        case DaysTimeDuration(nanoseconds):
            return DaysTimeDuration(-nanoseconds)
        case YearsMonthsDuration(months):
            return YearsMonthsDuration(-months)
    raise Refuse(f"{with_article(kind(value))} has no negative", Code.WRONG_TYPE)


def _by_rule(rules: Rules, verb: str, left: Any, right: Any) -> Any:
    rule = rules.get((type(left), type(right)))
    if rule is not None:
        return rule(left, right)
    if left is None or right is None:
        return None
    a, b = with_article(kind(left)), with_article(kind(right))
    wording = {
        "add": f"cannot add {b} to {a}",
        "subtract": f"cannot subtract {b} from {a}",
        "multiply": f"cannot multiply {a} by {b}",
        "divide": f"cannot divide {a} by {b}",
        "raise": f"cannot raise {a} to {b}",
    }
    raise Refuse(wording[verb], Code.WRONG_TYPE)


def _joined(left: str, right: str, rt: Runtime | None) -> str:
    size = len(left) + len(right)
    if size > 256:
        rt = rt or Runtime()
        if size > rt.limits.characters:
            rt.exhausted(f"a string has at most {rt.limits.characters} characters")
        rt.charge(size // 16)
    return left + right


def _quotient(left: Number, right: Number) -> Number:
    if not right:
        raise Refuse("division by zero")
    if type(left) is int and type(right) is int:
        whole, rest = divmod(left, right)
        if not rest:
            return whole
    try:
        return _divide(left, right) or 0
    except _SIGNALS:
        return computed(_divide, left, right)


def _whole(value: Decimal, rounding: str, limit: int) -> int:
    """Round to a whole number; refuse it beyond `limit` before it becomes an `int`."""
    if abs(value) > limit:
        raise Refuse("the duration is too long")
    return int(value.to_integral_value(rounding=rounding, context=WIDE))


def _days_time(value: Decimal) -> DaysTimeDuration:
    """Return a duration of `value` nanoseconds, rounded half-even."""
    return DaysTimeDuration.of(_whole(value, decimal.ROUND_HALF_EVEN, MAX_DAYS_TIME))


def _years_months(value: Decimal) -> YearsMonthsDuration:
    """Return a duration of `value` months, truncated toward zero."""
    return YearsMonthsDuration.of(_whole(value, decimal.ROUND_DOWN, MAX_MONTHS))


def _days_time_times(duration: DaysTimeDuration, factor: Number) -> DaysTimeDuration:
    return _days_time(WIDE.multiply(duration.nanoseconds, factor))


def _years_months_times(duration: YearsMonthsDuration, factor: Number) -> YearsMonthsDuration:
    return _years_months(WIDE.multiply(duration.months, factor))


def _days_time_over(duration: DaysTimeDuration, divisor: Number) -> DaysTimeDuration:
    if not divisor:
        raise Refuse("division by zero")
    return _days_time(WIDE.divide(duration.nanoseconds, divisor))


def _years_months_over(duration: YearsMonthsDuration, divisor: Number) -> YearsMonthsDuration:
    if not divisor:
        raise Refuse("division by zero")
    return _years_months(WIDE.divide(duration.months, divisor))


def _date_plus(date: Date, duration: DaysTimeDuration) -> Date:
    """Add to the date's midnight and keep the day that then is (a floor, not a truncation)."""
    return date.plus_days(duration.nanoseconds // DAY)


def _date_minus(date: Date, duration: DaysTimeDuration) -> Date:
    return date.plus_days(-duration.nanoseconds // DAY)


def _between(end: DateTime, start: DateTime) -> DaysTimeDuration:
    """Return the time from `start` to `end`; both are instants or both are local."""
    a, b = end.instant, start.instant
    if a is not None and b is not None:
        return DaysTimeDuration.of(a - b)
    if a is None and b is None:
        return DaysTimeDuration.of(end.local - start.local)
    raise Refuse("a local date and time has no distance from one with an offset or a zone")


def _midnight_utc(date: Date) -> DateTime:
    return DateTime(date.ordinal, 0, 0)


def _between_times(end: Time, start: Time) -> DaysTimeDuration:
    """Return the plain difference, maybe negative; both have an offset or zone, or neither has."""
    if (end.offset, end.zone) == (start.offset, start.zone):
        return DaysTimeDuration(end.nanosecond - start.nanosecond)
    if end.is_local or start.is_local:
        raise Refuse("a local time has no distance from one with an offset or a zone")
    return DaysTimeDuration(end.utc - start.utc)


def _both_ways(rules: Rules) -> Rules:
    """Add each rule with its operands exchanged."""
    swapped = {(b, a): _exchanged(rule) for (a, b), rule in rules.items()}
    return {**swapped, **rules}


def _exchanged(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: rule(right, left)


def _for_numbers(
    kinds: Mapping[type, Callable[[Any, Any], Any]],
) -> dict[tuple[type, type], Callable[[Any, Any], Any]]:
    """Return a rule for each kind with either class of number on the right."""
    return {(of, number): rule for of, rule in kinds.items() for number in (int, Decimal)}


_SUMS: Rules = _both_ways(
    {
        (DaysTimeDuration, DaysTimeDuration): lambda a, b: DaysTimeDuration.of(
            a.nanoseconds + b.nanoseconds
        ),
        (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: YearsMonthsDuration.of(
            a.months + b.months
        ),
        (Date, YearsMonthsDuration): lambda a, b: a.plus_months(b.months),
        (DateTime, YearsMonthsDuration): lambda a, b: a.plus_months(b.months),
        (Date, DaysTimeDuration): _date_plus,
        (DateTime, DaysTimeDuration): lambda a, b: a.plus(b.nanoseconds),
        (Time, DaysTimeDuration): lambda a, b: a.plus(b.nanoseconds),
    }
)
_DIFFERENCES: Rules = {
    (DaysTimeDuration, DaysTimeDuration): lambda a, b: DaysTimeDuration.of(
        a.nanoseconds - b.nanoseconds
    ),
    (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: YearsMonthsDuration.of(
        a.months - b.months
    ),
    (Date, YearsMonthsDuration): lambda a, b: a.plus_months(-b.months),
    (DateTime, YearsMonthsDuration): lambda a, b: a.plus_months(-b.months),
    (Date, DaysTimeDuration): _date_minus,
    (DateTime, DaysTimeDuration): lambda a, b: a.plus(-b.nanoseconds),
    (Time, DaysTimeDuration): lambda a, b: a.plus(-b.nanoseconds),
    (Date, Date): lambda a, b: DaysTimeDuration((a.ordinal - b.ordinal) * DAY),
    (DateTime, DateTime): _between,
    (DateTime, Date): lambda a, b: _between(a, _midnight_utc(b)),
    (Date, DateTime): lambda a, b: _between(_midnight_utc(a), b),
    (Time, Time): _between_times,
}
_PRODUCTS: Rules = _both_ways(
    _for_numbers({DaysTimeDuration: _days_time_times, YearsMonthsDuration: _years_months_times})
)
_QUOTIENTS: Rules = {
    **_for_numbers({DaysTimeDuration: _days_time_over, YearsMonthsDuration: _years_months_over}),
    (DaysTimeDuration, DaysTimeDuration): lambda a, b: _quotient(a.nanoseconds, b.nanoseconds),
    (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: _quotient(a.months, b.months),
}
