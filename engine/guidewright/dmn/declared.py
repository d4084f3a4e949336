"""The shape of a declared type, for taking a caller's data in bulk.

In: the type of an input and its item definition. Out: a `Shape`, with constraints that are plain
sets of values; or None for what has to be converted and checked part by part (DMN 1.5, 7.3.2,
7.3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn.cells import Box, limits, read_box
from guidewright.dmn.items import Item
from guidewright.feel.conversion import READERS
from guidewright.feel.intake import ANYTHING, CONTEXTS, LISTS, Column, Shape
from guidewright.feel.temporal import DATES
from guidewright.feel.types import ANY, DATE, NUMBER, ContextType, ListType, Simple, Type
from guidewright.feel.values import classes_of


@dataclass(slots=True)
class _Asked:
    """What item definitions ask of a value beyond its type; `null` of an element, too."""

    boxes: list[Box] = field(default_factory=list)
    null: bool = False
    components: dict[str, Item] = field(default_factory=dict)


def shape_of(wanted: Type, item: Item | None) -> Shape | None:
    """Return the shape of the values of a type that an item definition allows."""
    inner = wanted
    while isinstance(inner, ListType):
        inner = inner.item
    asked = _Asked()
    if not _gathered(asked, wanted, item, inner):
        return None
    match inner:
        case ContextType(entries):
            shapes = {key: shape_of(of, asked.components.get(key)) for key, of in entries}
            known = {key: shape for key, shape in shapes.items() if shape is not None}
            if len(known) < len(shapes) or asked.boxes:
                return None
            shape = Shape(CONTEXTS, entries=known)
        case Simple():
            reader: Callable[[str], Any] | None = READERS.get(inner)
            if inner == DATE:
                reader = DATES.__getitem__
            shape = Shape(classes_of(inner), reader, _allowed(asked, inner))
            if inner == ANY:
                if asked.boxes:
                    return None
                shape = ANYTHING
        case _:
            return None
    while isinstance(wanted, ListType):
        shape, wanted = Shape(LISTS, items=shape), wanted.item
    return shape


def _gathered(asked: _Asked, of: Type, item: Item | None, inner: Type) -> bool:
    """Gather what an item definition asks, and those it is based on; say whether that is plain."""
    while item is not None:
        if item.is_collection:
            if not isinstance(of, ListType):
                return False
            of = of.item
        for constraint in item.constraints:
            box = read_box(constraint.text.text, inner)
            if box is None or of != inner or constraint.on_each is not item.is_collection:
                return False
            asked.boxes.append(box)
            asked.null = asked.null or constraint.on_each
        asked.components.update(item.components)
        item = item.base
    return True


def _allowed(asked: _Asked, of: Type) -> Callable[[Column], bool] | None:
    """Return the question whether all values of a column are allowed."""
    tests = [_test(box, of) for box in asked.boxes]
    if not tests:
        return None

    def allowed(column: Column) -> bool:
        there = [value for value in column if value is not None]
        if len(there) < len(column) and asked.null:
            return False  # a null element is tested, too
        return not there or all(test(there) for test in tests)

    return allowed


def _test(box: Box, of: Type) -> Callable[[Column], bool]:
    within = limits(box) if of == NUMBER else None
    if within is not None:
        least, greatest = within
        return lambda values: bool(least <= min(values) and max(values) <= greatest)
    return lambda values: all(box.test(value) is True for value in set(values))
