"""What an evaluation gives back: a value, why parts of it are null, and how it came about.

In: what the run produced. Out: an immutable record for the caller.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from guidewright.errors import Note

T = TypeVar("T")


class Result(NamedTuple, Generic[T]):
    """`value` is a FEEL value (`None` is null); `trace` is there when it was asked for.

    Numbers are `int` or `decimal.Decimal`, contexts `dict`, lists `list`; they are not to be
    changed. `notes` tell, with places, why something is null. (A named tuple, because it is made
    for every call: a frozen data class takes three times as long.)
    """

    value: Any
    notes: tuple[Note, ...] = ()
    trace: T | None = None
