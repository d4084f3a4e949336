"""Workloads W3 and W3b by hand: one bit mask of rules per column and piece of its values.

In: a wide table, and rows as dictionaries. Out: the output of the first rule that matches, or None.
Each column is looked up (`bisect` in exact bounds, or a dictionary), the masks of the columns are
joined by `and`, the lowest bit is the rule. It reads only the kinds of cells these tables have.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.tables import read_tables

_RANGE = re.compile(r"([\[(])([\d.]+)\.\.([\d.]+)([\])])")
_COMPARISON = re.compile(r"(<=?|>=?)\s*([\d.]+)")


def number_masks(cells: Sequence[str]) -> tuple[list[Decimal], list[int], int]:
    """Return the bounds of a column, the mask of each piece, and that of null.

    Piece `2 i` lies below bound `i`, piece `2 i + 1` is the bound itself.
    """
    ranges = [_range(cell) for cell in cells]
    bounds = sorted(
        {end for each in ranges if each for end in (each[0], each[2]) if end is not None}
    )
    place = {bound: index for index, bound in enumerate(bounds)}
    toggles = [0] * (2 * len(bounds) + 2)
    null = 0
    for rule, each in enumerate(ranges):
        bit = 1 << rule
        if each is None:
            null |= bit
            toggles[0] ^= bit
            continue
        low, low_included, high, high_included = each
        toggles[0 if low is None else 2 * place[low] + (1 if low_included else 2)] ^= bit
        if high is not None:
            toggles[2 * place[high] + (2 if high_included else 1)] ^= bit
    masks, current = [], 0
    for toggle in toggles[:-1]:
        current ^= toggle
        masks.append(current)
    return bounds, masks, null


def _range(cell: str) -> tuple[Decimal | None, bool, Decimal | None, bool] | None:
    """Return low, included, high, included; None for a cell that asks nothing."""
    if cell == "-":
        return None
    if found := _RANGE.fullmatch(cell):
        opening, low, high, closing = found.groups()
        return Decimal(low), opening == "[", Decimal(high), closing == "]"
    found = _COMPARISON.fullmatch(cell)
    if found is None:
        raise ValueError(f"cell {cell!r} is of no kind that this table has")
    sign, bound = found[1], Decimal(found[2])
    if sign.startswith("<"):
        return None, False, bound, "=" in sign
    return bound, "=" in sign, None, False


def value_masks(cells: Sequence[str]) -> tuple[dict[str | None, int], int]:
    """Return the mask of each text that is named, and that of all others."""
    masks: dict[str | None, int] = {}
    other = 0
    for rule, cell in enumerate(cells):
        if cell == "-":
            other |= 1 << rule
            continue
        for text in cell.split(","):
            name = text.strip().strip('"')
            masks[name] = masks.get(name, 0) | 1 << rule
    return {name: mask | other for name, mask in masks.items()}, other


def first_rule(path: Path) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """Return a function from a row to the output of the first rule that matches."""
    (table,) = read_tables(path)
    numbers, values = [], []
    for column, name in enumerate(table.inputs):
        cells = [row[column] for row in table.cells]
        if table.types[column] == "number":
            numbers.append((name, *number_masks(cells)))
        else:
            values.append((name, *value_masks(cells)))
    results = [
        {
            name: text.strip('"') if text.startswith('"') else Decimal(text)
            for name, text in zip(table.outputs, row, strict=True)
        }
        for row in table.results
    ]
    everything = (1 << len(results)) - 1

    def find(row: Mapping[str, Any]) -> dict[str, Any] | None:
        mask = everything
        for name, named, other in values:
            mask &= named.get(row.get(name), other)
        for name, bounds, pieces, null in numbers:
            value = row.get(name)
            if value is None:
                mask &= null
            else:
                place = bisect_left(bounds, value)
                on_it = place < len(bounds) and bounds[place] == value
                mask &= pieces[2 * place + on_it]
        if not mask:
            return None
        return results[(mask & -mask).bit_length() - 1].copy()

    return find
