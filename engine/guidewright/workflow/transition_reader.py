"""Read the ways out of a state: `next`, `transitions`, and the branches of a decision.

In: the fields of a state in `workflow.yaml`. Out: `Transition` objects in the order in which they
are tried, and faults. Whether the targets exist is asked when all states are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from guidewright.source import Span
from guidewright.workflow.model import (
    BranchValue,
    Cited,
    Guard,
    TimerPhase,
    Transition,
    Trigger,
)
from guidewright.yaml_reader import YamlMap, YamlNode, YamlScalar
from guidewright.yaml_shape import Faults, Fields, describe, is_text


@dataclass(slots=True)
class Way:
    """The parts of a transition that are common to all forms of writing one."""

    target: Cited
    span: Span
    when: Guard | None = None
    event: Cited | None = None
    phase: TimerPhase | None = None
    label: str | None = None
    statements: tuple[Cited, ...] = ()
    ambiguities: tuple[Cited, ...] = ()
    raises: tuple[Cited, ...] = ()
    exception: bool = False


@dataclass(slots=True)
class Ways:
    """The transitions of one state while they are read."""

    source: str
    faults: Faults
    found: list[Transition] = field(default_factory=list)

    def add(self, trigger: Trigger, way: Way | None, value: BranchValue | None = None) -> None:
        """Append a transition; None stands for one whose fault is already reported."""
        if way is not None:
            self.found.append(
                Transition(
                    source=self.source,
                    index=len(self.found),
                    trigger=trigger,
                    target=way.target,
                    when=way.when,
                    event=way.event,
                    phase=way.phase,
                    value=value,
                    label=way.label,
                    statements=way.statements,
                    ambiguities=way.ambiguities,
                    span=way.span,
                    raises=way.raises,
                    exception=way.exception,
                )
            )

    def read_next(self, fields: Fields, trigger: Trigger) -> None:
        """Read `next: TARGET`, or a map with the target under `to`."""
        node = fields.take("next")
        if node is not None:
            self.add(trigger, read_way(node, self.faults, f"'next' of {fields.what}"))

    def read_list(self, fields: Fields) -> None:
        """Read `transitions`: each with `event`, `timer`, or nothing but a guard."""
        for node in fields.maps("transitions"):
            inner = Fields(node, self.faults, f"a transition of {fields.what}")
            event = cited(inner.scalar("event"))
            phase = inner.word("timer", TimerPhase)
            way = _way_fields(inner, node.span, guarded=True)
            if event is not None and phase is not None:
                hint = "write two transitions"
                self.faults.shape(node.span, f"{inner.what} has both 'event' and 'timer'", hint)
            elif way is not None:
                way.event, way.phase = event, phase
                if event is None and phase is None and way.when is None:
                    hint = "a way without a condition is written as 'next'"
                    self.faults.shape(
                        node.span, f"{inner.what} needs 'event', 'timer' or 'when'", hint
                    )
                self.add(_trigger(way), way)

    def read_exceptions(self, fields: Fields) -> None:
        """Read `exceptions`: each with `event`, with `when`, or with both."""
        for node in fields.maps("exceptions"):
            inner = Fields(node, self.faults, f"an exception of {fields.what}")
            event = cited(inner.scalar("event"))
            way = _way_fields(inner, node.span, guarded=True)
            if way is None:
                continue
            way.event, way.exception = event, True
            if event is None and way.when is None:
                self.faults.shape(node.span, f"{inner.what} needs 'event' or 'when'")
            self.add(_trigger(way), way)

    def read_branches(self, fields: Fields) -> None:
        """Read what a decision state does with each answer."""
        branches = fields.map_at("branches", required=fields.span)
        for entry in branches.entries if branches is not None else ():
            value = _branch_value(entry.key, self.faults, fields.what)
            what = f"the branch '{entry.key.text}' of {fields.what}"
            way = read_way(entry.value, self.faults, what)
            if value is not None:
                self.add(Trigger.VALUE, way, value)
        for trigger in (Trigger.SEVERAL, Trigger.NULL, Trigger.OTHERWISE):
            node = fields.take(trigger.value)
            if node is not None:
                what = f"the branch '{trigger.value}' of {fields.what}"
                self.add(trigger, read_way(node, self.faults, what))


def read_way(node: YamlNode, faults: Faults, what: str) -> Way | None:
    """Read a target: its name, or a map with `to` and what belongs to the way."""
    if isinstance(node, YamlScalar) and is_text(node):
        return Way(Cited(node.text.strip(), node.span), node.span)
    if isinstance(node, YamlMap):
        return _way_fields(Fields(node, faults, what), node.span, guarded=False)
    text = f"{what} must be the name of a state, or a map with 'to', not {describe(node)}"
    faults.shape(node.span, text)
    return None


def read_guard(node: YamlScalar | None) -> Guard | None:
    """Return the FEEL expression of a scalar."""
    return Guard(node.embedded()) if node is not None else None


def cited(node: YamlScalar | None) -> Cited | None:
    """Return the name in a scalar."""
    return Cited(node.text.strip(), node.span) if node is not None else None


def cited_list(nodes: Sequence[YamlScalar]) -> tuple[Cited, ...]:
    """Return the names in scalars."""
    return tuple(Cited(node.text.strip(), node.span) for node in nodes)


def _way_fields(fields: Fields, span: Span, *, guarded: bool) -> Way | None:
    target = cited(fields.scalar("to", required=span))
    when = read_guard(fields.scalar("when")) if guarded else None
    label = fields.text("label")
    statements = cited_list(fields.texts("statements"))
    ambiguities = cited_list(fields.texts("ambiguities"))
    raises = cited_list(fields.texts("raises"))
    fields.close()
    if target is None:
        return None
    way = Way(target, span, when, label=label, statements=statements, ambiguities=ambiguities)
    way.raises = raises
    return way


def _trigger(way: Way) -> Trigger:
    if way.event is not None:
        return Trigger.EVENT
    return Trigger.TIMER if way.phase is not None else Trigger.ALWAYS


def _branch_value(key: YamlScalar, faults: Faults, what: str) -> BranchValue | None:
    if key.value is None:
        hint = "write the key 'null' beside 'branches'"
        faults.shape(key.span, f"'branches' of {what} cannot have the key 'null'", hint)
    return key.value
