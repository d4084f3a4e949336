"""Which column each node of a BPMN scope stands in, and in which order: layered drawing.

In: a `Scope`. Out: `Columns`: nodes and the bends of long flows, column by column, ordered so that
few flows cross (the method of barycentres); flows that lead back are set apart. Everything is
decided by the order of the file, so the same scope gives the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guidewright.interop.bpmn_model import Flow, Scope
from guidewright.interop.bpmn_sizes import label_height

_SWEEPS = 4


@dataclass(slots=True)
class Columns:
    """Nodes and bends by column, from top to bottom.

    `bends` are the places where a flow passes the columns between its ends. `turns` are the flows,
    by source or bend, that turn in the channel to the right of a column (-1: left of all);
    `labelled` the channels that hold texts.
    """

    items: list[list[str]] = field(default_factory=list)
    column: dict[str, int] = field(default_factory=dict)
    forward: list[Flow] = field(default_factory=list)
    back: list[Flow] = field(default_factory=list)
    bends: dict[str, list[str]] = field(default_factory=dict)
    bend_heights: dict[str, int] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    around: dict[str, list[str]] = field(default_factory=dict)
    turns: dict[int, list[str]] = field(default_factory=dict)
    labelled: set[int] = field(default_factory=set)
    hosts: dict[str, str] = field(default_factory=dict)

    def host(self, flow: Flow) -> str:
        """Return the node whose column a flow begins in."""
        return self.hosts.get(flow.source, flow.source)


def columns_of(scope: Scope) -> Columns:
    """Return the columns of a scope."""
    made = Columns()
    made.hosts = {node.id: node.host for node in scope.nodes if node.host is not None}
    names = [node.id for node in scope.nodes if node.host is None]
    _split_flows(made, names, scope.flows)
    _choose_columns(made, names)
    _add_bends(made)
    _order(made)
    _turns(made)
    return made


def _split_flows(made: Columns, names: list[str], flows: tuple[Flow, ...]) -> None:
    """Set apart the flows that lead back to a node still being visited, depth first."""
    leaving: dict[str, list[Flow]] = {name: [] for name in names}
    for flow in flows:
        leaving[made.host(flow)].append(flow)
    state = dict.fromkeys(names, 0)  # 1: being visited, 2: done
    back: set[str] = set()
    entered = {flow.target for flow in flows}
    for root in [name for name in names if name not in entered] + names:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(leaving[root]))]
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[name] = 2
                stack.pop()
            elif state[following.target] == 1:
                back.add(following.id)
            elif state[following.target] == 0:
                state[following.target] = 1
                stack.append((following.target, iter(leaving[following.target])))
    made.forward = [flow for flow in flows if flow.id not in back]
    made.back = [flow for flow in flows if flow.id in back]


def _choose_columns(made: Columns, names: list[str]) -> None:
    """Put each node one column after the last of those that lead to it."""
    waiting = dict.fromkeys(names, 0)
    following: dict[str, list[str]] = {name: [] for name in names}
    for flow in made.forward:
        waiting[flow.target] += 1
        following[made.host(flow)].append(flow.target)
    ready = [name for name in names if not waiting[name]]
    made.column = dict.fromkeys(names, 0)
    for name in ready:  # grows while it is gone through
        for target in following[name]:
            made.column[target] = max(made.column[target], made.column[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    made.items = [[] for _ in range(max(made.column.values(), default=-1) + 1)]
    for name in names:
        made.items[made.column[name]].append(name)


def _add_bends(made: Columns) -> None:
    """Give a flow that passes columns a place in each of them."""
    for column in made.items:
        for name in column:
            made.before[name], made.around[name] = [], []
    for flow in made.forward:
        source, target = made.host(flow), flow.target
        bends: list[str] = []
        previous = source
        for index in range(made.column[source] + 1, made.column[target]):
            bend = f"{flow.id} over {index}"
            made.bend_heights[bend] = label_height(flow.name) if not bends else 0
            made.items[index].append(bend)
            made.before[bend], made.around[bend] = [], []
            _join(made, previous, bend)
            bends.append(bend)
            previous = bend
        _join(made, previous, target)
        made.bends[flow.id] = bends


def _join(made: Columns, left: str, right: str) -> None:
    made.before[right].append(left)
    made.around[right].append(left)
    made.around[left].append(right)


def _order(made: Columns) -> None:
    """Sort each column by where the neighbours stand, from left to right and back again."""
    place: dict[str, float] = {}
    for column in made.items:
        for index, item in enumerate(column):
            place[item] = index
    for sweep in range(_SWEEPS):
        columns = made.items if sweep % 2 == 0 else list(reversed(made.items))
        for column in columns:
            wish = {item: _mean(made.around[item], place, place[item]) for item in column}
            column.sort(key=wish.__getitem__)
            for index, item in enumerate(column):
                place[item] = index


def _mean(items: list[str], place: dict[str, float], alone: float) -> float:
    return sum(place[item] for item in items) / len(items) if items else alone


def _turns(made: Columns) -> None:
    def turn(channel: int, key: str) -> None:
        keys = made.turns.setdefault(channel, [])
        if key not in keys:
            keys.append(key)

    for flow in made.forward:
        first = made.column[made.host(flow)]
        if flow.name:
            made.labelled.add(first)
        for hop, key in enumerate([flow.source, *made.bends[flow.id]]):
            turn(first + hop, key)
    for flow in made.back:
        turn(made.column[made.host(flow)], flow.source)
        turn(made.column[flow.target] - 1, f"back to {flow.id}")
