"""The program as it is called from a shell: exit codes, two streams, pipes; never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from transcripts import GUIDELINE

ROOT = Path(__file__).resolve().parents[2]
B12 = ROOT / "models" / "b12-deficiency"
PROGRAM = [sys.executable, "-c", "from guidewright.cli import main; main(prog_name='guidewright')"]
PATIENT = "temperature: 39 Cel\nseverity: mild\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(GUIDELINE, tmp_path / "fever")
    return tmp_path


def call(
    folder: Path, *arguments: str, given: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the program; what it prints is kept as bytes."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        env={**os.environ, "COLUMNS": "100", **environment},
        timeout=120,
        check=False,
    )


# arguments, standard input, exit code, and which stream says the piece of text
CALLS = [
    (["--version"], "", 0, "out", "guidewright, version "),
    (["check", "fever"], "", 0, "out", "fever: no faults"),
    (["run", "fever", "--patient", "-"], PATIENT, 0, "out", "mg of paracetamol.  [S02]"),
    (["run", "fever", "--patient", "-"], "temperature: 39", 3, "err", "input.unit"),
    (["run", "nowhere", "--patient", "-"], PATIENT, 4, "err", "file.missing"),
    (["test", "fever", "--case", "C9"], "", 2, "err", "there is no case C9"),
    (["chek"], "", 2, "err", "did you mean 'check'?"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "given", "code", "stream", "text"), CALLS)
def test_a_call(
    folder: Path, arguments: list[str], given: str, code: int, stream: str, text: str
) -> None:
    done = call(folder, *arguments, given=given)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err
    assert (done.returncode, text in (out if stream == "out" else err)) == (code, True)
    assert (out if stream == "err" else err) == ""


def test_standard_input_that_is_not_utf8(folder: Path) -> None:
    arguments = ("run", "fever", "--patient", "-")
    done = call(folder, *arguments, given=b"a: \xff", PYTHONIOENCODING="utf-8:strict")
    assert done.returncode == 4
    assert done.stderr.decode() == "file.encoding: '<standard input>' is not UTF-8 at byte 4\n"


def test_a_reader_that_has_seen_enough(folder: Path) -> None:
    """`guidewright ... | head -1` ends without a word and without a fault."""
    reading = subprocess.Popen(
        [*PROGRAM, "explain", str(B12), "--patient", str(B12 / "example-patient.yaml")],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reading.stdout is not None
    assert reading.stderr is not None
    reading.stdout.close()
    with reading.stderr as errors:
        said = errors.read().decode()
    assert (reading.wait(timeout=120), said) == (0, "")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_any_locale(folder: Path, locale: str) -> None:
    done = call(
        folder, "run", "fever", "--patient", "-", given=PATIENT, LC_ALL=locale, PYTHONUTF8="0"
    )
    assert done.returncode == 0
    assert "500\N{EN DASH}1000 mg" in done.stdout.decode()
    assert done.stderr == b""


def test_json_is_the_only_output(folder: Path) -> None:
    done = call(folder, "run", "fever", "--patient", "-", "--format", "json", given=PATIENT)
    assert json.loads(done.stdout)["status"] == "clear"
    assert done.stderr == b""


def test_the_same_call_prints_the_same_bytes(folder: Path) -> None:
    """Nothing hangs on the order of sets, which differs from run to run."""
    arguments = ("explain", "fever", "--patient", "-", "--format", "json")
    first, second = (
        call(folder, *arguments, given=PATIENT, PYTHONHASHSEED=seed) for seed in ("1", "2")
    )
    assert first.stdout
    assert first.stdout == second.stdout


def test_help_loads_nothing_heavy(folder: Path) -> None:
    """Help comes at once: no YAML, no regular expressions, no graphs are imported for it."""
    code = (
        "import sys; from guidewright.cli import main\n"
        "try: main(['--help'], prog_name='guidewright')\n"
        "except SystemExit: pass\n"
        "print([m for m in ('ruamel', 'networkx', 're2', 'elementpath', 'graphviz') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_a_state_is_stored_and_read_again(folder: Path) -> None:
    start = "{event: start, at: 2026-03-01T08:00:00}"
    done = "{event: done, task: measure, at: 2026-03-01T08:10:00, values: {temperature: 39 Cel}}"
    first = call(folder, "step", "fever", "--event", "-", "--save", "a.json", given=start)
    assert first.returncode == 0
    second = call(
        folder, "step", "fever", "--event", "-", "--state", "a.json", "--format", "json", given=done
    )
    said = json.loads(second.stdout)
    assert "give medicine" in said["state"]["configuration"]
    assert [effect["effect"] for effect in said["effects"]][-2:] == ["evaluated", "act"]


def test_pictures_are_written(folder: Path) -> None:
    done = call(folder, "draw", "fever", "--format", "text", "--output", "pictures")
    written = done.stdout.decode().split()
    assert done.returncode == 0
    assert written
    assert all((folder / each).stat().st_size for each in written)
    assert written[-1].startswith("pictures/workflow")
