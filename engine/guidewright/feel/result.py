"""What an evaluation gives back: a value, why parts of it are null, and how it came about.

In: what the run produced. Out: an immutable record for the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from guidewright.errors import Note

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """`value` is a FEEL value (`None` is null); `trace` is there when it was asked for.

    Numbers are `int` or `decimal.Decimal`, contexts `dict`, lists `list`; they are not to be
    changed. `notes` tell, with places, why something is null.
    """

    value: Any
    notes: tuple[Note, ...] = ()
    trace: T | None = None
