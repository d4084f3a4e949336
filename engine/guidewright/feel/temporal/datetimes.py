"""Dates with a time of day: a `Date` and a `Time` go in, a `DateTime` comes out.

Local values and instants are told apart (DMN 1.5, 10.3.2.3.6). A value in a named zone keeps the
zone and the offset that holds then, so arithmetic is on instants and the hour that occurs twice in
autumn stays known. A reading that clocks skip in spring is moved forward by the gap; of a reading
that occurs twice the earlier instant is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.feel.temporal.dates import Date, checked_day
from guidewright.feel.temporal.durations import DAY, NANOSECONDS
from guidewright.feel.temporal.times import Time, clock_text, offset_text
from guidewright.feel.temporal.zones import DAY_SECONDS, offset_at_instant, offset_at_local


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day, nanoseconds since its midnight, and an offset in seconds or none (local).

    With a `zone` there is always the offset that the zone has then. Make one with `DateTime.of`.
    """

    ordinal: int
    nanosecond: int
    offset: int | None = None
    zone: str | None = None

    @classmethod
    def of(cls, date: Date, time: Time) -> DateTime:
        """Return the moment when a calendar shows `date` and a clock shows `time`."""
        if time.zone is None:
            return cls(date.ordinal, time.nanosecond, time.offset)
        second = time.nanosecond // NANOSECONDS
        offset = offset_at_local(time.zone, date.ordinal, second)
        instant = (date.ordinal * DAY_SECONDS + second - offset) * NANOSECONDS
        return cls.in_zone(instant + time.nanosecond % NANOSECONDS, time.zone)

    @classmethod
    def in_zone(cls, instant: int, zone: str) -> DateTime:
        """Return what calendar and clock of `zone` show at nanoseconds since 1970 UTC."""
        offset = offset_at_instant(zone, instant // NANOSECONDS)
        ordinal, nanosecond = divmod(instant + offset * NANOSECONDS, DAY)
        return cls(checked_day(ordinal), nanosecond, offset, zone)

    @property
    def date(self) -> Date:
        """The calendar's part."""
        return Date(self.ordinal)

    @property
    def time(self) -> Time:
        """The clock's part, with the offset or the zone."""
        return Time(self.nanosecond, None if self.zone is not None else self.offset, self.zone)

    @property
    def local(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00 by calendar and clock."""
        return self.ordinal * DAY + self.nanosecond

    @property
    def instant(self) -> int | None:
        """Nanoseconds from 1970-01-01T00:00:00Z, or None for a local value."""
        if self.offset is None:
            return None
        return self.local - self.offset * NANOSECONDS

    def plus(self, nanoseconds: int) -> DateTime:
        """Return the moment that much later: elapsed time, whatever the clocks do meanwhile."""
        if self.zone is not None and self.offset is not None:
            return DateTime.in_zone(self.local - self.offset * NANOSECONDS + nanoseconds, self.zone)
        ordinal, nanosecond = divmod(self.local + nanoseconds, DAY)
        return DateTime(checked_day(ordinal), nanosecond, self.offset)

    def plus_months(self, months: int) -> DateTime:
        """Return the same clock reading `months` later by the calendar (see `Date`)."""
        return DateTime.of(self.date.plus_months(months), self.time)

    def __str__(self) -> str:
        return f"{self.date}T{clock_text(self.nanosecond)}{offset_text(self.offset, self.zone)}"
