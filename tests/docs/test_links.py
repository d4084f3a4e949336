"""Links between the pages lead somewhere, also to the right heading; examples of files exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *("index.md", "tutorial.md", "command-line.md", "messages.md"),
    *("embedding.md", "reviewing.md"),
]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", prose, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        page = DOCS / path if path else DOCS / name
        assert page.is_file(), target
        assert not anchor or anchor in anchors(page), target


@pytest.mark.parametrize("name", PAGES)
def test_paths_in_the_text_exist(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    for path in re.findall(r"`(models/[^`\s]+|tests/[^`\s]+|docs/[^`\s]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", PAGES)
def test_lines_of_prose_are_short(name: str) -> None:
    prose = re.sub(
        r"^```.*?^```$", "", (DOCS / name).read_text(encoding="utf-8"), flags=re.M | re.S
    )
    for line in prose.splitlines():
        assert len(line) <= 100 or line.startswith("|"), line  # a row of a table is one line
