"""The text forms of values: `string` for `string()`, `literal` for FEEL source (section 10.3.4.1).

In: a value. Out: text that is the same everywhere. A string is its own text and other values are
written as FEEL literals: no exponents, no trailing zeros, `[1, "a"]`, `{a: 1}`, temporal values as
they are alone and as `@"…"` inside lists, contexts and ranges. `Any` is honest here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from types import NoneType
from typing import Any

from guidewright.feel.decimals import number_text
from guidewright.feel.runtime import Runtime
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
)
from guidewright.feel.values import Function, Range, RangeForm

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_RESERVED = frozenset(
    {
        *("and", "between", "else", "every", "external", "false", "for", "function", "if", "in"),
        *("instance", "not", "null", "of", "or", "return", "satisfies", "some", "then", "true"),
    }
)
_TEMPORAL = frozenset({Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration})


def string(value: Any, rt: Runtime | None = None) -> str:
    """Return the text of `string(value)`; null is written `null`.

    A runtime, if given, is charged for the length and limits it.
    """
    if type(value) is str:
        return value
    return str(value) if type(value) in _TEMPORAL else literal(value, rt)


def literal(value: Any, rt: Runtime | None = None) -> str:
    """Return FEEL source text whose value is `value`; of a function, its head only."""
    rt = rt or Runtime()
    pieces: list[str] = []
    length = 0
    todo: list[Iterator[Any]] = [iter((value,))]  # a stack: values nest deeper than calls may
    while todo:
        part = next(todo[-1], _END)
        if part is _END:
            todo.pop()
            continue
        inner = _INNER.get(type(part))
        if inner is not None:
            todo.append(inner(part))
            rt.charge(1)
            continue
        piece = part.text if type(part) is _Raw else _scalar(part)
        length += len(piece)
        rt.charge(1 + len(piece) // 16)
        if length > rt.limits.characters:
            rt.exhausted(f"a string has at most {rt.limits.characters} characters")
        pieces.append(piece)
    return "".join(pieces)


def quoted(text: str) -> str:
    """Return `text` as a FEEL string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def key_text(key: str) -> str:
    """Return `key` as it may stand in a context: bare when it is a plain word."""
    return key if key.isidentifier() and key not in _RESERVED else quoted(key)


class _Raw:
    """A piece of text between values."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


_END = _Raw("")
_COMMA = _Raw(", ")


def _scalar(value: Any) -> str:
    if type(value) in _TEMPORAL:
        return f'@"{value}"'
    return _SCALARS[type(value)](value)


def _function_text(function: Function) -> str:
    names = ", ".join(parameter.name for parameter in function.parameters)
    return function.name or f"function({names})"


_SCALARS: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: number_text,
    Decimal: number_text,
    str: quoted,
    Function: _function_text,
}


def _list_pieces(items: list[Any]) -> Iterator[Any]:
    yield _Raw("[")
    for number, item in enumerate(items):
        if number:
            yield _COMMA
        yield item
    yield _Raw("]")


def _context_pieces(context: dict[str, Any]) -> Iterator[Any]:
    yield _Raw("{")
    for number, (key, value) in enumerate(context.items()):
        yield _Raw(f"{', ' if number else ''}{key_text(key)}: ")
        yield value
    yield _Raw("}")


def _range_pieces(within: Range) -> Iterator[Any]:
    if within.form == RangeForm.INTERVAL:
        yield _Raw("[" if within.low_included else "(")
        yield within.low
        yield _Raw("..")
        yield within.high
        yield _Raw("]" if within.high_included else ")")
        return
    yield _Raw(f"({within.form.value}")
    yield within.low if within.has_low or not within.has_high else within.high
    yield _Raw(")")


_INNER: dict[type, Callable[[Any], Iterator[Any]]] = {
    list: _list_pieces,
    dict: _context_pieces,
    Range: _range_pieces,
}
