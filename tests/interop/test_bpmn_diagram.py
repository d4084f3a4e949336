"""The diagram of an export: no two boxes overlap, no flow runs through a box, all have places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from random import Random

import pytest
from charts import chart, graph_of
from goldens import graph, workflows

from guidewright.interop.bpmn_export import _Exporter
from guidewright.interop.bpmn_layout import Box, Diagram, layout
from guidewright.interop.bpmn_model import Scope
from guidewright.workflow.model import Graph

GRAPHS = [
    *(pytest.param(graph(path), id=path.parent.name) for path in workflows()),
    *(
        pytest.param(graph_of(chart(Random(seed), depth=seed % 3)), id=str(seed))
        for seed in range(60)
    ),
]


@pytest.mark.parametrize("made", GRAPHS)
def test_a_diagram(made: Graph) -> None:
    scope = _Exporter(made).process().scope
    diagram = layout(scope)
    for inner in scopes(scope):
        no_box_overlaps(inner, diagram)
        flows_join_their_ends(inner, diagram)
        flows_run_beside_boxes(inner, diagram)


def scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for node in scope.nodes:
        if node.inner is not None:
            yield from scopes(node.inner)


def no_box_overlaps(scope: Scope, diagram: Diagram) -> None:
    """Of one scope; a boundary event sits on the border of its host and on no other."""
    for one, other in combinations(scope.nodes, 2):
        if one.host == other.id or other.host == one.id:
            continue
        assert not overlap(diagram.boxes[one.id], diagram.boxes[other.id]), (one.id, other.id)
    for node in scope.nodes:
        box = diagram.boxes[node.id]
        if node.host is not None:
            host = diagram.boxes[node.host]
            assert host.x < box.x < box.right < host.right
            assert box.y < host.bottom < box.bottom
        for inside in node.inner.nodes if node.inner is not None else ():
            inner = diagram.boxes[inside.id]
            assert box.x < inner.x
            assert inner.right < box.right
            assert box.y < inner.y
            assert inner.bottom < box.bottom


def flows_join_their_ends(scope: Scope, diagram: Diagram) -> None:
    """A flow begins on the border of its source, ends on its target's, and has right angles."""
    for flow in scope.flows:
        points = diagram.routes[flow.id]
        source, target = diagram.boxes[flow.source], diagram.boxes[flow.target]
        assert points[0] in (
            (source.right, source.y + source.height // 2),
            (source.x + source.width // 2, source.bottom),
        )
        assert points[-1] == (target.x, target.y + target.height // 2)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


def flows_run_beside_boxes(scope: Scope, diagram: Diagram) -> None:
    """No flow touches a node of its scope but at its ends."""
    for flow in scope.flows:
        points = diagram.routes[flow.id]
        for start, end in pairwise(points):
            line = Box(
                min(start[0], end[0]),
                min(start[1], end[1]),
                abs(start[0] - end[0]),
                abs(start[1] - end[1]),
            )
            for node in scope.nodes:
                assert not overlap(line, diagram.boxes[node.id]), (flow.id, node.id)


def overlap(one: Box, other: Box) -> bool:
    beside = one.right <= other.x or other.right <= one.x
    return not beside and not (one.bottom <= other.y or other.bottom <= one.y)
