"""Measure, clean and wrap texts: a label and a width in points go in, lines come out.

Layout must not depend on the fonts of a machine, so widths come from one table: Arial's, which
the metric-compatible Arimo and Liberation Sans share. All sizes are in points (1/72 inch).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FONT = "Arial"

# thousandths of the font size, for the characters from space to tilde
_ASCII = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
_WIDTHS = {chr(32 + index): int(width) for index, width in enumerate(_ASCII.split())}
_OTHER, _WIDE, _SMALL = 600, 1000, 350
_UNPRINTABLE = "\ufffd"
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAK_AFTER = re.compile(r"(?<=[-/\u2013\u2014])(?=\w)")


def clean(text: str) -> str:
    r"""Return the text on one line, without characters that could disturb a page.

    White space is collapsed; control characters, lone surrogates and marks that turn the reading
    direction around are shown as the replacement character.

    >>> print(ascii(clean("a\n  b\x00")))
    'a b\ufffd'
    """
    collapsed = " ".join(text.split())
    if collapsed.isascii() and collapsed.isprintable():
        return collapsed
    return "".join(_UNPRINTABLE if _disturbs(character) else character for character in collapsed)


def _disturbs(character: str) -> bool:
    """Whether a character has no picture, or changes the direction of its neighbours."""
    if character.isascii():
        return not character.isprintable()
    return character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co")


@lru_cache(maxsize=20_000)  # words come again and again while lines are balanced
def text_width(text: str, size: float) -> float:
    """Return the width of a line in points, in the regular font.

    >>> text_width("Wi", 10)
    11.66
    """
    return round(sum(_character_width(character) for character in text) * size / 1000, 3)


def known_width(text: str, size: float) -> float | None:
    """Return the width of a line if it is known of every character, else None.

    >>> known_width("Wi", 10), known_width("W\u05d0", 10), known_width("", 10)
    (11.66, None, None)
    """
    known = bool(text) and all(each in _WIDTHS or _is_small(each) for each in text)
    return text_width(text, size) if known else None


def _is_small(character: str) -> bool:
    return "₀" <= character <= "₎" or character in "⁰¹²³⁴⁵⁶⁷⁸⁹"


def _character_width(character: str) -> int:
    """Return the width of one character in thousandths of the font size."""
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    if _is_small(character):
        return _SMALL
    return (
        _WIDE if unicodedata.east_asian_width(character) in "WF" or character in "→←…—" else _OTHER
    )


def wrap(text: str, width: float, size: float) -> list[str]:
    """Return the lines of a text that are at most `width` wide; a longer word is cut.

    >>> wrap("Measure methylmalonic acid", 60, 10)
    ['Measure', 'methylmaloni', 'c acid']
    """
    return _filled(_words(clean(text)), width, size)


def _filled(words: list[str], width: float, size: float) -> list[str]:
    """Fill lines with words, each with its trailing space."""
    lines: list[str] = []
    line, used = "", 0.0
    for word in words:
        if used + text_width(word.rstrip(), size) > width:
            if line.strip():
                lines.append(line.rstrip())
            line, used = "", 0.0
            *cut, word = _pieces(word, width, size)
            lines += cut
        line += word
        used += text_width(word, size)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """Return the pieces between which a line may end, each with its trailing space."""
    return [piece for word in re.findall(r"\S+\s*", text) for piece in _BREAK_AFTER.split(word)]


def _pieces(word: str, width: float, size: float) -> list[str]:
    """Cut a word into pieces that fit, of at least one character."""
    pieces, piece, used = [], "", 0.0
    for character in word:
        wide = 0.0 if character == " " else text_width(character, size)
        if piece and used + wide > width:
            pieces.append(piece)
            piece, used = "", 0.0
        piece += character
        used += wide
    return [*pieces, piece]


def shorten(lines: list[str], limit: int) -> list[str]:
    """Keep at most `limit` lines; a cut is shown (the text equivalent has the whole text).

    >>> shorten(["a", "b", "c"], 2)
    ['a', 'b …']
    """
    return lines if len(lines) <= limit else [*lines[: limit - 1], f"{lines[limit - 1]} …"]


def balanced(text: str, width: float, size: float) -> list[str]:
    """Wrap into as few lines as `wrap` does, of about the same length: better in a box.

    >>> balanced("Is the total B12 below 180 ng/L?", 130, 10)
    ['Is the total B12', 'below 180 ng/L?']
    """
    words = _words(clean(text))
    lines = _filled(words, width, size)
    if len(lines) < 2:
        return lines
    low, high = width / 3, width
    while high - low > 1:
        middle = (low + high) / 2
        fits = len(_filled(words, middle, size)) == len(lines)
        low, high = (low, middle) if fits else (middle, high)
    longest = max(text_width(word.rstrip(), size) for word in words)
    return _filled(words, min(width, max(high, longest)), size)
