"""Lower decision tables: cells become truths about the input values (DMN 1.5, 8 and 10.3.2.10).

In: a table of the model and the scope it stands in. Out: `TableCode`, lowered code like any other
box. How its rules become Python is in `table_python`; which rules win is in `hit_policies`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guidewright.dmn import model
from guidewright.dmn.boxed import Boxes, Pending, convert, rule
from guidewright.dmn.cells import ANYTHING, BOXED_TYPES, Box, read_box
from guidewright.dmn.hit_policies import Plan, Ranking
from guidewright.dmn.index import MIN_RULES, TableIndex, build_index
from guidewright.dmn.items import Item
from guidewright.errors import Code as MessageCode
from guidewright.errors import ModelError, Note
from guidewright.feel import code
from guidewright.feel.api import BUILTIN_SCOPE, compile_expression
from guidewright.feel.checker import check, may_become
from guidewright.feel.code import Code, Const
from guidewright.feel.lower import lower_tests
from guidewright.feel.names import normal
from guidewright.feel.operators import unary_in
from guidewright.feel.parser import parse_unary_tests
from guidewright.feel.runtime import Refuse
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.text import literal
from guidewright.feel.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ContextType,
    ListType,
    Type,
    conforms,
)
from guidewright.source import Span


@dataclass(frozen=True, slots=True, eq=False)
class InputCode(code.Part):
    """An input expression, the variable that holds its value, and the test of its input values."""

    clause: model.InputClause
    value: Code
    binding: Binding
    allowed: Code | None
    item: Item | None  # the item definition of the value, if it is known


@dataclass(frozen=True, slots=True, eq=False)
class RuleCode(code.Part):
    """One cell a column (None is satisfied by every value), one code an output.

    In a table with an index, a cell may be a box: the set of values that satisfy it.
    """

    rule: model.Rule
    cells: tuple[Code | Box | None, ...]
    output: Code


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
    inputs = tuple(_input(boxes, clause, scope) for clause in table.inputs)
    output_types = [boxes.items.type_of(clause.type) for clause in table.outputs]
    allowed = [_output_values(boxes, clause) for clause in table.outputs]
    large = len(table.rules) >= MIN_RULES
    readers = [_cell_reader(boxes, clause, scope, boxed=large) for clause in inputs]
    rules = tuple(_rule(boxes, table, each, readers, scope, allowed) for each in table.rules)
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
    default = _default(boxes, table, scope)
    return TableCode(table.span, of, Plan(name, table, ranking), inputs, rules, default, index)


def _output_type(table: model.DecisionTable, types: list[Type]) -> Type:
    if len(types) == 1:
        return types[0]
    return ContextType(
        tuple((clause.name or "", of) for clause, of in zip(table.outputs, types, strict=True))
    )


def _input(boxes: Boxes, clause: model.InputClause, scope: Scope) -> InputCode:
    value = boxes.text(clause.expression, scope, clause.span)
    declared = boxes.items.type_of(clause.type)
    of = value.type
    # what is known beyond the declarations of a caller changes how fast it is, never the value
    if of in (ANY, NULL) or not conforms(of, declared):
        value = convert(value, declared)
        of = declared
    binding = Binding("?", of)
    allowed = _tests(boxes, clause.values, binding, scope) if clause.values else None
    name = normal(clause.expression.text) if clause.expression is not None else ""
    item = boxes.named_items.get(name) or boxes.items.item_of(clause.type)
    return InputCode(clause, value, binding, allowed, item)


def _tests(
    boxes: Boxes,
    text: model.Text | None,
    value: Binding,
    scope: Scope,
    item: Item | None = None,
) -> Code | None:
    """Lower the tests of a cell; None when every value satisfies them."""
    if text is None or not text.text.strip():
        return None
    inside = scope.inner()
    inside.define(value)
    try:
        tests = parse_unary_tests(text.span, inside, boxes.type_names)
    except ModelError as fault:
        boxes.notes.extend(fault.notes)
        reason = "this cell could not be read"
        return code.Refused(text.span, NULL, MessageCode.SYNTAX, reason)
    checked = check(tests, inside, boxes.items.resolve)
    if value.type == STRING:
        allowed = boxes.allowed_texts(item)
        checked.notes[:] = [_as_text(note, text, allowed) for note in checked.notes]
    boxes.record(checked)
    return lower_tests(checked, value)


CellReader = Callable[[model.Text | None], Code | Box | None]


def _cell_reader(boxes: Boxes, clause: InputCode, scope: Scope, *, boxed: bool) -> CellReader:
    """Return how the cells of a column are read: as boxes where they are plain, else as code."""
    read_plain = _box_reader(clause)

    def read(cell: model.Text | None) -> Code | Box | None:
        plain = read_plain(cell)
        if plain is not None and cell is not None:
            _check_allowed(boxes, clause, plain, cell.span)
        if boxed and plain is not None:
            return plain
        return _tests(boxes, cell, clause.binding, scope, clause.item)

    return read


def _check_allowed(boxes: Boxes, clause: InputCode, box: Box, span: Span) -> None:
    """A value that the input cannot have is a cell that can never match."""
    item = clause.item
    if item is None or item.is_collection:
        return
    for point in box.points:
        if point is not None:
            text = (
                f"{literal(point)} is not among the allowed values of {clause.clause.title!r}: "
                "it can never match"
            )
            boxes.pending.append(Pending(item, point, span, MessageCode.WRONG_TYPE, text))


def _box_reader(clause: InputCode) -> Callable[[model.Text | None], Box | None]:
    of = clause.binding.type
    known: dict[str, Box | None] = {}

    def read(cell: model.Text | None) -> Box | None:
        if of not in BOXED_TYPES:
            return None
        text = cell.text if cell is not None else ""
        if text not in known:
            known[text] = read_box(text, of)
        return known[text]

    return read


def boxes_of(node: TableCode) -> list[tuple[Box | None, ...]]:
    """Return the cells of a table as boxes; None where a cell is more than that."""
    readers = [_box_reader(clause) for clause in node.inputs]
    return [
        tuple(
            ANYTHING if cell is None or not cell.text.strip() else read(cell)
            for cell, read in zip(each.rule.inputs, readers, strict=True)
        )
        for each in node.rules
    ]


def _index(inputs: tuple[InputCode, ...], rules: tuple[RuleCode, ...]) -> TableIndex | None:
    rows = [
        tuple(
            cell if isinstance(cell, Box) else (ANYTHING if cell is None else None)
            for cell in each.cells
        )
        for each in rules
    ]
    return build_index(rows, [clause.binding.type for clause in inputs])


def _as_text(note: Note, cell: model.Text, allowed: Sequence[str]) -> Note:
    """A single unknown word in a column of texts is a text without its quotation marks."""
    word = cell.text.strip()
    alone = note.span is not None and note.span.text == word
    if note.code is not MessageCode.UNKNOWN_NAME or not alone:
        return note
    near = difflib.get_close_matches(word, allowed, n=1)
    if near or note.hint is None:
        return replace(note, hint=f'did you mean the text "{near[0] if near else word}"?')
    return note


def _rule(
    boxes: Boxes,
    table: model.DecisionTable,
    row: model.Rule,
    readers: list[CellReader],
    scope: Scope,
    allowed: list[tuple[object, ...]],
) -> RuleCode:
    cells = tuple(read(cell) for cell, read in zip(row.inputs, readers, strict=True))
    outputs = []
    for text, clause, values in zip(row.outputs, table.outputs, allowed, strict=True):
        value = boxes.text(text, scope, row.span)
        span = text.span if text is not None else row.span
        _check_output(boxes, value, clause, values, span)
        typed = _typed_output(boxes, value, clause)
        outputs.append(_restricted(boxes, typed, clause, scope))
    return RuleCode(row, cells, _combined(table, outputs, row.span))


def _typed_output(boxes: Boxes, value: Code, clause: model.OutputClause) -> Code:
    """Convert an output to its type; a constant that cannot be converted is the author's fault."""
    if clause.type is None:
        return value
    of = boxes.items.type_of(clause.type)
    if isinstance(value, Const) and value.span is not None and not may_become(value.type, of):
        boxes.note(
            MessageCode.WRONG_TYPE,
            value.span,
            f"{literal(value.value)} is not {of}, the type of the output {clause.title!r}",
        )
    return convert(value, of)


def _restricted(boxes: Boxes, value: Code, clause: model.OutputClause, scope: Scope) -> Code:
    """Make a computed output null, with a note, when it is not among the output values."""
    if isinstance(value, Const) or clause.values is None:
        return value
    binding = Binding("?", value.type)
    listed = _tests(boxes, clause.values, binding, scope)
    if listed is None:
        return value
    span = clause.values.span
    output = code.Ref(value.span, value.type, binding)
    missing = code.Apply(span, BOOLEAN, code.Op.EQUAL, (output, Const(span, NULL, None)))
    allowed = code.Logic(span, BOOLEAN, code.Connective.OR, (missing, listed))
    reason = f"the output is not among the output values: {clause.values.text.strip()}"
    refused = code.Refused(value.span, NULL, MessageCode.OUTPUT_VALUE, reason)
    chosen = code.Choose(value.span, value.type, allowed, output, refused)
    return code.Let(value.span, value.type, binding, value, chosen)


def _combined(table: model.DecisionTable, outputs: list[Code], span: Span) -> Code:
    if len(outputs) == 1:
        return outputs[0]
    entries = tuple(
        code.EntryCode(clause.name or "", Binding(clause.name or ""), value)
        for clause, value in zip(table.outputs, outputs, strict=True)
    )
    of = ContextType(tuple((entry.key, entry.value.type) for entry in entries))
    return code.MakeContext(span, of, entries)


def _check_output(
    boxes: Boxes,
    value: Code,
    clause: model.OutputClause,
    allowed: tuple[object, ...],
    span: Span,
) -> None:
    """An output that is a constant must be among the output values and allowed values."""
    if not isinstance(value, Const) or value.value is None:
        return
    if allowed and not any(_is_in(value.value, each) for each in allowed):
        listed = clause.values.text.strip() if clause.values else ""
        boxes.note(
            MessageCode.OUTPUT_VALUE,
            span,
            f"{literal(value.value)} is not among the output values: {listed}",
        )


def _is_in(value: object, test: object) -> bool:
    try:
        return unary_in(value, test) is True
    except Refuse:  # a value of another kind is not that output value
        return False


def _output_values(boxes: Boxes, clause: model.OutputClause) -> tuple[object, ...]:
    """Return the output values in order: they are constants, ranges of constants, or nothing."""
    text = clause.values
    if text is None:
        item = boxes.items.item_of(clause.type)
        text = item.allowed if item is not None else None
    if text is None:
        return ()
    try:
        tests = parse_unary_tests(text.span, BUILTIN_SCOPE, boxes.type_names)
    except ModelError as fault:
        boxes.notes.extend(fault.notes)
        return ()
    values = []
    for test in tests.tests:
        expression = compile_expression(test.span, strict=False)
        result = expression.evaluate()
        if result.notes:
            boxes.notes.extend(expression.notes or result.notes)
        values.append(result.value)
    return tuple(values) if not tests.negated else ()


def _default(boxes: Boxes, table: model.DecisionTable, scope: Scope) -> Code | None:
    if all(clause.default is None for clause in table.outputs):
        return None
    outputs = [
        _typed_output(boxes, boxes.text(clause.default, scope, clause.span), clause)
        for clause in table.outputs
    ]
    return _combined(table, outputs, table.span)
