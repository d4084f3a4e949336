"""Turn lowered FEEL into z3 terms: one rule per kind of node, null as FEEL means it.

In: `feel.code` and what its variables stand for. Out: `terms`. What is outside the fragment
(docs/checks) becomes an atom that may have any value, the same for the same expression of the same
values: what is proved with atoms holds, what is refuted has to be shown by a patient. The same
lowered form is read by the Python backends, so this is a second reader and not a second meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from guidewright.analysis.encoder import Encoder, encodes
from guidewright.analysis.terms import (
    NOTHING,
    Bag,
    Closure,
    Condition,
    Environment,
    Nothing,
    Record,
    Row,
    Scalar,
    Service,
    Slot,
    Span,
    Term,
    Truth,
    Unknown,
    all_of,
    any_of,
    both,
    digest_of,
    either,
    merged,
    negation,
    null_of,
    present,
    where,
)
from guidewright.feel import code, types
from guidewright.feel.builtins import Builtin
from guidewright.feel.code import Code, Connective
from guidewright.feel.temporal import Date, DaysTimeDuration, YearsMonthsDuration
from guidewright.feel.types import BOOLEAN, NUMBER, STRING, ContextType, ListType, Simple, Type
from guidewright.feel.values import Function, Range

ORDERED = (NUMBER, types.DATE, types.DAYS_TIME, types.YEARS_MONTHS)
FEW_DIGITS = 15  # a product of two such numbers is not rounded


# constants and variables ------------------------------------------------------------------------


def constant(encoder: Encoder, value: Any) -> Term:
    """Return the term of a FEEL value."""
    rule = _CONSTANTS.get(type(value))
    return (
        rule(encoder, value) if rule is not None else Unknown(f"value {value!r}", False, (value,))
    )


def _number(encoder: Encoder, value: int | Decimal) -> Term:
    """Return a number; one of many digits may be rounded when it is computed with."""
    short = len(Decimal(value).normalize().as_tuple().digits) <= FEW_DIGITS
    return Scalar(NUMBER, False, encoder.number(Fraction(value)), short)


def _list(encoder: Encoder, value: list[Any]) -> Term:
    return Row(False, tuple(Slot(True, constant(encoder, each)) for each in value))


def _context(encoder: Encoder, value: dict[str, Any]) -> Term:
    return Record(False, {key: constant(encoder, each) for key, each in value.items()})


def _range(encoder: Encoder, value: Range) -> Term:
    has_low = value.has_low or value.form == "!="
    low = constant(encoder, value.low) if has_low else None
    high = constant(encoder, value.high) if value.has_high else None
    return Span(low, value.low_included, high, value.high_included, str(value.form))


def _whole(encoder: Encoder, kind: Simple, value: int) -> Term:
    return Scalar(kind, False, encoder.whole(value))


_CONSTANTS: dict[type, Callable[[Encoder, Any], Term]] = {
    type(None): lambda encoder, value: NOTHING,
    bool: lambda encoder, value: Truth(value, not value),
    int: _number,
    Decimal: _number,
    str: lambda encoder, value: _whole(encoder, STRING, encoder.text(value)),
    Date: lambda encoder, value: _whole(encoder, types.DATE, value.ordinal),
    DaysTimeDuration: lambda encoder, value: _whole(encoder, types.DAYS_TIME, value.nanoseconds),
    YearsMonthsDuration: lambda encoder, value: _whole(encoder, types.YEARS_MONTHS, value.months),
    list: _list,
    dict: _context,
    Range: _range,
    Function: lambda encoder, value: encoder.function_of(value),
}


@encodes(code.Const)
def const(encoder: Encoder, node: code.Const, environment: Environment) -> Term:
    """A value known at load."""
    if isinstance(node.value, Builtin):
        return Unknown(f"builtin {node.value.name}", False)
    return constant(encoder, node.value)


@encodes(code.Ref)
def ref(encoder: Encoder, node: code.Ref, environment: Environment) -> Term:
    """What the variable stands for."""
    found = environment.get(node.binding)
    if found is None:
        return Unknown(f"variable {node.binding.name}@{id(node.binding)}", False, (node.binding,))
    return found


@encodes(code.Let)
def let(encoder: Encoder, node: code.Let, environment: Environment) -> Term:
    """The body with one variable more."""
    value = encoder.encode(node.value, environment)
    return encoder.encode(node.body, {**environment, node.binding: value})


@encodes(code.Refused)
def refused(encoder: Encoder, node: code.Refused, environment: Environment) -> Term:
    """Null."""
    return NOTHING


# ternary logic ----------------------------------------------------------------------------------


@encodes(code.Logic)
def logic(encoder: Encoder, node: code.Logic, environment: Environment) -> Term:
    """Table 50."""
    parts = [encoder.condition(part, environment) for part in node.parts]
    if node.connective is Connective.AND:
        return Truth(all_of(p.true for p in parts), any_of(p.false for p in parts))
    return Truth(any_of(p.true for p in parts), all_of(p.false for p in parts))


@encodes(code.Not)
def inverse(encoder: Encoder, node: code.Not, environment: Environment) -> Term:
    """True and false change places."""
    part = encoder.condition(node.part, environment)
    return Truth(part.false, part.true)


@encodes(code.Choose)
def choose(encoder: Encoder, node: code.Choose, environment: Environment) -> Term:
    """Only `true` chooses `then`; a boxed one is null when its condition is no boolean."""
    term = encoder.encode(node.condition, environment)
    condition = encoder.truth(term, node.condition)
    then = encoder.encode_when(condition.true, node.then, environment)
    otherwise = encoder.encode_when(negation(condition.true), node.otherwise, environment)
    if node.boxed and not isinstance(term, (Truth, Nothing)):
        if isinstance(term, Unknown):
            return encoder.unknown(node, "the condition may be no boolean", term, then, otherwise)
        otherwise = where(null_of(term), otherwise)
    return merged(condition.true, then, otherwise)


# contexts, lists, ranges ------------------------------------------------------------------------


@encodes(code.MakeList)
def make_list(encoder: Encoder, node: code.MakeList, environment: Environment) -> Term:
    """A list of known length."""
    return Row(False, tuple(Slot(True, encoder.encode(each, environment)) for each in node.items))


@encodes(code.MakeContext)
def make_context(encoder: Encoder, node: code.MakeContext, environment: Environment) -> Term:
    """Each entry sees the earlier ones."""
    inside = dict(environment)
    entries: dict[str, Term] = {}
    for entry in node.entries:
        entries[entry.key] = inside[entry.binding] = encoder.encode(entry.value, inside)
    return (
        encoder.encode(node.result, inside) if node.result is not None else Record(False, entries)
    )


@encodes(code.MakeRange)
def make_range(encoder: Encoder, node: code.MakeRange, environment: Environment) -> Term:
    """A range whose ends are values of one ordered kind; else an atom."""
    low = encoder.encode(node.low, environment) if node.low is not None else None
    high = encoder.encode(node.high, environment) if node.high is not None else None
    ends = [end for end in (low, high) if end is not None]
    if all(isinstance(end, Scalar) for end in ends):
        kinds = {end.kind for end in ends if isinstance(end, Scalar)}
        if len(kinds) == 1 and kinds <= set(ORDERED):
            return Span(low, node.low_included, high, node.high_included, node.form)
    return encoder.unknown(node, "a range with such ends is outside the fragment", *ends)


@encodes(code.GetPath)
def get_path(encoder: Encoder, node: code.GetPath, environment: Environment) -> Term:
    """An entry; of a list, the list of the entries of its items."""
    return path_of(encoder, encoder.encode(node.value, environment), node.name, node)


def path_of(encoder: Encoder, value: Term, name: str, node: Code) -> Term:
    """Return `value.name`."""
    match value:
        case Nothing():
            return NOTHING
        case Record(null, entries):
            return where(negation(null), entries[name]) if name in entries else NOTHING
        case Row(null, slots):
            inner = (Slot(slot.present, path_of(encoder, slot.value, name, node)) for slot in slots)
            return Row(null, tuple(inner))
    if isinstance(value, Scalar) and value.kind in (NUMBER, STRING):
        return NOTHING
    found = encoder.unknown(node, f"the property {name!r} is outside the fragment", value)
    return where(present(value), found)


@encodes(code.ItemKey)
def item_key(encoder: Encoder, node: code.ItemKey, environment: Environment) -> Term:
    """The element's own key, or what the name means outside."""
    owner = environment.get(node.owner, NOTHING)
    match owner:
        case Record(null, entries):
            if node.key in entries and null is False:
                return entries[node.key]
            otherwise = encoder.encode(node.otherwise, environment)
            if node.key not in entries:
                return otherwise
            return merged(null, otherwise, entries[node.key])
        case Unknown():
            return encoder.unknown(node, "the element may be anything", owner)
    return encoder.encode(node.otherwise, environment)


# types and functions ----------------------------------------------------------------------------


@encodes(code.InstanceOf)
def instance_of(encoder: Encoder, node: code.InstanceOf, environment: Environment) -> Term:
    """Decided by the kind where the kind is known."""
    value = encoder.encode(node.value, environment)
    if node.of is None:
        return NOTHING
    if isinstance(value, Nothing):
        return Truth(node.of == types.NULL, node.of != types.NULL)
    fits = has_type(value, node.of)
    if fits is None:
        return encoder.unknown(node, "the type is not known", value)
    if node.of == types.NULL:
        return Truth(null_of(value), present(value))
    there = present(value)
    return Truth(there, negation(there)) if fits else Truth(False, True)


@encodes(code.Convert)
def convert(encoder: Encoder, node: code.Convert, environment: Environment) -> Term:
    """The implicit conversion."""
    return converted(encoder, encoder.encode(node.value, environment), node.type, node)


def has_type(term: Term, of: Type) -> bool | None:
    """Say whether a term conforms to a type wherever it is not null; None when unknown."""
    if of == types.ANY or isinstance(term, Nothing):
        return True
    match term, of:
        case Scalar(kind), Simple():
            return kind == of
        case Truth(), Simple():
            return of == BOOLEAN
        case Record(_, entries), ContextType(wanted):
            return _all_fit([has_type(entries[k], t) if k in entries else False for k, t in wanted])
        case Row(_, slots), ListType(item):
            fits = [has_type(slot.value, item) for slot in slots]
            if all(fits):
                return True
            return None  # an item that does not fit may be absent
        case Bag(), ListType(item):
            return item in (STRING, types.ANY)
        case (
            (Scalar() | Truth() | Record() | Row() | Bag()),
            (Simple() | ListType() | ContextType()),
        ):
            return False
    return None


def _all_fit(parts: list[bool | None]) -> bool | None:
    if any(part is False for part in parts):
        return False
    return True if all(parts) else None


def converted(encoder: Encoder, term: Term, of: Type, node: Code) -> Term:
    """Return the term converted to a type; null where that is refused (10.3.2.9.4)."""
    fits = has_type(term, of)
    if fits:
        return term
    if isinstance(term, Unknown):
        key = f"{of} of {digest_of(term)}"
        return encoder.atom(of, key, node, "a value outside the fragment", term)
    if isinstance(term, Row) and not isinstance(of, ListType):
        if all(has_type(slot.value, of) for slot in term.slots):
            return _only_item(term)
        if all(slot.present is True for slot in term.slots) and len(term.slots) != 1:
            return NOTHING
    elif isinstance(of, ListType) and not isinstance(term, (Row, Bag)):
        if has_type(term, of.item):
            return Row(null_of(term), (Slot(True, term),))
        if has_type(term, of.item) is False:
            return NOTHING
    elif fits is False and isinstance(term, (Scalar, Truth, Record)) and of != types.DATE_TIME:
        return NOTHING
    return encoder.unknown(node, f"whether it is a {of} depends on the data", term)


def _only_item(row: Row) -> Term:
    """Return the item of a list of one; null for every other list."""
    open_ = [slot.present for slot in row.slots if slot.present is not True]
    certain = len(row.slots) - len(open_)
    found: Term = NOTHING
    for slot in reversed(row.slots):
        found = merged(slot.present, slot.value, found)
    if certain > 1:
        return NOTHING
    if certain == 1:
        one = all_of(negation(each) for each in open_)
    else:
        several = z3.AtLeast(*open_, 2) if len(open_) > 1 else False
        one = both(any_of(open_), negation(several))
    return where(both(negation(row.null), one), found)


@encodes(code.MakeFunction)
def make_function(encoder: Encoder, node: code.MakeFunction, environment: Environment) -> Term:
    """A function and the variables around it."""
    return Closure(node, environment)


DEEPEST_CALL = 12  # calls inside calls that are followed; recursion ends here


@encodes(code.CallFunction)
def call_function(encoder: Encoder, node: code.CallFunction, environment: Environment) -> Term:
    """The body in place of the call."""
    function = encoder.encode(node.function, environment)
    arguments = [encoder.encode(argument, environment) for argument in node.arguments]
    if isinstance(function, Service):
        step = function.step
        if step.lower is not None:
            function = encoder.encode(step.lower({}).logic, {})
        elif encoder.service is not None:
            names = [each.name for each in step.value.parameters]
            given = _in_order(names, node.names, arguments)
            return NOTHING if given is None else encoder.service(step, given)
    if not isinstance(function, Closure) or encoder.depth >= DEEPEST_CALL:
        reason = "the function is not known, or calls itself"
        return encoder.unknown(node, reason, function, *arguments)
    return _inlined(encoder, function, node, arguments)


def _inlined(
    encoder: Encoder, closure: Closure, node: code.CallFunction, arguments: list[Term]
) -> Term:
    function = closure.function
    given = _in_order([each.name for each in function.parameters], node.names, arguments)
    if given is None:
        return NOTHING
    environment = dict(closure.environment)
    refusal: Condition = False
    for parameter, argument in zip(function.parameters, given, strict=True):
        value = argument
        if parameter.type is not None:
            value = converted(encoder, argument, parameter.type, node)
            refusal = either(refusal, both(null_of(value), present(argument)))
        environment[parameter.binding] = value
    encoder.depth += 1
    try:
        result = encoder.encode(function.body, environment)
    finally:
        encoder.depth -= 1
    if function.result is not None:
        result = converted(encoder, result, function.result, node)
    return where(negation(refusal), result)


def _in_order(
    names: list[str], given: tuple[str, ...] | None, arguments: list[Term]
) -> list[Term] | None:
    """Return one term per parameter, or None when the call is refused."""
    if given is None:
        return arguments if len(arguments) == len(names) else None
    if len(set(given)) != len(given) or not set(given) <= set(names):
        return None
    by_name = dict(zip(given, arguments, strict=True))
    return [by_name.get(name, NOTHING) for name in names]
