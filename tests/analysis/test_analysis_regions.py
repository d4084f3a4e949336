"""Axes and boxes: every elementary part, a value for it, and the engine's truth of every cell."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from analysis_tables import load_table
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.analysis.axes import SCALES, Kind, box_mask, ordered_parts
from guidewright.analysis.cell_tests import CellTests
from guidewright.analysis.domains import Declared, axis_of
from guidewright.analysis.tables import table_subject
from guidewright.dmn.cells import read_box
from guidewright.feel.text import literal
from guidewright.feel.types import BOOLEAN, DATE, NUMBER, STRING

TYPES = {"number": NUMBER, "string": STRING, "boolean": BOOLEAN}


def _cells(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(one, min_size=1, max_size=3).map(", ".join)
    return st.one_of(several, several.map(lambda tests: f"not({tests})"))


_NUMBER = st.sampled_from(["0", "1", "2.5", "7", "-3"])
PLAIN = {
    "number": _cells(
        st.one_of(
            _NUMBER,
            st.just("null"),
            st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), _NUMBER).map(" ".join),
            st.tuples(st.sampled_from("[(]"), _NUMBER, _NUMBER, st.sampled_from(")][")).map(
                lambda each: f"{each[0]}{each[1]}..{each[2]}{each[3]}"
            ),
        )
    ),
    "string": _cells(st.sampled_from(['"a"', '"b"', "null"])),
    "boolean": _cells(st.sampled_from(["true", "false", "null"])),
}

AXES = [
    ("x: number", ["< 5", "> 5"], "4 5 6 null"),
    ("x: number", ["[1.5..2)"], "0 1.5 1.8 2 3 null"),
    ("x: number = >= 0", ["< 5"], "0 2 5 6 null"),
    ("x: number = [0..10]", ["not(3)"], "0 2 3 6 10 null"),
    ("x: number = ? in [0..9] and ? = floor(?)", ["< 4", "> 3"], "0 2 3 4 6 9 null"),
    ('x: string = "a", "b", "c"', ['"a"'], '"a" "b" "c" null'),
    ("x: string", ['"a", "b"', 'not("b")'], '"a" "b" "another text" null'),
    ("x: boolean", ["true"], "true false null"),
    ("x: date", ['< @"2020-01-01"'], '@"2019-12-31" @"2020-01-01" @"2020-01-02" null'),
    ("x: date", ['< date("2020-01-01")'], '@"2019-12-31" @"2020-01-01" @"2020-01-02" null'),
    ("x: time", ['>= @"12:00:00"'], None),
    ("x: days and time duration", ['> @"P1D"'], None),
    ("x: years and months duration", ['> @"P1Y"'], '@"P11M" @"P1Y" @"P1Y1M" null'),
    ('x: list of string = "a", "b"', ['list contains(?, "a")', "count(?) > 1"], None),
]


@pytest.mark.parametrize(("column", "cells", "expected"), AXES)
def test_an_axis(column: str, cells: list[str], expected: str | None) -> None:
    rows = "\n".join(f"| {cell} || 1" for cell in cells)
    (axis,) = table_subject(load_table(f"C | {column} || y: number\n{rows}"), "D").axes
    shown = " ".join(literal(each.value) for each in axis.parts if each.kind is not Kind.UNSEEN)
    if expected is not None:
        assert shown == expected
    assert sum(each.weight for each in axis.parts) == 1


@pytest.mark.parametrize(("column", "cells", "expected"), AXES)
def test_a_rule_fires_where_its_box_is(column: str, cells: list[str], expected: str | None) -> None:
    """Every representative value, through the engine."""
    rows = "\n".join(f"| {cell} || 1" for cell in cells)
    subject = table_subject(load_table(f"R | {column} || y: number\n{rows}"), "D")
    (axis,) = subject.axes
    for index, part in enumerate(axis.parts):
        if part.kind is Kind.UNSEEN:
            continue
        seen = subject.seen(subject.witness({axis.name: part.value}))
        assert seen is not None
        for region, rule in zip(subject.rules, seen.rules, strict=True):
            assert bool(region.must[0] >> index & 1) == rule.matched, (part, rule.rule.name)


def test_lengths_are_exact() -> None:
    parts = ordered_parts(SCALES[NUMBER], [0, Decimal("0.1"), 1], holds=lambda each: 0 <= each <= 1)
    assert [each.weight for each in parts] == [0, Fraction(1, 10), 0, Fraction(9, 10), 0]


def test_steps_leave_out_what_no_value_can_be() -> None:
    cuts = [Decimal("7.9"), 8]
    parts = ordered_parts(SCALES[NUMBER], cuts, step=Fraction(1, 10))
    assert [each.value for each in parts] == [Decimal("7.8"), Decimal("7.9"), 8, Decimal("8.1")]
    assert all(each.kind is not Kind.GAP for each in ordered_parts(SCALES[DATE], [])) is False


@given(st.sampled_from(["number", "string", "boolean"]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_plain_cell_has_one_mask_either_way(kind: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(PLAIN[kind], min_size=1, max_size=3))
    boxes = [read_box(text, TYPES[kind]) for text in texts]
    tests = [CellTests().of_box(text, box) for text, box in zip(texts, boxes, strict=True) if box]
    axis = axis_of("x", Declared(TYPES[kind]), tests)
    for test in tests:
        assert test.box is not None
        assert box_mask(axis, test.box) == axis.where(lambda value, t=test: t.truth(value) is True)
