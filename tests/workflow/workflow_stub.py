"""What the tests of workflows share: an evaluator without FEEL, instants, short graphs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guidewright.errors import Code, Note
from guidewright.feel.temporal import DateTime, parse_date_time
from guidewright.workflow.codec import instance_from_json, instance_to_json
from guidewright.workflow.effects import Effect
from guidewright.workflow.evaluator import Answer, BoundGraph
from guidewright.workflow.events import Event
from guidewright.workflow.instance import Instance
from guidewright.workflow.model import Guard
from guidewright.workflow.reader import read_workflow
from guidewright.workflow.step import begin, step

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Rule = Callable[[Mapping[str, Any]], Any]

_CONDITION = re.compile(r'(?P<name>[\w ]+?)\s*(?:(?P<sign>!?=)\s*"(?P<text>[^"]*)")?')


@dataclass(frozen=True)
class Stub:
    """Answers for decisions from a table; conditions are `name`, `name = "x"`, `name != "x"`.

    The bare `name` gives the datum itself, so a test can make it null or no boolean.
    """

    decisions: Mapping[str, tuple[tuple[str, ...], Rule]] = field(default_factory=dict)

    def decide(self, decision: str, data: Mapping[str, Any], at: DateTime) -> Answer:
        inputs, rule = self.decisions[decision]
        value = rule({name: data.get(name) for name in inputs})
        return Answer(value, inputs=inputs, rules=(f"{decision} rule",), statements=("S01",))

    def test(self, guard: Guard, data: Mapping[str, Any], at: DateTime) -> Answer:
        match = _CONDITION.fullmatch(guard.text.strip())
        assert match is not None, guard.text
        value = data.get(match["name"])
        if match["sign"] is not None:
            value = (value == match["text"]) == (match["sign"] == "=")
        why = Note(Code.NULL_OPERAND, guard.span, f"'{match['name']}' is missing")
        notes = (why,) if value is None else ()
        return Answer(value, inputs=(match["name"],), notes=notes)


def same_as(name: str) -> tuple[tuple[str, ...], Rule]:
    """Return a decision whose value is a datum."""
    return (name,), lambda data: data[name]


def bound(
    states: str, decisions: Mapping[str, Any] | None = None, initial: str = "a"
) -> BoundGraph:
    """Return a graph of the states written below `states:`."""
    return BoundGraph(graph_of(states, initial).graph, Stub(decisions or {}))


def graph_of(
    states: str, initial: str = "a", keys: str = "", files: Mapping[str, str] | None = None
) -> BoundGraph:
    text = f"workflow: demo\ninitial: {initial}\nphases: {{p: Phase one}}\n{keys}states:\n"
    body = "\n".join("  " + line for line in states.strip("\n").splitlines())
    return BoundGraph(read_workflow(text + body + "\n", files=files), Stub())


def at(text: str) -> DateTime:
    """Return an instant: `2025-01-01`, or with a time; UTC unless it says otherwise."""
    if "T" not in text:
        text += "T00:00:00"
    known = re.search(r"(Z|[+-]\d\d:\d\d|@\S+)$", text)
    return parse_date_time(text if known else text + "Z")


def walk(graph: BoundGraph, *events: Event) -> tuple[Instance, list[Effect]]:
    """Apply events in order; check on the way that stored and read states are the same."""
    instance, effects = begin(graph), list[Effect]()
    for event in events:
        following, new = step(graph, instance, event)
        again, same = step(graph, reloaded(instance), event)
        assert (following, new) == (again, same)
        instance = following
        effects.extend(new)
    return instance, effects


def reloaded(instance: Instance) -> Instance:
    """Return the instance after it was written as JSON text and read back."""
    read = instance_from_json(json.loads(json.dumps(instance_to_json(instance))))
    assert read == instance
    return read


def innermost(graph: BoundGraph, instance: Instance) -> tuple[str, ...]:
    """Return the active states that hold no others."""
    return tuple(name for name in instance.configuration if graph.graph.state(name).atomic)
