"""Read `workflow.yaml` into a `Graph`, or list everything that is wrong with it.

In: YAML text (the format: `docs/workflow-format.md`). Out: the frozen graph of `workflow.model`.
Raises one `ModelError` with all faults by file:line:column: unknown keys and words, missing keys,
states that are named twice or not at all. What a graph can do wrong beyond its text, such as
states that are never reached, is found by `workflow.checks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from guidewright.errors import Code, did_you_mean
from guidewright.workflow.model import (
    Ask,
    Awaits,
    BaseKind,
    Cited,
    Graph,
    Phase,
    State,
    StateKind,
    Task,
    TaskKind,
    Timer,
    TimerPhase,
    Trigger,
)
from guidewright.workflow.timer_reader import read_timer
from guidewright.workflow.transition_reader import Ways, cited, cited_list
from guidewright.yaml_reader import (
    YamlEntry,
    YamlList,
    YamlMap,
    YamlNode,
    YamlScalar,
    read_yaml,
    read_yaml_file,
)
from guidewright.yaml_shape import Faults, Fields, describe, is_text, root_map

MAX_STATES = 2_000

# The keys each kind of state has beside `kind`, `label`, `description`, `phase`, `statements` and
# `ambiguities`.
KEYS: dict[StateKind, tuple[str, ...]] = {
    StateKind.CLINICAL: ("timer", "transitions", "next", "initial", "states"),
    StateKind.TASK: ("task", "awaits", "timer", "transitions", "next"),
    StateKind.DECISION: ("decision", "output", "branches", "several", "null", "otherwise"),
    StateKind.WAIT: ("timer", "transitions", "next"),
    StateKind.PARALLEL: ("timer", "transitions", "next", "states"),
    StateKind.GAP: ("transitions",),
    StateKind.FINAL: (),
}
_NOT_YET = (StateKind.HISTORY, StateKind.WORKFLOW)
_ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))


def read_workflow_file(path: Path) -> Graph:
    """Read a file; see `read_workflow`."""
    return _read(read_yaml_file(path))


def read_workflow(text: str, name: str = "workflow.yaml") -> Graph:
    """Read a text; `name` is the file that messages point into."""
    return _read(read_yaml(text, name))


def _read(node: YamlNode) -> Graph:
    faults = Faults()
    root = root_map(node, faults, "a workflow")
    if root is None:
        faults.stop()
        raise AssertionError("a fault did not stop the load")
    graph = _Reader(faults).graph(root)
    faults.stop()
    return graph


class _Reader:
    """Collect states in document order, then look at what they refer to."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.states: dict[str, State] = {}
        self.written: set[str] = set()  # also the names of states that could not be read
        self.named_phases: list[Cited] = []

    def graph(self, root: YamlMap) -> Graph:
        fields = Fields(root, self.faults, "the workflow")
        name = fields.text("workflow", required=root.span)
        label = fields.text("label")
        description = fields.text("description")
        initial = cited(fields.scalar("initial", required=root.span))
        phases = self.phases(fields)
        top = self.children(fields, None, None)
        fields.close()
        if initial is not None and initial.name not in top:
            self.unknown_state(initial, f"'initial' of {fields.what}", top)
        graph = Graph(
            name=name or "",
            label=label or name or "",
            description=description,
            initial=initial.name if initial is not None else "",
            phases=phases,
            states=tuple(self.states.values()),
            span=root.span,
        )
        self.references(graph)
        return graph

    def phases(self, fields: Fields) -> tuple[Phase, ...]:
        found: list[Phase] = []
        for entry in fields.entries("phases"):
            if isinstance(entry.value, YamlScalar) and is_text(entry.value):
                found.append(Phase(entry.key.text, entry.value.text.strip(), entry.key.span))
            else:
                text = f"the phase '{entry.key.text}' must have a title, not "
                self.faults.shape(entry.value.span, text + describe(entry.value))
        return tuple(found)

    def children(self, fields: Fields, parent: str | None, phase: str | None) -> tuple[str, ...]:
        """Read the states under `states`; return their names, also of those with faults."""
        node = fields.map_at("states", required=fields.span)
        if node is not None and not node.entries:
            self.faults.shape(node.span, f"{fields.what} has no states")
        entries = node.entries if node is not None else ()
        for entry in entries:
            self.state(entry, parent, phase)
        return tuple(entry.key.text.strip() for entry in entries)

    def state(self, entry: YamlEntry, parent: str | None, phase: str | None) -> None:
        """Read one state and those inside it."""
        name, what = entry.key.text.strip(), f"the state '{entry.key.text}'"
        self.written.add(name)
        if not name:
            self.faults.shape(entry.key.span, "a state needs a name")
            return
        if not isinstance(entry.value, YamlMap):
            self.faults.shape(
                entry.value.span, f"{what} must be a map, not {describe(entry.value)}"
            )
            return
        if name in self.states:
            place = self.states[name].name_span.place.line
            text = f"the state '{name}' is named twice"
            hint = f"first in line {place}; names are unique in the whole file"
            self.faults.add(Code.WORKFLOW_DUPLICATE, entry.key.span, text, hint)
            return
        fields = Fields(entry.value, self.faults, what)
        kind = fields.word("kind", StateKind, required=entry.key.span)
        if kind is None:
            return
        if kind in _NOT_YET:
            self.faults.shape(entry.key.span, f"{what}: the kind '{kind.value}' is not run yet")
            return
        self.states[name] = blank = _blank(name, kind, parent, entry)  # holds its place in order
        if len(self.states) > MAX_STATES:
            self.faults.shape(entry.key.span, f"more than {MAX_STATES} states")
            self.faults.stop()
        self.states[name] = self.filled(blank, fields, phase)

    def filled(self, state: State, fields: Fields, phase: str | None) -> State:
        kind = state.kind
        named = cited(fields.scalar("phase"))
        if named is not None:
            self.named_phases.append(named)
            phase = named.name
        ways = Ways(state.name, self.faults)
        children, initial = self.inside(state, fields, phase)
        timer = read_timer(fields, kind) if "timer" in KEYS[kind] else None
        task = self.task(fields) if kind is StateKind.TASK else None
        ask = self.ask(fields) if kind is StateKind.DECISION else None
        if kind is StateKind.DECISION:
            ways.read_branches(fields)
        if "transitions" in KEYS[kind]:
            ways.read_list(fields)
        if "next" in KEYS[kind]:
            at_once = kind is StateKind.CLINICAL and not children
            ways.read_next(fields, Trigger.ALWAYS if at_once else Trigger.DONE)
        label = fields.text("label") or state.name
        description = fields.text("description")
        statements = cited_list(fields.texts("statements"))
        ambiguities = cited_list(fields.texts("ambiguities"))
        fields.what = f"the {kind.value} state '{state.name}'"
        fields.close(elsewhere=_ALL_KEYS)
        return State(
            name=state.name,
            kind=kind,
            label=label,
            description=description,
            phase=phase,
            parent=state.parent,
            children=children,
            initial=initial,
            task=task,
            ask=ask,
            timer=timer,
            transitions=tuple(ways.found),
            statements=statements,
            ambiguities=ambiguities,
            span=state.span,
            name_span=state.name_span,
        )

    def inside(
        self, state: State, fields: Fields, phase: str | None
    ) -> tuple[tuple[str, ...], str | None]:
        """Read the states inside a state, and which of them is entered first."""
        if state.kind is StateKind.PARALLEL:
            return self.children(fields, state.name, phase), None
        if state.kind is not StateKind.CLINICAL or fields.node.get("states") is None:
            fields.asked.extend(["states"] if state.kind is StateKind.CLINICAL else [])
            return (), None
        children = self.children(fields, state.name, phase)
        initial = cited(fields.scalar("initial", required=state.name_span))
        if initial is not None and initial.name not in children:
            self.unknown_state(initial, f"'initial' of {fields.what}", children)
        return children, initial.name if initial is not None else None

    def task(self, fields: Fields) -> Task | None:
        kind = fields.word("task", TaskKind, required=fields.span)
        awaits = self.awaits(fields)
        return Task(kind, awaits) if kind is not None else None

    def awaits(self, fields: Fields) -> Awaits | None:
        """Read `awaits`: a list (all of them), or `{any: [...]}`."""
        node = fields.take("awaits")
        if node is None:
            return None
        if isinstance(node, YamlMap):
            inner = Fields(node, self.faults, f"'awaits' of {fields.what}")
            names = cited_list(inner.texts("any", required=node.span))
            inner.close()
            return Awaits(names, any=True)
        if isinstance(node, YamlList):
            if not node.items:
                self.faults.shape(node.span, f"'awaits' of {fields.what} names no data")
            return Awaits(cited_list(fields.texts("awaits")), any=False)
        text = f"'awaits' of {fields.what} must be a list or {{any: [...]}}, not {describe(node)}"
        self.faults.shape(node.span, text)
        return None

    def ask(self, fields: Fields) -> Ask | None:
        decision = cited(fields.scalar("decision", required=fields.span))
        output = cited(fields.scalar("output"))
        return Ask(decision, output) if decision is not None else None

    # what refers to what -------------------------------------------------------------------------

    def references(self, graph: Graph) -> None:
        phases = [phase.name for phase in graph.phases]
        for named in self.named_phases:
            if named.name not in phases:
                hint = did_you_mean(named.name, phases) or "known phases: " + ", ".join(phases)
                self.faults.shape(named.span, f"there is no phase '{named.name}'", hint)
        for state in graph.states:
            for transition in state.transitions:
                if transition.target.name not in self.written:
                    self.unknown_state(transition.target, f"the state '{state.name}'", self.written)
            self.timer(state, state.timer)
            if state.parallel:
                self.regions(state)

    def unknown_state(self, target: Cited, what: str, known: Iterable[str]) -> None:
        hint = did_you_mean(target.name, sorted(known))
        if target.name in self.written:
            hint = "it must stand directly inside"
        text = f"{what} names the unknown state '{target.name}'"
        self.faults.add(Code.WORKFLOW_STATE, target.span, text, hint)

    def timer(self, state: State, timer: Timer | None) -> None:
        """Report a base that is no state, and transitions on what the timer never becomes."""
        becomes = set[TimerPhase]()
        if timer is not None:
            if timer.base.kind is BaseKind.ENTERED and timer.base.name not in self.written:
                named = Cited(timer.base.name, timer.base.span)
                self.unknown_state(named, f"the timer of the state '{state.name}'", self.written)
            becomes.add(TimerPhase.DUE)
            becomes.update([TimerPhase.OVERDUE] if timer.overdue else [])
            becomes.update([TimerPhase.EXPIRED] if timer.expire else [])
        for transition in state.transitions:
            if transition.phase is not None and transition.phase not in becomes:
                text = f"the timer of the state '{state.name}' is never {transition.phase.value}"
                if timer is None:
                    text = f"the state '{state.name}' has no timer"
                self.faults.add(Code.WORKFLOW_TIMER, transition.span, text)

    def regions(self, state: State) -> None:
        for name in state.children:
            child = self.states.get(name)
            if child is not None and child.atomic:
                text = f"the region '{name}' of the parallel state '{state.name}' has no states"
                hint = "a region is a clinical or parallel state with states inside"
                self.faults.add(Code.YAML_SHAPE, child.name_span, text, hint)


def _blank(name: str, kind: StateKind, parent: str | None, entry: YamlEntry) -> State:
    return State(
        name=name,
        kind=kind,
        label=name,
        description=None,
        phase=None,
        parent=parent,
        children=(),
        initial=None,
        task=None,
        ask=None,
        timer=None,
        transitions=(),
        statements=(),
        ambiguities=(),
        span=entry.value.span,
        name_span=entry.key.span,
    )
