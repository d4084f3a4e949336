"""One record batch in, one record batch out: the whole of a model, or some of its decisions.

In: an Arrow record batch with a column for each input. Out: one with the outcomes of the decisions,
the columns that were to be kept, and why a row was rejected. Rows are worked on in blocks that fit
into the processor's cache; whatever was learnt from one block serves the next. A kernel belongs to
one thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guidewright.batch.columns import ColumnReader
from guidewright.batch.deciding import Decider, failing_rows
from guidewright.batch.outcomes import TEXTS, Extras, Outcome, fields_of
from guidewright.batch.primitives import Codes
from guidewright.batch.reading import InputPlan, Unusable, plain_objects

BLOCK = 65_536  # rows
REJECTED = "rejected"  # the column that says why a row has no outcome


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a row has no outcome; rows count from 0."""

    row: int
    column: str
    value: str | None
    code: str
    text: str


@dataclass(slots=True, eq=False)
class InputColumn:
    """An input that has a column: its place, and how it is read: by classes, values, or both."""

    plan: InputPlan
    place: int
    readers: list[ColumnReader]


@dataclass(slots=True, eq=False)
class Goal:
    """A decision whose outcome is asked for, under the name of its column."""

    name: str
    decider: Decider


@dataclass(slots=True, eq=False)
class Kernel:
    """Decides record batches of one schema; made by `planning.make_kernel`."""

    inputs: list[InputColumn]
    deciders: list[Decider]  # each after those it needs
    goals: list[Goal]
    kept: list[int]
    in_schema: pa.Schema
    extras: Extras
    block: int = BLOCK
    rejects: list[Reject] = field(default_factory=list)
    _no_reasons: pa.Array = field(default_factory=lambda: pa.nulls(0, pa.string()))

    @property
    def schema(self) -> pa.Schema:
        """The schema of what `run` returns, made `plain`."""
        fields = [self.in_schema.field(place) for place in self.kept]
        for goal in self.goals:
            fields.extend(fields_of(goal.name, goal.decider.outcomes.of, self.extras))
        fields.append(pa.field(REJECTED, pa.string()))
        return plain_schema(pa.schema(fields))

    def run(self, batch: pa.RecordBatch, first_row: int = 0) -> pa.RecordBatch:
        """Return the outcomes for a record batch; `rejects` are those of its rows.

        `first_row` is the number of its first row in the whole input. Outcomes come as dictionary
        columns, whose codes are as wide as this batch needs: `plain` makes batches of one schema.
        """
        rows = batch.num_rows
        for decider in self.deciders:
            decider.trim()
        for each in self.inputs:
            for reader in each.readers:
                reader.open(batch.column(each.place))
        numbers = [_pooled(rows) for _ in self.goals]
        notes = [_Particular(goal.decider) for goal in self.goals] if self.extras.notes else []
        self.rejects = []
        with np.errstate(all="ignore"):
            for start in range(0, rows, self.block):
                stop = min(start + self.block, rows)
                rejected = self._block(batch, start, stop, first_row, numbers)
                for particular, own in zip(notes, numbers, strict=bool(notes)):
                    particular.collect(self, batch, own, start, stop, rejected)
        arrays = [batch.column(place) for place in self.kept]
        for at, (goal, own) in enumerate(zip(self.goals, numbers, strict=True)):
            outcomes = goal.decider.outcomes
            arrays.append(outcomes.array(own))
            if self.extras.rules:
                arrays.append(outcomes.array(own, "rules"))
            if self.extras.notes:
                arrays.append(notes[at].array(own))
        arrays.append(self._reasons(rows, first_row))
        return pa.RecordBatch.from_arrays(arrays, names=self.schema.names)

    def _block(
        self,
        batch: pa.RecordBatch,
        start: int,
        stop: int,
        first_row: int,
        numbers: list[Codes],
    ) -> NDArray[np.bool_] | None:
        """Decide some rows into `numbers`; return which of them are rejected."""
        rejected = self._encode(batch, start, stop, first_row)
        place_of = {goal.decider: place for place, goal in enumerate(self.goals)}
        for decider in self.deciders:
            place = place_of.get(decider)
            into = numbers[place][start:stop] if place is not None else None
            codes = decider.decide(stop - start, into)
            if place is not None and codes is not into:
                numbers[place] = _taken_in(codes, numbers[place], start)
            failing = failing_rows(decider, codes)
            if failing:
                rejected = self._tell_failing(decider, failing, rejected, start, stop, first_row)
        if rejected is not None:
            for own in numbers:
                own[start:stop][rejected] = 0
        return rejected

    def _encode(
        self, batch: pa.RecordBatch, start: int, stop: int, first_row: int
    ) -> NDArray[np.bool_] | None:
        """Set the codes of all inputs; return the rows with a value that cannot be used."""
        rejected: NDArray[np.bool_] | None = None
        for each in self.inputs:
            bad: NDArray[np.bool_] | None = None
            for reader in each.readers:
                found = reader.encode(start, stop)
                if found is not None:
                    bad = found if bad is None else bad | found
            if bad is not None:
                self._tell_bad(each, batch, bad, start, first_row)
                rejected = bad if rejected is None else rejected | bad
        return rejected

    def _tell_failing(
        self,
        decider: Decider,
        failing: Sequence[tuple[int, Outcome]],
        rejected: NDArray[np.bool_] | None,
        start: int,
        stop: int,
        first_row: int,
    ) -> NDArray[np.bool_]:
        """Reject rows for which a decision could not be made."""
        if rejected is None:
            rejected = np.zeros(stop - start, dtype=np.bool_)
        name = decider.evaluate.step.element.name
        for row, outcome in failing:
            note = outcome.failed
            if note is not None and not rejected[row]:
                rejected[row] = True
                told = Reject(first_row + start + row, name, None, note.code, note.text)
                self.rejects.append(told)
        return rejected

    def _tell_bad(
        self,
        each: InputColumn,
        batch: pa.RecordBatch,
        bad: NDArray[np.bool_],
        start: int,
        first_row: int,
    ) -> None:
        rows = np.flatnonzero(bad) + start
        objects = plain_objects(batch.column(each.place).take(pa.array(rows)))
        for row, raw in zip(rows.tolist(), objects, strict=True):
            why = each.plan.read(raw)
            if not isinstance(why, Unusable):
                raise AssertionError(f"{each.plan.name!r}: {raw!r} was rejected but is allowed")
            column = self.in_schema.field(each.place).name
            self.rejects.append(Reject(first_row + row, column, str(raw), why.code, why.text))

    def _reasons(self, rows: int, first_row: int) -> pa.Array:
        if not self.rejects:
            if len(self._no_reasons) < rows:
                self._no_reasons = pa.nulls(rows, pa.string())
            return self._no_reasons.slice(0, rows)
        reasons: list[str | None] = [None] * rows
        for each in self.rejects:
            place = each.row - first_row
            reason = f"{each.column}: {each.text}"
            reasons[place] = f"{reasons[place]}; {reason}" if reasons[place] else reason
        return pa.array(reasons, pa.string())


@dataclass(slots=True, eq=False)
class _Particular:
    """Notes that quote values of a row: made for the row itself, not for its class."""

    decider: Decider
    _own: dict[int, list[str]] = field(default_factory=dict)

    def collect(
        self,
        kernel: Kernel,
        batch: pa.RecordBatch,
        numbers: Codes,
        start: int,
        stop: int,
        rejected: NDArray[np.bool_] | None,
    ) -> None:
        """Compute the notes of the rows of a block that need it."""
        outcomes = self.decider.outcomes
        if not outcomes.particular:
            return
        for row in outcomes.rows_with(numbers[start:stop], lambda each: each.particular).tolist():
            if rejected is None or not rejected[row]:
                outcome = self.decider.evaluate(row_values(kernel, self.decider, batch, start, row))
                self._own[start + row] = list(outcome.notes)

    def array(self, numbers: Codes) -> pa.Array:
        """Return the notes of all rows."""
        array = self.decider.outcomes.array(numbers, "notes")
        if not self._own:
            return array
        texts = _decoded(array).to_pylist()
        for row, own in self._own.items():
            texts[row] = own
        indices = pa.array(np.arange(len(texts), dtype=np.int32))
        return pa.DictionaryArray.from_arrays(indices, pa.array(texts, TEXTS))


def row_values(
    kernel: Kernel, decider: Decider, batch: pa.RecordBatch, start: int, row: int
) -> list[Any]:
    """Return the values that one row of the block at hand has, in the order a decision takes them.

    Where codes stand for classes, the value is read from its column.
    """
    by_source = {reader.source: each for each in kernel.inputs for reader in each.readers}
    values = []
    for dimension in decider.dimensions:
        each = by_source.get(dimension.source)
        codes = dimension.source.codes
        if each is not None:
            (raw,) = plain_objects(batch.column(each.place).slice(start + row, 1))
            values.append(each.plan.read(raw))
        else:
            values.append(dimension.source.values[0 if codes is None else int(codes[row])])
    return values


def _pooled(rows: int) -> Codes:
    """Return memory of Arrow's pool, which keeps what it has got from the system."""
    return np.frombuffer(pa.allocate_buffer(rows), dtype=np.uint8)


def _taken_in(codes: Codes, own: Codes, start: int) -> Codes:
    """Return `own` with codes in it, made wider when they need it."""
    if codes.dtype.itemsize > own.dtype.itemsize:
        own = own.astype(codes.dtype)
    own[start : start + len(codes)] = codes
    return own


def _decoded(array: pa.Array) -> pa.Array:
    return array.dictionary.take(array.indices)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose dictionary columns are plain: files and other engines want that."""
    arrays = [
        _decoded(each) if pa.types.is_dictionary(each.type) else each for each in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=plain_schema(batch.schema))


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema of `plain` batches."""
    return pa.schema(
        [
            pa.field(each.name, each.type.value_type, metadata=each.metadata)
            if pa.types.is_dictionary(each.type)
            else each
            for each in schema
        ],
        metadata=schema.metadata,
    )


def rows_of(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield each batch with the number of its first row."""
    first = 0
    for batch in batches:
        yield first, batch
        first += batch.num_rows
