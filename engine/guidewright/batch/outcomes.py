"""What a decision answered: values, the rules they rest on, notes; each different one kept once.

In: values of the variables of a decision. Out: `Outcome`, computed by the very functions that serve
one patient, and numbered; Arrow arrays of the values of numbers. Number 0 is the outcome of a row
that was rejected: null.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guidewright.batch.primitives import Codes
from guidewright.batch.sources import Source
from guidewright.batch.values import Numbers, arrow_type, exact_as_double, key, to_arrow
from guidewright.dmn.evaluation import compute
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Compiled, Step
from guidewright.dmn.watching import TraceWatcher
from guidewright.errors import Code, Note, ResourceError
from guidewright.feel.api import Clock, run
from guidewright.feel.runtime import DEFAULT_LIMITS, Refuse, Runtime
from guidewright.feel.types import Type

MAX_OUTCOMES = 100_000  # kept between batches
# The texts of these notes are the same for all values that a decision cannot tell apart.
_GENERAL = frozenset({Code.NO_RULE, Code.HIT_POLICY, Code.NULL_OPERAND})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value of a decision; `failed` says why there is none, and the row is rejected.

    `particular` notes may quote the values of the row they were made for.
    """

    value: Any
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    particular: bool = False
    failed: Note | None = None


@dataclass(frozen=True, slots=True)
class Extras:
    """What to keep beside values."""

    rules: bool = False
    notes: bool = False
    numbers: Numbers = Numbers.DOUBLE


REJECTED = Outcome(None)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluator:
    """Computes one decision from the values of what it requires, the way one patient is."""

    compiled: Compiled
    step: Step
    of: Type
    extras: Extras
    clock: Clock

    def __call__(self, arguments: Sequence[Any], rule: str | None = None) -> Outcome:
        """Return the outcome for values in the order of `step.inputs`.

        `rule` is the one that is known to match; else a trace says which rules were chosen.
        """
        watcher = TraceWatcher(every_rule=False) if self.extras.rules and rule is None else None
        rt = Runtime(DEFAULT_LIMITS, self.clock, watcher=watcher)
        given = dict(zip(self.step.inputs, arguments, strict=True))
        try:
            value = run(self._value, rt, (given,))
        except ResourceError as fault:
            return Outcome(None, failed=fault.notes[0])
        rules = _chosen(watcher) if watcher is not None else ()
        if self.extras.rules and rule is not None:
            rules = (rule,)
        notes = tuple(map(str, rt.notes)) if self.extras.notes else ()
        particular = bool(notes) and any(note.code not in _GENERAL for note in rt.notes)
        return Outcome(value, rules, notes, particular)

    def _value(self, rt: Runtime, given: dict[Key, Any]) -> Any:
        return compute(self.compiled, rt, (self.step.key,), given)[self.step.key]


def _chosen(watcher: TraceWatcher) -> tuple[str, ...]:
    decision = watcher.trace({}).decisions[-1]  # others were computed by services it called
    return tuple(each.rule.name for table in decision.tables for each in table.chosen)


class Outcomes:
    """The different outcomes of a decision, by number; `source` gives them to other decisions."""

    def __init__(self, of: Type, extras: Extras) -> None:
        self.of, self._extras = of, extras
        self.source = Source([], fixed=False)
        self.rounded = False
        self._clear()

    def _clear(self) -> None:
        self._outcomes: list[Outcome] = [REJECTED]
        self._objects: list[Any] = [None]  # the values as Arrow takes them
        self._numbers: dict[Hashable, int] = {}
        self._arrays: dict[str, pa.Array] = {}
        self.failing = False
        self.particular = False
        self.source.values = [None]

    def __len__(self) -> int:
        return len(self._outcomes)

    def __getitem__(self, number: int) -> Outcome:
        return self._outcomes[number]

    def trim(self) -> bool:
        """Forget everything when it has become too much; say whether it was."""
        if len(self._outcomes) <= MAX_OUTCOMES:
            return False
        self.source.forget()
        self._clear()
        return True

    def add(self, outcome: Outcome) -> int:
        """Return the number of an outcome, which may be new."""
        same = (key(outcome.value), outcome.rules, outcome.notes, outcome.failed)
        number = self._numbers.get(same)
        if number is None:
            try:
                self._objects.append(to_arrow(outcome.value, self.of, self._extras.numbers))
            except Refuse as why:  # it has no place in the column
                outcome = Outcome(None, failed=Note(why.code, None, why.reason))
                self._objects.append(None)
            number = self._numbers[same] = len(self._outcomes)
            self._outcomes.append(outcome)
            self.source.values.append(outcome.value)
            self.failing = self.failing or outcome.failed is not None
            self.particular = self.particular or outcome.particular
            if self._extras.numbers is Numbers.DOUBLE:
                self.rounded = self.rounded or not exact_as_double(outcome.value)
        return number

    def rows_with(self, numbers: Codes, holds: Callable[[Outcome], bool]) -> NDArray[np.intp]:
        """Return the rows whose outcome has a property."""
        having = np.array([holds(each) for each in self._outcomes], dtype=np.bool_)
        return np.flatnonzero(having.take(numbers))

    # Arrow --------------------------------------------------------------------------------------

    def array(self, numbers: Codes, what: str = "value") -> pa.Array:
        """Return the values of outcomes, their rules or their notes, as a dictionary array.

        Its dictionary holds null for outcomes that have no value.
        """
        of = pa.from_numpy_dtype(numbers.dtype)
        indices = pa.Array.from_buffers(of, len(numbers), [None, pa.py_buffer(numbers)])
        return pa.DictionaryArray.from_arrays(indices, self._dictionary(what), safe=False)

    def _dictionary(self, what: str) -> pa.Array:
        array = self._arrays.get(what)
        if array is None or len(array) < len(self._outcomes):
            known = len(array) if array is not None else 0
            if what == "value":
                of = arrow_type(self.of, self._extras.numbers)
                made = pa.array(self._objects[known:], of)
            else:
                new = self._outcomes[known:]
                made = pa.array([list(getattr(each, what)) for each in new], TEXTS)
            array = made if array is None else pa.concat_arrays([array, made])
            self._arrays[what] = array
        return array


TEXTS = pa.list_(pa.string())


def fields_of(name: str, of: Type, extras: Extras) -> list[pa.Field]:
    """Return the columns of a decision."""
    fields = [pa.field(name, pa.dictionary(pa.int32(), arrow_type(of, extras.numbers)))]
    if extras.rules:
        fields.append(pa.field(f"{name}.rules", pa.dictionary(pa.int32(), TEXTS)))
    if extras.notes:
        fields.append(pa.field(f"{name}.notes", pa.dictionary(pa.int32(), TEXTS)))
    return fields
