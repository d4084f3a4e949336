"""Tables inside functions, contexts, lists and other boxes, as tables of their own.

In: a model. Out: a `TableSubject` for each such table, over the names in its scope: the parameters
of a function, earlier entries of a context, what the decision requires. The engine runs it as a
decision over these names. What the values of the names are together is not known here, so a fault
is `possible`; where their types are not known either, the table is returned as `Unread`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guidewright.analysis.cell_tests import ANY_VALUE
from guidewright.analysis.sharing import shared
from guidewright.analysis.tables import ColumnSource, SourceKind, TableSubject, table_subject
from guidewright.dmn import Model, build, model
from guidewright.dmn.model import DecisionTable, Expression, RequirementKind
from guidewright.errors import GuidewrightError, Severity
from guidewright.feel.names import normal
from guidewright.feel.types import ANY
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile
from guidewright.source import Span, text_span

Owner = model.Decision | model.BusinessKnowledgeModel
Scope = Mapping[str, model.TypeReference | None]  # names and their types, where declared


@dataclass(frozen=True, slots=True)
class Place:
    """A table and where it stands: the name of what it is in, and the names it may look at.

    `given` are those of them that are what the decision requires.
    """

    name: str
    table: DecisionTable
    owner: Owner
    scope: Scope
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A table that no check can look at, and why."""

    name: str
    place: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Nested:
    """The tables of a model that are no decision's own logic."""

    subjects: tuple[TableSubject, ...]
    unread: tuple[Unread, ...]


@shared
def nested_of(guide: Guideline) -> Nested:
    """Return the tables inside other boxes of a guideline."""
    return nested_tables(guide.model, guide.file)


def nested_tables(of: Model, file: GuidelineFile | None = None) -> Nested:
    """Return the tables inside other boxes of a model; those of imported models are not read."""
    places = list(_places(of))
    unread = list(_imported(of))
    if not places:
        return Nested((), tuple(unread))
    try:
        made = build([_with_decisions(of, places)], strict=False)
    except GuidewrightError as fault:
        why = f"it could not be read on its own: {fault}"
        return Nested((), (*unread, *(Unread(p.name, p.table.span, why) for p in places)))
    subjects = []
    for each in places:
        read = _subject(made, each, file)
        if isinstance(read, Unread):
            unread.append(read)
        else:
            subjects.append(read)
    return Nested(tuple(subjects), tuple(unread))


def _subject(made: Model, place: Place, file: GuidelineFile | None) -> TableSubject | Unread:
    """Return a table over the names of its scope; unread when a column's type is not known."""
    wrong = any(
        note.severity is Severity.ERROR and _within(note.span, place.table.span)
        for note in made.notes
    )
    if wrong or made.step_of(place.name).lower is None:
        return Unread(place.name, place.table.span, "it could not be read on its own")
    subject = table_subject(made, place.name, _declared(file, place))
    for column, clause in enumerate(subject.code.inputs):
        asked = any(row[column] is not ANY_VALUE for row in subject.tests)
        if clause.binding.type == ANY and asked:
            text = clause.clause.expression
            where = text.span if text is not None else clause.clause.span
            title = clause.clause.title
            reason = f"the type of {title!r} is not declared; give it, or the column, a typeRef"
            return Unread(place.name, where, reason)
    assumed = tuple(ColumnSource(SourceKind.EXPRESSION, each.name) for each in subject.sources)
    return dataclasses.replace(subject, sources=assumed)


def _within(inner: Span | None, outer: Span) -> bool:
    """Say whether a place lies on the lines of another."""
    if inner is None or inner.place.file != outer.place.file:
        return False
    first = outer.place.line
    return first <= inner.place.line <= first + outer.text.count("\n")


def _declared(file: GuidelineFile | None, place: Place) -> GuidelineFile | None:
    """Return what guideline.yaml says of those names that are inputs, and not hidden by others."""
    if file is None:
        return None
    inputs = {name: each for name, each in file.inputs.items() if name in place.given}
    policies = {name: each for name, each in file.policies.items() if each.input in place.given}
    return dataclasses.replace(file, inputs=inputs, policies=policies)


# where tables stand -------------------------------------------------------------------------------


def _places(of: Model) -> Iterator[Place]:
    for element in of.definitions.elements:
        if isinstance(element, model.Decision) and not isinstance(element.logic, DecisionTable):
            scope = _required(of, element)
            yield from _in(element, element.name, element.logic, scope, frozenset(scope))
        elif isinstance(element, model.BusinessKnowledgeModel):
            yield from _in(element, element.name, element.logic, {}, frozenset())


def _required(of: Model, decision: model.Decision) -> dict[str, model.TypeReference | None]:
    found: dict[str, model.TypeReference | None] = {}
    for key in of.step_of(decision.name).inputs:
        element = of.steps[key].element
        found[normal(element.name)] = element.variable.type if element.variable else None
    return found


def _in(
    owner: Owner, name: str, node: Expression | None, scope: Scope, given: frozenset[str]
) -> Iterator[Place]:
    """Yield the tables in an expression; `name` says where it stands."""
    match node:
        case None:
            return
        case DecisionTable():
            yield Place(name, node, owner, scope, given)
        case model.FunctionDefinition(parameters=parameters, body=body):
            own = {normal(each.name): each.type for each in parameters}
            yield from _in(owner, name, body, {**scope, **own}, given - own.keys())
        case model.BoxedContext(entries=entries):
            yield from _in_context(owner, name, entries, scope, given)
        case model.BoxedIterator(variable=variable, domain=domain, result=result):
            yield from _in(owner, f"{name}: domain", domain, scope, given)
            inside = {**scope, normal(variable): None}
            yield from _in(owner, f"{name}: each", result, inside, given - {normal(variable)})
        case model.BoxedFilter(value=value, match=matching):
            yield from _in(owner, f"{name}: list", value, scope, given)
            inside = {**scope, "item": None}
            yield from _in(owner, f"{name}: filter", matching, inside, given - {"item"})
        case _:
            for word, part in _parts(node):
                yield from _in(owner, f"{name}: {word}", part, scope, given)


def _in_context(
    owner: Owner,
    name: str,
    entries: tuple[model.ContextEntry, ...],
    scope: Scope,
    given: frozenset[str],
) -> Iterator[Place]:
    """Each entry sees the earlier ones."""
    inside = dict(scope)
    for entry in entries:
        word = entry.variable.name if entry.variable is not None else "result"
        yield from _in(owner, f"{name}: {word}", entry.value, dict(inside), given)
        if entry.variable is not None:
            inside[normal(entry.variable.name)] = entry.variable.type
            given = given - {normal(entry.variable.name)}


def _parts(node: Expression) -> Iterator[tuple[str, Expression | None]]:
    """Yield the parts of a box that see no more than the box itself, with a word for each."""
    match node:
        case model.BoxedInvocation(function=function, bindings=bindings):
            yield "function", function
            yield from ((each.parameter, each.value) for each in bindings)
        case model.BoxedList(items=items):
            yield from ((f"item {number}", item) for number, item in enumerate(items, 1))
        case model.Relation(columns=columns, rows=rows):
            for number, row in enumerate(rows, 1):
                names = (each.name for each in columns)
                yield from (
                    (f"row {number} {name}", cell) for name, cell in zip(names, row, strict=False)
                )
        case model.Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from (("if", condition), ("then", then), ("else", otherwise))


def _imported(of: Model) -> Iterator[Unread]:
    """Yield the tables of imported models."""
    own = of.definitions.namespace
    for step in of.steps.values():
        element = step.element
        if step.key[0] == own or not isinstance(
            element, (model.Decision, model.BusinessKnowledgeModel)
        ):
            continue
        if any(True for _ in _in(element, element.name, element.logic, {}, frozenset())):
            reason = "it stands in an imported model; verify that model, too"
            yield Unread(element.name, element.name_span, reason)


# the model that runs them -------------------------------------------------------------------------


def _with_decisions(of: Model, places: list[Place]) -> model.Definitions:
    """Return the model with a decision for each table, over input data of the names in scope."""
    added: list[model.DrgElement] = []
    for number, place in enumerate(places):
        needs = [
            each for each in place.owner.requirements if each.kind is RequirementKind.KNOWLEDGE
        ]
        for name, of_type in place.scope.items():
            identity = f"nested-{number}-{name}"
            span = place.table.span
            variable = model.Variable(name, of_type, span)
            added.append(model.InputData(identity, span, None, None, name, span, variable))
            target = model.Reference(None, identity, text_span(identity))
            needs.append(model.Requirement(RequirementKind.INPUT, target, None))
        added.append(_decision(number, place, tuple(needs)))
    return dataclasses.replace(of.definitions, elements=(*of.definitions.elements, *added))


def _decision(number: int, place: Place, needs: tuple[Any, ...]) -> model.Decision:
    span = place.table.span
    variable = model.Variable(place.name, None, span)
    return model.Decision(
        f"nested-{number}",
        span,
        None,
        None,
        place.name,
        span,
        variable,
        None,
        None,
        needs,
        place.table,
    )
