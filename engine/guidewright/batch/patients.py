"""The rows of a cohort as patients, for whoever needs the whole outcome of each, with its trace.

In: a guideline and a Parquet or CSV file whose columns are inputs, in the declared units, as `run`
takes it. Out: outcomes, each with the number of rows that have just these data, and how many rows
were refused, by the code of the message. No value of a row is kept or told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from guidewright.batch.files import read_table
from guidewright.batch.reading import plain_objects
from guidewright.errors import CallError, Code, Note, ResourceError, did_you_mean
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome


@dataclass(slots=True)
class Cohort:
    """The rows of a file; `refused` is filled while the outcomes are made."""

    guideline: Guideline
    table: pa.Table
    policies: Mapping[str, str]
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.table.num_rows)

    def outcomes(self) -> Iterator[tuple[Outcome, int]]:
        """Yield the outcome of every patient who is not refused; rows of the same data, once."""
        for patient, rows in self._patients():
            try:
                outcome = self.guideline.evaluate(patient, self.policies)
            except (CallError, ResourceError) as fault:
                self.refused[fault.notes[0].code.value] += rows
                continue
            yield outcome, rows

    def _patients(self) -> Iterator[tuple[dict[str, object], int]]:
        names = _inputs(self.guideline, self.table.column_names)
        columns = [plain_objects(self.table.column(each).combine_chunks()) for each in names]
        counted: Counter[str] = Counter()
        first: dict[str, tuple[object, ...]] = {}
        for row in zip(*columns, strict=True):
            key = repr(row)
            first.setdefault(key, row)
            counted[key] += 1
        for key, row in first.items():
            yield dict(self._given(names, row)), counted[key]

    def _given(
        self, names: Mapping[str, str], row: tuple[object, ...]
    ) -> Iterator[tuple[str, object]]:
        """Yield what is known, with units: null is missing."""
        for name, value in zip(names.values(), row, strict=True):
            meaning = self.guideline.file.inputs.get(name)
            unit = meaning.unit if meaning is not None else None
            plain = not isinstance(value, (str, bool, Mapping))
            if value is not None:
                written = {"value": value, "unit": unit.code} if unit and plain else value
                yield name, written


def read_cohort(
    guideline: Guideline, path: Path, policies: Mapping[str, str] | None = None
) -> Cohort:
    """Read a cohort; raises `CallError` for a file that cannot be read or has no input in it."""
    return Cohort(guideline, read_table(path), dict(policies or {}))


def _inputs(guideline: Guideline, columns: list[str]) -> dict[str, str]:
    """Return the inputs by their columns; other columns are left alone."""
    known = set(guideline.file.inputs)
    found = {column: normal(column) for column in columns if normal(column) in known}
    if not found:
        hint = next(filter(None, (did_you_mean(normal(each), known) for each in columns)), None)
        text = "no column is called like an input of the guideline"
        raise CallError(Note(Code.INPUT_UNKNOWN, None, text, hint))
    return found
