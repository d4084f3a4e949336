"""`guidewright care start DIR`: start a patient on the workflow of a guideline."""

from __future__ import annotations

from pathlib import Path

import click

from guidewright.cli.care.options import id_option, opened, show_receipt, store_option
from guidewright.cli.common import chosen_policies, folder, format_option, policy_option
from guidewright.cli.common import read_mapping as read_file
from guidewright.guideline.guide import load


@click.command(name="start")
@folder
@store_option
@click.option(
    "--patient",
    "patient_path",
    metavar="FILE",
    help="What is known already, YAML or JSON; - reads from standard input.",
)
@click.option(
    "--at", metavar="INSTANT", required=True, help="When, such as 2026-03-01T08:00:00+01:00."
)
@click.option(
    "--instance", metavar="NAME", help="The name of the instance; a new one is made otherwise."
)
@click.option(
    "--zone",
    metavar="ZONE",
    help="The site's time zone, such as Europe/Berlin, where it is not the workflow's.",
)
@id_option
@policy_option
@format_option
def command(
    folder: Path,
    where: str,
    patient_path: str | None,
    at: str,
    instance: str | None,
    zone: str | None,
    event_id: str | None,
    policies: tuple[str, ...],
    format_: str,
) -> None:
    """Start a patient on the workflow of the guideline in DIR.

    The store is made when there is none, and keeps a copy of the guideline: the instance stays on
    this version until it is migrated. Starting the same instance again with the same content is
    acknowledged and changes nothing.
    """
    with opened(where, create=True) as store:
        guideline = load(folder)
        patient, places = read_file(patient_path, "a patient") if patient_path else ({}, {})
        receipt = store.start(
            guideline, patient, at=at, instance=instance, event_id=event_id, zone=zone,
            policies=chosen_policies(policies), places=places,
        )  # fmt: skip
        show_receipt(store, receipt, format_)
