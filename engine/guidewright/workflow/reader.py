"""Read `workflow.yaml` and the files it is made of into a `Graph`, or list everything wrong.

In: YAML texts (the format: `docs/workflow-format.md`). Out: the frozen graph of `workflow.model`.
Raises one `ModelError` with all faults by file:line:column: unknown keys and words, missing keys,
states that are named twice or not at all. A sub-workflow is another file of the same folder; its
states get the name of the state that holds them as a prefix. What a graph can do wrong beyond its
text, such as states that are never reached, is found by `workflow.checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from guidewright.errors import Code, ModelError
from guidewright.workflow.model import (
    ANYWHERE,
    BaseKind,
    Cited,
    Computed,
    Graph,
    HistoryDepth,
    Phase,
    State,
    StateKind,
    Timer,
    Transition,
    Trigger,
)
from guidewright.workflow.references import (
    Names,
    check_computed,
    check_references,
    unknown_state,
)
from guidewright.workflow.state_reader import read_ask, read_compute, read_task, read_zone
from guidewright.workflow.timer_reader import read_timer
from guidewright.workflow.transition_reader import Ways, cited, cited_list
from guidewright.yaml_reader import (
    YamlEntry,
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
_HOLDS = ("compute", "raises", "timer", "exceptions", "transitions", "next")
KEYS: dict[StateKind, tuple[str, ...]] = {
    StateKind.CLINICAL: (*_HOLDS, "initial", "states"),
    StateKind.TASK: ("compute", "raises", "task", "awaits", "timer", "transitions", "next"),
    StateKind.DECISION: (
        *("compute", "raises", "decision", "output", "branches", "several", "null", "otherwise"),
    ),
    StateKind.WAIT: ("compute", "raises", "timer", "transitions", "next"),
    StateKind.PARALLEL: (*_HOLDS, "states"),
    StateKind.GAP: ("compute", "raises", "transitions"),
    StateKind.FINAL: ("raises",),
    StateKind.HISTORY: ("depth", "next"),
    StateKind.WORKFLOW: (*_HOLDS, "file"),
}
_ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))


def read_workflow_file(path: Path) -> Graph:
    """Read a file; sub-workflows are files beside it. See `read_workflow`."""
    return _read(read_yaml_file(path), _Files(path.name, path.parent, {}))


def read_workflow(
    text: str, name: str = "workflow.yaml", files: Mapping[str, str] | None = None
) -> Graph:
    """Read a text; `name` is the file that messages point into, `files` are its sub-workflows."""
    return _read(read_yaml(text, name), _Files(name, None, files or {}))


def _read(node: YamlNode, files: _Files) -> Graph:
    faults = Faults()
    root = root_map(node, faults, "a workflow")
    if root is None:
        faults.stop()
        raise AssertionError("a fault did not stop the load")
    graph = _Reader(faults, files, (files.first,), Names("", {}, set())).graph(root)
    faults.stop()
    return graph


class _Files:
    """The files a workflow is made of: in a folder, or given as texts."""

    def __init__(self, first: str, folder: Path | None, texts: Mapping[str, str]) -> None:
        self.first = first
        self.folder = folder
        self.texts = texts
        self.used: dict[str, None] = {}

    def read(self, named: Cited) -> YamlNode:
        """Return the tree of a file; raise `ModelError` when it cannot be read."""
        self.used[named.name] = None
        if self.folder is not None:
            return read_yaml_file(self.folder / named.name)
        if named.name not in self.texts:
            faults = Faults()
            faults.add(Code.FILE_MISSING, named.span, f"there is no file '{named.name}'")
            raise ModelError(faults.notes)
        return read_yaml(self.texts[named.name], named.name)


class _Reader:
    """Collect the states of one file in document order, then look at what they refer to."""

    def __init__(self, faults: Faults, files: _Files, chain: tuple[str, ...], names: Names) -> None:
        self.faults = faults
        self.files = files
        self.chain = chain  # the files around this one, and this one
        self.names = names
        self.found_phases: list[Phase] = []

    def graph(self, root: YamlMap) -> Graph:
        """Read the file as a workflow of its own."""
        fields = Fields(root, self.faults, "the workflow")
        zone = read_zone(fields)
        top = self.whole(fields, None, None, ())
        graph = Graph(
            name=top.name or "",
            label=top.label or top.name or "",
            description=top.description,
            initial=top.initial or "",
            phases=tuple(self.found_phases),
            states=tuple(self.names.all.values()),
            span=root.span,
            zone=zone,
            exceptions=top.exceptions,
            compute=top.compute,
            files=tuple(self.files.used),
        )
        self.computed(graph)
        return graph

    def whole(
        self, fields: Fields, parent: str | None, phase: str | None, inside: tuple[str, ...]
    ) -> _Whole:
        """Read what a file says beside its states, the states, and check what they name."""
        required = fields.node.span
        name = fields.text("workflow", required=required)
        label, description = fields.text("label"), fields.text("description")
        initial = self.own(cited(fields.scalar("initial", required=required)))
        self.found_phases.extend(self.phases(fields))
        compute = read_compute(fields)
        exceptions = self.exceptions(fields, parent if parent is not None else ANYWHERE)
        top = self.children(fields, parent, phase)
        fields.close()
        if initial is not None:
            self.first(initial, f"'initial' of {fields.what}", top)
        phases = dict.fromkeys(each.name for each in self.found_phases)
        check_references(self.names, [*inside, *phases], exceptions, self.faults)
        return _Whole(
            name=name,
            label=label,
            description=description,
            initial=initial.name if initial is not None else None,
            exceptions=exceptions,
            compute=compute,
            children=top,
        )

    def phases(self, fields: Fields) -> Iterator[Phase]:
        for entry in fields.entries("phases"):
            if isinstance(entry.value, YamlScalar) and is_text(entry.value):
                yield Phase(entry.key.text, entry.value.text.strip(), entry.key.span)
            else:
                text = f"the phase '{entry.key.text}' must have a title, not "
                self.faults.shape(entry.value.span, text + describe(entry.value))

    def own(self, named: Cited | None) -> Cited | None:
        """Return a name of this file as the graph knows it."""
        return replace(named, name=self.names.prefix + named.name) if named is not None else None

    def first(self, initial: Cited, what: str, children: tuple[str, ...]) -> None:
        """Report an initial state that is not directly inside, or is no place to be in."""
        state = self.names.all.get(initial.name)
        if initial.name not in children:
            known = map(self.names.local, children)
            unknown_state(initial, what, known, self.names, self.faults)
        elif state is not None and state.kind is StateKind.HISTORY:
            text = f"{what} is a history state: at first there is nothing to come back to"
            self.faults.add(Code.WORKFLOW_STATE, initial.span, text)

    def children(self, fields: Fields, parent: str | None, phase: str | None) -> tuple[str, ...]:
        """Read the states under `states`; return their names, also of those with faults."""
        node = fields.map_at("states", required=fields.span)
        if node is not None and not node.entries:
            self.faults.shape(node.span, f"{fields.what} has no states")
        entries = node.entries if node is not None else ()
        for entry in entries:
            self.state(entry, parent, phase)
        return tuple(self.names.prefix + entry.key.text.strip() for entry in entries)

    def state(self, entry: YamlEntry, parent: str | None, phase: str | None) -> None:
        """Read one state and those inside it."""
        name, what = entry.key.text.strip(), f"the state '{entry.key.text}'"
        full = self.names.prefix + name
        self.names.written.add(full)
        if not name:
            self.faults.shape(entry.key.span, "a state needs a name")
            return
        if not isinstance(entry.value, YamlMap):
            self.faults.shape(
                entry.value.span, f"{what} must be a map, not {describe(entry.value)}"
            )
            return
        states = self.names.all
        if full in states:
            place = states[full].name_span.place.line
            text = f"the state '{name}' is named twice"
            hint = f"first in line {place}; names are unique in the whole file"
            self.faults.add(Code.WORKFLOW_DUPLICATE, entry.key.span, text, hint)
            return
        fields = Fields(entry.value, self.faults, what)
        kind = fields.word("kind", StateKind, required=entry.key.span)
        if kind is None:
            return
        states[full] = blank = _blank(full, name, kind, parent, entry)  # its place in the order
        self.names.own.append(full)
        if len(states) > MAX_STATES:
            self.faults.shape(entry.key.span, f"more than {MAX_STATES} states")
            self.faults.stop()
        states[full] = self.filled(blank, fields, phase)

    def filled(self, state: State, fields: Fields, phase: str | None) -> State:
        kind = state.kind
        named = cited(fields.scalar("phase"))
        if named is not None:
            self.names.phases.append(named)
            phase = named.name
        compute = read_compute(fields) if "compute" in KEYS[kind] else ()
        inner = self.inside(state, fields, phase)
        timer = read_timer(fields, kind) if "timer" in KEYS[kind] else None
        exceptions = self.exceptions(fields, state.name) if "exceptions" in KEYS[kind] else ()
        if exceptions and not inner.children:
            hint = "write it under 'transitions'"
            text = f"{fields.what} has nothing inside that an exception could interrupt"
            self.faults.shape(fields.key_span("exceptions"), text, hint)
        ways = self.ways(state, fields, at_once=not inner.children)
        raises = cited_list(fields.texts("raises")) if "raises" in KEYS[kind] else ()
        task = read_task(fields) if kind is StateKind.TASK else None
        ask = read_ask(fields) if kind is StateKind.DECISION else None
        depth = fields.word("depth", HistoryDepth) if kind is StateKind.HISTORY else None
        label = fields.text("label") or inner.label or state.label
        description = fields.text("description") or inner.description
        statements = cited_list(fields.texts("statements"))
        ambiguities = cited_list(fields.texts("ambiguities"))
        fields.what = f"the {kind.value} state '{state.label}'"
        fields.close(elsewhere=_ALL_KEYS)
        histories = tuple(name for name in inner.children if self.is_history(name))
        return replace(
            state,
            label=label,
            description=description,
            phase=phase,
            children=tuple(name for name in inner.children if name not in histories),
            initial=inner.initial,
            task=task,
            ask=ask,
            timer=self.owned_timer(timer),
            transitions=ways,
            statements=statements,
            ambiguities=ambiguities,
            depth=(depth or HistoryDepth.SHALLOW) if kind is StateKind.HISTORY else None,
            histories=histories,
            exceptions=(*exceptions, *inner.renumbered(len(exceptions))),
            compute=(*compute, *inner.compute),
            raises=raises,
            file=inner.file,
        )

    def is_history(self, name: str) -> bool:
        state = self.names.all.get(name)
        return state is not None and state.kind is StateKind.HISTORY

    # ways and timers -----------------------------------------------------------------------------

    def ways(self, state: State, fields: Fields, *, at_once: bool) -> tuple[Transition, ...]:
        """Read the ways out of a state, `exceptions` left aside."""
        kind, ways = state.kind, Ways(state.name, self.faults)
        if kind is StateKind.DECISION:
            ways.read_branches(fields)
        if "transitions" in KEYS[kind]:
            ways.read_list(fields)
        if kind is StateKind.HISTORY:
            ways.read_next(fields, Trigger.DEFAULT)
        elif "next" in KEYS[kind]:
            on = kind is StateKind.CLINICAL and at_once
            ways.read_next(fields, Trigger.ALWAYS if on else Trigger.DONE)
        return tuple(map(self.owned_way, ways.found))

    def exceptions(self, fields: Fields, source: str) -> tuple[Transition, ...]:
        ways = Ways(source, self.faults)
        ways.read_exceptions(fields)
        return tuple(map(self.owned_way, ways.found))

    def owned_way(self, way: Transition) -> Transition:
        target = self.own(way.target)
        return replace(way, target=target) if target is not None else way

    def owned_timer(self, timer: Timer | None) -> Timer | None:
        if timer is None or timer.base.kind is not BaseKind.ENTERED:
            return timer
        base = replace(timer.base, name=self.names.prefix + timer.base.name)
        return replace(timer, base=base)

    # what is inside ------------------------------------------------------------------------------

    def inside(self, state: State, fields: Fields, phase: str | None) -> _Whole:
        """Read the states inside a state, and which of them is entered first."""
        if state.kind is StateKind.PARALLEL:
            return _Whole(children=self.children(fields, state.name, phase))
        if state.kind is StateKind.WORKFLOW:
            return self.other_file(state, fields, phase)
        if state.kind is not StateKind.CLINICAL or fields.node.get("states") is None:
            fields.asked.extend(["states"] if state.kind is StateKind.CLINICAL else [])
            return _Whole()
        children = self.children(fields, state.name, phase)
        initial = self.own(cited(fields.scalar("initial", required=state.name_span)))
        if initial is not None:
            self.first(initial, f"'initial' of {fields.what}", children)
        return _Whole(children=children, initial=initial.name if initial is not None else None)

    def other_file(self, state: State, fields: Fields, phase: str | None) -> _Whole:
        """Read the file of a sub-workflow; its states are inside `state`."""
        file = cited(fields.scalar("file", required=state.name_span))
        if file is None or not self.fits(file):
            return _Whole()
        try:
            node = self.files.read(file)
        except ModelError as error:
            placed = (n if n.span is not None else replace(n, span=file.span) for n in error.notes)
            self.faults.notes.extend(placed)
            return _Whole(file=file)
        root = root_map(node, self.faults, "a workflow")
        if root is None:
            return _Whole(file=file)
        shared = self.names
        names = Names(f"{state.name}/", shared.all, shared.written)
        inner = _Reader(self.faults, self.files, (*self.chain, file.name), names)
        inner_fields = Fields(root, self.faults, f"the workflow in '{file.name}'")
        if root.get("zone") is not None:
            hint = "it belongs into the file that names this one"
            span = inner_fields.key_span("zone")
            self.faults.shape(span, f"{inner_fields.what} cannot have the key 'zone'", hint)
            inner_fields.asked.append("zone")
        around = [each.name for each in self.found_phases]
        whole = inner.whole(inner_fields, state.name, phase, tuple(around))
        self.found_phases.extend(p for p in inner.found_phases if p.name not in around)
        return replace(whole, file=file)

    def fits(self, file: Cited) -> bool:
        """Report the name of a file that is none, or is around this one."""
        if Path(file.name).name != file.name or file.name.startswith(".") or "\\" in file.name:
            text = f"'{file.name}' is not the name of a file beside this one"
            self.faults.shape(file.span, text, "write the name without a folder")
            return False
        if file.name in self.chain:
            ring = " -> ".join((*self.chain[self.chain.index(file.name) :], file.name))
            text = f"the workflow '{file.name}' is inside itself: {ring}"
            self.faults.add(Code.WORKFLOW_STATE, file.span, text, "remove one of these states")
            return False
        return True

    def computed(self, graph: Graph) -> None:
        """Report values that are computed twice where both are known, and tasks that await one."""
        check_computed({}, graph.compute, self.faults)
        for state in graph.states:
            around = {item.name: item for item in graph.computed(state.parent)}
            check_computed(around, state.compute, self.faults)
            awaits = state.task.awaits if state.task is not None else None
            for named in awaits.names if awaits is not None else ():
                if named.name in graph.computed_names:
                    text = f"'{named}' is computed by the workflow, so no task can bring it"
                    hint = "await the data it is computed from"
                    self.faults.add(Code.WORKFLOW_EVENT, named.span, text, hint)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is inside a state: its states, and what a sub-workflow says about the whole of them."""

    children: tuple[str, ...] = ()
    initial: str | None = None
    name: str | None = None
    label: str | None = None
    description: str | None = None
    exceptions: tuple[Transition, ...] = ()
    compute: tuple[Computed, ...] = ()
    file: Cited | None = None

    def renumbered(self, first: int) -> Iterator[Transition]:
        """Yield the exceptions, counted on from `first`."""
        return (replace(way, index=first + index) for index, way in enumerate(self.exceptions))


def _blank(full: str, name: str, kind: StateKind, parent: str | None, entry: YamlEntry) -> State:
    return State(
        name=full,
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
