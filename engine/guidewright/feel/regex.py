r"""The regular expressions of `matches`, `replace` and `split` (DMN 1.5, 10.3.4.3; XPath F&O 7.6).

In: a text, an XPath pattern and flags. Out: whether it matches, the text replaced, or its pieces; a
refusal for a wrong pattern; `ResourceError` when matching takes too much. Google's re2 runs all it
can say, in linear time; the rest (back-references, and `^` by lines in a text that ends with a line
feed) runs on `regex` with a time limit. Both are imported inside functions, when first needed:
`import guidewright` stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from guidewright.feel.regex_syntax import RE2, REGEX, parse_flags, translate
from guidewright.feel.runtime import Refuse, Runtime

MAX_SUBJECT = 100_000  # characters
_RE2_MEMORY = 8 * 2**20
_SECONDS = 0.5
_MAX_REGEX = 400_000  # characters; `regex` compiles about a million a second


class Match(Protocol):
    """What both matchers say about a match."""

    def start(self) -> int:
        """Return where it begins."""

    def end(self) -> int:
        """Return where it ends."""

    def group(self, number: int, /) -> str | None:
        """Return the text of a group, None when the group took no part."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready to run; `linear` runs on re2, `general` (made when needed) on `regex`.

    `length` is that of the pattern as given, `weight` that of its program.
    """

    groups: int
    length: int
    weight: int
    linear: Callable[[str], Iterator[Match]] | None
    general: Callable[[], Callable[[str], Iterator[Match]]]
    has_line_starts: bool

    def finditer(self, rt: Runtime, text: str) -> Iterator[Match]:
        """Yield all matches from left to right; charge for the work before."""
        if len(text) > MAX_SUBJECT:
            rt.exhausted(f"a pattern is matched against at most {MAX_SUBJECT} characters")
        rt.charge(1 + self.weight // 8 + self.length * len(text) // 64)
        find = self.linear
        if find is None or (self.has_line_starts and text.endswith("\n")):
            find = self.general()
        try:
            yield from find(text)
        except TimeoutError:
            rt.exhausted(f"matching a pattern takes longer than {_SECONDS} s")
        except UnicodeEncodeError:
            raise Refuse("half a surrogate pair is no character") from None

    def finds(self, rt: Runtime, text: str) -> bool:
        """Say whether the pattern matches somewhere in the text."""
        return next(self.finditer(rt, text), None) is not None


@lru_cache(maxsize=128)
def compiled(pattern: str, flags: str) -> Pattern:
    """Return a pattern ready to run, or refuse it."""
    chosen = parse_flags(flags)
    translated = translate(pattern, chosen, RE2)

    @lru_cache(maxsize=1)
    def general() -> Callable[[str], Iterator[Match]]:
        return _regex_finder(translate(pattern, chosen, REGEX).pattern)

    linear = None if translated.has_references else _re2_finder(translated.pattern)
    return Pattern(
        groups=translated.groups,
        length=len(pattern),
        weight=translated.weight,
        linear=linear,
        general=general,
        has_line_starts=translated.has_line_starts,
    )


def matches(rt: Runtime, text: str, pattern: str, flags: str = "") -> bool:
    """Say whether the pattern matches anywhere in the text."""
    return compiled(pattern, flags).finds(rt, text)


def replace(rt: Runtime, text: str, pattern: str, replacement: str, flags: str = "") -> str:
    """Return the text with all matches replaced; `$1` is a group, `$0` the match."""
    program = _not_empty(rt, compiled(pattern, flags))
    template = parse_replacement(replacement, program.groups)
    pieces: list[str] = []
    length = position = 0
    for match in program.finditer(rt, text):
        new = [text[position : match.start()]]
        new += [part if isinstance(part, str) else match.group(part) or "" for part in template]
        position = match.end()
        grown = sum(map(len, new))
        length += grown
        rt.charge(1 + grown // 16)
        if length > rt.limits.characters:
            rt.exhausted(f"a string has at most {rt.limits.characters} characters")
        pieces += new
    return "".join(pieces) + text[position:]


def split(rt: Runtime, text: str, delimiter: str) -> list[str]:
    """Return the pieces of the text between the matches; empty ones are kept."""
    program = _not_empty(rt, compiled(delimiter, ""))
    pieces = []
    position = 0
    for match in program.finditer(rt, text):
        pieces.append(text[position : match.start()])
        position = match.end()
    rt.charge(len(pieces))
    return [*pieces, text[position:]]


def _not_empty(rt: Runtime, program: Pattern) -> Pattern:
    """Refuse a pattern that matches the empty string: it would match everywhere."""
    if program.finds(rt, ""):
        raise Refuse("the pattern matches the empty string")
    return program


def parse_replacement(replacement: str, groups: int) -> list[str | int]:
    r"""Return texts and group numbers; a backslash stands before `$` and itself only."""
    parts: list[str | int] = []
    position = 0
    while position < len(replacement):
        character = replacement[position]
        following = replacement[position + 1 : position + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                raise Refuse("in a replacement, a backslash stands before '$' or a backslash only")
            parts.append(following)
            position += 2
        elif character == "$":
            if not _is_digit(following):
                raise Refuse("in a replacement, '$' stands before the number of a group")
            number = int(following)
            position += 2
            while (
                position < len(replacement)
                and _is_digit(replacement[position])
                and number * 10 + int(replacement[position]) <= groups
            ):
                number = number * 10 + int(replacement[position])
                position += 1
            if number <= groups:  # a group that does not exist is empty
                parts.append(number)
        else:
            parts.append(character)
            position += 1
    return parts


def _is_digit(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _re2_finder(pattern: str) -> Callable[[str], Iterator[Match]]:
    """Return re2's search; repeats in repeats may make a program too large for it."""
    import re2

    options = re2.Options()
    options.log_errors = False  # it would write the pattern to the standard error output
    options.max_mem = _RE2_MEMORY
    try:
        program = re2.compile(pattern, options)
    except re2.error:
        raise Refuse("the pattern is too large when its repeats are written out") from None
    find: Callable[[str], Iterator[Match]] = program.finditer
    return find


def _regex_finder(pattern: str) -> Callable[[str], Iterator[Match]]:
    import regex

    if len(pattern) > _MAX_REGEX:
        raise Refuse(
            "the pattern has too many large classes for its back-references or line starts"
        )
    try:
        program: Any = regex.compile(pattern, regex.V0)
    except regex.error as error:
        raise Refuse(f"the pattern cannot be used: {error}") from None
    return lambda text: program.finditer(text, timeout=_SECONDS)
