"""What a caller cannot do now: refused with a `CallError`, and nothing is changed.

In: a code, what is the matter, what to do; values from outside. Out: the error, or FEEL values that
nobody else can change.
"""

from __future__ import annotations

from typing import Any

from guidewright.errors import CallError, Code, Note
from guidewright.feel.conversion import from_python
from guidewright.feel.runtime import Refuse
from guidewright.feel.values import Function, Value
from guidewright.workflow.model import Graph


def refuse(code: Code, text: str, hint: str | None = None) -> CallError:
    """Return the error to raise."""
    return CallError(Note(code, None, text, hint))


def not_computed(graph: Graph, name: str) -> None:
    """Refuse a value that the workflow computes."""
    if name in graph.computed_names:
        text = f"'{name}' is computed by the workflow, so it cannot be told"
        raise refuse(Code.WORKFLOW_EVENT, text, "send the data it is computed from")


def owned(value: Any, name: str) -> Value:
    """Return a value as FEEL knows it, which nobody else can change; refuse what is none."""
    try:
        owned = from_python(value)
    except Refuse as why:
        raise refuse(Code.INPUT_TYPE, f"'{name}': {why.reason}") from None
    if _holds_function(owned):
        raise refuse(Code.INPUT_TYPE, f"'{name}': a function is no datum")
    return owned


def _holds_function(value: Value) -> bool:
    if isinstance(value, list | dict):
        parts = value if isinstance(value, list) else value.values()
        return any(_holds_function(part) for part in parts)
    return type(value) is Function
