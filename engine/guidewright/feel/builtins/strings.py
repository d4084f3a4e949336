"""The string functions (DMN 1.5, 10.3.4.3). Strings are counted in code points, from 1.

In: strings, positions, patterns. Out: strings, numbers, booleans, lists of strings.
"""

from __future__ import annotations

from collections.abc import Sequence

from guidewright.feel import regex
from guidewright.feel.builtins.registry import builtin, check_characters, check_items
from guidewright.feel.runtime import Refuse, Runtime

_SPEC = "DMN 1.5, 10.3.4.3"


def slice_of(size: int, start: int, length: int | None, what: str) -> slice:
    """Return the part from a 1-based or negative start, refusing what is not all there."""
    if start == 0 or abs(start) > size:
        raise Refuse(f"start position {start} is outside the {what} of {size}")
    first = start - 1 if start > 0 else size + start
    if length is None:
        return slice(first, size)
    if not 1 <= length <= size - first:
        raise Refuse(f"length {length} is outside 1..{size - first}, what is left of the {what}")
    return slice(first, first + length)


@builtin(
    "substring(string: string, start position: integer, length?: integer) -> string", spec=_SPEC
)
def substring(text: str, start: int, length: int | None = None) -> str:
    """Return a part of a string; it must be all there.

    substring("foobar", 3)                          => "obar"
    substring("foobar", 3, 3.8)                     => "oba"
    substring("foobar", -2, 1)                      => "a"
    substring("foobar", 0)                          => null  ! feel.refused
    substring("foobar", 5, 3)                       => null  ! feel.refused
    substring(string: "foobar", start position: 3)  => "obar"
    """
    return text[slice_of(len(text), start, length, "string")]


@builtin("string length(string: string) -> number", spec=_SPEC)
def string_length(text: str) -> int:
    r"""Return the number of code points.

    string length("")              => 0
    string length("\U01F40Eab")   => 3
    string length(123)             => null  ! feel.wrong-type
    """
    return len(text)


@builtin("upper case(string: string) -> string", spec=_SPEC)
def upper_case(text: str) -> str:
    r"""Return the string in capitals, by Unicode's full mapping.

    upper case("aBc4")     => "ABC4"
    upper case("\u00df")  => "SS"
    upper case(null)       => null  ! feel.null-operand
    """
    return text.upper()


@builtin("lower case(string: string) -> string", spec=_SPEC)
def lower_case(text: str) -> str:
    """Return the string in small letters, by Unicode's full mapping.

    lower case("aBc4")  => "abc4"
    lower case(["AB"])  => "ab"
    """
    return text.lower()


@builtin("substring before(string: string, match: string) -> string", spec=_SPEC)
def substring_before(text: str, match: str) -> str:
    """Return what stands before the first occurrence; nothing when there is none.

    substring before("foobar", "bar")  => "foo"
    substring before("foobar", "xyz")  => ""
    substring before("abc", "")        => ""
    """
    return text[: max(0, text.find(match))]


@builtin("substring after(string: string, match: string) -> string", spec=_SPEC)
def substring_after(text: str, match: str) -> str:
    """Return what stands behind the first occurrence; nothing when there is none.

    substring after("foobar", "ob")  => "ar"
    substring after("", "a")         => ""
    substring after("abc", "")       => "abc"
    """
    at = text.find(match)
    return "" if at < 0 else text[at + len(match) :]


@builtin("contains(string: string, match: string) -> boolean", spec=_SPEC)
def contains(text: str, match: str) -> bool:
    """Say whether a string holds another.

    contains("foobar", "of")    => false
    contains("foobar", "")      => true
    contains(["foobar"], "oo")  => true
    """
    return match in text


@builtin("starts with(string: string, match: string) -> boolean", spec=_SPEC)
def starts_with(text: str, match: str) -> bool:
    """Say whether a string begins with another.

    starts with("foobar", "fo")  => true
    starts with("foobar", null)  => null  ! feel.null-operand
    """
    return text.startswith(match)


@builtin("ends with(string: string, match: string) -> boolean", spec=_SPEC)
def ends_with(text: str, match: str) -> bool:
    """Say whether a string ends with another.

    ends with("foobar", "r")  => true
    ends with("foobar", "R")  => false
    """
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string?) -> boolean", spec=_SPEC)
def matches(rt: Runtime, text: str, pattern: str, flags: str | None = None) -> bool:
    r"""Say whether an XPath pattern matches somewhere in a string; flags are s, m, i and x.

    matches("foobar", "^fo*b")               => true
    matches("abc", "ABC", "i")               => true
    matches("x", "[A-Z-[OI]]", "i")          => true
    matches("abracadabra", "bra", "p")       => null  ! feel.refused
    matches("h", "(.)\\2")                 => null  ! feel.refused
    """
    return regex.matches(rt, text, pattern, flags or "")


@builtin(
    "replace(input: string, pattern: string, replacement: string, flags?: string?) -> string",
    spec=_SPEC,
)
def replace(
    rt: Runtime, text: str, pattern: str, replacement: str, flags: str | None = None
) -> str:
    """Replace all matches of an XPath pattern; `$1` stands for a group, `$0` for the match.

    replace("banana", "a", "o")             => "bonono"
    replace("banana", "[aeiouy]", "[$0]")   => "b[a]n[a]n[a]"
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")  => "[1=ab][2=]cd"
    replace("abc", "x*", "-")               => null  ! feel.refused
    replace("abc", "b", "$x")               => null  ! feel.refused
    """
    return regex.replace(rt, text, pattern, replacement, flags or "")


@builtin("split(string: string, delimiter: string) -> list<string>", spec=_SPEC)
def split(rt: Runtime, text: str, delimiter: str) -> list[str]:
    r"""Return the pieces between the matches of an XPath pattern, empty ones too.

    split("John Doe", "\\s")  => ["John", "Doe"]
    split("a;b;c;;", ";")       => ["a", "b", "c", "", ""]
    split("a.b", ".")           => ["", "", "", ""]
    split("abc", "")            => null  ! feel.refused
    """
    return regex.split(rt, text, delimiter)


@builtin("string join(list: list<string>, delimiter?: string?) -> string", spec=_SPEC)
def string_join(rt: Runtime, items: Sequence[str | None], delimiter: str | None = None) -> str:
    """Join strings, with a delimiter between them; nulls are left out.

    string join(["a", "b", "c"], " and ")  => "a and b and c"
    string join(["a", null, "c"], "X")     => "aXc"
    string join([])                        => ""
    string join("a", "X")                  => "a"
    string join([1, 2], "X")               => null  ! feel.wrong-type
    """
    parts = [item for item in items if item is not None]
    between = delimiter or ""
    check_items(rt, len(parts))
    check_characters(rt, sum(map(len, parts)) + len(between) * max(0, len(parts) - 1))
    return between.join(parts)
