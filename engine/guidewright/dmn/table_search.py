"""How a large table that nobody watches becomes Python: the search in its index.

In: `TableCode` with an index, and its inputs. Out: an expression for its value, in code that gives
up (`Bail`) where something would have to be noted. Some columns leave one rule at most, nearly
always: then that rule's own limits are compared with the other inputs. Where they leave several,
the other columns are looked up, too.
"""

from __future__ import annotations

import ast as py
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from guidewright.dmn.cells import limits
from guidewright.dmn.few_values import looked_up
from guidewright.dmn.index import Column, NumberColumn, TableIndex
from guidewright.dmn.model import HitPolicy
from guidewright.dmn.table import TableCode
from guidewright.dmn.table_quick import TableInput, known_output, tell_no_rule
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
)

_SURELY_ONE = 0.5  # rules that are left by chance, beside the one that matches; more are several


@dataclass(frozen=True, slots=True)
class _Limits:
    """A column of numbers by its rules: rule `i` wants a number from `low[i]` to `high[i]`."""

    low: list[Decimal]
    high: list[Decimal]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column of the index, the input it is asked of, and its limits where every cell has them.

    `share` is the part of the rules that a value leaves, about.
    """

    column: Column
    value: py.expr
    limits: _Limits | None
    share: float


def by_index(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> py.expr | None:
    """Emit the search of a UNIQUE or FIRST table in its index; None when it is not of that kind."""
    index = node.index
    policy = node.plan.table.hit_policy
    outputs = [known_output(each.output) for each in node.rules]
    outputs.append((None,) if node.default is None else known_output(node.default))
    if index is None or not index.exact or index.general:
        return None
    if policy not in (HitPolicy.UNIQUE, HitPolicy.FIRST) or any(each is None for each in outputs):
        return None
    values = tuple(output[0] for output in outputs if output is not None)
    place = _place(emitter, index, policy, inputs)
    missed = tell_no_rule(emitter, node, inputs) if node.default is None else []
    if missed:
        emitter.branch(compare(load(place), py.Eq(), constant(len(node.rules))), missed, [])
    few = Few(place, values)
    result = emitter.temporary(looked_up(emitter, few))
    if emitter.quick is not None:
        emitter.quick.few[result] = few
    return load(result)


def _place(
    emitter: Emitter, index: TableIndex, policy: HitPolicy, inputs: Sequence[TableInput]
) -> str:
    """Emit the search; return the variable with the rule that matches, or the number of rules."""
    mask, place = emitter.unit.serial("t"), emitter.unit.serial("t")
    first, rest = _ordered(emitter, index, inputs)
    for number, each in enumerate(first):
        _narrow(emitter, each, mask, new=number == 0)
    emitter.body.append(assign(place, constant(len(index.rows))))
    with emitter.block() as several:
        for each in rest:
            _narrow(emitter, each, mask, new=False)
        if policy is HitPolicy.UNIQUE:
            emitter.body.append(py.If(_several(mask), [py.Raise(load("Bail"))], []))
        lowest = py.BinOp(load(mask), py.BitAnd(), py.UnaryOp(py.USub(), load(mask)))
        emitter.branch(load(mask), [assign(place, _rule(lowest))], [])
    one: Statements = [assign(place, _rule(load(mask)))]
    if rest:
        holds = join(py.And(), [_holds(emitter, each, mask, place) for each in rest])
        none = assign(place, constant(len(index.rows)))
        one.append(py.If(py.UnaryOp(py.Not(), holds), [none], []))
    emitter.branch(_several(mask), several, [py.If(load(mask), one, [])])
    return place


def _several(mask: str) -> py.expr:
    """Return the question whether a mask has more than one rule."""
    less = py.BinOp(load(mask), py.Sub(), constant(1))
    return py.BinOp(load(mask), py.BitAnd(), less)


def _rule(bit: py.expr) -> py.expr:
    """Return the number of the rule whose bit alone is set."""
    length = py.Call(py.Attribute(bit, "bit_length", py.Load()), [], [])
    return py.BinOp(length, py.Sub(), constant(1))


# which columns are looked up ----------------------------------------------------------------------


def _ordered(
    emitter: Emitter, index: TableIndex, inputs: Sequence[TableInput]
) -> tuple[list[_Asked], list[_Asked]]:
    """Return the columns that are looked up first, and those that ask the one rule that is left.

    Texts are found fastest; of numbers, those come first that leave the fewest rules.
    """
    asked = [
        _Asked(
            column,
            inputs[position].value(emitter),
            _limits(index, column, position),
            _share(column, len(index.rows)),
        )
        for column, position in zip(index.columns, index.positions, strict=True)
    ]
    asked.sort(key=lambda each: (each.limits is not None, each.share))
    first: list[_Asked] = []
    rest: list[_Asked] = []
    left = float(len(index.rows))
    for each in asked:
        if each.limits is None or left > _SURELY_ONE:
            first.append(each)
            left *= each.share
        else:
            rest.append(each)
    return first, rest


def _share(column: Column, rules: int) -> float:
    """Return which part of the rules a value leaves, about."""
    masks = column.masks if isinstance(column, NumberColumn) else column.masks.values()
    return sum(mask.bit_count() for mask in masks) / (max(1, len(masks)) * rules)


def _limits(index: TableIndex, column: Column, position: int) -> _Limits | None:
    if not isinstance(column, NumberColumn):
        return None
    boxes = [box for row in index.rows if (box := row[position]) is not None]
    distinct = {id(box): limits(box) for box in {id(box): box for box in boxes}.values()}
    pairs = [pair for box in boxes if (pair := distinct[id(box)]) is not None]
    if len(pairs) < len(index.rows):
        return None
    return _Limits([low for low, _ in pairs], [high for _, high in pairs])


# what is asked of a column ------------------------------------------------------------------------


def _holds(emitter: Emitter, asked: _Asked, mask: str, place: str) -> py.expr:
    """Return the question whether the one rule that is left has a value within its limits."""
    column, constant_of = asked.column, emitter.unit.constant
    assert isinstance(column, NumberColumn)  # noqa: S101 - only these have limits
    assert asked.limits is not None  # noqa: S101
    low, high = (
        py.Subscript(constant_of(each), load(place), py.Load())
        for each in (asked.limits.low, asked.limits.high)
    )
    within = py.Compare(low, [py.LtE(), py.LtE()], [asked.value, high])
    null = py.BinOp(load(mask), py.BitAnd(), constant_of(column.null))
    return py.IfExp(is_(asked.value, None), null, within)


def _narrow(emitter: Emitter, asked: _Asked, mask: str, *, new: bool) -> None:
    """Emit: only the rules that a value satisfies are left in the mask."""
    column, value, constant_of = asked.column, asked.value, emitter.unit.constant

    def keep(rules: py.expr) -> py.stmt:
        if new:
            return assign(mask, rules)
        return py.AugAssign(py.Name(mask, py.Store()), py.BitAnd(), rules)

    if isinstance(column, NumberColumn):
        piece = _piece(emitter, column, value)
        emitter.branch(is_(value, None), [keep(constant_of(column.null))], [keep(piece)])
        return
    get = py.Attribute(constant_of(column.masks), "get", py.Load())
    emitter.body.append(keep(py.Call(get, [value, constant_of(column.other)], [])))


def _piece(emitter: Emitter, column: NumberColumn, value: py.expr) -> py.expr:
    """Return the mask of the piece of the number line that a value lies in.

    A Decimal is compared with a Decimal twice as fast as with a whole number. Where every cut
    belongs to the piece above it, or every one to that below it, none has a mask of its own.
    """
    cuts, constant_of = [Decimal(cut) for cut in column.cuts], emitter.unit.constant
    below, on = column.masks[:-1:2], column.masks[1::2]
    if column.masks[2::2] == on or below == on:
        search = "bisect_left" if below == on else "bisect_right"
        place = call(search, constant_of(cuts), value)
        return py.Subscript(constant_of(column.masks[::2]), place, py.Load())
    # no number is infinite, so the last cut is met by none
    known = constant_of([*cuts, Decimal("Infinity")])
    found = emitter.unit.serial("t")
    named = py.NamedExpr(py.Name(found, py.Store()), call("bisect_left", known, value))
    twice = py.BinOp(constant(2), py.Mult(), named)  # computed first, as it stands to the left
    on_cut = compare(py.Subscript(known, load(found), py.Load()), py.Eq(), value)
    piece = py.BinOp(twice, py.Add(), on_cut)
    return py.Subscript(constant_of(column.masks), piece, py.Load())
