"""The function `sort` (DMN 1.5, 10.3.4.9): a list and an order go in, the sorted list comes out."""

from __future__ import annotations

from typing import Any  # items are of any kind

from guidewright.errors import Code
from guidewright.feel.builtins.registry import builtin, check_items
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.values import Function, kind, with_article


@builtin(
    "sort(list: list<Any>, precedes: function<Any, Any> -> boolean) -> list<Any>",
    spec="DMN 1.5, 10.3.4.9",
)
def sort(rt: Runtime, items: list[Any], precedes: Function) -> list[Any]:
    """Return the items in an order; items of which neither precedes the other stay as they were.

    A merge sort: whatever `precedes` answers, it ends after n·log2(n) questions, with all items.

    sort([3, 1, 2], function(x, y) x < y)                        => [1, 2, 3]
    sort([3, 1, 2], function(x, y) x > y)                        => [3, 2, 1]
    sort(list: [2, 1], precedes: function(x, y) x < y)           => [1, 2]
    sort([1, "a"], function(x, y) x < y)                         => null  ! feel.wrong-type
    sort([1, 2], function(x) true)                               => null  ! feel.wrong-type
    """
    check_items(rt, len(items))
    runs = [[item] for item in items]
    while len(runs) > 1:
        rt.charge(len(items))
        merged = [_merged(rt, a, b, precedes) for a, b in zip(runs[::2], runs[1::2], strict=False)]
        runs = merged + runs[len(merged) * 2 :]
    return runs[0] if runs else []


def _merged(rt: Runtime, left: list[Any], right: list[Any], precedes: Function) -> list[Any]:
    """Merge two sorted lists; an item of the right one goes first only if it precedes."""
    merged: list[Any] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if _precedes(rt, right[j], left[i], precedes):
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]


def _precedes(rt: Runtime, item: Any, other: Any, precedes: Function) -> bool:
    answer = precedes.invoke_positional(rt, (item, other))
    if type(answer) is not bool:
        word = with_article(kind(answer))
        raise Refuse(f"the order gives {word}, not a boolean", Code.WRONG_TYPE)
    return answer
