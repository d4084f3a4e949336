"""The prefixes of a canonical DMN file: one for each namespace, all declared on the root.

In: the tree of a file. Out: `Names`, by which a writer spells elements, attributes and the values
that are names with a prefix themselves (`typeRef` in DMN 1.1, `dmnElementRef`, `xsi:type`). The
version's own namespace is the default; those of diagrams and of FEEL have the prefixes that the
specification uses; another tool's keep the author's. A prefix that seems unused stays declared,
because a text of the tool may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guidewright.dmn.versions import VERSIONS, Version
from guidewright.dmn.xml import SEPARATOR, XmlElement, split_name

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
DIAGRAM_NAMESPACES: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20180521/DC/": "dc",
    "http://www.omg.org/spec/DMN/20180521/DI/": "di",
    **{version.diagrams: "dmndi" for version in VERSIONS if version.diagrams is not None},
}
_STABLE: Mapping[str, str] = {
    **DIAGRAM_NAMESPACES,
    **{version.feel: "feel" for version in VERSIONS},
}
_DIAGRAM_REFERENCES = frozenset({"dmnElementRef", "sourceElement", "targetElement"})
_FOR_ATTRIBUTES = "dmn"  # attributes never are in the default namespace
_UNNAMED = "ns"


@dataclass(frozen=True, slots=True)
class Names:
    """The prefix of each namespace of a file but the model's, which is the default."""

    version: Version
    prefixes: Mapping[str, str]

    def declarations(self) -> list[tuple[str, str]]:
        """Return the `xmlns` attributes of the root: written name and namespace, in order."""
        stable = sorted(
            self.prefixes.items(), key=lambda item: (item[0] not in _STABLE, item[1], item[0])
        )
        return [
            ("xmlns", self.version.model),
            *((f"xmlns:{prefix}", namespace) for namespace, prefix in stable),
        ]

    def element(self, element: XmlElement) -> str:
        """Return the name of an element as it is written."""
        prefix = self.prefixes.get(element.namespace)
        if prefix is None or element.namespace == self.version.model:
            return element.name
        return f"{prefix}:{element.name}"

    def attribute(self, namespace: str, name: str) -> str:
        """Return the name of an attribute that is in a namespace, as it is written."""
        return f"{'xml' if namespace == XML_NAMESPACE else self.prefixes[namespace]}:{name}"

    def attribute_value(self, element: XmlElement, key: str) -> str:
        """Return the value of an attribute, with the prefix in it renamed where it has one."""
        value = element.attributes[key]
        if SEPARATOR in key:
            is_type = split_name(key)[:2] == (_XSI, "type")
            return self._requalified(element, value, defaulted=True) if is_type else value
        in_diagram = element.namespace in DIAGRAM_NAMESPACES
        if (in_diagram and key in _DIAGRAM_REFERENCES) or (
            key == "typeRef" and self._has_qualified_types(element)
        ):
            return self._requalified(element, value)
        return value

    def text(self, element: XmlElement, text: str) -> str:
        """Return the text of an element, with the prefix in it renamed where it has one."""
        if element.name == "typeRef" and self._has_qualified_types(element):
            return self._requalified(element, text)
        return text

    def _has_qualified_types(self, element: XmlElement) -> bool:
        return self.version.name == "1.1" and element.namespace == self.version.model

    def _requalified(self, element: XmlElement, value: str, *, defaulted: bool = False) -> str:
        """Return a name with the prefix that its namespace has in the canonical file."""
        before, colon, local = value.partition(":")
        if not colon and not defaulted:
            return value
        namespace = element.namespace_of(before.strip() if colon else None)
        if namespace == self.version.model:
            return local if colon else value
        prefix = self.prefixes.get(namespace or "")
        if prefix is None or prefix == before.strip():
            return value
        return f"{prefix}:{local}" if colon else f"{prefix}:{value.strip()}"


def canonical_names(root: XmlElement, version: Version) -> Names:
    """Choose the prefixes of a file.

    The choice depends on nothing but the namespaces and the author's own prefixes, so the file
    that is written has the same ones again.
    """
    wishes = _wishes(root, version)
    own = {version.diagrams, version.feel}

    def importance(namespace: str) -> tuple[int, str]:
        if namespace in _STABLE:
            return (0 if namespace in own else 1), namespace
        return (2 if wishes[namespace] else 3), namespace

    prefixes: dict[str, str] = {}
    for namespace in sorted(wishes, key=importance):
        wish = _STABLE.get(namespace) or wishes[namespace] or _UNNAMED
        prefix, count = wish, 1
        while prefix in prefixes.values():
            count += 1
            prefix = f"{wish}{count}"
        prefixes[namespace] = prefix
    return Names(version, prefixes)


def _wishes(root: XmlElement, version: Version) -> dict[str, str]:
    """Return the namespaces that need a prefix and the author's first one, or an empty text.

    A default namespace needs one only when some element is in it; the model's own only when an
    attribute is in it.
    """
    wishes: dict[str, str] = {}
    for part in root.parts:
        if type(part) is not XmlElement:
            continue
        for prefix, namespace in part.declarations:
            if prefix and namespace not in (version.model, XML_NAMESPACE):
                wishes[namespace] = wishes.get(namespace) or prefix
        if part.namespace and part.namespace != version.model:
            wishes.setdefault(part.namespace, "")
        for key in part.attributes:
            if SEPARATOR in key and key.startswith(version.model + SEPARATOR):
                wishes[version.model] = _FOR_ATTRIBUTES
    return wishes
