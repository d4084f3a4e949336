"""Events that show a fault of a workflow: looked for, run by the engine, run again.

In: a state, data, and what the fault looks like. Out: one finding; where a search found no events
it is `possible`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guidewright.analysis.checks import Check
from guidewright.analysis.findings import (
    About,
    Finding,
    Path,
    Patient,
    possible,
    violated,
)
from guidewright.analysis.regions import Box
from guidewright.analysis.workflow_answers import WorkflowAnswers
from guidewright.analysis.workflow_search import BEGINNING, Search
from guidewright.analysis.workflow_ways import planned
from guidewright.errors import ResourceError
from guidewright.workflow.codec import event_from_json, event_to_json
from guidewright.workflow.events import Event, Start
from guidewright.workflow.instance import Instance
from guidewright.workflow.step import begin, step

Done = Callable[[Instance], bool]
MOST_SHOWN = 20  # faults of one check for which events are looked for


def shown_by(
    found: WorkflowAnswers,
    mine: Check,
    about: About,
    text: str,
    box: Box | None,
    shows: Done,
    *,
    loops: bool = False,
) -> Iterator[Finding]:
    """Yield the fault with events from the start that show it, or as possible without."""
    start = box if box is not None else found.start(found.graph.state(about.subject))
    data = found.space.patient(start)
    claim = mine.claim(about, text)
    runner = Runner(found, start, shows, about.subject, loops)
    found.searched[mine.code] += 1
    many = found.searched[mine.code] > MOST_SHOWN
    path = None if many else runner.path()
    if path is None:
        why = (
            f"no events were looked for after {MOST_SHOWN} such faults"
            if many
            else "no events were found that lead there with these data"
        )
        claim = mine.claim(about, f"{text} ({why})")
        yield possible(claim, Patient({}, data))
        return
    yield violated(claim, path, runner.replay)


@dataclass(frozen=True, slots=True)
class Runner:
    """Finds events that bring the engine where a fault shows, and runs them again."""

    found: WorkflowAnswers
    box: Box
    shows: Done
    aim: str
    loops: bool

    def path(self) -> Path | None:
        """Return events that show the fault, or None when none were found."""
        for data in self._patients():
            way = self._found(data)
            if way is not None:
                return way
        return None

    def _patients(self) -> Iterator[Mapping[str, Any]]:
        """Yield patients whose data lead to the state, by one drawn way after the other."""
        for box in planned(self.found, self.aim, self.box):
            yield self.found.space.patient(box)

    def _found(self, data: Mapping[str, Any]) -> Path | None:
        given = {name: value for name, value in data.items() if value is not None}
        samples: dict[str, list[Any]] = {}
        for axis in self.found.space.axes:
            known = [each.value for each in axis.chosen(axis.known)]
            samples[axis.name] = [given[axis.name]] if axis.name in given else known[:1]
        search = Search(self.found.bound, samples, self.aim, [given])
        events: tuple[Event, ...] = ()
        try:
            if self.loops:
                return self._loop(given)
            way = search.find(lambda instance: True if self.shows(instance) else None)
            events = way.events if way is not None else ()
        except ResourceError:
            return None
        path = Path(Patient({}), tuple(event_to_json(event) for event in events))
        return path if events and self.replay(path) is not None else None

    def _loop(self, given: Mapping[str, Any]) -> Path | None:
        """Return the start of a patient whose data send the engine round."""
        path = Path(Patient({}), (event_to_json(Start(BEGINNING, given)),))
        return path if self.replay(path) is not None else None

    def replay(self, path: Path) -> str | None:
        """Run the events; return what the engine came to when it shows the fault."""
        instance = begin(self.found.bound)
        try:
            for event in path.events:
                instance, _ = step(self.found.bound, instance, event_from_json(event))
        except ResourceError as fault:
            return fault.notes[0].text if self.loops else None
        if self.loops or not self.shows(instance):
            return None
        stopped = [f"stopped in '{stop.state}': {stop.reason}" for stop in instance.stops]
        way = " -> ".join(instance.path)
        return "; ".join([f"the way {way}", *stopped])
