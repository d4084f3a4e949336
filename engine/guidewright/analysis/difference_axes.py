"""The inputs of two versions as common axes: no cell of either can tell two values of a part apart.

In: two versions and the guideline files they belong to. Out: `Space`: one axis an input, how each
version reads every part, and which uses of an input look at more than the parts tell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from guidewright.analysis.axes import (
    NULL_PART,
    SCALES,
    UNSEEN_PART,
    Axis,
    Kind,
    Part,
    even,
    type_of_value,
)
from guidewright.analysis.cell_tests import COMPARISONS, CellTest, constants_of
from guidewright.analysis.difference_fingerprints import item_fingerprint
from guidewright.analysis.difference_versions import Node, Version
from guidewright.analysis.domains import Declared, allowed_values, axis_of, domain_cuts
from guidewright.analysis.regions import Box
from guidewright.analysis.tables import declared_of_input
from guidewright.dmn.steps import Step
from guidewright.feel import code
from guidewright.feel.code import Code, Op
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.types import STRING
from guidewright.feel.values import Range
from guidewright.guideline.model import GuidelineFile

Files = Sequence[GuidelineFile | None]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """All inputs of two versions; the first index of `views` and `blurred` is the version.

    `views` has the value that a version reads where the data have that of a part: null where it
    refuses it. `fixed` are the policies whose reading is given. `blurred` are the inputs of which a
    decision (or a column's expression) looks at more than the parts of the axis tell apart.
    """

    axes: tuple[Axis, ...]
    place: dict[str, int]
    views: tuple[tuple[tuple[Any, ...], ...], ...]
    blurred: tuple[dict[str, frozenset[str]], ...]
    fixed: frozenset[str]
    _chosen: dict[tuple[int, int], Part | None] = field(default_factory=dict)

    def pair(self, first: int, second: int) -> Space:
        """Return the space of two of the versions."""
        return replace(
            self,
            views=(self.views[first], self.views[second]),
            blurred=(self.blurred[first], self.blurred[second]),
        )

    def is_point(self, axis: int, part: int) -> bool:
        """Say whether a part is a single value, so that its representative says everything."""
        kind = self.axes[axis].parts[part].kind
        if kind is Kind.VALUE:
            return not self.axes[axis].mask(Kind.UNSEEN)
        return kind in (Kind.POINT, Kind.NULL)

    def patient(self, box: Box) -> dict[str, Any]:
        """Return the values of a patient in a box; what may be missing and need not be told is."""
        found = {}
        for place, (axis, mask) in enumerate(zip(self.axes, box, strict=True)):
            key = (place, mask)
            if key not in self._chosen:
                self._chosen[key] = self._part(axis, mask)
            part = self._chosen[key]
            if part is not None:
                found[axis.name] = part.value
        return found

    def _part(self, axis: Axis, mask: int) -> Part | None:
        """Return the part that stands for a set; None where nothing need be told."""
        null, known = axis.mask(Kind.NULL), mask & axis.known
        if axis.name in self.fixed or not known or (mask & null and mask == axis.full):
            return None
        return max(axis.chosen(known), key=lambda each: each.weight)


def space_of(
    versions: Sequence[Version], files: Files, readings: Sequence[Mapping[str, str]] | None = None
) -> Space:
    """Return the common axes of versions.

    `readings` fixes the inputs of policies, for each version; they then have a single part.
    """
    names = list(dict.fromkeys(name for each in versions for name in each.inputs))
    read = {each: (_uses(each), _tests(each)) for each in versions}
    uses, tests = [read[each][0] for each in versions], [read[each][1] for each in versions]
    axes = []
    for name in names:
        known = [test for each in tests for test in each.get(name, ())]
        known += [_cut(value) for each in uses for value in each.cuts.get(name, ())]
        steps = [each.inputs.get(name) for each in versions]
        aliased = any(name in each.aliases for each in versions)
        axes.append(_unknowable(name) if aliased else _axis(name, steps, files, known))
    policies = _policies(files)
    axes = [
        each if len(each.parts) == 1 else _weighted_by_default(each, policies.get(each.name))
        for each in axes
    ]
    space = Space(
        tuple(axes),
        {axis.name: index for index, axis in enumerate(axes)},
        tuple(tuple(_view(axis, each.inputs.get(axis.name)) for axis in axes) for each in versions),
        tuple(each.blurred for each in uses),
        frozenset(),
    )
    return under(space, versions, readings) if readings else space


def under(
    space: Space, versions: Sequence[Version], readings: Sequence[Mapping[str, str]]
) -> Space:
    """Return the space in which each version reads policies, by input, in a given way."""
    fixed = frozenset(name for each in readings for name in each)
    axes = tuple(
        _fixed(axis.name, [each.get(axis.name) for each in readings])
        if axis.name in fixed
        else axis
        for axis in space.axes
    )
    views = tuple(
        tuple(
            (given[axis.name],)
            if axis.name in given
            else (_view(axis, version.inputs.get(axis.name)) if axis.name in fixed else view)
            for axis, view in zip(axes, seen, strict=True)
        )
        for version, seen, given in zip(versions, space.views, readings, strict=True)
    )
    return replace(space, axes=axes, views=views, fixed=fixed, _chosen={})


def _policies(files: Files) -> dict[str, str]:
    """Return the default reading by input; that of the later version counts."""
    return {
        policy.input: policy.default
        for file in files
        if file is not None
        for policy in file.policies.values()
    }


def _fixed(name: str, readings: Sequence[str | None]) -> Axis:
    """Return the axis of a policy whose reading is given."""
    value = readings[-1] or readings[0]
    return Axis(name, STRING, (Part(Kind.VALUE, value, weight=Fraction(1)),))


def _weighted_by_default(axis: Axis, reading: str | None) -> Axis:
    """Give the default reading of a policy all the weight: shares are those of patients."""
    if reading is None:
        return axis
    parts = tuple(replace(each, weight=Fraction(int(each.value == reading))) for each in axis.parts)
    return replace(axis, parts=parts)


def _view(axis: Axis, step: Step | None) -> tuple[Any, ...]:
    if step is None:
        return tuple(each.value for each in axis.parts)
    rt = Runtime()
    return tuple(
        None if step.item is not None and any(step.item.refusals(rt, each.value)) else each.value
        for each in axis.parts
    )


# axes --------------------------------------------------------------------------------------------


def _axis(name: str, steps: Sequence[Step | None], files: Files, tests: Sequence[CellTest]) -> Axis:
    declared = [
        declared_of_input(file, name, step)
        for file, step in zip(files, steps, strict=True)
        if step is not None
    ]
    known = declared[-1]
    ends = [end for end in (known.low, known.high) if end is not None]
    tests = [*tests, *map(_cut, ends)]
    # a patient beyond the declared range is not refused: he is looked at, but counts nothing
    declared = [replace(each, step=None, low=None, high=None) for each in declared]
    return _weighted_by_range(_axis_of(name, declared, tests), known)


def _axis_of(name: str, declared: Sequence[Declared], tests: Sequence[CellTest]) -> Axis:
    prints = {(each.type, item_fingerprint(each.item)) for each in declared}
    if len({str(each.type) for each in declared}) > 1:
        return _unknowable(name)
    # one type: cells with the same text say the same, in whichever table they stand
    distinct = list({(each.text, each.cuts): each for each in tests}.values())
    first, last = declared[0], declared[-1]
    if len(prints) == 1 and all(replace(each, item=first.item) == first for each in declared):
        return axis_of(name, first, distinct)
    return _joined(name, first, last, distinct)


def _weighted_by_range(axis: Axis, declared: Declared) -> Axis:
    """Give the parts of a declared range their length, and those beyond it nothing."""
    scale = SCALES.get(axis.type)
    if scale is None or declared.low is None or declared.high is None:
        return axis
    low, high = scale.rank(declared.low), scale.rank(declared.high)
    parts = []
    for each in axis.parts:
        length = Fraction(0)
        if each.kind is Kind.GAP and each.low is not None and each.high is not None:
            ends = scale.rank(each.low), scale.rank(each.high)
            if low <= ends[0] and ends[1] <= high:
                length = (ends[1] - ends[0]) / (high - low)
        parts.append(replace(each, weight=length))
    return replace(axis, parts=tuple(parts))


def _joined(name: str, first: Declared, last: Declared, tests: Sequence[CellTest]) -> Axis:
    """Return the axis of an input whose two versions may have different values."""
    cuts: list[Any] = []
    for each in (first, last):
        cuts += domain_cuts(each.item, each.type)[0]
        cuts += [end for value in allowed_values(each.item) for end in constants_of(value)]
    plain = Declared(
        last.type,
        never_null=first.never_null and last.never_null,
        unit=last.unit,
    )
    axis = axis_of(name, plain, [*tests, *map(_cut, dict.fromkeys(cuts))])
    fits = [partial(_fits, each) for each in (first, last)]
    parts = [
        each
        for each in axis.parts
        if each.kind in (Kind.NULL, Kind.UNSEEN) or any(fit(each.value) for fit in fits)
    ]
    total = sum((each.weight for each in parts), Fraction(0))
    weighted = (
        [replace(each, weight=each.weight / total) for each in parts] if total else even(parts)
    )
    return replace(axis, parts=tuple(weighted))


def _fits(declared: Declared, value: Any) -> bool:
    return declared.item is None or not any(declared.item.refusals(Runtime(), value))


def _unknowable(name: str) -> Axis:
    """Return the axis of an input about whose values nothing can be said."""
    return Axis(name, STRING, (NULL_PART, UNSEEN_PART))


def _cut(value: Any) -> CellTest:
    """Return a test that tells one value from those before and after it."""
    return CellTest("", (value,), lambda each: each == value)


# uses --------------------------------------------------------------------------------------------


def _tests(of: Version) -> dict[str, list[CellTest]]:
    """Return the cells that look at each input directly."""
    found: dict[str, list[CellTest]] = {}
    for node in map(of.node, of.decisions):
        if node.table is None:
            continue
        for place, column in enumerate(node.table.columns):
            if column.name in of.inputs:
                tests = [row[place] for row in node.table.tests if row[place].truth is not None]
                gate = [column.gate] if column.gate is not None else []
                found.setdefault(str(column.name), []).extend((*tests, *gate))
    return found


@dataclass(frozen=True, slots=True)
class _Uses:
    """How expressions look at inputs: cuts by input, and blurred inputs by decision."""

    cuts: dict[str, list[Any]]
    blurred: dict[str, frozenset[str]]


def _uses(of: Version) -> _Uses:
    uses = _Uses({}, {})
    for node in map(of.node, of.decisions):
        blurred = set()
        for name, binding in _variables(of, node):
            for piece in _pieces(node):
                exact, cuts = expression_cuts(piece, binding)
                uses.cuts.setdefault(name, []).extend(cuts)
                if not exact:
                    blurred.add(name)
        uses.blurred[node.name] = frozenset(blurred)
    return uses


def _variables(of: Version, node: Node) -> Iterator[tuple[str, Binding]]:
    if node.lowered is not None:
        for name, binding in zip(node.needs, node.lowered.bindings, strict=True):
            if name in of.inputs:
                yield name, binding


def _pieces(node: Node) -> Iterator[Code]:
    """Yield the code of a decision that is no cell of a column."""
    if node.table is None:
        if node.lowered is not None:
            yield node.lowered.logic
        return
    yield from (column.value for column in node.table.columns if column.name is None)
    yield from node.table.computed


def expression_cuts(node: Code, subject: Binding) -> tuple[bool, list[Any]]:
    """Return whether code compares a variable with constants only, and the constants it has.

    When it does more, its constants are still good places to try.
    """
    exact, cuts = True, []
    todo: list[tuple[Any, frozenset[Binding]]] = [(node, frozenset({subject}))]
    while todo:
        each, aliases = todo.pop()
        match each:
            case code.Ref(binding=binding) if binding in aliases:
                exact = False
            case code.Let(binding=alias, value=code.Ref(binding=of), body=body) if of in aliases:
                todo.append((body, aliases | {alias}))
            case code.Apply(op=op, arguments=(left, right)) if op in COMPARISONS:
                sides = ((left, right), (right, left))
                against = [
                    list(_constants(other))
                    for one, other in sides
                    if isinstance(one, code.Ref) and one.binding in aliases and _is_constant(other)
                ]
                if against:
                    cuts += against[0]
                    exact = exact and not _is_text_order(op, against[0], (left, right))
                else:
                    todo += [(left, aliases), (right, aliases)]
            case code.Const(value=value):
                if type_of_value(value) is not None:
                    cuts.append(value)
            case _:
                todo.extend((child, aliases) for child in _children(each))
    return exact, cuts


def _is_text_order(op: Op, cuts: Sequence[Any], sides: Sequence[Code]) -> bool:
    """Say whether texts are compared by order, which a part for all other texts does not tell."""
    if not any(isinstance(each, str) for each in cuts):
        return False
    ranges = any(
        isinstance(each, code.MakeRange)
        or (isinstance(each, code.Const) and isinstance(each.value, (Range, list)))
        for each in sides
    )
    return ranges or op not in (Op.EQUAL, Op.NOT_EQUAL)


def _is_constant(node: Code) -> bool:
    match node:
        case code.Const():
            return True
        case code.MakeRange(low=low, high=high):
            return all(end is None or isinstance(end, code.Const) for end in (low, high))
        case code.MakeList(items=items):
            return all(map(_is_constant, items))
        case _:
            return False


def _constants(node: Code) -> Iterator[Any]:
    match node:
        case code.Const(value=value):
            if not isinstance(value, dict):
                yield from constants_of(value)
        case code.MakeRange(low=low, high=high):
            yield from (end.value for end in (low, high) if isinstance(end, code.Const))
        case code.MakeList(items=items):
            for each in items:
                yield from _constants(each)


def _children(node: Any) -> Iterable[Any]:
    if not isinstance(node, (Code, code.EntryCode, code.ParameterCode, code.Step)):
        return
    for each in dataclasses.fields(node):
        value = getattr(node, each.name)
        yield from value if isinstance(value, tuple) else (value,)
