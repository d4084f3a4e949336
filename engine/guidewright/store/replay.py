"""Replay: compute an instance anew from its events alone, and compare every byte.

In: the journal and the guidelines kept beside it. Out: for each entry the state and effects it must
have, and the differences from what is stored. The stored history is never rewritten: a difference
means that the machine, the engine or the data of time zones answer otherwise than they did then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from guidewright.errors import GuidewrightError
from guidewright.store.applying import applied, effects_text, state_text
from guidewright.store.journal import entries, instance_names, unknown
from guidewright.store.records import Entry
from guidewright.store.running import Running


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry, computed anew; `differences` are empty when every byte is the same."""

    entry: Entry
    state: str
    effects: str
    differences: tuple[str, ...]


def replay(running: Running, instance: str) -> Iterator[Replayed]:
    """Yield every entry of an instance with what its event gives when it is applied anew.

    Each is computed from the replayed state before it, never from a stored one.
    """
    with running.database.reading() as connection:
        stored = list(entries(connection, instance))
        if not stored:
            raise unknown(connection, instance)
    before: Entry | None = None
    for entry in stored:
        again = _again(running, before, entry)
        yield again
        before = _with(entry, again)


def replayable(running: Running) -> list[str]:
    """Return the names of all instances."""
    with running.database.reading() as connection:
        return instance_names(connection)


def _again(running: Running, before: Entry | None, entry: Entry) -> Replayed:
    event, readings = entry.event_data, entry.reading_of
    try:
        made = applied(running.versions, before, event, entry.digest, readings)
    except GuidewrightError as fault:
        reason = f"the event is refused now: {fault.notes[0].text}"
        return Replayed(entry, entry.state, entry.effects, (reason,))
    state, said = state_text(made.instance), effects_text(made.effects)
    differences = [*_differences(entry.state, state, "state")]
    differences += _differences(entry.effects, said, "effects")
    if dict(made.readings) != readings:
        differences.append("readings: another reading of a policy")
    return Replayed(entry, state, said, tuple(differences))


def _with(entry: Entry, again: Replayed) -> Entry:
    return replace(entry, state=again.state, effects=again.effects)


def _differences(stored: str, computed: str, what: str) -> Iterator[str]:
    """Name the parts that differ, without the data in them."""
    if stored == computed:
        return
    was, now = json.loads(stored), json.loads(computed)
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
        keys = keys or ["the order of its keys"]
        yield f"{what}: " + ", ".join(keys)
    elif isinstance(was, list) and isinstance(now, list) and len(was) != len(now):
        yield f"{what}: there are {len(now)}, {len(was)} were stored"
    else:
        numbers = [str(n) for n, (a, b) in enumerate(zip(was, now, strict=True)) if a != b]
        yield f"{what}: number " + ", ".join(numbers)
