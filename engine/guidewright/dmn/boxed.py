"""Lower boxed expressions: one rule per kind of box (DMN 1.5, 7.3 and 10.2).

In: an expression of the model and the scope it stands in. Out: lowered code, the same kind that
FEEL text becomes; faults of the texts in it are collected, not raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from guidewright.dmn import model
from guidewright.dmn.cells import read_literal
from guidewright.dmn.items import Item, ItemTable
from guidewright.errors import Code as MessageCode
from guidewright.errors import ModelError, Note, Severity
from guidewright.feel import code
from guidewright.feel.checker import Checked, check
from guidewright.feel.code import Code, Const
from guidewright.feel.externals import Externals, Key, key_of
from guidewright.feel.lower import lower
from guidewright.feel.names import NameTrie, normal
from guidewright.feel.parser import parse_expression
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ContextType,
    FunctionType,
    ListType,
    Type,
)
from guidewright.feel.values import Function, Parameter
from guidewright.source import Span


@dataclass(frozen=True, slots=True)
class Pending:
    """A constant to compare with allowed values, once the tests of these are compiled.

    `spans` finds where it stands, which is asked for only when it is not allowed.
    """

    item: Item
    value: Any
    spans: Callable[[], Iterable[Span]]
    code: MessageCode
    text: str


@dataclass(slots=True)
class Boxes:
    """What lowering the boxes of one model needs, and the notes it finds."""

    items: ItemTable
    type_names: NameTrie
    externals: Externals = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    used: set[str] = field(default_factory=set)  # names of the scope that texts referred to
    named_items: dict[str, Item] = field(default_factory=dict)  # item definitions of requirements
    pending: list[Pending] = field(default_factory=list)

    @staticmethod
    def allowed_texts(item: Item | None) -> list[str]:
        """Return the plain texts among the allowed values of an item definition."""
        allowed = item.allowed if item is not None else None
        parts = allowed.text.split(",") if allowed is not None else []
        found = (read_literal(part) for part in parts)
        return [value for value in found if isinstance(value, str)]

    def lower(self, expression: model.Expression | None, scope: Scope, span: Span) -> Code:
        """Lower one expression and convert it to its type; an absent one is null."""
        if expression is None:
            return Const(span, NULL, None)
        lowered = RULES[type(expression)](self, expression, scope)
        return self.converted(lowered, expression.type)

    def converted(self, value: Code, reference: model.TypeReference | None) -> Code:
        """Return the code with the conversion that a `typeRef` asks for."""
        if reference is None:
            return value
        return convert(value, self.items.type_of(reference))

    def text(self, text: model.Text | None, scope: Scope, span: Span) -> Code:
        """Lower a FEEL text; one that cannot be read is noted and null."""
        if text is None or not text.text.strip():
            return Const(span, NULL, None)
        literal = read_literal(text.text)
        if literal is not None:
            return Const(text.span, STRING if isinstance(literal, str) else NUMBER, literal)
        checked = self.checked(text, scope)
        if checked is None:
            reason = "this text could not be read"
            return code.Refused(text.span, NULL, MessageCode.SYNTAX, reason)
        return lower(checked)

    def checked(self, text: model.Text, scope: Scope) -> Checked | None:
        """Parse and check a FEEL text; None when it cannot be read."""
        try:
            node = parse_expression(text.span, scope, self.type_names)
        except ModelError as fault:
            self.notes.extend(fault.notes)
            return None
        checked = check(node, scope, self.items.resolve, self.externals)
        self.record(checked)
        return checked

    def record(self, checked: Checked) -> None:
        """Keep the notes of a checked text and the names it uses."""
        self.notes.extend(checked.notes)
        for binding in checked.bindings.values():
            self.used.add(binding.name)
            if binding.shadowed is not None:
                self.used.add(binding.shadowed.name)

    def note(
        self,
        code_: MessageCode,
        span: Span,
        text: str,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record a fault of the model."""
        self.notes.append(Note(code_, span, text, hint, severity))


_CERTAIN = (NUMBER, STRING, BOOLEAN)


def convert(value: Code, to: Type) -> Code:
    """Return the code of a conversion."""
    if to == ANY or (isinstance(value, Const) and value.type == to and to in _CERTAIN):
        return value
    return code.Convert(value.span, to, value)


E = TypeVar("E", bound=model.Expression)
Rule = Callable[[Boxes, E, Scope], Code]
RULES: dict[type[model.Expression], Rule[model.Expression]] = {}


def rule(kind: type[E]) -> Callable[[Rule[E]], Rule[E]]:
    """Register how a kind of box is lowered."""

    def register(function: Rule[E]) -> Rule[E]:
        RULES[kind] = function  # type: ignore[assignment]
        return function

    return register


@rule(model.LiteralExpression)
def literal_expression(boxes: Boxes, box: model.LiteralExpression, scope: Scope) -> Code:
    """FEEL text (7.3.1)."""
    return boxes.text(box.text, scope, box.span)


@rule(model.BoxedContext)
def context(boxes: Boxes, box: model.BoxedContext, scope: Scope) -> Code:
    """Entries in order; one without a variable is the value of the whole (10.2.1.4)."""
    inside = scope.inner()
    entries: list[code.EntryCode] = []
    for entry in box.entries:
        value = boxes.lower(entry.value, inside, entry.span)
        if entry.variable is None:
            return code.MakeContext(box.span, value.type, tuple(entries), value)
        value = boxes.converted(value, entry.variable.type)
        binding = inside.define(Binding(normal(entry.variable.name), value.type))
        if any(each.key == binding.name for each in entries):
            reason = f"the entry {binding.name!r} stands here twice"
            boxes.note(MessageCode.DUPLICATE_KEY, entry.span, reason)
            return code.Refused(entry.span, NULL, MessageCode.DUPLICATE_KEY, reason)
        entries.append(code.EntryCode(binding.name, binding, value))
    of = ContextType(tuple((entry.key, entry.value.type) for entry in entries))
    return code.MakeContext(box.span, of, tuple(entries))


@rule(model.BoxedInvocation)
def invocation(boxes: Boxes, box: model.BoxedInvocation, scope: Scope) -> Code:
    """A call with named arguments (10.2.1.3)."""
    function = boxes.lower(box.function, scope, box.span)
    arguments = tuple(boxes.lower(each.value, scope, each.span) for each in box.bindings)
    names = tuple(normal(each.parameter) for each in box.bindings)
    of = function.type.result if isinstance(function.type, FunctionType) else ANY
    return code.CallFunction(box.span, of, function, arguments, names)


@rule(model.BoxedList)
def boxed_list(boxes: Boxes, box: model.BoxedList, scope: Scope) -> Code:
    """A list (10.2.1.5)."""
    items = tuple(boxes.lower(item, scope, item.span) for item in box.items)
    return code.MakeList(box.span, ListType(ANY), items)


@rule(model.Relation)
def relation(boxes: Boxes, box: model.Relation, scope: Scope) -> Code:
    """A list of contexts, one a row (10.2.1.6)."""
    rows = []
    for row in box.rows:
        entries = tuple(
            code.EntryCode(
                normal(column.name),
                Binding(column.name),
                boxes.converted(boxes.lower(cell, scope, cell.span), column.type),
            )
            for column, cell in zip(box.columns, row, strict=True)
        )
        of = ContextType(tuple((entry.key, entry.value.type) for entry in entries))
        rows.append(code.MakeContext(box.span, of, entries))
    item = rows[0].type if rows else ANY
    return code.MakeList(box.span, ListType(item), tuple(rows))


@rule(model.FunctionDefinition)
def function_definition(boxes: Boxes, box: model.FunctionDefinition, scope: Scope) -> Code:
    """A function value; only FEEL bodies are run (10.2.1.7)."""
    return make_function(boxes, box, scope, None)


def make_function(
    boxes: Boxes, box: model.FunctionDefinition, scope: Scope, name: str | None
) -> Code:
    """Lower a function, whose name is known when it is a business knowledge model."""
    inside = scope.inner()
    parameters = []
    for parameter in box.parameters:
        of = boxes.items.type_of(parameter.type)
        binding = inside.define(Binding(normal(parameter.name), of))
        declared = of if parameter.type is not None else None
        parameters.append(code.ParameterCode(binding.name, declared, binding))
    result = boxes.items.type_of(box.type) if box.type is not None else None
    ins = tuple(each.binding.type for each in parameters)
    if box.kind != "FEEL":
        return _external(boxes, box, name, parameters, FunctionType(ins, result or ANY))
    body = boxes.lower(box.body, inside, box.span)
    of = FunctionType(ins, result or body.type)
    return code.MakeFunction(box.span, of, name, tuple(parameters), body, result)


def _external(
    boxes: Boxes,
    box: model.FunctionDefinition,
    name: str | None,
    parameters: list[code.ParameterCode],
    of: FunctionType,
) -> Code:
    """Lower a function of another kind: an allowed stand-in, or one that refuses every call."""
    stand_in = boxes.externals.get(_external_key(box) or ("", "", ""))
    if stand_in is not None:
        formal = tuple(Parameter(each.name, each.type) for each in parameters)
        return Const(box.span, of, Function(name, formal, None, stand_in))
    reason = f"this function of kind {box.kind} is not among those that are allowed"
    boxes.note(MessageCode.EXTERNAL, box.span, reason, "write the function in FEEL")
    body = code.Refused(box.span, NULL, MessageCode.EXTERNAL, reason)
    return code.MakeFunction(box.span, of, name, tuple(parameters), body)


def _external_key(box: model.FunctionDefinition) -> Key | None:
    if not isinstance(box.body, model.BoxedContext):
        return None
    parts = {}
    for entry in box.body.entries:
        value = entry.value
        text = (
            value.text.text.strip()
            if isinstance(value, model.LiteralExpression) and (value.text is not None)
            else ""
        )
        if entry.variable is not None and len(text) > 1 and text[0] == text[-1] == '"':
            parts[normal(entry.variable.name)] = text[1:-1]
    if parts.keys() != {"class", "method signature"}:
        return None
    return key_of(box.kind, parts["class"], parts["method signature"])


@rule(model.Conditional)
def conditional(boxes: Boxes, box: model.Conditional, scope: Scope) -> Code:
    """The boxed `if`; a condition that is not boolean makes it null (10.2.2.1)."""
    condition, then, otherwise = (
        boxes.lower(part, scope, box.span) for part in (box.condition, box.then, box.otherwise)
    )
    return code.Choose(box.span, ANY, condition, then, otherwise, boxed=True)


@rule(model.BoxedFilter)
def boxed_filter(boxes: Boxes, box: model.BoxedFilter, scope: Scope) -> Code:
    """The boxed filter; its match is boolean for every element (10.2.2.2)."""
    value = boxes.lower(box.value, scope, box.span)
    element = value.type.item if isinstance(value.type, ListType) else value.type
    inside = Scope(scope)
    item = inside.item = inside.define(Binding("item", element))
    condition = boxes.lower(box.match, inside, box.span)
    return code.Select(box.span, ListType(element), value, item, None, condition, boxed=True)


@rule(model.BoxedIterator)
def iterator(boxes: Boxes, box: model.BoxedIterator, scope: Scope) -> Code:
    """The boxed `for`, `some` and `every` (10.2.2.3)."""
    domain = boxes.converted(boxes.lower(box.domain, scope, box.span), box.domain_type)
    element = domain.type.item if isinstance(domain.type, ListType) else ANY
    inside = scope.inner()
    variable = inside.define(Binding(normal(box.variable), element))
    partial = inside.define(Binding("partial", ListType(ANY))) if box.kind == "for" else None
    body = boxes.lower(box.result, inside, box.span)
    of = ListType(body.type) if box.kind == "for" else BOOLEAN
    step = code.Step(variable, domain, None)
    loop = code.Loop(box.kind)
    boxed = loop is not code.Loop.FOR
    return code.Iterate(box.span, of, loop, (step,), body, partial, boxed=boxed)
