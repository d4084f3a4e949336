"""The report about one patient: every link leads somewhere in it, and can be followed back."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from review_pages import Page, read

import guidewright as gw
from guidewright_visualize.review.html import report_to_html
from guidewright_visualize.review.patient import Report, report_of
from guidewright_visualize.review.pdf import report_to_pdf

ROOT = Path(__file__).resolve().parents[2]
FEVER = ROOT / "tests" / "guidelines" / "fever"
B12 = ROOT / "models" / "b12-deficiency"
CONFLICT = {
    "total B12": "90 pmol/L",
    "symptomatic": True,
    "severity": "mild",
    "neurological symptoms": "none",
    "causes": ["pernicious anaemia"],
}
PATIENTS = [
    pytest.param((FEVER, {"temperature": "39 Cel"}), id="fever"),
    pytest.param((FEVER, {}), id="nothing-known"),
    pytest.param((B12, CONFLICT), id="conflict"),
    pytest.param((B12, {"total B12": "200 ng/L"}), id="indeterminate"),
]


@pytest.fixture(scope="module", params=PATIENTS)
def report(request: pytest.FixtureRequest) -> Report:
    folder, patient = request.param
    guide = gw.load(folder)
    return report_of(guide, guide.evaluate(patient), raster=folder == FEVER)


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    return read(report_to_html(report))


def test_every_link_leads_somewhere_in_the_report(page: Page) -> None:
    known = set(page.identities)
    assert page.links
    assert sorted({to for _, to in page.links if to.removeprefix("#") not in known}) == []
    assert [name for name, count in Counter(page.identities).items() if count > 1] == []


def test_rules_and_statements_are_linked_both_ways(report: Report, page: Page) -> None:
    rules = [rule for table in report.why for rule in table.rules]
    assert rules or report.missing
    for rule in rules:
        for link in rule.statements:
            assert page.leads(rule.anchor, link.to)
            assert page.leads(link.to, rule.anchor)


def test_answers_and_statements_are_linked_both_ways(report: Report, page: Page) -> None:
    said = [each for answer in report.answers for option in answer.options for each in option]
    for sentence in (*said, *report.open_points, *report.policies):
        assert sentence.anchor in page.identities
        for link in sentence.statements:
            if link.to:
                assert page.leads(link.to, sentence.anchor), sentence


def test_boxes_are_linked_both_ways(report: Report, page: Page) -> None:
    boxes = [box for figure in report.flowcharts for box in figure.boxes]
    for box in boxes:
        if box.number:
            assert page.leads(box.drawn, box.anchor)
            assert page.leads(box.anchor, box.drawn)
        for link in box.links:
            if link.to:
                assert page.leads(box.anchor, link.to)
                assert page.leads(link.to, box.anchor), (box.text, link)
    statements = {each.anchor for each in report.statements}
    for statement in report.statements:
        assert statement.rests
        for link in statement.rests:
            assert page.leads(statement.anchor, link.to)
    assert all(link.to in statements for box in boxes for link in box.links if link.text[0] == "S")


def test_headings_do_not_skip_a_level(report: Report) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", report_to_html(report))]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_it_can_be_printed(report: Report) -> None:
    if all(figure.png for figure in report.flowcharts):
        assert report_to_pdf(report).startswith(b"%PDF-")
