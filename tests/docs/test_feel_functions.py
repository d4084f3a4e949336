"""The reference page of the built-in functions is the one that their declarations make today."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from guidewright.feel.builtins import BUILTINS
from guidewright.feel.reference import reference_page

PAGE = Path(__file__).parents[2] / "docs" / "feel-functions.md"


def test_the_committed_page_is_up_to_date() -> None:
    renew = "run: python -m guidewright.feel.reference > docs/feel-functions.md"
    assert PAGE.read_text(encoding="utf-8") == reference_page(), renew


def test_the_command_writes_the_page() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "guidewright.feel.reference"], capture_output=True, check=True
    )
    assert written.stdout.decode("utf-8") == reference_page()


def test_every_signature_word_and_example_is_on_it() -> None:
    lines = set(reference_page().split("\n"))
    for builtin in BUILTINS.values():
        assert f"### {builtin.name}" in lines
        for overload in builtin.overloads:
            assert overload.signature in lines
            assert f"{overload.doc.split(chr(10))[0]} ({overload.spec})" in lines
    shown = {line.partition("  =>")[0].rstrip() for line in lines if "  => " in line}
    for builtin in BUILTINS.values():
        assert {example.expression for example in builtin.examples} <= shown


def test_links_lead_to_headings() -> None:
    page = reference_page()
    anchors = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]+)\)", page)
    assert len(links) == len(BUILTINS)
    assert set(links) <= anchors
