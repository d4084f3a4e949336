"""XML of boxed expressions -> the model (DMN 1.5, 7.3 and 10.2.2).

In: a `literalExpression`, `context`, `invocation` … element. Out: the `Expression` it is. Decision
tables have their own file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from guidewright.dmn.model import (
    Binding,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    Conditional,
    ContextEntry,
    Expression,
    FunctionDefinition,
    LiteralExpression,
    Relation,
    Variable,
)
from guidewright.dmn.reader_tables import read_decision_table
from guidewright.dmn.reading import MAX_NESTING, Parts, Reading, counted
from guidewright.dmn.uniqueness import check_names
from guidewright.dmn.xml import XmlElement
from guidewright.errors import Code
from guidewright.feel.names import normal

FUNCTION_KINDS = ("FEEL", "Java", "PMML", "ONNX")


def read_expression(reading: Reading, element: XmlElement) -> Expression | None:
    """Return the boxed expression, or None when boxes nest too deep."""
    if reading.nesting >= MAX_NESTING:
        text = f"boxed expressions nest deeper than {MAX_NESTING}"
        hint = "put the inner ones into a business knowledge model"
        reading.fault(Code.XML_LIMIT, element.name_span, text, hint)
        return None
    reading.nesting += 1
    found = _READERS[element.name](reading, element)
    reading.nesting -= 1
    return found


def optional_expression(reading: Reading, parts: Parts) -> Expression | None:
    """Return the first boxed expression among the parts, or None."""
    found = parts.get("expression")
    return read_expression(reading, found[0]) if found else None


def _many(reading: Reading, parts: Parts) -> tuple[Expression, ...]:
    found = [read_expression(reading, child) for child in parts.get("expression", ())]
    return tuple(expression for expression in found if expression is not None)


def _literal(reading: Reading, element: XmlElement) -> LiteralExpression:
    parts = reading.parts(element, "literalExpression")
    for imported in parts.get("importedValues", ()):
        reading.imported_values(imported)
    return LiteralExpression(
        *reading.common(element, parts),
        type=reading.type(element),
        text=reading.text(parts),
        language=reading.text_language(element),
    )


def _context(reading: Reading, element: XmlElement) -> BoxedContext:
    parts = reading.parts(element, "context")
    entries = tuple(_entry(reading, child) for child in parts.get("contextEntry", ()))
    variables = [entry.variable for entry in entries if entry.variable is not None]
    _check_distinct(reading, "entries of a context", variables)
    for entry in entries[:-1]:
        if entry.variable is None:
            text = "an entry without a variable is the result, so it must be the last one"
            reading.fault(Code.STRUCTURE, entry.span, text, "give it a variable with a name")
    return BoxedContext(
        *reading.common(element, parts), type=reading.type(element), entries=entries
    )


def _entry(reading: Reading, element: XmlElement) -> ContextEntry:
    parts = reading.parts(element, "contextEntry")
    variables = parts.get("variable")
    variable = reading.variable(variables[0]) if variables else None
    return ContextEntry(variable, optional_expression(reading, parts), element.span)


def _invocation(reading: Reading, element: XmlElement) -> BoxedInvocation:
    parts = reading.parts(element, "invocation")
    function = optional_expression(reading, parts)
    if function is None:
        text = "the invocation does not say what it calls"
        hint = "put a literalExpression with the function's name before the bindings"
        reading.fault(Code.STRUCTURE, element.name_span, text, hint)
    bindings = tuple(_binding(reading, child) for child in parts.get("binding", ()))
    check_names(reading, "bindings", [(item.parameter, item.span) for item in bindings])
    return BoxedInvocation(
        *reading.common(element, parts),
        type=reading.type(element),
        function=function,
        bindings=bindings,
    )


def _binding(reading: Reading, element: XmlElement) -> Binding:
    parts = reading.parts(element, "binding")
    parameters = parts.get("parameter")
    if not parameters:
        reading.fault(Code.STRUCTURE, element.name_span, "'binding' has no parameter")
        return Binding("", None, element.span)
    parameter = reading.variable(parameters[0])
    return Binding(parameter.name, optional_expression(reading, parts), parameter.span)


def _list(reading: Reading, element: XmlElement) -> BoxedList:
    parts = reading.parts(element, "list")
    return BoxedList(
        *reading.common(element, parts),
        type=reading.type(element),
        items=_many(reading, parts),
    )


def _relation(reading: Reading, element: XmlElement) -> Relation:
    parts = reading.parts(element, "relation")
    columns = tuple(reading.variable(child) for child in parts.get("column", ()))
    _check_distinct(reading, "columns of a relation", columns)
    rows = []
    for number, child in enumerate(parts.get("row", ()), 1):
        inner = reading.parts(child, "list")
        written = len(inner.get("expression", ()))
        if written != len(columns):
            text = (
                f"row {number} has {counted(written, 'cell')}, "
                f"but the relation has {counted(len(columns), 'column')}"
            )
            reading.fault(Code.STRUCTURE, child.name_span, text)
        rows.append(_many(reading, inner))
    return Relation(
        *reading.common(element, parts),
        type=reading.type(element),
        columns=columns,
        rows=tuple(rows),
    )


def read_function_definition(reading: Reading, element: XmlElement) -> FunctionDefinition:
    """Return a function; also the `encapsulatedLogic` of a business knowledge model."""
    parts = reading.parts(element, "functionDefinition")
    parameters = tuple(reading.variable(child) for child in parts.get("formalParameter", ()))
    _check_distinct(reading, "parameters", parameters)
    kind = element.attributes.get("kind", "FEEL")
    if kind not in FUNCTION_KINDS:
        text = f"no function is of the kind {kind!r}"
        hint = reading.suggest(kind, FUNCTION_KINDS) or f"there are {', '.join(FUNCTION_KINDS)}"
        reading.fault(Code.STRUCTURE, element.value_span("kind"), text, hint)
    return FunctionDefinition(
        *reading.common(element, parts),
        type=reading.type(element),
        parameters=parameters,
        body=optional_expression(reading, parts),
        kind=kind,
    )


def _conditional(reading: Reading, element: XmlElement) -> Conditional:
    parts = reading.parts(element, "conditional")
    condition, then, otherwise = (
        _child(reading, element, parts, name) for name in ("if", "then", "else")
    )
    return Conditional(
        *reading.common(element, parts),
        type=reading.type(element),
        condition=condition,
        then=then,
        otherwise=otherwise,
    )


def _filter(reading: Reading, element: XmlElement) -> BoxedFilter:
    parts = reading.parts(element, "filter")
    return BoxedFilter(
        *reading.common(element, parts),
        type=reading.type(element),
        value=_child(reading, element, parts, "in"),
        match=_child(reading, element, parts, "match"),
    )


def _iterator(reading: Reading, element: XmlElement) -> BoxedIterator:
    parts = reading.parts(element, element.name)
    variable = normal(element.attributes.get("iteratorVariable", ""))
    if not variable:
        text = f"{element.name!r} has no iteratorVariable"
        reading.fault(Code.STRUCTURE, element.name_span, text, 'write iteratorVariable="…"')
    domains = parts.get("in")
    return BoxedIterator(
        *reading.common(element, parts),
        type=reading.type(element),
        kind=element.name,
        variable=variable,
        domain=_child(reading, element, parts, "in"),
        domain_type=reading.type(domains[0]) if domains else None,
        result=_child(reading, element, parts, "return" if element.name == "for" else "satisfies"),
    )


def _child(reading: Reading, element: XmlElement, parts: Parts, name: str) -> Expression | None:
    """Return the expression wrapped in a child (`if`, `in`, `return` …)."""
    found = parts.get(name)
    if not found:
        text = f"{element.name!r} has no {name!r}"
        reading.fault(Code.STRUCTURE, element.name_span, text)
        return None
    return optional_expression(reading, reading.parts(found[0], "child"))


def _check_distinct(reading: Reading, what: str, variables: Sequence[Variable]) -> None:
    check_names(reading, what, [(variable.name, variable.span) for variable in variables])


_READERS: MappingProxyType[str, Callable[[Reading, XmlElement], Expression]] = MappingProxyType(
    {
        "literalExpression": _literal,
        "decisionTable": read_decision_table,
        "context": _context,
        "invocation": _invocation,
        "list": _list,
        "relation": _relation,
        "functionDefinition": read_function_definition,
        "conditional": _conditional,
        "filter": _filter,
        "for": _iterator,
        "some": _iterator,
        "every": _iterator,
    }
)
