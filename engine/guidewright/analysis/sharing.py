"""What the checks of one run share: worked out once for a guideline, and forgotten afterwards.

In: a function of a guideline. Out: the same, which remembers what it gave. A run begins with
nothing remembered: an encoding that has been asked before could choose another witness.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from guidewright.guideline.guide import Guideline

T = TypeVar("T")
GUIDELINES = 2  # kept at a time: two versions are compared
_SHARED: list[Any] = []


def shared(make: Callable[[Guideline], T]) -> Callable[[Guideline], T]:
    """Let a function be computed once for a guideline, for all checks of one run."""
    remembered = lru_cache(maxsize=GUIDELINES)(make)
    _SHARED.append(remembered)
    return remembered


def forget() -> None:
    """Begin anew: what was worked out for earlier runs is forgotten."""
    for each in _SHARED:
        each.cache_clear()
