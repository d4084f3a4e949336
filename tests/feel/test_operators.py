"""The operators on values (DMN 1.5, 10.3.2.4-10.3.2.15)."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guidewright.errors import Code, ResourceError
from guidewright.feel import operators as op
from guidewright.feel.builtins import BUILTINS, as_function
from guidewright.feel.decimals import (
    CONTEXT,
    modulo,
    number_text,
    parse_number,
    rounded,
    to_scale,
)
from guidewright.feel.runtime import Limits, Refuse, Runtime
from guidewright.feel.temporal import parse_at_literal as at
from guidewright.feel.values import interval, unary_range

D = Decimal
FUNCTION = as_function(BUILTINS["abs"])
ONE_OF_EACH: dict[str, Any] = {
    "number": 10,
    "string": "10",
    "boolean": True,
    "date": at("2021-01-01"),
    "date and time": at("2021-01-01T10:10:10"),
    "time": at("10:10:10"),
    "list": [10],
    "context": {"a": 10},
    "days and time duration": at("P1D"),
    "years and months duration": at("P1Y"),
    "range": interval(1, True, 10, True),
    "function": FUNCTION,
}
DT, YM = "days and time duration", "years and months duration"
DEFINED = {
    "add": {("number", "number"), ("string", "string"), (DT, DT), (YM, YM)}
    | {(a, YM) for a in ("date", "date and time")}
    | {(YM, a) for a in ("date", "date and time")}
    | {(a, DT) for a in ("date", "date and time", "time")}
    | {(DT, a) for a in ("date", "date and time", "time")},
    "subtract": {("number", "number"), (DT, DT), (YM, YM), ("date", "date"), ("time", "time")}
    | {("date and time", "date and time")}
    | {(a, YM) for a in ("date", "date and time")}
    | {(a, DT) for a in ("date", "date and time", "time")},
    "multiply": {("number", "number"), ("number", DT), (DT, "number"), ("number", YM)}
    | {(YM, "number")},
    "divide": {("number", "number"), (DT, "number"), (YM, "number"), (DT, DT), (YM, YM)},
    "power": {("number", "number")},
}


def refusal(function: Any, *args: Any) -> Code:
    with pytest.raises(Refuse) as refused:
        function(*args)
    return refused.value.code


@pytest.mark.parametrize("name", list(DEFINED))
def test_the_whole_matrix_of_kinds(name: str) -> None:
    """Every pair of kinds has a value, or is refused for its kinds; null gives null."""
    operator = getattr(op, name)
    for a, left in ONE_OF_EACH.items():
        assert operator(left, None) is None
        assert operator(None, left) is None
        for b, right in ONE_OF_EACH.items():
            if (a, b) in DEFINED[name]:
                assert operator(left, right) is not None
            elif {a, b} == {"date", "date and time"} and name == "subtract":
                assert refusal(operator, left, right) is Code.REFUSED  # the moment is local
            else:
                assert refusal(operator, left, right) is Code.WRONG_TYPE


# numbers ----------------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(-(10**33), 10**33),
    st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**15)),
    st.builds(
        lambda digits, exponent: D(digits).scaleb(exponent, CONTEXT),
        st.integers(-(10**17), 10**17),
        st.integers(-40, 40),
    ),
).map(rounded)


def nearest(exact: Fraction) -> Fraction:
    """Round a fraction half-even to 34 digits, independently of `decimal`."""
    if not exact:
        return exact
    exponent = len(str(abs(exact.numerator))) - len(str(exact.denominator)) - 34
    while abs(exact) >= Fraction(10) ** (exponent + 34):
        exponent += 1
    while abs(exact) < Fraction(10) ** (exponent + 33):
        exponent -= 1
    unit = Fraction(10) ** exponent
    return round(exact / unit) * unit  # `round` of a Fraction is half-even


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide"])
@given(a=numbers, b=numbers)
def test_arithmetic_is_exact_or_rounded_half_even(name: str, a: Any, b: Any) -> None:
    assume(name != "divide" or b)
    x, y = Fraction(a), Fraction(b)
    exact = {"add": x + y, "subtract": x - y, "multiply": x * y}.get(name)
    exact = x / y if exact is None else exact
    assert Fraction(getattr(op, name)(a, b)) == nearest(exact)


@given(numbers, numbers)
def test_sums_and_products_commute_and_compare(a: Any, b: Any) -> None:
    assert op.add(a, b) == op.add(b, a)
    assert op.multiply(a, b) == op.multiply(b, a)
    assert op.subtract(a, b) == op.negate(op.subtract(b, a))
    assert [op.less(a, b), op.equal(a, b), op.greater(a, b)].count(True) == 1
    assert op.less_equal(a, b) is (op.less(a, b) or op.equal(a, b))


@given(numbers)
def test_no_negative_zero(a: Any) -> None:
    zero = op.multiply(a, 0)
    assert str(zero) == "0"
    assert str(op.negate(op.subtract(a, a))) == "0"
    assert str(op.add(a, op.negate(a))) == "0"


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        ("add", D("0.1"), D("0.2"), "0.3"),
        ("divide", 1, 3, "0." + "3" * 34),
        ("divide", 6, 3, "2"),
        ("divide", 10, -5, "-2"),
        ("multiply", D("0." + "3" * 34), 3, "0." + "9" * 34),
        ("multiply", 10**33, 10, "1" + "0" * 34),
        ("add", 10**34 - 1, 2, "1" + "0" * 34),
        ("power", 2, D("0.5"), "1.414213562373095048801688724209698"),
        ("power", -3, 2, "9"),
        ("power", 5, -2, "0.04"),
        ("power", 0, 0, "1"),
        ("power", 0, 3, "0"),
        ("power", D("1.5"), 2, "2.25"),
        ("power", 2, 200, "16069380442589902755419620923411630" + "0" * 26),
        ("multiply", D("1e-6000"), D("1e-6000"), "0"),
        ("power", 10, -999999999, "0"),
    ],
)
def test_numbers(name: str, left: Any, right: Any, expected: str) -> None:
    assert number_text(getattr(op, name)(left, right)) == expected


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("divide", 1, 0),
        ("divide", 0, 0),
        ("divide", 1, D("0.00")),
        ("power", 0, -1),
        ("power", -2, D("0.5")),
        ("power", 10, 6145),
        ("power", 2, 1_000_000_000),
        ("power", D("9.9e6000"), 999_999_999),
        ("multiply", D("9e6144"), 10),
        ("divide", at("P1D"), 0),
        ("divide", at("P1D"), at("PT0S")),
        ("multiply", at("P1D"), D("1e300")),
        ("multiply", at("P1Y"), D("1e6000")),
        ("divide", at("P1Y"), D("1e-6000")),
        ("add", at("999999999-12-31"), at("P1D")),
    ],
)
def test_no_answer_in_the_domain(name: str, left: Any, right: Any) -> None:
    assert refusal(getattr(op, name), left, right) is Code.REFUSED


def test_the_thread_context_does_not_matter() -> None:
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_DOWN)):
        assert op.divide(2, 3) == D("0." + "6" * 33 + "7")
        assert op.add(D("1.23456"), 0) == D("1.23456")
        assert number_text(to_scale(D("1.23456789"), 6, decimal.ROUND_HALF_EVEN)) == "1.234568"
        assert str(at("PT5.123456789S")) == "PT5.123456789S"
        assert op.path(at("PT5.123456789S"), "seconds") == D("5.123456789")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), (".5", D("0.5")), ("007", 7), ("1.23e4", 12300), ("1E-2", D("0.01"))],
)
def test_numerals(text: str, expected: Any) -> None:
    assert parse_number(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "5.", "1_0", "NaN", "inf", "-1", "+1", "0x1", "١٢", "1e", "1e9999", "1 ", "9" * 7000],
)
def test_refused_numerals(text: str) -> None:
    with pytest.raises(Refuse):
        parse_number(text)


def test_numerals_are_rounded_to_34_digits() -> None:
    assert parse_number("1" * 40) == D("1" * 34 + "0" * 6)
    assert parse_number("1e-9999") == 0


@given(st.integers(-(10**33), 10**33), st.integers(-60, 60), st.integers(-50, 50), st.booleans())
def test_modulo(digits: int, exponent: int, other: int, negative: bool) -> None:
    a = rounded(D(digits).scaleb(exponent, CONTEXT))
    b = rounded(D(-7 if negative else 7).scaleb(other, CONTEXT))
    x, y = Fraction(a), Fraction(b)
    exact = x - y * (x // y)
    assert Fraction(modulo(a, b)) == nearest(exact)


@pytest.mark.parametrize("exponent", [10**k for k in range(5)])
def test_extreme_modulo_is_quick(exponent: int) -> None:
    exponent = min(exponent, 6000)
    assert modulo(D(f"1e{exponent}"), 7) == pow(10, exponent, 7)
    modulo(D(f"1e-{exponent}"), D(f"-1e{exponent}"))


# durations --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        ("subtract", "2021-01-02", "PT1H", "2021-01-01"),
        ("subtract", "2021-01-02", "-PT1H", "2021-01-02"),
        ("subtract", "2021-01-02", "-PT25H", "2021-01-03"),
        ("add", "2021-01-01", "PT36H", "2021-01-02"),
        ("add", "2021-01-31", "P1M", "2021-02-28"),
        ("subtract", "2021-01-02", "1995-01-01", "P9498D"),
        ("subtract", "2021-01-02T10:10:10+01:00", "2021-01-01", "P1DT9H10M10S"),
        ("add", "2021-01-01T24:00:00", "-PT1S", "2021-01-01T23:59:59"),
        (
            "add",
            "-2021-01-01T10:10:10@Australia/Melbourne",
            "P1M",
            "-2021-02-01T10:10:10@Australia/Melbourne",
        ),
        (
            "add",
            "2024-02-10T02:30:00@America/New_York",
            "P1M",
            "2024-03-10T03:30:00@America/New_York",
        ),
    ],
)
def test_calendar_arithmetic(name: str, left: str, right: str, expected: str) -> None:
    assert str(getattr(op, name)(at(left), at(right))) == expected


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        ("multiply", D("1.5"), at("P4DT1H"), "P6DT1H30M"),
        ("multiply", at("P1Y11M"), D("-2.5"), "-P4Y9M"),
        ("divide", at("P10Y11M"), D("2.5"), "P4Y4M"),
        ("divide", at("P10Y11M"), D("-2.5"), "-P4Y4M"),
        ("divide", at("P10DT23H"), D("2.5"), "P4DT9H12M"),
        ("divide", at("PT1S"), 3, "PT0.333333333S"),
        ("divide", at("PT36H"), at("P1D"), "1.5"),
        ("divide", at("P1Y"), at("P5M"), "2.4"),
        ("multiply", 0, at("P1D"), "PT0S"),
    ],
)
def test_scaled_durations(name: str, left: Any, right: Any, expected: str) -> None:
    assert str(getattr(op, name)(left, right)) == expected


@pytest.mark.parametrize("value", ["a", True, [1], {}, at("2020-01-01"), at("10:00:00"), FUNCTION])
def test_no_negative_of(value: Any) -> None:
    assert refusal(op.negate, value) is Code.WRONG_TYPE


def test_negatives() -> None:
    assert op.negate(None) is None
    assert op.negate(op.negate(D("1.5"))) == D("1.5")
    assert str(op.negate(at("P1D"))) == "-P1D"


# equality and order -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, None, True),
        (None, 1, False),
        ([], None, False),
        (1, D("1.00"), True),
        ("foo", "Foo", False),
        (True, True, True),
        ([1, [2, {"a": 3}]], [1, [2, {"a": D(3)}]], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, "a"], ["x", "b"], False),  # one pair is unequal, whatever the other is
        ([None], [1], False),
        (interval(1, True, 10, True), interval(1, True, 10, True), True),
        (interval(1, True, 10, True), interval(1, False, 10, True), False),
        (unary_range("<", 10), interval(None, False, 10, False), False),
        (unary_range("=", 10), interval(10, True, 10, True), False),
        (unary_range("=", 10), unary_range("=", 10), True),
        (unary_range("!=", 10), unary_range("!=", 10), True),
        (FUNCTION, FUNCTION, True),
    ],
)
def test_equality(left: Any, right: Any, expected: bool) -> None:
    assert op.equal(left, right) is expected
    assert op.equal(right, left) is expected
    assert op.not_equal(left, right) is not expected


def test_different_kinds_have_no_equality_and_no_order() -> None:
    for a, left in ONE_OF_EACH.items():
        for b, right in ONE_OF_EACH.items():
            if a != b:
                assert refusal(op.equal, left, right) is Code.WRONG_TYPE
                assert refusal(op.less, left, right) is Code.WRONG_TYPE
    assert refusal(op.equal, [1], ["1"]) is Code.WRONG_TYPE
    assert refusal(op.equal, True, 1) is Code.WRONG_TYPE


@pytest.mark.parametrize("kind", ["boolean", "list", "context", "range", "function"])
def test_kinds_without_order(kind: str) -> None:
    assert refusal(op.less, ONE_OF_EACH[kind], ONE_OF_EACH[kind]) is Code.WRONG_TYPE


@pytest.mark.parametrize("name", ["less", "less_equal", "greater", "greater_equal"])
def test_null_has_no_order(name: str) -> None:
    assert getattr(op, name)(None, 1) is None
    assert getattr(op, name)("a", None) is None
    assert getattr(op, name)(None, None) is None


def doubled(leaf: Any, depth: int) -> Any:
    for _ in range(depth):
        leaf = [leaf, leaf]
    return leaf


def nested(leaf: Any, depth: int) -> Any:
    for _ in range(depth):
        leaf = [leaf]
    return leaf


def test_shared_and_deep_values_compare_quickly() -> None:
    assert op.equal(doubled(1, 60), doubled(1, 60)) is True
    assert op.equal(doubled(1, 60), doubled(2, 60)) is False
    assert op.equal(nested(1, 20_000), nested(1, 20_000)) is True
    assert op.same(nested(1, 20_000), nested(1, 20_000)) is True


def test_comparing_costs() -> None:
    with pytest.raises(ResourceError):
        op.equal([*range(100)], [*range(100)], Runtime(Limits(cost=50)))


def test_long_strings_are_limited_and_cost() -> None:
    rt = Runtime(Limits(characters=1000))
    text = op.add("x" * 400, "y" * 400, rt)
    assert rt.spent == 800 // 16
    with pytest.raises(ResourceError):
        op.add(text, text, rt)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("23:00:50Z", "23:00:50+00:00", True),
        ("23:00:50@Etc/GMT", "23:00:50Z", False),
        ("2002-04-02T12:00:00-01:00", "2002-04-02T17:00:00+04:00", False),
        ("10:00:00@Australia/Melbourne", "10:00:00@Australia/Sydney", False),
        ("P1D", "PT24H", True),
        ("P0Y", "P0D", False),
        ("2012-12-25", "2012-12-25T00:00:00Z", False),
        ("10:00:00.1", "10:00:00.2", False),
    ],
)
def test_identity(left: str, right: str, expected: bool) -> None:
    assert op.same(at(left), at(right)) is expected


# logic ------------------------------------------------------------------------------------------

TRUTHS = {True: "t", False: "f", None: "n", "x": "x"}


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
        (False, "x", False, "refused"),
        (True, "x", "refused", True),
        (None, "x", "refused", "refused"),
        (0, 0, "refused", "refused"),
    ],
)
def test_ternary_logic(left: Any, right: Any, conjunction: Any, disjunction: Any) -> None:
    for a, b in ((left, right), (right, left)):
        for function, expected in ((op.conjunction, conjunction), (op.disjunction, disjunction)):
            if expected == "refused":
                assert refusal(function, a, b) is Code.WRONG_TYPE
            else:
                assert function(a, b) is expected


def test_logic_of_none_and_many() -> None:
    assert op.conjunction() is True
    assert op.disjunction() is False
    assert op.conjunction(True, None, False) is False
    assert op.negation(True) is False
    assert op.negation(None) is None
    assert refusal(op.negation, 1) is Code.WRONG_TYPE


# between, in ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (5, 1, 10, True),
        (D("0.99"), 1, 10, False),
        (None, 1, 10, None),
        (2, None, 10, None),
        (2, 1, None, None),
        (11, None, 10, False),
        (0, 1, None, False),
        ("b", "a", "c", True),
    ],
)
def test_between(value: Any, low: Any, high: Any, expected: bool | None) -> None:
    assert op.between(value, low, high) is expected
    assert op.in_range(value, interval(low, True, high, True)) is expected


def test_between_kinds() -> None:
    assert refusal(op.between, 5, "a", "b") is Code.WRONG_TYPE
    assert op.between(5, "a", 3) is False


@pytest.mark.parametrize(
    ("form", "below", "equal", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("=", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_unary_ranges(form: str, below: bool, equal: bool, above: bool) -> None:
    within = unary_range(form, 10)
    assert [op.in_range(value, within) for value in (9, 10, 11)] == [below, equal, above]


@pytest.mark.parametrize(
    ("value", "test", "expected"),
    [
        (1, 1, True),
        (1, [[2, 4], 1], True),
        (1, [interval(2, True, 4, True), interval(1, True, 3, True)], True),
        ([1, 2, 3], [[1, 2, 3, 4], [1, 2, 3]], True),
        ([1, 2, 3], [1, 2, 3], True),
        ([1, 2, 3], [[[1, 2, 3, 4]]], False),
        ({"a": "foo"}, [{"b": "bar"}, {"a": "foo"}], True),
        (True, [False, 2, 3], False),
        (None, [1, None], True),
        ("a", [interval(1, True, 2, True)], False),
        (None, interval(1, True, 10, True), None),
        (5, interval(None, False, 10, True), None),
        (5, interval(1, True, None, False), None),
        (None, None, True),
        (5, None, False),
        ([1, 2, 3], unary_range("!=", [1, 2, 3]), False),
    ],
)
def test_in(value: Any, test: Any, expected: bool | None) -> None:
    assert op.unary_in(value, test) is expected


def test_in_of_other_kinds() -> None:
    assert refusal(op.unary_in, 1, "1") is Code.WRONG_TYPE
    assert refusal(op.unary_in, "a", interval(1, True, 2, True)) is Code.WRONG_TYPE


@pytest.mark.parametrize(
    ("value", "test", "expected"),
    [
        (5, True, True),
        (5, False, False),
        (True, True, True),
        (False, True, False),
        (None, True, False),
        (5, 5, True),
    ],
)
def test_conditions_as_unary_tests(value: Any, test: Any, expected: bool) -> None:
    assert op.unary_test(value, test) is expected


# paths and indexes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "position", "expected"),
    [
        ([1, 2, 3], 1, 1),
        ([1, 2, 3], -1, 3),
        ([1, 2, 3], D("2.0"), 2),
        (100, 1, 100),
        (None, 1, None),
    ],
)
def test_index(value: Any, position: Any, expected: Any) -> None:
    assert op.index(value, position) == expected


@pytest.mark.parametrize("position", [0, 4, -4, D("1.5"), D("1e30"), D("1e6000")])
def test_index_outside(position: Any) -> None:
    assert refusal(op.index, [1, 2, 3], position) is Code.REFUSED


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ({"a": 1}, "a", 1),
        (None, "a", None),
        ([{"x": 1}, {"y": 2}], "y", [None, 2]),
        ([[{"x": 1}], 5], "x", [[1], None]),
        ([at("2020-01-01")], "year", [2020]),
        (interval(1, True, 10, False), "end included", False),
        (interval(1, True, 10, False), "start", 1),
        (unary_range("<", 10), "start", None),
        (unary_range("<", 10), "start included", False),
        (unary_range(">=", 10), "start included", True),
        (unary_range("!=", 10), "end", None),
    ],
)
def test_path(value: Any, name: str, expected: Any) -> None:
    assert op.path(value, name) == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"ab": 1}, "abc"),
        (1, "a"),
        ("a", "__class__"),
        (at("2020-01-01"), "ordinal"),
        (FUNCTION, "call"),
    ],
)
def test_path_to_nothing(value: Any, name: str) -> None:
    assert refusal(op.path, value, name) is Code.NO_SUCH_KEY
