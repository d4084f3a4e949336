"""Turn a checked tree into the lowered form: one rule per kind of node.

In: `Checked`. Out: `code`. A rule says the meaning of a node in terms of smaller meanings (DMN 1.5,
10.3.2): `between` is two comparisons, a cell of a table is a truth about the value `?` stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from guidewright.errors import Code as MessageCode
from guidewright.feel import ast, code
from guidewright.feel.checker import Checked
from guidewright.feel.code import Apply, Code, Connective, Const, Logic, Op, Ref
from guidewright.feel.runtime import bounded
from guidewright.feel.scope import Binding, Role
from guidewright.feel.types import ANY, BOOLEAN, NULL, NUMBER, FunctionType, ListType, RangeType
from guidewright.feel.values import Function, Parameter
from guidewright.source import Span

_OPERATIONS = {
    ast.Operator.ADD: Op.ADD,
    ast.Operator.SUBTRACT: Op.SUBTRACT,
    ast.Operator.MULTIPLY: Op.MULTIPLY,
    ast.Operator.DIVIDE: Op.DIVIDE,
    ast.Operator.POWER: Op.POWER,
    ast.Operator.EQUAL: Op.EQUAL,
    ast.Operator.NOT_EQUAL: Op.NOT_EQUAL,
    ast.Operator.LESS: Op.LESS,
    ast.Operator.LESS_EQUAL: Op.LESS_EQUAL,
    ast.Operator.GREATER: Op.GREATER,
    ast.Operator.GREATER_EQUAL: Op.GREATER_EQUAL,
}


@bounded
def lower(checked: Checked) -> Code:
    """Lower a whole tree."""
    return Lowering(checked).lower(checked.node)


@bounded
def lower_tests(checked: Checked, value: Binding) -> Code | None:
    """Lower the unary tests of a cell about `value`; None when every value satisfies them."""
    node = checked.node
    if not isinstance(node, ast.UnaryTests):
        raise TypeError("lower_tests takes checked unary tests")
    if node.any_value:
        return None
    lowering = Lowering(checked)
    subject = Ref(node.span, value.type, value)
    tests = tuple(lowering.test(subject, test, unary=True) for test in node.tests)
    either = any_of(node.span, tests)
    return code.Not(node.span, BOOLEAN, either) if node.negated else either


N = TypeVar("N", bound=ast.Node)
Rule = Callable[["Lowering", N], Code]
RULES: dict[type[ast.Node], Rule[ast.Node]] = {}


def rule(node_class: type[N]) -> Callable[[Rule[N]], Rule[N]]:
    """Register how nodes of a class are lowered."""

    def register(function: Rule[N]) -> Rule[N]:
        RULES[node_class] = function  # type: ignore[assignment]
        return function

    return register


@dataclass(slots=True)
class Lowering:
    """One walk over a checked tree."""

    checked: Checked

    def lower(self, node: ast.Node) -> Code:
        """Lower one node and the nodes below it."""
        return RULES[type(node)](self, node)

    def ref(self, binding: Binding, span: Span) -> Code:
        """Return the value of what a name stands for."""
        if binding.role in (Role.CONSTANT, Role.BUILTIN):
            return Const(span, binding.type, binding.value)
        if binding.role is Role.ITEM:
            owner = binding.owner
            assert owner is not None  # noqa: S101 - every ITEM binding is made with its owner
            otherwise: Code = (
                self.ref(binding.shadowed, span)
                if binding.shadowed is not None
                else code.Refused(
                    span, NULL, MessageCode.UNKNOWN_NAME, f"nothing is named {binding.name!r}"
                )
            )
            return code.ItemKey(span, binding.type, owner, binding.name, otherwise)
        return Ref(span, binding.type, binding)

    def test(self, value: Code, node: ast.Node, *, unary: bool = False) -> Code:
        """Lower one test about `value`: a truth (DMN 1.5, 10.3.2.7, 10.3.2.10)."""
        span = node.span
        if isinstance(node, ast.Interval):
            low, high = self.lower(node.low), self.lower(node.high)
            above = Op.GREATER_EQUAL if node.low_included else Op.GREATER
            below = Op.LESS_EQUAL if node.high_included else Op.LESS
            return both(span, compare(span, above, value, low), compare(span, below, value, high))
        if isinstance(node, ast.UnaryRange):
            return compare(span, _OPERATIONS[node.operator], value, self.lower(node.end))
        of = self.checked.types[node]
        test = self.lower(node)
        if isinstance(test, Const) and test.value is None:
            return compare(span, Op.EQUAL, value, test)  # null equals null, and nothing else
        if self._mentions_value(node):
            return test
        condition_of_its_own = unary and of == BOOLEAN and value.type != BOOLEAN
        if _plain(of) and _plain(value.type) and not condition_of_its_own:
            return compare(span, Op.EQUAL, value, test)
        return Apply(span, BOOLEAN, Op.UNARY_TEST if unary else Op.UNARY_IN, (value, test))

    def _mentions_value(self, node: ast.Node) -> bool:
        """Say whether `?` occurs in a test."""
        return any(
            each.name == "?"
            for each in self.checked.bindings
            if node.span.start <= each.span.start and each.span.end <= node.span.end
        )


def _plain(of: object) -> bool:
    return of not in (ANY, NULL) and not isinstance(of, (ListType, RangeType, FunctionType))


def compare(span: Span | None, op: Op, left: Code, right: Code) -> Code:
    """Return a comparison."""
    return Apply(span, BOOLEAN, op, (left, right))


def both(span: Span | None, *parts: Code) -> Code:
    """Return the ternary conjunction."""
    return Logic(span, BOOLEAN, Connective.AND, parts)


def any_of(span: Span | None, parts: tuple[Code, ...]) -> Code:
    """Return the ternary disjunction."""
    return parts[0] if len(parts) == 1 else Logic(span, BOOLEAN, Connective.OR, parts)


# literals, names --------------------------------------------------------------------------------


@rule(ast.Literal)
def literal(lowering: Lowering, node: ast.Literal) -> Code:
    """A literal is its value."""
    if node.refused is not None:
        return code.Refused(node.span, NULL, MessageCode.REFUSED, node.refused)
    return Const(node.span, lowering.checked.types[node], node.value)


@rule(ast.Name)
def name(lowering: Lowering, node: ast.Name) -> Code:
    """A name is what it stands for; one that stands for nothing is null."""
    binding = lowering.checked.bindings.get(node)
    if binding is None:
        return code.Refused(
            node.span, NULL, MessageCode.UNKNOWN_NAME, f"nothing is named {node.name!r}"
        )
    return lowering.ref(binding, node.span)


# operators --------------------------------------------------------------------------------------


@rule(ast.Binary)
def binary(lowering: Lowering, node: ast.Binary) -> Code:
    """Connectives are ternary, all other operators strict."""
    left, right = lowering.lower(node.left), lowering.lower(node.right)
    if node.operator is ast.Operator.AND:
        return both(node.span, *_parts(Connective.AND, left), right)
    if node.operator is ast.Operator.OR:
        return any_of(node.span, (*_parts(Connective.OR, left), right))
    of = lowering.checked.types[node]
    return Apply(node.span, of, _OPERATIONS[node.operator], (left, right))


def _parts(connective: Connective, left: Code) -> tuple[Code, ...]:
    if isinstance(left, Logic) and left.connective is connective:
        return left.parts
    return (left,)


@rule(ast.Negate)
def negate(lowering: Lowering, node: ast.Negate) -> Code:
    """A number behind a minus is a number."""
    operand = lowering.lower(node.operand)
    if isinstance(operand, Const) and type(operand.value) is int:
        return Const(node.span, NUMBER, -operand.value)
    return Apply(node.span, lowering.checked.types[node], Op.NEGATE, (operand,))


@rule(ast.Between)
def between(lowering: Lowering, node: ast.Between) -> Code:
    """`x between a and b` is `x >= a and x <= b` (rule 49b), with `x` computed once."""
    value, low, high = (lowering.lower(part) for part in (node.value, node.low, node.high))
    once = Binding("value", value.type)
    ref = Ref(node.value.span, value.type, once)
    condition = both(
        node.span,
        compare(node.span, Op.GREATER_EQUAL, ref, low),
        compare(node.span, Op.LESS_EQUAL, ref, high),
    )
    return code.Let(node.span, BOOLEAN, once, value, condition)


@rule(ast.In)
def membership(lowering: Lowering, node: ast.In) -> Code:
    """One of the tests holds (rules 49c, 49d)."""
    value = lowering.lower(node.value)
    binding = lowering.checked.definitions[node]
    ref = Ref(node.value.span, value.type, binding)
    tests = tuple(lowering.test(ref, test) for test in node.tests)
    return code.Let(node.span, BOOLEAN, binding, value, any_of(node.span, tests))


@rule(ast.InstanceOf)
def instance_of(lowering: Lowering, node: ast.InstanceOf) -> Code:
    """Whether the value is of the type."""
    of = lowering.checked.type_nodes[node.type]
    return code.InstanceOf(node.span, BOOLEAN, lowering.lower(node.value), of)


@rule(ast.Interval)
def interval(lowering: Lowering, node: ast.Interval) -> Code:
    """A range value."""
    return code.MakeRange(
        node.span,
        lowering.checked.types[node],
        lowering.lower(node.low),
        node.low_included,
        lowering.lower(node.high),
        node.high_included,
        "interval",
    )


@rule(ast.UnaryRange)
def unary_range(lowering: Lowering, node: ast.UnaryRange) -> Code:
    """A range value with an end that is not there (DMN 1.5, 10.3.2.7)."""
    sign, end = node.operator.value, lowering.lower(node.end)
    below = sign in ("<", "<=")
    return code.MakeRange(
        node.span,
        lowering.checked.types[node],
        None if below else end,
        sign in (">=", "="),
        end if below else None,
        sign in ("<=", "="),
        sign,
    )


@rule(ast.UnaryTests)
def unary_tests(lowering: Lowering, node: ast.UnaryTests) -> Code:
    """Unary tests are lowered with the value they are about: see `lower_tests`."""
    raise TypeError("unary tests have no value of their own")


# lists, contexts, paths -------------------------------------------------------------------------


@rule(ast.ListNode)
def list_node(lowering: Lowering, node: ast.ListNode) -> Code:
    """A list of its items."""
    items = tuple(lowering.lower(item) for item in node.items)
    return code.MakeList(node.span, lowering.checked.types[node], items)


@rule(ast.ContextNode)
def context(lowering: Lowering, node: ast.ContextNode) -> Code:
    """A context; a key that stands twice makes it null (DMN 1.5, 10.3.2.5)."""
    keys = [entry.key for entry in node.entries]
    for position, entry in enumerate(node.entries):
        if entry.key in keys[:position]:
            return code.Refused(
                entry.name_span,
                NULL,
                MessageCode.DUPLICATE_KEY,
                f"the key {entry.key!r} stands here twice",
            )
    entries = tuple(
        code.EntryCode(entry.key, lowering.checked.definitions[entry], lowering.lower(entry.value))
        for entry in node.entries
    )
    return code.MakeContext(node.span, lowering.checked.types[node], entries)


@rule(ast.Path)
def path(lowering: Lowering, node: ast.Path) -> Code:
    """A key or property."""
    of = lowering.checked.types[node]
    return code.GetPath(node.span, of, lowering.lower(node.value), node.name)


@rule(ast.Filter)
def filter_node(lowering: Lowering, node: ast.Filter) -> Code:
    """An index when the condition is a number outside the elements, else a selection (rule 50)."""
    value, condition = lowering.lower(node.value), lowering.lower(node.condition)
    item = lowering.checked.definitions[node]
    of = lowering.checked.types[node.condition]
    return code.Select(
        node.span,
        lowering.checked.types[node],
        value,
        item,
        position=condition if of != BOOLEAN else None,
        condition=condition if of != NUMBER else None,
    )


# control ----------------------------------------------------------------------------------------


@rule(ast.If)
def conditional(lowering: Lowering, node: ast.If) -> Code:
    """Only `true` chooses `then` (rule 45)."""
    condition, then, otherwise = (
        lowering.lower(part) for part in (node.condition, node.then, node.otherwise)
    )
    return code.Choose(node.span, lowering.checked.types[node], condition, then, otherwise)


def _steps(lowering: Lowering, iterations: tuple[ast.Iteration, ...]) -> tuple[code.Step, ...]:
    return tuple(
        code.Step(
            lowering.checked.definitions[iteration],
            lowering.lower(iteration.domain),
            lowering.lower(iteration.end) if iteration.end is not None else None,
        )
        for iteration in iterations
    )


@rule(ast.For)
def for_node(lowering: Lowering, node: ast.For) -> Code:
    """Nested loops, the last variable fastest (rule 44)."""
    steps = _steps(lowering, node.iterations)
    partial = lowering.checked.definitions[node]
    body = lowering.lower(node.result)
    uses_partial = partial in lowering.checked.bindings.values()
    return code.Iterate(
        node.span,
        lowering.checked.types[node],
        code.Loop.FOR,
        steps,
        body,
        partial if uses_partial else None,
    )


@rule(ast.Quantified)
def quantified(lowering: Lowering, node: ast.Quantified) -> Code:
    """A ternary fold over all bindings (rule 46)."""
    steps = _steps(lowering, node.iterations)
    loop = code.Loop(node.quantifier.value)
    return code.Iterate(node.span, BOOLEAN, loop, steps, lowering.lower(node.condition))


# functions --------------------------------------------------------------------------------------


@rule(ast.FunctionNode)
def function(lowering: Lowering, node: ast.FunctionNode) -> Code:
    """A function value; an external one is its stand-in, or is refused when it is called."""
    stand_in = lowering.checked.externals.get(node)
    if stand_in is not None:
        formal = tuple(
            Parameter(each.name, lowering.checked.type_nodes.get(each.type) if each.type else None)
            for each in node.parameters
        )
        of_external = lowering.checked.types[node]
        return Const(node.span, of_external, Function(None, formal, None, stand_in))
    parameters = tuple(
        code.ParameterCode(
            parameter.name,
            lowering.checked.type_nodes.get(parameter.type) if parameter.type else None,
            lowering.checked.definitions[parameter],
        )
        for parameter in node.parameters
    )
    of = lowering.checked.types[node]
    body: Code = (
        code.Refused(node.span, NULL, MessageCode.EXTERNAL, "external functions are not run")
        if node.external
        else lowering.lower(node.body)
    )
    return code.MakeFunction(node.span, of, None, parameters, body)


@rule(ast.Call)
def call(lowering: Lowering, node: ast.Call) -> Code:
    """A call of a built-in function or of a function value (rule 38)."""
    of = lowering.checked.types[node]
    arguments = tuple(lowering.lower(argument) for argument in node.arguments)
    if isinstance(node.function, ast.Name):
        binding = lowering.checked.bindings.get(node.function)
        if binding is None:
            return code.Refused(
                node.function.span,
                NULL,
                MessageCode.UNKNOWN_FUNCTION,
                f"no function is named {node.function.name!r}",
            )
        if binding.role is Role.BUILTIN:
            return code.CallBuiltin(node.span, of, binding.value, arguments, node.names)
        if binding.role is Role.ITEM and binding.shadowed is not None:
            outer = binding.shadowed
            if outer.role is Role.BUILTIN and binding.owner is not None:
                builtin = code.CallBuiltin(node.span, ANY, outer.value, arguments, node.names)
                own = code.CallFunction(
                    node.span, of, lowering.lower(node.function), arguments, node.names
                )
                return code.ItemCall(node.span, of, binding.owner, binding.name, own, builtin)
    function_code = lowering.lower(node.function)
    return code.CallFunction(node.span, of, function_code, arguments, node.names)
