"""A DMN file -> `Definitions`, or every fault in it (DMN 1.5, clauses 6, 8, 10 and 13).

In: the bytes of an XML file, DMN 1.1 to 1.6. Out: the frozen model, whose texts know their places.
Elements of other tools, `extensionElements` and diagrams are not part of the model; they stay in
the XML tree (`dmn.xml`), from which a writer gives them back. FEEL texts are not parsed here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from guidewright.dmn.collector import paused_collector
from guidewright.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    DrgElement,
    InputData,
    KnowledgeSource,
    Reference,
    Requirement,
    RequirementKind,
    Variable,
)
from guidewright.dmn.reader_expressions import optional_expression, read_function_definition
from guidewright.dmn.reader_items import read_import, read_item_definition
from guidewright.dmn.reading import Parts, Reading
from guidewright.dmn.references import check_references
from guidewright.dmn.requirements import cycle_notes, requirement_graph
from guidewright.dmn.uniqueness import check_ids, check_names
from guidewright.dmn.versions import (
    BY_MODEL,
    DMN_NAMESPACES,
    VERSIONS,
    refused_version,
)
from guidewright.dmn.xml import XmlDocument, XmlElement
from guidewright.dmn.xml_parser import MAX_BYTES, parse_xml
from guidewright.dmn.xml_runs import UnsureRun
from guidewright.errors import Code, ModelError, Note
from guidewright.feel.names import normal
from guidewright.source import Span


def load_definitions(path: Path | str) -> Definitions:
    """Return the model in a file; see `read_definitions`.

    Raises `ModelError` (`file.missing`) when the file cannot be read.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        text = f"there is no file {name!r}"
        raise ModelError(Note(Code.FILE_MISSING, None, text)) from None
    except OSError as fault:
        text = f"the file {name!r} cannot be read: {fault.strerror}"
        raise ModelError(Note(Code.FILE_MISSING, None, text)) from None
    return read_definitions(data, name)


def read_definitions(data: bytes, name: str) -> Definitions:
    """Return the model in the bytes of a file; `name` is what messages call it.

    Raises `ModelError` with every fault of structure and reference, in order of the file.
    """
    try:
        return definitions_of(parse_xml(data, name, runs=True))
    except (ModelError, UnsureRun):  # faults are told by the reader that looks at every tag
        return definitions_of(parse_xml(data, name))


def definitions_of(document: XmlDocument) -> Definitions:
    """Return the model in an XML tree; raises as `read_definitions` does."""
    root = document.root
    version = BY_MODEL.get(root.namespace)
    if version is None or root.name != "definitions":
        raise ModelError(_not_a_model(root))
    reading = Reading(version)
    with paused_collector():
        definitions = _definitions(reading, root)
        check_ids(reading, root)
        check_references(reading, definitions)
        reading.notes += cycle_notes(requirement_graph(definitions))
    if reading.notes:
        raise ModelError(reading.in_order())
    return definitions


def _not_a_model(root: XmlElement) -> Note:
    span = root.name_span
    if root.namespace not in BY_MODEL and root.namespace.startswith(DMN_NAMESPACES):
        return Note(Code.VERSION, span, *refused_version(root.namespace))
    where = f"in the namespace {root.namespace!r}" if root.namespace else "in no namespace"
    text = f"the root element is {root.name!r} {where}, not 'definitions' of DMN"
    hint = f'a DMN file begins <definitions xmlns="{VERSIONS[4].model}" …>'
    return Note(Code.NOT_DMN, span, text, hint)


def _definitions(reading: Reading, root: XmlElement) -> Definitions:
    parts = reading.parts(root, "definitions")
    reading.namespace = root.attributes.get("namespace", "")
    if not reading.namespace:
        text = "'definitions' has no namespace, by which other models would import it"
        reading.fault(Code.STRUCTURE, root.name_span, text, 'write namespace="https://…"')
    reading.language = reading.text_language(root)
    reading.check_type_language(root)
    imports = tuple(read_import(reading, child) for child in parts.get("import", ()))
    items = tuple(read_item_definition(reading, child) for child in parts.get("itemDefinition", ()))
    elements = tuple(
        _DRG_READERS[child.name](reading, child)
        for child in root.children
        if child.name in _DRG_READERS and child.namespace == root.namespace
    )
    check_names(reading, "item definitions", [(item.name, item.span) for item in items])
    named = [(found.name, found.span) for found in imports]
    named += [(element.name, element.name_span) for element in elements]
    check_names(reading, "elements of the requirement graph, or imports,", named)
    return Definitions(
        *reading.common(root, parts),
        name=reading.name(root),
        namespace=reading.namespace,
        version=reading.version.name,
        expression_language=root.attributes.get("expressionLanguage"),
        type_language=root.attributes.get("typeLanguage"),
        imports=imports,
        item_definitions=items,
        elements=elements,
    )


# elements of the requirement graph --------------------------------------------------------------


def _variable(reading: Reading, element: XmlElement, parts: Parts) -> Variable | None:
    """Return the variable; one without a name has that of its element."""
    found = parts.get("variable")
    if not found:
        return None
    return reading.variable(found[0], name=normal(element.attributes.get("name", "")))


def _name(reading: Reading, element: XmlElement) -> tuple[str, Span]:
    return reading.name(element), element.value_span("name")


def _input_data(reading: Reading, element: XmlElement) -> InputData:
    parts = reading.parts(element, "inputData")
    name, name_span = _name(reading, element)
    return InputData(
        *reading.common(element, parts),
        name=name,
        name_span=name_span,
        variable=_variable(reading, element, parts),
    )


def _decision(reading: Reading, element: XmlElement) -> Decision:
    parts = reading.parts(element, "decision")
    name, name_span = _name(reading, element)
    return Decision(
        *reading.common(element, parts),
        name=name,
        name_span=name_span,
        variable=_variable(reading, element, parts),
        question=reading.plain(parts, "question"),
        allowed_answers=reading.plain(parts, "allowedAnswers"),
        requirements=_requirements(reading, parts),
        logic=optional_expression(reading, parts),
    )


def _knowledge_model(reading: Reading, element: XmlElement) -> BusinessKnowledgeModel:
    parts = reading.parts(element, "businessKnowledgeModel")
    name, name_span = _name(reading, element)
    logic = parts.get("encapsulatedLogic")
    return BusinessKnowledgeModel(
        *reading.common(element, parts),
        name=name,
        name_span=name_span,
        variable=_variable(reading, element, parts),
        requirements=_requirements(reading, parts),
        logic=read_function_definition(reading, logic[0]) if logic else None,
    )


def _decision_service(reading: Reading, element: XmlElement) -> DecisionService:
    parts = reading.parts(element, "decisionService")
    name, name_span = _name(reading, element)
    outputs = _references(reading, parts, "outputDecision", Decision)
    if not outputs:
        text = "the decision service has no output decision, so it answers nothing"
        reading.fault(Code.STRUCTURE, element.name_span, text, 'write <outputDecision href="#…"/>')
    return DecisionService(
        *reading.common(element, parts),
        name=name,
        name_span=name_span,
        variable=_variable(reading, element, parts),
        output_decisions=outputs,
        encapsulated_decisions=_references(reading, parts, "encapsulatedDecision", Decision),
        input_decisions=_references(reading, parts, "inputDecision", Decision),
        input_data=_references(reading, parts, "inputData", InputData),
    )


def _knowledge_source(reading: Reading, element: XmlElement) -> KnowledgeSource:
    parts = reading.parts(element, "knowledgeSource")
    name, name_span = _name(reading, element)
    return KnowledgeSource(
        *reading.common(element, parts),
        name=name,
        name_span=name_span,
        variable=None,
        type=reading.plain(parts, "type"),
        location=element.attributes.get("locationURI"),
        requirements=_requirements(reading, parts),
    )


def _references(
    reading: Reading, parts: Parts, name: str, kind: type[DrgElement]
) -> tuple[Reference, ...]:
    found = [reading.reference(child, (kind,)) for child in parts.get(name, ())]
    return tuple(reference for reference in found if reference is not None)


_DRG_READERS: MappingProxyType[str, Callable[[Reading, XmlElement], DrgElement]] = MappingProxyType(
    {
        "inputData": _input_data,
        "decision": _decision,
        "businessKnowledgeModel": _knowledge_model,
        "decisionService": _decision_service,
        "knowledgeSource": _knowledge_source,
    }
)

# element -> its targets -> the kind of requirement, and the elements it may lead to
_REQUIREMENTS: tuple[tuple[str, str, RequirementKind, tuple[type[DrgElement], ...]], ...] = (
    ("informationRequirement", "requiredInput", RequirementKind.INPUT, (InputData,)),
    ("informationRequirement", "requiredDecision", RequirementKind.DECISION, (Decision,)),
    (
        "knowledgeRequirement",
        "requiredKnowledge",
        RequirementKind.KNOWLEDGE,
        (BusinessKnowledgeModel, DecisionService),
    ),
    ("authorityRequirement", "requiredDecision", RequirementKind.AUTHORITY, (Decision,)),
    ("authorityRequirement", "requiredInput", RequirementKind.AUTHORITY, (InputData,)),
    ("authorityRequirement", "requiredAuthority", RequirementKind.AUTHORITY, (KnowledgeSource,)),
)
_ARROWS = tuple(dict.fromkeys(row[0] for row in _REQUIREMENTS))


def _requirements(reading: Reading, parts: Parts) -> tuple[Requirement, ...]:
    """Return the requirements in order of the file, kind by kind."""
    found = []
    for arrow in _ARROWS:
        for element in parts.get(arrow, ()):
            found += _requirement(reading, element)
    return tuple(found)


def _requirement(reading: Reading, element: XmlElement) -> list[Requirement]:
    targets = reading.parts(element, element.name)
    found = []
    written = 0
    for arrow, name, kind, wanted in _REQUIREMENTS:
        for child in targets.get(name, ()) if arrow == element.name else ():
            written += 1
            reference = reading.reference(child, wanted)
            if reference is not None:
                found.append(Requirement(kind, reference, element.attributes.get("id")))
    if written != 1:
        names = " or ".join(row[1] for row in _REQUIREMENTS if row[0] == element.name)
        text = f"{element.name!r} leads to {written} elements; it must lead to one"
        reading.fault(Code.STRUCTURE, element.name_span, text, f"write one {names}")
    return found
