"""What a batch knows of one variable: a code for every row, and the FEEL value of every code.

In: codes of the rows at hand, and values that may be added to while rows go by. Out: `Source`, read
by decisions; `Dimension`, what one decision sees of a source: its codes, or fewer classes where the
decision cannot tell values apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from guidewright.batch.demands import Demand
from guidewright.batch.primitives import Codes
from guidewright.batch.segments import code_type
from guidewright.batch.values import key
from guidewright.dmn.index import NumberColumn, ValueColumn, number_column, value_column
from guidewright.feel.code import Code, MakeList
from guidewright.feel.python_backend import new_unit
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.types import ANY, NUMBER, ListType

MAX_VALUES = 65_536  # of an open source; more are forgotten, and known values learnt again

Signature = Callable[[Any], Hashable]


@dataclass(slots=True, eq=False)
class Source:
    """The values of a variable; `codes` are those of the rows at hand, None when all have one.

    While `epoch` stays, a code keeps its value and values are only added. `fixed` sources have all
    their values from the start.
    """

    values: list[Any]
    fixed: bool
    epoch: int = 0
    codes: Codes | None = None

    def forget(self) -> None:
        """Begin anew: codes given so far mean nothing any more."""
        self.values = []
        self.epoch += 1


class ColumnSource(Source):
    """The values of a column as they are: there may be any number of them."""


def constant_source(value: Any) -> Source:
    """Return the source of a variable that has one value in every row."""
    return Source([value], fixed=True)


def signature_of(demand: Demand, variable: Binding) -> Signature | None:
    """Return a function that is equal for values the decision cannot tell apart.

    None when the value itself matters.
    """
    if demand.whole:
        return None
    masks: NumberColumn | ValueColumn | None = None
    if demand.boxes:
        boxes = list(demand.boxes)
        masks = number_column(boxes) if variable.type == NUMBER else value_column(boxes)
    probe = _probe(demand.probes, variable) if demand.probes else None

    def signature(value: Any) -> Hashable:
        seen: list[Hashable] = [value is None]
        if masks is not None:
            seen.append(masks.mask(value))
        if probe is not None:
            seen.append(probe(value))
        return tuple(seen)

    return signature


def _probe(probes: Sequence[Code], variable: Binding) -> Signature:
    unit = new_unit("probes")
    together = MakeList(probes[0].span, ListType(ANY), tuple(probes))
    name = unit.function([variable], together)
    function = unit.build()[name]

    def look(value: Any) -> Hashable:
        return key(function(Runtime(), value))

    return look


@dataclass(slots=True, eq=False)
class Dimension:
    """What one decision sees of a source.

    `signature` is None when every value matters. `reduced` dimensions count classes of values.
    An `open` one has the values of a column, of which there may be any number. `asks` says that
    expressions are computed to find the class of a value.
    """

    source: Source
    signature: Signature | None
    reduced: bool = False
    open: bool = False
    asks: bool = False
    _classes: dict[Hashable, int] = field(default_factory=dict)
    _values: list[Any] = field(default_factory=list)  # one value a class
    _remap: Codes = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    _epoch: int = -1
    _trial: Dimension | None = None

    @property
    def size(self) -> int:
        """The number of classes known so far."""
        self._learn()
        return len(self._values) if self.reduced else len(self.source.values)

    @property
    def growing(self) -> bool:
        """Whether more classes may come."""
        return not self.source.fixed

    @property
    def epoch(self) -> int:
        """Changes when classes lose their meaning."""
        return 0 if self.reduced else self.source.epoch

    @property
    def codes(self) -> Codes | None:
        """The class of each row at hand."""
        codes = self.source.codes
        if codes is None or not self.reduced:
            return codes
        self._learn()
        return self._remap.take(codes, mode="clip")

    def value(self, code: int) -> Any:
        """Return a value of a class."""
        return self._values[code] if self.reduced else self.source.values[code]

    def reduce(self) -> None:
        """Count classes from now on; only where there is a signature."""
        self.reduced = True
        self._learn()

    def reduced_size(self) -> int:
        """Return how many classes there would be."""
        if self.signature is None or self.reduced:
            return self.size
        if self._trial is None:
            self._trial = Dimension(self.source, self.signature, reduced=True)
        return self._trial.size

    def _learn(self) -> None:
        """Find the classes of values that are new."""
        if not self.reduced:
            return
        assert self.signature is not None  # noqa: S101 - only then it is reduced
        if self._epoch != self.source.epoch:
            self._epoch = self.source.epoch
            self._remap = self._remap[:0]
        known = len(self._remap)
        if known == len(self.source.values):
            return
        new = [self._class_of(value) for value in self.source.values[known:]]
        kind = code_type(len(self._values) + 1)
        self._remap = np.concatenate([self._remap.astype(kind), np.array(new, dtype=kind)])

    def _class_of(self, value: Any) -> int:
        assert self.signature is not None  # noqa: S101 - only then it is reduced
        seen = self.signature(value)
        found = self._classes.get(seen)
        if found is None:
            found = self._classes[seen] = len(self._values)
            self._values.append(value)
        return found
