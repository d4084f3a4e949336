"""A patient as the caller gives it -> the inputs of the model, or every fault in it.

In: names and values as a clinician or a program writes them: `120 ng/L`, or `{value: 120,
unit: ng/L}`, words, booleans, dates as text. Out: FEEL values by input name, in the declared units.
Unknown names, values without a unit, with a wrong unit, of a wrong type or outside the domain are
refused, all at once (`CallError`); nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guidewright.dmn import Model
from guidewright.dmn.model import InputData
from guidewright.dmn.steps import Step
from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.conversion import from_json_typed, from_python
from guidewright.feel.names import normal
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.values import convert as convert_value
from guidewright.feel.values import kind
from guidewright.guideline.model import GuidelineFile, InputMeaning
from guidewright.guideline.units import UnitError, convert, parse_unit
from guidewright.source import Span

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*(.*?)\s*", re.DOTALL | re.ASCII)
_Places = Mapping[str, Span]  # where each value is written, when it comes from a file


def read_patient(
    guideline: GuidelineFile,
    model: Model,
    patient: Mapping[str, object],
    places: _Places | None = None,
) -> dict[str, Any]:
    """Return the FEEL value of every input that is given; `None` means: known to be missing.

    Raises `CallError` with one note per fault; `places` gives them `file:line:column`.
    """
    notes: list[Note] = []
    values: dict[str, Any] = {}
    inputs = _patient_inputs(guideline, model)
    for name, raw in patient.items():
        span = (places or {}).get(name)
        step = inputs.get(normal(name))
        if step is None:
            hint = _unknown_hint(guideline, model, name, inputs)
            notes.append(Note(Code.INPUT_UNKNOWN, span, f"no input is named {name!r}", hint))
            continue
        key = normal(step.element.name)
        if key in values:
            notes.append(Note(Code.INPUT_UNKNOWN, span, f"the input {key!r} is given twice"))
            continue
        try:
            values[key] = _value(step, guideline.inputs.get(key), raw)
        except _Refused as why:
            notes.append(Note(why.code, span, f"{key!r}: {why.text}", why.hint))
    if notes:
        raise CallError(notes)
    return values


def _patient_inputs(guideline: GuidelineFile, model: Model) -> dict[str, Step]:
    policies = guideline.policy_inputs
    return {
        normal(step.element.name): step
        for step in model.steps.values()
        if isinstance(step.element, InputData) and step.element.name not in policies
    }


def _unknown_hint(
    guideline: GuidelineFile, model: Model, name: str, inputs: Mapping[str, Step]
) -> str | None:
    if normal(name) in guideline.policy_inputs:
        policy = guideline.policy_inputs[normal(name)]
        return f"it belongs to the policy {policy.name}; give a policy as such"
    if any(normal(name) == normal(each.name) for each in model.definitions.decisions):
        return "it is a decision, which is worked out from the inputs"
    return did_you_mean(name.replace("_", " "), inputs) or did_you_mean(name, inputs)


class _Refused(Exception):  # noqa: N818 - carries one note
    def __init__(self, code: Code, text: str, hint: str | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.hint = code, text, hint


def _value(step: Step, meaning: InputMeaning | None, raw: object) -> Any:
    if raw is None:
        return None
    if meaning is not None and meaning.unit is not None:
        value: Any = _quantity(meaning, raw)
    else:
        value = _plain(step, raw)
    rt = Runtime()
    refusals = list(step.item.refusals(rt, value)) if step.item is not None else []
    if refusals:
        raise _Refused(Code.INPUT_DOMAIN, _domain_text(step, meaning, value, refusals[0]))
    return value


def _domain_text(step: Step, meaning: InputMeaning | None, value: Any, refusal: str) -> str:
    allowed = refusal.split(": ", 1)[-1]
    unit = f" {meaning.unit.code}" if meaning is not None and meaning.unit is not None else ""
    shown = f"{value}{unit}" if type(value) in (int, Decimal) else refusal.split(" is not")[0]
    return f"{shown} is not possible; allowed: {allowed}"


def _plain(step: Step, raw: object) -> Any:
    try:
        return convert_value(from_json_typed(from_python(raw), step.type), step.type)
    except Refuse as why:
        raise _Refused(Code.INPUT_TYPE, why.reason) from None


def _quantity(meaning: InputMeaning, raw: object) -> int | Decimal:
    """Return the number in the declared unit."""
    declared = meaning.unit
    assert declared is not None  # noqa: S101 - asked by the caller
    number, unit_text = _parts(raw)
    example = f"write it with its unit, such as '{number} {declared.code}'"
    if not unit_text:
        raise _Refused(Code.INPUT_UNIT, f"the unit of {number} is missing", example)
    try:
        unit = parse_unit(unit_text)
        if unit == declared:
            return number
        converted = convert(number, unit, declared, molar_mass=meaning.molar_mass)
    except UnitError as fault:
        raise _Refused(Code.INPUT_UNIT, str(fault), f"give it in {declared.code}") from None
    whole = int(converted) if converted == converted.to_integral_value() else None
    return whole if whole is not None and abs(converted) < 10**15 else converted


def _parts(raw: object) -> tuple[int | Decimal, str]:
    """Return the number and the unit of a quantity, however it is written."""
    if isinstance(raw, Mapping):
        extra = set(raw) - {"value", "unit"}
        if extra or "value" not in raw:
            text = "a quantity is written {value: …, unit: …}"
            raise _Refused(Code.INPUT_TYPE, text)
        number, inner = _parts(raw["value"])
        unit = raw.get("unit")
        outer = unit.strip() if isinstance(unit, str) else ""
        if inner and outer:
            text = f"it has two units, {inner!r} in the value and {outer!r}"
            raise _Refused(Code.INPUT_UNIT, text, "write the value as a number")
        return number, inner or outer
    if isinstance(raw, str):
        match = _QUANTITY.fullmatch(raw)
        if match is None:
            raise _Refused(Code.INPUT_TYPE, f"{raw!r} is not a number with a unit")
        digits = match.group(1)
        number = int(digits) if digits.lstrip("+-").isdigit() else Decimal(digits)
        return number, match.group(2)
    try:
        value = from_python(raw)
    except Refuse as why:
        raise _Refused(Code.INPUT_TYPE, why.reason) from None
    if type(value) in (int, Decimal):
        return value, ""
    raise _Refused(Code.INPUT_TYPE, f"a number with a unit is expected, not a {kind(value)}")


def read_policies(guideline: GuidelineFile, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the reading in force for every policy: the chosen one, else the default.

    Raises `CallError` for an unknown policy or reading.
    """
    notes = []
    for name, reading in chosen.items():
        policy = guideline.policies.get(name)
        if policy is None:
            hint = did_you_mean(name, guideline.policies)
            notes.append(Note(Code.POLICY, None, f"no policy is named {name!r}", hint))
        elif reading not in policy.readings:
            hint = "its readings are: " + ", ".join(policy.readings)
            text = f"the policy {name} has no reading {reading!r}"
            notes.append(Note(Code.POLICY, None, text, hint))
    if notes:
        raise CallError(notes)
    return {name: chosen.get(name, policy.default) for name, policy in guideline.policies.items()}
