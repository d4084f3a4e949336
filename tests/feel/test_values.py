"""Values, their types and conversions, their texts, and the border to Python and JSON."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import Code, ResourceError
from guidewright.feel import types
from guidewright.feel.builtins import BUILTINS, as_function
from guidewright.feel.conversion import from_json_typed, from_python, to_json
from guidewright.feel.decimals import rounded
from guidewright.feel.operators import same
from guidewright.feel.runtime import Limits, Refuse, Runtime
from guidewright.feel.temporal import parse_at_literal as at
from guidewright.feel.text import literal, quoted, string
from guidewright.feel.types import ContextType, FunctionType, ListType, RangeType, Recursive
from guidewright.feel.values import (
    Function,
    Parameter,
    convert,
    instance_of,
    interval,
    is_a,
    kind,
    make_range,
    type_of,
    unary_range,
)

D = Decimal
ABS = as_function(BUILTINS["abs"])
PERSON = ContextType((("name", types.STRING), ("age", types.NUMBER)))


def function(
    *names: str, of: types.Type | None = None, result: types.Type | None = None, body: Any = None
) -> Function:
    parameters = tuple(Parameter(name, of) for name in names)
    return Function(None, parameters, result, body or (lambda rt, args: list(args)))


@pytest.mark.parametrize(
    ("value", "word", "type_text"),
    [
        (None, "null", "Null"),
        (1, "number", "number"),
        (D("1.5"), "number", "number"),
        (True, "boolean", "boolean"),
        ("a", "string", "string"),
        (at("2020-01-01"), "date", "date"),
        (at("10:00:00"), "time", "time"),
        (at("2020-01-01T10:00:00"), "date and time", "date and time"),
        (at("P1D"), "days and time duration", "days and time duration"),
        (at("P1M"), "years and months duration", "years and months duration"),
        ([1, None, D("2.5")], "list", "list<number>"),
        ([1, "a"], "list", "list<Any>"),
        ([], "list", "list<Null>"),
        ({"a": [1]}, "context", "context<a: list<number>>"),
        (interval(1, True, 2, True), "range", "range<number>"),
        (unary_range("<", "a"), "range", "range<string>"),
        (function("a"), "function", "function<Any> -> Any"),
    ],
)
def test_kind_and_type(value: Any, word: str, type_text: str) -> None:
    assert kind(value) == word
    assert str(type_of(value)) == type_text
    assert is_a(value, type_of(value))


def test_the_type_of_shared_and_deep_lists_is_found_quickly() -> None:
    shared: list[Any] = [1]
    deep: list[Any] = [1]
    for _ in range(60):
        shared = [shared, shared]
    for _ in range(20_000):
        deep = [deep]
    assert kind(shared) == kind(deep) == "list"
    assert str(type_of(deep)).startswith("list<list<")
    assert type_of(shared)


@pytest.mark.parametrize(
    ("value", "of", "conforms", "instance"),
    [
        (None, types.NUMBER, True, False),
        (None, types.ANY, True, False),
        (None, types.NULL, True, True),
        (1, types.ANY, True, True),
        (1, types.NULL, False, False),
        (True, types.NUMBER, False, False),
        ([1], types.NUMBER, False, False),
        (1, ListType(types.NUMBER), False, False),
        ([], ListType(types.NUMBER), True, True),
        ([1, None], ListType(types.NUMBER), True, True),
        ([1, "a"], ListType(types.NUMBER), False, False),
        ([[1], 2], ListType(types.ANY), True, True),
        ({"name": "foo"}, PERSON, False, False),
        ({"name": "foo", "age": None, "more": 1}, PERSON, True, True),
        ({"name": 1, "age": 1}, PERSON, False, False),
        ({}, ContextType(()), True, True),
        ([], ContextType(()), False, False),
        (interval(1, True, 2, True), RangeType(types.NUMBER), True, True),
        (unary_range("<", 2), RangeType(types.NUMBER), True, True),
        (interval("a", True, "b", True), RangeType(types.NUMBER), False, False),
        (ABS, FunctionType((types.ANY,), types.ANY), True, True),
        (ABS, FunctionType((types.ANY, types.ANY), types.ANY), False, False),
        (function("a", "b"), FunctionType((types.ANY, types.ANY), types.ANY), True, True),
        (1, Recursive("tree"), True, True),
        (at("2020-01-01"), types.DATE_TIME, False, False),
    ],
)
def test_conformance(value: Any, of: types.Type, conforms: bool, instance: bool) -> None:
    assert is_a(value, of) is conforms
    assert instance_of(value, of) is instance


@pytest.mark.parametrize(
    ("value", "of", "expected"),
    [
        (None, types.NUMBER, None),
        (10, types.NUMBER, 10),
        ([10], types.NUMBER, 10),
        ([None], types.NUMBER, None),
        (10, ListType(types.NUMBER), [10]),
        ([[10]], ListType(types.NUMBER), [10]),
        (at("2020-01-01"), types.DATE_TIME, at("2020-01-01T00:00:00Z")),
        ([1, 2], ListType(types.ANY), [1, 2]),
    ],
)
def test_conversion(value: Any, of: types.Type, expected: Any) -> None:
    assert convert(value, of) == expected


@pytest.mark.parametrize(
    ("value", "of"),
    [
        ("10", types.NUMBER),
        (10, types.STRING),
        (True, types.NUMBER),
        ([[10]], types.NUMBER),
        ([1, 2], types.NUMBER),
        (10, ListType(types.STRING)),
        ("2020-01-01", types.DATE),
        (at("2020-01-01T00:00:00"), types.DATE),
        ([at("2020-01-01")], types.DATE_TIME),
        ({"name": "foo"}, PERSON),
    ],
)
def test_no_conversion(value: Any, of: types.Type) -> None:
    with pytest.raises(Refuse) as refused:
        convert(value, of)
    assert refused.value.code is Code.WRONG_TYPE


@pytest.mark.parametrize(
    ("low", "high"), [(1, "a"), (True, False), ([1], [2]), (at("2020-01-01"), at("10:00:00"))]
)
def test_no_range_between(low: Any, high: Any) -> None:
    with pytest.raises(Refuse):
        interval(low, True, high, True)


def test_ranges_by_parts() -> None:
    assert make_range(None, False, 5, True, "<=") == unary_range("<=", 5)
    assert make_range(5, False, None, False, ">") == unary_range(">", 5)
    assert make_range(5, False, None, False, "!=") == unary_range("!=", 5)
    assert make_range(1, True, 5, False, "interval") == interval(1, True, 5, False)
    assert interval(3, True, 1, True).low == 3  # descending: nothing is in it


# functions --------------------------------------------------------------------------------------


def test_calls() -> None:
    rt = Runtime()
    pair = function("a", "b", of=types.NUMBER)
    assert pair.invoke_positional(rt, [[1], 2]) == [1, 2]
    assert pair.invoke_named(rt, {"b": 2}) == [None, 2]
    assert rt.depth == 0
    assert rt.spent == 2


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda f, rt: f.invoke_positional(rt, [1]), Code.WRONG_ARGUMENTS),
        (lambda f, rt: f.invoke_named(rt, {"c": 1}), Code.WRONG_ARGUMENTS),
        (lambda f, rt: f.invoke_positional(rt, [1, "a"]), Code.WRONG_TYPE),
        (lambda f, rt: f.invoke_named(rt, {"b": "a"}), Code.WRONG_TYPE),
    ],
)
def test_refused_calls(call: Callable[[Function, Runtime], Any], code: Code) -> None:
    rt = Runtime()
    with pytest.raises(Refuse) as refused:
        call(function("first", "b", of=types.NUMBER), rt)
    assert refused.value.code is code
    assert rt.depth == 0


def test_results_are_converted() -> None:
    single = function("a", result=types.NUMBER)
    assert single.invoke_positional(Runtime(), [5]) == 5
    with pytest.raises(Refuse):
        single.invoke_positional(Runtime(), ["a"])


def test_endless_recursion_stops_with_a_resource_error() -> None:
    def again(rt: Runtime, args: Any) -> Any:
        return loop.invoke_positional(rt, args)

    loop = function("a", body=again)
    rt = Runtime()
    with pytest.raises(ResourceError):
        loop.invoke_positional(rt, [1])
    assert rt.depth == 0


def test_built_ins_as_functions() -> None:
    rt = Runtime()
    most = as_function(BUILTINS["max"])
    assert most.invoke_positional(rt, [1, 3, 2]) == 3
    assert most.invoke_named(rt, {"list": [1, 3]}) == 3
    assert [ABS.takes(count) for count in (0, 1, 2)] == [False, True, False]
    with pytest.raises(Refuse):
        ABS.invoke_positional(rt, [1, 2])
    with pytest.raises(ResourceError):
        ABS.invoke_positional(Runtime(Limits(depth=0)), [1])


# texts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text", "source"),
    [
        (None, "null", "null"),
        (True, "true", "true"),
        ("foo", "foo", '"foo"'),
        (D("1.10"), "1.1", "1.1"),
        (D("1E+3"), "1000", "1000"),
        (D("1E-7"), "0.0000001", "0.0000001"),
        (D("100"), "100", "100"),
        (-5, "-5", "-5"),
        (at("2018-12-10"), "2018-12-10", '@"2018-12-10"'),
        ([1, 2, 3, [4, 5, "foo"]], '[1, 2, 3, [4, 5, "foo"]]', '[1, 2, 3, [4, 5, "foo"]]'),
        (['"foo"'], '["\\"foo\\""]', '["\\"foo\\""]'),
        (["a\\b\n"], '["a\\\\b\\n"]', '["a\\\\b\\n"]'),
        (
            {"a": "foo", "b": {"bar": None}},
            '{a: "foo", b: {bar: null}}',
            '{a: "foo", b: {bar: null}}',
        ),
        (
            {"{": 1, "a b": 2, "": 3, "if": 4},
            '{"{": 1, "a b": 2, "": 3, "if": 4}',
            '{"{": 1, "a b": 2, "": 3, "if": 4}',
        ),
        ([at("P1D")], '[@"P1D"]', '[@"P1D"]'),
        (interval(1, True, 5, False), "[1..5)", "[1..5)"),
        (unary_range("<=", 5), "(<=5)", "(<=5)"),
        (unary_range("!=", 5), "(!=5)", "(!=5)"),
        (ABS, "abs", "abs"),
    ],
)
def test_texts(value: Any, text: str, source: str) -> None:
    assert string(value) == text
    assert literal(value) == source


def test_quotes() -> None:
    assert quoted('a"\\\t') == '"a\\"\\\\\\t"'


def test_long_and_deep_texts() -> None:
    shared: list[Any] = [1]
    deep: list[Any] = [1]
    for _ in range(60):
        shared = [shared, shared]
    for _ in range(10_000):
        deep = [deep]
    assert literal(deep) == "[" * 10_001 + "1" + "]" * 10_001
    with pytest.raises(ResourceError):
        literal(shared, Runtime(Limits(cost=100_000)))


# the border -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (1.1, D("1.1")),
        (2.0, 2),
        (1e22, D("1E+22")),
        (-0.0, 0),
        (D("1.10"), D("1.1")),
        (10**40, D("1E+40")),
        ("2020-01-01", "2020-01-01"),
        ((1, [2]), [1, [2]]),
        ({"a": {"b": (1,)}}, {"a": {"b": [1]}}),
        (datetime.date(2020, 2, 29), at("2020-02-29")),
        (datetime.datetime(2020, 1, 1, 10, 30, 0, 500000), at("2020-01-01T10:30:00.5")),
        (datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), at("2020-01-01T00:00:00Z")),
        (
            datetime.datetime(2020, 7, 1, tzinfo=ZoneInfo("Europe/Paris")),
            at("2020-07-01T00:00:00@Europe/Paris"),
        ),
        (datetime.time(10, 30), at("10:30:00")),
        (datetime.timedelta(days=-1, hours=1, microseconds=1), at("-PT22H59M59.999999S")),
        (at("P1M"), at("P1M")),
    ],
)
def test_from_python(given_: Any, expected: Any) -> None:
    value = from_python(given_)
    assert same(value, expected)
    assert type(value) in (type(expected), int, D)


def test_the_second_hour_of_a_double_one_comes_in() -> None:
    moment = datetime.datetime(2024, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1)
    assert from_python(moment).offset == -5 * 3600


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (float("nan"), "NaN"),
        (float("inf"), "infinity"),
        (D("NaN"), "NaN"),
        (D("1e7000"), "outside"),
        (object(), "object"),
        ({1: 2}, "keys"),
        (b"x", "bytes"),
        ({"a": [1, {"b": float("nan")}]}, "a[2].b: "),
        (1j, "complex"),
        ({1, 2}, "set"),
    ],
)
def test_refused_data(data: Any, words: str) -> None:
    with pytest.raises(Refuse) as refused:
        from_python(data)
    assert words in refused.value.reason


def test_endless_and_huge_data_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    wide: Any = 1
    for _ in range(60):
        wide = [wide, wide]
    for data in (endless, wide, "x" * 1_000_001):
        with pytest.raises(Refuse) as refused:
            from_python(data)
        assert refused.value.code is Code.LIMIT
    with pytest.raises(ResourceError):
        to_json(wide)


BIRTHS = ContextType((("birth", types.DATE), ("visits", ListType(types.DATE_TIME))))


def test_typed_json() -> None:
    data = {"birth": "1950-01-02", "visits": ["2020-01-01T10:00:00Z"], "note": "1950-01-02"}
    value = from_json_typed(data, BIRTHS)
    assert value["birth"] == at("1950-01-02")
    assert value["visits"] == [at("2020-01-01T10:00:00Z")]
    assert value["note"] == "1950-01-02"
    assert from_json_typed("P1M", types.YEARS_MONTHS) == at("P1M")
    assert from_json_typed(["1950-01-02"], types.DATE) == [at("1950-01-02")]
    assert from_json_typed("1950-01-02", ListType(types.DATE)) == at("1950-01-02")
    assert from_json_typed("5", types.NUMBER) == "5"
    assert from_json_typed(None, types.DATE) is None


@pytest.mark.parametrize(
    ("data", "of", "words"),
    [
        ("2020-13-01", types.DATE, "month 13"),
        ({"birth": "x"}, BIRTHS, "birth: "),
        ({"visits": ["2020-01-01", "y"]}, BIRTHS, "visits[2]: "),
        ("P1D", types.YEARS_MONTHS, "years and months duration"),
        ("P1Y", types.DAYS_TIME, "days and time duration"),
    ],
)
def test_unreadable_json(data: Any, of: types.Type, words: str) -> None:
    with pytest.raises(Refuse) as refused:
        from_json_typed(data, of)
    assert words in refused.value.reason


def test_to_json() -> None:
    value = {"a": [1, D("1.5"), None, True, at("P1D")], "r": interval(1, True, 2, True), "f": ABS}
    assert to_json(value) == {"a": [1, D("1.5"), None, True, "P1D"], "r": "[1..2]", "f": "abs"}


json_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**33), 10**33)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_data)
def test_data_goes_in_and_out(data: Any) -> None:
    value = from_python(data)
    assert same(from_python(to_json(value)), value)
    assert same(value, value)
    assert is_a(value, type_of(value))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_shortest_spelling(number: float) -> None:
    assert from_python(number) == rounded(D(repr(number)))
