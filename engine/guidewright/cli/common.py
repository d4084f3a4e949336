"""What the commands share: loading, reading patients, telling faults, exit codes.

In: paths and options as the user gave them. Out: loaded objects, or a message on the error stream
and an exit code; never a Python traceback.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from guidewright.errors import (
    CallError,
    Code,
    GuidewrightError,
    ModelError,
    Note,
    ResourceError,
    Severity,
)
from guidewright.source import Span
from guidewright.yaml_reader import YamlMap, plain, read_yaml, read_yaml_file

WIDTH = 100


class Exit(IntEnum):
    """The exit codes; documented in `guidewright --help` and docs/command-line.md."""

    OK = 0
    FAULTS = 1
    USAGE = 2
    REFUSED = 3
    UNUSABLE = 4
    LIMIT = 5


folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
patient_option = click.option(
    "--patient",
    "patient_path",
    metavar="FILE",
    required=True,
    help="The patient, YAML or JSON; - reads from standard input.",
)
policy_option = click.option(
    "--policy",
    "policies",
    metavar="NAME=VALUE",
    multiple=True,
    help="The reading of a policy; may be given several times.",
)
format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or JSON for programs.",
)


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn our errors into messages and exit codes."""
    try:
        yield
    except ModelError as fault:
        tell(fault)
        sys.exit(Exit.UNUSABLE)
    except CallError as fault:
        tell(fault)
        sys.exit(Exit.REFUSED)
    except ResourceError as fault:
        tell(fault)
        sys.exit(Exit.LIMIT)
    except GuidewrightError as fault:
        tell(fault)
        sys.exit(Exit.UNUSABLE)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.exit(Exit.OK)


@contextmanager
def needs_extra(name: str) -> Iterator[None]:
    """Say how to get what an import needs when it is not there."""
    try:
        yield
    except ImportError as missing:
        text = f'this needs {missing.name}: pip install "guidewright[{name}]"'
        raise click.ClickException(text) from None


def tell(fault: GuidewrightError) -> None:
    """Write every note of an error with its place and the line of the file."""
    for note in fault.notes:
        click.echo(printable(note.picture()), err=True)
    if len(fault.notes) > 1:
        click.echo(f"{len(fault.notes)} faults", err=True)


def printable(text: str) -> str:
    """Return text whose control characters cannot move the terminal."""
    return "".join(
        each if each in "\n\t" or each.isprintable() else f"\\x{ord(each):02x}" for each in text
    )


def show(text: str) -> None:
    """Write lines to standard output, wrapped to the terminal with their indentation."""
    columns = min(shutil.get_terminal_size((WIDTH, 40)).columns, WIDTH)
    for line in printable(text).split("\n"):
        indent = len(line) - len(line.lstrip())
        lead = line.lstrip()[:3]
        hanging = indent + (3 if lead[:1].isdigit() and lead[1:] == ". " else 2)
        click.echo(
            textwrap.fill(
                line,
                max(columns, 40),
                subsequent_indent=" " * hanging,
                break_long_words=False,
                break_on_hyphens=False,
            )
            if len(line) > columns
            else line
        )


def read_mapping(path: str, what: str) -> tuple[dict[str, Any], dict[str, Span]]:
    """Read a YAML or JSON file that is a map; return its values and where each is written.

    Places of inner keys are named `outer.inner`; that of the whole has the empty name.
    """
    if path == "-":
        node = read_yaml(_standard_input(), "<standard input>")
    else:
        node = read_yaml_file(Path(path))
    if not isinstance(node, YamlMap):
        text = f"{what} must be a map of names and values"
        raise ModelError(Note(Code.YAML_SHAPE, node.span, text))
    values = {entry.key.text: plain(entry.value) for entry in node.entries}
    places = {entry.key.text: entry.key.span for entry in node.entries}
    places[""] = node.span
    for entry in node.entries:
        if isinstance(entry.value, YamlMap):
            for inner in entry.value.entries:
                places[f"{entry.key.text}.{inner.key.text}"] = inner.key.span
    return values, places


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as fault:
        text = f"'<standard input>' is not UTF-8 at byte {fault.start + 1}"
        raise ModelError(Note(Code.FILE_ENCODING, None, text)) from None


def write(path: Path, content: bytes) -> None:
    """Write a document; raises `ModelError` when the place cannot be written to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as fault:
        text = f"{str(path)!r} cannot be written: {fault.strerror}"
        raise ModelError(Note(Code.FILE_UNWRITABLE, None, text)) from None


def chosen_policies(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """Return the policies of `NAME=VALUE` options."""
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, sign, reading = pair.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"--policy is written NAME=VALUE, not {pair!r}")
        if name.strip() in chosen:
            raise click.UsageError(f"the policy {name.strip()} is given twice")
        chosen[name.strip()] = reading.strip()
    return chosen


def order(note: Note) -> tuple[int, str, int, int]:
    """Return a key that puts errors first, then places."""
    weight = list(Severity).index(note.severity)
    if note.span is None:
        return weight, "", 0, 0
    place = note.span.place
    return weight, place.file, place.line, place.column
