"""Figures of the benches of proofs: times of the processor, beside a plain loop in the same run.

In: what to run. Out: its best time and result. A table is loaded from DMN like any other.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from xml.sax.saxutils import escape

from bench.verify_tables import LARGEST, LargeTable
from guidewright.analysis.regions import Box, meet
from guidewright.analysis.sharing import forget
from guidewright.analysis.tables import TableSubject, table_subject
from guidewright.dmn import build
from guidewright.dmn.reader import read_definitions

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    seconds: float
    remark: str


def timed(run: Callable[[], T], rounds: int) -> tuple[float, T]:
    """Return the best CPU time of some rounds, and the last result."""
    best = float("inf")
    forget()  # what other figures left behind is given back before the clock runs
    while True:
        gc.collect()
        start = time.process_time()
        result = run()
        best = min(best, time.process_time() - start)
        rounds -= 1
        if rounds <= 0:
            return best, result


def subject_of(table: LargeTable) -> TableSubject:
    """Return the table, loaded from DMN."""
    data = needs = clauses = items = ""
    for number, values in enumerate(table.values):
        of = "number" if values is None else "string"
        allowed = f"[0..{LARGEST}]" if values is None else ", ".join(f'"{each}"' for each in values)
        items += (
            f'<itemDefinition name="t{number}"><typeRef>{of}</typeRef><allowedValues>'
            f"<text>{escape(allowed)}</text></allowedValues></itemDefinition>"
        )
        data += (
            f'<inputData id="i{number}" name="x{number}">'
            f'<variable name="x{number}" typeRef="t{number}"/></inputData>'
        )
        needs += (
            f'<informationRequirement><requiredInput href="#i{number}"/></informationRequirement>'
        )
        clauses += (
            f'<input><inputExpression typeRef="t{number}"><text>x{number}</text>'
            "</inputExpression></input>"
        )
    rules = "".join(
        f'<rule id="r{row}">'
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{row % 7}</text></outputEntry></rule>"
        for row, cells in enumerate(table.cells)
    )
    xml = (
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{items}{data}'
        f'<decision id="d" name="D"><variable name="D"/>{needs}<decisionTable id="t">{clauses}'
        f'<output name="y" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
    )
    return table_subject(build([read_definitions(xml.encode(), "large.dmn")]), "D")


def boxes(subject: TableSubject) -> list[Box]:
    """Return the boxes of the rules."""
    return [rule.must for rule in subject.rules]


def by_hand(table: TableSubject) -> float:
    """Return the time of a plain loop over the pairs of the first 300 rules."""
    few = boxes(table)[:300]

    def loop() -> int:
        return sum(
            meet(one, other) is not None for at, one in enumerate(few) for other in few[at + 1 :]
        )

    return timed(lambda: (loop(),), 5)[0]
