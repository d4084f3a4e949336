"""Find out what every name means and which type every expression has, before anything runs.

In: a syntax tree, the scope it stands in, and how type names are resolved. Out: `Checked`: types
and bindings beside the tree, and notes on what can never work (DMN 1.5, 10.3.2.9, 10.3.2.13).
A note here is about the author's text; the evaluation of the same text gives null at that place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from guidewright.errors import Code, Note, Severity, did_you_mean
from guidewright.feel import ast
from guidewright.feel.externals import NONE_ALLOWED, External, Externals, Key
from guidewright.feel.runtime import bounded
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.signatures import arithmetic, property_type
from guidewright.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    NUMBER,
    SIMPLE_TYPES,
    TYPE_ALIASES,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Recursive,
    Type,
    conforms,
    may_be,
    union,
)
from guidewright.feel.values import type_of
from guidewright.source import Span

TypeResolver = Callable[[str], Type | None]


@dataclass(slots=True)
class Checked:
    """What the checker found out about one tree; keys are the nodes themselves."""

    node: ast.Node
    types: dict[ast.Node, Type] = field(default_factory=dict)
    bindings: dict[ast.Name, Binding] = field(default_factory=dict)
    # what a definition introduced: an iteration, a parameter, an entry, a filter (its item),
    # a `for` (its `partial`)
    definitions: dict[object, Binding] = field(default_factory=dict)
    type_nodes: dict[ast.TypeNode, Type | None] = field(default_factory=dict)
    # the stand-ins of external functions that are allowed
    externals: dict[ast.FunctionNode, External] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def type(self) -> Type:
        """The type of the whole."""
        return self.types[self.node]


def no_types(name: str) -> Type | None:
    """Resolve no type names but the built-in ones."""
    return None


@bounded
def check(
    node: ast.Node,
    scope: Scope,
    resolve: TypeResolver = no_types,
    externals: Externals = NONE_ALLOWED,
) -> Checked:
    """Check a whole tree."""
    checker = Checker(Checked(node), resolve, externals)
    checker.type_of(node, scope)
    return checker.checked


N = TypeVar("N", bound=ast.Node)
Rule = Callable[["Checker", N, Scope], Type]
RULES: dict[type[ast.Node], Rule[ast.Node]] = {}


def rule(node_class: type[N]) -> Callable[[Rule[N]], Rule[N]]:
    """Register how nodes of a class are checked."""

    def register(function: Rule[N]) -> Rule[N]:
        RULES[node_class] = function  # type: ignore[assignment]
        return function

    return register


class Checker:
    """One walk over a tree."""

    def __init__(
        self, checked: Checked, resolve: TypeResolver, externals: Externals = NONE_ALLOWED
    ) -> None:
        self.checked = checked
        self._resolve = resolve
        self._externals = externals

    def type_of(self, node: ast.Node, scope: Scope) -> Type:
        """Check one node and the nodes below it; return its type."""
        of = RULES[type(node)](self, node, scope)
        self.checked.types[node] = of
        return of

    def resolve(self, node: ast.TypeNode) -> Type | None:
        """Return the type that is written, or None (with a note) when a name in it is unknown."""
        found = self._resolve_type(node)
        self.checked.type_nodes[node] = found
        return found

    def _resolve_type(self, node: ast.TypeNode) -> Type | None:
        match node:
            case ast.NamedType(name=name):
                found = named_type(name, self._resolve)
                if found is None:
                    self.note(Code.UNKNOWN_TYPE, node.span, f"no type is named {name!r}")
                return found
            case ast.ListTypeNode(item=item):
                inner = self._resolve_type(item)
                return ListType(inner) if inner is not None else None
            case ast.RangeTypeNode(point=point):
                inner = self._resolve_type(point)
                return RangeType(inner) if inner is not None else None
            case ast.ContextTypeNode(entries=entries):
                resolved = [(key, self._resolve_type(of)) for key, of in entries]
                known = tuple((key, of) for key, of in resolved if of is not None)
                return ContextType(known) if len(known) == len(resolved) else None
            case ast.FunctionTypeNode(parameters=parameters, result=result):
                ins = [self._resolve_type(of) for of in parameters]
                out = self._resolve_type(result)
                if out is None or any(of is None for of in ins):
                    return None
                return FunctionType(tuple(of for of in ins if of is not None), out)
        raise AssertionError(node)

    def external(self, key: Key | None) -> External | None:
        """Return the stand-in of an external function, if it is allowed."""
        return self._externals.get(key) if key is not None else None

    def note(
        self,
        code: Code,
        span: Span,
        text: str,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record a fault of the text."""
        self.checked.notes.append(Note(code, span, text, hint, severity))

    def define(self, key: object, scope: Scope, name: str, of: Type) -> None:
        """Introduce a variable into `scope` and remember which definition it belongs to."""
        self.checked.definitions[key] = scope.define(Binding(name, of))


def named_type(name: str, resolve: TypeResolver) -> Type | None:
    """Return the type of that name: an item definition, a built-in type, or an alias of one."""
    from_model = resolve(name)
    if from_model is not None:
        return from_model
    return BUILT_IN_TYPES.get(name)


# literals, names --------------------------------------------------------------------------------


@rule(ast.Literal)
def literal(checker: Checker, node: ast.Literal, scope: Scope) -> Type:
    """A literal has the type of its value."""
    if node.refused is not None:
        checker.note(Code.REFUSED, node.span, node.refused)
        return NULL
    return type_of(node.value)


@rule(ast.Name)
def name(checker: Checker, node: ast.Name, scope: Scope) -> Type:
    """A name has the type of what it stands for."""
    binding = scope.lookup(node.name)
    if binding is None:
        checker.note(
            Code.UNKNOWN_NAME,
            node.span,
            f"nothing is named {node.name!r}",
            did_you_mean(node.name, scope.names()),
        )
        return ANY
    checker.checked.bindings[node] = binding
    return binding.type


# operators --------------------------------------------------------------------------------------


@rule(ast.Binary)
def binary(checker: Checker, node: ast.Binary, scope: Scope) -> Type:
    """Both operands must be of kinds that the operator takes together (Tables 50-62)."""
    left = checker.type_of(node.left, scope)
    right = checker.type_of(node.right, scope)
    if node.operator in (ast.Operator.AND, ast.Operator.OR):
        for side, of in ((node.left, left), (node.right, right)):
            if not may_be(of, BOOLEAN):
                checker.note(
                    Code.WRONG_TYPE,
                    side.span,
                    f"{node.operator.value!r} joins true and false, not {of}",
                )
        return BOOLEAN
    if node.operator in ast.COMPARISONS:
        _comparable(checker, node.span, left, right)
        return BOOLEAN
    result = arithmetic(node.operator, left, right)
    if result is None:
        checker.note(
            Code.WRONG_TYPE,
            node.span,
            f"{left} {node.operator.value} {right} has no meaning and is always null",
        )
        return NULL
    return result


def _comparable(checker: Checker, span: Span, left: Type, right: Type) -> None:
    if not may_be(left, right):
        checker.note(
            Code.WRONG_TYPE,
            span,
            f"{left} is compared with {right}: the answer is always null",
        )


@rule(ast.Negate)
def negate(checker: Checker, node: ast.Negate, scope: Scope) -> Type:
    """Numbers and durations have a negative."""
    of = checker.type_of(node.operand, scope)
    result = arithmetic(ast.Operator.MULTIPLY, of, NUMBER)
    if result is None:
        checker.note(Code.WRONG_TYPE, node.span, f"{of} has no negative")
        return NULL
    return result


@rule(ast.Between)
def between(checker: Checker, node: ast.Between, scope: Scope) -> Type:
    """The value and both bounds are of one kind (rule 49b)."""
    value = checker.type_of(node.value, scope)
    for bound in (node.low, node.high):
        _comparable(checker, bound.span, value, checker.type_of(bound, scope))
    return BOOLEAN


@rule(ast.In)
def membership(checker: Checker, node: ast.In, scope: Scope) -> Type:
    """Each test fits the value (rules 49c, 49d)."""
    value = checker.type_of(node.value, scope)
    inside = scope.inner()
    checker.define(node, inside, "?", value)
    for test in node.tests:
        check_test(checker, test, value, inside)
    return BOOLEAN


def check_test(checker: Checker, node: ast.Node, value: Type, scope: Scope) -> None:
    """Ask that a test can hold for a value of that type (DMN 1.5, 7.3.2, 10.3.2.7)."""
    of = checker.type_of(node, scope)
    is_comparison = isinstance(node, ast.UnaryRange)
    if isinstance(node, ast.UnaryRange):
        of = checker.checked.types[node.end]
    candidates: list[Type] = [of]
    if is_comparison:
        pass  # compared as it is
    elif isinstance(of, RangeType):
        candidates = [of.point, of]
    elif isinstance(of, ListType):
        item = of.item
        candidates = [of, item, item.point if isinstance(item, RangeType) else item]
    if of == BOOLEAN and not isinstance(node, ast.Literal):
        return  # a condition of its own, perhaps about `?`
    if not any(may_be(value, candidate) for candidate in candidates):
        shown = candidates[0]
        checker.note(
            Code.WRONG_TYPE, node.span, f"{value} is compared with {shown}: it can never match"
        )


@rule(ast.InstanceOf)
def instance_of(checker: Checker, node: ast.InstanceOf, scope: Scope) -> Type:
    """Any value may be asked for its type (rule 51)."""
    checker.type_of(node.value, scope)
    checker.resolve(node.type)
    return BOOLEAN


@rule(ast.Interval)
def interval(checker: Checker, node: ast.Interval, scope: Scope) -> Type:
    """Both ends are of one kind that has an order (rules 8-12)."""
    low = checker.type_of(node.low, scope)
    high = checker.type_of(node.high, scope)
    _comparable(checker, node.span, low, high)
    return RangeType(low if low not in (ANY, NULL) else high)


@rule(ast.UnaryRange)
def unary_range(checker: Checker, node: ast.UnaryRange, scope: Scope) -> Type:
    """A range with one end (rule 7a)."""
    return RangeType(checker.type_of(node.end, scope))


@rule(ast.UnaryTests)
def unary_tests(checker: Checker, node: ast.UnaryTests, scope: Scope) -> Type:
    """Each test fits the value that stands for `?` (rules 13-15)."""
    binding = scope.lookup("?")
    for test in node.tests:
        check_test(checker, test, binding.type if binding else ANY, scope)
    return BOOLEAN


# lists, contexts, paths -------------------------------------------------------------------------


@rule(ast.ListNode)
def list_node(checker: Checker, node: ast.ListNode, scope: Scope) -> Type:
    """A list of the narrowest type that holds all items."""
    if not node.items:
        return ListType(NULL)
    item = checker.type_of(node.items[0], scope)
    for each in node.items[1:]:
        item = union(item, checker.type_of(each, scope))
    return ListType(item)


@rule(ast.ContextNode)
def context(checker: Checker, node: ast.ContextNode, scope: Scope) -> Type:
    """Each entry sees the earlier ones; a key stands once."""
    inside = scope.inner()
    entries: dict[str, Type] = {}
    for entry in node.entries:
        of = checker.type_of(entry.value, inside)
        if entry.key in entries:
            checker.note(
                Code.DUPLICATE_KEY, entry.name_span, f"the key {entry.key!r} stands here twice"
            )
        entries[entry.key] = of
        checker.define(entry, inside, entry.key, of)
    return ContextType(tuple(entries.items()))


@rule(ast.Path)
def path(checker: Checker, node: ast.Path, scope: Scope) -> Type:
    """A key of a context, a property, or the same of every element of a list (rule 43)."""
    of = checker.type_of(node.value, scope)
    found = path_type(of, node.name)
    if found is None:
        known = [key for key, _ in _context_of(of).entries] if _context_of(of) else []
        checker.note(
            Code.NO_SUCH_KEY,
            node.name_span,
            f"{of} has nothing named {node.name!r}",
            did_you_mean(node.name, known),
        )
        return ANY
    return found


def _context_of(of: Type) -> ContextType:
    if isinstance(of, ListType):
        return _context_of(of.item)
    return of if isinstance(of, ContextType) else ContextType(())


def path_type(of: Type, key: str) -> Type | None:
    """Return the type of `.key` on a value of a type, or None when there is no such thing."""
    if of in (ANY, NULL) or isinstance(of, Recursive):
        return ANY
    if isinstance(of, ContextType):
        return of.entry(key)
    if isinstance(of, ListType):
        inner = path_type(of.item, key)
        return ListType(inner) if inner is not None else None
    return property_type(of, key)


@rule(ast.Filter)
def filter_node(checker: Checker, node: ast.Filter, scope: Scope) -> Type:
    """An index gives an element, a condition the list of elements that satisfy it (rule 50)."""
    of = checker.type_of(node.value, scope)
    element = of.item if isinstance(of, ListType) else of
    inside = Scope(scope)
    checker.define(node, inside, "item", element)
    inside.item = checker.checked.definitions[node]
    condition = checker.type_of(node.condition, inside)
    if condition == NUMBER:
        return element
    if condition == BOOLEAN:
        return ListType(element)
    if not may_be(condition, NUMBER) and not may_be(condition, BOOLEAN):
        checker.note(
            Code.WRONG_TYPE,
            node.condition.span,
            f"a filter is a condition or a position, not {condition}",
        )
    return ANY


# control ----------------------------------------------------------------------------------------


@rule(ast.If)
def conditional(checker: Checker, node: ast.If, scope: Scope) -> Type:
    """Either branch (rule 45)."""
    condition = checker.type_of(node.condition, scope)
    if not may_be(condition, BOOLEAN):
        checker.note(
            Code.WRONG_TYPE, node.condition.span, f"a condition is true or false, not {condition}"
        )
    return union(checker.type_of(node.then, scope), checker.type_of(node.otherwise, scope))


def check_iterations(
    checker: Checker, iterations: tuple[ast.Iteration, ...], scope: Scope
) -> Scope:
    """Check the domains; return the scope with the iteration variables."""
    for iteration in iterations:
        of = checker.type_of(iteration.domain, scope)
        item: Type = ANY
        if iteration.end is not None:
            end = checker.type_of(iteration.end, scope)
            item = of if of == DATE or end == DATE else NUMBER
            for side, its_type in ((iteration.domain, of), (iteration.end, end)):
                if not may_be(its_type, NUMBER) and not may_be(its_type, DATE):
                    checker.note(
                        Code.WRONG_TYPE,
                        side.span,
                        f"'..' counts in whole numbers or dates, not {its_type}",
                    )
        elif isinstance(of, ListType):
            item = of.item
        elif isinstance(of, RangeType):
            item = of.point
        else:
            item = of
        scope = scope.inner()
        checker.define(iteration, scope, iteration.name, item)
    return scope


@rule(ast.For)
def for_node(checker: Checker, node: ast.For, scope: Scope) -> Type:
    """A list of the results (rule 44)."""
    inside = check_iterations(checker, node.iterations, scope).inner()
    checker.define(node, inside, "partial", ListType(ANY))
    return ListType(checker.type_of(node.result, inside))


@rule(ast.Quantified)
def quantified(checker: Checker, node: ast.Quantified, scope: Scope) -> Type:
    """The condition is true or false for each binding (rule 46)."""
    inside = check_iterations(checker, node.iterations, scope)
    condition = checker.type_of(node.condition, inside)
    if not may_be(condition, BOOLEAN):
        checker.note(
            Code.WRONG_TYPE, node.condition.span, f"a condition is true or false, not {condition}"
        )
    return BOOLEAN


def may_become(given: Type, wanted: Type) -> bool:
    """Say whether some value of one type can be converted to the other (10.3.2.9.4)."""
    if may_be(given, wanted):
        return True
    if isinstance(given, ListType) and may_be(given.item, wanted):
        return True
    if isinstance(wanted, ListType) and may_be(given, wanted.item):
        return True
    return given == DATE and conforms(BUILT_IN_TYPES["date and time"], wanted)


BUILT_IN_TYPES: dict[str, Type] = {**SIMPLE_TYPES, **TYPE_ALIASES}
