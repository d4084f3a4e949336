"""Parquet in pieces: units of work, parts that appear whole or not at all, and the joined result.

In: Parquet files and a folder for parts. Out: the units the files fall into; for each unit a part
with outcomes and one with rejects; at last one file of each. A part is written beside its place and
renamed into it, so what stands there is complete: a run that was killed goes on with the units that
have no part, and the result is the same as if it had not been.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from guidewright.batch.kernel import Reject
from guidewright.errors import CallError, Code, Note

UNIT_ROWS = 262_144  # row groups are joined up to this size; a larger one is a unit of its own
BATCH_ROWS = 131_072
REJECTS_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("code", pa.string()),
        pa.field("text", pa.string()),
    ]
)
_COUNTS = re.compile(r"(Row #\d+: )?Expected \d+ columns, got \d+")
FINGERPRINT, REJECTED = "guidewright.fingerprint", "guidewright.rejected"


@dataclass(frozen=True, slots=True)
class Unit:
    """Neighbouring row groups of one file; `first_row` counts in the whole input."""

    number: int
    path: Path
    row_groups: tuple[int, ...]
    first_row: int
    rows: int


def parquet_files(path: Path) -> list[Path]:
    """Return the Parquet files a path stands for: itself, or those in a folder, by name."""
    if path.is_dir():
        found = sorted(each for each in path.rglob("*.parquet") if not _hidden(each, path))
        if found:
            return found
        raise CallError(Note(Code.FILE_MISSING, None, f"no file *.parquet is in {str(path)!r}"))
    if not path.is_file():
        raise CallError(Note(Code.FILE_MISSING, None, f"there is no file {str(path)!r}"))
    return [path]


def read_table(path: Path) -> pa.Table:
    """Return a whole cohort: a CSV file, or Parquet.

    Raises `CallError` for a file that is neither, or that cannot be read.
    """
    if path.suffix.lower() == ".csv":
        options = pa.csv.ConvertOptions(strings_can_be_null=True)
        try:
            return pa.csv.read_csv(path, convert_options=options)
        except (OSError, pa.ArrowInvalid) as fault:
            raise _unreadable(path, fault) from None
    try:
        return pa.concat_tables([pq.read_table(each) for each in parquet_files(path)])
    except (OSError, pa.ArrowException) as fault:
        raise _unreadable(path, fault) from None


def _unreadable(path: Path, fault: Exception) -> CallError:
    """Return the error for a file that cannot be read, without the text of any of its rows."""
    why = _COUNTS.search(str(fault))
    if isinstance(fault, OSError) and fault.strerror:
        said = fault.strerror
    else:
        said = why[0] if why else "it is neither CSV nor Parquet"
    return CallError(Note(Code.FILE_MISSING, None, f"{str(path)!r} cannot be read: {said}"))


def _hidden(path: Path, folder: Path) -> bool:
    return any(part[0] in "._" for part in path.relative_to(folder).parts)


def open_parquet(path: Path, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    """Open a file; the columns in `dictionaries` are read as codes of texts."""
    try:
        return pq.ParquetFile(path, read_dictionary=list(dictionaries), pre_buffer=False)
    except (pa.ArrowException, OSError) as fault:
        text = f"{str(path)!r} cannot be read as Parquet: {fault}"
        raise CallError(Note(Code.FILE_MISSING, None, text)) from None


def units_of(paths: Sequence[Path]) -> list[Unit]:
    """Return the units of work of some files, in order."""
    units: list[Unit] = []
    first_row = 0
    for path in paths:
        with open_parquet(path) as file:
            sizes = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        groups: list[int] = []
        rows = 0
        for at, size in enumerate(sizes):
            if groups and rows + size > UNIT_ROWS:
                units.append(Unit(len(units), path, tuple(groups), first_row, rows))
                first_row, groups, rows = first_row + rows, [], 0
            groups.append(at)
            rows += size
        if groups:
            units.append(Unit(len(units), path, tuple(groups), first_row, rows))
            first_row += rows
    return units


def batches_of(
    unit: Unit, columns: Sequence[str], dictionaries: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Read the record batches of a unit, one at a time."""
    with open_parquet(unit.path, dictionaries) as file:
        yield from file.iter_batches(
            batch_size=BATCH_ROWS,
            row_groups=list(unit.row_groups),
            columns=list(columns),
            use_threads=False,
        )


# parts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of an unfinished run."""

    folder: Path

    def outcome(self, number: int) -> Path:
        """Return the place of a unit's outcomes."""
        return self.folder / f"part-{number:06}.parquet"

    def rejects(self, number: int) -> Path:
        """Return the place of a unit's rejects; there is no file when there are none."""
        return self.folder / f"part-{number:06}.rejects.parquet"

    def begin(self, manifest: Mapping[str, Any]) -> None:
        """Make the folder and say in it what the run is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.folder / "manifest.json") as place:
            place.write_text(json.dumps(manifest, indent=1), encoding="utf-8")

    def manifest(self) -> dict[str, Any] | None:
        """Return what the run is, or None when there is no unfinished run."""
        path = self.folder / "manifest.json"
        if not path.is_file():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def remove(self) -> None:
        """Delete the folder and what this library wrote into it."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name == "manifest.json" or path.name.startswith((".", "part-")):
                    path.unlink()
            self.folder.rmdir()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to; the file appears at `path` when all is written and on the disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield beside
        descriptor = os.open(beside, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_outcomes(
    path: Path,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    told: Mapping[str, str],
    *,
    compression: str = "snappy",
) -> None:
    """Write batches to a file that appears whole; `told` is read when all batches are written."""
    with (
        replacing(path) as place,
        pq.ParquetWriter(place, schema, compression=compression) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
        writer.add_key_value_metadata(dict(told))


def told_in(path: Path) -> dict[str, str]:
    """Return what `write_outcomes` was told, or nothing when there is no such file."""
    if not path.is_file():
        return {}
    with open_parquet(path) as file:
        metadata = file.metadata.metadata or {}
    return {name.decode(): each.decode(errors="replace") for name, each in metadata.items()}


def rejects_batch(rejects: Sequence[Reject]) -> pa.RecordBatch:
    """Return rejects as Arrow columns."""
    columns = [[getattr(each, name) for each in rejects] for name in REJECTS_SCHEMA.names]
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, REJECTS_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=REJECTS_SCHEMA)


@contextmanager
def rejects_writer(path: Path) -> Iterator[pa.csv.CSVWriter | pq.ParquetWriter]:
    """Give a writer of rejects, CSV or (by the ending) Parquet; the file appears whole."""
    with replacing(path) as place:
        if path.suffix == ".parquet":
            with pq.ParquetWriter(place, REJECTS_SCHEMA) as writer:
                yield writer
        else:
            with pa.csv.CSVWriter(place, REJECTS_SCHEMA) as csv_writer:
                yield csv_writer


def join_parts(
    parts: Parts, count: int, output: Path, rejects: Path, schema: pa.Schema, fingerprint: str
) -> int:
    """Write the result and its rejects from all parts; return the number of rejected rows."""
    told = {FINGERPRINT: fingerprint}
    rejected = 0

    def outcomes() -> Iterator[pa.RecordBatch]:
        for number in range(count):
            with open_parquet(parts.outcome(number)) as file:
                yield from file.iter_batches(batch_size=BATCH_ROWS, use_threads=False)

    for number in range(count):
        rejected += int(told_in(parts.outcome(number))[REJECTED])
    told[REJECTED] = str(rejected)
    with rejects_writer(rejects) as writer:
        for number in range(count):
            if parts.rejects(number).is_file():
                with open_parquet(parts.rejects(number)) as file:
                    for batch in file.iter_batches(batch_size=BATCH_ROWS):
                        writer.write_batch(batch)
    write_outcomes(output, schema, outcomes(), told, compression="zstd")
    return rejected
