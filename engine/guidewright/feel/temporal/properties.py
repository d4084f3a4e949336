"""The properties of temporal values: `d.year`, `t.time offset`, … (DMN 1.5, Tables 65 and 66).

In: a value and a name. Out: the property's value, or a refusal that names the nearest property.
`PROPERTIES` is the one table; a checker takes the types from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any  # what a reader gets depends on the row of the table

from guidewright.errors import Code, did_you_mean
from guidewright.feel import types
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal.dates import Date
from guidewright.feel.temporal.datetimes import DateTime
from guidewright.feel.temporal.durations import (
    HOUR,
    MINUTE,
    NANOSECONDS,
    DaysTimeDuration,
    YearsMonthsDuration,
    fraction_text,
)
from guidewright.feel.temporal.times import Time


@dataclass(frozen=True, slots=True)
class Property:
    """A property: the type of its values (which may also be null) and how to read it."""

    type: types.Type
    read: Callable[[Any], Any]


def _seconds(nanoseconds: int) -> int | Decimal:
    """Return exact seconds from nanoseconds below a minute."""
    whole, rest = divmod(abs(nanoseconds), NANOSECONDS)
    sign = "-" if nanoseconds < 0 else ""
    return Decimal(f"{sign}{whole}{fraction_text(rest)}") if rest else int(f"{sign}{whole}")


def _offset(value: Time | DateTime) -> DaysTimeDuration | None:
    return None if value.offset is None else DaysTimeDuration(value.offset * NANOSECONDS)


_CALENDAR = {
    "year": Property(types.NUMBER, lambda value: value.date.year),
    "month": Property(types.NUMBER, lambda value: value.date.month),
    "day": Property(types.NUMBER, lambda value: value.date.day),
    "weekday": Property(types.NUMBER, lambda value: value.date.weekday),
}
_CLOCK = {
    "hour": Property(types.NUMBER, lambda value: value.nanosecond // HOUR),
    "minute": Property(types.NUMBER, lambda value: value.nanosecond // MINUTE % 60),
    "second": Property(types.NUMBER, lambda value: _seconds(value.nanosecond % MINUTE)),
    "time offset": Property(types.DAYS_TIME, _offset),
    "timezone": Property(types.STRING, lambda value: value.zone),
}
PROPERTIES: Mapping[types.Type, Mapping[str, Property]] = {
    types.DATE: {
        "year": Property(types.NUMBER, lambda value: value.year),
        "month": Property(types.NUMBER, lambda value: value.month),
        "day": Property(types.NUMBER, lambda value: value.day),
        "weekday": Property(types.NUMBER, lambda value: value.weekday),
    },
    types.TIME: _CLOCK,
    types.DATE_TIME: _CALENDAR | _CLOCK,
    types.DAYS_TIME: {
        "days": Property(types.NUMBER, lambda value: value.parts()[0]),
        "hours": Property(types.NUMBER, lambda value: value.parts()[1]),
        "minutes": Property(types.NUMBER, lambda value: value.parts()[2]),
        "seconds": Property(types.NUMBER, lambda value: _seconds(value.parts()[3])),
    },
    types.YEARS_MONTHS: {
        "years": Property(types.NUMBER, lambda value: value.parts()[0]),
        "months": Property(types.NUMBER, lambda value: value.parts()[1]),
    },
}
_BY_CLASS = {
    Date: types.DATE,
    Time: types.TIME,
    DateTime: types.DATE_TIME,
    DaysTimeDuration: types.DAYS_TIME,
    YearsMonthsDuration: types.YEARS_MONTHS,
}


def properties(value: Any, name: str) -> Any:
    """Return the property `name` of a temporal value; null when it has none such set."""
    kind = _BY_CLASS[type(value)]
    found = PROPERTIES[kind].get(name)
    if found is None:
        near = did_you_mean(name, PROPERTIES[kind])
        hint = f"; {near}" if near else ""
        raise Refuse(f"a {kind} has no property {name!r}{hint}", Code.NO_SUCH_KEY)
    return found.read(value)
