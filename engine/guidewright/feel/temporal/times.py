"""Times of day: clock fields and an offset or a zone go in, a `Time` comes out.

Three states are told apart: local, with an offset, with a named zone (DMN 1.5, 10.3.2.3.5). A zone
without a date has no offset of its own; where two times of different zones must be compared, the
zones' offsets on the reference date 1970-01-01 are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal.durations import (
    DAY,
    HOUR,
    MINUTE,
    NANOSECONDS,
    fraction_text,
)
from guidewright.feel.temporal.zones import offset_at_local, zone_ids

MAX_OFFSET = 14 * 3600  # seconds (DMN 1.5, 10.3.2.3.5 by way of XML Schema)
_REFERENCE_DAY = 0


def nanosecond_of_day(hour: int, minute: int, second: int, nanosecond: int = 0) -> int:
    """Return the place of a clock reading in its day; 24:00:00 is refused."""
    if not 0 <= hour <= 23:
        raise Refuse(f"there is no hour {hour}")
    if not 0 <= minute <= 59:
        raise Refuse(f"there is no minute {minute}")
    if not 0 <= second <= 59:
        raise Refuse(f"there is no second {second}")
    return hour * HOUR + minute * MINUTE + second * NANOSECONDS + nanosecond


def checked_offset(seconds: int) -> int:
    """Return the offset when a time may have it, refuse it otherwise."""
    if not -MAX_OFFSET <= seconds <= MAX_OFFSET:
        raise Refuse("a time offset lies between -14:00 and +14:00")
    return seconds


def checked_zone(zone: str) -> str:
    """Return the id when there is such a time zone, refuse it otherwise."""
    if zone not in zone_ids():
        raise Refuse(f"there is no time zone {zone[:60]!r}")
    return zone


def offset_text(offset: int | None, zone: str | None) -> str:
    """Return what stands behind the clock: nothing, `Z`, `+05:30` or `@Europe/Paris`."""
    if zone is not None:
        return f"@{zone}"
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    hours, rest = divmod(abs(offset), 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def clock_text(nanosecond: int) -> str:
    """Return `HH:MM:SS` and the fraction, if any, of a place in the day."""
    seconds, rest = divmod(nanosecond, NANOSECONDS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}{fraction_text(rest)}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: nanoseconds since midnight, and an offset in seconds or a zone or neither."""

    nanosecond: int
    offset: int | None = None
    zone: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether it has neither offset nor zone."""
        return self.offset is None and self.zone is None

    @property
    def utc(self) -> int:
        """Nanoseconds since midnight UTC, maybe negative or beyond the day; not of a local time."""
        if self.offset is not None:
            return self.nanosecond - self.offset * NANOSECONDS
        if self.zone is None:
            raise Refuse("a local time has no place in the day of UTC")
        second = self.nanosecond // NANOSECONDS
        offset = offset_at_local(self.zone, _REFERENCE_DAY, second)
        return self.nanosecond - offset * NANOSECONDS

    def plus(self, nanoseconds: int) -> Time:
        """Return the clock reading that much later, around midnight if need be."""
        return Time((self.nanosecond + nanoseconds) % DAY, self.offset, self.zone)

    def __str__(self) -> str:
        return clock_text(self.nanosecond) + offset_text(self.offset, self.zone)
