"""Timers as SCXML's delayed events: `<send delay>` at entry, `<cancel>` at exit.

In: a state with a timer. Out: elements, none where SCXML cannot count it: a timer that counts from
something else than the entry of its own state, is due more than once or only on a condition. Such
a timer stands in the extension element only, and the export says so. W3C SCXML 1.0, 6.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from guidewright.feel.temporal import YearsMonthsDuration
from guidewright.interop.xml_text import Element, element
from guidewright.workflow.model import (
    BaseKind,
    Duration,
    State,
    StateKind,
    Timer,
    TimerPhase,
)

_SECOND = 1_000_000_000


def timer_event(state_id: str, phase: TimerPhase) -> str:
    """Return the name of the event that a timer sends."""
    return f"timer.{state_id}.{phase.value}"


def sends(state: State, state_id: str) -> Iterator[Element]:
    """Yield a delayed event for each phase of the timer that the state listens to."""
    for phase, parts in _phases(state):
        attributes = {
            "event": timer_event(state_id, phase),
            "id": f"{state_id}.{phase.value}",
            **_delay(parts),
        }
        yield element("send", attributes)


def cancels(state: State, state_id: str) -> Iterator[Element]:
    """Yield what makes void the events that are still to come."""
    for phase, _ in _phases(state):
        yield element("cancel", {"sendid": f"{state_id}.{phase.value}"})


def counts_days(timer: Timer) -> bool:
    """Say whether a timer counts days of the calendar, which are not all 24 hours long."""
    return any(part.nominal for part in (*timer.due, timer.overdue, timer.expire) if part)


def _phases(state: State) -> Iterator[tuple[TimerPhase, tuple[Duration, ...]]]:
    timer = state.timer
    if timer is None or not _countable(timer):
        return
    heard = {transition.phase for transition in state.transitions}
    if TimerPhase.DUE in heard or state.kind is StateKind.WAIT:
        yield TimerPhase.DUE, (timer.due[0],)
    if TimerPhase.OVERDUE in heard and timer.overdue is not None:
        yield TimerPhase.OVERDUE, (timer.due[0], timer.overdue)
    if TimerPhase.EXPIRED in heard and timer.expire is not None:
        yield TimerPhase.EXPIRED, (timer.due[0], timer.expire)


def _countable(timer: Timer) -> bool:
    """Say whether the timer is one instant, counted from the entry of its state."""
    conditional = timer.when is not None or timer.standing
    return timer.base.kind is BaseKind.ENTRY and not timer.recurring and not conditional


def _delay(parts: tuple[Duration, ...]) -> dict[str, str]:
    """Return the sum of durations: in seconds, or as FEEL when months have to be counted."""
    elapsed = [part.value for part in parts if not isinstance(part.value, YearsMonthsDuration)]
    if len(elapsed) == len(parts):
        seconds = Decimal(sum(value.nanoseconds for value in elapsed)) / _SECOND
        return {"delay": f"{seconds.normalize():f}s"}
    calendar = [part for part in parts if isinstance(part.value, YearsMonthsDuration)]
    exact = [part for part in parts if part not in calendar]
    later = "".join(f' + duration("{part.text}")' for part in (*calendar, *exact))
    span = f"(now(){later} - now())"
    return {"delayexpr": f'string({span} / duration("PT1S")) + "s"'}
