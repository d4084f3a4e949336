"""Boxes: gaps, overlaps and largest sets against every point, and re-checks against new checks."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from analysis_tables import load_table
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.analysis import arrays, table_coverage
from guidewright.analysis.arrays import box_array, is_run, runs
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.coverage import OverBudget, cover
from guidewright.analysis.findings import Verdict
from guidewright.analysis.gap_solver import find_gap
from guidewright.analysis.overlap import largest_sets, pairs
from guidewright.analysis.recheck import Recheck
from guidewright.analysis.regions import Box, count, inside, meet, without
from guidewright.analysis.tables import table_subject

SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[int], list[Box]]:
    sizes = draw(SIZES)
    one = st.tuples(*(st.integers(1, (1 << size) - 1) for size in sizes))
    return sizes, draw(st.lists(one, min_size=0, max_size=9))


def points(sizes: list[int]) -> list[tuple[int, ...]]:
    return [*product(*(range(size) for size in sizes))]


def holds(box: Box, point: tuple[int, ...]) -> bool:
    return all(mask >> at & 1 for mask, at in zip(box, point, strict=True))


@given(tables())
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("word", [62, 2])
def test_gaps_are_the_points_without_a_rule(word: int, table: tuple[list[int], list[Box]]) -> None:
    """With small axes as machine words, and all axes as runs."""
    sizes, boxes = table
    before, arrays.WORD = arrays.WORD, word
    try:
        found = cover(box_array(boxes, sizes), tuple((1 << s) - 1 for s in sizes), len(boxes))
    finally:
        arrays.WORD = before
    free = {point for point in points(sizes) if not any(holds(box, point) for box in boxes)}
    assert {p for p in points(sizes) if any(holds(gap, p) for gap in found.gaps)} == free
    pieces = [piece for leaves in found.leaves for piece in leaves]
    assert sum(count(piece) for piece in pieces) == len(free)
    for gap, leaves in zip(found.gaps, found.leaves, strict=True):
        assert all(inside(leaf, gap) for leaf in leaves)


@given(tables())
@settings(max_examples=200, deadline=None)
def test_pairs_and_largest_sets(table: tuple[list[int], list[Box]]) -> None:
    sizes, boxes = table
    wanted = {(a, b) for a, b in combinations(range(len(boxes)), 2) if meet(boxes[a], boxes[b])}
    found = list(pairs(boxes, sizes))
    assert set(found) == wanted
    assert len(found) == len(wanted)
    together = {
        frozenset(i for i, box in enumerate(boxes) if holds(box, point)) for point in points(sizes)
    }
    largest = {
        each for each in together if len(each) > 1 and not any(each < other for other in together)
    }
    sets = largest_sets(boxes, found, budget=10**6)
    assert sets is not None
    listed = [frozenset(chosen) for chosen, _ in sets]
    assert set(listed) == largest
    assert len(listed) == len(largest)


@given(tables(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_recheck_is_a_new_check(table: tuple[list[int], list[Box]], data: st.DataObject) -> None:
    sizes, boxes = table
    if not boxes:
        return
    space = tuple((1 << size) - 1 for size in sizes)
    edited = Recheck(boxes, sizes, space)
    for _ in range(2):
        rule = data.draw(st.integers(0, len(boxes) - 1))
        box = data.draw(st.tuples(*(st.integers(1, (1 << size) - 1) for size in sizes)))
        before = set(edited.overlaps)
        change = edited.edit(rule, box)
        new = Recheck(edited.boxes, sizes, space)
        assert edited.overlaps == new.overlaps
        assert (before | change.new_pairs) - change.lost_pairs == new.overlaps
        for point in points(sizes):
            free = not any(holds(each, point) for each in edited.boxes)
            assert sum(holds(gap, point) for gap in edited.gaps) == free


@given(tables())
@settings(max_examples=150, deadline=None)
def test_the_solver_finds_a_gap_where_there_is_one(table: tuple[list[int], list[Box]]) -> None:
    sizes, boxes = table
    found = find_gap(boxes, tuple((1 << size) - 1 for size in sizes))
    assert found is not None
    free = [point for point in points(sizes) if not any(holds(box, point) for box in boxes)]
    assert (found.point is None) == (not free)
    assert (found.proof is None) == bool(free)
    if found.point is not None:
        assert any(holds(found.point, point) for point in free)
        assert count(found.point) == 1


def test_a_tangled_table_is_asked_of_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where cuts are too many there is one gap and a word on more, or a proof of another kind."""
    check = CHECKS["table.gap"]
    monkeypatch.setattr(table_coverage, "uncovered", lambda *_: None)
    open_table = table_subject(
        load_table("U | x: number || y: number\n | < 5 || 1\n | > 7 || 2"), "D"
    )
    first, more = check.find(open_table)
    assert (first.verdict, more.verdict) == (Verdict.VIOLATED, Verdict.UNKNOWN)
    assert "x [5..7]" in first.text
    whole = table_subject(load_table("U | x: number || y: number\n | < 5 || 1\n | >= 5 || 2"), "D")
    (proof,) = check.find(whole)
    assert proof.verdict is Verdict.PROVED
    assert proof.certificate is not None
    assert proof.certificate.kind == "smt-lib"


def test_what_is_too_large_is_said() -> None:
    boxes = [tuple(1 << (row + axis) % 6 for axis in range(5)) for row in range(6)]
    with pytest.raises(OverBudget):
        cover(box_array(boxes, [6] * 5), (63,) * 5, len(boxes), budget=10)
    found = [(a, b) for a, b in combinations(range(12), 2)]
    many = [tuple(0b11 << (row == axis) for axis in range(12)) for row in range(12)]
    assert largest_sets(many, found, budget=3) is None


@given(st.integers(1, 1 << 70))
def test_runs_make_up_a_mask(mask: int) -> None:
    each = list(runs(mask))
    assert sum(each) == mask
    assert all(is_run(run) for run in each)
    assert is_run(mask) == (len(each) == 1)


@given(tables())
def test_a_difference_does_not_meet(table: tuple[list[int], list[Box]]) -> None:
    sizes, boxes = table
    for one, other in combinations(boxes, 2):
        rest = list(without(one, other))
        for point in points(sizes):
            expected = holds(one, point) and not holds(other, point)
            assert sum(holds(piece, point) for piece in rest) == expected
