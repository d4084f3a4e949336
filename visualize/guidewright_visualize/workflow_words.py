"""Say in a clinician's words what a workflow's timers, transitions and states mean.

In: parts of a `Graph`. Out: short texts for boxes and arrows. A label the author wrote always
comes first; only what has none is put into words here.
"""

from __future__ import annotations

import re

from guidewright.workflow.model import (
    ANYWHERE,
    BaseKind,
    Duration,
    Graph,
    State,
    StateKind,
    Timer,
    Transition,
    Trigger,
)
from guidewright_visualize.tables import readable

_ISO = re.compile(
    r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_ZERO = re.compile(r"-?P(0[YMD])*(T(0[HMS])*)?")
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_PLAIN = {
    Trigger.NULL: "cannot be told",
    Trigger.SEVERAL: "several answers",
    Trigger.DEFAULT: "the first time",
}


def duration_words(text: str) -> str:
    """Return an ISO 8601 duration in words; whole weeks are said as weeks.

    >>> duration_words("P28D"), duration_words("PT48H"), duration_words("P1Y6M")
    ('4 weeks', '48 hours', '1 year 6 months')
    """
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return text
    parts = [
        _count(number, unit)
        for number, unit in zip(match.groups()[1:], _UNITS, strict=True)
        if number
    ]
    days = match[4]
    if days and len(parts) == 1 and int(days) >= 14 and int(days) % 7 == 0:
        parts = [_count(str(int(days) // 7), "week")]
    return ("minus " if match[1] else "") + " ".join(parts)


def _count(number: str, unit: str) -> str:
    """Return `1 day` or `2 days`."""
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"


def timer_words(timer: Timer, graph: Graph) -> tuple[str, ...]:
    """Return the lines that say when something is due, repeated, overdue and over."""
    lines = [_due(timer, graph)]
    if timer.repeat is not None:
        distance = _words(timer.repeat).removeprefix("1 ")
        lines.append(f"{'then ' if lines[0] else ''}every {distance}")
    if timer.until_after is not None:
        lines.append(f"for {_words(timer.until_after)}")
    if timer.until_when is not None:
        lines.append(f"until {readable_guard(timer.until_when.text)}")
    if timer.overdue is not None:
        lines.append(f"overdue {_words(timer.overdue)} later")
    if timer.expire is not None:
        lines.append(f"expires {_words(timer.expire)} later")
    if timer.when is not None:
        lines.append(f"only if {readable_guard(timer.when.text)}")
    return tuple(line for line in lines if line)


def _due(timer: Timer, graph: Graph) -> str:
    """Return `after 48 hours`, `at 3 months, 6 months after ...`."""
    if not timer.due or _ZERO.fullmatch(timer.due[-1].text):
        return ""
    times = [_words(duration) for duration in timer.due]
    from_where = ""
    if timer.base.kind is BaseKind.DATUM:
        from_where = f" after {timer.base.name}"
    elif timer.base.kind is BaseKind.ENTERED:
        state = graph.by_name.get(timer.base.name)
        from_where = f" from: {state.label if state is not None else timer.base.name}"
    if len(times) == 1:
        return (
            f"after {times[0]}{from_where}"
            if not from_where.startswith(" after")
            else (f"{times[0]}{from_where}")
        )
    return f"at {', '.join(times)}{from_where}"


def _words(duration: Duration) -> str:
    """Return a duration in words, as it was written: 48 hours are not said as 2 days."""
    written = duration.span.text.strip("\"' ")
    return duration_words(written if _ISO.fullmatch(written) else duration.text)


def readable_guard(text: str) -> str:
    """Return a condition as a clinician reads it."""
    return readable(text).removeprefix("= ")


def way_words(way: Transition, graph: Graph) -> str:
    """Return what stands on an arrow: when it is taken, and statements that no box there has."""
    ends = [graph.state(name) for name in (way.source, way.target.name) if name != ANYWHERE]
    shown = {item.name for end in ends for item in end.statements}
    cited = [item.name for item in way.statements if item.name not in shown]
    rests_on = f"[{', '.join(cited)}]" if cited else ""
    complete = way.trigger is Trigger.DONE and not ends[0].atomic
    words = way.label or _when(way) or ("when complete" if complete else "")
    return " ".join(part for part in (words, rests_on) if part)


def _when(way: Transition) -> str:
    """Return the condition of a way that has no label."""
    guard = f"if {readable_guard(way.when.text)}" if way.when is not None else ""
    match way.trigger:
        case Trigger.VALUE:
            name = _value(way)
        case Trigger.EVENT:
            name = way.event.name if way.event is not None else ""
        case Trigger.TIMER:
            name = way.phase.value if way.phase is not None else ""
        case Trigger.OTHERWISE:
            name = "otherwise"
        case _:
            name = _PLAIN.get(way.trigger, "")
    return ", ".join(part for part in (name, guard) if part)


def _value(way: Transition) -> str:
    """Return the answer of a decision; true and false are yes and no."""
    if isinstance(way.value, bool):
        return "yes" if way.value else "no"
    return str(way.value)


def answer(way: Transition) -> bool | None:
    """Return True for a way called yes, False for no, None for any other."""
    word = (way.label or _when(way)).strip().lower()
    return {"yes": True, "no": False}.get(word)


def box_lines(state: State, graph: Graph) -> tuple[str, ...]:
    """Return the lines of a box: its label, its timer, and the decision that is asked."""
    lines = [state.label]
    if state.timer is not None:
        lines += timer_words(state.timer, graph)
    if state.kind is StateKind.DECISION and state.ask is not None:
        output = f", {state.ask.output.name}" if state.ask.output is not None else ""
        lines.append(f"(table: {state.ask.decision.name}{output})")
    return tuple(lines)
