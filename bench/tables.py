"""Decision tables of a DMN file as plain texts: what other engines' models are made from.

In: a path. Out: one `Table` per decision in document order. Only the standard library reads the
file here, so that a fault of guidewright's own reader cannot hide in the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table, row by row; `requires` names the decisions its inputs come from."""

    decision: str
    hit_policy: str
    requires: tuple[str, ...]
    inputs: tuple[str, ...]
    types: tuple[str, ...]
    outputs: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    results: tuple[tuple[str, ...], ...]


def read_tables(path: Path) -> list[Table]:
    """Return the decision tables of a file."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own files
    names = {f"#{each.get('id')}": each.get("name", "") for each in root.findall(DMN + "decision")}
    return [_table(each, names) for each in root.findall(DMN + "decision")]


def _table(decision: ElementTree.Element, names: dict[str, str]) -> Table:
    table = decision.find(DMN + "decisionTable")
    if table is None:
        raise ValueError(f"decision {decision.get('name')!r} is no decision table")
    required = decision.iter(DMN + "requiredDecision")
    expressions = [each.find(DMN + "inputExpression") for each in table.findall(DMN + "input")]
    rules = table.findall(DMN + "rule")
    return Table(
        decision=decision.get("name", ""),
        hit_policy=table.get("hitPolicy", "UNIQUE"),
        requires=tuple(names[each.get("href", "")] for each in required),
        inputs=tuple(_text(each) for each in expressions if each is not None),
        types=tuple(each.get("typeRef", "") for each in expressions if each is not None),
        outputs=tuple(each.get("name", "") for each in table.findall(DMN + "output")),
        cells=tuple(tuple(map(_text, rule.findall(DMN + "inputEntry"))) for rule in rules),
        results=tuple(tuple(map(_text, rule.findall(DMN + "outputEntry"))) for rule in rules),
    )


def _text(element: ElementTree.Element) -> str:
    return (element.findtext(DMN + "text") or "").strip()
