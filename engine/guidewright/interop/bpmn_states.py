"""What each kind of BPMN node becomes as a state of a workflow.

In: a `Level` and its nodes. Out: states as data of a `workflow.yaml`. What has no meaning there
becomes a gap: it keeps its ways, each on an event that a clinician sends, and is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from guidewright.interop.bpmn_conditions import feel_of
from guidewright.interop.bpmn_decisions import choice_state, decision_state
from guidewright.interop.bpmn_events import event_name, listened, on_timer, wait_timer
from guidewright.interop.bpmn_levels import EXCEPTION, Document, Importer, Level, own_value, short
from guidewright.interop.bpmn_model import (
    GAP_MARK,
    EventKind,
    Flow,
    Node,
    NodeKind,
    Process,
    Scope,
)
from guidewright.interop.bpmn_parts import common, histories, own_part, placeholder
from guidewright.interop.bpmn_regions import Fork, with_gateways
from guidewright.interop.export import read_list
from guidewright.workflow.model import TaskKind

_NESTED = frozenset({NodeKind.SUBPROCESS, NodeKind.TRANSACTION, NodeKind.AD_HOC})
_PARTS = frozenset({NodeKind.EXCLUSIVE, NodeKind.CATCH})
_KIND_OPEN = "BPMN does not say what kind of task {} is: 'obtain' is written"
_KIND_HINT = "choose order, obtain, give or inform, and add 'awaits' when it brings data"


def process_document(importer: Importer, process: Process) -> Document:
    """Return the first state, the states and the exceptions of a process."""
    importer.reserve(process.scope)
    level = Level(importer, with_gateways(process.scope))
    states = states_of(level)
    initial = level.initial(process.span)
    return {"initial": initial, "exceptions": level.exceptions, "states": states}


def states_of(level: Level) -> Document:
    """Return the states of a level by their names, in the order of the file."""
    forks = level.forks()
    inside = {name for fork in forks.values() for _, nodes in fork.branches for name in nodes}
    level.consumed |= inside | level.beside()
    level.consumed |= {fork.join for fork in forks.values() if fork.join and level.passes(fork)}
    made: dict[str, Document] = {}
    # Gateways and events behind a node are part of its state: that node is asked first.
    for node in sorted(level.scope.nodes, key=lambda each: each.kind in _PARTS):
        if node.id not in level.members or node.id in level.consumed:
            continue
        if node.by_event:
            _event_subprocess(level, node)
        elif node.id in forks:
            made[node.id] = _fork(level, node, forks[node.id])
        elif level.is_state(node):
            make = _MAKERS.get(node.kind, _unknown)
            made[node.id] = make(level, node)
    further = dict(level.made)
    level.made.clear()
    for node in level.scope.nodes:
        if node.id in made:
            level.made[level.importer.name(node)] = made[node.id]
    level.made.update(further)
    return level.made


# tasks -------------------------------------------------------------------------------------------


def _task(level: Level, node: Node) -> Document:
    """A task that people do; a gap of ours is a task with a mark."""
    if own_value(node, "kind") == "gap" or node.name.startswith(GAP_MARK):
        return {**common(level, node, "gap"), **listened(level, node, timed=False)}
    made = common(level, node, "task")
    ours = own_part(node, "task")
    made["task"] = ours.get("kind", TaskKind.OBTAIN.value)
    if not ours:
        level.importer.open(node.span, _KIND_OPEN.format(node.title), _KIND_HINT)
    return {**made, **_awaits(ours), **listened(level, node), **_next(level, node)}


def _awaits(ours: dict[str, str]) -> Document:
    if "awaits" in ours:
        return {"awaits": read_list(ours["awaits"])}
    if "awaits-any" in ours:
        return {"awaits": {"any": read_list(ours["awaits-any"])}}
    return {}


def _informs(level: Level, node: Node) -> Document:
    """A send task tells somebody something and is complete."""
    made = {**common(level, node, "task"), "task": TaskKind.INFORM.value}
    return {**made, **listened(level, node), **_next(level, node)}


def _receives(level: Level, node: Node) -> Document:
    """A receive task waits: for its message, and for what its boundary events tell."""
    made = {**common(level, node, "clinical"), **listened(level, node)}
    ways = [{"event": event_name(node), **level.way(f)} for f in level.scope.outgoing(node.id)]
    if ways:
        made["transitions"] = [*made.get("transitions", []), *ways]
    return made


def _automated(level: Level, node: Node) -> Document:
    """What a program does has no meaning in a workflow."""
    what = "the called process" if node.kind is NodeKind.CALL else "what the program does"
    text = f"{what} in {node.title} is not taken over: a gap stands for it"
    return placeholder(level, node, text, "write it as a task, a decision, or states of its own")


def _unknown(level: Level, node: Node) -> Document:
    text = f"the {node.kind.value} {node.title} is not taken over: a gap stands for it"
    hint = "write its rule as decisions or conditions"
    if node.id in level.mixed:
        hint = f"{level.mixed[node.id]}; give each branch nodes of its own, and one join"
    return placeholder(level, node, text, hint)


def _next(level: Level, node: Node) -> Document:
    flows = level.scope.outgoing(node.id)
    way = level.way(flows[0]) if flows else {"to": ""}
    return {"next": short(way)} if way["to"] else {}


# events ------------------------------------------------------------------------------------------


def _end(level: Level, node: Node) -> Document:
    """An end is final; what it sends or throws, beside ending, is listed."""
    said = node.event
    if said is not None and said.kind is not EventKind.TERMINATE:
        text = f"what the end {node.title} throws or sends is not taken over"
        level.importer.not_taken(node.span, text, "put a task that informs before the end")
    return common(level, node, "final")


def _catch(level: Level, node: Node) -> Document:
    """An intermediate event that is waited for: a time, a condition, or something said."""
    flows = level.scope.outgoing(node.id)
    if node.event is not None and node.event.kind is EventKind.TIMER:
        timer = wait_timer(level, node)
        if timer is None:
            text = f"the time of {node.title} is not taken over: a gap stands for it"
            hint = "a wait needs a duration such as P28D, or a date among the data"
            return placeholder(level, node, text, hint)
        return {**common(level, node, "wait"), "timer": timer, **_next(level, node)}
    if node.event is not None and node.event.kind is EventKind.CONDITIONAL:
        condition = feel_of(node.event.text, node.event.language)
        if condition is None:
            text = f"the condition `{node.event.text}` is not FEEL: a gap stands for it"
            return placeholder(level, node, text, "write the condition in FEEL")
        ways = [{"when": condition, **level.way(flow)} for flow in flows]
    else:
        ways = [{"event": event_name(node), **level.way(flow)} for flow in flows]
    return {**common(level, node, "clinical"), **({"transitions": ways} if ways else {})}


def _throw(level: Level, node: Node) -> Document:
    """A milestone; a message that is sent is a task that informs."""
    if node.event is not None and node.event.kind is EventKind.MESSAGE:
        return _informs(level, node)
    if node.event is not None:
        text = f"what {node.title} throws is not taken over"
        level.importer.not_taken(node.span, text, "who should know of it? add a task that informs")
    return {**common(level, node, "clinical"), **listened(level, node), **_next(level, node)}


def _event_based(level: Level, node: Node) -> Document:
    """Whatever comes first; one timer among it makes it a wait."""
    catches = [level.scope.node(flow.target) for flow in level.scope.outgoing(node.id)]
    level.consumed |= {catch.id for catch in catches}
    timers = [c for c in catches if c.event is not None and c.event.kind is EventKind.TIMER]
    ours = own_value(node, "kind")
    timer = wait_timer(level, timers[0], node) if len(timers) == 1 else None
    waits = timer is not None and ours in (None, "wait")
    made = common(level, node, "wait" if waits else "clinical")
    ways: list[Document] = []
    for catch in catches:
        if waits and catch is timers[0]:
            continue
        ways += on_timer(level, catch) if catch in timers else _caught(level, catch)
    if waits:
        made["timer"] = timer
    if ways:
        made["transitions"] = ways
    return {**made, **(_next(level, timers[0]) if waits else {})}


def _caught(level: Level, catch: Node) -> list[Document]:
    """Return the ways of an event behind an event-based gateway."""
    from_state = _catch(level, catch)
    ways: list[Document] = from_state.get("transitions", [])
    return ways


# what holds others -------------------------------------------------------------------------------


def _nested(level: Level, node: Node) -> Document:
    """A subprocess: a state with states inside; with forked subprocesses only, a parallel one."""
    if node.kind is NodeKind.AD_HOC or node.inner is None or not node.inner.nodes:
        what = "has no order" if node.kind is NodeKind.AD_HOC else "is empty"
        text = f"the subprocess {node.title} {what}: a gap stands for it"
        return placeholder(level, node, text, "write its tasks as regions of a parallel state")
    scope = with_gateways(node.inner)
    inner = Level(level.importer, scope, outer=level, host=node.id)
    regions = _regions(scope)
    if any(inner.is_state(each) for each in scope.nodes if _escapes(each)):
        regions = None  # nobody catches it: it is an end of its own, which no fork can have
    made = common(level, node, "clinical" if regions is None else "parallel")
    inner.phase = made.get("phase", level.phase)
    if regions is not None:
        inner.members = frozenset(regions)
        inner.stops = dict.fromkeys(_joins(scope, regions), "")
        inside: Document = {"states": states_of(inner)}
    else:
        states = states_of(inner)
        inside = {"initial": inner.initial(node.span), "states": states}
    inside["states"] = {**histories(node), **inside["states"]}
    ways = {**listened(level, node), **_next(level, node)}
    if inner.exceptions:
        ways["exceptions"] = [*ways.get("exceptions", []), *inner.exceptions]
    return {**made, **ways, **inside}


def _event_subprocess(level: Level, node: Node) -> None:
    """Make an exception of what surrounds an event subprocess, and a state of what it holds."""
    inner = node.inner if node.inner is not None else Scope()
    starts = [each for each in inner.nodes if each.kind is NodeKind.START]
    trigger = _exceptional(starts[0]) if len(starts) == 1 else None
    if trigger is None:
        text = f"the event subprocess {node.title} is not taken over"
        hint = "only one that interrupts, on a signal, message, error or FEEL condition, is"
        level.importer.not_taken(node.span, text, hint)
        return
    ends = [each for each in inner.nodes if each.kind is NodeKind.END]
    if len(inner.nodes) == 2 and ends and len(inner.flows) == 1:
        flow = inner.flows[0]
        way = Level(level.importer, inner).way(flow)
        way.pop(EXCEPTION, None)
        when = own_value(flow, "when")
        target = own_value(ends[0], "target")
        if target not in level.importer.taken:
            target = level.importer.name(ends[0])
            level.made[target] = _end(level, ends[0])
        guard = {"when": when} if when else {}
        level.exceptions.append({**trigger, **guard, **way, "to": target})
        return
    name = level.importer.name(node)
    end = level.importer.fresh(f"{name}, end")
    level.made[name] = {**_nested(level, node), "next": end}
    level.made[end] = {"kind": "final"}
    level.exceptions.append({**trigger, "to": name})


def _exceptional(start: Node) -> Document | None:
    """Return what begins an event subprocess, as an exception has it."""
    if start.event is None or not start.interrupting or start.event.kind is EventKind.TIMER:
        return None
    if start.event.kind is not EventKind.CONDITIONAL:
        return {"event": event_name(start)}
    condition = feel_of(start.event.text, start.event.language)
    return {"when": condition} if condition is not None else None


def _escapes(node: Node) -> bool:
    return node.kind is NodeKind.END and node.event is not None


def _regions(scope: Scope) -> list[str] | None:
    """Return the subprocesses that a scope forks into, when it holds nothing else."""
    forks = [n for n in scope.nodes if n.kind is NodeKind.PARALLEL and scope.outgoing(n.id)]
    starts = [n for n in scope.nodes if n.kind is NodeKind.START]
    first = [flow.target for start in starts for flow in scope.outgoing(start.id)]
    if len(starts) != 1 or not forks or first != [forks[0].id]:
        return None
    inside = [scope.node(flow.target) for flow in scope.outgoing(forks[0].id)]
    if not inside or any(node.kind not in _NESTED for node in inside):
        return None
    joins = _joins(scope, [node.id for node in inside])
    plain = {NodeKind.START, NodeKind.PARALLEL, NodeKind.END, NodeKind.BOUNDARY}
    others = [node for node in scope.nodes if node not in inside and node.kind not in plain]
    gateways = [node for node in others if node.kind is NodeKind.EXCLUSIVE]
    only_choices = all(_is_choice(scope, node) for node in gateways)
    if len(others) != len(gateways) or not only_choices:
        return None
    after = [f.target for j in joins for f in scope.outgoing(j)]
    ends = all(scope.node(name).kind is NodeKind.END for name in after)
    names = {node.id for node in inside}
    only = all(flow.source in names for join in joins for flow in scope.incoming(join))
    return [node.id for node in inside] if ends and only else None


def _joins(scope: Scope, regions: list[str]) -> list[str]:
    """Return the parallel gateways that regions lead to when they are complete."""
    targets = [flow.target for name in regions for flow in scope.outgoing(name)]
    return [name for name in targets if scope.node(name).kind is NodeKind.PARALLEL]


def _is_choice(scope: Scope, node: Node) -> bool:
    """Say whether a gateway stands behind a boundary event."""
    sources = [scope.node(flow.source).kind for flow in scope.incoming(node.id)]
    return sources == [NodeKind.BOUNDARY]


def _fork(level: Level, node: Node, fork: Fork) -> Document:
    """Make a parallel state of a fork, one region for each branch."""
    name = level.importer.name(node)
    made: Document = {**common(level, node, "parallel"), "states": {}}
    for number, (flow, members) in enumerate(fork.branches, 1):
        region = level.importer.fresh(flow.name or f"{name}, branch {number}")
        done = level.importer.fresh(f"{region}, done")
        stops = {**level.stops, **({fork.join: done} if fork.join is not None else {})}
        branch = Level(
            level.importer,
            level.scope,
            members,
            stops,
            level.outer,
            level.host,
            base=level.base or level,
            phase=made.get("phase", level.phase),
        )
        states = states_of(branch)
        initial = branch.target(flow.target)
        if node.kind is NodeKind.INCLUSIVE:
            initial = _checked(branch, node, flow, initial, done)
        if initial not in states and initial != done:
            initial = branch.begins_elsewhere(initial, flow.span)
        if done in branch.reached or initial == done or not states:
            states[done] = {"kind": "final"}
        made["states"][region] = {"kind": "clinical", "initial": initial, "states": states}
    made["next"] = _after(level, node, fork)
    return made


def _after(level: Level, node: Node, fork: Fork) -> Any:
    """Return where a parallel state leads when all its branches are complete."""
    if fork.join is not None:
        leaving = level.scope.outgoing(fork.join)
        if len(leaving) == 1:
            return short(level.way(leaving[0]))
        if leaving:
            return level.importer.name(level.scope.node(fork.join))
    end = level.importer.fresh(f"{level.importer.name(node)}, end")
    level.made[end] = {"kind": "final"}
    return end


def _checked(level: Level, node: Node, flow: Flow, first: str, done: str) -> str:
    """Return a state that looks whether a branch of an inclusive gateway is taken at all."""
    level.reached.add(done)
    condition = _taken_when(level.scope.outgoing(node.id), flow)
    what = flow.name or flow.condition or first
    name = level.importer.fresh(f"{what}: taken?")
    if condition is not None:
        ways: Document = {"kind": "clinical", "transitions": [{"when": condition, "to": first}]}
        level.made[name] = {**ways, "next": done}
        return name
    text = f"the condition of the branch {flow.title} is not FEEL: `{flow.condition or ''}`"
    level.importer.not_taken(flow.condition_span or flow.span, text, "write it in FEEL")
    events = ({"event": f"take: {what}", "to": first}, {"event": f"skip: {what}", "to": done})
    level.made[name] = {"kind": "gap", "transitions": list(events)}
    return name


def _taken_when(flows: Sequence[Flow], flow: Flow) -> str | None:
    """Return when a branch is taken; the default one, when no other is."""
    if not flow.default:
        return feel_of(flow.condition, flow.language)
    others = [feel_of(each.condition, each.language) for each in flows if each is not flow]
    if any(each is None for each in others):
        return None
    return " and ".join(f"not({each})" for each in others)


_MAKERS: dict[NodeKind, Callable[[Level, Node], Document]] = {
    NodeKind.TASK: _task,
    NodeKind.USER: _task,
    NodeKind.MANUAL: _task,
    NodeKind.SEND: _informs,
    NodeKind.RECEIVE: _receives,
    NodeKind.SERVICE: _automated,
    NodeKind.SCRIPT: _automated,
    NodeKind.CALL: _automated,
    NodeKind.RULE: decision_state,
    NodeKind.EXCLUSIVE: choice_state,
    NodeKind.EVENT_BASED: _event_based,
    NodeKind.END: _end,
    NodeKind.CATCH: _catch,
    NodeKind.THROW: _throw,
    NodeKind.SUBPROCESS: _nested,
    NodeKind.TRANSACTION: _nested,
    NodeKind.AD_HOC: _nested,
}
