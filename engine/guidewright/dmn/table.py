"""Lower decision tables: cells become truths about the input values (DMN 1.5, 8 and 10.3.2.10).

In: a table of the model and the scope it stands in. Out: `TableCode`, lowered code like any other
box. How its rules become Python is in `table_python`; which rules win is in `hit_policies`.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.dmn import model
from guidewright.dmn.boxed import Boxes, rule
from guidewright.dmn.cells import ANYTHING, Box
from guidewright.dmn.hit_policies import Plan, Ranking
from guidewright.dmn.index import MIN_RULES, TableIndex, build_index
from guidewright.dmn.input_cells import Cell, InputCode, column_cells, input_code, plain_boxes
from guidewright.dmn.output_cells import default_output, output_values, rule_outputs
from guidewright.dmn.rules import input_texts
from guidewright.errors import Code as MessageCode
from guidewright.feel.code import Code, Part
from guidewright.feel.scope import Scope
from guidewright.feel.types import NUMBER, ContextType, ListType, Type


@dataclass(frozen=True, slots=True, eq=False)
class RuleCode(Part):
    """One cell a column (None is satisfied by every value), one code an output.

    In a table with an index, a cell may be a box: the set of values that satisfy it.
    """

    table: model.DecisionTable
    index: int
    cells: tuple[Cell, ...]
    output: Code

    @property
    def rule(self) -> model.Rule:
        """The rule as the author wrote it."""
        return self.table.rules[self.index]


@dataclass(frozen=True, slots=True, eq=False)
class TableCode(Code):
    """A decision table; `default` is its value when no rule matches, or None for null.

    A large table has an `index`, which finds the rules that can match.
    """

    plan: Plan
    inputs: tuple[InputCode, ...]
    rules: tuple[RuleCode, ...]
    default: Code | None
    index: TableIndex | None


@rule(model.DecisionTable)
def decision_table(boxes: Boxes, table: model.DecisionTable, scope: Scope) -> Code:
    """Lower a table whose decision has no name here."""
    return lower_table(boxes, table, scope, "the table")


def lower_table(boxes: Boxes, table: model.DecisionTable, scope: Scope, name: str) -> Code:
    """Lower a table; `name` is what messages call it."""
    inputs = tuple(input_code(boxes, clause, scope) for clause in table.inputs)
    output_types = [boxes.items.type_of(clause.type) for clause in table.outputs]
    allowed = [output_values(boxes, clause) for clause in table.outputs]
    large = len(table.rules) >= MIN_RULES
    columns = [
        column_cells(boxes, clause, table.rules, column, scope, boxed=large)
        for column, clause in enumerate(inputs)
    ]
    cells = list(zip(*columns, strict=True)) if columns else [()] * len(table.rules)
    outputs = rule_outputs(boxes, table, scope, allowed)
    rules = tuple(
        RuleCode(table, index, *both) for index, both in enumerate(zip(cells, outputs, strict=True))
    )
    index = _index(inputs, rules) if large else None
    ranking = Ranking(
        tuple(
            (clause.name if len(table.outputs) > 1 else None, values)
            for clause, values in zip(table.outputs, allowed, strict=True)
            if values
        )
    )
    if table.hit_policy in (model.HitPolicy.PRIORITY, model.HitPolicy.OUTPUT_ORDER) and (
        not ranking.columns
    ):
        boxes.note(
            MessageCode.OUTPUT_VALUE,
            table.span,
            f"the hit policy {table.hit_policy} needs output values, which give the order",
            "list the output values, best first",
        )
    one = _output_type(table, output_types)
    of: Type = ListType(one) if table.hit_policy.multiple else one
    if table.aggregation is not None:
        of = NUMBER if table.aggregation in ("SUM", "COUNT") else one
    default = default_output(boxes, table, scope)
    return TableCode(table.span, of, Plan(name, table, ranking), inputs, rules, default, index)


def _output_type(table: model.DecisionTable, types: list[Type]) -> Type:
    if len(types) == 1:
        return types[0]
    return ContextType(
        tuple((clause.name or "", of) for clause, of in zip(table.outputs, types, strict=True))
    )


def boxes_of(node: TableCode) -> list[tuple[Box | None, ...]]:
    """Return the cells of a table as boxes; None where a cell is more than that."""
    columns = []
    for column, clause in enumerate(node.inputs):
        texts = input_texts(node.plan.table.rules, column)
        plain = plain_boxes(texts, clause.binding.type)
        columns.append([plain[text] if text is not None else ANYTHING for text in texts])
    return list(zip(*columns, strict=True)) if columns else [()] * len(node.rules)


def _index(inputs: tuple[InputCode, ...], rules: tuple[RuleCode, ...]) -> TableIndex | None:
    return build_index(
        [_boxes_only(each.cells) for each in rules], [clause.binding.type for clause in inputs]
    )


def _boxes_only(cells: tuple[Cell, ...]) -> tuple[Box | None, ...]:
    """Return boxes as they are, None for code, and for a cell that asks nothing its box."""
    if all(type(cell) is Box for cell in cells):
        return cells  # type: ignore[return-value] # mypy does not follow `all`
    return tuple(
        cell if isinstance(cell, Box) else (ANYTHING if cell is None else None) for cell in cells
    )
