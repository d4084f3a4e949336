"""Read tables of command lines with everything they print, and run them on a spoilt guideline.

In: a text file of scenes. Out: one `Scene` each, run in a folder of its own that holds a copy of
`tests/guidelines/fever`. `python tests/cli/transcripts.py FILE ...` writes what is printed today
into the files; look at every difference before you keep it.

    @ title            a scene begins; it has its own copy of the folder `fever`
    ~ FILE: OLD => NEW the text OLD, which stands once in fever/FILE, is replaced
    + FILE: TEXT       fever/FILE is written (../FILE stands beside the folder)
    * FILE: N TEXT     fever/FILE is written with N times TEXT
    - FILE             fever/FILE is removed
    < TEXT             what the next command reads from standard input
    $ ARGUMENTS        guidewright is called; what it prints follows, then `exit CODE`
    ! REASON           the scene shows a fault that is known: what stands here is what should be

In texts `\\n` begins a new line. Lines that begin with `#` between scenes are comments.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from guidewright.cli import main

HERE = Path(__file__).parent
GUIDELINE = HERE.parent / "guidelines" / "fever"
MARKS = "~+*-<"


@dataclass
class Command:
    """One call: what stands before it, its arguments, and what it prints."""

    edits: list[str]
    arguments: str
    printed: str


@dataclass
class Scene:
    """Commands that are run one after another in one folder."""

    title: str
    file: str
    line: int
    commands: list[Command] = field(default_factory=list)
    fault: str | None = None

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line}: {self.title}"


def read_scenes(path: Path) -> Iterator[Scene]:
    """Yield the scenes of a file; a line that belongs nowhere is an error."""
    lines = iter(enumerate(path.read_text(encoding="utf-8").split("\n"), 1))
    scene: Scene | None = None
    edits: list[str] = []
    for number, line in lines:
        mark, rest = line[:2], line[2:]
        if mark == "@ ":
            if scene is not None:
                yield scene
            scene, edits = Scene(rest, path.name, number), []
        elif scene is not None and mark == "$ ":
            scene.commands.append(Command(edits, rest, _printed(lines, path)))
            edits = []
        elif scene is not None and mark == "! ":
            scene.fault = rest
        elif scene is not None and mark[:1] in MARKS and mark[1:] == " ":
            edits.append(line)
        elif line.strip() and mark[:1] != "#":
            raise ValueError(f"{path}:{number}: this line belongs nowhere: {line}")
    if scene is None or edits:
        raise ValueError(f"{path}: the file ends too early")
    yield scene


def _printed(lines: Iterator[tuple[int, str]], path: Path) -> str:
    """Return the lines up to and with `exit CODE`."""
    printed = []
    for _, line in lines:
        printed.append(line)
        if line.startswith("exit ") and line[5:].isdigit():
            return "\n".join(printed) + "\n"
    raise ValueError(f"{path}: the file ends too early")


def play(scene: Scene, folder: Path) -> Iterator[tuple[Command, str]]:
    """Run the commands in `folder`; yield each with what it prints, the exit code last."""
    shutil.copytree(GUIDELINE, folder / "fever")
    with contextlib.chdir(folder):
        for command in scene.commands:
            given = ""
            for edit in command.edits:
                if edit.startswith("<"):
                    given = _text(edit[2:])
                else:
                    apply(edit, Path("fever"))
            yield command, call(command.arguments, given)


def call(arguments: str, given: str = "") -> str:
    """Return what guidewright prints, and `exit CODE`.

    An exception that got through shows as a line `Traceback: ...`, as it would at a terminal.
    """
    runner = CliRunner(env={"COLUMNS": "100"})
    result = runner.invoke(main, shlex.split(arguments), input=given, prog_name="guidewright")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        last = traceback.format_exception_only(result.exception)[-1]
        return f"{result.output}Traceback: {last}exit {result.exit_code}\n"
    return f"{result.output}exit {result.exit_code}\n"


def apply(edit: str, folder: Path) -> None:
    """Spoil a file as an edit line says."""
    mark, rest = edit[0], edit[2:]
    if mark == "-":
        (folder / rest).unlink()
        return
    name, _, text = rest.partition(":")
    text, path = text.removeprefix(" "), folder / name
    if mark == "~":
        old, sign, new = text.partition(" =>")
        before = path.read_text(encoding="utf-8")
        old, new = _text(old), _text(new.removeprefix(" "))
        if not sign or before.count(old) != 1:
            raise ValueError(f"{old!r} stands {before.count(old)} times in {name}")
        path.write_text(before.replace(old, new), encoding="utf-8")
        return
    if mark == "*":
        count, _, text = text.partition(" ")
        text *= int(count)
    path.write_bytes(_text(text).encode("utf-8", "surrogateescape"))


def _text(written: str) -> str:
    """Return a text with its escapes read; `\\xff` is a byte that is not UTF-8."""
    return (
        written.replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\e", "\x1b")
        .replace("\\0", "\0")
        .replace("\\xff", "\udcff")
    )


def rewrite(path: Path) -> None:
    """Write what is printed today into a file of scenes."""
    found = []
    for scene in read_scenes(path):
        if scene.fault is not None:
            found += [command.printed for command in scene.commands]
            continue
        with tempfile.TemporaryDirectory() as folder:
            found += [printed for _, printed in play(scene, Path(folder))]
    lines: list[str] = []
    inside = False
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not inside:
            lines.append(line)
            if line.startswith("$ "):
                lines += found.pop(0).rstrip("\n").split("\n")
                inside = True
        elif line.startswith("exit ") and line[5:].isdigit():
            inside = False
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    os.environ.pop("COLUMNS", None)
    for each in sys.argv[1:]:
        rewrite(Path(each))
