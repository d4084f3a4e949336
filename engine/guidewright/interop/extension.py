"""What SCXML and BPMN have no word for, as elements and attributes of our own namespace.

In: states, transitions, timers. Out: attributes and elements in the namespace `EXTENSION`, which
other tools keep or skip; and, for a timer, the way back to what `workflow.yaml` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guidewright.errors import Note
from guidewright.interop.export import PREFIX, lost, read_list, written_list
from guidewright.interop.xml_text import Element, element
from guidewright.workflow.model import BaseKind, Computed, Graph, State, Timer, Transition


def own(**attributes: str | None) -> dict[str, str | None]:
    """Return attributes in our namespace; `_` in a name stands for `-`.

    >>> own(awaits_any="CRP")
    {'guidewright:awaits-any': 'CRP'}
    """
    return {f"{PREFIX}:{key.replace('_', '-')}": value for key, value in attributes.items()}


def own_element(name: str, /, *, text: str = "", **attributes: str | None) -> Element:
    """Return an element in our namespace; its attributes have none."""
    given = {key.replace("_", "-"): value for key, value in attributes.items()}
    return element(f"{PREFIX}:{name}", given, text=text)


def state_attributes(state: State) -> dict[str, str | None]:
    """Return what a state is called and rests on."""
    return own(
        state=state.name,
        kind=state.kind.value,
        label=state.label if state.label != state.name else None,
        phase=state.phase,
        statements=written_list(state.statements),
        ambiguities=written_list(state.ambiguities),
        raises=written_list(state.raises),
        file=state.file.name if state.file is not None else None,
    )


def transition_attributes(transition: Transition) -> dict[str, str | None]:
    """Return what a transition is called and rests on."""
    return own(
        label=transition.label,
        statements=written_list(transition.statements),
        ambiguities=written_list(transition.ambiguities),
        raises=written_list(transition.raises),
        exception="true" if transition.exception else None,
    )


def compute_elements(computed: tuple[Computed, ...]) -> Iterator[Element]:
    """Yield the values that are worked out in a state, or everywhere."""
    for item in computed:
        yield own_element("compute", name=item.name, expression=item.expression.text)


def computed_notes(graph: Graph) -> Iterator[Note]:
    """Yield a note for every computed value: its name means nothing to other tools."""
    for item in (*graph.compute, *(each for state in graph.states for each in state.compute)):
        text = f"other tools do not know the computed value '{item.name}'"
        yield lost(item.span, text, "it is kept in an element guidewright:compute")


def task_element(state: State) -> Element | None:
    """Return what has to be done in a state, or None."""
    if state.task is None:
        return None
    awaits = state.task.awaits
    names = written_list(awaits.names) if awaits is not None else None
    several = awaits is not None and awaits.any
    return own_element(
        "task",
        kind=state.task.kind.value,
        awaits=None if several else names,
        awaits_any=names if several else None,
    )


def timer_element(timer: Timer) -> Element:
    """Return a timer, word for word as in `workflow.yaml`."""
    base = timer.base
    return own_element(
        "timer",
        trigger_entered=base.name if base.kind is BaseKind.ENTERED else None,
        trigger_datum=base.name if base.kind is BaseKind.DATUM else None,
        when=timer.when.text if timer.when is not None else None,
        due=" ".join(each.text for each in timer.due),
        overdue=timer.overdue.text if timer.overdue is not None else None,
        expire=timer.expire.text if timer.expire is not None else None,
        repeat=timer.repeat.text if timer.repeat is not None else None,
        until_after=timer.until_after.text if timer.until_after is not None else None,
        until_when=timer.until_when.text if timer.until_when is not None else None,
        statements=written_list(timer.statements),
    )


def timer_document(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the attributes of `timer_element` as `workflow.yaml` says them."""
    timer: dict[str, Any] = {}
    for word in ("entered", "datum"):
        if f"trigger-{word}" in given:
            timer["trigger"] = {word: given[f"trigger-{word}"]}
    if "when" in given:
        timer["when"] = given["when"]
    due = given.get("due", "").split()
    if due and due != ["PT0S"]:
        timer["due"] = due[0] if len(due) == 1 else due
    timer.update({word: given[word] for word in ("overdue", "expire", "repeat") if word in given})
    until = {word: given[f"until-{word}"] for word in ("after", "when") if f"until-{word}" in given}
    if until:
        timer["until"] = until
    if "statements" in given:
        timer["statements"] = read_list(given["statements"])
    return timer
