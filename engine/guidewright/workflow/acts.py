"""Open, answer and close tasks; start, move and end timers: in a draft, with their effects.

In: a `Draft`, a state, what the model says of its task and timer. Out: the same draft, and what the
outside has to do. Nothing here enters or leaves a state.
"""

from __future__ import annotations

from dataclasses import replace

from guidewright.errors import Code
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value
from guidewright.workflow.draft import Completed, Draft
from guidewright.workflow.effects import (
    Act,
    CancelTimer,
    Overdue,
    Remind,
    Withdraw,
)
from guidewright.workflow.instance import (
    Datum,
    OpenTask,
    RunningTimer,
    Stop,
    TimerStage,
    Withdrawal,
)
from guidewright.workflow.model import (
    BaseKind,
    State,
    StateKind,
    Task,
    TaskKind,
    Timer,
    TimerPhase,
)
from guidewright.workflow.timers import (
    Firing,
    answered_up_to,
    base_from,
    is_last,
    moment,
    next_firing,
    start,
)


def begin_task(draft: Draft, state: State, task: Task) -> None:
    """Ask for a task that has no timer; what is already known need not be obtained."""
    known = frozenset(name for name, datum in draft.known.items() if datum.value is not None)
    here = task.awaits is not None and task.awaits.satisfied(known)
    if here and task.kind is TaskKind.OBTAIN:
        draft.queue.append(Completed(state.name))
    else:
        open_task(draft, state, task, draft.now, None, None)


def open_task(
    draft: Draft,
    state: State,
    task: Task,
    due: DateTime,
    overdue: DateTime | None,
    expires: DateTime | None,
) -> None:
    """Open a task and say that it has to be done."""
    draft.issued += 1
    made = OpenTask(f"{state.name}#{draft.issued}", state.name, draft.now, due, overdue, expires)
    draft.tasks[made.id] = made
    awaits = tuple(map(str, task.awaits.names)) if task.awaits is not None else ()
    statements = tuple(map(str, state.statements))
    draft.say(
        Act(
            at=draft.now,
            kind=task.kind,
            task=made.id,
            state=state.name,
            label=state.label,
            awaits=awaits,
            statements=statements,
            due=due,
            overdue=overdue,
            expires=expires,
        )
    )
    if task.kind is TaskKind.INFORM and task.awaits is None:
        task_done(draft, made)


def close_tasks(draft: Draft, state: str, reason: Withdrawal) -> None:
    """Withdraw the open tasks of a state."""
    for task in [task for task in draft.tasks.values() if task.state == state]:
        del draft.tasks[task.id]
        draft.say(Withdraw(draft.now, task.id, state, reason.value))


def learn(draft: Draft, name: str, value: Value) -> None:
    """Take in a datum, and note it in the open tasks that await it."""
    draft.known[name] = Datum(name, value, draft.now)
    for task in list(draft.tasks.values()):
        model = draft.graph.state(task.state).task
        awaits = model.awaits if model is not None else None
        if awaits is None or value is None or name in task.received:
            continue
        if any(item.name == name for item in awaits.names):
            draft.tasks[task.id] = replace(task, received=(*task.received, name))


def answer_tasks(draft: Draft) -> None:
    """Close the tasks whose data have all come."""
    for task in list(draft.tasks.values()):
        model = draft.graph.state(task.state).task
        awaits = model.awaits if model is not None else None
        if awaits is not None and awaits.satisfied(frozenset(task.received)):
            task_done(draft, task)


def task_done(draft: Draft, task: OpenTask) -> None:
    """Close a task that was done; its state is complete unless the series goes on."""
    state = draft.graph.state(task.state)
    timer = draft.timers.get(task.state)
    if state.timer is None or timer is None:
        del draft.tasks[task.id]
        draft.queue.append(Completed(task.state))
        return
    if state.timer.standing and state.timer.repeat is None and is_last(state.timer, timer):
        draft.tasks[task.id] = replace(task, received=())  # as often as needed, until the end
        set_timer(draft, replace(timer, stage=TimerStage.DONE))
        return
    del draft.tasks[task.id]
    set_timer(draft, replace(timer, stage=TimerStage.DONE))
    if not state.timer.standing and is_last(state.timer, timer):
        draft.queue.append(Completed(task.state))


def start_timer(draft: Draft, state: State, model: Timer, answered: int = -1) -> None:
    """Start the timer of a state, or stop visibly when its base is not known."""
    if model.when is not None:
        question = draft.question()
        answer = question.test(state.name, model.when)
        if answer.value is False:
            end_series(draft, state)
            return
        if answer.value is not True:
            stop = question.undecided(state.name, model.when, answer, None)
            draft.stop(replace(stop, of_timer=True))
            return
    base = timer_base(draft, state, model)
    if base is None:
        where = model.base.name
        reason = f"the timer counts from '{where}', of which no instant is known"
        code = Code.WORKFLOW_TIMER
        draft.stop(Stop(draft.now, state.name, code, reason, of_timer=True))
        return
    answered = max(answered, resumed(draft, model, state.name, base))
    set_timer(draft, start(model, state.name, base, draft.now, answered=answered))


def restart_timer(draft: Draft, state: State, model: Timer, timer: RunningTimer) -> None:
    """Count again from another base; what was answered before is not asked for again."""
    close_tasks(draft, state.name, Withdrawal.MOVED)
    cancel_timer(draft, state.name)
    start_timer(draft, state, model, answered_up_to(timer))


def pause(draft: Draft, name: str) -> None:
    """Keep where the series of a state is, so that nothing is asked for twice.

    One that counts from the entry of its own state begins anew with it.
    """
    timer, model = draft.timers.get(name), draft.graph.state(name).timer
    if timer is None or model is None or model.base.kind is BaseKind.ENTRY:
        return
    if model.recurring:
        draft.paused[name] = timer


def resumed(draft: Draft, model: Timer, state: str, base: DateTime) -> int:
    """Return up to which occurrence a series was answered in an earlier stay."""
    timer = draft.paused.pop(state, None)
    if timer is None or moment(timer.base) != moment(base) or is_last(model, timer):
        return -1
    return answered_up_to(timer)


def timer_base(draft: Draft, state: State, model: Timer) -> DateTime | None:
    """Return the instant a timer counts from."""
    if model.base.kind is BaseKind.DATUM:
        return base_from(draft.question().facts(state.name).data.get(model.base.name), draft.now)
    wanted = model.base.name or state.name
    visits = (visit.entered for visit in reversed(draft.visits) if visit.state == wanted)
    return next(visits, None)


def set_timer(draft: Draft, timer: RunningTimer) -> None:
    """Put a timer in its present shape, and ask to be woken when it fires next."""
    before = next_wake(draft, timer.state)
    draft.timers[timer.state] = timer
    firing = next_wake(draft, timer.state)
    if firing is None and before is not None:
        draft.say(CancelTimer(draft.now, timer.state))
    elif firing is not None and (before is None or firing[:2] != before[:2]):
        draft.say(Remind(draft.now, timer.state, firing.at, firing.phase))


def next_wake(draft: Draft, name: str) -> Firing | None:
    """Return what a state's timer does after this event, if anything."""
    timer, model = draft.timers.get(name), draft.graph.state(name).timer
    if timer is None or model is None:
        return None
    firing = next_firing(model, timer)
    later = firing is not None and moment(firing.at) > moment(draft.horizon)
    return firing if later else None


def cancel_timer(draft: Draft, name: str) -> None:
    """Stop a timer; reminders that were asked for are void."""
    if next_wake(draft, name) is not None:
        draft.say(CancelTimer(draft.now, name))
    draft.timers.pop(name, None)


def end_series(draft: Draft, state: State) -> None:
    """End the series of a state's timer: what is open is withdrawn, the state is complete."""
    close_tasks(draft, state.name, Withdrawal.OVER)
    cancel_timer(draft, state.name)
    if state.kind in (StateKind.TASK, StateKind.WAIT):
        draft.queue.append(Completed(state.name))


def fire(draft: Draft, state: State, model: Timer, timer: RunningTimer, phase: TimerPhase) -> None:
    """Do what it means that an occurrence is now due, overdue or expired."""
    set_timer(draft, replace(timer, stage=TimerStage(phase.value)))
    if phase is TimerPhase.DUE:
        close_tasks(draft, state.name, Withdrawal.MISSED)
        if state.kind is StateKind.WAIT:
            draft.queue.append(Completed(state.name))
        if state.task is not None:
            open_task(draft, state, state.task, timer.due, timer.overdue, timer.expires)
    elif phase is TimerPhase.OVERDUE:
        for task in draft.tasks.values():
            if task.state == state.name:
                draft.say(Overdue(draft.now, task.id, state.name))
    else:
        close_tasks(draft, state.name, Withdrawal.EXPIRED)
        if model.recurring and not model.standing and is_last(model, timer):
            draft.queue.append(Completed(state.name))
