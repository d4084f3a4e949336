"""What the authors changed: rules by id, expressions, policies, inputs, statements, states.

In: two versions of a guideline or of a model, as written. Out: `Change` records with the places on
both sides. This compares texts; whom a change concerns is for `difference` to say.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guidewright.dmn import model
from guidewright.dmn.model import DecisionTable, Definitions
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile
from guidewright.source import Span
from guidewright.workflow.model import Graph


class ChangeKind(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Detail:
    """One part of a thing that changed: a cell by its column, a key by its name."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that differs; `subject` is what it belongs to, such as the decision of a rule."""

    what: str
    subject: str
    name: str
    kind: ChangeKind
    before: Span | None
    after: Span | None
    details: tuple[Detail, ...] = ()


_SILENT = frozenset({"span", "name_span", "id", "places"})


def model_changes(before: Definitions, after: Definitions) -> Iterator[Change]:
    """Yield what differs between two models, types first."""
    yield from _records(
        "type", "", _by_name(before.item_definitions), _by_name(after.item_definitions)
    )
    left, right = _elements(before), _elements(after)
    for name in dict.fromkeys((*left, *right)):
        one, other = left.get(name), right.get(name)
        what = _word(one or other)
        if one is None or other is None:
            yield _whole(what, "", name, one, other)
        elif isinstance(_logic(one), DecisionTable) and isinstance(_logic(other), DecisionTable):
            yield from _table_changes(name, _logic(one), _logic(other))
            yield from _records(what, "", {name: _bare(one)}, {name: _bare(other)})
        else:
            yield from _records(what, "", {name: one}, {name: other})


def guideline_changes(before: GuidelineFile, after: GuidelineFile) -> Iterator[Change]:
    """Yield what differs between two `guideline.yaml`."""
    for key in ("version", "status", "jurisdiction", "date", "notice", "title"):
        one, other = getattr(before, key), getattr(after, key)
        if one != other:
            details = (Detail(key, _shown(one), _shown(other)),)
            yield Change("guideline", "", key, ChangeKind.CHANGED, before.span, after.span, details)
    for what, key in (
        ("policy", "policies"),
        ("input", "inputs"),
        ("statement", "statements"),
        ("source", "sources"),
        ("open question", "ambiguities"),
    ):
        yield from _records(what, "", getattr(before, key), getattr(after, key))
    sections = [{each.title: each for each in file.outcome} for file in (before, after)]
    yield from _records("section of the outcome", "", sections[0], sections[1])


def workflow_changes(before: Graph | None, after: Graph | None) -> Iterator[Change]:
    """Yield the states that differ, with their transitions and timers."""
    states = [
        {each.name: each for each in graph.states} if graph is not None else {}
        for graph in (before, after)
    ]
    yield from _records("state", "", states[0], states[1])
    if before is not None and after is not None:
        bare = [dataclasses.replace(each, states=()) for each in (before, after)]
        yield from _records("workflow", "", {bare[0].name: bare[0]}, {bare[0].name: bare[1]})


def changes_of(before: Guideline, after: Guideline) -> Iterator[Change]:
    """Yield everything that differs between two guidelines as written."""
    yield from model_changes(before.model.definitions, after.model.definitions)
    yield from guideline_changes(before.file, after.file)
    yield from workflow_changes(before.graph, after.graph)


# tables ------------------------------------------------------------------------------------------


def _table_changes(name: str, before: DecisionTable, after: DecisionTable) -> Iterator[Change]:
    details = [
        Detail(what, one, other)
        for what, one, other in (
            ("hit policy", before.corner, after.corner),
            ("inputs", _columns(before), _columns(after)),
            ("outputs", _outputs(before), _outputs(after)),
        )
        if one != other
    ]
    if details:
        yield Change("table", "", name, ChangeKind.CHANGED, before.span, after.span, tuple(details))
    left = {each.name: each for each in before.rules}
    right = {each.name: each for each in after.rules}
    for rule in dict.fromkeys((*left, *right)):
        one, other = left.get(rule), right.get(rule)
        if one is None or other is None:
            yield _whole("rule", name, rule, one, other)
            continue
        cells = tuple(_cells(before, one, after, other))
        if cells:
            spans = _places(before, one, after, other, cells)
            yield Change("rule", name, rule, ChangeKind.CHANGED, *spans, cells)
    kept = [
        [each.name for each in table.rules if each.name in left and each.name in right]
        for table in (before, after)
    ]
    if kept[0] != kept[1]:
        order = Detail("order of rules", ", ".join(kept[0]), ", ".join(kept[1]))
        yield Change("table", "", name, ChangeKind.MOVED, before.span, after.span, (order,))


def _entries(table: DecisionTable, rule: model.Rule) -> dict[str, tuple[str, Span | None]]:
    """Return the texts of a rule by column."""
    heads = [
        *(normal(each.expression.text) if each.expression else each.title for each in table.inputs),
        *(f"→ {each.title or each.name or 'output'}" for each in table.outputs),
    ]
    texts = (*rule.inputs, *rule.outputs)
    found = {
        head: (text.text.strip() if text is not None else "", text.span if text else None)
        for head, text in zip(heads, texts, strict=True)
    }
    for head, note in zip(table.annotations, rule.annotations, strict=False):
        found[f"annotation {head}"] = (note.strip(), None)
    return found


def _cells(
    before: DecisionTable, one: model.Rule, after: DecisionTable, other: model.Rule
) -> Iterator[Detail]:
    left, right = _entries(before, one), _entries(after, other)
    for head in dict.fromkeys((*left, *right)):
        texts = [each.get(head, ("", None))[0] for each in (left, right)]
        said = ["-" if text in ("", "-") and not head.startswith("a") else text for text in texts]
        if said[0] != said[1]:
            yield Detail(head, said[0], said[1])


def _places(
    before: DecisionTable,
    one: model.Rule,
    after: DecisionTable,
    other: model.Rule,
    cells: Sequence[Detail],
) -> tuple[Span, Span]:
    """Return where the first changed cell stands, else the rules."""
    found = []
    for table, rule in ((before, one), (after, other)):
        entries = _entries(table, rule)
        spans = (entries[each.part][1] for each in cells if each.part in entries)
        found.append(next((span for span in spans if span is not None), rule.span))
    return found[0], found[1]


def _columns(table: DecisionTable) -> str:
    return ", ".join(
        normal(each.expression.text) if each.expression else each.title for each in table.inputs
    )


def _outputs(table: DecisionTable) -> str:
    return ", ".join(
        (each.name or each.title or "output")
        + (f" in {each.values.text.strip()}" if each.values else "")
        + (f" by default {each.default.text.strip()}" if each.default else "")
        for each in table.outputs
    )


# records in general ------------------------------------------------------------------------------


def _records(
    what: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield _whole(what, subject, name, one, other)
            continue
        details = tuple(_details("", one, other))
        if details:
            spans = one.span, other.span
            yield Change(what, subject, name, ChangeKind.CHANGED, *spans, details)


def _whole(what: str, subject: str, name: str, before: Any, after: Any) -> Change:
    kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    spans = [each.span if each is not None else None for each in (before, after)]
    return Change(what, subject, name, kind, spans[0], spans[1])


def _details(path: str, before: Any, after: Any) -> Iterator[Detail]:
    """Yield the innermost parts of two records that differ, by their path."""
    if type(before) is type(after) and dataclasses.is_dataclass(before):
        texts = [getattr(each, "text", None) for each in (before, after)]
        if all(isinstance(each, str) for each in texts) and not hasattr(before, "name"):
            one, other = (str(each).strip() for each in texts)
            if one != other:
                yield Detail(path, one, other)
            return
        for field in dataclasses.fields(before):
            if field.name not in _SILENT:
                inner = f"{path}.{field.name}" if path else field.name
                yield from _details(inner, getattr(before, field.name), getattr(after, field.name))
        return
    pairs = _pairs(before, after)
    if pairs is not None:
        for key, one, other in pairs:
            yield from _details(f"{path} {key}", one, other)
    else:
        one, other = _shown(before), _shown(after)
        if one != other:
            yield Detail(path, one, other)


def _pairs(before: Any, after: Any) -> list[tuple[object, Any, Any]] | None:
    """Return the entries of two maps, or the items of two lists of one length, side by side."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = dict.fromkeys((*before, *after))
        return [(key, before.get(key), after.get(key)) for key in keys]
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        return [(place, *each) for place, each in enumerate(zip(before, after, strict=True), 1)]
    return None


def _shown(value: Any) -> str:
    """Return a part of a record in few words."""
    if value is None:
        return "none"
    if isinstance(value, model.Text):
        return value.text.strip()
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) or "none"
    if dataclasses.is_dataclass(value):
        for key in ("name", "id", "text", "written"):
            if isinstance(getattr(value, key, None), str):
                return str(getattr(value, key))
        return ", ".join(
            _shown(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.name not in _SILENT
        )
    return str(value)


def _by_name(elements: Sequence[Any]) -> dict[str, Any]:
    return {normal(each.name): each for each in elements}


def _elements(of: Definitions) -> dict[str, model.DrgElement]:
    return {
        normal(each.name): each
        for each in of.elements
        if not isinstance(each, model.KnowledgeSource)
    }


def _logic(element: Any) -> Any:
    return getattr(element, "logic", None)


def _bare(element: Any) -> Any:
    return dataclasses.replace(element, logic=None)


def _word(element: Any) -> str:
    words = {
        model.InputData: "input data",
        model.Decision: "decision",
        model.BusinessKnowledgeModel: "function",
        model.DecisionService: "decision service",
    }
    return words.get(type(element), "element")
