"""The page on the command line: its examples print what it shows, and nothing is left out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click
import pytest
from documents import act, blocks, commands

from guidewright.cli import COMMANDS, module_of
from guidewright.cli.common import Exit
from guidewright.guideline.guide import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "command-line.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guideline is read once for all of them, which halves the time."""
    once = cache(load)
    for name in COMMANDS:
        module = module_of(name)
        if hasattr(module, "load"):
            monkeypatch.setattr(module, "load", once)
    (tmp_path / "models").symlink_to(ROOT / "models", target_is_directory=True)
    for block in blocks(PAGE):
        act(block, tmp_path)


def test_the_patient_of_the_page() -> None:
    patient = ROOT / "models" / "b12-deficiency" / "example-patient.yaml"
    assert f"```yaml\n{patient.read_text(encoding='utf-8')}```\n" in TEXT


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section(name: str) -> None:
    """With an example, and every option named somewhere on the page."""
    section = re.search(rf"^## {name}\n(.*?)(?=^## )", TEXT, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert f"$ guidewright {name} " in section[1]
    command: click.Command = module_of(name).command
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in TEXT, parameter.opts


def test_every_exit_code_is_listed() -> None:
    table = TEXT[TEXT.index("## Exit codes") :]
    assert re.findall(r"^\| (\d) \|", table, re.MULTILINE) == [str(each.value) for each in Exit]


def test_every_command_line_is_run() -> None:
    shown = re.findall(r"^\$ (.*)$", TEXT, re.MULTILINE)
    ran = [
        command
        for block in blocks(PAGE)
        if block.language == "console"
        for command, _ in commands(block.text)
    ]
    assert shown == ran
