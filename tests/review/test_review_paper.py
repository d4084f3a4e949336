"""A pack on A4 paper, page by page: the PDF, and what a browser prints of the HTML.

What can be told by a machine: nothing stands outside the page, no letter is smaller than 7 points,
no page is nearly empty, no heading is parted from what it heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import hypot
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from overlaps import overlaps
from playwright.sync_api import Browser
from test_review_hostile import poisoned

from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.pdf import pack_to_pdf
from guidewright_visualize.svg import printed_size

A4 = (595.0, 842.0)
MARGIN = 14.0  # points (5 mm), beyond which most printers do not print
SMALLEST = 7.0  # points
FEWEST = 5  # lines
HEADING = 11.0  # points: what is larger is a heading
FOOTER = re.compile(r"\d+/\d+")
WORDS = "Thesameinwords"  # a heading that is no larger than what it heads


@dataclass(frozen=True)
class Line:
    """A line of text without blanks, the size of its largest letter, and where it stands."""

    text: str
    size: float
    at: float


@dataclass(frozen=True)
class Sheet:
    """A page: its size, its lines from the top, where pictures end, its frame, its letters."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    pictures: tuple[float, ...]
    frame: tuple[float, float, float, float]
    smallest: float


def sheets(path: Path) -> Iterator[Sheet]:
    """Yield the pages of a PDF."""
    with pdfium.PdfDocument(path) as document:
        for number, page in enumerate(document, 1):
            letters = list(_letters(page.get_textpage()))
            images = [each.get_bounds() for each in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], 4)]
            boxes = [*(box for _, _, _, box in letters), *images]
            yield Sheet(
                number,
                *page.get_size(),
                lines=tuple(_lines(letters)),
                pictures=tuple(low for _, low, _, _ in images),
                frame=(
                    min(each[0] for each in boxes),
                    min(each[1] for each in boxes),
                    max(each[2] for each in boxes),
                    max(each[3] for each in boxes),
                ),
                smallest=min(size for _, size, _, _ in letters),
            )


Letter = tuple[str, float, float, tuple[float, float, float, float]]


def _letters(text: pdfium.PdfTextPage) -> Iterator[Letter]:
    """Yield each letter with its size as it is printed, the height of its line, and its box."""
    matrix = raw.FS_MATRIX()
    for place in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, place))
        if letter.isprintable() and not letter.isspace():
            raw.FPDFText_GetMatrix(text, place, matrix)
            size = raw.FPDFText_GetFontSize(text, place) * hypot(matrix.c, matrix.d)
            yield letter, round(size, 1), matrix.f, text.get_charbox(place, loose=True)


def _lines(letters: list[Letter]) -> Iterator[Line]:
    """Yield the lines from the top; the number of the page at its foot is none."""
    for at, line in groupby(sorted(letters, key=lambda each: -each[2]), lambda each: each[2]):
        parts = list(line)
        text = "".join(letter for letter, _, _, _ in parts)
        if not FOOTER.fullmatch(text):
            yield Line(text, max(size for _, size, _, _ in parts), at)


@pytest.fixture(scope="session")
def printed_file(browser: Browser, page_file: Path) -> Path:
    """What a browser prints of the HTML."""
    page = browser.new_page()
    page.goto(page_file.as_uri())
    path = page_file.with_suffix(".print.pdf")
    page.pdf(path=path, prefer_css_page_size=True)
    page.close()
    return path


@pytest.fixture(scope="session", params=["pdf_file", "printed_file"])
def paper(request: pytest.FixtureRequest, pack: Pack) -> list[Sheet]:
    return list(sheets(request.getfixturevalue(request.param)))


def test_every_page_is_a4_and_holds_what_stands_on_it(paper: list[Sheet]) -> None:
    for sheet in paper:
        assert sorted((sheet.width, sheet.height)) == pytest.approx(A4, abs=1)
        left, low, right, high = sheet.frame
        assert min(left, low) >= MARGIN, sheet.number
        assert right <= sheet.width - MARGIN, sheet.number
        assert high <= sheet.height - MARGIN, sheet.number


def test_every_letter_can_be_read(pack: Pack, paper: list[Sheet]) -> None:
    assert {sheet.number: sheet.smallest for sheet in paper if sheet.smallest < SMALLEST} == {}
    for figure in pack.figures:
        assert printed_size(figure.svg, width=figure.width) >= SMALLEST, figure.title


def test_a_long_text_goes_on_over_the_page(small: Pack, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    text = "word " * 1000
    parts = {name: poisoned(getattr(small, name), text) for name in ("statements", "cases")}
    path.write_bytes(pack_to_pdf(replace(small, **parts)))
    for sheet in sheets(path):
        left, low, right, high = sheet.frame
        assert min(left, low) >= MARGIN, sheet.number
        assert right <= sheet.width - MARGIN, sheet.number
        assert high <= sheet.height - MARGIN, sheet.number


def test_no_page_is_nearly_empty(paper: list[Sheet]) -> None:
    """A page before one that is turned to landscape may be short."""
    short = [
        sheet.number
        for sheet, after in pairwise([*paper, paper[-1]])
        if len(sheet.lines) < FEWEST and not sheet.pictures and sheet.width >= after.width
    ]
    assert not short


def test_no_heading_stands_alone(paper: list[Sheet]) -> None:
    for sheet in paper:
        last = min(sheet.lines, key=lambda line: line.at)
        alone = last.size >= HEADING or last.text == WORDS
        assert not alone or min(sheet.pictures, default=1000) < last.at, (sheet.number, last.text)


def test_nothing_lies_over_anything_in_a_picture(pack: Pack) -> None:
    found = {each.title: overlaps(each.svg) for each in pack.figures}
    assert {title: said for title, said in found.items() if said} == {}


def test_every_picture_is_on_paper(pack: Pack, pdf_file: Path) -> None:
    drawn = sum(len(sheet.pictures) for sheet in sheets(pdf_file))
    assert drawn == len(pack.figures)
