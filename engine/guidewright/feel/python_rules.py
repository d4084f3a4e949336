"""How each kind of lowered node becomes Python: the rules of `python_backend`.

In: a node and the function being made. Out: a Python expression; statements it needs before it are
added to the function. Where static types tell that both operands are numbers (or null), Python's
own operators are emitted; elsewhere the general ones of `operators`. Both mean the same, and a test
runs every expression both ways.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from decimal import Decimal
from functools import cache

from guidewright.errors import Code as MessageCode
from guidewright.feel import code, loops, operators, python_quick
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
from guidewright.feel.types import ANY, BOOLEAN, NUMBER, STRING, ContextType, Type, conforms
from guidewright.feel.values import convert, instance_of
from guidewright.feel.values import make_range as make_range_value

HELPERS.update({op.value: getattr(operators, op.value) for op in Op})
HELPERS.update(
    {
        "path": operators.path,
        "convert": convert,
        "instance_of": instance_of,
        "domain": loops.domain,
        "elements": loops.elements,
        "index_or_select": loops.index_or_select,
        "call_function": loops.call_function,
        "call_named": loops.call_named,
        "make_function": loops.make_function,
        "make_range": make_range_value,
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
HELPERS["ORDERED_CLASSES"] = frozenset({int, Decimal, str})
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
    arguments = [emitter.value(argument) for argument in node.arguments]
    if emitter.quick:
        arguments = [emitter.atom(argument) for argument in arguments]
    handed = [*arguments, load("rt")] if node.op in _WALKS else arguments
    general: py.expr = call(node.op.value, *handed)
    if emitter.quick and not emitter.in_cells:
        general = python_quick.operation(emitter, node, arguments, general) or general
    return emitter.guarded(general, node, tell_null=True)


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
    return is_(apply(emitter, node), True)


@emits(FALSITIES, code.Apply)
def apply_falsity(emitter: Emitter, node: code.Apply) -> py.expr:
    """Whether a comparison is false: known, and not true."""
    if _python_equality(node):
        return _equality(emitter, node, 1)
    if _python_order(node):
        return _ordered(emitter, node, 1)
    return is_(apply(emitter, node), False)


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
    for position, part in enumerate(node.parts):
        with emitter.block() as inside:
            question = ask(part)
        if not inside:
            asked.append(question)
            continue
        if not asked:
            emitter.body.extend(inside)
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


# lists, contexts, ranges ------------------------------------------------------------------------


@emits(VALUES, code.MakeList)
def make_list(emitter: Emitter, node: code.MakeList) -> py.expr:
    """A Python list."""
    return py.List([emitter.value(item) for item in node.items], py.Load())


@emits(VALUES, code.MakeContext)
def make_context(emitter: Emitter, node: code.MakeContext) -> py.expr:
    """A Python dict; entries are stored one after the other, so later ones can refer to them."""
    keys: list[py.expr | None] = []
    values: list[py.expr] = []
    for entry in node.entries:
        name = emitter.define(entry.binding)
        emitter.body.append(assign(name, emitter.value(entry.value)))
        keys.append(constant(entry.key))
        values.append(load(name))
    if node.result is not None:
        return emitter.value(node.result)
    return py.Dict(keys, values)


@emits(VALUES, code.MakeRange)
def make_range(emitter: Emitter, node: code.MakeRange) -> py.expr:
    """A range value; ends of different kinds are refused."""
    low = emitter.value(node.low) if node.low is not None else constant(None)
    high = emitter.value(node.high) if node.high is not None else constant(None)
    made = call(
        "make_range", low, constant(node.low_included), high, constant(node.high_included),
        constant(node.form),
    )  # fmt: skip
    return emitter.guarded(made, node)


@emits(VALUES, code.GetPath)
def get_path(emitter: Emitter, node: code.GetPath) -> py.expr:
    """A key that the type promises, or whatever is found."""
    of = node.value.type
    if isinstance(of, ContextType) and of.entry(node.name) is not None:
        value = emitter.atom(emitter.value(node.value))
        found = py.Call(py.Attribute(value, "get", py.Load()), [constant(node.name)], [])
        return py.IfExp(is_(value, None), emitter.null(node), found)
    value = emitter.atom(emitter.value(node.value))
    if emitter.quick and not emitter.in_cells and not isinstance(value, py.Constant):
        return python_quick.path(emitter, value, node.name)
    found = call("path", value, constant(node.name), load("rt"))
    return emitter.guarded(found, node, tell_null=False)


@emits(VALUES, code.ItemKey)
def item_key(emitter: Emitter, node: code.ItemKey) -> py.expr:
    """The element's own key wins over what the name means outside."""
    owner = load(emitter.variable(node.owner))
    has = join(
        py.And(),
        [
            compare(call("type", owner), py.Is(), load("dict")),
            compare(constant(node.key), py.In(), owner),
        ],
    )
    own = py.Subscript(owner, constant(node.key), py.Load())
    with emitter.block() as inside:
        otherwise = emitter.value(node.otherwise)
    if not inside:
        return py.IfExp(has, own, otherwise)
    name = emitter.unit.serial("t")
    inside.append(assign(name, otherwise))
    emitter.branch(has, [assign(name, own)], inside)
    return load(name)


@emits(VALUES, code.ItemCall)
def item_call(emitter: Emitter, node: code.ItemCall) -> py.expr:
    """The element's own function wins; in quick code, meeting one ends the quick way."""
    owner = load(emitter.variable(node.owner))
    has = join(
        py.And(),
        [
            compare(call("type", owner), py.Is(), load("dict")),
            compare(constant(node.key), py.In(), owner),
        ],
    )
    if emitter.quick:
        emitter.body.append(py.If(has, [py.Raise(load("Bail"))], []))
        return emitter.value(node.builtin)
    result = emitter.unit.serial("t")
    with emitter.block() as own:
        emitter.body.append(assign(result, emitter.value(node.own)))
    with emitter.block() as builtin:
        emitter.body.append(assign(result, emitter.value(node.builtin)))
    emitter.branch(has, own, builtin)
    return load(result)


@emits(VALUES, code.Select)
def select(emitter: Emitter, node: code.Select) -> py.expr:
    """A position, or the elements for which the condition is true; outside them, `item` is null."""
    value = emitter.atom(emitter.value(node.value))
    span = emitter.unit.constant(node.span)
    if node.condition is None:
        assert node.position is not None  # noqa: S101 - lowering gives one or the other
        emitter.body.append(assign(emitter.define(node.item), constant(None)))
        position = emitter.atom(emitter.value(node.position))
        if not isinstance(position, py.Constant):
            emitter.branch(is_(position, None), [py.Expr(emitter.null(node))], [])
        indexed = call("index", call("elements", value), position)
        return emitter.guarded(indexed, node, tell_null=False)
    if node.position is None:
        picked = _picking(emitter, node, value)
        return py.IfExp(is_(value, None), emitter.null(node), picked)
    inner = emitter.nested()
    item = inner.define(node.item)
    inner.body.append(py.Return(inner.value(node.condition)))
    condition = emitter.nested_function(inner, ["rt", item])
    found: py.expr = call("index_or_select", load("rt"), span, value, load(condition))
    position_there = python_quick.outside(node.condition, node.item) if emitter.quick else None
    if position_there is not None:
        place = emitter.atom(emitter.value(position_there))
        found = python_quick.at_position(value, place, found)
    return emitter.guarded(found, node)


def _picking(emitter: Emitter, node: code.Select, value: py.expr) -> py.expr:
    """Return a call of a function that walks the elements."""
    assert node.condition is not None  # noqa: S101 - asked by the caller
    inner = emitter.nested()
    item = inner.define(node.item)
    span = emitter.unit.constant(node.span)
    with inner.block() as loop:
        keep = [py.Expr(method("out", "append", load(item)))]
        if node.condition.type == BOOLEAN and not node.boxed:
            inner.branch(inner.truth(node.condition), list[py.stmt](keep), [])
        else:
            condition = inner.atom(inner.value(node.condition))
            told = py.Expr(method("rt", "not_boolean", condition, span))
            otherwise: list[py.stmt] = [told]
            if node.boxed:
                stop = method("rt", "neither_boolean_nor_null", condition, span)
                otherwise = [py.If(stop, [py.Return(constant(None))], [])]
            inner.branch(is_(condition, True), list[py.stmt](keep), otherwise)
    inner.body.append(assign("out", py.List([], py.Load())))
    inner.body.append(assign("items", call("elements", load("value"))))
    inner.body.append(py.Expr(method("rt", "charge", call("len", load("items")), span)))
    walk = py.For(py.Name(item, py.Store()), load("items"), loop, [])
    inner.body.extend([walk, py.Return(load("out"))])
    function = emitter.nested_function(inner, ["rt", "value"])
    return call(function, load("rt"), value)


# types ------------------------------------------------------------------------------------------


@emits(VALUES, code.Convert)
def conversion(emitter: Emitter, node: code.Convert) -> py.expr:
    """The implicit conversion; nothing is emitted where the type tells that it does nothing."""
    value = emitter.value(node.value)
    if node.type == ANY or conforms(_certain(node.value.type), node.type):
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
