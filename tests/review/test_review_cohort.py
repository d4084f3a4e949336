"""A cohort in a pack: numbers by answer and by rule, linked both ways, no value of a patient."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SMALL
from pypdf import PdfReader
from review_pages import Page, read
from test_review_command import review

import guidewright as gw
from guidewright.cli.marks import counted_cohort
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.pdf import pack_to_pdf


def cohort(folder: Path) -> Path:
    """Twelve with 39.25, seven with 36.625, three with no temperature, two that are refused."""
    temperatures = [39.25] * 12 + [36.625] * 7 + [None] * 3 + [-411.0, 977.0]
    path = folder / "our-clinic.parquet"
    names = [f"hedgehog-{number}" for number in range(len(temperatures))]
    pq.write_table(pa.table({"temperature": temperatures, "name": names}), path)
    return path


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    guide = gw.load(SMALL)
    found = counted_cohort(guide, cohort(tmp_path_factory.mktemp("cohort")), {})
    return pack_of(guide, cohort=found, raster=True)


@pytest.fixture(scope="module")
def page(counted: Pack) -> Page:
    return read(pack_to_html(counted))


def test_the_numbers(counted: Pack) -> None:
    view = counted.cohort
    assert view is not None
    assert (view.rows, view.patients) == (24, 22)
    assert sum(int(each.value) for each in view.refused) == 2
    numbers = {each.links[0].text: each.number for each in view.rules}
    assert numbers["fever-above"] == "12 (55%)"
    assert numbers["fever-below"] == "7 (32%)"
    assert numbers["fever-exactly"] == "0"
    said = {each.text: each.number for each in view.answers if "fever-below" in str(each.links)}
    assert all(number.startswith("7 ") for number in said.values())
    rules = {rule.id: rule.cohort for table in counted.tables for rule in table.rules}
    assert rules["fever-above"] == "12 (55%) of 22"


def test_rules_and_counts_are_linked_both_ways(counted: Pack, page: Page) -> None:
    assert counted.cohort is not None
    for each in (*counted.cohort.answers, *counted.cohort.rules):
        for link in each.links:
            assert page.leads("cohort", link.to)
            assert page.leads(link.to, "cohort")


def test_boxes_carry_the_numbers(counted: Pack) -> None:
    words = [box.text for figure in counted.figures for box in figure.boxes]
    assert any("so many of the cohort, 22 (100%)" in each for each in words)
    assert any("nobody of the cohort" in each for each in words)


def test_no_value_of_a_patient_is_shown(counted: Pack, page: Page) -> None:
    reader = PdfReader(io.BytesIO(pack_to_pdf(counted)))
    paper = "".join(each.extract_text() for each in reader.pages)
    for said in (" ".join(page.words), paper):
        for value in ("hedgehog", "39.25", "36.625", "-411", "977"):
            assert value not in said


def test_the_command_takes_a_cohort(tmp_path: Path) -> None:
    output = tmp_path / "pack.html"
    done = review(str(SMALL), "--cohort", str(cohort(tmp_path)), "--output", str(output))
    assert done.returncode == 0, done.stderr
    assert "22 patients of our-clinic.parquet (24 rows)" in output.read_text(encoding="utf-8")


def test_a_cohort_without_an_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name\nhedgehog\n", encoding="utf-8")
    done = review(str(SMALL), "--cohort", str(path), "--output", str(tmp_path / "pack.html"))
    assert done.returncode != 0
    assert "no column is called like an input" in done.stderr
    assert "hedgehog" not in done.stderr
    assert not (tmp_path / "pack.html").exists()
