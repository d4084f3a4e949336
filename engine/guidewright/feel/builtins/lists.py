"""The list functions and `not` (DMN 1.5, 10.3.4.2, 10.3.4.4). Positions count from 1.

In: lists and values. Out: values and new lists; an argument is never changed. Aggregates of numbers
(`sum`, `mean` …) are in `aggregates`, sorting is in `sorting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any  # items are of any kind

from guidewright.errors import Code
from guidewright.feel.builtins.registry import builtin, check_items
from guidewright.feel.builtins.strings import slice_of
from guidewright.feel.comparison import is_equal
from guidewright.feel.operators import negation
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.temporal import Date, DaysTimeDuration, YearsMonthsDuration
from guidewright.feel.values import Function, kind, with_article

_SPEC = "DMN 1.5, 10.3.4.4"
List = Sequence[Any]


@builtin("not(negand: boolean) -> boolean", spec="DMN 1.5, 10.3.4.2")
def not_(negand: bool) -> bool | None:
    """Return the opposite truth.

    not(true)   => false
    not(null)   => null  ! feel.null-operand
    not("a")    => null  ! feel.wrong-type
    """
    return negation(negand)


@builtin("list contains(list: list<Any>, element: Any?) -> boolean", spec=_SPEC)
def list_contains(rt: Runtime, items: List, element: Any) -> bool:
    """Say whether some item equals a value; null equals null.

    list contains([1, 2, 3], 2)  => true
    list contains([1, null], null)  => true
    list contains([1, 2], "2")   => false
    list contains(null, 2)       => null  ! feel.null-operand
    """
    return any(is_equal(item, element, rt) for item in items)


@builtin("count(list: list<Any>) -> number", spec=_SPEC)
def count(items: List) -> int:
    """Return the number of items, nulls too.

    count([1, null, 3])  => 3
    count([])            => 0
    count(null)          => null  ! feel.null-operand
    count(1, 2, 3)       => null  ! feel.wrong-arguments
    """
    return len(items)


@builtin(
    "sublist(list: list<Any>, start position: integer, length?: integer) -> list<Any>", spec=_SPEC
)
def sublist(items: list[Any], start: int, length: int | None = None) -> list[Any]:
    """Return a part of a list; it must be all there.

    sublist([4, 5, 6], 1, 2)  => [4, 5]
    sublist([4, 5, 6], -2)    => [5, 6]
    sublist([4, 5, 6], 3, 2)  => null  ! feel.refused
    sublist([4, 5, 6], 0)     => null  ! feel.refused
    """
    return items[slice_of(len(items), start, length, "list")]


@builtin("append(list: list<Any>, item: Any?...) -> list<Any>", spec=_SPEC)
def append(rt: Runtime, items: List, new: List) -> list[Any]:
    """Return the list with more items at the end; a list is one item.

    append([1], 2, 3)    => [1, 2, 3]
    append([1], [2, 3])  => [1, [2, 3]]
    append([1], null)    => [1, null]
    append(1, 2)         => [1, 2]
    """
    check_items(rt, len(items) + len(new))
    return [*items, *new]


@builtin("concatenate(list: list<Any>...) -> list<Any>", spec=_SPEC)
def concatenate(rt: Runtime, lists: Sequence[List]) -> list[Any]:
    """Return one list of the items of all lists.

    concatenate([1, 2], [3])    => [1, 2, 3]
    concatenate([1], [[2]])     => [1, [2]]
    concatenate([1], null)      => null  ! feel.null-operand
    """
    check_items(rt, sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin(
    "insert before(list: list<Any>, position: integer, newItem: Any?) -> list<Any>", spec=_SPEC
)
def insert_before(rt: Runtime, items: List, position: int, new: Any) -> list[Any]:
    """Return the list with an item more in front of a position that is there.

    insert before([1, 3], 1, 2)   => [2, 1, 3]
    insert before([1, 3], -1, 2)  => [1, 2, 3]
    insert before([1, 3], 3, 2)   => null  ! feel.refused
    insert before([1, 3], 0, 2)   => null  ! feel.refused
    """
    at = _place(items, position)
    check_items(rt, len(items) + 1)
    return [*items[:at], new, *items[at:]]


@builtin("remove(list: list<Any>, position: integer) -> list<Any>", spec=_SPEC)
def remove(items: List, position: int) -> list[Any]:
    """Return the list without the item at a position.

    remove([1, 2, 3], 2)   => [1, 3]
    remove([1, 2, 3], -1)  => [1, 2]
    remove([1, 2, 3], 4)   => null  ! feel.refused
    """
    at = _place(items, position)
    return [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list<Any>, position: integer, newItem: Any?) -> list<Any>", spec=_SPEC)
def list_replace(items: List, position: int, new: Any) -> list[Any]:
    """Return the list with another item at a position.

    list replace([2, 4, 7], 3, 6)     => [2, 4, 6]
    list replace([2, 4, 7], -1.5, 6)  => [2, 4, 6]
    list replace([2, 4, 7], 4, 6)     => null  ! feel.refused
    list replace(1, 1, 5)             => [5]
    """
    at = _place(items, position)
    return [*items[:at], new, *items[at + 1 :]]


@builtin(
    "list replace(list: list<Any>, match: function<Any, Any> -> boolean, newItem: Any?)"
    " -> list<Any>",
    spec=_SPEC,
)
def list_replace_matching(rt: Runtime, items: List, match: Function, new: Any) -> list[Any]:
    """Return the list with another item wherever `match(item, newItem)` is true.

    list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)  => [5, 5, 7, 8]
    list replace([1], function(item, newItem) "x", 5)  => null  ! feel.wrong-type
    list replace([1], function(item) true, 5)          => null  ! feel.wrong-type
    """
    return [new if _truth(match, rt, item, new) else item for item in items]


def _truth(match: Function, rt: Runtime, item: Any, new: Any) -> bool:
    answer = match.invoke_positional(rt, (item, new))
    if type(answer) is not bool:
        raise Refuse(f"the function gives {with_article(kind(answer))}, not a boolean", _WRONG)
    return answer


@builtin("reverse(list: list<Any>) -> list<Any>", spec=_SPEC)
def reverse(items: List) -> list[Any]:
    """Return the items in the opposite order.

    reverse([1, 2, 3])  => [3, 2, 1]
    reverse([])         => []
    """
    return list(reversed(items))


@builtin("index of(list: list<Any>, match: Any?) -> list<number>", spec=_SPEC)
def index_of(rt: Runtime, items: List, match: Any) -> list[int]:
    """Return the positions of all items that equal a value, in ascending order.

    index of([1, 2, 3, 2], 2)     => [2, 4]
    index of([1, null, 1], null)  => [2]
    index of([1], "1")            => []
    """
    return [at for at, item in enumerate(items, start=1) if is_equal(item, match, rt)]


@builtin("flatten(list: list<Any>) -> list<Any>", spec=_SPEC)
def flatten(rt: Runtime, items: List) -> list[Any]:
    """Return the items of all nested lists as one list.

    flatten([[1, 2], [[3]], 4])  => [1, 2, 3, 4]
    flatten([null, [null]])      => [null, null]
    flatten(1)                   => [1]
    """
    flat: list[Any] = []
    todo: list[Iterator[Any]] = [iter(items)]  # lists nest deeper than calls may
    while todo:
        item = next(todo[-1], _END)
        if item is _END:
            todo.pop()
        elif type(item) is list:
            rt.charge(1 + len(item))
            todo.append(iter(item))
        else:
            flat.append(item)
            if len(flat) > rt.limits.items:
                check_items(rt, len(flat))
    return flat


@builtin("union(list: list<Any>...) -> list<Any>", spec=_SPEC)
def union(rt: Runtime, lists: Sequence[List]) -> list[Any]:
    """Return the items of all lists, each once, in the order of their first occurrence.

    union([1, 2], [2, 3])  => [1, 2, 3]
    union([1, 1.0], [])    => [1]
    union([null], [null])  => [null]
    """
    check_items(rt, sum(map(len, lists)))
    return _distinct(rt, (item for items in lists for item in items))


@builtin("distinct values(list: list<Any>) -> list<Any>", spec=_SPEC)
def distinct_values(rt: Runtime, items: List) -> list[Any]:
    """Return the items, each once, in the order of their first occurrence.

    distinct values([1, 2, 1, "1"])  => [1, 2, "1"]
    distinct values([[1], [1]])      => [[1]]
    distinct values([])              => []
    """
    if set(map(type, items)) == {str}:
        return list(dict.fromkeys(items))
    return _distinct(rt, items)


_END = object()
_WRONG = Code.WRONG_TYPE
# Kinds whose equality is Python's own, so that a set can find equal items.
_HASHED = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    type(None): "null",
    Date: "date",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
}


def _distinct(rt: Runtime, items: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    seen: set[tuple[str, Any]] = set()
    compared: list[Any] = []  # items that no set can find: each is compared with each
    for item in items:
        word = _HASHED.get(type(item))
        if word is not None:
            key = (word, item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
            continue
        rt.charge(len(compared))
        if not any(is_equal(item, other, rt) for other in compared):
            compared.append(item)
            kept.append(item)
    return kept


def _place(items: List, position: int) -> int:
    """Return the 0-based place of a position from 1, or from the end when negative."""
    if position == 0 or abs(position) > len(items):
        raise Refuse(f"position {position} is outside the list of {len(items)}")
    return position - 1 if position > 0 else len(items) + position
