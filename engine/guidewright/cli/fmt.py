"""`guidewright fmt PATH…`: write DMN files canonically, so that a one-cell edit is a one-line diff.

In: DMN files, folders of them, or standard input. Out: the same models in canonical XML
(`dmn.canonical`); a file that is canonical already is not touched, one with faults is refused.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from guidewright.cli.common import Exit, faults_told, printable, tell
from guidewright.dmn.canonical import canonical_xml
from guidewright.dmn.reader import definitions_of
from guidewright.dmn.xml_parser import MAX_BYTES, parse_xml
from guidewright.errors import Code, ModelError, Note

STANDARD_INPUT = "<standard input>"


@click.command(name="fmt")
@click.argument("paths", metavar="FILE_OR_DIR...", nargs=-1, required=True)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 and list what would change."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[str, ...], check: bool, diff: bool) -> None:
    """Write DMN files canonically: elements and attributes in order, one line for one cell.

    A folder stands for the files *.dmn in it; - reads from standard input and writes to standard
    output. The model stays what it is, and comments, diagrams and other tools' elements are kept.
    Elements that others point at and that have no id get one.
    """
    with faults_told():
        results, refused = _all_formatted(paths, writes=not (check or diff))
        _report(results, check=check, diff=diff)
    if refused:
        sys.exit(Exit.UNUSABLE)
    if check and any(result.changes for result in results):
        sys.exit(Exit.FAULTS)


def dmn_files(path: str) -> list[str]:
    """Return the file, `-`, or the DMN files directly in a folder, sorted by name.

    Raises `ModelError` (`file.missing`) when the folder has none.
    """
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = sorted(str(file) for file in Path(path).glob("*.dmn") if file.is_file())
    if not found:
        text = f"the folder {path!r} has no file whose name ends in .dmn"
        raise ModelError(Note(Code.FILE_MISSING, None, text))
    return found


def read_dmn(path: str) -> tuple[bytes, str]:
    """Return the bytes of a file or of standard input, and what messages call it.

    Raises `ModelError` (`file.missing`) when the file cannot be read.
    """
    if path == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1), STANDARD_INPUT
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1), path
    except OSError as fault:
        text = f"the file {path!r} cannot be read: {fault.strerror}"
        raise ModelError(Note(Code.FILE_MISSING, None, text)) from None


@dataclass(frozen=True, slots=True)
class _Result:
    """A file, its text and what `fmt` makes of it."""

    path: str
    name: str
    before: bytes
    after: bytes

    @property
    def changes(self) -> bool:
        return self.before != self.after

    def difference(self) -> str:
        """Return the difference in unified form."""
        before, after = (
            text.decode("utf-8", "backslashreplace").split("\n")
            for text in (self.before, self.after)
        )
        new = f"{self.name} (canonical)"
        return "\n".join(difflib.unified_diff(before, after, self.name, new, lineterm=""))


def _all_formatted(paths: tuple[str, ...], *, writes: bool) -> tuple[list[_Result], bool]:
    """Return what became of the files that have no faults, and whether some have.

    A file with faults is told and left as it is; the others are written all the same.
    """
    results: list[_Result] = []
    refused = False
    for path in paths:
        try:
            files = dmn_files(path)
        except ModelError as fault:
            tell(fault)
            refused, files = True, []
        for file in files:
            try:
                results.append(_formatted(file, writes=writes))
            except ModelError as fault:
                tell(fault)
                refused = True
    return results, refused


def _formatted(path: str, *, writes: bool) -> _Result:
    """Return a file and its canonical form, which is written when it is another and `writes`.

    Raises `ModelError` when the file, or what would be written, has faults.
    """
    before, name = read_dmn(path)
    document = parse_xml(before, name)
    definitions_of(document)
    after = canonical_xml(document).encode("utf-8")
    if after != before:
        definitions_of(parse_xml(after, f"{name} (canonical)"))
        if writes and path != "-":
            _replace(Path(path), after)
    return _Result(path, name, before, after)


def _replace(path: Path, data: bytes) -> None:
    """Put new bytes into a file: it has the old ones or the new ones, whatever happens between.

    The mode stays; a link stays, and what it leads to changes. Raises `ModelError`
    (`file.unwritable`) when the folder cannot be written.
    """
    target = path.resolve()
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(stat.S_IMODE(target.stat().st_mode))
        Path(temporary).replace(target)
    except OSError as fault:
        text = f"the file {str(path)!r} cannot be written: {fault.strerror}"
        raise ModelError(Note(Code.FILE_UNWRITABLE, None, text)) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()


def _report(results: list[_Result], *, check: bool, diff: bool) -> None:
    """Say what was done, or would be; from standard input the text itself is the answer."""
    verb = "would rewrite" if check or diff else "rewrote"
    for result in results:
        if result.path == "-" and not (check or diff):
            sys.stdout.buffer.write(result.after)
            sys.stdout.buffer.flush()
        elif result.changes and diff:
            click.echo(printable(result.difference()))
        elif result.changes:
            click.echo(printable(f"{verb} {result.name}"))
