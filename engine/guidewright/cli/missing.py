"""`guidewright missing DIR --patient FILE`: which missing data could still change the advice."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    format_option,
    needs_extra,
    patient_option,
    policy_option,
    read_mapping,
    show,
)
from guidewright.guideline.guide import load
from guidewright.guideline.wire import dumps


@click.command(name="missing")
@folder
@patient_option
@policy_option
@format_option
def command(folder: Path, patient_path: str, policies: tuple[str, ...], format_: str) -> None:
    """Say which missing data could still change the advice for a patient.

    Every missing input is listed with the different advice its answers lead to, in the order to
    ask; and what can change nothing is named, too. Needs the extra 'verify'.
    """
    with faults_told():
        chosen = chosen_policies(policies)
        guideline = load(folder)
        patient, places = read_mapping(patient_path, "a patient")
        with needs_extra("verify"):
            from guidewright.analysis.missing import missing_data
            from guidewright.analysis.missing_words import missing_to_json, missing_words
        found = missing_data(guideline, patient, chosen, places=places)
        if format_ == "json":
            click.echo(dumps(missing_to_json(guideline, found)))
        else:
            show(missing_words(guideline, found))
