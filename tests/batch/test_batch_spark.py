"""Spark gives what the local run gives, on 100,000 rows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
np = pytest.importorskip("numpy", reason="the extra 'batch' is not installed")
pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")

import pyarrow.parquet as pq  # noqa: E402

from guidewright import batch  # noqa: E402

FOLDER = Path(__file__).parents[2] / "models" / "b12-deficiency"
ROWS = 100_000


def _java_version() -> int:
    if shutil.which("java") is None:
        return 0
    told = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    version = told.partition('"')[2].partition('"')[0]
    return int(version.partition(".")[0] or 0)


pytestmark = [
    pytest.mark.skipif(_java_version() < 17, reason="Spark needs Java 17 or later"),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the B12 guideline is not there"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2]").appName("tests")
    spark = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield spark
    spark.stop()
    patch.undo()


def _cohort() -> pa.Table:
    generator = np.random.default_rng(3)
    total = generator.uniform(0, 500, ROWS).round(1)
    total[::1000] = -1
    causes = [[], ["metformin"], ["vegan diet", "unknown"], None]
    return pa.table(
        {
            "patient": np.arange(ROWS),
            "total B12": pa.array(total, mask=generator.random(ROWS) < 0.2),
            "active B12": pa.array(generator.uniform(0, 100, ROWS).round(1)),
            "MMA result": pa.array(generator.choice(["elevated", "normal", "odd", None], ROWS)),
            "symptomatic": pa.array(generator.choice([True, False, None], ROWS), pa.bool_()),
            "severity": pa.array(generator.choice(["mild", "severe"], ROWS)),
            "causes": pa.array([causes[place % 4] for place in range(ROWS)]),
            "age": pa.array(generator.integers(0, 100, ROWS)),
        }
    )


def test_spark_equals_local(session: Any, tmp_path: Path) -> None:
    from guidewright.batch.planning import Choices
    from guidewright.batch.spark import decide, run_spark

    cohort = _cohort()
    source = tmp_path / "cohort.parquet"
    pq.write_table(cohort, source, row_group_size=20_000)
    local = batch.run(FOLDER, cohort)
    frame = decide(session.read.parquet(str(source)), FOLDER)
    found = frame.orderBy("patient").toArrow()
    assert found.column_names == local.column_names
    assert found.num_rows == ROWS
    assert found.equals(local)
    report = run_spark(FOLDER, source, tmp_path / "out", choices=Choices(decisions=("diagnosis",)))
    rejected = local.num_rows - local["rejected"].null_count
    assert (report.rows, report.rejected) == (ROWS, rejected)
    assert pq.read_table(report.rejects).num_rows == rejected
