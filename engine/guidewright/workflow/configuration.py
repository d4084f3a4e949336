"""Which states are left and entered: the set algebra of W3C SCXML, appendix D.

In: a graph, the active states, transitions. Out: sets of state names. Pure, and no more than the
standard says; what entering means is `workflow.draft`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from guidewright.workflow.model import ANYWHERE, Graph, HistoryDepth, State, StateKind, Transition

Memory = Mapping[str, tuple[str, ...]]  # what each history state leads back to
_NOTHING: Memory = {}


def ancestors(graph: Graph, name: str, upto: str | None = None) -> tuple[State, ...]:
    """Return the states around a state, innermost first, without `upto` and what is around it.

    SCXML: getProperAncestors.
    """
    found: list[State] = []
    parent = graph.state(name).parent if name != ANYWHERE else None
    while parent is not None and parent != upto:
        found.append(graph.state(parent))
        parent = graph.state(parent).parent
    return tuple(found)


def is_inside(graph: Graph, name: str, outer: str | None) -> bool:
    """Say whether a state is inside another; None is the whole. SCXML: isDescendant."""
    return outer is None or any(state.name == outer for state in ancestors(graph, name))


def effective_targets(graph: Graph, target: str, memory: Memory = _NOTHING) -> tuple[str, ...]:
    """Return the states a target stands for: of a history state, those it leads back to.

    When nothing is remembered, its own `next`, or what is entered first in the state around it.
    SCXML: getEffectiveTargetStates.
    """
    state = graph.state(target)
    if state.kind is not StateKind.HISTORY or state.parent is None:
        return (target,)
    if target in memory:
        return memory[target]
    if state.transitions:
        return (state.transitions[0].target.name,)
    outer = graph.state(state.parent)
    return (outer.initial,) if outer.initial is not None else outer.children


def remembered(graph: Graph, active: AbstractSet[str], history: State) -> tuple[str, ...]:
    """Return what a history state has to remember when the state around it is left.

    SCXML: exitStates.
    """
    inner = (graph.state(name) for name in in_order(graph, active))
    if history.depth is HistoryDepth.DEEP:
        return tuple(s.name for s in inner if s.atomic and is_inside(graph, s.name, history.parent))
    return tuple(s.name for s in inner if s.parent == history.parent)


def domain(graph: Graph, transition: Transition, memory: Memory = _NOTHING) -> str | None:
    """Return the innermost compound state around source and targets; None is the whole.

    A transition from a compound state to a state inside it does not leave it. SCXML:
    getTransitionDomain, where such transitions are internal and all others external.
    """
    if transition.source == ANYWHERE:
        return None
    source = graph.state(transition.source)
    if source.compound and is_inside(graph, transition.target.name, source.name):
        return source.name
    targets = effective_targets(graph, transition.target.name, memory)
    for state in ancestors(graph, transition.source):
        if state.compound and all(is_inside(graph, name, state.name) for name in targets):
            return state.name
    return None


def inside(graph: Graph, active: AbstractSet[str], outer: str | None) -> frozenset[str]:
    """Return the active states inside a state. SCXML: computeExitSet for one domain."""
    return frozenset(name for name in active if is_inside(graph, name, outer))


def without_conflicts(
    graph: Graph,
    active: AbstractSet[str],
    enabled: Sequence[Transition],
    memory: Memory = _NOTHING,
) -> tuple[Transition, ...]:
    """Return the transitions that can be taken together.

    Of two that leave a common state, the one from the inner source wins, else the earlier one; but
    exceptions, which come first, give way to nothing. SCXML: removeConflictingTransitions.
    """
    chosen: list[Transition] = []
    for candidate in dict.fromkeys(enabled):
        leaves = inside(graph, active, domain(graph, candidate, memory))
        rivals = [t for t in chosen if leaves & inside(graph, active, domain(graph, t, memory))]
        if all(
            not rival.exception and is_inside(graph, candidate.source, rival.source)
            for rival in rivals
        ):
            chosen = [t for t in chosen if t not in rivals]
            chosen.append(candidate)
    return tuple(chosen)


def entry_set(
    graph: Graph, targets: Iterable[tuple[str, str | None]], memory: Memory = _NOTHING
) -> set[str]:
    """Return the states to enter for targets, each with its domain. SCXML: computeEntrySet."""
    found: set[str] = set()
    pairs = tuple(
        (name, outer)
        for target, outer in targets
        for name in effective_targets(graph, target, memory)
    )
    for name, _ in pairs:
        _add_descendants(graph, name, found)
    for name, outer in pairs:
        for state in ancestors(graph, name, outer):
            found.add(state.name)
            if state.parallel:
                _add_regions(graph, state, found)
    return found


def _add_descendants(graph: Graph, name: str, found: set[str]) -> None:
    """Add a state and what is entered with it by default. SCXML: addDescendantStatesToEnter."""
    found.add(name)
    state = graph.state(name)
    if state.parallel:
        _add_regions(graph, state, found)
    elif state.initial is not None:
        _add_descendants(graph, state.initial, found)


def _add_regions(graph: Graph, state: State, found: set[str]) -> None:
    for child in state.children:
        if child not in found and not any(is_inside(graph, name, child) for name in found):
            _add_descendants(graph, child, found)


def in_order(graph: Graph, names: Collection[str]) -> tuple[str, ...]:
    """Return names in document order."""
    return tuple(sorted(names, key=graph.order.__getitem__))


def is_complete(graph: Graph, active: AbstractSet[str], name: str) -> bool:
    """Say whether a final state is reached in a state, or in all its regions.

    SCXML: isInFinalState.
    """
    state = graph.state(name)
    if state.parallel:
        return all(is_complete(graph, active, child) for child in state.children)
    return any(child in active and graph.state(child).final for child in state.children)
