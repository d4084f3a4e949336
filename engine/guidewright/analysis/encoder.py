"""What turns lowered FEEL into z3 terms keeps: the rules by kind of node, names, atoms, hazards.

In: nodes of `feel.code`, for which rules register themselves. Out: terms, and what always holds of
them. What no rule can look into becomes an atom, the same for the same text of the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeVar

import z3

from guidewright.analysis.terms import (
    Condition,
    Environment,
    Record,
    Scalar,
    Service,
    Term,
    Truth,
    Unknown,
    all_of,
    digest_of,
)
from guidewright.feel import types
from guidewright.feel.code import Code
from guidewright.feel.types import BOOLEAN, NUMBER, STRING, ContextType, Simple, Type
from guidewright.feel.values import Function

WHOLE = (STRING, types.DATE, types.DAYS_TIME, types.YEARS_MONTHS)  # whole numbers for the solver
N = TypeVar("N", bound=Code)
Rule = Callable[["Encoder", N, Environment], Term]
RULES: dict[type[Code], Rule[Any]] = {}


def encodes(node_class: type[N]) -> Callable[[Rule[N]], Rule[N]]:
    """Register how nodes of a class become terms."""

    def register(function: Rule[N]) -> Rule[N]:
        RULES[node_class] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression that the solver cannot look into, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Hazard:
    """An operation that has no result, and when it is reached with such operands."""

    node: Code
    reason: str
    when: Condition


@dataclass(slots=True, eq=False)
class Encoder:
    """The terms of one analysis: texts as numbers, atoms, and what always holds of them.

    `steps` finds the step of a function value; `service` encodes a call of a decision service;
    `guards` say when the node at hand is computed at all.
    """

    steps: Mapping[Function, Any] = field(default_factory=dict)
    service: Callable[[Any, list[Term]], Term] | None = None
    axioms: list[Any] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    tables: list[Any] = field(default_factory=list)  # `TableTerms`, in the order they were met
    hazards: list[Hazard] = field(default_factory=list)
    guards: list[Condition] = field(default_factory=list)
    depth: int = 0
    # of its own, so that its answers do not depend on what else was proved in this process
    context: z3.Context = field(default_factory=z3.Context)
    _atoms: dict[str, tuple[Term, Any]] = field(default_factory=dict)
    _count: int = 0

    def encode(self, node: Code, environment: Environment) -> Term:
        """Return the term of a node."""
        rule = RULES.get(type(node))
        if rule is None:
            return self.unknown(node, f"{type(node).__name__} is not in the fragment")
        return rule(self, node, environment)

    def encode_when(self, guard: Condition, node: Code, environment: Environment) -> Term:
        """Return the term of a node that is computed only under a condition."""
        self.guards.append(guard)
        try:
            return self.encode(node, environment)
        finally:
            self.guards.pop()

    def hazard(self, node: Code, reason: str, when: Condition) -> None:
        """Record that an operation may be refused."""
        reached = all_of([*self.guards, when])
        if reached is not False:
            self.hazards.append(Hazard(node, reason, reached))

    def condition(self, node: Code, environment: Environment) -> Truth:
        """Return the truth of a node; what is no boolean is null."""
        return self.truth(self.encode(node, environment), node)

    def truth(self, term: Term, node: Code) -> Truth:
        """Return a term as a truth."""
        match term:
            case Truth():
                return term
            case Unknown():
                atom = self.atom(BOOLEAN, f"truth of {digest_of(term)}", node, "no boolean", term)
                assert isinstance(atom, Truth)  # noqa: S101 - what was asked for
                return atom
        return Truth(False, False)

    # texts, fresh variables, atoms --------------------------------------------------------------

    def text(self, value: str) -> int:
        """Return the number that stands for a text."""
        return self.texts.setdefault(value, len(self.texts))

    def name(self, word: str) -> str:
        """Return a name that no other z3 variable has."""
        self._count += 1
        return f"{word}!{self._count}"

    def condition_named(self, word: str) -> Any:
        """Return a new variable of the solver that is true or false."""
        return z3.Bool(self.name(word), self.context)

    def whole_named(self, word: str) -> Any:
        """Return a new variable of the solver that is a whole number."""
        return z3.Int(self.name(word), self.context)

    def real_named(self, word: str) -> Any:
        """Return a new variable of the solver that is a number."""
        return z3.Real(self.name(word), self.context)

    def whole(self, value: int) -> Any:
        """Return a whole number of the solver."""
        return z3.IntVal(value, self.context)

    def number(self, value: int | Fraction) -> Any:
        """Return an exact number of the solver."""
        return z3.Q(value.numerator, value.denominator, self.context)

    def fresh(self, of: Type, word: str) -> Term:
        """Return a variable of a type, perhaps null; an atom where the type says too little."""
        if of == BOOLEAN:
            true, false = self.condition_named(word), self.condition_named(word)
            self.axioms.append(z3.Not(z3.And(true, false)))
            return Truth(true, false)
        if of == NUMBER:
            return Scalar(NUMBER, self.condition_named(word), self.real_named(word))
        if isinstance(of, Simple) and of in WHOLE:
            return Scalar(of, self.condition_named(word), self.whole_named(word))
        if isinstance(of, ContextType) and of.entries:
            entries = {key: self.fresh(inner, f"{word}.{key}") for key, inner in of.entries}
            return Record(self.condition_named(word), entries)
        return Unknown(self.name(word), self.condition_named(word))

    def atom(self, of: Type, key: str, node: Code, reason: str, *parts: Any) -> Term:
        """Return the variable that stands for an expression outside the fragment."""
        found = self._atoms.get(f"{of}|{key}")
        text = node.span.text if node.span is not None else key
        self.opaque.append(Opaque(text, reason))
        if found is not None:
            return found[0]
        made = self.fresh(of, "opaque")
        if isinstance(made, Scalar):
            made = replace(made, exact=False)  # it may have all 34 digits
        self._atoms[f"{of}|{key}"] = (made, parts)  # the parts keep their names
        return made

    def unknown(self, node: Code, reason: str, *arguments: Term) -> Term:
        """Return the atom of a node.

        It is the same for the same text of the same arguments, which are all that the text looks
        at; without arguments it is a new one.
        """
        text = node.span.text if node.span is not None else f"at {id(node)}"
        about = " ".join(map(digest_of, arguments)) if arguments else self.name("new")
        return self.atom(node.type, f"{text}|{about}", node, reason, node, arguments)

    def function_of(self, value: Function) -> Term:
        """Return a function value known at load."""
        step = self.steps.get(value)
        return Service(step) if step is not None else Unknown(f"function {id(value)}", False)
