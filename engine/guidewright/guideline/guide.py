"""A guideline to call: its folder loaded once, evaluated for many patients, from any thread.

In: a folder (docs/guideline-format.md). Out: `Guideline`, whose `evaluate` takes a patient and
readings of policies and returns an `Outcome`. Everything that is wrong with the files is found by
`load`, at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from guidewright.dmn import DecisionOptions, Model, build
from guidewright.dmn.runnable import load_models
from guidewright.errors import Code, ModelError, Note, Severity
from guidewright.feel.api import Clock
from guidewright.feel.clock import system_clock
from guidewright.feel.runtime import DEFAULT_LIMITS, Limits
from guidewright.guideline.answering import Answering, evaluated
from guidewright.guideline.care import Workflow
from guidewright.guideline.checks import check_against_model
from guidewright.guideline.evaluator import check_guards, statements_cited
from guidewright.guideline.missing import NameIndex, index_names
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.outcome import Outcome
from guidewright.guideline.patient import read_patient, read_policies
from guidewright.guideline.provenance import check_provenance
from guidewright.guideline.reader import read_guideline_file
from guidewright.source import Span
from guidewright.workflow.checks import check_graph
from guidewright.workflow.decision_info import decision_info
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow_file
from guidewright.yaml_shape import Faults

FILE = "guideline.yaml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Guideline:
    """A loaded guideline; immutable.

    `notes` are the warnings of the load. `files` are those that decide an outcome, as named from
    the folder; `digest` is their hash: it changes when one of them does. `workflow` starts
    patients on their way, or is None when the folder has no workflow.
    """

    folder: Path
    file: GuidelineFile
    model: Model
    graph: Graph | None
    workflow: Workflow | None
    notes: tuple[Note, ...]
    files: tuple[str, ...]
    digest: str
    _index: NameIndex

    def evaluate(
        self,
        patient: Mapping[str, object],
        policies: Mapping[str, str] | None = None,
        *,
        places: Mapping[str, Span] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Clock = system_clock,
    ) -> Outcome:
        """Return what the guideline says about a patient.

        `patient` maps input names to values: quantities as `"120 ng/L"` or
        `{"value": 120, "unit": "ng/L"}`, all else as plain values; what is not given is missing.
        `policies` maps policy names to readings; the defaults hold for the rest.

        Raises `CallError` listing everything that is wrong with the patient or the policies,
        `ResourceError` when a limit is reached.
        """
        values = read_patient(self.file, self.model, patient, places)
        readings = read_policies(self.file, policies or {})
        carried = {self.file.policies[name].input: each for name, each in readings.items()}
        options = DecisionOptions(trace=True, limits=limits, clock=clock)
        result = self.model.evaluate({**values, **carried}, options=options)
        assert result.trace is not None  # noqa: S101 - it was asked for
        answering = Answering(self.file, self._index, result.trace)
        sections = answering.sections()
        return Outcome(
            guideline=self.file.id,
            version=self.file.version,
            digest=self.digest,
            patient=values,
            readings=readings,
            decisions=evaluated(result.trace),
            sections=sections,
            conflicts=tuple(answering.conflicts),
            gaps=tuple(answering.gaps),
            missing=answering.missing(),
            policies=answering.policies(readings),
            notes=result.notes,
            trace=result.trace,
        )


def load(folder: str | Path) -> Guideline:
    """Load a guideline folder.

    Raises `ModelError` listing every fault of every file with its place; warnings are kept in
    `Guideline.notes`.
    """
    guideline, notes = inspect(folder)
    errors = [note for note in notes if note.severity is Severity.ERROR]
    if errors or guideline is None:
        raise ModelError(errors)
    return guideline


def inspect(folder: str | Path) -> tuple[Guideline | None, tuple[Note, ...]]:
    """Return what can be made of a guideline folder, and everything that is wrong with it.

    A guideline with errors among its notes is for looking at, not for use; None when a file could
    not be read at all.
    """
    path = Path(folder)
    faults = Faults()
    if not path.is_dir():
        text = f"there is no folder {str(path)!r}"
        note = Note(Code.FILE_MISSING, None, text, "give the folder of a guideline")
        return None, (note,)
    file = _collect(faults, lambda: read_guideline_file(path / FILE, faults))
    if file is None:
        return None, faults.in_order()
    decisions_path = path / file.decisions
    read = _collect(faults, lambda: _model(decisions_path, faults))
    graph = None
    if file.workflow is not None:
        workflow_path = path / file.workflow
        graph = _collect(faults, lambda: read_workflow_file(workflow_path))
    if read is None:
        return None, faults.in_order()
    model, models = read
    if file.workflow is not None and graph is None:
        file = replace(
            file, workflow=None
        )  # its faults are listed; the rest is looked at without it
    _cross_check(file, model, graph, faults)
    notes = faults.in_order()
    files = _files(path, file, graph, models)
    digest = content_digest({name: (path / name).read_bytes() for name in files})
    guideline = Guideline(
        folder=path,
        file=file,
        model=model,
        graph=graph,
        workflow=Workflow(file, model, graph, digest) if graph is not None else None,
        notes=notes,
        files=files,
        digest=digest,
        _index=index_names(model),
    )
    return guideline, notes


def _collect(faults: Faults, read: Callable[[], T]) -> T | None:
    """Read one file; its faults are kept so that the other files are read, too."""
    try:
        return read()
    except ModelError as fault:
        faults.notes.extend(fault.notes)
        return None


def _model(path: Path, faults: Faults) -> tuple[Model, tuple[Path, ...]]:
    """Return the model, and the files it was read from."""
    models = load_models(path)
    model = build(models, strict=False)
    faults.notes.extend(dict.fromkeys(model.notes))
    return model, tuple(Path(each.span.place.file) for each in models)


def _cross_check(file: GuidelineFile, model: Model, graph: Graph | None, faults: Faults) -> None:
    check_against_model(file, model, faults)
    cited = statements_cited(graph) if graph is not None else ()
    check_provenance(file, model.definitions, cited, faults)
    if graph is not None:
        faults.notes.extend(check_graph(graph, decision_info(model.definitions)))
        check_guards(graph, file, model, faults)


def _files(
    folder: Path, file: GuidelineFile, graph: Graph | None, models: tuple[Path, ...]
) -> tuple[str, ...]:
    """Return the names of the files that decide an outcome, each once."""
    workflows: tuple[str, ...] = ()
    if file.workflow is not None:
        beside = PurePosixPath(file.workflow).parent
        others = graph.files if graph is not None else ()
        workflows = (file.workflow, *((beside / name).as_posix() for name in others))
    named = (each.relative_to(folder).as_posix() for each in models)
    return tuple(dict.fromkeys((FILE, *named, *workflows)))


def content_digest(files: Mapping[str, bytes]) -> str:
    """Return the hash of a guideline's files, in the order of their names."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
