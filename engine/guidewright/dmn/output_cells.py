"""Lower the outputs of a decision table: constants where they are plain, code for the rest.

In: output clauses, the texts of their cells, and the scope of the table. Out: one output a rule.
Equal plain cells are read and compared with the output values once. (DMN 1.5, 8.2.9 and 8.2.10.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guidewright.dmn import model
from guidewright.dmn.boxed import Boxes, convert
from guidewright.dmn.cells import read_literal
from guidewright.dmn.input_cells import cell_tests
from guidewright.dmn.rules import output_texts
from guidewright.errors import Code as MessageCode
from guidewright.errors import ModelError
from guidewright.feel import code
from guidewright.feel.api import BUILTIN_SCOPE, compile_expression
from guidewright.feel.checker import may_become
from guidewright.feel.code import Code, Const
from guidewright.feel.operators import unary_in
from guidewright.feel.parser import parse_unary_tests
from guidewright.feel.runtime import Refuse
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.text import literal
from guidewright.feel.types import ANY, BOOLEAN, NULL, NUMBER, STRING, ContextType, Type
from guidewright.source import Span

Allowed = tuple[object, ...]  # the output values of a clause


def rule_outputs(
    boxes: Boxes, table: model.DecisionTable, scope: Scope, allowed: Sequence[Allowed]
) -> Iterator[Code]:
    """Yield the output of each rule; `allowed` are the output values of each clause."""
    columns = [
        _column(boxes, table.rules, column, scope, clause, values)
        for column, (clause, values) in enumerate(zip(table.outputs, allowed, strict=True))
    ]
    if len(columns) == 1:
        yield from columns[0]
        return
    names = [clause.name or "" for clause in table.outputs]
    shared = [Binding(name) for name in names]  # constants refer to nothing
    types: dict[tuple[Type, ...], ContextType] = {}
    for row, outputs in enumerate(zip(*columns, strict=True)):
        if not all(type(output) is Const and output.span is None for output in outputs):
            yield _combined(table, outputs, table.rules[row].span)
            continue
        of = tuple([output.type for output in outputs])
        if of not in types:
            types[of] = ContextType(tuple(zip(names, of, strict=True)))
        entries = tuple(map(code.EntryCode, names, shared, outputs))
        yield code.MakeContext(None, types[of], entries)


def _column(
    boxes: Boxes,
    rules: Sequence[model.Rule],
    column: int,
    scope: Scope,
    clause: model.OutputClause,
    allowed: Allowed,
) -> list[Code]:
    """Return the outputs of a column; equal constants are one object, which has no span."""
    texts = output_texts(rules, column)
    of = boxes.items.type_of(clause.type)
    plain = {text: _plain(text, of, allowed) for text in dict.fromkeys(texts)}
    found: list[Code] = []
    for row, text in enumerate(texts):
        output = plain[text]
        found.append(
            output
            if output is not None
            else _output(boxes, rules[row], column, scope, clause, allowed)
        )
    return found


def _plain(text: str | None, of: Type, allowed: Allowed) -> Const | None:
    """Return a constant about which there is nothing to say; None for every other text."""
    value = read_literal(text) if text is not None else None
    if value is None or (allowed and not any(_is_in(value, each) for each in allowed)):
        return None
    its_type = STRING if isinstance(value, str) else NUMBER
    return Const(None, its_type, value) if of in (ANY, its_type) else None


def _output(
    boxes: Boxes,
    rule: model.Rule,
    column: int,
    scope: Scope,
    clause: model.OutputClause,
    allowed: Allowed,
) -> Code:
    """Return an output of any kind, and note what is wrong with it."""
    text = rule.outputs[column]
    value = boxes.text(text, scope, rule.span)
    _check_output(boxes, value, clause, allowed, text.span if text is not None else rule.span)
    return _restricted(boxes, _typed_output(boxes, value, clause), clause, scope)


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
    listed = cell_tests(boxes, clause.values, binding, scope)
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


def _combined(table: model.DecisionTable, outputs: Sequence[Code], span: Span) -> Code:
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
    allowed: Allowed,
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


def output_values(boxes: Boxes, clause: model.OutputClause) -> Allowed:
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


def default_output(boxes: Boxes, table: model.DecisionTable, scope: Scope) -> Code | None:
    """Return the value of a table when no rule matches; None when it has no default."""
    if all(clause.default is None for clause in table.outputs):
        return None
    outputs = [
        _typed_output(boxes, boxes.text(clause.default, scope, clause.span), clause)
        for clause in table.outputs
    ]
    return _combined(table, outputs, table.span)
