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
    if code is not Code.IMPORT:
        assert example in SCENES


@pytest.mark.parametrize("code", list(Code))
def test_no_code_is_dead(code: Code) -> None:
    """Something in the engine says it."""
    assert any(
        f"Code.{code.name}" in path.read_text(encoding="utf-8")
        for path in (ROOT / "engine").rglob("*.py")
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
