"""Read what one state has beside its ways and its timer: tasks, decisions, computed values.

In: the fields of a state in `workflow.yaml`. Out: the parts of `workflow.model`, and faults.
"""

from __future__ import annotations

from guidewright.errors import Code, did_you_mean
from guidewright.feel.names import normal
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal.times import checked_zone
from guidewright.feel.temporal.zones import zone_ids
from guidewright.workflow.model import Ask, Awaits, Cited, Computed, Task, TaskKind
from guidewright.workflow.transition_reader import cited, cited_list, read_guard
from guidewright.yaml_reader import YamlList, YamlMap, YamlScalar
from guidewright.yaml_shape import Faults, Fields, describe, is_text


def read_task(fields: Fields) -> Task | None:
    """Read `task` and `awaits`."""
    kind = fields.word("task", TaskKind, required=fields.span)
    awaits = _awaits(fields)
    return Task(kind, awaits) if kind is not None else None


def _awaits(fields: Fields) -> Awaits | None:
    """Read `awaits`: a list (all of them), or `{any: [...]}`."""
    node = fields.take("awaits")
    if node is None:
        return None
    faults = fields.faults
    if isinstance(node, YamlMap):
        inner = Fields(node, faults, f"'awaits' of {fields.what}")
        names = cited_list(inner.texts("any", required=node.span))
        inner.close()
        return Awaits(names, any=True)
    if isinstance(node, YamlList):
        if not node.items:
            faults.shape(node.span, f"'awaits' of {fields.what} names no data")
        return Awaits(cited_list(fields.texts("awaits")), any=False)
    text = f"'awaits' of {fields.what} must be a list or {{any: [...]}}, not {describe(node)}"
    faults.shape(node.span, text)
    return None


def read_ask(fields: Fields) -> Ask | None:
    """Read `decision` and `output`."""
    decision = cited(fields.scalar("decision", required=fields.span))
    output = cited(fields.scalar("output"))
    return Ask(decision, output) if decision is not None else None


def read_compute(fields: Fields) -> tuple[Computed, ...]:
    """Read `compute`: names, each with a FEEL expression."""
    found: list[Computed] = []
    for entry in fields.entries("compute"):
        name = normal(entry.key.text.strip())
        value = entry.value
        guard = read_guard(value) if isinstance(value, YamlScalar) and is_text(value) else None
        if guard is None:
            text = f"the computed value '{name}' of {fields.what} must be a FEEL expression, not "
            fields.faults.shape(value.span, text + describe(value))
        else:
            found.append(Computed(name, guard, entry.key.span))
    return tuple(found)


def read_zone(fields: Fields) -> Cited | None:
    """Read `zone`: the name of a time zone in the IANA list."""
    zone = cited(fields.scalar("zone"))
    if zone is not None:
        check_zone(zone, fields.faults)
    return zone


def check_zone(zone: Cited, faults: Faults) -> None:
    """Report a name that is no time zone."""
    try:
        checked_zone(zone.name)
    except Refuse as why:
        hint = did_you_mean(zone.name, sorted(zone_ids())) or "such as Europe/London or UTC"
        faults.add(Code.WORKFLOW_TIMER, zone.span, why.reason, hint)
