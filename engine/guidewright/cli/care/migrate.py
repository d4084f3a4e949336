"""`guidewright care migrate DIR --map FILE`: move instances to another version of the guideline."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from guidewright.cli.care.options import instant_or_now, opened, short, store_option
from guidewright.cli.common import Exit, folder, format_option, show
from guidewright.guideline.guide import load
from guidewright.guideline.migrating import Change
from guidewright.guideline.wire import dumps, note_to_json
from guidewright.store.migration import Plan
from guidewright.workflow.migration_map import read_map


@click.command(name="migrate")
@folder
@store_option
@click.option(
    "--map",
    "map_path",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The migration map: old names and what they become. See docs/care.md.",
)
@click.option("--at", metavar="INSTANT", help="When; the present instant otherwise.")
@click.option("--instance", "instances", metavar="NAME", multiple=True, help="Only this one.")
@click.option(
    "--from",
    "since",
    metavar="DIGEST",
    help="Only instances under the version whose digest begins so (`care list` shows it).",
)
@click.option("--dry-run", is_flag=True, help="Say what would change; store nothing.")
@format_option
def command(
    folder: Path,
    where: str,
    map_path: Path,
    at: str | None,
    instances: tuple[str, ...],
    since: str | None,
    dry_run: bool,
    format_: str,
) -> None:
    """Move running instances to the version of the guideline in DIR.

    For every instance it lists what changes: states, tasks, timers, data, readings of policies, and
    what the decisions would now say (nothing that was decided is decided again). An instance of
    which the map leaves something open is not moved and says what is missing; exit code 1.
    """
    with opened(where) as store:
        plans = store.migrate(
            load(folder), read_map(map_path), at=instant_or_now(at), instances=instances,
            since=since, dry_run=dry_run,
        )  # fmt: skip
    if format_ == "json":
        click.echo(dumps([_json(plan) for plan in plans]))
    else:
        show("\n".join(line for plan in plans for line in _lines(plan)) or "nothing to move")
    if any(plan.problems for plan in plans):
        sys.exit(Exit.FAULTS)


def _json(plan: Plan) -> dict[str, object]:
    return {
        "instance": plan.head.instance,
        "from": plan.head.digest,
        "moved": plan.receipt.entry.sequence if plan.receipt is not None else None,
        "changes": [asdict(change) for change in plan.changes],
        "problems": [note_to_json(note) for note in plan.problems],
    }


def _lines(plan: Plan) -> list[str]:
    version = f"{plan.head.guideline} ({short(plan.head.digest)})"
    name = plan.head.instance
    if plan.problems:
        return [f"{name}, under {version}: stays", *(f"  {note}" for note in plan.problems)]
    word = f"moved, entry {plan.receipt.entry.sequence}" if plan.receipt else "would move"
    lines = [f"  {_line(change)}" for change in plan.changes]
    return [f"{name}, under {version}: {word}", *(lines or ["  nothing changes but the version"])]


def _line(change: Change) -> str:
    if change.before is None:
        return f"{change.what} {change.name}: new: {change.after}"
    if change.after is None:
        return f"{change.what} {change.name}: gone: {change.before}"
    return f"{change.what} {change.name}: {change.before} → {change.after}"
