"""The packs the tests look at, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pack import Pack

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "guidelines" / "fever"
MODELS = sorted(path.parent for path in (ROOT / "models").glob("*/guideline.yaml"))


@pytest.fixture(scope="session", params=[SMALL, *MODELS], ids=lambda path: path.name)
def pack(request: pytest.FixtureRequest) -> Pack:
    return pack_of(gw.load(request.param))


@pytest.fixture(scope="session")
def html(pack: Pack) -> str:
    return pack_to_html(pack)


@pytest.fixture(scope="session")
def small() -> Pack:
    return pack_of(gw.load(SMALL), raster=True)
