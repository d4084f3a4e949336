"""Statecharts: every state and way is drawn once, nested as in the graph, marked as walked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from picture_samples import CAPTION, TAKEN, VISITED, graph

import guidewright as gw
from guidewright.guideline.cases import read_cases
from guidewright.guideline.walk import walk_patient
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow
from guidewright_visualize import (
    Border,
    Drawing,
    Group,
    Shape,
    draw_statechart,
    mark_instance,
    mark_path,
    printed_size,
    render,
    text_equivalent,
)

ROOT = Path(__file__).resolve().parents[2] / "models"
NAMES = ("small", "b12-deficiency", "sepsis-hour-1")


@cache
def graph_of(name: str) -> Graph:
    found = graph() if name == "small" else gw.load(ROOT / name).graph
    assert found is not None
    return found


@cache
def pages_of(name: str) -> tuple[Drawing, ...]:
    return draw_statechart(graph_of(name), caption=CAPTION)


def groups(pages: tuple[Drawing, ...]) -> Iterator[Group]:
    for page in pages:
        for group in page.groups:
            yield from group.nested


@pytest.mark.parametrize("name", NAMES)
def test_every_state_and_way_is_drawn(name: str) -> None:
    of, pages = graph_of(name), pages_of(name)
    boxes = [node for page in pages for node in page.nodes if node.number is not None]
    assert sorted(node.id for node in boxes) == sorted(s.name for s in of.states if s.atomic)
    drawn = {way for page in pages for edge in page.edges for way in edge.ways}
    assert drawn == {way.id for way in of.all_transitions}
    framed = {group.id for group in groups(pages)}
    assert framed == {state.name for state in of.states if not state.atomic}


@pytest.mark.parametrize("name", NAMES)
def test_states_are_nested_as_in_the_graph(name: str) -> None:
    of = graph_of(name)
    for group in groups(pages_of(name)):
        for node in group.nodes:
            inside = of.by_name.get(node)
            assert node == f"begin {group.id}" or (inside and inside.parent == group.id)
        for inner in group.groups:
            assert of.state(inner.id).parent == group.id
            region = of.state(group.id).parallel
            assert inner.border is (Border.REGION if region else Border.NESTED)


@pytest.mark.parametrize("name", NAMES)
def test_every_beginning_has_a_dot(name: str) -> None:
    of, pages = graph_of(name), pages_of(name)
    begins = {
        (node.id, edge.target)
        for page in pages
        for node in page.nodes
        if node.shape is Shape.INITIAL
        for edge in page.edges
        if edge.source == node.id
    }
    nested = {(f"begin {state.name}", state.initial) for state in of.states if state.initial}
    assert begins == {("begin ", of.initial), *nested}


@pytest.mark.parametrize("name", NAMES)
def test_readable_on_paper(name: str) -> None:
    for page in pages_of(name):
        svg = render(page).decode()
        assert max(printed_size(svg), printed_size(svg, width=785, height=538)) >= 7.5, (
            page.name
        )  # points


def test_marked_states_are_those_visited() -> None:
    pages = mark_path(pages_of("small"), VISITED, TAKEN)
    boxes = {node.id for page in pages for node in page.nodes if node.marks and node.number}
    framed = {group.id for group in groups(pages) if group.marks}
    assert boxes | framed == set(VISITED)
    marked = {way for page in pages for edge in page.edges if edge.marks for way in edge.ways}
    assert set(TAKEN) <= marked


@pytest.mark.parametrize("name", NAMES[1:])
def test_marked_states_of_a_patient_are_those_of_the_instance(name: str) -> None:
    guide = gw.load(ROOT / name)
    case = read_cases(guide).cases[0]
    outcome = guide.evaluate(case.patient, case.policies, places=case.places)
    instance = walk_patient(guide, outcome)
    pages = mark_instance(pages_of(name), graph_of(name), instance)
    boxes = {node.id for page in pages for node in page.nodes if node.marks and node.number}
    framed = {group.id for group in groups(pages) if group.marks}
    assert boxes | framed == set(instance.path)


def test_words_of_states_and_ways() -> None:
    words = "".join(map(text_equivalent, pages_of("small")))
    assert "Begin: go to 1 suspected" in words
    assert "Begin Doses: go to 14 route" in words
    assert "do / obtain, awaits potassium" in words
    assert "= true: go to" in words


def test_hostile_names_are_shown() -> None:
    text = """
workflow: w
initial: A
states:
  A:
    kind: clinical
    initial: B
    states:
      B: {kind: task, task: give, transitions: [{event: C, to: D}], next: D}
      D: {kind: final}
    next: E
  E: {kind: final}
"""
    hostile = '"<script>alert(1)</script>\\"]; n1 -> n2; {{x}}"'
    text = text.replace("A:", f"{hostile}:").replace(": A", f": {hostile}")
    for page in draw_statechart(read_workflow(text.replace("event: C", f"event: {hostile}"), "w")):
        svg = render(page).decode()
        assert "<script" not in svg
        assert "&lt;script&gt;" in svg
