"""Data taken in bulk is what the general way makes of it; what it leaves alone is unusual."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from guidewright.dmn.border import CONVERTED, border, whole
from guidewright.dmn.declared import shape_of
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import build
from guidewright.dmn.steps import Step
from guidewright.errors import CallError
from guidewright.feel.intake import ANYTHING, Classes, Columns, Unusual, take
from guidewright.feel.runtime import Bail, Refuse
from guidewright.feel.text import literal


def step_of(items: str, of: str) -> Step:
    """Return the input `x` of a declared type."""
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
        f'namespace="urn:m">{items}'
        f'<inputData id="x" name="x"><variable name="x" typeRef="{of}"/></inputData>'
        '<decision id="d" name="d"><variable name="d"/><informationRequirement>'
        '<requiredInput href="#x"/></informationRequirement>'
        "<literalExpression><text>x</text></literalExpression></decision></definitions>"
    )
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    (step,) = (step for step in model.steps.values() if step.element.name == "x")
    return step


def element(tag: str, name: str, inside: str, collection: str = "") -> str:
    return f'<{tag} name="{name}"{collection}>{inside}</{tag}>'


def type_ref(of: str, allowed: str = "") -> str:
    tests = f"<allowedValues><text>{allowed.replace('<', '&lt;')}</text></allowedValues>"
    return f"<typeRef>{of}</typeRef>{tests if allowed else ''}"


MANY = ' isCollection="true"'
ROWS = (
    element("itemDefinition", "tCode", type_ref("string", '"a", "b"'))
    + element(
        "itemDefinition",
        "tRow",
        element("itemComponent", "code", type_ref("tCode"))
        + element("itemComponent", "value", type_ref("number", "[0..100)"))
        + element("itemComponent", "day", type_ref("date"))
        + element("itemComponent", "tags", type_ref("string"), MANY),
    )
    + element("itemDefinition", "tRows", type_ref("tRow"), MANY)
)
ROW = {"code": "a", "value": Decimal("1.5"), "day": "2026-01-31", "tags": ["x", "y"]}


def row(**changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ROW, **changed}.items() if value is not ...}


TAKEN: dict[str, Any] = {
    "exact numbers": [row(), row(value=7)],
    "floats": [row(value=1.5), row(value=2.0)],
    "numbers of all classes": [row(value=1.5), row(value=2), row(value=Decimal("0.1"))],
    "nulls": [row(value=None), row(code=None), row(day=None), row(tags=None), row()],
    "an entry that is not declared": [row(more={"a": 1.5}), row()],
    "another order of entries": [row(), dict(reversed(row().items()))],
    "dates of Python": [row(day=datetime.date(2026, 1, 31)), row()],
    "no rows": [],
    "lists of several lengths": [row(tags=[]), row(tags=["z"]), row()],
}
UNUSUAL: dict[str, Any] = {
    "a missing entry": [row(), row(tags=...)],
    "a text for a number": [row(value="1")],
    "no date": [row(day="31.1.2026")],
    "too much": [row(value=100), row()],
    "too little": [row(value=-1), row()],
    "a text not allowed": [row(code="c")],
    "no list": row(),
    "one text for a list of them": [row(tags="x")],
    "nothing that FEEL has": [row(more=object())],
    "not a number": [row(value=float("nan"))],
    "a key that is no text": [{**row(), 1: 2}],
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken_in_bulk(case: str) -> None:
    step = step_of(ROWS, "tRows")
    shape = shape_of(step.type, step.item)
    assert shape is not None
    taken, columns = take(TAKEN[case], shape, {})
    assert literal(taken) == literal(border(TAKEN[case], step))
    assert listed(columns) == columns_in(taken)


@pytest.mark.parametrize("case", UNUSUAL)
def test_left_to_the_general_way(case: str) -> None:
    step = step_of(ROWS, "tRows")
    shape = shape_of(step.type, step.item)
    assert shape is not None
    with pytest.raises((Unusual, Refuse)):
        take(UNUSUAL[case], shape, {})


def test_a_null_in_a_list_is_tested_and_a_missing_number_is_not() -> None:
    numbers = element("itemDefinition", "tMany", type_ref("number", "[0..3]"), MANY)
    number = element("itemDefinition", "tOne", type_ref("number", "[0..3]"))
    based = number + element("itemDefinition", "tBased", type_ref("tOne"), MANY)
    for items, of, taken in ((numbers, "tMany", False), (based, "tBased", True)):
        step = step_of(items, of)
        shape = shape_of(step.type, step.item)
        assert shape is not None
        assert generally([1, None], step) == ([1, None] if taken else Bail)
        if taken:
            assert take([1, None], shape, {}) == ([1, None], None)
        else:
            with pytest.raises(Unusual):
                take([1, None], shape, {})


def test_what_is_given_is_not_changed() -> None:
    step = step_of(ROWS, "tRows")
    shape = shape_of(step.type, step.item)
    assert shape is not None
    given_rows = [row(value=1.5), row()]
    assert take(given_rows, shape, {})[0] != given_rows
    assert given_rows == [row(value=1.5), row()]
    plain = [{"a": 1, "b": ["x", None]}]
    assert take(plain, ANYTHING, {})[0] is plain


@pytest.mark.parametrize(
    ("items", "of"),
    [
        (element("itemDefinition", "t", type_ref("number", "count(?) > 0"), MANY), "t"),
        (
            element("itemDefinition", "tA", type_ref("number"), MANY)
            + element("itemDefinition", "t", type_ref("tA", "[1, 2]")),
            "t",
        ),
        (
            element("itemDefinition", "tA", type_ref("number"), MANY)
            + element("itemDefinition", "t", type_ref("tA", "> 0")),
            "t",
        ),
        (
            element(
                "itemDefinition",
                "t",
                type_ref("number") + "<typeConstraint><text>> 0</text></typeConstraint>",
                MANY,
            ),
            "t",
        ),
        (
            element(
                "itemDefinition",
                "t",
                element("itemComponent", "low", type_ref("number"))
                + element("itemComponent", "high", type_ref("number", "> low")),
            ),
            "t",
        ),
        (
            element("itemDefinition", "t", element("itemComponent", "inner", type_ref("t"), MANY)),
            "t",
        ),
    ],
    ids=[
        "a test with a call",
        "a test of a list",
        "a test of a number of a list",
        "a test of the whole list",
        "a test with a sibling",
        "in itself",
    ],
)
def test_types_without_a_shape(items: str, of: str) -> None:
    step = step_of(items, of)
    assert shape_of(step.type, step.item) is None


def test_without_a_shape_the_general_way_is_gone() -> None:
    step = step_of(element("itemDefinition", "t", type_ref("number", "count(?) > 0"), MANY), "t")
    inside: Classes = {}
    assert whole([1, 2.0], step, None, inside) == ([1, 2], None)
    assert CONVERTED in inside


FLOATS = st.one_of(
    st.floats(),
    st.integers(-(2**70), 2**70).map(float),
    st.integers(-(10**6), 10**6).map(lambda number: number / 100),
)


@given(st.lists(FLOATS, min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_floats_are_taken_at_their_shortest_spelling(numbers: list[float]) -> None:
    step = step_of("", "Any")
    try:
        taken, _ = take(numbers, ANYTHING, {})
    except Unusual:
        assert not all(map(math.isfinite, numbers))
        return
    expected = border(numbers, step)
    assert taken == expected
    assert list(map(type, taken)) == list(map(type, expected))


# random types and data ----------------------------------------------------------------------------

SIMPLE = {
    "number": ["[0..3]", "1, 2", "not(1)", "< 2.5"],
    "string": ['"a", "b"', 'not("a")'],
    "boolean": ["true"],
    "date": [],
    "time": [],
    "date and time": [],
    "days and time duration": [],
    "Any": [],
}
DATA: dict[str, list[Any]] = {
    "number": [0, 1, 2, Decimal("2.5"), 1.5, 3.0, None, 10**40, Decimal("-0.0")],
    "string": ["a", "b", "c", "", None],
    "boolean": [True, False, None],
    "date": ["2026-01-31", "2024-02-29", datetime.date(2026, 1, 31), None],
    "time": ["10:00:00", None],
    "date and time": ["2026-01-31T10:00:00", datetime.datetime(2026, 1, 31, 10), None],
    "days and time duration": ["P1D", "PT5M", datetime.timedelta(days=1), None],
    "Any": [1, "a", None, True, 1.5, "2026-01-31", [1, 2.5], {"k": 1.0}],
}
ODD: list[Any] = ["2026-02-30", "x", float("inf"), object(), [], {}, [None], (1, 2), b"x", [[1]]]


@st.composite
def declared(draw: st.DrawFn, depth: int = 0) -> tuple[str, Any, bool]:
    """Return what stands in an item definition or component, and a strategy for its data."""
    many = draw(st.booleans())
    if depth < 2 and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True))
        parts = {name: draw(declared(depth + 1)) for name in names}
        inside = "".join(
            element("itemComponent", name, text, MANY if several else "")
            for name, (text, _, several) in parts.items()
        )
        exact = st.fixed_dictionaries({name: data for name, (_, data, _) in parts.items()})
        loose = st.fixed_dictionaries(
            {}, optional={name: data for name, (_, data, _) in parts.items()}
        )
        more = st.builds(lambda one: {**one, "d": 1.5}, exact)
        data: Any = st.one_of(exact, exact, exact, more, loose)
    else:
        of = draw(st.sampled_from(sorted(SIMPLE)))
        allowed = draw(st.sampled_from(["", "", *SIMPLE[of]]))
        inside = type_ref(of, allowed)
        usual = st.sampled_from(DATA[of])
        data = st.one_of(*[usual] * 12, st.sampled_from(ODD))
    return inside, st.lists(data, max_size=3) if many else data, many


def generally(value: Any, step: Step) -> Any:
    try:
        return border(value, step)
    except (Bail, CallError) as why:
        return type(why)


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_bulk_is_the_general_way(data: st.DataObject) -> None:
    inside_xml, strategy, many = data.draw(declared())
    step = step_of(element("itemDefinition", "t", inside_xml, MANY if many else ""), "t")
    shape = shape_of(step.type, step.item)
    assume(shape is not None)
    assert shape is not None
    for _ in range(4):
        value = data.draw(strategy)
        inside: Classes = {}
        try:
            taken, columns = take(value, shape, inside)
        except (Unusual, Refuse):
            event("unusual")
            continue
        event("taken")
        expected = generally(value, step)
        assert literal(taken) == literal(expected)
        assert entries_are_known(taken, inside)
        assert listed(columns) == columns_in(taken)


def listed(columns: Columns | None) -> dict[str, list[Any]] | None:
    return None if columns is None else {key: list(each) for key, each in columns.items()}


def columns_in(value: Any) -> dict[str, list[Any]] | None:
    """Return those entries of a list of contexts that all have; None of anything else."""
    if type(value) is not list or any(type(part) is not dict for part in value):
        return None
    common = set.intersection(*map(set, value)) if value else set()
    return {key: [part[key] for part in value] for key in common}


def entries_are_known(value: Any, inside: Classes) -> bool:
    """Say whether the classes of all entries were added."""
    if type(value) is list:
        return all(entries_are_known(part, inside) for part in value)
    if type(value) is dict:
        return all(
            type(part) in inside[key] and entries_are_known(part, inside)
            for key, part in value.items()
        )
    return True
