"""Draw the requirement diagram of a model: `Definitions` in, a `Drawing` in DMN's notation out.

Arrows lead from what is needed to what needs it (DMN 1.5, 6.2), so the diagram is read from the
data on the left to the answers on the right. Elements of other models are drawn dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

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

MOST_BOXES = 26  # of a page; a model with more is drawn on several

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
    groups = [] if decisions is not None else list(_groups(services, elements))
    framed = {group.id for group in groups}
    boxes = [item for item in shown if elements.key(item) not in framed]
    return _diagram(elements, boxes, name, caption.heading(title), groups=groups, caption=caption)


def draw_requirement_pages(
    definitions: Definitions, *, caption: Caption = NO_CAPTION, name: str = "requirements"
) -> tuple[Drawing, ...]:
    """Return one page when all boxes fit; else the decisions alone, and then pages of detail.

    A page of detail has some decisions, in the order of the file, and all that they need; what is
    computed on another page is dotted.
    """
    whole = draw_requirements(definitions, caption=caption, name=f"{name}-1")
    if len(whole.nodes) <= MOST_BOXES:
        return (whole,)
    elements = _Elements(definitions)
    parts = list(_parts(elements))
    count = len(parts) + 1
    overview = [item for item in elements.all() if not isinstance(item, InputData)]
    title = caption.heading(f"Which decision rests on which (page 1 of {count})")
    first = _diagram(elements, overview, f"{name}-1", title, caption=caption)
    pages = [
        _detail(elements, part, index, parts, name=name, caption=caption)
        for index, part in enumerate(parts, 2)
    ]
    return (first, *pages)


def _parts(elements: _Elements) -> Iterator[list[DrgElement]]:
    """Yield the decisions and knowledge models of each page of detail."""
    part: list[DrgElement] = []
    boxes: set[str] = set()
    used = {elements.key_of(r.target) for e in elements.all() for r in _requirements(e)}
    for element in elements.all():
        if isinstance(element, InputData | KnowledgeSource | DecisionService):
            continue
        if isinstance(element, BusinessKnowledgeModel) and elements.key(element) in used:
            continue  # drawn where it is called
        needed = {elements.key_of(item.target) for item in _requirements(element)}
        more = boxes | needed | {elements.key(element)}
        if part and len(more) > MOST_BOXES:
            yield part
            part, more = [], needed | {elements.key(element)}
        part.append(element)
        boxes = more
    if part:
        yield part


def _detail(
    elements: _Elements,
    part: list[DrgElement],
    page: int,
    parts: list[list[DrgElement]],
    *,
    name: str,
    caption: Caption,
) -> Drawing:
    """Return one page of detail."""
    page_of = {elements.key(e): number for number, p in enumerate(parts, 2) for e in p}
    needed = [elements.key_of(item.target) for e in part for item in _requirements(e)]
    own = {elements.key(element) for element in part}
    found = [elements.get(key) for key in dict.fromkeys(needed) if key not in own]
    boxes = [*part, *(element for element in found if element is not None)]
    elsewhere = {key: page_of[key] for key in needed if key in page_of and key not in own}
    title = caption.heading(f"What is computed from what (page {page} of {len(parts) + 1})")
    return _diagram(elements, boxes, f"{name}-{page}", title, caption=caption, elsewhere=elsewhere)


def _diagram(
    elements: _Elements,
    boxes: list[DrgElement],
    name: str,
    title: str,
    *,
    caption: Caption,
    groups: Sequence[Group] = (),
    elsewhere: Mapping[str, int] = MappingProxyType({}),
) -> Drawing:
    """Return a drawing of some elements; `elsewhere` are those of other pages, with the page."""
    known = {elements.key(item) for item in boxes}
    own = [item for item in boxes if elements.key(item) not in elsewhere]
    edges = [edge for item in own for edge in _edges(item, elements)]
    left_out = {elements.key(item) for item in elements.all()} - known
    edges = [edge for edge in edges if edge.source not in left_out]
    foreign = dict.fromkeys(edge.source for edge in edges if edge.source not in known)
    nodes = [_node(item, elements, elsewhere) for item in boxes]
    return Drawing(
        name=name,
        title=title,
        nodes=(*nodes, *(Node(key, Shape.FOREIGN, (elements.foreign(key),)) for key in foreign)),
        edges=tuple(edges),
        groups=tuple(groups),
        flow=Flow.RIGHT,
        footer=caption.footer,
    )


def _node(item: DrgElement, elements: _Elements, elsewhere: Mapping[str, int]) -> Node:
    """Return the box of an element."""
    key = elements.key(item)
    if key in elsewhere:
        label = (item.name, f"(page {elsewhere[key]})")
        return Node(key, Shape.ELSEWHERE, label, page=elsewhere[key])
    return Node(key, _SHAPES[type(item)], (item.name,))


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
