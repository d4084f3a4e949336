"""`guidewright step DIR`: move one patient along the workflow by one event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from guidewright.cli.common import (
    chosen_policies,
    faults_told,
    folder,
    format_option,
    policy_option,
    read_mapping,
    show,
)
from guidewright.errors import CallError, Code, ModelError, Note
from guidewright.guideline.events import read_event
from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.patient import read_policies
from guidewright.guideline.wire import dumps
from guidewright.workflow import codec
from guidewright.workflow.effects import Effect
from guidewright.workflow.evaluator import BoundGraph
from guidewright.workflow.instance import Instance
from guidewright.workflow.step import begin, step


@click.command(name="step")
@folder
@click.option(
    "--state",
    "state_path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The patient's state so far, as this command wrote it; without it a new one begins.",
)
@click.option(
    "--event",
    "event_path",
    metavar="FILE",
    required=True,
    help="The event, YAML or JSON; - reads from standard input.",
)
@click.option(
    "--save",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the state after the event to this file.",
)
@policy_option
@format_option
def command(
    folder: Path,
    state_path: Path | None,
    event_path: str,
    save: Path | None,
    policies: tuple[str, ...],
    format_: str,
) -> None:
    """Move one patient along the workflow in DIR by one event.

    An event is a map: event (start, data, done, tick, signal, deviate, override or correct), at (a
    date and time), and what belongs to it, such as values. Prints the state after it and what there
    is to do. Nothing is stored unless --save is given; see docs/workflow-format.md.
    """
    with faults_told():
        guideline = load(folder)
        if guideline.workflow is None:
            raise ModelError(Note(Code.FILE_MISSING, None, f"{folder} has no workflow"))
        readings = read_policies(guideline.file, chosen_policies(policies))
        bound = guideline.workflow.bound(readings)
        before = _state(state_path, bound)
        raw, places = read_mapping(event_path, "an event")
        event = read_event(guideline, raw, places)
        after, effects = step(bound, before, event)
        stored = codec.instance_to_json(after)
        if save is not None:
            _save(save, dumps(stored) + "\n")
        if format_ == "json":
            listed = [codec.effect_to_json(effect) for effect in effects]
            click.echo(dumps({"state": stored, "effects": listed}))
        else:
            show("\n".join(_lines(guideline, after, effects)))


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        reason = f"the file {str(path)!r} cannot be written: {fault.strerror}"
        raise ModelError(Note(Code.FILE_UNWRITABLE, None, reason)) from None


def _state(path: Path | None, bound: BoundGraph) -> Instance:
    if path is None:
        return begin(bound)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(Note(Code.FILE_MISSING, None, f"there is no file {str(path)!r}")) from None
    except (ValueError, OSError) as fault:
        text = f"{path} cannot be read as a stored state: {fault}"
        raise CallError(Note(Code.WORKFLOW_STORED, None, text)) from None
    return codec.instance_from_json(data)


def _lines(guideline: Guideline, after: Instance, effects: tuple[Effect, ...]) -> list[str]:
    graph = guideline.graph
    assert graph is not None  # noqa: S101 - asked by the caller
    lines = [f"State: {after.status.value}"]
    for name in after.configuration:
        state = graph.state(name)
        if state.atomic:
            cited = ", ".join(str(each) for each in state.statements)
            lines.append(f"  {state.label}" + (f"  [{cited}]" if cited else ""))
    lines.append("To do")
    for effect in effects:
        lines.append(f"  {_effect_line(codec.effect_to_json(effect))}")
    return lines if effects else [*lines[:-1], "Nothing to do"]


def _effect_line(data: dict[str, Any]) -> str:
    kind = data.pop("effect")
    if kind == "act":
        cited = ", ".join(data["statements"])
        text = f"{data['kind']}: {data['label']}, due {data['due']}"
        return text + (f"  [{cited}]" if cited else "")
    if kind == "evaluated":
        choice = data["choice"]
        rest = ", ".join(f"{key} {value}" for key, value in choice.items() if _telling(value))
        return f"evaluated: {rest}"
    rest = ", ".join(f"{key} {value}" for key, value in data.items() if _telling(value))
    return f"{kind}: {rest}"


def _telling(value: Any) -> bool:
    return value not in (None, "", [], {}) and not isinstance(value, (dict, list))
