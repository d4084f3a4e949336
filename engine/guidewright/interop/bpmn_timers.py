"""When a timer event of BPMN fires: a timer of a state and one of its phases -> ISO 8601 duration.

None where one duration from the entry of the state cannot say it: then the time stands in the
extension element only, and the export says so.
"""

from __future__ import annotations

from guidewright.feel.temporal import DaysTimeDuration
from guidewright.interop.bpmn_conditions import sum_of
from guidewright.workflow.model import BaseKind, State, StateKind, Timer, TimerPhase


def time_of(state: State, phase: TimerPhase) -> str | None:
    """Return the duration after which the timer is in a phase, or None."""
    timer = state.timer
    if timer is None or not one_duration(timer):
        return None
    more = {TimerPhase.OVERDUE: timer.overdue, TimerPhase.EXPIRED: timer.expire}.get(phase)
    if more is None:
        return timer.due[0].text
    exact = not more.nominal and timer.due[0].value != DaysTimeDuration(0)
    if timer.due[0].nominal and exact:
        return None  # days of the calendar and hours have no common spelling
    return sum_of(timer.due[0].text, more.text)


def one_duration(timer: Timer) -> bool:
    """Say whether the timer is due once, counted from the entry of its state, in any case."""
    conditional = timer.when is not None or timer.standing
    return timer.base.kind is BaseKind.ENTRY and not timer.recurring and not conditional


def said_in_full(state: State) -> bool:
    """Say whether timer events of BPMN tell all that the state's timer does.

    They tell when a state is left, and a wait's end; not that a task is first due later, nor when
    it is overdue without being left.
    """
    timer = state.timer
    if timer is None:
        return True
    left_on = {transition.phase for transition in state.transitions}
    unheard = (timer.overdue is not None and TimerPhase.OVERDUE not in left_on) or (
        timer.expire is not None and TimerPhase.EXPIRED not in left_on
    )
    phases = [phase for phase in left_on if phase is not None]
    if state.kind is StateKind.WAIT:
        phases.append(TimerPhase.DUE)
    later = state.kind is StateKind.TASK and timer.due[0].text != "PT0S"
    told = all(time_of(state, phase) is not None for phase in phases)
    return one_duration(timer) and told and not unheard and not later
