"""Generated statecharts, run by `step` and by python-statemachine: the same way through both?

Run `python tests/workflow/differential.py --count 2000` for the full count; the test takes fewer.
A chart and a sequence of events come from one number. Compared after every event: the active
states, and the order in which states were left and entered.

The other implementation serves as oracle, repaired where it departs from W3C SCXML 1.0:

* it numbers states by level; entry and exit follow the order of the document (3.13);
* it asks the innermost states as they were entered, not in the order of the document (appendix D,
  selectTransitions: `atomicStates = ….sort(documentOrder)`);
* a deep history state remembers all states inside; it should be the innermost only (3.10, appendix
  D, exitStates: `isAtomicState(s0) and isDescendant(s0, s)`);
* the content of a transition to a history state runs twice; only the content of the history state's
  own transition belongs to the default entry (appendix D, enterStates: defaultHistoryContent);
* a way through a history state enters again what is around its target and was not left, as the
  algorithm of appendix D has it; an entry set has only what is not active or is left (3.13).

Of what differs on purpose (docs/workflow-format.md), guards that are no boolean, events that nobody
expects, and parallel states directly inside parallel states that complete are not generated. A
`done.state` event that was raised before its state was left still counts in SCXML (3.13, the queue
is never cleared): where that makes a difference, both must agree with `step` made to do the same.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from statemachine.engines.sync import SyncEngine
from statemachine.io.scxml.processor import SCXMLProcessor
from statemachine.orderedset import OrderedSet
from workflow_stub import Stub, at

from guidewright.errors import CallError, ResourceError
from guidewright.workflow.draft import Draft
from guidewright.workflow.evaluator import BoundGraph, StepLimits
from guidewright.workflow.events import Data, Event, Signal, Start
from guidewright.workflow.reader import read_workflow
from guidewright.workflow.step import begin, step

SEED = 20_260_101
MOST_STATES = 16
EVENTS = ("e0", "e1", "e2", "i0", "i1")  # the last two are also raised inside
INTERNAL = ("i0", "i1")
GUARDS = ("g0", "g1", "g2")
STEPS = 10


# the chart ---------------------------------------------------------------------------------------


@dataclass
class Way:
    """A transition: on an event, by itself, or when its state is complete."""

    target: str
    event: str | None = None
    guard: tuple[str, bool] | None = None
    raises: list[str] = field(default_factory=list)
    done: bool = False


@dataclass
class Node:
    """A state; `history` is `shallow` or `deep` for a history state."""

    name: str
    kind: str  # leaf, compound, parallel, final, history
    children: list[Node] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    raises: list[str] = field(default_factory=list)
    history: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield the state and those inside it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def places(self) -> list[Node]:
        """The states inside that can be active."""
        return [child for child in self.children if child.kind != "history"]


@dataclass
class Case:
    """A chart, and what happens: guards that change, then an event."""

    number: int
    top: list[Node]
    guards: dict[str, bool]
    steps: list[tuple[dict[str, bool], str]]

    @property
    def nodes(self) -> list[Node]:
        """All states, in document order."""
        return [node for top in self.top for node in top.walk()]


def generated(number: int) -> Case:
    """Return the case of a number."""
    dice = random.Random(number)
    budget = dice.randint(4, MOST_STATES)
    names = (f"s{index}" for index in range(1000))
    top: list[Node] = []
    while budget > 0:
        node, used = _node(dice, names, budget, depth=0, region=False)
        top.append(node)
        budget -= used
    if top[0].kind == "final":
        top.insert(0, Node(next(names), "leaf"))
    case = Case(number, top, {name: dice.random() < 0.5 for name in GUARDS}, [])
    for node in case.nodes:
        _ways(dice, case, node)
    for _ in range(STEPS):
        changes = {name: dice.random() < 0.5 for name in GUARDS if dice.random() < 0.3}
        case.steps.append((changes, dice.choice(EVENTS)))
    return case


def _node(
    dice: random.Random, names: Iterator[str], budget: int, *, depth: int, region: bool
) -> tuple[Node, int]:
    """Return a state with what is inside, and how many states that are."""
    name = next(names)
    kinds = ["leaf", "leaf", "leaf", "final"]
    if budget > 2 and depth < 4:
        kinds += ["compound", "compound"]
    if budget > 5 and depth < 3:
        kinds += ["parallel", "parallel"]
    kind = dice.choice(kinds)
    if region and kind in ("leaf", "final"):
        kind = "compound"
    if kind in ("leaf", "final"):
        return Node(name, kind), 1
    node, used = Node(name, kind), 1
    count = dice.randint(2, 3)
    for index in range(count):
        share = max(1, (budget - used) // (count - index))
        child, more = _node(dice, names, share, depth=depth + 1, region=kind == "parallel")
        node.children.append(child)
        used += more
    first = node.children[0]
    if kind == "compound" and first.kind == "final" and dice.random() < 0.7:
        first.kind = "leaf"
    if dice.random() < 0.5:
        depth_word = dice.choice(["shallow", "deep"])
        history = Node(next(names), "history", history=depth_word)
        node.children.insert(dice.randint(0, len(node.children)), history)
        used += 1
    return node, used


def _ways(dice: random.Random, case: Case, node: Node) -> None:
    """Draw the transitions of a state, and what it raises."""
    everywhere = [other.name for other in case.nodes]
    if node.kind == "history":
        outer = next(other for other in case.nodes if node in other.children)
        inside = [each.name for each in outer.walk() if each is not outer]
        kinds = {each.name: each.kind for each in outer.walk()}
        node.ways.append(Way(dice.choice([name for name in inside if kinds[name] != "history"])))
        return
    if dice.random() < 0.12:
        node.raises.append(dice.choice(INTERNAL))
    if node.kind == "final":
        return
    for _ in range(dice.choice([0, 1, 2, 2, 3])):
        guard = (dice.choice(GUARDS), dice.random() < 0.5) if dice.random() < 0.4 else None
        event = dice.choice(EVENTS) if guard is None or dice.random() < 0.7 else None
        raises = [dice.choice(INTERNAL)] if dice.random() < 0.15 else []
        node.ways.append(Way(dice.choice(everywhere), event, guard, raises))
    beside = node.kind == "parallel" and any(child.kind == "parallel" for child in node.children)
    if node.places and not beside and dice.random() < 0.6:
        node.ways.append(Way(dice.choice(everywhere), done=True))


# as workflow.yaml --------------------------------------------------------------------------------


def as_workflow(case: Case) -> str:
    """Return the chart as this project writes it; JSON is YAML."""
    whole = {"workflow": "chart", "initial": case.top[0].name, "states": _states(case.top)}
    return json.dumps(whole, indent=1)


def _states(nodes: list[Node]) -> dict[str, Any]:
    return {node.name: _state(node) for node in nodes}


def _state(node: Node) -> dict[str, Any]:
    if node.kind == "history":
        return {"kind": "history", "depth": node.history, "next": node.ways[0].target}
    kinds = {"leaf": "clinical", "compound": "clinical"}
    found: dict[str, Any] = {"kind": kinds.get(node.kind, node.kind)}
    found |= {"raises": node.raises} if node.raises else {}
    if node.kind == "final":
        return found
    found["transitions"] = [_transition(way) for way in node.ways if not way.done]
    for way in node.ways:
        if way.done:
            found["next"] = {"to": way.target}
    if node.children:
        found["states"] = _states(node.children)
    if node.kind == "compound":
        found["initial"] = node.places[0].name
    return found


def _transition(way: Way) -> dict[str, Any]:
    found: dict[str, Any] = {"to": way.target}
    found |= {"event": way.event} if way.event else {}
    found |= {"when": f'{way.guard[0]} {"" if way.guard[1] else "!"}= "t"'} if way.guard else {}
    return found | ({"raises": way.raises} if way.raises else {})


# as SCXML ----------------------------------------------------------------------------------------


def as_scxml(case: Case) -> str:
    """Return the chart as SCXML."""
    values = _texts(case.guards).items()
    data = "".join(f"<data id='{name}' expr=\"'{value}'\"/>" for name, value in values)
    inner = "".join(map(_element, case.top))
    space = 'xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript"'
    first = case.top[0].name
    return f'<scxml {space} initial="{first}"><datamodel>{data}</datamodel>{inner}</scxml>'


def _element(node: Node) -> str:
    if node.kind == "history":
        target = quoteattr(node.ways[0].target)
        default = f"<transition target={target}/>"
        return f'<history id="{node.name}" type="{node.history}">{default}</history>'
    tag = {"leaf": "state", "compound": "state"}.get(node.kind, node.kind)
    first = f' initial="{node.places[0].name}"' if node.kind == "compound" else ""
    raised = "".join(f'<raise event="{name}"/>' for name in node.raises)
    entry = f"<onentry>{raised}</onentry>" if raised else ""
    ways = "".join(_arc(node, way) for way in node.ways)
    inner = "".join(map(_element, node.children))
    return f'<{tag} id="{node.name}"{first}>{entry}{ways}{inner}</{tag}>'


def _arc(node: Node, way: Way) -> str:
    event = f"done.state.{node.name}" if way.done else way.event
    attributes = f' event="{event}"' if event else ""
    if way.guard:
        sign = "==" if way.guard[1] else "!="
        attributes += f" cond={quoteattr(f'{way.guard[0]} {sign} {chr(39)}t{chr(39)}')}"
    inside = any(way.target == inner.name for inner in node.walk() if inner is not node)
    kind = ' type="internal"' if node.kind == "compound" and inside else ""
    raised = "".join(f'<raise event="{name}"/>' for name in way.raises)
    return f'<transition{attributes}{kind} target="{way.target}">{raised}</transition>'


# both at work ------------------------------------------------------------------------------------

Told = tuple[tuple[str, ...], tuple[str, ...]]  # left and entered, in order; active after it


class Endless(BaseException):
    """The oracle does not come to rest."""


class Watched(set[str]):
    """The active states of a draft; tells what is left and entered."""

    def __init__(self, names: set[str], log: list[str]) -> None:
        super().__init__(names)
        self.log = log

    def add(self, name: str) -> None:
        super().add(name)
        self.log.append(f"+{name}")

    def discard(self, name: str) -> None:
        super().discard(name)
        self.log.append(f"-{name}")


def ours(case: Case, *, keep_completions: bool = False) -> list[Told]:
    """Run a case with `step`; what follows an event without end is cut off.

    With `keep_completions` a state that is left stays complete, as in SCXML.
    """
    graph = read_workflow(as_workflow(case))
    bound = BoundGraph(graph, Stub(), StepLimits(microsteps=100))
    log: list[str] = []
    made, forget = Draft.of, Draft.forget_completion

    def watched(*args: Any) -> Draft:
        draft = made(*args)
        draft.active = Watched(draft.active, log)
        return draft

    told: list[Told] = []
    Draft.of = watched  # type: ignore[method-assign]
    if keep_completions:
        Draft.forget_completion = lambda draft, name: None  # type: ignore[method-assign]
    try:
        now = at("2025-01-01")
        instance, _ = step(bound, begin(bound), Start(now, _texts(case.guards)))
        told.append((tuple(log), instance.configuration))
        for changes, name in case.steps:
            log.clear()
            events: list[Event] = [Data(now, _texts(changes))] if changes else []
            for event in (*events, Signal(now, name)):
                try:
                    instance, _ = step(bound, instance, event)
                except CallError:  # nothing listens, or no condition is true
                    continue
            told.append((tuple(log), instance.configuration))
    except ResourceError:
        del case.steps[max(len(told) - 1, 0) :]
    finally:
        Draft.of = made  # type: ignore[method-assign]
        Draft.forget_completion = forget  # type: ignore[method-assign]
    return told


def _texts(guards: dict[str, bool]) -> dict[str, Any]:
    return {name: "t" if value else "f" for name, value in guards.items()}


class Listener:
    """Tells what the oracle leaves and enters."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def on_enter_state(self, target: Any, **_: Any) -> None:
        self.log.append(f"+{target.id}")
        if len(self.log) > 2_000:
            raise Endless

    def on_exit_state(self, source: Any, **_: Any) -> None:
        self.log.append(f"-{source.id}")


class Repaired(SyncEngine):
    """The oracle's engine, as SCXML has it; see the first lines of this file."""

    def __init__(self, machine: Any, deep: frozenset[str]) -> None:
        super().__init__(machine)
        self.deep = deep

    def _prepare_exit_states(self, enabled_transitions: Any) -> Any:
        prepared = super()._prepare_exit_states(enabled_transitions)
        for name, states in self.sm.history_values.items():
            if name in self.deep:
                self.sm.history_values[name] = [state for state in states if state.is_atomic]
        return prepared

    def _select_transitions(self, trigger_data: Any, predicate: Any) -> Any:
        inner = (state for state in self.sm.configuration if state.is_atomic)
        found = OrderedSet[Any]()
        for state in sorted(inner, key=lambda s: s.document_order):
            way = self._first_transition_that_matches(state, trigger_data, predicate)
            if way is not None:
                found.add(way)
        return self._filter_conflicting_transitions(found)

    def compute_entry_set(
        self, transitions: Any, states_to_enter: Any, default_entry: Any, history_content: Any
    ) -> None:
        super().compute_entry_set(transitions, states_to_enter, default_entry, history_content)
        history_content.clear()  # no history state of a generated chart has content
        for info in list(states_to_enter):
            if info.state in self.sm.configuration:
                states_to_enter.discard(info)


def _number(states: Any, order: dict[str, int]) -> None:
    """Give the oracle's states their place in the document; it counts by levels otherwise."""
    for state in states:
        state.document_order = order[state.id]
        _number(state.states, order)


def theirs(case: Case) -> list[Told]:
    """Run a case with the oracle."""
    processor = SCXMLProcessor(trusted=True)
    processor.parse_scxml("chart", as_scxml(case))
    order = {node.name: index for index, node in enumerate(case.nodes, 1)}
    chart = processor.scs["chart"]
    deep = frozenset(node.name for node in case.nodes if node.history == "deep")
    chart._get_engine = lambda self: Repaired(self, deep)
    _number(chart.states, order)
    listener = Listener()
    machine = processor.start(listeners=[listener])

    def now() -> Told:
        active = sorted((state.id for state in machine.configuration), key=order.__getitem__)
        return tuple(listener.log), tuple(active)

    told = [now()]
    for changes, name in case.steps:
        listener.log.clear()
        for guard, value in _texts(changes).items():
            setattr(machine.model, guard, value)
        if machine._engine.running:
            machine.send(name)
        told.append(now())
    return told


# many ---------------------------------------------------------------------------------------------


@dataclass
class Report:
    """How many were compared, and what differed."""

    counts: Counter[str] = field(default_factory=Counter)
    different: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        return ", ".join(f"{name}: {number}" for name, number in self.counts.items())


def compared(count: int, seed: int = SEED) -> Report:
    """Compare `count` charts that come to rest at their start, from the number `seed` on."""
    report, number = Report(), seed
    while report.counts["charts"] < count:
        case = generated(number)
        number += 1
        told = ours(case)
        if not told:
            report.counts["left out: endless at the start"] += 1
            continue
        _compare(case, told, report)
        _count(case, told, report.counts)
    return report


def _compare(case: Case, told: list[Told], report: Report) -> None:
    if _same(case, told):
        return
    kept = ours(case, keep_completions=True)
    if kept and _same(case, kept):
        report.counts["differ by done.state events kept (SCXML 3.13)"] += 1
    else:
        report.different.append(case.number)


def _same(case: Case, told: list[Told]) -> bool:
    try:
        return theirs(case) == told
    except Endless:
        return False


def _count(case: Case, told: list[Told], counts: Counter[str]) -> None:
    nodes = case.nodes
    ways = [way for node in nodes for way in node.ways]
    counts["charts"] += 1
    counts["states"] += len(nodes)
    counts["events"] += len(told) - 1
    counts["states left or entered"] += sum(len(log) for log, _ in told)
    counts["with nesting"] += any(child.children for node in nodes for child in node.children)
    for name, found in (
        ("with parallel states", any(node.kind == "parallel" for node in nodes)),
        ("with history", any(way.target == n.name for n in nodes if n.history for way in ways)),
        ("with guards", any(way.guard for way in ways)),
        ("with internal events", any(each.raises for each in (*nodes, *ways))),
        ("with completion", any(way.done for way in ways)),
    ):
        counts[name] += found


def main() -> int:
    """Compare as many as asked; exit with 1 when something differs without a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2_000, help="how many charts")
    parser.add_argument("--seed", type=int, default=SEED, help="the first number")
    parser.add_argument("--show", type=int, help="print the chart of one number, both ways")
    asked = parser.parse_args()
    if asked.show is not None:
        case = generated(asked.show)
        print(as_workflow(case), as_scxml(case), sep="\n")
        for event, *both in zip([None, *case.steps], ours(case), theirs(case), strict=False):
            print(event, *both, sep="\n  ")
        return 0
    report = compared(asked.count, asked.seed)
    print(f"seed {asked.seed}; {report}")
    print(f"different: {report.different or 'none'}")
    return 1 if report.different else 0


if __name__ == "__main__":
    sys.exit(main())
