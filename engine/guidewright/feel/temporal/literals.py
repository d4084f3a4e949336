"""Text to temporal values, in FEEL's own ASCII grammar (DMN 1.5, 10.3.2.3.4-8 and rule 65).

Host parsers are not used: they accept other spellings. Each function raises `Refuse` with the text
and the form it should have; a fraction finer than a nanosecond is refused, never cut.
"""

from __future__ import annotations

import re
from typing import NoReturn

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal.dates import Date
from guidewright.feel.temporal.datetimes import DateTime
from guidewright.feel.temporal.durations import (
    DAY,
    HOUR,
    MINUTE,
    NANOSECONDS,
    DaysTimeDuration,
    YearsMonthsDuration,
)
from guidewright.feel.temporal.times import (
    Time,
    checked_offset,
    checked_zone,
    nanosecond_of_day,
)

Temporal = Date | Time | DateTime | DaysTimeDuration | YearsMonthsDuration

_LONGEST = 200  # characters; far above any value of the calendar
_DATE_FORM = r"(?P<sign>-?)(?P<year>[0-9]{4}|[1-9][0-9]{4,8})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME_FORM = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?:(?P<utc>[Zz])"
    r"|(?P<east>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-5][0-9])(?::(?P<seconds>[0-5][0-9]))?"
    r"|@(?P<zone>[A-Za-z0-9_+/-]+))?"
)
_DATE = re.compile(_DATE_FORM)
_TIME = re.compile(_TIME_FORM)
_DATE_TIME = re.compile(f"{_DATE_FORM}T{_TIME_FORM}")
_DAYS_TIME = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]*))?S)?)?"
)
_YEARS_MONTHS = re.compile(r"(?P<sign>-?)P(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?")


class Dates(dict[str, Date]):
    """Dates by their text, for asking; what is not known yet is read, or refused.

    The same few days are read again and again, and a subscript costs half of a cached call.
    """

    def __missing__(self, text: str) -> Date:
        match = _whole(_DATE, text)
        date = _date(match) if match else _refuse(text, "a date (YYYY-MM-DD)")
        if len(self) >= _MOST_DATES:
            self.clear()
        self[text] = date
        return date


_MOST_DATES = 10_000
DATES = Dates()


def parse_date(text: str) -> Date:
    """Read `-?YYYY-MM-DD`; a year of more than four digits has no leading zero."""
    return DATES[text]


def parse_time(text: str) -> Time:
    """Read `HH:MM:SS[.fraction]` and `Z`, `±HH:MM[:SS]` or `@Zone`; 24:00:00 is midnight."""
    match = _whole(_TIME, text)
    if not match:
        _refuse(text, "a time (HH:MM:SS, then nothing, Z, an offset or @Zone)")
    return _time(match)[0]


def parse_date_time(text: str) -> DateTime:
    """Read a date, `T` and a time; a date alone is its local midnight; 24:00:00 the next day."""
    if _whole(_DATE, text):
        return DateTime.of(parse_date(text), Time(0))
    match = _whole(_DATE_TIME, text)
    if not match:
        _refuse(text, "a date and time (YYYY-MM-DDTHH:MM:SS)")
    time, days = _time(match)
    return DateTime.of(_date(match).plus_days(days), time)


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration:
    """Read `-?PnDTnHnMn.nS` or `-?PnYnM`; the kinds do not mix."""
    match = _whole(_YEARS_MONTHS, text)
    if match and text[-1] in "YM":
        months = _count(match["years"]) * 12 + _count(match["months"])
        return YearsMonthsDuration.of(-months if match["sign"] else months)
    match = _whole(_DAYS_TIME, text)
    if not match or text[-1] in "PT":
        _refuse(text, "a duration (PnDTnHnMnS or PnYnM)")
    nanoseconds = (
        _count(match["days"]) * DAY
        + _count(match["hours"]) * HOUR
        + _count(match["minutes"]) * MINUTE
        + _count(match["seconds"]) * NANOSECONDS
        + _nanosecond(match["fraction"])
    )
    return DaysTimeDuration.of(-nanoseconds if match["sign"] else nanoseconds)


def parse_at_literal(text: str) -> Temporal:
    """Read what stands in `@"…"`: the content decides the kind (rule 65)."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if _whole(_DATE, text):
        return parse_date(text)
    if _whole(_TIME, text):
        return parse_time(text)
    if _whole(_DATE_TIME, text):
        return parse_date_time(text)
    return _refuse(text, "a date, time, date and time or duration")


def _whole(form: re.Pattern[str], text: str) -> re.Match[str] | None:
    return form.fullmatch(text) if 0 < len(text) <= _LONGEST else None


def _refuse(text: str, form: str) -> NoReturn:
    shown = text if len(text) <= 60 else text[:60] + "…"
    raise Refuse(f'"{shown}" is not {form}')


def _date(match: re.Match[str]) -> Date:
    year = int(match["year"])
    if match["sign"] and not year:
        raise Refuse("the year zero has no sign")
    return Date.of(-year if match["sign"] else year, int(match["month"]), int(match["day"]))


def _time(match: re.Match[str]) -> tuple[Time, int]:
    """Return the time and the days to add for 24:00:00."""
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    nanosecond = _nanosecond(match["fraction"])
    late = hour == 24 and minute == second == nanosecond == 0
    place = nanosecond_of_day(0 if late else hour, minute, second, nanosecond)
    zone = checked_zone(match["zone"]) if match["zone"] else None
    return Time(place, _offset(match), zone), int(late)


def _offset(match: re.Match[str]) -> int | None:
    if match["utc"]:
        return 0
    if not match["east"]:
        return None
    seconds = int(match["hours"]) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"] or 0)
    return checked_offset(-seconds if match["east"] == "-" else seconds)


def _nanosecond(fraction: str | None) -> int:
    digits = (fraction or "").rstrip("0")
    if len(digits) > 9:
        raise Refuse(f"the fraction .{digits[:20]} is finer than a nanosecond")
    return int(digits.ljust(9, "0"))


def _count(digits: str | None) -> int:
    if digits is None:
        return 0
    if len(digits) > 20:
        raise Refuse("the duration is longer than 2**63 seconds")
    return int(digits)
