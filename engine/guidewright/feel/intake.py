"""A caller's data taken in bulk: parts that lie beside one another are looked at together.

In: what a caller hands in, and the shape its declared type asks for. Out: the FEEL value that
`conversion` and `values.convert` would give, the same object where nothing has to be converted; and
the classes of the entries of all contexts in it, by key. A hundred results have the same few kinds
of parts. Whatever is unusual is not taken in here (`Unusual`), and has to go the general way, which
takes it or tells what is wrong.
"""

from __future__ import annotations

import datetime
import math
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Clamped, Context, Decimal, Inexact, InvalidOperation, Overflow
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from guidewright.feel.conversion import MAX_NESTING, MAX_PARTS, SCALARS
from guidewright.feel.decimals import CONTEXT, LIMIT
from guidewright.feel.runtime import DEFAULT_LIMITS
from guidewright.feel.temporal import Date

_FEW = 1_000
_ALL_DIGITS = 2.0**53  # a whole float below is spelt with all its digits
_EXACT = Context(
    prec=CONTEXT.prec,
    Emin=CONTEXT.Emin,
    Emax=CONTEXT.Emax,
    traps=[Inexact, Overflow, InvalidOperation, Clamped],
)


class Unusual(Exception):  # noqa: N818 - no fault: the general way is gone
    """The data may be good or not; it is not for this module to say."""


Column = Sequence[Any]  # parts that lie beside one another
Columns = Mapping[Any, Column]  # entries of contexts by key
Classes = dict[str, set[type]]  # of the entries of contexts, by key


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked of a part, and of the parts in it.

    `classes` are those it may have, None for any; `reader` reads a text as what is wanted;
    `allowed` says whether all parts of a column are allowed. `entries` are those that a context
    must have, `items` is for the elements of a list.
    """

    classes: frozenset[type] | None = None
    reader: Callable[[str], Any] | None = None
    allowed: Callable[[Column], bool] | None = None
    entries: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None


ANYTHING = Shape()
CONTEXTS: frozenset[type] = frozenset({dict, type(None)})
LISTS: frozenset[type] = frozenset({list, type(None)})


def take(obj: object, shape: Shape, inside: Classes) -> tuple[Any, Columns | None]:
    """Return an object as a FEEL value of a shape; add the classes of the entries inside.

    Of a list of contexts, return those entries by key that all of them have, too. Raises `Unusual`
    or `Refuse` where the general way has to be gone.
    """
    columns: Columns | None = None
    taken: Any
    if type(obj) is list and list(map(type, obj)).count(dict) == len(obj):
        items = ANYTHING if shape.classes is None else shape.items
        wrong = items is None or (items.classes is not None and dict not in items.classes)
        if items is None or wrong or len(obj) > MAX_PARTS:
            raise Unusual
        taken, columns = _rows(obj, items, inside, 1) if obj else (obj, {})
    else:
        (taken,), _ = _column((obj,), shape, inside, 0)
    if not set(map(type, inside)) <= {str}:
        raise Unusual
    return taken, columns


def _column(parts: Column, shape: Shape, inside: Classes, depth: int) -> tuple[Column, set[type]]:
    """Return parts of one shape as FEEL values, and their classes."""
    if not parts:
        return parts, set()
    if depth > MAX_NESTING or len(parts) > MAX_PARTS:
        raise Unusual
    kinds = list(map(type, parts))
    if kinds.count(kinds[0]) == len(kinds):
        taken = _taker(kinds[0])(parts, shape, inside, depth)
        classes = {kinds[0]} if taken is parts else set(map(type, taken))
    else:
        taken = _mixed(parts, set(kinds), shape, inside, depth)
        classes = set(map(type, taken))
    if shape.classes is not None:
        if shape.reader is not None and str in classes:
            reader = shape.reader
            taken = [reader(part) if type(part) is str else part for part in taken]
            classes = set(map(type, taken))
        if not classes <= shape.classes:
            raise Unusual
    if shape.allowed is not None and not shape.allowed(taken):
        raise Unusual
    return taken, classes


def _mixed(parts: Column, classes: set[type], shape: Shape, inside: Classes, depth: int) -> Column:
    """Take in parts of several classes, those of each together."""
    taken = list(parts)
    changed = False
    for of in classes:
        same = [part for part in parts if type(part) is of]
        converted = _taker(of)(same, shape, inside, depth)
        if converted is not same:
            changed = True
            places = (place for place, part in enumerate(parts) if type(part) is of)
            for place, part in zip(places, converted, strict=True):
                taken[place] = part
    return taken if changed else parts


# by class -----------------------------------------------------------------------------------------

_Taker = Callable[[Column, Shape, Classes, int], Column]


def _taker(of: type) -> _Taker:
    taker = _TAKERS.get(of)
    if taker is None:
        raise Unusual
    return taker


def _texts(texts: Sequence[str], _shape: Shape, _inside: Classes, _depth: int) -> Column:
    together = sum(map(len, texts)) if len(texts) > _FEW else len("".join(texts))
    limit = DEFAULT_LIMITS.characters
    if together > limit and max(map(len, texts)) > limit:
        raise Unusual
    return texts


def _integers(numbers: Sequence[int], _shape: Shape, _inside: Classes, _depth: int) -> Column:
    try:
        array("q", numbers)  # far below the limit, and the fastest way to see that
    except OverflowError:
        if min(numbers) <= -LIMIT or max(numbers) >= LIMIT:
            raise Unusual from None
    return numbers


def _decimals(numbers: Sequence[Decimal], _shape: Shape, _inside: Classes, _depth: int) -> Column:
    """Take in numbers of at most 34 digits; a zero has no sign."""
    if not all(map(Decimal.is_finite, numbers)):
        raise Unusual
    if not all(numbers) and any(number.is_signed() for number in numbers if not number):
        raise Unusual
    try:
        deque(map(_EXACT.plus, numbers), maxlen=0)
    except ArithmeticError:
        raise Unusual from None
    return numbers


def _floats(numbers: Sequence[float], _shape: Shape, _inside: Classes, _depth: int) -> Column:
    """Take numbers at their shortest decimal spelling, whole ones as whole numbers."""
    if not all(map(math.isfinite, numbers)):
        raise Unusual
    general = SCALARS[float]
    return [
        general(number)
        if abs(number) >= _ALL_DIGITS
        else int(number)
        if number.is_integer()
        else Decimal(repr(number))
        for number in numbers
    ]


def _converted(parts: Column, _shape: Shape, _inside: Classes, _depth: int) -> Column:
    """Convert what is of a class that FEEL does not have."""
    return list(map(SCALARS[type(parts[0])], parts))


def _as_they_are(parts: Column, _shape: Shape, _inside: Classes, _depth: int) -> Column:
    return parts


def _contexts(
    contexts: Sequence[dict[Any, Any]], shape: Shape, inside: Classes, depth: int
) -> Column:
    return _rows(contexts, shape, inside, depth)[0]


def _rows(
    contexts: Sequence[dict[Any, Any]], shape: Shape, inside: Classes, depth: int
) -> tuple[Column, Columns]:
    """Take in entries column by column: most contexts of a list have the same entries."""
    columns = _aligned(contexts) or _gathered(contexts)
    if not all(len(columns.get(key, ())) == len(contexts) for key in shape.entries):
        raise Unusual  # one that is declared is missing
    taken: dict[Any, Column] = {}
    for key, column in columns.items():
        taken[key], classes = _column(column, shape.entries.get(key, ANYTHING), inside, depth + 1)
        if inside.setdefault(key, classes) is not classes:
            inside[key] |= classes
    changed = [key for key, column in columns.items() if taken[key] is not column]
    copies = contexts if not changed else list(map(dict, contexts))
    for key in changed:
        owners = (context for context in copies if key in context)
        for context, value in zip(owners, taken[key], strict=True):
            context[key] = value
    return copies, {key: each for key, each in taken.items() if len(each) == len(contexts)}


def _aligned(contexts: Sequence[dict[Any, Any]]) -> Columns | None:
    """Return the entries of contexts by key; None if some have others, or they have only one."""
    keys = list(contexts[0])
    if len(keys) < 2 or list(map(len, contexts)).count(len(keys)) != len(contexts):
        return None
    try:
        columns = zip(*map(itemgetter(*keys), contexts), strict=True)
    except KeyError:
        return None  # as many entries, but others
    return dict(zip(keys, columns, strict=True))


def _gathered(contexts: Sequence[dict[Any, Any]]) -> Columns:
    """Return the entries of contexts by key, of those that have it."""
    columns: dict[Any, list[Any]] = {}
    for context in contexts:
        for key, value in context.items():
            columns.setdefault(key, []).append(value)
    return columns


def _lists(lists: Sequence[list[Any]], shape: Shape, inside: Classes, depth: int) -> Column:
    parts = lists[0] if len(lists) == 1 else list(chain.from_iterable(lists))
    taken, _ = _column(parts, shape.items or ANYTHING, inside, depth + 1)
    if taken is parts:
        return lists
    each = iter(taken)
    return [list(islice(each, len(part))) for part in lists]


_TAKERS: dict[type, _Taker] = {
    type(None): _as_they_are,
    bool: _as_they_are,
    int: _integers,
    Decimal: _decimals,
    float: _floats,
    str: _texts,
    Date: _as_they_are,
    datetime.date: _converted,
    datetime.datetime: _converted,
    list: _lists,
    dict: _contexts,
}
