"""Cohorts: a guideline or a DMN model over the rows of a table, as Arrow columns.

In: Parquet files or Arrow data with a column for each input. Out: the outcomes as columns, exactly
those that one patient at a time would get (docs/batch.md). `run` does it on this machine, `spark`
on a cluster, `plan` says how it will be done.
"""

from __future__ import annotations

try:
    import numpy as _numpy
    import pyarrow as _pyarrow
except ImportError as missing:
    raise ImportError(
        f"{missing.name} is needed to run cohorts: pip install guidewright[batch]",
        name=missing.name,
    ) from None

from guidewright.batch.api import Input, plan, run, stream
from guidewright.batch.explaining import PlanLine
from guidewright.batch.local import Report
from guidewright.batch.values import Numbers

__all__ = ["Input", "Numbers", "PlanLine", "Report", "plan", "run", "stream"]
_ = _numpy, _pyarrow
