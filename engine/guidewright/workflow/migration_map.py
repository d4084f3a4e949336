"""A migration map: how instances of one version of a workflow go on under another.

In: a YAML file (docs/care.md), or the JSON form that the journal keeps. Out: `MigrationMap`. States
and data that keep their names need no line; what is not said and not the same stops the migration
of the instance it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guidewright.errors import Code, did_you_mean
from guidewright.source import Span
from guidewright.workflow.model import Graph
from guidewright.yaml_reader import YamlMap, YamlScalar, read_yaml_file
from guidewright.yaml_shape import Faults, Fields, describe, is_text, root_map

Names = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class MigrationMap:
    """Old name -> new name; None: it is left, or forgotten.

    `enter` are states of the new version that begin with the migration, such as a new region.
    `places` tell where the names are written, old and new ones.
    """

    reason: str
    states: Names = field(default_factory=dict)
    enter: tuple[str, ...] = ()
    data: Names = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict, compare=False)

    def state(self, old: str, new: Graph) -> str | None:
        """Return the new name of a state, None when it has none."""
        return self.states.get(old, old if old in new.by_name else None)

    def datum(self, old: str) -> str | None:
        """Return the new name of a datum, None when it is forgotten."""
        return self.data.get(old, old)


def map_to_json(mapping: MigrationMap) -> dict[str, Any]:
    """Return a map as the journal keeps it."""
    return {
        "reason": mapping.reason,
        "states": dict(mapping.states),
        "enter": list(mapping.enter),
        "data": dict(mapping.data),
        "policies": dict(mapping.policies),
    }


def map_from_json(data: Mapping[str, Any]) -> MigrationMap:
    """Return the map that `map_to_json` wrote."""
    return MigrationMap(
        data["reason"], data["states"], tuple(data["enter"]), data["data"], data["policies"]
    )


def read_map(path: Path) -> MigrationMap:
    """Read a file; raises `ModelError` with every fault of its shape."""
    faults = Faults()
    root = root_map(read_yaml_file(path), faults, "a migration map")
    faults.stop()
    assert root is not None  # noqa: S101 - it is a fault otherwise
    fields = Fields(root, faults, "the migration map")
    places: dict[str, Span] = {}
    reason = fields.text("reason", required=root.span)
    states = _names(fields.map_at("states"), faults, "states", places)
    enter = fields.texts("enter")
    places.update((item.text.strip(), item.span) for item in enter)
    data = _names(fields.map_at("data"), faults, "data", places)
    policies = _names(fields.map_at("policies"), faults, "policies", places, leaving=False)
    fields.close()
    if reason is not None and not reason:
        faults.shape(root.span, "the migration map needs a reason")
    faults.stop()
    readings = {name: reading for name, reading in policies.items() if reading is not None}
    entered = tuple(item.text.strip() for item in enter)
    return MigrationMap(reason or "", states, entered, data, readings, places)


def _names(
    node: YamlMap | None,
    faults: Faults,
    key: str,
    places: dict[str, Span],
    *,
    leaving: bool = True,
) -> dict[str, str | None]:
    """Return the names of one part; with `leaving`, null stands for: it goes on as nothing."""
    found: dict[str, str | None] = {}
    for entry in node.entries if node is not None else ():
        old, value = entry.key.text.strip(), entry.value
        places.setdefault(old, entry.key.span)
        if leaving and isinstance(value, YamlScalar) and value.value is None and value.text:
            found[old] = None
        elif isinstance(value, YamlScalar) and is_text(value):
            found[old] = value.text.strip()
            places.setdefault(value.text.strip(), value.span)
        else:
            expected = "a name or null" if leaving else "a name"
            text = f"'{old}' under '{key}' must lead to {expected}, not {describe(value)}"
            faults.shape(value.span, text)
    return found


def check_map(mapping: MigrationMap, old: Graph, new: Graph, faults: Faults) -> None:
    """Report names of states that the two versions do not have."""
    for name, to in mapping.states.items():
        _known(name, old, "old", mapping, faults)
        if to is not None:
            _known(to, new, "new", mapping, faults)
    for name in mapping.enter:
        _known(name, new, "new", mapping, faults)


def _known(name: str, graph: Graph, which: str, mapping: MigrationMap, faults: Faults) -> None:
    if name not in graph.by_name:
        text = f"the {which} version has no state '{name}'"
        hint = did_you_mean(name, graph.by_name)
        faults.add(Code.WORKFLOW_MIGRATION, mapping.places.get(name), text, hint)
