"""Runs over files: the command, processes, interruption and resumption, rejects."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra 'batch' is not installed")
np = pytest.importorskip("numpy", reason="the extra 'batch' is not installed")

import pyarrow.parquet as pq  # noqa: E402
from batch_tables import input_xml, model_xml, requires, table_xml  # noqa: E402

from guidewright import batch  # noqa: E402
from guidewright.batch import files  # noqa: E402
from guidewright.errors import CallError  # noqa: E402

ROWS = 24_000
COMMAND = "from guidewright.cli import main; main()"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    table = table_xml(
        "level",
        [("value", "number"), ("kind", "string")],
        [
            (("< 0.5", "-"), '"low"'),
            ((">= 0.5", '"a"'), '"high"'),
            ((">= 0.5", 'not("a")'), '"high, other"'),
        ],
    )
    needs = requires("value") + requires("kind")
    body = input_xml("value", "number") + input_xml("kind", "string")
    body += f'<decision id="d_level" name="level"><variable name="level"/>{needs}{table}</decision>'
    path = tmp_path / "level.dmn"
    path.write_text(model_xml(body))
    return path


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    generator = np.random.default_rng(5)
    values = generator.uniform(0, 1, ROWS).round(2)
    values[::997] = np.nan
    table = pa.table(
        {
            "patient": np.arange(ROWS),
            "value": values,
            "kind": pa.array(generator.choice(["a", "b", None], ROWS), pa.string()),
        }
    )
    path = tmp_path / "cohort.parquet"
    pq.write_table(table, path, row_group_size=1_000)
    return path


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UNIT_ROWS", 2_000)


def _contents(output: Path) -> tuple[bytes, bytes]:
    return output.read_bytes(), output.with_name(f"{output.name}.rejects.csv").read_bytes()


def test_a_run_into_files(model: Path, cohort: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    seen: list[tuple[int, int]] = []
    report = batch.run(
        model, cohort, output, progress=lambda done, total: seen.append((done, total))
    )
    found = pq.read_table(output)
    assert found.column_names == ["patient", "level", "rejected"]
    assert found["patient"].to_pylist() == list(range(ROWS))
    in_memory = batch.run(model, cohort)
    assert found.to_pylist() == in_memory.to_pylist()
    assert batch.run(model, pq.read_table(cohort)).to_pylist() == in_memory.to_pylist()
    bad = len(range(0, ROWS, 997))
    assert (report.rows, report.rejected, seen[-1]) == (ROWS, bad, (ROWS, ROWS))
    with output.with_name("out.parquet.rejects.csv").open(newline="") as lines:
        rejects = list(csv.DictReader(lines))
    assert [int(line["row"]) for line in rejects] == list(range(0, ROWS, 997))
    assert rejects[0] == {
        "row": "0", "column": "value", "value": "nan", "code": "input.type",
        "text": "NaN and infinity are no numbers of FEEL",
    }  # fmt: skip
    assert not list(tmp_path.glob("*.parts"))
    assert not list(tmp_path.glob(".*"))


def test_several_processes_give_the_same_file(model: Path, cohort: Path, tmp_path: Path) -> None:
    batch.run(model, cohort, tmp_path / "one.parquet")
    batch.run(model, cohort, tmp_path / "two.parquet", workers=2)
    assert _contents(tmp_path / "one.parquet")[1] == _contents(tmp_path / "two.parquet")[1]
    one, two = pq.read_table(tmp_path / "one.parquet"), pq.read_table(tmp_path / "two.parquet")
    assert one.equals(two)


@pytest.mark.parametrize("parts_before_kill", [0, 1, 5, 11])
def test_a_killed_run_resumes(
    model: Path, cohort: Path, tmp_path: Path, parts_before_kill: int
) -> None:
    """SIGKILL at several points: no row is lost, none is there twice."""
    whole = tmp_path / "whole.parquet"
    batch.run(model, cohort, whole)
    output = tmp_path / "killed.parquet"
    slow = (
        "import time; from guidewright.batch import files, kernel; files.UNIT_ROWS = 2000\n"
        "run = kernel.Kernel.run\n"
        "def slower(*arguments):\n    time.sleep(0.05); return run(*arguments)\n"
        f"kernel.Kernel.run = slower\n{COMMAND}"
    )
    arguments = ["batch", str(model), "--input", str(cohort), "--output", str(output)]
    process = subprocess.Popen([sys.executable, "-c", slow, *arguments], stdout=subprocess.DEVNULL)
    folder = output.with_name("killed.parquet.parts")
    _wait_for_parts(folder, parts_before_kill, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if files.Parts(folder).manifest() is not None:
        with pytest.raises(CallError, match="an unfinished run is in"):
            batch.run(model, cohort, output)
    report = batch.run(model, cohort, output, resume=True)
    assert report.resumed >= 2_000 * parts_before_kill
    assert pq.read_table(output).equals(pq.read_table(whole))
    assert _contents(output)[1] == _contents(whole)[1]
    assert not folder.exists()
    again = batch.run(model, cohort, output, resume=True)  # nothing is left to do
    assert again.resumed == again.rows == ROWS


def _wait_for_parts(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if folder.is_dir() and len(list(folder.glob("part-*[0-9].parquet"))) >= count:
            return
        time.sleep(0.002)


def test_parts_of_another_run_are_refused(model: Path, cohort: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    parts = files.Parts(output.with_name("out.parquet.parts"))
    parts.begin({"fingerprint": "another", "instant": [0, 0]})
    with pytest.raises(CallError, match="had other files or options"):
        batch.run(model, cohort, output, resume=True)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    def write_half() -> None:
        with files.replacing(tmp_path / "file") as place:
            place.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert list(tmp_path.iterdir()) == []


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "batch", *arguments], capture_output=True, text=True
    )


def test_the_command(model: Path, cohort: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    rejects = tmp_path / "bad.parquet"
    done = _command(
        str(model), "--input", str(cohort), "--output", str(output), "--rules", "--notes",
        "--rejects", str(rejects), "--keep", "patient",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "24,000 rows in" in done.stdout
    assert f"25 rows rejected, listed in {rejects}" in done.stdout
    assert pq.read_schema(output).names == [
        "patient", "level", "level.rules", "level.notes", "rejected",
    ]  # fmt: skip
    assert pq.read_table(rejects).num_rows == 25


def test_the_command_explains_its_plan(model: Path, cohort: Path) -> None:
    done = _command(str(model), "--input", str(cohort), "--explain-plan")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "inputs:\n"
        "  value  classes: column 'value', double; 2 segments and null\n"
        "  kind   classes: column 'kind', dictionary<values=string, indices=int32,…; "
        "2 classes and null\n"
        "decisions:\n"
        "  level  lookup: one table over 9 combinations of codes\n"
    )


def test_the_command_tells_what_is_wrong(model: Path, cohort: Path, tmp_path: Path) -> None:
    assert _command(str(model), "--input", str(cohort)).returncode == 2
    missing = _command(str(model), "--input", "nowhere", "--output", "x")
    assert missing.returncode == 3
    assert "there is no file 'nowhere'" in missing.stderr
    text = tmp_path / "text.parquet"
    text.write_text("no Parquet")
    unreadable = _command(str(model), "--input", str(text), "--output", str(tmp_path / "o"))
    assert "cannot be read as Parquet" in unreadable.stderr


def test_folders_of_files(model: Path, cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cohort"
    folder.mkdir()
    table = pq.read_table(cohort)
    for place in range(3):
        pq.write_table(table.slice(8_000 * place, 8_000), folder / f"{place}.parquet")
    assert batch.run(model, folder).equals(batch.run(model, cohort))
    pq.write_table(table.drop_columns(["kind"]), folder / "9.parquet")
    with pytest.raises(CallError, match="has other columns than"):
        batch.run(model, folder)
