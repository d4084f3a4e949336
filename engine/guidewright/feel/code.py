"""The lowered form of FEEL: few kinds of node, names resolved, types known, tests spelt out.

In: what `lower` makes of checked trees (and `dmn` of boxed expressions). Out: what the backends
read: Python functions today, columns and proofs later. A node says *what* is computed; how null
and notes are carried is the backend's business and the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from guidewright.errors import Code as MessageCode
from guidewright.feel.scope import Binding
from guidewright.feel.types import ANY, Type
from guidewright.source import Span


class Part:
    """Whatever lowered code is made of."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Code(Part):
    """A computation with a FEEL value of `type` (or null)."""

    span: Span | None
    type: Type


class Op(StrEnum):
    """The strict operations; the value is the name of the function in `operators`."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    POWER = "power"
    NEGATE = "negate"
    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    LESS = "less"
    LESS_EQUAL = "less_equal"
    GREATER = "greater"
    GREATER_EQUAL = "greater_equal"
    IN_RANGE = "in_range"
    UNARY_IN = "unary_in"
    UNARY_TEST = "unary_test"
    INDEX = "index"


@dataclass(frozen=True, slots=True, eq=False)
class Const(Code):
    """A value known at load."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Ref(Code):
    """The value of a variable."""

    binding: Binding


@dataclass(frozen=True, slots=True, eq=False)
class Let(Code):
    """`body` with `binding` standing for `value`, which is computed once."""

    binding: Binding
    value: Code
    body: Code


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Code):
    """A strict operation."""

    op: Op
    arguments: tuple[Code, ...]


class Connective(StrEnum):
    """The ternary connectives (DMN 1.5, Table 50)."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True, slots=True, eq=False)
class Logic(Code):
    """Ternary `and`/`or` of two or more; later parts may be left uncomputed when one decides."""

    connective: Connective
    parts: tuple[Code, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not(Code):
    """Ternary negation."""

    part: Code


@dataclass(frozen=True, slots=True, eq=False)
class Choose(Code):
    """`then` when the condition is true, else `otherwise`.

    A `boxed` one is null when the condition is neither boolean nor null.
    """

    condition: Code
    then: Code
    otherwise: Code
    boxed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MakeList(Code):
    """A list of the parts."""

    items: tuple[Code, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EntryCode(Part):
    """An entry of a context: later entries may refer to `binding`."""

    key: str
    binding: Binding
    value: Code


@dataclass(frozen=True, slots=True, eq=False)
class MakeContext(Code):
    """A context; `result` (of a boxed context) is the value of the whole instead."""

    entries: tuple[EntryCode, ...]
    result: Code | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MakeRange(Code):
    """A range value; `form` is `interval` or the sign of a unary range."""

    low: Code | None
    low_included: bool
    high: Code | None
    high_included: bool
    form: str


@dataclass(frozen=True, slots=True, eq=False)
class ParameterCode(Part):
    """A formal parameter; arguments are converted to `type`."""

    name: str
    type: Type | None
    binding: Binding


@dataclass(frozen=True, slots=True, eq=False)
class MakeFunction(Code):
    """A function value that closes over the variables its body refers to."""

    name: str | None
    parameters: tuple[ParameterCode, ...]
    body: Code
    result: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CallFunction(Code):
    """A call of a function value; `names` when the arguments are named."""

    function: Code
    arguments: tuple[Code, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class CallBuiltin(Code):
    """A call of a built-in function."""

    builtin: Any
    arguments: tuple[Code, ...]
    names: tuple[str, ...] | None


class Loop(StrEnum):
    """What is made of the values of the body."""

    FOR = "for"
    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True, eq=False)
class Step(Part):
    """One iteration variable: over a domain, or over whole numbers or dates from it to `end`."""

    binding: Binding
    domain: Code
    end: Code | None


@dataclass(frozen=True, slots=True, eq=False)
class Iterate(Code):
    """Nested loops; a `boxed` quantifier is null when a condition is not boolean."""

    loop: Loop
    steps: tuple[Step, ...]
    body: Code
    partial: Binding | None = None
    boxed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Select(Code):
    """A filter.

    `position` is the condition computed outside the elements, when it may be a number there.
    `condition` is computed for each element, and is None when it is certainly a position. A
    `boxed` one is null when a condition is not boolean.
    """

    value: Code
    item: Binding
    position: Code | None
    condition: Code | None
    boxed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class GetPath(Code):
    """`value.name`."""

    value: Code
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ItemKey(Code):
    """The key of the element if the element is a context that has it, else `otherwise`."""

    owner: Binding
    key: str
    otherwise: Code


@dataclass(frozen=True, slots=True, eq=False)
class ItemCall(Code):
    """A call of a name that is a built-in function, unless the element has a key of that name."""

    owner: Binding
    key: str
    own: CallFunction
    builtin: CallBuiltin


@dataclass(frozen=True, slots=True, eq=False)
class Convert(Code):
    """The implicit conversion to the type of the node (DMN 1.5, 10.3.2.9.4)."""

    value: Code


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf(Code):
    """`value instance of of`; null when the type is not known."""

    value: Code
    of: Type | None


@dataclass(frozen=True, slots=True, eq=False)
class Refused(Code):
    """Null, and a note that says why."""

    code: MessageCode
    reason: str


def bindings_in(node: object) -> set[Binding]:
    """Return every binding that occurs in lowered code, whoever binds it."""
    found: set[Binding] = set()
    todo: list[object] = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, Binding):
            found.add(part)
        elif isinstance(part, tuple):
            todo.extend(part)
        elif isinstance(part, Part):
            todo.extend(parts_of(part))
    return found


def parts_of(part: Part) -> list[object]:
    """Return what a part of lowered code is made of."""
    return [getattr(part, each.name) for each in fields(part)]  # type: ignore[arg-type]


def const(value: Any, of: Type = ANY, span: Span | None = None) -> Const:
    """Return the code of a value."""
    return Const(span, of, value)
