"""Move an instance to another version of its graph: both graphs and a map -> the instance there.

Pure, as `step` is. A state that keeps its name and kind stays what it is: not left, not entered
anew, its tasks open, its timers running. A mapped one of the same kind likewise, under its new
name; of another kind, it is entered. A timer whose times have changed is counted again from the
same base. Everything that has no counterpart and no line in the map is a problem: then nothing is
moved (`CallError` with `workflow.migration`), for a guess here would be a treatment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime
from guidewright.workflow.acts import answer_tasks, close_tasks, restart_timer, start_timer
from guidewright.workflow.configuration import ancestors, in_order
from guidewright.workflow.draft import Draft
from guidewright.workflow.effects import CancelTimer, Effect, Withdraw
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.instance import (
    Choice,
    Datum,
    Instance,
    Interruption,
    OpenTask,
    Remembered,
    RunningTimer,
    Stop,
    Visit,
    Withdrawal,
)
from guidewright.workflow.migration_map import MigrationMap
from guidewright.workflow.model import ANYWHERE, Graph, State, StateKind, Timer, Transition
from guidewright.workflow.moves import enter, on_entry
from guidewright.workflow.settle import advance, settle
from guidewright.workflow.timers import moment


def migrate(
    old: Graph,
    new: BoundGraph,
    state: Instance,
    mapping: MigrationMap,
    known: Mapping[str, Datum],
    at: DateTime,
) -> tuple[Instance, tuple[Effect, ...]]:
    """Return the instance under the new graph, and what the outside has to do.

    `known` are the data as the new version names and measures them. Raises `CallError` listing
    everything that the map would have to say.
    """
    move = _Move(old, new.graph, state, mapping, at)
    _check_time(state, at, move.problems)
    move.places()
    move.refuse_problems()
    draft = Draft.of(new, move.translated(known), at)
    draft.now = at
    draft.effects.extend(move.effects)
    try:
        _arrive(draft, move)
        settle(draft)
        advance(draft, at)
    except Refuse as why:
        raise CallError(Note(Code.WORKFLOW_TIMER, None, why.reason)) from None
    move.problems.extend(_illegal(new.graph, draft.active))
    move.refuse_problems()
    return draft.instance(), tuple(draft.effects)


def leaves(graph: Graph, instance: Instance) -> tuple[State, ...]:
    """Return the innermost active states."""
    active = (graph.state(name) for name in instance.configuration)
    return tuple(state for state in active if state.atomic)


def counterpart(old: Transition, new: State, mapping: MigrationMap) -> Transition | None:
    """Return the way of a new state that is taken on the same and leads to the same."""
    target = mapping.states.get(old.target.name, old.target.name)
    for way in (*new.exceptions, *new.transitions):
        if _taken_on(way) == _taken_on(old) and way.target.name == target:
            return way
    return None


def _taken_on(way: Transition) -> tuple[object, ...]:
    event = way.event.name if way.event is not None else None
    guard = way.when.text if way.when is not None else None
    return way.trigger, event, way.phase, way.value, guard, way.exception


def _check_time(state: Instance, at: DateTime, problems: list[Note]) -> None:
    if state.at is None or (state.at.offset is None) != (at.offset is None):
        problems.append(_problem(f"the instant {at} cannot be compared with the latest event's"))
    elif moment(at) < moment(state.at):
        problems.append(_problem(f"the instant {at} is before the latest event, {state.at}"))


def _problem(text: str, hint: str | None = None) -> Note:
    return Note(Code.WORKFLOW_MIGRATION, None, text, hint)


@dataclass(slots=True)
class _Move:
    """One instance on its way: which states stay (old name -> new), which are entered."""

    old: Graph
    new: Graph
    before: Instance
    mapping: MigrationMap
    at: DateTime
    stays: dict[str, str] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    _choices: list[Choice | None] = field(default_factory=list)

    def refuse_problems(self) -> None:
        """Raise what would have to be said in the map."""
        if self.problems:
            raise CallError(tuple(dict.fromkeys(self.problems)))

    # where ---------------------------------------------------------------------------------------

    def places(self) -> None:
        """Decide for every innermost state whether it stays, is left, or leads elsewhere."""
        for state in leaves(self.old, self.before):
            self._place(state)
        self.entered.extend(self.mapping.enter)
        for name in self.entered:
            if name in self.active():
                self.problems.append(_problem(f"the state '{name}' would be entered twice"))
        for name, count in Counter(self.stays.values()).items():
            if count > 1:
                self.problems.append(_problem(f"{count} active states would become '{name}'"))

    def _place(self, state: State) -> None:
        mapped = state.name in self.mapping.states
        to = self.mapping.state(state.name, self.new)
        if to is None and mapped:
            return
        if to is None:
            hint = did_you_mean(state.name, self.new.by_name) or "say under 'states' where it leads"
            text = f"the new version has no state '{state.name}', which is active"
            self.problems.append(_problem(text, hint))
        elif _alike(state, self.new.state(to)):
            self.stays[state.name] = to
        elif mapped:
            self.entered.append(to)
        else:
            text = f"the state '{to}' is {_word(state)} now and {_word(self.new.state(to))} then"
            self.problems.append(_problem(text, "say under 'states' where it leads"))

    def active(self) -> frozenset[str]:
        """Return the states that stay, with those around them."""
        around = (s.name for to in self.stays.values() for s in ancestors(self.new, to))
        return frozenset((*self.stays.values(), *around))

    def name(self, old: str) -> str | None:
        """Return the new name of any state that the instance mentions."""
        return self.mapping.state(old, self.new)

    # what ----------------------------------------------------------------------------------------

    def translated(self, known: Mapping[str, Datum]) -> Instance:
        """Return the instance in the words of the new version, before anything is entered."""
        active = self.active()
        self._choices = [self._choice(choice) for choice in self.before.choices]
        tasks = tuple(self._tasks())
        return replace(
            self.before,
            workflow=self.new.name,
            finished=None,
            configuration=in_order(self.new, active),
            known=tuple(known.values()),
            tasks=tasks,
            timers=tuple(self._timers(active)),
            stops=tuple(self._stops(active)),
            visits=tuple(self._visits(active)),
            choices=tuple(choice for choice in self._choices if choice is not None),
            deviations=tuple(
                replace(each, left=tuple(map(self._named, each.left)), to=self._named(each.to))
                for each in self.before.deviations
            ),
            corrections=tuple(
                replace(each, name=self.mapping.datum(each.name) or each.name)
                for each in self.before.corrections
            ),
            overrides=tuple(
                replace(each, state=self._named(each.state)) for each in self.before.overrides
            ),
            interruptions=tuple(self._interruptions()),
            history=tuple(self._history()),
            paused=tuple(self._paused()),
        )

    def _named(self, old: str) -> str:
        """Return a name for what is only told: the new one, or the old one when there is none."""
        return self.name(old) or old

    def _tasks(self) -> Iterator[OpenTask]:
        for task in self.before.tasks:
            to = self.stays.get(task.state)
            if to is None:
                reason = Withdrawal.LEFT.value
                self.effects.append(Withdraw(self.at, task.id, task.state, reason))
                continue
            received = [self.mapping.datum(name) for name in task.received]
            model = self.new.state(to).task
            awaited = {each.name for each in model.awaits.names} if model and model.awaits else ()
            kept = tuple(name for name in received if name is not None and name in awaited)
            yield replace(task, state=to, received=kept)

    def _timers(self, active: frozenset[str]) -> Iterator[RunningTimer]:
        for timer in self.before.timers:
            to = self.stays.get(timer.state) or self.name(timer.state)
            if to is not None and to in active and self.new.state(to).timer is not None:
                yield replace(timer, state=to)
            else:
                self.effects.append(CancelTimer(self.at, timer.state))

    def _stops(self, active: frozenset[str]) -> Iterator[Stop]:
        for stop in self.before.stops:
            to = ANYWHERE if stop.state == ANYWHERE else self.name(stop.state)
            if to is not None and (to == ANYWHERE or to in active):
                yield replace(stop, state=to)

    def _visits(self, active: frozenset[str]) -> Iterator[Visit]:
        for visit in self.before.visits:
            to = self.stays.get(visit.state) or self._named(visit.state)
            gone = visit.left is None and to not in active
            yield replace(visit, state=to, left=self.at if gone else visit.left)

    def _choice(self, choice: Choice) -> Choice | None:
        """Return a choice in new words; None when its state is gone, set aside when its way is."""
        to = self.name(choice.state)
        if to is None:
            return None
        ways = {way.id: way for way in self.old.all_transitions}
        taken = ways.get(choice.transition)
        way = counterpart(taken, self.new.state(to), self.mapping) if taken is not None else None
        inputs = choice.inputs
        if inputs is not None:
            inputs = tuple(sorted(name for each in inputs if (name := self.mapping.datum(each))))
        moved = replace(choice, state=to, target=self._named(choice.target), inputs=inputs)
        if way is None:
            return replace(moved, standing=False)
        return replace(moved, transition=way.id)

    def _interruptions(self) -> Iterator[Interruption]:
        for item in self.before.interruptions:
            scope = ANYWHERE if item.scope == ANYWHERE else self.name(item.scope)
            ways = {way.id: way for way in self.old.all_transitions}
            taken, way = ways.get(item.transition), None
            if scope == ANYWHERE and taken is not None:
                same = (w for w in self.new.exceptions if _taken_on(w) == _taken_on(taken))
                way = next(same, None)
            elif scope is not None and taken is not None:
                way = counterpart(taken, self.new.state(scope), self.mapping)
            if scope is None:
                continue
            made = sum(choice is not None for choice in self._choices[: item.choices])
            moved = replace(item, scope=scope, to=self._named(item.to), choices=made)
            standing = item.standing and way is not None
            yield replace(
                moved, standing=standing, transition=way.id if way is not None else item.transition
            )

    def _paused(self) -> Iterator[RunningTimer]:
        """Yield the series that were left and would go on: only those with the same times."""
        for timer in self.before.paused:
            to, before = self.name(timer.state), self.old.state(timer.state).timer
            after = self.new.state(to).timer if to is not None else None
            if to is None or before is None or after is None:
                continue
            if _times(before, self.mapping) == _times(after):
                yield replace(timer, state=to)

    def _history(self) -> Iterator[Remembered]:
        for item in self.before.history:
            to = self.name(item.state)
            if to is None or self.new.state(to).kind is not StateKind.HISTORY:
                continue
            states = [self.name(name) for name in item.states]
            kept = tuple(name for name in states if name is not None)
            if kept and len(kept) == len(states):
                yield replace(item, state=to, states=kept)


# alike -------------------------------------------------------------------------------------------


def _alike(old: State, new: State) -> bool:
    """Say whether a patient can simply stay: the same kind, also of task, and innermost, too."""
    tasks = (old.task.kind if old.task else None, new.task.kind if new.task else None)
    return old.kind is new.kind and tasks[0] is tasks[1] and old.atomic == new.atomic


def _word(state: State) -> str:
    if state.task is not None:
        return f"a task ({state.task.kind.value})"
    return f"a {state.kind.value} state" + ("" if state.atomic else " with states inside")


def _times(timer: Timer, mapping: MigrationMap | None = None) -> tuple[object, ...]:
    """Return what decides when a timer fires; with a map, in the words of the new version."""
    base = timer.base.name
    if mapping is not None:
        base = mapping.data.get(base) or mapping.states.get(base) or base
    durations = (timer.overdue, timer.expire, timer.repeat, timer.until_after)
    guards = (timer.when, timer.until_when)
    return (
        timer.base.kind,
        base,
        tuple(each.text for each in timer.due),
        *(each.text if each is not None else None for each in durations),
        *(each.text if each is not None else None for each in guards),
    )


# arriving ----------------------------------------------------------------------------------------


def _arrive(draft: Draft, move: _Move) -> None:
    """Do under the new graph what differs there: enter what is new, count changed timers again."""
    graph = draft.graph
    old_names = {to: old for old, to in move.stays.items()}
    for name in move.before.configuration:
        old_names.setdefault(move.name(name) or "", name)
    for name in in_order(graph, draft.active):
        state, old = graph.state(name), old_names.get(name)
        if old is None:  # a state around one that stays: it was not active, now it is
            draft.visits.append(Visit(name, draft.now))
            on_entry(draft, state)
        else:
            _retime(draft, state, move.old.state(old).timer, move.mapping)
    for name in move.entered:
        around = (each.name for each in ancestors(graph, name) if each.name in draft.active)
        enter(draft, [(name, next(around, None))])
    answer_tasks(draft)


def _retime(draft: Draft, state: State, before: Timer | None, mapping: MigrationMap) -> None:
    """Give a state that stays the timer of the new version."""
    model, running = state.timer, draft.timers.get(state.name)
    if model is None:
        return
    if before is None:
        close_tasks(draft, state.name, Withdrawal.MOVED)
        start_timer(draft, state, model)
    elif running is not None and _times(before, mapping) != _times(model):
        restart_timer(draft, state, model, running)


def _illegal(graph: Graph, active: set[str]) -> Iterator[Note]:
    """Yield why the states cannot be active together (W3C SCXML, 3.11)."""
    top = [name for name in graph.top if name in active]
    if len(top) != 1:
        listed = ", ".join(f"'{name}'" for name in top) or "none"
        yield _problem(f"exactly one outermost state is active, not {listed}")
    for name in in_order(graph, active):
        state = graph.state(name)
        inner = [child for child in state.children if child in active]
        if state.parallel:
            for child in state.children:
                if child not in active:
                    text = f"the region '{child}' of '{name}' is not there yet"
                    yield _problem(text, "list it under 'enter' to begin it")
        elif state.children and len(inner) != 1:
            listed = " and ".join(f"'{child}'" for child in inner) or "nothing"
            yield _problem(f"in '{name}' exactly one state is active, not {listed}",
                           "say under 'states' or 'enter' which")  # fmt: skip
