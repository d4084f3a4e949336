"""Make up FEEL texts, by the grammar: expressions over a few variables, and texts gone wrong.

In: nothing. Out: `hypothesis` strategies for texts, and for values of the variables they use. Most
texts have a value; one operand in some is of a wrong kind.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from guidewright.feel import types
from guidewright.feel.temporal import parse_at_literal as at
from guidewright.feel.types import ContextType, ListType, RangeType, Type

ROW = ContextType((("a", types.NUMBER), ("bc", types.STRING), ("ok", types.BOOLEAN)))
TYPES: dict[str, Type] = {
    "n": types.NUMBER,
    "m": types.NUMBER,
    "m-n": types.NUMBER,
    "s": types.STRING,
    "s t": types.STRING,
    "ok": types.BOOLEAN,
    "d": types.DATE,
    "d t": types.DATE_TIME,
    "t": types.TIME,
    "dd": types.DAYS_TIME,
    "ym": types.YEARS_MONTHS,
    "xs": ListType(types.NUMBER),
    "words": ListType(types.STRING),
    "row": ROW,
    "rows": ListType(ROW),
    "r": RangeType(types.NUMBER),
}
NAMES = [*TYPES, "b c"]  # with the names of components

Texts = st.SearchStrategy[str]


def pick(*texts: str) -> Texts:
    return st.sampled_from(texts)


def fill(pattern: str, **parts: Texts) -> Texts:
    """The pattern with each `<name>` replaced."""

    def filled(values: dict[str, str]) -> str:
        text = pattern
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        return text

    return st.fixed_dictionaries(parts).map(filled)


POSITION = pick("1", "2", "-1", "0", "1 + 1", "count(xs)", "1.5")  # one that is never null
NUMERAL = pick("0", "1", "2", "3", "-1", "10", "0.5", "2.50", "1e3", "100", "7", "1e-7", "1e400")
STRING = pick(
    '"a"', '"b"', '""', '"abc"', '"A b"', '"\\n\\""', '"\\s+"', '"🐎"', '"1.5"', '"2021-01-31"'
)
DATE = pick('@"2021-01-31"', '@"2020-02-29"', '@"1999-12-31"', '@"-0001-06-01"')
TIME = pick('@"10:20:30"', '@"23:59:59Z"', '@"00:00:00+02:00"', '@"12:00:00@Europe/Paris"')
DATE_TIME = pick(
    '@"2021-01-31T10:20:30"',
    '@"2021-03-28T01:30:00Z"',
    '@"2024-03-10T01:30:00@America/New_York"',
)
DAYS = pick('@"P1D"', '@"PT36H"', '@"-PT1.5S"', '@"PT0S"')
MONTHS = pick('@"P1M"', '@"P1Y2M"', '@"-P30M"', '@"P0M"')


class Grammar:
    """Strategies for texts of each kind; `depth` levels of operators at most."""

    def __init__(self, *, nulls: bool = True, wrong: bool = True) -> None:
        self.nulls = nulls
        self.wrong = wrong
        self._made: dict[tuple[str, int], Texts] = {}

    def of(self, kind: str, depth: int) -> Texts:
        """Texts of a kind, made once."""
        found = self._made.get((kind, depth))
        if found is None:
            leaf, inner = _KINDS[kind]
            choices = [leaf]
            if self.nulls:
                choices.append(pick("null"))
            if depth > 0:
                grown = inner(lambda each: self.of(each, depth - 1))
                choices = [*choices[:1], *grown, *choices[1:]]
                if self.wrong:
                    choices.append(self.of("any", depth - 1).map(parenthesised))
            found = self._made[kind, depth] = st.one_of(choices)
        return found


def parenthesised(text: str) -> str:
    return f"({text})"


Of = Callable[[str], Texts]


def _numbers(of: Of) -> list[Texts]:
    n, s, xs, ok = of("number"), of("string"), of("numbers"), of("boolean")
    operator = pick("+", "-", "*", "/", "**")
    return [
        fill("(<a>) <op> (<b>)", a=n, op=operator, b=n),
        fill("<a> <op> <b>", a=n, op=operator, b=n),
        fill("-<a>", a=n),
        fill("if <c> then <a> else <b>", c=ok, a=n, b=n).map(parenthesised),
        fill("<f>(<a>)", f=pick("abs", "floor", "ceiling", "sqrt", "exp", "log"), a=n),
        fill("<f>(<a>, <b>)", f=pick("decimal", "modulo", "round up", "round half down"), a=n, b=n),
        fill("<f>(<l>)", f=pick("count", "sum", "min", "max", "mean", "median", "stddev"), l=xs),
        fill("string length(<s>)", s=s),
        fill("<l>[<i>]", l=xs, i=POSITION),
        fill("row.a", a=n),
        fill("rows[<i>].a", i=POSITION),
        fill("<d>.<p>", d=of("date"), p=pick("year", "month", "day", "weekday")),
        fill("<t>.hour", t=of("time")),
        fill("<a> / <b>", a=of("days"), b=of("days")),
        fill("(function(x, y: number) x - y)(<a>, <b>)", a=n, b=n),
        fill("{p: <a>, q: p + <b>}.q", a=n, b=n),
        fill("(for i in 1..<k> return i * <a>)[-1]", k=pick("1", "3", "-2"), a=n),
    ]


def _booleans(of: Of) -> list[Texts]:
    n, s, ok, xs = of("number"), of("string"), of("boolean"), of("numbers")
    compared = pick("=", "!=", "<", "<=", ">", ">=")
    kinds = ("number", "string", "date", "time", "date time", "days", "months")
    pairs = [fill("(<a>) <op> (<b>)", a=of(kind), op=compared, b=of(kind)) for kind in kinds]
    return [
        *pairs,
        fill("(<a>) <op> (<b>)", a=ok, op=pick("and", "or", "=", "!="), b=ok),
        fill("not(<a>)", a=ok),
        fill("(<a>) between <b> and <c>", a=n, b=n, c=n).map(parenthesised),
        fill("(<a>) in <r>", a=n, r=of("range")).map(parenthesised),
        fill("(<a>) in (<b>, < <c>, <r>)", a=n, b=n, c=n, r=of("range")).map(parenthesised),
        fill("(<a>) in (? > <b>)", a=n, b=n).map(parenthesised),
        fill("list contains(<l>, <a>)", l=xs, a=n),
        fill("<q> x in <l> satisfies x > <a>", q=pick("some", "every"), l=xs, a=n).map(
            parenthesised
        ),
        fill("(<a>) instance of <t>", a=of("any"), t=pick("number", "date", "list<Any>", "Any")),
        fill("<f>(<a>, <b>)", f=pick("contains", "starts with", "matches"), a=s, b=s),
        fill("is(<a>, <b>)", a=of("any"), b=of("any")),
        fill("(<a>) = (<b>)", a=of("any"), b=of("any")),
        fill("(<a>) = null", a=of("any")),
    ]


def _strings(of: Of) -> list[Texts]:
    n, s = of("number"), of("string")
    return [
        fill("(<a>) + (<b>)", a=s, b=s),
        fill("<f>(<a>)", f=pick("upper case", "lower case"), a=s),
        fill("string(<a>)", a=of("any")),
        fill("substring(<a>, <i>)", a=s, i=n),
        fill("substring before(<a>, <b>)", a=s, b=s),
        fill("replace(<a>, <p>, <b>)", a=s, p=s, b=s),
        fill("string join(<l>, <a>)", l=of("strings"), a=s),
        fill("row.bc"),
        fill("<l>[<i>]", l=of("strings"), i=POSITION),
        fill("day of week(<d>)", d=of("date")),
    ]


def _numbers_list(of: Of) -> list[Texts]:
    n, ok, xs = of("number"), of("boolean"), of("numbers")
    return [
        fill("[<a>, <b>]", a=n, b=n),
        fill("<l>[item > <a>]", l=xs, a=n),
        fill("<l>[<c>]", l=xs, c=ok),
        fill("for x in <l> return x + <a>", l=xs, a=n).map(parenthesised),
        fill("for x in <l>, y in [x, <a>] return x * y", l=xs, a=n).map(parenthesised),
        fill("for i in 1..3 return count(partial) + <a>", a=n).map(parenthesised),
        fill("rows[<c>].a", c=ok),
        fill("rows[a > <n>].a", n=n),
        fill("sort(<l>, function(x, y) x < y)", l=xs),
        fill("<f>(<l>)", f=pick("reverse", "distinct values", "flatten"), l=xs),
        fill("append(<l>, <a>)", l=xs, a=n),
        fill("sublist(<l>, <i>)", l=xs, i=n),
    ]


def _anything(of: Of) -> list[Texts]:
    kinds = ("number", "string", "boolean", "date", "time", "date time", "days", "months")
    return [
        *(of(kind) for kind in (*kinds, "numbers", "strings", "range")),
        fill("{a: <a>, b c: <b>, e: a}", a=of("any"), b=of("any")),
        fill("[<a>, <b>]", a=of("any"), b=of("any")),
        fill("(<a>)[<c>]", a=of("any"), c=of("boolean")),
        fill("(<a>)[<i>]", a=of("any"), i=POSITION),
        fill("(<a>).<k>", a=of("any"), k=pick("a", "bc", "year", "start", "end included")),
        fill("if <c> then <a> else <b>", c=of("any"), a=of("any"), b=of("any")).map(parenthesised),
        fill("(<a>) <op> (<b>)", a=of("any"), op=pick("+", "-", "*", "<", "and"), b=of("any")),
        fill("(<a>)(<b>)", a=of("any"), b=of("any")),
        fill("function(x) x = <a>", a=of("any")).map(parenthesised),
    ]


def _dates(of: Of) -> list[Texts]:
    return [
        fill("(<a>) <op> (<b>)", a=of("date"), op=pick("+", "-"), b=of("months")),
        fill("(<a>) <op> (<b>)", a=of("date"), op=pick("+", "-"), b=of("days")),
        fill("date(<a>)", a=of("date time")),
        fill("date(<a>, <b>, <c>)", a=of("number"), b=of("number"), c=of("number")),
    ]


_KINDS: dict[str, tuple[Texts, Callable[[Of], list[Texts]]]] = {
    "number": (NUMERAL | pick("n", "m", "m-n"), _numbers),
    "string": (STRING | pick("s", "s t"), _strings),
    "boolean": (pick("true", "false", "ok"), _booleans),
    "date": (DATE | pick("d"), _dates),
    "time": (TIME | pick("t"), lambda of: [fill("(<a>) + (<b>)", a=of("time"), b=of("days"))]),
    "date time": (
        DATE_TIME | pick("d t"),
        lambda of: [
            fill("(<a>) + (<b>)", a=of("date time"), b=of("days")),
            fill("date and time(<a>, <b>)", a=of("date"), b=of("time")),
        ],
    ),
    "days": (
        DAYS | pick("dd"),
        lambda of: [
            fill("(<a>) - (<b>)", a=of("date"), b=of("date")),
            fill("(<a>) * (<b>)", a=of("days"), b=of("number")),
        ],
    ),
    "months": (
        MONTHS | pick("ym"),
        lambda of: [
            fill("(<a>) * (<b>)", a=of("months"), b=of("number")),
            fill("years and months duration(<a>, <b>)", a=of("date"), b=of("date")),
        ],
    ),
    "numbers": (pick("xs", "[]", "[1, 2, 3]", "[n, m]"), _numbers_list),
    "strings": (pick("words", '["a", "b"]', "rows.bc"), lambda of: [
        fill("[<a>, <b>]", a=of("string"), b=of("string")),
        fill("split(<a>, <b>)", a=of("string"), b=of("string")),
    ]),
    "range": (pick("r", "[1..5]", "(0..1)", "[2..2)"), lambda of: [
        fill("[<a>..<b><c>", a=of("number"), b=of("number"), c=pick("]", ")", "[")),
        fill("<c><a>..<b>)", a=of("number"), b=of("number"), c=pick("]", "(")),
    ]),
    "any": (
        pick("n", "s", "row", "rows", "xs", "r", "1", '"a"', "true", "abs", "[]", "{}"), _anything
    ),
}  # fmt: skip


# values of the variables ------------------------------------------------------------------------

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "n": st.sampled_from([0, 1, 2, -3, Decimal("0.5"), Decimal("2.50"), 10**20]),
    "m": st.sampled_from([1, 2, Decimal("-1.5"), Decimal("1e-20")]),
    "m-n": st.sampled_from([0, 42]),
    "s": st.sampled_from(["", "a", "abc", "ab\nc", "1", "(", "🐎"]),
    "s t": st.sampled_from(["x", "$0", "a+"]),
    "ok": st.booleans(),
    "d": st.sampled_from([at("2021-01-31"), at("2000-02-29")]),
    "d t": st.sampled_from([at("2021-01-31T00:00:00"), at("2021-06-01T12:00:00+02:00")]),
    "t": st.sampled_from([at("10:00:00"), at("10:00:00Z")]),
    "dd": st.sampled_from([at("P1D"), at("PT0.5S"), at("-P10D")]),
    "ym": st.sampled_from([at("P1Y"), at("P1M"), at("-P11M")]),
    "xs": st.lists(st.sampled_from([1, 2, 3, Decimal("0.1")]), max_size=3),
    "words": st.lists(st.sampled_from(["a", "b", ""]), max_size=3),
}
_ROWS = st.fixed_dictionaries({"a": _VALUES["n"], "bc": _VALUES["s"], "ok": _VALUES["ok"]})
_VALUES["row"] = _ROWS
_VALUES["rows"] = st.lists(_ROWS, max_size=3)


def values(*, nulls: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all variables; with `nulls`, some of them, and some of their parts, are null."""
    from guidewright.feel.values import interval

    ranges = st.sampled_from([interval(1, True, 5, True), interval(0, False, 1, False)])
    given = {**_VALUES, "r": ranges}
    if nulls:
        given = {name: st.one_of(each, each, each, st.none()) for name, each in given.items()}
        given["xs"] = st.lists(st.sampled_from([1, 2, None]), max_size=3) | st.none()
        rows = st.fixed_dictionaries({"a": given["n"], "bc": given["s"], "ok": given["ok"]})
        given["row"] = rows | st.none()
        given["rows"] = st.lists(rows | st.none(), max_size=3) | st.none()
    return st.fixed_dictionaries(given)


# texts gone wrong -------------------------------------------------------------------------------

PIECES = pick(
    "(", ")", "[", "]", "{", "}", ",", ":", "..", ".", "=", "!=", "<", ">", "<=", "-", "+", "*",
    "**", "/", "//", "/*", "*/", '"', "@", "\\", "'", "not(", "if ", " then ", " else ", "for ",
    " in ", " return ", "some ", " satisfies ", " and ", " or ", " between ", " instance of ",
    "function(", " external ", "null", "true", "?", "item", "partial", "n", "s t", "rows", "xs",
    "1", "1e9", "0.1", " ", "\n", "\t", "\x00", "é", "🐎", "\ud800", "-> ", "list<",
    "date and time(", 'duration("', "10**10", "sort(", "replace(", "9" * 40,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, texts: Texts) -> str:
    """A text with a few pieces taken out, put in, doubled or moved."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        match draw(st.integers(0, 3)):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + draw(PIECES) + text[start:]
            case 2:
                text = text[:end] + text[start:end] + text[end:]
            case _:
                text = text[end:] + text[start:end] + text[:start]
    return text


def soup() -> Texts:
    """Pieces of FEEL in no order."""
    return st.lists(PIECES, max_size=25).map("".join)
