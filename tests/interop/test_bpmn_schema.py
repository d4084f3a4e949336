"""Exports fit the XML schema of BPMN 2.0, and the schema refuses what is spoilt.

The schema is the one that SpiffWorkflow ships.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from charts import chart, graph_of
from goldens import graph, workflows

from guidewright.interop.bpmn_export import bpmn
from guidewright.workflow.model import Graph

etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
spiff = pytest.importorskip("SpiffWorkflow", reason="SpiffWorkflow, which ships BPMN20.xsd")

GRAPHS = [
    *(pytest.param(graph(path), id=path.parent.name) for path in workflows()),
    *(pytest.param(graph_of(chart(Random(n), depth=n % 4)), id=str(n)) for n in range(24)),
]


@pytest.fixture(scope="module")
def schema() -> object:
    file = Path(spiff.__file__).parent / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
    return etree.XMLSchema(etree.parse(str(file)))


@pytest.mark.parametrize("made", GRAPHS)
def test_an_export_fits(made: Graph, schema: object) -> None:
    schema.assertValid(etree.fromstring(bpmn(made).text.encode()))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("bpmn:incoming>", "bpmn:coming>"),
        ('isExecutable="false"', 'isExecutable="no"'),
        ("<dc:Bounds", "<dc:Frame"),
        ("bpmn:startEvent", "bpmn:firstEvent"),
    ],
)
def test_the_schema_refuses(good: str, bad: str, schema: object) -> None:
    text = bpmn(graph(workflows()[0])).text
    assert good in text
    assert not schema.validate(etree.fromstring(text.replace(good, bad).encode()))
