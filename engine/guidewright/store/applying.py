"""What a stored event does to a stored instance: the same for running and for replay, at any time.

In: the entry before, an event as JSON data, the guideline it is under. Out: the state and effects
after it, and the readings of policies in force. Pure but for loading guidelines from the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guidewright.guideline.care import instant
from guidewright.guideline.migrating import move
from guidewright.store.chain import canonical
from guidewright.store.records import Entry, Json
from guidewright.store.versions import Versions
from guidewright.workflow import codec
from guidewright.workflow.effects import Effect
from guidewright.workflow.instance import Instance
from guidewright.workflow.migration_map import MigrationMap, map_from_json, map_to_json
from guidewright.workflow.step import begin, step

MIGRATE = "migrate"


@dataclass(frozen=True, slots=True)
class Applied:
    """An instance after an event."""

    instance: Instance
    effects: tuple[Effect, ...]
    readings: Mapping[str, str]


def applied(
    versions: Versions, before: Entry | None, event: Json, digest: str, readings: Mapping[str, str]
) -> Applied:
    """Return what an event gives; a migration leads from the version of the entry before."""
    if event["event"] == MIGRATE and before is not None:
        old, new = versions.workflow(before.digest), versions.workflow(digest)
        mapping, at = map_from_json(event["map"]), instant(event["at"])
        moved = move(old, before.reading_of, new, mapping, before.instance_after, at)
        return Applied(moved.instance, moved.effects, moved.readings)
    bound = versions.bound(digest, readings)
    state = begin(bound) if before is None else before.instance_after
    return Applied(*step(bound, state, codec.event_from_json(event)), readings)


def migration_event(at: str, before: str, digest: str, mapping: MigrationMap) -> Json:
    """Return a migration as the journal keeps it."""
    return {
        "event": MIGRATE, "at": at, "from": before, "to": digest, "map": map_to_json(mapping),
    }  # fmt: skip


def state_text(state: Instance) -> str:
    """Return a state as it is stored."""
    return canonical(codec.instance_to_json(state))


def effects_text(effects: Iterable[Effect]) -> str:
    """Return effects as they are stored."""
    return canonical([codec.effect_to_json(effect) for effect in effects])
