"""Walk the whole road for a single text: parse, check, lower, compile, run.

In: FEEL text and the names it may use. Out: a `Result`, or a function that gives one for each
context. Faults of the text raise `ModelError`; what only the data show is null with a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guidewright.errors import CallError, Code, ModelError, Note, ResourceError, Severity
from guidewright.feel import checker_calls, python_flow, python_lists, python_rules
from guidewright.feel.ast import Node
from guidewright.feel.builtins import BUILTINS
from guidewright.feel.checker import Checked, TypeResolver, check, no_types
from guidewright.feel.clock import system_clock
from guidewright.feel.code import Code as LoweredCode
from guidewright.feel.code import const
from guidewright.feel.conversion import from_python
from guidewright.feel.lower import lower, lower_tests
from guidewright.feel.parser import parse_expression, parse_unary_tests
from guidewright.feel.python_backend import new_unit
from guidewright.feel.result import Result
from guidewright.feel.runtime import DEFAULT_LIMITS, Limits, Refuse, Runtime
from guidewright.feel.scope import Binding, Role, Scope, scope_of
from guidewright.feel.temporal import DateTime
from guidewright.feel.types import ANY, ContextType, FunctionType, ListType, RangeType, Type
from guidewright.source import Span, text_span

_ = (checker_calls, python_flow, python_lists, python_rules)  # importing them registers their rules

Clock = Callable[[], DateTime]


def builtin_scope() -> Scope:
    """Return the outermost scope: the built-in functions."""
    scope = Scope()
    for name, builtin in BUILTINS.items():
        first = builtin.overloads[0]
        of: Type = ANY
        if len(builtin.overloads) == 1 and not any(
            formal.variadic or formal.optional for formal in first.parameters
        ):
            of = FunctionType(tuple(formal.type for formal in first.parameters), first.result)
        scope.define(Binding(name, of, Role.BUILTIN, builtin))
    return scope


BUILTIN_SCOPE = builtin_scope()


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled text: a function of the variables it was compiled for.

    `notes` hold what the checker found; `evaluate` gives null at those places.
    """

    names: tuple[str, ...]
    used: tuple[str, ...]  # those of the names that occur in the text
    type: Type
    notes: tuple[Note, ...]
    _function: Callable[..., Any]

    def evaluate(
        self,
        variables: Mapping[str, object] | None = None,
        *,
        limits: Limits = DEFAULT_LIMITS,
        clock: Clock = system_clock,
    ) -> Result[None]:
        """Run with values for the variables; one that is not given is null.

        Raises `CallError` for a value FEEL does not have, `ResourceError` when a limit is hit.
        """
        given = {name: to_feel(value, name) for name, value in (variables or {}).items()}
        rt = Runtime(limits, clock)
        value = run(self._function, rt, [given.get(name) for name in self.names])
        return Result(value, tuple(rt.notes))


def to_feel(value: object, name: str) -> Any:
    """Return a caller's Python value as a FEEL value."""
    try:
        return from_python(value)
    except Refuse as why:
        raise CallError(Note(Code.INPUT_TYPE, None, f"{name!r}: {why.reason}")) from why


def run(function: Callable[..., Any], rt: Runtime, arguments: Iterable[Any]) -> Any:
    """Call compiled code; nesting that is too deep for Python is a limit like the others."""
    try:
        return function(rt, *arguments)
    except RecursionError:
        note = Note(Code.LIMIT, None, "functions call one another too deep")
        raise ResourceError(note) from None


def compile_expression(
    text: str | Span,
    types: Mapping[str, Type] | None = None,
    *,
    resolve: TypeResolver = no_types,
    components: Iterable[str] = (),
    strict: bool = True,
) -> Expression:
    """Compile one expression whose variables have the given names and types.

    `components` are names that may stand behind a dot, besides those that the types tell; only
    names with blanks or operators in them have to be told.

    Raises `ModelError` for a fault of the text: of its syntax always, of names and types when
    `strict`; else they are null, and noted, when the expression is evaluated.
    """
    span = text_span(text) if isinstance(text, str) else text
    known = {*components, *(name for of in (types or {}).values() for name in component_names(of))}
    scope = scope_of(types or {}, parent=BUILTIN_SCOPE, components=known)
    node = parse_expression(span, scope)
    checked = _checked(node, scope, resolve, strict=strict)
    return _compiled(checked, scope, lower(checked))


def component_names(of: Type) -> Iterator[str]:
    """Yield the keys of the contexts in a type."""
    match of:
        case ContextType(entries):
            for name, inner in entries:
                yield name
                yield from component_names(inner)
        case ListType(inner) | RangeType(inner):
            yield from component_names(inner)


def keys_of(values: Iterable[object]) -> set[str]:
    """Return the keys of the contexts among values, and inside them."""
    found: set[str] = set()
    parts = list(values)
    for part in parts:  # grows while it is gone through
        if isinstance(part, Mapping):
            found.update(key for key in part if isinstance(key, str))
            parts.extend(part.values())
        elif isinstance(part, (list, tuple)):
            parts.extend(part)
    return found


def compile_unary_tests(
    text: str | Span,
    value_type: Type = ANY,
    types: Mapping[str, Type] | None = None,
    *,
    resolve: TypeResolver = no_types,
    strict: bool = True,
) -> Expression:
    """Compile the text of a cell; the tested value is the variable `?`."""
    span = text_span(text) if isinstance(text, str) else text
    scope = scope_of({"?": value_type, **(types or {})}, parent=BUILTIN_SCOPE)
    tests = parse_unary_tests(span, scope)
    checked = _checked(tests, scope, resolve, strict=strict)
    lowered = lower_tests(checked, scope.bindings["?"])
    if lowered is None:
        lowered = const(True)
    return _compiled(checked, scope, lowered)


def _checked(node: Node, scope: Scope, resolve: TypeResolver, *, strict: bool) -> Checked:
    checked = check(node, scope, resolve)
    faults = [note for note in checked.notes if note.severity is Severity.ERROR]
    if strict and faults:
        raise ModelError(faults)
    return checked


def _compiled(checked: Checked, scope: Scope, lowered: LoweredCode) -> Expression:
    unit = new_unit("expression")
    parameters = list(scope.bindings.values())
    name = unit.function(parameters, lowered)
    function = unit.build()[name]
    names = tuple(binding.name for binding in parameters)
    referred = {binding.name for binding in checked.bindings.values()}
    used = tuple(name for name in names if name in referred)
    return Expression(names, used, checked.type, tuple(checked.notes), function)


def evaluate(
    text: str,
    variables: Mapping[str, object] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    clock: Clock = system_clock,
    strict: bool = False,
) -> Result[None]:
    """Evaluate one FEEL expression.

    >>> evaluate("x between 1 and 10", {"x": 4}).value
    True
    """
    types = dict.fromkeys(variables or {}, ANY)
    components = keys_of(list((variables or {}).values()))
    expression = compile_expression(text, types, components=components, strict=strict)
    return expression.evaluate(variables, limits=limits, clock=clock)
