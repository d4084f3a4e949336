"""Care in memory: a guideline's workflow started, events sent, the agenda asked at any instant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import guidewright as gw
from guidewright.workflow.agenda import Phase, agenda, next_change, phase
from guidewright.workflow.value_codec import instant_text

ROOT = Path(__file__).resolve().parents[2]
FEVER = ROOT / "tests" / "guidelines" / "fever"
MORNING = "2026-03-01T08:00:00Z"


@pytest.fixture(scope="module")
def fever() -> gw.Guideline:
    return gw.load(FEVER)


def told(care, at: str) -> list[tuple[str, str, str]]:
    from guidewright.feel.temporal import parse_date_time

    now = parse_date_time(at)
    items = agenda(care.workflow.graph, care.instance)
    return [(item.state, phase(item, now).value, instant_text(item.due)) for item in items]


def test_a_task_is_due_then_overdue(fever) -> None:
    care = fever.workflow.start({}, at=MORNING)
    assert told(care, MORNING) == [("measure", "due", MORNING)]
    assert told(care, "2026-03-01T09:00:00Z") == [("measure", "overdue", MORNING)]
    assert next_change(care.workflow.graph, care.instance) == care.due()[0].overdue


def test_what_comes_next(fever) -> None:
    care = fever.workflow.start({"temperature": "39.2 Cel"}, at=MORNING)
    care = care.send({"event": "data", "at": MORNING, "values": {"temperature": "39.5 Cel"}})
    care = care.send({"event": "done", "at": MORNING, "task": "give medicine"})
    assert told(care, MORNING) == [("three days", "ahead", "2026-03-04T08:00:00Z")]
    later = care.due("2026-03-04T08:00:00Z")
    assert [(item.state, item.task) for item in later] == [("measure", "measure#3")]
    assert care.due()[0].state == "three days"  # asking changed nothing


def test_each_event_gives_another_care(fever) -> None:
    care = fever.workflow.start({}, at=MORNING)
    after = care.send({"event": "data", "at": MORNING, "values": {"temperature": "37 Cel"}})
    assert (care.instance.status, after.instance.status) == ("running", "finished")
    assert after.due() == ()


@pytest.mark.parametrize("at", ["soon", "2026-02-30T08:00:00"])
def test_an_instant_that_is_none(fever, at: str) -> None:
    with pytest.raises(gw.CallError, match=r"workflow\.event"):
        fever.workflow.start({}, at=at)


def test_faults_of_the_patient_are_listed(fever) -> None:
    with pytest.raises(gw.CallError) as fault:
        fever.workflow.start({"temperature": "39", "temprature": 3}, at=MORNING)
    assert [note.code for note in fault.value.notes] == ["input.unit", "input.unknown"]


def test_the_digest_covers_imported_models(tmp_path: Path) -> None:
    """A guideline is all files that decide an outcome; changing an imported one is a change."""
    folder = tmp_path / "fever"
    shutil.copytree(FEVER, folder)
    other = folder / "types.dmn"
    text = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="types" '
        'namespace="urn:types" id="t"></definitions>\n'
    )
    other.write_text(text, encoding="utf-8")
    main = folder / "decisions.dmn"
    before = main.read_text(encoding="utf-8")
    at = before.index(">", before.index("<definitions")) + 1
    link = (
        '<import name="types" namespace="urn:types" '
        'importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    )
    main.write_text(before[:at] + link + before[at:], encoding="utf-8")
    first = gw.load(folder)
    assert first.files == ("guideline.yaml", "decisions.dmn", "types.dmn", "workflow.yaml")
    other.write_text(text.replace('id="t"', 'id="u"'), encoding="utf-8")
    assert gw.load(folder).digest != first.digest


def test_phases_are_ordered() -> None:
    assert list(Phase) == ["ahead", "due", "overdue", "expired"]
