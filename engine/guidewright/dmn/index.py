"""Find the rules of a large table that can match, without trying each: bit masks per column.

In: the boxes of a table, column by column. Out: for input values, the indexes of the rules that
match. A column is cut at every bound of its cells; each piece has a mask of the rules it satisfies,
and the masks of all columns are joined by `and`. Where the masks would take too much memory,
neighbours share one and candidates are verified. The index only skips rules that the plain
evaluation would reject; order and hit policy are decided as without it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Any, TypeVar

from guidewright.dmn.cells import ANYTHING, Box, Number
from guidewright.feel.types import NUMBER, Type

MIN_RULES = 24  # below, generated conditions are faster
# Bytes of masks in one column; above, neighbours share a mask. A table may have a byte a rule for
# each of 125 masks, as the masks of a few values are worth having however many rules there are.
MAX_BYTES = 1_000_000
MAX_BYTES_PER_RULE = 125

_T = TypeVar("_T")
Check = Callable[[Any, int], bool]  # (runtime, rule) -> do its general cells hold?


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Masks by pieces of the number line: below a cut, on it, above it.

    `cuts` are exact. `floats` orders them for a quick search; a value that meets a float is
    compared with the exact cut. `group` neighbouring pieces share one mask.
    """

    cuts: tuple[Number, ...]
    floats: tuple[float, ...] | None
    masks: tuple[int, ...]
    null: int
    group: int

    def mask(self, value: Any) -> int:
        """Return the rules that a value may satisfy."""
        if value is None:
            return self.null
        return self.masks[self._piece(value) // self.group]

    def _piece(self, value: Number) -> int:
        cuts = self.cuts
        if self.floats is None:
            place = bisect_left(cuts, value)
        else:
            near = float(value)
            place = bisect_left(self.floats, near)
            if place < len(cuts) and self.floats[place] == near and cuts[place] < value:
                place += 1
        return 2 * place + (1 if place < len(cuts) and cuts[place] == value else 0)


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """Masks by value, for texts and booleans; `other` holds for a value that no cell names.

    `group` values share one mask.
    """

    masks: dict[Any, int]
    other: int
    group: int

    def mask(self, value: Any) -> int:
        """Return the rules that a value satisfies."""
        return self.masks.get(value, self.other)


Column = NumberColumn | ValueColumn


@dataclass(frozen=True, slots=True, eq=False)
class TableIndex:
    """The columns of a table as masks; `rows` holds the boxes, None for a cell that is code."""

    columns: tuple[Column, ...]
    positions: tuple[int, ...]  # which input each column belongs to
    rows: tuple[tuple[Box | None, ...], ...]
    exact: bool
    general: bool  # whether some cells are code, and have to be checked

    def candidates(self, values: Sequence[Any]) -> int:
        """Return the mask of the rules that may match."""
        mask = (1 << len(self.rows)) - 1
        for column, position in zip(self.columns, self.positions, strict=True):
            mask &= column.mask(values[position])
            if not mask:
                return 0
        return mask

    def all_matches(self, rt: Any, values: Sequence[Any], check: Check | None) -> list[int]:
        """Return the rules that match, in order."""
        return [
            rule
            for rule in bits(self.candidates(values))
            if self._holds(rule, values) and (check is None or check(rt, rule))
        ]

    def first_match(self, rt: Any, values: Sequence[Any], check: Check | None) -> Sequence[int]:
        """Return the first rule that matches, alone; or nothing."""
        for rule in bits(self.candidates(values)):
            if self._holds(rule, values) and (check is None or check(rt, rule)):
                return (rule,)
        return ()

    def _holds(self, rule: int, values: Sequence[Any]) -> bool:
        if self.exact:
            return True
        return all(
            box is None or box.test(value) is True
            for box, value in zip(self.rows[rule], values, strict=True)
        )


def bits(mask: int) -> Iterable[int]:
    """Yield the places of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def build_index(rows: Sequence[tuple[Box | None, ...]], types: Sequence[Type]) -> TableIndex | None:
    """Return the index of a table, or None when no column can be indexed."""
    columns: list[Column] = []
    positions: list[int] = []
    exact = True
    for position, of in enumerate(types):
        known = [box if (box := row[position]) is not None else ANYTHING for row in rows]
        if all(box == ANYTHING for box in {id(box): box for box in known}.values()):
            continue  # nothing to ask, or all of it is code
        column = number_column(known) if of == NUMBER else value_column(known)
        exact = exact and column.group == 1
        columns.append(column)
        positions.append(position)
    if not columns:
        return None
    general = any(box is None for row in rows for box in row)
    return TableIndex(tuple(columns), tuple(positions), tuple(rows), exact, general)


Rules = Sequence[tuple[Box, list[int]]]  # the rules of each box, in order


def value_column(boxes: Sequence[Box]) -> ValueColumn:
    """Return the masks of a column of texts or booleans."""
    size = len(boxes)
    rules = _rules_by_box(boxes)
    negated = _mask(chain.from_iterable(its for box, its in rules if box.negated), size)
    named: dict[Any, list[int]] = {None: []}  # by value, the rules whose cells name it
    for box, its_rules in rules:
        for point in dict.fromkeys(box.points):
            named.setdefault(point, []).extend(its_rules)
    group = _group(len(named), size)
    masks: dict[Any, int] = {}
    for together in _batches(named.items(), group):
        # a value that a cell names satisfies it, unless the cell is negated
        mask = 0
        for _, its_rules in together:
            mask |= negated ^ _mask(its_rules, size)
        masks.update((value, mask) for value, _ in together)
    return ValueColumn(masks, negated, group)


def number_column(boxes: Sequence[Box]) -> NumberColumn:
    """Return the masks of a column of numbers."""
    rules = _rules_by_box(boxes)
    bounds = {point for box, _ in rules for point in box.points if point is not None}
    for box, _ in rules:
        for span in box.spans:
            bounds.update(each for each in (span.low, span.high) if each is not None)
    cuts = tuple(sorted(bounds))
    group = _group(2 * len(cuts) + 1, len(boxes))
    masks = _swept(rules, cuts, len(boxes), group)
    null = _mask(
        chain.from_iterable(its for box, its in rules if box.test(None) is True), len(boxes)
    )
    return NumberColumn(cuts, _floats(cuts), tuple(masks), null, group)


def _rules_by_box(boxes: Sequence[Box]) -> Rules:
    """Return each box with its rules; cells of the same text share a box, so its id will do."""
    found: dict[int, tuple[Box, list[int]]] = {}
    for rule, box in enumerate(boxes):
        its = found.get(id(box))
        if its is None:
            found[id(box)] = (box, [rule])
        else:
            its[1].append(rule)
    return list(found.values())


def _group(masks: int, rules: int) -> int:
    """Return how many of so many masks have to be joined, to take no more memory than allowed."""
    group = 1
    while masks * (rules // 8 + 1) // group > max(MAX_BYTES, MAX_BYTES_PER_RULE * rules):
        group *= 2
    return group


def _mask(rules: Iterable[int], size: int) -> int:
    """Return the mask of rules, none of which stands in it twice."""
    octets = bytearray(size // 8 + 1)
    for rule in rules:
        octets[rule >> 3] |= 1 << (rule & 7)
    return int.from_bytes(octets, "little")


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield so many items at a time."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _floats(cuts: Sequence[Number]) -> tuple[float, ...] | None:
    """Return the cuts as floats, if these are as different as the cuts."""
    floats = tuple(map(float, cuts))
    distinct = all(one < other for one, other in pairwise(floats))
    finite = all(abs(each) < float("inf") for each in floats)
    return floats if distinct and finite else None


def _swept(rules: Rules, cuts: Sequence[Number], size: int, group: int) -> list[int]:
    """Return the mask of every `group` pieces: `2 i` lies below cut i, `2 i + 1` is the cut."""
    place = {cut: index for index, cut in enumerate(cuts)}
    pieces = 2 * len(cuts) + 1
    toggles: dict[int, list[list[int]]] = {}
    for box, its_rules in rules:
        for first, last in _runs(box, place, pieces):
            toggles.setdefault(first, []).append(its_rules)
            toggles.setdefault(last, []).append(its_rules)
    current = _mask(chain.from_iterable(its for box, its in rules if box.negated), size)
    masks = []
    for start in range(0, pieces, group):
        joined = 0
        for piece in range(start, min(start + group, pieces)):
            for toggled in toggles.get(piece, ()):
                current ^= _mask(toggled, size) if len(toggled) > 1 else 1 << toggled[0]
            joined |= current
        masks.append(joined)
    return masks


def _runs(box: Box, place: dict[Any, int], pieces: int) -> list[tuple[int, int]]:
    """Return the pieces a box names, as runs `first .. last` without the last, merged."""
    runs = [
        (2 * place[point] + 1, 2 * place[point] + 2) for point in box.points if point is not None
    ]
    for span in box.spans:
        first = 0
        if span.low is not None:
            first = 2 * place[span.low] + (1 if span.low_included else 2)
        last = pieces
        if span.high is not None:
            last = 2 * place[span.high] + (2 if span.high_included else 1)
        if first < last:
            runs.append((first, last))
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
