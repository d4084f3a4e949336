"""The pages in a real browser: no request, accessible, readable on a small screen and on paper.

Screenshots go to build/screenshots. Without Chromium on the machine the tests skip and say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import guidewright as gw
from guidewright_visualize.review.html import report_to_html
from guidewright_visualize.review.patient import report_of

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "screenshots"
# axe takes time with the square of a page, so a long page is looked at piece by piece, and whole
# parts after each other: all that it has, 60 entries at most at a time
PIECES = """most => {
    const parts = [...document.querySelectorAll('main > section')];
    window.pieces = parts.flatMap(part => {
        const entries = [...(part.querySelector('.cases') ?? part).children];
        if (entries.length <= most) return [[part]];
        const count = Math.ceil(entries.length / most);
        return [...Array(count).keys()].map(at => {
            const copy = part.cloneNode(false);
            copy.append(...entries.slice(at * most, (at + 1) * most));
            return [copy];
        });
    });
    return window.pieces.length;
}"""
SHOW = "at => document.querySelector('main').replaceChildren(...window.pieces[at])"


@pytest.fixture(scope="module")
def patient_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report about one patient with B12 deficiency."""
    guide = gw.load(ROOT / "models" / "b12-deficiency")
    outcome = guide.evaluate({"total B12": "120 ng/L", "causes": ["pernicious anaemia"]})
    path = tmp_path_factory.mktemp("pages") / "b12-patient.html"
    path.write_text(report_to_html(report_of(guide, outcome)), encoding="utf-8")
    return path


def _opened(browser: Browser, path: Path, width: int, requests: list[str]) -> Page:
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    return page


def _whole_without_a_network(browser: Browser, path: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    requests: list[str] = []
    page = _opened(browser, path, 1200, requests)
    assert requests == [path.as_uri()]
    page.screenshot(path=KEPT / f"{path.stem}.png")
    page.emulate_media(media="print")
    page.screenshot(path=KEPT / f"{path.stem}-print.png")
    page.context.close()


def _without_serious_barrier(browser: Browser, path: Path) -> None:
    page = _opened(browser, path, 1200, [])
    before = page.evaluate("document.querySelectorAll('[id]').length")
    count = page.evaluate(PIECES, 60)
    assert count > 1
    seen: set[str] = set()
    for piece in range(count):
        page.evaluate(SHOW, piece)
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response
        assert found["passes"], "axe looked at nothing"
        grave = [
            (each["id"], each["nodes"][0]["html"][:200])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert not grave
        seen |= set(page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)"))
    assert len(seen) == before, "some part was not looked at"
    page.context.close()


def _readable_on_a_small_screen(browser: Browser, path: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    page = _opened(browser, path, 360, [])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    smallest = page.evaluate(
        """Math.min(...[...document.querySelectorAll('body *:not(svg *)')]
            .map(each => parseFloat(getComputedStyle(each).fontSize)))"""
    )
    assert smallest >= 12
    page.screenshot(path=KEPT / f"{path.stem}-360.png")
    page.context.close()


CHECKS = (_whole_without_a_network, _without_serious_barrier, _readable_on_a_small_screen)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.strip("_"))
def test_a_pack(check, browser: Browser, page_file: Path) -> None:
    check(browser, page_file)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.strip("_"))
def test_a_report_about_one_patient(check, browser: Browser, patient_file: Path) -> None:
    check(browser, patient_file)
