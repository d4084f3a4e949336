"""Where a patient stands in the workflow, as far as what is known leads.

In: a guideline and the outcome for a patient. Out: an instance that was started with the same data
and readings. What is not known yet is waited for, as in the clinic. And the ways that an instance
took.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guidewright.feel.temporal import Date, DateTime, Time
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.workflow.events import Start
from guidewright.workflow.instance import Instance, Visit
from guidewright.workflow.model import Graph, Transition
from guidewright.workflow.step import begin, step

# Only what follows from the data is asked for here, so any instant serves; a fixed one keeps the
# same patient's picture the same.
EPOCH = DateTime.of(Date.of(2000, 1, 1), Time(0, 0, None))


def walk_patient(guideline: Guideline, outcome: Outcome, at: DateTime = EPOCH) -> Instance:
    """Start the workflow with everything known of the patient; return where it comes to rest."""
    if guideline.workflow is None:
        raise ValueError("the guideline has no workflow")
    bound = guideline.workflow.bound(outcome.readings)
    computed = bound.graph.computed_names
    told = {name: value for name, value in outcome.patient.items() if name not in computed}
    known = {name: value for name, value in told.items() if value is not None}
    instance, _ = step(bound, begin(bound), Start(at, known))
    return instance


def taken_ways(graph: Graph, instance: Instance) -> tuple[str, ...]:
    """Return the ids of the transitions an instance has taken.

    Choices are recorded; other ways are those from a state that was left at an instant to one
    that was entered then.
    """
    recorded = [choice.transition for choice in instance.choices]
    chosen = {choice.state for choice in instance.choices}
    found = [
        way.id
        for index, visit in enumerate(instance.visits)
        if visit.state not in chosen and visit.state in graph.by_name
        for way in _ways_on(graph, visit, instance.visits[index + 1 :])
    ]
    return tuple(dict.fromkeys((*recorded, *found)))


def _ways_on(graph: Graph, visit: Visit, later: Sequence[Visit]) -> Iterator[Transition]:
    """Yield the transitions that fit with what was entered when a state was left."""
    if visit.left is None:
        return
    entered = {other.state for other in later if other.entered == visit.left}
    for way in graph.state(visit.state).transitions:
        if way.target.name in entered:
            yield way
