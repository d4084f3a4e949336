"""What is run: a guideline folder or a DMN model, by its path or already loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from guidewright.dmn.runnable import Model, load_dmn
from guidewright.errors import CallError, Code, Note
from guidewright.guideline.guide import Guideline, load

Subject = Guideline | Model


def load_subject(path: str | Path) -> Subject:
    """Load the guideline of a folder, or the model of a DMN file."""
    return load(path) if Path(path).is_dir() else load_dmn(path)


def path_of(subject: Subject) -> Path:
    """Return where another process can load it from; raises `CallError` when nowhere."""
    if isinstance(subject, Guideline):
        return subject.folder.resolve()
    path = Path(subject.definitions.span.place.file)
    if path.is_file():
        return path.resolve()
    text = "a model that was not loaded from a file cannot be handed to other processes"
    raise CallError(Note(Code.BATCH_RUN, None, text, "give the path of the model"))


def sources_of(subject: Subject) -> Iterator[str]:
    """Yield the texts that decide the outcomes."""
    if isinstance(subject, Guideline):
        yield subject.digest
        return
    seen: set[int] = set()
    for step in subject.steps.values():
        source = step.element.span.source
        if id(source) not in seen:
            seen.add(id(source))
            yield source.text
