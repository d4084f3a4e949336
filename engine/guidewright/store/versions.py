"""The guidelines under which instances run: files by content hash, kept in the store itself.

In: a loaded guideline, to be kept. Out: years later, the same guideline, loaded by the same `load`
from a copy of its files, whatever has become of its folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from guidewright.errors import CallError, Code, ModelError, Note
from guidewright.guideline.care import Workflow
from guidewright.guideline.guide import Guideline, content_digest, load
from guidewright.store.database import Database
from guidewright.store.records import StoreError
from guidewright.store.schema import files
from guidewright.workflow.evaluator import BoundGraph

SHORT = 12  # digits of a digest that people are shown


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """The guidelines of one store; each is loaded once, and bound once to its readings."""

    database: Database
    _loaded: dict[str, Guideline] = field(default_factory=dict)
    _bound: dict[tuple[str, ...], BoundGraph] = field(default_factory=dict)

    def keep(self, guideline: Guideline) -> None:
        """Store a guideline's files, unless they are there."""
        if guideline.digest in self._loaded:
            return
        with self.database.reading() as connection:
            known = bool(read_files(connection, guideline.digest))
        if not known:
            content = _present_files(guideline)
            rows = [
                {"digest": guideline.digest, "name": name, "content": each}
                for name, each in content.items()
            ]
            try:
                with self.database.writing() as connection:
                    connection.execute(insert(files), rows)
            except IntegrityError:
                with self.database.reading() as connection:
                    known = bool(read_files(connection, guideline.digest))
                if not known:
                    raise
        self._loaded[guideline.digest] = guideline

    def guideline(self, digest: str) -> Guideline:
        """Return the guideline of a digest that some entry names."""
        found = self._loaded.get(digest)
        if found is None:
            with self.database.reading() as connection:
                content = read_files(connection, digest)
            found = self._loaded[digest] = load_files(digest, content)
        return found

    def workflow(self, digest: str) -> Workflow:
        """Return the workflow of a guideline under which instances run."""
        return workflow_of(self.guideline(digest))

    def bound(self, digest: str, readings: Mapping[str, str]) -> BoundGraph:
        """Return the workflow with its decisions under these readings of policies."""
        key = (digest, *(f"{name}={reading}" for name, reading in sorted(readings.items())))
        found = self._bound.get(key)
        if found is None:
            found = self._bound[key] = self.workflow(digest).bound(readings)
        return found


def workflow_of(guideline: Guideline) -> Workflow:
    """Return the workflow of a guideline, which it must have."""
    if guideline.workflow is None:
        raise ModelError(Note(Code.FILE_MISSING, None, f"{guideline.folder} has no workflow"))
    return guideline.workflow


def read_files(connection: Connection, digest: str) -> dict[str, bytes]:
    """Return the stored files of a guideline by name; none when it is not there."""
    query = select(files.c.name, files.c.content).where(files.c.digest == digest)
    return {name: bytes(content) for name, content in connection.execute(query)}


def load_files(digest: str, content: Mapping[str, bytes]) -> Guideline:
    """Load a guideline from its stored files.

    Raises `StoreError` when they are not those of the digest, or do not load any more.
    """
    if not content:
        raise _damaged(digest, "its files are not in the store")
    if content_digest(content) != digest:
        raise _damaged(digest, "its stored files are not what was stored")
    with tempfile.TemporaryDirectory(prefix="guidewright-") as folder:
        for name, each in content.items():
            path = _inside(Path(folder), name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(each)
        try:
            return load(folder)
        except ModelError as fault:
            raise StoreError(
                [Note(Code.STORE_DAMAGED, None, _short(digest) + " does not load"), *fault.notes]
            ) from None


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a stored name, which must not lead out of the folder."""
    parts = PurePosixPath(name).parts
    strange = any(part in ("..", "/") for part in parts) or any(c in name for c in "\\:\0")
    if not parts or strange or name.startswith("/"):
        raise StoreError(Note(Code.STORE_DAMAGED, None, f"{name!r} is no name of a stored file"))
    return folder.joinpath(*parts)


def _present_files(guideline: Guideline) -> dict[str, bytes]:
    """Return the files as they are in the folder, when they are still those that were loaded."""
    try:
        content = {name: (guideline.folder / name).read_bytes() for name in guideline.files}
    except OSError:
        content = {}
    if not content or content_digest(content) != guideline.digest:
        text = "the guideline's files are not there any more as they were loaded"
        raise CallError(Note(Code.FILE_MISSING, None, text, "load it again"))
    return content


def _short(digest: str) -> str:
    return f"the guideline {digest[:SHORT]}"


def _damaged(digest: str, reason: str) -> StoreError:
    return StoreError(Note(Code.STORE_DAMAGED, None, f"{_short(digest)}: {reason}"))
