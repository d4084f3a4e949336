"""Python data that is FEEL data already: looked at in bulk, and taken as it is.

In: what a caller hands in. Out: whether `conversion.from_python` would make of it what it is, and
the classes of the entries of all contexts in it, by key. Parts that lie beside one another are
looked at together, because a hundred results have the same few kinds of parts.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from decimal import Clamped, Context, Decimal, Inexact, InvalidOperation, Overflow
from itertools import chain
from operator import itemgetter
from typing import Any

from guidewright.feel.decimals import CONTEXT, LIMIT
from guidewright.feel.runtime import DEFAULT_LIMITS

_DEEPEST = 100
_MOST_PARTS = 1_000_000
_FEW = 1_000
_EXACT = Context(
    prec=CONTEXT.prec,
    Emin=CONTEXT.Emin,
    Emax=CONTEXT.Emax,
    traps=[Inexact, Overflow, InvalidOperation, Clamped],
)


Classes = dict[str, set[type]]  # of the entries of contexts, by key


def is_plain(obj: object, inside: Classes) -> bool:
    """Say whether an object is a FEEL value as it is; add the classes of the entries inside.

    Looks at texts, booleans, null, numbers, lists and dictionaries, and may say no to others.
    """
    return _classes((obj,), inside, 0) is not None and set(map(type, inside)) <= {str}


def _classes(parts: Sequence[Any], inside: Classes, depth: int) -> set[type] | None:
    """Return the classes of some parts; None when one of them is not plain."""
    if not parts:
        return set()
    if depth > _DEEPEST or len(parts) > _MOST_PARTS:
        return None
    kinds = list(map(type, parts))
    of = kinds[0]
    if kinds.count(of) == len(kinds):
        look = _LOOKS.get(of)
        return {of} if look is not None and look(parts, inside, depth) else None
    classes = set(kinds)
    for of in classes:
        look = _LOOKS.get(of)
        if look is None or not look([part for part in parts if type(part) is of], inside, depth):
            return None
    return classes


def _texts(texts: Sequence[str], _inside: Classes, _depth: int) -> bool:
    together = sum(map(len, texts)) if len(texts) > _FEW else len("".join(texts))
    limit = DEFAULT_LIMITS.characters
    return together <= limit or max(map(len, texts)) <= limit


def _integers(numbers: Sequence[int], _inside: Classes, _depth: int) -> bool:
    try:
        array("q", numbers)  # far below the limit, and the fastest way to see that
    except OverflowError:
        return bool(min(numbers) > -LIMIT and max(numbers) < LIMIT)
    return True


def _decimals(numbers: Sequence[Decimal], _inside: Classes, _depth: int) -> bool:
    """Say whether all have at most 34 digits, and no zero has a sign."""
    if not all(map(Decimal.is_finite, numbers)):
        return False
    if not all(numbers) and any(number.is_signed() for number in numbers if not number):
        return False
    try:
        deque(map(_EXACT.plus, numbers), maxlen=0)
    except ArithmeticError:
        return False
    return True


def _contexts(contexts: Sequence[dict[Any, Any]], inside: Classes, depth: int) -> bool:
    """Look at the entries column by column: most contexts of a list have the same entries."""
    for key, column in _columns(contexts).items():
        classes = _classes(column, inside, depth + 1)
        if classes is None:
            return False
        if inside.setdefault(key, classes) is not classes:
            inside[key] |= classes
    return True


def _columns(contexts: Sequence[dict[Any, Any]]) -> Mapping[Any, Sequence[Any]]:
    """Return the entries of all contexts by key."""
    keys = list(contexts[0])
    if len(keys) > 1 and list(map(len, contexts)).count(len(keys)) == len(contexts):
        try:
            return dict(zip(keys, zip(*map(itemgetter(*keys), contexts), strict=True), strict=True))
        except KeyError:
            pass  # as many entries, but others
    columns: dict[Any, list[Any]] = {}
    for context in contexts:
        for key, value in context.items():
            columns.setdefault(key, []).append(value)
    return columns


def _lists(lists: Sequence[list[Any]], inside: Classes, depth: int) -> bool:
    parts = lists[0] if len(lists) == 1 else list(chain.from_iterable(lists))
    return _classes(parts, inside, depth + 1) is not None


def _scalars(_scalars: Sequence[Any], _inside: Classes, _depth: int) -> bool:
    return True


_LOOKS: dict[type, Callable[[Sequence[Any], Classes, int], bool]] = {
    type(None): _scalars,
    bool: _scalars,
    int: _integers,
    Decimal: _decimals,
    str: _texts,
    list: _lists,
    dict: _contexts,
}
