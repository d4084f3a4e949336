"""`guidewright import FILE.bpmn`: a process of BPMN as a `workflow.yaml` to go on with."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from guidewright.cli.common import Exit, faults_told
from guidewright.cli.export import tell_warnings, write
from guidewright.cli.fmt import read_dmn
from guidewright.errors import Severity
from guidewright.interop.bpmn_import import import_bpmn


@click.command(name="import")
@click.argument("path", metavar="FILE")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, which must not exist; without it the text is printed.",
)
@click.option(
    "--process",
    metavar="NAME",
    help="The id or name of the process; without it the first one of the file.",
)
def command(path: str, output: Path | None, process: str | None) -> None:
    """Take a process over from a BPMN 2.0 file as a workflow.yaml.

    - reads from standard input. What could not be taken over, and what an author has to decide, is
    listed on the error stream; a gap stands in the workflow for it, never a guess. Conditions are
    taken over when they are FEEL.
    """
    if output is not None and output.exists():
        raise click.UsageError(f"the file {str(output)!r} exists: remove it or name another")
    with faults_told():
        made = import_bpmn(*read_dmn(path), process)
        tell_warnings(made.notes)
        if output is None:
            click.echo(made.text, nl=False)
        else:
            write(output, made.text)
            click.echo(f"wrote {output}")
    if any(note.severity is Severity.ERROR for note in made.notes):
        sys.exit(Exit.FAULTS)
