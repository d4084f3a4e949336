"""How a small table that nobody watches becomes Python: one look-up in a tuple of outcomes.

In: `TableCode` and its inputs. Out: an expression for its value in code that gives up (`Bail`)
where something would have to be noted. Every input adds to the place in the tuple what its class is
worth; the hit policies are those of `hit_policies`, applied once for every combination of classes.
"""

from __future__ import annotations

import ast as py
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from guidewright.dmn.hit_policies import POLICIES
from guidewright.dmn.lookup import (
    Bound,
    Classes,
    Lookup,
    NumberClasses,
    ValueClasses,
    build_lookup,
)
from guidewright.dmn.model import HitPolicy
from guidewright.dmn.no_rule import wants_a_rule
from guidewright.dmn.table import TableCode, boxes_of
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
    load,
)
from guidewright.feel.runtime import NO_RUNTIME, Bail
from guidewright.feel.types import BOOLEAN, Type

DEFAULT = -1  # the index by which the default output is asked for
GIVE_UP = -2
MISSED = -3  # stands where no rule matches, and there is no default output
_BOTH_CLASSES = 8  # bounds up to which numbers are compared with bounds of their own class


class _NoRule:
    """What stands in a look-up where no rule matches: null, and somebody may want to know."""


NO_RULE = _NoRule()


def by_lookup(emitter: Emitter, node: TableCode, inputs: Sequence[TableInput]) -> py.expr | None:
    """Emit the table as one look-up; None when it is not of that kind."""
    types = [clause.binding.type for clause in node.inputs]
    lookup = build_lookup(boxes_of(node), types)
    if lookup is None:
        return None
    place = emitter.temporary(_place(emitter, lookup, types, inputs))
    outputs = [known_output(each.output) for each in node.rules]
    default = known_output(node.default) if node.default is not None else (None,)
    if default is not None and all(output is not None for output in outputs):
        values = [output[0] for output in outputs if output is not None]
        return _values(emitter, node, lookup, place, values, default[0], inputs)
    if node.plan.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.FIRST):
        return None
    single = tuple(_single(node, hits) for hits in lookup.hits)
    looked_up = py.Subscript(emitter.unit.constant(single), load(place), py.Load())
    return computed_output(emitter, node, emitter.temporary(looked_up), inputs)


# the place of a combination of classes ------------------------------------------------------------


def _place(
    emitter: Emitter, lookup: Lookup, types: Sequence[Type], inputs: Sequence[TableInput]
) -> py.expr:
    """Return the number of the combination that the inputs are in.

    What depends on the same variable of few values is added up now.
    """
    terms: list[py.expr] = []
    known: dict[str, list[int]] = {}
    worth = len(lookup.hits)
    for column, position in zip(lookup.columns, lookup.positions, strict=True):
        worth //= len(column.masks)
        few = inputs[position].few
        if few is None:
            terms.append(
                _class(emitter, column, types[position], inputs[position].value(emitter), worth)
            )
            continue
        sums = known.setdefault(few.place, [0] * len(few.values))
        for at, each in enumerate(few.values):
            sums[at] += column.of(each) * worth
    for variable, sums in known.items():
        terms.append(py.Subscript(emitter.unit.constant(tuple(sums)), load(variable), py.Load()))
    place = terms[0] if terms else constant(0)
    for term in terms[1:]:
        place = py.BinOp(place, py.Add(), term)
    return place


def _class(emitter: Emitter, column: Classes, of: Type, value: py.expr, worth: int) -> py.expr:
    """Return the number of the class that a value is in, times `worth`."""
    if isinstance(column, NumberClasses):
        return _number_class(emitter, column, value, worth)
    if of == BOOLEAN:
        return _by_identity(column, value, worth)
    named = [each for each in column.classes if column.classes[each] != column.other]
    if len(named) == 1 and named[0] is not None:
        equal = compare(value, py.Eq(), constant(named[0]))
        its, other = column.of(named[0]) * worth, column.other * worth
        return py.IfExp(equal, constant(its), constant(other))
    known = emitter.unit.constant({each: at * worth for each, at in column.classes.items()})
    get = py.Attribute(known, "get", py.Load())
    return py.Call(get, [value, constant(column.other * worth)], [])


def _by_identity(column: ValueClasses, value: py.expr, worth: int) -> py.expr:
    """Tell true, false and null apart as far as they differ."""
    found: py.expr = constant(column.of(None) * worth)
    for truth in (False, True):
        if column.of(truth) != column.of(None):
            found = py.IfExp(is_(value, truth), constant(column.of(truth) * worth), found)
    return found


def _number_class(emitter: Emitter, column: NumberClasses, value: py.expr, worth: int) -> py.expr:
    """Search among the bounds; one of a number's own class is compared twice as fast."""

    def search(bound: Callable[[Bound], py.expr]) -> py.expr:
        return _search(column, value, bound, worth, 1, len(column.bounds) + 1)

    def as_decimal(bound: Bound) -> py.expr:
        operator = py.LtE() if bound.included else py.Lt()
        return compare(value, operator, emitter.unit.constant(Decimal(bound.at)))

    def as_int(bound: Bound) -> py.expr:
        if bound.included:
            return compare(value, py.LtE(), constant(math.floor(bound.at)))
        return compare(value, py.Lt(), constant(math.ceil(bound.at)))

    if len(column.bounds) > _BOTH_CLASSES:
        return py.IfExp(is_(value, None), constant(0), search(as_decimal))
    quick = emitter.quick
    known = quick.classes.get(value.id) if quick and isinstance(value, py.Name) else None
    its_class = load(known) if known is not None else call("type", value)
    return py.IfExp(
        compare(its_class, py.Is(), load("Decimal")),
        search(as_decimal),
        py.IfExp(is_(value, None), constant(0), search(as_int)),
    )


def _search(
    column: NumberClasses,
    value: py.expr,
    not_above: Callable[[Bound], py.expr],
    worth: int,
    first: int,
    last: int,
) -> py.expr:
    """Return nested comparisons that find the class, between `first` and `last`."""
    if first == last:
        return constant(first * worth)
    middle = (first + last) // 2
    return py.IfExp(
        not_above(column.bounds[middle - 1]),
        _search(column, value, not_above, worth, first, middle),
        _search(column, value, not_above, worth, middle + 1, last),
    )


# what stands at a place ---------------------------------------------------------------------------


def _values(
    emitter: Emitter,
    node: TableCode,
    lookup: Lookup,
    place: str,
    outputs: Sequence[Any],
    default: Any,
    inputs: Sequence[TableInput],
) -> py.expr:
    """Emit a look-up of values: the hit policy is applied now, for every combination."""
    found: dict[tuple[int, ...], Any] = {}
    for hits in lookup.hits:
        if hits not in found:
            found[hits] = _answer(node, hits, outputs, default)
    values = tuple(found[hits] for hits in lookup.hits)
    value = emitter.temporary(py.Subscript(emitter.unit.constant(values), load(place), py.Load()))
    if any(each is Bail for each in values):
        gives_up = compare(load(value), py.Is(), load("Bail"))
        emitter.body.append(py.If(gives_up, [py.Raise(load("Bail"))], []))
    if any(each is NO_RULE for each in values):
        missed = compare(load(value), py.Is(), load("NO_RULE"))
        none = [assign(value, constant(None)), *tell_no_rule(emitter, node, inputs)]
        emitter.body.append(py.If(missed, none, []))
    if emitter.quick is not None:
        known = tuple(None if each is NO_RULE or each is Bail else each for each in values)
        emitter.quick.few[value] = Few(place, known)
    return load(value)


def _answer(node: TableCode, hits: tuple[int, ...], outputs: Sequence[Any], default: Any) -> Any:
    """Return what the hit policy makes of some hits, or `Bail` when it has to be noted."""
    policy = node.plan.table.hit_policy
    if not hits:
        noted = wants_a_rule(node.plan)
        return NO_RULE if noted and node.default is None else default
    try:
        return POLICIES[policy](NO_RUNTIME, node.plan, hits, lambda hit: outputs[hit]).value
    except Bail:
        return Bail


def _single(node: TableCode, hits: tuple[int, ...]) -> int:
    if not hits:
        return DEFAULT if node.default is not None else MISSED
    if node.plan.table.hit_policy is HitPolicy.UNIQUE and len(hits) > 1:
        return GIVE_UP
    return hits[0]


def computed_output(
    emitter: Emitter, node: TableCode, hit: str, inputs: Sequence[TableInput]
) -> py.expr:
    """Emit the output of the one rule that was hit."""
    result = emitter.unit.serial("t")
    chain: Statements = [py.Raise(load("Bail"))]
    if node.default is None:
        missed = [assign(result, constant(None)), *tell_no_rule(emitter, node, inputs)]
        chain = [py.If(compare(load(hit), py.Eq(), constant(MISSED)), missed, chain)]
    outputs = list(enumerate(each.output for each in node.rules))
    if node.default is not None:
        outputs.append((DEFAULT, node.default))
    for index, output in reversed(outputs):
        with emitter.block() as computed:
            emitter.body.append(assign(result, emitter.value(output)))
        chain = [py.If(compare(load(hit), py.Eq(), constant(index)), computed, chain)]
    emitter.body.extend(chain)
    return load(result)
