"""Find the order in which boxes are numbered: left to right, top to bottom, group by group.

In: boxes, arrows and groups. Out: the boxes in reading order. A box stands one row below the last
box that leads to it, or beside it; a group counts as one box, and is numbered inside in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow for the purpose of ordering: its end is to the right, or some rows further down."""

    source: str
    target: str
    beside: bool = False
    rows: int = 1


def reading_order(
    boxes: Sequence[str], links: Iterable[Link], places: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the boxes in reading order; `places` are the groups around each box, outer first.

    >>> links = [Link("ask", "stop", beside=True), Link("ask", "go"), Link("go", "ask")]
    >>> reading_order(["go", "stop", "ask"], links, {})
    ['go', 'ask', 'stop']
    >>> reading_order(["ask", "stop", "go"], links, {})
    ['ask', 'stop', 'go']
    """
    forward, columns = _walk(boxes, list(links))
    rows = _rows(boxes, forward)
    at = {box: (rows[box], columns[box]) for box in boxes}
    return order_by_place(boxes, at, places)


def order_by_place(
    boxes: Sequence[str], at: Mapping[str, tuple[int, int]], places: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the boxes in reading order when their rows and columns are known.

    >>> order_by_place(["a", "b", "c"], {"a": (1, 0), "b": (0, 1), "c": (0, 0)}, {})
    ['c', 'b', 'a']
    """
    return _sorted(list(boxes), at, places, 0)


def _walk(boxes: Sequence[str], links: list[Link]) -> tuple[list[Link], dict[str, int]]:
    """Walk from the first box on; return the arrows that lead onward, and the columns."""
    leaving: dict[str, list[Link]] = {box: [] for box in boxes}
    for one in sorted(links, key=lambda link: link.beside):
        if one.source in leaving and one.target in leaving and one.source != one.target:
            leaving[one.source].append(one)
    columns: dict[str, int] = {}
    forward: list[Link] = []
    finished: set[str] = set()
    for start in boxes:
        stack = [] if start in columns else [(start, iter(leaving[start]))]
        if stack:
            columns[start] = len(columns)
        while stack:
            box, ways = stack[-1]
            link = next(ways, None)
            if link is None:
                finished.add(box)
                stack.pop()
            elif link.target not in columns:
                forward.append(link)
                columns[link.target] = len(columns)
                stack.append((link.target, iter(leaving[link.target])))
            elif link.target in finished:
                forward.append(link)
    return forward, columns


def _rows(boxes: Sequence[str], forward: list[Link]) -> dict[str, int]:
    """Return the row of each box: below everything that leads to it (longest way)."""
    rows = dict.fromkeys(boxes, 0)
    for _ in boxes:
        changed = False
        for link in forward:
            least = rows[link.source] + (0 if link.beside else link.rows)
            if rows[link.target] < least:
                rows[link.target] = least
                changed = True
        if not changed:
            break
    return rows


def _sorted(
    boxes: list[str],
    at: Mapping[str, tuple[int, int]],
    places: Mapping[str, tuple[str, ...]],
    depth: int,
) -> list[str]:
    """Sort boxes and whole groups of one level by their first box, then inside each group."""
    units: dict[str, list[str]] = {}
    for box in boxes:
        around = places.get(box, ())
        unit = f"group {around[depth]}" if len(around) > depth else f"box {box}"
        units.setdefault(unit, []).append(box)
    ordered = sorted(units.values(), key=lambda unit: min(at[box] for box in unit))
    return [
        box
        for unit in ordered
        for box in (_sorted(unit, at, places, depth + 1) if len(unit) > 1 else unit)
    ]
