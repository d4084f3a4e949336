"""Certificates of tables: what the independent checker needs to see for itself.

In: a table and its cover. Out: plain data: the parts of every axis, the texts of cells, the tree
of cuts. `certificate_checker` reads the cells again, by itself, and walks the tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guidewright.analysis.axes import Axis, Kind, Part
from guidewright.analysis.cell_tests import ANY_VALUE
from guidewright.analysis.coverage import Cover
from guidewright.analysis.findings import Certificate
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.feel.text import literal


def completeness(subject: TableSubject, found: Cover) -> Certificate:
    """Return the proof that every combination of the space meets a rule, or one of the gaps."""
    return Certificate("table-cover", {**_table(subject, subject.rules), **_tree(found)})


def covered_rule(
    subject: TableSubject, rule: RuleRegion, others: Sequence[RuleRegion], found: Cover
) -> Certificate:
    """Return the proof that other rules cover all that a rule can match."""
    data = {**_table(subject, others), **_tree(found), "rule": _cells(subject, rule)}
    return Certificate("rule-covered", data)


def disjointness(subject: TableSubject) -> Certificate:
    """Return what is needed to see that no two rules match together."""
    return Certificate("table-disjoint", _table(subject, subject.rules))


def _tree(found: Cover) -> dict[str, Any]:
    return {
        "space": [hex(mask) for mask in found.space],
        "gaps": [[hex(mask) for mask in box] for box in found.gaps],
        "tree": list(found.tree),
    }


def _table(subject: TableSubject, rules: Sequence[RuleRegion]) -> dict[str, Any]:
    return {
        "decision": subject.decision,
        "table": subject.table.id,
        "axes": [_axis(axis) for axis in subject.axes],
        "columns": list(subject.columns),
        "rules": {each.rule.name: _cells(subject, each) for each in rules},
        "given": _given(subject, rules),
    }


def _cells(subject: TableSubject, rule: RuleRegion) -> list[str]:
    return [test.text for test in subject.tests[rule.index]]


def _given(subject: TableSubject, rules: Sequence[RuleRegion]) -> list[dict[str, str]]:
    """Return the cells that the checker cannot read, with the parts on which they are true."""
    return [
        _masks(subject, rules, column, subject.axes[place])
        for column, place in enumerate(subject.columns)
    ]


def _masks(
    subject: TableSubject, rules: Sequence[RuleRegion], column: int, axis: Axis
) -> dict[str, str]:
    found = {}
    for rule in rules:
        test = subject.tests[rule.index][column]
        if test.box is None and test is not ANY_VALUE:
            truth = test.truth
            mask = axis.where(lambda value, truth=truth: truth is not None and truth(value) is True)  # type: ignore[misc]
            found[test.text] = hex(mask)
    return found


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "name": axis.name,
        "type": str(axis.type),
        "parts": [[str(part.kind), *_part(part)] for part in axis.parts],
    }


def _part(part: Part) -> list[str | None]:
    """Return the value, or the two ends of a gap, as FEEL literals."""
    if part.kind is Kind.GAP:
        ends = (part.low, part.high)
        return [None if end is None else literal(end) for end in ends]
    return [literal(part.value)]
