"""Let a draft run until nothing happens by itself: the macrostep, and the passing of time.

In: a `Draft`, after an event did its part. Out: the same draft at rest: no condition is true, no
decision is open, no state is complete with a way on, no timer is due. W3C SCXML, appendix D
(mainEventLoop); where SCXML would take a missing value for false, the state stops visibly.
"""

from __future__ import annotations

from collections.abc import Iterable

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel.temporal import DateTime
from guidewright.workflow.configuration import ancestors, domain, in_order, without_conflicts
from guidewright.workflow.draft import Draft
from guidewright.workflow.instance import Stop
from guidewright.workflow.model import State, Transition, Trigger
from guidewright.workflow.timers import Firing, moment, next_firing
from guidewright.workflow.ways import Way


def settle(draft: Draft) -> None:
    """Take transitions that need no event until none is left.

    States that were stopped are tried again first. Raises `ResourceError` when there is no end.
    """
    _retry(draft)
    while _by_itself(draft) or _completed(draft) or _series_over(draft):
        pass


def advance(draft: Draft, at: DateTime) -> None:
    """Let every timer that fires by `at` fire, in order; the draft's `now` is then `at`.

    Each fires at its own instant, so it does not matter how often somebody ticks. Timers of the
    same instant fire in document order.
    """
    firings = 0
    while (firing := _earliest(draft)) is not None and moment(firing.at) <= moment(at):
        firings += 1
        if firings > draft.bound.limits.firings:
            text = f"more than {draft.bound.limits.firings} timers were due at once"
            hint = f"the last one in '{firing.timer.state}', for {firing.at}"
            span = draft.graph.state(firing.timer.state).name_span
            raise ResourceError(Note(Code.WORKFLOW_LIMIT, span, text, hint))
        if moment(firing.at) > moment(draft.now):
            draft.now = firing.at
        _fire(draft, firing)
        settle(draft)
    draft.now = at


def take(draft: Draft, ways: Iterable[Way]) -> None:
    """Take the ways that do not conflict, together."""
    by_transition = {way.transition: way for way in ways}
    together = without_conflicts(draft.graph, draft.active, tuple(by_transition))
    draft.take((by_transition[t], domain(draft.graph, t)) for t in together)


def ways_on(draft: Draft, event: str | None = None) -> tuple[Way, ...]:
    """Return what the active states want to do: by themselves, or on an event of the model.

    Each innermost state asks itself, then those around it; the first way found is its own. When a
    condition cannot be decided, the state stops and nobody around it is asked. SCXML:
    selectTransitions.
    """
    question = draft.question()
    asked: dict[str, Way | Stop | None] = {}
    found: dict[Transition, Way] = {}
    for name in in_order(draft.graph, draft.active):
        innermost = draft.graph.state(name)
        if not innermost.atomic:
            continue
        for state in (innermost, *ancestors(draft.graph, name)):
            if state.name not in asked:
                asked[state.name] = (
                    question.way(state)
                    if event is None
                    else question.first(state, listening(state, event), event)
                )
            answer = asked[state.name]
            if isinstance(answer, Stop):
                draft.stop(answer)
            elif answer is not None:
                found[answer.transition] = answer
            if answer is not None:
                break
    return tuple(found.values())


def listening(state: State, event: str) -> Iterable[Transition]:
    """Return the transitions of a state that an event of the model can take."""
    return (t for t in state.transitions if t.event is not None and t.event.name == event)


def _retry(draft: Draft) -> None:
    for stop in [stop for stop in draft.stops.values() if stop.event is None]:
        del draft.stops[stop.state, None]
        state = draft.graph.state(stop.state)
        if stop.of_timer and state.timer is not None and state.name in draft.active:
            draft.start_timer(state, state.timer)


def _by_itself(draft: Draft) -> bool:
    ways = ways_on(draft)
    take(draft, ways)
    return bool(ways)


def _completed(draft: Draft) -> bool:
    """Take the way on (`next`) of the state that was completed first."""
    if not draft.complete:
        return False
    name = draft.complete.pop(0)
    if name in draft.active:
        done = [t for t in draft.graph.state(name).transitions if t.trigger is Trigger.DONE]
        take(draft, [Way(transition, None) for transition in done])
    return True


def _series_over(draft: Draft) -> bool:
    """End the timers whose `until` condition has become true."""
    question = draft.question()
    for timer in tuple(draft.timers.values()):
        state = draft.graph.state(timer.state)
        guard = state.timer.until_when if state.timer is not None else None
        if guard is None:
            continue
        answer = draft.bound.evaluator.test(guard, question.data, draft.now)
        if answer.value is True:
            draft.over(state)
            return True
        if answer.value is not False:
            draft.stop(question.undecided(state, guard, answer, None))
    return False


def _earliest(draft: Draft) -> Firing | None:
    earliest: Firing | None = None
    for name in in_order(draft.graph, draft.timers):
        model = draft.graph.state(name).timer
        firing = next_firing(model, draft.timers[name]) if model is not None else None
        if firing is None:
            continue
        if earliest is None or moment(firing.at) < moment(earliest.at):
            earliest = firing
    return earliest


def _fire(draft: Draft, firing: Firing) -> None:
    state = draft.graph.state(firing.timer.state)
    if state.timer is None:
        return
    if firing.phase is None:
        draft.over(state)
        return
    draft.fire(state, state.timer, firing.timer, firing.phase)
    ready = (t for t in state.transitions if t.phase is firing.phase)
    answer = draft.question().first(state, ready, f"timer {firing.phase.value}")
    if isinstance(answer, Stop):
        draft.stop(answer)
    elif answer is not None:
        take(draft, [answer])
