"""The system's clock as FEEL sees it: the only place that asks what time it is."""

from __future__ import annotations

import time

from guidewright.feel.temporal import DateTime
from guidewright.feel.temporal.durations import NANOSECONDS

_DAY_NANOSECONDS = 86_400 * NANOSECONDS


def system_clock() -> DateTime:
    """Return the present instant, in UTC."""
    ordinal, nanosecond = divmod(time.time_ns(), _DAY_NANOSECONDS)
    return DateTime(ordinal, nanosecond, 0)
