"""What a declared type asks for, as data: plain constraints, and the shape of lists and contexts.

In: the type of an input and its item definition. Out: the sets of values that are allowed, and a
`Shape` by which a caller's data is taken in bulk; or None for what has to be converted and checked
part by part (DMN 1.5, 7.3.2, 7.3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from guidewright.dmn.cells import Box, limits, read_box
from guidewright.dmn.items import Item
from guidewright.feel.conversion import READERS
from guidewright.feel.intake import ANYTHING, CONTEXTS, LISTS, Column, Shape
from guidewright.feel.types import ANY, NUMBER, ContextType, ListType, Simple, Type
from guidewright.feel.values import classes_of


@dataclass(slots=True)
class Asked:
    """What item definitions ask beyond the type: of the value, or of the elements of a list.

    `null` says that a null element is tested, too; a missing value never is.
    """

    boxes: list[Box] = field(default_factory=list)
    null: bool = False
    components: dict[str, Item] = field(default_factory=dict)


def asked_of(of: Type, item: Item | None) -> Asked | None:
    """Return what an item definition asks, and those it is based on; None where it is no box."""
    asked, inner = Asked(), _innermost(of)
    while item is not None:
        if item.is_collection:
            if not isinstance(of, ListType):
                return None
            of = of.item
        for constraint in item.constraints:
            box = read_box(constraint.text.text, inner)
            if box is None or of != inner or constraint.on_each is not item.is_collection:
                return None
            asked.boxes.append(box)
            asked.null = asked.null or constraint.on_each
        asked.components.update(item.components)
        item = item.base
    return asked


def _innermost(of: Type) -> Type:
    """Return the type of what is in lists, and lists of lists."""
    while isinstance(of, ListType):
        of = of.item
    return of


def shape_of(wanted: Type, item: Item | None) -> Shape | None:
    """Return the shape of the values of a type that an item definition allows."""
    asked, inner = asked_of(wanted, item), _innermost(wanted)
    if asked is None:
        return None
    match inner:
        case ContextType(entries):
            shapes = {key: shape_of(of, asked.components.get(key)) for key, of in entries}
            known = {key: shape for key, shape in shapes.items() if shape is not None}
            if len(known) < len(shapes) or asked.boxes:
                return None
            shape = Shape(CONTEXTS, entries=known)
        case Simple() if inner != ANY:
            shape = Shape(classes_of(inner), READERS.get(inner), _allowed(asked, inner))
        case Simple() if not asked.boxes:
            shape = ANYTHING
        case _:
            return None
    while isinstance(wanted, ListType):
        shape, wanted = Shape(LISTS, items=shape), wanted.item
    return shape


def _allowed(asked: Asked, of: Type) -> Callable[[Column], bool] | None:
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
