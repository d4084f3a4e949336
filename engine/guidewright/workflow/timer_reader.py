"""Read the timer of a state: trigger, when, due, overdue, expire, repeat, until.

In: the map under `timer` in `workflow.yaml`. Out: a `Timer`, and faults: durations that cannot be
read, are negative or do not ascend, and words that make no sense for the kind of the state.
"""

from __future__ import annotations

from itertools import pairwise

from guidewright.errors import Code
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DaysTimeDuration, YearsMonthsDuration, parse_duration
from guidewright.workflow.model import (
    Base,
    BaseKind,
    Duration,
    Guard,
    StateKind,
    Timer,
)
from guidewright.workflow.transition_reader import cited, cited_list, read_guard
from guidewright.yaml_reader import YamlList, YamlMap, YamlNode, YamlScalar
from guidewright.yaml_shape import Faults, Fields, describe

# The words that each kind of state gives a meaning to.
_WORDS: dict[StateKind, frozenset[str]] = {
    StateKind.TASK: frozenset({"overdue", "expire", "repeat", "until", "when"}),
    StateKind.CLINICAL: frozenset({"overdue", "expire", "when"}),
    StateKind.PARALLEL: frozenset({"overdue", "expire", "when"}),
    StateKind.WORKFLOW: frozenset({"overdue", "expire", "when"}),
    StateKind.WAIT: frozenset(),
}
_DAYS_PER_MONTH = 28  # the shortest month: only used to see whether due instants ascend
_DAY = 86_400_000_000_000


def read_timer(state: Fields, kind: StateKind) -> Timer | None:
    """Read `timer` of a state."""
    needed = state.span if kind is StateKind.WAIT else None
    node = state.map_at("timer", required=needed)
    if node is None:
        return None
    faults = state.faults
    fields = Fields(node, faults, f"the timer of {state.what}")
    base = _base(fields)
    when = read_guard(fields.scalar("when"))
    due = _due(fields, required=kind is StateKind.WAIT)
    overdue = _duration_at(fields, "overdue")
    expire = _duration_at(fields, "expire")
    repeat = _duration_at(fields, "repeat")
    if repeat is not None and not _length(repeat):
        faults.add(Code.WORKFLOW_TIMER, repeat.span, f"'repeat' of {fields.what} is no time at all")
    until_after, until_when = _until(fields)
    statements = cited_list(fields.texts("statements"))
    fields.close()
    for word in ("when", "overdue", "expire", "repeat", "until"):
        if node.get(word) is not None and word not in _WORDS[kind]:
            text = f"{fields.what} cannot have '{word}': only a task has"
            hint = "a wait has 'due' only" if kind is StateKind.WAIT else None
            faults.add(Code.WORKFLOW_TIMER, fields.key_span(word), text, hint)
    if kind is not StateKind.TASK and len(due) > 1:
        faults.add(Code.WORKFLOW_TIMER, due[1].span, f"{fields.what} can be due only once")
    return Timer(
        base=base,
        when=when,
        due=due,
        overdue=overdue,
        expire=expire,
        repeat=repeat,
        until_after=until_after,
        until_when=until_when,
        statements=statements,
        span=node.span,
    )


def read_duration(node: YamlNode, faults: Faults, what: str) -> Duration | None:
    """Read a duration that is not negative: `P3M`, `P1Y`, `P5D`, `PT48H`."""
    if not isinstance(node, YamlScalar) or not isinstance(node.value, str):
        text = f"{what} must be a duration such as P3M or PT48H, not {describe(node)}"
        faults.shape(node.span, text)
        return None
    try:
        value = parse_duration(node.text.strip())
    except Refuse:
        text = f"{what} must be a duration such as P3M or PT48H, not {describe(node)}"
        faults.add(
            Code.WORKFLOW_TIMER, node.span, text, "by the calendar: P1Y6M, P28D; elapsed: PT48H"
        )
        return None
    duration = Duration(value, node.span, nominal=_nominal(node.text.strip()))
    if _length(duration) < 0:
        faults.add(Code.WORKFLOW_TIMER, node.span, f"{what} is negative")
        return None
    return duration


def _nominal(text: str) -> bool:
    """Whether a duration counts days of the calendar: it has days and no time part."""
    return text.endswith("D")


def _duration_at(fields: Fields, key: str) -> Duration | None:
    node = fields.take(key)
    if node is None:
        return None
    return read_duration(node, fields.faults, f"'{key}' of {fields.what}")


def _length(duration: Duration) -> int:
    value = duration.value
    if isinstance(value, YearsMonthsDuration):
        return value.months * _DAYS_PER_MONTH * _DAY
    return value.nanoseconds


def _due(fields: Fields, *, required: bool) -> tuple[Duration, ...]:
    node = fields.take("due", required=fields.span if required else None)
    if node is None:
        return (Duration(DaysTimeDuration(0), fields.span),)
    items = node.items if isinstance(node, YamlList) else (node,)
    what = f"'due' of {fields.what}"
    if not items:
        fields.faults.shape(node.span, f"{what} is an empty list")
    read = (read_duration(item, fields.faults, what) for item in items)
    found = tuple(duration for duration in read if duration is not None)
    for earlier, later in pairwise(found):
        if _length(later) <= _length(earlier):
            text = f"{what}: {later.text} is not later than {earlier.text}"
            fields.faults.add(Code.WORKFLOW_TIMER, later.span, text)
    return found


def _base(fields: Fields) -> Base:
    """Read `trigger`; without one the timer counts from the entry of its state."""
    node = fields.map_at("trigger")
    if node is None:
        return Base(BaseKind.ENTRY, "", fields.span)
    inner = Fields(node, fields.faults, f"'trigger' of {fields.what}")
    entered, datum = cited(inner.scalar("entered")), cited(inner.scalar("datum"))
    inner.close()
    if (entered is None) == (datum is None):
        hint = "write {entered: STATE} or {datum: NAME}"
        fields.faults.shape(node.span, f"{inner.what} needs 'entered' or 'datum'", hint)
    if entered is not None:
        return Base(BaseKind.ENTERED, entered.name, entered.span)
    if datum is not None:
        return Base(BaseKind.DATUM, datum.name, datum.span)
    return Base(BaseKind.ENTRY, "", node.span)


def _until(fields: Fields) -> tuple[Duration | None, Guard | None]:
    """Read `until`: a duration from the base, or `{after: DURATION, when: FEEL}`."""
    node = fields.take("until")
    what = f"'until' of {fields.what}"
    if node is None:
        return None, None
    if isinstance(node, YamlMap):
        inner = Fields(node, fields.faults, what)
        after, when = _duration_at(inner, "after"), read_guard(inner.scalar("when"))
        inner.close()
        if not node.entries:
            fields.faults.shape(node.span, f"{what} needs 'after' or 'when'")
        return after, when
    return _until_duration(node, fields.faults, what), None


def _until_duration(node: YamlNode, faults: Faults, what: str) -> Duration | None:
    if isinstance(node, YamlScalar) and not node.text.strip().startswith("P"):
        hint = "for a condition write {when: CONDITION}"
        faults.shape(node.span, f"{what} must be a duration, not {describe(node)}", hint)
        return None
    return read_duration(node, faults, what)
