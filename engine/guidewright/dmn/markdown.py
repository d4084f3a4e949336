"""A DMN model as Markdown, to be read by people and compared line by line.

In: `Definitions`. Out: one page: types with their values, inputs, and for each decision its
question, what it requires and its logic. The same model gives the same page; a changed cell
changes one line of it, whatever an editor did to the XML around.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch

from guidewright.dmn.markdown_boxes import described, expression_blocks, type_name
from guidewright.dmn.markdown_text import code_cell, escaped, paragraph, table
from guidewright.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    DrgElement,
    FunctionItem,
    InputData,
    ItemDefinition,
    KnowledgeSource,
    Reference,
    Requirement,
    RequirementKind,
)

Names = dict[str, str]


def markdown(definitions: Definitions) -> str:
    """Return the page of a model."""
    names = _names(definitions)
    blocks = [f"# {escaped(definitions.name)}", *described(definitions), *_identity(definitions)]
    blocks += _types(definitions)
    blocks += _inputs(definitions)
    for element in definitions.elements:
        if not isinstance(element, InputData):
            blocks += _section(element, names)
    return _page(blocks)


def element_markdown(definitions: Definitions, element: DrgElement) -> str:
    """Return the section of one element of the requirement graph."""
    return _page(_section(element, _names(definitions)))


def _page(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _names(definitions: Definitions) -> Names:
    return {id_: element.name for id_, element in definitions.by_id().items()}


def _identity(definitions: Definitions) -> Iterator[str]:
    yield f"DMN {definitions.version}, namespace {code_cell(definitions.namespace)}"
    if definitions.imports:
        yield "## Imports"
        rows = [
            [escaped(each.name), code_cell(each.namespace), code_cell(each.location or "")]
            for each in definitions.imports
        ]
        yield table(["Name", "Namespace", "File"], rows)


# types and inputs -------------------------------------------------------------------------------


def _types(definitions: Definitions) -> Iterator[str]:
    if not definitions.item_definitions:
        return
    yield "## Types"
    rows = [row for item in definitions.item_definitions for row in _type_rows(item, "")]
    yield table(["Name", "Type", "Allowed values", "Meaning"], rows)


def _type_rows(item: ItemDefinition, outer: str) -> Iterator[list[str]]:
    """Yield the row of a type and those of its components, named by their way."""
    name = f"{outer}{item.name}"
    values = [code_cell(item.allowed_values.text)] if item.allowed_values else []
    if item.type_constraint:
        values.append(f"the whole: {code_cell(item.type_constraint.text)}")
    meaning = "<br>".join(escaped(text) for text in (item.label, item.description) if text)
    yield [escaped(name), _type(item), "<br>".join(values), meaning]
    for component in item.components:
        yield from _type_rows(component, f"{name}.")


def _type(item: ItemDefinition) -> str:
    if item.function is not None:
        kind = _function_type(item.function)
    elif item.components:
        kind = "context"
    else:
        kind = type_name(item.type) or code_cell("Any")
    return f"list of {kind}" if item.is_collection else kind


def _function_type(function: FunctionItem) -> str:
    parameters = ", ".join(
        f"{escaped(each.name)}: {type_name(each.type) or code_cell('Any')}"
        for each in function.parameters
    )
    return f"function ({parameters}) giving {type_name(function.result) or code_cell('Any')}"


def _inputs(definitions: Definitions) -> Iterator[str]:
    inputs = list(definitions.input_data)
    if not inputs:
        return
    yield "## Inputs"
    rows = [
        [
            escaped(each.name),
            type_name(each.variable.type) if each.variable else "",
            "<br>".join(escaped(text) for text in (each.label, each.description) if text),
        ]
        for each in inputs
    ]
    yield table(["Name", "Type", "Meaning"], rows)


# the requirement graph --------------------------------------------------------------------------


@singledispatch
def _section(element: DrgElement, names: Names) -> list[str]:
    """Return the blocks of an element of the requirement graph."""
    raise TypeError(f"no section for {element!r} among {len(names)} elements")


@_section.register
def _input_data(element: InputData, _names: Names) -> list[str]:
    kind = type_name(element.variable.type) if element.variable else ""
    return [*_head("Input", element), *([f"Type: {kind}"] if kind else [])]


@_section.register
def _decision(element: Decision, names: Names) -> list[str]:
    return [
        *_head("Decision", element),
        *(paragraph(text) for text in (element.question, element.allowed_answers) if text),
        *_gives(element),
        *_requires(element.requirements, names),
        *(expression_blocks(element.logic) if element.logic else ["*No logic.*"]),
    ]


@_section.register
def _knowledge_model(element: BusinessKnowledgeModel, names: Names) -> list[str]:
    return [
        *_head("Function", element),
        *_gives(element),
        *_requires(element.requirements, names),
        *(expression_blocks(element.logic) if element.logic else ["*No logic.*"]),
    ]


@_section.register
def _decision_service(element: DecisionService, names: Names) -> list[str]:
    lists = (
        ("Answers", element.output_decisions),
        ("Computes", element.encapsulated_decisions),
        ("Is given decisions", element.input_decisions),
        ("Is given inputs", element.input_data),
    )
    lines = [f"{word}: {_listed(targets, names)}" for word, targets in lists if targets]
    return [*_head("Decision service", element), *_gives(element), *lines]


@_section.register
def _knowledge_source(element: KnowledgeSource, names: Names) -> list[str]:
    return [
        *_head("Source", element),
        *([paragraph(element.type)] if element.type else []),
        *([code_cell(element.location)] if element.location else []),
        *_requires(element.requirements, names),
    ]


def _head(word: str, element: DrgElement) -> list[str]:
    return [f"## {word}: {escaped(element.name)}", *described(element)]


def _gives(element: DrgElement) -> list[str]:
    """Say the name a value is known by where that is another than the element's, and its type."""
    variable = element.variable
    if variable is None:
        return []
    name = [f"Known as: {escaped(variable.name)}"] if variable.name != element.name else []
    return [*name, *([f"Type: {type_name(variable.type)}"] if variable.type else [])]


def _requires(requirements: Iterable[Requirement], names: Names) -> Iterator[str]:
    found = list(requirements)
    needed = [each.target for each in found if each.kind is not RequirementKind.AUTHORITY]
    sources = [each.target for each in found if each.kind is RequirementKind.AUTHORITY]
    if needed:
        yield f"Requires: {_listed(needed, names)}"
    if sources:
        yield f"Rests on: {_listed(sources, names)}"


def _listed(targets: Iterable[Reference], names: Names) -> str:
    return ", ".join(escaped(_target(each, names)) for each in targets)


def _target(target: Reference, names: Names) -> str:
    if target.namespace is not None:
        return f"{target.namespace}#{target.id}"
    return names.get(target.id, target.id)
