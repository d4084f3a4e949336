"""One patient on the way: where, with what known, what open, what running, and how it came there.

Frozen: `step` makes the next one. Everything in it is FEEL values, names and instants, so that
`workflow.codec` can write it as JSON and read it back. `Instance` refers to its graph by names
only; the store pins it to a version of the guideline.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guidewright.errors import Code
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value


class Status(StrEnum):
    """Whether an instance waits for events, and for whose."""

    NEW = "new"
    RUNNING = "running"
    STOPPED = "stopped"  # some state cannot go on; see `stops`. The others still do
    FINISHED = "finished"


class TimerStage(StrEnum):
    """How far the present occurrence of a timer has come."""

    AHEAD = "ahead"
    DUE = "due"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    DONE = "done"


class Withdrawal(StrEnum):
    """Why a task is no longer asked for."""

    LEFT = "left"  # its state was left
    EXCEPTION = "exception"  # an exception ended everything around it
    EXPIRED = "expired"
    MISSED = "missed"  # the next one of the series is due
    OVER = "over"  # the series has ended
    MOVED = "moved"  # what its dates count from was corrected; it is asked for anew


@dataclass(frozen=True, slots=True)
class Datum:
    """Something known about the patient, and when it was told (or last corrected)."""

    name: str
    value: Value
    at: DateTime


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task somebody has to do; `received` are the awaited data that came since it was opened."""

    id: str
    state: str
    opened: DateTime
    due: DateTime
    overdue: DateTime | None
    expires: DateTime | None
    received: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningTimer:
    """The timer of an active state: its present occurrence, counted from 0, and what comes.

    `ends` is when the series is over (`until`). A series of which no occurrence is left has
    stage `DONE`.
    """

    state: str
    base: DateTime
    occurrence: int
    stage: TimerStage
    due: DateTime
    overdue: DateTime | None
    expires: DateTime | None
    ends: DateTime | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a state; `left` is None while it lasts."""

    state: str
    entered: DateTime
    left: DateTime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A way taken because of data, and what it rested on.

    `decision` is None when only conditions were asked. `inputs` are the names of the data that
    were looked at, None when the evaluator could not say (then it rests on all of them). It is
    `standing` until it is made again, or the way it led to is left by a correction or deviation.
    `override` is the reason of the clinician who decided instead of the decision.
    """

    at: DateTime
    state: str
    transition: str
    target: str
    decision: str | None
    value: Value
    inputs: tuple[str, ...] | None
    rules: tuple[str, ...]
    statements: tuple[str, ...]
    notes: tuple[str, ...]
    standing: bool = True
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a state cannot go on.

    With `event`, an event of that name came and its condition could not be decided; it has to be
    sent again. Without, the state is tried again after every event. `of_timer`: its timer could not
    be started.
    """

    at: DateTime
    state: str
    code: Code
    reason: str
    event: str | None = None
    of_timer: bool = False


@dataclass(frozen=True, slots=True)
class Deviation:
    """A clinician's leaving of the path: from which innermost states, where to, and why."""

    at: DateTime
    left: tuple[str, ...]
    to: str
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Overriding:
    """A clinician's decision against a decision: what it gave (null when it could not tell)."""

    at: DateTime
    state: str
    decision: str
    before: Value
    after: Value
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Interruption:
    """An exception that was taken: it ended everything in `scope`, empty for the whole.

    `choices`: how many had been made before. It is `standing` until its scope is entered again on a
    way of the workflow, or its condition is false; until then its condition does not count again.
    """

    at: DateTime
    scope: str
    transition: str
    to: str
    choices: int
    standing: bool = True


@dataclass(frozen=True, slots=True)
class Remembered:
    """The states a history state leads back to, in document order."""

    state: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A datum that was wrong, what it was and what it is."""

    at: DateTime
    name: str
    before: Value
    after: Value
    reason: str


@dataclass(frozen=True, slots=True)
class Instance:
    """A patient on a way.

    `configuration`: all active states, also those that hold others, in document order. `at`: the
    latest instant that an event brought. `steps`: how many events were applied; `issued`: how
    many tasks were opened (their ids count them). `paused`: series whose state was left; entered
    again they go on, when they count from the same instant. `zone`: the site's, when it was said
    at the start or by the workflow.
    """

    workflow: str
    at: DateTime | None = None
    steps: int = 0
    issued: int = 0
    finished: str | None = None
    configuration: tuple[str, ...] = ()
    known: tuple[Datum, ...] = ()
    tasks: tuple[OpenTask, ...] = ()
    timers: tuple[RunningTimer, ...] = ()
    stops: tuple[Stop, ...] = ()
    visits: tuple[Visit, ...] = ()
    choices: tuple[Choice, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    corrections: tuple[Correction, ...] = ()
    overrides: tuple[Overriding, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    history: tuple[Remembered, ...] = ()
    paused: tuple[RunningTimer, ...] = ()
    zone: str | None = None

    @property
    def status(self) -> Status:
        """Whether it runs, is stopped somewhere, or is finished."""
        if self.finished is not None:
            return Status.FINISHED
        if self.at is None:
            return Status.NEW
        return Status.STOPPED if self.stops else Status.RUNNING

    @property
    def data(self) -> dict[str, Value]:
        """What is known, as a FEEL context."""
        return {datum.name: datum.value for datum in self.known}

    def is_in(self, state: str) -> bool:
        """Say whether a state is active."""
        return state in self.configuration

    @property
    def path(self) -> tuple[str, ...]:
        """The states entered, in order: the patient's way through the flowchart."""
        return tuple(visit.state for visit in self.visits)
