"""Axes and boxes: every elementary part, a value for it, and the engine's truth of every cell."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from analysis_tables import load_table

from guidewright.analysis.axes import SCALES, Kind, ordered_parts
from guidewright.analysis.tables import table_subject
from guidewright.feel.text import literal
from guidewright.feel.types import DATE, NUMBER

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
