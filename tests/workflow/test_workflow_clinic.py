"""The diaries in `docs/` say what the workflows do today; what a ward relies on is tried beside."""

from __future__ import annotations

import pytest
from clinic import DOCS, ROOT, Clinic, retold

SCREEN = (
    "2026-03-01 08:10 start {suspected infection: true, respiratory rate: 28 /min, "
    'altered mentation: true, systolic pressure: "104 mm[Hg]", '
    'mean arterial pressure: "71 mm[Hg]"}'
)
TIMES = (
    "2026-03-01 08:12 data {triage time: 2026-03-01T08:00:00, "
    "recognition time: 2026-03-01T08:10:00}"
)
DONE = ("2026-03-01 08:20 done take cultures", "2026-03-01 08:30 done give antibiotics")


@pytest.mark.parametrize("document", DOCS)
def test_a_diary_is_told_again(document: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    assert retold(text, DOCS[document]) == text


def sepsis(*lines: str) -> Clinic:
    clinic = Clinic.of("sepsis-hour-1")
    for line in (SCREEN, TIMES, *lines):
        clinic.hear(line)
    return clinic


def open_tasks(clinic: Clinic) -> list[str]:
    return [task.state for task in clinic.instance.tasks]


def test_antibiotics_are_not_asked_for_before_cultures() -> None:
    clinic = sepsis()
    assert open_tasks(clinic) == ["measure lactate", "take cultures"]
    clinic.hear(DONE[0])
    assert open_tasks(clinic) == ["measure lactate", "give antibiotics"]


def test_when_cultures_cannot_be_taken_a_clinician_decides() -> None:
    clinic = sepsis("2026-03-01 08:20 signal cultures cannot be taken")
    assert open_tasks(clinic) == ["measure lactate"]
    clinic.hear("2026-03-01 08:22 signal antibiotics first")
    assert open_tasks(clinic) == ["measure lactate", "give antibiotics"]


def test_everything_begun_within_the_hour() -> None:
    clinic = sepsis(*DONE, "2026-03-01 08:50 data {lactate: 1.4 mmol/L}")
    assert clinic.instance.finished == "bundle complete"
    assert "in time" in clinic.instance.path
    assert "hour is over" not in clinic.instance.path


def test_a_high_lactate_after_the_bundle_asks_for_fluid_once() -> None:
    clinic = sepsis(*DONE, "2026-03-01 08:50 data {lactate: 2.4 mmol/L}")
    assert {"measure again", "no fluid called for"} <= set(clinic.instance.configuration)
    clinic.hear("2026-03-01 11:00 data {lactate: 5 mmol/L}")
    assert open_tasks(clinic) == ["complete fluid"]
    clinic.hear("2026-03-01 11:30 data {fluids given: true}")
    clinic.hear('2026-03-01 11:35 data {mean arterial pressure: "70 mm[Hg]"}')
    clinic.hear("2026-03-01 13:10 data {lactate: 4.2 mmol/L}")
    assert clinic.instance.path.count("complete fluid") == 1
    clinic.hear("2026-03-01 15:20 data {lactate: 1.9 mmol/L}")
    assert clinic.instance.finished == "bundle complete"


def test_hypotension_gets_fluid_before_the_lactate_is_back() -> None:
    low = SCREEN.replace("104 mm", "82 mm").replace("71 mm", "55 mm")
    clinic = Clinic.of("sepsis-hour-1")
    clinic.hear(low)
    clinic.hear(TIMES)
    assert open_tasks(clinic) == ["measure lactate", "take cultures", "begin fluid"]
    clinic.hear("2026-03-01 08:30 data {lactate: 1.2 mmol/L}")
    assert "begin fluid" in open_tasks(clinic)  # a normal lactate does not call it off
    clinic.hear("2026-03-01 08:31 done begin fluid")
    clinic.hear("2026-03-01 08:50 data {fluids given: true}")
    clinic.hear('2026-03-01 08:55 data {mean arterial pressure: "60 mm[Hg]"}')
    clinic.hear("2026-03-01 09:00 done give vasopressors")
    assert "hypotension despite fluids" in clinic.instance.configuration  # a gap: no raised lactate


def test_a_wrong_lactate_is_corrected_in_its_regions_only() -> None:
    clinic = sepsis(*DONE, "2026-03-01 08:50 data {lactate: 4.4 mmol/L}")
    assert "begin fluid" in open_tasks(clinic)
    clinic.hear("2026-03-01 08:55 correct {lactate: 1.1 mmol/L}: the sample of another patient")
    assert clinic.instance.finished == "bundle complete"
    withdrawn = [line for line in clinic.told if line.startswith("no longer asked for")]
    assert withdrawn == ["no longer asked for (left): Begin 30 mL/kg of crystalloid"]


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("patient died", "died"),
        ("no sepsis after all", "not sepsis"),
        ("treatment declined", "treatment declined"),
    ],
)
def test_exceptions_end_everything(event: str, state: str) -> None:
    clinic = sepsis(f"2026-03-01 08:40 signal {event}")
    assert clinic.instance.finished == state
    assert (clinic.instance.tasks, clinic.instance.timers) == ((), ())
