"""Every check of tables: scenes in which it must speak, and scenes in which it must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from analysis_tables import guideline_file, load_table

from guidewright.analysis.checks import CHECKS, Subject, checks_of
from guidewright.analysis.findings import Finding, Verdict
from guidewright.analysis.tables import table_subject
from guidewright.analysis.verify import load_checks

FILE = Path(__file__).parent / "table_checks.txt"
MARKS = ("!", "no", "proved", "unknown", "share", "count")


@dataclass
class Scene:
    title: str
    line: int
    table: list[str] = field(default_factory=list)
    yaml: list[str] = field(default_factory=list)
    expected: list[tuple[str, str, str]] = field(default_factory=list)


def scenes() -> Iterator[Scene]:
    scene: Scene | None = None
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            if scene is not None:
                yield scene
            scene = Scene(rest, number)
        elif scene is None or not line.strip():
            continue
        elif mark == "%":
            scene.yaml.append(rest)
        elif mark in MARKS:
            code, _, words = rest.partition(" ")
            scene.expected.append((mark, code, words))
        else:
            scene.table.append(line)
    assert scene is not None
    yield scene


SCENES = list(scenes())
load_checks()


def findings(scene: Scene, folder: Path) -> list[Finding]:
    file = guideline_file(scene.yaml, folder) if scene.yaml else None
    subject = table_subject(load_table("\n".join(scene.table)), "D", file)
    return [each for check in checks_of(Subject.TABLE) for each in check.find(subject)]


@pytest.mark.parametrize("scene", SCENES, ids=[f"{each.line}: {each.title}" for each in SCENES])
def test_scene(scene: Scene, tmp_path: Path) -> None:
    assert scene.expected
    found = findings(scene, tmp_path)
    told = [f"{each.verdict} {each.check}: {each.text}" for each in found]
    for mark, code, words in scene.expected:
        assert code in CHECKS
        own = [each for each in found if each.check == code]
        faults = [each for each in own if each.verdict in (Verdict.VIOLATED, Verdict.POSSIBLE)]
        match mark:
            case "!":
                assert any(words in each.text for each in faults), told
            case "no":
                assert not faults, told
            case "proved":
                assert not faults, told
                assert words or any(each.verdict is Verdict.PROVED for each in own), told
            case "unknown":
                undecided = [each for each in own if each.verdict is Verdict.UNKNOWN]
                assert any(words in each.text for each in undecided), told
            case "share":
                assert Fraction(words) in [each.share for each in faults], told
            case "count":
                assert len(faults) == int(words), told


def test_every_check_has_a_failing_and_a_passing_scene() -> None:
    seen = {(code, mark in ("!",)) for each in SCENES for mark, code, _ in each.expected}
    for check in checks_of(Subject.TABLE):
        assert (check.code, True) in seen, f"{check.code} speaks in no scene"
        assert (check.code, False) in seen, f"{check.code} keeps silent in no scene"


@pytest.mark.parametrize("scene", SCENES, ids=[f"{each.line}: {each.title}" for each in SCENES])
def test_every_violation_has_evidence(scene: Scene, tmp_path: Path) -> None:
    for each in findings(scene, tmp_path):
        if each.verdict is Verdict.VIOLATED:
            assert each.evidence is not None
            assert each.text
            assert each.about.places
