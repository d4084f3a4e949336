"""The command `review` as a user meets it: a missing extra is told, a bad place is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"
WITHOUT = "import sys; sys.modules[{name!r}] = None; from guidewright.cli import main; main()"


def review(*arguments: str, without: str = "nothing of that name") -> subprocess.CompletedProcess:
    """Run the command in a Python that lacks a package."""
    command = [sys.executable, "-c", WITHOUT.format(name=without), "review", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_writes_one_file(tmp_path: Path) -> None:
    done = review(str(FEVER), "--output", str(tmp_path / "deep" / "pack.html"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "deep" / "pack.html").read_text(encoding="utf-8").startswith("<!DOCTYPE")


@pytest.mark.parametrize(
    ("package", "format_", "hint"),
    [("z3", "html", "guidewright[verify]"), ("typst", "pdf", "guidewright[pdf]")],
)
def test_a_missing_extra_is_named(tmp_path: Path, package: str, format_: str, hint: str) -> None:
    output = tmp_path / "pack"
    done = review(str(FEVER), "--format", format_, "--output", str(output), without=package)
    assert done.returncode != 0
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert not output.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = review(str(FEVER), "--output", str(tmp_path / "file" / "pack.html"))
    assert done.returncode == 4
    assert "file.unwritable" in done.stderr
