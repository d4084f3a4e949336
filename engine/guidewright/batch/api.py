"""Run, stream or plan a batch: what callers see.

In: a model or the path of one, Parquet files or Arrow data, options. Out: Arrow data, or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, overload

import pyarrow as pa
import pyarrow.dataset as ds

from guidewright.batch import files
from guidewright.batch.explaining import PlanLine
from guidewright.batch.kernel import Kernel, plain, rows_of
from guidewright.batch.local import Progress, Report, at, plan_parquet, run_parquet
from guidewright.batch.outcomes import Extras
from guidewright.batch.planning import Choices, make_kernel
from guidewright.batch.subjects import Subject, load_subject
from guidewright.batch.values import Numbers
from guidewright.errors import CallError, Code, Note
from guidewright.feel.clock import system_clock

Input: TypeAlias = str | Path | pa.Table | pa.RecordBatch | pa.RecordBatchReader | ds.Dataset


@overload
def run(
    subject: str | Path | Subject,
    source: Input,
    output: None = None,
    *,
    decisions: Sequence[str] | None = None,
    policies: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    keep: Sequence[str] | None = None,
    rules: bool = False,
    notes: bool = False,
    numbers: Numbers | str = Numbers.DOUBLE,
) -> pa.Table: ...


@overload
def run(
    subject: str | Path | Subject,
    source: str | Path,
    output: str | Path,
    *,
    decisions: Sequence[str] | None = None,
    policies: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    keep: Sequence[str] | None = None,
    rules: bool = False,
    notes: bool = False,
    numbers: Numbers | str = Numbers.DOUBLE,
    rejects: str | Path | None = None,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> Report: ...


def run(
    subject: str | Path | Subject,
    source: Input,
    output: str | Path | None = None,
    *,
    decisions: Sequence[str] | None = None,
    policies: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    keep: Sequence[str] | None = None,
    rules: bool = False,
    notes: bool = False,
    numbers: Numbers | str = Numbers.DOUBLE,
    rejects: str | Path | None = None,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> pa.Table | Report:
    """Run a guideline or a model over all rows.

    `subject` is a guideline folder, a DMN file, or what `load` or `load_dmn` returned. Every input
    has the column of its name (or the one that `columns` names); an input without a column is null.
    Numbers are in the declared units unless the metadata of a column (`unit`) or `units` say
    another. Columns that are no input are handed through, or those that `keep` lists.

    Without `output` (or when only Arrow data are given) the result is an Arrow table. With it,
    `source` names Parquet files, and the result is a Parquet file and a file of rejects; `resume`
    goes on with a run that was interrupted.

    A row with a value that cannot be used has null outcomes and the reason in the column
    `rejected`. Raises `CallError` for names, units or files that fit nothing.
    """
    choices = Choices(
        tuple(decisions) if decisions is not None else None,
        dict(policies or {}),
        dict(units or {}),
        dict(columns or {}),
        tuple(keep) if keep is not None else None,
        Extras(rules, notes, Numbers(numbers)),
    )
    loaded = _loaded(subject)
    if output is None:
        reader = _stream(loaded, source, choices)
        return reader.read_all()
    if not isinstance(source, str | Path):
        text = "a run into a file reads Parquet files; write the stream of a run yourself"
        raise CallError(Note(Code.BATCH_RUN, None, text))
    return run_parquet(
        loaded,
        Path(source),
        Path(output),
        choices=choices,
        rejects=Path(rejects) if rejects is not None else None,
        workers=workers,
        resume=resume,
        progress=progress,
    )


def stream(
    subject: str | Path | Subject, source: Input, choices: Choices | None = None
) -> pa.RecordBatchReader:
    """Return a reader that decides record batches as they are asked for."""
    return _stream(_loaded(subject), source, choices or Choices())


def plan(
    subject: str | Path | Subject, source: Input, choices: Choices | None = None
) -> tuple[tuple[PlanLine, ...], tuple[PlanLine, ...]]:
    """Return how every input would be read, and how every decision would be made."""
    loaded, chosen = _loaded(subject), choices or Choices()
    if isinstance(source, str | Path):
        planned, _ = plan_parquet(loaded, files.parquet_files(Path(source)), chosen, system_clock)
    else:
        planned = make_kernel(loaded, source.schema, chosen, system_clock)
    return planned.inputs, planned.decisions


def _loaded(subject: str | Path | Subject) -> Subject:
    return load_subject(subject) if isinstance(subject, str | Path) else subject


def _stream(subject: Subject, source: Input, choices: Choices) -> pa.RecordBatchReader:
    clock = at(system_clock())
    if isinstance(source, str | Path):
        paths = files.parquet_files(Path(source))
        planned, texts = plan_parquet(subject, paths, choices, clock)
        names = planned.kernel.in_schema.names
        batches: Iterable[pa.RecordBatch] = (
            batch
            for unit in files.units_of(paths)
            for batch in files.batches_of(unit, names, texts)
        )
    else:
        planned = make_kernel(subject, source.schema, choices, clock)
        batches = _batches(source)
    kernel = planned.kernel
    return pa.RecordBatchReader.from_batches(kernel.schema, _decided(kernel, iter(batches)))


def _batches(source: Any) -> Iterable[pa.RecordBatch]:
    if isinstance(source, pa.RecordBatch):
        return [source]
    if isinstance(source, pa.Table):
        batches: Iterable[pa.RecordBatch] = source.to_batches(max_chunksize=files.BATCH_ROWS)
        return batches
    if isinstance(source, ds.Dataset):
        scanned: Iterable[pa.RecordBatch] = source.to_batches(batch_size=files.BATCH_ROWS)
        return scanned
    reader: Iterable[pa.RecordBatch] = source
    return reader


def _decided(kernel: Kernel, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for first, batch in rows_of(batches):
        yield plain(kernel.run(batch, first))
