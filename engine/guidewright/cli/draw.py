"""`guidewright draw DIR`: requirement diagrams, decision tables and the workflow as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

import guidewright_visualize as pictures
from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    policy_option,
    read_mapping,
)
from guidewright.errors import Code, ModelError, Note
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.outcome import Outcome


@click.command(name="draw")
@folder
@click.option(
    "--output",
    metavar="OUT",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="The folder the pictures go to.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["svg", "png", "dot", "text"]),
    default="svg",
    show_default=True,
    help="text writes the same content as numbered lists.",
)
@click.option(
    "--patient",
    "patient_path",
    metavar="FILE",
    help="Mark the way of this patient in all pictures.",
)
@policy_option
@click.option(
    "--only",
    type=click.Choice(["requirements", "tables", "workflow", "statechart"]),
    multiple=True,
    help="Draw only these; may be given several times. A statechart is drawn only when asked for.",
)
@click.option(
    "--flowchart",
    "flowcharts",
    metavar="DECISION",
    multiple=True,
    help="Draw the table of this decision as questions, proved to answer as the table does; "
    "may be given several times. Without --only nothing else is drawn.",
)
def command(
    folder: Path,
    output: Path,
    format_: str,
    patient_path: str | None,
    policies: tuple[str, ...],
    only: tuple[str, ...],
    flowcharts: tuple[str, ...],
) -> None:
    """Draw the guideline in DIR for review: the pictures are made from the files that run.

    Prints the path of every file it writes; the flowchart of the workflow comes last.
    """
    with faults_told():
        chosen = chosen_policies(policies)
        guideline = load(folder)
        outcome = None
        if patient_path is not None:
            patient, places = read_mapping(patient_path, "a patient")
            outcome = guideline.evaluate(patient, chosen, places=places)
        kinds = only or (() if flowcharts else ("requirements", "tables", "workflow"))
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            text = f"the folder {str(output)!r} cannot be made: {fault.strerror}"
            raise ModelError(Note(Code.FILE_UNWRITABLE, None, text)) from None
        for picture in _pictures(guideline, outcome, kinds, flowcharts):
            path = output / f"{picture.name}.{'txt' if format_ == 'text' else format_}"
            path.write_bytes(_content(picture, format_))
            click.echo(str(path))


def _content(picture: pictures.Picture, format_: str) -> bytes:
    if format_ == "dot":
        return pictures.to_dot(picture).encode()
    if format_ == "text":
        return pictures.text_equivalent(picture).encode()
    return pictures.render(picture, format_)


def _pictures(
    guideline: Guideline,
    outcome: Outcome | None,
    kinds: tuple[str, ...],
    flowcharts: tuple[str, ...],
) -> Iterator[pictures.Picture]:
    caption = pictures.caption_of(guideline)
    if "requirements" in kinds:
        yield from pictures.requirement_pictures(guideline, caption, outcome)
    if "tables" in kinds:
        yield from pictures.table_pictures(guideline, caption, outcome)
    yield from pictures.flowchart_pictures(guideline, caption, flowcharts, outcome)
    if "workflow" in kinds:
        yield from pictures.workflow_pictures(guideline, caption, outcome)
    if "statechart" in kinds:
        yield from pictures.statechart_pictures(guideline, caption, outcome)
