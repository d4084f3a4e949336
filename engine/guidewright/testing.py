"""Random patients for property tests: `guidewright.testing.patients(guide)`.

In: a loaded guideline. Out: a hypothesis strategy of patients as `Guideline.evaluate` takes them:
thresholds of the tables and values beside them, values between, missing ones. Needs `hypothesis`,
which nothing else in guidewright imports.

    @given(patients(guide))
    def test_no_patient_is_left_without_an_answer(patient):
        assert guide.evaluate(patient).status is not Status.GAP
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from guidewright.analysis.axes import SCALES, Axis, Kind, Part, number_of
from guidewright.analysis.difference import as_given
from guidewright.analysis.difference_axes import space_of
from guidewright.analysis.difference_versions import Version
from guidewright.feel.types import NUMBER
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile


def patients(guide: Guideline) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of patients whom the guideline accepts; policies keep their defaults.

    An input that may be missing is left out now and then. Examples shrink towards patients of whom
    little is known.
    """
    version = Version(guide.model)
    space = space_of((version, version), (guide.file, guide.file))
    carriers = guide.file.policy_inputs
    optional: Mapping[str, st.SearchStrategy[Any]] = {
        axis.name: _values(axis, guide.file) for axis in space.axes if axis.name not in carriers
    }
    return st.fixed_dictionaries({}, optional=dict(optional))


def _values(axis: Axis, file: GuidelineFile) -> st.SearchStrategy[Any]:
    known = axis.chosen(axis.known)
    meaning = file.inputs.get(axis.name)
    places = meaning.decimals if meaning is not None and meaning.decimals is not None else 2
    choices = [
        _between(each, places)
        if each.kind is Kind.GAP and axis.type == NUMBER
        else st.just(each.value)
        for each in known
    ]
    return st.one_of(choices).map(lambda value: as_given(file, axis.name, value))


def _between(part: Part, places: int) -> st.SearchStrategy[Any]:
    """Return numbers strictly between the ends of a gap; beyond the last cut they stay near."""
    rank = SCALES[NUMBER].rank
    middle = rank(part.value)
    low = rank(part.low) if part.low is not None else middle - 100
    high = rank(part.high) if part.high is not None else middle + 100
    numbers = st.decimals(
        Decimal(number_of(middle)) if low == high else _decimal(low),
        _decimal(high),
        places=places,
    ).filter(lambda value: low < value < high)
    return st.one_of(st.just(part.value), numbers)


def _decimal(rank: Any) -> Decimal:
    return Decimal(rank.numerator) / Decimal(rank.denominator)
