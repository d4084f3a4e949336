"""External functions through an allow-list: a key in the model, a Python function here.

In: the kind, class and method signature that a model writes (DMN 1.5, 10.3.2.13.3). Out: a function
of FEEL values, if the operator of the engine allowed that very key. Nothing is looked up by text
from a model: no reflection, no import. By default nothing is allowed; `STANDARD` has pure stand-ins
for the functions of the Java library that the conformance suite calls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from guidewright.errors import Code
from guidewright.feel.decimals import is_integer, number_text, parse_number, to_int
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.text import literal

Key = tuple[str, str, str]  # kind ("java"), class, method signature without blanks
External = Callable[[Runtime, Sequence[Any]], Any]
Externals = Mapping[Key, External]

NONE_ALLOWED: Externals = {}
_MAX_WIDTH = 1000


def key_of(kind: str, owner: str, signature: str) -> Key:
    """Return the key of a function; blanks in the signature do not count."""
    return kind.strip().casefold(), owner.strip(), "".join(signature.split())


# arguments --------------------------------------------------------------------------------------


def _number(value: Any) -> int | Decimal:
    if type(value) not in (int, Decimal):
        raise Refuse(f"{literal(value)} is not a number", Code.WRONG_TYPE)
    number: int | Decimal = value
    return number


def _whole(value: Any, bits: int) -> int:
    number = _number(value)
    if not is_integer(number) or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise Refuse(f"{number_text(number)} is not a whole number of {bits} bits")
    return to_int(number)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Refuse(f"{literal(value)} is not a string", Code.WRONG_TYPE)
    return value


# stand-ins --------------------------------------------------------------------------------------


def _cosine(rt: Runtime, arguments: Sequence[Any]) -> Any:
    angle = float(_number(arguments[0]))
    if not math.isfinite(angle):
        raise Refuse("the angle is too large")
    return Decimal(repr(math.cos(angle)))


def _greater(rt: Runtime, arguments: Sequence[Any]) -> Any:
    return max(_number(arguments[0]), _number(arguments[1]))


def _greater_whole(bits: int) -> External:
    def greater(rt: Runtime, arguments: Sequence[Any]) -> Any:
        return max(_whole(arguments[0], bits), _whole(arguments[1], bits))

    return greater


def _whole_of(bits: int) -> External:
    def whole(rt: Runtime, arguments: Sequence[Any]) -> Any:
        return _whole(arguments[0], bits)

    return whole


def _character(rt: Runtime, arguments: Sequence[Any]) -> Any:
    text = _text(arguments[0])
    if len(text) != 1:
        raise Refuse(f"{literal(text)} is not one character")
    return text


def _parsed(rt: Runtime, arguments: Sequence[Any]) -> Any:
    text = _text(arguments[0])
    sign = -1 if text.startswith("-") else 1
    return sign * parse_number(text.removeprefix("-").removeprefix("+"))


def _parsed_whole(rt: Runtime, arguments: Sequence[Any]) -> Any:
    text = _text(arguments[0])
    if re.fullmatch(r"[+-]?[0-9]{1,10}", text, re.ASCII) is None:
        raise Refuse(f"{literal(text)} is not a whole number")
    return _whole(int(text), 32)


_PLACEHOLDER = re.compile(r"%(?:(\d+)\$)?(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def _format(rt: Runtime, arguments: Sequence[Any]) -> Any:
    """`%s`, `%d`, `%f` with width and precision, `%n` and `%%`."""
    template, values = _text(arguments[0]), list(arguments[1:])
    if len(values) == 1 and type(values[0]) is list:
        values = values[0]
    following = iter(range(len(values)))

    def fill(match: re.Match[str]) -> str:
        position, width, precision, letter = match.groups()
        if letter in "%n":
            return "%" if letter == "%" else "\n"
        index = int(position) - 1 if position else next(following, len(values))
        if not 0 <= index < len(values) or int(width or 0) > _MAX_WIDTH:
            raise Refuse(f"{match.group()!r} has no argument, or is too wide")
        return _formatted(values[index], letter, precision).rjust(int(width or 0))

    return _PLACEHOLDER.sub(fill, template)


def _formatted(value: Any, letter: str, precision: str | None) -> str:
    if letter == "s":
        return value if type(value) is str else literal(value)
    if letter == "d":
        return str(_whole(value, 64))
    if letter == "f" and int(precision or 6) <= _MAX_WIDTH:
        return f"{Decimal(_number(value)):.{int(precision or 6)}f}"
    raise Refuse(f"'%{letter}' is not known")


def _java(owner: str, signature: str) -> Key:
    return key_of("java", f"java.lang.{owner}", signature)


STANDARD: Externals = {
    _java("Math", "cos(double)"): _cosine,
    _java("Math", "max(double,double)"): _greater,
    _java("Math", "max(float,float)"): _greater,
    _java("Math", "max(int,int)"): _greater_whole(32),
    _java("Math", "max(long,long)"): _greater_whole(64),
    _java("Byte", "valueOf(byte)"): _whole_of(8),
    _java("Short", "valueOf(short)"): _whole_of(16),
    _java("Integer", "valueOf(int)"): _whole_of(32),
    _java("Long", "valueOf(long)"): _whole_of(64),
    _java("Integer", "valueOf(java.lang.String)"): _parsed_whole,
    _java("Float", "valueOf(java.lang.String)"): _parsed,
    _java("Double", "valueOf(java.lang.String)"): _parsed,
    _java("String", "valueOf(char)"): _character,
    _java("String", "format(java.lang.String,[Ljava.lang.Object;)"): _format,
}
