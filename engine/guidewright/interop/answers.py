"""The branches of a decision as FEEL conditions, and such conditions as branches again.

In: a decision state and one of its ways; or the text of a condition. Out: FEEL that is true for
just the answers that take this way; or the decision, its output and the answer. A decision that
collects gives several answers; the same one given twice counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from guidewright.feel.text import literal
from guidewright.workflow.model import Ask, BranchValue, Transition, Trigger
from guidewright.yaml_reader import resolve

# What makes a way one of the answers of a decision.
ANSWERS = frozenset({Trigger.VALUE, Trigger.NULL, Trigger.SEVERAL, Trigger.OTHERWISE})
# What a way is called that has no label of its own.
_NAMES = {
    Trigger.NULL: "no answer",
    Trigger.SEVERAL: "several answers",
    Trigger.OTHERWISE: "any other answer",
}
_LITERAL = r'(?P<value>"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false)'
_ANSWERS = r"distinct values\(flatten\(\[(?P<path>.*?)\]\)\)"
_FORMS: tuple[tuple[re.Pattern[str], Trigger], ...] = (
    (re.compile(rf"{_ANSWERS} = \[{_LITERAL}\]"), Trigger.VALUE),
    (re.compile(rf"{_ANSWERS} = \[\] or .* = \[null\]"), Trigger.NULL),
    (re.compile(rf"count\({_ANSWERS}\) > 1"), Trigger.SEVERAL),
    (re.compile(rf"count\({_ANSWERS}\) = 1 and .* != \[null\]"), Trigger.OTHERWISE),
    (re.compile(rf"(?P<path>[^=<>!()\"]+?)\s*=\s*{_LITERAL}"), Trigger.VALUE),
    (re.compile(r"(?P<path>[^=<>!()\"]+?)\s*=\s*null"), Trigger.NULL),
)
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition asks for: the `value` of a path, no answer, several, or any other."""

    path: str
    trigger: Trigger
    value: BranchValue | None = None


def branch_condition(ask: Ask, transition: Transition) -> str:
    """Return FEEL that is true when the decision takes this way."""
    path = ask.decision.name + (f".{ask.output.name}" if ask.output is not None else "")
    answers = f"distinct values(flatten([{path}]))"
    match transition.trigger:
        case Trigger.VALUE:
            return f"{answers} = [{literal(transition.value)}]"
        case Trigger.NULL:
            return f"{answers} = [] or {answers} = [null]"
        case Trigger.SEVERAL:
            return f"count({answers}) > 1"
        case _:
            return f"count({answers}) = 1 and {answers} != [null]"


def way_name(trigger: Trigger, value: BranchValue | None) -> str:
    """Return what the way of an answer is called when it has no label; else the empty text.

    >>> way_name(Trigger.VALUE, True), way_name(Trigger.NULL, None), way_name(Trigger.DONE, None)
    ('true', 'no answer', '')
    """
    if trigger is Trigger.VALUE:
        return value if isinstance(value, str) else literal(value)
    return _NAMES.get(trigger, "")


def read_condition(text: str) -> Answer | None:
    """Return what a condition asks for, when it is an answer of a decision.

    >>> read_condition('risk = "high"')
    Answer(path='risk', trigger=<Trigger.VALUE: 'value'>, value='high')
    >>> read_condition("age > 60") is None
    True
    """
    for pattern, trigger in _FORMS:
        found = pattern.fullmatch(text.strip())
        if found is not None:
            value = _value(found["value"]) if trigger is Trigger.VALUE else None
            return Answer(found["path"].strip(), trigger, value)
    return None


def _value(text: str) -> BranchValue | None:
    if not text.startswith('"'):
        return resolve(text)
    return re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0]), text[1:-1])
