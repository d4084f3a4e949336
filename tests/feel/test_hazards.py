"""Texts and data made to exhaust: each ends soon, in little memory, with an error of its own.

`limit` is a `ResourceError`, `refused` a `ModelError`, `null` a null with a note, `value` a value.
See `security-reliability.md`, sections 4 and 5 and threat T3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from limited import SECONDS, Ending, limited

from guidewright import feel
from guidewright.errors import GuidewrightError, ResourceError
from guidewright.feel import types
from guidewright.feel.builtins import BUILTINS, Formal, Overload
from guidewright.feel.runtime import Limits
from guidewright.feel.temporal import parse_at_literal
from guidewright.feel.values import interval

LONG = 100_000
X = {"x": 1, "y": None, "xs": [1], "f": 1}
SELF = "(function(f) f(f))(function(f) f(f))"
DAG = "(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])[-1]"
DEEP = "(for i in 1..2000 return if i = 1 then [] else [partial[-1]])[-1]"

LOOPS = {
    "a thousand million": ("limit", "for i in 1..10**9 return i"),
    "more than any machine": ("limit", "for i in 1..10**30 return i"),
    "more than any number": ("limit", "for i in 1..10**6000 return i"),
    "dates": ("limit", 'for d in @"0001-01-01"..@"999999999-01-01" return d'),
    "a range value": ("limit", "for i in [1..10**9] return i"),
    "some": ("limit", "some i in 1..10**9 satisfies i < 0"),
    "every": ("limit", "every i in 1..10**9 satisfies i > 0"),
    "two domains": ("limit", "for i in 1..10**5, j in 1..10**5 return i"),
    "six domains": (
        "limit",
        "for a in 1..99, b in 1..99, c in 1..99, d in 1..99, e in 1..99, f in 1..99 return 1",
    ),
    "nested quantifiers": ("limit", "every a in 1..10**4, b in 1..10**4 satisfies a > 0"),
    "nested filters": (
        "limit",
        "(for i in 1..3000 return i)[count((for j in 1..3000 return j)[item > 1]) > 0]",
    ),
    "partial, copied each time": ("limit", "for i in 1..100000 return partial"),
    "partial, counted each time": ("limit", "for i in 1..100000 return count(partial)"),
    "index of, each time": (
        "limit",
        "for i in 1..3000 return index of(for j in 1..3000 return j, i)",
    ),
}
FUNCTIONS = {
    "self application": ("limit", SELF),
    "self application, named": ("limit", "(function(f) f(f: f))(function(f) f(f: f))"),
    "factorial by fixed point": (
        "limit",
        "(function(f) f(f, 10**6))(function(f, n) if n = 0 then 1 else n * f(f, n - 1))",
    ),
    "Fibonacci by fixed point": (
        "limit",
        "(function(f) f(f, 60))(function(f, n) if n < 2 then n else f(f, n - 1) + f(f, n - 2))",
    ),
    "a ladder of calls": (
        "limit",
        "{f0: function(n) n, "
        + ", ".join(f"f{n}: function(n) f{n - 1}(n) + f{n - 1}(n)" for n in range(1, 40))
        + ", r: f39(1)}.r",
    ),
    "through sort": (
        "limit",
        "(function(f) f(f))(function(f) sort([1, 2], function(a, b) f(f) = 1))",
    ),
    "through list replace": (
        "limit",
        "(function(f) f(f))(function(f) list replace([1], function(a, b) f(f) = 1, 2))",
    ),
    "sort by always": ("value", "sort(for i in 1..5000 return i, function(a, b) true)"),
    "sort by never": ("value", "sort(for i in 1..5000 return i, function(a, b) false)"),
    "sort by a ring": (
        "value",
        "sort(for i in 1..3000 return i, function(a, b) modulo(b - a, 3) = 1)",
    ),
}
NUMBERS = {
    "tower from the left": ("value", "10**10**9"),
    "tower from the right": ("null", "10**(10**9)"),
    "two to the huge": ("null", "2**999999999"),
    "huge to the huge": ("null", "(10**6000)**(10**6000)"),
    "near one to the huge": ("value", "1.0000000001**999999999"),
    "fraction to the huge": ("null", "0.5**(10**18)"),
    "exp": ("null", "exp(10**9)"),
    "exp of minus": ("value", "exp(-10**9)"),
    "modulo of a huge ratio": ("value", "modulo(1e6144, 7)"),
    "modulo of the hugest ratio": ("value", "modulo(1e6144, 1e-6143)"),
    "sixty thousand digits": ("null", "1" * 60_000),
    "an exponent of nine digits": ("null", "1e999999999"),
    "an exponent of many digits": ("null", "1e99999999999999"),
    "a long text of a number": ("value", "string length(string(10**6000))"),
    "many long texts": ("limit", "for i in 1..1000000 return string(10**6000)"),
    "a far date": ("null", '@"2020-01-01" + @"P99999999999999D"'),
    "a duration of many digits": ("null", 'duration("P" + string(10**30) + "D")'),
    "a duration times a lot": ("null", '@"P1D" * 1e30'),
    "months times a lot": ("null", '@"P1M" * 1e6000'),
    "a duration over nearly nothing": ("null", '@"P1D" / 1e-30'),
}
NESTING = {
    f"{LONG} (": ("refused", "(" * LONG + "1" + ")" * LONG),
    f"{LONG} [": ("refused", "[" * LONG + "1" + "]" * LONG),
    f"{LONG} {{": ("refused", "{a:" * LONG + "1" + "}" * LONG),
    f"{LONG} minus": ("refused", "-" * LONG + "1"),
    f"{LONG} if": ("refused", "if true then " * LONG + "1" + " else 2" * LONG),
    f"{LONG} +": ("refused", "+".join(["1"] * LONG)),
    "30000 (": ("refused", "(" * 30_000 + "1" + ")" * 30_000),
    "30000 [": ("refused", "[" * 30_000 + "1" + "]" * 30_000),
    "15000 {": ("refused", "{a:" * 15_000 + "1" + "}" * 15_000),
    "60000 minus": ("refused", "-" * 60_000 + "1"),
    "3000 if": ("refused", "if true then " * 3_000 + "1" + " else 2" * 3_000),
    "4000 else if": (
        "refused",
        "if x = 1 then 1 " * 1 + "else if x = 1 then 1 " * 2_900 + "else 1",
    ),
    "30000 +": ("refused", "+".join(["1"] * 30_000)),
    "300 +": ("refused", "+".join(["1"] * 300)),
    "199 +": ("value", "+".join(["x"] * 199)),
    "199 minus": ("value", "-" * 199 + "x"),
    "199 **": ("value", "**".join(["x"] * 199)),
    "199 and": ("value", " and ".join(["x = 1"] * 199)),
    "199 =": ("null", "=".join(["x"] * 199)),
    "199 in": ("value", "x" + " in 1" * 199),
    "199 between": ("null", "x" + " between 1 and 2" * 199),
    "199 filters": ("value", "xs" + "[item > 0]" * 199),
    "199 paths": ("null", "x" + ".a" * 199),
    "199 calls": ("null", "f" + "()" * 199),
    "98 (": ("value", "(" * 98 + "1" + ")" * 98),
    "98 [": ("value", "[" * 98 + "1" + "]" * 98),
    "98 {": ("value", "{a:" * 98 + "1" + "}" * 98),
    "98 if": ("value", "if x = 1 then " * 98 + "1" + " else 2" * 98),
    "98 for": ("value", "for i in [1] return " * 98 + "i"),
    "98 some": ("value", "some i in [1] satisfies " * 98 + "i = 1"),
    "98 functions": ("value", "function(x) " * 98 + "1"),
    "90 for in the end of for": ("null", "for i in 1.." * 90 + "1" + " return i" * 90),
    "chains in the ends of for": (
        "refused",
        f"for i in 1..(for j in 1..{'+'.join(['1'] * 150)} return j)[1]{' + 1' * 150} return i",
    ),
    "98 calls in calls": ("value", "abs(" * 98 + "x" + ")" * 98),
    "98 positions in positions": ("value", "xs[" * 98 + "1" + "]" * 98),
    "98 conditions in conditions": ("limit", "xs[" * 98 + "item = 1" + "]" * 98),
    "25 conditions in conditions": ("limit", "xs[" * 25 + "item = 1" + "]" * 25),
    "20000 list<": ("refused", "x instance of " + "list<" * 10_000 + "number"),
    "49 list<": ("value", "x instance of " + "list<" * 49 + "number" + ">" * 49),
    "a list of 30000": ("value", "[" + ",".join(["1"] * 30_000) + "]"),
    "a list of 8000 calls": ("value", "[" + ",".join(["abs(x)"] * 8_000) + "]"),
    "a list of 2500 loops": ("value", "[" + ",".join(["for i in [1] return i"] * 2_500) + "]"),
    "a context of 5000": ("value", "{" + ",".join(f"a{n}:{n}" for n in range(5_000)) + "}"),
    "8000 parameters": ("value", "function(" + ",".join(f"a{n}" for n in range(8_000)) + ") 1"),
}
SPELLING = {
    "a million blanks": ("refused", " " * 10**6 + "1"),
    "60000 blanks": ("value", " " * 60_000 + "1"),
    "60000 blanks inside a name": ("refused", "a" + " " * 60_000 + "b"),
    "30000 comments that do not end": ("refused", "/*" * 30_000),
    "20000 comments": ("value", "//\n" * 20_000 + "1"),
    "a comment in a comment": ("value", "/* " * 20_000 + "*/ 1"),
    "a name of 60000 letters": ("null", "a" * 60_000),
    "a name of 20000 words": ("refused", "a " * 20_000),
    "a string of 60000": ("value", '"' + "a" * 60_000 + '"'),
    "30000 backslashes": ("value", '"' + "\\\\" * 30_000 + '"'),
    "half a surrogate pair": ("refused", '"\\ud800"'),
    "60000 dots": ("refused", "." * 60_000),
    "30000 commas": ("refused", "[1" + "," * 30_000 + "]"),
}
GROWTH = {
    "strings, doubled by a function": (
        "limit",
        '(function(f) f(f, "ab", 60))(function(f, s, n) if n = 0 then s else f(f, s + s, n - 1))',
    ),
    "strings, doubled by partial": (
        "limit",
        'for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1]',
    ),
    "strings, doubled by replace": (
        "limit",
        'for i in 1..60 return if i = 1 then "aa" else replace(partial[-1], "a", "$0$0")',
    ),
    "strings, doubled by one group": (
        "limit",
        'for i in 1..60 return if i = 1 then "a" else replace(partial[-1], "^(.+)$", "$1$1", "s")',
    ),
    "strings, doubled by string join": (
        "limit",
        'for i in 1..60 return if i = 1 then "ab" else string join([partial[-1], partial[-1]])',
    ),
    "strings, escaped by string": (
        "limit",
        'for i in 1..60 return if i = 1 then "\\"" else string([partial[-1], partial[-1]])',
    ),
    "lists, doubled": (
        "limit",
        "for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    ),
    "shared lists, flattened": ("limit", f"flatten({DAG})"),
    "shared lists, as text": ("limit", f"string({DAG})"),
    "shared lists, compared": ("value", f"{DAG} = {DAG}"),
    "shared lists, through a path": ("limit", f"count(({DAG}).a)"),
    "shared lists, their type": (
        "value",
        f"{DAG} instance of " + "list<" * 45 + "number" + ">" * 45,
    ),
    "shared lists, distinct": (
        "value",
        f"count(distinct values([{DAG}, {DAG}]))",
    ),
    "shared contexts, as text": (
        "limit",
        "string((for i in 1..60 return {a: partial[-1], b: partial[-1]})[-1])",
    ),
    "contexts, put into each other": (
        "limit",
        "count(for i in 0..5000 return context put(partial[-1], string(i), partial))",
    ),
    "deep lists, as text": ("value", f"string length(string({DEEP}))"),
    "deep lists, compared": ("value", f"{DEEP} = {DEEP}"),
    "deep lists, flattened": ("value", f"count(flatten({DEEP}))"),
    "deep lists, through a path": ("limit", f"count(({DEEP}).a)"),
    "deep lists, their type": ("value", f"[{DEEP}] instance of list<number>"),
    "deep lists, searched": ("value", f"list contains([{DEEP}], [1])"),
}
EVIL = [
    "(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*)*x", "(a*)*b", "([a-z]+)*$", "(a+){10}$", "a*a*a*a*a*b",
    "(.*a){12}", "((a+)*)*$", "^(a+)*$", "(a?){40}a{40}", "(x+x+)+y", "(\\w+\\s?)*$", "(a|b|ab)*c",
    "(a{1,30}){1,30}b", "((a{1,1000}){1,1000}){1,1000}", "(^a|a$)*b", "[a-z-[b]]*[a-z-[c]]*$",
    "(a*)*\\1b", "^(a+)+\\1+b$", "(a)(b)?\\2+$", "(?:a|a)*b", "(" * 400 + "a" + ")" * 400,
]  # fmt: skip
EVERY = {
    f"{topic}: {title}": case
    for topic, cases in {
        "loops": LOOPS,
        "functions": FUNCTIONS,
        "numbers": NUMBERS,
        "nesting": NESTING,
        "spelling": SPELLING,
        "growth": GROWTH,
    }.items()
    for title, case in cases.items()
}


def ended(ending: Ending, *kinds: str) -> None:
    assert ending.kind in kinds, ending
    assert ending.seconds < SECONDS, ending
    assert ending.text or ending.kind == "value"


@pytest.mark.parametrize("title", EVERY)
def test_hazard(title: str) -> None:
    kind, text = EVERY[title]
    ended(limited(lambda: feel.evaluate(text, X)), kind)


# regular expressions ----------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["matches(s, p)", 'replace(s, p, "z")', "split(s, p)"])
@pytest.mark.parametrize("pattern", EVIL, ids=lambda pattern: pattern[:20])
def test_evil_pattern(function: str, pattern: str) -> None:
    data = {"s": "a" * 5_000 + "!", "p": pattern}
    ended(limited(lambda: feel.evaluate(function, data)), "value", "null", "limit")


# numbers in every argument ----------------------------------------------------------------------

HUGE = [Decimal(10) ** power for power in (0, 3, 9, 12, 18, 30, 300, 6144)]
NUMBERS_TO_TRY = [*HUGE, *(-each for each in HUGE), Decimal("1e-6143"), Decimal("0.5"), 0]


PLAIN: dict[types.Type, Any] = {
    types.STRING: "2021-01-01",
    types.BOOLEAN: True,
    types.DATE: parse_at_literal("2021-01-01"),
    types.DATE_TIME: parse_at_literal("2021-01-01T00:00:00"),
    types.TIME: parse_at_literal("10:00:00"),
    types.DAYS_TIME: parse_at_literal("P1D"),
    types.YEARS_MONTHS: parse_at_literal("P1Y"),
    types.ListType(types.STRING): ["a"],
}


def plain_value(formal: Formal) -> Any:
    """A value that fits a parameter."""
    match formal.type:
        case types.ListType() if formal.type not in PLAIN:
            return [1, 2, 3]
        case types.ContextType():
            return {"key": "a", "value": 1}
        case types.RangeType():
            return interval(1, True, 5, True)
    return PLAIN.get(formal.type, 2)


def numeric_places(overload: Overload) -> list[int]:
    wanted = (types.NUMBER, types.ANY, types.ListType(types.NUMBER), types.ListType(types.ANY))
    places = enumerate(overload.parameters)
    return [place for place, formal in places if formal.type in wanted]


def try_every_number(overload: Overload) -> feel.Result[Any]:
    names = [f"a{place}" for place in range(len(overload.parameters))]
    expression = feel.compile_expression(
        f"{overload.name}({', '.join(names)})", dict.fromkeys(names, types.ANY), strict=False
    )
    slowest = 0.0
    for place in numeric_places(overload):
        for number in NUMBERS_TO_TRY:
            values = [plain_value(formal) for formal in overload.parameters]
            listed = isinstance(overload.parameters[place].type, types.ListType)
            values[place] = [number, 1, 2] if listed else number
            started = time.process_time()
            result = expression.evaluate(dict(zip(names, values, strict=True)))
            slowest = max(slowest, time.process_time() - started)
            assert result.value is not None or result.notes, (overload.signature, values)
    assert slowest < 0.2, (overload.signature, slowest)
    return feel.Result(True)


OVERLOADS = [
    overload
    for builtin in BUILTINS.values()
    for overload in builtin.overloads
    if numeric_places(overload)
]


@pytest.mark.parametrize("overload", OVERLOADS, ids=lambda overload: overload.signature)
def test_no_argument_is_too_large(overload: Overload) -> None:
    ended(limited(lambda: try_every_number(overload)), "value")


# names ------------------------------------------------------------------------------------------

COMMON = "the serum concentration of the enzyme number "
NAMES = {f"{COMMON}{number}": number for number in range(5_000)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("value", f"{COMMON}4999"),
        ("value", " + ".join(f"{COMMON}{number}" for number in range(0, 4_000, 40))),
        ("refused", f"{COMMON}x"),
        ("refused", f"{COMMON} + 1"),
        ("null", "theserum"),
    ],
)
def test_five_thousand_names(kind: str, text: str) -> None:
    ended(limited(lambda: feel.evaluate(text, NAMES)), kind)


def test_long_names_that_are_nearly_alike() -> None:
    names = {f"{'a' * 900}{number}": number for number in range(500)}
    ended(limited(lambda: feel.evaluate("a" * 900 + "x", names)), "null")


@pytest.mark.parametrize("size", [1_000, 4_000])
def test_reading_names_takes_time_in_proportion(size: int) -> None:
    """Each blank is looked at a few times, not once for every other blank."""
    names = {"a b": 1, "a": 1, "a c": 1}
    text = "[" + ",".join([f"a{' ' * 10}"] * size) + "]"
    ended(limited(lambda: feel.evaluate(text, names)), "value")


# deep stacks ------------------------------------------------------------------------------------


def from_deep(depth: int, work: Callable[[], Any]) -> Any:
    return work() if depth == 0 else from_deep(depth - 1, work)


@pytest.mark.parametrize("depth", [100, 500, 850])
@pytest.mark.parametrize(
    "text",
    [
        "+".join(["x"] * 199),
        "for i in [1] return " * 90 + "x" + "+1" * 100,
        "[" * 98 + "1" + "]" * 98,
        "xs[" * 10 + "item = 1" + "]" * 10,
        SELF,
    ],
)
def test_from_a_deep_stack(depth: int, text: str) -> None:
    """The answer, or the error of a limit; never Python's own error."""
    with suppress(ResourceError):
        from_deep(depth, lambda: feel.evaluate(text, X))


# limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (Limits(cost=50), "for i in 1..100 return i"),
        (
            Limits(depth=10),
            "(function(f) f(f, 20))(function(f, n) if n = 0 then 0 else f(f, n - 1))",
        ),
        (Limits(items=10), "for i in 1..11 return i"),
        (Limits(characters=10), 'string join(["abcdef", "ghijkl"])'),
    ],
)
def test_limits_are_the_callers(limits: Limits, text: str) -> None:
    with pytest.raises(ResourceError) as stopped:
        feel.evaluate(text, limits=limits)
    assert stopped.value.notes[0].code == "feel.limit"
    assert feel.evaluate(text).value is not None


def test_notes_are_limited_and_kept_once() -> None:
    text = "[" + ",".join(f"1 + x{number}" for number in range(40)) + "]"
    names = dict.fromkeys(f"x{number}" for number in range(40))
    result = feel.evaluate(f"for i in 1..50 return {text}", names, limits=Limits(notes=15))
    assert len(result.notes) == 15
    assert len(feel.evaluate(f"for i in 1..50 return {text}", names).notes) == 40


def test_an_exhausted_limit_is_never_null() -> None:
    text = 'if count(for i in 1..10**7 return i) > 5 then "high" else "low"'
    with pytest.raises(GuidewrightError):
        feel.evaluate(text)
