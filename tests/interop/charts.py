"""Statecharts made at random, as the data of a workflow.yaml, and graphs as such data again.

In: a `random.Random`. Out: a document that `workflow.reader` accepts: nested and parallel states,
final states, gaps, tasks that inform, decisions, transitions on events and conditions. Ways that
need no event lead only forward and never into another region, so that every run comes to rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from guidewright.interop.workflow_text import workflow_text
from guidewright.workflow.model import (
    BaseKind,
    Graph,
    State,
    StateKind,
    Timer,
    Transition,
    Trigger,
)
from guidewright.workflow.reader import read_workflow

EVENTS = ("begin now", "wait.for", "stop", "go_on")
TOLD = "told"  # an event inside: what listens to it leads forward
ABORTS = ("abort 1", "abort 2", "abort 3")  # events of exceptions; nothing inside hears them
FLAGS = ("is ill", "warned", "x")
ANSWER = "the answer"  # a decision whose value is set by the test
VALUES = ("yes", "no", 3)

Document = dict[str, Any]


def graph_of(document: Mapping[str, Any]) -> Graph:
    """Return the graph of a document, by way of its text."""
    return read_workflow(workflow_text(document))


def chart(random: Random, *, depth: int = 3, plain: bool = False) -> Document:
    """Return a document; a plain one says only what BPMN and SCXML have words for.

    It cites nothing, has no pages, no labels beside names, and no way into the midst of a state.
    """
    return _Maker(random, depth, plain).document()


class _Maker:
    """Names first, then the ways between them."""

    def __init__(self, random: Random, depth: int, plain: bool) -> None:
        self.random = random
        self.plain = plain
        self.depth = depth
        self.order: list[str] = []
        self.around: dict[str, tuple[str, ...]] = {}  # the states around each, outermost first
        self.states: dict[str, Document] = {}
        self.histories: list[str] = []
        self.aborts = list(ABORTS)

    def document(self) -> Document:
        top = self.level((), 0)
        for name in self.order:
            self.ways(name)
        exceptions = {} if self.plain else self.exceptions()
        return {
            **exceptions,
            "workflow": "chart",
            "label": "A chart",
            "initial": next(iter(top)),
            **({} if self.plain else {"phases": {"p": "Page"}}),
            "states": top,
        }

    def level(self, around: tuple[str, ...], depth: int) -> Document:
        """Return the states inside the innermost of `around`; the first is the initial one."""
        count = self.random.randint(2, 4 if depth else 6)
        kinds = ["clinical", "clinical", "task", "decision", "gap"]
        nested = ["compound", "parallel"] if depth < self.depth else []
        found: Document = {}
        for index in range(count):
            kind = self.random.choice(kinds + nested * 2)
            self.state(found, "final" if index == count - 1 else kind, around, depth)
        return found

    def state(self, into: Document, kind: str, around: tuple[str, ...], depth: int) -> None:
        name = f"s {len(self.order)}" + self.random.choice(["", "?", "-b", "_c", " é"])
        self.order.append(name)
        self.around[name] = around
        inner = (*around, name)
        made: Document = {"kind": "clinical" if kind == "compound" else kind}
        into[name] = self.states[name] = made
        if not depth and not self.plain:
            made["phase"] = "p"
        if self.random.random() < 0.3 and not self.plain:
            made["label"] = f"State <{name}> & more"
        if kind == "compound":
            made["states"] = self.level(inner, depth + 1)
            made["initial"] = next(iter(made["states"]))
        elif kind == "parallel":
            made["states"] = {}
            for _ in range(2):
                self.state(made["states"], "compound", inner, depth + 1)
        if kind in ("compound", "parallel") and not self.plain:
            if self.random.random() < 0.4:
                self.history(made, inner)
            made.update(self.exceptions())
        elif kind == "task":
            made["task"] = "inform"
        elif kind == "decision":
            made["decision"] = ANSWER

    def history(self, made: Document, inner: tuple[str, ...]) -> None:
        """Add a history state; what it leads to the first time is up to the state around it."""
        name = f"h {len(self.histories)}"
        self.histories.append(name)
        made["states"][name] = {
            "kind": "history",
            "depth": self.random.choice(["shallow", "deep"]),
        }

    def exceptions(self) -> Document:
        """Return an exception on an event that nothing else hears, or nothing."""
        if not self.aborts or self.random.random() < 0.6:
            return {}
        return {"exceptions": [{"event": self.aborts.pop(), "to": self.order[0]}]}

    def ways(self, name: str) -> None:
        made = self.states[name]
        kind = made["kind"]
        forward = self.beside(name, self.forward(name))
        if kind == "decision":
            made["branches"] = {value: self.random.choice(forward) for value in VALUES[:2]}
            made["otherwise"] = self.random.choice(forward)
            made["null"] = self.random.choice(forward)
        if not self.plain and self.random.random() < 0.2:
            made["raises"] = [TOLD]
        if kind not in ("final", "decision"):
            made["transitions"] = [
                self.transition(name, forward) for _ in range(self.random.randint(0, 2))
            ]
            if kind == "gap":
                made["transitions"] = [each for each in made["transitions"] if "event" in each]
            elif kind == "task" or self.random.random() < 0.6:
                made["next"] = self.random.choice(forward)
            if not made["transitions"]:
                del made["transitions"]

    def transition(self, name: str, forward: list[str]) -> Document:
        guard = self.random.choice(FLAGS)
        guard = self.random.choice([guard, f"not({guard})"])
        if self.random.random() < 0.3:
            return {"when": guard, "to": self.random.choice(forward)}
        if self.random.random() < 0.15 and not self.plain:
            return {"event": TOLD, "to": self.random.choice(forward)}
        made: Document = {
            "event": self.random.choice(EVENTS),
            "to": self.random.choice(self.beside(name, self.order)),
        }
        if self.histories and self.random.random() < 0.2:
            made["to"] = self.random.choice(self.histories)
        if self.random.random() < 0.1 and not self.plain:
            made["raises"] = [TOLD]
        if self.random.random() < 0.3:
            made["when"] = guard
        if self.random.random() < 0.3 and not self.plain:
            made["statements"] = ["S01", "S02, part a"]
        return made

    def forward(self, name: str) -> list[str]:
        """Return later states in the same region: no two regions are mixed without an event."""
        found = []
        for other in self.order[self.order.index(name) + 1 :]:
            common = [a for a, b in zip(self.path(name), self.path(other), strict=False) if a == b]
            if name in self.around[other] or other == name:
                continue
            if not common or self.states[common[-1]]["kind"] != "parallel":
                found.append(other)
        return found

    def beside(self, name: str, names: list[str]) -> list[str]:
        """Return, for a plain chart, the names that stand beside a state or one around it."""
        if not self.plain:
            return names
        around = self.path(name)
        regions = {n for n in self.order if self.states[n]["kind"] == "parallel"}
        return [
            other
            for other in names
            if self.around[other] == around[: len(self.around[other])]
            and len(self.around[other]) < len(around)
            and not regions.intersection(self.around[other][-1:])
        ]

    def path(self, name: str) -> tuple[str, ...]:
        return (*self.around[name], name)


# graphs as documents ----------------------------------------------------------------------------


def document_of(graph: Graph) -> Document:
    """Return what a graph says as the data of a workflow.yaml; places are left out."""
    return _without_nothing(
        {
            "workflow": graph.name,
            "label": graph.label if graph.label != graph.name else None,
            "description": graph.description,
            "initial": graph.initial,
            "phases": {phase.name: phase.label for phase in graph.phases},
            "zone": graph.zone.name if graph.zone else None,
            "compute": {item.name: item.expression.text for item in graph.compute},
            "exceptions": [_way(way) for way in graph.exceptions],
            "states": {name: _state(graph, graph.state(name)) for name in graph.top},
        }
    )


def _state(graph: Graph, state: State) -> Document:
    parent = graph.state(state.parent) if state.parent is not None else None
    task, ask = state.task, state.ask
    awaits: Any = [str(name) for name in task.awaits.names] if task and task.awaits else None
    if task and task.awaits and task.awaits.any:
        awaits = {"any": awaits}
    return _without_nothing(
        {
            "kind": state.kind.value,
            "label": state.label if state.label != state.name else None,
            "description": state.description,
            "phase": state.phase if parent is None or parent.phase != state.phase else None,
            "task": task.kind.value if task else None,
            "awaits": awaits,
            "decision": ask.decision.name if ask else None,
            "output": ask.output.name if ask and ask.output else None,
            "timer": _timer(state.timer) if state.timer else None,
            "initial": state.initial,
            "depth": state.depth.value if state.depth else None,
            "file": state.file.name if state.file else None,
            "raises": [str(name) for name in state.raises],
            "compute": {item.name: item.expression.text for item in state.compute},
            "exceptions": [_way(way) for way in state.exceptions],
            "statements": [str(name) for name in state.statements],
            "ambiguities": [str(name) for name in state.ambiguities],
            **_ways(state),
            "states": {
                name: _state(graph, graph.state(name))
                for name in (*state.histories, *state.children)
            },
        }
    )


def _ways(state: State) -> Document:
    found: Document = {"branches": {}, "transitions": []}
    for transition in state.transitions:
        way = _way(transition)
        match transition.trigger:
            case Trigger.VALUE:
                found["branches"][str(transition.value), type(transition.value)] = way
            case Trigger.NULL | Trigger.SEVERAL | Trigger.OTHERWISE:
                found[transition.trigger.value] = way
            case _ if _is_next(state, transition):
                found["next"] = way
            case _:
                found["transitions"].append(way)
    return found


def _is_next(state: State, transition: Transition) -> bool:
    if transition.trigger is Trigger.DONE:
        return True
    if transition.trigger is Trigger.DEFAULT:
        return True
    plain = transition.trigger is Trigger.ALWAYS and transition.when is None
    return plain and state.kind is StateKind.CLINICAL


def _way(transition: Transition) -> Document:
    return _without_nothing(
        {
            "event": str(transition.event) if transition.event else None,
            "timer": transition.phase.value if transition.phase else None,
            "when": transition.when.text if transition.when else None,
            "to": transition.target.name,
            "label": transition.label,
            "raises": [str(name) for name in transition.raises],
            "statements": [str(name) for name in transition.statements],
            "ambiguities": [str(name) for name in transition.ambiguities],
        }
    )


def _timer(timer: Timer) -> Document:
    base = timer.base
    return _without_nothing(
        {
            "trigger": {base.kind.value: base.name} if base.kind is not BaseKind.ENTRY else None,
            "when": timer.when.text if timer.when else None,
            "due": [each.text for each in timer.due],
            **{
                word: each.text
                for word in ("overdue", "expire", "repeat", "until_after")
                if (each := getattr(timer, word)) is not None
            },
            "until_when": timer.until_when.text if timer.until_when else None,
            "statements": [str(name) for name in timer.statements],
        }
    )


def _without_nothing(found: Document) -> Document:
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def leaves(document: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    """Yield every state with its name, outer ones first."""
    for name, made in document.get("states", {}).items():
        yield name, made
        yield from leaves(made)
