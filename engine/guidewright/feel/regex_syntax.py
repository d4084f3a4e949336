r"""XPath regular expressions: a pattern and flags in, the same pattern for two matchers out.

The pattern is read by the grammar of XPath 2.0 (F&O 7.6.1 over XML Schema, appendix F) and written
anew from what was understood: all characters as code points, all classes as ranges with
subtraction, complement and case already worked out. Text never goes through unread, so look-around,
inline flags, `\b` or possessive quantifiers cannot slip in, and re2 cannot read `[a-z-[aeiou]]` its
own way. Every fault raises `Refuse`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guidewright.feel.regex_sets import (
    Ranges,
    complement,
    difference,
    escape_set,
    property_set,
    union,
    with_variants,
)
from guidewright.feel.runtime import Refuse

MAX_PATTERN = 1000  # characters
MAX_REPEAT = 1000
MAX_NESTING = 50
MAX_WEIGHT = 150_000  # steps of the program, with all repeats written out
_WHITE = frozenset("\t\n\r ")
_LINE_ENDS: Ranges = ((10, 10), (13, 13))
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = frozenset("\\|.?*+(){}-[]^$")
_SPECIAL = frozenset("\\?*+{}()|[]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one matcher spells what XPath and the others spell otherwise."""

    point: Callable[[int], str]
    end: str
    line_start: str


# re2 has no look-around, so its `(?m:^)` also holds behind a line feed that ends the text.
RE2 = Dialect(lambda point: f"\\x{{{point:x}}}", r"\z", "(?m:^)")
REGEX = Dialect(lambda point: f"\\U{point:08x}", r"\Z", r"(?:\A|(?<=\n)(?!\Z))")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the written pattern, and its weight."""

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Translated:
    """A pattern in the words of a matcher, and what decides which matcher can run it.

    `weight` tells, before it is compiled, how large a program it makes.
    """

    pattern: str
    weight: int
    groups: int
    has_references: bool
    has_line_starts: bool


def parse_flags(flags: str) -> frozenset[str]:
    """Return the flags, of `s`, `m`, `i` and `x`; refuse any other character."""
    for flag in flags:
        if flag not in "smix":
            raise Refuse(f"{flag!r} is not one of the flags s, m, i, x")
    return frozenset(flags)


def translate(pattern: str, flags: frozenset[str], dialect: Dialect) -> Translated:
    """Read an XPath pattern and write it for a matcher."""
    if len(pattern) > MAX_PATTERN:
        raise Refuse(f"a pattern has at most {MAX_PATTERN} characters")
    text = _without_white_space(pattern) if "x" in flags else pattern
    reader = _Reader(text, flags, dialect)
    written = reader.alternatives(0)
    if reader.position < len(text):
        raise reader.fault("')' closes nothing")
    if written.weight > MAX_WEIGHT:
        raise Refuse("the pattern is too large when its repeats are written out")
    return Translated(
        written.text,
        written.weight,
        reader.groups,
        has_references=reader.references,
        has_line_starts=reader.line_starts,
    )


def _without_white_space(pattern: str) -> str:
    """Apply flag `x`: white space counts inside of character classes only."""
    kept = []
    depth = 0
    escaped = False
    for character in pattern:
        if character in _WHITE and not depth:
            continue
        kept.append(character)
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            depth += 1
        elif character == "]":
            depth = max(0, depth - 1)
    return "".join(kept)


class _Reader:
    """Reads a pattern by recursive descent and returns what it writes."""

    def __init__(self, text: str, flags: frozenset[str], dialect: Dialect) -> None:
        self.text = text
        self.flags = flags
        self.dialect = dialect
        self.position = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.references = False
        self.line_starts = False

    def fault(self, reason: str) -> Refuse:
        return Refuse(f"the pattern is wrong near character {max(1, self.position)}: {reason}")

    def peek(self) -> str:
        return self.text[self.position] if self.position < len(self.text) else ""

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise self.fault("it ends too early")
        self.position += 1
        return character

    def alternatives(self, depth: int) -> _Piece:
        if depth > MAX_NESTING:
            raise self.fault(f"groups are nested more than {MAX_NESTING} deep")
        branches = [self.branch(depth)]
        while self.peek() == "|":
            self.position += 1
            branches.append(self.branch(depth))
        return _joined("|", branches)

    def branch(self, depth: int) -> _Piece:
        pieces = []
        while self.peek() not in ("", "|", ")"):
            anchor = self.peek() in ("^", "$")
            piece = self.atom(depth)
            quantifier, times = self.quantifier()
            if quantifier and anchor:
                raise self.fault("an anchor has no quantifier")
            pieces.append(_Piece(piece.text + quantifier, piece.weight * times))
        return _joined("", pieces)

    def atom(self, depth: int) -> _Piece:
        character = self.take()
        match character:
            case "^":
                self.line_starts |= "m" in self.flags
                return _Piece(self.dialect.line_start if "m" in self.flags else r"\A", 1)
            case "$":
                return _Piece("(?m:$)" if "m" in self.flags else self.dialect.end, 1)
            case "(":
                return self.group(depth)
            case "[":
                return self.written(self.class_set(0))
            case ".":
                return self.written(complement(() if "s" in self.flags else _LINE_ENDS))
            case "\\":
                return self.escape()
        if character in _SPECIAL:
            raise self.fault(f"{character!r} must be written '\\{character}' here")
        return self.one(ord(character))

    def group(self, depth: int) -> _Piece:
        captures = not self.text.startswith("?:", self.position)
        number = self.groups + 1
        if captures:
            self.groups += 1
        else:
            self.position += 2
        inner = self.alternatives(depth + 1)
        if self.peek() != ")":
            raise self.fault("')' is missing")
        self.position += 1
        if captures:
            self.closed.add(number)
        return _Piece(f"({'' if captures else '?:'}{inner.text})", inner.weight + 2)

    def escape(self) -> _Piece:
        letter = self.take()
        if letter.isascii() and letter.isdigit():
            return self.reference(letter)
        found = self.escaped_set(letter)
        return self.written(found) if found is not None else self.one(self.escaped_point(letter))

    def reference(self, digit: str) -> _Piece:
        r"""Read `\n`: as many digits as name a group that is closed already."""
        number = int(digit)
        while self.peek().isdecimal() and number * 10 + int(self.peek()) <= self.groups:
            number = number * 10 + int(self.take())
        if number not in self.closed:
            raise self.fault(f"there is no group {number} before it")
        self.references = True
        return _Piece(f"(?{'i' if 'i' in self.flags else ''}:\\{number})", 1)

    def escaped_set(self, letter: str) -> Ranges | None:
        r"""Return the set that `\` and a letter stand for, or None for a single character."""
        if letter in "sSdDwWiIcC":
            return escape_set(letter)
        if letter not in "pP":
            return None
        end = self.text.find("}", self.position)
        if self.peek() != "{" or end < 0:
            raise self.fault(f"'\\{letter}' needs a name in braces")
        name = self.text[self.position + 1 : end]
        self.position = end + 1
        return property_set(name) if letter == "p" else complement(property_set(name))

    def escaped_point(self, letter: str) -> int:
        if letter in _CHARACTERS:
            return ord(_CHARACTERS[letter])
        if letter in _ESCAPABLE:
            return ord(letter)
        raise self.fault(f"there is no escape '\\{letter}'")

    def quantifier(self) -> tuple[str, int]:
        """Return what is written for a quantifier, and how often it writes its piece out."""
        sign = self.peek()
        if not sign or sign not in "?*+{":
            return "", 1
        self.position += 1
        written, times = self.counts() if sign == "{" else (sign, 1)
        if self.peek() == "?":
            self.position += 1
            written += "?"
        if self.peek() and self.peek() in "?*+{":
            raise self.fault("one quantifier stands behind another")
        return written, times

    def counts(self) -> tuple[str, int]:
        """Read `n}`, `n,}` or `n,m}`."""
        end = self.text.find("}", self.position)
        inside = self.text[self.position : end] if end >= 0 else ""
        low, comma, high = inside.partition(",")
        if not _is_count(low) or (high and not _is_count(high)):
            raise self.fault("a quantifier is written {n}, {n,} or {n,m}")
        most = max(int(low), int(high or 0))
        if most > MAX_REPEAT:
            raise self.fault(f"a quantifier repeats at most {MAX_REPEAT} times")
        if high and int(high) < int(low):
            raise self.fault("the second count is below the first")
        self.position = end + 1
        return f"{{{int(low)}{comma}{int(high) if high else ''}}}", max(1, most)

    def class_set(self, depth: int) -> Ranges:
        """Read a character class behind its `[`."""
        if depth > MAX_NESTING:
            raise self.fault(f"classes are nested more than {MAX_NESTING} deep")
        negative = self.peek() == "^"
        self.position += negative
        found: Ranges = ()
        empty = True
        while True:
            character = self.take()
            if character == "]" and not empty:
                return complement(found) if negative else found
            if character == "-" and self.peek() == "[" and not empty:
                self.position += 1
                without = self.class_set(depth + 1)
                if self.take() != "]":
                    raise self.fault("a class ends behind its subtraction")
                return difference(complement(found) if negative else found, without)
            found = union(found, self.class_part(character, first=empty))
            empty = False

    def class_part(self, character: str, *, first: bool) -> Ranges:
        """Read one character, escape or range of a class."""
        if character == "\\":
            letter = self.take()
            escaped = self.escaped_set(letter)
            if escaped is not None:
                if self.peek() == "-" and self.text[self.position + 1 : self.position + 2] not in (
                    "]",
                    "[",
                ):
                    raise self.fault("a set cannot begin a range")
                return escaped
            low = self.escaped_point(letter)
        elif character in "[]":
            raise self.fault(f"{character!r} must be written '\\{character}' here")
        elif character == "-" and not first and self.peek() != "]":
            raise self.fault("'-' must be written '\\-' here")
        else:
            low = ord(character)
        high = self.range_end() if character != "-" else None
        if high is None:
            return self.cased(((low, low),))
        if high < low:
            raise self.fault("the range runs backwards")
        return self.cased(((low, high),))

    def range_end(self) -> int | None:
        """Read `-` and a character, or nothing when no range goes on here."""
        if self.peek() != "-" or self.text[self.position + 1 : self.position + 2] in ("", "]", "["):
            return None
        self.position += 1
        character = self.take()
        if character == "\\":
            return self.escaped_point(self.take())
        if character == "-":
            raise self.fault("'-' must be written '\\-' here")
        return ord(character)

    def cased(self, ranges: Ranges) -> Ranges:
        return with_variants(ranges) if "i" in self.flags else ranges

    def one(self, point: int) -> _Piece:
        if 0xD800 <= point <= 0xDFFF:
            raise self.fault("half a surrogate pair is no character")
        return self.written(self.cased(((point, point),)))

    def written(self, ranges: Ranges) -> _Piece:
        """Write a set as a class, a single character as itself."""
        point = self.dialect.point
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return _Piece(point(ranges[0][0]), 1)
        if not ranges:
            return _Piece(f"[^{point(0)}-{point(0x10FFFF)}]", 1)
        inside = "".join(
            point(first) if first == last else f"{point(first)}-{point(last)}"
            for first, last in ranges
        )
        return _Piece(f"[{inside}]", len(ranges))


def _joined(between: str, pieces: list[_Piece]) -> _Piece:
    weight = sum(piece.weight for piece in pieces) + len(pieces)
    return _Piece(between.join(piece.text for piece in pieces), weight)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
