"""What the store hands out: entries of the journal, receipts, effects on their way; all frozen.

In: rows as `journal` and `outbox` read them. Out: data with the texts exactly as they are stored,
because the hash chain is over these texts; properties read them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guidewright.errors import CallError, GuidewrightError
from guidewright.workflow import codec
from guidewright.workflow.effects import Effect
from guidewright.workflow.instance import Instance

Json = dict[str, Any]
BEGINNING = ""  # the hash before the first entry of an instance


def effect_key(instance: str, sequence: int, number: int) -> str:
    """Return the key of an effect, which never changes."""
    return f"{instance}/{sequence}/{number}"


class StoreError(GuidewrightError):
    """The store cannot be used, or what is in it is not what was written."""


class ConflictError(CallError):
    """Somebody else wrote to the instance first; look at it again, then repeat the call."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one instance with everything it led to.

    `event`, `state`, `effects` and `readings` are JSON texts; `recorded` is the instant of writing,
    which says nothing about when the event happened. `previous` and `hash` chain the entries.
    """

    instance: str
    sequence: int
    event_id: str
    recorded: str
    event: str
    state: str
    effects: str
    digest: str
    readings: str
    engine: str
    zones: str
    previous: str
    hash: str

    @property
    def kind(self) -> str:
        """The kind of event, as `workflow.codec` names it, or `migrate`."""
        return str(self.event_data["event"])

    @property
    def event_data(self) -> Json:
        """The event as JSON data."""
        data: Json = json.loads(self.event)
        return data

    @property
    def state_data(self) -> Json:
        """The state after the event as JSON data."""
        data: Json = json.loads(self.state)
        return data

    @property
    def effects_data(self) -> list[Json]:
        """The effects as JSON data."""
        data: list[Json] = json.loads(self.effects)
        return data

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the effects, under which they are delivered."""
        return tuple(
            effect_key(self.instance, self.sequence, number)
            for number in range(len(self.effects_data))
        )

    @property
    def instance_after(self) -> Instance:
        """The state after the event."""
        return codec.instance_from_json(self.state_data)

    @property
    def effect_list(self) -> tuple[Effect, ...]:
        """What the outside has to do or to know."""
        return tuple(codec.effect_from_json(item) for item in self.effects_data)

    @property
    def reading_of(self) -> dict[str, str]:
        """The readings of policies in force."""
        data: dict[str, str] = json.loads(self.readings)
        return data


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a writer gets once the event is safe; `repeated` when it was written before."""

    entry: Entry
    repeated: bool = False


class Status(StrEnum):
    """How an instance stands, as `list` shows it."""

    RUNNING = "running"
    STOPPED = "stopped"  # some state cannot go on without help; the reason is in `stops`
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Head:
    """The latest of an instance: where its chain ends and how it stands.

    `at` is the instant of its latest event; `undelivered` counts the effects that failed for good.
    """

    instance: str
    sequence: int
    hash: str
    digest: str
    guideline: str
    status: Status
    reason: str | None
    at: str
    undelivered: int = 0


class DeliveryStatus(StrEnum):
    """How far an effect has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # tried as often as allowed; somebody has to look


@dataclass(frozen=True, slots=True)
class Delivery:
    """An effect on its way out; `key` is the same at every attempt, so a receiver can know it."""

    instance: str
    sequence: int
    number: int
    effect: Json
    status: DeliveryStatus
    attempts: int
    tried: str | None
    error: str | None

    @property
    def key(self) -> str:
        """`instance/sequence/number`."""
        return effect_key(self.instance, self.sequence, self.number)
