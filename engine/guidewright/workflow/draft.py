"""The next instance while it is made: what is active, open, known and said so far.

In: a frozen `Instance` and an instant. Out, by `instance()`: the next one, and the effects on the
way. A `Draft` lives inside one call of `step`; nobody else sees it. What happens to tasks and
timers is in `acts`, what entering and leaving means in `moves`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel.temporal import DateTime
from guidewright.workflow.configuration import (
    in_order,
    is_inside,
)
from guidewright.workflow.effects import (
    Effect,
    Evaluated,
    Stopped,
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
    Visit,
)
from guidewright.workflow.model import (
    ANYWHERE,
    Graph,
    Transition,
)
from guidewright.workflow.ways import Question


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

    def forget_completion(self, name: str) -> None:
        """Drop that a state was complete: it is left. SCXML keeps `done.state` events (3.13)."""
        self.queue = [item for item in self.queue if item != Completed(name)]

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

    def stop(self, stop: Stop) -> None:
        """Stop a state visibly; say so unless it was said before."""
        key = (stop.state, stop.event)
        said = self.said.get(key)
        if said is not None and said == replace(stop, at=said.at):
            self.stops[key] = said
            return
        self.stops[key] = self.said[key] = stop
        self.say(Stopped(self.now, stop.state, stop.code, stop.reason))
