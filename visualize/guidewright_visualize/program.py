"""Turn DOT text into SVG or PNG with the program `dot`; the same text gives the same bytes.

In: DOT text. Out: bytes. The program runs in a process of its own with a time limit. It is
looked for in this order: the environment variable GUIDEWRIGHT_DOT, `graphviz-pure` (a wheel that
is installed with this library), a `dot` of the system from version 9.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from graphviz.backend.execute import CalledProcessError, ExecutableNotFound, run_check

from guidewright.errors import Code, GuidewrightError, Note, ResourceError

VARIABLE = "GUIDEWRIGHT_DOT"
TIME_LIMIT = 30.0  # seconds
SIZE_LIMIT = 2_000_000  # bytes of DOT text; a page of 40 boxes has 10 000
_OLDEST = 9
_SAME_ROW = 0.1  # inches
_PLACE = re.compile(r"^node (n\d+) ([\d.]+) ([\d.]+) ", re.MULTILINE)
_VERSION = re.compile(r"version (\d+)\.")


class Format(StrEnum):
    """What a picture can be rendered to; the values are file suffixes."""

    SVG = "svg"
    PNG = "png"


class RenderError(GuidewrightError):
    """The program `dot` is absent, or could not draw the picture."""


def render_dot(
    dot: str,
    format: Format,  # noqa: A002 (the word of graphviz)
    *,
    resolution: int = 150,
    time_limit: float = TIME_LIMIT,
) -> bytes:
    """Return what `dot` makes of the text; `resolution` is in dots per inch, for PNG.

    Raises `RenderError` when there is no program or it fails, `ResourceError` when the text is
    too long or the time is up.
    """
    options = [f"-Gdpi={resolution}"] if format is Format.PNG else []
    return _run(dot, [f"-T{format}", *options], time_limit)


def places(dot: str) -> dict[str, tuple[int, int]]:
    """Return row and column of each box, by its name in DOT, as `dot` lays them out.

    Rows count from the top; columns are positions from the left in hundredths of an inch.
    """
    plain = _run(dot, ["-Tplain"], TIME_LIMIT).decode()
    found = [(float(y), float(x), name) for name, x, y in _PLACE.findall(plain)]
    rows: dict[str, tuple[int, int]] = {}
    row, above = -1, float("inf")
    for y, x, name in sorted(found, key=lambda place: (-place[0], place[1])):
        if above - y > _SAME_ROW:
            row, above = row + 1, y
        rows[name] = (row, round(x * 100))
    return rows


def _run(dot: str, options: list[str], time_limit: float) -> bytes:
    """Run the program, without the settings of this machine that could change a picture."""
    data = dot.encode()
    if len(data) > SIZE_LIMIT:
        raise ResourceError(_note(f"the drawing has {len(data)} bytes of DOT text"))
    command = [find_dot(os.environ.get(VARIABLE)), "-Kdot", *options]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        done = run_check(
            command,
            input=data,
            capture_output=True,
            quiet=True,
            timeout=time_limit,
            env={**kept, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        text = f"{command[0]!r} was stopped after {time_limit:g} seconds"
        raise ResourceError(_note(text)) from error
    except ExecutableNotFound as error:
        raise RenderError(_note(f"{command[0]!r} is not a program")) from error
    except CalledProcessError as error:
        said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        text = f"{command[0]!r} failed: {said[-1] if said else error.returncode}"
        raise RenderError(_note(text)) from error
    return bytes(done.stdout)


@lru_cache(maxsize=8)
def find_dot(chosen: str | None = None) -> str:
    """Return the program to draw with; `chosen` is the value of GUIDEWRIGHT_DOT.

    Raises `RenderError` that says what to install.
    """
    if chosen:
        return chosen
    pure = _beside_python("graphviz-pure") or shutil.which("graphviz-pure")
    if pure is not None:
        return pure
    system = shutil.which("dot")
    if system is not None and _version(system) >= _OLDEST:
        return system
    found = f"; {system!r} is older than version {_OLDEST}" if system is not None else ""
    hint = f"pip install graphviz-pure, or set {VARIABLE} to a program 'dot'"
    raise RenderError(_note(f"no program to draw with was found{found}", hint))


def _beside_python(name: str) -> str | None:
    """Return a program of the environment this Python runs in, although it is not in PATH."""
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    return shutil.which(name, path=os.pathsep.join(folders))


def _version(program: str) -> int:
    """Return the major version of a `dot`, or 0 when it does not say."""
    try:
        done = run_check([program, "-V"], capture_output=True, quiet=True, timeout=5)
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return 0
    match = _VERSION.search((done.stderr + done.stdout).decode(errors="replace"))
    return int(match[1]) if match else 0


def _note(text: str, hint: str | None = None) -> Note:
    """Return the note for something that could not be drawn."""
    return Note(Code.DRAWING, None, text, hint)
