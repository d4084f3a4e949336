"""The masks of an index are the truths of its boxes; joined masks leave nothing out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn import index
from guidewright.dmn.cells import ANYTHING, Box, Interval, limits, read_box
from guidewright.dmn.index import bits, build_index, number_column, value_column
from guidewright.feel.decimals import CONTEXT
from guidewright.feel.types import NUMBER, STRING

NUMBERS = [None, 0, 1, Decimal("1.5"), 2, 3, Decimal("3.0")]
TEXTS = [None, "a", "b", "c", "d"]
bounds = st.sampled_from([0, 1, Decimal("1.50"), 2, 3])
spans = st.builds(Interval, st.none() | bounds, st.booleans(), st.none() | bounds, st.booleans())

RANGED = st.lists(spans, max_size=2).map(tuple)


def boxes(
    points: list[Any], ranged: st.SearchStrategy[tuple[Interval, ...]]
) -> st.SearchStrategy[list[Box]]:
    """Return columns, in which some boxes are one object and others only equal."""
    named = st.lists(st.sampled_from(points), max_size=3).map(tuple)
    box = st.builds(Box, named, ranged, st.booleans()) | st.just(ANYTHING)
    return st.lists(box, min_size=1, max_size=30).flatmap(
        lambda known: st.lists(st.sampled_from(known), min_size=1, max_size=60)
    )


def truths(column: list[Box], value: Any) -> list[int]:
    return [rule for rule, box in enumerate(column) if box.test(value) is True]


@settings(deadline=None)
@given(boxes(NUMBERS, RANGED))
def test_number_masks(column: list[Box]) -> None:
    masks = number_column(column)
    for value in [*NUMBERS, -1, 4, Decimal("1.49")]:
        assert list(bits(masks.mask(value))) == truths(column, value)


@settings(deadline=None)
@given(boxes(NUMBERS, RANGED))
def test_limits_hold_what_the_box_holds(column: list[Box]) -> None:
    cuts = [Decimal(each) for each in NUMBERS if each is not None]
    near = [*map(CONTEXT.next_minus, cuts), *map(CONTEXT.next_plus, cuts)]
    for box in column:
        found = limits(box)
        for value in [*cuts, *near, -1, 4] if found is not None else ():
            assert (found[0] <= value <= found[1]) is (box.test(value) is True)


LIMITED = ["-", "1", "< 2", "<= 2", "> 2", "[1..2]", "(1..2)", "[1..2)", "null", "not(null)"]


@pytest.mark.parametrize("text", LIMITED)
def test_usual_cells_have_limits(text: str) -> None:
    box = read_box(text, NUMBER)
    assert box is not None
    assert limits(box) is not None


@pytest.mark.parametrize("text", ["1, 2", "not(1)", "< 1, > 2", "not(null, 1)"])
def test_cells_with_holes_have_no_limits(text: str) -> None:
    box = read_box(text, NUMBER)
    assert box is not None
    assert limits(box) is None


@settings(deadline=None)
@given(boxes(TEXTS, st.just(())))
def test_text_masks(column: list[Box]) -> None:
    masks = value_column(column)
    for value in [*TEXTS, "x"]:
        assert list(bits(masks.mask(value))) == truths(column, value)


@settings(deadline=None)
@given(boxes(NUMBERS, RANGED), boxes(TEXTS, st.just(())), st.sampled_from([0, 3, 20]))
def test_joined_masks_leave_nothing_out(numbers: list[Box], texts: list[Box], most: int) -> None:
    """With little memory, neighbours share masks; the candidates are then verified."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "MAX_BYTES", most)
        patch.setattr(index, "MAX_BYTES_PER_RULE", 0)
        rows = list(zip(numbers, texts, strict=False))
        built = build_index(rows, [NUMBER, STRING])
    for number in NUMBERS:
        for text in TEXTS:
            expected = [
                rule
                for rule, (one, other) in enumerate(rows)
                if one.test(number) is True and other.test(text) is True
            ]
            if built is not None:
                assert built.all_matches(None, (number, text), None) == expected
                assert list(built.first_match(None, (number, text), None)) == expected[:1]


def test_ten_thousand_texts_take_bounded_memory() -> None:
    """A column in which every rule names a text of its own, such as a code of a diagnosis."""
    column = [read_box(f'"C{number}"', STRING) for number in range(10_000)]
    masks = value_column([box for box in column if box is not None])
    assert masks.group > 1
    different = {id(mask): mask for mask in masks.masks.values()}
    assert sum(mask.bit_length() // 8 for mask in different.values()) < 2_000_000
    assert 4711 in bits(masks.mask("C4711"))
    assert masks.mask("C10000") == 0
