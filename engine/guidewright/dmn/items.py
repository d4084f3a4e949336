"""Item definitions as types and constraints: what a value of a `typeRef` may be.

In: the item definitions of a model, and the models it imports. Out: FEEL types for the checker,
and at run time a reason why a value is not allowed (DMN 1.5, 7.3.2, 7.3.3). Item definitions may
contain themselves; inside itself one is `Recursive`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn.model import Definitions, ItemDefinition, Text, TypeReference
from guidewright.errors import Code, ModelError, Note, did_you_mean
from guidewright.feel.api import BUILTIN_SCOPE
from guidewright.feel.checker import BUILT_IN_TYPES, check
from guidewright.feel.code import Code as LoweredCode
from guidewright.feel.lower import lower_tests
from guidewright.feel.parser import parse_unary_tests
from guidewright.feel.python_backend import Unit
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import Binding, scope_of
from guidewright.feel.text import literal
from guidewright.feel.types import (
    ANY,
    ContextType,
    FunctionType,
    ListType,
    Recursive,
    Type,
)


@dataclass(slots=True, eq=False)
class Constraint:
    """Compiled unary tests; `on_each` when they are about the elements of a collection.

    `code` is their lowered form; `bindings` are the value and the siblings it refers to.
    `function(rt, value, *siblings)` is compiled late, with all others of the model.
    """

    text: Text
    on_each: bool
    siblings: tuple[str, ...]
    code: LoweredCode
    bindings: tuple[Binding, ...]
    name: str  # in the namespace of the unit
    function: Callable[..., Any] | None = None


@dataclass(slots=True, eq=False)
class Item:
    """An item definition, resolved."""

    name: str
    type: Type
    is_collection: bool = False
    base: Item | None = None
    components: dict[str, Item] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)

    def refusals(
        self, rt: Runtime, value: Any, siblings: Mapping[str, Any] | None = None
    ) -> Iterator[str]:
        """Yield why a value of the right type is not allowed; null is always allowed."""
        if value is None:
            return
        elements = value if self.is_collection and type(value) is list else [value]
        if self.base is not None:
            for element in elements:
                yield from self.base.refusals(rt, element)
        for constraint in self.constraints:
            for tested in elements if constraint.on_each else [value]:
                if not _satisfied(rt, constraint, tested, siblings or {}):
                    allowed = constraint.text.text.strip()
                    yield f"{literal(tested)} is not allowed for {self.name!r}: {allowed}"
        for element in elements:
            if type(element) is dict:
                for key, component in self.components.items():
                    yield from component.refusals(rt, element.get(key), element)

    @property
    def allowed(self) -> Text | None:
        """The text of the allowed values, of the item itself or what it is based on."""
        if self.constraints:
            return self.constraints[0].text
        return self.base.allowed if self.base is not None else None


def _satisfied(
    rt: Runtime, constraint: Constraint, value: Any, siblings: Mapping[str, Any]
) -> bool:
    if value is None and not constraint.on_each:
        return True  # a missing value; a null inside a collection is an element like others
    assert constraint.function is not None  # noqa: S101 - set when the unit was built
    mark = rt.mark()
    given = [siblings.get(name) for name in constraint.siblings]
    holds = constraint.function(rt, value, *given) is True
    rt.forget(mark)
    return holds


class ItemTable:
    """The types of one model; `imported` are those of other models, by import name."""

    def __init__(
        self, definitions: Definitions, imported: Mapping[str, ItemTable], unit: Unit
    ) -> None:
        self.notes: list[Note] = []
        self._definitions = {item.name: item for item in definitions.item_definitions}
        self._imported = imported
        self._unit = unit
        self._items: dict[str, Item] = {}
        self._open: set[str] = set()
        self._constraints: list[Constraint] = []
        for name in self._definitions:
            self.item(name)

    def resolve(self, name: str) -> Type | None:
        """Return the type of an item definition, or None when there is none of that name."""
        found = self.item(name)
        return found.type if found is not None else None

    def names(self) -> Iterator[str]:
        """Yield every name a `typeRef` may have here, besides the built-in types."""
        yield from self._definitions
        for prefix, table in self._imported.items():
            for name in table.names():
                yield f"{prefix}.{name}" if prefix else name

    def item(self, name: str) -> Item | None:
        """Return a resolved item definition, local or imported."""
        if name in self._items:
            return self._items[name]
        definition = self._definitions.get(name)
        if definition is None:
            return self._imported_item(name)
        if name in self._open:
            return Item(name, Recursive(name))
        self._open.add(name)
        made = self._items[name] = self._make(definition)
        self._open.discard(name)
        return made

    def _imported_item(self, name: str) -> Item | None:
        for prefix, table in self._imported.items():
            if not prefix:
                found = table.item(name)
                if found is not None:
                    return found
            elif name.startswith(prefix + "."):
                return table.item(name[len(prefix) + 1 :])
        return None

    def type_of(self, reference: TypeReference | None) -> Type:
        """Return the type of a `typeRef`; an unknown one is a fault and then `Any`."""
        if reference is None:
            return ANY
        found = self.resolve(reference.name) or BUILT_IN_TYPES.get(reference.name)
        if found is None:
            known = [*self.names(), *BUILT_IN_TYPES]
            self.notes.append(
                Note(
                    Code.UNKNOWN_TYPE,
                    reference.span,
                    f"no type is named {reference.name!r}",
                    did_you_mean(reference.name, known),
                )
            )
            return ANY
        return found

    def item_of(self, reference: TypeReference | None) -> Item | None:
        """Return the item definition a `typeRef` names, or None for a built-in type."""
        return self.item(reference.name) if reference is not None else None

    def _make(self, definition: ItemDefinition) -> Item:
        item = self._shape(definition)
        self._constrain(definition, item, {})
        return item

    def _shape(self, definition: ItemDefinition) -> Item:
        """Return the type, without constraints."""
        base: Item | None = None
        components: dict[str, Item] = {}
        of: Type = ANY
        if definition.components:
            components = {each.name: self._shape(each) for each in definition.components}
            of = ContextType(tuple((name, each.type) for name, each in components.items()))
        elif definition.function is not None:
            parameters = tuple(self.type_of(each.type) for each in definition.function.parameters)
            of = FunctionType(parameters, self.type_of(definition.function.result))
        elif definition.type is not None:
            base = self.item_of(definition.type)
            of = self.type_of(definition.type)
        whole: Type = ListType(of) if definition.is_collection else of
        return Item(definition.name, whole, definition.is_collection, base, components)

    def _constrain(
        self, definition: ItemDefinition, item: Item, siblings: Mapping[str, Type]
    ) -> None:
        """Compile the constraints; those of a component may refer to its siblings."""
        each = item.type.item if isinstance(item.type, ListType) else item.type
        if definition.allowed_values is not None:
            on_each = definition.is_collection
            tested = each if on_each else item.type
            self._add(item, definition.allowed_values, tested, siblings, on_each=on_each)
        if definition.type_constraint is not None:
            self._add(item, definition.type_constraint, item.type, siblings, on_each=False)
        types = {name: component.type for name, component in item.components.items()}
        for component in definition.components:
            others = {name: of for name, of in types.items() if name != component.name}
            self._constrain(component, item.components[component.name], others)

    def _add(
        self, item: Item, text: Text, value: Type, siblings: Mapping[str, Type], *, on_each: bool
    ) -> None:
        scope = scope_of({"?": value, **siblings}, parent=BUILTIN_SCOPE)
        names = tuple(scope.bindings)[1:]
        try:
            checked = check(parse_unary_tests(text.span, scope), scope, self.resolve)
        except ModelError as fault:
            self.notes.extend(fault.notes)
            return
        self.notes.extend(checked.notes)
        lowered = lower_tests(checked, scope.bindings["?"])
        if lowered is not None:
            bindings = tuple(scope.bindings.values())
            name = self._unit.function(bindings, lowered)
            constraint = Constraint(text, on_each, names, lowered, bindings, name)
            item.constraints.append(constraint)
            self._constraints.append(constraint)

    def link(self, namespace: Mapping[str, Any]) -> None:
        """Give the constraints their compiled functions."""
        for constraint in self._constraints:
            constraint.function = namespace[constraint.name]
