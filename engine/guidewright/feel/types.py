"""FEEL types: the lattice, conformance, and their spelling (DMN 1.5, 10.3.2.9).

In: types as values. Out: whether one conforms to another, and the text a FEEL author would write.
Constraints (allowed values) are not types; they live in `dmn.model`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Simple:
    """A type with a plain name: `number`, `string`, …, the top `Any` and the bottom `Null`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType:
    """`list<item>`."""

    item: Type

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class RangeType:
    """`range<point>`."""

    point: Type

    def __str__(self) -> str:
        return f"range<{self.point}>"


@dataclass(frozen=True, slots=True)
class ContextType:
    """`context<key: type, …>`; a value may have more keys than the type names."""

    entries: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        inner = ", ".join(f"{key}: {of}" for key, of in self.entries)
        return f"context<{inner}>"

    def entry(self, key: str) -> Type | None:
        """Return the type of an entry, or None when the type does not name it."""
        return next((of for name, of in self.entries if name == key), None)


@dataclass(frozen=True, slots=True)
class FunctionType:
    """`function<parameter, …> -> result`."""

    parameters: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.parameters))
        return f"function<{inner}> -> {self.result}"


@dataclass(frozen=True, slots=True)
class Recursive:
    """A reference to an item definition that contains itself; behaves as `Any` when compared."""

    name: str

    def __str__(self) -> str:
        return self.name


Type = Simple | ListType | RangeType | ContextType | FunctionType | Recursive

ANY = Simple("Any")
NULL = Simple("Null")
NUMBER = Simple("number")
STRING = Simple("string")
BOOLEAN = Simple("boolean")
DATE = Simple("date")
TIME = Simple("time")
DATE_TIME = Simple("date and time")
DAYS_TIME = Simple("days and time duration")
YEARS_MONTHS = Simple("years and months duration")

SIMPLE_TYPES: dict[str, Simple] = {
    of.name: of
    for of in (
        ANY,
        NULL,
        NUMBER,
        STRING,
        BOOLEAN,
        DATE,
        TIME,
        DATE_TIME,
        DAYS_TIME,
        YEARS_MONTHS,
    )
}
# Spellings of XML Schema that older models use (DMN 1.1, Table 42).
TYPE_ALIASES: dict[str, Simple] = {
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_TIME,
    "yearMonthDuration": YEARS_MONTHS,
}


def conforms(sub: Type, sup: Type) -> bool:
    """Say whether every value of `sub` is a value of `sup` (DMN 1.5, 10.3.2.9.2)."""
    if sub in (sup, NULL) or sup == ANY:
        return True
    if isinstance(sub, Recursive) or isinstance(sup, Recursive):
        return True
    match sub, sup:
        case (ListType(a), ListType(b)) | (RangeType(a), RangeType(b)):
            return conforms(a, b)
        case ContextType(), ContextType(wanted):
            return all(
                (has := sub.entry(key)) is not None and conforms(has, of) for key, of in wanted
            )
        case FunctionType(a_in, a_out), FunctionType(b_in, b_out):
            return (
                len(a_in) == len(b_in)
                and all(conforms(b, a) for a, b in zip(a_in, b_in, strict=True))
                and conforms(a_out, b_out)
            )
    return False


def may_be(sub: Type, sup: Type) -> bool:
    """Say whether some value other than null can be of both types; `Any` may be anything."""
    if ANY in (sub, sup) or NULL in (sub, sup):
        return True
    return conforms(sub, sup) or conforms(sup, sub)


def union(a: Type, b: Type) -> Type:
    """Return the narrowest type known here that holds the values of both."""
    if conforms(a, b):
        return b
    if conforms(b, a):
        return a
    if isinstance(a, ListType) and isinstance(b, ListType):
        return ListType(union(a.item, b.item))
    return ANY
