"""Which ways of a workflow data take, and which states they can lead to.

In: a guideline with a workflow. Out: the answers of its states, ways that no data take, a graph of
what can cause what without them, and data that lead along a drawn way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import networkx as nx

from guidewright.analysis.regions import Box, meet
from guidewright.analysis.sharing import shared
from guidewright.analysis.workflow_answers import Answers, WorkflowAnswers, answers_of
from guidewright.analysis.workflow_search import ROOT, causes
from guidewright.guideline.guide import Guideline
from guidewright.workflow.model import Transition, Trigger
from guidewright.workflow.ways import Way


@shared
def answers(guide: Guideline) -> WorkflowAnswers:
    """Return the answers under the default readings; they are worked out once for all checks."""
    return answers_of(guide)


@shared
def under_all_readings(guide: Guideline) -> WorkflowAnswers:
    """Return the answers under every reading of every policy."""
    return answers_of(guide, all_readings=True) if guide.file.policies else answers(guide)


@shared
def never_taken(guide: Guideline) -> frozenset[str]:
    """Return the ids of ways that no data take, whatever the readings of policies."""
    found = set()
    for state in answers(guide).graph.states:
        asked = answers(guide).of(state)
        dead = {way.id for way in _never_taken(asked)}
        if dead and guide.file.policies:  # only these have to be looked at under all readings
            asked = under_all_readings(guide).of(state)
            dead &= {way.id for way in _never_taken(asked)}
        found |= dead
    return frozenset(found)


def _never_taken(asked: Answers) -> Iterator[Transition]:
    """Yield the ways of a state that no data take; none where something is unknown.

    What is written for null, several or other answers is a precaution, and none.
    """
    taken = {each.way.transition.id for each in asked.known if isinstance(each.way, Way)}
    if asked.known and not asked.unknown:
        for way in asked.asked:
            if way.id not in taken and way.trigger in (Trigger.ALWAYS, Trigger.VALUE):
                yield way


@shared
def feasible(guide: Guideline) -> nx.DiGraph[str]:
    """Return what can be the cause of entering what, without the ways that no data take."""
    graph, dead = answers(guide).graph, never_taken(guide)
    made = causes(graph)
    for state in graph.states:
        targets = {way.target.name for way in state.transitions if way.id not in dead}
        targets |= {way.target.name for way in graph.exceptions}
        for way in state.transitions:
            gone = way.id in dead and way.target.name not in targets
            if gone and made.has_edge(state.name, way.target.name):
                made.remove_edge(state.name, way.target.name)
    return made


SMALL = 60  # states; in a larger workflow only the shortest way is tried
MOST_WAYS = 4  # drawn ways to a state that are tried
MOST_BOXES = 40  # of data for one of them


def planned(found: WorkflowAnswers, aim: str, box: Box) -> Iterator[Box]:
    """Yield data within a box that satisfy every condition on a drawn way to a state."""
    ways = feasible(found.guide)
    if aim not in ways or aim not in nx.descendants(ways, ROOT):
        return
    if len(ways) > SMALL:
        paths = iter([nx.shortest_path(ways, ROOT, aim)])
    else:
        paths = islice(nx.shortest_simple_paths(ways, ROOT, aim), MOST_WAYS)
    for path in paths:
        boxes = [box]
        for source, target in pairwise(path[1:]):
            boxes = _going(found, source, target, boxes)
        yield from boxes[:2]


def _going(found: WorkflowAnswers, source: str, target: str, boxes: Sequence[Box]) -> list[Box]:
    """Return those data with which a state takes the way to another."""
    asked = found.of(found.graph.state(source))
    named = {way.target.name for way in asked.asked}
    if target not in named:
        return list(boxes)
    here = [
        each.box
        for each in asked.known
        if isinstance(each.way, Way) and each.way.transition.target.name == target
    ]
    both = (meet(one, other) for one in boxes for other in here)
    return [each for each in both if each is not None][:MOST_BOXES]
