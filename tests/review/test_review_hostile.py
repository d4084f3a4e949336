"""Whatever stands in a text of a model is shown in HTML and PDF, never read as markup."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from pypdf import PdfReader
from review_pages import read

from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.pdf import pack_to_pdf
from guidewright_visualize.typesetting import clean

PAYLOADS = [
    *("<script>alert(1)</script>", '"]; node [label="', "&", "&amp;lt;", "</style><script>"),
    *('"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{ 7*7 }}", "{% raw %}", "]]>"),
    *("#panic()", '#read("/etc/passwd")', "*bold* _it_ $x$ `raw` @ref <label>", "\\", "= head"),
    *("שלום עולם", "\u202eabc", "😀", "one\ntwo", "word " * 1000, "x" * 5000),
]
KEPT = {"anchor", "to", "drawn", "svg", "kind", "png", "corner", "severity", "standing"}


def poisoned(part: Any, text: str) -> Any:
    """The same pack with the text in every field that can come from a model."""
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        names = [field.name for field in dataclasses.fields(part) if field.name not in KEPT]
        return dataclasses.replace(
            part, **{name: poisoned(getattr(part, name), text) for name in names}
        )
    if isinstance(part, tuple):
        return tuple(poisoned(each, text) for each in part)
    return clean(text) if isinstance(part, str) and part else part


@pytest.mark.parametrize("text", PAYLOADS, ids=ascii)
def test_a_hostile_text_is_words_on_the_page(small: Pack, text: str) -> None:
    plain, page = read(pack_to_html(small)), read(pack_to_html(poisoned(small, text)))
    assert page.elements == plain.elements
    assert not page.fetched
    assert page.identities == plain.identities
    said = " ".join(" ".join(page.words).split())
    assert clean(text) in said


def test_hostile_texts_are_words_on_paper(small: Pack) -> None:
    texts = [clean(text)[:40] for text in PAYLOADS]
    reader = PdfReader(io.BytesIO(pack_to_pdf(poisoned(small, " | ".join(texts)))))
    said = _letters("".join(page.extract_text() for page in reader.pages))
    for text in texts:
        assert _letters(text) in said
    links = [
        str(note.get_object().get("/A", {}).get("/URI", ""))
        for page in reader.pages
        for note in page.get("/Annots", ())
    ]
    assert not any(links), "a document leads to itself only"


def _letters(text: str) -> str:
    """The letters that every font has; lines may be broken and joined on paper."""
    return "".join(each for each in text if each.isascii() and each.isalnum())


def test_the_same_pack_gives_the_same_pdf(small: Pack) -> None:
    first = pack_to_pdf(small)
    assert first.startswith(b"%PDF-")
    assert pack_to_pdf(small) == first


def test_a_text_without_a_blank_stays_on_paper(small: Pack) -> None:
    long = dataclasses.replace(small, title="x" * 5000, tables=(), cases=(), flowcharts=())
    reader = PdfReader(io.BytesIO(pack_to_pdf(long)))
    assert _letters("".join(page.extract_text() for page in reader.pages)).count("x") >= 5000
