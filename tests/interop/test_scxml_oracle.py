"""An independent SCXML interpreter runs the export as `step` runs the graph.

The interpreter is python-statemachine, with our FEEL for its conditions, since the data model is
`feel`. Charts are made at random: nested and parallel states, final states, gaps, tasks that
inform, decisions, conditions. `GUIDEWRIGHT_CHARTS=2000 pytest tests/interop/test_scxml_oracle.py`
runs the full count.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import pytest
from charts import ABORTS, ANSWER, EVENTS, FLAGS, VALUES, Document, chart, graph_of

from guidewright.errors import CallError
from guidewright.feel.api import compile_expression
from guidewright.feel.temporal import parse_date_time
from guidewright.feel.types import ANY
from guidewright.interop.export import xml_id, xml_ids
from guidewright.interop.scxml import scxml
from guidewright.workflow.evaluator import Answer, BoundGraph
from guidewright.workflow.events import Data, Event, Signal, Start
from guidewright.workflow.instance import Instance
from guidewright.workflow.model import Guard
from guidewright.workflow.step import begin, step

interpreter = pytest.importorskip("statemachine.io.interpreter", reason="no python-statemachine")
reader = pytest.importorskip("statemachine.io.scxml.reader", reason="no python-statemachine")
engine = pytest.importorskip("statemachine.engines.base", reason="no python-statemachine")

CHARTS = int(os.environ.get("GUIDEWRIGHT_CHARTS", "40"))
NAMES = dict.fromkeys((*FLAGS, ANSWER))
NOW = parse_date_time("2025-01-01T00:00:00Z")


@pytest.fixture(autouse=True)
def document_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the interpreter resolve conflicts in document order, as SCXML does.

    python-statemachine 3.2 goes through the active states in the order in which they were entered;
    W3C SCXML, appendix D, selectEventlessTransitions, sorts them by document order.
    """
    theirs = engine.BaseEngine._filter_conflicting_transitions

    def ordered(self: Any, transitions: Iterable[Any]) -> Any:
        first = sorted(transitions, key=lambda transition: number(transition.source.id))
        return theirs(self, type(transitions)(first))

    monkeypatch.setattr(engine.BaseEngine, "_filter_conflicting_transitions", ordered)


def number(state_id: str) -> int:
    """Return the place of a state of a chart in its document: `s_12_x3F_` is the 12th."""
    return int(state_id.split("_")[1])


def truth(text: str, data: Mapping[str, Any]) -> Any:
    """Return what a FEEL condition gives."""
    return compiled(text).evaluate(data).value


_CACHE: dict[str, Any] = {}


def compiled(text: str) -> Any:
    if text not in _CACHE:
        _CACHE[text] = compile_expression(text, dict.fromkeys(NAMES, ANY))
    return _CACHE[text]


class Ours:
    """Answers `step` from the data themselves."""

    def decide(self, decision: str, data: Mapping[str, Any], at: object) -> Answer:
        return Answer(data.get(ANSWER), inputs=(ANSWER,))

    def test(self, guard: Guard, data: Mapping[str, Any], at: object) -> Answer:
        return Answer(truth(guard.text, data), inputs=tuple(FLAGS))


class Theirs:
    """Answers the interpreter: the FEEL of the data model."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def compile_bool(self, text: str) -> Callable[..., bool]:
        return lambda *_, **__: truth(text, self.data) is True

    def compile_value(self, text: str) -> Callable[..., Any]:
        return lambda *_, **__: truth(text, self.data)

    def eval_literal(self, text: str) -> Any:
        return text

    def compile_script(self, text: str) -> Callable[..., Any]:
        raise AssertionError("nothing exports a script")

    def ensure_external_src_allowed(self, what: str) -> None:
        raise AssertionError("nothing exports a source")


class Oracle:
    """The export in the interpreter."""

    def __init__(self, text: str, data: dict[str, Any]) -> None:
        scxml_reader = reader.SCXMLReader()
        runtime = interpreter.Interpreter(reader=scxml_reader, evaluator=Theirs(data))
        runtime.process_definition(scxml_reader.read(text), location="chart")
        self.machine = runtime.start()

    def send(self, event: str) -> None:
        self.machine.send(event)

    @property
    def configuration(self) -> set[str]:
        return set(self.machine.configuration_values)


def events(random: Random) -> list[str | dict[str, Any]]:
    """Return names of events, and data to be told."""
    found: list[str | dict[str, Any]] = []
    for _ in range(random.randint(4, 12)):
        if random.random() < 0.6:
            found.append(random.choice((*EVENTS, *ABORTS)))
        elif random.random() < 0.5:
            found.append({random.choice(FLAGS): random.random() < 0.5})
        else:
            found.append({ANSWER: random.choice([*VALUES, None, ["yes", "yes"], []])})
    return found


@pytest.mark.parametrize("seed", range(CHARTS))
def test_the_same_configurations(seed: int) -> None:
    """After every event the same states are active, until the end of the way."""
    random = Random(seed)
    document = chart(random, depth=seed % 3 + 1)
    assert compare(document, events(random)) > 0


def compare(document: Document, sent: list[str | dict[str, Any]]) -> int:
    """Return how many configurations were compared."""
    graph = graph_of(document)
    export = scxml(graph)
    ids = xml_ids(graph.order)
    data: dict[str, Any] = {**dict.fromkeys(FLAGS, False), ANSWER: "yes"}
    bound = BoundGraph(graph, Ours())
    ours = take(bound, begin(bound), Start(NOW, dict(data)))
    theirs = Oracle(export.text, data)
    compared = 0
    for event in [None, *sent]:
        if isinstance(event, str):
            ours = take(bound, ours, Signal(NOW, event))
            theirs.send(f"event.{xml_id(event)}")
        elif event is not None:
            data.update(event)
            ours = take(bound, ours, Data(NOW, event))
            theirs.send("data")
        if ours.finished is not None:
            assert not theirs.configuration or theirs.configuration == {ids[ours.finished]}
            return compared + 1
        assert {ids[name] for name in ours.configuration} == theirs.configuration, event
        compared += 1
    return compared


def take(bound: BoundGraph, instance: Instance, event: Event) -> Instance:
    """Take a step; what is not possible now leaves the instance as it is."""
    try:
        return step(bound, instance, event)[0]
    except CallError:
        assert isinstance(event, Signal)
        return instance
