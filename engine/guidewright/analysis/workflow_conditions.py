"""The conditions of a workflow as decisions of its model, and values that represent all there are.

In: a guideline with a workflow. Out: a version of the model with a decision for each condition and
computed value, its axes, and for a search values to try: one of each class that some condition,
decision or property tells from others. Where they may not represent all values, it is said.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidewright.analysis.axes import SCALES, Axis, Kind, is_local, ordered_parts, type_of_value
from guidewright.analysis.difference_axes import Space, expression_cuts, space_of
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.properties import Condition
from guidewright.analysis.sharing import shared
from guidewright.dmn import build, model
from guidewright.dmn.model import Definitions, Text
from guidewright.errors import GuidewrightError
from guidewright.feel.names import normal
from guidewright.guideline.evaluator import awaited, input_types
from guidewright.guideline.guide import Guideline
from guidewright.source import text_span
from guidewright.workflow.model import Graph, Guard

MANY = 60  # values of one datum that a search tries; of more, only some


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """The model with the conditions of a workflow as decisions, by text, under all readings.

    Without a version where the conditions could not be read together.
    """

    version: Version | None
    space: Space
    names: dict[str, str]


@shared
def conditions_of(guide: Guideline) -> Conditions:
    """Return the conditions of a guideline's workflow."""
    graph = guide.graph
    assert graph is not None  # noqa: S101 - checks of workflows are run only where there is one
    guards = list(dict.fromkeys(each.text for each in graph.guards))
    names = {text: f"condition {number} of the workflow" for number, text in enumerate(guards)}
    try:
        version = Version(build([_with_conditions(guide, graph, names)], strict=False))
    except GuidewrightError:
        return Conditions(None, space_of((Version(guide.model),), (guide.file,)), names)
    return Conditions(version, space_of((version, version), (guide.file, guide.file)), names)


# values to try ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """Values by datum; `inexact` says where they may not stand for all others."""

    values: Mapping[str, Sequence[Any]]
    inexact: tuple[str, ...]


def tried(guide: Guideline, whom: Condition | None) -> Tried:
    """Return values that represent all that a workflow, and a condition on patients, tell apart."""
    asked = conditions_of(guide)
    if asked.version is None:
        return Tried({}, ("the conditions could not be read together",))
    inexact: list[str] = []
    cuts: dict[str, list[Any]] = {}
    for name, binding in _variables(whom):
        exact, found = expression_cuts(whom.code, binding) if whom is not None else (True, [])
        cuts[name] = found
        if not exact:
            inexact.append(f"'for' computes with {name!r}")
    carried = guide.file.policy_inputs
    values = {
        axis.name: list(_values(axis, cuts.get(axis.name, []), inexact))
        for axis in asked.space.axes
        if axis.name not in carried
    }
    inexact += _computed(guide, asked.version, asked.space, asked.names.values(), cuts)
    return Tried(values, tuple(dict.fromkeys(inexact)))


def _variables(whom: Condition | None) -> Iterator[tuple[str, Any]]:
    if whom is not None:
        yield from ((each.name, each) for each in whom.bindings if each.name in whom.names)


def _values(axis: Axis, cuts: Sequence[Any], inexact: list[str]) -> Iterator[Any]:
    """Yield a value of each class of an axis that these cuts make finer."""
    known = [part for part in axis.parts if part.kind not in (Kind.NULL, Kind.UNSEEN)]
    if axis.mask(Kind.UNSEEN):
        inexact.append(f"{axis.name!r} has other values than those tried")
    if len(known) > MANY:
        inexact.append(f"of the values of {axis.name!r} only some were tried")
    yield from (part.value for part in known[:MANY])
    new = [cut for cut in cuts if cut is not None]
    if not new:
        return
    if axis.type not in SCALES:
        yield from (cut for cut in new if all(cut != part.value for part in known))
        return
    ends = [end for part in known for end in (part.low, part.high) if end is not None]
    points = [*ends, *(part.value for part in known if part.kind is Kind.POINT), *new]
    local = [each for each in points if type_of_value(each) == axis.type and is_local(each)]
    yield from (part.value for part in ordered_parts(SCALES[axis.type], local))


def _computed(
    guide: Guideline, version: Version, space: Space, conditions: Iterable[str], more: Iterable[str]
) -> Iterator[str]:
    """Yield which questions of the workflow do more with a datum than compare it."""
    graph = guide.graph
    assert graph is not None  # noqa: S101 - there are conditions
    asked = [normal(state.ask.decision.name) for state in graph.states if state.ask is not None]
    goals = [*asked, *conditions, *(name for name in more if name in version.names)]
    for name in sorted({each for goal in goals for each in version.cone(goal)}):
        if name not in version.names:
            continue
        if version.node(name).unsteady:
            yield f"{name!r} depends on the time of the call"
        yield from (f"{name!r} computes with {each!r}" for each in sorted(space.blurred[0][name]))


# the model ----------------------------------------------------------------------------------------


def _with_conditions(guide: Guideline, graph: Graph, names: dict[str, str]) -> Definitions:
    """Return the model with a decision for each condition and each computed value."""
    definitions = guide.model.definitions
    inputs = set(input_types(guide.model))
    more = sorted(each for each in awaited(graph) if normal(each) not in inputs)
    template = next(definitions.input_data, None)
    span = definitions.span
    added: list[model.DrgElement] = []
    for name in more:
        variable = model.Variable(name, None, span)
        added.append(model.InputData(f"datum-{name}", span, None, None, name, span, variable))
    known = {normal(each.name): each.id for each in (*definitions.input_data, *added)}
    computed: dict[str, str] = {}
    for number, item in enumerate(
        (*graph.compute, *(each for state in graph.states for each in state.compute))
    ):
        if normal(item.name) in known or normal(item.name) in computed:
            continue  # two of one name: what it means depends on the state, so it stays unknown
        identity = f"computed-{number}"
        needs = _needs(item.expression.text, known, computed)
        added.append(_decision(identity, item.name, item.expression, needs, span))
        computed[normal(item.name)] = identity
    for number, (text, name) in enumerate(names.items()):
        needs = _needs(text, known, computed)
        added.append(_decision(f"condition-{number}", name, text, needs, span))
    assert template is None or template.id is not None  # noqa: S101 - requirements name ids
    return dataclasses.replace(definitions, elements=(*definitions.elements, *added))


def _needs(
    text: str, known: dict[str, str | None], computed: dict[str, str]
) -> tuple[model.Requirement, ...]:
    """Return what an expression may look at: what is named in its text."""
    found = []
    for kind, names in (
        (model.RequirementKind.INPUT, known),
        (model.RequirementKind.DECISION, computed),
    ):
        for name, identity in names.items():
            if identity is not None and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                target = model.Reference(None, identity, text_span(identity))
                found.append(model.Requirement(kind, target, None))
    return tuple(found)


def _decision(
    identity: str,
    name: str,
    expression: Guard | str,
    needs: tuple[model.Requirement, ...],
    span: Any,
) -> model.Decision:
    text = expression if isinstance(expression, str) else expression.text
    source = text_span(text, "<condition>").source
    logic = model.LiteralExpression(None, span, None, None, None, Text(source), None)
    variable = model.Variable(name, None, span)
    return model.Decision(
        identity, span, None, None, name, span, variable, None, None, needs, logic
    )
