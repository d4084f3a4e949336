"""Leave and enter states: the microstep of W3C SCXML, appendix D, on a draft.

In: a `Draft`, the ways to take or a state to go to. Out: the same draft in its next configuration.
Inner and later states are left first, outer and earlier ones entered first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from guidewright.workflow.acts import (
    begin_task,
    cancel_timer,
    close_tasks,
    pause,
    start_timer,
)
from guidewright.workflow.configuration import (
    ancestors,
    effective_targets,
    entry_set,
    in_order,
    inside,
    is_complete,
    is_inside,
    remembered,
)
from guidewright.workflow.draft import Completed, Draft, Raised
from guidewright.workflow.effects import (
    Finished,
    Noted,
)
from guidewright.workflow.instance import (
    Interruption,
    Visit,
    Withdrawal,
)
from guidewright.workflow.model import (
    State,
    StateKind,
    Transition,
)
from guidewright.workflow.ways import Way


def take_together(draft: Draft, ways: Iterable[tuple[Way, str | None]]) -> None:
    """Take transitions together: one microstep. Each comes with its domain."""
    pairs = tuple(ways)
    interrupted: set[str] = set()
    left: set[str] = set()
    made = len(draft.choices)
    for way, outer in pairs:
        draft.spend(way.transition.source)
        if way.choice is not None:
            draft.record(way.choice)
        leaves = inside(draft.graph, draft.active, outer)
        left |= leaves
        interrupted |= leaves if way.transition.exception else set()
    targets = [(way.transition.target.name, outer) for way, outer in pairs]
    leave(draft, left, interrupted)
    for way, _ in pairs:
        if way.transition.exception:
            remember_exception(draft, way.transition, made)
        draft.queue.extend(Raised(event.name) for event in way.transition.raises)
    enter(draft, targets)


def remember_exception(draft: Draft, way: Transition, choices: int) -> None:
    """Remember an exception, and say so."""
    about = way.label or (way.event.name if way.event is not None else None)
    about = about or (f"`{way.when.text}`" if way.when is not None else "")
    taken = Interruption(draft.now, way.source, way.id, way.target.name, choices)
    draft.interruptions.append(taken)
    draft.say(Noted(draft.now, way.target.name, f"exception: {about}"))


def jump(
    draft: Draft, target: str, since: int = 0, *, forget: bool = False, rearm: bool = True
) -> None:
    """Go to a state from wherever the instance is, leaving as little as possible.

    The choices made in what is left, from number `since` on, no longer stand; with `forget`
    no history state remembers it. For `rearm` see `enter`.
    """
    targets = effective_targets(draft.graph, target, draft.memory)
    around = ancestors(draft.graph, target)
    outer = next((state.name for state in around if state.name in draft.active), None)
    region = outer is not None and draft.graph.state(outer).parallel and targets == (target,)
    scope = target if region else outer
    left = {name for name in draft.graph.order if is_inside(draft.graph, name, scope)}
    draft.set_aside(left, since)
    before = dict(draft.memory)
    leave(draft, inside(draft.graph, draft.active, scope) | (draft.active & {target}))
    if forget:
        draft.memory = {name: states for name, states in before.items() if name not in left}
    draft.finished = None
    enter(draft, [(name, outer) for name in targets], rearm=rearm)


def leave(draft: Draft, names: Collection[str], interrupted: Collection[str] = ()) -> None:
    """Leave states; their tasks are withdrawn and their timers cancelled.

    What was active is remembered first, for the way back. SCXML: exitStates.
    """
    for name in in_order(draft.graph, names):
        for history in draft.graph.state(name).histories:
            inner = draft.graph.state(history)
            draft.memory[history] = remembered(draft.graph, draft.active, inner)
    for name in reversed(in_order(draft.graph, names)):
        draft.active.discard(name)
        why = Withdrawal.EXCEPTION if name in interrupted else Withdrawal.LEFT
        close_tasks(draft, name, why)
        pause(draft, name)
        cancel_timer(draft, name)
        for key in [key for key in draft.stops if key[0] == name]:
            del draft.stops[key]
        draft.forget_completion(name)
        for index in range(len(draft.visits) - 1, -1, -1):
            visit = draft.visits[index]
            if visit.state == name and visit.left is None:
                draft.visits[index] = replace(visit, left=draft.now)
                break


def enter(draft: Draft, targets: Iterable[tuple[str, str | None]], *, rearm: bool = True) -> None:
    """Enter the targets, what is around them below their domain, and what is inside.

    With `rearm` an exception whose condition is still true is taken again when its scope is
    entered.
    """
    entered = entry_set(draft.graph, targets, draft.memory) - draft.active
    for name in in_order(draft.graph, entered):
        draft.active.add(name)
        draft.visits.append(Visit(name, draft.now))
        if rearm:
            draft.end_interruptions(name)
        on_entry(draft, draft.graph.state(name))


def on_entry(draft: Draft, state: State) -> None:
    """Do what entering a state of this kind means."""
    draft.queue.extend(Raised(event.name) for event in state.raises)
    if state.timer is not None:
        start_timer(draft, state, state.timer)
    elif state.task is not None:
        begin_task(draft, state, state.task)
    if state.kind is StateKind.GAP:
        text = state.description or state.label
        draft.say(Noted(draft.now, state.name, f"the source leaves this open: {text}"))
    if state.final:
        reached(draft, state)


def reached(draft: Draft, state: State) -> None:
    """Complete the states around a final one, or the whole.

    SCXML: enterStates, isFinal. There a parallel state in a parallel state completes the outer
    one only by chance of order; here always.
    """
    if state.parent is None:
        draft.finished = state.name
        draft.queue.clear()
        draft.say(Finished(draft.now, state.name))
        return
    for outer in ancestors(draft.graph, state.name):
        if outer.name != state.parent and not outer.parallel:
            break
        if is_complete(draft.graph, draft.active, outer.name):
            draft.queue.append(Completed(outer.name))
