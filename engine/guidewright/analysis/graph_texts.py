"""Checks of the requirement graph that need no solver: what stands in the files says it.

In: a guideline. Out: findings on elements nobody uses, types that differ along an edge, and one
input that two tables cut at different places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from guidewright.analysis.axes import Axis, Kind, number_of
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, stated
from guidewright.analysis.properties import properties_of
from guidewright.analysis.tables import SourceKind, TableSubject, subjects_of
from guidewright.analysis.words import value_words
from guidewright.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    DecisionTable,
    DrgElement,
    InputData,
    RequirementKind,
)
from guidewright.errors import Severity
from guidewright.feel.names import normal
from guidewright.feel.types import NUMBER
from guidewright.guideline.guide import Guideline
from guidewright.source import Span

NEAR = Fraction(1, 10)  # thresholds that differ by less may be meant to be one

# what nobody uses -------------------------------------------------------------------------------


@check("graph.unused", numbers=(41,), severity=Severity.WARNING, subject=Subject.GRAPH)
def unused_elements(guide: Guideline) -> Iterator[Finding]:
    """An input, decision or function that nobody uses, or a requirement written twice.

    What it finds: input data that no decision requires and no part of the workflow looks at;
    decisions that stand neither in the outcome nor in the workflow nor in a property, and that
    nothing requires; business knowledge models and services that nobody calls; the same requirement
    written twice. That a requirement is missing, or required and not used, is reported at load.
    Why it matters: a datum that is asked for and changes nothing costs time, and a decision that
    nobody reads was meant for something.
    Example: an input "weight" that is left over from an earlier version.
    To repair: remove it, or use it.
    """
    mine = CHECKS["graph.unused"]
    used = _required(guide) | _read_elsewhere(guide)
    kinds = {
        InputData: ("input", "no decision requires it"),
        Decision: ("decision", "nothing requires it, and neither outcome nor workflow names it"),
        BusinessKnowledgeModel: ("function", "nothing calls it"),
        DecisionService: ("decision service", "nothing calls it"),
    }
    for element in guide.model.definitions.elements:
        words = kinds.get(type(element))
        if words is not None and normal(element.name) not in used:
            text = f"the {words[0]} {element.name!r} is not used: {words[1]}"
            about = About(normal(element.name), (element.name_span,))
            claim = mine.claim(about, text, hint="remove it, or use it")
            yield stated(claim, words[1])
        yield from _twice(element)


def _twice(element: DrgElement) -> Iterator[Finding]:
    seen: set[str] = set()
    for each in getattr(element, "requirements", ()):
        if each.target.id in seen:
            text = f"{element.name!r} requires {each.target.id!r} twice"
            about = About(normal(element.name), (each.target.span,))
            claim = CHECKS["graph.unused"].claim(about, text, hint="remove one of the two")
            yield stated(claim, each.target.span.text)
        seen.add(each.target.id)


def _required(guide: Guideline) -> set[str]:
    by_id = guide.model.definitions.by_id()
    found: set[str] = set()
    for element in guide.model.definitions.elements:
        for each in getattr(element, "requirements", ()):
            target = by_id.get(each.target.id)
            if target is not None and each.kind is not RequirementKind.AUTHORITY:
                found.add(normal(target.name))
        if isinstance(element, DecisionService):
            inside = (*element.output_decisions, *element.encapsulated_decisions)
            inputs = (*element.input_data, *element.input_decisions)
            for reference in (*inside, *inputs):
                target = by_id.get(reference.id)
                if target is not None:
                    found.add(normal(target.name))
    return found


def _read_elsewhere(guide: Guideline) -> set[str]:
    """Return the names that the outcome, the workflow and the properties look at."""
    found = {normal(name) for plan in guide.file.outcome for name in plan.decisions}
    if guide.graph is not None:
        asks = [state.ask for state in guide.graph.states if state.ask is not None]
        found |= {normal(each.decision.name) for each in asks}
        texts = [guard.text for guard in guide.graph.guards]
        found |= {
            normal(each.name)
            for each in guide.model.definitions.elements
            if any(each.name in text for text in texts)
        }
    for each in properties_of(guide).properties:
        for condition in (each.whom, getattr(each.claim, "condition", None)):
            found |= set(condition.names) if condition is not None else set()
    return found


# types along edges --------------------------------------------------------------------------------


@check("graph.type-differs", numbers=(48,), severity=Severity.WARNING, subject=Subject.GRAPH)
def types_along_edges(guide: Guideline) -> Iterator[Finding]:
    """A column declares another type for a value than the input or decision it shows.

    What it finds: a column whose expression is the name of an input or decision, with a declared
    type that is another item definition than that of the value, unless both allow the same.
    Why it matters: two definitions of one thing drift apart; a value that the one allows is then
    unknown to the other. Units stand at the inputs in guideline.yaml, once, so they cannot differ
    along an edge; a unit in a column's title is compared by `table.unit`.
    Example: the column has `tSeverity3`, the input has `tSeverity2`.
    To repair: give both the same item definition.
    """
    mine = CHECKS["graph.type-differs"]
    types = _declared(guide)
    for decision in guide.model.definitions.decisions:
        table = decision.logic
        if not isinstance(table, DecisionTable):
            continue
        for clause in table.inputs:
            name = normal(clause.expression.text) if clause.expression is not None else ""
            if clause.type is None or name not in types or clause.type.name == types[name][0]:
                continue
            wanted, allowed = types[name]
            if _allowed(guide, clause.type.name) == allowed:
                continue
            text = (
                f"the column {clause.title!r} of {decision.name!r} has the type "
                f"{clause.type.name}, and {name!r} is {wanted}"
            )
            about = About(normal(decision.name), (clause.type.span,))
            claim = mine.claim(about, text, hint="give both the same item definition")
            yield stated(claim, f"{clause.type.name} beside {wanted}")


def _declared(guide: Guideline) -> dict[str, tuple[str, object]]:
    """Return for each input and decision the name of its type and what that allows."""
    found: dict[str, tuple[str, object]] = {}
    for step in guide.model.steps.values():
        variable = step.element.variable
        if isinstance(step.element, (InputData, Decision)) and variable and variable.type:
            of = variable.type.name
            found[normal(step.element.name)] = of, _allowed(guide, of)
    return found


def _allowed(guide: Guideline, of: str) -> object:
    """Return what a type allows: its base type and its allowed values as written."""
    for item in guide.model.definitions.item_definitions:
        if item.name == of:
            base = item.type.name if item.type is not None else ""
            text = item.allowed_values.text if item.allowed_values is not None else ""
            return base, item.is_collection, "".join(text.split())
    return of, False, ""


# one input, two thresholds ------------------------------------------------------------------------


@check("graph.thresholds-differ", numbers=(47,), severity=Severity.INFO, subject=Subject.GRAPH)
def differing_thresholds(guide: Guideline) -> Iterator[Finding]:
    """Two tables cut the same input at almost the same place, or at one place in two ways.

    What it finds: an input with a threshold in one table and a threshold less than a tenth away in
    another; or with the same threshold, where the one counts the value itself to the part above and
    the other to the part below.
    Why it matters: a patient between the two is old for the one table and young for the other.
    Example: `age >= 65` in one table and `age > 65` in another.
    To repair: use one threshold, in a decision of its own that both tables require.
    """
    mine = CHECKS["graph.thresholds-differ"]
    cuts: dict[str, list[tuple[TableSubject, Mapping[Fraction, frozenset[str]]]]] = {}
    for table in subjects_of(guide):
        for place, (axis, source) in enumerate(zip(table.axes, table.sources, strict=True)):
            if source.kind is SourceKind.INPUT and axis.type == NUMBER:
                cuts.setdefault(source.name, []).append((table, _cuts(table, place, axis)))
    for name, tables in cuts.items():
        for (one, first), (two, second) in combinations(tables, 2):
            for text in _differences(name, one.decision, two.decision, first, second):
                spans = (_column(one, name), _column(two, name))
                about = About(name, tuple(span for span in spans if span is not None))
                claim = mine.claim(about, text, hint="use one threshold that both tables require")
                yield stated(claim, text)


def _column(table: TableSubject, name: str) -> Span | None:
    for clause in table.table.inputs:
        if clause.expression is not None and normal(clause.expression.text) == name:
            return clause.span
    return None


def _cuts(table: TableSubject, place: int, axis: Axis) -> dict[Fraction, frozenset[str]]:
    """Return the thresholds of a column, and whether the value counts as above or below."""
    rules = [
        frozenset(rule.index for rule in table.rules if rule.may[place] >> index & 1)
        for index in range(len(axis.parts))
    ]
    found: dict[Fraction, frozenset[str]] = {}
    for index, part in enumerate(axis.parts):
        if part.kind is not Kind.POINT or not 0 < index < len(axis.parts) - 1:
            continue
        below, above = rules[index - 1], rules[index + 1]
        if axis.parts[index + 1].kind is not Kind.GAP or below == above:
            continue
        sides = {"below": below, "above": above}
        found[Fraction(part.value)] = frozenset(
            side for side, these in sides.items() if these == rules[index]
        )
    return found


def _differences(
    name: str,
    one: str,
    two: str,
    first: Mapping[Fraction, frozenset[str]],
    second: Mapping[Fraction, frozenset[str]],
) -> Iterator[str]:
    for at, side in first.items():
        if at in second and side and second[at] and not side & second[at]:
            words = f"{name} {_number(at)}"
            yield (
                f"{words} counts as {_side(side)} in {one!r} and as {_side(second[at])} in {two!r}"
            )
    for at in first.keys() - second.keys():
        for other in second.keys() - first.keys():
            if 0 < abs(at - other) < NEAR * max(abs(at), abs(other)):
                yield f"{one!r} cuts {name} at {_number(at)}, {two!r} at {_number(other)}"


def _side(sides: frozenset[str]) -> str:
    return next(iter(sides))


def _number(value: Fraction) -> str:
    return value_words(number_of(value))
