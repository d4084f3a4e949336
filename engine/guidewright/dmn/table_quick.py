"""How a table that nobody watches becomes Python: its inputs, and outputs that are known.

In: `TableCode`. Out: expressions in code that gives up (`Bail`) where something would have to be
noted. Small tables are look-ups (`table_lookup`), large ones search an index (`table_search`).
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.dmn.few_values import few_values, looked_up
from guidewright.dmn.no_rule import NoRule
from guidewright.dmn.table import TableCode
from guidewright.feel import code
from guidewright.feel.python_backend import (
    Emitter,
    Few,
    Statements,
    call,
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
