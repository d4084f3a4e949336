"""The program `dot`: where it is looked for, what happens without it, limits, alternative text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from picture_samples import CAPTION, definitions

from guidewright.errors import ResourceError
from guidewright_visualize import Drawing, Node, RenderError, Shape, render
from guidewright_visualize.program import SIZE_LIMIT, Format, find_dot, render_dot

ONE = Drawing("one", "One box", (Node("a", Shape.ACTION, ("Act",), 1, ("S01",)),), ())


@pytest.fixture(autouse=True)
def _forget_programs() -> None:
    find_dot.cache_clear()


def _program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_wheel_is_used() -> None:
    assert Path(find_dot()).name == "graphviz-pure"  # a dependency: must be there, also in CI


def test_the_variable_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = _program(tmp_path, "mine", "cat >/dev/null; echo '<svg></svg>'")
    monkeypatch.setenv("GUIDEWRIGHT_DOT", str(mine))
    assert b"<svg" in render_dot("digraph {}", Format.SVG)


@pytest.mark.parametrize(("version", "found"), [("12.2.1", True), ("2.43.0", False)])
def test_a_dot_of_the_system_must_be_new(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, found: bool
) -> None:
    _program(tmp_path, "dot", f"echo 'dot - graphviz version {version} (0)' >&2")
    monkeypatch.setattr("guidewright_visualize.program._beside_python", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if found:
        assert find_dot() == str(tmp_path / "dot")
    else:
        with pytest.raises(RenderError, match="older than version 9"):
            find_dot()


def test_without_a_program_the_error_helps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("guidewright_visualize.program._beside_python", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match="pip install graphviz-pure, or set GUIDEWRIGHT_DOT"):
        render(ONE)


def test_a_wrong_program_and_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUIDEWRIGHT_DOT", str(tmp_path / "nothing"))
    with pytest.raises(RenderError, match="is not a program"):
        render(ONE)
    monkeypatch.delenv("GUIDEWRIGHT_DOT")
    with pytest.raises(RenderError, match="failed: "):
        render_dot("digraph {", Format.SVG)


def test_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="bytes of DOT text"):
        render_dot(" " * (SIZE_LIMIT + 1), Format.SVG)
    monkeypatch.setenv("GUIDEWRIGHT_DOT", str(_program(tmp_path, "slow", "exec sleep 20")))
    with pytest.raises(ResourceError, match=r"stopped after 0\.2 seconds"):
        render_dot("digraph {}", Format.SVG, time_limit=0.2)


def test_svg_has_alternative_text() -> None:
    root = ET.fromstring(render(ONE))
    assert root.get("role") == "img"
    texts = {child.get("id"): child.text for child in root}
    labels = (root.get("aria-labelledby") or "").split()
    assert [texts[label] for label in labels] == [
        "One box",
        "Drawing with 1 box, top to bottom.",
    ]
    titles = [element.text for element in root.iter() if element.tag.endswith("title")]
    assert titles == ["One box", "1 Act"]


def test_svg_needs_nothing_else() -> None:
    svg = render(ONE).decode()
    assert not re.search(r"<!|<\?|href|url\(|<script|<style", svg)
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert len(ids) == len(set(ids))


def test_png_and_unknown_format() -> None:
    assert render(ONE, "png").startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="pdf"):
        render(ONE, "pdf")


def test_ids_are_unique_in_a_big_picture() -> None:
    from guidewright_visualize import draw_requirements

    svg = render(draw_requirements(definitions(), caption=CAPTION)).decode()
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert len(ids) == len(set(ids))
