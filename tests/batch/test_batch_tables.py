"""Columns agree with one by one: random tables, random rows, several block sizes."""

from __future__ import annotations

import pytest

pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

from batch_tables import (
    batches,
    columns_rows,
    expected_rows,
    given_rows,
    kernel_for,
    tables,
)
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_columns_agree_with_one_by_one(data: st.DataObject) -> None:
    table = data.draw(tables())
    model = table.model
    batch = data.draw(batches(table.types))
    kernel = kernel_for(model, batch.schema)
    expected = expected_rows(model, kernel, given_rows(batch))
    assert columns_rows(kernel, batch) == expected
    kernel.block = data.draw(st.sampled_from((1, 2, 1000)))
    assert columns_rows(kernel, batch) == expected


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_large_tables_agree(data: st.DataObject) -> None:
    """From two dozen rules on, cells are boxes."""
    table = data.draw(tables(max_rules=40))
    model = table.model
    batch = data.draw(batches(table.types))
    kernel = kernel_for(model, batch.schema)
    assert columns_rows(kernel, batch) == expected_rows(model, kernel, given_rows(batch))
