"""Business rule tasks and exclusive gateways as decision states, or as states with conditions.

In: a rule task, and the gateway behind it, or a gateway alone. Out: a decision state whose branches
are the answers that the gateway's conditions ask for; a state with FEEL conditions; or a gap whose
ways a clinician chooses, where conditions are missing or in another language.
"""

from __future__ import annotations

from guidewright.interop.answers import Answer, read_condition, way_name
from guidewright.interop.bpmn_conditions import feel_of
from guidewright.interop.bpmn_levels import Document, Level, own_value, short
from guidewright.interop.bpmn_model import Flow, Node, NodeKind
from guidewright.interop.bpmn_parts import by_hand, common, own_part
from guidewright.workflow.model import BranchValue, Trigger


def decision_state(level: Level, node: Node) -> Document:
    """Return a decision state for a rule task with a gateway behind it."""
    gateway = _gateway_behind(level, node)
    if gateway is None:
        return _only_computed(level, node)
    level.consumed.add(gateway.id)
    flows = level.scope.outgoing(gateway.id)
    asked = {flow.id: _asked(flow) for flow in flows if not flow.default}
    answers = [answer for answer in asked.values() if answer is not None]
    if len(answers) != len(asked) or len({answer.path for answer in answers}) != 1:
        return _by_clinician(level, node, flows, f"the answer of {node.title}")
    made = common(level, node, "decision")
    made.update(_named(level, node, answers[0].path))
    made["branches"] = {}
    for flow in flows:
        answer = asked.get(flow.id)
        if answer is None:
            _add_default(level, made, flow)
        else:
            way = level.way(flow)
            plain = flow.name == way_name(answer.trigger, answer.value)
            if plain and own_value(flow, "label") is None:
                way.pop("label", None)
            _add(made, answer.trigger, answer.value, way)
    return made


def _gateway_behind(level: Level, node: Node) -> Node | None:
    flows = level.scope.outgoing(node.id)
    if len(flows) != 1 or level.scope.boundaries(node.id) or flows[0].target in level.stops:
        return None
    found = level.scope.node(flows[0].target)
    splits = found.kind is NodeKind.EXCLUSIVE and len(level.scope.incoming(found.id)) == 1
    plain = own_value(found, "state") is None
    several = len(level.scope.outgoing(found.id)) > 1 or own_value(node, "kind") == "decision"
    return found if splits and plain and several else None


def _asked(flow: Flow) -> Answer | None:
    condition = feel_of(flow.condition, flow.language)
    return read_condition(condition) if condition is not None else None


def _named(level: Level, node: Node, path: str) -> Document:
    """Return the decision and the output that a state asks for."""
    ours = own_part(node, "decision")
    if "name" in ours:
        return {
            "decision": ours["name"],
            **({"output": ours["output"]} if "output" in ours else {}),
        }
    _, dot, output = path.partition(".")
    name = node.decision or path.partition(".")[0] or node.name
    text = f"the task {node.title} is taken to ask the decision '{name}'"
    level.importer.open(node.span, text, f"the conditions of the ways on call it '{path}'")
    return {"decision": name, **({"output": output} if dot else {})}


def _add(made: Document, trigger: Trigger, value: BranchValue | None, way: Document) -> None:
    if trigger is Trigger.VALUE:
        made["branches"][value] = short(way)
    else:
        made[trigger.value] = short(way)


def _add_default(level: Level, made: Document, flow: Flow) -> None:
    """The default flow takes whatever no condition takes: other answers, several, and none."""
    text = "the default flow also takes what the decision could not tell, and several answers"
    level.importer.open(flow.span, text, "give 'null' and 'several' ways of their own")
    for trigger in (Trigger.SEVERAL, Trigger.NULL, Trigger.OTHERWISE):
        made.setdefault(trigger.value, short(level.way(flow)))


def _only_computed(level: Level, node: Node) -> Document:
    """Return a state that is passed: a decision is computed whenever something asks for it."""
    text = f"the decision {node.title} chooses no way here, so nothing is asked in this state"
    hint = "decisions are computed when something asks for them; add branches if they lead on"
    level.importer.open(node.span, text, hint)
    flows = level.scope.outgoing(node.id)
    lost = [event for event in level.scope.boundaries(node.id) if event.id not in level.consumed]
    for event in lost:
        text = f"the boundary event {event.title} of a rule task is not taken over"
        level.importer.not_taken(event.span, text, "a decision takes no time")
    made = common(level, node, "clinical")
    return {**made, **({"next": short(level.way(flows[0]))} if flows else {})}


def choice_state(level: Level, node: Node) -> Document:
    """Return a state whose ways have conditions, for a gateway with no rule task before it."""
    flows = level.scope.outgoing(node.id)
    conditions = {f.id: feel_of(f.condition, f.language) for f in flows if not f.default}
    if any(condition is None for condition in conditions.values()):
        return _by_clinician(level, node, flows, f"which way {node.title} takes")
    made = common(level, node, "clinical")
    chosen = [{"when": conditions[f.id], **level.way(f)} for f in flows if f.id in conditions]
    if chosen:
        made["transitions"] = chosen
    default = [flow for flow in flows if flow.default]
    return {**made, **({"next": short(level.way(default[0]))} if default else {})}


def _by_clinician(level: Level, node: Node, flows: list[Flow], what: str) -> Document:
    """Return a gap for a choice whose conditions are missing or are not FEEL."""
    for flow in flows:
        where = flow.condition_span or flow.span
        if flow.condition is not None:
            text = f"the condition of the way {flow.title} cannot be taken over: `{flow.condition}`"
            level.importer.not_taken(where, text, "write it as a branch, or in FEEL under 'when'")
        elif not flow.default:
            text = f"it is not said when the way {flow.title} is taken"
            level.importer.not_taken(where, text, "write it as a branch, or in FEEL under 'when'")
    made = common(level, node, "gap")
    made.setdefault("description", f"The diagram does not say in FEEL {what}; a clinician chooses.")
    return {**made, "transitions": by_hand(level, flows)}


def folded(level: Level, event: Node, trigger: Document) -> list[Document]:
    """Return the ways of an event: through the gateway behind it, when it has one of its own."""
    flows = level.scope.outgoing(event.id)
    ways: list[Document] = []
    for flow in flows:
        target = level.scope.node(flow.target)
        choices = level.scope.outgoing(target.id)
        mine = len(level.scope.incoming(target.id)) == 1 and target.id not in level.stops
        plain = not target.name and own_value(target, "state") is None and "when" not in trigger
        if not (target.kind is NodeKind.EXCLUSIVE and mine and plain and choices):
            ways.append({**trigger, **level.way(flow)})
            continue
        said = {f.id: feel_of(f.condition, f.language) for f in choices if not f.default}
        if any(condition is None for condition in said.values()):
            ways.append({**trigger, **level.way(flow)})
            continue
        level.consumed.add(target.id)
        for choice in sorted(choices, key=lambda each: each.default):
            when = {"when": said[choice.id]} if choice.id in said else {}
            ways.append({**trigger, **when, **level.way(choice)})
    return ways
