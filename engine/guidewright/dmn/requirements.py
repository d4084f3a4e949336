"""The requirement graph of models: what needs what, in which order, and rings in it (DMN 1.5, 6.2).

In: one model, or several that import each other. Out: `RequirementGraph`, the order in which
elements can be computed, the elements one of them needs, and a note for each ring. Nothing here
recurses, so a chain of thousands of decisions is an ordinary model.

Business knowledge models may require each other in a ring: that is a recursive function, which the
call-depth limit of the evaluation guards. Any other ring has no answer and is a fault.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from guidewright.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    DrgElement,
    InputData,
    KnowledgeSource,
    Reference,
    RequirementKind,
)
from guidewright.errors import Code, ModelError, Note
from guidewright.source import Span

Key = tuple[str, str]  # the namespace of a model, the id of an element of its requirement graph


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one element requires of another; `span` is where the reference is written."""

    target: Key
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class RequirementGraph:
    """Elements of the requirement graphs of models, and what each requires, in order of the files.

    Authority requirements are left out: they are never computed. A decision service requires the
    decisions it evaluates, not those whose values it is given.
    """

    elements: Mapping[Key, DrgElement]
    arrows: Mapping[Key, tuple[Arrow, ...]]

    def targets(self, key: Key) -> Iterator[Key]:
        """Return the keys of what an element requires directly."""
        return (arrow.target for arrow in self.arrows[key])


def element_key(definitions: Definitions, element: DrgElement) -> Key:
    """Return the key of an element; `#name` stands for an id that is not there."""
    return definitions.namespace, element.id or f"#{element.name}"


def requirement_graph(*models: Definitions) -> RequirementGraph:
    """Return the graph of all models; references to models that are not given are left out."""
    elements = {
        element_key(definitions, element): element
        for definitions in models
        for element in definitions.elements
        if not isinstance(element, KnowledgeSource)
    }
    arrows: dict[Key, tuple[Arrow, ...]] = {}
    for (namespace, name), element in elements.items():
        found = (
            Arrow((reference.namespace or namespace, reference.id), reference.span)
            for reference in _references(element)
        )
        arrows[namespace, name] = tuple(arrow for arrow in found if arrow.target in elements)
    return RequirementGraph(elements, arrows)


def _references(element: DrgElement) -> Iterator[Reference]:
    if isinstance(element, Decision | BusinessKnowledgeModel):
        for requirement in element.requirements:
            if requirement.kind is not RequirementKind.AUTHORITY:
                yield requirement.target
    elif isinstance(element, DecisionService):
        yield from element.output_decisions
        yield from element.encapsulated_decisions


def requirement_order(*models: Definitions) -> tuple[DrgElement, ...]:
    """Return all elements but knowledge sources, each after what it requires.

    Elements that do not depend on each other keep the order of the files; a ring of business
    knowledge models stands together. Raises `ModelError` (`dmn.cycle`) for any other ring.
    """
    graph = requirement_graph(*models)
    notes = cycle_notes(graph)
    if notes:
        raise ModelError(notes)
    return tuple(graph.elements[key] for group in _groups(graph) for key in group)


def closure(graph: RequirementGraph, *keys: Key) -> tuple[Key, ...]:
    """Return the keys of everything the given elements need, themselves included.

    Each stands after what it requires, as in `requirement_order`.
    """
    return tuple(key for group in _groups(graph, keys) for key in group)


def required_inputs(graph: RequirementGraph, *keys: Key) -> tuple[InputData, ...]:
    """Return the input data that the given elements need, in order of the files."""
    needed = set(closure(graph, *keys))
    return tuple(
        element
        for key, element in graph.elements.items()
        if key in needed and isinstance(element, InputData)
    )


# rings ------------------------------------------------------------------------------------------


def cycle_notes(graph: RequirementGraph) -> list[Note]:
    """Return a note for each ring that has no answer, naming all its members and places."""
    notes = []
    for ring in find_cycles(graph):
        members = [graph.elements[key] for key in ring]
        if all(isinstance(member, BusinessKnowledgeModel) for member in members):
            continue
        names = " -> ".join(repr(member.name) for member in (*members, members[0]))
        steps = [
            f"{graph.elements[key].name!r} requires {graph.elements[target].name!r} at "
            f"{_arrow(graph, key, target).span.place}"
            for key, target in zip(ring, (*ring[1:], ring[0]), strict=True)
        ]
        text = f"these require each other in a ring: {names}"
        notes.append(Note(Code.CYCLE, members[0].name_span, text, "; ".join(steps)))
    return notes


def find_cycles(graph: RequirementGraph) -> list[tuple[Key, ...]]:
    """Return one shortest ring for each group of elements that require each other."""
    rings = []
    for group in _groups(graph):
        if len(group) > 1 or group[0] in graph.targets(group[0]):
            rings.append(_ring(graph, group))
    return rings


def _arrow(graph: RequirementGraph, key: Key, target: Key) -> Arrow:
    return next(arrow for arrow in graph.arrows[key] if arrow.target == target)


def _ring(graph: RequirementGraph, group: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return a shortest way from the first member of a group back to itself."""
    start, members = group[0], frozenset(group)
    came_from: dict[Key, Key] = {}
    waiting = deque([start])
    while waiting:
        key = waiting.popleft()
        for target in graph.targets(key):
            if target == start:
                way = [key]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if target in members and target not in came_from:
                came_from[target] = key
                waiting.append(target)
    return group


def _groups(graph: RequirementGraph, roots: Iterable[Key] | None = None) -> list[tuple[Key, ...]]:
    """Return groups of elements that require each other, each group after what it requires.

    Tarjan's algorithm, with its own stack. Almost every group has one member.
    """
    walk = _Walk(graph)
    for root in graph.elements if roots is None else roots:
        if root not in walk.number:
            walk.enter(root)
        while walk.stack:
            key, targets = walk.stack[-1]
            target = next(targets, None)
            if target is None:
                walk.leave(key)
            elif target not in walk.number:
                walk.enter(target)
            elif target not in walk.done:
                walk.lowest[key] = min(walk.lowest[key], walk.number[target])
    return walk.groups


@dataclass(slots=True)
class _Walk:
    """Where the search for groups stands; `path` are the elements whose group is still open."""

    graph: RequirementGraph
    stack: list[tuple[Key, Iterator[Key]]] = field(default_factory=list)
    path: list[Key] = field(default_factory=list)
    number: dict[Key, int] = field(default_factory=dict)
    lowest: dict[Key, int] = field(default_factory=dict)
    done: set[Key] = field(default_factory=set)
    groups: list[tuple[Key, ...]] = field(default_factory=list)

    def enter(self, key: Key) -> None:
        self.number[key] = self.lowest[key] = len(self.number)
        self.path.append(key)
        self.stack.append((key, self.graph.targets(key)))

    def leave(self, key: Key) -> None:
        self.stack.pop()
        if self.stack:
            above = self.stack[-1][0]
            self.lowest[above] = min(self.lowest[above], self.lowest[key])
        if self.lowest[key] < self.number[key]:
            return
        group = {self.path.pop()}
        while key not in group:
            group.add(self.path.pop())
        self.done |= group
        if len(group) == 1:
            self.groups.append((key,))
        else:
            self.groups.append(tuple(key for key in self.graph.elements if key in group))
