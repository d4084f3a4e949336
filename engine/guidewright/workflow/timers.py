"""When something becomes due: a timer of the model and its base go in, instants come out.

Pure arithmetic in the clinic's words. Calendar durations count from the base by the calendar (a
day that the month does not have becomes its last, and the next month starts from the base again);
elapsed durations are exact. Instants are compared on the time line when they have an offset.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import Date, DateTime, Time, YearsMonthsDuration
from guidewright.feel.temporal.durations import DAY
from guidewright.feel.values import Value
from guidewright.workflow.instance import RunningTimer, TimerStage
from guidewright.workflow.model import Duration, Timer, TimerPhase

MAX_OCCURRENCES = 100_000


class Firing(NamedTuple):
    """What a timer does next, and when; `phase` is None for the end of its series."""

    at: DateTime
    phase: TimerPhase | None
    timer: RunningTimer


def moment(at: DateTime) -> int:
    """Return a number that orders instants; those without an offset have an order of their own."""
    return at.local if at.instant is None else at.instant


def later(at: DateTime, *durations: tuple[Duration, int]) -> DateTime:
    """Return `at` plus each duration so many times: months first, then days, then elapsed time."""
    months = sum(
        duration.value.months * times
        for duration, times in durations
        if isinstance(duration.value, YearsMonthsDuration)
    )
    days, elapsed = 0, 0
    for duration, times in durations:
        if isinstance(duration.value, YearsMonthsDuration):
            continue
        if duration.nominal:
            days += duration.value.nanoseconds // DAY * times
        else:
            elapsed += duration.value.nanoseconds * times
    moved = at.plus_months(months) if months else at
    moved = DateTime.of(moved.date.plus_days(days), moved.time) if days else moved
    return moved.plus(elapsed) if elapsed else moved


def base_from(value: Value, at: DateTime) -> DateTime | None:
    """Return a datum as the instant a timer counts from, or None when it is none.

    A date is its midnight, and a local date and time is read, where the event `at` comes from; an
    instant is shown by the clocks there when their zone is known.
    """
    if type(value) is Date:
        return DateTime.of(value, Time(0, at.time.offset, at.time.zone))
    if type(value) is not DateTime:
        return None
    if value.instant is not None and at.zone is not None:
        return DateTime.in_zone(value.instant, at.zone)
    if (value.offset is None) == (at.offset is None):
        return value
    if value.offset is None:
        return DateTime.of(value.date, Time(value.nanosecond, at.time.offset, at.time.zone))
    return None


def start(
    model: Timer, state: str, base: DateTime, now: DateTime, *, answered: int = -1
) -> RunningTimer:
    """Return the timer as it begins at `now`: at the last occurrence already due, or the first.

    Occurrences up to number `answered` are done. Raises `Refuse` when an instant is outside the
    calendar.
    """
    ends = later(base, (model.until_after, 1)) if model.until_after else None
    first = RunningTimer(state, base, 0, TimerStage.AHEAD, base, None, None, ends)
    timer = _occurrence(model, first, 0)
    if timer is None:
        return replace(first, stage=TimerStage.DONE)
    while (following := _following(model, timer)) and moment(following.due) <= moment(now):
        if following.occurrence > MAX_OCCURRENCES:
            raise Refuse(f"the timer was due {MAX_OCCURRENCES} times before")
        timer = following
    if timer.occurrence > answered:
        return timer
    return replace(_occurrence(model, timer, answered) or timer, stage=TimerStage.DONE)


def answered_up_to(timer: RunningTimer) -> int:
    """Return the number of the last occurrence that needs no answer any more, -1 for none."""
    done = timer.stage in (TimerStage.DONE, TimerStage.EXPIRED)
    return timer.occurrence if done else timer.occurrence - 1


def next_firing(model: Timer, timer: RunningTimer) -> Firing | None:
    """Return what the timer does next, or None when nothing will happen by itself."""
    stage, ahead = timer.stage, TimerStage.AHEAD
    candidates: list[Firing] = []
    if stage is ahead:
        candidates.append(Firing(timer.due, TimerPhase.DUE, timer))
    if timer.overdue is not None and stage in (ahead, TimerStage.DUE):
        candidates.append(Firing(timer.overdue, TimerPhase.OVERDUE, timer))
    if timer.expires is not None and stage in (ahead, TimerStage.DUE, TimerStage.OVERDUE):
        candidates.append(Firing(timer.expires, TimerPhase.EXPIRED, timer))
    following = _following(model, timer)
    if following is not None:
        candidates.append(Firing(following.due, TimerPhase.DUE, following))
    if timer.ends is not None:
        candidates.append(Firing(timer.ends, None, timer))
    return min(candidates, key=lambda firing: moment(firing.at), default=None)


def is_last(model: Timer, timer: RunningTimer) -> bool:
    """Say whether no further occurrence follows the present one."""
    return _following(model, timer) is None


def _following(model: Timer, timer: RunningTimer) -> RunningTimer | None:
    return _occurrence(model, timer, timer.occurrence + 1)


def _occurrence(model: Timer, timer: RunningTimer, number: int) -> RunningTimer | None:
    """Return occurrence `number`, or None when the series is over before it."""
    last = len(model.due) - 1
    if number <= last:
        due = later(timer.base, (model.due[number], 1))
    elif model.repeat is not None:
        due = later(timer.base, (model.due[last], 1), (model.repeat, number - last))
    else:
        return None
    if timer.ends is not None and moment(due) >= moment(timer.ends):
        return None
    return replace(
        timer,
        occurrence=number,
        stage=TimerStage.AHEAD,
        due=due,
        overdue=later(due, (model.overdue, 1)) if model.overdue else None,
        expires=later(due, (model.expire, 1)) if model.expire else None,
    )
