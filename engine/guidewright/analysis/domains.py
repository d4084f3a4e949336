"""What values a column can have: its type, its item definition, what guideline.yaml declares.

In: the type and item of an input expression, the tests of its cells, the declared range and
decimals. Out: its `Axis`. Where tests say more than comparisons, values are tried in the engine,
and a part `unseen` stands for those nobody thought of, so that no proof rests on a sample.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from guidewright.analysis.axes import (
    NULL_PART,
    SCALES,
    UNSEEN_PART,
    Axis,
    Kind,
    Part,
    even,
    is_local,
    ordered_parts,
    text_parts,
    type_of_value,
    value_parts,
)
from guidewright.analysis.cell_tests import ANY_VALUE, CellTest, constants_of, known_cuts
from guidewright.dmn.items import Item
from guidewright.dmn.model import Text
from guidewright.errors import ModelError
from guidewright.feel.api import BUILTIN_SCOPE, compile_expression
from guidewright.feel.checker import check
from guidewright.feel.lower import lower_tests
from guidewright.feel.parser import parse_unary_tests
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import scope_of
from guidewright.feel.types import ANY, BOOLEAN, STRING, ListType, Type

_WHOLE = re.compile(r"\?\s*=\s*floor\(\s*\?\s*\)|floor\(\s*\?\s*\)\s*=\s*\?")
MANY = 5000  # classes of one column; beyond, the rest is unseen
ITEMS = 12  # that the cells of one column name; beyond, lists are tried only


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of the values of an expression besides its cells.

    `step` is the distance of neighbouring values, `low` and `high` the ends of what a patient can
    have; `never_null` says that the value is always given.
    """

    type: Type = ANY
    item: Item | None = None
    step: Fraction | None = None
    low: Any = None
    high: Any = None
    never_null: bool = False
    unit: str = ""


def axis_of(name: str, declared: Declared, tests: Sequence[CellTest]) -> Axis:
    """Return the axis of an expression that these cells look at."""
    of = declared.type
    cuts = [cut for test in tests if test.cuts is not None for cut in test.cuts]
    if of == ANY:
        of = _common(cuts) or ANY
    plain = all(test.plain or test.others for test in tests)
    allowed = list(allowed_values(declared.item))
    parts: list[Part] | None = None
    if plain and of == BOOLEAN:
        parts = value_parts((True, False))
    elif plain and of == STRING and all(type(each) is str for each in allowed):
        parts = _texts(declared, cuts, allowed, tests)
    elif plain and of in SCALES:
        parts = _ordered(of, declared, cuts)
    whole = parts is not None
    if parts is None:
        parts, whole = _classes(of, declared, cuts, allowed, tests)
    tail = [] if declared.never_null else [NULL_PART]
    return Axis(name, of, (*parts, *tail, *([] if whole else [UNSEEN_PART])), declared.unit)


def _common(cuts: Iterable[Any]) -> Type | None:
    """Return the only type among values, or None."""
    types = {type_of_value(cut) for cut in cuts}
    return types.pop() if len(types) == 1 else None


def allowed_values(item: Item | None) -> Iterator[Any]:
    """Yield the values and ranges that an item definition lists; nothing when it says otherwise."""
    yield from listed_values(item.allowed if item is not None else None)


def listed_values(text: Text | None) -> Iterator[Any]:
    """Yield the values and ranges that a text lists; nothing when it is more than a list."""
    if text is None:
        return
    try:
        tests = parse_unary_tests(text.span, BUILTIN_SCOPE)
        if tests.negated:
            return
        for test in tests.tests:
            result = compile_expression(test.span, strict=False).evaluate()
            if result.value is not None:
                yield result.value
    except ModelError:  # the load of the model reports what is wrong with this text
        return


def domain_cuts(item: Item | None, of: Type) -> tuple[list[Any], bool]:
    """Return the values at which an item definition's own constraint changes its mind.

    The flag says that it asks for whole numbers, as in `? >= 0 and ? = floor(?)`.
    """
    text = item.allowed if item is not None else None
    if text is None:
        return [], False
    scope = scope_of({"?": of}, parent=BUILTIN_SCOPE)
    try:
        tests = parse_unary_tests(text.span, scope)
        lowered = lower_tests(check(tests, scope, lambda name: None), scope.bindings["?"])
    except ModelError:  # the load of the model reports what is wrong with this text
        return [], False
    if lowered is None:
        return [], False
    whole = len(tests.tests) == 1 and _WHOLE.search(text.text) is not None
    return list(known_cuts(lowered, scope.bindings["?"])), whole


def _holds(item: Item | None) -> Callable[[Any], bool]:
    if item is None or item.is_collection:
        return lambda value: True
    rt = Runtime()
    return lambda value: not any(item.refusals(rt, value))


def _texts(
    declared: Declared, cuts: Sequence[Any], allowed: Sequence[Any], tests: Sequence[CellTest]
) -> list[Part] | None:
    """Return the parts of texts that are only tested for equality; None for tests of order."""
    named = [cut for cut in cuts if type(cut) is str]
    if allowed:
        return value_parts(allowed)
    for cut in named:  # equality tells nothing apart beside a text; order does
        if any(test.truth and test.truth(cut + "\u0001") for test in tests if _positive(test)):
            return None
    return text_parts(named)


def _positive(test: CellTest) -> bool:
    return test.truth is not None and test.truth("\u0001 no such text \uffff") is not True


def _ordered(of: Type, declared: Declared, cuts: Sequence[Any]) -> list[Part] | None:
    """Return the points and gaps of an ordered type; None when its values are not comparable."""
    ends, whole = domain_cuts(declared.item, of)
    limits = [end for end in (declared.low, declared.high) if end is not None]
    points = [each for each in (*cuts, *ends, *limits) if type_of_value(each) == of]
    if not all(is_local(each) for each in points):
        return None
    scale = SCALES[of]
    step = declared.step
    if step is None and whole:
        step = Fraction(1)
    fits = _holds(declared.item)
    low = scale.rank(declared.low) if declared.low is not None else None
    high = scale.rank(declared.high) if declared.high is not None else None

    def holds(value: Any) -> bool:
        rank = scale.rank(value)
        inside = (low is None or rank >= low) and (high is None or rank <= high)
        return inside and fits(value)

    return ordered_parts(scale, points, step=step, holds=holds)


def _classes(
    of: Type,
    declared: Declared,
    cuts: Sequence[Any],
    allowed: Sequence[Any],
    tests: Sequence[CellTest],
) -> tuple[list[Part], bool]:
    """Try values, and keep one of each class that the cells tell apart.

    The flag says whether these are all classes there are.
    """
    own = [test for test in tests if test.truth is not None]
    found: dict[tuple[bool | None, ...], Any] = {}
    fits = _holds(declared.item)
    candidates, whole = _candidates(of, cuts, allowed, own)
    for value in candidates:
        if fits(value):
            signature = tuple(test.truth(value) for test in own if test.truth is not None)
            found.setdefault(signature, value)
        if len(found) > MANY:
            return even([Part(Kind.VALUE, each) for each in found.values()]), False
    return even([Part(Kind.VALUE, each) for each in found.values()]), whole


def _candidates(
    of: Type, cuts: Sequence[Any], allowed: Sequence[Any], tests: Sequence[CellTest]
) -> tuple[Iterable[Any], bool]:
    """Return values to try, and whether they meet every class."""
    if of == BOOLEAN:
        return (True, False), True
    if of == STRING and allowed and all(type(each) is str for each in allowed):
        return allowed, True
    if isinstance(of, ListType):
        return _lists(allowed, tests)
    if of in SCALES:
        scale = SCALES[of]
        ends = [end for each in allowed for end in constants_of(each)]
        near = [each for each in (*cuts, *ends) if type_of_value(each) == of and is_local(each)]
        return [
            part.value for part in ordered_parts(scale, [*near, scale.value(Fraction(1))])
        ], False
    if of == STRING:
        words = [word for test in tests for word in re.findall(r'"([^"]*)"', test.text)]
        return [*dict.fromkeys([*words, *cuts, "another text", ""])], False
    return (), False


def _lists(allowed: Sequence[Any], tests: Sequence[CellTest]) -> tuple[Iterable[Any], bool]:
    """Return lists to try; all there are, as far as the cells tell, when they ask simple things."""
    asked = [test.listed for test in tests if test is not ANY_VALUE]
    simple = [each for each in asked if each is not None]
    items = list(dict.fromkeys(item for each in simple for item in each.items))
    if len(simple) < len(asked) or len(items) > ITEMS or not allowed:
        return _some_lists(allowed), False
    largest = max((each.count for each in simple), default=0) + 1
    return _all_lists(items, [each for each in allowed if each not in items], largest), True


def _all_lists(items: Sequence[Any], others: Sequence[Any], largest: int) -> Iterator[Any]:
    """Yield a list of every set of items, with every number of further items up to the largest.

    What fills a list up is an item that no cell names, else one that is in it already.
    """
    items = [each for each in items if each is not None]
    for size in range(len(items) + 1):
        for chosen in combinations(items, size):
            filler = others[0] if others else chosen[0] if chosen else None
            for more in range(max(largest - size, 0) + 1):
                if not more or filler is not None:
                    yield [*chosen, *[filler] * more]


def _some_lists(items: Sequence[Any]) -> Iterator[Any]:
    """Yield lists of the allowed items, short ones first, and the list of them all."""
    yield []
    yield list(items)
    for size in (1, 2, 3):
        for chosen in combinations(items, size):
            yield list(chosen)
