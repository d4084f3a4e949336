"""The page on running instances: its commands print what it shows, its Python runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from documents import act, blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "care.md"


def test_the_commands(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(ROOT / "models", target_is_directory=True)
    for block in blocks(PAGE):
        act(block, tmp_path)


def test_the_python(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(ROOT / "models", target_is_directory=True)
    code = "\n".join(block.text for block in blocks(PAGE) if block.language == "python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "details" in done.stdout
    assert "ann/1/0" in done.stdout
