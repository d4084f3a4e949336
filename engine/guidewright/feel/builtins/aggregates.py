"""Functions that make one value of many: `min`, `sum`, `median`, `all` … (DMN 1.5, 10.3.4.4).

In: a list, or one or more arguments. Out: a value. Sums are added exactly and rounded once, so the
order of the items does not matter. Nulls and items of other kinds are refused, never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any  # `min` and `max` take every ordered kind

from guidewright.errors import Code
from guidewright.feel.arithmetic import multiply
from guidewright.feel.builtins.registry import builtin, no_nulls
from guidewright.feel.comparison import greater, less
from guidewright.feel.decimals import WIDE, Number, rounded
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.values import is_ordered, kind, with_article

_SPEC = "DMN 1.5, 10.3.4.4"


@builtin("min(list: list<Any>) -> Any", "min(item: Any...) -> Any", spec=_SPEC)
def min_(items: Sequence[Any]) -> Any:
    """Return the least item of one ordered kind.

    min([3, 1, 2])                      => 1
    min("b", "a")                       => "a"
    min(@"2020-01-01", @"2021-01-01")   => @"2020-01-01"
    min([])                             => null  ! feel.refused
    min([3, "a"])                       => null  ! feel.wrong-type
    """
    return min(items) if _are_numbers(items) else _extreme("min", items, less)


@builtin("max(list: list<Any>) -> Any", "max(item: Any...) -> Any", spec=_SPEC)
def max_(items: Sequence[Any]) -> Any:
    """Return the greatest item of one ordered kind.

    max([3, 1, 2])                      => 3
    max(@"2020-01-01", @"2021-01-01")   => @"2021-01-01"
    max([1, null])                      => null  ! feel.null-operand
    max([true])                         => null  ! feel.wrong-type
    """
    return max(items) if _are_numbers(items) else _extreme("max", items, greater)


def _extreme(name: str, items: Sequence[Any], beats: Callable[[Any, Any], bool | None]) -> Any:
    _some(name, items)
    best = items[0]
    if not is_ordered(best):
        raise Refuse(f"{with_article(kind(best))} has no order", Code.WRONG_TYPE)
    for item in items:
        if beats(item, best):
            best = item
    return best


def _are_numbers(items: Sequence[Any]) -> bool:
    """Say whether there are items, and all of them numbers: Python's order is FEEL's then."""
    return bool(items) and set(map(type, items)) <= {int, Decimal}


def _some(name: str, items: Sequence[Any]) -> None:
    """Refuse an empty list, and one that holds null."""
    if not items:
        raise Refuse(f"{name!r} is given an empty list")
    no_nulls(items, name)


@builtin("sum(list: list<number>) -> number", "sum(n: number...) -> number", spec=_SPEC)
def sum_(items: Sequence[Number]) -> Number:
    """Return the sum of numbers.

    sum([1, 2, 3])       => 6
    sum(0.1, 0.2)        => 0.3
    sum([])              => null  ! feel.refused
    sum([1, null])       => null  ! feel.null-operand
    sum([1, "2"])        => null  ! feel.wrong-type
    """
    _some("sum", items)
    return rounded(_total(items))


@builtin("mean(list: list<number>) -> number", "mean(n: number...) -> number", spec=_SPEC)
def mean(items: Sequence[Number]) -> Number:
    """Return the arithmetic mean.

    mean([1, 2, 3, 6])  => 3
    mean(1, 2)          => 1.5
    mean([])            => null  ! feel.refused
    """
    _some("mean", items)
    return _over(_total(items), len(items))


@builtin("product(list: list<number>) -> number", "product(n: number...) -> number", spec=_SPEC)
def product(items: Sequence[Number]) -> Number:
    """Return the product of numbers, rounded at each step.

    product([2, 3, 4])  => 24
    product(0.5, 4)     => 2
    product([])         => null  ! feel.refused
    """
    _some("product", items)
    result: Number = 1
    for item in items:
        result = multiply(result, item)
    return result


@builtin("median(list: list<number>) -> number", "median(n: number...) -> number", spec=_SPEC)
def median(rt: Runtime, items: Sequence[Number]) -> Number:
    """Return the middle one of the ordered numbers, or the mean of the two middle ones.

    median(8, 2, 5, 3, 4)    => 4
    median([6, 1, 2, 3])     => 2.5
    median([])               => null  ! feel.refused
    """
    _some("median", items)
    ordered = _ordered(rt, items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return _over(_total(ordered[middle - 1 : middle + 1]), 2)


@builtin("stddev(list: list<number>) -> number", "stddev(n: number...) -> number", spec=_SPEC)
def stddev(items: Sequence[Number]) -> Number:
    """Return the standard deviation of a sample (divisor n - 1) of two numbers or more.

    decimal(stddev(2, 4, 7, 5), 10)  => 2.0816659995
    stddev([47, 47])                 => 0
    stddev([47])                     => null  ! feel.refused
    """
    _some("stddev", items)
    if len(items) < 2:
        raise Refuse("the standard deviation needs two numbers or more")
    middle = WIDE.divide(_total(items), len(items))
    squares = [_square(WIDE.subtract(Decimal(item), middle)) for item in items]
    variance = WIDE.divide(_total(squares), len(items) - 1)
    return rounded(WIDE.sqrt(variance))


@builtin(
    "mode(list: list<number>) -> list<number>", "mode(n: number...) -> list<number>", spec=_SPEC
)
def mode(rt: Runtime, items: Sequence[Number]) -> list[Number]:
    """Return the most frequent numbers in ascending order.

    mode(6, 3, 9, 6, 6)  => [6]
    mode([6, 1, 9, 6, 1])  => [1, 6]
    mode([])             => []
    mode([1, null])      => null  ! feel.null-operand
    """
    no_nulls(items, "mode")
    if not items:
        return []
    counts = Counter(items)
    most = max(counts.values())
    return _ordered(rt, [number for number, times in counts.items() if times == most])


@builtin("all(list: list<boolean>) -> boolean", "all(b: boolean?...) -> boolean", spec=_SPEC)
def all_(items: Sequence[bool | None]) -> bool | None:
    """Return the conjunction: false if some item is, true if all are, else unknown.

    all([true, true])        => true
    all(true, null, false)   => false
    all([true, null])        => null
    all([])                  => true
    all([false, 123])        => null  ! feel.wrong-type
    """
    if False in items:
        return False
    return None if None in items else True


@builtin("any(list: list<boolean>) -> boolean", "any(b: boolean?...) -> boolean", spec=_SPEC)
def any_(items: Sequence[bool | None]) -> bool | None:
    """Return the disjunction: true if some item is, false if all are, else unknown.

    any([false, true])       => true
    any(false, null, true)   => true
    any([false, null])       => null
    any([])                  => false
    any(null)                => null  ! feel.null-operand
    """
    if True in items:
        return True
    return None if None in items else False


def _total(items: Sequence[Number]) -> Number:
    """Return the sum with far more digits than any number has."""
    if set(map(type, items)) <= {int}:
        return sum(items)
    return reduce(WIDE.add, items, Decimal(0))


def _over(total: Number, divisor: int) -> Number:
    """Divide and round once; whole results stay whole."""
    if isinstance(total, int):
        return (
            rounded(WIDE.divide(total, divisor)) if total % divisor else rounded(total // divisor)
        )
    return rounded(WIDE.divide(total, divisor))


def _square(number: Decimal) -> Decimal:
    return WIDE.multiply(number, number)


def _ordered(rt: Runtime, items: Sequence[Number]) -> list[Number]:
    rt.charge(len(items) * len(items).bit_length())
    return sorted(items)
