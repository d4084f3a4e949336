"""Workflow -> BPMN -> workflow: states, ways and meaning come back; what does not is listed.

`GUIDEWRIGHT_CHARTS=2000 pytest tests/interop/test_bpmn_round_trip.py` runs the full count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from charts import Document, chart, document_of, graph_of, leaves
from goldens import graph, workflows

from guidewright.errors import Code
from guidewright.interop.bpmn_export import bpmn
from guidewright.interop.bpmn_import import import_bpmn
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow

CHARTS = int(os.environ.get("GUIDEWRIGHT_CHARTS", "40"))


def returned(made: Graph, *, own: bool = True) -> tuple[Document, list[str]]:
    """Return what comes back, and the codes of the notes; if not `own`, of pure BPMN."""
    text = bpmn(made).text
    if not own:
        text = re.sub(r' guidewright:[\w-]+="[^"]*"', "", text)
        text = re.sub(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", "", text, flags=re.S)
    found = import_bpmn(text.encode(), "made.bpmn")
    return document_of(read_workflow(found.text)), [note.code for note in found.notes]


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.parent.name)
def test_the_models_come_back(path: Any) -> None:
    """To the letter, without a note."""
    made = graph(path)
    assert returned(made) == (possible(document_of(made)), [])


@pytest.mark.parametrize("seed", range(CHARTS))
def test_charts_come_back(seed: int) -> None:
    made = graph_of(chart(Random(seed), depth=seed % 4))
    assert returned(made) == (possible(document_of(made)), [])


@pytest.mark.parametrize("seed", range(CHARTS))
def test_plain_charts_come_back_from_pure_bpmn(seed: int) -> None:
    """Every element and attribute of ours is taken away first; what is open is said."""
    made = graph_of(chart(Random(seed), depth=seed % 4, plain=True))
    found, notes = returned(made, own=False)
    assert {**found, "workflow": "chart"} == possible(document_of(made))
    asks = sum(state.ask is not None for state in made.states)
    assert notes == [Code.INTEROP_OPEN] * asks


def possible(document: Document) -> Document:
    """Return a document without ways that are never taken, those on one event side by side.

    What stands behind a way without a condition is never taken: BPMN has no place for it. The
    export lists it.
    """
    found = deepcopy(document)
    for _, state in leaves(found):
        groups: dict[Any, list[Document]] = {}
        for index, way in enumerate(state.get("transitions", [])):
            kind = way.get("event"), way.get("timer"), None if "event" in way else index
            groups.setdefault(kind, []).append(way)
        kept = [way for same in groups.values() for way in until_free(same)]
        if state["kind"] == "clinical" and "next" in state and "states" not in state:
            kept = [way for way in kept if "event" not in way and "timer" not in way]
        state.pop("transitions", None)
        if kept:
            state["transitions"] = kept
    return found


def until_free(ways: list[Document]) -> Iterator[Document]:
    for way in ways:
        yield way
        if "when" not in way:
            return


def test_what_is_never_taken_is_listed() -> None:
    for seed in range(30):
        made = graph_of(chart(Random(seed), depth=seed % 3))
        dropped = document_of(made) != possible(document_of(made))
        notes = [note.text for note in bpmn(made).notes]
        moved = any("never taken" in text for text in notes)
        assert moved or not dropped or same_ways(made)


def same_ways(made: Graph) -> bool:
    """Say whether nothing but the order of ways differs."""
    before, after = document_of(made), possible(document_of(made))
    counts = [sum(len(s.get("transitions", [])) for _, s in leaves(d)) for d in (before, after)]
    return counts[0] == counts[1]


def test_an_end_that_only_an_exception_leads_to_stands_with_it() -> None:
    """No end event is left alone in the diagram, and it comes back from pure BPMN, too."""
    made = graph_of(
        {
            "workflow": "w",
            "label": "W",
            "initial": "a",
            "exceptions": [{"event": "died", "to": "dead"}, {"event": "moved", "to": "z"}],
            "states": {
                "a": {"kind": "gap", "transitions": [{"event": "on", "to": "z"}]},
                "z": {"kind": "final"},
                "dead": {"kind": "final", "label": "The patient died"},
            },
        }
    )
    assert returned(made) == (document_of(made), [])
    pure, notes = returned(made, own=False)
    assert not notes
    assert pure["exceptions"][0] == {"event": "died", "to": "The patient died"}
    assert pure["states"]["The patient died"] == {"kind": "final"}
