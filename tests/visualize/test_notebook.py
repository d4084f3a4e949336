"""In a real notebook our objects are shown as HTML: no script, nothing fetched, texts escaped."""

from __future__ import annotations

import dataclasses
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbclient
import nbformat
import pytest

import guidewright as gw
from guidewright.analysis.verify import verify
from guidewright.guideline.provenance import tables_of
from guidewright_visualize import draw_table, notebook, requirement_pictures
from guidewright_visualize.drawing import Caption

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"
HOSTILE = "<script>alert(1)</script>\" onload='x' & {{ 7*7 }} \u202eabc 😀"
CELLS = [
    "%load_ext guidewright_visualize.notebook\nimport guidewright as gw",
    f"guide = gw.load({str(FEVER)!r})\nguide",
    "guide.evaluate({'temperature': '39 Cel'})",
    (
        "from guidewright.guideline.provenance import tables_of\n"
        "next(table for _, table in tables_of(guide.model.definitions))"
    ),
    "report = gw.verify(guide)\nreport.findings[0]",
    "report",
    (
        "import guidewright_visualize as pictures\n"
        "next(pictures.workflow_pictures(guide, pictures.caption_of(guide)))"
    ),
]


class Elements(HTMLParser):
    """The elements and attributes of a page, and whether each that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def harmless(text: str) -> Elements:
    """Return what an HTML is made of, after seeing that it can do nothing."""
    found = Elements(text)
    assert not found.open
    assert not found.names & {"script", "iframe", "object", "embed", "img", "link", "style"}
    assert not {name for name in found.attributes if name.startswith("on") or name == "src"}
    return found


def test_a_notebook_shows_them(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    book = nbformat.v4.new_notebook(cells=cells)
    # the kernel of this very Python, found under the name that Jupyter gives it
    client = nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": tmp_path}})
    client.create_kernel_manager()
    client.km.kernel_cmd = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    client.execute()
    said = []
    for cell in book.cells[1:]:
        shown = [each for each in cell.outputs if each.output_type == "execute_result"]
        assert len(shown) == 1, cell.source
        said.append(" ".join(harmless(shown[0].data["text/html"]).words))
    guideline, outcome, table, finding, report, picture = said
    assert "Fever" in guideline
    assert "conflict" in outcome or "clear" in outcome or "gap" in outcome
    assert "Not known" not in outcome or ", " in outcome
    assert "hit policy" in table
    assert "violated" in finding
    assert "findings" in report
    assert "Fever" in picture


def test_hostile_texts_are_words() -> None:
    guide = gw.load(FEVER)
    file = dataclasses.replace(guide.file, title=HOSTILE, notice=HOSTILE)
    finding = dataclasses.replace(verify(guide).findings[0], text=HOSTILE, hint=HOSTILE)
    table = next(table for _, table in tables_of(guide.model.definitions))
    drawn = draw_table(table, title=HOSTILE)
    outcome = guide.evaluate({"temperature": "39 Cel"})
    picture = next(iter(requirement_pictures(guide, Caption(title=HOSTILE))))
    for text in (
        notebook.guideline_html(dataclasses.replace(guide, file=file)),
        notebook.finding_html(finding),
        notebook.table_drawing_html(drawn),
        notebook.outcome_html(dataclasses.replace(outcome, guideline=HOSTILE)),
        notebook.drawing_html(picture),
    ):
        words = " ".join(harmless(text).words)
        assert "<script>alert(1)</script>" in words
        assert "{{ 7*7 }}" in words
        assert "\u202e" not in words


@pytest.mark.parametrize("where", sorted(notebook.SHOWN))
def test_every_kind_is_a_class_of_ours(where: tuple[str, str]) -> None:
    module, name = where
    __import__(module)
    assert isinstance(getattr(sys.modules[module], name), type)
