"""`guidewright care COMMAND --store WHERE …`: patients on the workflow, in a store that survives.

In: a store (an SQLite file or the URL of a PostgreSQL database) and a command, one module each.
Out: text for people or JSON for programs, and an exit code.
"""

from __future__ import annotations

import click

from guidewright.cli.lazy import Commands

COMMANDS = {
    "start": "Start a patient on the workflow of a guideline.",
    "send": "Send an event to an instance: data, done, deviation, correction.",
    "tick": "Let time pass for everybody whose timers are due.",
    "due": "Say what is due, overdue and next; for one or for all, at any instant.",
    "list": "List the instances and how they stand.",
    "history": "Tell what happened to an instance, and why.",
    "deliver": "Hand out what is to be done, at least once each.",
    "migrate": "Move instances to another version of the guideline, or say what would change.",
    "replay": "Compute instances anew from their events, and compare every byte.",
    "verify": "Check that nothing in the store was changed.",
}


@click.group(name="care", cls=Commands, table=COMMANDS, package=__name__)
def command() -> None:
    """Run patients along the workflow, in a store that survives crashes and years.

    Every command needs --store, or the environment variable GUIDEWRIGHT_STORE: the path of an
    SQLite file, or a URL such as postgresql://host/name. The store holds patients' data; protect
    it. See docs/care.md.
    """
