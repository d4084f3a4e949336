"""How a decision table becomes z3 terms: when each rule fires, and what the hit policy makes of it.

In: `TableCode`, the same lowered table that the Python backend reads. Out: its value as a term, and
`TableTerms` for those who ask which rules can fire. UNIQUE with two hits is null, as in the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from guidewright.analysis.encoder import Encoder, encodes
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_lists import extreme, sum_
from guidewright.analysis.encoding_operators import count_of, equal
from guidewright.analysis.terms import (
    NOTHING,
    Condition,
    Environment,
    Row,
    Scalar,
    Slot,
    Term,
    all_of,
    any_of,
    both,
    either,
    merged,
    negation,
    null_of,
    present,
    where,
)
from guidewright.dmn.cells import Box, Interval
from guidewright.dmn.model import Aggregation, HitPolicy
from guidewright.dmn.table import RuleCode, TableCode
from guidewright.dmn.table_quick import known_output
from guidewright.feel import code
from guidewright.feel.builtins import BUILTINS
from guidewright.feel.code import Code
from guidewright.feel.types import NUMBER


@dataclass(frozen=True, slots=True, eq=False)
class TableTerms:
    """One table as it stands in the requirement graph.

    `fires` says of each rule when all its cells are true, `chosen` when it is also taken by the hit
    policy; `refused` when an input is not among the input values, or UNIQUE or ANY is violated, so
    that the table is null whatever the rules say.
    """

    code: TableCode
    inputs: tuple[Term, ...]
    fires: tuple[Condition, ...]
    chosen: tuple[Condition, ...]
    outputs: tuple[Term, ...]
    refused: Condition
    value: Term

    @property
    def some_fires(self) -> Condition:
        """When at least one rule fires."""
        return any_of(self.fires)


@encodes(TableCode)
def table(encoder: Encoder, node: TableCode, environment: Environment) -> Term:
    """The value of a table."""
    inside = dict(environment)
    inputs: list[Term] = []
    for clause in node.inputs:
        value = encoder.encode(clause.value, environment)
        inside[clause.binding] = value
        inputs.append(value)
    not_allowed = any_of(
        both(present(value), negation(encoder.condition(clause.allowed, inside).true))
        for clause, value in zip(node.inputs, inputs, strict=True)
        if clause.allowed is not None
    )
    known: dict[tuple[int, str], Condition] = {}
    fires = tuple(_fires(encoder, node, each, inputs, inside, known) for each in node.rules)
    outputs = [
        encoder.encode_when(here, each.output, inside)
        for here, each in zip(fires, node.rules, strict=True)
    ]
    default = encoder.encode(node.default, inside) if node.default is not None else NOTHING
    answer, violated = _answer(encoder, node, fires, outputs)
    some = any_of(fires)
    value = merged(some, answer, default)
    refused = either(not_allowed, violated)
    chosen = tuple(both(negation(refused), each) for each in _chosen(node, fires))
    terms = TableTerms(node, tuple(inputs), fires, chosen, tuple(outputs), refused, value)
    encoder.tables.append(terms)
    return where(negation(not_allowed), value)


def _fires(
    encoder: Encoder,
    node: TableCode,
    rule: RuleCode,
    inputs: Sequence[Term],
    environment: Environment,
    known: dict[tuple[int, str], Condition],
) -> Condition:
    """Say when all cells of a rule are true; equal cells of one column are one condition."""
    parts: list[Condition] = []
    for column, cell in enumerate(rule.cells):
        if cell is None:
            continue
        text = rule.rule.inputs[column]
        key = (column, text.text if text is not None else "")
        if key not in known:
            known[key] = (
                _in_box(encoder, inputs[column], cell, node)
                if isinstance(cell, Box)
                else encoder.condition(cell, environment).true
            )
        parts.append(known[key])
        if parts[-1] is False:
            return False
    return all_of(parts)


# boxes ------------------------------------------------------------------------------------------


def _in_box(encoder: Encoder, value: Term, box: Box, node: Code) -> Condition:
    """Say when a value certainly satisfies a plain cell."""
    missing = null_of(value)
    points = [constant(encoder, point) for point in box.points if point is not None]
    inside = any_of(
        [
            *(both(present(value), equal(encoder, value, p, node).true) for p in points),
            *(both(present(value), _in_interval(encoder, value, span)) for span in box.spans),
        ]
    )
    for_null = None in box.points
    if not box.negated:
        return either(inside, both(missing, for_null))
    if for_null or box.spans:
        return both(present(value), negation(inside))
    return either(missing, negation(inside))


def _in_interval(encoder: Encoder, value: Term, span: Interval) -> Condition:
    if not isinstance(value, Scalar) or value.kind != NUMBER:
        return False
    parts: list[Any] = []
    if span.low is not None:
        low = encoder.number(Fraction(span.low))
        parts.append(value.value >= low if span.low_included else value.value > low)
    if span.high is not None:
        high = encoder.number(Fraction(span.high))
        parts.append(value.value <= high if span.high_included else value.value < high)
    return all_of(parts)


# hit policies -----------------------------------------------------------------------------------


def _answer(
    encoder: Encoder, node: TableCode, fires: Sequence[Condition], outputs: list[Term]
) -> tuple[Term, Condition]:
    """Return the value where some rule fires, and when the hit policy is violated."""
    policy = node.plan.table.hit_policy
    aggregation = node.plan.table.aggregation
    if policy is HitPolicy.UNIQUE:
        several = _several(fires)
        return where(negation(several), _first(fires, outputs)), several
    if policy is HitPolicy.ANY:
        differ = _differ(encoder, node, fires, outputs)
        return where(negation(differ), _first(fires, outputs)), differ
    if policy is HitPolicy.FIRST:
        return _first(fires, outputs), False
    if policy is HitPolicy.PRIORITY:
        order = _by_rank(node)
        if order is None:
            return encoder.unknown(node, "the priority of computed outputs"), False
        return _first([fires[i] for i in order], [outputs[i] for i in order]), False
    order = list(range(len(outputs)))
    if policy is HitPolicy.OUTPUT_ORDER:
        ranked = _by_rank(node)
        if ranked is None:
            return encoder.unknown(node, "the order of computed outputs"), False
        order = ranked
    row = Row(False, tuple(Slot(fires[i], outputs[i]) for i in order if fires[i] is not False))
    if aggregation is None:
        return row, False
    return _aggregated(encoder, node, aggregation, row), False


def _first(fires: Sequence[Condition], outputs: Sequence[Term]) -> Term:
    """Return the output of the first rule that fires."""
    result: Term = NOTHING
    for here, output in zip(reversed(fires), reversed(outputs), strict=True):
        result = merged(here, output, result)
    return result


def _chosen(node: TableCode, fires: Sequence[Condition]) -> list[Condition]:
    """Say of each rule when it fires and no rule outranks it."""
    policy = node.plan.table.hit_policy
    order: Sequence[int] | None = range(len(fires))
    if policy is HitPolicy.PRIORITY:
        order = _by_rank(node)
    if order is None or policy not in (HitPolicy.FIRST, HitPolicy.PRIORITY):
        return list(fires)
    taken: list[Condition] = [False] * len(fires)
    before: list[Condition] = []
    for index in order:
        taken[index] = both(fires[index], *(negation(each) for each in before))
        before.append(fires[index])
    return taken


def _several(fires: Sequence[Condition]) -> Condition:
    """Say when at least two rules fire."""
    certain = sum(each is True for each in fires)
    open_ = [each for each in fires if not isinstance(each, bool)]
    if certain >= 2:
        return True
    if certain == 1:
        return any_of(open_)
    return z3.AtLeast(*open_, 2) if len(open_) > 1 else False


def _differ(
    encoder: Encoder, node: TableCode, fires: Sequence[Condition], outputs: list[Term]
) -> Condition:
    """Say when the outputs of two rules that fire are not equal: each is compared to the first."""
    parts = []
    for place in range(1, len(fires)):
        for before in range(place):
            answer = equal(encoder, outputs[before], outputs[place], node)
            is_first = all_of(negation(fires[earlier]) for earlier in range(before))
            parts.append(both(is_first, fires[before], fires[place], negation(answer.true)))
    return any_of(parts)


def _by_rank(node: TableCode) -> list[int] | None:
    """Return the rules, best output first; None when outputs are computed."""
    ranks = []
    for index, each in enumerate(node.rules):
        known = known_output(each.output)
        if known is None:
            return None
        ranks.append((node.plan.ranking.rank(known[0]), index))
    return [index for _, index in sorted(ranks)]


def _aggregated(encoder: Encoder, node: TableCode, how: Aggregation, row: Row) -> Term:
    if how is Aggregation.COUNT:
        counted = count_of(encoder, [slot.present for slot in row.slots])
        return Scalar(NUMBER, False, z3.ToReal(counted))
    rule = sum_ if how is Aggregation.SUM else extreme
    call = code.CallBuiltin(node.span, node.type, BUILTINS[how.value.lower()], (), None)
    found = rule(encoder, [row], call)
    return found if found is not None else encoder.unknown(node, "outputs that are no numbers")
