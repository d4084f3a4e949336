"""Thresholds in a column's own numbers answer as decimals do; segments are found exactly."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
np = pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

from hypothesis import example, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from guidewright.batch.demands import Demand  # noqa: E402
from guidewright.batch.primitives import NumpyPrimitives  # noqa: E402
from guidewright.batch.segments import Digitizer, cuts_of, representatives  # noqa: E402
from guidewright.batch.thresholds import Cut, storage_of, thresholds  # noqa: E402
from guidewright.dmn.cells import Box, Interval  # noqa: E402

DECIMALS = st.one_of(
    st.decimals(-1000, 1000, places=3),
    st.decimals(-1, 1, places=33),
    st.floats(-1e6, 1e6).map(Decimal),  # all digits of a double, and so between two spellings
    st.floats(allow_nan=False, allow_infinity=False).map(lambda each: Decimal(repr(each))),
)


def _same(number: Decimal | int) -> Decimal | int:
    return number


@settings(max_examples=300, deadline=None)
@example(Decimal("0.1000000000000000055511151231257827"))
@example(Decimal("1e400"))
@example(Decimal("-1e400"))
@example(Decimal("4e-324"))
@given(DECIMALS)
def test_doubles_are_their_spelling(cut: Decimal) -> None:
    storage = storage_of(pa.float64())
    assert storage is not None
    near = float(cut)
    numbers = [near]
    for direction in (math.inf, -math.inf):
        number = near
        for _ in range(3):
            number = math.nextafter(number, direction)
            numbers.append(number)
    numbers = [number for number in numbers if math.isfinite(number)] + [0.0, -0.0, 1.5]
    for behind in (False, True):
        found = thresholds([Cut(cut, behind)], storage, _same, _same)
        for number in numbers:
            spelt = Decimal(repr(number))
            beyond = spelt > cut if behind else spelt >= cut
            assert bool(len(found) and number >= found[0]) == beyond


def test_up_to_fifteen_digits_the_threshold_is_the_nearest_double() -> None:
    storage = storage_of(pa.float64())
    assert storage is not None
    generator = np.random.default_rng(1)
    for digits in generator.integers(1, 10**15, 2_000).tolist():
        cut = Decimal(digits).scaleb(-int(generator.integers(0, 20)))
        found = thresholds([Cut(cut, behind=False)], storage, _same, _same)
        assert found[0] == float(cut)


@pytest.mark.parametrize(
    ("of", "below", "from_"),
    [
        (pa.int64(), 2, 3),
        (pa.uint8(), 2, 3),
        (pa.decimal128(10, 2), 250, 251),
        (pa.float32(), np.float32(2.5), np.nextafter(np.float32(2.5), np.float32(3))),
    ],
)
def test_other_numbers(of: pa.DataType, below: object, from_: object) -> None:
    storage = storage_of(of)
    assert storage is not None
    (found,) = thresholds([Cut(Decimal("2.5"), behind=True)], storage, _same, _same)
    assert found == from_
    assert found != below


def test_thresholds_that_no_number_reaches_are_left_out() -> None:
    storage = storage_of(pa.int8())
    assert storage is not None
    cuts = [Cut(-1000, behind=False), Cut(5, behind=True), Cut(1000, behind=False)]
    assert thresholds(cuts, storage, _same, _same).tolist() == [-128, 6]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-400, 400), min_size=1, max_size=200), st.sampled_from((1, 7, 1000)))
def test_segments(bounds: list[int], scale: int) -> None:
    """Few thresholds, a grid, and a search all find the segment of a number."""
    boxes = [Box((), (Interval(Decimal(bound) / scale, True, None, False),)) for bound in bounds]
    boxes += [Box((Decimal(bounds[0]) / scale,), ())]
    cuts = cuts_of(boxes)
    storage = storage_of(pa.float64())
    assert storage is not None
    first = thresholds(cuts, storage, _same, _same)
    numbers = np.concatenate([first, np.nextafter(first, -1e9), np.linspace(-500, 500, 999)])
    digitizer = Digitizer(first, NumpyPrimitives())
    codes = np.empty(len(numbers), dtype=digitizer.dtype)
    assert digitizer(numbers, None, codes)
    values = representatives(cuts)
    for number, code in zip(numbers.tolist(), codes.tolist(), strict=True):
        assert code == 1 + sum(cut.below(Decimal(repr(number))) for cut in cuts)
        for box in boxes:
            assert box.test(values[code]) == box.test(Decimal(repr(number)))


def test_nothing_asked_is_answered_by_classes() -> None:
    assert Demand().by_classes
    assert not Demand(whole=True).by_classes
