"""The next instance while it is made: enter and leave states, open and close tasks and timers.

In: a frozen `Instance` and an instant. Out, by `instance()`: the next one, and the effects on the
way. A `Draft` lives inside one call of `step`; nobody else sees it. Order of leaving and entering:
W3C SCXML, appendix D (leave inner and later states first, enter outer and earlier ones first).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value
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
from guidewright.workflow.effects import (
    Act,
    CancelTimer,
    Effect,
    Evaluated,
    Finished,
    Noted,
    Overdue,
    Remind,
    Stopped,
    Withdraw,
)
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.instance import (
    Choice,
    Correction,
    Datum,
    Deviation,
    Instance,
    Interruption,
    OpenTask,
    Overriding,
    Remembered,
    RunningTimer,
    Stop,
    TimerStage,
    Visit,
    Withdrawal,
)
from guidewright.workflow.model import (
    ANYWHERE,
    BaseKind,
    Graph,
    State,
    StateKind,
    Task,
    TaskKind,
    Timer,
    TimerPhase,
    Transition,
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
from guidewright.workflow.ways import Question, Way


@dataclass(frozen=True, slots=True)
class Completed:
    """A state is complete: its `next` is to be taken. SCXML: done.state.NAME."""

    state: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An internal event was raised."""

    event: str


@dataclass(slots=True)
class Draft:
    """An instance that can be changed.

    `now` moves up to `horizon`, the instant of the event. `queue` is what happened inside and is
    still to be handled. SCXML: the internal queue.
    """

    bound: BoundGraph
    before: Instance
    now: DateTime
    horizon: DateTime
    active: set[str]
    known: dict[str, Datum]
    tasks: dict[str, OpenTask]
    timers: dict[str, RunningTimer]
    visits: list[Visit]
    choices: list[Choice]
    deviations: list[Deviation]
    corrections: list[Correction]
    overrides: list[Overriding]
    interruptions: list[Interruption]
    memory: dict[str, tuple[str, ...]]
    paused: dict[str, RunningTimer]
    zone: str | None
    stops: dict[tuple[str, str | None], Stop]
    said: dict[tuple[str, str | None], Stop]
    finished: str | None
    issued: int
    effects: list[Effect] = field(default_factory=list)
    queue: list[Completed | Raised] = field(default_factory=list)
    microsteps: int = 0

    @classmethod
    def of(cls, bound: BoundGraph, instance: Instance, at: DateTime) -> Draft:
        """Return a draft that begins as `instance`."""
        return cls(
            bound=bound,
            before=instance,
            now=at if instance.at is None else instance.at,
            horizon=at,
            active=set(instance.configuration),
            known={datum.name: datum for datum in instance.known},
            tasks={task.id: task for task in instance.tasks},
            timers={timer.state: timer for timer in instance.timers},
            visits=list(instance.visits),
            choices=list(instance.choices),
            deviations=list(instance.deviations),
            corrections=list(instance.corrections),
            overrides=list(instance.overrides),
            interruptions=list(instance.interruptions),
            memory={item.state: item.states for item in instance.history},
            paused={timer.state: timer for timer in instance.paused},
            zone=instance.zone,
            stops={(stop.state, stop.event): stop for stop in instance.stops},
            said={(stop.state, stop.event): stop for stop in instance.stops},
            finished=instance.finished,
            issued=instance.issued,
        )

    def instance(self) -> Instance:
        """Return the next instance; states, tasks and timers stand in document order."""
        order = self.graph.order
        return Instance(
            workflow=self.before.workflow,
            at=self.now,
            steps=self.before.steps + 1,
            issued=self.issued,
            finished=self.finished,
            configuration=in_order(self.graph, self.active),
            known=tuple(self.known.values()),
            tasks=tuple(self.tasks.values()),
            timers=tuple(sorted(self.timers.values(), key=lambda timer: order[timer.state])),
            stops=tuple(sorted(self.stops.values(), key=self._place)),
            visits=tuple(self.visits),
            choices=tuple(self.choices),
            deviations=tuple(self.deviations),
            corrections=tuple(self.corrections),
            overrides=tuple(self.overrides),
            interruptions=tuple(self.interruptions),
            history=tuple(
                Remembered(name, self.memory[name]) for name in in_order(self.graph, self.memory)
            ),
            paused=tuple(self.paused[name] for name in in_order(self.graph, self.paused)),
            zone=self.zone,
        )

    def _place(self, stop: Stop) -> tuple[int, str]:
        return self.graph.order.get(stop.state, -1), stop.event or ""

    @property
    def graph(self) -> Graph:
        """The graph that is walked."""
        return self.bound.graph

    def question(self) -> Question:
        """Return what decisions and conditions are asked with, now."""
        data = {datum.name: datum.value for datum in self.known.values()}
        return Question(self.bound, data, self.now)

    def say(self, effect: Effect) -> None:
        """Append an effect."""
        self.effects.append(effect)

    def spend(self, state: str) -> None:
        """Count a microstep; raise `ResourceError` when one event sets too many in motion."""
        self.microsteps += 1
        if self.microsteps > self.bound.limits.microsteps:
            text = f"one event set more than {self.bound.limits.microsteps} steps in motion"
            hint = f"a way that begins in '{state}' leads back without waiting"
            known = self.graph.by_name.get(state)
            span = known.name_span if known is not None else self.graph.span
            raise ResourceError(Note(Code.WORKFLOW_LIMIT, span, text, hint))

    # states --------------------------------------------------------------------------------------

    def take(self, ways: Iterable[tuple[Way, str | None]]) -> None:
        """Take transitions together: one microstep. Each comes with its domain."""
        pairs = tuple(ways)
        interrupted: set[str] = set()
        left: set[str] = set()
        made = len(self.choices)
        for way, outer in pairs:
            self.spend(way.transition.source)
            if way.choice is not None:
                self.record(way.choice)
            leaves = inside(self.graph, self.active, outer)
            left |= leaves
            interrupted |= leaves if way.transition.exception else set()
        targets = [(way.transition.target.name, outer) for way, outer in pairs]
        self.leave(left, interrupted)
        for way, _ in pairs:
            if way.transition.exception:
                self.interrupted(way.transition, made)
            self.queue.extend(Raised(event.name) for event in way.transition.raises)
        self.enter(targets)

    def interrupted(self, way: Transition, choices: int) -> None:
        """Remember an exception, and say so."""
        about = way.label or (way.event.name if way.event is not None else None)
        about = about or (f"`{way.when.text}`" if way.when is not None else "")
        taken = Interruption(self.now, way.source, way.id, way.target.name, choices)
        self.interruptions.append(taken)
        self.say(Noted(self.now, way.target.name, f"exception: {about}"))

    def record(self, choice: Choice) -> None:
        """Remember a choice; one made earlier in the same state no longer stands."""
        self.set_aside({choice.state})
        self.choices.append(choice)
        self.say(Evaluated(self.now, choice))

    def set_aside(self, states: Collection[str], since: int = 0) -> None:
        """Keep the choices made in these states, from number `since` on, as history only."""
        for index in range(since, len(self.choices)):
            if self.choices[index].state in states:
                self.choices[index] = replace(self.choices[index], standing=False)

    def jump(
        self, target: str, since: int = 0, *, forget: bool = False, rearm: bool = True
    ) -> None:
        """Go to a state from wherever the instance is, leaving as little as possible.

        The choices made in what is left, from number `since` on, no longer stand; with `forget`
        no history state remembers it. For `rearm` see `enter`.
        """
        targets = effective_targets(self.graph, target, self.memory)
        around = ancestors(self.graph, target)
        outer = next((state.name for state in around if state.name in self.active), None)
        region = outer is not None and self.graph.state(outer).parallel and targets == (target,)
        scope = target if region else outer
        left = {name for name in self.graph.order if is_inside(self.graph, name, scope)}
        self.set_aside(left, since)
        before = dict(self.memory)
        self.leave(inside(self.graph, self.active, scope) | (self.active & {target}))
        if forget:
            self.memory = {name: states for name, states in before.items() if name not in left}
        self.finished = None
        self.enter([(name, outer) for name in targets], rearm=rearm)

    def leave(self, names: Collection[str], interrupted: Collection[str] = ()) -> None:
        """Leave states; their tasks are withdrawn and their timers cancelled.

        What was active is remembered first, for the way back. SCXML: exitStates.
        """
        for name in in_order(self.graph, names):
            for history in self.graph.state(name).histories:
                inner = self.graph.state(history)
                self.memory[history] = remembered(self.graph, self.active, inner)
        for name in reversed(in_order(self.graph, names)):
            self.active.discard(name)
            why = Withdrawal.EXCEPTION if name in interrupted else Withdrawal.LEFT
            self.close_tasks(name, why)
            self.pause(name)
            self.cancel_timer(name)
            for key in [key for key in self.stops if key[0] == name]:
                del self.stops[key]
            self.forget_completion(name)
            for index in range(len(self.visits) - 1, -1, -1):
                visit = self.visits[index]
                if visit.state == name and visit.left is None:
                    self.visits[index] = replace(visit, left=self.now)
                    break

    def forget_completion(self, name: str) -> None:
        """Drop that a state was complete: it is left. SCXML keeps `done.state` events (3.13)."""
        self.queue = [item for item in self.queue if item != Completed(name)]

    def enter(self, targets: Iterable[tuple[str, str | None]], *, rearm: bool = True) -> None:
        """Enter the targets, what is around them below their domain, and what is inside.

        With `rearm` an exception whose condition is still true is taken again when its scope is
        entered.
        """
        entered = entry_set(self.graph, targets, self.memory) - self.active
        for name in in_order(self.graph, entered):
            self.active.add(name)
            self.visits.append(Visit(name, self.now))
            if rearm:
                self.end_interruptions(name)
            self.entered(self.graph.state(name))

    def end_interruptions(self, scope: str, transition: str | None = None) -> None:
        """Let the exceptions of a scope, or one of them, stand no longer."""
        for index, item in enumerate(self.interruptions):
            if item.standing and item.scope == scope and transition in (None, item.transition):
                self.interruptions[index] = replace(item, standing=False)

    def stands(self, exception: Transition) -> bool:
        """Say whether an exception was taken and nothing has ended that yet."""
        return any(item.standing and item.transition == exception.id for item in self.interruptions)

    def is_interrupted(self, state: str, number: int) -> bool:
        """Say whether an exception ended what choice `number`, made in a state, belongs to."""
        return any(
            item.standing
            and number < item.choices
            and (item.scope == ANYWHERE or is_inside(self.graph, state, item.scope))
            for item in self.interruptions
        )

    def entered(self, state: State) -> None:
        """Do what entering a state of this kind means."""
        self.queue.extend(Raised(event.name) for event in state.raises)
        if state.timer is not None:
            self.start_timer(state, state.timer)
        elif state.task is not None:
            self.begin_task(state, state.task)
        if state.kind is StateKind.GAP:
            text = state.description or state.label
            self.say(Noted(self.now, state.name, f"the source leaves this open: {text}"))
        if state.final:
            self.reached(state)

    def reached(self, state: State) -> None:
        """Complete the states around a final one, or the whole.

        SCXML: enterStates, isFinal. There a parallel state in a parallel state completes the outer
        one only by chance of order; here always.
        """
        if state.parent is None:
            self.finished = state.name
            self.queue.clear()
            self.say(Finished(self.now, state.name))
            return
        for outer in ancestors(self.graph, state.name):
            if outer.name != state.parent and not outer.parallel:
                break
            if is_complete(self.graph, self.active, outer.name):
                self.queue.append(Completed(outer.name))

    def stop(self, stop: Stop) -> None:
        """Stop a state visibly; say so unless it was said before."""
        key = (stop.state, stop.event)
        said = self.said.get(key)
        if said is not None and said == replace(stop, at=said.at):
            self.stops[key] = said
            return
        self.stops[key] = self.said[key] = stop
        self.say(Stopped(self.now, stop.state, stop.code, stop.reason))

    # tasks ---------------------------------------------------------------------------------------

    def begin_task(self, state: State, task: Task) -> None:
        """Ask for a task that has no timer; what is already known need not be obtained."""
        known = frozenset(name for name, datum in self.known.items() if datum.value is not None)
        here = task.awaits is not None and task.awaits.satisfied(known)
        if here and task.kind is TaskKind.OBTAIN:
            self.queue.append(Completed(state.name))
        else:
            self.open_task(state, task, self.now, None, None)

    def open_task(
        self,
        state: State,
        task: Task,
        due: DateTime,
        overdue: DateTime | None,
        expires: DateTime | None,
    ) -> None:
        """Open a task and say that it has to be done."""
        self.issued += 1
        made = OpenTask(f"{state.name}#{self.issued}", state.name, self.now, due, overdue, expires)
        self.tasks[made.id] = made
        awaits = tuple(map(str, task.awaits.names)) if task.awaits is not None else ()
        statements = tuple(map(str, state.statements))
        self.say(
            Act(
                at=self.now,
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
            self.task_done(made)

    def close_tasks(self, state: str, reason: Withdrawal) -> None:
        """Withdraw the open tasks of a state."""
        for task in [task for task in self.tasks.values() if task.state == state]:
            del self.tasks[task.id]
            self.say(Withdraw(self.now, task.id, state, reason.value))

    def learn(self, name: str, value: Value) -> None:
        """Take in a datum, and note it in the open tasks that await it."""
        self.known[name] = Datum(name, value, self.now)
        for task in list(self.tasks.values()):
            model = self.graph.state(task.state).task
            awaits = model.awaits if model is not None else None
            if awaits is None or value is None or name in task.received:
                continue
            if any(item.name == name for item in awaits.names):
                self.tasks[task.id] = replace(task, received=(*task.received, name))

    def answer_tasks(self) -> None:
        """Close the tasks whose data have all come."""
        for task in list(self.tasks.values()):
            model = self.graph.state(task.state).task
            awaits = model.awaits if model is not None else None
            if awaits is not None and awaits.satisfied(frozenset(task.received)):
                self.task_done(task)

    def task_done(self, task: OpenTask) -> None:
        """Close a task that was done; its state is complete unless the series goes on."""
        state = self.graph.state(task.state)
        timer = self.timers.get(task.state)
        if state.timer is None or timer is None:
            del self.tasks[task.id]
            self.queue.append(Completed(task.state))
            return
        if state.timer.standing and state.timer.repeat is None and is_last(state.timer, timer):
            self.tasks[task.id] = replace(task, received=())  # as often as needed, until the end
            self.set_timer(replace(timer, stage=TimerStage.DONE))
            return
        del self.tasks[task.id]
        self.set_timer(replace(timer, stage=TimerStage.DONE))
        if not state.timer.standing and is_last(state.timer, timer):
            self.queue.append(Completed(task.state))

    # timers --------------------------------------------------------------------------------------

    def restart_timer(self, state: State, model: Timer, timer: RunningTimer) -> None:
        """Count again from another base; what was answered before is not asked for again."""
        self.close_tasks(state.name, Withdrawal.MOVED)
        self.cancel_timer(state.name)
        self.start_timer(state, model, answered_up_to(timer))

    def pause(self, name: str) -> None:
        """Keep where the series of a state is, so that nothing is asked for twice."""
        timer, model = self.timers.get(name), self.graph.state(name).timer
        if timer is not None and model is not None and model.recurring:
            self.paused[name] = timer

    def resumed(self, model: Timer, state: str, base: DateTime) -> int:
        """Return up to which occurrence a series was answered in an earlier stay."""
        timer = self.paused.pop(state, None)
        if timer is None or moment(timer.base) != moment(base) or is_last(model, timer):
            return -1
        return answered_up_to(timer)

    def start_timer(self, state: State, model: Timer, answered: int = -1) -> None:
        """Start the timer of a state, or stop visibly when its base is not known."""
        if model.when is not None:
            question = self.question()
            answer = question.test(state.name, model.when)
            if answer.value is False:
                self.over(state)
                return
            if answer.value is not True:
                stop = question.undecided(state.name, model.when, answer, None)
                self.stop(replace(stop, of_timer=True))
                return
        base = self.base(state, model)
        if base is None:
            where = model.base.name
            reason = f"the timer counts from '{where}', of which no instant is known"
            code = Code.WORKFLOW_TIMER
            self.stop(Stop(self.now, state.name, code, reason, of_timer=True))
            return
        answered = max(answered, self.resumed(model, state.name, base))
        self.set_timer(start(model, state.name, base, self.now, answered=answered))

    def base(self, state: State, model: Timer) -> DateTime | None:
        """Return the instant a timer counts from."""
        if model.base.kind is BaseKind.DATUM:
            return base_from(self.question().facts(state.name).data.get(model.base.name), self.now)
        wanted = model.base.name or state.name
        visits = (visit.entered for visit in reversed(self.visits) if visit.state == wanted)
        return next(visits, None)

    def set_timer(self, timer: RunningTimer) -> None:
        """Put a timer in its present shape, and ask to be woken when it fires next."""
        before = self.awaited(timer.state)
        self.timers[timer.state] = timer
        firing = self.awaited(timer.state)
        if firing is None and before is not None:
            self.say(CancelTimer(self.now, timer.state))
        elif firing is not None and (before is None or firing[:2] != before[:2]):
            self.say(Remind(self.now, timer.state, firing.at, firing.phase))

    def awaited(self, name: str) -> Firing | None:
        """Return what a state's timer does after this event, if anything."""
        timer, model = self.timers.get(name), self.graph.state(name).timer
        if timer is None or model is None:
            return None
        firing = next_firing(model, timer)
        later = firing is not None and moment(firing.at) > moment(self.horizon)
        return firing if later else None

    def cancel_timer(self, name: str) -> None:
        """Stop a timer; reminders that were asked for are void."""
        if self.awaited(name) is not None:
            self.say(CancelTimer(self.now, name))
        self.timers.pop(name, None)

    def over(self, state: State) -> None:
        """End the series of a state's timer: what is open is withdrawn, the state is complete."""
        self.close_tasks(state.name, Withdrawal.OVER)
        self.cancel_timer(state.name)
        if state.kind in (StateKind.TASK, StateKind.WAIT):
            self.queue.append(Completed(state.name))

    def fire(self, state: State, model: Timer, timer: RunningTimer, phase: TimerPhase) -> None:
        """Do what it means that an occurrence is now due, overdue or expired."""
        self.set_timer(replace(timer, stage=TimerStage(phase.value)))
        if phase is TimerPhase.DUE:
            self.close_tasks(state.name, Withdrawal.MISSED)
            if state.kind is StateKind.WAIT:
                self.queue.append(Completed(state.name))
            if state.task is not None:
                self.open_task(state, state.task, timer.due, timer.overdue, timer.expires)
        elif phase is TimerPhase.OVERDUE:
            for task in self.tasks.values():
                if task.state == state.name:
                    self.say(Overdue(self.now, task.id, state.name))
        else:
            self.close_tasks(state.name, Withdrawal.EXPIRED)
            if model.recurring and not model.standing and is_last(model, timer):
                self.queue.append(Completed(state.name))
