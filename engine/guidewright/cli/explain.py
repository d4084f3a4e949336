"""`guidewright explain DIR --patient FILE`: what the guideline recommends, and why."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import (
    faults_told,
    folder,
    patient_option,
    policy_option,
    show,
    write,
)
from guidewright.cli.run import evaluated
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.wire import dumps, outcome_to_json, units_of
from guidewright.guideline.words import explanation


@click.command(name="explain")
@folder
@patient_option
@policy_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "html", "pdf"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, a report as HTML, or as PDF (extra 'pdf').",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; text and JSON go to standard output when left out, a report to "
    "NAME-patient.html or .pdf in the present folder.",
)
def command(
    folder: Path,
    patient_path: str,
    policies: tuple[str, ...],
    format_: str,
    output: Path | None,
) -> None:
    """Say what the guideline in DIR recommends for a patient, and why.

    For every table: the values it looked at, the rules that spoke (id and row), what they asked,
    and the statements of the source they cite. JSON holds every rule that was tried.
    """
    with faults_told():
        guideline, outcome = evaluated(folder, patient_path, policies)
        if format_ in ("html", "pdf"):
            path = output or Path(f"{guideline.file.id}-patient.{format_}")
            write(path, _report(guideline, outcome, format_))
            click.echo(str(path))
            return
        if format_ == "json":
            data = outcome_to_json(outcome, units=units_of(guideline.file), trace=True)
            said = dumps(data)
        else:
            said = explanation(guideline, outcome)
        if output is not None:
            write(output, f"{said}\n".encode())
            click.echo(str(output))
        elif format_ == "json":
            click.echo(said)
        else:
            show(said)


def _report(guideline: Guideline, outcome: Outcome, format_: str) -> bytes:
    """Return the report with the marked flowchart."""
    from guidewright_visualize.review.html import report_to_html
    from guidewright_visualize.review.patient import report_of
    from guidewright_visualize.review.pdf import report_to_pdf

    report = report_of(guideline, outcome, raster=format_ == "pdf")
    return report_to_pdf(report) if format_ == "pdf" else report_to_html(report).encode()
