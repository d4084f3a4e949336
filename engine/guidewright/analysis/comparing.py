"""Two patients side by side: when a decision answers them differently.

In: the terms of one decision for two patients. Out: a condition that holds whenever the values
differ. For lists of hits it asks which rules are chosen, which may say "differs" of equal values
(two rules with one output) and never the other way; the engine has the last word.
"""

from __future__ import annotations

from guidewright.analysis.encoded_model import DecisionTerms
from guidewright.analysis.encoder import Encoder
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.encoding_tables import TableTerms
from guidewright.analysis.solver import certain
from guidewright.analysis.terms import (
    Condition,
    Row,
    any_of,
    both,
    either,
    negation,
    null_of,
    same,
)
from guidewright.feel.code import Const
from guidewright.feel.types import ANY

NODE = Const(None, ANY, None)


def differs(encoder: Encoder, one: DecisionTerms, two: DecisionTerms) -> Condition:
    """Say when a decision has different values for two patients."""
    if one.value is two.value:
        return False
    if isinstance(one.value, Row) and len(one.tables) == len(two.tables) == 1:
        nulls = negation(same(null_of(one.value), null_of(two.value)))
        return either(nulls, _other_rules(encoder, one.tables[0], two.tables[0]))
    return negation(equal(encoder, one.value, two.value, NODE).true)


def _other_rules(encoder: Encoder, one: TableTerms, two: TableTerms) -> Condition:
    """Say when other rules are chosen, or the same ones with other outputs."""
    parts: list[Condition] = []
    for a, b, left, right in zip(one.chosen, two.chosen, one.outputs, two.outputs, strict=True):
        parts.append(negation(same(a, b)))
        if certain(left, encoder) is None or certain(right, encoder) is None:
            parts.append(both(a, b, negation(equal(encoder, left, right, NODE).true)))
    return any_of(parts)
