"""An event as people write it -> an event of the workflow, its values read as a patient's.

In: a map with `event`, `at` and what belongs to the kind of event. Out: the event, with quantities
in the model's units; `CallError` naming every fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from guidewright.dmn import Model
from guidewright.errors import CallError, Code, Note
from guidewright.feel.conversion import from_python
from guidewright.feel.names import normal
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import parse_date_time
from guidewright.guideline.evaluator import awaited, input_types
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.patient import read_patient
from guidewright.source import Span
from guidewright.workflow.codec import EVENTS, event_from_json
from guidewright.workflow.events import Event
from guidewright.workflow.model import Graph
from guidewright.workflow.value_codec import value_to_json

WHOLE = ""  # the key under which `places` has the whole event
_VALUES = "values."


class Described(Protocol):
    """What knows which data there are: a guideline, or its workflow."""

    @property
    def file(self) -> GuidelineFile:
        """The inputs with their units."""

    @property
    def model(self) -> Model:
        """The inputs with their types."""

    @property
    def graph(self) -> Graph | None:
        """The data that tasks bring."""


def read_event(
    guideline: Described, raw: Mapping[str, Any], places: Mapping[str, Span] | None = None
) -> Event:
    """Return the event; values of the model's inputs need their units.

    `places` tell where keys are written; those of `values` stand there as `values.name`.
    """
    data = dict(raw)
    places = places or {}
    _check_form(data, places)
    values = data.get("values")
    if isinstance(values, Mapping):
        data["values"] = {
            name: value_to_json(value)
            for name, value in read_values(guideline, values, _inside(places)).items()
        }
    return event_from_json(data)


def _inside(places: Mapping[str, Span]) -> dict[str, Span]:
    return {key.removeprefix(_VALUES): span for key, span in places.items() if _VALUES in key}


def _check_form(data: Mapping[str, Any], places: Mapping[str, Span]) -> None:
    """Ask for a known kind of event and an instant, at the places where they are written."""
    name = data.get("event")
    if not isinstance(name, str) or name not in EVENTS:
        text = f"{name!r} is not an event" if name is not None else "the key 'event' is missing"
        span = places.get("event") or places.get(WHOLE)
        raise CallError(Note(Code.WORKFLOW_EVENT, span, text, "one of: " + ", ".join(EVENTS)))
    if "at" not in data:
        text = f"the event {name!r} needs the key 'at'"
        raise CallError(Note(Code.WORKFLOW_EVENT, places.get(WHOLE), text))
    try:
        parse_date_time(str(data["at"]))
    except Refuse as why:
        raise CallError(Note(Code.WORKFLOW_EVENT, places.get("at"), why.reason)) from None


def read_values(
    guideline: Described, values: Mapping[str, Any], places: Mapping[str, Span] | None = None
) -> dict[str, Any]:
    """Return FEEL values: of inputs as a patient's, of other awaited data as they are."""
    inputs = input_types(guideline.model)
    others = awaited(guideline.graph) - set(inputs) if guideline.graph is not None else set()
    patient = {name: value for name, value in values.items() if normal(name) not in others}
    read = read_patient(guideline.file, guideline.model, patient, places)
    for name, value in values.items():
        if normal(name) in others:
            try:
                read[normal(name)] = from_python(value)
            except Refuse as why:
                note = Note(Code.INPUT_TYPE, (places or {}).get(name), f"{name!r}: {why.reason}")
                raise CallError(note) from None
    return read
