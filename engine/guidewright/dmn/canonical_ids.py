"""Ids for the elements of a DMN file that others point at and that have none.

In: the tree of a file. Out: an id for each such element. It is made from the element's name, or
from the id of what holds it and its number there; once written it is kept, so that later edits
move nothing. Traces, diagrams and comparisons of versions name rules and decisions by these ids.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from types import MappingProxyType

from guidewright.dmn.versions import Version
from guidewright.dmn.xml import XmlElement

# element: the word its id begins with (elements with a name, directly in `definitions`)
NAMED: MappingProxyType[str, str] = MappingProxyType(
    {
        "itemDefinition": "type",
        "inputData": "input",
        "decision": "decision",
        "businessKnowledgeModel": "function",
        "decisionService": "service",
        "knowledgeSource": "source",
        "textAnnotation": "note",
        "association": "association",
        "group": "group",
        "elementCollection": "collection",
        "performanceIndicator": "indicator",
        "organizationUnit": "unit",
    }
)
# element: the word between the id of what holds it and its number
NUMBERED: MappingProxyType[str, str] = MappingProxyType(
    {"decisionTable": "table", "input": "input", "output": "output", "rule": "rule"}
)
_REQUIREMENTS = frozenset(
    {"informationRequirement", "knowledgeRequirement", "authorityRequirement"}
)


def generated_ids(root: XmlElement, version: Version) -> dict[XmlElement, str]:
    """Return ids, unique in the file, for the elements that need one and have none."""
    taken = _ids(root)
    found: dict[XmlElement, str] = {}
    numbers: Counter[tuple[XmlElement, str]] = Counter()
    parts, index = root.parts, root.index + 1
    while index < root.stop:
        element = parts[index]
        index += 1
        if type(element) is not XmlElement:
            continue
        if element.namespace != root.namespace or element.name == "extensionElements":
            index = element.stop
            continue
        parent = element.parent or root
        numbers[parent, element.name] += 1
        if element.attributes.get("id"):
            continue
        wish = _wish(element, parent, numbers[parent, element.name], found, version)
        if wish is not None:
            found[element] = _unique(wish, taken)
    return found


def _wish(
    element: XmlElement,
    parent: XmlElement,
    number: int,
    found: dict[XmlElement, str],
    version: Version,
) -> str | None:
    """Return the id an element should have, or None when it needs none."""
    if parent.name == "definitions" and element.name in NAMED:
        word = NAMED[element.name]
        return f"{word}-{slug(element.attributes.get('name', '')) or number}"
    if element.name in NUMBERED:
        word = NUMBERED[element.name]
        counted = word if element.name == "decisionTable" and number == 1 else f"{word}-{number}"
        return f"{_owner(parent, found)}-{counted}"
    if element.name in _REQUIREMENTS and version.name != "1.1":  # DMN 1.1 gives them no id
        target = next((child.attributes.get("href", "") for child in element.children), "")
        return f"{_owner(parent, found)}-requires-{slug(target.rpartition('#')[2]) or number}"
    return None


def _owner(element: XmlElement, found: dict[XmlElement, str]) -> str:
    """Return the id of the nearest element around that has one, as the beginning of another."""
    inner: XmlElement | None = element
    while inner is not None:
        if own := inner.attributes.get("id") or found.get(inner):
            return own
        inner = inner.parent
    return "definitions"


def slug(name: str) -> str:
    """Return a name with letters and digits only, joined by hyphens, as it may stand in an id.

    >>> slug("Vitamin B₁₂ (ng/L)"), slug("Größe"), slug("!")
    ('vitamin-b-ng-l', 'größe', '')
    """
    normal = unicodedata.normalize("NFC", name).lower()
    kept = "".join(each if _may_stand_in_id(each) else " " for each in normal)
    return "-".join(kept.split())


def _may_stand_in_id(character: str) -> bool:
    """Say whether XML allows a character in an id; fewer than it does, the safe ones."""
    if character.isascii():
        return character.isalnum() or character in "_-"
    return character >= "\u00c0" and unicodedata.category(character)[0] in "LM"


def _unique(wish: str, taken: dict[str, int]) -> str:
    """Return the id, or the id with the next number that is free."""
    name, count = wish, taken.get(wish, 1)
    while name in taken:
        count += 1
        name = f"{wish}-{count}"
    taken[name] = 1
    taken[wish] = count
    return name


def _ids(root: XmlElement) -> dict[str, int]:
    """Return every id of a file, also those of other tools, with the last number tried after it."""
    return {
        part.attributes["id"]: 1
        for part in root.parts
        if type(part) is XmlElement and "id" in part.attributes
    }
