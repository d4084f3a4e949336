"""XML of item definitions and imports -> the model (DMN 1.5, 7.3.2, 7.3.3 and 6.3.3).

In: `itemDefinition` and `import` elements. Out: `ItemDefinition` and `Import`.
"""

from __future__ import annotations

from guidewright.dmn.model import FunctionItem, Import, ItemDefinition, TypeReference
from guidewright.dmn.reading import MAX_NESTING, Parts, Reading
from guidewright.dmn.uniqueness import check_names
from guidewright.dmn.xml import XmlElement
from guidewright.errors import Code
from guidewright.feel.names import normal


def read_item_definition(reading: Reading, element: XmlElement) -> ItemDefinition:
    """Return a type: a reference, or components, or a function item (one of them)."""
    parts = reading.parts(element, "itemDefinition")
    reading.check_type_language(element)
    components = _components(reading, element, parts)
    check_names(reading, "components", [(item.name, item.span) for item in components])
    referred = _type(reading, element, parts)
    function = _function_item(reading, parts)
    kinds = [referred is not None, bool(components), function is not None]
    if sum(kinds) > 1:
        text = "an item definition has a typeRef, or components, or a functionItem, not several"
        reading.fault(Code.STRUCTURE, element.name_span, text, "remove all but one")
    return ItemDefinition(
        *reading.common(element, parts),
        name=reading.name(element),
        type=referred,
        components=components,
        function=function,
        is_collection=reading.flag(element, "isCollection"),
        allowed_values=reading.unary_tests(parts, "allowedValues"),
        type_constraint=reading.unary_tests(parts, "typeConstraint"),
    )


def _components(reading: Reading, element: XmlElement, parts: Parts) -> tuple[ItemDefinition, ...]:
    if reading.nesting >= MAX_NESTING:
        text = f"item components nest deeper than {MAX_NESTING}"
        reading.fault(Code.XML_LIMIT, element.name_span, text, "give the inner ones a name")
        return ()
    reading.nesting += 1
    found = [read_item_definition(reading, child) for child in parts.get("itemComponent", ())]
    reading.nesting -= 1
    return tuple(found)


def _type(reading: Reading, element: XmlElement, parts: Parts) -> TypeReference | None:
    """Return the typeRef, which is a child element, or in some files an attribute."""
    children = parts.get("typeRef")
    if not children:
        return reading.type(element)
    written = reading.text(parts, "typeRef")
    return reading.type_named(children[0], normal(written.text), written.span) if written else None


def _function_item(reading: Reading, parts: Parts) -> FunctionItem | None:
    elements = parts.get("functionItem")
    if not elements:
        return None
    inner = reading.parts(elements[0], "functionItem")
    parameters = tuple(reading.variable(child) for child in inner.get("parameters", ()))
    check_names(reading, "parameters", [(item.name, item.span) for item in parameters])
    return FunctionItem(parameters, reading.type(elements[0], "outputTypeRef"))


def read_import(reading: Reading, element: XmlElement) -> Import:
    """Return an import; in DMN 1.1, where it has no name, that is the namespace's prefix."""
    reading.parts(element, "import")
    namespace = element.attributes.get("namespace", "")
    import_type = element.attributes.get("importType", "")
    for name, value in (("namespace", namespace), ("importType", import_type)):
        if not value:
            text = f"'import' has no {name}"
            reading.fault(Code.STRUCTURE, element.name_span, text, f'write {name}="…"')
    if "name" in element.attributes:
        name = normal(element.attributes["name"])  # may be empty since DMN 1.5
    elif reading.version.name == "1.1":
        name = _prefix_of(element, namespace)
    else:
        name = reading.name(element)
    reading.imports.setdefault(namespace, name)
    location = element.attributes.get("locationURI")
    return Import(name, namespace, import_type, location, element.span)


def _prefix_of(element: XmlElement, namespace: str) -> str:
    scope: XmlElement | None = element
    while scope is not None:
        for prefix, declared in scope.declarations:
            if declared == namespace and prefix is not None:
                return prefix
        scope = scope.parent
    return ""
