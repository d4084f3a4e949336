"""Prove that a tree of questions answers as its table does, for every combination of values.

In: a table as boxes and a tree. Out: a `Tree`, which is proved, or the reason why there is none.
The proof has two parts. By sets: the ways of every question divide its box, and every rule that
could matter holds either all of a leaf or nothing of it, so what one point of a leaf gets, all get,
missing values included. By the engine: it is run in every leaf, with every part of every column.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from math import prod
from operator import or_
from typing import Any

from guidewright.analysis.decision_trees import (
    MOST_LEAVES,
    Ending,
    Leaf,
    Node,
    NoTree,
    Question,
    Tree,
    grow,
    nodes,
    ranks,
)
from guidewright.analysis.regions import inside, meet, whole
from guidewright.analysis.tables import SourceKind, TableSubject
from guidewright.dmn.model import HitPolicy


@lru_cache(maxsize=256)
def tree_of(subject: TableSubject, most: int = MOST_LEAVES) -> Tree | NoTree:
    """Return the proved tree of a table, or why it has none; no other tree is ever handed out."""
    root = grow(subject, most)
    return root if isinstance(root, NoTree) else proved(subject, root)


def proved(subject: TableSubject, root: Node) -> Tree | NoTree:
    """Return the tree when the proof goes through, else what speaks against it."""
    against = next(_objections(subject, root), None)
    if against is not None:
        return NoTree(f"the proof that it answers as the table does failed: {against}")
    return Tree(subject, root, prod(mask.bit_count() for mask in root.box))


def _objections(subject: TableSubject, root: Node) -> Iterator[str]:
    if root.box != whole(subject.axes):
        yield "it does not begin with every combination of values that is allowed"
    for each in nodes(root):
        if isinstance(each, Question):
            yield from _divided(subject, each)
        else:
            yield from _settled(subject, each)
            yield from _replayed(subject, each)


def _divided(subject: TableSubject, question: Question) -> Iterator[str]:
    """Say where the ways of a question are not exactly its box, on the axis it asks about."""
    name = subject.axes[question.axis].name
    masks = [way.box[question.axis] for way in question.ways]
    whole_ = question.box[question.axis]
    together = reduce(or_, masks)
    apart = sum(mask.bit_count() for mask in masks) == together.bit_count()
    if together != whole_ or not apart or not all(masks):
        yield f"the ways of a question about {name} do not divide it"
    if question.yes.box[question.axis] != question.asked:
        yield f"a question about {name} asks something else"
    for way in question.ways:
        rest = [
            place
            for place, (mine, theirs) in enumerate(zip(way.box, question.box, strict=True))
            if place != question.axis and mine != theirs
        ]
        if rest:
            yield f"a question about {name} changes {subject.axes[rest[0]].name}"


def _settled(subject: TableSubject, leaf: Leaf) -> Iterator[str]:
    """Say which rule speaks in a part of a leaf only, or speaks and is not named."""
    after = _after(subject, leaf)
    for rule in subject.rules:
        if rule.index in leaf.rules:
            if not (rule.exact and inside(leaf.box, rule.must)):
                yield f"{rule.rule.name} does not match everywhere in a leaf that names it"
        elif rule.index not in after and meet(leaf.box, rule.may) is not None:
            yield f"{rule.rule.name} matches in a leaf that does not name it"


def _after(subject: TableSubject, leaf: Leaf) -> frozenset[int]:
    """Return the rules that never speak where the leaf's rule matches: they come after it."""
    if subject.table.hit_policy not in (HitPolicy.FIRST, HitPolicy.PRIORITY) or not leaf.rules:
        return frozenset()
    order = sorted(enumerate(ranks(subject)), key=lambda each: (each[1], each[0]))
    indexes = [index for index, _ in order]
    return frozenset(indexes[indexes.index(leaf.rules[0]) + 1 :])


def _replayed(subject: TableSubject, leaf: Leaf) -> Iterator[str]:
    """Run the engine until every part of every axis of the leaf was tried; say where it differs."""
    if any(source.kind is SourceKind.EXPRESSION for source in subject.sources):
        return  # nobody can say what inputs give these values: the proof by sets stands alone
    for values in _points(subject, leaf):
        seen = subject.seen(subject.witness(values))
        if seen is None:
            yield "the engine did not come to the table"
            return
        matched = tuple(rule.index for rule in seen.rules if rule.matched)
        chosen = tuple(rule.index for rule in seen.chosen)
        clash = leaf.ending is Ending.CLASH
        if (matched if clash else chosen) != leaf.rules or (clash and chosen):
            yield f"the engine takes other rules for {values}"


def _points(subject: TableSubject, leaf: Leaf) -> Iterator[dict[str, Any]]:
    """Yield points of a leaf that together have every part of every axis that has a value."""
    chosen = [axis.chosen(mask) for axis, mask in zip(subject.axes, leaf.box, strict=True)]
    for turn in range(max(map(len, chosen), default=1)):
        yield {
            axis.name: parts[turn % len(parts)].value
            for axis, parts in zip(subject.axes, chosen, strict=True)
        }
