"""The pages in a real browser: no request, accessible, readable on a small screen and on paper.

Screenshots go to build/review. Without Chromium on the machine the tests skip and say so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import guidewright as gw
from guidewright_visualize.review.html import pack_to_html, report_to_html
from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.patient import report_of

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "review"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, PROGRAMS)), None)
SMALL = 400_000  # bytes; the whole of a larger page takes minutes, and its parts are of one make
PARTS = {"include": [["#summary"], ["#flowcharts"], ["#policies"], ["#findings"], ["#signatures"]]}
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def files(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pack, and for B12 the report about the example patient, as files."""
    folder = tmp_path_factory.mktemp("pages")
    name = pack.identity[0].value
    (folder / "pack.html").write_text(pack_to_html(pack), encoding="utf-8")
    found = {f"{name}-pack": folder / "pack.html"}
    if name == "b12-deficiency":
        guide = gw.load(ROOT / "models" / name)
        outcome = guide.evaluate({"total B12": "120 ng/L", "causes": ["pernicious anaemia"]})
        text = report_to_html(report_of(guide, outcome))
        (folder / "patient.html").write_text(text, encoding="utf-8")
        found[f"{name}-patient"] = folder / "patient.html"
    return found


def _opened(browser: Browser, path: Path, width: int, requests: list[str]) -> Page:
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    return page


def test_a_page_is_whole_without_a_network(browser: Browser, files: dict[str, Path]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        requests: list[str] = []
        page = _opened(browser, path, 1200, requests)
        assert requests == [path.as_uri()]
        page.screenshot(path=KEPT / f"{name}.png")
        page.emulate_media(media="print")
        page.screenshot(path=KEPT / f"{name}-print.png")
        page.context.close()


def test_no_serious_barrier(browser: Browser, files: dict[str, Path]) -> None:
    for path in files.values():
        page = _opened(browser, path, 1200, [])
        large = path.stat().st_size > SMALL
        found = Axe().run(page, context=PARTS if large else None).response
        assert found["passes"], "axe looked at nothing"
        grave = [
            (each["id"], each["nodes"][0]["html"][:200])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert not grave
        page.context.close()


def test_a_small_screen_scrolls_one_way(browser: Browser, files: dict[str, Path]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        page = _opened(browser, path, 360, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.screenshot(path=KEPT / f"{name}-360.png")
        page.context.close()


def test_on_paper_nothing_is_wider_than_the_page(browser: Browser, files: dict[str, Path]) -> None:
    width = round((210 - 24) / 25.4 * 96)  # A4 less the margins of the style sheet, in CSS pixels
    for path in files.values():
        page = _opened(browser, path, width, [])
        page.emulate_media(media="print")
        wide = page.evaluate(
            """width => [...document.querySelectorAll('body *:not(svg *)')]
                .filter(each => each.getBoundingClientRect().right > width + 1
                    && !each.classList.contains('unseen') && !each.closest('thead'))
                .map(each => each.outerHTML.slice(0, 120))""",
            width,
        )
        assert not wide
        page.context.close()
