"""Read the smallest pieces of FEEL text: numbers, strings, keywords, punctuation.

In: a text and a position. Out: the piece and the position behind it. Names are not read here:
where one ends depends on what is in scope (`names`, `parser`). DMN 1.5, 10.3.1.2 rules 31-35, 64.
"""

from __future__ import annotations

import re

from guidewright.feel.names import PART

KEYWORDS = frozenset(
    {
        "and", "between", "else", "every", "external", "false", "for", "function", "if", "in",
        "instance", "null", "of", "or", "return", "satisfies", "some", "then", "true",
    }
)  # fmt: skip
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
WORD = re.compile(f"[{PART}]+")
PUNCTUATION = re.compile(r"\.\.|\*\*|<=|>=|!=|->|[-+*/<>=()\[\]{},:.@]")

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def string_value(body: str) -> str:
    r"""Return the value of what stands between the quotes.

    An unknown escape keeps its backslash, which is what makes regular expressions readable.

    >>> string_value(r"\s\n")
    '\\s\n'
    """
    if "\\" not in body:
        return body
    value = _ESCAPE.sub(_unescape, body)
    return _SURROGATES.sub(_join_surrogates, value)


def _unescape(match: re.Match[str]) -> str:
    four, six, simple = match.groups()
    if simple is not None:
        return _SIMPLE_ESCAPES.get(simple, match.group())
    point = int(four or six, 16)
    return chr(point) if point <= 0x10FFFF else match.group()


def _join_surrogates(match: re.Match[str]) -> str:
    high, low = map(ord, match.group())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
