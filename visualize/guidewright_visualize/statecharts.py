"""Draw a workflow as a statechart: a `Graph` goes in, pages of `Drawing`s come out.

The signs of W3C SCXML and UML: a dot where a state begins, solid frames around nested states,
dashed frames around the regions of a parallel state, a double ring where something is complete, H
for history. Ways say `event [condition] / what is raised`. Pages and ovals are made as those of the
clinical flowchart (`workflows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.workflow.model import (
    BranchValue,
    Graph,
    HistoryDepth,
    State,
    StateKind,
    TimerPhase,
    Transition,
    Trigger,
)
from guidewright_visualize.drawing import NO_CAPTION, Border, Caption, Drawing, Shape
from guidewright_visualize.pictures import printed_places
from guidewright_visualize.workflow_words import readable_guard, timer_words
from guidewright_visualize.workflows import Notation, Places, draw_workflow

_SHAPES = {StateKind.FINAL: Shape.FINAL, StateKind.HISTORY: Shape.HISTORY}
_PHASES = {
    TimerPhase.DUE: "when due",
    TimerPhase.OVERDUE: "when overdue",
    TimerPhase.EXPIRED: "when expired",
}
_PLAIN = {
    Trigger.NULL: "= null",
    Trigger.SEVERAL: "several answers",
    Trigger.OTHERWISE: "otherwise",
    Trigger.DEFAULT: "the first time",
}


def draw_statechart(
    graph: Graph,
    *,
    caption: Caption = NO_CAPTION,
    name: str = "statechart",
    places: Places | None = printed_places,
) -> tuple[Drawing, ...]:
    """Return the pages in order; they are named `name-1`, `name-2`, ..."""
    return draw_workflow(graph, caption=caption, name=name, places=places, notation=STATECHART)


def state_lines(state: State, graph: Graph) -> tuple[str, ...]:
    """Return the lines of a state: its name, what it is and does, its timer."""
    if state.kind is StateKind.HISTORY:
        return ("H*" if state.depth is HistoryDepth.DEEP else "H",)
    lines = [state.name, *_activity(state)]
    if state.timer is not None:
        lines += timer_words(state.timer, graph)
    if state.raises:
        lines.append(f"/ raise {', '.join(each.name for each in state.raises)}")
    return tuple(lines)


def _activity(state: State) -> Iterator[str]:
    """Yield what is done in a state: a task, a decision that is asked."""
    if state.task is not None:
        awaits = state.task.awaits
        names = f" {'any' if awaits.any else 'all'} of" if awaits and len(awaits.names) > 1 else ""
        brought = ", ".join(each.name for each in awaits.names) if awaits else ""
        yield f"do / {state.task.kind.value}{f', awaits{names} {brought}' if awaits else ''}"
    if state.ask is not None:
        output = f", {state.ask.output.name}" if state.ask.output is not None else ""
        yield f"ask / {state.ask.decision.name}{output}"
    if state.kind is StateKind.GAP:
        yield "the source says nothing further"


def transition_words(way: Transition, graph: Graph) -> str:
    """Return `event [condition] / raise event`; a way without any is taken on completion."""
    match way.trigger:
        case Trigger.EVENT:
            name = way.event.name if way.event is not None else ""
        case Trigger.TIMER:
            name = _PHASES[way.phase] if way.phase is not None else ""
        case Trigger.VALUE:
            name = f"= {_value(way.value)}"
        case _:
            name = _PLAIN.get(way.trigger, "")
    guard = f"[{readable_guard(way.when.text)}]" if way.when is not None else ""
    raised = f"/ raise {', '.join(each.name for each in way.raises)}" if way.raises else ""
    return " ".join(part for part in (name, guard, raised) if part)


def _value(value: BranchValue | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _border(state: State, graph: Graph) -> Border:
    """Return the frame of a state with others inside: that of a region, or of a nested state."""
    around = graph.by_name.get(state.parent) if state.parent is not None else None
    return Border.REGION if around is not None and around.parallel else Border.NESTED


STATECHART = Notation(
    shape=lambda state: _SHAPES.get(state.kind, Shape.ACTIVE),
    lines=state_lines,
    words=transition_words,
    border=_border,
    yes_beside=False,
    begins=True,
    most_rows=6,  # what happens in a state makes its box higher
)
