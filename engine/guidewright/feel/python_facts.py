"""What is known of values in code whose caller repeats the call when something is noted.

In: nodes, and the variables their values are in. Out: classes that are certain, names that cannot
mean a key, what a condition asks. What the caller gave may be taken for granted to be plain: the
same entry has the same class in every context. That is asked once, when it is read, and code
without it stands behind.
"""

from __future__ import annotations

import ast as py
from collections.abc import Hashable
from decimal import Decimal

from guidewright.feel import code
from guidewright.feel.code import Code
from guidewright.feel.python_backend import Emitter, call, compare, load
from guidewright.feel.scope import Binding
from guidewright.feel.temporal import Date

# what may be taken for granted --------------------------------------------------------------------

NUMBERS: frozenset[type] = frozenset({int, Decimal})
ONLY_DATES: frozenset[type] = frozenset({Date})
TEXT_OR_NULL: frozenset[type] = frozenset({str, type(None)})


def are_rows(emitter: Emitter, value: py.expr) -> bool:
    """Say whether a value is a list of contexts; of what the caller gave this may be granted."""
    quick = emitter.quick
    if quick is None or not isinstance(value, py.Name):
        return False
    if value.id in quick.inputs and quick.granted is not None:
        quick.granted.rows.setdefault(value.id, set())
        quick.rows.add(value.id)
        quick.known[value.id] = list
    return value.id in quick.rows


def describe_item(emitter: Emitter, item: str, *, in_rows: bool, part: bool) -> None:
    """Keep what is known of an element of a list."""
    if emitter.quick is not None and in_rows:
        emitter.quick.known[item] = dict
    if emitter.quick is not None and part:
        emitter.quick.parts.add(item)


def describe_list(emitter: Emitter, name: str, *, in_rows: bool, part: bool) -> None:
    """Keep what is known of a list that holds such elements."""
    if emitter.quick is None:
        return
    emitter.quick.known[name] = list
    if in_rows:
        emitter.quick.rows.add(name)
    if part:
        emitter.quick.parts.add(name)


def is_granted(emitter: Emitter, value: py.expr, classes: frozenset[type]) -> bool:
    """Say whether a value is certainly of some classes; of an entry this may be granted."""
    quick = emitter.quick
    if quick is None or not isinstance(value, py.Name):
        return False
    if quick.known.get(value.id) in classes:
        return True
    name = quick.keys.get(value.id)
    if name is None or quick.granted is None:
        return False
    both = quick.granted.classes.get(name, classes) & classes
    if both:
        quick.granted.classes[name] = both
    return bool(both)


def of_class(emitter: Emitter, value: py.expr, python: type) -> list[py.expr]:
    """Return the question whether a value is of a class; none when it certainly is."""
    known = emitter.quick.known if emitter.quick is not None else {}
    if isinstance(value, py.Name) and known.get(value.id) is python:
        return []
    return [compare(call("type", value), py.Is(), load(python.__name__))]


# names and conditions ----------------------------------------------------------------------------


def resolved(emitter: Emitter, node: Code) -> Code:
    """Return what a name means that an element could have a key for, if it certainly has none.

    Outside the elements there are no keys. That no context of an input has a key of such a name may
    be taken for granted.
    """
    quick = emitter.quick
    while quick is not None and isinstance(node, (code.ItemKey, code.ItemCall)):
        owner = emitter.variable(node.owner)
        otherwise = node.otherwise if isinstance(node, code.ItemKey) else node.builtin
        if owner not in quick.absent:
            if (
                quick.granted is None
                or owner not in quick.parts
                or isinstance(otherwise, code.Refused)
            ):
                return node
            quick.granted.absent.add(node.key)
        node = otherwise
    return node


def is_part(emitter: Emitter, node: Code) -> bool:
    """Say whether a value, or each of its elements, is a part of what the caller gave."""
    if emitter.quick is None:
        return False
    node = resolved(emitter, node)
    if isinstance(node, code.Ref):
        return emitter.variable(node.binding) in emitter.quick.parts
    return isinstance(node, (code.GetPath, code.Select)) and is_part(emitter, node.value)


_CONSTANTS = frozenset({str, int, Decimal, bool})


def meaning(emitter: Emitter, node: Code, item: str) -> Hashable | None:
    """Return what a plain condition asks of an element in a variable; None for other conditions.

    Two conditions that mean the same pick the same elements of a list, in whatever decision.
    """
    node = resolved(emitter, node)
    match node:
        case code.Ref():
            holder = emitter.holder(node.binding)
            return ("element",) if holder == item else ("variable", holder)
        case code.Const():
            return plain_constant(node)
        case code.GetPath():
            around = meaning(emitter, node.value, item)
            return around and ("entry", around, node.name)
        case code.Apply() | code.Logic():
            asked = node.arguments if isinstance(node, code.Apply) else node.parts
            word = node.op if isinstance(node, code.Apply) else node.connective
            each = tuple(meaning(emitter, part, item) for part in asked)
            return None if None in each else (word, *each)
    return None


def plain_constant(node: code.Const) -> tuple[str, Hashable, Hashable] | None:
    """Return what tells a constant from others; None for one of an unusual class."""
    of: type = type(node.value)
    return ("value", of, node.value) if of in _CONSTANTS else None


def depends_on(emitter: Emitter, node: Code) -> set[Binding]:
    """Return the bindings that occur in a node, without elements whose keys are not asked."""
    found: set[Binding] = set()
    todo: list[object] = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, (code.ItemKey, code.ItemCall)):
            meant = resolved(emitter, part) if emitter.holder(part.owner) else part
            if meant is not part:
                todo.append(meant)
                continue
        if isinstance(part, Binding):
            found.add(part)
        elif isinstance(part, tuple):
            todo.extend(part)
        elif isinstance(part, code.Part):
            todo.extend(code.parts_of(part))
    return found
