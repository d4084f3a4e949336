"""The tutorial works: its files are written and its commands run, from an empty folder."""

from __future__ import annotations

from pathlib import Path

from documents import act, blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


def test_the_tutorial(tmp_path: Path) -> None:
    folder = tmp_path
    for block in blocks(PAGE):
        folder = act(block, folder)
    assert folder == (tmp_path / "blood-pressure").resolve()
    shown = {block.info.split()[0] for block in blocks(PAGE) if block.info}
    assert {"guideline.yaml", "decisions.dmn", "workflow.yaml", "cases.yaml"} <= shown
