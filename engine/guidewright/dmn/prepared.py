"""One Python function for a whole part of the requirement graph: what runs when many are asked.

In: the lowered logic of the decisions that a goal needs. Out: a function of the caller's values
that checks them, computes every decision once in line, and returns the goal's value. It is made of
the same lowered code as the thorough way (`evaluation`), but nobody watches and nothing is noted:
where something would have to be said, it gives up (`Bail`), and the thorough way is gone instead.
FEEL has no side effects, so both give the same value; tests run every case both ways.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from guidewright.dmn.evaluation import order
from guidewright.dmn.model import InputData
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Compiled, Step
from guidewright.feel.api import to_feel
from guidewright.feel.clock import system_clock
from guidewright.feel.conversion import from_json_typed, is_plain
from guidewright.feel.decimals import CONTEXT, LIMIT
from guidewright.feel.names import normal
from guidewright.feel.python_backend import (
    Emitter,
    assign,
    call,
    constant,
    function_definition,
    is_,
    load,
    new_unit,
)
from guidewright.feel.runtime import DEFAULT_LIMITS, NO_RUNTIME, Bail, QuickRuntime, Refuse
from guidewright.feel.types import ANY, BOOLEAN, NUMBER, STRING, Type
from guidewright.feel.values import convert

_CLASSES: dict[Type, tuple[str, ...]] = {
    NUMBER: ("Decimal", "int"),
    STRING: ("str",),
    BOOLEAN: ("bool",),
}
_TELLING = ("input_refused", "decide")  # these only note, and so give up
_SPENDS = ("charge", "snapshot", "mark", "now")


# (values, list for what is to be told lazily, or None) -> value; `Bail` or `Refuse` to give up
Quick = Callable[[Mapping[str, object], "list[Told] | None"], Any]
Told = tuple[Any, tuple[Any, ...]]  # the plan of a table no rule of which matches, and its inputs


def prepare(compiled: Compiled, goals: Sequence[Key], *, single: bool) -> Quick | None:
    """Return the function for some goals; None when a name would be ambiguous.

    With `single` the value is that of the one goal, else a context of all. The default limits and
    the system's clock hold.
    """
    steps = order(compiled, goals, {})
    inputs = [step for step in steps if isinstance(step.element, InputData)]
    names = [normal(step.element.name) for step in inputs]
    if len(set(names)) != len(names) or any(key[0] != compiled.main.namespace for key in goals):
        return None
    unit = new_unit("prepared")
    unit.namespace.update(
        {"Decimal": Decimal, "border": border, "known": known_names, "plus": CONTEXT.plus}
    )
    emitter = Emitter(unit)
    emitter.quick = True
    variables: dict[Key, str] = {}
    accepted = frozenset(
        normal(step.element.name)
        for step in compiled.steps.values()
        if isinstance(step.element, InputData) and step.key[0] == compiled.main.namespace
    )
    _check_names(emitter, accepted, len(inputs))
    types: dict[Key, Type] = {step.key: step.type for step in steps}
    for step in inputs:
        variables[step.key] = _input(emitter, step)
    for step in steps:
        if step.key not in variables:
            variables[step.key] = _decision(emitter, step, variables, types)
    emitter.body.append(py.Return(_result(compiled, goals, variables, types, single=single)))
    unit.namespace.update({"new_runtime": _new_runtime, "NO_RUNTIME": NO_RUNTIME})
    spends = any(_spends(statement) for statement in emitter.body)
    runtime = assign("rt", call("new_runtime") if spends else load("NO_RUNTIME"))
    unit.functions.append(function_definition("goal", ["given", "told"], [runtime, *emitter.body]))
    goal: Quick = unit.build()["goal"]
    return goal


def _new_runtime() -> QuickRuntime:
    return QuickRuntime(DEFAULT_LIMITS, system_clock)


def _check_names(emitter: Emitter, accepted: frozenset[str], count: int) -> None:
    """Emit: as many values as inputs need no look at their names."""
    given = load("given")
    other = py.Compare(call("len", given), [py.NotEq()], [constant(count)])
    told = py.Expr(call("known", given, emitter.unit.constant(accepted)))
    emitter.body.append(py.If(other, [told], []))


def known_names(given: Mapping[str, object], accepted: frozenset[str]) -> None:
    """Leave names that are no input, or the value of a decision, to the thorough way."""
    if not accepted.issuperset(given):
        raise Bail


def _input(emitter: Emitter, step: Step) -> str:
    """Emit the reading of one value: of the declared class it is taken as it is."""
    name = emitter.temporary(
        py.Call(
            py.Attribute(load("given"), "get", py.Load()),
            [constant(normal(step.element.name))],
            [],
        )
    )
    converted = assign(name, call("border", load(name), emitter.unit.constant(step)))
    classes = _CLASSES.get(step.type)
    if classes is None or (step.item is not None and _constrained(step)):
        emitter.branch(is_(load(name), None), [], [converted])
        return name
    kind = emitter.unit.serial("t")
    emitter.body.append(assign(kind, call("type", load(name))))
    not_null = py.Compare(load(name), [py.IsNot()], [constant(None)])
    chain: list[py.stmt] = [py.If(not_null, [converted], [])]
    for python in reversed(classes):
        taken = _taken(emitter, name, python, converted)
        chain = [py.If(py.Compare(load(kind), [py.Is()], [load(python)]), taken, chain)]
    emitter.body.extend(chain)
    return name


def _taken(emitter: Emitter, name: str, python: str, converted: py.stmt) -> list[py.stmt]:
    """Emit what is asked of a value of the right class: a number has to be one of FEEL's."""
    if python == "Decimal":  # rounded to 34 digits; one beyond the range, or no number, gives up
        rounded = assign(name, call("plus", load(name)))
        finite = py.Call(py.Attribute(load(name), "is_finite", py.Load()), [], [])
        return [
            rounded,
            py.If(py.UnaryOp(py.Not(), finite), [py.Raise(load("Bail"))], []),
        ]
    if python == "int":
        limit = emitter.unit.constant(LIMIT)
        inside = py.Compare(py.UnaryOp(py.USub(), limit), [py.Lt(), py.Lt()], [load(name), limit])
        return [py.If(py.UnaryOp(py.Not(), inside), [converted], [])]
    if python == "str":  # other texts may hold what is no character
        ascii_only = py.Call(py.Attribute(load(name), "isascii", py.Load()), [], [])
        return [py.If(py.UnaryOp(py.Not(), ascii_only), [converted], [])]
    return [py.Pass()]


def _constrained(step: Step) -> bool:
    item = step.item
    while item is not None:
        if item.constraints or item.components:
            return True
        item = item.base
    return False


def border(value: object, step: Step) -> Any:
    """Return a caller's value in its declared type; what is not allowed is left to be told."""
    if step.type == ANY and step.item is None and is_plain(value):
        return value
    try:
        given = to_feel(value, step.element.name)
        converted = convert(from_json_typed(given, step.type), step.type)
    except Refuse:
        raise Bail from None
    if step.item is not None and any(step.item.refusals(NO_RUNTIME, converted)):
        raise Bail
    return converted


def _decision(
    emitter: Emitter, step: Step, variables: Mapping[Key, str], types: dict[Key, Type]
) -> str:
    """Emit a decision in line; what its item definition does not allow is left to be told.

    What is known of the values it needs, beyond their declarations, chooses the faster forms.
    """
    if step.value is not None:
        return emitter.temporary(emitter.unit.constant(step.value))
    if step.lower is None:
        return emitter.temporary(constant(None))
    lowered = step.lower(types)
    for key, binding in zip(step.inputs, lowered.bindings, strict=True):
        emitter.alias(binding, variables[key])
    types[step.key] = lowered.logic.type
    name = emitter.temporary(emitter.value(lowered.logic))
    if step.item is not None and _constrained(step):
        emitter.unit.namespace["checked"] = checked
        emitter.body.append(assign(name, call("checked", load(name), emitter.unit.constant(step))))
    return name


def checked(value: Any, step: Step) -> Any:
    """Return a decision's value if its item definition allows it."""
    if step.item is not None and any(step.item.refusals(NO_RUNTIME, value)):
        raise Bail
    return value


def _result(
    compiled: Compiled,
    goals: Sequence[Key],
    variables: Mapping[Key, str],
    types: Mapping[Key, Type],
    *,
    single: bool,
) -> py.expr:
    def value(goal: Key) -> py.expr:
        held = load(variables[goal])
        return held if types[goal] in _CLASSES else call("fresh", held)

    if single:
        return value(goals[0])
    keys: list[py.expr | None] = [
        constant(normal(compiled.steps[goal].element.name)) for goal in goals
    ]
    return py.Dict(keys, [value(goal) for goal in goals])


def _spends(tree: py.AST) -> bool:
    """Say whether the code hands the runtime on, or charges it."""
    for node in py.walk(tree):
        if not isinstance(node, py.Call):
            continue
        if isinstance(node.func, py.Attribute) and node.func.attr in _SPENDS:
            return True
        hands_on = any(isinstance(each, py.Name) and each.id == "rt" for each in node.args)
        if hands_on and not (isinstance(node.func, py.Name) and node.func.id in _TELLING):
            return True
    return False
