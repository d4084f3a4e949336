"""What the outside has to do, or may want to know, after a step: plain data, in order.

`step` never acts. Whoever runs it carries these out, at least once each; the number of the step
and the place in the list make a stable key.
"""

from __future__ import annotations

from dataclasses import dataclass

from guidewright.errors import Code
from guidewright.feel.temporal import DateTime
from guidewright.workflow.instance import Choice
from guidewright.workflow.model import TaskKind, TimerPhase


@dataclass(frozen=True, slots=True)
class Act:
    """Do this: order a test, obtain data, give a treatment, inform somebody."""

    at: DateTime
    kind: TaskKind
    task: str
    state: str
    label: str
    awaits: tuple[str, ...]
    statements: tuple[str, ...]
    due: DateTime
    overdue: DateTime | None
    expires: DateTime | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Do not do this any more; `reason` is one of the words of `Withdrawal`."""

    at: DateTime
    task: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A task should have been done by now."""

    at: DateTime
    task: str
    state: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Send a `Tick` on this date: the timer of the state will then be in this phase.

    It replaces an earlier reminder for the same state. `phase` is None when the series of the timer
    ends then.
    """

    at: DateTime
    state: str
    on: DateTime
    phase: TimerPhase | None


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """The state's timer does nothing more by itself; the reminder for it is void."""

    at: DateTime
    state: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A way was chosen by a decision or by conditions; the record says what it rested on."""

    at: DateTime
    choice: Choice


@dataclass(frozen=True, slots=True)
class Noted:
    """Something people should read: a gap in the source, a deviation, a correction.

    `state` is empty when it is about the whole.
    """

    at: DateTime
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The instance cannot go on here until somebody brings data, corrects or deviates."""

    at: DateTime
    state: str
    code: Code
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The way is complete; nothing is open any more."""

    at: DateTime
    state: str


Effect = Act | Withdraw | Overdue | Remind | CancelTimer | Evaluated | Noted | Stopped | Finished
