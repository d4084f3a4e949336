"""The same kernel on a cluster: PySpark's `mapInArrow`.

In: a model, Parquet that Spark can read, what is chosen. Out: a folder of Parquet files with the
outcomes. Each task loads the model from texts that travel with it and runs `Kernel` over its record
batches; there is no other engine. Rows have no number on a cluster: rejects are told apart by the
columns that are handed through.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from guidewright.batch.kernel import REJECTED, plain
from guidewright.batch.local import Report, at
from guidewright.batch.planning import Choices, make_kernel
from guidewright.batch.subjects import load_subject
from guidewright.feel.clock import system_clock
from guidewright.feel.temporal import DateTime

try:
    from pyspark.sql import SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
except ImportError as missing:
    raise ImportError(
        f"{missing.name} is needed for --engine spark: pip install guidewright[batch,spark]",
        name=missing.name,
    ) from None

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SUFFIXES = (".dmn", ".yaml")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A model as it travels to the tasks: the files of its folder, and which one is meant."""

    files: tuple[tuple[str, bytes], ...]
    main: str | None  # the DMN file, or None for a guideline folder

    def load_from(self, folder: Path) -> Path:
        """Write the files into a folder; return the path to load."""
        for name, content in self.files:
            (folder / name).write_bytes(content)
        return folder / self.main if self.main is not None else folder


def shipped(path: Path) -> Shipped:
    """Read the files of a guideline folder, or a DMN file and those beside it (its imports)."""
    folder = path if path.is_dir() else path.parent
    found = sorted(each for each in folder.iterdir() if each.suffix in SUFFIXES and each.is_file())
    if not path.is_dir():
        found = [each for each in found if each.suffix == path.suffix]
    contents = tuple((each.name, each.read_bytes()) for each in found)
    return Shipped(contents, None if path.is_dir() else path.name)


def decide(frame: DataFrame, path: str | Path, choices: Choices | None = None) -> DataFrame:
    """Return a Spark data frame of the outcomes for the rows of `frame`.

    `path` is a guideline folder or a DMN file. Raises `CallError` for names that fit nothing.
    """
    chosen = choices or Choices()
    model = shipped(Path(path))
    instant = system_clock()
    schema = to_arrow_schema(frame.schema)
    planned = make_kernel(load_subject(path), schema, chosen, at(instant))
    result = from_arrow_schema(planned.kernel.schema)
    return frame.mapInArrow(_task(model, chosen, instant), result)


def _task(
    model: Shipped, choices: Choices, instant: DateTime
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def decided(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        kernel = None
        for batch in batches:
            if kernel is None:
                with tempfile.TemporaryDirectory() as folder:
                    subject = load_subject(model.load_from(Path(folder)))
                kernel = make_kernel(subject, batch.schema, choices, at(instant)).kernel
            yield plain(kernel.run(batch))

    return decided


def new_session() -> SparkSession:
    """Return a session as Spark is configured; its tasks run the Python that runs this.

    Another Python is chosen as ever, by the environment variable PYSPARK_PYTHON.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return SparkSession.builder.appName("guidewright batch").getOrCreate()


def run_spark(
    path: Path, source: Path, output: Path, *, choices: Choices, rejects: Path | None = None
) -> Report:
    """Run over Parquet with the Spark session at hand (or a local one); write Parquet.

    Rejected rows are written with their reason to a second folder.
    """
    began = time.monotonic()
    session = SparkSession.getActiveSession() or new_session()
    rejects = rejects or output.with_name(f"{output.name}.rejects")
    frame = decide(session.read.parquet(str(source)), path, choices)
    frame.write.mode("error").parquet(str(output))
    written = session.read.parquet(str(output))
    bad = written.where(written[REJECTED].isNotNull())
    bad.write.mode("error").parquet(str(rejects))
    rows, rejected = written.count(), bad.count()
    return Report(rows, rejected, output, rejects, time.monotonic() - began, 0)
