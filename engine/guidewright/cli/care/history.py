"""`guidewright care history INSTANCE`: what happened, and why."""

from __future__ import annotations

from collections.abc import Iterator

import click

from guidewright.cli.care.options import counted, instance_argument, opened, short, store_option
from guidewright.cli.common import format_option, show
from guidewright.cli.situation import effect_line, places
from guidewright.guideline.wire import dumps
from guidewright.store.api import Store
from guidewright.store.applying import MIGRATE
from guidewright.store.records import Delivery, DeliveryStatus, Entry, Json


@click.command(name="history")
@instance_argument
@store_option
@format_option
def command(instance: str, where: str, format_: str) -> None:
    """Tell what happened to INSTANCE: events, decisions with rules and statements, what was asked.

    An effect that is not delivered yet is marked. JSON holds every entry as it is stored.
    """
    with opened(where) as store:
        entries = store.history(instance)
        outbox = {delivery.key: delivery for delivery in store.deliveries(instance)}
        if format_ == "json":
            click.echo(dumps([_json(entry, outbox) for entry in entries]))
        else:
            lines = [line for entry in entries for line in _lines(store, entry, outbox)]
            show("\n".join(lines))


def _json(entry: Entry, outbox: dict[str, Delivery]) -> Json:
    effects = [
        {
            "key": key,
            "effect": effect,
            "status": outbox[key].status.value,
            "attempts": outbox[key].attempts,
            "error": outbox[key].error,
        }
        for key, effect in zip(entry.keys, entry.effects_data, strict=True)
    ]
    return {
        "sequence": entry.sequence,
        "id": entry.event_id,
        "recorded": entry.recorded,
        "event": entry.event_data,
        "state": entry.state_data,
        "effects": effects,
        "guideline": entry.digest,
        "readings": entry.reading_of,
        "engine": entry.engine,
        "zones": entry.zones,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _lines(store: Store, entry: Entry, outbox: dict[str, Delivery]) -> Iterator[str]:
    event = entry.event_data
    yield f"{entry.sequence}. {event['at']}  {entry.kind}{_said(event)}"
    if entry.sequence == 1 or entry.kind == MIGRATE:
        file = store.running.versions.guideline(entry.digest).file
        yield f"  under {file.id} {file.version} ({short(entry.digest)})"
    for key, effect in zip(entry.keys, entry.effect_list, strict=True):
        yield f"  {effect_line(effect)}{_mark(outbox[key])}"
    graph = store.running.versions.workflow(entry.digest).graph
    for place in places(graph, entry.instance_after):
        yield f"  → {place}"


def _said(event: Json) -> str:
    """Return what an event brought, in a few words."""
    told = event["map"] if event["event"] == MIGRATE else event
    hidden = ("event", "at", "states", "data", "enter", "policies")
    rest = {key: value for key, value in told.items() if key not in hidden}
    words = [f"{key} {_value(value)}" for key, value in rest.items() if value not in (None, {}, [])]
    return f"  {', '.join(words)}" if words else ""


def _value(value: object) -> str:
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith("$"):
            return str(next(iter(value.values())))
        return "(" + ", ".join(f"{key} {_value(item)}" for key, item in value.items()) + ")"
    return str(value)


def _mark(delivery: Delivery) -> str:
    if delivery.status is DeliveryStatus.DELIVERED:
        return ""
    why = f": {delivery.error}" if delivery.error else ""
    word = "not delivered" if delivery.status is DeliveryStatus.FAILED else "to be delivered"
    return f"  ({word}, {counted(delivery.attempts, 'attempt')}{why})"
