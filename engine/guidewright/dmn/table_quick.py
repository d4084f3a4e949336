"""How a table that nobody watches becomes Python: its inputs, and the search in an index.

In: `TableCode`. Out: expressions for its inputs, and for its value, in code that gives up (`Bail`)
where something would have to be noted. Small tables are look-ups: see `table_lookup`.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guidewright.dmn.few_values import few_values, looked_up
from guidewright.dmn.index import Column, NumberColumn
from guidewright.dmn.model import HitPolicy
from guidewright.dmn.no_rule import NoRule
from guidewright.dmn.table import TableCode
from guidewright.feel import code
from guidewright.feel.python_backend import (
    Emitter,
    Few,
    Statements,
    assign,
    call,
    compare,
    constant,
    is_,
    join,
    load,
    method,
)


@dataclass(frozen=True, slots=True)
class TableInput:
    """The value of an input expression: in a variable, or looked up by another one's place."""

    computed: py.expr | None
    few: Few | None

    def value(self, emitter: Emitter) -> py.expr:
        """Return the value, which may be written down several times."""
        if self.computed is not None:
            return self.computed
        assert self.few is not None  # noqa: S101 - it is one or the other
        return looked_up(emitter, self.few)


def table_inputs(emitter: Emitter, node: TableCode) -> list[TableInput]:
    """Emit the input expressions, each computed once; what is known of them is looked up."""
    inputs = []
    with emitter.cells():  # a missing value is no fault here: the trace shows it
        for clause in node.inputs:
            few = few_values(emitter, clause.value)
            computed = None
            if few is None or isinstance(clause.value, code.Ref):
                computed = emitter.atom(emitter.value(clause.value))
            inputs.append(TableInput(computed, few))
    return inputs


def bind_inputs(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> None:
    """Give the inputs the variables that the code of cells refers to."""
    for clause, each in zip(node.inputs, inputs, strict=True):
        emitter.alias(clause.binding, emitter.variable_of(each.value(emitter)))


def by_index(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> py.expr | None:
    """Emit the search of a UNIQUE or FIRST table in its index; None when it is not of that kind."""
    index = node.index
    policy = node.plan.table.hit_policy
    outputs = [known_output(each.output) for each in node.rules]
    if index is None or not index.exact or index.general or node.default is not None:
        return None
    if policy not in (HitPolicy.UNIQUE, HitPolicy.FIRST) or any(each is None for each in outputs):
        return None
    values = (*(output[0] for output in outputs if output is not None), None)
    mask, place = emitter.unit.serial("t"), emitter.unit.serial("t")
    columns = zip(index.columns, index.positions, strict=True)
    texts_first = sorted(columns, key=lambda each: isinstance(each[0], NumberColumn))
    for number, (column, position) in enumerate(texts_first):
        _narrow(emitter, column, inputs[position].value(emitter), mask, first=number == 0)
    missed = [assign(place, constant(len(values) - 1)), *tell_no_rule(emitter, node, inputs)]
    found: Statements = []
    hit: py.expr = load(mask)
    if policy is HitPolicy.UNIQUE:
        less = py.BinOp(load(mask), py.Sub(), constant(1))
        several = py.BinOp(load(mask), py.BitAnd(), less)
        found.append(py.If(several, [py.Raise(load("Bail"))], []))
    else:
        hit = py.BinOp(hit, py.BitAnd(), py.UnaryOp(py.USub(), load(mask)))
    length = py.Call(py.Attribute(hit, "bit_length", py.Load()), [], [])
    found.append(assign(place, py.BinOp(length, py.Sub(), constant(1))))
    emitter.branch(load(mask), found, missed)
    few = Few(place, values)
    result = emitter.temporary(looked_up(emitter, few))
    if emitter.quick is not None:
        emitter.quick.few[result] = few
    return load(result)


def _narrow(emitter: Emitter, column: Column, value: py.expr, mask: str, *, first: bool) -> None:
    """Emit: only the rules that a value satisfies are left in the mask."""

    def keep(rules: py.expr) -> py.stmt:
        if first:
            return assign(mask, rules)
        return py.AugAssign(py.Name(mask, py.Store()), py.BitAnd(), rules)

    constant_of = emitter.unit.constant
    if not isinstance(column, NumberColumn):
        get = py.Attribute(constant_of(column.masks), "get", py.Load())
        emitter.body.append(keep(py.Call(get, [value, constant_of(column.other)], [])))
        return
    # A Decimal is compared with a Decimal twice as fast as with a whole number. No number is
    # infinite, so the last cut is met by none.
    cuts = constant_of([*(Decimal(cut) for cut in column.cuts), Decimal("Infinity")])
    place = emitter.unit.serial("t")
    on_cut = compare(py.Subscript(cuts, load(place), py.Load()), py.Eq(), value)
    piece = py.BinOp(py.BinOp(constant(2), py.Mult(), load(place)), py.Add(), on_cut)
    masks = constant_of(column.masks)
    search: Statements = [
        assign(place, call("bisect_left", cuts, value)),
        keep(py.Subscript(masks, piece, py.Load())),
    ]
    emitter.branch(is_(value, None), [keep(constant_of(column.null))], search)


def restrictions(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> None:
    """Emit the tests of the input values."""
    plan = emitter.unit.constant(node.plan)
    for column, clause in enumerate(node.inputs):
        if clause.allowed is not None:
            value = inputs[column].value(emitter)
            good = join(py.Or(), [is_(value, None), emitter.truth(clause.allowed)])
            told = call("input_refused", load("rt"), plan, constant(column), value)
            emitter.branch(good, [], [py.Expr(told)])


def tell_no_rule(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> Statements:
    """Return: if somebody asks, keep that no rule of the table matches these inputs."""
    if emitter.quick is None or not emitter.quick.tells:
        return []
    values = py.Tuple([each.value(emitter) for each in inputs], py.Load())
    told = py.Tuple([emitter.unit.constant(NoRule(node.plan)), values], py.Load())
    return [py.Expr(method("told", "append", told))]


def known_output(output: code.Code) -> tuple[Any] | None:
    """Return the value of an output that is known now, in a tuple."""
    if isinstance(output, code.Const):
        return (output.value,)
    if isinstance(output, code.MakeContext) and output.result is None:
        parts = [known_output(entry.value) for entry in output.entries]
        if all(part is not None for part in parts):
            return (
                {
                    entry.key: part[0]
                    for entry, part in zip(output.entries, parts, strict=True)
                    if part is not None
                },
            )
    return None
