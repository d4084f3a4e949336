"""A decision's lowered logic -> its rules as data, where it is a plain table of constants."""

from __future__ import annotations

from collections.abc import Sequence

from guidewright.batch.candidates import CandidateIndex
from guidewright.batch.demands import bare
from guidewright.dmn.cells import ANYTHING
from guidewright.dmn.steps import Lowered
from guidewright.dmn.table import TableCode, boxes_of
from guidewright.feel import code
from guidewright.feel.scope import Binding


def candidate_index(lowered: Lowered) -> CandidateIndex | None:
    """Return the rules of a table as data; None when the table is not plain enough."""
    node = lowered.logic
    while isinstance(node, code.Convert):
        node = node.value
    if not isinstance(node, TableCode) or any(each.allowed for each in node.inputs):
        return None
    outputs = [*(each.output for each in node.rules), node.default]
    if any(each is not None and not _is_constant(each) for each in outputs):
        return None
    places = [_place(bare(each.value), lowered.bindings) for each in node.inputs]
    rows = [[box for box in row if box is not None] for row in boxes_of(node)]
    if None in places or any(len(row) != len(places) for row in rows):
        return None
    asked = [at for at in range(len(places)) if any(row[at] != ANYTHING for row in rows)]
    return CandidateIndex(
        [[row[at] for at in asked] for row in rows],
        [place for at, place in enumerate(places) if at in asked and place is not None],
        [node.inputs[at].binding.type for at in asked],
        node.plan.table.hit_policy,
        [each.rule.name for each in node.rules],
    )


def _place(node: code.Code, bindings: Sequence[Binding]) -> int | None:
    if isinstance(node, code.Ref) and node.binding in bindings:
        return bindings.index(node.binding)
    return None


def _is_constant(node: code.Code) -> bool:
    match node:
        case code.Const():
            return True
        case code.Convert():
            return _is_constant(node.value)
        case code.MakeContext():
            return node.result is None and all(_is_constant(each.value) for each in node.entries)
    return False
