"""`guidewright check DIR`: every fault of a guideline's files.

In: a folder. Out: faults as file:line:column, code, what to do; exit code 1 when one is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from guidewright.analysis.properties import properties_of
from guidewright.cli.common import Exit, folder, format_option, order, printable
from guidewright.errors import ModelError, Note, Severity
from guidewright.guideline.cases import read_cases
from guidewright.guideline.guide import Guideline, inspect
from guidewright.guideline.wire import dumps, note_to_json


@click.command(name="check")
@folder
@format_option
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
def command(folder: Path, format_: str, strict: bool) -> None:
    """Report every fault of the files in DIR, and what to do about it.

    Reads guideline.yaml, decisions.dmn, workflow.yaml, cases.yaml and properties.yaml: syntax,
    names, types, requirements, readings, statements, citations of the source, states that cannot
    be reached or left.
    """
    guideline, found = inspect(folder)
    notes = list(found)
    if guideline is not None:
        notes.extend(_faults_beside(guideline))
    notes.sort(key=order)
    if format_ == "json":
        click.echo(dumps({"notes": [note_to_json(note) for note in notes]}))
    else:
        for note in notes:
            click.echo(printable(f"{note.severity}: {note.picture()}"))
        click.echo(_total(folder, notes))
    counted = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(note.severity in counted for note in notes):
        sys.exit(Exit.FAULTS)


def _faults_beside(guideline: Guideline) -> Iterator[Note]:
    """Yield the faults of the files that decide no outcome."""
    try:
        if guideline.file.cases is not None:
            read_cases(guideline)
    except ModelError as fault:
        yield from fault.notes
    try:
        properties_of(guideline)
    except ModelError as fault:
        yield from fault.notes


def _total(folder: Path, notes: list[Note]) -> str:
    errors = sum(note.severity is Severity.ERROR for note in notes)
    warnings = sum(note.severity is Severity.WARNING for note in notes)
    if not notes:
        return f"{folder}: no faults"
    return f"{folder}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"


def counted(number: int, word: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
