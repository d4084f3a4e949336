"""Chains of decisions and expressions of all kinds: values, rules and notes as one by one."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

from batch_tables import (  # noqa: E402
    DOUBLES,
    EXACT,
    columns_rows,
    expected_rows,
    input_xml,
    model_xml,
    one_by_one,
    requires,
    table_xml,
)
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from guidewright import batch  # noqa: E402
from guidewright.batch.kernel import plain  # noqa: E402
from guidewright.batch.outcomes import Extras  # noqa: E402
from guidewright.batch.planning import Choices, make_kernel  # noqa: E402
from guidewright.batch.values import Numbers  # noqa: E402
from guidewright.dmn.reader import read_definitions  # noqa: E402
from guidewright.dmn.runnable import Model, build  # noqa: E402
from guidewright.errors import CallError  # noqa: E402
from guidewright.feel.clock import system_clock  # noqa: E402

ITEMS = """
<itemDefinition name="tList" isCollection="true"><typeRef>string</typeRef></itemDefinition>
<itemDefinition name="tShare"><typeRef>number</typeRef>
  <allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
<itemDefinition name="tWord"><typeRef>string</typeRef>
  <allowedValues><text>"a", "b", "c"</text></allowedValues></itemDefinition>
<itemDefinition name="tEven"><typeRef>number</typeRef>
  <allowedValues><text>modulo(?, 2) = 0</text></allowedValues></itemDefinition>
<itemDefinition name="tSmall"><typeRef>number</typeRef>
  <allowedValues><text>&lt; 6</text></allowedValues></itemDefinition>
"""
INPUTS = {
    "a": "number", "b": "number", "t": "string", "f": "boolean", "l": "tList", "d": "date",
    "share": "tShare", "word": "tWord", "even": "tEven",
}  # fmt: skip
EXPRESSIONS = {
    "choice": ('if a > 0.1 and b <= 5 then "x" else if t = "a" then "y" else null', "a b t"),
    "sum": ("a + b", "a b"),
    "less": ("a < b", "a b"),
    "many": ('count(l) > 1 or list contains(l, "p")', "l"),
    "text": ('string join([t, choice], "-")', "t choice"),
    "both": ("{sum: sum, ok: less}", "sum less"),
    "large": ("both.sum > 3", "both"),
    "scaled": ("if f then a * 2 else b / 3", "f a b"),
    "within": ("a between 1 and 5 or b in (1, 2, > 5)", "a b"),
    "range": ("a in [1..5]", "a"),
    "series": ("for x in [1..3] return x + a", "a"),
    "named": ('t in ("a", "b") and not(f)', "t f"),
    "later": ('d + duration("P1M")', "d"),
    "year": ("d.year = 2024 and share >= 50", "d share"),
    "small": ("a", "a"),
    "broken": ('t + share', "t share"),
    "twice": ('word + word', "word"),
    "odd": ("even > 3", "even"),
    "known": ("a = null or t = null", "a t"),
    "today": ("today() > date(\"2020-01-01\")", ""),
    "quotient": ("10 / a", "a"),
}  # fmt: skip


def _decision(name: str, logic: str, needs: str, of: str | None = None) -> str:
    arrows = "".join(
        requires(each, "Input" if each in INPUTS else "Decision") for each in needs.split()
    )
    type_ref = f' typeRef="{of}"' if of else ""
    variable = f'<variable name="{name}"{type_ref}/>'
    return f'<decision id="d_{name}" name="{name}">{variable}{arrows}{logic}</decision>'


def _model() -> Model:
    body = [ITEMS, *(input_xml(name, of) for name, of in INPUTS.items())]
    for name, (text, needs) in EXPRESSIONS.items():
        logic = f"<literalExpression><text>{escape(text)}</text></literalExpression>"
        body.append(_decision(name, logic, needs, "tSmall" if name == "small" else None))
    chained = table_xml(
        "chained",
        [("choice", "string"), ("less", "boolean"), ("many", "boolean"), ("sum", "number")],
        [
            (('"x"', "true", "-", "> 2"), '"r1"'),
            (('"x", "y"', "-", "true", "-"), '"r2"'),
            (("null", "not(null)", "-", "< 1, > 4"), '"r3"'),
            (("-", "null", "-", "-"), '"r4"'),
        ],
    )
    body.append(_decision("chained", chained, "choice less many sum"))
    listed = table_xml(
        "listed",
        [("l", "tList"), ("t", "string"), ("upper case(t)", "string")],
        [
            (('list contains(?, "p")', '"a"', "-"), "a * 2"),
            (("count(?) = 0", "-", '"B", "C"'), "a"),
            (("null", "? = choice", "-"), "-1"),
            (("-", "-", '"A"'), "1"),
        ],
        policy="COLLECT",
        of="number",
    )
    body.append(_decision("listed", listed, "l t a choice"))
    other = table_xml(
        "other", [("share", "number")], [(("< 0.5",), '"few"'), ((">= 0.25",), '"more"')]
    )
    body.append(_decision("other", other, "share"))
    return build([read_definitions(model_xml("".join(body)).encode(), "m.dmn")], strict=False)


MODEL = _model()
NUMBERS = DOUBLES
COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "a": (pa.float64(), NUMBERS),
    "b": (pa.int64(), st.none() | st.integers(-2, 7)),
    "t": (pa.string(), st.none() | st.sampled_from(("a", "b", "c", "x", ""))),
    "f": (pa.bool_(), st.none() | st.booleans()),
    "l": (pa.list_(pa.string()), st.none() | st.lists(st.sampled_from("pqr"), max_size=3)),
    "d": (
        pa.date32(),
        st.none() | st.dates(datetime.date(2023, 12, 1), datetime.date(2024, 12, 31)),
    ),
    "share": (
        pa.decimal128(12, 4),
        st.none() | st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(-1), Decimal(50)]),
    ),
    "word": (
        pa.dictionary(pa.int32(), pa.string()),
        st.none() | st.sampled_from(("a", "b", "zz")),
    ),
    "even": (pa.float64(), st.none() | st.sampled_from((2.0, 4.0, 3.0))),
}


@st.composite
def rows_of_all(draw: st.DrawFn) -> pa.RecordBatch:
    rows = draw(st.integers(1, 25))
    arrays = {
        name: pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), of)
        for name, (of, values) in COLUMNS.items()
        if draw(st.integers(0, 11))
    }
    return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays) or [])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_values_agree(data: st.DataObject) -> None:
    rows = data.draw(rows_of_all())
    kernel = make_kernel(MODEL, rows.schema, Choices(extras=EXACT), system_clock).kernel
    expected = expected_rows(MODEL, kernel, rows.to_pylist())
    assert columns_rows(kernel, rows) == expected
    kernel.block = data.draw(st.sampled_from((1, 2, 3)))
    assert columns_rows(kernel, rows) == expected


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_rules_and_notes_agree(data: st.DataObject) -> None:
    """Each decision, computed for the very values of a row, says the same."""
    rows = data.draw(rows_of_all())
    extras = Extras(rules=True, notes=True, numbers=Numbers.TEXT)
    kernel = make_kernel(MODEL, rows.schema, Choices(extras=extras), system_clock).kernel
    found = plain(kernel.run(rows)).to_pylist()
    for given_row, row in zip(rows.to_pylist(), found, strict=True):
        values = one_by_one(MODEL, given_row)
        if values is None:
            assert row["rejected"]
            continue
        for goal in kernel.goals:
            evaluate = goal.decider.evaluate
            arguments = [
                _value(kernel, given_row, values, MODEL.steps[key].element.name)
                for key in evaluate.step.inputs
            ]
            outcome = evaluate(arguments)
            assert row[f"{goal.name}.notes"] == list(outcome.notes)
            assert row[f"{goal.name}.rules"] == list(outcome.rules)


def _value(kernel: Any, given_row: dict[str, Any], values: dict[str, Any], name: str) -> Any:
    if name in values:
        return values[name]
    plan = next((each.plan for each in kernel.inputs if each.plan.name == name), None)
    return plan.read(given_row[name]) if plan is not None else None


def test_large_arrow_batches_agree_with_slices() -> None:
    """Offsets into Arrow buffers, validity bits that begin inside a byte."""
    names = list(COLUMNS)
    values = {
        "a": [None, 0.1, 3.0, 5.0, float("nan"), 6.0, 1.0],
        "b": [1, None, 5, 2, 6, 7, 0],
        "t": ["a", None, "b", "x", "", "a", "c"],
        "f": [True, None, False, True, True, False, None],
        "l": [["p"], None, [], ["p", "q"], ["r"], [], None],
        "d": [None, datetime.date(2024, 1, 31), *[datetime.date(2024, 5, 5)] * 5],
        "share": [Decimal("0.25"), None, Decimal(50), Decimal(1), Decimal(2), Decimal(-1), None],
        "word": ["a", None, "zz", "b", "a", "c", "b"],
        "even": [2.0, None, 4.0, 2.0, 2.0, 3.0, 4.0],
    }
    arrays = [pa.array(values[name] * 40, COLUMNS[name][0]) for name in names]
    whole = pa.RecordBatch.from_arrays(arrays, names=names)
    kernel = make_kernel(MODEL, whole.schema, Choices(extras=EXACT), system_clock).kernel
    expected = columns_rows(kernel, whole)
    assert expected == expected_rows(MODEL, kernel, whole.to_pylist())
    for start, length in ((1, 50), (3, 9), (13, 200), (7, 0)):
        assert columns_rows(kernel, whole.slice(start, length)) == expected[start : start + length]


def test_loops_compiled_by_numba_give_the_same() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    from guidewright.batch.accelerated import NumbaPrimitives

    values = {
        "a": [None, 0.1, 3.0, 5.0, float("nan"), float("-inf"), 1.0],
        "b": [1, None, 5, 2, 6, 7, 0],
        "t": ["a", None, "b", "x", "", "a", "c"],
        "word": ["a", None, "zz", "b", "a", "c", "b"],
    }
    arrays = [pa.array(values[name] * 40, COLUMNS[name][0]) for name in values]
    rows = pa.RecordBatch.from_arrays(arrays, names=list(values))
    choices = Choices(extras=EXACT)
    plain_kernel = make_kernel(MODEL, rows.schema, choices, system_clock).kernel
    compiled = make_kernel(MODEL, rows.schema, choices, system_clock, NumbaPrimitives()).kernel
    assert columns_rows(compiled, rows) == columns_rows(plain_kernel, rows)


def test_rejected_rows_are_kept_and_told() -> None:
    table = pa.table({"share": [50.0, float("inf"), 101.0, None], "word": ["a", "b", "q", None]})
    found = batch.run(MODEL, table, decisions=["other"])
    assert found["other"].to_pylist() == ["more", None, None, None]
    share = "share: 101 is not allowed for 'tShare': [0..100]"
    word = 'word: "q" is not allowed for \'tWord\': "a", "b", "c"'
    assert found["rejected"].to_pylist() == [
        None,
        "share: NaN and infinity are no numbers of FEEL",
        f"{share}; {word}",
        None,
    ]


def test_numbers_a_double_cannot_hold_are_rounded_only_when_asked() -> None:
    table = pa.table({"a": [3.0]})
    assert batch.run(MODEL, table, decisions=["quotient"])["quotient"].to_pylist() == [10 / 3]
    exact = batch.run(MODEL, table, decisions=["quotient"], numbers="text")
    assert exact["quotient"].to_pylist() == ["3.333333333333333333333333333333333"]


def test_unknown_decision() -> None:
    with pytest.raises(CallError, match="no decision 'chaned'"):
        batch.run(MODEL, pa.table({"a": [3.0]}), decisions=["chaned"])


def test_the_plan_says_how_and_why() -> None:
    schema = pa.schema([(name, of) for name, (of, _) in COLUMNS.items()])
    inputs, decisions = batch.plan(MODEL, pa.table({}, schema=pa.schema([])))
    assert all(line.way == "missing" for line in inputs)
    inputs, decisions = batch.plan(MODEL, schema.empty_table())
    ways = {line.name: line.way for line in decisions}
    assert ways["choice"] == ways["within"] == ways["chained"] == "lookup"
    assert ways["sum"] == ways["later"] == ways["listed"] == "rows"
    reasons = {line.name: line.why for line in decisions}
    assert "'a', 'b' itself matters" in reasons["sum"]
    assert {line.name: line.way for line in inputs}["share"] == "classes and values"
