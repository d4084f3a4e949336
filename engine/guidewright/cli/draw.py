"""`guidewright draw DIR`: requirement diagrams, decision tables and the workflow as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import guidewright_visualize as pictures
from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    policy_option,
    read_mapping,
)
from guidewright.cli.marks import Asked, markings_of
from guidewright.errors import Code, ModelError, Note
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.outcome import Outcome
from guidewright_visualize.marking import Marking


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
@click.option(
    "--against",
    metavar="OLD",
    type=click.Path(path_type=Path),
    help="The folder of another version: mark what was added, removed and changed since.",
)
@click.option("--findings", is_flag=True, help="Mark what `verify` finds, by number.")
@click.option("--coverage", is_flag=True, help="Mark how many cases come to each place, and none.")
@click.option(
    "--cohort",
    metavar="FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Mark how many patients of a Parquet or CSV file took each way.",
)
def command(
    folder: Path,
    output: Path,
    format_: str,
    patient_path: str | None,
    policies: tuple[str, ...],
    only: tuple[str, ...],
    flowcharts: tuple[str, ...],
    against: Path | None,
    findings: bool,
    coverage: bool,
    cohort: Path | None,
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
        before = load(against) if against is not None else None
        asked = Asked(before, findings, coverage, cohort)
        markings = tuple(markings_of(guideline, asked, chosen))
        what = _What(guideline, outcome, kinds, flowcharts, markings, before)
        for picture in _pictures(what):
            path = output / f"{picture.name}.{'txt' if format_ == 'text' else format_}"
            path.write_bytes(_content(picture, format_))
            click.echo(str(path))


def _content(picture: pictures.Picture, format_: str) -> bytes:
    if format_ == "dot":
        return pictures.to_dot(picture).encode()
    if format_ == "text":
        return pictures.text_equivalent(picture).encode()
    return pictures.render(picture, format_)


@dataclass(frozen=True, slots=True)
class _What:
    """What is drawn, and what is marked in it."""

    guideline: Guideline
    outcome: Outcome | None
    kinds: tuple[str, ...]
    flowcharts: tuple[str, ...]
    markings: tuple[Marking, ...]
    before: Guideline | None


def _pictures(of: _What) -> Iterator[pictures.Picture]:
    caption = pictures.caption_of(of.guideline)
    drawn = (of.guideline, caption, of.outcome)
    older: dict[str, Any] = {"markings": of.markings, "before": of.before}
    if "requirements" in of.kinds:
        yield from pictures.requirement_pictures(*drawn, markings=of.markings)
    if "tables" in of.kinds:
        yield from pictures.table_pictures(*drawn, **older)
    yield from pictures.flowchart_pictures(
        of.guideline, caption, of.flowcharts, of.outcome, markings=of.markings
    )
    if "workflow" in of.kinds:
        yield from pictures.workflow_pictures(*drawn, **older)
    if "statechart" in of.kinds:
        yield from pictures.workflow_pictures(*drawn, **older, statechart=True)
