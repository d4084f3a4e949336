"""The border of FEEL: Python and JSON data in, FEEL values out, and back again.

Nothing is guessed: a string is a string until a declared type says that it is a date; a `float` is
taken at its shortest decimal spelling; NaN and infinities are refused. What cannot be taken raises
`Refuse` with the path to it. Sizes and nesting are limited. `Any` is honest here: this is where
foreign data comes in.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel import types
from guidewright.feel.decimals import rounded
from guidewright.feel.runtime import DEFAULT_LIMITS, Refuse
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
from guidewright.feel.temporal.durations import DAY, NANOSECONDS
from guidewright.feel.temporal.times import checked_offset, checked_zone
from guidewright.feel.text import literal
from guidewright.feel.types import ContextType, ListType, Type
from guidewright.feel.values import Function, Range

MAX_NESTING = 100
MAX_PARTS = 1_000_000
_TEMPORAL = frozenset({Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration})
_FEEL = frozenset({bool, str, Function, Range}) | _TEMPORAL


class _Budget:
    """Counts the parts of one piece of data."""

    def __init__(self) -> None:
        self.parts = 0

    def take(self, count: int, depth: int) -> str | None:
        """Return why `count` more parts at a depth are too many, or None."""
        self.parts += count
        if depth > MAX_NESTING:
            return f"the data is nested more than {MAX_NESTING} deep"
        if self.parts > MAX_PARTS:
            return f"the data has more than {MAX_PARTS} parts"
        return None


def from_python(obj: object) -> Any:
    """Return the FEEL value of a Python object, or refuse it.

    Takes `None`, `bool`, `int`, `float`, `Decimal`, `str`, lists and tuples, mappings with string
    keys, the classes of `datetime` (a `timedelta` is a days and time duration), and FEEL values.
    """
    return _from_python(obj, "", 0, _Budget())


def _from_python(obj: Any, where: str, depth: int, budget: _Budget) -> Any:
    if obj is None or type(obj) in _FEEL:
        return _checked_string(obj, where) if type(obj) is str else obj
    if isinstance(obj, Mapping):
        _take(budget, len(obj), where, depth)
        return _context(obj, where, depth, budget)
    if isinstance(obj, list | tuple):
        _take(budget, len(obj), where, depth)
        return [
            _from_python(item, f"{where}[{number}]", depth + 1, budget)
            for number, item in enumerate(obj, start=1)
        ]
    for python, convert in _SCALARS:
        if isinstance(obj, python):
            try:
                return convert(obj)
            except Refuse as why:
                raise Refuse(_at(where, why.reason), why.code) from None
    raise Refuse(_at(where, f"a {type(obj).__name__} is no value of FEEL"), Code.INPUT_TYPE)


def _context(obj: Mapping[Any, Any], where: str, depth: int, budget: _Budget) -> dict[str, Any]:
    context = {}
    for key, value in obj.items():
        if not isinstance(key, str):
            raise Refuse(_at(where, "the keys of a context are strings"), Code.INPUT_TYPE)
        inner = f"{where}.{key}" if where else key
        context[str(key)] = _from_python(value, inner, depth + 1, budget)
    return context


def _at(where: str, reason: str) -> str:
    return f"{where}: {reason}" if where else reason


def _take(budget: _Budget, count: int, where: str, depth: int) -> None:
    too_many = budget.take(count, depth)
    if too_many or count > DEFAULT_LIMITS.items:
        reason = too_many or f"a list has at most {DEFAULT_LIMITS.items} items"
        raise Refuse(_at(where[:200], reason), Code.LIMIT)


def _checked_string(text: str, where: str) -> str:
    if len(text) > DEFAULT_LIMITS.characters:
        limit = DEFAULT_LIMITS.characters
        raise Refuse(_at(where, f"a string has at most {limit} characters"), Code.LIMIT)
    return text


def _from_int(number: int) -> Any:
    return rounded(int(number))


def _from_float(number: float) -> Any:
    if not math.isfinite(number):
        raise Refuse("NaN and infinity are no numbers of FEEL", Code.INPUT_TYPE)
    return _plain(Decimal(repr(float(number))))


def _from_decimal(number: Decimal) -> Any:
    if not number.is_finite():
        raise Refuse("NaN and infinity are no numbers of FEEL", Code.INPUT_TYPE)
    return _plain(number)


def _plain(number: Decimal) -> Any:
    """Round to 34 digits; a whole number that is not large becomes an `int`."""
    value = rounded(number)
    if isinstance(value, Decimal) and value.adjusted() < 18 and value == int(value):
        return int(value)
    return value


def _nanosecond(clock: datetime.datetime | datetime.time) -> int:
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * NANOSECONDS + clock.microsecond * 1000


def _offset(clock: datetime.datetime | datetime.time) -> tuple[int | None, str | None]:
    """Return the offset in seconds and the zone id, if it has them."""
    offset = clock.utcoffset()
    zone = getattr(clock.tzinfo, "key", None)
    if offset is not None and offset.microseconds:
        raise Refuse("a time offset has whole seconds")
    seconds = None if offset is None else offset.days * 86_400 + offset.seconds
    return seconds, zone


def _from_date_time(moment: datetime.datetime) -> DateTime:
    ordinal = Date.of(moment.year, moment.month, moment.day).ordinal
    offset, zone = _offset(moment)
    if zone is not None and offset is not None:
        local = ordinal * DAY + _nanosecond(moment)
        return DateTime.in_zone(local - offset * NANOSECONDS, checked_zone(zone))
    return DateTime(
        ordinal, _nanosecond(moment), None if offset is None else checked_offset(offset)
    )


def _from_time(clock: datetime.time) -> Time:
    offset, zone = _offset(clock)
    if zone is not None:
        return Time(_nanosecond(clock), None, checked_zone(zone))
    return Time(_nanosecond(clock), None if offset is None else checked_offset(offset))


def _from_timedelta(elapsed: datetime.timedelta) -> DaysTimeDuration:
    seconds = elapsed.days * 86_400 + elapsed.seconds
    return DaysTimeDuration.of(seconds * NANOSECONDS + elapsed.microseconds * 1000)


# In this order: a subclass stands before its base.
_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (bool, bool),
    (int, _from_int),
    (float, _from_float),
    (Decimal, _from_decimal),
    (str, lambda text: _checked_string(str(text), "")),
    (datetime.datetime, _from_date_time),
    (datetime.date, lambda day: Date.of(day.year, day.month, day.day)),
    (datetime.time, _from_time),
    (datetime.timedelta, _from_timedelta),
)


def _years_months(text: str) -> YearsMonthsDuration:
    value = parse_duration(text)
    if type(value) is not YearsMonthsDuration:
        raise Refuse(f'"{text}" is not a {types.YEARS_MONTHS}')
    return value


def _days_time(text: str) -> DaysTimeDuration:
    value = parse_duration(text)
    if type(value) is not DaysTimeDuration:
        raise Refuse(f'"{text}" is not a {types.DAYS_TIME}')
    return value


_READERS: dict[Type, Callable[[str], Any]] = {
    types.DATE: parse_date,
    types.TIME: parse_time,
    types.DATE_TIME: parse_date_time,
    types.DAYS_TIME: _days_time,
    types.YEARS_MONTHS: _years_months,
}


def from_json_typed(value: object, wanted: Type) -> Any:
    """Return the FEEL value of JSON data, with strings read where `wanted` is temporal.

    Goes through lists and the entries that a context type names. Whether the rest conforms is for
    `values.convert` to say. Raises `Refuse` with the path to a string that cannot be read.
    """
    return _typed(from_python(value), wanted, "")


def _typed(value: Any, wanted: Type, where: str) -> Any:
    if type(value) is list:
        item = wanted.item if isinstance(wanted, ListType) else wanted
        return [
            _typed(part, item, f"{where}[{number}]") for number, part in enumerate(value, start=1)
        ]
    if isinstance(wanted, ListType):
        return _typed(value, wanted.item, where)
    if type(value) is dict and isinstance(wanted, ContextType):
        return {
            key: part
            if (of := wanted.entry(key)) is None
            else _typed(part, of, f"{where}.{key}" if where else key)
            for key, part in value.items()
        }
    reader = _READERS.get(wanted)
    if reader is None or type(value) is not str:
        return value
    try:
        return reader(value)
    except Refuse as why:
        raise Refuse(_at(where, why.reason), why.code) from None


def to_json(value: Any) -> Any:
    """Return `value` as JSON data: exact numbers (`int` or `Decimal`), temporal values as text.

    Ranges and functions become FEEL text. Raises `ResourceError` for data too deep or too large.
    """
    return _to_json(value, 0, _Budget())


def _to_json(value: Any, depth: int, budget: _Budget) -> Any:
    if value is None or type(value) in (bool, int, str, Decimal):
        return value
    if type(value) in _TEMPORAL:
        return str(value)
    if type(value) in (list, dict):
        too_many = budget.take(len(value), depth)
        if too_many:
            raise ResourceError(Note(Code.LIMIT, None, too_many))
        if type(value) is list:
            return [_to_json(item, depth + 1, budget) for item in value]
        return {key: _to_json(part, depth + 1, budget) for key, part in value.items()}
    return literal(value)
