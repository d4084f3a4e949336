"""`guidewright step DIR`: move one patient along the workflow by one event."""

from __future__ import annotations

import json
from pathlib import Path

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
from guidewright.cli.situation import situation
from guidewright.errors import CallError, Code, ModelError, Note
from guidewright.guideline.events import read_event
from guidewright.guideline.guide import load
from guidewright.guideline.patient import read_policies
from guidewright.guideline.wire import dumps
from guidewright.workflow import codec
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
            show("\n".join(situation(guideline.workflow.graph, after, effects)))


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
