"""Cells as sets of values: `< 180`, `[1..5)`, `"a", "b"`, `not(null)`, without the FEEL parser.

In: the text of an input entry and the type of its column. Out: a `Box`, the exact set of values
that satisfy it, or None when the cell says anything else and has to go the general way. A box
answers as the general way does (a property test holds the two together); it only is data where that
is code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guidewright.feel.decimals import CONTEXT, parse_number
from guidewright.feel.names import SPACE
from guidewright.feel.runtime import Refuse
from guidewright.feel.types import BOOLEAN, NUMBER, STRING, Type

Number = int | Decimal
BOXED_TYPES = (NUMBER, STRING, BOOLEAN)


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of numbers; a bound that is None is not there."""

    low: Number | None
    low_included: bool
    high: Number | None
    high_included: bool

    def holds(self, value: Number) -> bool:
        """Say whether a number lies in it."""
        if self.low is not None and (
            value < self.low or (value == self.low and not self.low_included)
        ):
            return False
        return self.high is None or (
            value < self.high or (value == self.high and self.high_included)
        )


@dataclass(frozen=True, slots=True)
class Box:
    """The values that satisfy a cell: points (None for null) and spans, or all but those."""

    points: tuple[Any, ...]
    spans: tuple[Interval, ...]
    negated: bool = False

    def test(self, value: Any) -> bool | None:
        """Return the truth of the cell for a value of the column's type, or null (10.3.2.10)."""
        if value is None:
            positive = True if None in self.points else (None if self.spans else False)
        else:
            positive = value in self.points or any(span.holds(value) for span in self.spans)
        if not self.negated or positive is None:
            return positive
        return not positive


ANYTHING = Box((), (), negated=True)
_NO_END = Decimal("Infinity")


def limits(box: Box) -> tuple[Decimal, Decimal] | None:
    """Return the least and the greatest number of a box; None where others lie between them.

    An end that is not included is the next of FEEL's numbers, which have 34 digits. Where no number
    satisfies the box, the least is above the greatest.

    >>> limits(Box((), (Interval(1, True, None, False),)))
    (Decimal('1'), Decimal('Infinity'))
    """
    points = [Decimal(point) for point in box.points if point is not None]
    if box.negated:
        return (-_NO_END, _NO_END) if not points and not box.spans else None
    ranges = [(point, point) for point in points] + [_closed(span) for span in box.spans]
    if len(ranges) > 1:
        return None
    return ranges[0] if ranges else (_NO_END, -_NO_END)


def _closed(span: Interval) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest number of an interval."""
    low, high = -_NO_END, _NO_END
    if span.low is not None:
        low = Decimal(span.low)
        low = low if span.low_included else low.next_plus(CONTEXT)
    if span.high is not None:
        high = Decimal(span.high)
        high = high if span.high_included else high.next_minus(CONTEXT)
    return low, high


_NUMERAL = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_GAP = f"[{SPACE}]*"
_TEST = re.compile(
    rf"""(?P<string>"[^"\\]*")
    |(?P<word>null|true|false)(?![\w?])
    |(?P<sign><=|>=|<|>|=){_GAP}(?P<end>{_NUMERAL})
    |(?P<open>[\[\](]){_GAP}(?P<low>{_NUMERAL}){_GAP}\.\.{_GAP}(?P<high>{_NUMERAL}){_GAP}(?P<close>[\])\[])
    |(?P<number>{_NUMERAL})""",
    re.VERBOSE | re.ASCII,
)
_COMMA = re.compile(f"{_GAP},{_GAP}")
_NOT = re.compile(rf"not{_GAP}\({_GAP}(.*?){_GAP}\)", re.DOTALL)
_LITERAL = re.compile(rf'(?P<string>"[^"\\]*")|(?P<number>{_NUMERAL})', re.ASCII)
_WORDS = {"null": None, "true": True, "false": False}


def read_box(text: str, column: Type) -> Box | None:
    """Return the box of a cell, or None when it is not of this plain kind.

    >>> read_box("[1..5), 7", NUMBER).test(5)
    False
    """
    text = text.strip(" \t\r\n")
    if text in ("", "-"):
        return ANYTHING
    negation = _NOT.fullmatch(text)
    if negation is not None:
        inner = _read(negation.group(1), column)
        return Box(inner.points, inner.spans, negated=True) if inner is not None else None
    return _read(text, column)


def _read(text: str, column: Type) -> Box | None:
    points: list[Any] = []
    spans: list[Interval] = []
    try:
        for match in _tests(text):
            if match is None or not _add(match, column, points, spans):
                return None
    except Refuse:  # a number beyond FEEL's: the general way says so
        return None
    return Box(tuple(points), tuple(spans))


def _tests(text: str) -> Iterator[re.Match[str] | None]:
    """Yield the tests between commas; None when something is no plain test."""
    position = 0
    while True:
        match = _TEST.match(text, position)
        yield match
        if match is None:
            return
        comma = _COMMA.match(text, match.end())
        if comma is None:
            if match.end() != len(text):
                yield None
            return
        position = comma.end()


def _add(match: re.Match[str], column: Type, points: list[Any], spans: list[Interval]) -> bool:
    """Take one test into the box; False when it does not fit the column."""
    if match["word"] is not None:
        value = _WORDS[match["word"]]
        points.append(value)
        return value is None or column == BOOLEAN
    if match["string"] is not None:
        points.append(match["string"][1:-1])
        return column == STRING
    if column != NUMBER:
        return False
    if match["number"] is not None:
        points.append(_number(match["number"]))
    elif match["sign"] == "=":
        points.append(_number(match["end"]))
    elif match["sign"] is not None:
        spans.append(_one_sided(match["sign"], _number(match["end"])))
    else:
        low, high = _number(match["low"]), _number(match["high"])
        spans.append(Interval(low, match["open"] == "[", high, match["close"] == "]"))
    return True


def _one_sided(sign: str, end: Number) -> Interval:
    if sign in ("<", "<="):
        return Interval(None, False, end, sign == "<=")
    return Interval(end, sign == ">=", None, False)


def _number(text: str) -> Number:
    return -parse_number(text[1:]) if text[0] == "-" else parse_number(text)


def read_literal(text: str) -> str | Number | None:
    """Return the value of a text that is one plain string or number, else None."""
    match = _LITERAL.fullmatch(text.strip(" \t\r\n"))
    if match is None:
        return None
    if match["string"] is not None:
        return match["string"][1:-1]
    try:
        return _number(match["number"])
    except Refuse:
        return None
