"""Draw the requirement diagram of a model: `Definitions` in, a `Drawing` in DMN's notation out.

Arrows lead from what is needed to what needs it (DMN 1.5, 6.2), so the diagram is read from the
data on the left to the answers on the right. Elements of other models are drawn dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
)
from guidewright_visualize.drawing import (
    NO_CAPTION,
    Caption,
    Drawing,
    Edge,
    EdgeKind,
    Flow,
    Group,
    Node,
    Shape,
)

_SHAPES: Mapping[type[DrgElement], Shape] = {
    Decision: Shape.DECISION,
    InputData: Shape.INPUT_DATA,
    BusinessKnowledgeModel: Shape.KNOWLEDGE_MODEL,
    KnowledgeSource: Shape.KNOWLEDGE_SOURCE,
    DecisionService: Shape.DECISION_SERVICE,
}
_ARROWS = {
    RequirementKind.INPUT: EdgeKind.INFORMATION,
    RequirementKind.DECISION: EdgeKind.INFORMATION,
    RequirementKind.KNOWLEDGE: EdgeKind.KNOWLEDGE,
    RequirementKind.AUTHORITY: EdgeKind.AUTHORITY,
}


def draw_requirements(
    definitions: Definitions,
    *,
    caption: Caption = NO_CAPTION,
    decisions: Iterable[str] | None = None,
    name: str = "requirements",
    title: str = "What is computed from what",
) -> Drawing:
    """Return the diagram of the whole model, or of what the named `decisions` need.

    Raises `KeyError` with the name of a decision that the model does not have.
    """
    elements = _Elements(definitions)
    shown = elements.all() if decisions is None else elements.needed_by(decisions)
    services = [item for item in shown if isinstance(item, DecisionService)]
    grouped = [] if decisions is not None else list(_groups(services, elements))
    framed = {group.id for group in grouped}
    boxes = [item for item in shown if elements.key(item) not in framed]
    edges = tuple(edge for item in boxes for edge in _edges(item, elements))
    known = {elements.key(item) for item in boxes}
    foreign = dict.fromkeys(edge.source for edge in edges if edge.source not in known)
    nodes = [Node(elements.key(item), _SHAPES[type(item)], (item.name,)) for item in boxes]
    return Drawing(
        name=name,
        title=caption.heading(title),
        nodes=(*nodes, *(Node(key, Shape.FOREIGN, (elements.foreign(key),)) for key in foreign)),
        edges=edges,
        groups=tuple(grouped),
        flow=Flow.RIGHT,
        footer=caption.footer,
    )


class _Elements:
    """The elements of a model by the keys that boxes have."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._by_key = {self.key(item): item for item in definitions.elements}
        self._imports = {item.namespace: item.name for item in definitions.imports}

    def key(self, element: DrgElement) -> str:
        """Return the id of an element, else its name."""
        return element.id or element.name

    def key_of(self, reference: Reference) -> str:
        """Return the key a reference leads to; the namespace is part of a foreign one."""
        if reference.namespace in (None, self._definitions.namespace):
            return reference.id
        return f"{reference.namespace}#{reference.id}"

    def foreign(self, key: str) -> str:
        """Return what to write in the box of an element that is not in this model."""
        namespace, _, fragment = key.rpartition("#")
        return f"{self._imports.get(namespace) or 'another model'}: {fragment}"

    def get(self, key: str) -> DrgElement | None:
        """Return the element of this model, or None."""
        return self._by_key.get(key)

    def all(self) -> list[DrgElement]:
        """Return all elements, in the order of the file."""
        return list(self._definitions.elements)

    def needed_by(self, names: Iterable[str]) -> list[DrgElement]:
        """Return the named decisions and all they need, in the order of the file."""
        by_name = {item.name: item for item in self._definitions.decisions}
        open_keys = [self.key(by_name[name]) for name in names]
        found: set[str] = set()
        while open_keys:
            key = open_keys.pop()
            element = self.get(key)
            if element is not None and key not in found:
                found.add(key)
                open_keys += [self.key_of(item.target) for item in _requirements(element)]
        return [item for item in self._definitions.elements if self.key(item) in found]


def _requirements(element: DrgElement) -> tuple[Requirement, ...]:
    """Return what an element requires."""
    if isinstance(element, Decision | BusinessKnowledgeModel | KnowledgeSource):
        return element.requirements
    return ()


def _edges(element: DrgElement, elements: _Elements) -> Iterator[Edge]:
    """Yield the arrows that end at an element."""
    target = elements.key(element)
    for requirement in _requirements(element):
        source = elements.key_of(requirement.target)
        yield Edge(source, target, _ARROWS[requirement.kind], ways=(requirement.id or "",))
    if isinstance(element, DecisionService):
        for output in element.output_decisions:
            yield Edge(elements.key_of(output), target, EdgeKind.INFORMATION)


def _groups(services: list[DecisionService], elements: _Elements) -> Iterator[Group]:
    """Yield the services that can be drawn around their decisions: these belong to no other."""
    taken: set[str] = set()
    for service in services:
        inside = (*service.output_decisions, *service.encapsulated_decisions)
        keys = tuple(dict.fromkeys(elements.key_of(reference) for reference in inside))
        if keys and taken.isdisjoint(keys) and all(elements.get(key) for key in keys):
            taken.update(keys)
            yield Group(elements.key(service), f"Decision service: {service.name}", keys)
