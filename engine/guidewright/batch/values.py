"""FEEL values as keys and as Arrow values.

In: FEEL values and types. Out: hashable keys that are equal exactly for equal values of one kind;
Arrow types, and the plain Python objects Arrow takes for a value. A number becomes a double at its
shortest spelling (the way it is read back is the way it came in) or, where asked for, its text of
up to 34 digits. What Arrow has no type for is written as text. `Any` is honest here.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa

from guidewright.feel import types
from guidewright.feel.decimals import number_text
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import Date
from guidewright.feel.text import string
from guidewright.feel.types import ANY, ContextType, ListType, Type
from guidewright.feel.values import Function, Range, converted_or_missing, is_a


class Numbers(StrEnum):
    """How numbers are written: as doubles, or as text with every digit."""

    DOUBLE = "double"
    TEXT = "text"


def key(value: Any) -> Hashable:
    """Return what two values share only when no decision can tell them apart.

    >>> key([1, "a"]) == key([Decimal("1.0"), "a"]), key(True) == key(1)
    (True, False)
    """
    kind = type(value)
    if kind is list:
        return ("list", *map(key, value))
    if kind is dict:
        return ("context", *((name, key(part)) for name, part in value.items()))
    if kind is bool:
        return ("boolean", value)
    if kind is Range:
        return ("range", repr(value))
    if kind is Function:
        return ("function", id(value), value)
    found: Hashable = value
    return found


def output_type(declared: Type, of: Type) -> Type:
    """Return the type of a decision's value: the declared one, or what its logic gives."""
    return declared if declared != ANY else of


def arrow_type(of: Type, numbers: Numbers) -> pa.DataType:
    """Return the Arrow type for the values of a FEEL type."""
    match of:
        case ListType(item):
            return pa.list_(arrow_type(item, numbers))
        case ContextType(entries) if entries:
            return pa.struct([(name, arrow_type(part, numbers)) for name, part in entries])
    if of == types.NUMBER and numbers is Numbers.DOUBLE:
        return pa.float64()
    if of == types.BOOLEAN:
        return pa.bool_()
    return pa.date32() if of == types.DATE else pa.string()


def to_arrow(value: Any, of: Type, numbers: Numbers) -> Any:
    """Return the Python object that Arrow takes for a value; refuse one that does not fit."""
    if value is None:
        return None
    value = _fitting(value, of)
    match of:
        case ListType(item):
            return [to_arrow(each, item, numbers) for each in value]
        case ContextType(entries) if entries:
            return {name: to_arrow(value.get(name), part, numbers) for name, part in entries}
    if of == types.NUMBER:
        return number_text(value) if numbers is Numbers.TEXT else float(value)
    if of == types.BOOLEAN:
        return value
    if of == types.DATE:
        return _day(value)
    return string(value)


def _fitting(value: Any, of: Type) -> Any:
    if is_a(value, of):
        return value
    converted = converted_or_missing(value, of)
    if not is_a(converted, of):
        raise Refuse(f"{string(value)[:80]} is not of the type of the decision, {of}")
    return converted


def _day(value: Date) -> int:
    if not -(2**31) <= value.ordinal < 2**31:
        raise Refuse(f"the date {value} is too far away for an Arrow column")
    return value.ordinal


def exact_as_double(value: Any) -> bool:
    """Say whether every number in a value survives being written as a double and read back."""
    kind = type(value)
    if kind is list:
        return all(map(exact_as_double, value))
    if kind is dict:
        return all(map(exact_as_double, value.values()))
    if kind in (int, Decimal):
        return bool(Decimal(repr(float(value))) == value)
    return True
