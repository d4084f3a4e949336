"""Which transitions of a state can be taken, and which belong to one event of BPMN.

In: a state. Out: its transitions in groups. What stands behind a way without a condition, on the
same event, is never taken; BPMN has no place for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.workflow.model import State, Transition, Trigger


def goes_on_at_once(state: State) -> bool:
    """Say whether a state is left as soon as it is entered, whatever its conditions give."""
    return any(t.trigger is Trigger.ALWAYS and t.when is None for t in state.transitions)


def by_event(
    state: State, ways: tuple[Transition, ...] | None = None
) -> Iterator[list[Transition]]:
    """Yield the transitions of a state, or some, those on the same event together, in order."""
    groups: dict[tuple[object, ...], list[Transition]] = {}
    for transition in state.transitions if ways is None else ways:
        event = transition.event.name if transition.event is not None else None
        own_way = transition.index if transition.trigger is Trigger.ALWAYS else None
        key = (transition.trigger, event, transition.phase, own_way)
        groups.setdefault(key, []).append(transition)
    for same in groups.values():
        yield possible(same)


def possible(ways: list[Transition]) -> list[Transition]:
    """Return the ways up to the first without a condition: what follows is never taken."""
    free = next((index for index, way in enumerate(ways) if way.when is None), len(ways))
    return ways[: free + 1]
