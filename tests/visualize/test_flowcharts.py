"""Flowcharts of tables: every leaf is drawn once, readable on A4, and marked as the trace says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from picture_samples import CAPTION, HERE, tree

import guidewright as gw
from guidewright.analysis.decision_trees import Leaf, Question, Tree, nodes
from guidewright.analysis.tables import subjects_of, table_subject
from guidewright.analysis.tree_proof import tree_of
from guidewright.dmn import load_dmn
from guidewright.feel.names import normal
from guidewright.guideline.cases import read_cases, run_case
from guidewright.guideline.guide import Guideline
from guidewright_visualize import (
    Drawing,
    Shape,
    Side,
    draw_flowchart,
    mark_way,
    printed_size,
    render,
    text_equivalent,
)
from guidewright_visualize.flowcharts import MOST_BOXES
from guidewright_visualize.pictures import printed_places
from guidewright_visualize.typesetting import clean

ROOT = Path(__file__).resolve().parents[2] / "models"
MOST_LEAVES = 16  # of the trees that are drawn here; larger ones have more such pages
MODELS = ("b12-deficiency", "sepsis-hour-1")


@cache
def guide(name: str) -> Guideline:
    return gw.load(ROOT / name)


def trees(name: str) -> Iterator[Tree]:
    for subject in subjects_of(guide(name)):
        found = tree_of(subject)
        if isinstance(found, Tree) and len(found.leaves) <= MOST_LEAVES:
            yield found


@cache
def charts(name: str) -> dict[str, tuple[Drawing, ...]]:
    return {
        each.subject.decision: draw_flowchart(each, name="flowchart", caption=CAPTION)
        for each in trees(name)
    }


@pytest.mark.parametrize("name", MODELS)
def test_every_node_of_the_tree_has_one_box(name: str) -> None:
    for of in trees(name):
        pages = charts(name)[of.subject.decision]
        boxes = [node for page in pages for node in page.nodes if node.number is not None]
        every = list(nodes(of.root))
        questions = [node for node in boxes if node.shape is Shape.QUESTION]
        assert len(questions) == sum(isinstance(each, Question) for each in every)
        assert len(boxes) == len(every)
        assert sorted(node.number or 0 for node in boxes) == list(range(1, len(boxes) + 1))
        leaves = [each for each in every if isinstance(each, Leaf)]
        rules = [[of.subject.rules[rule].rule.name for rule in each.rules] for each in leaves]
        drawn = [list(node.rules) for node in boxes if node.shape is not Shape.QUESTION]
        assert sorted(drawn) == sorted(rules)


@pytest.mark.parametrize("name", MODELS)
def test_readable_on_paper(name: str) -> None:
    for decision, pages in charts(name).items():
        for page in pages:
            svg = render(page).decode()
            size = max(printed_size(svg), printed_size(svg, width=785, height=538))
            assert size >= 7.9, (decision, page.name, size)
            assert len([node for node in page.nodes if node.number]) <= MOST_BOXES


@pytest.mark.parametrize("name", MODELS)
def test_yes_right_and_numbers_as_they_stand(name: str) -> None:
    for pages in charts(name).values():
        for page in pages:
            at = printed_places(page)
            for edge in page.edges:
                if edge.side is Side.RIGHT:
                    assert at[edge.source][0] == at[edge.target][0]
                    assert at[edge.source][1] < at[edge.target][1]
                elif edge.side is Side.DOWN:
                    assert at[edge.source][0] < at[edge.target][0]
            boxes = [node for node in page.nodes if node.number is not None]
            boxes.sort(key=lambda node: node.number or 0)
            assert [at[node.id] for node in boxes] == sorted(at[node.id] for node in boxes)


@pytest.mark.parametrize("name", MODELS)
def test_ovals_lead_to_boxes(name: str) -> None:
    for pages in charts(name).values():
        numbers = {n.number: page for page in pages for n in page.nodes if n.number}
        for page in pages:
            for node in page.nodes:
                if node.shape is Shape.LINK:
                    match = re.fullmatch(r"(to|from) (\d+) on page (\d+)", node.label[0])
                    assert match
                    assert numbers[int(match[2])] is pages[int(match[3]) - 1]


@pytest.mark.parametrize("name", MODELS)
def test_a_missing_value_is_never_simply_no(name: str) -> None:
    for of in trees(name):
        for page in charts(name)[of.subject.decision]:
            for node in page.nodes:
                labels = [edge.label for edge in page.edges if edge.source == node.id]
                if node.shape is Shape.QUESTION:
                    assert labels[:1] == ["yes"]
                    assert labels[1] in ("no", "no, or not known")
                    assert labels[2:] in ([], ["not known"])


@pytest.mark.parametrize("name", MODELS)
def test_marked_boxes_are_the_rules_of_the_trace(name: str) -> None:
    """Of every case: the end of the marked way has the rules that the trace says were chosen."""
    guideline, compared = guide(name), 0
    drawn = {of.subject.decision: of for of in trees(name)}
    for case in read_cases(guideline).cases[::12]:
        outcome = run_case(guideline, case).outcome
        if outcome is None:
            continue
        for decided in outcome.trace.decisions:
            decision = decided.decision.name
            if normal(decision) not in drawn or not decided.tables:
                continue
            values = [each.value for each in decided.tables[-1].inputs]
            pages = mark_way(charts(name)[normal(decision)], drawn[normal(decision)], values)
            marked = [node for page in pages for node in page.nodes if node.marks and node.number]
            ends = [node for node in marked if node.shape is not Shape.QUESTION]
            assert len(ends) == 1
            chosen = tuple(rule.rule.name for rule in decided.tables[-1].chosen)
            assert ends[0].rules == chosen, (case.id, decision)
            steps = [node.marks[0].text for node in marked]
            assert sorted(steps, key=lambda text: int(text.split()[1])) == [
                f"step {number}" for number in range(1, len(marked) + 1)
            ]
            ways = [edge for page in pages for edge in page.edges if edge.marks]
            assert {edge.ways[0] for edge in ways if edge.ways} == {
                node.id for node in marked if node.id != "start"
            }
            compared += 1
    assert compared > 10


def test_an_aggregated_answer_is_that_of_the_engine() -> None:
    """The points of qSOFA: one for each rule that speaks, but none for `qsofa-none`."""
    leaves = [node for page in charts("sepsis-hour-1")["qSOFA"] for node in page.nodes]
    shown = {node.rules: node.label[0] for node in leaves if node.rules}
    assert len(shown) == 8
    for rules, label in shown.items():
        assert label == f"Points: {len(rules) - 1} (sum)"


def test_the_words_say_everything() -> None:
    page = draw_flowchart(tree(), name="flowchart", caption=CAPTION)[0]
    words = text_equivalent(page)
    numbers = [node.number for node in page.nodes if node.number is not None]
    assert re.findall(r"^(\d+)\. ", words, re.MULTILINE) == list(map(str, sorted(numbers)))
    assert "Proved to answer as the table does (3 rules, unique)" in words


HOSTILE = [
    "<script>alert(1)</script>",
    '"]; node [label="x',
    "& &lt; \\N",
    "שלום \u202e",
    "x" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_hostile_texts_are_shown(text: str, tmp_path: Path) -> None:
    written = escape(text.replace("\\", "\\\\").replace('"', '\\"'))
    source = (HERE / "models" / "small.dmn").read_text(encoding="utf-8")
    source = source.replace("&quot;", '"').replace('"closed"', f'"{written}"')
    source = source.replace("Deficiency is unlikely.", written).replace("dx-unlikely", "dx-&lt;b>")
    path = tmp_path / "small.dmn"
    path.write_text(source, encoding="utf-8")
    found = tree_of(table_subject(load_dmn(path), "diagnosis"))
    assert isinstance(found, Tree)
    for page in draw_flowchart(found, name=text, title=text):
        svg = render(page).decode()
        ET.fromstring(svg)
        assert "<script" not in svg
        assert "<b>" not in svg
        words = text_equivalent(page)
        assert clean(text)[:60] in words
