"""What a workflow has to know of decisions: their outputs, and the values each can give.

In: a DMN model. Out: `DecisionInfo` for `workflow.checks`. Values are known when they are written
down: as output values of a table, as allowed values of an item definition, or as plain literals in
every rule. Where they are computed the answer is "not known", never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from guidewright.dmn.model import (
    Decision,
    DecisionTable,
    Definitions,
    Expression,
    ItemDefinition,
    LiteralExpression,
    OutputClause,
    Text,
    TypeReference,
)
from guidewright.workflow.model import BranchValue

Values = tuple[BranchValue, ...]


class DecisionInfo(Protocol):
    """The decisions a workflow may name."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all decisions."""

    def outputs(self, decision: str) -> Mapping[str, Values | None]:
        """Return the values each output can have, None where they are not known.

        A decision whose value is not a context has one output, with the empty name.
        """


@dataclass(frozen=True, slots=True)
class KnownDecisions:
    """`DecisionInfo` from a table."""

    table: Mapping[str, Mapping[str, Values | None]]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all decisions."""
        return tuple(self.table)

    def outputs(self, decision: str) -> Mapping[str, Values | None]:
        """Return the values each output can have."""
        return self.table[decision]


def decision_info(definitions: Definitions) -> KnownDecisions:
    """Return what is written down about the outputs of every decision of a model."""
    types = {item.name: item for item in definitions.item_definitions}
    return KnownDecisions({d.name: _outputs(d, types) for d in definitions.decisions})


_Types = Mapping[str, ItemDefinition]


def _outputs(decision: Decision, types: _Types) -> Mapping[str, Values | None]:
    of_variable = decision.variable.type if decision.variable is not None else None
    logic = decision.logic
    if isinstance(logic, DecisionTable):
        if len(logic.outputs) == 1:
            return {"": _of_clause(logic, 0, types) or _of_type(of_variable, types)}
        found = {
            clause.name or "": _of_clause(logic, index, types)
            for index, clause in enumerate(logic.outputs)
        }
        item = types.get(of_variable.name) if of_variable is not None else None
        for component in item.components if item is not None else ():
            if found.get(component.name, ()) is None:
                found[component.name] = _of_item(component, types)
        return found
    return {"": _of_type(of_variable, types) or _of_literal(logic)}


def _of_clause(table: DecisionTable, index: int, types: _Types) -> Values | None:
    """Return the values of one output: its rules' literals, else what its type allows.

    A declared value that no rule gives cannot come out, so the rules are looked at first.
    """
    clause = table.outputs[index]
    if table.aggregation is not None:
        return None
    given: list[BranchValue] = []
    for text in _cells(table, index):
        read = _literals(text.text)
        if read is None:
            return _declared(clause, types)
        given.extend(read)
    return tuple(dict.fromkeys(given)) if given else _declared(clause, types)


def _cells(table: DecisionTable, index: int) -> Iterable[Text]:
    for rule in table.rules:
        cell = rule.outputs[index] if index < len(rule.outputs) else None
        if cell is not None and cell.text.strip() not in ("", "-"):
            yield cell
    default = table.outputs[index].default
    if default is not None:
        yield default


def _declared(clause: OutputClause, types: _Types) -> Values | None:
    written = _literals(clause.values.text) if clause.values is not None else None
    return written or _of_type(clause.type, types)


def _of_type(reference: TypeReference | None, types: _Types, depth: int = 0) -> Values | None:
    if reference is None or depth > 20:
        return None
    if reference.name == "boolean":
        return (True, False)
    item = types.get(reference.name)
    return _of_item(item, types, depth) if item is not None else None


def _of_item(item: ItemDefinition, types: _Types, depth: int = 0) -> Values | None:
    if item.allowed_values is not None:
        return _literals(item.allowed_values.text)
    return _of_type(item.type, types, depth + 1)


def _of_literal(logic: Expression | None) -> Values | None:
    if isinstance(logic, LiteralExpression) and logic.text is not None:
        return _literals(logic.text.text)
    return None


_LITERAL = re.compile(
    r'\s*(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>true|false|null)|(?P<number>-?[0-9]+(?:\.[0-9]+)?))'
    r"\s*(?P<comma>,|$)"
)
_WORDS = {"true": True, "false": False}


def _literals(text: str) -> Values | None:
    r"""Return the literals in a text, without null; None when there is anything else in it.

    >>> _literals('"a", "b"'), _literals("1.5"), _literals("x + 1")
    (('a', 'b'), (Decimal('1.5'),), None)
    """
    found: list[BranchValue] = []
    at = 0
    while at < len(text.rstrip()):
        match = _LITERAL.match(text, at)
        if match is None or "\\" in (match["text"] or ""):
            return None
        at = match.end()
        if match["text"] is not None:
            found.append(match["text"])
        elif match["number"] is not None:
            found.append(
                Decimal(match["number"]) if "." in match["number"] else int(match["number"])
            )
        elif match["word"] != "null":
            found.append(_WORDS[match["word"]])
    return tuple(found)
