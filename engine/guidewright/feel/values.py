"""FEEL's values and their types: what a value is, what conforms, what is converted.

A number is `int` or `Decimal`, a string `str`, a boolean `bool`, null `None`, a list `list` and a
context `dict` (both never changed after they are made), a temporal value one of `temporal`; ranges
and functions are the classes below. In: values and types. Out: conformance (DMN 1.5, 10.3.2.9),
conversion or a refusal. Data from outside comes in through `conversion`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, Protocol  # FEEL is typed at run time: a value may be of any kind

from guidewright.errors import Code, did_you_mean
from guidewright.feel import types
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
)
from guidewright.feel.types import (
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Recursive,
    Simple,
    Type,
    union,
)

Value = Any


class RangeForm(StrEnum):
    """How a range was written; part of its equality (DMN 1.5, Table 53)."""

    INTERVAL = "interval"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    EQUAL = "="
    NOT_EQUAL = "!="


@dataclass(frozen=True, slots=True)
class Range:
    """A range of ordered values. Make one with `interval` or `unary_range`.

    An end that the form leaves undefined (`low` of `<5`) is no limit; a null end of an interval
    is an unknown limit. For `!=x` both ends hold the excluded value.
    """

    low: Value
    low_included: bool
    high: Value
    high_included: bool
    form: RangeForm = RangeForm.INTERVAL

    @property
    def has_low(self) -> bool:
        """Whether there is a lower end at all (which may be null)."""
        return self.form not in (RangeForm.LESS, RangeForm.LESS_EQUAL, RangeForm.NOT_EQUAL)

    @property
    def has_high(self) -> bool:
        """Whether there is an upper end at all (which may be null)."""
        return self.form not in (RangeForm.GREATER, RangeForm.GREATER_EQUAL, RangeForm.NOT_EQUAL)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; `type` None means any."""

    name: str
    type: Type | None = None


class Overloaded(Protocol):
    """A built-in function behind a function value: it picks among its own signatures."""

    def takes(self, count: int) -> bool:
        """Say whether some signature takes `count` arguments."""

    def call_positional(self, rt: Runtime, args: Sequence[Value]) -> Value:
        """Call with arguments in order."""

    def call_named(self, rt: Runtime, args: Mapping[str, Value]) -> Value:
        """Call with arguments by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value; equal only to itself. `call` gets one argument a parameter."""

    name: str | None
    parameters: tuple[Parameter, ...]
    result: Type | None
    call: Callable[[Runtime, Sequence[Value]], Value]
    overloaded: Overloaded | None = None
    untyped: bool = False  # nothing has to be converted

    def takes(self, count: int) -> bool:
        """Say whether it can be called with `count` arguments."""
        if self.overloaded is not None:
            return self.overloaded.takes(count)
        return count == len(self.parameters)

    def invoke_positional(self, rt: Runtime, args: Sequence[Value]) -> Value:
        """Call with arguments in order; refuse another number or kind of them."""
        if self.overloaded is not None:
            return self._run(rt, self.overloaded.call_positional, args)
        if self.untyped and len(args) == len(self.parameters):
            return self._run(rt, self.call, args)
        if len(args) != len(self.parameters):
            wanted, given = len(self.parameters), len(args)
            raise Refuse(
                f"{self._title} takes {wanted} arguments, not {given}", Code.WRONG_ARGUMENTS
            )
        return self._run(rt, self._converted, args)

    def invoke_named(self, rt: Runtime, args: Mapping[str, Value]) -> Value:
        """Call with arguments by name; an omitted one is null, an unknown name is refused."""
        if self.overloaded is not None:
            return self._run(rt, self.overloaded.call_named, args)
        names = [parameter.name for parameter in self.parameters]
        for name in args:
            if name not in names:
                near = did_you_mean(name, names)
                hint = f"; {near}" if near else ""
                raise Refuse(f"{self._title} has no parameter {name!r}{hint}", Code.WRONG_ARGUMENTS)
        return self._run(rt, self._converted, [args.get(name) for name in names])

    @property
    def _title(self) -> str:
        return f"{self.name!r}" if self.name else "the function"

    def _run(self, rt: Runtime, call: Callable[[Runtime, Any], Value], args: Any) -> Value:
        rt.charge(1)
        if rt.depth >= rt.limits.depth:
            rt.exhausted(f"functions call one another more than {rt.limits.depth} deep")
        rt.depth += 1
        try:
            return call(rt, args)
        finally:
            rt.depth -= 1

    def _converted(self, rt: Runtime, args: Sequence[Value]) -> Value:
        given = [
            arg if parameter.type is None else self._argument(arg, parameter)
            for arg, parameter in zip(args, self.parameters, strict=True)
        ]
        value = self.call(rt, given)
        if self.result is None or is_a(value, self.result):
            return value
        return convert(value, self.result)

    def _argument(self, arg: Value, parameter: Parameter) -> Value:
        wanted = parameter.type
        if wanted is None or is_a(arg, wanted):
            return arg
        converted = converted_or_missing(arg, wanted)
        if converted is MISSING:
            raise Refuse(
                f"parameter {parameter.name!r} of {self._title} is a {wanted}, "
                f"not {with_article(kind(arg))}",
                Code.WRONG_TYPE,
            )
        return converted


_SIMPLE_CLASSES: dict[Simple, tuple[type, ...]] = {
    types.NULL: (NoneType,),
    types.NUMBER: (int, Decimal),
    types.STRING: (str,),
    types.BOOLEAN: (bool,),
    types.DATE: (Date,),
    types.TIME: (Time,),
    types.DATE_TIME: (DateTime,),
    types.DAYS_TIME: (DaysTimeDuration,),
    types.YEARS_MONTHS: (YearsMonthsDuration,),
}
SIMPLE_OF_CLASS: dict[type, Simple] = {
    python: simple for simple, classes in _SIMPLE_CLASSES.items() for python in classes
}
_CLASSES_BY_NAME: dict[str, tuple[type, ...] | None] = {
    types.ANY.name: None,
    **{simple.name: classes for simple, classes in _SIMPLE_CLASSES.items()},
}
_KINDS: dict[type, str] = {
    **{python: simple.name for python, simple in SIMPLE_OF_CLASS.items()},
    NoneType: "null",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
_ORDERED = frozenset(
    {int, Decimal, str, Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration}
)


def kind(value: Value) -> str:
    """Return FEEL's word for what `value` is: `number`, `date and time`, `list` and so on."""
    return _KINDS[type(value)]


def with_article(word: str) -> str:
    """Return `a number`; `null` and plural words stand alone."""
    if word == "null":
        return word
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def is_value(value: object) -> bool:
    """Say whether a Python object is of a class that FEEL values have."""
    return type(value) in _KINDS


def is_ordered(value: Value) -> bool:
    """Say whether `value` is of a kind that `<` compares."""
    return type(value) in _ORDERED


def same_kind(left: Value, right: Value) -> bool:
    """Say whether two values are of the same kind; `1` and `1.5` are."""
    return _KINDS[type(left)] is _KINDS[type(right)]


def interval(low: Value, low_included: bool, high: Value, high_included: bool) -> Range:
    """Return a range between two ends of one ordered kind; an end may be null.

    The ends may be in descending order: nothing is in such a range (DMN 1.5, 10.3.2.7).
    """
    for end in (low, high):
        if end is not None and type(end) not in _ORDERED:
            raise Refuse(f"{with_article(kind(end))} cannot end a range", Code.WRONG_TYPE)
    if low is not None and high is not None and not same_kind(low, high):
        raise Refuse(f"a range from {kind(low)} to {kind(high)} has no order", Code.WRONG_TYPE)
    return Range(low, low_included, high, high_included)


def unary_range(form: RangeForm | str, value: Value) -> Range:
    """Return `<x`, `<=x`, `>x`, `>=x`, `=x` or `!=x` as a range (DMN 1.5, rule 7a)."""
    form = RangeForm(form)
    match form:
        case RangeForm.EQUAL:
            return Range(value, True, value, True, form)
        case RangeForm.NOT_EQUAL:
            return Range(value, False, value, False, form)
    if value is not None and type(value) not in _ORDERED:
        raise Refuse(f"{with_article(kind(value))} cannot end a range", Code.WRONG_TYPE)
    match form:
        case RangeForm.LESS | RangeForm.LESS_EQUAL:
            return Range(None, False, value, form is RangeForm.LESS_EQUAL, form)
        case RangeForm.GREATER | RangeForm.GREATER_EQUAL:
            return Range(value, form is RangeForm.GREATER_EQUAL, None, False, form)
    return interval(value, True, value, True)


def make_range(
    low: Value, low_included: bool, high: Value, high_included: bool, form: RangeForm | str
) -> Range:
    """Return the range of a form from its parts; a unary form takes the one end that it has."""
    if form == RangeForm.INTERVAL:
        return interval(low, low_included, high, high_included)
    return unary_range(form, high if form in (RangeForm.LESS, RangeForm.LESS_EQUAL) else low)


def type_of(value: Value) -> Type:
    """Return the narrowest type; of a list, the union over its items; deep nests end in `Any`."""
    return _type_of(value, {}, 0)


def _type_of(value: Value, known: dict[int, Type], depth: int) -> Type:
    simple = SIMPLE_OF_CLASS.get(type(value))
    if simple is not None:
        return simple
    if depth > _DEEPEST_TYPE:
        return types.ANY
    found = known.get(id(value))  # a part shared by many lists is looked at once
    if found is None:
        found = known[id(value)] = _structure(value, known, depth + 1)
    return found


_DEEPEST_TYPE = 20


def _structure(value: Value, known: dict[int, Type], depth: int) -> Type:
    match value:
        case list():
            item: Type = types.NULL
            for part in value:
                item = union(item, _type_of(part, known, depth))
            return ListType(item)
        case dict():
            entries = ((key, _type_of(part, known, depth)) for key, part in value.items())
            return ContextType(tuple(entries))
        case Range():
            low, high = _type_of(value.low, known, depth), _type_of(value.high, known, depth)
            return RangeType(union(low, high))
        case Function():
            parameters = tuple(parameter.type or types.ANY for parameter in value.parameters)
            return FunctionType(parameters, value.result or types.ANY)
    raise TypeError(f"not a FEEL value: {type(value).__name__}")


def is_a(value: Value, wanted: Type) -> bool:
    """Say whether `value` conforms to a type; null conforms to every type (10.3.2.9.2).

    A context may have more keys than the type names but must have those; of a function only the
    number of parameters counts.
    """
    if value is None:
        return True
    if type(wanted) is Simple:
        classes = _CLASSES_BY_NAME[wanted.name]
        return classes is None or type(value) in classes
    match wanted:
        case ListType(item):
            return type(value) is list and _all_are(value, item)
        case ContextType(entries):
            return type(value) is dict and all(
                key in value and is_a(value[key], of) for key, of in entries
            )
        case RangeType(point):
            return type(value) is Range and is_a(value.low, point) and is_a(value.high, point)
        case FunctionType(parameters, _):
            return type(value) is Function and value.takes(len(parameters))
        case Recursive():
            return True
    raise TypeError(f"not a FEEL type: {wanted!r}")


def _all_are(items: list[Value], wanted: Type) -> bool:
    if type(wanted) is not Simple:
        return all(is_a(item, wanted) for item in items)
    classes = _CLASSES_BY_NAME[wanted.name]
    return classes is None or set(map(type, items)) <= {*classes, NoneType}


def classes_of(wanted: Type) -> frozenset[type] | None:
    """Return the classes of all values that conform, or None when the class does not decide."""
    classes = _CLASSES_BY_NAME[wanted.name] if type(wanted) is Simple else None
    return None if classes is None else frozenset({*classes, NoneType})


def instance_of(value: Value, wanted: Type) -> bool:
    """Say what `value instance of wanted` says: null is an instance of `Null` only (Table 61)."""
    if value is None:
        return wanted == types.NULL
    return is_a(value, wanted)


class _Missing:
    """The class of `MISSING`, which is no FEEL value."""


MISSING = _Missing()


def converted_or_missing(value: Value, wanted: Type) -> Value:
    """Return `value` converted as by `convert`, or `MISSING` when there is no conversion."""
    if is_a(value, wanted):
        return value
    if type(value) is list and len(value) == 1 and is_a(value[0], wanted):
        return value[0]
    if isinstance(wanted, ListType) and type(value) is not list and is_a(value, wanted.item):
        return [value]
    if wanted == types.DATE_TIME and type(value) is Date:
        return DateTime.of(value, Time(0, 0))
    return MISSING


def convert(value: Value, wanted: Type) -> Value:
    """Return `value` as a value of the type, or refuse (DMN 1.5, 10.3.2.9.4).

    In this order: it conforms; it is a list of one conforming item; a list is wanted and it is an
    item of it; a date where a date and time is wanted is midnight UTC. Nothing else converts.
    """
    converted = converted_or_missing(value, wanted)
    if converted is MISSING:
        raise Refuse(
            f"{with_article(kind(value))} is not {with_article(str(wanted))}", Code.WRONG_TYPE
        )
    return converted
