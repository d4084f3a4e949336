"""Offsets of named time zones: a zone id and a moment go in, seconds east of UTC come out.

Only offsets are looked up here; all calendar arithmetic is done with integers elsewhere. The rules
come from the pinned `tzdata` distribution and never from the machine, so the same model gives the
same answer everywhere. Ids are checked against the list that `tzdata` publishes, hence no id can
become a path. Years outside 2-9600 are mapped onto an equal year of another 400-year cycle.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
_CYCLE_DAYS = 146_097  # 400 Gregorian years; also a whole number of weeks
_FIRST_DAY = -718_000  # some day of the year 4
_LAST_DAY = 2_786_000  # some day of the year 9597
EPOCH_ORDINAL = 719_163  # `datetime.toordinal` of 1970-01-01


@cache
def zone_ids() -> frozenset[str]:
    """Return all ids that may stand behind `@` in a time."""
    from importlib import resources  # here and below: most evaluations never meet a zone

    text = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(text.split())


def offset_at_local(zone: str, day: int, second: int) -> int:
    """Return the offset when the clocks of `zone` show `second` of `day` (days since 1970).

    Of two candidates, when clocks are put back, the earlier instant is meant. When clocks skip
    that time, it is the offset from before the change.
    """
    offset = _moment(day, second).replace(tzinfo=_rules(zone)).utcoffset()
    return _seconds(offset)


def offset_at_instant(zone: str, seconds: int) -> int:
    """Return the offset of `zone` at a number of seconds since 1970-01-01T00:00:00Z."""
    day, second = divmod(seconds, DAY_SECONDS)
    rules = _rules(zone)
    return _seconds(rules.fromutc(_moment(day, second).replace(tzinfo=rules)).utcoffset())


def _moment(day: int, second: int) -> datetime:
    if day < _FIRST_DAY:
        day += -((day - _FIRST_DAY) // _CYCLE_DAYS) * _CYCLE_DAYS
    elif day > _LAST_DAY:
        day -= -((_LAST_DAY - day) // _CYCLE_DAYS) * _CYCLE_DAYS
    return datetime.fromordinal(day + EPOCH_ORDINAL) + timedelta(seconds=second)


@cache
def _rules(zone: str) -> ZoneInfo:
    from importlib import resources
    from zoneinfo import ZoneInfo

    file = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/"))
    with file.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=zone)


def _seconds(offset: timedelta | None) -> int:
    if offset is None:  # a ZoneInfo always knows its offset
        raise AssertionError("a time zone without an offset")
    return offset.days * DAY_SECONDS + offset.seconds
