"""FEEL values as JSON data and back, losing nothing.

Null, booleans, strings, lists and contexts are JSON's own, and so are whole numbers that every
JSON reader keeps. The rest is an object with one key that begins with `$`: `{"$number": "1.50"}`,
`{"$date": "2025-11-30"}`, `{"$time": …}`, `{"$date and time": …}`, `{"$duration": "P3M"}`,
`{"$range": …}`; and `{"$context": [[key, value], …]}` for a context with such a key.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from guidewright.errors import CallError, Code, Note
from guidewright.feel.runtime import Refuse
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
from guidewright.feel.temporal.times import checked_zone, clock_text, offset_text
from guidewright.feel.values import Range, RangeForm, Value

MAX_DEPTH = 200
_EXACT = 2**53  # whole numbers below it are exact in every JSON reader


def stored_fault(where: str, text: str) -> CallError:
    """Return the error for stored data that cannot be read; `where` is the path to it."""
    return CallError(Note(Code.WORKFLOW_STORED, None, f"{where or 'the data'}: {text}"))


def value_to_json(value: Value) -> Any:
    """Return a value as JSON data; functions have no such form and are refused."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < _EXACT else {"$number": str(value)}
    if isinstance(value, list):
        return [value_to_json(item) for item in value]
    if isinstance(value, dict):
        if any(key.startswith("$") for key in value):
            return {"$context": [[key, value_to_json(item)] for key, item in value.items()]}
        return {key: value_to_json(item) for key, item in value.items()}
    for kind, (tag, write, _) in _TAGGED.items():
        if type(value) is kind:
            return {tag: write(value)}
    raise stored_fault("", "a function cannot be stored")


def value_from_json(data: Any, where: str = "", depth: int = 0) -> Value:
    """Return the value of JSON data; decimals may come as `Decimal` or `float`."""
    if depth > MAX_DEPTH:
        raise stored_fault(where, f"more than {MAX_DEPTH} levels")
    if data is None or isinstance(data, bool | str | int | Decimal):
        return data
    if isinstance(data, float):
        if not isfinite(data):
            raise stored_fault(where, "this is no number")
        return _number(repr(data))
    if isinstance(data, list):
        return [value_from_json(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(data)]
    if isinstance(data, dict):
        return _object(data, where, depth)
    raise stored_fault(where, "this is no JSON data")


def _object(data: dict[Any, Any], where: str, depth: int) -> Value:
    tag = next(iter(data)) if len(data) == 1 else ""
    inner: Any = data.get(tag)
    read = _READERS.get(tag)
    if read is None and tag != "$context":
        return {str(k): value_from_json(v, f"{where}.{k}", depth + 1) for k, v in data.items()}
    try:
        if read is not None:
            return read(inner)
        return {str(key): value_from_json(item, where, depth + 1) for key, item in inner}
    except (Refuse, LookupError, TypeError, ValueError, AttributeError, InvalidOperation):
        raise stored_fault(where, f"this is no {tag[1:]}") from None


def instant_text(at: DateTime) -> str:
    """Return an instant with its offset, and its zone in brackets (RFC 9557).

    FEEL's own text leaves out the offset of a zone, and with it which of two equal hours is meant.
    """
    zone = f"[{at.zone}]" if at.zone is not None else ""
    return f"{at.date}T{clock_text(at.nanosecond)}{offset_text(at.offset, None)}{zone}"


def instant_from_text(text: str) -> DateTime:
    """Return the instant of a text by `instant_text`, or of FEEL's spelling; refuse others."""
    if not text.endswith("]"):
        return parse_date_time(text)
    clock, _, zone = text[:-1].partition("[")
    at = parse_date_time(clock)
    if at.instant is None:
        raise Refuse("a date and time in a zone has an offset")
    return DateTime.in_zone(at.instant, checked_zone(zone))


def _number(text: str) -> Value:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return int(number) if text.lstrip("-").isdigit() else number


def _range_to_json(value: Range) -> Any:
    return {
        "low": value_to_json(value.low),
        "low included": value.low_included,
        "high": value_to_json(value.high),
        "high included": value.high_included,
        "form": value.form.value,
    }


def _range_from_json(data: Any) -> Range:
    return Range(
        value_from_json(data["low"]),
        bool(data["low included"]),
        value_from_json(data["high"]),
        bool(data["high included"]),
        RangeForm(data["form"]),
    )


# class -> (key, how to write, how to read)
_TAGGED: dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Value]]] = {
    Decimal: ("$number", str, _number),
    Date: ("$date", str, parse_date),
    Time: ("$time", str, parse_time),
    DateTime: ("$date and time", instant_text, instant_from_text),
    DaysTimeDuration: ("$duration", str, parse_duration),
    YearsMonthsDuration: ("$duration", str, parse_duration),
    Range: ("$range", _range_to_json, _range_from_json),
}
_READERS: dict[str, Callable[[Any], Value]] = {tag: read for tag, _, read in _TAGGED.values()}
