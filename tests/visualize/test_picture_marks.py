"""Marks: what happened to a patient is marked, nothing else, and without the help of colour."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from picture_samples import (
    TAKEN,
    VISITED,
    definitions,
    graph,
    table,
    table_drawing,
    table_trace,
)

from guidewright.dmn.trace import DecisionTrace, RuleTrace, Trace
from guidewright.feel.temporal import DateTime
from guidewright.workflow.instance import Choice, Instance, Visit
from guidewright_visualize import (
    Drawing,
    Mark,
    MarkKind,
    Node,
    Shape,
    draw_requirements,
    draw_workflow,
    mark_decisions,
    mark_instance,
    mark_path,
    mark_rules,
    to_dot,
)
from guidewright_visualize.notation import BORDERS, EDGES, SHAPES


def test_each_kind_has_its_own_sign_and_words() -> None:
    assert len({kind.sign for kind in MarkKind}) == len(MarkKind)
    assert set(BORDERS) == set(MarkKind)
    assert all(look.attributes for look in BORDERS.values())


def test_nothing_depends_on_colour() -> None:
    looks = [*SHAPES.values(), *EDGES.values(), *BORDERS.values()]
    assert not [
        look for look in looks if {"color", "fillcolor", "fontcolor"} & set(look.attributes)
    ]
    flow = {str(dict(SHAPES[shape].attributes)) for shape in list(Shape)[:5]}
    assert len(flow) == 5


@pytest.mark.parametrize("kind", MarkKind)
def test_a_mark_is_seen_without_colour(kind: MarkKind) -> None:
    def label_and_border(*marks: Mark) -> tuple[str, str]:
        dot = to_dot(Drawing("d", "", (Node("a", Shape.ACTION, ("Act",), marks=marks),), ()))
        line = next(line for line in dot.splitlines() if line.strip().startswith("n1 ["))
        line = re.sub(r'(fill|font)?color="[^"]*"', "", line)
        label = line[line.index("label=") :]
        return label, re.sub(r"label=.*|width=[\d.]+", "", line.replace("penwidth", "pen"))

    plain, marked = label_and_border(), label_and_border(Mark(kind))
    assert kind.sign in marked[0]
    assert kind.sign not in plain[0]
    assert marked[1] != plain[1]


def test_marked_boxes_are_the_states_visited() -> None:
    pages = mark_path(draw_workflow(graph()), VISITED, TAKEN)
    marked = {node.id for page in pages for node in page.nodes if node.marks and node.number}
    groups = {
        part.id for page in pages for group in page.groups for part in group.nested if part.marks
    }
    assert marked | groups == set(VISITED)
    steps = [
        node.marks[0].text for page in pages for node in page.nodes if node.marks and node.number
    ]
    assert sorted(steps, key=lambda text: int(text.split()[1])) == [
        f"step {number}" for number in range(1, 11)
    ]


def test_marked_arrows_are_the_ways_taken() -> None:
    pages = mark_path(draw_workflow(graph()), VISITED, TAKEN)
    marked = {way for page in pages for edge in page.edges if edge.marks for way in edge.ways}
    assert set(TAKEN) <= marked
    through = [node.id for page in pages for node in page.nodes if node.marks and not node.number]
    assert through == ["raised to treat", "arrive at treat"]


def test_the_way_is_guessed_from_neighbours_when_not_told() -> None:
    first, _ = mark_path(draw_workflow(graph()), ["suspected", "measure", "below"])
    marked = [(edge.source, edge.target) for edge in first.edges if edge.marks]
    assert marked == [("suspected", "measure"), ("measure", "below")]


def test_rules_and_cells() -> None:
    marked = mark_rules(table_drawing(), table_trace())
    assert [row.marks[0].kind if row.marks else None for row in marked.rows] == [
        None,
        MarkKind.CHOSEN,
        None,
    ]
    third = [cell.marks[0].kind if cell.marks else None for cell in marked.rows[2].cells[:3]]
    assert third == [MarkKind.FAILED, MarkKind.UNKNOWN, None]
    assert [column.value for column in marked.columns[:3]] == ["200", "not known", "closed"]
    assert "► 2" in to_dot(marked)


def test_a_missing_value_is_not_a_condition_that_failed() -> None:
    """FEEL says that null = "closed" is false; the reader must see that the value is missing."""
    trace = table_trace()
    first = RuleTrace(table(), 0, (False, False, True), False, False, None)
    marked = mark_rules(table_drawing(), replace(trace, rules=(first,)))
    kinds = [cell.marks[0].kind for cell in marked.rows[0].cells if cell.marks]
    assert kinds == [MarkKind.FAILED, MarkKind.UNKNOWN]


def test_decisions_show_their_values() -> None:
    decision = next(definitions().decisions)
    trace = Trace({"total B12": 200}, (DecisionTrace(decision, "indeterminate", ()),))
    marked = mark_decisions(draw_requirements(definitions()), trace)
    assert {node.label[0]: node.marks[0].text for node in marked.nodes if node.marks} == {
        "total B12": "= 200",
        "diagnosis": "= indeterminate",
    }


def test_a_running_instance_is_marked() -> None:
    """Choices are recorded; the other ways are seen from what was left and entered at once."""
    visits = [("suspected", 0, 0), ("measure", 0, 5), ("below", 5, 5), ("confirmed", 5, 5)]
    visits += [("treat", 5, None), ("dosing", 5, None), ("route", 5, None)]
    instance = Instance(
        "small",
        visits=tuple(
            Visit(state, DateTime(0, entered), None if left is None else DateTime(0, left))
            for state, entered, left in visits
        ),
        choices=(
            Choice(
                at=DateTime(0, 5),
                state="below",
                transition="below#0",
                target="confirmed",
                decision="diagnosis",
                value="confirmed",
                inputs=(),
                rules=(),
                statements=(),
                notes=(),
            ),
        ),
    )
    pages = mark_instance(draw_workflow(graph()), graph(), instance)
    marked = {way for page in pages for edge in page.edges if edge.marks for way in edge.ways}
    assert {"suspected#0", "measure#0", "below#0", "confirmed#0"} <= marked
    assert not {"below#1", "below#2"} & marked
