"""`guidewright care due`: what is due, overdue and next; for one or for all, at any instant."""

from __future__ import annotations

from dataclasses import asdict

import click

from guidewright.cli.care.options import counted, instant_or_now, later, opened, store_option
from guidewright.cli.common import format_option, show
from guidewright.guideline.wire import dumps
from guidewright.store.due import DueItem, DueList
from guidewright.workflow.agenda import Phase
from guidewright.workflow.value_codec import instant_text


@click.command(name="due")
@store_option
@click.option("--at", metavar="INSTANT", help="At which instant; the present one otherwise.")
@click.option("--instance", metavar="NAME", help="Only this instance, with all that is ahead.")
@click.option(
    "--ahead",
    metavar="WHEN",
    help="Also what becomes due until an instant, or within a duration such as P7D.",
)
@click.option(
    "--exactly",
    is_flag=True,
    help="Walk those whose timers fire by then (in memory); always so for one instance.",
)
@format_option
def command(
    where: str, at: str | None, instance: str | None, ahead: str | None, exactly: bool, format_: str
) -> None:
    """Say what is due, overdue and expired at an instant, which may lie in the future.

    Nothing is stored and no time passes. Without --exactly, an instance that has not been told of
    its time (`care tick`) is shown as of its last event, and counted.
    """
    with opened(where) as store:
        now = instant_or_now(at)
        until = later(ahead, now) if ahead is not None else None
        found = store.due(now, instance=instance, ahead=until, exactly=exactly)
        if format_ == "json":
            click.echo(dumps(_json(instant_text(now), found)))
        else:
            show("\n".join(_lines(instant_text(now), found)))


def _json(at: str, found: DueList) -> dict[str, object]:
    return {
        "at": at,
        "items": [asdict(item) for item in found.items],
        "behind": list(found.behind),
        "incomparable": found.incomparable,
        "stopped": [{"instance": h.instance, "reason": h.reason} for h in found.stopped],
    }


def _lines(at: str, found: DueList) -> list[str]:
    lines = [f"At {at}"]
    lines += [f"  {_line(item)}" for item in found.items] or ["  nothing is due"]
    lines += [f"  stopped   {head.instance}: {head.reason}" for head in found.stopped]
    if found.behind:
        some = ", ".join(found.behind[:5]) + (", …" if len(found.behind) > 5 else "")
        number = counted(len(found.behind), "instance")
        lines.append(f"{number} not told yet that time has come: {some}")
        lines.append("  (`care tick` tells; --exactly shows what would be)")
    if found.incomparable:
        number = counted(found.incomparable, "instance")
        lines.append(f"{number} not looked at: times of the other kind, with or without offset")
    return lines


def _line(item: DueItem) -> str:
    since = {
        Phase.AHEAD: f"from {item.due}",
        Phase.DUE: f"since {item.due}",
        Phase.OVERDUE: f"since {item.overdue}, due {item.due}",
        Phase.EXPIRED: f"since {item.expires}, due {item.due}",
    }[item.phase]
    task = f" ({item.task})" if item.task else ""
    return f"{item.phase.value:<8}  {item.instance}: {item.label}{task}, {since}"
