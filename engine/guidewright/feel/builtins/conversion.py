"""The conversion functions: `date`, `time`, `duration`, `number`, `string` … (10.3.4.1).

In: texts, numbers, temporal values. Out: the value, or a refusal that says what is wrong.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any  # `string` takes every value

from guidewright.feel.builtins.registry import builtin
from guidewright.feel.decimals import CONTEXT, Number, parse_number, to_int
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from guidewright.feel.temporal.durations import NANOSECONDS
from guidewright.feel.temporal.times import checked_offset, nanosecond_of_day
from guidewright.feel.text import string as text_of

_SPEC = "DMN 1.5, 10.3.4.1"


@builtin("date(from: string) -> date", spec=_SPEC)
def date_from_string(text: str) -> Date:
    """Read a date, `YYYY-MM-DD`.

    date("2017-12-31")     => @"2017-12-31"
    date("-2017-12-31")    => date(-2017, 12, 31)
    date("2021-02-30")     => null  ! feel.refused
    date("998-12-31")      => null  ! feel.refused
    date("2012-12-25T")    => null  ! feel.refused
    """
    return parse_date(text)


@builtin("date(from: date) -> date", spec=_SPEC)
def date_from_date(date: Date) -> Date:
    """Return the date itself.

    date(@"2017-10-11")    => @"2017-10-11"
    date(null)             => null  ! feel.null-operand
    date(1)                => null  ! feel.wrong-type
    """
    return date


@builtin("date(from: date and time) -> date", spec=_SPEC)
def date_from_date_time(moment: DateTime) -> Date:
    """Return the day on the calendar where the moment is told; offset and zone do not move it.

    date(@"2017-08-14T14:25:00")              => @"2017-08-14"
    date(@"2017-08-03T23:15:30-05:00")        => @"2017-08-03"
    date(@"2017-09-03T09:45:30@Europe/Paris") => @"2017-09-03"
    """
    return moment.date


@builtin("date(year: integer, month: integer, day: integer) -> date", spec=_SPEC)
def date_from_parts(year: int, month: int, day: int) -> Date:
    """Return the date of the calendar, if there is such a day.

    date(2017, 12, 31)                   => @"2017-12-31"
    date(year: 2017, month: 8, day: 30)  => @"2017-08-30"
    date(2021, 2, 29)                    => null  ! feel.refused
    date(2017, 13, 31)                   => null  ! feel.refused
    date(1000999999, 12, 1)              => null  ! feel.refused
    """
    return Date.of(year, month, day)


@builtin("date and time(from: string) -> date and time", spec=_SPEC)
def date_and_time_from_string(text: str) -> DateTime:
    """Read a date and time; a date alone is its midnight, local.

    date and time("2012-12-24")            => @"2012-12-24T00:00:00"
    date and time("2012-12-24T24:00:00")   => @"2012-12-25T00:00:00"
    date and time("2017-12-31T24:00:01")   => null  ! feel.refused
    date and time("2011-12-03T10:15:30+01:00@Europe/Paris")  => null  ! feel.refused
    """
    return parse_date_time(text)


@builtin("date and time(date: date, time: time) -> date and time", spec=_SPEC)
def date_and_time_from_date(date: Date, time: Time) -> DateTime:
    """Return the moment when the calendar shows the date and the clock the time.

    date and time(@"2017-01-01", @"23:59:01Z")  => @"2017-01-01T23:59:01Z"
    date and time(@"2017-01-01", null)          => null  ! feel.null-operand
    """
    return DateTime.of(date, time)


@builtin("date and time(date: date and time, time: time) -> date and time", spec=_SPEC)
def date_and_time_from_date_time(date: DateTime, time: Time) -> DateTime:
    """Return the moment on the same day; time, offset and zone of the first argument do not count.

    date and time(@"2017-08-10T10:20:00", @"23:59:01")              => @"2017-08-10T23:59:01"
    date and time(@"2017-09-05T10:20:00-01:00", @"09:15:30+02:00")  => @"2017-09-05T09:15:30+02:00"
    date and time(@"2017-08-10T10:20:00@Europe/Paris", @"23:59:01") => @"2017-08-10T23:59:01"
    """
    return DateTime.of(date.date, time)


@builtin("time(from: string) -> time", spec=_SPEC)
def time_from_string(text: str) -> Time:
    """Read a time, `HH:MM:SS`, with a fraction, and `Z`, an offset or a zone if any.

    time("11:22:33.5+01:30")      => @"11:22:33.5+01:30"
    time("24:00:00")              => @"00:00:00"
    time("23:59:60")              => null  ! feel.refused
    time("13:20:00+19:00")        => null  ! feel.refused
    time("13:20:00@xyz/abc")      => null  ! feel.refused
    """
    return parse_time(text)


@builtin("time(from: time) -> time", spec=_SPEC)
def time_from_time(time: Time) -> Time:
    """Return the time itself.

    time(@"10:20:30")  => @"10:20:30"
    time(null)         => null  ! feel.null-operand
    """
    return time


@builtin("time(from: date and time) -> time", spec=_SPEC)
def time_from_date_time(moment: DateTime) -> Time:
    """Return the clock's reading, with the offset or zone.

    time(@"2017-08-10T10:20:00+02:00")        => @"10:20:00+02:00"
    time(@"2017-08-10T10:20:00@Europe/Paris") => @"10:20:00@Europe/Paris"
    """
    return moment.time


@builtin("time(from: date) -> time", spec=_SPEC)
def time_from_date(date: Date) -> Time:
    """Return midnight UTC: a date converts to a date and time with offset zero.

    time(@"2017-08-10")  => @"00:00:00Z"
    """
    return DateTime(date.ordinal, 0, 0).time


@builtin(
    "time(hour: integer, minute: integer, second: number, offset?: days and time duration?)"
    " -> time",
    spec=_SPEC,
)
def time_from_parts(
    hour: int, minute: int, second: Number, offset: DaysTimeDuration | None = None
) -> Time:
    """Return a time; a fraction of a second is kept to the nanosecond, cut beyond.

    time(11, 59, 45)                          => @"11:59:45"
    time(11, 59, 45.5, @"PT2H")               => @"11:59:45.5+02:00"
    time(11, 59, 45, @"PT2H45M55S")           => @"11:59:45+02:45:55"
    time(11, 59, 45, null)                    => @"11:59:45"
    time(24, 0, 0)                            => null  ! feel.refused
    """
    whole = to_int(second)
    if second < 0:
        raise Refuse(f"there is no second {second}")
    rest = CONTEXT.multiply(CONTEXT.subtract(Decimal(second), whole), NANOSECONDS)
    nanosecond = int(rest.to_integral_value(rounding=decimal.ROUND_DOWN, context=CONTEXT))
    seconds = None
    if offset is not None:
        seconds, fraction = divmod(offset.nanoseconds, NANOSECONDS)
        if fraction:
            raise Refuse("a time offset has whole seconds")
        checked_offset(seconds)
    return Time(nanosecond_of_day(hour, minute, whole, nanosecond), seconds)


@builtin("duration(from: string) -> Any", spec=_SPEC)
def duration(text: str) -> DaysTimeDuration | YearsMonthsDuration:
    """Read a duration, `PnDTnHnMnS` or `PnYnM`; the text decides the kind.

    duration("PT24H")      => @"P1D"
    duration("P26M")       => @"P2Y2M"
    duration("-PT1H2M")    => -@"PT1H2M"
    duration("P1Y2M3D")    => null  ! feel.refused
    duration("P1H")        => null  ! feel.refused
    """
    return parse_duration(text)


_MONTHS = "years and months duration"


@builtin(f"{_MONTHS}(from: date, to: date) -> {_MONTHS}", spec=_SPEC)
def months_between_dates(start: Date, end: Date) -> YearsMonthsDuration:
    """Return the whole months from one date to the other, toward zero.

    years and months duration(@"2000-02-29", @"2021-02-28")  => @"P20Y11M"
    years and months duration(@"2021-02-28", @"2000-02-29")  => -@"P20Y11M"
    years and months duration(@"2021-01-31", @"2021-02-28")  => @"P0M"
    years and months duration(@"2017-08-11", null)           => null  ! feel.null-operand
    """
    return YearsMonthsDuration.of(start.months_until(end))


@builtin(f"{_MONTHS}(from: date and time, to: date and time) -> {_MONTHS}", spec=_SPEC)
def months_between_moments(start: DateTime, end: DateTime) -> YearsMonthsDuration:
    """Return the whole months between the dates; times of day, offsets and zones do not count.

    years and months duration(@"2015-12-24T12:15:00", @"2016-12-24T00:00:00")  => @"P1Y"
    """
    return months_between_dates(start.date, end.date)


@builtin(f"{_MONTHS}(from: date, to: date and time) -> {_MONTHS}", spec=_SPEC)
def months_from_date(start: Date, end: DateTime) -> YearsMonthsDuration:
    """Return the whole months between the dates.

    years and months duration(@"2015-12-24", @"2017-12-15T00:59:59")  => @"P1Y11M"
    """
    return months_between_dates(start, end.date)


@builtin(f"{_MONTHS}(from: date and time, to: date) -> {_MONTHS}", spec=_SPEC)
def months_to_date(start: DateTime, end: Date) -> YearsMonthsDuration:
    """Return the whole months between the dates.

    years and months duration(@"2015-12-24T12:15:00", @"2017-12-24")  => @"P2Y"
    """
    return months_between_dates(start.date, end)


@builtin(
    "number(from: string, grouping separator: string?, decimal separator: string?) -> number",
    spec=_SPEC,
)
def number(text: str, grouping: str | None, point: str | None) -> Number:
    """Read a number; the grouping separator is blank, comma, point or null; no other text stands.

    number("1.000.000,01", ".", ",")   => 1000000.01
    number("1 000.5", " ", ".")        => 1000.5
    number("-1,000", ",", null)        => -1000
    number("1,000", ",", ",")          => null  ! feel.refused
    number("1_000", null, ".")         => null  ! feel.refused
    """
    if grouping not in (None, " ", ",", "."):
        raise Refuse("the grouping separator is a blank, a comma, a point or null")
    if point not in (None, ",", "."):
        raise Refuse("the decimal separator is a comma, a point or null")
    if grouping is not None and grouping == point:
        raise Refuse("grouping separator and decimal separator are the same")
    plain = text if grouping is None else text.replace(grouping, "")
    if point == ",":
        if "." in plain:
            raise Refuse(f'"{text[:60]}" is not a number with a decimal comma')
        plain = plain.replace(",", ".")
    value = parse_number(plain.removeprefix("-"))
    return -value if plain.startswith("-") and value else value


@builtin("string(from: Any) -> string", spec=_SPEC)
def string(rt: Runtime, value: Any) -> str:
    r"""Return the text of a value: numbers plain, without an exponent or trailing zeros.

    string(1.10)             => "1.1"
    string(0.0000001)        => "0.0000001"
    string([1, "a", null])   => "[1, \"a\", null]"
    string(@"P25M")          => "P2Y1M"
    string(null)             => null  ! feel.null-operand
    """
    return text_of(value, rt)
