"""Drawings of models: everything is on some page, numbered as it stands, readable on A4."""

from __future__ import annotations

import re

import pytest
from picture_samples import CAPTION, HERE, definitions, graph, table

from guidewright.dmn.model import DecisionTable
from guidewright.dmn.reader import read_definitions
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow, read_workflow_file
from guidewright_visualize import (
    EdgeKind,
    Shape,
    Side,
    draw_requirement_pages,
    draw_requirements,
    draw_table,
    draw_workflow,
    printed_size,
    render,
    table_pages,
    text_equivalent,
)
from guidewright_visualize.pictures import printed_places

B12 = HERE.parents[1] / "models" / "b12-deficiency"


def _b12_graph() -> Graph:
    return read_workflow((B12 / "workflow.yaml").read_text(encoding="utf-8"), "workflow.yaml")


def _sepsis_graph() -> Graph:
    return read_workflow_file(B12.parent / "sepsis-hour-1" / "workflow.yaml")


GRAPHS = {"small": graph, "b12": _b12_graph, "sepsis": _sepsis_graph}


def _readable(svg: bytes) -> float:
    """The size of the smallest letters, upright or on its side."""
    text = svg.decode()
    return max(printed_size(text), printed_size(text, width=785, height=538))


@pytest.mark.parametrize("name", GRAPHS)
def test_every_state_has_one_box(name: str) -> None:
    graph = GRAPHS[name]()
    pages = draw_workflow(graph, caption=CAPTION)
    boxes = [node for page in pages for node in page.nodes if node.number is not None]
    assert sorted(node.id for node in boxes) == sorted(s.name for s in graph.states if s.atomic)
    assert sorted(node.number or 0 for node in boxes) == list(range(1, len(boxes) + 1))
    drawn = {way for page in pages for edge in page.edges for way in edge.ways}
    assert drawn == {way.id for way in graph.all_transitions}
    assert max(len([n for n in page.nodes if n.number]) for page in pages) <= 24


@pytest.mark.parametrize("name", GRAPHS)
def test_numbers_go_left_to_right_and_top_to_bottom(name: str) -> None:
    for page in draw_workflow(GRAPHS[name](), caption=CAPTION):
        at = printed_places(page)
        inside = {member for group in page.groups for member in group.members}
        free = [n for n in page.nodes if n.number is not None and n.id not in inside]
        numbered = sorted(free, key=lambda node: node.number or 0)
        assert [at[n.id] for n in numbered] == sorted(at[n.id] for n in numbered)


@pytest.mark.parametrize("name", GRAPHS)
def test_yes_stands_to_the_right(name: str) -> None:
    for page in draw_workflow(GRAPHS[name](), caption=CAPTION):
        at = printed_places(page)
        inside = {member for group in page.groups for member in group.members}
        for edge in page.edges:
            if edge.side is Side.RIGHT and (edge.source in inside) == (edge.target in inside):
                assert at[edge.source][0] == at[edge.target][0]
                assert at[edge.source][1] < at[edge.target][1]


@pytest.mark.parametrize("name", GRAPHS)
def test_flowcharts_are_readable_on_paper(name: str) -> None:
    sizes = {
        page.name: _readable(render(page, "svg"))
        for page in draw_workflow(GRAPHS[name](), caption=CAPTION)
    }
    assert min(sizes.values()) >= 7.5, sizes


def test_links_lead_to_boxes() -> None:
    pages = draw_workflow(graph(), caption=CAPTION)
    numbers = {n.number: page for page in pages for n in page.nodes if n.number is not None}
    links = [n for page in pages for n in page.nodes if n.shape is Shape.LINK]
    assert links
    for link in links:
        match = re.match(r"to (\d+) on page (\d+):", link.label[0])
        if match:
            assert numbers[int(match[1])] is pages[int(match[2]) - 1]


def test_clinical_symbols() -> None:
    shapes = {n.id: n.shape for page in draw_workflow(graph()) for n in page.nodes}
    assert shapes["suspected"] is Shape.STATE
    assert shapes["measure"] is Shape.ACTION
    assert shapes["below"] is Shape.QUESTION
    assert shapes["silent"] is Shape.SILENT


def test_statements_stand_on_the_boxes() -> None:
    boxes = {n.id: n for page in draw_workflow(graph()) for n in page.nodes}
    for state in graph().states:
        if state.atomic:
            assert {s.name for s in state.statements} <= set(boxes[state.name].annotations)
    assert boxes["potassium"].annotations == ("S22",)  # from its timer
    assert boxes["potassium"].label == ("Serum potassium", "after 48 hours", "overdue 1 day later")


def test_without_layout_the_same_boxes() -> None:
    laid_out, plain = draw_workflow(graph()), draw_workflow(graph(), places=None)
    assert [{n.id for n in page.nodes} for page in laid_out] == [
        {n.id for n in page.nodes} for page in plain
    ]


def test_requirement_diagram() -> None:
    drawing = draw_requirements(definitions())
    assert len(drawing.nodes) == 8
    kinds = [edge.kind for edge in drawing.edges]
    assert kinds.count(EdgeKind.INFORMATION) == 5
    assert kinds.count(EdgeKind.KNOWLEDGE) == 1
    assert kinds.count(EdgeKind.AUTHORITY) == 2


def test_requirements_of_one_decision() -> None:
    drawing = draw_requirements(definitions(), decisions=["diagnosis"])
    assert {n.label[0] for n in drawing.nodes} == {
        *("total B12", "active B12", "boundary reading"),
        *("diagnosis", "band", "The article"),
    }
    with pytest.raises(KeyError, match="nothing"):
        draw_requirements(definitions(), decisions=["nothing"])


def test_a_small_model_has_one_page() -> None:
    assert len(draw_requirement_pages(definitions())) == 1


def test_b12_requirements() -> None:
    model = read_definitions((B12 / "decisions.dmn").read_bytes(), "decisions.dmn")
    pages = draw_requirement_pages(model, caption=CAPTION)
    detail = {n.id for page in pages[1:] for n in page.nodes if n.shape is Shape.DECISION}
    assert detail == {decision.id for decision in model.decisions}
    inputs = {n.id for page in pages[1:] for n in page.nodes if n.shape is Shape.INPUT_DATA}
    assert inputs <= {item.id for item in model.input_data}
    assert min(_readable(render(page, "svg")) for page in pages) >= 7


def test_b12_tables() -> None:
    model = read_definitions((B12 / "decisions.dmn").read_bytes(), "decisions.dmn")
    for decision in model.decisions:
        if isinstance(decision.logic, DecisionTable):
            drawing = draw_table(decision.logic, title=decision.name, caption=CAPTION)
            pages = table_pages(drawing)
            assert [row for page in pages for row in page.rows] == list(drawing.rows)
            assert {page.columns for page in pages} == {drawing.columns}
            for page in pages:
                assert _readable(render(page, "svg")) >= 7.5, page.name


def test_table_texts() -> None:
    drawing = draw_table(table())
    assert drawing.corner == "U"
    assert [cell.text for cell in drawing.rows[1].cells][:4] == [
        *("[180..350]", "–", "closed", "indeterminate"),  # noqa: RUF001
    ]
    words = text_equivalent(drawing)
    assert "2. dx-indeterminate-total-closed" in words
    assert "it rests on Statements: S05, S07; Ambiguities: A01" in words


def test_text_equivalent_has_every_box_and_way() -> None:
    pages = draw_workflow(graph(), caption=CAPTION)
    words = "".join(text_equivalent(page) for page in pages)
    for state in graph().states:
        assert state.label in words
    for line in ("   - yes: go to 4 Deficiency is confirmed", "consent withdrawn: go to"):
        assert line in words
    assert CAPTION.notice in words


UNUSUAL = """
workflow: unusual
initial: a
states:
  a:
    kind: clinical
    label: A
    initial: b
    transitions:
      - {event: again, to: a}
      - {event: on, to: c}
    states:
      b:
        kind: task
        task: inform
        label: B
        transitions: [{event: self, to: b}]
        next: c
      c:
        kind: parallel
        label: C
        next: e
        states:
          first:
            kind: clinical
            label: First
            initial: d
            states:
              d: {kind: wait, label: D, timer: {due: P1D}, next: b}
          second:
            kind: clinical
            label: Second
            initial: f
            states:
              f: {kind: clinical, label: F, transitions: [{event: up, to: a}]}
  e: {kind: final, label: E}
"""


def test_unusual_ways_are_drawn() -> None:
    """Ways into the state around, to itself, out of a region, from a state into its own part."""
    (page,) = draw_workflow(read_workflow(UNUSUAL, "unusual.yaml"), caption=CAPTION)
    assert {node.id for node in page.nodes if node.number} == {"b", "d", "f", "e"}
    svg = render(page, "svg").decode()
    assert svg.count('class="node"') == 4 + 2 + 4  # and two samples in the legend, four titles
    assert all(f">{node.label[0]}<" in svg for node in page.nodes)
    assert svg.count('class="edge"') >= len(page.edges)
    assert "anywhere" in svg
