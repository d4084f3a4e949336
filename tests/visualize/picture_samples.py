"""What the tests draw: small models from `models/`, a trace, a path; and golden files.

Golden files are compared byte by byte. After a change that is wanted, look at the new pictures and
write them with `GUIDEWRIGHT_UPDATE_GOLDEN=1 pytest tests/visualize`.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from guidewright.analysis.decision_trees import Tree
from guidewright.analysis.tables import table_subject
from guidewright.analysis.tree_proof import tree_of
from guidewright.dmn import load_dmn
from guidewright.dmn.model import DecisionTable, Definitions
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.trace import InputTrace, RuleTrace, TableTrace
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow
from guidewright_visualize import Caption, TableDrawing, draw_table

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
UPDATE = os.environ.get("GUIDEWRIGHT_UPDATE_GOLDEN") == "1"

CAPTION = Caption(
    title="Vitamin B₁₂ deficiency",
    version="0.1.0",
    status="draft",
    date="2026-11-22",
    sources=("What is the treatment?, 2025",),
    notice="For demonstrating software. Not for care.",
)
VISITED = (
    *("suspected", "measure", "below", "above", "mma", "raised"),
    *("treat", "dosing", "monitoring", "route", "potassium", "inject", "dosed"),
)
TAKEN = (
    *("suspected#0", "measure#0", "below#2", "above#1", "mma#0", "raised#0"),
    *("route#0", "inject#0"),
)


@cache
def definitions() -> Definitions:
    return read_definitions((HERE / "models" / "small.dmn").read_bytes(), "small.dmn")


@cache
def graph() -> Graph:
    text = (HERE / "models" / "small.yaml").read_text(encoding="utf-8")
    return read_workflow(text, "small.yaml")


def table() -> DecisionTable:
    logic = next(definitions().decisions).logic
    assert isinstance(logic, DecisionTable)
    return logic


def table_drawing() -> TableDrawing:
    return draw_table(table(), title="Diagnosis", caption=CAPTION)


@cache
def tree() -> Tree:
    """The table as a proved tree of questions."""
    found = tree_of(table_subject(load_dmn(HERE / "models" / "small.dmn"), "diagnosis"))
    assert isinstance(found, Tree)
    return found


def table_trace() -> TableTrace:
    """Rule 2 decides; in rule 3 one condition is false and one could not be told."""
    return TableTrace(
        table(),
        (
            InputTrace("total B12", 200),
            InputTrace("active B12", None),
            InputTrace("boundary reading", "closed"),
        ),
        (
            RuleTrace(table(), 0, (False, True, True), matched=False, chosen=False, outputs=None),
            RuleTrace(table(), 1, (True, True, True), matched=True, chosen=True, outputs={}),
            RuleTrace(table(), 2, (False, None, True), matched=False, chosen=False, outputs=None),
        ),
        "indeterminate",
    )


def check_golden(name: str, data: bytes) -> None:
    """Compare with the golden file, or write it when asked to."""
    path = GOLDEN / name
    if UPDATE:
        GOLDEN.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert path.exists(), f"no golden file {name}; see picture_samples.py"
    assert data == path.read_bytes(), f"{name} has changed; look at it, then see picture_samples.py"
