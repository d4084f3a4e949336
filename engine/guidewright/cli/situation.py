"""Where an instance stands and what an event asks for, as lines for people."""

from __future__ import annotations

from typing import Any

from guidewright.workflow import codec
from guidewright.workflow.effects import Effect
from guidewright.workflow.instance import Instance
from guidewright.workflow.model import Graph, State


def situation(graph: Graph, after: Instance, effects: tuple[Effect, ...]) -> list[str]:
    """Return where an instance stands, and what an event asks for."""
    lines = [f"State: {after.status.value}"]
    lines += [f"  {line}" for line in places(graph, after)]
    if not effects:
        return [*lines, "Nothing to do"]
    return [*lines, "To do", *(f"  {effect_line(effect)}" for effect in effects)]


def places(graph: Graph, instance: Instance) -> list[str]:
    """Return the innermost active states, with the statements they rest on."""
    active = (graph.state(name) for name in instance.configuration)
    return [labelled(state) for state in active if state.atomic]


def labelled(state: State) -> str:
    """Return a state's label and its statements."""
    cited = ", ".join(str(each) for each in state.statements)
    return state.label + (f"  [{cited}]" if cited else "")


def effect_line(effect: Effect) -> str:
    """Return an effect in one line."""
    data = codec.effect_to_json(effect)
    kind = data.pop("effect")
    if kind == "act":
        cited = ", ".join(data["statements"])
        text = f"{data['kind']}: {data['label']}, due {data['due']}"
        return text + (f"  [{cited}]" if cited else "")
    if kind == "evaluated":
        return f"evaluated: {_choice(data['choice'])}"
    rest = ", ".join(f"{key} {value}" for key, value in data.items() if _telling(value))
    return f"{kind}: {rest}"


def _choice(choice: dict[str, Any]) -> str:
    """Return a way that was taken, what decided it, and the statements that rests on."""
    text = f"{choice['state']} → {choice['target']}"
    if choice["decision"] is not None:
        text += f", decision {choice['decision']} gives {_value(choice['value'])}"
    if choice["rules"]:
        text += f", rule {'; '.join(choice['rules'])}"
    if choice.get("override"):
        text += f", decided by a clinician: {choice['override']}"
    cited = ", ".join(choice["statements"])
    return text + (f"  [{cited}]" if cited else "")


def _value(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        return str(next(iter(value.values())))
    if isinstance(value, list):
        return " and ".join(map(_value, value)) or "nothing"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))


def _telling(value: Any) -> bool:
    return value not in (None, "", [], {}) and not isinstance(value, (dict, list))
