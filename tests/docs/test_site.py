"""The documentation site: built strictly, whole without a network, without serious barriers."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import guidewright as gw
from guidewright import reference
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "screenshots"
OPENED = ["index", "tutorial", "reviewing", "python", "checks/table.gap", "packs/index"]


def _script(name: str) -> ModuleType:
    """Return a script of the folder `site` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "site" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _build(folder: Path) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with one small pack; `make site` builds it with the packs of all models."""
    folder = tmp_path_factory.mktemp("site")
    pack = folder / "fever.html"
    guide = gw.load(ROOT / "tests" / "guidelines" / "fever")
    pack.write_text(pack_to_html(pack_of(guide)), encoding="utf-8")
    _script("pages").gather([pack], folder / "build" / "pages")
    done = _build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "site"


def test_every_page_is_on_the_site(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert (site / name.replace("README", "index")).is_file(), name
    assert (site / "packs" / "fever.html").is_file()


@pytest.mark.parametrize("link", ["nowhere.md", "#nowhere", "../index.md#nowhere"])
def test_a_broken_link_stops_the_build(tmp_path: Path, link: str) -> None:
    pages = tmp_path / "build" / "pages"
    shutil.copytree(ROOT / "docs", pages)
    (pages / "extra").mkdir()
    (pages / "extra" / "page.md").write_text(f"# Page\n\n[there]({link})\n", encoding="utf-8")
    done = _build(tmp_path)
    assert done.returncode != 0
    assert "extra/page.md:3" in done.stdout + done.stderr


@pytest.mark.parametrize("name", OPENED)
def test_a_page_is_whole_and_has_no_serious_barrier(
    browser: Browser, site: Path, name: str
) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for width in (1280, 360):
        context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        page.goto((site / f"{name}.html").as_uri())
        assert page.locator("h1").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=KEPT / f"site-{name.replace('/', '-')}-{width}.png")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response
        grave = [
            (each["id"], each["nodes"][0]["html"][:200])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert not grave
        assert requests
        assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
        context.close()


def test_a_pack_is_opened_from_the_site(browser: Browser, site: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "packs" / "index.html").as_uri())
    page.get_by_role("link", name="fever.html").click()
    page.wait_for_url("**/packs/fever.html")
    assert "review pack" in page.title()
    context.close()


def test_the_reference_of_the_public_names_is_up_to_date() -> None:
    renew = "run: python -m guidewright.reference > docs/python.md"
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert page == reference.reference_page(), renew
    for name in gw.__all__:
        assert f"\n## guidewright.{name}\n" in page or f"\n### {name}\n" in page
