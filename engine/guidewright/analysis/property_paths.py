"""Decide the properties of `properties.yaml` that are about ways through the workflow.

In: a guideline with a workflow and properties. Out: one finding a property. `before` is proved when
no cause of entering the state goes round the other, whatever the data; else ways are searched by
running the workflow (`workflow_search`). A violation is a way, run again before it is shown; no
violation in a search that saw everything is a proof, in one that did not it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from guidewright.analysis.checks import CHECKS, Check, Subject, check
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.findings import About, Finding, Path, Patient, proved, unknown, violated
from guidewright.analysis.proofs import Proofs, proofs_of
from guidewright.analysis.properties import Before, PathClaim, Property, Reached, Within
from guidewright.analysis.property_checks import NODE, is_meant, meant
from guidewright.analysis.words import listed
from guidewright.analysis.workflow_conditions import tried
from guidewright.analysis.workflow_search import Search, Way, always_before
from guidewright.errors import CallError, ResourceError, Severity
from guidewright.feel.names import normal
from guidewright.feel.temporal import DateTime
from guidewright.feel.temporal.durations import NANOSECONDS
from guidewright.guideline.evaluator import GuidelineEvaluator
from guidewright.guideline.guide import Guideline
from guidewright.workflow.codec import event_from_json, event_to_json
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import Data, Done, Event, Signal, Start
from guidewright.workflow.instance import Instance
from guidewright.workflow.step import begin, step
from guidewright.workflow.timers import moment

MOST_PATIENTS = 40  # tried as the data a patient may bring


@check("property.ways", numbers=(63, 64, 65), severity=Severity.ERROR, subject=Subject.WORKFLOW)
def path_properties(guide: Guideline) -> Iterator[Finding]:
    """A property of `properties.yaml` about the workflow does not hold on some way.

    What it finds: for each property with `reached`, `before` or `within`, whether every way keeps
    it. It is proved when no way can break it, violated with the events that do, or unknown when the
    search was cut short; the finding says where.
    Why it matters: what is done in which order, and in which time, is half of safety.
    Example: an antibiotic is given before the blood culture was taken.
    To repair: follow the events with `guidewright step`, and correct the workflow or the property.
    """
    proofs = proofs_of(guide)
    mine = CHECKS["property.ways"]
    for each in proofs.properties.properties:
        if isinstance(each.claim, PathClaim):
            yield decided(proofs, mine, each)


def decided(proofs: Proofs, mine: Check, each: Property) -> Finding:
    """Return the verdict on one property."""
    graph = proofs.guide.graph
    assert graph is not None  # noqa: S101 - a property of ways is refused without a workflow
    about = About(each.id, (each.span,))
    claim = each.claim
    assert isinstance(claim, PathClaim)  # noqa: S101 - asked by the caller
    if isinstance(claim, Before) and always_before(graph, claim.state, claim.done):
        text = f"{each.id} holds on every way, whatever the data: {each.text}"
        return proved(mine.claim(about, text))
    bound = _bound(proofs, each)
    breaks = _BREAKS[type(claim)](claim)
    aim = claim.start if isinstance(claim, Within) else claim.state
    towards = None if isinstance(claim, Reached) else aim
    values = tried(proofs.guide, each.whom)
    search = Search(
        bound,
        values.values,
        towards,
        _patients(proofs, each),
        _looked_at(proofs, each),
        partial(_deadline, claim),
    )
    way = search.find(lambda instance: _broken(proofs, each, breaks(instance), instance))
    if way is not None:
        return _violation(proofs, mine, each, bound, way)
    cut = [*search.cut, *values.inexact, *_timed(proofs)]
    if not cut:
        text = f"{each.id} holds on every way ({search.situations} situations): {each.text}"
        return proved(mine.claim(about, text))
    text = (
        f"{each.id}: no way that breaks it was found in {search.situations} situations, but not "
        f"all were seen: {listed(cut)}"
    )
    hint = "it is not proved; a shorter workflow or fewer values may be searched to the end"
    return unknown(mine.claim(about, text, hint=hint))


def _bound(proofs: Proofs, each: Property) -> BoundGraph:
    """Return the workflow under the readings a property supposes; the others are the defaults."""
    guide = proofs.guide
    assert guide.graph is not None  # noqa: S101 - asked by the caller
    evaluator = GuidelineEvaluator(guide.file, guide.model, each.readings, guide.graph)
    return BoundGraph(guide.graph, evaluator)


def _patients(proofs: Proofs, each: Property) -> list[dict[str, Any]]:
    """Return some patients a property is about, as they may come in: with all or some data."""
    if each.whom is None:
        return []
    found: list[dict[str, Any]] = []
    for values in (*_asked_for(proofs, each), *proofs.sampled(MOST_PATIENTS)):
        if is_meant(proofs, each, values) and proofs.is_real(values):
            found.append(_told(proofs, values))
    return found


def _told(proofs: Proofs, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data somebody can tell: no readings, nothing the workflow computes."""
    patient, _ = proofs.split(values)
    graph = proofs.guide.graph
    computed = graph.computed_names if graph is not None else frozenset()
    return {n: v for n, v in patient.items() if v is not None and n not in computed}


def _asked_for(proofs: Proofs, each: Property) -> Iterator[Mapping[str, Any]]:
    """Ask for a patient a property is about for each value that an input may have."""
    encoder = proofs.encoded.encoder
    conditions = meant(proofs, each)
    for name in _looked_at(proofs, each):
        for value in proofs.samples()[name]:
            if value is None or isinstance(value, list):
                continue
            same = equal(encoder, proofs.value(name), constant(encoder, value), NODE).true
            answer = proofs.ask(*conditions, same)
            if answer.values is not None:
                yield answer.values


def _looked_at(proofs: Proofs, each: Property) -> list[str]:
    """Return the inputs that a question of the workflow rests on, or whom a property is about."""
    graph = proofs.guide.graph
    assert graph is not None  # noqa: S101 - asked by the caller
    named = [state.ask.decision.name for state in graph.states if state.ask is not None]
    named += each.whom.names if each.whom is not None else ()
    keys = {key for name in named for key in proofs.encoded.cone(proofs.key(normal(name)))}
    texts = [guard.text for guard in graph.guards]
    waited = {
        name.name for s in graph.states if s.task and s.task.awaits for name in s.task.awaits.names
    }
    carried = proofs.guide.file.policy_inputs
    return [
        name
        for name in proofs.encoded.inputs
        if name not in carried
        and name not in graph.computed_names
        and (proofs.key(name) in keys or name in waited or any(name in text for text in texts))
    ]


def _timed(proofs: Proofs) -> list[str]:
    """Say which values change as time goes on, so that no list of them is all there are."""
    graph = proofs.guide.graph
    computed = sorted(graph.computed_names)[:1] if graph is not None else []
    return [f"'{name}' is computed as time goes on" for name in computed]


def _broken(proofs: Proofs, each: Property, breaks: bool | None, instance: Instance) -> bool | None:
    """Return whether a way breaks a property for a patient it is about; False when it cannot."""
    if breaks is not True or each.whom is None:
        return breaks
    carried = {p.input: p.default for p in proofs.guide.file.policies.values()}
    named = {proofs.guide.file.policies[p].input: r for p, r in each.readings.items()}
    inputs = {n: v for n, v in instance.data.items() if n in proofs.encoded.inputs}
    return True if proofs.holds(each.whom, {**carried, **named, **inputs}) is True else None


def _violation(proofs: Proofs, mine: Check, each: Property, bound: BoundGraph, way: Way) -> Finding:
    known = f"; the authors know of it ({listed(each.known)})" if each.known else ""
    way = _shortest(proofs, each, bound, way)
    data = {n: v for n, v in way.instance.data.items() if n in proofs.encoded.inputs}
    told = f" with {proofs.words(data)}" if data else ""
    text = (
        f"{each.id} does not hold on the way {' → '.join(_short(way.instance))} of a patient"
        f"{told}: {each.text.rstrip('.')}{known}"
    )
    severity = Severity.INFO if each.known else mine.severity
    hint = "follow the events with `guidewright step`; correct the workflow or the property"
    claim = mine.claim(About(each.id, (each.span,)), text, hint=hint, severity=severity)
    path = Path(Patient({}), tuple(event_to_json(event) for event in way.events))
    return violated(claim, path, partial(_replayed, proofs, each, bound))


def _shortest(proofs: Proofs, each: Property, bound: BoundGraph, way: Way) -> Way:
    """Leave out data and events that the fault does not need."""
    breaks = _BREAKS[type(each.claim)](each.claim)
    smaller = True
    while smaller:
        smaller = False
        for events in _fewer(way.events):
            after = _run(bound, events)
            if after is not None and _broken(proofs, each, breaks(after), after) is True:
                way, smaller = Way(after, events), True
                break
    return way


def _fewer(events: tuple[Event, ...]) -> Iterator[tuple[Event, ...]]:
    for place, event in enumerate(events):
        if place:
            yield (*events[:place], *events[place + 1 :])
        if not isinstance(event, Start | Data | Done | Signal):
            continue
        for name in event.values:
            rest = {key: value for key, value in event.values.items() if key != name}
            yield (*events[:place], replace(event, values=rest), *events[place + 1 :])


def _run(bound: BoundGraph, events: tuple[Event, ...]) -> Instance | None:
    """Return where events lead; None when one is not possible, or goes round for ever."""
    instance = begin(bound)
    try:
        for event in events:
            instance, _ = step(bound, instance, event)
    except (CallError, ResourceError):
        return None
    return instance


def _short(instance: Instance) -> list[str]:
    entered = list(dict.fromkeys(instance.path))
    return [f"'{name}'" for name in entered]


def _replayed(proofs: Proofs, each: Property, bound: BoundGraph, path: Path) -> str | None:
    """Run the events again from the beginning; return what is then true, if it is the fault."""
    breaks = _BREAKS[type(each.claim)](each.claim)
    instance = begin(bound)
    for raw in path.events:
        instance, _ = step(bound, instance, event_from_json(dict(raw)))
    if _broken(proofs, each, breaks(instance), instance) is not True:
        return None
    return f"after {instance.steps} events the states are {listed(instance.configuration)}"


# when a claim is broken ---------------------------------------------------------------------------

Breaks = Callable[[Instance], bool | None]


def _before(claim: Before) -> Breaks:
    def breaks(instance: Instance) -> bool | None:
        path = instance.path
        if claim.state in path:
            return claim.done not in path[: path.index(claim.state)]
        return False if claim.done in path else None

    return breaks


def _reached(claim: Reached) -> Breaks:
    def breaks(instance: Instance) -> bool | None:
        if claim.state in instance.path:
            return False
        over = instance.finished is not None or instance.steps - 1 >= claim.by_step
        return True if over else None

    return breaks


def _within(claim: Within) -> Breaks:
    def breaks(instance: Instance) -> bool | None:
        began = _entered(instance, claim.start)
        if began is None or instance.at is None:
            return None
        reached = [v.entered for v in instance.visits if v.state == claim.state]
        last = moment(began) + claim.time.nanoseconds
        if any(moment(began) <= moment(at) <= last for at in reached):
            return False
        over = instance.finished is not None or moment(instance.at) > last
        return True if over else None

    return breaks


def _entered(instance: Instance, state: str) -> DateTime | None:
    return next((visit.entered for visit in instance.visits if visit.state == state), None)


def _deadline(claim: PathClaim, instance: Instance) -> DateTime | None:
    """Return an instant just after the time that a claim gives, once it runs."""
    if not isinstance(claim, Within):
        return None
    began = _entered(instance, claim.start)
    return began.plus(claim.time.nanoseconds + NANOSECONDS) if began is not None else None


_BREAKS: dict[type, Callable[[Any], Breaks]] = {
    Before: _before,
    Reached: _reached,
    Within: _within,
}
