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
from dataclasses import dataclass
from typing import Any

from guidewright.dmn.border import SCALARS, asked, read_inputs
from guidewright.dmn.evaluation import order
from guidewright.dmn.few_values import copied, few_values, looked_up
from guidewright.dmn.items import Item
from guidewright.dmn.model import InputData
from guidewright.dmn.no_rule import notes_of
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Compiled, Step
from guidewright.feel.clock import system_clock
from guidewright.feel.names import normal
from guidewright.feel.python_backend import (
    Emitter,
    Few,
    Granted,
    Quick,
    assign,
    call,
    constant,
    function_definition,
    load,
    new_unit,
)
from guidewright.feel.python_tidy import tidied
from guidewright.feel.result import Result
from guidewright.feel.runtime import DEFAULT_LIMITS, NO_RUNTIME, Bail, QuickRuntime, Refuse
from guidewright.feel.types import Type

_TELLING = ("input_refused", "settle")  # these only note, and so give up
_SPENDS = ("charge", "snapshot", "mark", "now")


Given = Mapping[str, object]
Prepared = Callable[[Given], Any]
# what ends the quick way; look-up: an entry or a position that is not there; arithmetic: no number
GIVES_UP = (Bail, Refuse, RecursionError, ArithmeticError, LookupError)


def prepare(
    compiled: Compiled,
    goals: Sequence[Key],
    *,
    single: bool,
    results: bool = False,
    otherwise: Prepared | None = None,
) -> Prepared | None:
    """Return the function for some goals; None when a name would be ambiguous.

    With `single` the value is that of the one goal, else a context of all. With `results` it is a
    `Result`. Where the quick way gives up, the function answers what `otherwise` does, or raises
    one of `GIVES_UP`. The default limits and the system's clock hold.
    """
    emitter = emit(compiled, goals, single=single, results=results)
    return _function(emitter, otherwise) if emitter is not None else None


def emit(
    compiled: Compiled, goals: Sequence[Key], *, single: bool, results: bool
) -> Emitter | None:
    """Return the statements of the function; see `prepare`.

    Where lists and contexts are read, there are two ways behind: one that takes for granted that
    the same entry has the same class in all contexts, and one that asks each time.
    """
    steps = order(compiled, goals, {})
    inputs = [step for step in steps if isinstance(step.element, InputData)]
    names = [normal(step.element.name) for step in inputs]
    if len(set(names)) != len(names) or any(key[0] != compiled.main.namespace for key in goals):
        return None
    emitter = Emitter(new_unit("prepared"))
    known = emitter.quick = Quick(tells=results)
    variables = read_inputs(emitter, inputs, _accepted(compiled))
    whole = frozenset(variables[step.key] for step in inputs if step.type not in SCALARS)
    goal = _Goal(compiled, goals, steps, variables, single, results)
    granted = Granted()
    emitter.quick = Quick(
        results, classes=known.classes, inputs=whole, parts=set(whole), granted=granted
    )
    with emitter.block() as body:
        goal.emit(emitter)
    if granted != Granted():
        emitter.body.append(py.If(asked(emitter, granted), body, []))
        emitter.quick = Quick(results, classes=known.classes)
        with emitter.block() as body:
            goal.emit(emitter)
    emitter.body.extend(body)
    return emitter


@dataclass(frozen=True, slots=True)
class _Goal:
    """What is to be computed from inputs that were read."""

    compiled: Compiled
    goals: Sequence[Key]
    steps: Sequence[Step]
    inputs: Mapping[Key, str]
    single: bool
    results: bool

    def emit(self, emitter: Emitter) -> None:
        """Emit every decision, and the return of the result."""
        variables = dict(self.inputs)
        types: dict[Key, Type] = {step.key: step.type for step in self.steps}
        for step in self.steps:
            if step.key not in variables:
                variables[step.key] = _decision(emitter, step, variables, types)
        value = _value(emitter, self.compiled, self.goals, variables, types, single=self.single)
        _return(emitter, value, results=self.results)


def _accepted(compiled: Compiled) -> frozenset[str]:
    """Return the names that a caller may use for inputs of the main model."""
    return frozenset(
        normal(step.element.name)
        for step in compiled.steps.values()
        if isinstance(step.element, InputData) and step.key[0] == compiled.main.namespace
    )


def _return(emitter: Emitter, value: py.expr, *, results: bool) -> None:
    """Emit the end: the value, or a `Result` with it and with the notes on what was told."""
    if not results:
        emitter.body.append(py.Return(value))
        return
    ready = None if _mentions(emitter.body, "told") else _ready_results(emitter, value)
    if ready is not None:
        if isinstance(emitter.body[-1], py.Assign):  # of the value, which nobody needs now
            emitter.body.pop()
        emitter.body.append(py.Return(looked_up(emitter, ready)))
        return
    emitter.unit.namespace.update(
        {"new_result": tuple.__new__, "Result": Result, "notes_of": notes_of}
    )
    notes: py.expr = py.Tuple([], py.Load())
    if _mentions(emitter.body, "told"):
        emitter.body.insert(0, assign("told", py.List([], py.Load())))
        notes = py.IfExp(load("told"), call("notes_of", load("told")), notes)
    parts = py.Tuple([value, notes, constant(None)], py.Load())
    emitter.body.append(py.Return(call("new_result", load("Result"), parts)))


def _ready_results(emitter: Emitter, value: py.expr) -> Few | None:
    """Return the results beforehand, if there are few and nobody can change their values."""
    quick = emitter.quick
    few = quick.few.get(value.id) if quick is not None and isinstance(value, py.Name) else None
    if few is None or any(type(each) in (list, dict) for each in few.values):
        return None
    distinct = {id(each): Result[Any](each) for each in few.values}
    return Few(few.place, tuple(distinct[id(each)] for each in few.values))


def _function(emitter: Emitter, otherwise: Prepared | None) -> Prepared:
    unit, body = emitter.unit, tidied(emitter.body)
    unit.namespace.update({"new_runtime": _new_runtime, "NO_RUNTIME": NO_RUNTIME})
    if _mentions(body, "rt"):
        spends = any(_spends(statement) for statement in body)
        body.insert(0, assign("rt", call("new_runtime") if spends else load("NO_RUNTIME")))
    if otherwise is not None:
        unit.namespace.update({"GIVES_UP": GIVES_UP, "otherwise": otherwise})
        given_up = py.ExceptHandler(load("GIVES_UP"), None, [py.Pass()])
        body = [py.Try(body, [given_up], [], []), py.Return(call("otherwise", load("given")))]
    unit.functions.append(function_definition("goal", ["given"], body))
    goal: Prepared = unit.build()["goal"]
    return goal


def _mentions(body: Sequence[py.stmt], name: str) -> bool:
    return any(
        isinstance(node, py.Name) and node.id == name
        for statement in body
        for node in py.walk(statement)
    )


def _new_runtime() -> QuickRuntime:
    return QuickRuntime(DEFAULT_LIMITS, system_clock)


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
    known = few_values(emitter, lowered.logic)
    value = looked_up(emitter, known) if known is not None else emitter.value(lowered.logic)
    name = emitter.variable_of(value)
    if known is not None and emitter.quick is not None:
        emitter.quick.few.setdefault(name, known)
    if _constrained(step.item) and not _all_allowed(emitter, name, step):
        emitter.unit.namespace["checked"] = checked
        emitter.body.append(assign(name, call("checked", load(name), emitter.unit.constant(step))))
    return name


def _constrained(item: Item | None) -> bool:
    """Say whether an item definition, or what it is made of, allows only some values."""
    return item is not None and (
        bool(item.constraints)
        or _constrained(item.base)
        or any(_constrained(each) for each in item.components.values())
    )


def _all_allowed(emitter: Emitter, name: str, step: Step) -> bool:
    """Say whether the item definition allows every value that a decision can have."""
    few = emitter.quick.few.get(name) if emitter.quick is not None else None
    if few is None or step.item is None:
        return False
    distinct = {id(value): value for value in few.values}.values()
    return not any(any(step.item.refusals(NO_RUNTIME, value)) for value in distinct)


def checked(value: Any, step: Step) -> Any:
    """Return a decision's value if its item definition allows it."""
    if step.item is not None and any(step.item.refusals(NO_RUNTIME, value)):
        raise Bail
    return value


def _value(
    emitter: Emitter,
    compiled: Compiled,
    goals: Sequence[Key],
    variables: Mapping[Key, str],
    types: Mapping[Key, Type],
    *,
    single: bool,
) -> py.expr:
    def value(goal: Key) -> py.expr:
        name = variables[goal]
        return load(name) if types[goal] in SCALARS else copied(emitter, name)

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
