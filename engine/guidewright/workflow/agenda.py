"""What is open on the way of one patient, and when: read off an instance, nothing is changed.

In: a graph and an instance. Out: the items of its agenda with their dates, which do not depend on
the time of asking; `phase` then says where each stands at an instant, also one to come. What timers
will set off later is told by `step` alone: send it a `Tick` to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from guidewright.feel.temporal import DateTime
from guidewright.workflow.instance import Instance, OpenTask, RunningTimer, TimerStage
from guidewright.workflow.model import Graph, State, StateKind, TimerPhase
from guidewright.workflow.timers import moment, next_firing


class ItemKind(StrEnum):
    """What an item asks for."""

    TASK = "task"  # somebody has to act
    WAIT = "wait"  # nothing: time has to pass
    DEADLINE = "deadline"  # a state should have been left by then


class Phase(StrEnum):
    """Where an item stands at an instant, in the clinic's words."""

    AHEAD = "ahead"
    DUE = "due"
    OVERDUE = "overdue"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the agenda; `task` is the id of an open task, None while it is only ahead."""

    kind: ItemKind
    state: str
    label: str
    task: str | None
    due: DateTime
    overdue: DateTime | None
    expires: DateTime | None


def agenda(graph: Graph, instance: Instance) -> tuple[Item, ...]:
    """Return what is open and what comes next by its own date, earliest due first."""
    items = [_of_task(graph.state(task.state), task) for task in instance.tasks]
    busy = {task.state for task in instance.tasks}
    for timer in instance.timers:
        items.extend(_of_timer(graph.state(timer.state), timer, open_task=timer.state in busy))
    return tuple(sorted(items, key=lambda item: moment(item.due)))


def phase(item: Item, at: DateTime) -> Phase:
    """Say where an item stands at an instant that can be compared with its dates."""
    dates = (None if date is None else moment(date) for date in (item.overdue, item.expires))
    return phase_at(moment(at), moment(item.due), *dates)


def phase_at(now: int, due: int, overdue: int | None, expires: int | None) -> Phase:
    """Say where something stands, of which the dates are numbers on one time line."""
    if expires is not None and expires <= now:
        return Phase.EXPIRED
    if overdue is not None and overdue <= now:
        return Phase.OVERDUE
    return Phase.DUE if due <= now else Phase.AHEAD


def next_change(graph: Graph, instance: Instance) -> DateTime | None:
    """Return when time alone changes the instance next: a `Tick` is wanted then."""
    firings = (
        next_firing(model, timer)
        for timer in instance.timers
        if (model := graph.state(timer.state).timer) is not None
    )
    return min((firing.at for firing in firings if firing), key=moment, default=None)


def _of_task(state: State, task: OpenTask) -> Item:
    dates = (task.due, task.overdue, task.expires)
    return Item(ItemKind.TASK, state.name, state.label, task.id, *dates)


def _of_timer(state: State, timer: RunningTimer, *, open_task: bool) -> Iterator[Item]:
    """Yield the present occurrence, unless its task is open or done, and the following one."""
    if timer.stage is not TimerStage.DONE and not open_task:
        yield _occurrence(state, timer)
    if state.timer is None:
        return
    following = next_firing(state.timer, replace(timer, stage=TimerStage.DONE))
    if following is not None and following.phase is TimerPhase.DUE:
        yield _occurrence(state, following.timer)


def _occurrence(state: State, timer: RunningTimer) -> Item:
    kind = ItemKind.TASK if state.task is not None else ItemKind.DEADLINE
    kind = ItemKind.WAIT if state.kind is StateKind.WAIT else kind
    dates = (timer.due, timer.overdue, timer.expires)
    return Item(kind, state.name, state.label, None, *dates)
