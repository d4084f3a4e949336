"""When two pieces of two models certainly compute the same: equal fingerprints.

In: lowered code, item definitions, functions of two models. Out: nested tuples that are equal only
if the pieces are alike in everything that decides a value; ids, labels, places and the names of
types do not count. What is not understood is equal to nothing, so that no proof rests on it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import Any

from guidewright.dmn import Model, model
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Step
from guidewright.feel.builtins.registry import Builtin
from guidewright.feel.checker import BUILT_IN_TYPES
from guidewright.feel.names import normal
from guidewright.feel.scope import Binding, Role
from guidewright.feel.text import literal
from guidewright.feel.types import (
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Recursive,
    Simple,
)

Fingerprint = tuple[Any, ...]
_SILENT = frozenset(
    {"span", "name_span", "id", "label", "description", "index", "row", "annotations", "item"}
)
_UNSTEADY = re.compile(r"\b(now|today|random number)\s*\(")


def value_key(value: Any) -> Any:
    """Return a key that is the same for equal FEEL values: `1.0` and `1`, entries in any order."""
    if value is None or isinstance(value, (bool, str)):
        return type(value).__name__, value
    if isinstance(value, list):
        return "list", tuple(map(value_key, value))
    if isinstance(value, dict):
        return "context", tuple(sorted((key, value_key(each)) for key, each in value.items()))
    try:
        return "number", Fraction(value)
    except (TypeError, ValueError):
        return type(value).__name__, literal(value)


def code_fingerprint(node: Any) -> Fingerprint:
    """Return the fingerprint of lowered code; variables count by their place, not their name."""
    return _Reader().read(node)


# what stands for itself, before records are looked into
_WORDS: tuple[tuple[Any, Any], ...] = (
    (Enum, lambda node: ("word", node.value)),
    (
        (Simple, ListType, RangeType, ContextType, FunctionType, Recursive),
        lambda node: ("type", str(node)),
    ),
    (Builtin, lambda node: ("built-in function", node.name)),
    (model.Text, lambda node: ("text", node.text.strip())),
    # what a reference stands for is in the lowered code
    (model.TypeReference, lambda node: ("type reference",)),
)


class _Reader:
    def __init__(self) -> None:
        self._bindings: dict[int, int] = {}

    def read(self, node: Any) -> Fingerprint:
        match node:
            case None | bool() | int() | str():
                return type(node).__name__, node
            case Binding():
                return self._variable(node)
            case tuple() | list():
                return "many", *map(self.read, node)
        for kind, say in _WORDS:
            if isinstance(node, kind):
                return tuple(say(node))
        if dataclasses.is_dataclass(node) and not isinstance(node, type):
            return self._record(node)
        try:
            return "value", value_key(node)
        except KeyError:  # no FEEL value
            return "unlike", object()

    def _variable(self, node: Binding) -> Fingerprint:
        if node.role in (Role.CONSTANT, Role.BUILTIN):
            return "constant", normal(node.name)
        place = self._bindings.setdefault(id(node), len(self._bindings))
        free_name = normal(node.name) if node.name else ""
        return "variable", place, free_name, str(node.type)

    def _record(self, node: Any) -> Fingerprint:
        parts = (
            self.read(getattr(node, each.name))
            for each in dataclasses.fields(node)
            if each.name not in _SILENT or (each.name == "item" and isinstance(node.item, Binding))
        )
        return type(node).__name__, *parts


def item_fingerprint(item: Any) -> Fingerprint:
    """Return the fingerprint of a resolved item definition: its type and its constraints."""
    if item is None:
        return ()
    return (
        str(item.type),
        item.is_collection,
        item_fingerprint(item.base),
        tuple(sorted((name, item_fingerprint(each)) for name, each in item.components.items())),
        tuple((each.text.text.strip(), each.on_each) for each in item.constraints),
    )


# functions ---------------------------------------------------------------------------------------


def knowledge_of(of: Model, step: Step) -> Iterator[Step]:
    """Yield the functions that a decision may call, and what these rest on."""
    graph = of.graph
    todo = [key for key in graph.targets(step.key) if of.steps[key].value is not None]
    seen: set[Key] = set()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        yield of.steps[key]
        todo.extend(graph.targets(key))


def knowledge_fingerprint(of: Model, step: Step) -> Fingerprint:
    """Return the fingerprint of all functions that a decision may call."""
    found = sorted(knowledge_of(of, step), key=lambda each: normal(each.element.name))
    return tuple(
        (
            normal(each.element.name),
            str(each.type),
            item_fingerprint(each.item),
            _as_written(of.definitions, each.element),
        )
        for each in found
    )


def _as_written(definitions: model.Definitions, node: Any) -> Fingerprint:
    """Return the fingerprint of an element as its author wrote it."""
    match node:
        case None | bool() | int() | str():
            return type(node).__name__, node
        case Enum():
            return "word", node.value
        case model.Text():
            return "text", node.text.strip()
        case model.TypeReference(name=name):
            return _type_as_written(definitions, name, ())
        case model.Reference():
            return ("reference",)  # what it points at is among the functions, too
        case tuple():
            return "many", *(_as_written(definitions, each) for each in node)
    if not dataclasses.is_dataclass(node):
        return "unlike", object()
    return type(node).__name__, *(
        _as_written(definitions, getattr(node, each.name))
        for each in dataclasses.fields(node)
        if each.name not in _SILENT
    )


def _type_as_written(
    definitions: model.Definitions, name: str, within: tuple[str, ...]
) -> Fingerprint:
    if name in BUILT_IN_TYPES or name in within:
        return "type", name
    found = next((each for each in definitions.item_definitions if each.name == name), None)
    if found is None:
        return "unlike", object()  # imported: not looked into
    return "item", _item_as_written(definitions, found, (*within, name))


def _item_as_written(
    definitions: model.Definitions, node: Any, within: tuple[str, ...]
) -> Fingerprint:
    match node:
        case model.TypeReference(name=name):
            return _type_as_written(definitions, name, within)
        case model.Text():
            return "text", node.text.strip()
        case tuple():
            return "many", *(_item_as_written(definitions, each, within) for each in node)
    if dataclasses.is_dataclass(node):
        return tuple(
            _item_as_written(definitions, getattr(node, each.name), within)
            for each in dataclasses.fields(node)
            if each.name not in _SILENT
        )
    return type(node).__name__, node


def is_unsteady(of: Model, step: Step) -> bool:
    """Say whether the value of a decision may differ from call to call for the same inputs."""
    return any(
        _UNSTEADY.search(text)
        for each in (step, *knowledge_of(of, step))
        for text in _texts(each.element)
    )


def _texts(node: Any) -> Iterator[str]:
    todo = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, model.Text):
            yield each.text
        elif isinstance(each, tuple):
            todo.extend(each)
        elif dataclasses.is_dataclass(each) and not isinstance(each, type):
            todo.extend(getattr(each, field.name) for field in dataclasses.fields(each))
