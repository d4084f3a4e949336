"""Find what is wrong with a graph before any patient walks it.

In: a `Graph`, and what is known of the decisions it names. Out: notes with places, most of them
errors. Each check is a function in `CHECKS`; its docstring is its page. networkx answers the
questions about reachability; it is imported nowhere else in this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import networkx as nx

from guidewright.errors import Code, Note, Severity, did_you_mean
from guidewright.workflow.configuration import ancestors, domain, entry_set
from guidewright.workflow.decision_info import DecisionInfo, Values
from guidewright.workflow.model import (
    BranchValue,
    Cited,
    Graph,
    State,
    StateKind,
    TimerPhase,
    Transition,
    Trigger,
)
from guidewright.workflow.ways import same

Ways = nx.DiGraph  # an edge for every way between two states, by name
Check = Callable[[Graph, "Ways[str]"], Iterator[Note]]
START = ""  # where every way begins; no state has an empty name


def check_graph(graph: Graph, decisions: DecisionInfo | None = None) -> tuple[Note, ...]:
    """Return everything found, in the order of the file; without `decisions` they are not asked."""
    ways = all_ways(graph)
    found = [note for check in CHECKS for note in check(graph, ways)]
    if decisions is not None:
        found.extend(check_decisions(graph, decisions))
    return tuple(sorted(found, key=lambda note: note.span.start if note.span is not None else 0))


def all_ways(graph: Graph) -> Ways[str]:
    """Return every way between states; it begins in `START`.

    An edge leads from an innermost state to each state that a transition of it, or of a state
    around it, enters; from a final state also by what follows when the states around it are
    complete. Conditions are taken to be possible, and other regions to finish. A way to a history
    state leads to where that goes at first: what it remembers was entered before.
    """
    ways: Ways[str] = nx.DiGraph()
    ways.add_nodes_from(graph.order)
    ways.add_edges_from((START, name) for name in entry_set(graph, [(graph.initial, None)]))
    for state in graph.states:
        if not state.atomic:
            continue
        for transition in (*_possible(graph, state), *graph.exceptions):
            outer = domain(graph, transition)
            target = transition.target.name
            for name in (*entry_set(graph, [(target, outer)]), target):
                ways.add_edge(state.name, name)
    return ways


def _possible(graph: Graph, state: State) -> Iterator[Transition]:
    """Yield what can be taken while `state` is active, but for what can be from anywhere.

    For a history state: where it leads at first.
    """
    if state.kind is StateKind.HISTORY:
        yield from _first_time(state)
        return
    yield from state.transitions
    completes = state.final
    for outer in ancestors(graph, state.name):
        completes = completes and (outer.parallel or outer.name == state.parent)
        yield from outer.exceptions
        for transition in outer.transitions:
            if transition.trigger is not Trigger.DONE or completes:
                yield transition


def _first_time(history: State) -> Iterator[Transition]:
    """Yield the way a history state takes when nothing is remembered, also when it is not said."""
    if history.transitions or history.parent is None:
        yield from history.transitions
        return
    yield Transition(
        source=history.name,
        index=0,
        trigger=Trigger.DEFAULT,
        target=Cited(history.name, history.name_span),
        when=None,
        event=None,
        phase=None,
        value=None,
        label=None,
        statements=(),
        ambiguities=(),
        span=history.span,
    )


def unreachable(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find states that are never entered.

    What it finds: a state that no chain of transitions from the initial state leads to.
    Why it matters: a treatment or warning that is written there never reaches a patient.
    To repair: add a transition to it, or remove it.
    """
    reached = nx.descendants(ways, START)
    for state in graph.states:
        if state.name not in reached and (state.parent is None or state.parent in reached):
            text = f"no way leads to the state '{state.name}'"
            yield Note(Code.WORKFLOW_UNREACHABLE, state.name_span, text)


def dead_end(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find states that have no way on.

    What it finds: a state without transitions, inside nothing that can be left, which is neither
    final nor a gap.
    Why it matters: the patient's way ends there and nobody is told.
    To repair: add `next` or a transition, make it final, or make it a gap when the source says
    nothing further.
    """
    for state in graph.states:
        if state.kind in _NO_WAY_ON or not state.atomic:
            continue
        if not _has_way_on(graph, state):
            text = f"the state '{state.name}' has no way on"
            hint = "add 'next', or make it final, or a gap when the source says nothing further"
            yield Note(Code.WORKFLOW_DEAD_END, state.name_span, text, hint)


_NO_WAY_ON = (StateKind.FINAL, StateKind.GAP, StateKind.HISTORY)


def _has_way_on(graph: Graph, state: State) -> bool:
    """Say whether the state, or one around it, can be left.

    What can happen anywhere, such as death, is the way on only of a series without an end.
    """
    lifelong = state.timer is not None and state.timer.endless and bool(graph.exceptions)
    return lifelong or any(True for _ in _possible(graph, state))


def never_complete(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find a `next` that is never taken, because its state is never complete.

    What it finds: `next` of a state that holds others, where no final state can be reached inside
    (of a parallel state: in some region); `next` of a task whose series has no end.
    Why it matters: what follows is drawn but never happens.
    To repair: add a final state inside, or lead out by an event.
    """
    for state in graph.states:
        done = next((t for t in state.transitions if t.trigger is Trigger.DONE), None)
        if done is None:
            continue
        endless = state.timer is not None and state.timer.endless
        if endless or (state.children and not _can_complete(graph, state)):
            why = "its series has no end" if endless else "no final state is inside"
            text = f"the state '{state.name}' is never complete: {why}"
            yield Note(Code.WORKFLOW_DEAD_END, done.span, text)


def _can_complete(graph: Graph, state: State) -> bool:
    children = [graph.state(name) for name in state.children]
    if state.parallel:
        return all(_can_complete(graph, child) for child in children)
    return any(child.final for child in children)


def no_end(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find states from which no end can be reached.

    What it finds: states that lead only among themselves, to no final state and no gap.
    Why it matters: the patient can never be discharged by the guideline.
    To repair: add a way to a final state.
    """
    ends = [
        state.name
        for state in graph.states
        if state.kind is StateKind.GAP or (state.final and state.parent is None)
    ]
    if not any(graph.state(name).final for name in ends):
        text = "the workflow has no final state at its top"
        yield Note(Code.WORKFLOW_NO_END, graph.state(graph.initial).name_span, text)
        return
    backwards = ways.reverse(copy=False)
    good = set(ends).union(*(nx.descendants(backwards, end) for end in ends))
    for state in graph.states:
        if state.atomic and state.name not in good:
            text = f"from the state '{state.name}' no end can be reached"
            yield Note(Code.WORKFLOW_NO_END, state.name_span, text)


def endless_loop(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find rings of states that can be walked without waiting for anything.

    What it finds: a ring of clinical and decision states whose transitions need no event.
    Why it matters: with data that send a patient round, the step is aborted and nothing goes on.
    To repair: put a task, a wait or an event into the ring. A warning, since the conditions may
    exclude it.
    """
    at_once: nx.DiGraph[str] = nx.DiGraph()
    for state in graph.states:
        if state.kind in (StateKind.CLINICAL, StateKind.DECISION):
            for transition in state.transitions:
                if transition.trigger not in (Trigger.DONE, Trigger.EVENT, Trigger.TIMER):
                    at_once.add_edge(state.name, transition.target.name)
    rings = [ring for ring in nx.strongly_connected_components(at_once) if len(ring) > 1]
    rings += [{name} for name in at_once if at_once.has_edge(name, name)]
    for ring in rings:
        names = sorted(ring, key=graph.order.__getitem__)
        listed = " -> ".join(f"'{name}'" for name in names)
        text = f"a ring without a wait: {listed}"
        span = graph.state(names[0]).name_span
        yield Note(Code.WORKFLOW_LIMIT, span, text, severity=Severity.WARNING)


def expires_without_way(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find tasks that expire, where nothing says what comes then.

    What it finds: a task with `expire` that is asked for once, and has no transition on
    `timer: expired`.
    Why it matters: the task is withdrawn, and the patient stays in its state for ever.
    To repair: add `{timer: expired, to: ...}`.
    """
    for state in graph.states:
        timer = state.timer
        if timer is None or timer.expire is None or timer.recurring or timer.standing:
            continue
        if not any(t.phase is TimerPhase.EXPIRED for t in state.transitions):
            text = f"the task '{state.name}' expires, and nothing says what comes then"
            hint = "add a transition with 'timer: expired'"
            yield Note(Code.WORKFLOW_DEAD_END, timer.expire.span, text, hint)


def unheard(graph: Graph, ways: Ways[str]) -> Iterator[Note]:
    """Find internal events that nothing listens to.

    What it finds: a name under `raises` that is the `event` of no transition and no exception.
    Why it matters: what should happen in another part of the workflow never happens.
    To repair: correct the name, or remove it.
    """
    for raised in graph.raised:
        if raised.name not in graph.events:
            text = f"the event '{raised.name}' is raised, and nothing listens to it"
            yield Note(
                Code.WORKFLOW_EVENT, raised.span, text, did_you_mean(raised.name, graph.events)
            )


CHECKS: tuple[Check, ...] = (
    unreachable,
    dead_end,
    never_complete,
    no_end,
    endless_loop,
    expires_without_way,
    unheard,
)


# against the decisions ---------------------------------------------------------------------------


def check_decisions(graph: Graph, decisions: DecisionInfo) -> Iterator[Note]:
    """Compare the branches with what the decisions can give.

    What it finds: a decision or output that does not exist; a branch for a value that never comes;
    a value without a branch (unless there is `otherwise`).
    Why it matters: a branch that never fires, or an answer that stops the patient's way.
    """
    for state in graph.states:
        ask = state.ask
        if ask is None:
            continue
        if ask.decision.name not in decisions.names:
            text = f"there is no decision '{ask.decision.name}'"
            hint = did_you_mean(ask.decision.name, decisions.names)
            yield Note(Code.WORKFLOW_DECISION, ask.decision.span, text, hint)
            continue
        yield from _check_branches(state, decisions.outputs(ask.decision.name))


def _check_branches(state: State, outputs: Mapping[str, Values | None]) -> Iterator[Note]:
    if state.ask is None:
        return
    title, output = f"the decision '{state.ask.decision.name}'", state.ask.output
    if output is None and "" not in outputs:
        text = f"{title} has several outputs"
        hint = "name one under 'output': " + ", ".join(outputs)
        yield Note(Code.WORKFLOW_OUTPUT, state.ask.decision.span, text, hint)
        return
    if output is not None and output.name not in outputs:
        named = [name for name in outputs if name]
        text = f"{title} has no output '{output.name}'"
        hint = did_you_mean(output.name, named) or "remove 'output'"
        yield Note(Code.WORKFLOW_OUTPUT, output.span, text, hint)
        return
    values = outputs[output.name if output is not None else ""]
    if values is not None:
        yield from _check_values(state, title, values)


def _check_values(state: State, title: str, values: Values) -> Iterator[Note]:
    branches = [t for t in state.transitions if t.trigger is Trigger.VALUE]
    for branch in branches:
        if not any(same(branch.value, value) for value in values):
            text = f"{title} never gives {_written(branch.value)}"
            known = [value for value in values if isinstance(value, str)]
            hint = did_you_mean(str(branch.value), known)
            hint = hint or "it gives " + ", ".join(map(_written, values))
            yield Note(Code.WORKFLOW_OUTPUT, branch.span, text, hint)
    if any(t.trigger is Trigger.OTHERWISE for t in state.transitions):
        return
    for value in values:
        if not any(same(branch.value, value) for branch in branches):
            text = f"{title} can give {_written(value)}, for which the state has no branch"
            yield Note(Code.WORKFLOW_UNHANDLED, state.name_span, text)


def _written(value: BranchValue | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)
