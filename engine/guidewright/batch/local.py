"""Run a model over a whole input on this machine: stream, in one process or several.

In: a model, Parquet files (or Arrow data), what is chosen. Out: a Parquet file of outcomes and a
file of rejects, or an Arrow stream. Memory holds a few record batches, whatever the input's size.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from guidewright.batch import files
from guidewright.batch.files import Parts, Unit
from guidewright.batch.kernel import Kernel, plain
from guidewright.batch.planning import Choices, Planned, make_kernel
from guidewright.batch.subjects import Subject, load_subject, path_of, sources_of
from guidewright.errors import CallError, Code, Note
from guidewright.feel.api import Clock
from guidewright.feel.clock import system_clock
from guidewright.feel.temporal import DateTime
from guidewright.feel.types import STRING

Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did; `rounded` names decisions with numbers that a double cannot hold exactly."""

    rows: int
    rejected: int
    output: Path
    rejects: Path
    seconds: float
    resumed: int
    rounded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker process has to know; plain data, so that it can be handed over."""

    subject: Path
    choices: Choices
    dictionaries: tuple[str, ...]
    folder: Path
    instant: DateTime


def at(instant: DateTime) -> Clock:
    """Return a clock that stands still: the whole run is one evaluation at one instant."""
    return lambda: instant


# planning ---------------------------------------------------------------------------------------


def plan_parquet(
    subject: Subject, paths: Sequence[Path], choices: Choices, clock: Clock
) -> tuple[Planned, tuple[str, ...]]:
    """Return the plan for Parquet files, and the columns to read as codes of texts."""
    with files.open_parquet(paths[0]) as file:
        schema = file.schema_arrow
    for path in paths[1:]:
        with files.open_parquet(path) as file:
            if not file.schema_arrow.equals(schema):
                text = f"{str(path)!r} has other columns than {str(paths[0])!r}"
                raise CallError(Note(Code.INPUT_TYPE, None, text))
    planned = make_kernel(subject, schema, choices, clock)
    texts = tuple(
        schema.field(each.place).name
        for each in planned.kernel.inputs
        if each.plan.step.type == STRING and _is_text(schema.field(each.place).type)
        and each.place not in planned.kernel.kept
    )  # fmt: skip
    if texts:
        with files.open_parquet(paths[0], texts) as file:
            planned = make_kernel(subject, file.schema_arrow, choices, clock)
    return planned, texts


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))


# one unit ---------------------------------------------------------------------------------------


def run_unit(
    kernel: Kernel,
    unit: Unit,
    parts: Parts,
    dictionaries: Sequence[str],
    tick: Callable[[int], None],
) -> None:
    """Decide a unit and write its parts; the part with outcomes says that it is done."""
    told = {files.REJECTED: "0"}
    rejected_rows = 0

    def outcomes() -> Iterator[pa.RecordBatch]:
        nonlocal rejected_rows
        first = unit.first_row
        with ExitStack() as open_files:  # the rejects are in their place before the outcomes are
            writer = None
            for batch in files.batches_of(unit, kernel.in_schema.names, dictionaries):
                found = plain(kernel.run(batch, first))
                if kernel.rejects:
                    if writer is None:
                        writer = open_files.enter_context(
                            files.rejects_writer(parts.rejects(unit.number))
                        )
                    writer.write_batch(files.rejects_batch(kernel.rejects))
                    rejected_rows += len({each.row for each in kernel.rejects})
                first += batch.num_rows
                tick(batch.num_rows)
                yield found
        told[files.REJECTED] = str(rejected_rows)

    files.write_outcomes(parts.outcome(unit.number), kernel.schema, outcomes(), told)


_worker: tuple[Job, Kernel] | None = None  # of this worker process


def _start_worker(job: Job, path: Path) -> None:
    global _worker
    pa.set_cpu_count(1)
    planned, _ = plan_parquet(load_subject(job.subject), [path], job.choices, at(job.instant))
    _worker = job, planned.kernel


def _work(unit: Unit) -> tuple[int, tuple[str, ...]]:
    assert _worker is not None  # noqa: S101 - the initializer ran
    job, kernel = _worker
    run_unit(kernel, unit, Parts(job.folder), job.dictionaries, lambda rows: None)
    return unit.rows, rounded(kernel)


def rounded(kernel: Kernel) -> tuple[str, ...]:
    """Return the decisions that gave numbers a double cannot hold exactly."""
    return tuple(goal.name for goal in kernel.goals if goal.decider.outcomes.rounded)


# a run ------------------------------------------------------------------------------------------


def run_parquet(
    subject: Subject,
    source: Path,
    output: Path,
    *,
    choices: Choices,
    rejects: Path | None = None,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Run over Parquet files into a Parquet file.

    Parts of an unfinished run are kept beside the output. Raises `CallError` when there are parts
    and `resume` is not asked for, or when they belong to another run.
    """
    began = time.monotonic()
    rejects = rejects or output.with_name(f"{output.name}.rejects.csv")
    paths = files.parquet_files(source)
    units = files.units_of(paths)
    total = sum(unit.rows for unit in units)
    fingerprint = _fingerprint(subject, paths, choices)
    parts = Parts(output.with_name(f"{output.name}.parts"))
    if resume and _finished(output, fingerprint):
        parts.remove()
        done = int(files.told_in(output)[files.REJECTED])
        return Report(total, done, output, rejects, time.monotonic() - began, total)
    instant = _begin(parts, fingerprint, resume=resume)
    planned, dictionaries = plan_parquet(subject, paths, choices, at(instant))
    open_units = [unit for unit in units if not parts.outcome(unit.number).is_file()]
    resumed = total - sum(unit.rows for unit in open_units)
    counter = _Counter(resumed, total, progress)
    if workers > 1 and len(open_units) > 1:
        job = Job(path_of(subject), choices, dictionaries, parts.folder, instant)
        inexact = _in_processes(job, paths[0], open_units, workers, counter)
    else:
        for unit in open_units:
            run_unit(planned.kernel, unit, parts, dictionaries, counter)
        inexact = set(rounded(planned.kernel))
    rejected = files.join_parts(
        parts, len(units), output, rejects, planned.kernel.schema, fingerprint
    )
    parts.remove()
    seconds = time.monotonic() - began
    return Report(total, rejected, output, rejects, seconds, resumed, tuple(sorted(inexact)))


@dataclass(slots=True)
class _Counter:
    done: int
    total: int
    progress: Progress | None

    def __call__(self, rows: int) -> None:
        """Tell that more rows are done."""
        self.done += rows
        if self.progress is not None:
            self.progress(self.done, self.total)


def _in_processes(
    job: Job, path: Path, units: Sequence[Unit], workers: int, counter: _Counter
) -> set[str]:
    inexact: set[str] = set()
    count = min(workers, len(units))
    with ProcessPoolExecutor(count, get_context("spawn"), _start_worker, (job, path)) as pool:
        futures = [pool.submit(_work, unit) for unit in units]
        try:
            for future in as_completed(futures):
                rows, names = future.result()
                inexact.update(names)
                counter(rows)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return inexact


def _begin(parts: Parts, fingerprint: str, *, resume: bool) -> DateTime:
    """Make or check the folder of parts; return the instant of the run."""
    manifest = parts.manifest()
    if manifest is None:
        instant = system_clock()
        known = {"fingerprint": fingerprint, "instant": [instant.ordinal, instant.nanosecond]}
        parts.begin(known)
        return instant
    if not resume:
        text = f"an unfinished run is in {str(parts.folder)!r}"
        raise CallError(Note(Code.BATCH_RUN, None, text, "resume it, or delete that folder"))
    if manifest["fingerprint"] != fingerprint:
        text = f"the unfinished run in {str(parts.folder)!r} had other files or options"
        raise CallError(Note(Code.BATCH_RUN, None, text, "delete that folder to begin anew"))
    ordinal, nanosecond = manifest["instant"]
    return DateTime(ordinal, nanosecond, 0)


def _finished(output: Path, fingerprint: str) -> bool:
    try:
        return files.told_in(output).get(files.FINGERPRINT) == fingerprint
    except CallError:  # some other file, which the run replaces
        return False


def _fingerprint(subject: Subject, paths: Sequence[Path], choices: Choices) -> str:
    """Return a hash of what decides the result: the model, the options, the input files."""
    digest = hashlib.sha256()
    for text in sources_of(subject):
        digest.update(hashlib.sha256(text.encode()).digest())
    digest.update(repr(choices).encode())
    for path in paths:
        known = path.stat()
        digest.update(f"{path.resolve()}\0{known.st_size}\0{known.st_mtime_ns}\0".encode())
    return digest.hexdigest()
