"""Large decision tables for measuring proofs, made as in the literature.

Calvanese et al. (Information Systems 78, 2018) turned decision trees trained on loan data into
tables, one rule a leaf: complete and without overlaps. Then they spoilt a tenth of the rules: for
overlaps one cell becomes `-`, for gaps one cell becomes narrower. Here the trees are random: every
inner node splits one column, at a threshold or by a set of values. Columns alternate: two of three
are numbers, one has a few values. In: sizes, a seed. Out: cells as FEEL text.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

VALUES = 6  # of a column that has few
LARGEST = 1000
Side = tuple[int, int] | tuple[str, ...]


@dataclass(frozen=True)
class LargeTable:
    """`values[c]` lists the values of column c, or is None for numbers in [0..1000]."""

    values: tuple[tuple[str, ...] | None, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass
class _Leaf:
    """Per column a pair of whole numbers (from, to; to is not included), or a set of values."""

    sides: list[Side]


def large_table(
    rules: int, columns: int, *, wider: float = 0, narrower: float = 0, seed: int = 1
) -> LargeTable:
    """Return a table with `rules` rules, a part of which is made wider, another narrower."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible table, not a secret
    values = tuple(
        tuple(f"v{number}" for number in range(VALUES)) if column % 3 == 2 else None
        for column in range(columns)
    )
    leaves = [_Leaf([(0, LARGEST) if each is None else each for each in values])]
    while len(leaves) < rules:
        # a random leaf, so that depths vary as those of trained trees do
        place = chance.randrange(len(leaves))
        both = _split(leaves[place], chance)
        if both is not None:
            leaves[place] = both[0]
            leaves.append(both[1])
    chance.shuffle(leaves)
    whole = _Leaf([(0, LARGEST) if each is None else each for each in values])
    order = chance.sample(range(rules), rules)
    for place in order[: int(rules * wider)]:
        _widen(leaves[place], whole, chance)
    for place in order[int(rules * wider) :][: int(rules * narrower)]:
        _narrow(leaves[place], whole, chance)
    return LargeTable(
        values,
        tuple(
            tuple(_cell(*each) for each in zip(leaf.sides, whole.sides, strict=True))
            for leaf in leaves
        ),
    )


def _split(leaf: _Leaf, chance: random.Random) -> tuple[_Leaf, _Leaf] | None:
    column = chance.randrange(len(leaf.sides))
    side = leaf.sides[column]
    if isinstance(side[0], str):
        if len(side) < 2:
            return None
        mixed = list(side)
        chance.shuffle(mixed)
        at = chance.randrange(1, len(mixed))
        parts = tuple(sorted(mixed[:at])), tuple(sorted(mixed[at:]))
    else:
        low, high = side
        if high - low < 2:
            return None
        at = chance.randrange(low + 1, high)
        parts = (low, at), (at, high)
    return tuple(_Leaf([*leaf.sides[:column], part, *leaf.sides[column + 1 :]]) for part in parts)


def _constrained(leaf: _Leaf, whole: _Leaf) -> list[int]:
    return [
        column
        for column, (side, full) in enumerate(zip(leaf.sides, whole.sides, strict=True))
        if side != full
    ]


def _widen(leaf: _Leaf, whole: _Leaf, chance: random.Random) -> None:
    columns = _constrained(leaf, whole)
    if columns:
        column = chance.choice(columns)
        leaf.sides[column] = whole.sides[column]


def _narrow(leaf: _Leaf, whole: _Leaf, chance: random.Random) -> None:
    columns = _constrained(leaf, whole)
    if not columns:
        return
    column = chance.choice(columns)
    side = leaf.sides[column]
    if isinstance(side[0], str):
        if len(side) > 1:
            leaf.sides[column] = side[:-1]
    elif side[1] - side[0] > 1:
        leaf.sides[column] = (side[0], (side[0] + side[1] + 1) // 2)


def _cell(side: Side, full: Side) -> str:
    if side == full:
        return "-"
    if isinstance(side[0], str):
        return ", ".join(f'"{value}"' for value in side)
    low, high = side
    return f"[{low}..{high}{']' if high == full[1] else ')'}"
