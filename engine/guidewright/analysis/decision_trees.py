"""A decision table as a tree of single questions: a table as boxes goes in, a `Tree` comes out.

Every leaf is a box in which the same rules speak; `tree_proof` proves that, and runs the engine in
every leaf. Nothing is drawn here. The tree is small, not the smallest there is: at each place the
most promising questions are tried to the end, and the one that leaves the fewest leaves is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from guidewright.analysis.axes import SCALES, Axis, Kind, Part, Scale
from guidewright.analysis.regions import Box, inside, meet, whole
from guidewright.analysis.table_outputs import output_value
from guidewright.analysis.tables import TableSubject
from guidewright.dmn.model import HitPolicy

MOST_LEAVES = 60  # of a tree that is drawn: some 120 boxes, six pages
_TRIED = 6  # questions that are tried to the end
_FEW = 2  # values that a question turned around names
_CONSTANT = frozenset({HitPolicy.ANY, HitPolicy.PRIORITY})  # outputs decide which rules speak


class Ending(StrEnum):
    """What a leaf of a tree is."""

    RULES = "rules"  # the rules of the leaf give the answer
    CLASH = "clash"  # several rules match, and the hit policy permits none of them to answer
    DEFAULT = "default"  # no rule matches, and the table says what holds then
    GAP = "gap"  # no rule matches although everything that was asked is known
    MISSING = "missing"  # no rule matches where something is not known


@dataclass(frozen=True, slots=True)
class Leaf:
    """A box in which the same rules speak, by their indexes, in rule order."""

    box: Box
    ending: Ending
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether the value of an axis is one of `asked`.

    Null goes the way `unknown` where there is one; else it is in `asked`, or goes with `no`.
    """

    box: Box
    axis: int
    asked: int
    yes: Node
    no: Node
    unknown: Leaf | Question | None = None

    @property
    def ways(self) -> tuple[Node, ...]:
        """The nodes that follow: yes, no, and not known where it has a way of its own."""
        return (self.yes, self.no, *([self.unknown] if self.unknown is not None else []))


Node = Leaf | Question


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree that is equivalent to a table, and over how many combinations of values."""

    subject: TableSubject
    root: Node
    cells: int

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves, yes before no."""
        return tuple(each for each in nodes(self.root) if isinstance(each, Leaf))


@dataclass(frozen=True, slots=True)
class NoTree:
    """Why a table has no tree, as the end of a sentence: `it would need more than 60 leaves`."""

    reason: str


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, yes before no."""
    yield node
    if isinstance(node, Question):
        for each in node.ways:
            yield from nodes(each)


START, WAYS = "start", ("yes", "no", "unknown")


def named(node: Node, name: str = START) -> Iterator[tuple[str, Node]]:
    """Yield every node by the ways that lead to it: `start`, `start.yes`, `start.yes.no`, ..."""
    yield name, node
    if isinstance(node, Question):
        for way, each in zip(WAYS, node.ways, strict=False):
            yield from named(each, f"{name}.{way}")


def grow(subject: TableSubject, most: int = MOST_LEAVES) -> Node | NoTree:
    """Return a tree for a table, unproved, or why there is none."""
    inexact = [each.rule.name for each in subject.rules if not each.exact]
    if inexact:
        names = ", ".join(inexact[:3])
        return NoTree(f"a cell of {names} asks more than whether a value is in a set")
    if subject.table.hit_policy in _CONSTANT:
        computed = [each.rule.name for each in subject.rules if not output_value(subject, each)[0]]
        if computed:
            names = ", ".join(computed[:3])
            return NoTree(f"which rule decides depends on what {names} compute")
    grower = _Grower(subject, most)
    found = grower.tree(whole(subject.axes))
    return NoTree(f"it would need more than {most} leaves") if found is None else found


@dataclass(frozen=True, slots=True)
class _Cut:
    """A question that could be asked of a box: the parts on each of its two or three ways."""

    axis: int
    asked: int
    others: int
    apart: int = 0  # null, where it behaves like neither

    @property
    def masks(self) -> tuple[int, ...]:
        """The parts of each way."""
        return (self.asked, self.others, *([self.apart] if self.apart else []))


class _Grower:
    """Grows one tree; sizes of quickly grown trees are kept by box."""

    def __init__(self, subject: TableSubject, most: int) -> None:
        self.subject, self.most = subject, most
        self.boxes = [rule.must for rule in subject.rules]
        self.policy = subject.table.hit_policy
        self.ranks = ranks(subject)
        self.nulls = [axis.mask(Kind.NULL) for axis in subject.axes]
        self.ordered = [axis.type in SCALES for axis in subject.axes]
        self._sizes: dict[Box, int] = {}

    def tree(self, box: Box) -> Node | None:
        """Return the tree of a box, or None when it has too many leaves."""
        if self.size(box) > self.most:
            return None
        return self._tree(box)

    def _tree(self, box: Box) -> Node:
        certain, unsettled = self._rules(box)
        if not unsettled:
            return self._leaf(box, certain)
        cuts = sorted(self._cuts(box, unsettled), key=lambda cut: self._worth(box, cut, unsettled))
        best = min(cuts[:_TRIED], key=lambda cut: sum(self._sizes_of(box, cut)))
        return self._question(box, best)

    def _question(self, box: Box, cut: _Cut) -> Node:
        yes, no, *unknown = (self._tree(_side(box, cut.axis, mask)) for mask in cut.masks)
        if not unknown and isinstance(no, Leaf) and no.ending is Ending.GAP:
            null = self.nulls[cut.axis] & cut.others
            if null and null != cut.others:  # a gap is one thing, a missing value another
                no = self._leaf(_side(box, cut.axis, cut.others & ~null), [])
                unknown = [self._leaf(_side(box, cut.axis, null), [])]
        asked = cut.asked
        if isinstance(no, Leaf) and isinstance(yes, Question) and self._plain(cut.axis, no.box):
            asked, yes, no = no.box[cut.axis], no, yes  # what ends here stands beside the question
        return Question(box, cut.axis, asked, yes, no, unknown[0] if unknown else None)

    def _plain(self, axis: int, box: Box) -> bool:
        """Whether what an axis has in a box can be asked for in few words."""
        if self.subject.axes[axis].type in SCALES:
            return True
        return box[axis].bit_count() <= _FEW and not isinstance(
            self.subject.axes[axis].chosen(box[axis])[0].value, list
        )

    def _leaf(self, box: Box, certain: list[int]) -> Leaf:
        rules = tuple(self._speaking(certain))
        if rules:
            return Leaf(box, Ending.CLASH if self._clash(rules) else Ending.RULES, rules)
        if self.subject.code.default is not None:
            return Leaf(box, Ending.DEFAULT, ())
        missing = any(mask == null for mask, null in zip(box, self.nulls, strict=True))
        return Leaf(box, Ending.MISSING if missing else Ending.GAP, ())

    # which rules speak --------------------------------------------------------------------------

    def _rules(self, box: Box) -> tuple[list[int], list[int]]:
        """Return the rules that match everywhere in a box, and those that matter and may match."""
        met = [index for index, each in enumerate(self.boxes) if meet(each, box) is not None]
        certain = [index for index in met if inside(box, self.boxes[index])]
        unsettled = [index for index in met if index not in certain]
        if certain and self.policy in (HitPolicy.FIRST, HitPolicy.PRIORITY):
            best = min(certain, key=self._rank)
            return [best], [index for index in unsettled if self._rank(index) < self._rank(best)]
        return certain, unsettled

    def _rank(self, index: int) -> tuple[tuple[int, ...], int]:
        return (self.ranks[index], index)

    def _speaking(self, certain: list[int]) -> list[int]:
        """Return the rules the answer rests on, or those that clash."""
        if certain and self.policy in (HitPolicy.FIRST, HitPolicy.PRIORITY):
            return [min(certain, key=self._rank)]
        return certain

    def _clash(self, rules: tuple[int, ...]) -> bool:
        if self.policy is HitPolicy.UNIQUE:
            return len(rules) > 1
        if self.policy is not HitPolicy.ANY:
            return False
        first, *others = (output_value(self.subject, self.subject.rules[each])[1] for each in rules)
        return any(each != first for each in others)

    # which question to ask ----------------------------------------------------------------------

    def size(self, box: Box) -> int:
        """Return the number of leaves of the tree that asks the most promising question each time.

        A number beyond the limit only says that it is beyond.
        """
        if box not in self._sizes:
            _, unsettled = self._rules(box)
            found = 1
            if unsettled:
                cuts = self._cuts(box, unsettled)
                cut = min(cuts, key=lambda each: self._worth(box, each, unsettled))
                found = sum(self._sizes_of(box, cut))
            self._sizes[box] = found
        return self._sizes[box]

    def _sizes_of(self, box: Box, cut: _Cut) -> Iterator[int]:
        """Yield the sizes of what follows a question, no more than are needed."""
        total = 0
        for mask in cut.masks:
            size = self.size(_side(box, cut.axis, mask))
            yield size
            total += size
            if total > self.most:
                return

    def _worth(self, box: Box, cut: _Cut, unsettled: list[int]) -> tuple[int, int, int, int]:
        """Return how much a question leaves open: the less the better, then as the table has it."""
        left = sum(
            len(self._rules(_side(box, cut.axis, mask))[1]) + (mask & mask - 1 != 0)
            for mask in cut.masks
        )
        return (left, len(cut.masks), cut.axis, cut.asked.bit_count())

    def _cuts(self, box: Box, unsettled: list[int]) -> Iterable[_Cut]:
        """Return every question that tells apart where some rule that is not settled matches."""
        found: dict[_Cut, None] = {}
        for axis, here in enumerate(box):
            masks = [self.boxes[index][axis] & here for index in unsettled]
            if all(mask == here for mask in masks):
                continue
            null = self.nulls[axis] & here
            values = here & ~null
            for mask in dict.fromkeys(masks):
                for asked in self._asked(axis, mask & values, values):
                    if asked and asked != values:
                        found[self._cut(axis, asked, values & ~asked, null, masks)] = None
            if null and values and not any(cut.axis == axis for cut in found):
                found[_Cut(axis, values, null)] = None
        return found

    def _asked(self, axis: int, mask: int, values: int) -> Iterator[int]:
        """Yield a set of parts to ask for; on an ordered axis also everything below its ends."""
        if not mask:
            return
        if self.ordered[axis]:
            low, high = mask & -mask, 1 << mask.bit_length() - 1
            yield values & (low - 1)
            yield values & (2 * high - 1)
        yield mask

    def _cut(self, axis: int, asked: int, others: int, null: int, masks: list[int]) -> _Cut:
        """Return a question; null goes with the side whose every value it is like."""
        if not null:
            return _Cut(axis, asked, others)
        for place, side in enumerate((others, asked)):
            if all((mask & (side | null)) in (0, side | null) for mask in masks):
                both = (asked, others | null) if place == 0 else (asked | null, others)
                return _Cut(axis, *both)
        return _Cut(axis, asked, others, null)


def _side(box: Box, axis: int, mask: int) -> Box:
    return (*box[:axis], mask, *box[axis + 1 :])


def ranks(subject: TableSubject) -> list[tuple[int, ...]]:
    """Return the place of each rule's output by priority; all equal without one."""
    if subject.table.hit_policy is not HitPolicy.PRIORITY:
        return [()] * len(subject.rules)
    ranking = subject.code.plan.ranking
    return [ranking.rank(output_value(subject, rule)[1]) for rule in subject.rules]


# one patient ------------------------------------------------------------------------------------


def way_through(tree: Tree, values: Sequence[Any]) -> tuple[Node, ...]:
    """Return the nodes that these values lead through, one value a column of the table.

    With a value that a column does not take the engine does not ask the table: only the first.
    """
    subject = tree.subject
    found: list[Node] = [tree.root]
    if not all(subject.takes(column, value) for column, value in enumerate(values)):
        return tuple(found)
    at = dict(zip(subject.columns, values, strict=True))
    while isinstance(node := found[-1], Question):
        mask = _parts_like(subject, node.axis, at[node.axis])
        onward = next((way for way in node.ways if mask & way.box[node.axis]), None)
        if onward is None:  # a value that no part has, such as one outside the declared range
            break
        found.append(onward)
    return tuple(found)


def _parts_like(subject: TableSubject, place: int, value: Any) -> int:
    """Return the part of an axis a value is in, or parts that no cell tells from it."""
    axis = subject.axes[place]
    if value is None:
        return axis.mask(Kind.NULL)
    scale = SCALES.get(axis.type)
    if scale is not None:
        rank = scale.rank(value)
        return _mask(axis, lambda part: _holds(part, scale, rank))
    tests = [
        row[column].truth
        for row in subject.tests
        for column, each in enumerate(subject.columns)
        if each == place
    ]
    truths = [test(value) is True for test in tests if test is not None]
    return _mask(
        axis,
        lambda part: truths == [test(part.value) is True for test in tests if test is not None],
    )


def _mask(axis: Axis, holds: Callable[[Part], bool]) -> int:
    known = (Kind.NULL, Kind.UNSEEN)
    parts = enumerate(axis.parts)
    return sum(1 << index for index, part in parts if part.kind not in known and holds(part))


def _holds(part: Part, scale: Scale, rank: Fraction) -> bool:
    """Whether a point or gap of an ordered axis has a value of that rank."""
    if part.kind is Kind.POINT:
        return scale.rank(part.value) == rank
    above = part.low is None or scale.rank(part.low) < rank
    return above and (part.high is None or rank < scale.rank(part.high))
