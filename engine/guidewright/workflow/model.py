"""A workflow as the author wrote it: states, transitions and timers, each with its place.

In: what `workflow.reader` found in `workflow.yaml`. Out: what `step`, `checks`, the drawings and
the interchange formats read. Frozen after load; nothing here is evaluated. The words are those of
W3C SCXML (compound, parallel, final, configuration) and of the clinic (due, overdue, expire).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from guidewright.feel.temporal import DaysTimeDuration, YearsMonthsDuration
from guidewright.feel.temporal.durations import HOUR
from guidewright.source import Span


class StateKind(StrEnum):
    """What a state is; the values are the words of `workflow.yaml`."""

    CLINICAL = "clinical"  # the patient is in a condition; also the kind of a nested state
    TASK = "task"  # somebody has to act, and perhaps to bring data
    DECISION = "decision"  # a DMN decision chooses the way
    WAIT = "wait"  # nothing but time
    PARALLEL = "parallel"  # regions that run side by side
    GAP = "gap"  # the source says nothing further: only a clinician leads on
    HISTORY = "history"  # a way back into the state around it, to where that was left
    WORKFLOW = "workflow"  # the states of another file, under the name of this one
    FINAL = "final"  # the way, or the enclosing state, is complete


class HistoryDepth(StrEnum):
    """What a history state remembers of the state around it (W3C SCXML, 3.10)."""

    SHALLOW = "shallow"  # which of its own children was active
    DEEP = "deep"  # which innermost states were active


class TaskKind(StrEnum):
    """What has to be done in a task state."""

    ORDER = "order"
    OBTAIN = "obtain"
    GIVE = "give"
    INFORM = "inform"


class Trigger(StrEnum):
    """What makes a transition possible."""

    ALWAYS = "always"  # nothing: it is taken as soon as its guard is true
    DONE = "done"  # the state is complete (`next`)
    EVENT = "event"  # an event of the model is sent
    TIMER = "timer"  # the timer of the state is due, overdue or expired
    VALUE = "value"  # the decision gave `value`
    NULL = "null"  # the decision gave null: it could not tell
    SEVERAL = "several"  # the decision gave several different answers
    OTHERWISE = "otherwise"  # the decision gave a value that has no branch of its own
    DEFAULT = "default"  # a history state is entered and nothing is remembered (its `next`)


class TimerPhase(StrEnum):
    """What a timer can become; the values are the words of `workflow.yaml`."""

    DUE = "due"
    OVERDUE = "overdue"
    EXPIRED = "expired"


ANYWHERE = ""  # the source of the exceptions of the whole workflow; no state has an empty name

BranchValue = str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A reference to a statement, an ambiguity or a datum, and where it is written."""

    name: str
    span: Span

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Guard:
    """A FEEL expression that must give true; `span` covers it inside an embedded source."""

    span: Span

    @property
    def text(self) -> str:
        """The expression as FEEL reads it."""
        return self.span.text


@dataclass(frozen=True, slots=True)
class Computed:
    """A value worked out from others whenever it is asked for (`compute: {name: FEEL}`).

    It is known in the state that declares it and inside; one declared by the workflow, everywhere.
    It may use data and the computed values declared around or before it.
    """

    name: str
    expression: Guard
    span: Span


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration as written: by the calendar (`P3M`, `P1Y`, `P5D`) or elapsed (`PT48H`).

    Months and years count by the calendar, and a day that a month does not have becomes its last.
    Days without a time part (`nominal`) are days of the calendar: the same time of the clock so
    many days later, in the zone the events come from. With a time part it is exact.
    """

    value: DaysTimeDuration | YearsMonthsDuration
    span: Span
    nominal: bool = False

    @property
    def text(self) -> str:
        """The duration as an author writes it; an elapsed one is spelt without days."""
        if self.calendar or not isinstance(self.value, DaysTimeDuration):
            return str(self.value)
        hours, rest = divmod(self.value.nanoseconds, HOUR)
        minutes = str(DaysTimeDuration(rest)).removeprefix("PT") if rest else ""
        return f"PT{hours}H{minutes}" if hours else str(self.value)

    @property
    def calendar(self) -> bool:
        """Whether it counts months or days of the calendar."""
        return self.nominal or isinstance(self.value, YearsMonthsDuration)


class BaseKind(StrEnum):
    """What a timer counts from."""

    ENTRY = "entry"  # the instant its own state was entered
    ENTERED = "entered"  # the instant another state was last entered
    DATUM = "datum"  # a date, or date and time, in the patient's data or computed


@dataclass(frozen=True, slots=True)
class Base:
    """The trigger of a timer; `name` is the state or the datum, empty for its own entry."""

    kind: BaseKind
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Timer:
    """When a state's act is due, in the clinic's words.

    `due`: from the base to each due instant, ascending; `repeat`: then again and again at this
    distance from the last one. `overdue` and `expire` count from each due instant. The series
    ends with `until_after` (counted from the base) or when `until_when` is true. It is created
    only when `when` is true at entry.
    """

    base: Base
    when: Guard | None
    due: tuple[Duration, ...]
    overdue: Duration | None
    expire: Duration | None
    repeat: Duration | None
    until_after: Duration | None
    until_when: Guard | None
    statements: tuple[Cited, ...]
    span: Span

    @property
    def recurring(self) -> bool:
        """Whether there is more than one due instant."""
        return len(self.due) > 1 or self.repeat is not None

    @property
    def standing(self) -> bool:
        """Whether the end of the series, not an answer, completes the state."""
        return self.until_after is not None or self.until_when is not None

    @property
    def endless(self) -> bool:
        """Whether the series has no end of its own."""
        return self.repeat is not None and not self.standing


@dataclass(frozen=True, slots=True)
class Awaits:
    """The data a task brings: all of them, or any one."""

    names: tuple[Cited, ...]
    any: bool

    def satisfied(self, known: frozenset[str]) -> bool:
        """Say whether the data that are known are enough."""
        found = (item.name in known for item in self.names)
        return any(found) if self.any else all(found)


@dataclass(frozen=True, slots=True)
class Task:
    """What has to be done; without `awaits` somebody has to say that it is done."""

    kind: TaskKind
    awaits: Awaits | None


@dataclass(frozen=True, slots=True)
class Ask:
    """The DMN decision of a decision state; `output` when it has several outputs."""

    decision: Cited
    output: Cited | None


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from `source` to `target`.

    `event` is set for `Trigger.EVENT`, `phase` for `Trigger.TIMER`, `value` for `Trigger.VALUE`.
    `index` counts the transitions of one state in the order in which they are tried. `raises` are
    the internal events sent when it is taken. An `exception` leaves everything inside its source,
    and is asked before what is inside; the source of one of the whole workflow is `ANYWHERE`.
    """

    source: str
    index: int
    trigger: Trigger
    target: Cited
    when: Guard | None
    event: Cited | None
    phase: TimerPhase | None
    value: BranchValue | None
    label: str | None
    statements: tuple[Cited, ...]
    ambiguities: tuple[Cited, ...]
    span: Span
    raises: tuple[Cited, ...] = ()
    exception: bool = False

    @property
    def id(self) -> str:
        """A name that is unique in the graph: the source and the place among its transitions."""
        return f"{self.source}{'!' if self.exception else '#'}{self.index}"


@dataclass(frozen=True, slots=True)
class State:
    """A state of the graph.

    `parent` is None at the top; `children` are in file order, without the `histories`; `initial`
    is the child entered by default (None for a parallel state, whose children are all entered, and
    for leaves). `depth` is set for a history state, whose only transition, if it has one, says
    where it leads when nothing is remembered. `file` is set for a sub-workflow, whose states have
    names `NAME/name`. `raises` are the internal events sent when the state is entered.
    """

    name: str
    kind: StateKind
    label: str
    description: str | None
    phase: str | None
    parent: str | None
    children: tuple[str, ...]
    initial: str | None
    task: Task | None
    ask: Ask | None
    timer: Timer | None
    transitions: tuple[Transition, ...]
    statements: tuple[Cited, ...]
    ambiguities: tuple[Cited, ...]
    span: Span
    name_span: Span
    depth: HistoryDepth | None = None
    histories: tuple[str, ...] = ()
    exceptions: tuple[Transition, ...] = ()
    compute: tuple[Computed, ...] = ()
    raises: tuple[Cited, ...] = ()
    file: Cited | None = None

    @property
    def atomic(self) -> bool:
        """Whether it has no states inside."""
        return not self.children

    @property
    def compound(self) -> bool:
        """Whether exactly one of its children is active with it."""
        return bool(self.children) and self.kind is not StateKind.PARALLEL

    @property
    def parallel(self) -> bool:
        """Whether all of its children are active with it."""
        return self.kind is StateKind.PARALLEL

    @property
    def final(self) -> bool:
        """Whether entering it completes its parent, or the whole."""
        return self.kind is StateKind.FINAL


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the way that is drawn on one page."""

    name: str
    label: str
    span: Span


@dataclass(frozen=True)
class Graph:
    """A whole workflow; `states` are in document order: a state before those inside it.

    `zone` is the site's, whose clock and calendar count; `exceptions` can be taken from anywhere;
    `compute` is known everywhere; `files` are the files of the sub-workflows, each once.
    """

    name: str
    label: str
    description: str | None
    initial: str
    phases: tuple[Phase, ...]
    states: tuple[State, ...]
    span: Span
    zone: Cited | None = None
    exceptions: tuple[Transition, ...] = ()
    compute: tuple[Computed, ...] = ()
    files: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, State]:
        """The states by their names."""
        return {state.name: state for state in self.states}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each state in document order."""
        return {state.name: index for index, state in enumerate(self.states)}

    @cached_property
    def top(self) -> tuple[str, ...]:
        """The states that are inside no other."""
        return tuple(state.name for state in self.states if state.parent is None)

    def state(self, name: str) -> State:
        """Return the state of a name that is known to exist."""
        return self.by_name[name]

    @property
    def transitions(self) -> Iterator[Transition]:
        """All transitions of states, exceptions first, in document order.

        Those of the whole workflow are in `exceptions` only: they begin in no state.
        """
        return (way for state in self.states for way in (*state.exceptions, *state.transitions))

    @property
    def all_transitions(self) -> Iterator[Transition]:
        """All transitions, also the exceptions of the whole workflow."""
        yield from self.exceptions
        yield from self.transitions

    @property
    def guards(self) -> Iterator[Guard]:
        """All conditions, for the one who compiles them at load."""
        for state in self.states:
            if state.timer is not None:
                yield from (g for g in (state.timer.when, state.timer.until_when) if g)
        yield from (way.when for way in self.all_transitions if way.when is not None)

    @property
    def events(self) -> tuple[str, ...]:
        """The names of the events some transition listens to, each once."""
        named = (item.event.name for item in self.all_transitions if item.event is not None)
        return tuple(dict.fromkeys(named))

    @property
    def raised(self) -> tuple[Cited, ...]:
        """The internal events that states and transitions raise, in document order."""
        by_states = (item for state in self.states for item in state.raises)
        return (*by_states, *(item for way in self.all_transitions for item in way.raises))

    @cached_property
    def scopes_on(self) -> Mapping[str | None, tuple[str, ...]]:
        """Which states, and `ANYWHERE`, have exceptions on an event; None for those without one."""
        found: dict[str | None, dict[str, None]] = {}
        for way in self.all_transitions:
            if way.exception:
                event = way.event.name if way.event is not None else None
                found.setdefault(event, {})[way.source] = None
        return {event: tuple(scopes) for event, scopes in found.items()}

    @cached_property
    def computed_names(self) -> frozenset[str]:
        """The names of everything that is computed somewhere."""
        every = (*self.compute, *(item for state in self.states for item in state.compute))
        return frozenset(item.name for item in every)

    def computed(self, state: str | None) -> tuple[Computed, ...]:
        """Return the computed values known in a state (None: everywhere), outermost first."""
        if state is None or state == ANYWHERE:
            return self.compute
        here = self.state(state)
        return (*self.computed(here.parent), *here.compute)
