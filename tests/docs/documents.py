"""Read files and commands out of a page of documentation, and run the commands.

In: Markdown. Out: fenced blocks; what the commands print. A fence says what its block is:

    ```yaml NAME       the whole file NAME
    ```yaml NAME +     goes to the end of the file; in XML before the last closing tag
    ```console         lines `$ COMMAND`, each followed by everything it prints, word by word;
                       a line that is only `…` stands for any lines
    ```console exit=N  the last command ends with this exit code

All other fences are for reading. Commands are `guidewright`, `mkdir`, `cd` and `python FILE`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from guidewright.cli import main

_FENCE = re.compile(r"^```(\S+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what else its fence says, its text, its line in the page."""

    language: str
    info: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match[1], match[2] or "", match[3], line)


def act(block: Block, folder: Path) -> Path:
    """Write the file of a block, or run its commands; return the folder to go on in."""
    if block.language == "console":
        return run(block, folder)
    if block.info:
        name, _, plus = block.info.partition(" ")
        write(folder / name, block.text, add=plus == "+")
    return folder


def write(path: Path, text: str, *, add: bool) -> None:
    """Write a file, or put a piece at its end."""
    if add and path.suffix == ".dmn":
        before = path.read_text(encoding="utf-8")
        at = before.rindex("</")
        text = before[:at] + text + before[at:]
    elif add:
        text = path.read_text(encoding="utf-8") + text
    path.write_text(text, encoding="utf-8")


def run(block: Block, folder: Path) -> Path:
    """Run the commands of a block and compare what they print."""
    codes = []
    for command, expected in commands(block.text):
        folder, printed, code = call(command, folder)
        if not like(printed, expected):
            shown = "".join(printed.splitlines(keepends=True)[:40])
            raise AssertionError(f"block at line {block.line}: $ {command} prints\n{shown}")
        codes.append(code)
    wanted = re.search(r"exit=(\d)", block.info)
    assert codes == [0] * (len(codes) - 1) + [int(wanted[1]) if wanted else 0], block.text
    return folder


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command with what is printed below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def call(command: str, folder: Path) -> tuple[Path, str, int]:
    """Run one command; return the folder after it, what it prints, and its exit code."""
    program, *arguments = shlex.split(command)
    if program == "mkdir":
        (folder / arguments[0]).mkdir()
        return folder, "", 0
    if program == "cd":
        return (folder / arguments[0]).resolve(), "", 0
    if program == "python":
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        return folder, done.stdout + done.stderr, done.returncode
    assert program == "guidewright", f"not a command of the pages: {command}"
    with contextlib.chdir(folder):
        runner = CliRunner(env={**os.environ, "COLUMNS": "100"}, catch_exceptions=False)
        result = runner.invoke(main, arguments, prog_name=program)
    return folder, result.output, result.exit_code


def like(printed: str, expected: str) -> bool:
    """Compare; `…` alone on a line stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…\n" else re.escape(line)
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None
