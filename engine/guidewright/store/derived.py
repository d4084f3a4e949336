"""What is written beside an entry so that questions are quick: computed from the entry alone.

In: an entry, the guideline it runs under. Out: rows of `instances`, `agenda` and `outbox`. `verify`
computes them anew and compares, so none of them is a second truth.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from guidewright.feel.temporal import DateTime
from guidewright.guideline.guide import Guideline
from guidewright.store.chain import delivery_seal
from guidewright.store.records import DeliveryStatus, Entry, Status
from guidewright.store.versions import workflow_of
from guidewright.workflow.agenda import Item, agenda, next_change
from guidewright.workflow.instance import Instance
from guidewright.workflow.timers import moment
from guidewright.workflow.value_codec import instant_text

Row = dict[str, Any]
_FARTHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Derived:
    """The rows that follow from one entry."""

    instance: Row
    agenda: tuple[Row, ...]
    outbox: tuple[Row, ...]


def derive(entry: Entry, guideline: Guideline) -> Derived:
    """Return the rows that belong to the latest entry of an instance."""
    state = entry.instance_after
    graph = workflow_of(guideline).graph
    assert state.at is not None  # noqa: S101 - every entry is made by an event
    wakes = next_change(graph, state)
    row = {
        "instance": entry.instance,
        "sequence": entry.sequence,
        "hash": entry.hash,
        "digest": entry.digest,
        "guideline": f"{guideline.file.id} {guideline.file.version}",
        "status": Status(state.status.value).value,
        "reason": _reason(state),
        "at": instant_text(state.at),
        "zoned": zoned(state.at),
        "wakes": microseconds(wakes),
    }
    items = agenda(graph, state)
    listed = tuple(_item(entry.instance, number, each) for number, each in enumerate(items))
    return Derived(row, listed, outbox_rows(entry))


def outbox_rows(entry: Entry) -> tuple[Row, ...]:
    """Return one row an effect, none of them delivered yet."""
    count = len(json.loads(entry.effects))
    return tuple(
        outbox_row((entry.instance, entry.sequence, number), DeliveryStatus.PENDING, 0, None, None)
        for number in range(count)
    )


def outbox_row(
    key: tuple[str, int, int],
    status: DeliveryStatus,
    attempts: int,
    tried: str | None,
    error: str | None,
) -> Row:
    """Return a row of the outbox with its seal."""
    instance, sequence, number = key
    return {
        "instance": instance,
        "sequence": sequence,
        "number": number,
        "status": status.value,
        "attempts": attempts,
        "tried": tried,
        "error": error,
        "seal": delivery_seal(key, status.value, attempts, tried, error),
    }


def microseconds(at: DateTime | None) -> int | None:
    """Return a whole number that a database can order; beyond 292 000 years it is the last one."""
    if at is None:
        return None
    return max(-_FARTHEST, min(_FARTHEST, moment(at) // 1000))


def zoned(at: DateTime) -> int:
    """Return 1 for a point on the time line, 0 for a local reading of calendar and clock."""
    return int(at.offset is not None)


def _reason(state: Instance) -> str | None:
    reasons = (f"{stop.state}: {stop.reason}" for stop in state.stops)
    return "; ".join(reasons) or None


def _item(instance: str, number: int, item: Item) -> Row:
    return {
        "instance": instance,
        "number": number,
        "kind": item.kind.value,
        "state": item.state,
        "label": item.label,
        "task": item.task,
        "zoned": zoned(item.due),
        "due": microseconds(item.due),
        "overdue": microseconds(item.overdue),
        "expires": microseconds(item.expires),
        "due_text": instant_text(item.due),
        "overdue_text": instant_text(item.overdue) if item.overdue else None,
        "expires_text": instant_text(item.expires) if item.expires else None,
    }
