"""How a decision table becomes Python: conditions row by row, outputs on demand.

In: `TableCode`. Out: an expression that gives the table's value. Rules are tried in order; a
watcher gets the truth value of every cell, computed from the same lowered cells, only when there
is one.
"""

from __future__ import annotations

import ast as py
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from guidewright.dmn.cells import Box
from guidewright.dmn.few_values import fresh
from guidewright.dmn.hit_policies import POLICIES, Answer, Output, Plan
from guidewright.dmn.model import HitPolicy
from guidewright.dmn.no_rule import no_rule_matches, wants_a_rule
from guidewright.dmn.table import RuleCode, TableCode
from guidewright.dmn.table_lookup import DEFAULT, NO_RULE, by_lookup
from guidewright.dmn.table_quick import (
    bind_inputs,
    known_output,
    restrictions,
    table_inputs,
    tell_no_rule,
)
from guidewright.dmn.table_search import by_index
from guidewright.errors import Code
from guidewright.feel import code
from guidewright.feel.python_backend import (
    HELPERS,
    VALUES,
    Emitter,
    Outputs,
    Statements,
    assign,
    call,
    constant,
    emits,
    join,
    load,
    method,
)
from guidewright.feel.python_rules import boolean
from guidewright.feel.runtime import Bail, Runtime
from guidewright.feel.text import literal

Cells = Callable[[Runtime], Sequence[Sequence[bool | None]]]


class Watcher(Protocol):
    """Somebody who looks on while tables are evaluated."""

    every_rule: bool

    def table(
        self,
        plan: Plan,
        inputs: Sequence[Any],
        cells: Mapping[int, Sequence[bool | None]],
        hits: Sequence[int],
        chosen: Sequence[int],
        outputs: dict[int, Any],
        value: Any,
    ) -> None:
        """Take in one evaluation of a table; `cells` has the truths of each rule that is wanted."""


def decide(
    rt: Runtime,
    plan: Plan,
    inputs: Sequence[Any],
    hits: Sequence[int],
    output: Output,
    has_default: bool,
    cells: Cells,
) -> Any:
    """Apply the hit policy to the rules that match, and tell a watcher."""
    answer = _answer(rt, plan, hits, output, has_default)
    if not hits and not has_default and wants_a_rule(plan):
        note_no_rule(rt, plan, inputs)
    if rt.watcher is not None:
        mark = rt.mark()
        if rt.watcher.every_rule:
            truths = dict(enumerate(cells(rt)))
        else:  # a rule that is chosen matched: all its cells are true
            truths = dict.fromkeys(sorted(answer.chosen), (True,) * len(inputs))
        outputs = {index: output(index) for index in answer.chosen}
        rt.forget(mark)
        rt.watcher.table(plan, inputs, truths, hits, answer.chosen, outputs, answer.value)
    return answer.value


def settle(rt: Runtime, plan: Plan, hits: Sequence[int], output: Output, has_default: bool) -> Any:
    """Apply the hit policy to the rules that match, where nobody looks on."""
    return _answer(rt, plan, hits, output, has_default).value


def _answer(
    rt: Runtime, plan: Plan, hits: Sequence[int], output: Output, has_default: bool
) -> Answer:
    if hits:
        return POLICIES[plan.table.hit_policy](rt, plan, hits, output)
    return Answer(output(DEFAULT) if has_default else None, ())


def note_no_rule(rt: Runtime, plan: Plan, inputs: Sequence[Any]) -> None:
    """Note that no rule matches, and which inputs of the table have no value."""
    note = no_rule_matches(plan, inputs)
    rt.note(note.code, note.span, note.text, severity=note.severity)


def input_refused(rt: Runtime, plan: Plan, column: int, value: Any) -> None:
    """Note an input value that its input values do not allow; the table is then null."""
    clause = plan.table.inputs[column]
    allowed = clause.values.text.strip() if clause.values else ""
    text = f"{literal(value)} is not an input value of {clause.title!r}: {allowed}"
    rt.note(Code.CONSTRAINT, clause.span, text)


HELPERS.update(
    {
        "Bail": Bail,
        "NO_RULE": NO_RULE,
        "bisect_left": bisect_left,
        "bisect_right": bisect_right,
        "decide": decide,
        "fresh": fresh,
        "input_refused": input_refused,
        "settle": settle,
    }
)


@emits(VALUES, TableCode)
def table(emitter: Emitter, node: TableCode) -> py.expr:
    """Compute the inputs once, find the rules that match, hand over to the hit policy."""
    if emitter.quick is not None:
        return _quick(emitter, node)
    plan = emitter.unit.constant(node.plan)
    names: list[str] = []
    for clause in node.inputs:
        name = emitter.define(clause.binding)
        with emitter.cells():  # a missing value is no fault here: the trace shows it
            value = emitter.value(clause.value)
        emitter.body.append(assign(name, value))
        names.append(name)
    inputs = py.Tuple([load(name) for name in names], py.Load())
    matches = (
        _indexed_matches(emitter, node, inputs)
        if node.index is not None
        else call(_matches(emitter, node), load("rt"))
    )
    decided = call(
        "decide", load("rt"), plan, inputs, matches,
        _output(emitter, _outputs(node)), constant(node.default is not None),
        load(_cells(emitter, node)),
    )  # fmt: skip
    restricted = [
        (column, clause) for column, clause in enumerate(node.inputs) if clause.allowed is not None
    ]
    if not restricted:
        return decided
    result = emitter.unit.serial("t")
    emitter.body.append(assign(result, constant(None)))
    ok: list[py.expr] = []
    for column, clause in restricted:
        assert clause.allowed is not None  # noqa: S101 - filtered above
        value = load(names[column])
        good = emitter.temporary(
            join(py.Or(), [py.Compare(value, [py.Is()], [constant(None)]),
                           emitter.truth(clause.allowed)])
        )  # fmt: skip
        told = py.Expr(call("input_refused", load("rt"), plan, constant(column), value))
        emitter.branch(py.UnaryOp(py.Not(), load(good)), [told], [])
        ok.append(load(good))
    emitter.branch(join(py.And(), ok), [assign(result, decided)], [])
    return load(result)


def _matches(emitter: Emitter, node: TableCode) -> str:
    """Emit the function that returns the indexes of the rules that match."""
    inner = emitter.nested()
    inner.in_cells = True
    first = node.plan.table.hit_policy is HitPolicy.FIRST
    if not first:
        inner.body.append(assign("hits", py.List([], py.Load())))
    for index, each in enumerate(node.rules):
        hit: Statements = (
            [py.Return(py.Tuple([constant(index)], py.Load()))]
            if first
            else [py.Expr(method("hits", "append", constant(index)))]
        )
        cells = _general(each)
        if not cells:
            inner.body.extend(hit)
        else:
            span = each.rule.span
            together = code.Logic(span, cells[0].type, code.Connective.AND, tuple(cells))
            inner.branch(inner.truth(together), hit, [])
    inner.body.append(py.Return(py.Tuple([], py.Load()) if first else load("hits")))
    return emitter.nested_function(inner, ["rt"])


def _quick(emitter: Emitter, node: TableCode) -> py.expr:
    """Emit a table that nobody watches; see `table_quick`."""
    known = table_inputs(emitter, node)
    if any(clause.allowed is not None for clause in node.inputs):
        bind_inputs(emitter, node, known)
        restrictions(emitter, node, known)
    way = by_lookup if node.index is None else by_index
    found = way(emitter, node, known)
    if found is not None:
        return found
    bind_inputs(emitter, node, known)
    inputs = py.Tuple([each.value(emitter) for each in known], py.Load())
    matches = (
        _indexed_matches(emitter, node, inputs)
        if node.index is not None
        else call(_matches(emitter, node), load("rt"))
    )
    hits = emitter.temporary(matches)
    if node.default is None and wants_a_rule(node.plan):
        missed = tell_no_rule(emitter, node, known)
        if missed:
            emitter.branch(py.UnaryOp(py.Not(), load(hits)), missed, [])
    outputs = _outputs(node)
    settled = emitter.temporary(call(
        "settle", load("rt"), emitter.unit.constant(node.plan), load(hits),
        _output(emitter, outputs), constant(node.default is not None),
    ))  # fmt: skip
    many = node.plan.table.hit_policy.multiple
    changed = node.plan.table.aggregation is not None or (many and node.default is not None)
    if emitter.quick is not None and not changed and not outputs.computed:
        emitter.quick.outputs[settled] = Outputs(tuple(outputs.known.values()), many)
    return load(settled)


def _general(each: RuleCode) -> list[code.Code]:
    """Return the cells of a rule that are code."""
    return [cell for cell in each.cells if isinstance(cell, code.Code)]


def _indexed_matches(emitter: Emitter, node: TableCode, inputs: py.expr) -> py.expr:
    """Emit the search in the index; cells that are code are checked for its candidates only."""
    first = node.plan.table.hit_policy is HitPolicy.FIRST
    search = py.Attribute(
        emitter.unit.constant(node.index), "first_match" if first else "all_matches", py.Load()
    )
    inner = emitter.nested()
    inner.in_cells = True
    some_are_code = node.index is not None and node.index.general
    for index, each in enumerate(node.rules if some_are_code else ()):
        cells = _general(each)
        if cells:
            with inner.block() as checked:
                together = code.Logic(
                    each.rule.span, cells[0].type, code.Connective.AND, tuple(cells)
                )
                inner.body.append(py.Return(inner.truth(together)))
            is_it = py.Compare(load("rule"), [py.Eq()], [constant(index)])
            inner.branch(is_it, checked, [])
    if not inner.body:
        return call(search, load("rt"), inputs, constant(None))
    inner.body.append(py.Return(constant(True)))
    check = emitter.nested_function(inner, ["rt", "rule"])
    return call(search, load("rt"), inputs, load(check))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The outputs of a table by the number of the rule: values known now, and code for the rest."""

    known: dict[int, Any]
    computed: dict[int, code.Code]


def _outputs(node: TableCode) -> _Outputs:
    outputs: dict[int, code.Code] = {index: each.output for index, each in enumerate(node.rules)}
    if node.default is not None:
        outputs[DEFAULT] = node.default
    known = {index: known_output(value) for index, value in outputs.items()}
    return _Outputs(
        {index: value[0] for index, value in known.items() if value is not None},
        {index: outputs[index] for index, value in known.items() if value is None},
    )


def _output(emitter: Emitter, outputs: _Outputs) -> py.expr:
    """Emit what gives the output of a rule: a look-up for constants, computation for the rest."""
    constants = emitter.unit.constant(outputs.known)
    if emitter.quick is not None and not outputs.computed:
        return py.Attribute(constants, "__getitem__", py.Load())
    inner = emitter.nested()
    for index, value in outputs.computed.items():
        with inner.block() as computed:
            inner.body.append(py.Return(inner.value(value)))
        is_it = py.Compare(load("index"), [py.Eq()], [constant(index)])
        inner.branch(is_it, computed, [])
    looked_up: py.expr = py.Subscript(constants, load("index"), py.Load())
    if emitter.quick is None:  # quick code copies what it returns, and that alone
        looked_up = call("fresh", looked_up)
    inner.body.append(py.Return(looked_up))
    inner.captured.append("rt")
    return load(emitter.nested_function(inner, ["index"]))


def _cells(emitter: Emitter, node: TableCode) -> str:
    """Emit the function that returns the truth value of every cell, for a watcher."""
    inner = emitter.nested()
    inner.in_cells = True
    inputs = py.List([load(inner.variable(each.binding)) for each in node.inputs], py.Load())
    index = node.index
    boxes = (
        index.rows
        if index is not None
        else [
            [each if isinstance(each, Box) else None for each in rule.cells] for rule in node.rules
        ]
    )
    start = call("boxed_cells", inner.unit.constant(boxes), inputs)
    inner.body.append(assign("rows", start))
    for row, each in enumerate(node.rules if index is None or index.general else ()):
        for column, cell in enumerate(each.cells):
            if isinstance(cell, code.Code):
                place = py.Subscript(
                    py.Subscript(load("rows"), constant(row), py.Load()),
                    constant(column),
                    py.Store(),
                )
                inner.body.append(py.Assign([place], boolean(inner, cell)))
    inner.body.append(py.Return(load("rows")))
    return emitter.nested_function(inner, ["rt"])


def boxed_cells(
    boxes: Sequence[Sequence[Box | None]], values: Sequence[Any]
) -> list[list[bool | None]]:
    """Return the truth of every cell that is a box; True for those that ask nothing."""
    return [
        [True if box is None else box.test(value) for box, value in zip(row, values, strict=True)]
        for row in boxes
    ]


HELPERS["boxed_cells"] = boxed_cells
