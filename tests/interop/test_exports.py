"""Exports of the models word by word, and what holds for every export."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from charts import chart, graph_of
from goldens import FORMATS, goldens, graph, workflows
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn.xml_parser import parse_xml
from guidewright.errors import Code, ModelError
from guidewright.interop.export import Export, read_list, written_list, xml_ids
from guidewright.interop.workflow_text import workflow_text
from guidewright.source import text_span
from guidewright.workflow.model import Cited, Graph
from guidewright.workflow.reader import read_workflow
from guidewright.yaml_reader import plain, read_yaml

GOLDENS = list(goldens())
NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@pytest.mark.parametrize(("path", "export"), GOLDENS, ids=[path.name for path, _ in GOLDENS])
def test_the_models(path: Path, export: Export) -> None:
    assert export.text == path.read_text(encoding="utf-8")


def test_an_exception_is_none_of_the_answers_of_a_decision() -> None:
    """It stands on each state at the top, also on decisions, with its own condition only."""
    made = graph_of(
        {
            "workflow": "w",
            "initial": "a?",
            "exceptions": [{"event": "died", "to": "z"}, {"event": "left", "when": "x", "to": "z"}],
            "states": {
                "a?": {"kind": "decision", "decision": "d", "branches": {"yes": "z"}},
                "z": {"kind": "final"},
            },
        }
    )
    ways = re.findall(r"<transition [^>]*>", FORMATS["scxml"](made).text)
    assert [re.findall(r'(?:event|cond)="([^"]*)"', way) for way in ways] == [
        ["event.died"],
        ["event.left", "x"],
        ["distinct values(flatten([d])) = [&quot;yes&quot;]"],
    ]


def test_there_are_goldens() -> None:
    assert {path.name for path, _ in GOLDENS} >= {f"b12-deficiency.{word}" for word in FORMATS}


@pytest.mark.parametrize("word", FORMATS)
def test_the_same_bytes_under_another_hash_seed(word: str) -> None:
    program = (
        "import sys; from pathlib import Path; from goldens import FORMATS, graph;"
        "sys.stdout.buffer.write(FORMATS[sys.argv[1]](graph(Path(sys.argv[2]))).text.encode())"
    )
    path = workflows()[0]
    arguments = [sys.executable, "-c", program, word, str(path)]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(arguments, capture_output=True, check=True, env=environment)
    assert done.stdout.decode() == FORMATS[word](graph(path)).text


@pytest.mark.parametrize("word", FORMATS)
@pytest.mark.parametrize("seed", range(20))
def test_every_export_is_xml_with_an_id_once(word: str, seed: int) -> None:
    text = FORMATS[word](graph_of(chart(Random(seed), depth=2))).text
    document = parse_xml(text.encode(), word)
    ids = [
        part.attributes["id"]
        for part in document.root.parts
        if not isinstance(part, str) and "id" in getattr(part, "attributes", {})
    ]
    assert len(ids) == len(set(ids)) > 1


@pytest.mark.parametrize("export", FORMATS.values(), ids=FORMATS)
def test_every_loss_has_a_place(export: Callable[[Graph], Export]) -> None:
    for path in workflows():
        notes = export(graph(path)).notes
        assert notes
        assert all(note.code is Code.INTEROP_LOST and note.span is not None for note in notes)


@pytest.mark.parametrize("export", FORMATS.values(), ids=FORMATS)
def test_a_character_that_xml_cannot_have(export: Callable[[Graph], Export]) -> None:
    text = 'workflow: a\ninitial: s\nstates:\n  s:\n    kind: final\n    label: "bell \\a"\n'
    with pytest.raises(ModelError) as fault:
        export(read_workflow(text, "w.yaml"))
    (note,) = fault.value.notes
    assert note.code is Code.INTEROP_CHARACTER
    assert str(note.span) == "w.yaml:4:3"


@given(st.lists(st.text(min_size=1)))
def test_ids_are_names_of_xml_and_differ(names: list[str]) -> None:
    ids = xml_ids(names)
    assert len(set(ids.values())) == len(set(names))
    assert all(NCNAME.fullmatch(found) for found in ids.values())


def test_an_id_does_not_depend_on_other_names() -> None:
    assert xml_ids(["a?", "b"])["b"] == xml_ids(["b"])["b"] == "b"


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1)))
def test_a_written_list_is_read_back(names: list[str]) -> None:
    written = written_list([Cited(name, text_span(name)) for name in names])
    assert read_list(written or "") == names


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(), st.decimals(-9, 9, places=2))
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=9
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(TEXTS, DATA, max_size=5))
def test_written_yaml_is_read_as_the_same(document: dict[str, object]) -> None:
    assert plain(read_yaml(workflow_text(document, "A heading"))) == document
