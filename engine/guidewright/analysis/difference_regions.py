"""Where at all two versions of decisions can differ: a few boxes around what was changed.

In: two versions and their common axes. Out: disjoint boxes outside of which the decisions are
surely equal, because no rule matches there that only one version has, and all else is alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from guidewright.analysis.difference_axes import Space
from guidewright.analysis.difference_cells import TableCells, each_bit
from guidewright.analysis.difference_rules import Shared
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.regions import Box, whole, without

MOST_BOXES = 1_000  # of changed rules; beyond, the whole space is searched
MOST_PIECES = 5_000


class Regions:
    """Finds the boxes, decision by decision from the inputs on."""

    def __init__(
        self,
        versions: tuple[Version, Version],
        space: Space,
        shared: Callable[[str], Shared],
        cells: Callable[[int, str], TableCells],
    ) -> None:
        self._versions = versions
        self._space = space
        self._shared = shared
        self._cells = cells
        self._known: dict[str, list[Box] | None] = {}

    def of(self, goals: Sequence[str]) -> list[Box]:
        """Return disjoint boxes outside of which all these decisions are equal."""
        boxes: list[Box] = []
        for goal in goals:
            where = self._where(goal)
            if where is None:
                return [whole(self._space.axes)]
            boxes.extend(where)
        found = _disjoint(list(dict.fromkeys(boxes)))
        return found if found is not None else [whole(self._space.axes)]

    def _where(self, name: str) -> list[Box] | None:
        """Return boxes outside of which an input or decision is equal; None when anywhere."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> list[Box] | None:
        if name in self._space.place:
            return self._input(self._space.place[name])
        if not all(name in each.names for each in self._versions):
            return None
        nodes = [each.node(name) for each in self._versions]
        needs = dict.fromkeys((*nodes[0].needs, *nodes[1].needs))
        if nodes[0].fingerprint == nodes[1].fingerprint:
            return self._together(list(needs), [])
        if any(each.table is None for each in nodes):
            return None
        shared = self._shared(name)
        if not shared.framed:
            return None
        rules = zip((0, 1), shared.changed, strict=True)
        own = [
            box
            for version, bits in rules
            for rule in each_bit(bits)
            for box in self._cells(version, name).may_box(rule)
        ]
        return self._together([each for each in needs if each in shared.needs], own)

    def _together(self, needs: Sequence[str], own: list[Box]) -> list[Box] | None:
        found = list(own)
        for each in needs:
            where = self._where(each)
            if where is None:
                return None
            found.extend(where)
        return found if len(found) <= MOST_BOXES else None

    def _input(self, axis: int) -> list[Box]:
        """Return where the versions read an input differently."""
        name = self._space.axes[axis].name
        if not all(name in each.inputs for each in self._versions):
            return []  # whoever looks at it has other needs in the other version
        before, after = self._space.views[0][axis], self._space.views[1][axis]
        pairs = enumerate(zip(before, after, strict=True))
        mask = sum(1 << place for place, (a, b) in pairs if not (a is b or a == b))
        everything = whole(self._space.axes)
        return [(*everything[:axis], mask, *everything[axis + 1 :])] if mask else []


def _disjoint(boxes: Sequence[Box]) -> list[Box] | None:
    """Return boxes that cover the same and do not meet; None when they become too many."""
    if len(boxes) > MOST_BOXES:
        return None
    found: list[Box] = []
    for box in boxes:
        pieces = [box]
        for other in found:
            pieces = [part for piece in pieces for part in without(piece, other)]
        found.extend(pieces)
        if len(found) > MOST_PIECES:
            return None
    return found
