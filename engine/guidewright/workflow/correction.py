"""Correct what was known, and make again, in order, every choice and date that rested on it.

In: a draft and a `Correct` event. Out: the same draft, led on from the first choice that now goes
another way. What people did or exceptions ended is not undone: it is pointed out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from guidewright.errors import Code, did_you_mean
from guidewright.workflow.acts import restart_timer, timer_base
from guidewright.workflow.draft import Draft
from guidewright.workflow.effects import Evaluated, Noted
from guidewright.workflow.events import Correct
from guidewright.workflow.instance import Choice, Correction, Datum
from guidewright.workflow.model import BaseKind, State, Timer, Trigger
from guidewright.workflow.moves import jump
from guidewright.workflow.refusals import not_computed, owned, refuse
from guidewright.workflow.ways import Way


def correct(draft: Draft, event: Correct) -> None:
    """Change what is known, then make again, in order, every choice that rested on it.

    A choice that now goes another way takes the instance back to its state, leaving what followed.
    """
    if not event.reason.strip() or not event.values:
        raise refuse(Code.WORKFLOW_EVENT, "a correction needs values and a reason")
    for name, value in event.values.items():
        not_computed(draft.graph, name)
        if name not in draft.known:
            text = f"nothing is known of '{name}' that could be corrected"
            hint = did_you_mean(name, draft.known) or "send it as data"
            raise refuse(Code.WORKFLOW_EVENT, text, hint)
        after = owned(value, name)
        before = draft.known[name].value
        draft.corrections.append(Correction(draft.now, name, before, after, event.reason))
        draft.known[name] = Datum(name, after, draft.now)
    draft.say(Noted(draft.now, "", f"corrected: {', '.join(event.values)}; {event.reason}"))
    for number in range(len(draft.choices)):
        choice = draft.choices[number]
        if choice.standing and _rests_on(choice, event.values):
            why_not = _why_not_again(draft, choice, number)
            if why_not is None:
                _choose_again(draft, choice, number)
            else:
                draft.say(Noted(draft.now, choice.state, why_not))
    _restart_timers(draft, event.values)


def _rests_on(choice: Choice, names: Iterable[str]) -> bool:
    return choice.inputs is None or not set(choice.inputs).isdisjoint(names)


def _choose_again(draft: Draft, choice: Choice, number: int) -> None:
    state = draft.graph.state(choice.state)
    answer = draft.question().way(state)
    if isinstance(answer, Way) and answer.choice and answer.transition.id == choice.transition:
        draft.choices[number] = answer.choice
        draft.say(Evaluated(draft.now, answer.choice))
        return
    draft.say(Noted(draft.now, state.name, "after the correction this has to be decided again"))
    jump(draft, state.name, number, forget=True)


def _why_not_again(draft: Draft, choice: Choice, number: int) -> str | None:
    """Return why a choice that rested on a corrected datum is not made again, or None."""
    if draft.is_interrupted(choice.state, number):
        return "an exception has ended what rested on what was corrected; please look at it"
    if choice.override is not None:
        return "a clinician decided this, resting on what was corrected; please look at it"
    ways = {way.id: way for way in draft.graph.all_transitions}
    taken = ways.get(choice.transition)
    if taken is None or taken.exception or taken.trigger in (Trigger.EVENT, Trigger.TIMER):
        return "the way taken on an event rested on what was corrected; please look at it"
    return None


def _restart_timers(draft: Draft, names: Collection[str]) -> None:
    """Count again from a base that was corrected; point out where that time has passed."""
    for state in draft.graph.states:
        model = state.timer
        if model is None or not _counts_from(draft, state, model, names):
            continue
        timer = draft.timers.get(state.name)
        base = timer_base(draft, state, model)
        if timer is not None:
            restart_timer(draft, state, model, timer)
        elif state.name in draft.paused and base is not None:
            draft.paused[state.name] = replace(draft.paused[state.name], base=base)
        elif state.name not in draft.active and any(v.state == state.name for v in draft.visits):
            text = "its time counted from what was corrected; please look at it"
            draft.say(Noted(draft.now, state.name, text))


def _counts_from(draft: Draft, state: State, model: Timer, names: Collection[str]) -> bool:
    """Say whether a timer counts from one of these data, or from what is computed of them."""
    if model.base.kind is not BaseKind.DATUM:
        return False
    computed = draft.question().facts(state.name).computed.get(model.base.name)
    if computed is None:
        return model.base.name in names
    return computed.inputs is None or not set(computed.inputs).isdisjoint(names)
