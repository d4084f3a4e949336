"""The guide for engineers: its Python runs, block after block, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest
from documents import Block, blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "embedding.md"


def _printed(block: Block, names: dict[str, Any]) -> str:
    """Run a block among the names of those before it."""
    lines = "\n" * block.line  # so that a fault is told with the line of the page
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(lines + block.text, str(PAGE), "exec"), names)
    return printed.getvalue()


def test_every_block_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
    (tmp_path / "models").symlink_to(ROOT / "models", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "embedding"}
    before = ""
    compared = 0
    for block in blocks(PAGE):
        if block.language == "python":
            assert not before, f"{before!r} is printed, and the page does not show it"
            before = _printed(block, names)
        elif block.language == "text":
            assert block.text == before, f"line {block.line}"
            before, compared = "", compared + 1
    assert not before
    assert compared > 10
