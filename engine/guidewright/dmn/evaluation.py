"""Compute elements of the requirement graph for given values, each once, what it needs first.

In: a compiled model, a runtime, goals, and the values that are given. Out: the values by element.
Requirement chains of any length are followed without recursion (DMN 1.5, 10.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guidewright.dmn.model import Decision
from guidewright.dmn.requirements import Key
from guidewright.dmn.steps import Compiled, Step
from guidewright.errors import Code
from guidewright.feel.runtime import Runtime


def compute(
    compiled: Compiled, rt: Runtime, goals: Sequence[Key], given: Mapping[Key, Any]
) -> dict[Key, Any]:
    """Return the values of the goals and of all they rest on; `given` values are not computed.

    Input data that is not given is null, and so is a decision without logic.
    """
    values = dict(given)
    for step in order(compiled, goals, given):
        if step.value is not None:
            values[step.key] = step.value
        elif step.function is None:
            values[step.key] = None
        else:
            values[step.key] = value_of(rt, step, [values[key] for key in step.inputs])
        if rt.watcher is not None and isinstance(step.element, Decision):
            rt.watcher.decision(step.element, values[step.key])
    return values


def value_of(rt: Runtime, step: Step, arguments: Sequence[Any]) -> Any:
    """Return the value of a decision with logic for the values of what it requires."""
    assert step.function is not None  # noqa: S101 - asked by the caller
    return _allowed(rt, step, step.function(rt, *arguments))


def _allowed(rt: Runtime, step: Step, value: Any) -> Any:
    """Return the value, or null with a note when the item definition does not allow it."""
    if step.item is None:
        return value
    refusals = list(step.item.refusals(rt, value))
    if not refusals:
        return value
    for reason in refusals:
        rt.note(Code.CONSTRAINT, step.element.name_span, f"{step.element.name!r}: {reason}")
    return None


def order(compiled: Compiled, goals: Sequence[Key], given: Mapping[Key, Any]) -> list[Step]:
    """Return the steps to take, each after those it needs; what is given is left out."""
    steps: list[Step] = []
    done = set(given)
    stack: list[tuple[Key, bool]] = [(goal, False) for goal in reversed(goals)]
    while stack:
        key, ready = stack.pop()
        if key in done:
            continue
        step = compiled.steps[key]
        if ready:
            done.add(key)
            steps.append(step)
            continue
        stack.append((key, True))
        stack.extend((needed, False) for needed in reversed(step.inputs) if needed not in done)
    return steps
