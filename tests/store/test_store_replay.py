"""Any journal replays to the same bytes: anywhere, on another Python, after any time."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import MODELS, ROOT, run_course
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import guidewright as gw
from guidewright.store import Store, running
from guidewright.store.schema import SCHEMA
from guidewright.store.upgrades import UPGRADES

OLD = Path(__file__).parent / "old"
CALL = "from guidewright.cli import main; main()"
OTHER = ROOT / ".venv-3.13" / "bin" / "python"


@pytest.fixture(scope="module")
def guidelines() -> dict[str, gw.Guideline]:
    return {name: gw.load(folder) for name, folder in MODELS.items()}


@pytest.fixture(scope="module")
def courses(tmp_path_factory, guidelines) -> Path:
    """A store with courses of both guidelines, in several zones."""
    where = tmp_path_factory.mktemp("courses") / "care.db"
    with gw.store.open(where, create=True) as store:
        for model, guideline in guidelines.items():
            for seed in range(3):
                run_course(store, guideline, model, seed, 16)
        assert sum(len(store.history(head.instance)) for head in store.instances()) > 40
    return where


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Iterator[Store]:
    with gw.store.open(tmp_path_factory.mktemp("scratch") / "care.db", create=True) as store:
        yield store


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=100, max_value=10**6), model=st.sampled_from(sorted(MODELS)))
def test_any_course(scratch: Store, guidelines, seed: int, model: str) -> None:
    name = f"{model}-{seed}"
    if name not in {head.instance for head in scratch.instances()}:
        run_course(scratch, guidelines[model], model, seed, 12)
    assert [again.differences for again in scratch.replay(name) if again.differences] == []
    assert list(scratch.verify([name])) == []


def test_no_path_of_the_machine_is_stored(courses: Path) -> None:
    """Notes name their file without its folder: the guideline is loaded elsewhere for replay."""
    with gw.store.open(courses) as store:
        texts = [
            text
            for head in store.instances()
            for entry in store.history(head.instance)
            for text in (entry.event, entry.state, entry.effects)
        ]
    assert any("decisions.dmn:" in text for text in texts)
    assert not any(str(ROOT) in text for text in texts)


def other_python() -> str:
    """Return a Python 3.13 that has what guidewright needs, or skip."""
    for found in (str(OTHER), shutil.which("python3.13")):
        if found is None or not Path(found).exists():
            continue
        asked = [found, "-c", "import sqlalchemy, click, ruamel.yaml, re2, regex, elementpath"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return found
    pytest.skip("no python3.13 with guidewright's dependencies (make .venv-3.13/.ready)")


def replayed(python: str, where: Path, **variables: str) -> None:
    """Replay a store in a process of its own; every byte must be the same."""
    folders = (ROOT / "engine", ROOT / "visualize")
    done = subprocess.run(
        [python, "-c", CALL, "care", "replay", "--store", str(where), "--format", "json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders)), **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["differences"] == []
    assert result["entries"] > 0


@pytest.mark.parametrize("version", ["this", "3.13"])
def test_elsewhere(courses: Path, version: str) -> None:
    """In another time zone, with other hashes and another locale, on another Python."""
    python = sys.executable if version == "this" else other_python()
    zone = "Pacific/Auckland" if version == "this" else "America/St_Johns"
    replayed(python, courses, TZ=zone, PYTHONHASHSEED=str(len(zone)), LC_ALL="C", PYTHONUTF8="0")


def test_a_difference_is_told(courses: Path, tmp_path: Path, monkeypatch) -> None:
    """An engine that answers otherwise is found out, and the stored history stays."""
    where = tmp_path / "care.db"
    shutil.copy(courses, where)
    with gw.store.open(where) as store:
        name = next(head.instance for head in store.instances() if head.sequence > 5)
        before = store.history(name)
        original = running.applied

        def otherwise(versions, entry, event, digest, readings):
            made = original(versions, entry, event, digest, readings)
            if entry is None or entry.sequence != 2:
                return made
            changed = type(made.instance)(**{**_fields(made.instance), "issued": 99})
            return type(made)(changed, made.effects[1:], made.readings)

        monkeypatch.setattr("guidewright.store.replay.applied", otherwise)
        told = {again.entry.sequence: again.differences for again in store.replay(name)}
        assert told[1] == told[2] == ()
        assert "state: issued" in told[3]
        assert store.history(name) == before


def _fields(instance) -> dict:
    return {name: getattr(instance, name) for name in instance.__dataclass_fields__}


# older forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", sorted(OLD.glob("*.sql")), ids=lambda path: path.stem)
def test_a_store_of_an_older_form(example: Path, tmp_path: Path) -> None:
    """It is opened, upgraded, whole, replayed to the same bytes, and goes on."""
    where = tmp_path / "care.db"
    connection = sqlite3.connect(where)
    connection.executescript(example.read_text(encoding="utf-8"))
    connection.close()
    with gw.store.open(where) as store:
        assert list(store.verify()) == []
        heads = store.instances()
        assert [head.instance for head in heads] == ["ann", "bob"]
        for head in heads:
            assert [again.differences for again in store.replay(head.instance)] == [()] * (
                head.sequence
            )
        later = {"event": "tick", "at": "2029-01-01T00:00:00Z"}
        assert store.send("ann", later).entry.sequence == heads[0].sequence + 1
        assert list(store.verify()) == []
    with gw.store.open(where) as store:
        assert store.due("2029-01-01T00:00:00Z").behind == ("bob",)


def test_there_is_an_example_and_an_upgrade_of_every_form() -> None:
    assert {path.stem for path in OLD.glob("*.sql")} == {
        f"form-{number}" for number in range(1, SCHEMA + 1)
    }
    assert set(UPGRADES) == set(range(1, SCHEMA))
