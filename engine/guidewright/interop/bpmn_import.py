"""BPMN 2.0 -> the text of a `workflow.yaml`, and a list of what could not be taken over.

In: the bytes of a file. Out: `Import`: a text that `workflow.reader` reads, for an author to go on
with, and notes: `interop.not-taken-over` where something of the file is not in it, `interop.open`
where the author has to decide, and the reader's own faults if it has any. Nothing is guessed: what
has no meaning in a workflow becomes a gap, from which only a clinician leads on.
What maps to what: docs/interchange.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guidewright.errors import CallError, Code, ModelError, Note, did_you_mean
from guidewright.interop.bpmn_levels import Importer
from guidewright.interop.bpmn_model import Process
from guidewright.interop.bpmn_parts import computed
from guidewright.interop.bpmn_reader import BpmnFile, not_taken, read_bpmn
from guidewright.interop.bpmn_states import process_document
from guidewright.interop.export import PREFIX, in_order
from guidewright.interop.workflow_text import workflow_text
from guidewright.workflow.reader import read_workflow


@dataclass(frozen=True, slots=True)
class Import:
    """The text of a `workflow.yaml`, and what an author has to look at."""

    text: str
    notes: tuple[Note, ...]


def import_bpmn(data: bytes, name: str, process: str | None = None) -> Import:
    """Return the workflow of a process: the named one, or the first that has nodes.

    Raises `ModelError` for what is no BPMN, `CallError` when no process has this id or name.
    """
    file = read_bpmn(data, name)
    chosen, notes = _chosen(file, process)
    importer = Importer(file.lanes)
    for part in chosen.extension:
        if part.name == f"{PREFIX}:phase":
            importer.pages[part.attributes.get("name", "")] = part.attributes.get("label", "")
    made = process_document(importer, chosen)
    document: dict[str, Any] = {
        "workflow": chosen.attributes.get(f"{PREFIX}:workflow") or chosen.id,
        "label": chosen.name or None,
        "description": chosen.documentation,
        "zone": chosen.attributes.get(f"{PREFIX}:zone"),
        "initial": made["initial"],
        "phases": importer.pages,
        "compute": computed(chosen.extension),
        "exceptions": made["exceptions"],
        "states": made["states"],
    }
    document = {key: value for key, value in document.items() if value}
    text = workflow_text(document, f"Taken over from BPMN: {' '.join(name.split())}")
    return Import(text, in_order([*file.notes, *notes, *importer.notes, *_faults(text)]))


def _chosen(file: BpmnFile, wanted: str | None) -> tuple[Process, list[Note]]:
    """Return the process to take over, and notes on the others."""
    filled = [process for process in file.processes if process.scope.nodes]
    found = [each for each in filled if wanted in (None, each.id, each.name)]
    if not found:
        names = [each.id for each in filled]
        hint = did_you_mean(wanted or "", names) or "known: " + ", ".join(names)
        text = f"the file has no process '{wanted}' with flow nodes"
        raise CallError(Note(Code.INTEROP_NOT_BPMN, None, text, hint))
    others = [
        not_taken(
            each.span,
            f"the process '{each.id}' is not taken over, only '{found[0].id}'",
            "name it to take it over instead",
        )
        for each in filled
        if each is not found[0]
    ]
    return found[0], others if wanted is None else []


def _faults(text: str) -> tuple[Note, ...]:
    """Return what the reader of workflows says about the text."""
    try:
        read_workflow(text, "workflow.yaml")
    except ModelError as fault:
        return fault.notes
    return ()
