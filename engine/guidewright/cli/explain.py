"""`guidewright explain DIR --patient FILE`: what the guideline recommends, and why."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import (
    faults_told,
    folder,
    format_option,
    patient_option,
    policy_option,
    show,
)
from guidewright.cli.run import evaluated
from guidewright.guideline.wire import dumps, outcome_to_json, units_of
from guidewright.guideline.words import explanation


@click.command(name="explain")
@folder
@patient_option
@policy_option
@format_option
def command(folder: Path, patient_path: str, policies: tuple[str, ...], format_: str) -> None:
    """Say what the guideline in DIR recommends for a patient, and why.

    For every table: the values it looked at, the rules that spoke (id and row), what they asked,
    and the statements of the source they cite. JSON holds every rule that was tried.
    """
    with faults_told():
        guideline, outcome = evaluated(folder, patient_path, policies)
        if format_ == "json":
            data = outcome_to_json(outcome, units=units_of(guideline.file), trace=True)
            click.echo(dumps(data))
        else:
            show(explanation(guideline, outcome))
