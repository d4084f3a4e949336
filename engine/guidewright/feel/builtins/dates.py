"""The functions of the calendar and the clock (DMN 1.5, 10.3.4.6, 10.3.4.8, 10.3.4.11).

In: dates, dates with times, any values for `is`. Out: numbers, names, booleans. The clock is the
one instant of the evaluation.
"""

from __future__ import annotations

from typing import Any  # `is` takes every value

from guidewright.feel.builtins.registry import builtin
from guidewright.feel.comparison import same
from guidewright.feel.runtime import Runtime
from guidewright.feel.temporal import MONTHS, WEEKDAYS, Date, DateTime

_SPEC = "DMN 1.5, 10.3.4.8"


@builtin(
    "day of year(date: date) -> number", "day of year(date: date and time) -> number", spec=_SPEC
)
def day_of_year(day: Date | DateTime) -> int:
    """Return the number of the day in its year, from 1.

    day of year(@"2019-09-17")           => 260
    day of year(@"2020-12-31T10:10:10")  => 366
    day of year(null)                    => null  ! feel.null-operand
    """
    return _date(day).day_of_year


@builtin(
    "day of week(date: date) -> string", "day of week(date: date and time) -> string", spec=_SPEC
)
def day_of_week(day: Date | DateTime) -> str:
    """Return the English name of the weekday.

    day of week(@"2019-09-17")  => "Tuesday"
    day of week("2019-09-17")   => null  ! feel.wrong-type
    """
    return WEEKDAYS[_date(day).weekday - 1]


@builtin(
    "month of year(date: date) -> string",
    "month of year(date: date and time) -> string",
    spec=_SPEC,
)
def month_of_year(day: Date | DateTime) -> str:
    """Return the English name of the month.

    month of year(@"2019-09-17")           => "September"
    month of year(@"2019-01-01T00:00:00")  => "January"
    """
    return MONTHS[_date(day).month - 1]


@builtin(
    "week of year(date: date) -> number", "week of year(date: date and time) -> number", spec=_SPEC
)
def week_of_year(day: Date | DateTime) -> int:
    """Return the week number of ISO 8601; early January may be in week 52 or 53.

    week of year(@"2003-12-29")          => 1
    week of year(@"2005-01-01")          => 53
    week of year(@"2010-01-01")          => 53
    week of year(value: @"2005-01-01")   => null  ! feel.wrong-arguments
    """
    return _date(day).week_of_year


def _date(day: Date | DateTime) -> Date:
    return day if isinstance(day, Date) else day.date


@builtin(
    "is(value1: Any?, value2: Any?) -> boolean", spec="DMN 1.5, 10.3.4.6", omitted_is_null=True
)
def is_(rt: Runtime, value1: Any, value2: Any) -> bool:
    """Say whether two values are the same one; offsets, zones and fractions of seconds count.

    is(@"23:00:50Z", @"23:00:50+00:00")        => true
    is(@"23:00:50@Etc/GMT", @"23:00:50Z")      => false
    is(@"P1D", @"PT24H")                       => true
    is(@"P0Y", @"P0D")                         => false
    is(1, "1")                                 => false
    is(value1: 1)                              => false
    """
    return same(value1, value2, rt)


@builtin("now() -> date and time", spec="DMN 1.5, 10.3.4.11")
def now(rt: Runtime) -> DateTime:
    """Return the instant of this evaluation.

    now() instance of date and time  => true
    now() = now()                    => true
    now(1)                           => null  ! feel.wrong-arguments
    """
    return rt.now()


@builtin("today() -> date", spec="DMN 1.5, 10.3.4.11")
def today(rt: Runtime) -> Date:
    """Return the day of this evaluation, by the clock's own offset or zone.

    today() instance of date  => true
    today() = date(now())     => true
    """
    return rt.now().date
