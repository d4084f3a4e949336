"""The FEEL syntax tree: one class per grammar rule, a span on every node (DMN 1.5, 10.3.1.2).

In: nothing. Out: what the author wrote, names already told apart (scope decides where a name with
blanks ends). Nodes are compared by identity: the checker keeps what it finds out beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guidewright.source import Span


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A piece of FEEL text that has a value."""

    span: Span


class Operator(StrEnum):
    """The infix operators, spelt as in FEEL."""

    OR = "or"
    AND = "and"
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    POWER = "**"


COMPARISONS = frozenset(
    {
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.LESS,
        Operator.LESS_EQUAL,
        Operator.GREATER,
        Operator.GREATER_EQUAL,
    }
)


# literals and names -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """`null`, a number, a string, `true`, `false`, or `@"…"` (rules 31-35, 65).

    `value` is the FEEL value. `refused` says why an at-literal has no value.
    """

    value: Any
    refused: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A name, white space normalised; `known` tells whether it is in scope (rules 25-30)."""

    name: str
    known: bool = True


# operators --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Node):
    """`left operator right` (rules 19-23, 47-49a)."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Negate(Node):
    """`-operand` (rule 24)."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    """`value between low and high`, both ends included (rule 49b)."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, eq=False)
class In(Node):
    """`value in test` or `value in (test, …)` (rules 49c, 49d)."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf(Node):
    """`value instance of type` (rule 51)."""

    value: Node
    type: TypeNode


# ranges and tests -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Interval(Node):
    """`[low..high]` with open or closed ends (rules 8-12)."""

    low: Node
    low_included: bool
    high: Node
    high_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class UnaryRange(Node):
    """`< end`, `<= end`, `> end`, `>= end`, `= end`, `!= end` (rule 7a)."""

    operator: Operator
    end: Node


@dataclass(frozen=True, slots=True, eq=False)
class UnaryTests(Node):
    """`test, …`, `not(test, …)`, or `-` which has no tests (rules 13-15)."""

    tests: tuple[Node, ...]
    negated: bool = False

    @property
    def any_value(self) -> bool:
        """Whether this is `-`: satisfied by every value."""
        return not self.tests


# lists, contexts, paths -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ListNode(Node):
    """`[item, …]` (rule 54)."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One `key: value` of a context (rule 58); `name_span` is the key."""

    key: str
    name_span: Span
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class ContextNode(Node):
    """`{key: value, …}`; an entry sees the earlier ones (rule 57)."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Path(Node):
    """`value.name` (rule 43)."""

    value: Node
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Node):
    """`value[condition]`, or an index (rule 50)."""

    value: Node
    condition: Node


# control ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
    """`if condition then … else …` (rule 45)."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """`name in domain` or `name in domain..end` (rules 44, 46, 63)."""

    name: str
    name_span: Span
    domain: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class For(Node):
    """`for x in xs, … return e`; `partial` holds the results so far (rule 44)."""

    iterations: tuple[Iteration, ...]
    result: Node


class Quantifier(StrEnum):
    """Which bindings have to satisfy."""

    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Node):
    """`some x in xs, … satisfies c`, `every …` (rule 46)."""

    quantifier: Quantifier
    iterations: tuple[Iteration, ...]
    condition: Node


# functions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A formal parameter, with its type when one is written (rule 56)."""

    name: str
    name_span: Span
    type: TypeNode | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionNode(Node):
    """`function(parameter, …) body`, or `external` with a context that names the code (rule 55)."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`function(argument, …)`; `names` has one name per argument when they are named (38-42)."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


# types ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class TypeNode:
    """A type as written (rule 52)."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class NamedType(TypeNode):
    """The name of a built-in type or item definition, perhaps with an import before the dot."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ListTypeNode(TypeNode):
    """`list<item>`."""

    item: TypeNode


@dataclass(frozen=True, slots=True, eq=False)
class RangeTypeNode(TypeNode):
    """`range<point>`."""

    point: TypeNode


@dataclass(frozen=True, slots=True, eq=False)
class ContextTypeNode(TypeNode):
    """`context<key: type, …>`."""

    entries: tuple[tuple[str, TypeNode], ...]


@dataclass(frozen=True, slots=True, eq=False)
class FunctionTypeNode(TypeNode):
    """`function<type, …> -> type`."""

    parameters: tuple[TypeNode, ...]
    result: TypeNode
