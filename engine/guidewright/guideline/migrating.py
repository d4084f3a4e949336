"""Move a patient's care to another version of the guideline, and say everything that changes.

In: the old and the new workflow, the readings in force, an instance, a migration map. Out: the
instance under the new version with its effects and readings, and a list of changes for people:
states, tasks, timers, data, policies, and what the decisions would now say. Data are carried in the
units of the new version, exactly; what does not fit its domain is a problem, never a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from guidewright.dmn import DecisionOptions
from guidewright.errors import CallError, Code, Note, did_you_mean
from guidewright.feel.names import normal
from guidewright.feel.runtime import Runtime
from guidewright.feel.temporal import DateTime
from guidewright.feel.text import literal
from guidewright.feel.values import Value
from guidewright.guideline.answering import evaluated
from guidewright.guideline.care import Workflow
from guidewright.guideline.evaluator import awaited, input_types
from guidewright.guideline.units import UnitError, convert
from guidewright.workflow.agenda import agenda
from guidewright.workflow.effects import Effect
from guidewright.workflow.instance import Datum, Instance
from guidewright.workflow.migration import leaves, migrate
from guidewright.workflow.migration_map import MigrationMap
from guidewright.workflow.value_codec import instant_text


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is otherwise under the new version; None: it is not there."""

    what: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """An instance under the new version."""

    instance: Instance
    effects: tuple[Effect, ...]
    readings: Mapping[str, str]
    changes: tuple[Change, ...]


def move(
    old: Workflow,
    readings: Mapping[str, str],
    new: Workflow,
    mapping: MigrationMap,
    state: Instance,
    at: DateTime,
) -> Moved:
    """Return the instance as it goes on under the new version; nothing is stored.

    Raises `CallError` listing what the map would have to say.
    """
    problems: list[Note] = []
    chosen = _readings(old, readings, new, mapping, problems)
    known = _known(old, new, mapping, state, problems)
    try:
        bound = new.bound({**readings, **chosen})
        after, effects = migrate(old.graph, bound, state, mapping, known, at)
    except CallError as fault:
        problems.extend(fault.notes)
    if problems:
        raise CallError(problems)
    changes = (
        *_states(old, new, state, after, mapping),
        *_tasks(old, new, state, after),
        *_data(state, after, mapping),
        *_differences("policy", readings, chosen),
        *_decisions(old, readings, new, chosen, state, after, at),
        *_choices(state, after, mapping),
    )
    return Moved(after, effects, chosen, tuple(changes))


# readings and data -------------------------------------------------------------------------------


def _readings(
    old: Workflow,
    readings: Mapping[str, str],
    new: Workflow,
    mapping: MigrationMap,
    problems: list[Note],
) -> dict[str, str]:
    """Return the readings under the new version: those of the map, else as they were."""
    found: dict[str, str] = {}
    for name in mapping.policies:
        if name not in new.file.policies:
            problems.append(_problem(f"the new version has no policy '{name}'"))
    for name, policy in new.file.policies.items():
        reading = mapping.policies.get(name, readings.get(name, policy.default))
        if reading not in policy.readings:
            hint = f"name one under 'policies': {', '.join(policy.readings)}"
            problems.append(_problem(f"the policy '{name}' has no reading '{reading}'", hint))
        found[name] = reading
    return found


def _known(
    old: Workflow, new: Workflow, mapping: MigrationMap, state: Instance, problems: list[Note]
) -> dict[str, Datum]:
    """Return the data by their new names, in the new units, within the new domains."""
    found: dict[str, Datum] = {}
    present = {datum.name for datum in state.known}
    used = {*input_types(new.model), *awaited(new.graph)}
    for datum in state.known:
        name = mapping.datum(datum.name)
        if name is None:
            continue
        if name in found or (name != datum.name and name in present and name not in mapping.data):
            problems.append(_problem(f"two data would be called '{name}'"))
            continue
        if name not in used:
            hint = did_you_mean(name, used) or "say under 'data' what it is called, or null"
            problems.append(_problem(f"the new version does not know the datum '{name}'", hint))
            continue
        try:
            value = _measured(old, new, datum.name, name, datum.value)
            _fits(new, name, value)
        except (UnitError, ValueError) as why:
            problems.append(_problem(f"the datum '{datum.name}': {why}", "map or correct it first"))
            continue
        found[name] = replace(datum, name=name, value=value)
    return found


def _measured(old: Workflow, new: Workflow, before: str, after: str, value: Value) -> Value:
    """Return a quantity in the unit that the new version declares."""
    was, now = old.file.inputs.get(before), new.file.inputs.get(after)
    units = (was.unit if was is not None else None, now.unit if now is not None else None)
    if value is None or after not in input_types(new.model) or units[0] == units[1]:
        return value
    if units[0] is None or units[1] is None or now is None:
        codes = [unit.code if unit is not None else "no unit" for unit in units]
        raise UnitError(f"it was in {codes[0]} and is in {codes[1]} now")
    if type(value) not in (int, Decimal):
        raise UnitError("it is no number and its unit has changed")
    number = convert(value, units[0], units[1], molar_mass=now.molar_mass)
    return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else number


def _fits(new: Workflow, name: str, value: Value) -> None:
    """Refuse a value that the new version would refuse from a patient."""
    for step in new.model.steps.values():
        if normal(step.element.name) == name and step.item is not None:
            for refusal in step.item.refusals(Runtime(), value):
                raise ValueError(refusal)


def _problem(text: str, hint: str | None = None) -> Note:
    return Note(Code.WORKFLOW_MIGRATION, None, text, hint)


# what changes ------------------------------------------------------------------------------------


def _differences(
    what: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Change(what, name, before.get(name), after.get(name))


def _states(
    old: Workflow, new: Workflow, before: Instance, after: Instance, mapping: MigrationMap
) -> Iterator[Change]:
    was = [state.name for state in leaves(old.graph, before)]
    now = [state.name for state in leaves(new.graph, after)]
    for name in was:
        to = mapping.state(name, new.graph)
        if to in now:
            now.remove(to)
            if to != name:
                yield Change("state", name, name, to)
        else:
            yield Change("state", name, name, None)
    for name in now:
        yield Change("state", name, None, name)


def _tasks(old: Workflow, new: Workflow, before: Instance, after: Instance) -> Iterator[Change]:
    """Compare the agendas: open tasks by their ids, what is ahead by its state."""

    def dates(workflow: Workflow, instance: Instance) -> tuple[dict[str, str], dict[str, str]]:
        tasks: dict[str, str] = {}
        ahead: dict[str, str] = {}
        for item in agenda(workflow.graph, instance):
            named = (("due", item.due), ("overdue", item.overdue), ("expires", item.expires))
            told = ", ".join(f"{word} {instant_text(date)}" for word, date in named if date)
            if item.task is not None:
                tasks[item.task] = f"{item.label}: {told}"
            else:
                ahead.setdefault(item.state, told)
        return tasks, ahead

    (was, was_ahead), (now, now_ahead) = dates(old, before), dates(new, after)
    yield from _differences("task", was, now)
    yield from _differences("timer", was_ahead, now_ahead)


def _data(before: Instance, after: Instance, mapping: MigrationMap) -> Iterator[Change]:
    now = {datum.name: datum.value for datum in after.known}
    for datum in before.known:
        name = mapping.datum(datum.name)
        was = f"{datum.name} {literal(datum.value)}"
        if name is None:
            yield Change("datum", datum.name, was, None)
        elif name != datum.name or now.get(name) != datum.value:
            yield Change("datum", datum.name, was, f"{name} {literal(now.get(name))}")


def _decisions(
    old: Workflow,
    readings: Mapping[str, str],
    new: Workflow,
    chosen: Mapping[str, str],
    before: Instance,
    after: Instance,
    at: DateTime,
) -> Iterator[Change]:
    """Say where the decisions give another answer than under the old version. Nothing is redone."""
    was = _answers(old, readings, before, at)
    now = _answers(new, chosen, after, at)
    yield from _differences("decision", was, now)


def _answers(
    workflow: Workflow, readings: Mapping[str, str], state: Instance, at: DateTime
) -> dict[str, str]:
    inputs = input_types(workflow.model)
    given = {name: value for name, value in state.data.items() if name in inputs}
    carried = {policy.input: readings[name] for name, policy in workflow.file.policies.items()}
    options = DecisionOptions(trace=True, clock=lambda: at)
    result = workflow.model.evaluate({**given, **carried}, options=options)
    assert result.trace is not None  # noqa: S101 - it was asked for
    return {name: literal(value) for name, value in evaluated(result.trace).items()}


def _choices(before: Instance, after: Instance, mapping: MigrationMap) -> Iterator[Change]:
    """Name the choices that a correction would not make again, because their way is gone."""
    kept = {
        (choice.at, mapping.states.get(choice.state, choice.state))
        for choice in after.choices
        if choice.standing
    }
    for choice in before.choices:
        state = mapping.states.get(choice.state, choice.state)
        if choice.standing and (choice.at, state) not in kept:
            yield Change("choice", choice.state, f"led to {choice.target}", None)
