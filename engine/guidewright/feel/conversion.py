"""The border of FEEL: Python and JSON data in, FEEL values out, and back again.

Nothing is guessed: a string is a string until a declared type says that it is a date; a `float` is
taken at its shortest decimal spelling; NaN and infinities are refused. What cannot be taken raises
`Refuse` with the path to it. Sizes and nesting are limited. `Any` is honest here: this is where
foreign data comes in.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel import types
from guidewright.feel.decimals import rounded
from guidewright.feel.runtime import DEFAULT_LIMITS, Refuse
from guidewright.feel.temporal import (
    DATES,
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    parse_date_time,
    parse_duration,
    parse_time,
)
from guidewright.feel.temporal.durations import DAY, NANOSECONDS
from guidewright.feel.temporal.times import checked_offset, checked_zone
from guidewright.feel.temporal.zones import EPOCH_ORDINAL
from guidewright.feel.text import literal
from guidewright.feel.types import ContextType, ListType, Type
from guidewright.feel.values import Function, Range

MAX_NESTING = 100
MAX_PARTS = 1_000_000
_TEMPORAL = frozenset({Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration})
_FEEL = frozenset({bool, Function, Range}) | _TEMPORAL


class _Budget:
    """Counts the parts of one piece of data."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts = 0

    def excess(self, count: int, depth: int) -> str | None:
        """Take `count` more parts at a depth; return why that is too many, or None."""
        self.parts += count
        if depth > MAX_NESTING:
            return f"the data is nested more than {MAX_NESTING} deep"
        if self.parts > MAX_PARTS:
            return f"the data has more than {MAX_PARTS} parts"
        return None


class _Misfit(Exception):  # noqa: N818 - private: a refusal on its way up, gathering the path
    def __init__(self, why: Refuse) -> None:
        super().__init__(why.reason)
        self.why = why
        self.steps: list[str] = []

    def refusal(self) -> Refuse:
        """Return the refusal with the path in front, such as `visits[2].date: …`."""
        path = "".join(reversed(self.steps[-20:])).removeprefix(".")
        return Refuse(f"{path}: {self.why.reason}" if path else self.why.reason, self.why.code)


def from_python(obj: object) -> Any:
    """Return the FEEL value of a Python object, or refuse it.

    Takes `None`, `bool`, `int`, `float`, `Decimal`, `str`, lists and tuples, mappings with string
    keys, the classes of `datetime` (a `timedelta` is a days and time duration), and FEEL values.
    """
    try:
        return _value(obj, 0, _Budget())
    except _Misfit as misfit:
        raise misfit.refusal() from None


def _value(obj: Any, depth: int, budget: _Budget) -> Any:
    if obj is None or type(obj) in _FEEL:
        return obj
    convert = SCALARS.get(type(obj)) or _for_subclass(obj)
    if convert is not None:
        try:
            return convert(obj)
        except Refuse as why:
            raise _Misfit(why) from None
    if isinstance(obj, Mapping):
        return _context(obj, depth, budget)
    if isinstance(obj, list | tuple):
        return _list(obj, depth, budget)
    raise _Misfit(Refuse(f"a {type(obj).__name__} is no value of FEEL", Code.INPUT_TYPE))


def _for_subclass(obj: Any) -> Callable[[Any], Any] | None:
    if type(obj) in (dict, list, tuple):
        return None
    return next((convert for python, convert in _SCALARS if isinstance(obj, python)), None)


def _list(obj: Sequence[Any], depth: int, budget: _Budget) -> list[Any]:
    _take(budget, len(obj), depth)
    items = []
    for item in obj:
        try:
            items.append(_value(item, depth + 1, budget))
        except _Misfit as misfit:
            misfit.steps.append(f"[{len(items) + 1}]")
            raise
    return items


def _context(obj: Mapping[Any, Any], depth: int, budget: _Budget) -> dict[str, Any]:
    _take(budget, len(obj), depth)
    context = {}
    for key, value in obj.items():
        if not isinstance(key, str):
            raise _Misfit(Refuse("the keys of a context are strings", Code.INPUT_TYPE))
        try:
            context[str(key)] = _value(value, depth + 1, budget)
        except _Misfit as misfit:
            misfit.steps.append(f".{key[:60]}")
            raise
    return context


def _take(budget: _Budget, count: int, depth: int) -> None:
    excess = budget.excess(count, depth)
    if excess:
        raise _Misfit(Refuse(excess, Code.LIMIT))


def _checked_string(text: str) -> str:
    if len(text) > DEFAULT_LIMITS.characters:
        limit = DEFAULT_LIMITS.characters
        raise Refuse(f"a string has at most {limit} characters", Code.LIMIT)
    return str(text)


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
    (str, _checked_string),
    (datetime.datetime, _from_date_time),
    (datetime.date, lambda day: Date(day.toordinal() - EPOCH_ORDINAL)),
    (datetime.time, _from_time),
    (datetime.timedelta, _from_timedelta),
)
SCALARS = dict(_SCALARS)  # by their class


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


READERS: dict[Type, Callable[[str], Any]] = {
    types.DATE: DATES.__getitem__,  # half the cost of `parse_date`
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
    try:
        return _typed(from_python(value), wanted)
    except _Misfit as misfit:
        raise misfit.refusal() from None


def _typed(value: Any, wanted: Type) -> Any:
    if type(value) is list:
        item = wanted.item if isinstance(wanted, ListType) else wanted
        return [_typed_part(part, item, f"[{at}]") for at, part in enumerate(value, start=1)]
    if isinstance(wanted, ListType):
        return _typed(value, wanted.item)
    if type(value) is dict and isinstance(wanted, ContextType):
        of = dict(wanted.entries)
        return {
            key: _typed_part(part, of[key], f".{key}") if key in of else part
            for key, part in value.items()
        }
    reader = READERS.get(wanted)
    if reader is None or type(value) is not str:
        return value
    try:
        return reader(value)
    except Refuse as why:
        raise _Misfit(why) from None


def _typed_part(value: Any, wanted: Type, step: str) -> Any:
    try:
        return _typed(value, wanted)
    except _Misfit as misfit:
        misfit.steps.append(step)
        raise


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
        excess = budget.excess(len(value), depth)
        if excess:
            raise ResourceError(Note(Code.LIMIT, None, excess))
        if type(value) is list:
            return [_to_json(item, depth + 1, budget) for item in value]
        return {key: _to_json(part, depth + 1, budget) for key, part in value.items()}
    return literal(value)
