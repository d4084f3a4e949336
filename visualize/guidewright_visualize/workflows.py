"""Draw a workflow as pages of a clinical flowchart: a `Graph` goes in, `Drawing`s come out.

One page for each phase, at most about 20 boxes; boxes are numbered through all pages; a way to
another page ends in an oval that names the box it continues at. Nested and parallel states are
borders around their boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from guidewright.workflow.model import ANYWHERE, Graph, State, StateKind, Transition, Trigger
from guidewright_visualize.drawing import (
    NO_CAPTION,
    Border,
    Caption,
    Drawing,
    Edge,
    EdgeKind,
    Group,
    Node,
    Shape,
    Side,
)
from guidewright_visualize.ordering import Link, order_by_place, reading_order
from guidewright_visualize.pictures import printed_places
from guidewright_visualize.workflow_words import answer, box_lines, way_words

Places = Callable[[Drawing], Mapping[str, tuple[int, int]]]

MOST_BOXES = 24  # of a page; a phase with more is split
MOST_ROWS = 9  # of a page, ovals included; a page with more is split
_PASSES = 6
FEW_BOXES = 8  # so many can stand on one page in any number of regions
REGIONS = 2  # parallel regions on a page with more boxes

_SHAPES = {
    StateKind.CLINICAL: Shape.STATE,
    StateKind.TASK: Shape.ACTION,
    StateKind.DECISION: Shape.QUESTION,
    StateKind.WAIT: Shape.ACTION,
    StateKind.GAP: Shape.SILENT,
    StateKind.FINAL: Shape.STATE,
    StateKind.PARALLEL: Shape.STATE,
    StateKind.HISTORY: Shape.STATE,
    StateKind.WORKFLOW: Shape.STATE,
}


def _clinical_border(state: State, graph: Graph) -> Border:
    return Border.GROUP


@dataclass(frozen=True, slots=True)
class Notation:
    """How states and ways are drawn: by default as a clinical flowchart.

    With `begins`, a dot shows where the whole and each nested state begin.
    """

    shape: Callable[[State], Shape] = lambda state: _SHAPES[state.kind]
    lines: Callable[[State, Graph], tuple[str, ...]] = box_lines
    words: Callable[[Transition, Graph], str] = way_words
    border: Callable[[State, Graph], Border] = _clinical_border
    yes_beside: bool = True
    begins: bool = False
    most_rows: int = MOST_ROWS


CLINICAL = Notation()


def draw_workflow(
    graph: Graph,
    *,
    caption: Caption = NO_CAPTION,
    name: str = "workflow",
    places: Places | None = printed_places,
    notation: Notation = CLINICAL,
) -> tuple[Drawing, ...]:
    """Return the pages in order; they are named `name-1`, `name-2`, ...

    Boxes are numbered as they stand on paper: `places` lays a page out and says where each box
    is. With None nothing is laid out, and numbers follow the arrows.
    """
    chart = _Chart(graph, notation)
    pages = _pages(chart, name, caption)
    if places is None:
        return pages
    for _ in range(_PASSES):  # other numbers can move a box; then once more
        found = [places(page) for page in pages]
        at = {box: place for page in found for box, place in page.items()}
        rows = [1 + max(row for row, _ in page.values()) for page in found]
        placed = chart.placed(at).shortened(rows)
        if placed.pages == chart.pages:
            break
        chart, pages = placed, _pages(placed, name, caption)
    return pages


def _pages(chart: _Chart, name: str, caption: Caption) -> tuple[Drawing, ...]:
    """Return the drawings of all pages."""
    return tuple(
        _page(chart, index, name=f"{name}-{index + 1}", caption=caption)
        for index in range(len(chart.pages))
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A page: its title and its boxes in reading order."""

    title: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """All transitions from one state to one target: they are one arrow."""

    source: str
    target: str
    transitions: tuple[Transition, ...]
    label: str

    @property
    def answer(self) -> bool | None:
        """True for yes, False for no."""
        answers = {answer(way) for way in self.transitions}
        return answers.pop() if len(answers) == 1 else None

    @property
    def ids(self) -> tuple[str, ...]:
        """The identities of the transitions."""
        return tuple(way.id for way in self.transitions)


@dataclass(frozen=True)
class _Chart:
    """What all pages need to know about the graph."""

    graph: Graph
    notation: Notation
    given: tuple[_Page, ...] = ()

    def placed(self, at: Mapping[str, tuple[int, int]]) -> _Chart:
        """Return the chart with the boxes of each page in the order of their places."""
        pages = (
            _Page(page.title, tuple(order_by_place(page.boxes, at, self._around(page.boxes))))
            for page in self.pages
        )
        return _Chart(self.graph, self.notation, tuple(pages))

    def shortened(self, rows: Sequence[int]) -> _Chart:
        """Return the chart with pages of too many rows split in two."""
        pages: list[_Page] = []
        for page, count in zip(self.pages, rows, strict=True):
            cut = (
                self._cut(page.boxes)
                if count > self.notation.most_rows and len(page.boxes) > 1
                else 0
            )
            parts = (page.boxes[:cut], page.boxes[cut:])
            pages += [_Page(page.title, part) for part in parts if part]
        return _Chart(self.graph, self.notation, tuple(pages))

    def _cut(self, boxes: tuple[str, ...]) -> int:
        """Return where to split a page: where a nested state begins, else in the middle."""
        tops = [self.around(box)[:1] for box in boxes]
        begins = [index for index in range(1, len(boxes)) if tops[index] != tops[index - 1]]
        fair = [index for index in begins if len(boxes) // 4 < index < len(boxes)]
        return min(fair or [len(boxes) // 2], key=lambda index: abs(index - len(boxes) / 2))

    def _around(self, boxes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the states around each box."""
        return {box: self.around(box) for box in boxes}

    @cached_property
    def ways(self) -> tuple[_Way, ...]:
        """The arrows, in document order."""
        found: dict[tuple[str, str], list[Transition]] = {}
        for way in self.graph.transitions:
            found.setdefault((way.source, way.target.name), []).append(way)
        return tuple(
            _Way(source, target, tuple(ways), self.label(ways))
            for (source, target), ways in found.items()
        )

    def label(self, ways: list[Transition]) -> str:
        """Return what stands on an arrow."""
        words = [self.notation.words(way, self.graph) for way in ways]
        return " or ".join(dict.fromkeys(word for word in words if word))

    @cached_property
    def sides(self) -> Mapping[tuple[str, str], Side]:
        """Where the end of each arrow stands, by source and target."""
        return dict(_sides(self))

    def rows(self, way: _Way) -> int:
        """Return how many rows further down an arrow ends.

        When a box has many ways, those that end nothing but the way stand one below the other.
        """
        siblings = [other for other in self.ways if other.source == way.source]
        ends = [other for other in siblings if self._is_end(other)]
        return ends.index(way) + 1 if way in ends and len(siblings) > 2 else 1

    def _is_end(self, way: _Way) -> bool:
        """Whether nothing follows a target on its page, and nothing else leads there."""
        source, target = self.graph.state(way.source), self.graph.state(way.target)
        other_page = source.phase != target.phase
        alone = sum(other.target == way.target for other in self.ways) == 1
        last = target.atomic and not target.transitions and source.parent == target.parent
        beside = self.sides[way.source, way.target] is Side.RIGHT
        return not beside and (other_page or (alone and last))

    @cached_property
    def pages(self) -> tuple[_Page, ...]:
        """The phases, each with its boxes; phases without boxes have no page."""
        if self.given:
            return self.given
        titles = {phase.name: phase.label for phase in self.graph.phases}
        boxes: dict[str, list[str]] = {name: [] for name in titles}
        for state in self.graph.states:
            if state.atomic:
                boxes.setdefault(state.phase or "", []).append(state.name)
        return tuple(
            page
            for phase, names in boxes.items()
            if names
            for page in _split(
                self, titles.get(phase, phase or self.graph.label), self._order(names)
            )
        )

    def _order(self, names: list[str]) -> list[str]:
        """Return the boxes of a phase in reading order."""
        links = [
            Link(source, entry, self.sides[way.source, way.target] is Side.RIGHT, self.rows(way))
            for way in self.ways
            for source in self.exits(way.source)
            for entry in self.entries(way.target)
        ]
        return reading_order(names, links, self._around(names))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each box, through all pages."""
        boxes = [box for page in self.pages for box in page.boxes]
        return {box: number for number, box in enumerate(boxes, 1)}

    @cached_property
    def _page_of(self) -> Mapping[str, int]:
        """The page of each box, from 0."""
        return {box: index for index, page in enumerate(self.pages) for box in page.boxes}

    def left_on(self, name: str) -> list[int]:
        """Return the pages on which a state can be left."""
        return sorted({self._page_of[box] for box in self.exits(name)})

    def entered_on(self, name: str) -> list[int]:
        """Return the pages on which a state is entered; the first is where its way begins."""
        return list(dict.fromkeys(self._page_of[box] for box in self.entries(name)))

    def called(self, name: str) -> str:
        """Return the number of a box, or the label of a state with others inside."""
        state = self.graph.state(name)
        return str(self.numbers[name]) if state.atomic else state.label

    def entries(self, name: str) -> list[str]:
        """Return the boxes that are entered first when a state is entered."""
        state = self.graph.state(name)
        if state.atomic:
            return [name]
        if state.parallel:
            return [box for child in state.children for box in self.entries(child)]
        return self.entries(state.initial or state.children[0])

    def exits(self, name: str) -> list[str]:
        """Return the boxes inside a state; an arrow that leaves it can be thought at each."""
        state = self.graph.state(name)
        return [name] if state.atomic else [b for c in state.children for b in self.exits(c)]

    def region(self, name: str) -> str | None:
        """Return the parallel region a box is in: the outermost."""
        path = (*self.around(name), name)
        inside = [one for one in path[:-1] if self.graph.state(one).parallel]
        return path[path.index(inside[0]) + 1] if inside else None

    def around(self, name: str) -> tuple[str, ...]:
        """Return the states a state is inside, the outermost first."""
        parent = self.graph.state(name).parent
        return () if parent is None else (*self.around(parent), parent)


def _split(chart: _Chart, title: str, boxes: list[str]) -> Iterator[_Page]:
    """Yield the pages of a phase: not too many boxes, and two regions side by side on each."""
    regions = list(dict.fromkeys(filter(None, map(chart.region, boxes))))
    parts = _even(boxes)
    if len(boxes) > FEW_BOXES and len(regions) > REGIONS:
        parts = _by_region(chart, boxes, set(regions[REGIONS::REGIONS]))
    yield from (_Page(title, tuple(part)) for part in parts)


def _by_region(chart: _Chart, boxes: list[str], first: set[str]) -> list[list[str]]:
    """Split where one of the regions `first` begins."""
    parts: list[list[str]] = [[]]
    before: str | None = None
    for box in boxes:
        region = chart.region(box)
        if region in first and region != before and parts[-1]:
            parts.append([])
        parts[-1].append(box)
        before = region
    return parts


def _even(boxes: list[str]) -> list[list[str]]:
    """Split into parts of about the same number of boxes."""
    count = -(-len(boxes) // MOST_BOXES)
    size = -(-len(boxes) // count)
    return [boxes[start : start + size] for start in range(0, len(boxes), size)]


def _sides(chart: _Chart) -> Iterator[tuple[tuple[str, str], Side]]:
    """Yield where each arrow leads: yes right, no down; what has one way goes down."""
    graph = chart.graph
    entered: dict[str, int] = {}
    for way in chart.ways:
        entered[way.target] = entered.get(way.target, 0) + 1
    for way in chart.ways:
        siblings = [other for other in chart.ways if other.source == way.source]
        state, target = graph.state(way.source), graph.state(way.target)
        yes = chart.notation.yes_beside and way.answer is True
        beside = yes and entered[way.target] == 1 and target.atomic
        same_place = state.atomic and state.parent == target.parent and state.phase == target.phase
        if beside and same_place and way.target != graph.initial:
            yield (way.source, way.target), Side.RIGHT
        elif way.answer is False or len(siblings) == 1 or _main(way):
            yield (way.source, way.target), Side.DOWN
        else:
            yield (way.source, way.target), Side.FREE


def _main(way: _Way) -> bool:
    """Whether an arrow is the ordinary way on from a state."""
    return any(part.trigger is Trigger.DONE for part in way.transitions)


def _page(chart: _Chart, index: int, *, name: str, caption: Caption) -> Drawing:
    """Return one page."""
    page = chart.pages[index]
    same = [other for other in chart.pages if other.title == page.title]
    part = f" ({same.index(page) + 1} of {len(same)})" if len(same) > 1 else ""
    number = f" (page {index + 1} of {len(chart.pages)})" if len(chart.pages) > 1 else ""
    boxes = [_box(chart, chart.graph.state(box)) for box in page.boxes]
    nodes, edges = list(boxes), []
    for way in chart.ways:
        link, edge = _arrow(chart, way, index)
        nodes += [link] if link is not None else []
        edges += [edge] if edge is not None else []
    for link, edge in (*_arrivals(chart, index), *_from_anywhere(chart, index)):
        nodes.insert(0, link)
        edges.append(edge)
    groups = tuple(_groups(chart, page.boxes, ()))
    if chart.notation.begins:
        begins = tuple(_begins(chart, page.boxes))
        nodes = [*(_dot(each) for each, _ in begins), *nodes]
        edges = [*(Edge(_dot(each).id, to, side=Side.DOWN) for each, to in begins), *edges]
        groups = tuple(_with_dot(group, {each for each, _ in begins}) for group in groups)
    return Drawing(
        name=name,
        title=caption.heading(page.title + part) + number,
        nodes=tuple(nodes),
        edges=tuple(edges),
        groups=groups,
        footer=caption.footer,
    )


def _box(chart: _Chart, state: State) -> Node:
    """Return the box of an atomic state."""
    cited = [item.name for item in state.statements]
    if state.timer is not None:
        cited += [item.name for item in state.timer.statements]
    return Node(
        id=state.name,
        shape=chart.notation.shape(state),
        label=chart.notation.lines(state, chart.graph),
        number=chart.numbers[state.name],
        annotations=tuple(dict.fromkeys(cited)),
    )


def _arrow(chart: _Chart, way: _Way, index: int) -> tuple[Node | None, Edge | None]:
    """Return the arrow of a way that begins on this page, and the oval it ends in."""
    if index not in chart.left_on(way.source):
        return None, None
    inside = chart.graph.state(way.source).atomic or _main(way)
    kind = EdgeKind.STEP if inside else EdgeKind.EXCEPTION
    side = chart.sides[way.source, way.target]
    rows = chart.rows(way)
    entered_on = chart.entered_on(way.target)
    label = way.label
    if way.source in (way.target, *chart.around(way.target)) and not inside:
        label = f"anywhere in {chart.called(way.source)}: {label}"
    if index in entered_on:
        return None, Edge(way.source, way.target, kind, label, side, rows=rows, ways=way.ids)
    number = chart.numbers[chart.entries(way.target)[0]]
    page = entered_on[0] + 1
    at = _on_pages([other + 1 for other in entered_on])
    where = (f"to {number} {at}:", chart.graph.state(way.target).label)
    link = Node(f"{way.source} to {way.target}", Shape.LINK, where, page=page)
    side = Side.RIGHT if way.answer is True and chart.notation.yes_beside else side
    return link, Edge(way.source, link.id, kind, label, side, rows=rows, ways=way.ids)


def _arrivals(chart: _Chart, index: int) -> Iterator[tuple[Node, Edge]]:
    """Yield an oval for each state that is entered from other pages."""
    arriving: dict[str, list[_Way]] = {}
    for way in chart.ways:
        if index in chart.entered_on(way.target) and index not in chart.left_on(way.source):
            arriving.setdefault(way.target, []).append(way)
    for target, ways in arriving.items():
        pages = sorted({chart.left_on(way.source)[0] + 1 for way in ways})
        names = ", ".join(dict.fromkeys(chart.called(way.source) for way in ways))
        link = Node(
            f"arrive at {target}", Shape.LINK, (f"from {names} {_on_pages(pages)}",), page=pages[0]
        )
        taken = tuple(one for way in ways for one in way.ids)
        yield link, Edge(link.id, target, side=Side.DOWN, ways=taken)


def _from_anywhere(chart: _Chart, index: int) -> Iterator[tuple[Node, Edge]]:
    """Yield an oval for each state that exceptions of the whole workflow lead to."""
    leading: dict[str, list[Transition]] = {}
    for way in chart.graph.exceptions:
        if index == chart.entered_on(way.target.name)[0]:
            leading.setdefault(way.target.name, []).append(way)
    for target, ways in leading.items():
        link = Node(f"anywhere to {target}", Shape.LINK, ("from anywhere",))
        taken = tuple(way.id for way in ways)
        label = chart.label(ways)
        yield link, Edge(link.id, target, EdgeKind.EXCEPTION, label, Side.DOWN, ways=taken)


def _begins(chart: _Chart, boxes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the states that begin on a page (ANYWHERE is the whole) and where each begins."""
    inside = {around for box in boxes for around in chart.around(box)}
    firsts = [(ANYWHERE, chart.graph.initial)]
    firsts += [(each.name, each.initial) for each in chart.graph.states if each.initial]
    for name, first in firsts:
        on_page = first in boxes or (first in inside and chart.entries(first)[0] in boxes)
        if on_page and (name == ANYWHERE or name in inside):
            yield name, first


def _dot(name: str) -> Node:
    """Return the dot where a state begins."""
    return Node(f"begin {name}", Shape.INITIAL, ())


def _with_dot(group: Group, begun: set[str]) -> Group:
    """Return a group with its dot inside, if it has one, and so its inner groups."""
    first = (_dot(group.id).id,) if group.id in begun else ()
    inner = tuple(_with_dot(each, begun) for each in group.groups)
    return replace(group, nodes=(*first, *group.nodes), groups=inner)


def _on_pages(pages: list[int]) -> str:
    """Return `on page 2` or `on pages 2, 3`."""
    return f"on page{'s' if len(pages) > 1 else ''} {', '.join(map(str, pages))}"


def _groups(chart: _Chart, boxes: tuple[str, ...], above: tuple[str, ...]) -> Iterator[Group]:
    """Yield the borders of nested states that have boxes on this page, one level at a time."""
    depth = len(above)
    inside = [box for box in boxes if chart.around(box)[:depth] == above]
    names = dict.fromkeys(
        chart.around(box)[depth] for box in inside if len(chart.around(box)) > depth
    )
    for name in names:
        path = (*above, name)
        state = chart.graph.state(name)
        own = tuple(box for box in inside if chart.around(box) == path)
        cited = [item.name for item in state.statements]
        beside = " (side by side)" if state.parallel else ""
        rests_on = f" [{', '.join(cited)}]" if cited else ""
        label = f"{state.label}{beside}{rests_on}"
        border = chart.notation.border(state, chart.graph)
        yield Group(name, label, own, tuple(_groups(chart, boxes, path)), border=border)
