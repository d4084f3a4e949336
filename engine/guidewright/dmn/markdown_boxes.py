"""Boxed expressions and decision tables as Markdown.

In: an `Expression` of the model. Out: blocks of Markdown: a decision table is a table with one line
a rule, a literal expression a block of code; what stands inside another box is announced by its
way from the outside, such as **then / 2**.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import Any

from guidewright.dmn.markdown_text import block, code_cell, escaped, paragraph, table
from guidewright.dmn.model import (
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    Conditional,
    DecisionTable,
    Element,
    Expression,
    FunctionDefinition,
    LiteralExpression,
    Relation,
    Rule,
    Text,
    TypeReference,
    Variable,
)

Way = tuple[str, ...]
_NOTHING = "*nothing*"


def expression_blocks(expression: Expression | None, way: Way = ()) -> list[str]:
    """Return the blocks of an expression; `way` leads to it from the outermost box."""
    if expression is None:
        return [_NOTHING]
    # The table is keyed by the class, so each function gets the class it is for.
    return [*described(expression), *_BOXES[type(expression)](expression, way)]


def described(element: Element) -> list[str]:
    """Return the label and the description of an element that has them."""
    return [paragraph(text) for text in (element.label, element.description) if text]


def type_name(reference: TypeReference | None) -> str:
    """Return the name of a type as code, or nothing."""
    return code_cell(reference.name) if reference is not None else ""


def _part(way: Way, name: str, value: Expression | None, note: str = "") -> list[str]:
    """Return the blocks of an inner expression, announced by its way."""
    inner = (*way, escaped(name))
    head = f"**{' / '.join(inner)}**"
    return [f"{head} {note}" if note else head, *expression_blocks(value, inner)]


def _typed(variable: Variable) -> str:
    name = escaped(variable.name)
    return f"{name}: {type_name(variable.type)}" if variable.type is not None else name


def _gives(expression: Expression) -> list[str]:
    return [f"Gives {type_name(expression.type)}."] if expression.type is not None else []


# boxes ------------------------------------------------------------------------------------------


def _literal(box: LiteralExpression, _way: Way) -> list[str]:
    if box.text is None:
        return [*_gives(box), _NOTHING]
    if box.language is not None:
        return [*_gives(box), "Not evaluated:", block(box.text.text, "text")]
    return [*_gives(box), block(box.text.text)]


def _context(box: BoxedContext, way: Way) -> list[str]:
    blocks = _gives(box)
    for entry in box.entries:
        name = entry.variable.name if entry.variable is not None else "result"
        note = type_name(entry.variable.type) if entry.variable is not None else ""
        blocks += _part(way, name, entry.value, note)
    return blocks


def _invocation(box: BoxedInvocation, way: Way) -> list[str]:
    blocks = [*_gives(box), *_part(way, "call", box.function)]
    for binding in box.bindings:
        blocks += _part(way, binding.parameter, binding.value)
    return blocks


def _list(box: BoxedList, way: Way) -> list[str]:
    blocks = _gives(box)
    for number, item in enumerate(box.items, 1):
        blocks += _part(way, str(number), item)
    return blocks


def _relation(box: Relation, way: Way) -> list[str]:
    """Return a table; a cell that is no literal expression has its blocks below the table."""
    head = ["row", *(_typed(column) for column in box.columns)]
    rows, below = [], []
    for number, row in enumerate(box.rows, 1):
        cells = [str(number)]
        for column, value in zip(box.columns, row, strict=False):
            if isinstance(value, LiteralExpression) and value.text is not None:
                cells.append(code_cell(value.text.text))
            else:
                cells.append("*below*")
                below += _part((*way, str(number)), column.name, value)
        rows.append(cells)
    return [*_gives(box), table(head, rows), *below]


def _function(box: FunctionDefinition, way: Way) -> list[str]:
    parameters = ", ".join(map(_typed, box.parameters))
    kind = f" of the kind {escaped(box.kind)}" if box.kind != "FEEL" else ""
    return [f"Function{kind} of ({parameters})", *_gives(box), *_part(way, "body", box.body)]


def _conditional(box: Conditional, way: Way) -> list[str]:
    parts = (("if", box.condition), ("then", box.then), ("else", box.otherwise))
    return _all(box, way, parts)


def _filter(box: BoxedFilter, way: Way) -> list[str]:
    return _all(box, way, (("in", box.value), ("match", box.match)))


def _iterator(box: BoxedIterator, way: Way) -> list[str]:
    last = "return" if box.kind == "for" else "satisfies"
    domain = f"{box.kind} {box.variable} in"
    note = type_name(box.domain_type)
    return [
        *_gives(box),
        *_part(way, domain, box.domain, note),
        *_part(way, last, box.result),
    ]


def _all(box: Expression, way: Way, parts: Iterable[tuple[str, Expression | None]]) -> list[str]:
    blocks = _gives(box)
    for name, value in parts:
        blocks += _part(way, name, value)
    return blocks


# decision tables --------------------------------------------------------------------------------


def _decision_table(box: DecisionTable, _way: Way) -> list[str]:
    """Return the hit policy and the table: what a column reads, then a line for each rule."""
    policy = box.hit_policy.value + (f" {box.aggregation.value}" if box.aggregation else "")
    head = [
        box.corner.replace("<", "&lt;").replace(">", "&gt;").replace("#", "\\#"),
        *(escaped(clause.title) for clause in box.inputs),
        *(f"→ {escaped(clause.title or box.output_label or '')}".strip() for clause in box.outputs),
        *map(escaped, box.annotations),
    ]
    width = len(head)
    rows = [*_column_rows(box, width), *(_rule(rule, width) for rule in box.rules)]
    return [*_gives(box), f"Hit policy: {policy}", table(head, rows)]


def _column_rows(box: DecisionTable, width: int) -> list[list[str]]:
    """Return the rows that say what the columns are; a row in which nothing stands is left out."""
    ins, outs = box.inputs, box.outputs
    rows = (
        (
            "expression",
            [_text(clause.expression) for clause in ins],
            [code_cell(clause.name or "") for clause in outs],
        ),
        ("type", [type_name(each.type) for each in ins], [type_name(each.type) for each in outs]),
        ("values", [_text(clause.values) for clause in ins], [_text(each.values) for each in outs]),
        ("default", [""] * len(ins), [_text(clause.default) for clause in outs]),
        ("meaning", [_text_of(clause) for clause in ins], [_text_of(each) for each in outs]),
    )
    return [
        _filled([f"*{name}*", *first, *second], width)
        for name, first, second in rows
        if any(first) or any(second)
    ]


def _text_of(clause: Element) -> str:
    return escaped(clause.description or "")


def _rule(rule: Rule, width: int) -> list[str]:
    """Return the line of a rule; its label and description stand below its id."""
    name = "<br>".join(escaped(text) for text in (rule.name, rule.label, rule.description) if text)
    cells = [*map(_text, rule.inputs), *map(_text, rule.outputs), *map(escaped, rule.annotations)]
    return _filled([name, *cells], width)


def _text(text: Text | None) -> str:
    return code_cell(text.text) if text is not None else ""


def _filled(cells: Sequence[str], width: int) -> list[str]:
    """Return cells for every column: a rule may have fewer annotations than the table."""
    return [*cells, *[""] * (width - len(cells))]


_BOXES: MappingProxyType[type[Expression], Callable[[Any, Way], list[str]]] = MappingProxyType(
    {
        LiteralExpression: _literal,
        BoxedContext: _context,
        BoxedInvocation: _invocation,
        BoxedList: _list,
        Relation: _relation,
        FunctionDefinition: _function,
        Conditional: _conditional,
        BoxedFilter: _filter,
        BoxedIterator: _iterator,
        DecisionTable: _decision_table,
    }
)
