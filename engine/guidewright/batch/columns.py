"""An Arrow column -> codes of an input, row by row, and the rows whose value cannot be used.

In: the columns of record batches. Out: for each input a source of classes (segments of the number
line, named texts, truth values) where all that is asked of it are cut points and names, and a
source of its exact values where more is asked. A row with an unusable value has the code of null,
and is reported as bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guidewright.batch.primitives import Codes, Primitives, Valid
from guidewright.batch.reading import InputPlan, Unusable, plain_objects
from guidewright.batch.segments import (
    Digitizer,
    code_type,
    cuts_of,
    representatives,
    text_classes,
)
from guidewright.batch.sources import MAX_VALUES, ColumnSource, Source
from guidewright.batch.thresholds import Storage, storage_of, thresholds
from guidewright.dmn.cells import Box
from guidewright.feel.types import BOOLEAN, NUMBER, STRING

Bad = NDArray[np.bool_]


class Classes:
    """Codes of one column by classes that are known beforehand."""

    def __init__(self, plan: InputPlan, values: Sequence[Any]) -> None:
        self.source = Source(list(values), fixed=True)
        allowed = [
            value is None or all(box.test(value) is True for box in plan.domain or ())
            for value in values
        ]
        self._refused = np.array([not each for each in allowed], dtype=np.bool_)
        self._any_refused = bool(self._refused.any())
        self._valid: Valid | None = None

    def open(self, column: pa.Array) -> None:
        """Take in a column of a record batch."""
        self._valid = _validity(column)

    def encode(self, start: int, stop: int) -> Bad | None:
        """Set the codes of some rows; return which rows are bad, or None when none is."""
        codes, bad = self._codes(start, stop)
        if self._any_refused:
            refused = self._refused.take(codes)
            bad = refused if bad is None else bad | refused
        if bad is not None and bad.any():
            self.source.codes = np.where(bad, codes.dtype.type(0), codes)
            return bad
        self.source.codes = codes
        return None

    def _codes(self, start: int, stop: int) -> tuple[Codes, Bad | None]:
        """Return the codes of some rows, and which of them are bad whatever their codes."""
        raise NotImplementedError

    def _valid_rows(self, start: int, stop: int) -> Valid | None:
        return self._valid[start:stop] if self._valid is not None else None


class NumberClasses(Classes):
    """Numbers by segments of the number line."""

    def __init__(
        self, plan: InputPlan, boxes: Sequence[Box], storage: Storage, primitives: Primitives
    ) -> None:
        cuts = cuts_of((*boxes, *(plan.domain or ())))
        super().__init__(plan, representatives(cuts))
        self._storage = storage
        first = thresholds(cuts, storage, plan.meaning, plan.nearest)
        self._digitizer = Digitizer(first, primitives)
        self.segments = len(cuts) + 1
        self._numbers: NDArray[Any] = np.zeros(0, dtype=storage.dtype)

    def open(self, column: pa.Array) -> None:
        """Take in a column of a record batch."""
        super().open(column)
        buffer = column.buffers()[1]
        if pa.types.is_decimal(column.type):  # the low half of each number holds it all
            words = np.frombuffer(buffer, dtype=np.int64)[::2]
            self._numbers = words[column.offset : column.offset + len(column)]
        else:
            all_numbers = np.frombuffer(buffer, dtype=self._storage.dtype)
            self._numbers = all_numbers[column.offset : column.offset + len(column)]

    def _codes(self, start: int, stop: int) -> tuple[Codes, Bad | None]:
        numbers = self._numbers[start:stop]
        valid = self._valid_rows(start, stop)
        codes = np.empty(len(numbers), dtype=self._digitizer.dtype)
        if self._digitizer(numbers, valid, codes):
            return codes, None
        bad = ~np.isfinite(numbers)
        return codes, bad if valid is None else bad & valid.view(np.bool_)


class TruthClasses(Classes):
    """Booleans: null, false, true."""

    def __init__(self, plan: InputPlan) -> None:
        super().__init__(plan, [None, False, True])
        self._bits: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)

    def open(self, column: pa.Array) -> None:
        """Take in a column of a record batch."""
        super().open(column)
        self._bits = _unpacked(column.buffers()[1], column.offset, len(column)) + 1
        if self._valid is not None:
            self._bits *= self._valid

    def _codes(self, start: int, stop: int) -> tuple[Codes, Bad | None]:
        return self._bits[start:stop], None


class TextClasses(Classes):
    """Texts: those that cells name, and all others."""

    def __init__(self, plan: InputPlan, boxes: Sequence[Box], primitives: Primitives) -> None:
        named = text_classes((*boxes, *(plan.domain or ())))
        super().__init__(plan, named)
        self._class_of = {text: place for place, text in enumerate(named)}
        self._named = pa.array(named[2:], pa.string())
        self._dtype = code_type(len(named))
        self._places: NDArray[Any] = np.zeros(0, dtype=np.int32)
        self._by_place: Codes = np.zeros(0, dtype=self._dtype)
        self._dictionary: pa.Array | None = None
        self._primitives = primitives

    def open(self, column: pa.Array) -> None:
        """Take in a column of a record batch."""
        if pa.types.is_dictionary(column.type):
            super().open(column.indices)
            self._learn(column.dictionary)
            self._places = _numbers_of(column.indices)
            return
        super().open(column)
        if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
            column = column.cast(pa.string())
        found = pc.index_in(column, value_set=self._named).fill_null(-1)
        self._places = _numbers_of(found) + 1  # 0 is another text
        self._by_place = np.arange(1, len(self._named) + 2, dtype=self._dtype)

    def _learn(self, dictionary: pa.Array) -> None:
        if self._dictionary is not None and self._dictionary.equals(dictionary):
            return
        other = 1
        classes = [self._class_of.get(text, other) for text in dictionary.to_pylist()]
        self._by_place = np.array(classes or [0], dtype=self._dtype)
        self._dictionary = dictionary

    def _codes(self, start: int, stop: int) -> tuple[Codes, Bad | None]:
        places = self._places[start:stop]
        codes = np.empty(len(places), dtype=self._dtype)
        self._primitives.take(self._by_place, places, codes, safe=False)
        valid = self._valid_rows(start, stop)
        if valid is not None:
            np.multiply(codes, valid, out=codes)
        return codes, None


class Values:
    """Codes of one column by its own values, each different one read once."""

    def __init__(self, plan: InputPlan) -> None:
        self._read = plan.read
        self.source = ColumnSource([None], fixed=False)
        self._numbers: dict[Any, int] = {None: 0}
        self._unusable: list[bool] = [False]
        self._column: pa.Array = pa.nulls(0)

    def open(self, column: pa.Array) -> None:
        """Take in a column of a record batch."""
        self._column = column

    def encode(self, start: int, stop: int) -> Bad | None:
        """Set the codes of some rows; return which rows are bad, or None when none is."""
        if len(self.source.values) > MAX_VALUES:
            self.source.forget()
            self.source.values = [None]
            self._numbers, self._unusable = {None: 0}, [False]
        column = self._column.slice(start, stop - start)
        places, objects = _distinct(column)
        numbers = np.array([self._number(each) for each in objects] or [0], dtype=np.intp)
        codes = numbers if places is None else numbers.take(places, mode="clip")
        codes = codes[: stop - start]
        self.source.codes = codes
        bad = np.array(self._unusable, dtype=np.bool_).take(codes)
        return bad if bad.any() else None

    def _number(self, raw: object) -> int:
        """Return the code of a value as it stands in the column."""
        if raw is None:
            return 0
        same = _same_object(raw)
        number = self._numbers.get(same) if same is not None else None
        if number is None:
            value = self._read(raw)
            refused = isinstance(value, Unusable)
            number = len(self.source.values)
            self.source.values.append(None if refused else value)
            self._unusable.append(refused)
            if same is not None:
                self._numbers[same] = number
        return number


def _same_object(raw: object) -> Any:
    """Return a key for a value of a column, or None when it has parts and is read each time."""
    if isinstance(raw, list):
        if all(isinstance(each, (str, int, type(None))) for each in raw):
            return ("list", *((type(each), each) for each in raw))
        return None
    return None if isinstance(raw, dict) else (type(raw), raw)


def _distinct(column: pa.Array) -> tuple[NDArray[Any] | None, list[object]]:
    """Return the place of each row's value among different values; None for one value a row."""
    if pa.types.is_nested(column.type) or len(column) < 2:
        return None, plain_objects(column)
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.intp), [None]
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    objects = [*plain_objects(column.dictionary), None]
    places = _numbers_of(column.indices.cast(pa.int64()).fill_null(len(objects) - 1))
    return places, objects


ColumnReader = Classes | Values


def classes_for(
    plan: InputPlan, boxes: Sequence[Box], of: pa.DataType, primitives: Primitives
) -> Classes | None:
    """Return how to read a column by classes; None when it must be read value by value."""
    if plan.domain is None:
        return None
    if plan.step.type == NUMBER:
        storage = storage_of(of)
        return NumberClasses(plan, boxes, storage, primitives) if storage is not None else None
    if plan.step.type == BOOLEAN and pa.types.is_boolean(of):
        return TruthClasses(plan)
    values = of.value_type if pa.types.is_dictionary(of) else of
    text = pa.types.is_string(values) or pa.types.is_large_string(values)
    text = text or (pa.types.is_string_view(values) and values is of)
    takes_text = plan.step.type == STRING and plan.unit is None
    return TextClasses(plan, boxes, primitives) if takes_text and text else None


def _numbers_of(array: pa.Array) -> NDArray[Any]:
    """Return an integer column as numpy sees it; what stands under nulls is arbitrary."""
    kind = np.dtype(array.type.to_pandas_dtype())
    numbers = np.frombuffer(array.buffers()[1] or b"", dtype=kind)
    return numbers[array.offset : array.offset + len(array)]


def _validity(column: pa.Array) -> NDArray[np.uint8] | None:
    """Return 1 for values and 0 for nulls; None when no value is null."""
    if column.null_count == 0:
        return None
    return _unpacked(column.buffers()[0], column.offset, len(column))


def _unpacked(bits: pa.Buffer | None, offset: int, length: int) -> NDArray[np.uint8]:
    """Return the bits of a buffer, one byte each."""
    first, skipped = divmod(offset, 8)
    last = (offset + length + 7) // 8
    data = np.frombuffer(bits or b"", dtype=np.uint8)[first:last]
    return np.unpackbits(data, bitorder="little")[skipped : skipped + length]
