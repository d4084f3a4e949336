"""Instances, events and effects as plain JSON data and back.

In: the frozen data of `instance`, `events` and `effects`. Out: dictionaries that `json` writes,
with a version. The form is derived from the fields: names are keys, tuples are lists, instants are
texts with offset and zone, FEEL values are written by `value_codec`. What cannot be read is refused
with the path to it (`workflow.stored-state`); nothing is repaired.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DateTime
from guidewright.workflow import effects, events
from guidewright.workflow import instance as instances
from guidewright.workflow.effects import Effect
from guidewright.workflow.events import Event
from guidewright.workflow.instance import Instance
from guidewright.workflow.value_codec import (
    instant_from_text,
    instant_text,
    stored_fault,
    value_from_json,
    value_to_json,
)

Json = dict[str, Any]
FORMAT = "guidewright.instance/2"
# What has to be done to an older form. 1 knew no overrides, interruptions, history and zone: they
# are empty, as for every key that is missing and has a default.
UPGRADES: Mapping[str, Callable[[Json], Json]] = {"guidewright.instance/1": lambda data: data}
Data = TypeVar("Data")

EVENTS: dict[str, type[Event]] = {
    "start": events.Start,
    "data": events.Data,
    "done": events.Done,
    "given": events.Done,
    "tick": events.Tick,
    "signal": events.Signal,
    "deviate": events.Deviate,
    "override": events.Override,
    "correct": events.Correct,
}
EFFECTS: dict[str, type[Effect]] = {
    "act": effects.Act,
    "withdraw": effects.Withdraw,
    "overdue": effects.Overdue,
    "remind": effects.Remind,
    "cancel timer": effects.CancelTimer,
    "evaluated": effects.Evaluated,
    "noted": effects.Noted,
    "stopped": effects.Stopped,
    "finished": effects.Finished,
}


def instance_to_json(instance: Instance) -> Json:
    """Return an instance as JSON data."""
    return {"format": FORMAT, **_record_to_json(instance)}


def instance_from_json(data: object) -> Instance:
    """Return the instance of JSON data by `instance_to_json`, also of an older form."""
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(data, dict) or found not in (FORMAT, *UPGRADES):
        raise stored_fault("format", f"this is '{found}', not '{FORMAT}'")
    record = {key: data[key] for key in data if key != "format"}
    return _record(Instance, record if found == FORMAT else UPGRADES[found](record), "")


def event_to_json(event: Event) -> Json:
    """Return an event as JSON data; its kind is under `event`."""
    return {"event": _tag(EVENTS, event), **_record_to_json(event)}


def event_from_json(data: object) -> Event:
    """Return the event of JSON data."""
    return _tagged(EVENTS, "event", data)


def effect_to_json(effect: Effect) -> Json:
    """Return an effect as JSON data; its kind is under `effect`."""
    return {"effect": _tag(EFFECTS, effect), **_record_to_json(effect)}


def effect_from_json(data: object) -> Effect:
    """Return the effect of JSON data."""
    return _tagged(EFFECTS, "effect", data)


def _tag(table: Mapping[str, type], item: object) -> str:
    return next(name for name, kind in table.items() if type(item) is kind)


def _tagged(table: Mapping[str, type[Data]], key: str, data: object) -> Data:
    name = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(name, str) or name not in table:
        known = ", ".join(table)
        raise stored_fault(key, f"'{name}' is not one of {known}")
    return _record(table[name], {k: data[k] for k in data if k != key}, str(name))


# writing -----------------------------------------------------------------------------------------


def _record_to_json(record: Any) -> Json:
    hints = _HINTS[type(record)]
    return {name: _to_json(getattr(record, name), hint) for name, hint in hints.items()}


def _to_json(value: Any, hint: Any) -> Any:
    if hint is Any:
        return value_to_json(value)
    if get_origin(hint) is _MAPPING:
        return {key: value_to_json(item) for key, item in value.items()}
    if isinstance(value, DateTime):
        return instant_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_to_json(item, get_args(_present(hint))[0]) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return _record_to_json(value)


# reading -----------------------------------------------------------------------------------------


def _record(kind: type[Data], data: object, where: str) -> Data:
    if not isinstance(data, dict):
        raise stored_fault(where, "an object is expected")
    hints = _HINTS[kind]
    for key in data:
        if key not in hints:
            raise stored_fault(f"{where}.{key}", "this key is not known")
    for name in _required(kind):
        if name not in data:
            raise stored_fault(f"{where}.{name}", "this key is missing")
    read = {key: _from_json(item, hints[key], f"{where}.{key}") for key, item in data.items()}
    return kind(**read)


def _from_json(data: Any, hint: Any, where: str) -> Any:
    if hint is Any:
        return value_from_json(data, where)
    if data is None and _present(hint) is not hint:
        return None
    hint = _present(hint)
    if get_origin(hint) is _MAPPING:
        if not isinstance(data, dict):
            raise stored_fault(where, "an object is expected")
        return {str(key): value_from_json(item, f"{where}.{key}") for key, item in data.items()}
    if get_origin(hint) is tuple:
        if not isinstance(data, list):
            raise stored_fault(where, "a list is expected")
        inner = get_args(hint)[0]
        return tuple(_from_json(item, inner, f"{where}[{i}]") for i, item in enumerate(data))
    if hint in (str, int, bool):
        if type(data) is not hint:
            raise stored_fault(where, f"{_WORDS[hint]} is expected")
        return data
    return _named(data, hint, where)


def _named(data: Any, hint: Any, where: str) -> Any:
    """Read an instant, one of a closed set of words, or an inner record."""
    if hint is DateTime:
        try:
            return instant_from_text(data if isinstance(data, str) else "")
        except Refuse as why:
            raise stored_fault(where, why.reason) from None
    if issubclass(hint, Enum):
        found = next((word for word in hint if word.value == data), None)
        if found is None:
            raise stored_fault(where, f"'{data}' is not a word that can stand here")
        return found
    return _record(hint, data, where)


_MAPPING = get_origin(Mapping[str, Any])
_WORDS = {str: "a text", int: "a whole number", bool: "true or false"}


_HINTS: dict[type, dict[str, Any]] = {
    kind: get_type_hints(kind)
    for kind in (
        *EVENTS.values(),
        *EFFECTS.values(),
        instances.Instance,
        instances.Datum,
        instances.OpenTask,
        instances.RunningTimer,
        instances.Visit,
        instances.Choice,
        instances.Stop,
        instances.Deviation,
        instances.Correction,
        instances.Overriding,
        instances.Interruption,
        instances.Remembered,
    )
}


def _required(kind: Any) -> tuple[str, ...]:
    def needed(item: Field[Any]) -> bool:
        return item.default is MISSING and item.default_factory is MISSING

    return tuple(item.name for item in fields(kind) if needed(item))


def _present(hint: Any) -> Any:
    """Return a hint without `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint
