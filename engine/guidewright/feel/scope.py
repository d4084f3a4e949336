"""What a name can mean at a place: bindings, and scopes that nest (DMN 1.5, 10.3.2.11).

In: names with their types. Out: for the parser, the longest name that starts here; for the
checker, the binding a name refers to. Inner scopes win; built-in functions are outermost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guidewright.feel.names import NameTrie, normal
from guidewright.feel.types import ANY, NULL, ContextType, Recursive, Type


class Role(StrEnum):
    """Where a binding comes from."""

    VARIABLE = "variable"  # requirements, parameters, iteration variables, entries, `?`
    CONSTANT = "constant"  # a value known at load: a business knowledge model, a service
    ITEM = "item"  # a possible key of the element that a filter looks at
    BUILTIN = "built-in function"


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One thing a name can stand for; compared by identity.

    `value` is the constant of a `CONSTANT` or `BUILTIN`. An `ITEM` is a key of `owner`; `shadowed`
    is what the name means when the element has no such key.
    """

    name: str
    type: Type = ANY
    role: Role = Role.VARIABLE
    value: Any = None
    owner: Binding | None = None
    shadowed: Binding | None = None


@dataclass(slots=True)
class Scope:
    """A level of names; `declared` are names that may follow a dot or stand in a filter."""

    parent: Scope | None = None
    bindings: dict[str, Binding] = field(default_factory=dict)
    declared: NameTrie | None = None
    trie: NameTrie = field(default_factory=NameTrie)
    item: Binding | None = None  # set on the scope of a filter

    def define(self, binding: Binding) -> Binding:
        """Add a name to this level; a later definition of the same name wins."""
        name = normal(binding.name)
        self.bindings[name] = binding
        self.trie.add(name)
        return binding

    def inner(self, *bindings: Binding) -> Scope:
        """Return a scope inside this one."""
        scope = Scope(self)
        for binding in bindings:
            scope.define(binding)
        return scope

    def lookup(self, name: str) -> Binding | None:
        """Return what a name means here, or None.

        Inside a filter a name may be a key of the element: then an `ITEM` binding is returned,
        unless the type of the element tells.
        """
        found = self.bindings.get(name)
        if self.item is None:
            if found is not None or self.parent is None:
                return found
            return self.parent.lookup(name)
        outer = found or (self.parent.lookup(name) if self.parent else None)
        element = self.item.type
        if isinstance(element, ContextType):
            key_type = element.entry(name)
            return (
                Binding(name, key_type, Role.ITEM, owner=self.item, shadowed=outer)
                if (key_type is not None)
                else outer or Binding(name, ANY, Role.ITEM, owner=self.item)
            )
        if element not in (ANY, NULL) and not isinstance(element, Recursive):
            return outer
        return Binding(name, ANY, Role.ITEM, owner=self.item, shadowed=outer)

    def longest(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the longest name in scope that starts at `position`, and where it ends."""
        best: tuple[str, int] | None = None
        scope: Scope | None = self
        while scope is not None:
            found = scope.trie.longest(text, position)
            if found is not None and (best is None or found[1] > best[1]):
                best = found
            scope = scope.parent
        return best

    def longest_declared(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the longest declared component name that starts at `position`."""
        best: tuple[str, int] | None = None
        scope: Scope | None = self
        while scope is not None:
            if scope.declared is not None:
                found = scope.declared.longest(text, position)
                if found is not None and (best is None or found[1] > best[1]):
                    best = found
            scope = scope.parent
        return best

    def names(self, *, functions: bool = False) -> set[str]:
        """Return every name in scope, for did-you-mean; built-in functions only when asked for."""
        found: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            found.update(
                name
                for name, binding in scope.bindings.items()
                if functions or binding.role is not Role.BUILTIN
            )
            scope = scope.parent
        return found


def scope_of(
    types: Mapping[str, Type], *, parent: Scope | None = None, components: Iterable[str] = ()
) -> Scope:
    """Return a scope with one variable per name."""
    scope = Scope(parent, declared=NameTrie.of(components))
    for name, of in types.items():
        scope.define(Binding(normal(name), of))
    return scope
