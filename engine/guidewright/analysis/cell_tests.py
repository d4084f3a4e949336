"""What the cells of a column compare with, and their truth for a value, as the engine tells it.

In: the cells of a compiled table. Out: for each, the values at which its truth may change (its
cuts), or the reason why these are not known; and a function that gives its truth. The truth is
always computed by the engine's own code, never a second time here; only the cuts are read off.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from guidewright.dmn.cells import Box
from guidewright.feel import code
from guidewright.feel.code import Code, Op
from guidewright.feel.python_backend import Unit, new_unit
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.values import Range

Truth = Callable[[Any], bool | None]
COMPARISONS = frozenset(
    {
        *(Op.EQUAL, Op.NOT_EQUAL, Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL),
        *(Op.IN_RANGE, Op.UNARY_IN, Op.UNARY_TEST),
    }
)
FEW = 5  # items that a list is counted to
UNSTEADY = frozenset({"now", "today", "random number"})  # functions whose value is not in the text


@dataclass(frozen=True, slots=True)
class ListTest:
    """What a cell asks of a list: whether it contains these items, and counts up to a number."""

    items: tuple[Any, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class CellTest:
    """One cell. `cuts` is None when it says more than comparisons with constants.

    `others` are variables besides the column's own value that it looks at; then it has no truth of
    its own, and `truth` is None.
    """

    text: str
    cuts: tuple[Any, ...] | None
    truth: Truth | None
    others: tuple[str, ...] = ()
    box: Box | None = None  # of a plain cell: its values as data
    listed: ListTest | None = None  # of a cell that only asks what a list contains, and how many

    @property
    def plain(self) -> bool:
        """Whether the cell is a set of values that its cuts delimit."""
        return self.cuts is not None


def always(value: Any) -> bool | None:
    """The truth of `-`."""
    return True


ANY_VALUE = CellTest("-", (), always)


class CellTests:
    """Reads cells; the same text in the same column is read once. Call `build` at the end."""

    def __init__(self) -> None:
        self._unit: Unit = new_unit("cells")
        self._known: dict[tuple[int, str], CellTest] = {}
        self._namespace: dict[str, Any] = {}

    def of_box(self, text: str, box: Box) -> CellTest:
        """Return the test of a plain cell."""
        return CellTest(text, tuple(_box_cuts(box)), box.test, box=box)

    def of_code(self, text: str, cell: Code | None, binding: Binding) -> CellTest:
        """Return the test of a cell that is code about `binding`."""
        if cell is None:
            return ANY_VALUE
        key = (id(binding), text)
        if key not in self._known:
            self._known[key] = self._read(text, cell, binding)
        return self._known[key]

    def _read(self, text: str, cell: Code, binding: Binding) -> CellTest:
        others = tuple(sorted({each.name for each in free(cell) if each is not binding}))
        if others:
            return CellTest(text, None, None, others)
        name = self._unit.function([binding], cell)
        try:
            cuts: tuple[Any, ...] | None = tuple(_cuts(cell, {binding}))
        except Opaque:
            cuts = None
        namespace = self._namespace

        def truth(value: Any) -> bool | None:
            answer = namespace[name](Runtime(), value)
            return answer if isinstance(answer, bool) else None

        listed = _list_test(cell, binding)
        return CellTest(text, cuts, _of_lists(truth, listed) if listed else truth, listed=listed)

    def build(self) -> None:
        """Compile what was read; before, no test of code has a truth."""
        self._namespace.update(self._unit.build())


def _of_lists(truth: Truth, asked: ListTest) -> Truth:
    """Return the truth of a cell about lists; those that are alike to it are asked once."""
    known: dict[tuple[Any, ...], bool | None] = {}
    if not all(isinstance(each, str) for each in asked.items):  # 1 is True in Python, not in FEEL
        return truth

    def same(value: Any) -> bool | None:
        if not isinstance(value, list):
            return truth(value)
        key = (min(len(value), asked.count + 1), *(each in value for each in asked.items))
        if key not in known:
            known[key] = truth(value)
        return known[key]

    return same


def _cuts(node: Code, subjects: set[Binding]) -> Iterator[Any]:
    """Yield the values at which the truth of a node may change; raise when it is no such."""
    match node:
        case code.Const():
            return
        case code.Ref():  # a condition that is the value itself: true or false
            yield from (True, False)
        case code.Logic(parts=parts):
            for part in parts:
                yield from _cuts(part, subjects)
        case code.Not(part=part):
            yield from _cuts(part, subjects)
        case code.Let(binding=alias, value=code.Ref(binding=of), body=body) if of in subjects:
            yield from _cuts(body, subjects | {alias})
        case code.Apply(op=op, arguments=(left, right)) if op in COMPARISONS:
            if isinstance(left, code.Ref) and left.binding in subjects:
                yield from constants_of(constant(right))
            elif isinstance(right, code.Ref) and right.binding in subjects:
                yield from constants_of(constant(left))
            else:
                raise Opaque
        case _:
            raise Opaque


def _list_test(node: Code, subject: Binding) -> ListTest | None:
    """Return what a cell asks of a list, or None when it asks anything else."""
    match node:
        case code.Logic() | code.Not():
            inner = node.parts if isinstance(node, code.Logic) else (node.part,)
            asked = [_list_test(each, subject) for each in inner]
            known = [each for each in asked if each is not None]
            if len(known) < len(asked):
                return None
            items = tuple(item for each in known for item in each.items)
            return ListTest(items, max((each.count for each in known), default=0))
        case code.CallBuiltin(builtin=builtin, arguments=(part,)) if builtin.name == "not":
            return _list_test(part, subject)
        case code.CallBuiltin(builtin=builtin, arguments=(code.Ref(binding=of), code.Const())):
            if of is subject and builtin.name == "list contains":
                item = node.arguments[1]
                return ListTest((item.value,)) if isinstance(item, code.Const) else None
        case code.Apply(op=op, arguments=(left, code.Const(value=value))) if op in COMPARISONS:
            if isinstance(left, code.Ref) and left.binding is subject and value is None:
                return ListTest()
            if _counts(left, subject) and type(value) is int and 0 <= value < FEW:
                return ListTest((), value)
    return None


def _counts(node: Code, subject: Binding) -> bool:
    """Say whether a node is `count(?)`."""
    match node:
        case code.CallBuiltin(builtin=builtin, arguments=(code.Ref(binding=of),)):
            return of is subject and builtin.name == "count"
    return False


def known_cuts(node: Code, subject: Binding) -> Iterator[Any]:
    """Yield the cuts of those parts of a condition that have any, and pass over the others."""
    conditions = node.parts if isinstance(node, code.Logic) else (node,)
    for each in conditions:
        try:
            yield from tuple(_cuts(each, {subject}))
        except Opaque:
            if isinstance(each, code.Logic):
                yield from known_cuts(each, subject)


class Opaque(Exception):  # noqa: N818 - not an error: a cell of another kind
    """The cell says more than comparisons with constants."""


def constants_of(value: Any) -> Iterator[Any]:
    """Yield the values that a test against `value` tells apart from others."""
    if isinstance(value, Range):
        yield from (end for end in (value.low, value.high) if end is not None)
    elif isinstance(value, list):
        for each in value:
            yield from constants_of(each)
    elif isinstance(value, dict):
        raise Opaque
    elif value is not None:
        yield value


def constant(node: Code) -> Any:
    """Return the value of code that refers to nothing; raise when it does."""
    if isinstance(node, code.Const):
        return node.value
    if not _steady(node) or any(True for _ in free(node)):
        raise Opaque
    unit = new_unit("constant")
    name = unit.function([], node)
    rt = Runtime()
    try:
        value = unit.build()[name](rt)
    except Refuse:
        raise Opaque from None
    return value


def parts(node: Any) -> Iterator[Any]:
    """Yield a node and everything below it."""
    todo = [node]
    while todo:
        each = todo.pop()
        yield each
        if isinstance(each, (Code, code.EntryCode, code.ParameterCode, code.Step)):
            for field in dataclasses.fields(each):
                value = getattr(each, field.name)
                todo.extend(value if isinstance(value, tuple) else (value,))


def free(node: Code) -> Iterator[Binding]:
    """Yield the variables that a node refers to and does not bind itself."""
    bound = set()
    used = []
    for each in parts(node):
        if isinstance(each, code.Ref):
            used.append(each.binding)
        elif isinstance(each, code.ItemKey):
            used.append(each.owner)
        elif isinstance(each, (code.Let, code.EntryCode, code.ParameterCode, code.Step)):
            bound.add(each.binding)
        elif isinstance(each, code.Select):
            bound.add(each.item)
        elif isinstance(each, code.Iterate) and each.partial is not None:
            bound.add(each.partial)
    return (each for each in used if each not in bound)


def _steady(node: Code) -> bool:
    """Say whether the value of a node is the same in every call."""
    return not any(
        isinstance(each, code.CallFunction)
        or (isinstance(each, code.CallBuiltin) and each.builtin.name in UNSTEADY)
        for each in parts(node)
    )


def _box_cuts(box: Box) -> Iterable[Any]:
    for point in box.points:
        if point is not None:
            yield point
    for span in box.spans:
        yield from (end for end in (span.low, span.high) if end is not None)
