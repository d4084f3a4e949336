"""Lower the input columns of a decision table: cells become sets of values, or truths about `?`.

In: an input clause, the texts of its cells, and the scope of the table. Out: `InputCode`, and one
cell a rule. Equal plain cells are read once and share one `Box`; only other cells are parsed.
(DMN 1.5, 8.2.7, 8.2.8 and 10.3.2.10.)
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from guidewright.dmn import model
from guidewright.dmn.boxed import Boxes, Pending, convert
from guidewright.dmn.cells import BOXED_TYPES, Box, read_box
from guidewright.dmn.items import Item
from guidewright.dmn.rules import input_spans, input_texts
from guidewright.errors import Code as MessageCode
from guidewright.errors import ModelError, Note
from guidewright.feel import code
from guidewright.feel.checker import check
from guidewright.feel.code import Code
from guidewright.feel.lower import lower_tests
from guidewright.feel.names import normal
from guidewright.feel.parser import parse_unary_tests
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.text import literal
from guidewright.feel.types import ANY, NULL, STRING, Type, conforms

Cell = Code | Box | None


@dataclass(frozen=True, slots=True, eq=False)
class InputCode(code.Part):
    """An input expression, the variable that holds its value, and the test of its input values."""

    clause: model.InputClause
    value: Code
    binding: Binding
    allowed: Code | None
    item: Item | None  # the item definition of the value, if it is known


def input_code(boxes: Boxes, clause: model.InputClause, scope: Scope) -> InputCode:
    """Lower the head of a column."""
    value = boxes.text(clause.expression, scope, clause.span)
    declared = boxes.items.type_of(clause.type)
    of = value.type
    # what is known beyond the declarations of a caller changes how fast it is, never the value
    if of in (ANY, NULL) or not conforms(of, declared):
        value = convert(value, declared)
        of = declared
    binding = Binding("?", of)
    allowed = cell_tests(boxes, clause.values, binding, scope) if clause.values else None
    name = normal(clause.expression.text) if clause.expression is not None else ""
    item = boxes.named_items.get(name) or boxes.items.item_of(clause.type)
    return InputCode(clause, value, binding, allowed, item)


def cell_tests(
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


def column_cells(
    boxes: Boxes,
    clause: InputCode,
    rules: Sequence[model.Rule],
    column: int,
    scope: Scope,
    *,
    boxed: bool,
) -> list[Cell]:
    """Return the cells of a column: as boxes where they are plain, if those are wanted."""
    texts = input_texts(rules, column)
    plain = plain_boxes(texts, clause.binding.type)
    _check_allowed(boxes, clause, plain, rules, column)
    found: list[Cell] = [plain[text] if boxed else None for text in texts]
    for row, cell in enumerate(found):
        if cell is None:
            text = rules[row].inputs[column]
            found[row] = cell_tests(boxes, text, clause.binding, scope, clause.item)
    return found


def plain_boxes(texts: Sequence[str | None], of: Type) -> dict[str | None, Box | None]:
    """Return the box of each text; None for one that is not plain in a column of that type."""
    if of not in BOXED_TYPES:
        return dict.fromkeys(texts)
    return {text: read_box(text or "", of) for text in dict.fromkeys(texts)}


def _check_allowed(
    boxes: Boxes,
    clause: InputCode,
    plain: dict[str | None, Box | None],
    rules: Sequence[model.Rule],
    column: int,
) -> None:
    """A value that the input cannot have is a cell that can never match."""
    item = clause.item
    if item is None or item.is_collection:
        return
    for text, box in plain.items():
        if text is None or box is None:
            continue
        spans = partial(input_spans, rules, column, text)
        for point in box.points:
            if point is not None:
                words = (
                    f"{literal(point)} is not among the allowed values of "
                    f"{clause.clause.title!r}: it can never match"
                )
                boxes.pending.append(Pending(item, point, spans, MessageCode.WRONG_TYPE, words))
