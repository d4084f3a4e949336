"""What a clinician does against the workflow, always with a reason: deviate, and override.

In: a draft and the event. Out: the same draft, led on. W3C SCXML knows neither.
"""

from __future__ import annotations

from guidewright.errors import Code, did_you_mean
from guidewright.workflow.draft import Draft
from guidewright.workflow.effects import Noted
from guidewright.workflow.events import Deviate, Override
from guidewright.workflow.instance import Deviation, Overriding
from guidewright.workflow.model import State, Trigger
from guidewright.workflow.moves import jump
from guidewright.workflow.refusals import refuse
from guidewright.workflow.settle import take
from guidewright.workflow.ways import branch_for, overriding, shown


def deviate(draft: Draft, event: Deviate) -> None:
    """Leave the path and go on in another state."""
    if event.to not in draft.graph.by_name:
        hint = did_you_mean(event.to, draft.graph.by_name)
        raise refuse(Code.WORKFLOW_STATE, f"there is no state '{event.to}'", hint)
    if not event.reason.strip():
        raise refuse(Code.WORKFLOW_EVENT, "a deviation needs a reason")
    innermost = (name for name in draft.graph.order if name in draft.active)
    left = tuple(name for name in innermost if draft.graph.state(name).atomic)
    draft.deviations.append(Deviation(draft.now, left, event.to, event.reason, event.by))
    draft.say(Noted(draft.now, event.to, f"a clinician left the path: {event.reason}"))
    jump(draft, event.to, rearm=False)


def override(draft: Draft, event: Override) -> None:
    """Take another branch than the decision, where it is open or its answer still stands."""
    state = draft.graph.by_name.get(event.state)
    if state is None or state.ask is None:
        asked = [each.name for each in draft.graph.states if each.ask is not None]
        text = f"'{event.state}' is no decision of the workflow"
        raise refuse(Code.WORKFLOW_STATE, text, did_you_mean(event.state, asked))
    if not event.reason.strip():
        raise refuse(Code.WORKFLOW_EVENT, "an override needs a reason")
    transition = branch_for(state, event.value)
    if transition is None:
        values = (way.value for way in state.transitions if way.trigger is Trigger.VALUE)
        hint = "its branches: " + ", ".join(map(shown, values))
        text = f"'{event.state}' has no branch for what was decided instead"
        raise refuse(Code.WORKFLOW_EVENT, text, hint)
    number = _standing(draft, state)
    before = draft.choices[number] if number is not None else None
    draft.overrides.append(
        Overriding(
            at=draft.now,
            state=state.name,
            decision=state.ask.decision.name,
            before=before.value if before is not None else None,
            after=event.value,
            reason=event.reason,
            by=event.by,
        )
    )
    draft.say(Noted(draft.now, state.name, f"a clinician decided otherwise: {event.reason}"))
    if number is not None:
        jump(draft, state.name, number, forget=True)
    draft.stops.pop((state.name, None), None)
    take(draft, [overriding(draft.now, state, transition, event, before)])


def _standing(draft: Draft, state: State) -> int | None:
    """Return the number of the choice that stands in a decision state, None when it is open."""
    if state.name in draft.active:
        return None
    for number, choice in enumerate(draft.choices):
        if choice.standing and choice.state == state.name:
            if draft.is_interrupted(state.name, number):
                break
            return number
    text = f"nothing that was decided in '{state.name}' stands now"
    raise refuse(Code.WORKFLOW_EVENT, text, "deviate with a reason to lead the patient on")
