"""Draw the decision flowchart of a table: a proved tree goes in, pages of a flowchart come out.

One question a hexagon, yes to the right, no downwards, `not known` always said. A part that does
not fit on a page stands on a page of its own, behind an oval. Nothing is drawn that is not proved:
`analysis.tree_proof` is the only one who makes a `Tree`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guidewright.analysis.decision_trees import (
    START,
    WAYS,
    Ending,
    Leaf,
    Question,
    Tree,
    named,
    way_through,
)
from guidewright.analysis.decision_trees import Node as TreeNode
from guidewright.guideline.provenance import basis_of
from guidewright_visualize.dot import LONGEST, MOST_LINES
from guidewright_visualize.drawing import (
    NO_CAPTION,
    Caption,
    Drawing,
    Edge,
    Mark,
    MarkKind,
    Node,
    Shape,
    Side,
)
from guidewright_visualize.notation import SHAPES, TEXT_SIZE
from guidewright_visualize.ordering import order_by_place
from guidewright_visualize.pictures import printed_places
from guidewright_visualize.question_words import answer_lines, question_lines, way_labels
from guidewright_visualize.typesetting import text_width, wrap

Places = Callable[[Drawing], Mapping[str, tuple[int, int]]]

MOST_BOXES = 21  # of a page
PAPER = ((600.0, 750.0), (850.0, 330.0))  # points, without title and legend: upright, sideways
_YES, _GAP, _ABOVE = 75.0, 26.0, 32.0  # the arrow to the right, between boxes, the arrow downwards
_SIDES = (Side.RIGHT, Side.DOWN, Side.FREE)
_PASSES = 4


def draw_flowchart(
    tree: Tree,
    *,
    name: str,
    title: str = "",
    caption: Caption = NO_CAPTION,
    places: Places | None = printed_places,
) -> tuple[Drawing, ...]:
    """Return the pages in order; they are named `name-1`, `name-2`, ...

    `places` lays a page out, as for `draw_workflow`: boxes are numbered as they stand on paper.
    """
    chart = _chart(tree)
    cuts = _cuts(chart)
    order = {page: list(chart.on_page(page, cuts)) for page in sorted(cuts, key=chart.place)}
    drawn = _drawn(chart, order, name, title, caption)
    if places is None:
        return drawn
    for _ in range(_PASSES):
        at = {box: place for page in drawn for box, place in places(page).items()}
        order = {page: order_by_place(boxes, at, {}) for page, boxes in order.items()}
        again = _drawn(chart, order, name, title, caption)
        if again == drawn:
            break
        drawn = again
    return drawn


@dataclass(frozen=True, slots=True)
class _Size:
    """What a part of a tree takes up on a page, in boxes and about so many points."""

    boxes: int
    width: float
    height: float

    @property
    def fits(self) -> bool:
        """Whether it can be read on one page."""
        fits = any(self.width <= wide and self.height <= high for wide, high in PAPER)
        return self.boxes <= MOST_BOXES and fits


_OVAL = _Size(1, 110, 26)


def _of_text(lines: Sequence[str], shape: Shape) -> _Size:
    """Return the size of a box with its number and these lines."""
    width = SHAPES[shape].width
    shown = [part for line in lines for part in wrap(line[:LONGEST], width, TEXT_SIZE)][:MOST_LINES]
    widest = max(text_width(line, TEXT_SIZE) for line in shown)
    high = (len(shown) + 1) * TEXT_SIZE * 1.2
    return _Size(
        1,
        *((widest * 1.35 + 40, high * 1.4) if shape is Shape.QUESTION else (widest + 16, high + 8)),
    )


@dataclass(frozen=True, slots=True)
class _Chart:
    """A tree with a name, a place in the order of the tree, and a size for every node."""

    tree: Tree
    nodes: Mapping[str, TreeNode]
    places: Mapping[str, int]
    boxes: Mapping[str, _Size]

    def place(self, name: str) -> int:
        """Return where a node stands in the tree."""
        return self.places[name]

    def following(self, name: str) -> list[str]:
        """Return the names of what follows a node."""
        node = self.nodes[name]
        ways = node.ways if isinstance(node, Question) else ()
        return [f"{name}.{way}" for way, _ in zip(WAYS, ways, strict=False)]

    def on_page(self, name: str, cuts: Sequence[str]) -> Iterator[str]:
        """Yield the nodes on the page that begins with a node."""
        yield name
        for each in self.following(name):
            if each not in cuts:
                yield from self.on_page(each, cuts)

    def size(self, name: str, cuts: Sequence[str]) -> _Size:
        """Return the size of a part; what is cut off is an oval."""
        own = self.boxes[name]
        if isinstance(self.nodes[name], Leaf):
            return own
        yes, *down = (
            _OVAL if each in cuts else self.size(each, cuts) for each in self.following(name)
        )
        below = sum(part.width for part in down) + _GAP * (len(down) - 1)
        along = yes.boxes > 1  # what is beside goes down beside what is below
        first = max(own.width + _YES, below) if along else own.width + _YES
        return _Size(
            1 + yes.boxes + sum(part.boxes for part in down),
            max(first + yes.width, below),
            max(yes.height, max(own.height, 40) + _ABOVE + max(part.height for part in down)),
        )


def _chart(tree: Tree) -> _Chart:
    nodes, subject = dict(named(tree.root)), tree.subject
    sizes = {
        name: _of_text(question_lines(subject, node), Shape.QUESTION)
        if isinstance(node, Question)
        else _of_text(answer_lines(subject, node), Shape.ANSWER)
        for name, node in nodes.items()
    }
    return _Chart(tree, nodes, {name: place for place, name in enumerate(nodes)}, sizes)


def page_count(tree: Tree) -> int:
    """Return on how many pages a flowchart stands."""
    return len(_cuts(_chart(tree)))


def _cuts(chart: _Chart) -> tuple[str, ...]:
    """Return the nodes that pages begin with.

    The smallest part is cut off that makes the rest fit on its page, else the largest that fits.
    """
    cuts: list[str] = []
    while not chart.size(START, cuts).fits:
        sizes = {
            name: chart.size(name, cuts)
            for name in chart.on_page(START, cuts)
            if name != START and isinstance(chart.nodes[name], Question)
        }
        if not sizes:
            break  # one question with its answers: nothing is left to be cut off
        order = sorted(sizes, key=lambda name: (sizes[name].boxes, chart.place(name)))
        fitting = [name for name in order if sizes[name].fits] or order
        last = (name for name in fitting if chart.size(START, [*cuts, name]).fits)
        cuts.append(next(last, fitting[-1]))
    return (START, *cuts)


def _drawn(
    chart: _Chart, pages: Mapping[str, Sequence[str]], name: str, title: str, caption: Caption
) -> tuple[Drawing, ...]:
    """Return the drawings; boxes are numbered through all pages."""
    numbers = {box: number for number, box in enumerate((b for p in pages.values() for b in p), 1)}
    starts = {page: number for number, page in enumerate(pages, 1)}
    subject = chart.tree.subject
    whole = f"{title or subject.decision}, as questions"
    found = []
    for first, boxes in pages.items():
        many = f" (page {starts[first]} of {len(pages)})" if len(pages) > 1 else ""
        inside = sorted(boxes, key=chart.place)  # whatever the numbers are, the layout is the same
        nodes = [_box(chart, each, numbers) for each in inside]
        links = [each for box in inside for each in chart.following(box) if each in starts]
        edges = [edge for box in inside for edge in _ways(chart, box, set(links))]
        if first != START:
            before = first.rpartition(".")[0]
            page = next(starts[p] for p, others in pages.items() if before in others)
            text = (f"from {numbers[before]} on page {page}",)
            nodes.insert(0, Node(f"arrive at {first}", Shape.LINK, text, page=page))
            edges.insert(0, Edge(f"arrive at {first}", first, side=Side.DOWN))
        for each in links:
            text = (f"to {numbers[each]} on page {starts[each]}",)
            nodes.append(Node(f"to {each}", Shape.LINK, text, page=starts[each]))
        found.append(
            Drawing(
                name=f"{name}-{starts[first]}",
                title=caption.heading(whole) + many,
                nodes=tuple(nodes),
                edges=tuple(edges),
                notes=_notes(chart.tree),
                footer=caption.footer,
                decision=title or subject.decision,
            )
        )
    return tuple(found)


def _box(chart: _Chart, name: str, numbers: Mapping[str, int]) -> Node:
    """Return the hexagon of a question, or the box of an answer."""
    node, subject = chart.nodes[name], chart.tree.subject
    if isinstance(node, Question):
        return Node(name, Shape.QUESTION, question_lines(subject, node), numbers[name])
    rules = [subject.rules[each].rule for each in node.rules]
    cited = [one for rule in rules for one in basis_of(subject.table, rule).statements]
    answered = node.ending in (Ending.RULES, Ending.DEFAULT)
    return Node(
        name,
        Shape.ANSWER if answered else Shape.NO_ANSWER,
        answer_lines(subject, node),
        numbers[name],
        tuple(dict.fromkeys(cited)),
        rules=tuple(rule.name for rule in rules),
    )


def _ways(chart: _Chart, name: str, links: set[str]) -> Iterator[Edge]:
    """Yield the arrows of a question."""
    node = chart.nodes[name]
    if isinstance(node, Leaf):
        return
    labels = way_labels(chart.tree.subject, node)
    for target, label, side in zip(chart.following(name), labels, _SIDES, strict=False):
        end = f"to {target}" if target in links else target
        yield Edge(name, end, label=label, side=side, ways=(target,))


def _notes(tree: Tree) -> tuple[str, ...]:
    """Return what was proved."""
    table, cells = tree.subject.table, f"{tree.cells:,}".replace(",", " ")
    rules = f"{len(table.rules)} rule{'' if len(table.rules) == 1 else 's'}"
    proved = f"Proved to answer as the table does ({rules}, {table.hit_policy.value.lower()})"
    over = f"for each of the {cells} combinations of values that its cells tell apart"
    return (f"{proved} {over}, missing values included.",)


def mark_way(pages: Sequence[Drawing], tree: Tree, values: Sequence[Any]) -> tuple[Drawing, ...]:
    """Mark the way of a patient whose table had these values, one a column."""
    passed = way_through(tree, values)
    names = {id(node): name for name, node in named(tree.root)}
    steps = {names[id(node)]: step for step, node in enumerate(passed, 1)}
    return tuple(_marked(page, steps) for page in pages)


def _marked(page: Drawing, steps: Mapping[str, int]) -> Drawing:
    path = Mark(MarkKind.PATH)
    edges = tuple(
        replace(edge, marks=(path,))
        if steps.keys() & {*edge.ways, edge.target if edge.source.startswith("arrive") else ""}
        else edge
        for edge in page.edges
    )
    through = {end for edge in edges if edge.marks for end in (edge.source, edge.target)}
    nodes = tuple(
        replace(node, marks=(Mark(MarkKind.PATH, f"step {steps[node.id]}"),))
        if node.id in steps
        else replace(node, marks=(path,))
        if node.shape is Shape.LINK and node.id in through
        else node
        for node in page.nodes
    )
    return replace(page, nodes=nodes, edges=edges)
