"""What generated code calls besides the operators: domains of loops, elements, function calls.

In: FEEL values at run time. Out: FEEL values, or a refusal (DMN 1.5, 10.3.2.13, 10.3.2.14). The
values are dynamic here, so `Any` is honest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from guidewright.errors import Code
from guidewright.feel.builtins import Builtin
from guidewright.feel.decimals import is_integer, to_int
from guidewright.feel.operators import index
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import Date, DaysTimeDuration
from guidewright.feel.temporal.durations import DAY
from guidewright.feel.types import Type
from guidewright.feel.values import (
    Function,
    Parameter,
    Range,
    kind,
)
from guidewright.source import Span

# Cost units: what takes as long as several iterations costs several. A call may take ten times as
# long where the stack of Python 3.11 happens to cross from one chunk of memory into the next.
_CALL = 8
_ANSWER = 3
_PROBE = 50


def elements(value: Any) -> list[Any] | None:
    """Return the elements a filter looks at: a value that is no list is a list of one."""
    if value is None or type(value) is list:
        return value
    return [value]


def days_between(start: Date, end: Date) -> DaysTimeDuration:
    """Return `end - start`."""
    return DaysTimeDuration((end.ordinal - start.ordinal) * DAY)


def index_or_select(
    rt: Runtime, span: Span | None, value: Any, condition: Callable[[Runtime, Any], Any]
) -> Any:
    """Return `value[condition]` where only the data tell whether that is a position or a test.

    It is a position when it is a number outside the elements (DMN 1.5, 10.3.2.5).
    """
    rt.charge(_PROBE, span)
    mark = rt.mark()
    position = condition(rt, None)
    if type(position) in (int, Decimal):
        return index(elements(value), position)
    rt.forget(mark)
    if value is None:
        rt.null(span)
        return None
    selected = []
    decided = False
    for item in elements(value) or ():
        rt.charge(_ANSWER, span)
        answer = condition(rt, item)
        decided = decided or answer is not None
        if answer is True:
            selected.append(item)
        else:
            rt.not_boolean(answer, span)
    if not decided:
        rt.null(span)  # perhaps a position that is missing
    return selected


def domain(rt: Runtime, span: Span | None, start: Any, has_end: bool, end: Any) -> Any:
    """Return what a loop goes over, or None with a note (DMN 1.5, 10.3.2.14).

    Numbers and dates count up or down by one, both ends included. The length is charged.
    """
    if start is None and not has_end:
        rt.null(span)
        return None
    try:
        items = _items(rt, span, start, has_end, end)
    except Refuse as why:
        rt.refused(why, span)
        return None
    rt.charge(len(items), span)
    return items


def _items(rt: Runtime, span: Span | None, start: Any, has_end: bool, end: Any) -> Sequence[Any]:
    if has_end:
        return _counted(rt, span, start, end)
    if type(start) is list:
        return start
    return _range_items(rt, span, start) if type(start) is Range else [start]


def _counted(rt: Runtime, span: Span | None, start: Any, end: Any) -> Sequence[Any]:
    if start is None or end is None:
        raise Refuse("an end of '..' is null", Code.NULL_OPERAND)
    if type(start) is Date and type(end) is Date:
        days = _whole_numbers(rt, span, start.ordinal, end.ordinal)
        return [Date(day) for day in days]
    if all(type(side) in (int, Decimal) and is_integer(side) for side in (start, end)):
        try:
            first, last = to_int(start), to_int(end)
        except Refuse:  # an end far beyond every limit
            rt.exhausted(f"a loop goes over at most {rt.limits.items} values", span)
        return _whole_numbers(rt, span, first, last)
    raise Refuse(
        f"'..' counts in whole numbers or dates, not from {kind(start)} to {kind(end)}",
        Code.WRONG_TYPE,
    )


def _whole_numbers(rt: Runtime, span: Span | None, start: int, end: int) -> range:
    length = abs(end - start) + 1
    if length > rt.limits.items:
        rt.exhausted(f"a loop over {length} values is longer than {rt.limits.items}", span)
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)


def _range_items(rt: Runtime, span: Span | None, given: Range) -> Sequence[Any]:
    """The whole numbers or dates inside a range; one without two such ends is refused."""
    low, high = given.low, given.high
    if not (given.has_low and given.has_high) or given.form != "interval":
        raise Refuse("a range with one end cannot be gone through")
    items = _counted(rt, span, low, high)
    if (high.ordinal < low.ordinal) if type(low) is Date else high < low:
        raise Refuse("the range is empty: its first end is above its second")
    first = 0 if given.low_included else 1
    last = len(items) if given.high_included else len(items) - 1
    return items[first:last]


def call_function(rt: Runtime, function: Any, arguments: Sequence[Any]) -> Any:
    """Call a function value with positional arguments."""
    rt.charge(_CALL)
    if type(function) is Function:
        return function.invoke_positional(rt, arguments)
    raise Refuse(f"{kind(function)} is not a function and cannot be called", Code.NOT_A_FUNCTION)


def call_named(rt: Runtime, function: Any, names: Sequence[str], arguments: Sequence[Any]) -> Any:
    """Call a function value or a built-in function with named arguments."""
    rt.charge(_CALL)
    if len(set(names)) != len(names):
        raise Refuse("a parameter is named twice", Code.WRONG_ARGUMENTS)
    named = dict(zip(names, arguments, strict=True))
    if type(function) is Function:
        return function.invoke_named(rt, named)
    if type(function) is Builtin:
        return function.call_named(rt, named)
    raise Refuse(f"{kind(function)} is not a function and cannot be called", Code.NOT_A_FUNCTION)


def make_function(
    name: str | None,
    parameters: tuple[Parameter, ...],
    result: Type | None,
    call: Callable[[Runtime, Sequence[Any]], Any],
) -> Function:
    """Return a function value."""
    untyped = result is None and all(each.type is None for each in parameters)
    return Function(name, parameters, result, call, untyped=untyped)
