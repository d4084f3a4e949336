"""What a table answers when several rules match: one function per hit policy (DMN 1.5, 8.2.8).

In: the rules that match, in rule order, and how to compute an output. Out: the value, and the
rules it was taken from. A violated policy is null and a note that names the rules: never the first
of several answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.dmn.model import Aggregation, DecisionTable, HitPolicy
from guidewright.errors import Code
from guidewright.feel.builtins import BUILTINS
from guidewright.feel.operators import equal, unary_in
from guidewright.feel.runtime import Refuse, Runtime

Output = Callable[[int], Any]  # the value of a rule's outputs, by index of the rule


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, and the indexes of the rules it rests on."""

    value: Any
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of the output values: per output, its key and its values, best first.

    `key` is None when the table has a single output.
    """

    columns: tuple[tuple[str | None, tuple[Any, ...]], ...]

    def rank(self, value: Any) -> tuple[int, ...]:
        """Return a sort key; a value that is not listed ranks last."""
        ranks = []
        for key, values in self.columns:
            part = value.get(key) if key is not None and type(value) is dict else value
            place = (index for index, each in enumerate(values) if unary_in(part, each) is True)
            ranks.append(next(place, len(values)))
        return tuple(ranks)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy needs to know of its table."""

    name: str  # of the decision or function
    table: DecisionTable
    ranking: Ranking

    def named(self, hits: Sequence[int]) -> str:
        """Return what messages call some rules: `rules r1, r2`, or `rows 1, 2` without ids."""
        rules = [self.table.rules[hit] for hit in hits]
        if any(rule.id for rule in rules):
            return f"rules {', '.join(rule.name for rule in rules)}"
        return f"rows {', '.join(str(rule.row) for rule in rules)}"


Policy = Callable[[Runtime, Plan, Sequence[int], Output], Answer]


def unique(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """U: at most one rule may match."""
    if len(hits) == 1:
        return Answer(output(hits[0]), tuple(hits))
    text = f"{plan.name!r}: {plan.named(hits)} all match, but its hit policy is UNIQUE"
    rt.note(Code.HIT_POLICY, plan.table.span, text)
    return Answer(None, ())


def any_policy(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """A: several rules may match when their outputs are equal."""
    first = output(hits[0])
    for hit in hits[1:]:
        if not _equal(rt, first, output(hit)):
            text = (
                f"{plan.name!r}: {plan.named(hits)} match with different outputs, "
                "but its hit policy is ANY"
            )
            rt.note(Code.HIT_POLICY, plan.table.span, text)
            return Answer(None, ())
    return Answer(first, tuple(hits))


def _equal(rt: Runtime, left: Any, right: Any) -> bool:
    try:
        return equal(left, right, rt) is True
    except Refuse:  # values of different kinds are not equal outputs
        return False


def first(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """F: the first rule that matches, in the order of the table."""
    return Answer(output(hits[0]), (hits[0],))


def priority(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """P: the match whose outputs come first in the output values."""
    best = min(hits, key=lambda hit: plan.ranking.rank(output(hit)))
    return Answer(output(best), (best,))


def rule_order(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """R: all outputs, in rule order."""
    return Answer([output(hit) for hit in hits], tuple(hits))


def output_order(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """O: all outputs, in the order of the output values."""
    ordered = sorted(hits, key=lambda hit: plan.ranking.rank(output(hit)))
    return Answer([output(hit) for hit in ordered], tuple(hits))


def collect(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output) -> Answer:
    """C: all outputs, or their sum, count, least or greatest."""
    outputs = [output(hit) for hit in hits]
    aggregation = plan.table.aggregation
    if aggregation is None:
        return Answer(outputs, tuple(hits))
    if aggregation is Aggregation.COUNT:
        return Answer(len(outputs), tuple(hits))
    try:
        value = BUILTINS[aggregation.value.lower()].call_positional(rt, [outputs])
    except Refuse as why:
        rt.refused(why, plan.table.span)
        value = None
    return Answer(value, tuple(hits))


POLICIES: dict[HitPolicy, Policy] = {
    HitPolicy.UNIQUE: unique,
    HitPolicy.ANY: any_policy,
    HitPolicy.FIRST: first,
    HitPolicy.PRIORITY: priority,
    HitPolicy.RULE_ORDER: rule_order,
    HitPolicy.OUTPUT_ORDER: output_order,
    HitPolicy.COLLECT: collect,
}
