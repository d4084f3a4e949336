"""Move running instances to another version of a guideline, or say what would change.

In: the new version and a migration map. Out: a plan for every instance of the guideline that runs
under another version; when it is carried out, each move is an entry of the journal like any event.
An instance of which the map leaves something open stays where it is, and says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidewright.errors import GuidewrightError, ModelError, Note
from guidewright.feel.temporal import DateTime
from guidewright.guideline.care import Workflow, instant
from guidewright.guideline.guide import Guideline
from guidewright.guideline.migrating import Change, move
from guidewright.store.applying import migration_event
from guidewright.store.derived import derive
from guidewright.store.due import heads
from guidewright.store.journal import append, latest
from guidewright.store.records import Entry, Head, Receipt, Status
from guidewright.store.running import Running, entry_for, where_it_is
from guidewright.store.versions import workflow_of
from guidewright.workflow.migration_map import MigrationMap, check_map
from guidewright.workflow.value_codec import instant_text
from guidewright.yaml_shape import Faults


@dataclass(frozen=True, slots=True)
class Plan:
    """What moving one instance means; with `problems` it stays.

    `receipt` is set once it was moved.
    """

    head: Head
    changes: tuple[Change, ...]
    problems: tuple[Note, ...]
    receipt: Receipt | None = None


def plans(
    running: Running,
    guideline: Guideline,
    mapping: MigrationMap,
    at: DateTime | str,
    *,
    names: Sequence[str] = (),
    since: str | None = None,
    carry_out: bool = False,
) -> Iterator[Plan]:
    """Yield a plan for each instance that would move; with `carry_out`, after moving it.

    Only the instances `names` when there are any, and only those whose version begins with
    `since`. Finished ones stay. Raises `ModelError` when the map names states that are not there.
    """
    new, now = workflow_of(guideline), instant(at)
    with running.database.reading() as connection:
        for name in names:
            latest(connection, name)  # refuses what is not there
        found = [head for head in heads(connection) if not names or head.instance in names]
    found = [head for head in found if _concerned(running, head, guideline, since)]
    _check(running, found, new, mapping)
    if carry_out and found:
        running.versions.keep(guideline)
    for head in found:
        yield _plan(running, head, new, mapping, now, carry_out=carry_out)


def _concerned(running: Running, head: Head, guideline: Guideline, since: str | None) -> bool:
    if head.status is Status.FINISHED or head.digest == guideline.digest:
        return False
    if since is not None and not head.digest.startswith(since):
        return False
    return running.versions.guideline(head.digest).file.id == guideline.file.id


def _check(running: Running, found: list[Head], new: Workflow, mapping: MigrationMap) -> None:
    """Report what the map itself gets wrong, for every version it leads from."""
    for digest in dict.fromkeys(head.digest for head in found):
        faults = Faults()
        check_map(mapping, running.versions.workflow(digest).graph, new.graph, faults)
        if faults.notes:
            raise ModelError(faults.in_order())


def _plan(
    running: Running,
    head: Head,
    new: Workflow,
    mapping: MigrationMap,
    now: DateTime,
    *,
    carry_out: bool,
) -> Plan:
    try:
        with running.database.reading() as connection:
            before = latest(connection, head.instance)
        state = before.instance_after
        at = now if state.at is None else where_it_is(now, state.at)
        old = running.versions.workflow(before.digest)
        moved = move(old, before.reading_of, new, mapping, state, at)
        receipt = _carry_out(running, before, new, mapping, at) if carry_out else None
    except GuidewrightError as fault:
        return Plan(head, (), fault.notes)
    return Plan(head, moved.changes, (), receipt)


def _carry_out(
    running: Running, before: Entry, new: Workflow, mapping: MigrationMap, at: DateTime
) -> Receipt:
    event = migration_event(instant_text(at), before.digest, new.digest, mapping)
    readings = before.reading_of
    name, event_id = before.instance, f"migrate {before.sequence}"
    entry = entry_for(running, before, name, event_id, event, new.digest, readings)
    derived = derive(entry, running.versions.guideline(new.digest))
    return append(running.database, entry, derived)
