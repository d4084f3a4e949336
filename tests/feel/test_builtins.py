"""The built-in functions and their registry (DMN 1.5, 10.3.4). Their examples are run elsewhere."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import Code, ResourceError
from guidewright.feel import types
from guidewright.feel.builtins import BUILTINS, as_function
from guidewright.feel.builtins.registry import Formal, parse_signature
from guidewright.feel.decimals import number_text, rounded
from guidewright.feel.operators import in_range, same
from guidewright.feel.runtime import Limits, Refuse, Runtime
from guidewright.feel.temporal import parse_at_literal as at
from guidewright.feel.temporal import parse_date_time
from guidewright.feel.types import ContextType, FunctionType, ListType
from guidewright.feel.values import Function, Parameter, interval, unary_range

D = Decimal
REFUSED, WRONG_TYPE = Code.REFUSED, Code.WRONG_TYPE
NULL_OPERAND, WRONG_ARGUMENTS = Code.NULL_OPERAND, Code.WRONG_ARGUMENTS


def call(name: str, *args: Any, rt: Runtime | None = None) -> Any:
    return BUILTINS[name].call_positional(rt or Runtime(), args)


def named(name: str, **args: Any) -> Any:
    renamed = {key.rstrip("_").replace("_", " "): value for key, value in args.items()}
    return BUILTINS[name].call_named(Runtime(), renamed)


def refusal(name: str, *args: Any) -> Code:
    with pytest.raises(Refuse) as refused:
        call(name, *args)
    return refused.value.code


def function(*names: str, body: Any) -> Function:
    parameters = tuple(Parameter(name) for name in names)
    return Function(None, parameters, None, lambda rt, args: body(*args))


# the registry -----------------------------------------------------------------------------------


def test_all_names_of_dmn_1_5() -> None:
    assert len(BUILTINS) == 86
    assert {"date and time", "met by", "years and months duration", "list replace"} <= set(BUILTINS)


def test_every_overload_is_documented() -> None:
    for builtin in BUILTINS.values():
        assert builtin.examples, builtin.name
        for overload in builtin.overloads:
            assert overload.doc.endswith("."), overload.signature
            assert overload.spec.startswith("DMN 1.5, 10.3.4"), overload.signature
            assert overload.name == builtin.name


def test_signatures() -> None:
    name, parameters, result = parse_signature(
        "a b(x y: list<context<k: Any>>, n?: integer, f: function<Any, Any> -> boolean,"
        " i: Any?...) -> list<number>"
    )
    anything = types.ANY
    assert name == "a b"
    assert [(each.name, each.type) for each in parameters] == [
        ("x y", ListType(ContextType((("k", anything),)))),
        ("n", types.NUMBER),
        ("f", FunctionType((anything, anything), types.BOOLEAN)),
        ("i", anything),
    ]
    assert parameters[1] == Formal(
        "n", types.NUMBER, optional=True, integer=True, classes=parameters[1].classes
    )
    assert parameters[3].nullable
    assert parameters[3].variadic
    assert result == ListType(types.NUMBER)
    for wrong in ("a", "a(x) -> Any", "a(x: nothing) -> Any"):
        with pytest.raises(ValueError, match="not a"):
            parse_signature(wrong)


def test_static_questions() -> None:
    substring = BUILTINS["substring"].overloads[0]
    assert [substring.fits(count, None) for count in range(5)] == [False, False, True, True, False]
    assert substring.fits(2, ("start position", "string"))
    assert not substring.fits(2, ("start", "string"))
    assert not substring.fits(1, ("string",))
    assert substring.argument_types(2, ("start position", "string")) == [types.NUMBER, types.STRING]
    append = BUILTINS["append"].overloads[0]
    assert append.argument_types(4) == [ListType(types.ANY), *[types.ANY] * 3]
    assert substring.result == types.STRING


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_null_and_wrong_arguments(name: str) -> None:
    """Null for what may not be null, too many arguments and unknown names are told apart."""
    builtin = BUILTINS[name]
    for overload in builtin.overloads:
        nulls = [None] * len(overload.parameters)
        if any(not parameter.nullable for parameter in overload.parameters):
            assert refusal(name, *nulls) is NULL_OPERAND
    if not any(o.parameters and o.parameters[-1].variadic for o in builtin.overloads):
        most = max(len(overload.parameters) for overload in builtin.overloads)
        assert refusal(name, *[1] * (most + 1)) is WRONG_ARGUMENTS
    with pytest.raises(Refuse) as refused:
        builtin.call_named(Runtime(), {"no such name": 1})
    assert refused.value.code is WRONG_ARGUMENTS
    if not builtin.takes(0):
        assert refusal(name) is WRONG_ARGUMENTS


def test_messages() -> None:
    for args, words in (
        ({"n": 1, "scal": 1}, "did you mean 'scale'?"),
        ({"scale": 1}, "missing"),
    ):
        with pytest.raises(Refuse) as refused:
            BUILTINS["floor"].call_named(Runtime(), args)
        assert words in refused.value.reason
    with pytest.raises(Refuse) as refused:
        call("decimal", 1, "a")
    assert refused.value.reason == "parameter 'scale' of 'decimal' is a number, not a string"
    with pytest.raises(Refuse) as refused:
        call("decimal", 1)
    assert "decimal(n: number, scale: integer) -> number" in refused.value.reason


def test_conversion_of_arguments() -> None:
    assert call("contains", ["foobar"], "of") is False
    assert call("string join", "a", "X") == "a"
    assert call("list replace", 1, 1, 5) == [5]
    assert call("context", {"key": "a", "value": 1}) == {"a": 1}
    assert call("substring", "foobar", 3, D("3.8")) == "oba"
    assert call("list replace", [2, 4, 7], D("-1.5"), 6) == [2, 4, 6]
    assert refusal("contains", ["a", "b"], "a") is WRONG_TYPE
    assert refusal("contains", [["a"]], "a") is WRONG_TYPE
    assert refusal("abs", [None]) is NULL_OPERAND


def test_named_calls() -> None:
    assert named("substring", string="foobar", start_position=3) == "obar"
    assert named("append", list=[1], item=2) == [1, 2]
    assert named("max", list=[1, 2]) == 2
    assert named("is", value1=None) is True
    assert named("context put", context={"x": {"a": 0}}, keys=["x", "a"], value=2) == {
        "x": {"a": 2}
    }
    with pytest.raises(Refuse):
        named("context put", context={"x": {"a": 0}}, key=["x", "a"], value=2)


def test_values_are_never_changed() -> None:
    items = [3, 1, 2]
    context = {"a": {"b": 1}}
    call("sort", items, function("x", "y", body=lambda x, y: x < y))
    for name, *args in (
        ("append", 9),
        ("remove", 1),
        ("insert before", 1, 9),
        ("list replace", 1, 9),
        ("reverse",),
        ("concatenate", [9]),
    ):
        call(name, items, *args)
    call("context put", context, ["a", "b"], 2)
    call("context merge", [context, {"a": 3}])
    assert items == [3, 1, 2]
    assert context == {"a": {"b": 1}}


# tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("date", ["-999999999-12-31"], at("-999999999-12-31")),
        ("date", [D("2017.9"), 12, 31], at("2017-12-31")),
        ("time", [at("2017-08-10")], at("00:00:00Z")),
        ("time", [11, 59, D("45.1234567899"), None], at("11:59:45.123456789")),
        ("time", [0, 0, 0, at("-PT14H")], at("00:00:00-14:00")),
        (
            "date and time",
            [at("2017-09-05T10:20:00@Europe/Paris"), at("09:15:30.987654321@Asia/Dhaka")],
            at("2017-09-05T09:15:30.987654321@Asia/Dhaka"),
        ),
        ("years and months duration", [at("2021-02-28"), at("2000-02-29")], at("-P20Y11M")),
        ("years and months duration", [at("-0001-12-31"), at("0001-01-01")], at("P1Y")),
        (
            "years and months duration",
            [at("2015-12-24"), at("2016-12-24T00:00:00-14:00")],
            at("P1Y"),
        ),
        ("number", ["1 000 000.01", " ", "."], D("1000000.01")),
        ("number", ["1.000.000", ".", None], 1000000),
        ("number", ["1,000,000.00", ",", None], 1000000),
        ("number", ["-1,5", ".", ","], D("-1.5")),
        ("string", [D("1E+10")], "10000000000"),
        ("string", [at("-P1D")], "-P1D"),
        ("substring", ["foobar", -6, 6], "foobar"),
        ("substring", ["\U0001f40eab", 2], "ab"),
        ("string length", ["\U0001f40eab"], 3),
        ("substring before", ["foobar", "o"], "f"),
        ("substring after", ["foobar", "o"], "obar"),
        ("substring after", ["foobar", "xyz"], ""),
        ("matches", ["abracadabra", "bra", None], True),
        ("replace", ["Foo", "foo", "bar", "i"], "bar"),
        ("string join", [["a", None, "c"], None], "ac"),
        ("string join", [[None]], ""),
        ("decimal", [D("1.115"), 2], D("1.12")),
        ("decimal", [D("1.125"), 2], D("1.12")),
        ("decimal", [1250, -2], 1200),
        ("decimal", [D("9.999"), 2], 10),
        ("decimal", [D("9" * 34), -1], D("1E+34")),
        ("decimal", [5, -6111], 0),
        ("floor", [D("-1.56"), 1], D("-1.6")),
        ("ceiling", [D("-1.56"), 1], D("-1.5")),
        ("round up", [D("-1.121"), 2], D("-1.13")),
        ("round down", [D("-1.129"), 2], D("-1.12")),
        ("round half up", [D("-2.5"), 0], -3),
        ("round half down", [D("-2.5"), 0], -2),
        ("round up", [D("5.5"), 6176], D("5.5")),
        ("abs", [at("-P1Y2M")], at("P1Y2M")),
        ("modulo", [D("-10.1"), D("4.5")], D("3.4")),
        ("modulo", [D("10.1"), D("4.5")], D("1.1")),
        ("sqrt", [D("0.25")], D("0.5")),
        ("exp", [0], 1),
        ("log", [1], 0),
        ("odd", [D("-3.0")], True),
        ("even", [D("1e40")], True),
        ("list contains", [[[1], {"a": 2}], {"a": D("2.0")}], True),
        ("list contains", [[1, 2], None], False),
        ("min", [["b", "a"]], "a"),
        ("max", [at("PT1H"), at("P1D")], at("P1D")),
        ("min", [5], 5),
        ("sum", [[D("0.1")] * 10], 1),
        ("sum", [[D("1e33"), D("0.1"), D("-1e33")]], D("0.1")),
        ("mean", [[1, 2]], D("1.5")),
        ("mean", [[D(1), D(2), D(4)]], D("2." + "3" * 33)),
        ("median", [[8, 2, 5, 7]], 6),
        ("mode", [[6, 1, D("6.0"), 1, 9]], [1, 6]),
        ("all", [[None, False]], False),
        ("any", [None, True], True),
        ("sublist", [[4, 5, 6], -2, 1], [5]),
        ("append", [[1], [2], None], [1, [2], None]),
        ("concatenate", [[1], 2, []], [1, 2]),
        ("insert before", [[1, 2], -1, None], [1, None, 2]),
        ("remove", [[1, 2, 3], -3], [2, 3]),
        ("index of", [[1, None, D("1.0"), "1"], 1], [1, 3]),
        ("index of", [[at("10:00:00.1"), at("10:00:00.2")], at("10:00:00")], [1, 2]),
        ("union", [[1, [2]], [[2], D("1.0"), True]], [1, [2], True]),
        (
            "distinct values",
            [[None, 1, None, "1", True, {"a": 1}, {"a": 1}]],
            [None, 1, "1", True, {"a": 1}],
        ),
        ("flatten", [[[1, [None]], [[]], 2]], [1, None, 2]),
        ("reverse", [[]], []),
        ("get value", [{"a": None}, "a"], None),
        ("get entries", [{}], []),
        ("context", [[{"key": "", "value": None, "more": 1}]], {"": None}),
        ("context put", [{"a": 1, "b": 2}, "a", 3], {"a": 3, "b": 2}),
        ("context merge", [[]], {}),
        ("day of week", [at("2019-09-17T00:00:00")], "Tuesday"),
        ("month of year", [at("-0001-12-01")], "December"),
        ("week of year", [at("2005-01-01")], 53),
        ("is", [1, D("1.0")], True),
        ("range", ['["a".."c"]'], interval("a", True, "c", True)),
        ("range", ["]1..2["], interval(1, False, 2, False)),
        (
            "range",
            [' [ @"P1D" .. duration( "P2D" ) ] '],
            interval(at("P1D"), True, at("P2D"), True),
        ),
        ("range", ["[-2..-1.5e0)"], interval(-2, True, D("-1.5"), False)),
        ("range", ["(..2]"], unary_range("<=", 2)),
        ("range", ["[2..)"], unary_range(">=", 2)),
        ("range", ['["\\"..".."\\u00e9"]'], interval('"..', True, "\u00e9", True)),
    ],
)
def test_values(name: str, args: list[Any], expected: Any) -> None:
    assert same(call(name, *args), expected)


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("date", ["2021-02-30"], REFUSED),
        ("date", [2021, 2, 30], REFUSED),
        ("date", [D("1e4000"), 1, 1], REFUSED),
        ("date", [[]], WRONG_TYPE),
        ("date and time", [2017], WRONG_TYPE),
        ("time", [24, 0, 0], REFUSED),
        ("time", [0, 0, -1], REFUSED),
        ("time", [0, 0, D("-0.5")], REFUSED),
        ("time", [0, 0, 0, at("PT15H")], REFUSED),
        ("time", [0, 0, 0, at("PT0.5S")], REFUSED),
        ("number", ["1", ".", "."], REFUSED),
        ("number", ["1,000", ":", "."], REFUSED),
        ("number", ["1.5", None, ","], REFUSED),
        ("number", ["\u0661", None, "."], REFUSED),
        ("number", ["--1", None, "."], REFUSED),
        ("number", ["", None, "."], REFUSED),
        ("number", [123, ".", "."], WRONG_TYPE),
        ("substring", ["abc", 0], REFUSED),
        ("substring", ["abc", 4], REFUSED),
        ("substring", ["abc", 2, 3], REFUSED),
        ("substring", ["abc", 2, 0], REFUSED),
        ("substring", ["abc", D("1e6000")], REFUSED),
        ("decimal", [1, 6177], REFUSED),
        ("decimal", [1, -6112], REFUSED),
        ("decimal", [1, D("1e6000")], REFUSED),
        ("decimal", [True, 1], WRONG_TYPE),
        ("modulo", [1, 0], REFUSED),
        ("sqrt", [-1], REFUSED),
        ("log", [0], REFUSED),
        ("exp", [D("1e6")], REFUSED),
        ("odd", [D("1.5")], REFUSED),
        ("min", [[]], REFUSED),
        ("sum", [[1, None]], NULL_OPERAND),
        ("sum", [1, None], NULL_OPERAND),
        ("max", [[1, "a"]], WRONG_TYPE),
        ("max", [[True]], WRONG_TYPE),
        ("stddev", [47], REFUSED),
        ("all", [[False, 123]], WRONG_TYPE),
        ("insert before", [[1], 2, 0], REFUSED),
        ("remove", [[1], 0], REFUSED),
        ("concatenate", [[1], None], NULL_OPERAND),
        ("count", [1, 2], WRONG_ARGUMENTS),
        ("context", [[{"key": "a"}]], REFUSED),
        ("context", [[{"key": 1, "value": 1}]], REFUSED),
        ("context put", [{"x": 1}, ["a", "b"], 2], REFUSED),
        ("context put", [{"x": 1}, [], 2], REFUSED),
        ("context put", [{"x": 1}, ["x", None], 2], NULL_OPERAND),
        ("context merge", [[{"a": 1}, 2]], WRONG_TYPE),
        ("context merge", [[None]], NULL_OPERAND),
        ("range", [""], REFUSED),
        ("range", [" "], REFUSED),
        ("range", [">=10"], REFUSED),
        ("range", ["[..2]"], REFUSED),
        ("range", ["[1..]"], REFUSED),
        ("range", ["(..)"], REFUSED),
        ("range", ["[3..1]"], REFUSED),
        ("range", ['[1.."b"]'], REFUSED),
        ("range", ["[null..null]"], REFUSED),
        ("range", ["[a..b]"], REFUSED),
        ("range", ['[date(string("1970-01-01"))..date("1970-01-02")]'], REFUSED),
        ("range", ["[1...2]"], REFUSED),
        ("range", ["[1..2] x"], REFUSED),
        ("range", ["[1..2"], REFUSED),
        ("range", ["[1.2.3..4]"], REFUSED),
        ("range", ["[true..true]"], REFUSED),
    ],
)
def test_refusals(name: str, args: list[Any], code: Code) -> None:
    assert refusal(name, *args) is code


def test_the_clock() -> None:
    moment = parse_date_time("2024-02-29T23:30:00-05:00")
    rt = Runtime(clock=lambda: moment)
    assert call("now", rt=rt) is moment
    assert call("today", rt=rt) == at("2024-02-29")
    assert refusal("now") is REFUSED


# numbers against fractions and the standard library ---------------------------------------------

numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(-(10**9), 10**9, places=6, allow_nan=False),
).map(rounded)


@given(numbers, st.integers(-8, 8))
def test_rounding_modes(n: Any, scale: int) -> None:
    """Each mode is one of the two neighbours, and on its own side."""
    down, up = call("floor", n, scale), call("ceiling", n, scale)
    assert down <= n <= up
    assert up - down in (0, D(1).scaleb(-scale))
    toward, away = call("round down", n, scale), call("round up", n, scale)
    assert abs(toward) <= abs(n) <= abs(away)
    for name in ("decimal", "round half up", "round half down"):
        assert abs(call(name, n, scale) - n) * 2 <= D(1).scaleb(-scale)
    assert abs(call("round half down", n, scale)) <= abs(call("round half up", n, scale))
    assert call("decimal", n, scale) == round(D(n), scale) if scale > 0 else True


@given(st.lists(numbers, min_size=2, max_size=30))
def test_aggregates(items: list[Any]) -> None:
    assert call("sum", items) == sum(map(D, items))
    assert call("min", items) == min(items)
    assert call("max", items) == max(items)
    assert call("median", items) == D(statistics.median(map(D, items)))
    assert call("mode", items) == sorted(statistics.multimode(items))
    assert abs(call("mean", items) - sum(map(D, items)) / len(items)) < D("1e-15")
    assert abs(float(call("stddev", items)) - statistics.stdev(map(float, items))) < 1e-3
    shuffled = random.Random(1).sample(items, len(items))
    assert call("sum", shuffled) == call("sum", items)


# lists ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 9) | st.sampled_from(["a", "b", None, True])))
def test_distinct_values(items: list[Any]) -> None:
    distinct = call("distinct values", items)
    assert distinct == call("distinct values", items + items)
    assert call("union", items, items) == distinct
    assert all(call("list contains", items, item) for item in distinct)
    assert all(len(call("index of", distinct, item)) == 1 for item in distinct)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99))))
def test_sort_is_stable(pairs: list[tuple[int, int]]) -> None:
    items = [list(pair) for pair in pairs]
    by_first = function("x", "y", body=lambda x, y: x[0] < y[0])
    assert call("sort", items, by_first) == sorted(items, key=lambda item: item[0])


DICE = random.Random(7)
COMPARATORS = {
    "always": lambda x, y: True,
    "never": lambda x, y: False,
    "cyclic": lambda x, y: (x - y) % 3 == 1,
    "random": lambda x, y: DICE.random() < 0.5,
}


@pytest.mark.parametrize("name", COMPARATORS)
def test_sort_with_an_inconsistent_order(name: str) -> None:
    items = list(range(500))
    asked = 0

    def order(x: int, y: int) -> bool:
        nonlocal asked
        asked += 1
        return COMPARATORS[name](x, y)

    result = call("sort", items, function("x", "y", body=order))
    assert Counter(result) == Counter(items)
    assert asked <= 500 * 9


def test_sort_refuses_answers_that_are_no_booleans() -> None:
    assert refusal("sort", [1, 2], function("x", "y", body=lambda x, y: None)) is WRONG_TYPE
    assert refusal("sort", [1, 2], function("x", body=lambda x: True)) is WRONG_TYPE
    assert refusal("list replace", [1], function("a", "b", body=lambda a, b: 1), 5) is WRONG_TYPE
    assert call("sort", [], as_function(BUILTINS["starts with"])) == []


# ranges, against a line of points ---------------------------------------------------------------

LINE = [D(half) / 2 for half in range(-1, 12)]
RANGES = [
    interval(low, low_in, high, high_in)
    for low, high in itertools.combinations(range(5), 2)
    for low_in in (True, False)
    for high_in in (True, False)
]


def points(within: Any) -> set[D]:
    return {point for point in LINE if in_range(point, within)}


def test_range_functions_agree_with_sets_of_points() -> None:
    for a, b in itertools.product(RANGES, RANGES):
        one, other = points(a), points(b)
        assert call("before", a, b) is (max(one) < min(other))
        assert call("after", a, b) is (min(one) > max(other))
        assert call("overlaps", a, b) is bool(one & other)
        assert call("includes", a, b) is (one >= other)
        assert call("during", a, b) is (one <= other)
        assert call("coincides", a, b) is (one == other)
        assert call("starts", a, b) is (min(one) == min(other) and one <= other)
        assert call("started by", a, b) is call("starts", b, a)
        assert call("finishes", a, b) is (max(one) == max(other) and one <= other)
        assert call("finished by", a, b) is call("finishes", b, a)
        meets = max(one) == min(other) and a.high_included and b.low_included
        assert call("meets", a, b) is meets
        assert call("met by", a, b) is call("meets", b, a)
        before = min(one) < min(other) and bool(one & other) and max(one) <= max(other)
        assert call("overlaps before", a, b) is before
        assert call("overlaps after", b, a) is before


def test_range_functions_agree_with_points() -> None:
    for a, point in itertools.product(RANGES, LINE):
        inside = points(a)
        assert call("includes", a, point) is call("during", point, a) is (point in inside)
        assert call("before", point, a) is (point < min(inside))
        assert call("before", a, point) is call("after", point, a) is (point > max(inside))
        first = point == a.low and a.low_included
        last = point == a.high and a.high_included
        assert call("starts", point, a) is call("started by", a, point) is first
        assert call("finishes", point, a) is call("finished by", a, point) is last


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("before", [1, 10], True),
        ("coincides", [5, D("5.0")], True),
        ("after", ["b", "a"], True),
        ("includes", [unary_range("<", 10), 1], True),
        ("before", [unary_range("<", 10), unary_range(">=", 10)], True),
        ("overlaps", [unary_range("<=", 10), unary_range(">=", 10)], True),
        ("coincides", [unary_range("<", 10), unary_range("<", 10)], True),
        ("coincides", [unary_range("=", 10), interval(10, True, 10, True)], True),
        ("starts", [interval(1, True, 2, True), unary_range(">=", 1)], True),
        (
            "before",
            [at("2020-01-01"), interval(at("2020-01-02"), True, at("2021-01-01"), True)],
            True,
        ),
    ],
)
def test_range_functions(name: str, args: list[Any], expected: bool) -> None:
    assert call(name, *args) is expected


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("before", [1, "a"], WRONG_TYPE),
        ("before", [True, False], WRONG_TYPE),
        ("before", ["a", unary_range("<", 10)], WRONG_TYPE),
        ("overlaps", [unary_range("<", 10), unary_range(">", "a")], WRONG_TYPE),
        ("includes", [interval(None, True, 10, True), 5], NULL_OPERAND),
        ("includes", [unary_range("!=", 5), 5], REFUSED),
        ("meets", [1, interval(1, True, 2, True)], WRONG_TYPE),
    ],
)
def test_refused_ranges(name: str, args: list[Any], code: Code) -> None:
    assert refusal(name, *args) is code


# limits -----------------------------------------------------------------------------------------


def test_costs_grow_with_the_data() -> None:
    for name, *args in (
        ("sum", list(range(1000))),
        ("reverse", list(range(1000))),
        ("upper case", "x" * 16_000),
        ("list contains", list(range(1000)), -1),
        ("context put", {str(number): number for number in range(1000)}, "a", 1),
    ):
        rt = Runtime()
        call(name, *args, rt=rt)
        assert rt.spent >= 1000, name


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("concatenate", [[0] * 600, [0] * 600]),
        ("append", [[0] * 1000, 1]),
        ("union", [[0] * 600, [0] * 600]),
        ("insert before", [[0] * 1000, 1, 1]),
        ("string join", [["x" * 600, "x" * 600]]),
        ("flatten", [[[0] * 600, [0] * 600]]),
        ("string", [["x" * 600, "x" * 600]]),
    ],
)
def test_sizes_are_limited(name: str, args: list[Any]) -> None:
    with pytest.raises(ResourceError):
        call(name, *args, rt=Runtime(Limits(items=1000, characters=1000)))


def test_lists_that_share_their_parts_stop() -> None:
    shared: list[Any] = [1]
    other: list[Any] = [1]
    for _ in range(60):
        shared, other = [shared, shared], [other, other]
    for name, *args in (("flatten", shared), ("string", shared)):
        with pytest.raises(ResourceError):
            call(name, *args, rt=Runtime(Limits(cost=100_000)))
    assert call("distinct values", [shared, other]) == [shared]


EXTREMES = [
    D(f"{sign}{digits}e{exponent}")
    for sign in ("", "-")
    for digits in ("1", "9.87654321")
    for exponent in (-6143, -40, 0, 3, 18, 19, 40, 6143)
]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, builtin in BUILTINS.items()
        if any(
            parameter.type == types.NUMBER for o in builtin.overloads for parameter in o.parameters
        )
    ],
)
def test_extreme_numbers_are_answered_at_once(name: str) -> None:
    """No argument position of any function makes it slow, or fails otherwise than by refusal."""
    fill: dict[types.Type, Any] = {
        types.NUMBER: 2,
        types.STRING: "abc",
        ListType(types.ANY): [1, 2],
    }
    for overload in BUILTINS[name].overloads:
        base = [fill.get(parameter.type, [1]) for parameter in overload.parameters]
        for place, parameter in enumerate(overload.parameters):
            if parameter.type != types.NUMBER:
                continue
            for extreme in EXTREMES:
                args = [*base[:place], rounded(extreme), *base[place + 1 :]]
                start = time.perf_counter()
                try:
                    result = call(name, *args)
                except Refuse:
                    continue
                finally:
                    assert time.perf_counter() - start < 5, (name, args)
                if type(result) in (int, D):
                    assert number_text(result)
                    assert str(result) != "-0"
