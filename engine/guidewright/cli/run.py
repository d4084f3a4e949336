"""`guidewright run DIR --patient FILE`: what the guideline recommends for a patient."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    format_option,
    patient_option,
    policy_option,
    read_mapping,
    show,
)
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.wire import dumps, outcome_to_json, units_of
from guidewright.guideline.words import summary


@click.command(name="run")
@folder
@patient_option
@policy_option
@format_option
def command(folder: Path, patient_path: str, policies: tuple[str, ...], format_: str) -> None:
    """Say what the guideline in DIR recommends for a patient.

    Every line cites the statements it rests on. Conflicts list every permitted answer; gaps say
    what is missing. JSON is described by docs/outcome.schema.json.
    """
    with faults_told():
        guideline, outcome = evaluated(folder, patient_path, policies)
        if format_ == "json":
            click.echo(dumps(outcome_to_json(outcome, units=units_of(guideline.file))))
        else:
            show(summary(guideline, outcome))


def evaluated(
    folder: Path, patient_path: str, policies: tuple[str, ...]
) -> tuple[Guideline, Outcome]:
    """Load the guideline, read the patient, and evaluate."""
    chosen = chosen_policies(policies)
    guideline = load(folder)
    patient, places = read_mapping(patient_path, "a patient")
    return guideline, guideline.evaluate(patient, chosen, places=places)
