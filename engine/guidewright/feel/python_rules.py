"""How each kind of lowered node becomes Python: the rules of `python_backend`.

In: a node and the function being made. Out: a Python expression; statements it needs before it are
added to the function. Where static types tell that both operands are numbers (or null), Python's
own operators are emitted; elsewhere the general ones of `operators`. Both mean the same, and a test
runs every expression both ways.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Sequence
from functools import cache

from guidewright.errors import Code as MessageCode
from guidewright.feel import code, loops, operators, python_quick, python_turns
from guidewright.feel.builtins import Builtin, as_function
from guidewright.feel.code import Code, Connective, Op
from guidewright.feel.python_backend import (
    FALSITIES,
    HELPERS,
    TRUTHS,
    VALUES,
    Emitter,
    assign,
    call,
    compare,
    constant,
    emits,
    is_,
    is_not,
    join,
    load,
    method,
)
from guidewright.feel.temporal import Date
from guidewright.feel.types import ANY, BOOLEAN, NUMBER, STRING, Type, conforms
from guidewright.feel.values import convert, instance_of

HELPERS.update({op.value: getattr(operators, op.value) for op in Op})
HELPERS.update(
    {
        "convert": convert,
        "instance_of": instance_of,
        "domain": loops.domain,
        "call_function": loops.call_function,
        "call_named": loops.call_named,
        "make_function": loops.make_function,
    }
)

_EQUALITY: dict[Op, tuple[type[py.cmpop], type[py.cmpop]]] = {
    Op.EQUAL: (py.Eq, py.NotEq),
    Op.NOT_EQUAL: (py.NotEq, py.Eq),
}
_ORDER: dict[Op, tuple[type[py.cmpop], type[py.cmpop]]] = {
    Op.LESS: (py.Lt, py.GtE),
    Op.LESS_EQUAL: (py.LtE, py.Gt),
    Op.GREATER: (py.Gt, py.LtE),
    Op.GREATER_EQUAL: (py.GtE, py.Lt),
}
_WALKS = (
    Op.ADD,
    Op.EQUAL,
    Op.NOT_EQUAL,
    Op.UNARY_IN,
    Op.UNARY_TEST,
)  # these charge for what they walk
HELPERS["days_between"] = loops.days_between
HELPERS["Date"] = Date
HELPERS["sure"] = python_quick.sure
_PYTHON_EQUAL = (NUMBER, STRING, BOOLEAN)  # Python's == on these (or null) is FEEL's =
_PYTHON_ORDERED = (NUMBER, STRING)  # and < is FEEL's <, once neither is null


# constants, variables ---------------------------------------------------------------------------


_builtin_value = cache(as_function)  # a function is equal only to itself


@emits(VALUES, code.Const)
def const(emitter: Emitter, node: code.Const) -> py.expr:
    """A value known at load; a built-in function becomes a function value."""
    value = _builtin_value(node.value) if isinstance(node.value, Builtin) else node.value
    return emitter.unit.constant(value)


@emits(VALUES, code.Ref)
def ref(emitter: Emitter, node: code.Ref) -> py.expr:
    """The local variable."""
    return load(emitter.variable(node.binding))


def _let(emitter: Emitter, node: code.Let) -> Code:
    name = emitter.define(node.binding)
    emitter.body.append(assign(name, emitter.value(node.value)))
    return node.body


@emits(VALUES, code.Let)
def let(emitter: Emitter, node: code.Let) -> py.expr:
    """Store, then the body."""
    return emitter.value(_let(emitter, node))


@emits(TRUTHS, code.Let)
def let_truth(emitter: Emitter, node: code.Let) -> py.expr:
    """Store, then the truth of the body."""
    return emitter.truth(_let(emitter, node))


@emits(FALSITIES, code.Let)
def let_falsity(emitter: Emitter, node: code.Let) -> py.expr:
    """Store, then the falsity of the body."""
    return emitter.falsity(_let(emitter, node))


@emits(VALUES, code.Refused)
def refused(emitter: Emitter, node: code.Refused) -> py.expr:
    """Null and a note."""
    unit = emitter.unit
    return method(
        "rt", "null_because", unit.constant(node.code), constant(node.reason),
        unit.constant(node.span),
    )  # fmt: skip


# operations -------------------------------------------------------------------------------------


def _never_null(node: Code) -> bool:
    return isinstance(node, code.Const) and node.value is not None


def _is_null(node: Code) -> bool:
    return isinstance(node, code.Const) and node.value is None


def _python_order(node: code.Apply) -> bool:
    if node.op not in _ORDER:
        return False
    left, right = node.arguments
    return left.type == right.type and left.type in _PYTHON_ORDERED


def _python_equality(node: code.Apply) -> bool:
    if node.op not in _EQUALITY:
        return False
    left, right = node.arguments
    return (left.type == right.type and left.type in _PYTHON_EQUAL) or any(
        _is_null(side) for side in node.arguments
    )


def _equality(emitter: Emitter, node: code.Apply, which: int) -> py.expr:
    left, right = node.arguments
    if _is_null(right) or _is_null(left):
        value = emitter.value(left if _is_null(right) else right)
        same = (node.op is Op.EQUAL) == (which == 0)
        return is_(value, None) if same else is_not(value, None)
    operator = _EQUALITY[node.op][which]
    return compare(emitter.value(left), operator(), emitter.value(right))


@emits(VALUES, code.Apply)
def apply(emitter: Emitter, node: code.Apply) -> py.expr:
    """A strict operation: Python's own where types allow, else the general one."""
    if _python_equality(node):
        return _equality(emitter, node, 0)
    if _python_order(node):
        parts, nulls = _operands(emitter, node)
        result = compare(parts[0], _ORDER[node.op][0](), parts[1])
        if not nulls:
            return result
        return py.IfExp(join(py.Or(), nulls), emitter.null(node), result)
    if emitter.quick and not emitter.in_cells:
        return python_turns.once(emitter, node, lambda: _quick_apply(emitter, node))
    arguments = [emitter.value(argument) for argument in node.arguments]
    return emitter.guarded(_general(node, arguments), node, tell_null=True)


def _general(node: code.Apply, arguments: Sequence[py.expr]) -> py.expr:
    handed = [*arguments, load("rt")] if node.op in _WALKS else arguments
    return call(node.op.value, *handed)


def _quick_apply(emitter: Emitter, node: code.Apply) -> py.expr:
    """A strict operation in line, where the caller repeats the call when it is null."""
    apart = python_quick.days(emitter, node)
    if apart is not None:
        return apart
    arguments = [emitter.atom(emitter.value(argument)) for argument in node.arguments]
    general = _general(node, arguments)
    if python_quick.never_null(node):
        return python_quick.comparison(emitter, node, arguments, general) or general
    in_line = python_quick.arithmetic(emitter, node, arguments, general)
    return in_line or emitter.guarded(general, node, tell_null=True)


def _operands(emitter: Emitter, node: code.Apply) -> tuple[list[py.expr], list[py.expr]]:
    """Return the operands, and for those that may be null the question whether they are."""
    parts = [emitter.atom(emitter.value(argument)) for argument in node.arguments]
    nulls = [
        is_(part, None)
        for part, argument in zip(parts, node.arguments, strict=True)
        if not _never_null(argument)
    ]
    return parts, nulls


def _ordered(emitter: Emitter, node: code.Apply, which: int) -> py.expr:
    parts = [emitter.atom(emitter.value(argument)) for argument in node.arguments]
    there = [
        is_not(part, None)
        for part, argument in zip(parts, node.arguments, strict=True)
        if not _never_null(argument)
    ]
    return join(py.And(), [*there, compare(parts[0], _ORDER[node.op][which](), parts[1])])


@emits(TRUTHS, code.Apply)
def apply_truth(emitter: Emitter, node: code.Apply) -> py.expr:
    """Whether a comparison is true."""
    if _python_equality(node):
        return _equality(emitter, node, 0)
    if _python_order(node):
        return _ordered(emitter, node, 0)
    if _is_certain(emitter, node):
        return apply(emitter, node)
    return is_(apply(emitter, node), True)


@emits(FALSITIES, code.Apply)
def apply_falsity(emitter: Emitter, node: code.Apply) -> py.expr:
    """Whether a comparison is false: known, and not true."""
    if _python_equality(node):
        return _equality(emitter, node, 1)
    if _python_order(node):
        return _ordered(emitter, node, 1)
    if _is_certain(emitter, node):
        return py.UnaryOp(py.Not(), apply(emitter, node))
    return is_(apply(emitter, node), False)


def _is_certain(emitter: Emitter, node: Code) -> bool:
    """Say whether the value of a node is true or false, never null."""
    return bool(emitter.quick) and not emitter.in_cells and python_quick.never_null(node)


# ternary logic ----------------------------------------------------------------------------------


def boolean(emitter: Emitter, node: Code) -> py.expr:
    """The value of a condition; what is not boolean becomes null, with a note."""
    value = emitter.value(node)
    if node.type == BOOLEAN:
        return value
    return method("rt", "boolean", value, emitter.unit.constant(node.span))


@emits(VALUES, code.Logic)
def logic(emitter: Emitter, node: code.Logic) -> py.expr:
    """Table 50, from left to right; what decides early leaves the rest uncomputed."""
    if _is_certain(emitter, node):
        operator = py.And() if node.connective is Connective.AND else py.Or()
        return _all_of(emitter, node, emitter.value, operator)
    decides = node.connective is Connective.OR
    result = emitter.temporary(boolean(emitter, node.parts[0]))
    for part in node.parts[1:]:
        with emitter.block() as inside:
            value = emitter.atom(boolean(emitter, part))
            both_are = join(py.And(), [is_(load(result), not decides), is_(value, not decides)])
            undecided = py.IfExp(both_are, constant(not decides), constant(None))
            emitter.body.append(
                assign(result, py.IfExp(is_(value, decides), constant(decides), undecided))
            )
        emitter.branch(is_not(load(result), decides), inside, [])
    return load(result)


def _all_of(
    emitter: Emitter, node: code.Logic, ask: Callable[[Code], py.expr], operator: py.boolop
) -> py.expr:
    """Join the questions; a question that needs statements is asked only when it is reached."""
    asked: list[py.expr] = []
    asked.append(ask(node.parts[0]))  # it is certainly asked
    for position, part in enumerate(node.parts[1:], start=1):
        with emitter.block() as inside:
            question = ask(part)
        if not inside:
            asked.append(question)
            continue
        so_far = emitter.temporary(join(operator, asked))
        rest = code.Logic(node.span, node.type, node.connective, node.parts[position + 1 :])
        inside.append(assign(so_far, question))
        go_on: py.expr = load(so_far)
        if isinstance(operator, py.Or):
            go_on = py.UnaryOp(py.Not(), go_on)
        if rest.parts:
            with emitter.block() as more:
                others = _all_of(emitter, rest, ask, operator)
                emitter.body.append(assign(so_far, others))
            inside.append(py.If(go_on, more, []))
        emitter.branch(go_on, inside, [])
        return load(so_far)
    return join(operator, asked)


@emits(TRUTHS, code.Logic)
def logic_truth(emitter: Emitter, node: code.Logic) -> py.expr:
    """`and` is true when all parts are, `or` when one is."""
    operator = py.And() if node.connective is Connective.AND else py.Or()
    return _all_of(emitter, node, emitter.truth, operator)


@emits(FALSITIES, code.Logic)
def logic_falsity(emitter: Emitter, node: code.Logic) -> py.expr:
    """`and` is false when one part is, `or` when all are."""
    operator = py.Or() if node.connective is Connective.AND else py.And()
    return _all_of(emitter, node, emitter.falsity, operator)


@emits(VALUES, code.Not)
def negation(emitter: Emitter, node: code.Not) -> py.expr:
    """True and false change places."""
    value = emitter.atom(boolean(emitter, node.part))
    if _is_certain(emitter, node):
        return py.UnaryOp(py.Not(), value)
    return py.IfExp(is_(value, None), constant(None), py.UnaryOp(py.Not(), value))


@emits(TRUTHS, code.Not)
def negation_truth(emitter: Emitter, node: code.Not) -> py.expr:
    """True when the part is false."""
    return emitter.falsity(node.part)


@emits(FALSITIES, code.Not)
def negation_falsity(emitter: Emitter, node: code.Not) -> py.expr:
    """False when the part is true."""
    return emitter.truth(node.part)


@emits(VALUES, code.Choose)
def choose(emitter: Emitter, node: code.Choose) -> py.expr:
    """`if`; a condition that is neither true nor false is noted."""
    condition = emitter.atom(emitter.value(node.condition))
    result = emitter.unit.serial("t")
    with emitter.block() as then:
        emitter.body.append(assign(result, emitter.value(node.then)))
    with emitter.block() as otherwise:
        told = method("rt", "undecided", condition, emitter.unit.constant(node.condition.span))
        emitter.branch(is_not(condition, False), [py.Expr(told)], [])
        emitter.body.append(assign(result, emitter.value(node.otherwise)))
    if node.boxed:
        neither = method(
            "rt", "neither_boolean_nor_null", condition, emitter.unit.constant(node.span)
        )
        otherwise = [py.If(neither, [assign(result, constant(None))], otherwise)]
    emitter.branch(is_(condition, True), then, otherwise)
    return load(result)


# types ------------------------------------------------------------------------------------------


@emits(VALUES, code.Convert)
def conversion(emitter: Emitter, node: code.Convert) -> py.expr:
    """The implicit conversion; nothing is emitted where the type tells that it does nothing."""
    value = emitter.value(node.value)
    if node.type == ANY or conforms(_certain(node.value.type), node.type):
        return value
    if emitter.quick is not None and python_quick.all_are(emitter.quick, value, node.type):
        return value
    return emitter.guarded(call("convert", value, emitter.unit.constant(node.type)), node)


def _certain(of: Type) -> Type:
    """The type as far as it is sure at run time: a context may lack what its type promises."""
    return of if of in (NUMBER, STRING, BOOLEAN) else ANY


@emits(VALUES, code.InstanceOf)
def is_instance(emitter: Emitter, node: code.InstanceOf) -> py.expr:
    """Null with a note when the type is not known."""
    value = emitter.value(node.value)
    if node.of is None:
        unit = emitter.unit
        reason = constant("the type is not known")
        return method(
            "rt", "null_because", unit.constant(MessageCode.UNKNOWN_TYPE), reason,
            unit.constant(node.span),
        )  # fmt: skip
    return call("instance_of", value, emitter.unit.constant(node.of))
