"""docs/messages.md has a section for every code, and each example is printed by a scene."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import guidewright as gw
from guidewright.errors import Code

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
SCENES = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "cli").glob("*.txt"))
)
SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {match[1]: match[2] for match in SECTION.finditer(PAGE)}


def test_every_code_has_a_section_and_no_section_is_stale() -> None:
    assert list(SECTIONS) == [code.value for code in Code]


@pytest.mark.parametrize("code", list(Code))
def test_a_section(code: Code) -> None:
    """It says what is the matter, shows a message as printed, and says what to do."""
    section = SECTIONS[code]
    meaning, example, advice = re.split(r"```(?:text)?\n", section)
    assert meaning.strip().endswith((".", ")"))
    assert advice.strip().startswith("**What to do.** ")
    assert code.value in example
    if code not in (Code.IMPORT, Code.BATCH_RUN, Code.DRAWING):  # these have tests below
        assert example in SCENES


@pytest.mark.parametrize("code", list(Code))
def test_no_code_is_dead(code: Code) -> None:
    """Something in the engine says it."""
    assert any(
        f"Code.{code.name}" in path.read_text(encoding="utf-8")
        for room in ("engine", "visualize")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "errors.py"
    )


def test_the_example_of_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one is printed by `load_dmn` only."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "tests" / "guidelines" / "fever", "fever")
    _, example, _ = re.split(r"```(?:text)?\n", SECTIONS[Code.IMPORT])
    line = example.splitlines()[1].removeprefix(" 3 | ")
    file = Path("fever/decisions.dmn")
    lines = file.read_text(encoding="utf-8").split("\n")
    file.write_text("\n".join([*lines[:2], line, *lines[2:]]), encoding="utf-8")
    with pytest.raises(gw.ModelError) as fault:
        gw.load_dmn(file)
    assert str(fault.value) == example.rstrip("\n")


def _example(code: Code) -> str:
    _, example, _ = re.split(r"```(?:text)?\n", SECTIONS[code])
    return example.rstrip("\n")


def test_the_example_of_a_batch_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'batch' is not installed")
    pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
    from guidewright import batch
    from guidewright.batch.files import Parts

    monkeypatch.chdir(tmp_path)
    parquet.write_table(pa.table({"temperature": [39.0]}), "patients.parquet")
    Parts(Path("out.parquet.parts")).begin({"fingerprint": "", "instant": [0, 0]})
    guideline = ROOT / "tests" / "guidelines" / "fever"
    with pytest.raises(gw.CallError) as fault:
        batch.run(guideline, Path("patients.parquet"), Path("out.parquet"))
    assert str(fault.value) == _example(Code.BATCH_RUN)


def test_the_example_of_a_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    from guidewright_visualize import Format, RenderError
    from guidewright_visualize.program import render_dot

    monkeypatch.setenv("GUIDEWRIGHT_DOT", "nowhere/dot")
    with pytest.raises(RenderError) as fault:
        render_dot("digraph {}", Format.SVG)
    assert str(fault.value) == _example(Code.DRAWING)
