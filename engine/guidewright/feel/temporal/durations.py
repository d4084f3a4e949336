"""The two kinds of duration: numbers of nanoseconds or of months go in, values come out.

The kinds never mix: a month has no fixed number of days (DMN 1.5, 10.3.2.3.7 and .8). Both are one
integer, so they are normalised by being stored; the text form shows the parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal.dates import MAX_YEAR

NANOSECONDS = 1_000_000_000
MINUTE = 60 * NANOSECONDS
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MAX_DAYS_TIME = 2**63 * NANOSECONDS  # 2**63 seconds
MAX_MONTHS = 24 * (MAX_YEAR + 1)  # between any two dates of the calendar


def fraction_text(nanosecond: int) -> str:
    """Return `.5` for half a second and nothing for a whole one."""
    return "." + f"{nanosecond:09d}".rstrip("0") if nanosecond else ""


@dataclass(frozen=True, slots=True)
class DaysTimeDuration:
    """A days and time duration; `nanoseconds` is its whole length. Make one with `of`."""

    nanoseconds: int

    @classmethod
    def of(cls, nanoseconds: int) -> DaysTimeDuration:
        """Return the duration, or refuse one beyond 2**63 seconds."""
        if not -MAX_DAYS_TIME <= nanoseconds <= MAX_DAYS_TIME:
            raise Refuse("the duration is longer than 2**63 seconds")
        return cls(nanoseconds)

    def parts(self) -> tuple[int, int, int, int]:
        """Return days, hours, minutes and nanoseconds below a minute; all have the same sign."""
        sign = -1 if self.nanoseconds < 0 else 1
        days, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        return sign * days, sign * hours, sign * minutes, sign * rest

    def __str__(self) -> str:
        if not self.nanoseconds:
            return "PT0S"
        days, hours, minutes, rest = (abs(part) for part in self.parts())
        seconds, nanosecond = divmod(rest, NANOSECONDS)
        clock = f"{hours}H" if hours else ""
        clock += f"{minutes}M" if minutes else ""
        clock += f"{seconds}{fraction_text(nanosecond)}S" if rest else ""
        sign = "-" if self.nanoseconds < 0 else ""
        return f"{sign}P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


@dataclass(frozen=True, slots=True)
class YearsMonthsDuration:
    """A years and months duration; `months` is its whole length. Make one with `of`."""

    months: int

    @classmethod
    def of(cls, months: int) -> YearsMonthsDuration:
        """Return the duration, or refuse one that no two dates are apart."""
        if not -MAX_MONTHS <= months <= MAX_MONTHS:
            raise Refuse(f"the duration is longer than {MAX_MONTHS} months")
        return cls(months)

    def parts(self) -> tuple[int, int]:
        """Return years and months; both have the same sign."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months

    def __str__(self) -> str:
        years, months = (abs(part) for part in self.parts())
        sign = "-" if self.months < 0 else ""
        if not years:
            return f"{sign}P{months}M"
        return f"{sign}P{years}Y" + (f"{months}M" if months else "")
