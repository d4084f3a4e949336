"""Where the nodes and flows of a BPMN diagram are drawn: columns from left to right.

In: a `Scope`. Out: a `Diagram`: a box for each node, points for each flow, boxes for the texts
beside them. No two boxes overlap unless one is inside the other or sits on its border, and no flow
runs through a box. A node stands in the column after those that lead to it; flows turn only in the
channels between columns, and those that lead back run below everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guidewright.interop.bpmn_columns import Columns, columns_of
from guidewright.interop.bpmn_model import Flow, Node, Scope
from guidewright.interop.bpmn_sizes import (
    EVENT,
    LABEL_WIDTH,
    NEEDS_LABEL_BELOW,
    label_height,
    node_size,
)

MARGIN = 30  # around everything in a scope
HEADING = 30  # above it, for the name of the subprocess
GAP = 30  # between two nodes of a column
STUB = 14  # from a box to the first place where a flow may turn
SLOT = 10  # between two flows that turn in the same channel
LANE = 16  # between two flows that run below a node, or below everything
BOUNDARY_STEP = 100  # between two boundary events of one node


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, x: int, y: int) -> Box:
        """Return the box somewhere else."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.height


Point = tuple[int, int]


@dataclass(slots=True)
class Diagram:
    """What is drawn where; `labels` are the texts beside events, gateways and flows."""

    boxes: dict[str, Box] = field(default_factory=dict)
    routes: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def include(self, other: Diagram, x: int, y: int) -> None:
        """Put another diagram inside this one."""
        self.boxes.update({key: box.moved(x, y) for key, box in other.boxes.items()})
        self.labels.update({key: box.moved(x, y) for key, box in other.labels.items()})
        for key, points in other.routes.items():
            self.routes[key] = tuple((a + x, b + y) for a, b in points)


def layout(scope: Scope) -> Diagram:
    """Return the diagram of a scope and everything inside it."""
    return _Layout(scope).diagram()


class _Layout:
    """One scope: sizes first, then columns, rows, and the ways between them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.out = Diagram()
        self.nodes = {node.id: node for node in scope.nodes}
        self.inner = {node.id: layout(node.inner) for node in scope.nodes if node.inner is not None}
        self.boundaries: dict[str, list[Node]] = {}
        for node in scope.nodes:
            if node.host is not None:
                self.boundaries.setdefault(node.host, []).append(node)
        self.sizes = {node.id: self.size(node) for node in scope.nodes if node.host is None}
        self.lanes: dict[str, int] = {}  # the height at which a boundary event's flow runs
        self.columns: Columns = columns_of(scope)
        self.rows: dict[str, int] = {}  # the height of each bend of a long flow
        self.left: list[int] = []  # of each column
        self.right: list[int] = []
        self.slots: dict[tuple[int, str], int] = {}

    def diagram(self) -> Diagram:
        self.place_rows()
        self.place_columns()
        self.place_boundaries()
        for flow in self.columns.back:
            self.out.height += label_height(flow.name)
            self.route_back(flow, self.out.height)
            self.out.height += LANE
        for flow in self.columns.forward:
            self.route(flow)
        self.out.height += MARGIN
        for node_id, inner in self.inner.items():
            box = self.out.boxes[node_id]
            self.out.include(inner, box.x, box.y + HEADING)
        return self.out

    # sizes ---------------------------------------------------------------------------------------

    def size(self, node: Node) -> tuple[int, int]:
        """Return width and height of a node, wide enough for its boundary events."""
        width, height = node_size(node)
        if node.id in self.inner:
            width = max(width, self.inner[node.id].width)
            height = self.inner[node.id].height + HEADING
        count = len(self.boundaries.get(node.id, ()))
        return (max(width, 40 + BOUNDARY_STEP * count) if count else width), height

    def block_height(self, node_id: str) -> int:
        """Return the height of a node with the texts and flows directly below it."""
        height = self.sizes[node_id][1]
        node, below = self.nodes[node_id], self.boundaries.get(node_id, [])
        if below:
            return height + EVENT // 2 + self.boundary_texts(below) + LANE * (len(below) + 1)
        return height + (label_height(node.name) if node.kind in NEEDS_LABEL_BELOW else 0)

    @staticmethod
    def boundary_texts(below: list[Node]) -> int:
        return max(label_height(node.name) for node in below)

    # rows ----------------------------------------------------------------------------------------

    def place_rows(self) -> None:
        """Give every node and bend its height: near those that lead to it, none above another."""
        tops: dict[str, int] = {}
        for column in self.columns.items:
            self.fill_column(column, tops, self.columns.before)
        for column in reversed(self.columns.items[:-1]):
            self.fill_column(column, tops, self.columns.around)
        for column in self.columns.items[1:]:
            self.straighten(column, tops)
        highest = min(tops.values(), default=0)
        for item, top in tops.items():
            y = top - highest + MARGIN
            self.out.height = max(self.out.height, y + self.item_height(item) + LANE)
            if item in self.nodes:
                self.out.boxes[item] = Box(0, y, *self.sizes[item])
            else:
                self.rows[item] = y + self.item_height(item) - 4

    def item_height(self, item: str) -> int:
        if item in self.nodes:
            return self.block_height(item)
        return self.columns.bend_heights.get(item, 0) + 8

    def middle(self, item: str) -> int:
        """Return how far below its top an item is entered."""
        return self.sizes[item][1] // 2 if item in self.nodes else self.item_height(item) - 4

    def fill_column(
        self, column: list[str], tops: dict[str, int], near: Mapping[str, list[str]]
    ) -> None:
        wanted: list[int] = []
        for item in column:
            known = [tops[other] + self.middle(other) for other in near[item] if other in tops]
            wish = sum(known) // len(known) - self.middle(item) if known else tops.get(item, 0)
            wanted.append(wish)
        placed: list[int] = []
        for index, item in enumerate(column):
            lowest = placed[-1] + self.item_height(column[index - 1]) + GAP if placed else None
            placed.append(wanted[index] if lowest is None else max(wanted[index], lowest))
            tops[item] = placed[-1]
        # what was pushed down as a whole moves up again by the mean of it
        shift = sum(p - w for p, w in zip(placed, wanted, strict=True)) // max(len(placed), 1)
        for item in column:
            tops[item] -= shift

    def straighten(self, column: list[str], tops: dict[str, int]) -> None:
        """Move items to the height of the first one that leads to them, where there is room."""
        for index, item in enumerate(column):
            before = self.columns.before[item]
            if not before:
                continue
            wish = tops[before[0]] + self.middle(before[0]) - self.middle(item)
            above, below = column[index - 1] if index else None, column[index + 1 : index + 2]
            if above is not None:
                wish = max(wish, tops[above] + self.item_height(above) + GAP)
            if below and wish + self.item_height(item) + GAP > tops[below[0]]:
                continue
            tops[item] = wish

    # columns -------------------------------------------------------------------------------------

    def place_columns(self) -> None:
        """Give every column its place; the channel beside it holds its turns and texts."""
        x = MARGIN + self.channel(-1, MARGIN)
        for index, column in enumerate(self.columns.items):
            width = max(
                [self.block_width(item) for item in column if item in self.nodes], default=0
            )
            self.left.append(x)
            self.right.append(x + width)
            for item in column:
                if item in self.nodes:
                    box = self.out.boxes[item]
                    self.out.boxes[item] = box.moved(x + (width - box.width) // 2, 0)
                    self.label_below(self.nodes[item])
            x += width + self.channel(index, x + width)
        self.out.width = x + MARGIN

    def block_width(self, item: str) -> int:
        width = self.sizes[item][0]
        node = self.nodes[item]
        labelled = node.kind in NEEDS_LABEL_BELOW and node.name
        return max(width, LABEL_WIDTH) if labelled else width

    def channel(self, index: int, start: int) -> int:
        """Give each flow that turns in a channel its place, and return the width of the channel."""
        turning = self.columns.turns.get(index, [])
        for number, key in enumerate(turning):
            self.slots[index, key] = start + STUB + SLOT * number
        text = LABEL_WIDTH + 8 if index in self.columns.labelled else 0
        last = index == len(self.columns.items) - 1
        plain = STUB if last and not turning else 2 * STUB
        return plain + SLOT * max(len(turning) - 1, 0) + text

    def label_below(self, node: Node) -> None:
        if node.kind in NEEDS_LABEL_BELOW and node.name:
            box = self.out.boxes[node.id]
            x = box.x + box.width // 2 - LABEL_WIDTH // 2
            self.out.labels[node.id] = Box(x, box.bottom + 4, LABEL_WIDTH, label_height(node.name))

    def place_boundaries(self) -> None:
        """Put boundary events on the lower border; the rightmost one's flow runs highest."""
        for host_id, below in self.boundaries.items():
            host = self.out.boxes[host_id]
            start = host.bottom + EVENT // 2 + self.boundary_texts(below) + LANE
            for number, node in enumerate(below):
                x = host.x + 12 + BOUNDARY_STEP * number
                self.out.boxes[node.id] = Box(x, host.bottom - EVENT // 2, EVENT, EVENT)
                self.lanes[node.id] = start + LANE * (len(below) - 1 - number)
                if node.name:
                    height = label_height(node.name)
                    place = Box(x + EVENT // 2 + 4, host.bottom + 20, LABEL_WIDTH, height)
                    self.out.labels[node.id] = place

    # flows ---------------------------------------------------------------------------------------

    def start(self, flow: Flow) -> list[Point]:
        """Return the first points of a flow: up to where it may turn."""
        box = self.out.boxes[flow.source]
        if flow.source in self.lanes:
            x, lane = box.x + box.width // 2, self.lanes[flow.source]
            return [(x, box.bottom), (x, lane)]
        return [(box.right, box.y + box.height // 2)]

    def end(self, flow: Flow) -> Point:
        box = self.out.boxes[flow.target]
        return box.x, box.y + box.height // 2

    def route(self, flow: Flow) -> None:
        """Draw a flow to the right: from channel to channel, by its bends."""
        points = self.start(flow)
        bends = self.columns.bends[flow.id]
        stops = [self.rows[bend] for bend in bends] + [self.end(flow)[1]]
        first = self.columns.column[self.columns.host(flow)]
        for hop, y in enumerate(stops):
            key = flow.source if hop == 0 else bends[hop - 1]
            x = self.slots[first + hop, key]
            points += [(x, points[-1][1]), (x, y)]
            if hop == 0:
                self.flow_label(flow, self.left[first + 1] - LABEL_WIDTH - 4, y)
        points.append(self.end(flow))
        self.out.routes[flow.id] = _without_repetition(points)

    def route_back(self, flow: Flow, lane: int) -> None:
        """Draw a flow to the left, or into its own column: below everything and up again."""
        points = self.start(flow)
        first = self.columns.column[self.columns.host(flow)]
        last = self.columns.column[flow.target] - 1
        down, up = self.slots[first, flow.source], self.slots[last, f"back to {flow.id}"]
        points += [(down, points[-1][1]), (down, lane), (up, lane)]
        points += [(up, self.end(flow)[1]), self.end(flow)]
        self.out.routes[flow.id] = _without_repetition(points)
        self.flow_label(flow, down - LABEL_WIDTH - 6, lane)

    def flow_label(self, flow: Flow, x: int, y: int) -> None:
        """Put the text of a flow above its line, and above a text that stands there already."""
        if not flow.name:
            return
        box = Box(x, y - label_height(flow.name) - 2, LABEL_WIDTH, label_height(flow.name))
        while any(_overlap(box, other) for other in self.out.labels.values()):
            box = box.moved(0, -6)
        self.out.labels[flow.id] = box


def _overlap(one: Box, other: Box) -> bool:
    beside = one.right <= other.x or other.right <= one.x
    return not beside and not (one.bottom <= other.y or other.bottom <= one.y)


def _without_repetition(points: list[Point]) -> tuple[Point, ...]:
    """Leave out points that change nothing: repeated ones, and those in the midst of a line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        ):
            kept[-1] = point
            continue
        kept.append(point)
    return tuple(kept)
