"""Write a review pack as PDF for A4 paper, tagged for assistive technology.

In: a `Pack` whose figures carry a PNG. Out: bytes. The page is set by typst from a template of ours
that reads the pack as JSON, so no text of a model is ever read as markup. The document claims to be
PDF/UA-1 unless it has a letter that typst's own fonts lack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from guidewright.errors import Code, Note
from guidewright_visualize.program import RenderError
from guidewright_visualize.review import anchors
from guidewright_visualize.review.pack import Figure, Pack
from guidewright_visualize.review.patient import Report

SHARED = "parts.typ"


def pack_to_pdf(pack: Pack) -> bytes:
    """Return the pack as PDF; equal packs give equal bytes.

    Raises `RenderError` when typst (extra `pdf`) is not installed or cannot set the page.
    """
    return _typeset("pack.typ", pack, pack.figures)


def report_to_pdf(report: Report) -> bytes:
    """Return the report about one patient as PDF; raises as `pack_to_pdf` does."""
    return _typeset("patient.typ", report, report.flowcharts)


def _typeset(template: str, document: Pack | Report, figures: Sequence[Figure]) -> bytes:
    """Return the PDF of a template of ours; it finds the document as pack.json, and its figures."""
    if find_spec("typst") is None:
        text = "PDF needs typst, which is not installed"
        hint = "pip install 'guidewright[pdf]', or ask for html"
        raise RenderError(Note(Code.DRAWING, None, text, hint))
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in (template, SHARED):
            source = files("guidewright_visualize.review").joinpath("templates", name)
            (root / name).write_bytes(source.read_bytes())
        (root / "pack.json").write_text(
            json.dumps(_data(document), ensure_ascii=False), encoding="utf-8"
        )
        for figure in figures:
            (root / _file(figure.anchor)).write_bytes(figure.png)
        try:
            return _compiled(root / template, pdf_standards="ua-1")
        except RenderError:  # perhaps a letter that no font has: still tagged, without the claim
            return _compiled(root / template)


def _compiled(template: Path, **more: Any) -> bytes:
    import typst

    try:
        return bytes(
            typst.compile(
                str(template),
                root=str(template.parent),
                format="pdf",
                ignore_system_fonts=True,  # the same pages on every machine
                timestamp=0,
                **more,
            )
        )
    except typst.TypstError as fault:
        said = str(fault).replace(str(template.parent), "").strip().splitlines()
        text = f"typst cannot set the page: {said[0] if said else 'no reason given'}"
        raise RenderError(Note(Code.DRAWING, None, text)) from fault


def _data(document: Pack | Report) -> dict[str, Any]:
    data = asdict(document)
    for figure in _figures(data):
        figure["file"] = _file(figure["anchor"])
        del figure["png"], figure["svg"]
    parts = anchors.PARTS if isinstance(document, Pack) else ()
    data["anchors"] = sorted({*_anchors(data), *parts})
    return data


def _figures(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every figure of a document."""
    if isinstance(part, dict) and "svg" in part:
        yield part
    elif isinstance(part, (dict, list, tuple)):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _figures(each)


def _file(anchor: str) -> str:
    return anchor.replace(":", "-") + ".png"


def _anchors(part: Any) -> Iterator[str]:
    """Yield every anchor of the pack: only what is on paper can be linked to."""
    if isinstance(part, dict):
        if "anchor" in part:
            yield part["anchor"]
        for each in part.values():
            yield from _anchors(each)
    elif isinstance(part, (list, tuple)):
        for each in part:
            yield from _anchors(each)
