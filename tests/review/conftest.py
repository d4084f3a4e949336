"""The packs the tests look at, made once; those of the shipped models are kept in build/review."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.pdf import pack_to_pdf

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "guidelines" / "fever"
KEPT = ROOT / "build" / "review"
MODELS = sorted(path.parent for path in (ROOT / "models").rglob("guideline.yaml"))
CORRECTED = ROOT / "models" / "who-anc-anaemia" / "corrected"


@pytest.fixture(scope="session", params=[SMALL, *MODELS], ids=lambda path: path.name)
def pack(request: pytest.FixtureRequest) -> Pack:
    """Each shipped model, the corrected tables against those that were published."""
    folder: Path = request.param
    against = gw.load(folder.parent / "published") if folder == CORRECTED else None
    return pack_of(gw.load(folder), against=against, raster=True)


@pytest.fixture(scope="session")
def html(pack: Pack) -> str:
    return pack_to_html(pack)


@pytest.fixture(scope="session")
def page_file(pack: Pack, html: str) -> Path:
    """The pack as a file of HTML, kept for whoever wants to look at it."""
    return _kept(f"{name_of(pack)}.html", html.encode())


@pytest.fixture(scope="session")
def pdf_file(pack: Pack) -> Path:
    return _kept(f"{name_of(pack)}.pdf", pack_to_pdf(pack))


@pytest.fixture(scope="session")
def small() -> Pack:
    return pack_of(gw.load(SMALL), raster=True)


def name_of(pack: Pack) -> str:
    """Return the name of the guideline of a pack."""
    return pack.identity[0].value


def _kept(name: str, content: bytes) -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / name).write_bytes(content)
    return KEPT / name
