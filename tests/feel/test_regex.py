"""Regular expressions of XPath (DMN 1.5, 10.3.4.3; F&O 7.6)."""

from __future__ import annotations

import contextlib
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import Code, ResourceError
from guidewright.feel.regex import compiled, matches, parse_replacement, replace, split
from guidewright.feel.regex_sets import complement, difference, escape_set, property_set, union
from guidewright.feel.runtime import Limits, Refuse, Runtime


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("foobar", "oba", "", True),  # anywhere
        ("foobar", "^oba", "", False),
        ("a\n", "^a$", "", False),  # `$` is the end, not before a last line feed
        ("a\nb", "a$", "", False),
        ("a\nb", "a$", "m", True),
        ("a\nb", "^b", "m", True),
        ("abcd\ndefg\n", "^$", "m", False),  # no line begins behind the last line feed
        ("abcd\n\ndefg\n", "^$", "m", True),
        ("\n", "^$", "m", True),
        ("", "^$", "", True),
        ("Mary\rJones", "Mary.Jones", "", False),
        ("Mary\nJones", "Mary.Jones", "", False),
        ("Mary\nJones", "Mary.Jones", "s", True),
        ("abc", "ABC", "i", True),
        ("\u212a", "k", "i", True),
        ("\u017f", "S", "i", True),
        ("\u00df", "\u1e9e", "i", True),
        ("x", "[A-Z-[OI]]", "i", True),
        ("O", "[A-Z-[OI]]", "i", False),
        ("i", "[A-Z-[OI]]", "i", False),
        ("Q", "[^Q]", "i", False),
        ("q", "[^Q]", "i", False),
        ("a", r"\p{Lu}", "i", False),  # case does not touch categories
        ("e", "[a-z-[aeiou]]", "", False),
        ("f", "[a-z-[aeiou]]", "", True),
        ("m", "[a-z-[a-m-[m]]]", "", True),
        ("hello world", r"hello\ sworld", "x", True),
        ("hello world", " hello[ ]world", "x", True),
        ("helloworld", "hello world", "x", True),
        ("hello", r"\p{ I s B a s i c L a t i n }+", "x", True),
        ("[", r"\ [", "x", True),
        ("a-b", "[a-]", "", True),
        ("-", "[-a]", "", True),
        ("^", "[a^]", "", True),
        (".", "[.]", "", True),
        ("x", "[.]", "", False),
        ("a:", r"^\i\c$", "", True),
        ("1", r"^\I$", "", True),
        ("\u0663", r"^\d$", "", True),
        ("\u00e9", r"^\w$", "", True),
        ("_", r"^\w$", "", False),  # punctuation is no word character in XPath
        ("\u00a0", r"\s", "", False),
        ("\U0001f40e", "^.$", "", True),
        ("aa", r"(a)\1", "", True),
        ("aA", r"(a)\1", "i", True),
        ("ab", r"(a)\1", "", False),
        ("abcdefghijka0", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)k\\10", "", False),
        ("abcdefghijkj", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)k\\10", "", True),
        ("aa1", r"(a)\11", "", True),
        ("abab", "(?:ab){2}", "", True),
        ("$", r"\$", "", True),
        ("ab", "a|", "", True),
    ],
)
def test_matches(text: str, pattern: str, flags: str, expected: bool) -> None:
    assert matches(Runtime(), text, pattern, flags) is expected


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("a", "p"),
        ("a", " "),
        ("a", "X"),
        (r"\p{ IsBasicLatin}+", ""),
        (r"\p{IsNowhere}", ""),
        (r"\p{Lx}", ""),
        (r"\pL", ""),
        (r"(.)\3", ""),
        (r"(.)\2", ""),
        (r"(.\1)", ""),
        (r"\3", ""),
        (r"\0", ""),
        (r"(asd)[\1]", ""),
        (r"[asd\0]", ""),
        ("(?=a)", ""),
        ("(?<!a)", ""),
        ("(?i)a", ""),
        ("(?P<a>a)", ""),
        (r"\bfoo", ""),
        (r"\A", ""),
        (r"\u0041", ""),
        (r"\x41", ""),
        ("a**", ""),
        ("a++", ""),
        ("a???", ""),
        ("*a", ""),
        ("a{2,1}", ""),
        ("a{,2}", ""),
        ("a{1001}", ""),
        ("a{", ""),
        ("a}", ""),
        ("a]", ""),
        ("a)", ""),
        ("(a", ""),
        ("[", ""),
        ("[]", ""),
        ("[a", ""),
        ("[z-a]", ""),
        ("[a-c-e]", ""),
        ("[[a]]", ""),
        ("[a-[b]c]", ""),
        ("\\", ""),
        ("(" * 60 + ")" * 60, ""),
        ("x" * 1001, ""),
        ("\ud800", ""),
    ],
)
def test_refused_patterns(pattern: str, flags: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refuse) as refused:
        compiled(pattern, flags)
    assert refused.value.code is Code.REFUSED
    assert capfd.readouterr() == ("", "")  # re2 would print the pattern


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("banana", "a", "o", "bonono"),
        ("banana", "(an)+", "**", "b**a"),
        ("banana", "[aeiouy]", "[$0]", "b[a]n[a]n[a]"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("abc", "(a)(b)(c)", "$12", "a2"),
        ("abc", "b", "$9", "ac"),
        ("abc", "b", r"\$\\", r"a$\c"),
        ("a'b", "'", '"', 'a"b'),
        ("<x>&", "<", "[", "[x>&"),
        ("\U0001f40e1\U0001f40e", "1", "2", "\U0001f40e2\U0001f40e"),
        ("abc", "x", "y", "abc"),
        ("a.b", r"(.)\.(.)", "$2.$1", "b.a"),
        ("aabb", r"(.)\1", "$1", "ab"),
        ("a\nb\n", "(?:^|x)b", "c", "a\nb\n"),
    ],
)
def test_replace(text: str, pattern: str, replacement: str, expected: str) -> None:
    assert replace(Runtime(), text, pattern, replacement) == expected


@pytest.mark.parametrize("replacement", ["$", "$x", "\\", "\\n", "a$", r"\1"])
def test_refused_replacements(replacement: str) -> None:
    with pytest.raises(Refuse):
        parse_replacement(replacement, 3)


@pytest.mark.parametrize("pattern", ["", "x*", "a?", "^", "$", "()", "(a|)"])
def test_patterns_that_match_nothing_at_all(pattern: str) -> None:
    rt = Runtime()
    with pytest.raises(Refuse):
        replace(rt, "abc", pattern, "-")
    with pytest.raises(Refuse):
        split(rt, "abc", pattern)


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        ("John Doe", r"\s", ["John", "Doe"]),
        ("a;b;c;;", ";", ["a", "b", "c", "", ""]),
        ("a.b", ".", ["", "", "", ""]),
        ("a.b", "[.]", ["a", "b"]),
        ("abc", "x", ["abc"]),
        ("", "x", [""]),
        ("a1b22c", "[0-9]+", ["a", "b", "c"]),
    ],
)
def test_split(text: str, delimiter: str, expected: list[str]) -> None:
    assert split(Runtime(), text, delimiter) == expected


# limits -----------------------------------------------------------------------------------------

EVIL = (
    "(a+)+$",
    "(a|aa)+$",
    "(a*)*b",
    "(.*a){20}",
    "([a-z]+)*=",
    "(a|a)*c",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    r"(\w+\s?)+:",
    "((a{1,30}){1,30}){1,30}b",  # too large: refused
)


@pytest.mark.parametrize("pattern", EVIL)
def test_evil_patterns_are_quick(pattern: str) -> None:
    start = time.perf_counter()
    for use in (
        lambda rt, text: matches(rt, text, pattern),
        lambda rt, text: replace(rt, text, pattern, "x"),
        lambda rt, text: split(rt, text, pattern),
    ):
        for text in ("a" * 5000 + "!", "x" * 5000):
            with contextlib.suppress(Refuse):  # some match the empty string
                use(Runtime(), text)
    assert time.perf_counter() - start < 20


def test_evil_back_references_stop() -> None:
    start = time.perf_counter()
    with pytest.raises(ResourceError):
        matches(Runtime(), "a" * 5000 + "!", r"(a)\1*\1*\1*\1*\1*\1*$")
    assert time.perf_counter() - start < 20


def test_many_large_classes() -> None:
    assert matches(Runtime(), "a" * 100, "^" + r"\w" * 100 + "$") is True
    for pattern in (r"\w" * 400, r"\w{1000}", "(a{1000}){1000}", r"(a)\1" + r"\w" * 100):
        with pytest.raises(Refuse, match="too"):
            matches(Runtime(), "a", pattern)


def test_costs_and_sizes() -> None:
    with pytest.raises(ResourceError):
        matches(Runtime(), "a" * 100_001, "a")
    with pytest.raises(ResourceError):
        replace(Runtime(Limits(characters=1000)), "a" * 600, "a", "$0$0")
    with pytest.raises(ResourceError):
        matches(Runtime(Limits(cost=100)), "a" * 10_000, "abcdefgh")
    with pytest.raises(Refuse):
        matches(Runtime(), "\ud800", "a")


# against other implementations ------------------------------------------------------------------

pieces = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        "[a-c-[b]]",
        r"\.",
        "(a|b)",
        "(ab)",
        "a?",
        "b*",
        "a+?",
        "c{1,2}",
    ]
)


@given(st.lists(pieces, min_size=1, max_size=6), st.text("abc.\n", max_size=12))
def test_agrees_with_pythons_re(parts: list[str], text: str) -> None:
    pattern = "".join(parts)
    python = re.compile(
        pattern.replace("[a-c-[b]]", "[ac]")
        .replace(".", "[^\n\r]")
        .replace(r"\[^" + "\n\r]", r"\.")
    )
    found = compiled(pattern, "").finditer(Runtime(), text)
    ours = [(match.start(), match.end()) for match in found]
    assert ours == [match.span() for match in python.finditer(text)]


@given(st.lists(pieces, min_size=1, max_size=6), st.text("abc.\n", max_size=12))
def test_both_matchers_agree(parts: list[str], text: str) -> None:
    program = compiled("".join(parts), "")
    assert program.linear is not None
    linear = [(match.start(), match.end()) for match in program.linear(text)]
    assert linear == [(match.start(), match.end()) for match in program.general()(text)]


# sets -------------------------------------------------------------------------------------------

ranges = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted).map(tuple))


def members(of: Any) -> set[int]:
    return {point for first, last in of for point in range(first, min(last, 300) + 1)}


@given(ranges, ranges)
def test_set_algebra(a: Any, b: Any) -> None:
    one, other = union(a), union(b)
    assert members(one) == members(a)
    assert members(union(one, other)) == members(one) | members(other)
    assert members(difference(one, other)) == members(one) - members(other)
    assert members(complement(one)) == set(range(301)) - members(one)
    assert complement(complement(one)) == one


def test_named_sets() -> None:
    assert (ord("A"), ord("Z")) in property_set("Lu")
    assert property_set("IsBasicLatin") == ((0, 127),)
    assert complement(escape_set("s")) == escape_set("S")
    assert not members(escape_set("w")) & {ord("_"), ord("-"), ord(" ")}
