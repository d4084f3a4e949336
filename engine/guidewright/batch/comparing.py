"""A cohort run through two versions: how many rows get another answer, and which answers change.

In: two guidelines or models, and a Parquet or CSV file. Out: a `CohortDifference`. Rows are told by
their number only, counted from 0; no value of a patient is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.batch.api import run
from guidewright.batch.files import read_table
from guidewright.batch.subjects import Subject
from guidewright.guideline.guide import Guideline

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer that became another, for how many rows, and the first of them."""

    decision: str
    before: str
    after: str
    rows: int
    first: int


@dataclass(frozen=True, slots=True)
class CohortDifference:
    """`changed` rows of `rows` differ in some decision; `rejected` are refused by both versions."""

    rows: int
    rejected: int
    changed: int
    decisions: Mapping[str, int]
    answers: tuple[AnswerChange, ...]


def compare(
    before: Subject, after: Subject, path: Path, policies: Mapping[str, str] | None = None
) -> CohortDifference:
    """Run a cohort through two versions and compare the decisions that both have.

    Raises `CallError` for a file that is neither Parquet nor CSV, or that fits no input.
    """
    source = read_table(path)
    results = [
        run(each, source, policies=_known(each, policies), keep=[]) for each in (before, after)
    ]
    names = [name for name in results[0].column_names if name in results[1].column_names]
    refused = [result.column(REJECTED).to_pylist() for result in results]
    both = {row for row, pair in enumerate(zip(*refused, strict=True)) if None not in pair}
    changed: set[int] = set()
    counts: dict[str, int] = {}
    answers: list[AnswerChange] = []
    for name in names:
        if results[0].column(name).equals(results[1].column(name)) or name == REJECTED:
            continue
        values = [result.column(name).to_pylist() for result in results]
        differ = dict(_differing(values[0], values[1], refused, both))
        changed |= set(differ)
        counts[name] = len(differ)
        answers.extend(_answers(name, differ))
    rows = source.num_rows
    return CohortDifference(rows, len(both), len(changed), counts, tuple(answers))


def _known(subject: Subject, policies: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(subject, Guideline):
        return {}
    return {name: each for name, each in (policies or {}).items() if name in subject.file.policies}


def _differing(
    before: list[Any], after: list[Any], refused: list[list[Any]], both: set[int]
) -> Iterator[tuple[int, tuple[str, str]]]:
    for row, pair in enumerate(zip(before, after, strict=True)):
        said = [
            "refused" if reasons[row] is not None else _shown(value)
            for value, reasons in zip(pair, refused, strict=True)
        ]
        if row not in both and said[0] != said[1]:
            yield row, (said[0], said[1])


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    return "null" if value is None else str(value)


def _answers(name: str, differ: Mapping[int, tuple[str, str]]) -> Iterator[AnswerChange]:
    first: dict[tuple[str, str], int] = {}
    for row, pair in differ.items():
        first.setdefault(pair, row)
    for pair, rows in Counter(differ.values()).most_common():
        yield AnswerChange(name, *pair, rows, first[pair])
