"""`guidewright care send INSTANCE --event FILE`: what happened to a patient."""

from __future__ import annotations

import click

from guidewright.cli.care.options import (
    id_option,
    instance_argument,
    opened,
    show_receipt,
    store_option,
)
from guidewright.cli.common import format_option, read_mapping


@click.command(name="send")
@instance_argument
@store_option
@click.option(
    "--event",
    "event_path",
    metavar="FILE",
    required=True,
    help="The event, YAML or JSON; - reads from standard input.",
)
@id_option
@click.option(
    "--after",
    metavar="N",
    type=click.IntRange(1),
    help="Only if N is still the latest entry: nobody else has written since you looked.",
)
@format_option
def command(
    instance: str,
    where: str,
    event_path: str,
    event_id: str | None,
    after: int | None,
    format_: str,
) -> None:
    """Send an event to INSTANCE and store it with all that follows from it.

    An event is a map, as for `guidewright step`. When this command ends with exit code 0 the event
    is on the disk. What is refused leaves no trace.
    """
    with opened(where) as store:
        event, places = read_mapping(event_path, "an event")
        receipt = store.send(instance, event, event_id=event_id, after=after, places=places)
        show_receipt(store, receipt, format_)
