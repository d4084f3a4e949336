"""Everything that is printed about bad input, word by word: the tables of scenes beside this file.

One scene is one test, named by its file, line and title; see `transcripts.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from transcripts import HERE, Scene, apply, play, read_scenes

FILES = sorted(HERE.glob("*.txt"))
SCENES = [
    pytest.param(
        scene,
        id=scene.name,
        marks=[pytest.mark.xfail(reason=scene.fault, strict=True)] if scene.fault else [],
    )
    for file in FILES
    for scene in read_scenes(file)
]


@pytest.mark.parametrize("scene", SCENES)
def test_scene(scene: Scene, tmp_path: Path) -> None:
    for command, printed in play(scene, tmp_path):
        assert printed == command.printed


def test_there_are_scenes() -> None:
    assert len(FILES) == 10
    assert len(SCENES) > 130
    assert all(scene.commands for file in FILES for scene in read_scenes(file))


def test_a_line_that_belongs_nowhere_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "scenes.txt"
    for text in ("@ a\nhm\n", "@ a\n$ check fever\n", "@ a\n~ x: a => b\n", "$ check fever\n", ""):
        file.write_text(text)
        with pytest.raises(ValueError, match=r"belongs nowhere|ends too early"):
            list(read_scenes(file))


def test_an_edit_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one one")
    for edit in ("~ a.txt: one => two", "~ a.txt: three => two", "~ a.txt: one"):
        with pytest.raises(ValueError, match="stands"):
            apply(edit, tmp_path)


def test_no_scene_shows_a_traceback() -> None:
    for file in FILES:
        assert "Traceback" not in file.read_text(encoding="utf-8")


def test_every_exit_code_is_shown() -> None:
    shown = {
        line
        for file in FILES
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("exit ")
    }
    assert shown == {f"exit {code}" for code in range(6)}
