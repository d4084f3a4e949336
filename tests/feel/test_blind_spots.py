"""What the conformance suite does not see, and what specification and engines disagree on: FEEL.

One test a line; `docs/conformance.md` lists them with the choice and the reason. Those that need a
model are in `tests/dmn/test_dmn_blind_spots.py`.
"""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from feel_tables import shown

from guidewright import feel
from guidewright.errors import Code, ModelError, ResourceError
from guidewright.feel import types
from guidewright.feel.types import ANY, ContextType, ListType, Type
from guidewright.feel.values import type_of

ROOT = Path(__file__).parents[2]
BERLIN, NEW_YORK = "@Europe/Berlin", "@America/New_York"


def value(text: str, names: dict[str, Any] | None = None) -> Any:
    return feel.evaluate(text, names).value


def notes(text: str, names: dict[str, Any] | None = None) -> set[Code]:
    return {note.code for note in feel.evaluate(text, names).notes}


def same(text: str, wanted: str, names: dict[str, Any] | None = None) -> bool:
    return shown(value(text, names)) == shown(value(wanted))


def refused(text: str, names: dict[str, Any] | None = None, code: Code = Code.REFUSED) -> bool:
    result = feel.evaluate(text, names)
    return result.value is None and code in {note.code for note in result.notes}


def holds(test: str, subject: Any, of: Type | None = None, **names: Any) -> bool:
    """Whether a cell is satisfied: with the types known, and without; both agree."""
    known = {name: type_of(each) for name, each in names.items()}
    answers = [
        feel.compile_unary_tests(test, subject_type, others, strict=False)
        .evaluate({**names, "?": subject})
        .value
        is True
        for subject_type, others in (
            (of or type_of(subject), known),
            (ANY, dict.fromkeys(names, ANY)),
        )
    ]
    assert answers[0] == answers[1]
    return answers[0]


# numbers ----------------------------------------------------------------------------------------


def test_arithmetic_has_34_digits() -> None:
    assert value("1/3") == Decimal("0." + "3" * 34)
    assert value("2/3") == Decimal("0." + "6" * 33 + "7")
    assert value("1234567890123456789012345678901234 + 0.4") == 1234567890123456789012345678901234
    assert value("9999999999999999999999999999999999 + 1") == 10**34
    assert value("1e32 + 0.1 = 1e32 + 0.2") is False
    assert value("1e34 + 1 = 1e34") is True


def test_numbers_are_decimal_not_binary() -> None:
    assert value("0.1 + 0.2 = 0.3") is True
    assert value("1.1 * 1.1 = 1.21") is True
    assert value("x * 3 = 0.3", {"x": 0.1}) is True


def test_rounding_is_half_even_at_the_34th_digit() -> None:
    assert value("1000000000000000000000000000000000.5 + 0") == 10**33
    assert value("1000000000000000000000000000000001.5 + 0") == 10**33 + 2


def test_text_of_numbers_has_neither_exponents_nor_trailing_zeros() -> None:
    assert value("string(1.10)") == "1.1"
    assert value("string(decimal(1, 2))") == "1"
    assert value("string(1e-20)") == "0." + "0" * 19 + "1"
    assert value("string(1e21)") == "1" + "0" * 21
    assert value("string(100)") == "100"
    assert value("1.10 = 1.1") is True


def test_minus_zero_is_zero() -> None:
    assert value("string(-0)") == "0"
    assert value("string(-0.0 * 5)") == "0"
    assert value("1 / (-0 + 1)") == 1


# equality and order -----------------------------------------------------------------------------


def test_a_list_of_one_does_not_equal_its_item() -> None:
    assert refused("[1] = 1", code=Code.WRONG_TYPE)
    assert value("(function(x: number) x = 1)([1])") is True


def test_a_string_and_a_number_have_no_order() -> None:
    assert refused('"5" < 5', code=Code.WRONG_TYPE)


def test_a_date_and_a_date_and_time_are_not_compared() -> None:
    for sign in ("=", "<", "<=", ">"):
        assert refused(f'@"2021-01-01" {sign} @"2021-01-01T00:00:00"', code=Code.WRONG_TYPE)


def test_times_are_equal_by_whole_seconds_and_keep_their_fraction() -> None:
    assert value('@"10:30:00.5" = @"10:30:00.7"') is True
    assert value('@"10:30:00.5" < @"10:30:00.7"') is False
    assert value('@"2021-01-01T10:30:00.5" = @"2021-01-01T10:30:00.7"') is True
    assert value('string(@"10:30:00.5")') == "10:30:00.5"
    assert value('is(@"10:30:00.5", @"10:30:00.7")') is False


def test_a_local_date_and_time_adopts_the_offset_beside_it() -> None:
    local, there = '@"2021-01-01T12:00:00"', '@"2021-01-01T12:00:00+05:00"'
    assert value(f"{local} = {there}") is True
    assert value(f"{local} < {there}") is False
    assert value(f'{local} < @"2021-01-01T12:00:01+05:00"') is True
    assert value(f'{local} = @"2021-01-01T12:00:00@Europe/Berlin"') is True


def test_offsets_are_compared_by_instant() -> None:
    assert value('@"2021-01-01T12:00:00Z" = @"2021-01-01T13:00:00+01:00"') is True
    assert value('@"2021-01-01T12:00:00Z" < @"2021-01-01T12:30:00+01:00"') is False


def test_times_of_zones_are_compared_by_a_stated_date() -> None:
    paris = '@"10:00:00@Europe/Paris"'
    assert value(f"{paris} = {paris}") is True
    assert value(f'{paris} < @"11:00:00@Europe/Paris"') is True
    assert value(f'{paris} = @"10:00:00@Europe/Berlin"') is True
    assert value(f'{paris} = @"09:00:00Z"') is True  # the offset in winter


def test_ranges_are_equal_only_in_the_same_form() -> None:
    assert value("(=10) = [10..10]") is False
    assert value("(=10) = (=10)") is True
    assert value("(!=10) = (!=10)") is True
    assert value("(<10) = (null..10)") is False


def test_null_is_no_instance_of_any() -> None:
    assert value("null instance of Any") is False
    assert value("null instance of Null") is True
    assert value("1 instance of Any") is True


def test_instance_of_binds_tighter_than_arithmetic() -> None:
    assert refused("1 + 1 instance of number", code=Code.WRONG_TYPE)
    assert value("(1 + 1) instance of number") is True
    assert value("1 = 1 instance of number") is None
    assert value("not(true) instance of boolean") is True


# dates and times --------------------------------------------------------------------------------


def test_a_month_later_is_clamped_to_the_end_of_the_month() -> None:
    assert same('@"2021-01-31" + @"P1M"', '@"2021-02-28"')
    assert same('@"2020-01-31" + @"P1M"', '@"2020-02-29"')
    assert same('@"2020-02-29" + @"P1Y"', '@"2021-02-28"')
    assert same('@"2021-03-31T10:00:00Z" - @"P1M"', '@"2021-02-28T10:00:00Z"')


def test_durations_cross_summer_time_by_the_instant() -> None:
    add = f'@"2024-03-10T01:30:00{NEW_YORK}" + @"PT1H"'
    assert same(add, f'@"2024-03-10T03:30:00{NEW_YORK}"')
    difference = f'@"2024-03-31T08:00:00{BERLIN}" - @"2024-03-30T08:00:00{BERLIN}"'
    assert same(difference, '@"PT23H"')
    autumn = f'@"2024-10-27T08:00:00{BERLIN}" - @"2024-10-26T08:00:00{BERLIN}"'
    assert same(autumn, '@"PT25H"')


def test_a_doubled_hour_is_the_earlier_and_a_missing_one_is_later() -> None:
    assert same(f'@"2024-11-03T01:30:00{NEW_YORK}".time offset', '@"-PT4H"')
    assert same(f'@"2024-03-10T02:30:00{NEW_YORK}" + @"PT0S"', f'@"2024-03-10T03:30:00{NEW_YORK}"')


def test_months_keep_the_clock_of_the_zone() -> None:
    later = f'@"2024-02-15T08:00:00{BERLIN}" + @"P2M"'
    assert same(later, f'@"2024-04-15T08:00:00{BERLIN}"')


def test_times_with_other_offsets_are_apart_by_the_instant() -> None:
    assert same('@"10:00:00+02:00" - @"10:00:00+01:00"', '@"-PT1H"')
    assert same('@"10:00:00Z" - @"09:00:00Z"', '@"PT1H"')
    assert refused('@"10:00:00" - @"10:00:00+01:00"')


def test_a_date_has_no_distance_from_a_local_date_and_time() -> None:
    assert refused('@"2021-01-02" - @"2021-01-01T00:00:00"')
    assert same('@"2021-01-02" - @"2021-01-01T00:00:00Z"', '@"P1D"')


def test_offsets_end_at_14_hours() -> None:
    assert value('time("10:00:00+14:00")') is not None
    assert value('time("10:00:00-14:00")') is not None
    for offset in ("+14:01", "+15:00", "-16:00", "+18:00"):
        assert refused(f'time("10:00:00{offset}")')
        assert refused(f'date and time("2021-01-01T10:00:00{offset}")')
    assert refused('time(10, 0, 0, duration("PT15H"))')


def test_parts_of_negative_durations_are_negative() -> None:
    assert value('@"-P1Y2M".months') == -2
    assert value('@"-P1Y2M".years') == -1
    assert value('@"-P1DT2H".hours') == -2


# lists and strings ------------------------------------------------------------------------------


def test_the_sum_of_nothing_is_null() -> None:
    for function in ("sum", "mean", "median", "product", "min", "max", "stddev"):
        assert refused(f"{function}([])")


def test_the_count_of_null_is_null() -> None:
    assert refused("count(null)", code=Code.NULL_OPERAND)
    assert value("count([])") == 0
    assert value("count([null])") == 1


def test_a_substring_is_all_there_or_null() -> None:
    assert value('substring("abc", 2)') == "bc"
    for rest in ("4", "0", "-4", "2, 3", "3, 0", "1, -1"):
        assert refused(f'substring("abc", {rest})')


def test_a_sublist_is_all_there_or_null() -> None:
    assert value("sublist([1, 2, 3], 2)") == [2, 3]
    for rest in ("4", "0", "-4", "2, 3", "3, 0"):
        assert refused(f"sublist([1, 2, 3], {rest})")


def test_nothing_is_inserted_behind_the_end() -> None:
    assert refused("insert before([1, 2], 3, 9)")
    assert refused("insert before([], 1, 9)")
    assert value("insert before([1, 2], -1, 9)") == [1, 9, 2]


def test_what_other_engines_add_is_refused() -> None:
    for text in ('number("123")', "sort([2, 1])", 'string("%s", 1)', "count(1, 2, 3)"):
        assert refused(text, code=Code.WRONG_ARGUMENTS)


def test_a_filter_that_is_no_condition_keeps_nothing_and_says_so() -> None:
    assert value('[1, 2]["a"]') == []
    assert Code.WRONG_TYPE in notes('[1, 2]["a"]')
    with pytest.raises(ModelError):
        feel.evaluate('[1, 2]["a"]', strict=True)


def test_loops_take_ranges_of_numbers_and_dates_and_single_values() -> None:
    assert value("for i in [1..3] return i") == [1, 2, 3]
    assert value("for i in (1..3] return i") == [2, 3]
    assert value("for i in [1..3) return i") == [1, 2]
    assert value('for d in [@"2021-01-31"..@"2021-02-01"] return d.day') == [31, 1]
    assert value("for i in 5 return i + 1") == [6]
    assert value("some i in 5 satisfies i = 5") is True
    assert refused('for s in ["a".."c"] return s', code=Code.WRONG_TYPE)
    assert refused("for i in [3..1] return i")


def test_loops_over_null_are_null() -> None:
    for text in (
        "for x in null return x",
        "some x in null satisfies x",
        "every x in null satisfies x",
    ):
        assert refused(text, code=Code.NULL_OPERAND)


def test_sorting_is_stable() -> None:
    rows = [{"a": number % 3, "b": number} for number in range(60)]
    ordered = value("sort(rows, function(x, y) x.a < y.a)", {"rows": rows})
    assert ordered == sorted(rows, key=lambda row: row["a"])
    unchanged = value("sort(rows, function(x, y) false)", {"rows": rows})
    assert unchanged == rows


def test_an_order_that_is_not_boolean_is_null() -> None:
    assert refused('sort([1, 2], function(a, b) "x")', code=Code.WRONG_TYPE)
    assert refused("sort([1, 2], function(a, b) null)", code=Code.WRONG_TYPE)


def test_all_with_something_else_is_null() -> None:
    assert refused("all([false, 123])", code=Code.WRONG_TYPE)
    assert refused("any([true, 123])", code=Code.WRONG_TYPE)
    assert value("all([false, null])") is False


def test_a_key_that_stands_twice_makes_the_context_null() -> None:
    assert refused("{a: 1, a: 2}", code=Code.DUPLICATE_KEY)
    assert refused('context([{key: "a", value: 1}, {key: "a", value: 2}])')


def test_an_open_range_from_text_has_one_end() -> None:
    for text, form in (("(..2)", "<2"), ("(..2]", "<=2"), ("(2..)", ">2"), ("[2..)", ">=2")):
        assert value(f'range("{text}") = ({form})') is True
    assert value('1 in range("(..2)")') is True
    assert refused('range("[..2]")')
    assert refused('range("[1..]")')


# tests ------------------------------------------------------------------------------------------


def test_the_question_mark_is_the_tested_value() -> None:
    assert holds("? > 5 and ? < 10", 7)
    assert not holds("? > 5 and ? < 10", 12)
    assert holds('"bar", string length(?) = 3', "foo")
    assert holds("list contains(?, 1)", [1, 2])
    assert holds("not(? > 5)", 3)
    assert not holds("not(? > 5)", 7)
    assert holds("some x in codes satisfies x = ?", 7, codes=[1, 7])
    assert not holds("? > 5", None, types.NUMBER)


def test_a_condition_without_question_mark_counts_when_it_is_true() -> None:
    assert holds("limit > 3", 7, limit=5)
    assert not holds("limit > 9", 7, limit=5)
    assert not holds("limit > 3", None, types.NUMBER, limit=5)  # a missing value meets no condition
    assert holds("flag", True, flag=True)
    assert not holds("flag", False, flag=True)


def test_a_dash_holds_for_null() -> None:
    assert holds("-", None)
    assert holds("-", 5)
    assert not holds("not(1)", 1)


def test_a_null_range_holds_nothing() -> None:
    tests = feel.compile_unary_tests(
        "within", types.NUMBER, {"within": types.RangeType(types.NUMBER)}
    )
    assert tests.evaluate({"?": 5, "within": None}).value is not True


# conversions ------------------------------------------------------------------------------------


def test_an_item_becomes_a_list_where_one_is_wanted() -> None:
    assert value("(function(x: list<number>) x)(5)") == [5]
    assert value("(function(x: list<number>) count(x))(5)") == 1
    assert refused('(function(x: list<number>) x)("a")', code=Code.WRONG_TYPE)
    assert value("(function(x: list<number>) x)(null)") is None


def test_a_list_of_one_becomes_its_item_where_one_is_wanted() -> None:
    assert value("(function(x: number) x)([5])") == 5
    assert refused("(function(x: number) x)([[5]])", code=Code.WRONG_TYPE)
    assert refused("(function(x: number) x)([5, 6])", code=Code.WRONG_TYPE)


def test_a_date_becomes_midnight_utc_where_a_date_and_time_is_wanted() -> None:
    call = '(function(x: date and time) x)(@"2021-01-01")'
    assert same(call, '@"2021-01-01T00:00:00Z"')
    assert refused('(function(x: date) x)(@"2021-01-01T00:00:00")', code=Code.WRONG_TYPE)


# control, functions -----------------------------------------------------------------------------


def test_if_takes_else_for_all_but_true() -> None:
    assert value('if "a" then 1 else 2') == 2
    assert value("if 1 then 1 else 2") == 2
    assert value("if null then 1 else 2") == 2
    assert Code.WRONG_TYPE in notes('if "a" then 1 else 2')
    assert Code.NULL_OPERAND in notes("if null then 1 else 2")


def test_names_of_arguments_are_taken_as_they_are_written() -> None:
    assert value('context put(context: {a: 1}, key: "a", value: 2)') == {"a": 2}
    assert value('context put(context: {a: {b: 1}}, keys: ["a", "b"], value: 2)') == {"a": {"b": 2}}
    assert refused(
        'context put(context: {a: {b: 1}}, key: ["a", "b"], value: 2)', code=Code.WRONG_TYPE
    )
    assert refused("abs(number: 1)", code=Code.WRONG_ARGUMENTS)


def test_is_takes_a_missing_argument_as_null() -> None:
    assert value("is(value1: 1)") is False
    assert value("is(value1: null)") is True
    assert refused('contains(string: "a")', code=Code.WRONG_ARGUMENTS)


def test_external_functions_are_refused() -> None:
    pmml = 'function(x) external {pmml: {document: "m.pmml", model: "m"}}'
    java = (
        'function(x) external {java: {class: "java.lang.Runtime", method signature: "exit(int)"}}'
    )
    for text in (pmml, java):
        with pytest.raises(ModelError) as fault:
            feel.compile_expression(text)
        assert fault.value.notes[0].code is Code.EXTERNAL
        assert refused(f"({text})(1)", code=Code.EXTERNAL)


def test_recursion_has_a_depth_limit() -> None:
    count = "(function(f) f(f, 30))(function(f, n) if n = 0 then 0 else 1 + f(f, n - 1))"
    assert value(count) == 30
    with pytest.raises(ResourceError):
        value(count.replace("30", "3000"))


def test_time_and_memory_have_limits() -> None:
    with pytest.raises(ResourceError):
        value("for i in 1..10**9 return i")
    with pytest.raises(ResourceError):
        value('for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1]')
    with pytest.raises(ModelError):
        value("(" * 1_000 + "1" + ")" * 1_000)


def test_names_with_blanks_stand_behind_a_dot() -> None:
    passenger = {"Flight Number": "F1", "seat + row": 3, "Last Name": {"as in passport": "X"}}
    names = {"Next Passenger": passenger, "rows": [passenger]}
    assert value("Next Passenger.Flight Number", names) == "F1"
    assert value("Next Passenger.seat + row", names) == 3
    assert value("Next Passenger.Last Name.as in passport", names) == "X"
    assert value('rows[Flight Number = "F1"].seat + row', names) == [3]
    row = ContextType((("Flight Number", types.STRING),))
    typed = feel.compile_expression("p[1].Flight Number", {"p": ListType(row)})
    assert typed.evaluate({"p": [{"Flight Number": "F2"}]}).value == "F2"


# where an answer is missing ---------------------------------------------------------------------


def test_a_null_position() -> None:
    """A missing position is null; where it may be a condition, it holds for no element."""
    for of, value in ((types.NUMBER, None), (ANY, [])):
        expression = feel.compile_expression("xs[n]", {"xs": ListType(types.NUMBER), "n": of})
        result = expression.evaluate({"xs": [1, 2], "n": None})
        assert result.value == value
        assert result.notes


# the document -----------------------------------------------------------------------------------

DOCUMENT = ROOT / "docs" / "conformance.md"
FILES = {
    "feel": ROOT / "tests" / "feel" / "test_blind_spots.py",
    "dmn": ROOT / "tests" / "dmn" / "test_dmn_blind_spots.py",
}


def named_tests() -> set[str]:
    return {
        node.name
        for file in FILES.values()
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_the_document_names_tests_that_exist() -> None:
    told = set(re.findall(r"`(test_[a-z0-9_]+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert told - named_tests() == set()


def test_the_document_has_every_row_and_every_blind_spot() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*`test_[a-z0-9_]+`.*\|$", text, re.MULTILINE)
    assert [int(row) for row in rows] == list(range(1, 41))
    spots = re.findall(r"^- .*`test_[a-z0-9_]+`", text, re.MULTILINE)
    assert len(spots) >= 32
