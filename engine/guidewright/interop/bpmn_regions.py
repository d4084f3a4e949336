"""Forks and joins of a BPMN scope: which nodes run side by side, and where they come together.

In: a scope and the nodes of it that are looked at. Out: for a parallel or inclusive gateway, its
branches as sets of nodes and the join behind them; or the reason why they are no regions. Flows
that leave an activity several at a time are given the gateway that BPMN says is meant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from guidewright.interop.bpmn_model import Flow, Node, NodeKind, Scope

FORKS = frozenset({NodeKind.PARALLEL, NodeKind.INCLUSIVE})
_GATEWAYS = FORKS | {NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED, NodeKind.COMPLEX}


@dataclass(frozen=True, slots=True)
class Fork:
    """The branches of a gateway, each with its flow and its nodes; `join` is None when all end."""

    branches: tuple[tuple[Flow, frozenset[str]], ...]
    join: str | None


def with_gateways(scope: Scope) -> Scope:
    """Return the scope with a gateway where several flows leave what is no gateway.

    BPMN 2.0.2, 13.3.1: they are all taken, or those whose conditions are true.
    """
    nodes, flows = list(scope.nodes), list(scope.flows)
    for node in scope.nodes:
        leaving = scope.outgoing(node.id)
        if len(leaving) < 2 or node.kind in _GATEWAYS:
            continue
        chosen = any(flow.condition is not None or flow.default for flow in leaving)
        kind = NodeKind.INCLUSIVE if chosen else NodeKind.PARALLEL
        gateway = f"{node.id}.fork"
        nodes.append(Node(gateway, kind, span=node.span))
        flows = [replace(f, source=gateway) if f.source == node.id else f for f in flows]
        flows.append(Flow(f"{gateway}.in", node.id, gateway, span=node.span))
    return Scope(tuple(nodes), tuple(flows))


def following(scope: Scope, node_id: str) -> list[Flow]:
    """Return the flows that leave a node or one of its boundary events."""
    hosts = {node_id, *(event.id for event in scope.boundaries(node_id))}
    return [flow for flow in scope.flows if flow.source in hosts]


def fork_of(scope: Scope, gateway: str, members: Collection[str]) -> Fork | str:
    """Return the branches of a gateway among `members`, or why they cannot be regions."""
    leaving = [flow for flow in scope.outgoing(gateway) if flow.target in members]
    kind = scope.node(gateway).kind
    joins = [
        node.id
        for node in scope.nodes
        if node.kind is kind and node.id in members and len(scope.incoming(node.id)) > 1
    ]
    reached = [_reach(scope, flow.target, members, frozenset({gateway})) for flow in leaving]
    shared = [join for join in joins if all(join in each for each in reached)]
    reason = "its branches do not come together in one gateway"
    for join in [*shared, None]:
        stop = frozenset({gateway} if join is None else {gateway, join})
        branches = [
            frozenset[str]() if f.target == join else _reach(scope, f.target, members, stop)
            for f in leaving
        ]
        fault = _mixed(scope, branches, join, gateway)
        if fault is None:
            return Fork(tuple(zip(leaving, branches, strict=True)), join)
        reason = fault
    return reason


def _reach(
    scope: Scope, start: str, members: Collection[str], stop: frozenset[str]
) -> frozenset[str]:
    """Return the nodes that can be reached from one, without those of `stop` and behind them."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found or name in stop or name not in members:
            continue
        found.add(name)
        found.update(event.id for event in scope.boundaries(name))
        waiting.extend(flow.target for flow in following(scope, name))
    return frozenset(found)


def _mixed(
    scope: Scope, branches: list[frozenset[str]], join: str | None, gateway: str
) -> str | None:
    """Say what hinders branches to be regions, or None."""
    seen: set[str] = set()
    for branch in branches:
        if seen & branch:
            return "a way leads from one of its branches into another, or back to it"
        seen |= branch
    for flow in scope.flows:
        if flow.target in seen and flow.source not in seen and flow.source != gateway:
            return "a way leads into one of its branches from outside"
    allowed = seen | {gateway}
    if join is not None and any(flow.source not in allowed for flow in scope.incoming(join)):
        return "its join is also reached from outside"
    return None
