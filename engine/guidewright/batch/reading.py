"""One value of a column -> the FEEL value of an input, or why it cannot be used.

In: a Python object as Arrow gives it. Out: the value in the declared type and unit, checked as for
one patient, or `Unusable` with a code and a reason. A model's inputs are checked by its item
definitions, a guideline's by `guideline.patient`, which knows units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from guidewright.batch.thresholds import Meaning
from guidewright.dmn.cells import BOXED_TYPES, Box, Number, read_box
from guidewright.dmn.items import Item
from guidewright.dmn.runnable import Model
from guidewright.dmn.steps import Step
from guidewright.errors import CallError, Code, Note, ResourceError
from guidewright.feel.conversion import from_json_typed
from guidewright.feel.names import normal
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.values import convert
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.patient import read_patient
from guidewright.guideline.units import Unit, UnitError, parse_unit
from guidewright.guideline.units import convert as convert_unit


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a value cannot be used: a stable code, and words."""

    code: Code
    text: str


Reader = Callable[[object], Any]  # returns the FEEL value, or `Unusable`


@dataclass(frozen=True, slots=True, eq=False)
class InputPlan:
    """One input of the model: how its values are read, and what they may be.

    `meaning` gives the FEEL number of a number in a column, and `nearest` roughly inverts it.
    `domain` holds a box for each list of allowed values, and is None when those say more than
    boxes can.
    """

    step: Step
    name: str
    column: str
    read: Reader
    domain: tuple[Box, ...] | None
    meaning: Meaning
    nearest: Meaning
    unit: str | None


def model_input(step: Step, name: str, column: str) -> InputPlan:
    """Return how an input of a plain model is read."""

    def read(raw: object) -> Any:
        try:
            value = convert(from_json_typed(raw, step.type), step.type)
            refusals = list(step.item.refusals(Runtime(), value)) if step.item else []
        except Refuse as why:
            return Unusable(Code.INPUT_TYPE, why.reason)
        except ResourceError as fault:
            return Unusable(fault.notes[0].code, fault.notes[0].text)
        return Unusable(Code.INPUT_DOMAIN, refusals[0]) if refusals else value

    return InputPlan(step, name, column, read, _domain(step), _same, _same, None)


def guideline_input(
    file: GuidelineFile, model: Model, step: Step, name: str, column: str, unit: str | None
) -> InputPlan:
    """Return how an input of a guideline is read; `unit` is that of plain numbers.

    Raises `CallError` for a unit that the input cannot be given in.
    """
    meaning = file.inputs.get(name)
    declared = meaning.unit if meaning is not None else None
    if declared is None or meaning is None:
        if unit is not None:
            raise CallError(Note(Code.INPUT_UNIT, None, f"the input {name!r} has no unit"))
        written: Unit | None = None
        to_declared: Meaning = _same
        to_written: Meaning = _same
    else:
        written = _unit(name, unit or declared.code)
        to_declared = _conversion(name, written, declared, meaning.molar_mass)
        to_written = _conversion(name, declared, written, meaning.molar_mass)

    def read(raw: object) -> Any:
        plain = not isinstance(raw, (str, Mapping, bool)) and raw is not None
        given = {"value": raw, "unit": written.code} if written is not None and plain else raw
        try:
            return read_patient(file, model, {name: given})[name]
        except CallError as fault:
            note = fault.notes[0]
            return Unusable(note.code, note.text.removeprefix(f"{name!r}: "))
        except ResourceError as fault:
            return Unusable(fault.notes[0].code, fault.notes[0].text)

    code = written.code if written is not None else None
    return InputPlan(step, name, column, read, _domain(step), to_declared, to_written, code)


def _same(number: Number) -> Number:
    return number


def _unit(name: str, text: str) -> Unit:
    try:
        return parse_unit(text)
    except UnitError as fault:
        raise CallError(Note(Code.INPUT_UNIT, None, f"{name!r}: {fault}")) from None


def _conversion(name: str, of: Unit, to: Unit, molar_mass: Decimal | None) -> Meaning:
    if of == to:
        return _same

    def conversion(number: Number) -> Number:
        return convert_unit(number, of, to, molar_mass=molar_mass)

    try:
        conversion(1)
    except UnitError as fault:
        raise CallError(Note(Code.INPUT_UNIT, None, f"{name!r}: {fault}")) from None
    return conversion


def _domain(step: Step) -> tuple[Box, ...] | None:
    """Return the allowed values of an input as boxes, or None when they are more than boxes."""
    boxes: list[Box] = []
    item: Item | None = step.item
    while item is not None:
        if item.is_collection or item.components or step.type not in BOXED_TYPES:
            return None
        for constraint in item.constraints:
            box = read_box(constraint.text.text, step.type)
            if box is None:
                return None
            boxes.append(box)
        item = item.base
    return tuple(boxes) if step.type in BOXED_TYPES else None


def plain_objects(values: pa.Array) -> list[object]:
    """Return Arrow values as Python objects; a narrow float at its own shortest spelling."""
    if pa.types.is_float32(values.type) or pa.types.is_float16(values.type):
        kind = np.dtype(values.type.to_pandas_dtype()).type
        return [_spelt(kind, each) for each in values.to_pylist()]
    found: list[object] = values.to_pylist()
    return found


def _spelt(kind: Any, value: float | None) -> object:
    if value is None or not np.isfinite(value):
        return value
    return Decimal(str(kind(value)))


def input_name(step: Step, model: Model) -> str:
    """Return the name a caller uses: that of the element, behind the name of its import."""
    name = normal(step.element.name)
    namespace = step.key[0]
    if namespace == model.definitions.namespace:
        return name
    prefix = next(
        (each.name for each in model.definitions.imports if each.namespace == namespace), ""
    )
    return f"{normal(prefix)}.{name}" if prefix else name
