"""What holds of every FEEL expression: it prints back, it never crashes, both its forms agree."""

from __future__ import annotations

import ast as py
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from feel_expressions import NAMES, TYPES, Grammar, mutated, soup, values
from feel_tables import shown
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from guidewright import feel
from guidewright.errors import GuidewrightError, ModelError, ResourceError
from guidewright.feel.api import BUILTIN_SCOPE
from guidewright.feel.ast import Node
from guidewright.feel.checker import check
from guidewright.feel.decimals import CONTEXT
from guidewright.feel.lower import lower
from guidewright.feel.parser import parse_expression, parse_unary_tests
from guidewright.feel.printer import same_tree, text_of
from guidewright.feel.python_backend import Emitter, Quick, function_definition, new_unit
from guidewright.feel.result import Result
from guidewright.feel.runtime import Bail, Limits, QuickRuntime, Refuse
from guidewright.feel.scope import scope_of
from guidewright.feel.types import ANY, Type
from guidewright.source import text_span

LIMITS = Limits(cost=20_000, items=10_000, characters=10_000)
ANYTHING = dict.fromkeys(TYPES, ANY)
GRAMMAR = Grammar()
EXPRESSION = GRAMMAR.of("any", 3)
WHOLE = Grammar(nulls=False, wrong=False).of("any", 3)

settings.register_profile(
    "feel", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("feel")


def tree(text: str) -> Node:
    scope = scope_of(ANYTHING, parent=BUILTIN_SCOPE, components=NAMES)
    return parse_expression(text_span(text), scope)


def run(text: str, types: Mapping[str, Type], given_values: Mapping[str, Any]) -> Result[None]:
    expression = feel.compile_expression(text, types, strict=False)
    return expression.evaluate(given_values, limits=LIMITS)


# printing ---------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(EXPRESSION)
@example("(m)-(n)")
@example("[1..xs[1]]")
@example("n in ((<3))")
@example("(row).b c + n")
@example("-(-n)")
@example("(if ok then n else m) + 1")
@example("(n instance of date) and t")
def test_reading_printing_reading_is_reading(text: str) -> None:
    first = tree(text)
    printed = text_of(first, NAMES)
    second = tree(printed)
    assert same_tree(first, second), printed
    assert text_of(second, NAMES) == printed


@settings(max_examples=150)
@given(mutated(EXPRESSION))
def test_what_can_be_read_prints_back(text: str) -> None:
    try:
        first = tree(text)
    except GuidewrightError:
        assume(False)
    printed = text_of(first, NAMES)
    assert same_tree(first, tree(printed)), printed


@settings(max_examples=100)
@given(st.lists(GRAMMAR.of("number", 1) | GRAMMAR.of("range", 1), min_size=1), st.booleans())
def test_unary_tests_print_back(tests: list[str], negated: bool) -> None:
    text = f"not({', '.join(tests)})" if negated else ", ".join(tests)
    scope = scope_of({**ANYTHING, "?": ANY}, parent=BUILTIN_SCOPE, components=NAMES)
    first = parse_unary_tests(text_span(text), scope)
    printed = text_of(first, NAMES)
    assert same_tree(first, parse_unary_tests(text_span(printed), scope)), printed


def test_different_trees_are_told_apart() -> None:
    texts = ["1", '"1"', "true", "1 + 2", "1 - 2", "n", "m", "[1]", "[1, 1]", "{a: 1}", "{b: 1}"]
    texts += ["n[1]", "n.a", "n.b", "abs(1)", "abs(n: 1)", "[1..2]", "[1..2)", "(1..2]", "-1"]
    texts += ["some x in n satisfies x", "every x in n satisfies x", "for x in n return x"]
    trees = [tree(text) for text in texts]
    for place, left in enumerate(trees):
        assert [same_tree(left, right) for right in trees].count(True) == 1, texts[place]


def told(error: GuidewrightError) -> None:
    """Ask that an error says something."""
    assert error.notes
    assert all(note.text and str(note) and note.picture() for note in error.notes)


# no crash ---------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(EXPRESSION, values())
def test_an_expression_has_a_value_or_one_of_our_errors(text: str, data: dict[str, Any]) -> None:
    try:
        result = run(text, ANYTHING, data)
    except ResourceError as error:
        told(error)
    else:
        shown(result.value)


@settings(max_examples=400)
@given(mutated(EXPRESSION), values())
def test_a_mutated_text_has_a_value_or_one_of_our_errors(text: str, data: dict[str, Any]) -> None:
    try:
        result = run(text, ANYTHING, data)
    except GuidewrightError as error:
        told(error)
    else:
        shown(result.value)


@settings(max_examples=400)
@given(soup())
def test_a_soup_of_pieces_has_a_value_or_one_of_our_errors(text: str) -> None:
    for compiled in (feel.compile_expression, feel.compile_unary_tests):
        try:
            expression = compiled(text, types=ANYTHING, strict=False)
            expression.evaluate({"n": 1, "s t": "a", "xs": [1], "?": 1}, limits=LIMITS)
        except GuidewrightError as error:
            told(error)


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_any_text_has_a_value_or_one_of_our_errors(text: str) -> None:
    try:
        feel.evaluate(text, limits=LIMITS)
    except GuidewrightError as error:
        told(error)


@settings(max_examples=150)
@given(mutated(EXPRESSION))
def test_a_text_with_faults_is_refused_with_places(text: str) -> None:
    """What stops a strict load is an error with a place inside the text."""
    try:
        feel.compile_expression(text, TYPES, strict=True)
    except ModelError as error:
        for note in error.notes:
            assert note.span is not None
            assert 0 <= note.span.start <= note.span.end <= len(text)


# the forms of an expression ---------------------------------------------------------------------


def quickly(text: str, types: Mapping[str, Type], given_values: Mapping[str, Any]) -> Any:
    """Compute as prepared models do: in line, giving up where there is something to note."""
    scope = scope_of(types, parent=BUILTIN_SCOPE)
    checked = check(parse_expression(text_span(text), scope), scope)
    emitter = Emitter(new_unit("quick"))
    emitter.quick = Quick()
    names = [emitter.define(binding) for binding in scope.bindings.values()]
    emitter.body.append(py.Return(emitter.value(lower(checked))))
    emitter.unit.functions.append(function_definition("quick", ["rt", *names], emitter.body))
    function = emitter.unit.build()["quick"]
    return function(QuickRuntime(LIMITS), *(given_values[name] for name in types))


@settings(max_examples=300)
@given(EXPRESSION, values(), st.sampled_from([ANYTHING, TYPES]))
def test_the_quick_form_gives_up_or_agrees(
    text: str, data: dict[str, Any], types: Mapping[str, Type]
) -> None:
    try:
        quick = quickly(text, types, data)
    except (Bail, Refuse, LookupError, ResourceError):
        return
    assert shown(quick) == shown(run(text, ANYTHING, data).value)


@settings(max_examples=400)
@given(EXPRESSION, values())
def test_known_types_change_nothing(text: str, data: dict[str, Any]) -> None:
    """What is compiled for known types gives the value that is computed without them."""
    try:
        general = run(text, ANYTHING, data)
        special = run(text, TYPES, data)
    except ResourceError:
        return
    assert shown(special.value) == shown(general.value)


@settings(max_examples=200)
@given(GRAMMAR.of("boolean", 2), st.sampled_from([*TYPES]), values())
def test_known_types_change_no_test(text: str, subject: str, data: dict[str, Any]) -> None:
    """The same for unary tests."""
    answers = []
    for types in (ANYTHING, TYPES):
        tests = feel.compile_unary_tests(f"{text}, n", types[subject], types, strict=False)
        try:
            result = tests.evaluate({**data, "?": data[subject]}, limits=LIMITS)
        except ResourceError:
            return
        answers.append(result.value is True)
    assert answers[0] == answers[1]


@settings(max_examples=200)
@given(EXPRESSION, values())
def test_an_evaluation_can_be_repeated(text: str, data: dict[str, Any]) -> None:
    """The same value and the same notes, and the data untouched."""
    before = shown_all(data)
    try:
        first, second = run(text, TYPES, data), run(text, TYPES, data)
    except ResourceError:
        return
    assert shown(first.value) == shown(second.value)
    assert [str(note) for note in first.notes] == [str(note) for note in second.notes]
    assert shown_all(data) == before


def shown_all(data: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {name: shown(value) for name, value in data.items()}


# nulls have notes -------------------------------------------------------------------------------


@settings(max_examples=400)
@given(WHOLE, values(nulls=False), st.sampled_from([ANYTHING, TYPES]))
def test_a_null_has_a_note(text: str, data: dict[str, Any], types: Mapping[str, Type]) -> None:
    """Without null in the text and in the data, every null comes with a reason."""
    assume("null" not in text)
    assume("start" not in text)  # a range with one end has a null start and end
    try:
        result = run(text, types, data)
    except ResourceError:
        return
    if result.value is None:
        assert result.notes
        assert all(note.text for note in result.notes)
        assert all(note.span is not None for note in result.notes)


# decimals ---------------------------------------------------------------------------------------

SCALE = st.integers(-300, 300)
NUMBER = st.one_of(
    st.integers(-(10**34) + 1, 10**34 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**10), max_value=10**10),
    st.builds(lambda n, scale: Decimal(f"{n}e{scale}"), st.integers(-999, 999), SCALE),
).map(lambda number: CONTEXT.create_decimal(number) + 0)
COMPILED = {
    text: feel.compile_expression(text, {"a": ANY, "b": ANY, "c": ANY}, strict=False)
    for text in (
        "a + b", "b + a", "a * b", "b * a", "a - b", "-(b - a)", "a / b", "a + 0", "a * 1", "a - a",
        "a = b", "a < b", "a > b", "a <= b", "--a", "abs(a)", "floor(a)", "ceiling(a)", "a ** 2",
        "a * a", "string(a)", 'number(string(a), null, ".")', "modulo(a, b)", "decimal(a, 5)",
        "sqrt(a * a)", "sum([a, b])", "mean([a, a])", "min(a, b)", "max(a, b)",
    )
}  # fmt: skip


def value(text: str, a: Decimal, b: Decimal = Decimal(0)) -> Any:
    return COMPILED[text].evaluate({"a": a, "b": b}).value


def nearest(exact: Fraction) -> Decimal:
    """The number of 34 digits that is nearest to a fraction, half to even."""
    if not exact:
        return Decimal(0)
    exponent = 0
    size = abs(exact)
    while size >= 10**34:
        size, exponent = size / 10, exponent + 1
    while size < 10**33:
        size, exponent = size * 10, exponent - 1
    digits = round(size)  # Python rounds fractions half to even
    return Decimal(f"{digits if exact > 0 else -digits}e{exponent}")


@settings(max_examples=200)
@given(NUMBER, NUMBER)
def test_arithmetic_is_exact_to_34_digits(a: Decimal, b: Decimal) -> None:
    x, y = Fraction(a), Fraction(b)
    exact = {"a + b": x + y, "a - b": x - y, "a * b": x * y}
    if b:
        exact["a / b"] = x / y
    for text, wanted in exact.items():
        assert value(text, a, b) == nearest(wanted), text


@settings(max_examples=150)
@given(NUMBER, NUMBER)
def test_laws_of_numbers(a: Decimal, b: Decimal) -> None:
    assert value("a + b", a, b) == value("b + a", a, b) == value("sum([a, b])", a, b)
    assert value("a * b", a, b) == value("b * a", a, b)
    assert value("a - b", a, b) == value("-(b - a)", a, b)
    assert value("a + 0", a) == value("a * 1", a) == value("--a", a) == a
    assert value("a - a", a) == 0
    assert value("a ** 2", a) == value("a * a", a)
    assert value("floor(a)", a) <= a <= value("ceiling(a)", a)
    assert value('number(string(a), null, ".")', a) == a
    assert value("mean([a, a])", a) == a
    assert {value("min(a, b)", a, b), value("max(a, b)", a, b)} == {a, b}


@settings(max_examples=100)
@given(NUMBER, NUMBER)
def test_exactly_one_of_less_equal_greater(a: Decimal, b: Decimal) -> None:
    answers = [value(text, a, b) for text in ("a < b", "a = b", "a > b")]
    assert answers.count(True) == 1
    assert answers.count(False) == 2
    assert value("a <= b", a, b) == (answers[0] or answers[1])


@settings(max_examples=100)
@given(NUMBER, NUMBER)
def test_modulo_has_the_sign_of_the_divisor(a: Decimal, b: Decimal) -> None:
    assume(b != 0)
    rest = value("modulo(a, b)", a, b)
    assert rest == 0 or (rest > 0) == (b > 0)
    assert abs(rest) <= abs(b)
    x, y = Fraction(a), Fraction(b)
    assert rest == nearest(x - y * (x / y).__floor__())


@pytest.mark.parametrize("text", ["string(a)", "abs(a)", "decimal(a, 5)", "sqrt(a * a)"])
def test_no_negative_zero(text: str) -> None:
    assert str(value(text, Decimal("-0.0"))) in ("0", "0.0", "0.00000")
