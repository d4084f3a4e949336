"""Calendar dates: year, month and day or a day number go in, a `Date` comes out.

The calendar is the proleptic Gregorian one with a year zero, from -999999999 to 999999999, in
whole numbers only (DMN 1.5, 10.3.2.3.4). A `Date` is its day number, so comparing and subtracting
dates costs as much as comparing and subtracting integers.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.feel.runtime import Refuse

MAX_YEAR = 999_999_999
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CYCLE_DAYS = 146_097  # 400 years
_MARCH_OF_YEAR_ZERO = 719_468  # days from 0000-03-01 to 1970-01-01


def is_leap(year: int) -> bool:
    """Say whether `year` has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month, 1 to 12."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01; the arguments must be a day of the calendar."""
    year -= month <= 2  # a year that begins in March has its odd day at the end
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + day_of_year - _MARCH_OF_YEAR_ZERO


def civil(number: int) -> tuple[int, int, int]:
    """Return year, month and day of a day number: the inverse of `day_number`."""
    cycle, rest = divmod(number + _MARCH_OF_YEAR_ZERO, _CYCLE_DAYS)
    year = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    day_of_year = rest - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return cycle * 400 + year + (month <= 2), month, day


FIRST_DAY = day_number(-MAX_YEAR, 1, 1)
LAST_DAY = day_number(MAX_YEAR, 12, 31)


def checked_day(number: int) -> int:
    """Return `number` when it is a day of the calendar, refuse it otherwise."""
    if not FIRST_DAY <= number <= LAST_DAY:
        raise Refuse(f"the date is outside the years -{MAX_YEAR} to {MAX_YEAR}")
    return number


@dataclass(frozen=True, slots=True)
class Date:
    """A day; `ordinal` counts days from 1970-01-01. Make one with `Date.of`."""

    ordinal: int

    @classmethod
    def of(cls, year: int, month: int, day: int) -> Date:
        """Return the date, or refuse what is no day of the calendar."""
        if not -MAX_YEAR <= year <= MAX_YEAR:
            raise Refuse(f"the year {year} is outside -{MAX_YEAR} to {MAX_YEAR}")
        if not 1 <= month <= 12:
            raise Refuse(f"there is no month {month}")
        if not 1 <= day <= days_in_month(year, month):
            raise Refuse(f"there is no day {day} in {MONTHS[month - 1]} {year}")
        return cls(day_number(year, month, day))

    @property
    def civil(self) -> tuple[int, int, int]:
        """Year, month and day."""
        return civil(self.ordinal)

    @property
    def year(self) -> int:
        """The year, with a year zero."""
        return civil(self.ordinal)[0]

    @property
    def month(self) -> int:
        """The month, 1 to 12."""
        return civil(self.ordinal)[1]

    @property
    def day(self) -> int:
        """The day of the month, from 1."""
        return civil(self.ordinal)[2]

    @property
    def weekday(self) -> int:
        """1 for Monday to 7 for Sunday."""
        return (self.ordinal + 3) % 7 + 1

    @property
    def day_of_year(self) -> int:
        """The day of the year, from 1."""
        return self.ordinal - day_number(self.year, 1, 1) + 1

    @property
    def week_of_year(self) -> int:
        """The week number of ISO 8601: week 1 holds the first Thursday of its year."""
        thursday = Date(self.ordinal - self.weekday + 4)
        return (thursday.day_of_year - 1) // 7 + 1

    def plus_days(self, days: int) -> Date:
        """Return the date `days` later, or refuse to leave the calendar."""
        return Date(checked_day(self.ordinal + days))

    def plus_months(self, months: int) -> Date:
        """Return the same day `months` later, or the last day of a shorter month."""
        year, month, day = civil(self.ordinal)
        years, month = divmod(month - 1 + months, 12)
        year, month = year + years, month + 1
        if not -MAX_YEAR <= year <= MAX_YEAR:
            raise Refuse(f"the date is outside the years -{MAX_YEAR} to {MAX_YEAR}")
        return Date(day_number(year, month, min(day, days_in_month(year, month))))

    def months_until(self, end: Date) -> int:
        """Return the whole months to `end`, truncated toward zero (negative when it is earlier)."""
        year, month, day = civil(self.ordinal)
        end_year, end_month, end_day = civil(end.ordinal)
        months = (end_year - year) * 12 + end_month - month
        if months > 0 and end_day < day:
            return months - 1
        return months + 1 if months < 0 and end_day > day else months

    def __str__(self) -> str:
        year, month, day = civil(self.ordinal)
        sign = "-" if year < 0 else ""
        return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}"
