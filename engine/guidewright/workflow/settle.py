"""Let a draft run until nothing happens by itself: the macrostep, and the passing of time.

In: a `Draft`, after an event did its part. Out: the same draft at rest: no condition is true, no
decision is open, no state is complete with a way on, no timer is due. W3C SCXML, appendix D
(mainEventLoop); where SCXML would take a missing value for false, the state stops visibly.
"""

from __future__ import annotations

from collections.abc import Iterable

from guidewright.errors import Code, Note, ResourceError
from guidewright.feel.temporal import DateTime
from guidewright.workflow.acts import end_series, fire, start_timer
from guidewright.workflow.configuration import ancestors, domain, in_order, without_conflicts
from guidewright.workflow.draft import Completed, Draft
from guidewright.workflow.instance import Stop
from guidewright.workflow.model import ANYWHERE, Transition, Trigger
from guidewright.workflow.moves import take_together
from guidewright.workflow.timers import Firing, moment, next_firing
from guidewright.workflow.ways import Question, Way


def settle(draft: Draft) -> None:
    """Take transitions that need no event until none is left.

    States that were stopped are tried again first. What was raised or completed inside waits until
    no condition is true any more. Nothing happens after the end. Raises `ResourceError` when there
    is no end.
    """
    _retry(draft)
    while draft.finished is None and (_by_itself(draft) or _happened(draft) or _series_over(draft)):
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
    memory = draft.memory
    together = without_conflicts(draft.graph, draft.active, tuple(by_transition), memory)
    take_together(draft, [(by_transition[t], domain(draft.graph, t, memory)) for t in together])


def ways_on(draft: Draft, event: str | None = None) -> tuple[Way, ...]:
    """Return what the active states want to do: by themselves, or on an event.

    Each innermost state asks the exceptions around it, the outermost first, then itself, then those
    around it; the first way found is its own. When a condition cannot be decided, the state stops
    and nobody further is asked. SCXML: selectTransitions, which has no exceptions.
    """
    question = draft.question()
    graph = draft.graph
    interrupting = graph.scopes_on.get(event, ())
    asked: dict[tuple[bool, str], Way | Stop | None] = {}
    found: dict[Transition, Way] = {}
    for name in in_order(graph, draft.active):
        if graph.state(name).children:
            continue
        around = (name, *(state.name for state in ancestors(graph, name)))
        outward = [(False, state) for state in around]
        inward = [(True, s) for s in (ANYWHERE, *reversed(around)) if s in interrupting]
        for key in (*inward, *outward):
            if key not in asked:
                asked[key] = _asked(draft, question, key, event)
            answer = asked[key]
            if isinstance(answer, Stop):
                draft.stop(answer)
            elif answer is not None:
                found[answer.transition] = answer
            if answer is not None:
                break
    return tuple(sorted(found.values(), key=lambda way: not way.transition.exception))


def _asked(
    draft: Draft, question: Question, key: tuple[bool, str], event: str | None
) -> Way | Stop | None:
    """Return what the exceptions of a scope, or the ways of a state, say."""
    exception, name = key
    if exception:
        whole = name == ANYWHERE
        ways = draft.graph.exceptions if whole else draft.graph.state(name).exceptions
        if event is None:
            ways = tuple(way for way in ways if way.event is None and _armed(draft, question, way))
        return question.exception(name, ways, event)
    state = draft.graph.state(name)
    if event is None:
        return question.way(state)
    return question.first(state, listening(state.transitions, event), event)


def _armed(draft: Draft, question: Question, way: Transition) -> bool:
    """Say whether an exception by condition can be taken: not while the last time still stands.

    It stands no longer once its condition is false.
    """
    if not draft.stands(way) or way.when is None:
        return True
    if question.test(way.source, way.when).value is False:
        draft.end_interruptions(way.source, way.id)
    return False


def listening(ways: Iterable[Transition], event: str) -> Iterable[Transition]:
    """Return the transitions that an event of the model can take."""
    return (t for t in ways if t.event is not None and t.event.name == event)


def _retry(draft: Draft) -> None:
    for stop in [stop for stop in draft.stops.values() if stop.event is None]:
        del draft.stops[stop.state, None]
        if stop.state == ANYWHERE:
            continue
        state = draft.graph.state(stop.state)
        if stop.of_timer and state.timer is not None and state.name in draft.active:
            start_timer(draft, state, state.timer)


def _by_itself(draft: Draft) -> bool:
    ways = ways_on(draft)
    take(draft, ways)
    return bool(ways)


def _happened(draft: Draft) -> bool:
    """Handle what happened inside first: a way on (`next`), or an internal event."""
    if not draft.queue:
        return False
    item = draft.queue.pop(0)
    if not isinstance(item, Completed):
        take(draft, ways_on(draft, item.event))
    elif item.state in draft.active:
        done = [t for t in draft.graph.state(item.state).transitions if t.trigger is Trigger.DONE]
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
        answer = question.test(state.name, guard)
        if answer.value is True:
            end_series(draft, state)
            return True
        if answer.value is not False:
            draft.stop(question.undecided(state.name, guard, answer, None))
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
        end_series(draft, state)
        return
    fire(draft, state, state.timer, firing.timer, firing.phase)
    ready = (t for t in state.transitions if t.phase is firing.phase)
    answer = draft.question().first(state, ready, f"timer {firing.phase.value}")
    if isinstance(answer, Stop):
        draft.stop(answer)
    elif answer is not None:
        take(draft, [answer])
