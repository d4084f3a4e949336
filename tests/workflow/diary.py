"""Read diaries: short stories of events, with the effects and the states after each.

A diary begins `== title`, then its states, a line `--`, then events:

    @zone: Europe/Zurich            before the `--`: a key of the whole workflow
    @@b.yaml {workflow: b, …}       before the `--`: another file
    2025-01-01 start {x: high}      an event, with its instant (UTC) and its data
        + order b#1                 an effect, in order; all of them are listed
        = b                         the innermost active states, and the status unless running
        ! workflow.event: …         instead of both: it is refused with these words

Decisions are called like a datum, whose value they give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow_stub import Stub, at, graph_of, innermost, reloaded, same_as

from guidewright.errors import GuidewrightError
from guidewright.feel.temporal import DateTime, Time, parse_date
from guidewright.workflow import effects as fx
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import (
    Correct,
    Data,
    Deviate,
    Done,
    Event,
    Override,
    Signal,
    Start,
    Tick,
)
from guidewright.workflow.instance import Instance
from guidewright.workflow.step import begin, step
from guidewright.yaml_reader import plain, read_yaml


@dataclass
class Entry:
    """An event, and what is said to happen."""

    line: int
    event: Event
    said: list[str] = field(default_factory=list)


@dataclass
class Diary:
    """A graph and what happens in it."""

    title: str
    graph: BoundGraph
    entries: list[Entry]


def read_diaries(path: Path) -> Iterator[Diary]:
    """Yield the diaries of a file."""
    title, states, entries, inside = "", "", list[Entry](), False
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, "== "], start=1):
        if line.startswith("== "):
            if entries:
                yield Diary(title, _graph(states), entries)
            title, states, entries, inside = line[3:], "", [], False
        elif line == "--":
            inside = True
        elif not inside:
            states += line + "\n"
        elif line.startswith("    "):
            entries[-1].said.append(line.strip())
        elif line and not line.startswith("#"):
            entries.append(Entry(number, _event(line)))


def _graph(text: str) -> BoundGraph:
    lines = text.splitlines()
    files = dict(line[2:].split(" ", 1) for line in lines if line.startswith("@@"))
    keys = "".join(f"{line[1:]}\n" for line in lines if line[:1] == "@" != line[1:2])
    states = "\n".join(line for line in lines if line[:1] != "@")
    graph = graph_of(states, keys=keys, files=files)
    decisions = {s.ask.decision.name for s in graph.graph.states if s.ask is not None}
    return BoundGraph(graph.graph, Stub({name: same_as(name) for name in decisions}))


def _event(line: str) -> Event:
    when, _, rest = line.partition(" ")
    kind, _, rest = rest.partition(" ")
    kind, _, zone = kind.partition("@")
    match = re.fullmatch(
        r"(?P<name>[^{:]*?)\s*(?P<data>\{.*\})?(?:: (?P<reason>.*))?", rest.strip()
    )
    assert match is not None, line
    name, reason = match["name"], match["reason"] or ""
    data = {k: _value(v) for k, v in plain(read_yaml(match["data"] or "{}")).items()}
    moment = at(when)
    events: dict[str, Event] = {
        "start": Start(moment, data, zone or None),
        "data": Data(moment, data),
        "done": Done(moment, name, data),
        "tick": Tick(moment),
        "signal": Signal(moment, name, data),
        "deviate": Deviate(moment, name, reason),
        "override": Override(moment, name, data.get("value"), reason),
        "correct": Correct(moment, data, reason),
    }
    return events[kind]


def _value(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return parse_date(value)
    return value


def tell(graph: BoundGraph, instance: Instance, event: Event) -> tuple[Instance, list[str]]:
    """Apply an event; return the instance after it, and what happened in words."""
    try:
        after, done = step(graph, instance, event)
    except GuidewrightError as error:
        return instance, [f"! {note.code}: {_text(note)}" for note in error.notes]
    assert step(graph, reloaded(instance), event) == (after, done)
    status = "" if after.status.value == "running" else f" ({after.status.value})"
    return after, [*(f"+ {show(e)}" for e in done), f"= {_joined(innermost(graph, after))}{status}"]


def retold(diary: Diary) -> list[list[str]]:
    """Return what happens in a diary."""
    instance, told = begin(diary.graph), []
    for entry in diary.entries:
        instance, said = tell(diary.graph, instance, entry.event)
        told.append(said)
    return told


def _text(note: Any) -> str:
    return note.text + (f" ({note.hint})" if note.hint else "")


def _joined(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def day(moment: DateTime) -> str:
    """Return a midnight UTC as its date."""
    return str(moment.date) if moment.time == Time(0, 0) else str(moment)


def show(effect: fx.Effect) -> str:
    """Return an effect in a few words."""
    match effect:
        case fx.Act():
            due = f" due {day(effect.due)}" if effect.due != effect.at else ""
            late = f" overdue {day(effect.overdue)}" if effect.overdue else ""
            end = f" expires {day(effect.expires)}" if effect.expires else ""
            return f"{effect.kind.value} {effect.task} [{day(effect.at)}]{due}{late}{end}"
        case fx.Withdraw():
            return f"withdraw {effect.task} [{day(effect.at)}] {effect.reason}"
        case fx.Overdue():
            return f"overdue {effect.task} [{day(effect.at)}]"
        case fx.Remind():
            what = effect.phase.value if effect.phase else "over"
            return f"remind {effect.state} {what} on {day(effect.on)}"
        case fx.CancelTimer():
            return f"cancel {effect.state}"
        case fx.Evaluated():
            return f"chosen {effect.choice.state} -> {effect.choice.target}"
        case fx.Noted():
            return f"note {effect.state}: {effect.text}"
        case fx.Stopped():
            return f"stopped {effect.state}: {effect.code}: {effect.reason}"
        case fx.Finished():
            return f"finished {effect.state}"


def rewrite(path: Path) -> None:
    """Write what happens into the file, to be read by a person before it is believed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    after = {}
    for diary in read_diaries(path):
        for entry, said in zip(diary.entries, retold(diary), strict=True):
            after[entry.line] = said
    kept, inside = [], False
    for number, line in enumerate(lines, start=1):
        inside = (inside or line == "--") and not line.startswith("== ")
        if not (inside and line.startswith("    ")):
            kept.append(line)
        kept.extend(f"    {said}" for said in after.get(number, []))
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
