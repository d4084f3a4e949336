"""The small grammar of `range("…")`: a text goes in, a `Range` comes out (DMN 1.5, rules 66, 67).

Ends are literals: a number, a string, `@"…"`, or a call of `date`, `time`, `date and time` or
`duration` with a string. No names, no other calls, no null. An end may be left out on an open side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any  # ends are of any ordered kind

from guidewright.feel.comparison import compare
from guidewright.feel.decimals import parse_number
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import (
    parse_at_literal,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from guidewright.feel.values import Range, RangeForm, interval, kind, same_kind, unary_range

_LONGEST = 10_000  # characters
_BLANK = "\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
_STRING = r'"(?:[^"\\]|\\.)*"'
_END = re.compile(
    rf"(?P<at>@)?(?P<string>{_STRING})"
    rf"|(?P<call>date(?:[{_BLANK}]+and[{_BLANK}]+time)?|time|duration)"
    rf"[{_BLANK}]*\([{_BLANK}]*(?P<argument>{_STRING})[{_BLANK}]*\)"
    rf"|(?P<sign>-?)[{_BLANK}]*(?P<number>[0-9.]*[0-9](?:[eE][+-]?[0-9]+)?)(?![0-9])",
    re.DOTALL,
)
_CALLS: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def parse_range(text: str) -> Range:
    """Read a range, or refuse what is not one, mixes kinds or runs backwards."""
    if len(text) > _LONGEST:
        raise Refuse(f"the text of a range has at most {_LONGEST} characters")
    return _Reader(text).range()


class _Reader:
    """Reads one range from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def fault(self) -> Refuse:
        shown = self.text if len(self.text) <= 60 else self.text[:60] + "…"
        return Refuse(f"'{shown}' is not a range, near character {self.position + 1}")

    def skip_blanks(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in _BLANK:
            self.position += 1

    def take(self, choices: str) -> str:
        """Take one of some characters."""
        self.skip_blanks()
        found = self.text[self.position : self.position + 1]
        if not found or found not in choices:
            raise self.fault()
        self.position += 1
        return found

    def range(self) -> Range:
        """Read bracket, end, `..`, end, bracket."""
        low_included = self.take("[(]") == "["
        low = self.end()
        self.skip_blanks()
        if not self.text.startswith("..", self.position):
            raise self.fault()
        self.position += 2
        high = self.end()
        high_included = self.take("])[") == "]"
        self.skip_blanks()
        if self.position < len(self.text):
            raise self.fault()
        return _checked(low, low_included, high, high_included)

    def end(self) -> Any:
        """Read an end, or None where there is none."""
        self.skip_blanks()
        if self.text.startswith("..", self.position):
            return None
        match = _END.match(self.text, self.position, self._before_dots())
        if match is None:
            return None
        self.position = match.end()
        return _value(match)

    def _before_dots(self) -> int:
        """Return where a number that begins here must end: `1..2` is no number `1.`."""
        if self.text[self.position : self.position + 1] in tuple("-.0123456789"):
            dots = self.text.find("..", self.position)
            return dots if dots >= 0 else len(self.text)
        return len(self.text)


def _value(match: re.Match[str]) -> Any:
    if match["number"] is not None:
        number = parse_number(match["number"])
        return -number if match["sign"] and number else number
    if match["call"] is not None:
        return _CALLS[" ".join(match["call"].split())](_unquoted(match["argument"]))
    text = _unquoted(match["string"])
    return parse_at_literal(text) if match["at"] else text


def _unquoted(literal: str) -> str:
    """Return the string of a literal; an escape that FEEL does not know stays as it is."""
    text = _ESCAPE.sub(_unescaped, literal[1:-1])
    if any("\ud800" <= character <= "\udfff" for character in text):  # pairs make one character
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _unescaped(match: re.Match[str]) -> str:
    escape = match[0]
    if len(escape) == 2:
        return _CHARACTERS.get(escape[1], escape)
    point = int(escape[2:], 16)
    if point > 0x10FFFF:
        raise Refuse(f"there is no character {escape}")
    return chr(point)


def _checked(low: Any, low_included: bool, high: Any, high_included: bool) -> Range:
    if low is None and high is None:
        raise Refuse("a range has at least one end")
    if low is None:
        if low_included:
            raise Refuse("a range without a start is open there")
        return unary_range(RangeForm.LESS_EQUAL if high_included else RangeForm.LESS, high)
    if high is None:
        if high_included:
            raise Refuse("a range without an end is open there")
        return unary_range(RangeForm.GREATER_EQUAL if low_included else RangeForm.GREATER, low)
    if not same_kind(low, high):
        raise Refuse(f"a range from {kind(low)} to {kind(high)} has no order")
    if compare(low, high) > 0:
        raise Refuse("the range ends before it starts")
    return interval(low, low_included, high, high_included)
