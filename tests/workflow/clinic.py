"""Read and write the diaries in `docs/`: what a clinic sees of one patient, day by day.

A document has prose, and blocks ```` ```diary ````. In a block each line that is not indented is an
event, `DATE TIME KIND …` as `guidewright step` takes it:

    2025-11-21 08:00 data {total B12: 220 ng/L}
    2026-01-20 09:00 routine monthly injection until 2026-11-30

A routine is done on every day it is due, at that time of the day. What is indented is told by the
workflow: `python tests/workflow/clinic.py docs/diary-….md` writes it, the test compares it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import guidewright as gw
from guidewright.feel.temporal import DateTime, Time, parse_date, parse_date_time
from guidewright.guideline.events import read_event
from guidewright.workflow import effects as fx
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.events import Done, Event, Tick
from guidewright.workflow.instance import Instance
from guidewright.workflow.step import begin, step
from guidewright.workflow.timers import moment, next_firing
from guidewright.yaml_reader import plain, read_yaml

ROOT = Path(__file__).parents[2]
DOCS = {
    "diary-b12.md": "b12-deficiency",
    "diary-sepsis.md": "sepsis-hour-1",
}
_LINE = re.compile(r"(?P<day>\S+) (?P<time>\d\d:\d\d) (?P<kind>\w+)(?: (?P<rest>.*))?")
_REST = re.compile(r"(?P<name>[^{:]*?)\s*(?P<values>\{.*\})?(?:: (?P<reason>.*))?")


@dataclass
class Clinic:
    """A patient under way; `told` is what was said since the last event."""

    guideline: gw.Guideline
    bound: BoundGraph
    instance: Instance
    told: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, model: str) -> Clinic:
        """Return a clinic with a new patient."""
        guideline = gw.load(ROOT / "models" / model)
        assert guideline.workflow is not None
        bound = guideline.workflow.bound()
        return cls(guideline, bound, begin(bound))

    def hear(self, line: str) -> list[str]:
        """Apply the event of a line; return what happens, line by line."""
        match = _LINE.fullmatch(line)
        assert match is not None, line
        self.told = []
        at = parse_date_time(f"{match['day']}T{match['time']}:00Z")
        if match["kind"] == "routine":
            self.routine(at, match["rest"])
        else:
            self.apply(self.event(at, match["kind"], match["rest"] or ""), at)
        graph = self.bound.graph
        inner = (graph.state(n) for n in self.instance.configuration if graph.state(n).atomic)
        here = " · ".join(state.label for state in inner if not state.final) or "nothing is open"
        status = "" if self.instance.status.value == "running" else f" ({self.instance.status})"
        return [*self.told, f"= {here}{status}"]

    def event(self, at: DateTime, kind: str, rest: str) -> Event:
        """Return the event of a line, its values with their units."""
        match = _REST.fullmatch(rest)
        assert match is not None, rest
        name, raw = match["name"], {"event": kind, "at": str(at)}
        key = {"done": "task", "deviate": "to", "override": "state", "signal": "name"}.get(kind)
        values: Any = plain(read_yaml(match["values"])) if match["values"] else None
        event: dict[str, Any] = dict(raw)
        event |= {key: name} if key else {}
        event |= {"reason": match["reason"]} if match["reason"] else {}
        if kind == "override":
            event["value"] = values["value"]
        elif values is not None:
            event["values"] = values
        assert self.guideline.workflow is not None
        return read_event(self.guideline.workflow, event)

    def apply(self, event: Event, at: DateTime) -> None:
        """Apply an event; note what happens with the day where it is another."""
        self.instance, effects = step(self.bound, self.instance, event)
        for effect in effects:
            text = self.words(effect)
            if text:
                when = "" if effect.at == at else f"{_instant(effect.at)} "
                self.told.append(when + text)

    def routine(self, at: DateTime, rest: str) -> None:
        """Do a recurring task on each day it is due; what else happens is told in between."""
        name, _, end = rest.partition(" until ")
        last = DateTime.of(parse_date(end), Time(0, 0))
        model = self.bound.graph.state(name).timer
        assert model is not None
        days: list[DateTime] = []
        while True:
            timer = next(timer for timer in self.instance.timers if timer.state == name)
            firing = next_firing(model, timer)
            assert firing is not None
            due = timer.due if any(t.state == name for t in self.instance.tasks) else firing.at
            if moment(due) > moment(last):
                break
            now = DateTime.of(due.date, at.time)
            self.apply(Tick(now), now)
            self.apply(Done(now, name), now)
            days.append(now)
        label = self.bound.graph.state(name).label
        self.told = [line for line in self.told if label not in line]
        self.told.append(f"{len(days)} times: {label}, {days[0].date} to {days[-1].date}")

    def words(self, effect: fx.Effect) -> str:
        """Return an effect as people read it; empty for reminders."""
        state = self.bound.graph.by_name.get(getattr(effect, "state", ""))
        label = state.label if state is not None else ""
        match effect:
            case fx.Act():
                cited = f" [{', '.join(effect.statements)}]" if effect.statements else ""
                late = f", overdue {_instant(effect.overdue)}" if effect.overdue else ""
                return f"to do: {label}{cited}{late}"
            case fx.Withdraw():
                return f"no longer asked for ({effect.reason}): {label}"
            case fx.Overdue():
                return f"OVERDUE: {label}"
            case fx.Evaluated():
                choice = effect.choice
                target = self.bound.graph.state(choice.target).label
                cited = f" [{', '.join(choice.statements)}]" if choice.statements else ""
                asked = choice.decision or self.bound.graph.state(choice.state).label
                asked += f": {choice.value}" if isinstance(choice.value, str) else ""
                return f"{asked} → {target}{cited}"
            case fx.Noted():
                return f"note: {effect.text}"
            case fx.Stopped():
                return f"STOPPED at {label}: {effect.reason}"
            case fx.Finished():
                return f"the way ends: {label}"
            case _:
                return ""


def _instant(at: DateTime) -> str:
    return f"{at.date} {str(at).partition('T')[2][:5]}"


def retold(text: str, model: str) -> str:
    """Return a document with what the workflow says today."""
    return "\n".join(_lines(text.split("\n"), Clinic.of(model)))


def _lines(lines: list[str], clinic: Clinic) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.startswith("```"):
            inside = line == "```diary"
            yield line
        elif inside and line and not line.startswith(" "):
            yield line
            yield from (f"    {told}" for told in clinic.hear(line))
        elif not inside:
            yield line


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        path.write_text(retold(path.read_text(encoding="utf-8"), DOCS[path.name]), encoding="utf-8")
