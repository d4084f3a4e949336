"""Whether what a workflow file names exists: states, phases, what timers count from and become.

In: the states read from one file, and the names that can be used in it. Out: faults. Inside a
sub-workflow names are meant without their prefix, and are written so in messages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from guidewright.errors import Code, did_you_mean
from guidewright.workflow.model import (
    BaseKind,
    Cited,
    Computed,
    State,
    StateKind,
    TimerPhase,
    Transition,
)
from guidewright.yaml_shape import Faults


@dataclass(slots=True)
class Names:
    """The states of one file: `own` are those written in it, `all` also those of the files it uses.

    `written` has the names of all that can be named, also of states that could not be read; all
    begin with `prefix`. `phases` are the phases named by states.
    """

    prefix: str
    all: dict[str, State]
    written: set[str]
    own: list[str] = field(default_factory=list)
    phases: list[Cited] = field(default_factory=list)

    def local(self, name: str) -> str:
        """Return a name as it is written in the file."""
        return name.removeprefix(self.prefix)

    @property
    def known(self) -> list[str]:
        """The names that can be used in the file."""
        return sorted(map(self.local, (n for n in self.written if n.startswith(self.prefix))))


def check_references(
    names: Names, phases: Collection[str], exceptions: Iterable[Transition], faults: Faults
) -> None:
    """Report every name of a file that names nothing."""
    for named in names.phases:
        if named.name not in phases:
            hint = did_you_mean(named.name, phases) or "known phases: " + ", ".join(phases)
            faults.shape(named.span, f"there is no phase '{named.name}'", hint)
    for way in exceptions:
        _target(way, "the workflow", names, faults)
    for state in (names.all[name] for name in names.own if name in names.all):
        what = f"the state '{names.local(state.name)}'"
        for way in (*state.exceptions, *state.transitions):
            if way.target.span.source is way.span.source:
                _target(way, what, names, faults)
        _timer(state, what, names, faults)
        if state.parallel:
            _regions(state, names, faults)
        if state.kind is StateKind.HISTORY:
            _history(state, names, faults)


def unknown_state(
    target: Cited, what: str, known: Iterable[str], names: Names, faults: Faults
) -> None:
    """Report the name of a state that is not among the `known`, as the file writes them."""
    local = names.local(target.name)
    hint = did_you_mean(local, sorted(known))
    if target.name in names.written:
        hint = "it must stand directly inside"
    text = f"{what} names the unknown state '{local}'"
    faults.add(Code.WORKFLOW_STATE, target.span, text, hint)


def check_computed(
    around: Mapping[str, Computed], computed: Iterable[Computed], faults: Faults
) -> None:
    """Report computed values with the name of another that is known there."""
    seen = dict(around)
    for item in computed:
        if item.name in seen:
            place = seen[item.name].span.place.line
            text = f"the value '{item.name}' is computed already, in line {place}"
            faults.add(Code.WORKFLOW_DUPLICATE, item.span, text, "give it another name")
        seen[item.name] = item


def _target(way: Transition, what: str, names: Names, faults: Faults) -> None:
    if way.target.name not in names.written:
        unknown_state(way.target, what, names.known, names, faults)


def _timer(state: State, what: str, names: Names, faults: Faults) -> None:
    """Report a base that is no state, and transitions on what the timer never becomes."""
    becomes, timer = set[TimerPhase](), state.timer
    if timer is not None:
        if timer.base.kind is BaseKind.ENTERED and timer.base.name not in names.written:
            named = Cited(timer.base.name, timer.base.span)
            unknown_state(named, f"the timer of {what}", names.known, names, faults)
        becomes.add(TimerPhase.DUE)
        becomes.update([TimerPhase.OVERDUE] if timer.overdue else [])
        becomes.update([TimerPhase.EXPIRED] if timer.expire else [])
    for way in state.transitions:
        if way.phase is not None and way.phase not in becomes:
            text = f"the timer of {what} is never {way.phase.value}"
            if timer is None:
                text = f"{what} has no timer"
            faults.add(Code.WORKFLOW_TIMER, way.span, text)


def _regions(state: State, names: Names, faults: Faults) -> None:
    for name in state.children:
        child = names.all.get(name)
        if child is not None and child.atomic:
            local, outer = names.local(name), names.local(state.name)
            text = f"the region '{local}' of the parallel state '{outer}' has no states"
            hint = "a region is a clinical or parallel state with states inside"
            faults.add(Code.YAML_SHAPE, child.name_span, text, hint)


def _history(state: State, names: Names, faults: Faults) -> None:
    """Report where a history state cannot stand or lead."""
    what = f"the history state '{names.local(state.name)}'"
    outer = names.all.get(state.parent) if state.parent is not None else None
    if outer is None:
        text = f"{what} is inside no state, so there is nothing to come back to"
        faults.shape(state.name_span, text, "write it under 'states' of the state it leads into")
    for way in state.transitions:
        target = names.all.get(way.target.name)
        if target is None or outer is None:
            continue
        if target.kind is StateKind.HISTORY or not _is_inside(target, outer.name, names):
            text = f"'next' of {what} must name a state inside '{names.local(outer.name)}'"
            faults.add(Code.WORKFLOW_STATE, way.target.span, text)


def _is_inside(state: State, outer: str, names: Names) -> bool:
    parent = state.parent
    while parent is not None and parent != outer:
        parent = names.all[parent].parent
    return parent == outer
