"""How a table that nobody watches becomes Python: a look-up, an index, or conditions in line.

In: `TableCode` and the variables of its inputs. Out: an expression for its value in code that gives
up (`Bail`) where something would have to be noted. The hit policies are those of `hit_policies`:
where outputs are constants they are applied once for every combination of classes.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from guidewright.dmn.hit_policies import POLICIES
from guidewright.dmn.index import Column, NumberColumn
from guidewright.dmn.lookup import Classes, Lookup, NumberClasses, build_lookup
from guidewright.dmn.model import HitPolicy
from guidewright.dmn.table import TableCode, boxes_of
from guidewright.feel import code
from guidewright.feel.python_backend import (
    Emitter,
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
from guidewright.feel.runtime import NO_RUNTIME, Bail

DEFAULT = -1  # the index by which the default output is asked for
GIVE_UP = -2


class _NoRule:
    """What stands in a look-up where no rule matches: null, and somebody may want to know."""


NO_RULE = _NoRule()


def by_index(emitter: Emitter, node: TableCode, names: Sequence[str]) -> py.expr | None:
    """Emit the search of a UNIQUE or FIRST table in its index; None when it is not of that kind."""
    index = node.index
    policy = node.plan.table.hit_policy
    outputs = [known_output(each.output) for each in node.rules]
    if index is None or not index.exact or index.general or node.default is not None:
        return None
    if policy not in (HitPolicy.UNIQUE, HitPolicy.FIRST) or any(each is None for each in outputs):
        return None
    values = tuple(output[0] for output in outputs if output is not None)
    mask = emitter.unit.serial("t")
    emitter.body.append(assign(mask, constant(-1)))
    for column, position in sorted(
        zip(index.columns, index.positions, strict=True),
        key=lambda each: isinstance(each[0], NumberColumn),
    ):
        _narrow(emitter, column, load(names[position]), mask)
    result = emitter.unit.serial("t")
    missed = [assign(result, constant(None)), _tell(emitter, node, names)]
    found: Statements = []
    hit: py.expr = load(mask)
    if policy is HitPolicy.UNIQUE:
        less = py.BinOp(load(mask), py.Sub(), constant(1))
        several = py.BinOp(load(mask), py.BitAnd(), less)
        found.append(py.If(several, [py.Raise(load("Bail"))], []))
    else:
        hit = py.BinOp(hit, py.BitAnd(), py.UnaryOp(py.USub(), load(mask)))
    length = py.Call(py.Attribute(hit, "bit_length", py.Load()), [], [])
    place = py.BinOp(length, py.Sub(), constant(1))
    looked_up = py.Subscript(emitter.unit.constant(values), place, py.Load())
    found.append(assign(result, looked_up))
    emitter.branch(load(mask), found, missed)
    return load(result)


def _narrow(emitter: Emitter, column: Column, value: py.expr, mask: str) -> None:
    """Emit: only the rules that a value satisfies are left in the mask."""
    if not isinstance(column, NumberColumn):
        known = emitter.unit.constant(column.masks)
        found: py.expr = py.Call(
            py.Attribute(known, "get", py.Load()),
            [value, emitter.unit.constant(column.other)],
            [],
        )
        narrowed = py.AugAssign(py.Name(mask, py.Store()), py.BitAnd(), found)
        emitter.body.append(narrowed)
        return
    # a Decimal is compared with a Decimal twice as fast as with a whole number
    cuts = emitter.unit.constant([Decimal(cut) for cut in column.cuts])
    place = emitter.unit.serial("t")
    at_place = py.Subscript(cuts, load(place), py.Load())
    on_cut = join(
        py.And(),
        [
            compare(load(place), py.Lt(), constant(len(column.cuts))),
            compare(at_place, py.Eq(), value),
        ],
    )
    piece = py.BinOp(
        py.BinOp(constant(2), py.Mult(), load(place)),
        py.Add(),
        py.IfExp(on_cut, constant(1), constant(0)),
    )
    narrowed = py.AugAssign(
        py.Name(mask, py.Store()),
        py.BitAnd(),
        py.Subscript(emitter.unit.constant(column.masks), piece, py.Load()),
    )
    without = py.AugAssign(
        py.Name(mask, py.Store()), py.BitAnd(), emitter.unit.constant(column.null)
    )
    search = assign(place, call("bisect_left", cuts, value))
    emitter.branch(is_(value, None), [without], [search, narrowed])


def restrictions(emitter: Emitter, node: TableCode, names: Sequence[str]) -> None:
    """Emit the tests of the input values."""
    plan = emitter.unit.constant(node.plan)
    for column, clause in enumerate(node.inputs):
        if clause.allowed is not None:
            value = load(names[column])
            good = join(py.Or(), [is_(value, None), emitter.truth(clause.allowed)])
            told = call("input_refused", load("rt"), plan, constant(column), value)
            emitter.branch(good, [], [py.Expr(told)])


def by_lookup(emitter: Emitter, node: TableCode, names: Sequence[str]) -> py.expr | None:
    """Emit the table as one look-up; None when it is not of that kind."""
    types = [clause.binding.type for clause in node.inputs]
    lookup = build_lookup(boxes_of(node), types)
    if lookup is None:
        return None
    place = _place(emitter, lookup, names)
    outputs = [known_output(each.output) for each in node.rules]
    default = known_output(node.default) if node.default is not None else (None,)
    if default is not None and all(output is not None for output in outputs):
        values = [output[0] for output in outputs if output is not None]
        return _values(emitter, node, lookup, place, values, default[0], names)
    if node.plan.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.FIRST):
        return None
    single = tuple(_single(node, hits) for hits in lookup.hits)
    hit = emitter.temporary(py.Subscript(emitter.unit.constant(single), place, py.Load()))
    return computed_output(emitter, node, hit)


def _place(emitter: Emitter, lookup: Lookup, names: Sequence[str]) -> py.expr:
    """Return the number of the combination that the inputs are in."""
    place: py.expr = constant(0)
    for column, position in zip(lookup.columns, lookup.positions, strict=True):
        its_class = _class(emitter, column, load(names[position]))
        if isinstance(place, py.Constant):
            place = its_class
        else:
            scaled = py.BinOp(place, py.Mult(), constant(len(column.masks)))
            place = py.BinOp(scaled, py.Add(), its_class)
    return place


def _class(emitter: Emitter, column: Classes, value: py.expr) -> py.expr:
    if not isinstance(column, NumberClasses):
        known = emitter.unit.constant(column.classes)
        return py.Call(py.Attribute(known, "get", py.Load()), [value, constant(column.other)], [])
    return py.IfExp(
        is_(value, None), constant(0), _search(emitter, column, value, 1, len(column.bounds) + 1)
    )


def _search(
    emitter: Emitter, column: NumberClasses, value: py.expr, first: int, last: int
) -> py.expr:
    """Return nested comparisons that find the class, between `first` and `last`."""
    if first == last:
        return constant(first)
    middle = (first + last) // 2
    bound = column.bounds[middle - 1]
    below = compare(value, py.LtE() if bound.included else py.Lt(), emitter.unit.constant(bound.at))
    return py.IfExp(
        below,
        _search(emitter, column, value, first, middle),
        _search(emitter, column, value, middle + 1, last),
    )


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


def _values(
    emitter: Emitter,
    node: TableCode,
    lookup: Lookup,
    place: py.expr,
    outputs: Sequence[Any],
    default: Any,
    names: Sequence[str],
) -> py.expr:
    """Emit a look-up of values: the hit policy is applied now, for every combination."""
    found: dict[tuple[int, ...], Any] = {}
    for hits in lookup.hits:
        if hits not in found:
            found[hits] = _answer(node, hits, outputs, default)
    values = tuple(found[hits] for hits in lookup.hits)
    value = emitter.temporary(py.Subscript(emitter.unit.constant(values), place, py.Load()))
    if any(each is Bail for each in values):
        gives_up = compare(load(value), py.Is(), load("Bail"))
        emitter.body.append(py.If(gives_up, [py.Raise(load("Bail"))], []))
    if any(each is NO_RULE for each in values):
        missed = compare(load(value), py.Is(), load("NO_RULE"))
        none = [assign(value, constant(None)), _tell(emitter, node, names)]
        emitter.body.append(py.If(missed, none, []))
    return load(value)


def _tell(emitter: Emitter, node: TableCode, names: Sequence[str]) -> py.stmt:
    """Return: if somebody asks, keep that no rule of the table matches these inputs."""
    inputs = py.Tuple([load(name) for name in names], py.Load())
    told = py.Tuple([emitter.unit.constant(node.plan), inputs], py.Load())
    asked = py.Compare(load("told"), [py.IsNot()], [constant(None)])
    return py.If(asked, [py.Expr(method("told", "append", told))], [])


def fresh(value: Any) -> Any:
    """Return a value that the caller may change: what the look-up holds is copied."""
    if type(value) is list:
        return [fresh(each) for each in value]
    return value.copy() if type(value) is dict else value


def _answer(node: TableCode, hits: tuple[int, ...], outputs: Sequence[Any], default: Any) -> Any:
    """Return what the hit policy makes of some hits, or `Bail` when it has to be noted."""
    policy = node.plan.table.hit_policy
    if not hits:
        noted = not policy.multiple or node.plan.table.aggregation is not None
        return NO_RULE if noted and node.default is None else default
    try:
        return POLICIES[policy](NO_RUNTIME, node.plan, hits, lambda hit: outputs[hit]).value
    except Bail:
        return Bail


def _single(node: TableCode, hits: tuple[int, ...]) -> int:
    if not hits:
        return DEFAULT if node.default is not None else GIVE_UP
    if node.plan.table.hit_policy is HitPolicy.UNIQUE and len(hits) > 1:
        return GIVE_UP
    return hits[0]


def computed_output(emitter: Emitter, node: TableCode, hit: str) -> py.expr:
    """Emit the output of the one rule that was hit."""
    result = emitter.unit.serial("t")
    chain: Statements = [py.Raise(load("Bail"))]
    outputs = list(enumerate(each.output for each in node.rules))
    if node.default is not None:
        outputs.append((DEFAULT, node.default))
    for index, output in reversed(outputs):
        with emitter.block() as computed:
            emitter.body.append(assign(result, emitter.value(output)))
        chain = [py.If(compare(load(hit), py.Eq(), constant(index)), computed, chain)]
    emitter.body.extend(chain)
    return load(result)
