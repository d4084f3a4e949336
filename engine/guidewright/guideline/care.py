"""A patient's care in memory: start a workflow, send it events, ask what is due.

In: a guideline's workflow, a patient or an event as people write them. Out: a `Care`, frozen; each
event gives the next one. Pure: nothing is stored and no clock is asked; `guidewright.store` keeps
the same steps in a journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from guidewright.dmn import Model
from guidewright.errors import CallError, Code, Note
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime, parse_date_time
from guidewright.guideline.evaluator import GuidelineEvaluator
from guidewright.guideline.events import read_event, read_values
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.patient import read_policies
from guidewright.source import Span
from guidewright.workflow.agenda import Item, agenda
from guidewright.workflow.effects import Effect
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import Event, Start, Tick
from guidewright.workflow.instance import Instance
from guidewright.workflow.model import Graph
from guidewright.workflow.step import begin, step


@dataclass(frozen=True, slots=True, eq=False)
class Workflow:
    """The workflow of a loaded guideline; `digest` is the guideline's."""

    file: GuidelineFile
    model: Model
    graph: Graph
    digest: str

    def bound(self, readings: Mapping[str, str] | None = None) -> BoundGraph:
        """Return the graph with the decisions under these readings of policies."""
        return BoundGraph(
            self.graph, GuidelineEvaluator(self.file, self.model, readings, self.graph)
        )

    def start(
        self,
        patient: Mapping[str, object],
        *,
        at: DateTime | str,
        policies: Mapping[str, str] | None = None,
        zone: str | None = None,
    ) -> Care:
        """Return the care of a patient who comes in at an instant.

        `patient` and `policies` are as for `Guideline.evaluate`; `zone` is the site's time zone
        where it is not that of the workflow. Raises `CallError` listing
        everything that is wrong with them.
        """
        readings = read_policies(self.file, policies or {})
        event = Start(instant(at), read_values(self, patient), zone)
        bound = self.bound(readings)
        return Care(self, readings, bound, begin(bound), ()).send(event)


@dataclass(frozen=True, slots=True, eq=False)
class Care:
    """One patient on the way: the instance now, and what the last event asks for."""

    workflow: Workflow
    readings: Mapping[str, str]
    bound: BoundGraph
    instance: Instance
    effects: tuple[Effect, ...]

    def send(
        self, event: Event | Mapping[str, Any], places: Mapping[str, Span] | None = None
    ) -> Care:
        """Return the care after an event, which may be a map such as `{"event": "tick", …}`.

        Raises `CallError` when the event does not fit; this care stays as it is.
        """
        read = read_event(self.workflow, event, places) if isinstance(event, Mapping) else event
        instance, effects = step(self.bound, self.instance, read)
        return replace(self, instance=instance, effects=effects)

    def due(self, at: DateTime | str | None = None) -> tuple[Item, ...]:
        """Return the agenda; with `at`, as it will be then if nothing else happens."""
        then = self if at is None else self.send(Tick(instant(at)))
        return agenda(self.workflow.graph, then.instance)


def instant(at: DateTime | str) -> DateTime:
    """Return the instant that a text in FEEL's spelling says."""
    if isinstance(at, DateTime):
        return at
    try:
        return parse_date_time(at)
    except Refuse as why:
        hint = "write a date and time such as 2026-03-01T08:00:00+01:00"
        raise CallError(Note(Code.WORKFLOW_EVENT, None, why.reason, hint)) from None
