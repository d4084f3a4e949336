"""All operators of FEEL on values: logic, `in`, paths and indexes here; the others by import.

In: values. Out: a value; None for null that comes from a null operand, or for ternary "unknown";
`Refuse` for every other null, with the reason. These are the general forms: where types are known,
compiled code may use narrower ones that agree. `Any` is honest here: kinds are known at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from guidewright.errors import Code, did_you_mean
from guidewright.feel import types
from guidewright.feel.arithmetic import add, divide, multiply, negate, power, subtract
from guidewright.feel.comparison import (
    compare,
    equal,
    greater,
    greater_equal,
    is_equal,
    less,
    less_equal,
    not_equal,
    same,
)
from guidewright.feel.decimals import is_integer, to_int
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import PROPERTIES, properties
from guidewright.feel.values import SIMPLE_OF_CLASS, Range, RangeForm, kind, with_article

__all__ = [
    "RANGE_PROPERTIES",
    "add",
    "between",
    "compare",
    "conjunction",
    "disjunction",
    "divide",
    "equal",
    "greater",
    "greater_equal",
    "in_range",
    "index",
    "is_equal",
    "less",
    "less_equal",
    "multiply",
    "negate",
    "negation",
    "not_equal",
    "path",
    "power",
    "same",
    "subtract",
    "unary_in",
    "unary_test",
]


def conjunction(*values: Any) -> bool | None:
    """Return the ternary `and`: false if some value is, else true if all are, else unknown."""
    return _folded(values, False)


def disjunction(*values: Any) -> bool | None:
    """Return the ternary `or`: true if some value is, else false if all are, else unknown."""
    return _folded(values, True)


def _folded(values: tuple[Any, ...], decisive: bool) -> bool | None:
    """Fold by Table 50; unknown because of a kind other than boolean and null is refused."""
    other = None
    unknown = False
    for value in values:
        if value is decisive:
            return bool(decisive)
        if type(value) is not bool:
            unknown = True
            other = value if other is None else other
    if other is not None:
        word = "or" if decisive else "and"
        raise Refuse(f"{with_article(kind(other))} stands beside {word!r}", Code.WRONG_TYPE)
    return None if unknown else not decisive


def negation(value: Any) -> bool | None:
    """Return the ternary `not`."""
    if value is True or value is False:
        return value is False
    if value is None:
        return None
    raise Refuse(f"{with_article(kind(value))} has no negation", Code.WRONG_TYPE)


def between(value: Any, low: Any, high: Any) -> bool | None:
    """Return `value between low and high`: `value >= low and value <= high` (rule 49.b)."""
    return _both(lambda: less_equal(low, value), lambda: less_equal(value, high))


def _both(first: Callable[[], bool | None], second: Callable[[], bool | None]) -> bool | None:
    """Return the conjunction of two comparisons; one that is false outweighs a refusal."""
    try:
        one = first()
    except Refuse:
        if second() is False:
            return False
        raise
    if one is False:
        return False
    other = second()
    return other if one else (False if other is False else None)


def in_range(value: Any, within: Range) -> bool | None:
    """Return whether a range holds `value` (Table 55); unknown for null and at null ends.

    `=x` and `!=x` are equality tests, so null has an answer there.
    """
    if within.form == RangeForm.INTERVAL:
        start, end = within.low, within.high
        if type(value) in _NUMBERS and type(start) in _NUMBERS and type(end) in _NUMBERS:
            if not (start <= value if within.low_included else start < value):
                return False
            return bool(value <= end if within.high_included else value < end)
        low = less_equal if within.low_included else less
        high = less_equal if within.high_included else less
        return _both(lambda: low(start, value), lambda: high(value, end))
    return _UNARY[within.form](value, within)


_NUMBERS = frozenset({int, Decimal})
_UNARY: dict[RangeForm, Callable[[Any, Range], bool | None]] = {
    RangeForm.LESS: lambda value, within: less(value, within.high),
    RangeForm.LESS_EQUAL: lambda value, within: less_equal(value, within.high),
    RangeForm.GREATER: lambda value, within: less(within.low, value),
    RangeForm.GREATER_EQUAL: lambda value, within: less_equal(within.low, value),
    RangeForm.EQUAL: lambda value, within: equal(value, within.low),
    RangeForm.NOT_EQUAL: lambda value, within: not_equal(value, within.low),
}


def unary_in(value: Any, test: Any, rt: Runtime | None = None) -> bool | None:
    """Return `value in test` for one test that does not use `?` (10.3.2.8).

    A range holds it; a list equals it, or has an item that equals or holds it (then the answer is
    never unknown); any other test equals it.
    """
    if type(test) is Range:
        return in_range(value, test)
    if type(test) is not list:
        return equal(value, test, rt)
    if rt is not None:
        rt.charge(len(test))
    if type(value) is list and is_equal(value, test, rt):
        return True
    return any(_is_or_holds(item, value, rt) for item in test)


def unary_test(value: Any, test: Any, rt: Runtime | None = None) -> bool | None:
    """Return `unary_in` for an input entry; a condition of its own counts as it is (7.3.2).

    A condition is a boolean beside a value of another kind; a missing value meets no condition.
    """
    if type(test) is bool and type(value) is not bool and value is not None:
        return test
    return unary_in(value, test, rt)


def _is_or_holds(item: Any, value: Any, rt: Runtime | None) -> bool:
    if is_equal(value, item, rt):
        return True
    if type(item) is not Range:
        return False
    try:
        return in_range(value, item) is True
    except Refuse:  # a range of another kind does not hold it; the answer is false, not null
        return False


def index(value: Any, position: Any) -> Any:
    """Return the item of a list at a position from 1, or from the end when negative (10.3.2.5).

    Another value than a list is taken as a list of one.
    """
    if value is None or position is None:
        return None
    items = value if type(value) is list else [value]
    if kind(position) != "number":
        raise Refuse(f"{with_article(kind(position))} is not a position", Code.WRONG_TYPE)
    if not is_integer(position):
        raise Refuse(f"position {position} is not whole")
    at, size = to_int(position), len(items)
    if at == 0 or abs(at) > size:
        raise Refuse(f"position {at} is outside the list of {size}")
    return items[at - 1 if at > 0 else at]


# The properties of ranges, as `temporal.PROPERTIES` has those of temporal values (Table 66).
RANGE_PROPERTIES: dict[str, tuple[types.Type, Callable[[Range], Any]]] = {
    "start": (types.ANY, lambda of: of.low if of.has_low else None),
    "end": (types.ANY, lambda of: of.high if of.has_high else None),
    "start included": (types.BOOLEAN, lambda of: of.low_included),
    "end included": (types.BOOLEAN, lambda of: of.high_included),
}
_DEEPEST_PATH = 100


def path(value: Any, name: str, rt: Runtime | None = None) -> Any:
    """Return `value.name`: an entry, a property, or of a list the list of them (10.3.2.5).

    In a list, null stands for each item that has no such entry.
    """
    if type(value) is dict:
        if name in value:
            return value[name]
        near = did_you_mean(name, value)
        hint = f"; {near}" if near else ""
        raise Refuse(f"the context has no entry {name!r}{hint}", Code.NO_SUCH_KEY)
    if value is None:
        return None
    if type(value) is list:
        return _paths(value, name, rt, 0)
    if SIMPLE_OF_CLASS.get(type(value)) in PROPERTIES:
        return properties(value, name)
    if type(value) is Range and name in RANGE_PROPERTIES:
        return RANGE_PROPERTIES[name][1](value)
    raise Refuse(f"{with_article(kind(value))} has no entry {name!r}", Code.NO_SUCH_KEY)


def _paths(items: list[Any], name: str, rt: Runtime | None, depth: int) -> list[Any]:
    rt = rt or Runtime()
    rt.charge(3 * len(items))  # an item takes as long as three steps of a loop
    if depth > _DEEPEST_PATH:
        rt.exhausted(f"lists are nested more than {_DEEPEST_PATH} deep")
    return [_path_or_null(item, name, rt, depth) for item in items]


def _path_or_null(item: Any, name: str, rt: Runtime, depth: int) -> Any:
    if type(item) is dict:
        return item.get(name)
    if type(item) is list:
        return _paths(item, name, rt, depth + 1)
    if type(item) is not Range and SIMPLE_OF_CLASS.get(type(item)) not in PROPERTIES:
        return None  # the standard's answer for such an item
    try:
        return path(item, name, rt)
    except Refuse:  # it has other properties
        return None
