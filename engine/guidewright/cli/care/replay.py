"""`guidewright care replay`: compute instances anew from their events, and compare every byte."""

from __future__ import annotations

import sys

import click

from guidewright.cli.care.options import counted, instances_argument, opened, store_option
from guidewright.cli.common import Exit, format_option, show
from guidewright.guideline.wire import dumps
from guidewright.store.replay import replayable


@click.command(name="replay")
@instances_argument
@store_option
@format_option
def command(instances: tuple[str, ...], where: str, format_: str) -> None:
    """Compute instances (all, when none is named) anew from their events.

    State and effects after every event must be the same to the byte. Exit code 1 when one is not:
    then the engine, the machine or the data of time zones answer otherwise than they did.
    """
    with opened(where) as store:
        names = instances or tuple(replayable(store.running))
        count, found = 0, []
        for name in names:
            for again in store.replay(name):
                count += 1
                place = {"instance": name, "sequence": again.entry.sequence}
                found += [{**place, "difference": text} for text in again.differences]
    if format_ == "json":
        click.echo(dumps({"instances": len(names), "entries": count, "differences": found}))
    else:
        lines = [
            f"{each['instance']} {each['sequence']}: not what was stored: {each['difference']}"
            for each in found
        ]
        end = counted(len(found), "difference") if found else "every byte is the same"
        show("\n".join([*lines, f"{counted(len(names), 'instance')}: {end}"]))
    if found:
        sys.exit(Exit.FAULTS)
