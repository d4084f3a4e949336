"""Random courses of patients: events as a clinic would send them, and some it would not.

In: a store, a guideline, a seed. Out: an instance with a journal; what is refused leaves no entry.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import guidewright as gw
from guidewright.store import Store

ROOT = Path(__file__).resolve().parents[2]
MODELS = {
    "fever": ROOT / "tests" / "guidelines" / "fever",
    "b12": ROOT / "models" / "b12-deficiency",
}
VALUES: dict[str, dict[str, list[Any]]] = {
    "fever": {"temperature": ["37 Cel", "38 Cel", "39.5 Cel", "41.25 Cel", None]},
    "b12": {
        "total B12": ["120 ng/L", "180 ng/L", "250 ng/L", "400 ng/L"],
        "MMA result": ["pending", "raised", "normal"],
        "severity": ["mild", "moderate", "severe"],
        "neurological symptoms": ["none", "present", "severe"],
        "causes": [["pernicious anaemia"], ["vegan diet"], []],
        "treatment start": ["2024-02-28", "2024-01-31", "2024-10-26"],
        "haematocrit": ["low", "normal"],
    },
}
ZONES = ["Europe/Berlin", "America/St_Johns", None]


def run_course(store: Store, guideline: gw.Guideline, model: str, seed: int, length: int) -> str:
    """Start an instance and send it random events; return its name."""
    chance, name = random.Random(f"{model} {seed}"), f"{model}-{seed}"
    now = datetime(2024, 1, 1 + seed % 28, 8, seed % 60)
    zone = ZONES[seed % len(ZONES)]
    offset = "+00:00" if zone else ""

    def at() -> str:
        return now.isoformat() + offset

    store.start(guideline, {}, at=at(), instance=name, zone=zone)
    for number in range(length):
        now += timedelta(hours=chance.choice([0, 1, 5, 30, 24 * 29, 24 * 200]))
        care = store.care(name)
        event = chance.choice(list(_events(model, care, chance)))
        try:
            store.send(name, {**event, "at": at()}, event_id=f"e{number}")
        except gw.CallError:
            continue
    return name


def _events(model: str, care: Any, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield what could happen now."""
    values = VALUES[model]
    name = chance.choice(list(values))
    told = {name: chance.choice(values[name])}
    yield {"event": "tick"}
    yield {"event": "data", "values": told}
    yield {"event": "data", "values": {key: chance.choice(each) for key, each in values.items()}}
    for task in care.instance.tasks:
        yield {"event": "done", "task": task.id, "values": {}}
        yield {"event": "data", "values": told}
    if care.instance.known:
        known = chance.choice([datum.name for datum in care.instance.known])
        if known in values:
            right = {known: chance.choice(values[known])}
            yield {"event": "correct", "values": right, "reason": "a slip of the pen"}
    state = chance.choice([state.name for state in care.workflow.graph.states])
    yield {"event": "deviate", "to": state, "reason": "the patient asks for it", "by": "ward 3"}
