"""What the commands of `care` share: the store, instants, receipts.

In: options as the user gave them. Out: an open store, an instant, what was written as text or JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from guidewright.cli.common import faults_told, show
from guidewright.cli.situation import situation
from guidewright.errors import CallError, Code, Note
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime, YearsMonthsDuration, parse_duration
from guidewright.guideline.care import instant
from guidewright.guideline.wire import dumps
from guidewright.store.api import Store, open_store
from guidewright.store.records import Receipt
from guidewright.store.versions import SHORT

store_option = click.option(
    "--store",
    "where",
    metavar="WHERE",
    envvar="GUIDEWRIGHT_STORE",
    required=True,
    help="An SQLite file, or a URL such as postgresql://host/name; or set GUIDEWRIGHT_STORE.",
)
instance_argument = click.argument("instance", metavar="INSTANCE")
instances_argument = click.argument("instances", metavar="[INSTANCE]...", nargs=-1)
id_option = click.option(
    "--id",
    "event_id",
    metavar="ID",
    help="The event's own id: sent again under it, it is acknowledged and not applied twice.",
)


@contextmanager
def opened(where: str, *, create: bool = False) -> Iterator[Store]:
    """Give the store; tell faults and exit when there are any."""
    with faults_told(), open_store(where, create=create) as store:
        yield store


def instant_or_now(text: str | None) -> DateTime:
    """Return the instant of an option, or the present one with the offset of this machine."""
    return instant(text if text is not None else datetime.now().astimezone().isoformat())


def later(text: str, now: DateTime) -> DateTime:
    """Return an instant, or the one that is a duration such as P7D after another."""
    if not text.startswith("P"):
        return instant(text)
    try:
        duration = parse_duration(text)
        if isinstance(duration, YearsMonthsDuration):
            return now.plus_months(duration.months)
        return now.plus(duration.nanoseconds)
    except Refuse as why:
        raise CallError(Note(Code.WORKFLOW_EVENT, None, why.reason)) from None


def counted(number: int, word: str) -> str:
    """Return a number of things.

    >>> counted(1, "instance"), counted(2, "instance")
    ('1 instance', '2 instances')
    """
    return f"{number} {word}" + ("" if number == 1 else "s")


def short(digest: str) -> str:
    """Return enough of a digest for people."""
    return digest[:SHORT]


def show_receipt(store: Store, receipt: Receipt, format_: str) -> None:
    """Print what was written, where the instance stands, and what there is to do."""
    entry = receipt.entry
    if format_ == "json":
        data = {
            "instance": entry.instance,
            "sequence": entry.sequence,
            "id": entry.event_id,
            "repeated": receipt.repeated,
            "hash": entry.hash,
            "guideline": entry.digest,
            "state": entry.state_data,
            "effects": entry.effects_data,
        }
        click.echo(dumps(data))
        return
    again = "was stored before; nothing was done again" if receipt.repeated else "is stored"
    graph = store.running.versions.workflow(entry.digest).graph
    lines = situation(graph, entry.instance_after, entry.effect_list)
    show("\n".join([f"{entry.instance}: entry {entry.sequence} {again}", *lines]))
