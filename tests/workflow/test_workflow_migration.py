"""An instance on a new version of its graph: a series that was interrupted goes on there, too."""

from __future__ import annotations

import pytest
from workflow_stub import at, bound, walk

from guidewright.feel.temporal import parse_date
from guidewright.workflow.effects import Act
from guidewright.workflow.events import Data, Signal, Start
from guidewright.workflow.migration import migrate
from guidewright.workflow.migration_map import MigrationMap
from guidewright.workflow.step import step

BEFORE = """
a:
  kind: clinical
  initial: levels
  transitions: [{event: pause, to: p}]
  states:
    back: {kind: history, depth: deep}
    levels: {kind: task, task: order, awaits: [x], timer: {trigger: {datum: t0}, due: [P1M, P2M], repeat: P1M}}
p: {kind: gap, transitions: [{event: go on, to: back}]}
z: {kind: final}
"""  # noqa: E501
AFTER = BEFORE.replace("levels", "measure")


@pytest.mark.parametrize(
    ("after", "asked"),
    [
        (AFTER, []),  # the first was answered, the second is not due yet
        (AFTER.replace("[P1M, P2M]", "[P1M, P3M]"), ["measure"]),  # other times: it begins anew
    ],
)
def test_an_interrupted_series_goes_on(after: str, asked: list[str]) -> None:
    old, new = bound(BEFORE), bound(after)
    instance, _ = walk(
        old,
        Start(at("2025-01-01"), {"t0": parse_date("2025-01-01")}),
        Data(at("2025-02-02"), {"x": 1}),
        Signal(at("2025-02-10"), "pause"),
    )
    assert [timer.state for timer in instance.paused] == ["levels"]
    known = {datum.name: datum for datum in instance.known}
    mapping = MigrationMap("renamed", states={"levels": "measure"})
    moved, _ = migrate(old.graph, new, instance, mapping, known, at("2025-02-11"))
    _, effects = step(new, moved, Signal(at("2025-02-12"), "go on"))
    assert [effect.state for effect in effects if isinstance(effect, Act)] == asked
