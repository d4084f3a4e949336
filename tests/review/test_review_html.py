"""The page of a review pack: complete, linked both ways, and in need of nothing from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from review_pages import Page, read

from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack, Standing
from guidewright_visualize.tables import ANY


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read(html)


def test_every_link_leads_somewhere(page: Page) -> None:
    known = set(page.identities)
    assert page.links
    lost = sorted({to for _, to in page.links if to.removeprefix("#") not in known})
    assert not lost


def test_every_identity_stands_once(page: Page) -> None:
    doubled = [name for name, count in Counter(page.identities).items() if count > 1]
    assert not doubled


def test_nothing_is_fetched_and_nothing_runs(page: Page, html: str) -> None:
    assert not page.fetched
    assert not page.elements & {"script", "link", "iframe", "object", "embed", "img"}
    assert all(to.startswith("#") for _, to in page.links)
    assert not re.search(r"@import|url\(", html)


def test_rules_and_statements_are_linked_both_ways(pack: Pack, page: Page) -> None:
    pairs = [
        (rule.anchor, link.to)
        for table in pack.tables
        for rule in table.rules
        for link in (*rule.statements, *rule.ambiguities)
    ]
    assert pairs
    for rule, cited in pairs:
        assert page.leads(rule, cited), (rule, cited)
        assert page.leads(cited, rule), (cited, rule)


def test_boxes_and_statements_are_linked_both_ways(pack: Pack, page: Page) -> None:
    boxes = [box for figure in pack.figures for box in figure.boxes]
    assert boxes
    for box in boxes:
        if box.number:
            assert page.leads(box.drawn, box.anchor), f"the picture's {box.text}"
            assert page.leads(box.anchor, box.drawn), f"the words of {box.text}"
        for link in box.links:
            assert page.leads(box.anchor, link.to), (box.anchor, link.to)
    for table in pack.tables:
        for link in table.boxes:
            assert page.leads(table.anchor, link.to), (table.title, link)
            assert page.leads(link.to, table.anchor), (table.title, link)
    cited = {link.to for box in boxes for link in box.links if link.to.startswith("statement:")}
    for statement in pack.statements:
        if statement.anchor in cited:
            assert any(link.to.startswith("box:") for link in statement.rests), statement.id


def test_boxes_of_flowcharts_and_rules_are_linked_both_ways(pack: Pack, page: Page) -> None:
    drawn = [table for table in pack.tables if table.flowchart]
    assert drawn
    for table in drawn:
        boxes = [box for figure in table.flowchart for box in figure.boxes]
        spoken = {link.to for box in boxes for link in box.links}
        for rule in table.rules:
            if rule.boxes:
                assert rule.anchor in spoken
        for box in boxes:
            for link in box.links:
                assert page.leads(box.anchor, link.to)
                if link.to.startswith("finding:"):
                    continue  # looked at below
                rule = next(rule for rule in table.rules if rule.anchor == link.to)
                assert box.anchor in {each.to for each in rule.boxes}
        for rule in table.rules:
            for link in rule.boxes[:3]:  # more are counted, not listed
                assert page.leads(rule.anchor, link.to)


def test_findings_and_the_boxes_they_are_marked_in_are_linked_both_ways(
    pack: Pack, page: Page
) -> None:
    anchors = {each.anchor for group in pack.findings for each in group.findings}
    marked = 0
    for box in (box for figure in pack.figures for box in figure.boxes):
        for link in box.links:
            if link.to in anchors:
                marked += 1
                assert page.leads(box.anchor, link.to)
                assert page.leads(link.to, box.anchor), (link.to, box.anchor)
                assert "▲" in box.text
    assert marked


def test_findings_and_cases_are_linked_both_ways(pack: Pack, page: Page) -> None:
    rules = {rule.anchor: rule for table in pack.tables for rule in table.rules}
    findings = [each for group in pack.findings for each in group.findings]
    assert [each.number for each in findings] == list(range(1, len(findings) + 1))
    for finding in findings:
        for link in finding.links:
            assert page.leads(finding.anchor, link.to)
            if link.to in rules:
                assert page.leads(link.to, finding.anchor)
    for case in pack.cases:
        for link in case.rules:
            assert page.leads(case.anchor, link.to)
            assert case.anchor in {each.to for each in rules[link.to].cases}


def test_everything_of_the_model_is_there(pack: Pack, page: Page) -> None:
    said = " ".join(" ".join(page.words).split())
    for statement in pack.statements:
        assert statement.text in said
    for table in pack.tables:
        for rule in table.rules:
            assert rule.id in said
            for head, cell in zip(table.heads, rule.cells, strict=True):
                hidden = table.wide and (cell == ANY or (head.kind == "output" and cell == "null"))
                assert hidden or cell in said, (rule.id, cell)
    for case in pack.cases:
        assert case.id in said


def test_the_same_pack_gives_the_same_bytes(pack: Pack, html: str) -> None:
    assert pack_to_html(pack) == html


def test_headings_do_not_skip_a_level(html: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_numbers_of_the_first_page_are_those_of_the_findings(pack: Pack) -> None:
    """What was proved is nothing to settle, whatever it would weigh if it were violated."""
    numbers = {fact.name: fact.value for fact in pack.numbers}
    open_ones = [
        each.severity
        for group in pack.findings
        if group.standing is Standing.OPEN
        for each in group.findings
    ]
    proved = [g for g in pack.findings if g.standing is Standing.PROVED]
    assert numbers["Findings to be settled"].startswith(f"{open_ones.count('error')} error")
    assert numbers["Proved for every patient"] == str(sum(len(g.findings) for g in proved))
    errors = [each for each in pack.attention if each.to.startswith("finding:")]
    assert len(errors) == open_ones.count("error")
