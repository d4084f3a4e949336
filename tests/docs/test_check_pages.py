"""The pages in docs/checks are those that the docstrings of the checks make today."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidewright.analysis.checks import CHECKS
from guidewright.analysis.kinds import AT_LOAD, KINDS, NOT_BUILT
from guidewright.analysis.pages import PARTS, pages

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
PAGES = pages()


def test_the_committed_pages_are_up_to_date() -> None:
    renew = "run: python -m guidewright.analysis.pages docs/checks"
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert committed.keys() == PAGES.keys(), renew
    assert [name for name in PAGES if committed[name] != PAGES[name]] == [], renew


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_says_what_why_an_example_and_how_to_repair(code: str) -> None:
    assert CHECKS[code].title
    for part in PARTS:
        assert CHECKS[code].section(part), f"{code} has no {part!r}"


def test_the_kinds_are_those_that_are_known() -> None:
    assert list(KINDS) == list(range(1, 73))
    numbers = {number for check in CHECKS.values() for number in check.numbers}
    assert numbers <= KINDS.keys()
    assert not (numbers | AT_LOAD.keys()) & NOT_BUILT.keys(), "built, and said not to be"
