"""`guidewright care list`: the instances and how they stand."""

from __future__ import annotations

from dataclasses import asdict

import click

from guidewright.cli.care.options import counted, opened, short, store_option
from guidewright.cli.common import format_option, show
from guidewright.guideline.wire import dumps
from guidewright.store.records import Head, Status


@click.command(name="list")
@store_option
@click.option(
    "--status", type=click.Choice([status.value for status in Status]), help="Only these."
)
@format_option
def command(where: str, status: str | None, format_: str) -> None:
    """List the instances: status, latest entry and instant, version of the guideline.

    A stopped one says why; effects that could not be delivered are counted.
    """
    with opened(where) as store:
        heads = store.instances(Status(status) if status is not None else None)
        if format_ == "json":
            click.echo(dumps([asdict(head) for head in heads]))
        else:
            show("\n".join(line for head in heads for line in _lines(head)) or "no instance")


def _lines(head: Head) -> list[str]:
    version = f"{head.guideline} ({short(head.digest)})"
    first = f"{head.instance}: {head.status.value}, entry {head.sequence} at {head.at}, {version}"
    lines = [first]
    if head.reason is not None:
        lines.append(f"  {head.reason}")
    if head.undelivered:
        failed = counted(head.undelivered, "effect")
        lines.append(f"  {failed} could not be delivered; `care history` says why")
    return lines
