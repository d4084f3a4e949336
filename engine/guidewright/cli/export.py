"""`guidewright export DIR --to bpmn|scxml`: the workflow in another tool's format."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import faults_told, folder, printable
from guidewright.errors import Code, ModelError, Note
from guidewright.guideline.guide import load
from guidewright.interop.bpmn_export import bpmn
from guidewright.interop.scxml import scxml

_FORMATS = {"bpmn": bpmn, "scxml": scxml}


@click.command(name="export")
@folder
@click.option(
    "--to",
    "format_",
    type=click.Choice(list(_FORMATS)),
    required=True,
    help="bpmn: BPMN 2.0 with a diagram, for modelers; scxml: W3C SCXML, for interpreters.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file; without it the text goes to standard output.",
)
def command(folder: Path, format_: str, output: Path | None) -> None:
    """Write the workflow of the guideline in DIR as BPMN 2.0 or SCXML.

    What the format cannot say is kept in the file in elements of guidewright, and listed on the
    error stream. The decisions are in decisions.dmn: other tools read it as it is.
    """
    with faults_told():
        graph = load(folder).graph
        if graph is None:
            text = f"the guideline '{folder}' has no workflow.yaml"
            raise ModelError(Note(Code.FILE_MISSING, None, text))
        made = _FORMATS[format_](graph)
        tell_warnings(made.notes)
        if output is None:
            click.echo(made.text, nl=False)
        else:
            write(output, made.text)
            click.echo(f"wrote {output}")


def tell_warnings(notes: tuple[Note, ...]) -> None:
    """Write notes that stop nothing to the error stream."""
    for note in notes:
        click.echo(printable(f"{note.severity}: {note.picture()}"), err=True)


def write(path: Path, text: str) -> None:
    """Write a file; raises `ModelError` when that is not possible."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        words = f"the file '{path}' cannot be written: {fault.strerror}"
        raise ModelError(Note(Code.FILE_MISSING, None, words)) from None
