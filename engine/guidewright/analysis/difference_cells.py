"""Which rules of a table can match, and which certainly do, for the patients of a box.

In: a table, the common axes, and the values of those decisions that are known. Out: two bit sets
of rules. Rules are bits of one Python integer, so that a box costs one operation a column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidewright.analysis.axes import Kind
from guidewright.analysis.cell_tests import ANY_VALUE, CellTest
from guidewright.analysis.difference_axes import Space
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_versions import Table
from guidewright.analysis.regions import Box, whole

Bits = int


@dataclass(frozen=True, slots=True)
class Known:
    """A value that all patients of a box have.

    `exact` is false for the representative of many values: cells cannot tell them apart, but an
    expression may.
    """

    value: Any
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Open:
    """Not decided for a whole box: split `axis` by `mask`; without an axis, `why` it cannot be."""

    axis: int | None
    mask: int = 0
    why: str = ""


Value = Known | Open


@dataclass(frozen=True, slots=True)
class Matches:
    """Rules that may match, rules that do; `refused` when an input value makes the table null."""

    alive: Bits
    certain: Bits
    refused: bool = False


@dataclass(eq=False)
class TableCells:
    """The cells of a table over the axes of a space, as one version reads them."""

    table: Table
    space: Space
    version: int
    _leaf: dict[tuple[int, int], tuple[Bits, Bits]] = field(default_factory=dict)
    _value: dict[tuple[int, Any], tuple[Bits, Bits]] = field(default_factory=dict)
    _parts: dict[int, list[tuple[Bits, Bits]]] = field(default_factory=dict)
    _must: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def all(self) -> Bits:
        """All rules."""
        return (1 << len(self.table.rows)) - 1

    def axis_of(self, column: int) -> int | None:
        """Return the axis that a column looks at directly."""
        name = self.table.columns[column].name
        return self.space.place.get(name) if name is not None else None

    def matches(self, box: Box, values: Mapping[int, Value]) -> Matches | Open:
        """Return which rules match; `values` are those of the columns that are no input."""
        alive = certain = self.all
        for column in range(len(self.table.columns)):
            axis = self.axis_of(column)
            gated = self._gate(column, axis, box, values)
            if gated is not None:
                return gated
            if axis is not None:
                may, must = self._of_axis(column, axis, box[axis])
            else:
                may, must = self._of_value(column, values[column])
            alive &= may
            certain &= must
        return Matches(alive, certain)

    def truth(self, box: Box, values: Mapping[int, Value], rule: int, column: int) -> bool | Open:
        """Return whether a cell holds for all of a box or for none, else what to split."""
        axis = self.axis_of(column)
        if axis is None:
            value = values[column]
            if isinstance(value, Open):
                return value
            may, must = (bits >> rule & 1 for bits in self._of_value(column, value))
        else:
            may, must = (bits >> rule & 1 for bits in self._of_axis(column, axis, box[axis]))
        if may == must:
            return bool(must)
        if axis is not None and box[axis] & self._must_mask(column, axis, rule):
            return Open(axis, box[axis] & self._must_mask(column, axis, rule))
        return self._opaque(column, axis, box, self.table.tests[rule][column])

    def may_box(self, rule: int) -> Iterator[Box]:
        """Yield the box outside of which a rule cannot match; nothing for one that never can."""
        box = list(whole(self.space.axes))
        for column in range(len(self.table.columns)):
            axis = self.axis_of(column)
            if axis is None or self.table.tests[rule][column] is ANY_VALUE:
                continue
            if column not in self._parts:
                self._parts[column] = self._read(column, axis)
            may = (
                place for place, (could, _) in enumerate(self._parts[column]) if could >> rule & 1
            )
            box[axis] &= sum(1 << place for place in may)
        if all(box):
            yield tuple(box)

    def open_cell(self, box: Box, values: Mapping[int, Value], rule: int) -> Open:
        """Return what to split so that a rule that may match does, or does not."""
        for column, test in enumerate(self.table.tests[rule]):
            if test is ANY_VALUE:
                continue
            axis = self.axis_of(column)
            if axis is None:
                value = values[column]
                if isinstance(value, Open):
                    return value
                if self._of_value(column, value)[1] >> rule & 1:
                    continue
            else:
                must = self._must_mask(column, axis, rule)
                if box[axis] & must == box[axis]:
                    continue
                if box[axis] & must:
                    return Open(axis, box[axis] & must)
            return self._opaque(column, axis, box, test)
        raise AssertionError("the rule is decided")

    def _opaque(self, column: int, axis: int | None, box: Box, test: CellTest) -> Open:
        expression = self.table.columns[column].expression
        if test.truth is None:
            others = ", ".join(test.others)
            return Open(None, why=f"the cell {test.text} of {expression!r} looks at {others}")
        if axis is not None:
            unseen = self.space.axes[axis].mask(Kind.UNSEEN)
            if box[axis] & unseen != box[axis]:
                return Open(axis, box[axis] & unseen)
        return Open(None, why=f"values of {expression!r} besides those tried: {test.text}")

    # columns ------------------------------------------------------------------------------------

    def _gate(
        self, column: int, axis: int | None, box: Box, values: Mapping[int, Value]
    ) -> Matches | Open | None:
        """Return what comes of the clause's own input values, when anything does."""
        gate = self.table.columns[column].gate
        if gate is None:
            return None
        if gate.truth is None:
            return Open(None, why=f"the input values {gate.text} look at other values")
        passes = _passes(gate)
        if axis is None:
            value = values[column]
            if isinstance(value, Open):
                return value
            return None if passes(value.value) else Matches(0, 0, refused=True)
        views = self.space.views[self.version][axis]
        unseen = self.space.axes[axis].mask(Kind.UNSEEN)
        good = sum(1 << place for place, each in enumerate(views) if passes(each)) & ~unseen
        inside = box[axis] & good
        if inside == box[axis]:
            return None
        if inside:
            return Open(axis, inside)
        if box[axis] & unseen:
            if box[axis] & ~unseen:
                return Open(axis, box[axis] & unseen)
            return Open(None, why=f"values of {self.table.columns[column].expression!r}")
        return Matches(0, 0, refused=True)

    def _of_axis(self, column: int, axis: int, mask: int) -> tuple[Bits, Bits]:
        key = (column, mask)
        if key not in self._leaf:
            if column not in self._parts:
                self._parts[column] = self._read(column, axis)
            may, must = 0, self.all
            for place, (could, does) in enumerate(self._parts[column]):
                if mask >> place & 1:
                    may |= could
                    must &= does
            self._leaf[key] = may, must
        return self._leaf[key]

    def _read(self, column: int, axis: int) -> list[tuple[Bits, Bits]]:
        """Return, by part, the rules whose cell can be and is true there."""
        by_test: dict[CellTest, Bits] = {}
        for rule, row in enumerate(self.table.tests):
            by_test[row[column]] = by_test.get(row[column], 0) | 1 << rule
        found = []
        for part, view in zip(
            self.space.axes[axis].parts, self.space.views[self.version][axis], strict=True
        ):
            may = must = 0
            for test, rules in by_test.items():
                if test is ANY_VALUE:
                    may, must = may | rules, must | rules
                elif part.kind is Kind.UNSEEN or test.truth is None:
                    may |= rules
                elif test.truth(view) is True:
                    may, must = may | rules, must | rules
            found.append((may, must))
        return found

    def _must_mask(self, column: int, axis: int, rule: int) -> int:
        key = (column, rule)
        if key not in self._must:
            if column not in self._parts:
                self._parts[column] = self._read(column, axis)
            self._must[key] = sum(
                1 << place
                for place, (_, does) in enumerate(self._parts[column])
                if does >> rule & 1
            )
        return self._must[key]

    def _of_value(self, column: int, value: Value) -> tuple[Bits, Bits]:
        if isinstance(value, Open):
            return self.all, self._plain(column)
        key = (column, value_key(value.value))
        if key not in self._value:
            may = must = 0
            known: dict[CellTest, bool | None] = {}
            for rule, row in enumerate(self.table.tests):
                test = row[column]
                if test not in known:
                    known[test] = (
                        True if test is ANY_VALUE else test.truth and test.truth(value.value)
                    )
                if test.truth is None:
                    may |= 1 << rule
                elif known[test] is True:
                    may, must = may | 1 << rule, must | 1 << rule
            self._value[key] = may, must
        return self._value[key]

    def _plain(self, column: int) -> Bits:
        key = (column, ("plain",))
        if key not in self._value:
            rows = enumerate(self.table.tests)
            bits = sum(1 << rule for rule, row in rows if row[column] is ANY_VALUE)
            self._value[key] = bits, bits
        return self._value[key][0]


def _passes(gate: CellTest) -> Callable[[Any], bool]:
    truth = gate.truth
    assert truth is not None  # noqa: S101 - asked by the caller
    return lambda value: value is None or truth(value) is True


def each_bit(bits: Bits) -> list[int]:
    """Return the places of the bits that are set, in order."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
