"""`guidewright care tick`: let time pass for everybody whose timers are due."""

from __future__ import annotations

import sys

import click

from guidewright.cli.care.options import counted, instant_or_now, opened, store_option
from guidewright.cli.common import Exit, format_option, show, tell
from guidewright.guideline.wire import dumps
from guidewright.store.running import Ticked
from guidewright.workflow.value_codec import instant_text


@click.command(name="tick")
@store_option
@click.option("--at", metavar="INSTANT", help="Until when; the present instant otherwise.")
@click.option("--instance", metavar="NAME", help="Only this instance.")
@format_option
def command(where: str, at: str | None, instance: str | None, format_: str) -> None:
    """Let time pass: fire every timer that is due by then.

    To be run again and again, as often as lateness is to be noticed. Instances whose timers are not
    due are not touched. A fault of one instance is told and keeps no other.
    """
    with opened(where) as store:
        now = instant_or_now(at)
        done = store.tick(now, instance)
        if format_ == "json":
            click.echo(dumps({"at": instant_text(now), **_json(done)}))
        else:
            show("\n".join(_lines(done)))
    for fault in done.refused.values():
        tell(fault)
    if done.refused:
        sys.exit(Exit.REFUSED)


def _json(done: Ticked) -> dict[str, object]:
    return {
        "moved": [
            {"instance": each.entry.instance, "sequence": each.entry.sequence}
            for each in done.moved
        ],
        "refused": {name: str(fault.notes[0].code) for name, fault in done.refused.items()},
        "incomparable": done.incomparable,
    }


def _lines(done: Ticked) -> list[str]:
    lines = [f"{each.entry.instance}: entry {each.entry.sequence} is stored" for each in done.moved]
    lines += [f"{name}: refused" for name in done.refused]
    if done.incomparable:
        number = counted(done.incomparable, "instance")
        lines.append(f"{number} not touched: times of the other kind, with or without offset")
    return lines or ["no timer is due"]
