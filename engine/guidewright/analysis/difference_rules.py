"""What two versions of a table have in common: rules, and what the common rules look at.

In: two versions of a decision with a table. Out: `Shared`, from which a search knows that nothing
differs where only common rules can match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from guidewright.analysis.cell_tests import ANY_VALUE
from guidewright.analysis.difference_cells import Bits, each_bit
from guidewright.analysis.difference_versions import COMPUTED, Node, Table
from guidewright.dmn.model import HitPolicy
from guidewright.feel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Shared:
    """Rules that only one version has, and the requirements that the common ones look at.

    `framed` when all but rules and columns is the same.
    """

    changed: tuple[Bits, Bits]
    framed: bool
    needs: frozenset[str]
    listable: bool


def shared_rules(one: Node, other: Node) -> Shared:
    """Return what two versions of a decision share; both have a table."""
    before, after = one.table, other.table
    assert before is not None  # noqa: S101 - asked by the caller
    assert after is not None  # noqa: S101 - asked by the caller
    pairs = _matched_rows(before, after)
    rules = sum(1 << place for place, _ in pairs), sum(1 << place for _, place in pairs)
    gates = [
        [column.fingerprint for column in each.columns if column.gate is not None]
        for each in (before, after)
    ]
    everything = [(1 << len(each.rows)) - 1 for each in (before, after)]
    return Shared(
        (everything[0] & ~rules[0], everything[1] & ~rules[1]),
        before.frame == after.frame and gates[0] == gates[1],
        frozenset(_looked_at(before, rules[0])) | frozenset(_looked_at(after, rules[1])),
        all(map(_is_listable, (one, other))),
    )


def _matched_rows(before: Table, after: Table) -> list[tuple[int, int]]:
    """Return the rules that both tables have, in the same order where order counts."""
    policy = before.table.hit_policy
    free = policy in (HitPolicy.UNIQUE, HitPolicy.ANY) or before.table.aggregation is not None
    if not free:
        blocks = SequenceMatcher(
            None, before.rows, after.rows, autojunk=False
        ).get_matching_blocks()
        return [(each.a + step, each.b + step) for each in blocks for step in range(each.size)]
    places: dict[Any, list[int]] = {}
    for place, row in enumerate(after.rows):
        places.setdefault(row, []).append(place)
    pairs = []
    for place, row in enumerate(before.rows):
        if places.get(row):
            pairs.append((place, places[row].pop(0)))
    return pairs


def _looked_at(table: Table, rules: Bits) -> Iterator[str]:
    """Yield the requirements that some of the rules look at, or the table does for all."""
    for place, column in enumerate(table.columns):
        tests = [table.tests[rule][place] for rule in each_bit(rules)]
        if column.gate is not None or any(each is not ANY_VALUE for each in tests):
            yield from column.uses
        for each in tests:
            yield from each.others
    for rule in each_bit(rules):
        yield from table.uses[rule]
    if table.has_default:
        yield from table.uses[-1]


def _is_listable(node: Node) -> bool:
    """Say whether the value is the list of the outputs of the rules that match, whatever they are.

    An item definition that refuses a list as a whole would make it null.
    """
    table, item = node.table, node.step.item
    if table is None or not table.table.hit_policy.multiple or table.table.aggregation is not None:
        return False
    if any(each is COMPUTED for each in table.outputs) or table.has_default:
        return False
    if item is None:
        return True
    if any(not each.on_each for each in item.constraints):
        return False
    rt = Runtime()
    return not any(True for each in table.outputs for _ in item.refusals(rt, [each]))
