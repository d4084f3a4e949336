"""For which patients two versions of a decision differ: exact boxes of the common input space.

In: two versions and their common axes. Out: for a list of decisions, the boxes where one of them
differs, and those where it could not be told. All else is proved equal, in this way:

- Equal logic on equal values gives equal values, whatever they are (congruence). So only what was
  changed, and what rests on it, is ever looked into.
- Where only rules can match that both versions of a table have, the table is equal.
- Else the box is split, along the cell that leaves something open, until the rules that match are
  the same for all its patients; then the engine computes the two values for one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from guidewright.analysis.axes import Kind
from guidewright.analysis.cell_tests import ANY_VALUE
from guidewright.analysis.difference_axes import Space
from guidewright.analysis.difference_cells import (
    Bits,
    Known,
    Matches,
    Open,
    TableCells,
    Value,
    each_bit,
)
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_regions import Regions
from guidewright.analysis.difference_rules import Shared, shared_rules
from guidewright.analysis.difference_versions import Node, Table, Version
from guidewright.analysis.regions import Box
from guidewright.dmn.model import HitPolicy

NODES = 20_000  # boxes looked at for one question; what is left then is told as unknown


@dataclass(frozen=True, slots=True)
class Same:
    """Both versions give all patients of the box the same value."""


@dataclass(frozen=True, slots=True)
class Label:
    """How a value changed; `partly` means: at least these entries of a list.

    `keys` tells two labels apart; `before` and `after` are FEEL values, for a list those entries
    that only one version gives.
    """

    goal: str
    keys: Any
    before: Any = field(compare=False)
    after: Any = field(compare=False)
    partly: bool = False


Pair = Same | Label | Open
SAME = Same()


@dataclass(slots=True)
class Found:
    """Disjoint boxes: where a difference is, and where it could not be told, with the reason."""

    differ: list[tuple[Box, Label]] = field(default_factory=list)
    unknown: list[tuple[Box, str]] = field(default_factory=list)
    boxes: int = 0


class Search:
    """Compares decisions of two versions; what was found out about a box is kept."""

    def __init__(self, versions: tuple[Version, Version], space: Space) -> None:
        self.versions = versions
        self.space = space
        self._cells: dict[tuple[int, str], TableCells] = {}
        self._axes: dict[str, tuple[int, ...]] = {}
        self._values: dict[Any, Value] = {}
        self._pairs: dict[Any, Pair] = {}
        self._computed: dict[Any, Any] = {}
        self._shared: dict[str, Shared] = {}
        self._shares: dict[tuple[int, int], Fraction] = {}

    # the search ---------------------------------------------------------------------------------

    def differences(
        self, goals: Sequence[str], limit: int = NODES, *, first: bool = False
    ) -> Found:
        """Return the boxes in which at least one of the decisions differs.

        After `limit` boxes, what is left undecided is unknown. With `first`, one box is enough.
        """
        found = Found()
        todo = Regions(self.versions, self.space, self.shared, self._cells_of).of(goals)
        while todo:
            box = todo.pop()
            found.boxes += 1
            answer = self._any(goals, box)
            if isinstance(answer, Label):
                found.differ.append((box, answer))
                if first:
                    return found
            elif isinstance(answer, Open):
                if answer.axis is None or found.boxes > limit:
                    why = answer.why or f"more than {limit} cases to look at"
                    found.unknown.append((box, why))
                else:
                    todo.extend(split(box, answer.axis, answer.mask))
        return found

    def share(self, box: Box) -> Fraction:
        """Return the part of the space of known values that a box takes up."""
        found = Fraction(1)
        for place, mask in enumerate(box):
            key = (place, mask)
            if key not in self._shares:
                self._shares[key] = self.space.axes[place].share(mask)
            if self._shares[key] != 1:
                found *= self._shares[key]
        return found

    def _any(self, goals: Sequence[str], box: Box) -> Pair:
        blocked: Open | None = None
        for goal in goals:
            answer = self.pair(goal, box)
            if isinstance(answer, Label):
                return answer
            if isinstance(answer, Open) and (blocked is None or blocked.axis is None):
                blocked = answer
        return blocked or SAME

    def pair(self, name: str, box: Box) -> Pair:
        """Compare one input or decision of both versions for the patients of a box."""
        key = (name, *(box[each] for each in self.axes_of(name)))
        if key not in self._pairs:
            self._pairs[key] = self._compare(name, box)
        return self._pairs[key]

    def axes_of(self, name: str) -> tuple[int, ...]:
        """Return the axes that an input or a decision rests on in either version."""
        if name in self.space.place:
            return (self.space.place[name],)
        if name not in self._axes:
            cones = [each.cone(name) for each in self.versions if name in each.names]
            found = {
                self.space.place[each] for cone in cones for each in cone & set(self.space.place)
            }
            self._axes[name] = tuple(sorted(found))
        return self._axes[name]

    def _compare(self, name: str, box: Box) -> Pair:
        if name in self.space.place:
            return self._compare_input(self.space.place[name], box)
        before, after = self.versions
        if name not in before.names or name not in after.names:
            return Label(name, "exists", name in before.names, name in after.names)
        nodes = before.node(name), after.node(name)
        needs = list(dict.fromkeys((*nodes[0].needs, *nodes[1].needs)))
        pairs = {each: self.pair(each, box) for each in needs if self._in_both(each)}
        blocked = next((each for each in pairs.values() if isinstance(each, Open)), None)
        equal = len(pairs) == len(needs) and all(each is SAME for each in pairs.values())
        if equal and nodes[0].fingerprint == nodes[1].fingerprint:
            return SAME
        if blocked is not None and blocked.axis is not None:
            return blocked
        if nodes[0].table is not None and nodes[1].table is not None:
            common = {each for each in needs if pairs.get(each) is SAME}
            return self._compare_tables(name, box, nodes[0].table, nodes[1].table, common)
        return self._compare_values(name, box)

    def _in_both(self, name: str) -> bool:
        return name in self.space.place or all(name in each.names for each in self.versions)

    def _compare_input(self, axis: int, box: Box) -> Pair:
        name = self.space.axes[axis].name
        if not all(name in each.inputs for each in self.versions):
            return SAME  # whoever looks at it has other needs in the other version
        before, after = self.space.views[0][axis], self.space.views[1][axis]
        pairs = enumerate(zip(before, after, strict=True))
        same = sum(1 << place for place, (one, other) in pairs if one is other or one == other)
        if box[axis] & same == box[axis]:
            return SAME
        if box[axis] & same:
            return Open(axis, box[axis] & same)
        place = each_bit(box[axis])[0]
        return Label(name, "read", before[place], after[place])

    def _compare_values(self, name: str, box: Box) -> Pair:
        before, after = self.value(0, name, box), self.value(1, name, box)
        if isinstance(before, Open):
            return after if before.axis is None and isinstance(after, Open) else before
        if isinstance(after, Open):
            return after
        return _label(name, before.value, after.value)

    def _compare_tables(
        self, name: str, box: Box, before: Table, after: Table, common: set[str]
    ) -> Pair:
        shared = self.shared(name)
        both = [self._matches(version, name, box) for version in (0, 1)]
        if all(isinstance(each, Matches) and not each.refused for each in both):
            one, other = both
            assert isinstance(one, Matches)  # noqa: S101 - just asked
            assert isinstance(other, Matches)  # noqa: S101 - just asked
            if shared.framed and shared.needs <= common:
                answer = self._compare_rules(name, box, shared, (one, other))
                if answer is not None:
                    return answer
            if shared.listable:
                listed = _listed(name, before, after, one, other)
                if listed is not None:
                    return listed
        return self._compare_values(name, box)

    def _compare_rules(
        self, name: str, box: Box, shared: Shared, both: tuple[Matches, Matches]
    ) -> Pair | None:
        """Say that only common rules can match, or where to split for a changed one."""
        changed = [each.alive & rules for each, rules in zip(both, shared.changed, strict=True)]
        if not any(changed):
            return SAME
        for version, (matches, rules) in enumerate(zip(both, changed, strict=True)):
            undecided = rules & ~matches.certain
            if undecided:
                split = self._cell_open(version, name, box, each_bit(undecided)[0])
                if split.axis is not None:
                    return split
        return None

    def shared(self, name: str) -> Shared:
        """Return what both versions of a table have."""
        if name not in self._shared:
            self._shared[name] = shared_rules(*(each.node(name) for each in self.versions))
        return self._shared[name]

    # values of one version ----------------------------------------------------------------------

    def value(self, version: int, name: str, box: Box) -> Value:
        """Return the value of an input or decision for all patients of a box, if it is one."""
        key = (version, name, *(box[each] for each in self.axes_of(name)))
        if key not in self._values:
            self._values[key] = self._value(version, name, box)
        return self._values[key]

    def _value(self, version: int, name: str, box: Box) -> Value:
        if name in self.space.place:
            return self._input(version, self.space.place[name], box)
        node = self.versions[version].node(name)
        if node.unsteady:
            return Open(None, why=f"{name!r} depends on the time of the call")
        if node.table is None:
            return self._expression(version, node, box)
        return self._table(version, node, node.table, box)

    def _input(self, version: int, axis: int, box: Box) -> Value:
        mask = box[axis]
        places = each_bit(mask)
        parts = self.space.axes[axis].parts
        name = self.space.axes[axis].name
        if len(places) > 1:
            unseen = self.space.axes[axis].mask(Kind.UNSEEN) & mask
            half = sum(1 << each for each in places[: len(places) // 2])
            return Open(axis, unseen or half)
        if parts[places[0]].kind is Kind.UNSEEN:
            return Open(None, why=f"values of {name!r} besides those tried")
        value = self.space.views[version][axis][places[0]]
        return Known(value, self.space.is_point(axis, places[0]) or value is None)

    def _expression(self, version: int, node: Node, box: Box) -> Value:
        arguments = []
        for name in node.needs:
            value = self._needed(version, node, name, box)
            if isinstance(value, Open):
                return value
            arguments.append(value.value)
        return Known(self._computed_value(version, node, (), arguments))

    def _needed(self, version: int, node: Node, name: str, box: Box) -> Value:
        """Return the value of a requirement that an expression computes with."""
        value = self.value(version, name, box)
        blurred = self.space.blurred[version].get(node.name, frozenset())
        if isinstance(value, Known) and not value.exact and name in blurred:
            return Open(None, why=f"{node.name!r} computes with {name!r}")
        return value

    def _computed_value(self, version: int, node: Node, rules: Any, arguments: list[Any]) -> Any:
        key = (version, node.name, rules, tuple(map(value_key, arguments)))
        if key not in self._computed:
            self._computed[key] = self.versions[version].value(node.name, arguments)
        return self._computed[key]

    def _table(self, version: int, node: Node, table: Table, box: Box) -> Value:
        matches = self._matches(version, node.name, box)
        if isinstance(matches, Open):
            return matches
        if matches.refused:
            return Known(None)
        hits = _decided(table, matches)
        if hits is None:
            first = each_bit(matches.alive & ~matches.certain)[0]
            return self._cell_open(version, node.name, box, first)
        return self._answer(version, node, table, box, hits)

    def _answer(self, version: int, node: Node, table: Table, box: Box, hits: Bits) -> Value:
        """Return the value when the rules that match are known, computed by the engine."""
        rows = each_bit(hits) or ([len(table.rows)] if table.has_default else [])
        used = {name for row in rows for name in table.uses[row]}
        key = (version, node.name, hits)
        if not used and key in self._computed:
            return Known(self._computed[key])
        arguments = []
        for name in node.needs:
            value = self._needed(version, node, name, box) if name in used else None
            if isinstance(value, Open):
                return value
            known = value.value if value is not None else self._someone(version, name, box)
            arguments.append(known)
        if used:
            return Known(self._computed_value(version, node, hits, arguments))
        self._computed[key] = self.versions[version].value(node.name, arguments)
        return Known(self._computed[key])

    def _someone(self, version: int, name: str, box: Box) -> Any:
        """Return the value of a requirement for some patient of a box; null when none is known."""
        if name in self.space.place:
            axis = self.space.place[name]
            seen = box[axis] & ~self.space.axes[axis].mask(Kind.UNSEEN)
            return self.space.views[version][axis][each_bit(seen)[0]] if seen else None
        value = self.value(version, name, box)
        return value.value if isinstance(value, Known) else None

    # tables -------------------------------------------------------------------------------------

    def cells(
        self, version: int, name: str, box: Box, rule: int
    ) -> Iterator[tuple[int, bool | Open]]:
        """Yield the truth of each cell of a rule that says something, or what to split for it."""
        table = self._cells_of(version, name)
        values = self._column_values(version, name, box)
        for column, test in enumerate(table.table.tests[rule]):
            if test is not ANY_VALUE:
                yield column, table.truth(box, values, rule, column)

    def _cells_of(self, version: int, name: str) -> TableCells:
        key = (version, name)
        if key not in self._cells:
            table = self.versions[version].node(name).table
            assert table is not None  # noqa: S101 - asked by the callers
            self._cells[key] = TableCells(table, self.space, version)
        return self._cells[key]

    def _column_values(self, version: int, name: str, box: Box) -> dict[int, Value]:
        cells = self._cells_of(version, name)
        node = self.versions[version].node(name)
        return {
            place: self._column(version, node, place, box)
            for place in range(len(cells.table.columns))
            if cells.axis_of(place) is None
        }

    def _column(self, version: int, node: Node, place: int, box: Box) -> Value:
        assert node.table is not None  # noqa: S101 - asked by the callers
        column = node.table.columns[place]
        if column.name is not None:
            return self.value(version, column.name, box)
        arguments: dict[str, Any] = dict.fromkeys(node.needs)
        for name in column.uses:
            value = self._needed(version, node, name, box)
            if isinstance(value, Open):
                return value
            arguments[name] = value.value
        return Known(self.versions[version].column_value(node, column, list(arguments.values())))

    def _matches(self, version: int, name: str, box: Box) -> Matches | Open:
        values = self._column_values(version, name, box)
        return self._cells_of(version, name).matches(box, values)

    def _cell_open(self, version: int, name: str, box: Box, rule: int) -> Open:
        values = self._column_values(version, name, box)
        return self._cells_of(version, name).open_cell(box, values, rule)


def split(box: Box, axis: int, mask: int) -> tuple[Box, Box]:
    """Return the two parts of a box, inside a set of parts of an axis and outside."""
    inside, outside = box[axis] & mask, box[axis] & ~mask
    assert inside  # noqa: S101 - else the search would go round
    assert outside  # noqa: S101 - else the search would go round
    return ((*box[:axis], inside, *box[axis + 1 :]), (*box[:axis], outside, *box[axis + 1 :]))


def _decided(table: Table, matches: Matches) -> Bits | None:
    """Return the rules that decide the value when these are certain, else None."""
    if matches.alive == matches.certain:
        return matches.alive
    lowest = matches.alive & -matches.alive
    if table.table.hit_policy is HitPolicy.FIRST and lowest & matches.certain:
        return lowest
    return None


def _listed(name: str, before: Table, after: Table, one: Matches, other: Matches) -> Label | None:
    """Return the entries of a list that only one version gives, if that is certain already."""
    gone = _only(_outputs(before, one.certain), _outputs(after, other.alive))
    new = _only(_outputs(after, other.certain), _outputs(before, one.alive))
    if not gone and not new:
        return None
    keys = (tuple(gone), tuple(new))
    return Label(name, keys, list(gone.values()), list(new.values()), partly=True)


def _outputs(table: Table, rules: Bits) -> dict[Any, Any]:
    """Return the outputs of rules by key."""
    found = {}
    for rule in each_bit(rules):
        found[value_key(table.outputs[rule])] = table.outputs[rule]
    return found


def _only(these: dict[Any, Any], others: dict[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in these.items() if key not in others}


def _label(name: str, before: Any, after: Any) -> Pair:
    keys = value_key(before), value_key(after)
    if keys[0] == keys[1]:
        return SAME
    return Label(name, keys, before, after)
