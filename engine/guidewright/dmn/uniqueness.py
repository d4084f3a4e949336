"""What may stand only once: ids in a file, names in a scope.

In: elements, or names with their spans. Out: a fault for each repetition, naming both places.
"""

from __future__ import annotations

from collections.abc import Iterable

from guidewright.dmn.reading import Reading
from guidewright.dmn.xml import XmlElement
from guidewright.dmn.xml_runs import RuleRun, UnsureRun
from guidewright.errors import Code
from guidewright.source import Span


def check_names(reading: Reading, what: str, names: Iterable[tuple[str, Span]]) -> None:
    """Fault each name that an earlier one has; `what` says in the plural what they name.

    Empty names are faulted where they are read.
    """
    first: dict[str, Span] = {}
    for name, span in names:
        earlier = first.setdefault(name, span)
        if name and earlier is not span:
            text = f"two {what} have the name {name!r}"
            hint = f"the first is at {earlier.place}"
            reading.fault(Code.DUPLICATE, span, text, hint)


def check_ids(reading: Reading, root: XmlElement) -> None:
    """Fault each id that an earlier element of DMN has; other tools' elements are not looked at.

    Raises `UnsureRun` when an id in a run of rules may stand twice.
    """
    first: dict[str, XmlElement] = {}
    in_runs: set[str] = set()
    namespace, parts, index = root.namespace, root.parts, root.index
    while index < root.stop:
        element = parts[index]
        index += 1
        if type(element) is RuleRun:
            found = element.element_ids()
            new = set(found) - {""}
            if len(new) + found.count("") < len(found) or not in_runs.isdisjoint(new):
                raise UnsureRun
            in_runs |= new
        if type(element) is not XmlElement:
            continue
        if element.namespace != namespace or element.name == "extensionElements":
            index = element.stop
            continue
        name = element.attributes.get("id")
        if name and first.setdefault(name, element) is not element:
            text = f"the id {name!r} is used twice"
            hint = f"the first is at {first[name].value_span('id').place}"
            reading.fault(Code.DUPLICATE, element.value_span("id"), text, hint)
    if not in_runs.isdisjoint(first):
        raise UnsureRun
