"""Marks of findings, changes, cases and cohorts: at the right place, in words, without a value."""

from __future__ import annotations

import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import guidewright as gw
from guidewright.analysis.decision_trees import Leaf, Tree, named
from guidewright.analysis.difference_texts import changes_of
from guidewright.analysis.tables import subjects_of
from guidewright.analysis.tally import CountedCohort, Tally, tally
from guidewright.analysis.tree_proof import tree_of
from guidewright.batch.patients import read_cohort
from guidewright.errors import CallError
from guidewright.feel.names import normal
from guidewright.guideline.cases import read_cases, run_case
from guidewright.guideline.guide import Guideline
from guidewright.guideline.walk import taken_ways, walk_patient
from guidewright_visualize import (
    Drawing,
    Mark,
    MarkKind,
    TableDrawing,
    caption_of,
    render,
    requirement_pictures,
    table_pictures,
    text_equivalent,
    workflow_pictures,
)
from guidewright_visualize.guidelines import flowchart_of
from guidewright_visualize.marking import (
    Marking,
    Numbered,
    cohort_marking,
    coverage_marking,
    difference_marking,
    finding_marking,
    marked,
)

FEVER = Path(__file__).resolve().parents[1] / "guidelines" / "fever"


@cache
def guide() -> Guideline:
    return gw.load(FEVER)


@cache
def counted() -> Tally:
    results = (run_case(guide(), case) for case in read_cases(guide()).cases)
    return tally(guide(), ((each.outcome, 1) for each in results if each.outcome is not None))


def kinds(marks: tuple[Mark, ...]) -> list[MarkKind]:
    return [mark.kind for mark in marks]


def pages(marking: Marking, before: Guideline | None = None) -> list[Drawing]:
    caption = caption_of(guide())
    return list(workflow_pictures(guide(), caption, markings=(marking,), before=before))


def tables(marking: Marking, before: Guideline | None = None) -> list[TableDrawing]:
    caption = caption_of(guide())
    return list(table_pictures(guide(), caption, markings=(marking,), before=before))


# how many went where ----------------------------------------------------------------------------


def test_the_tally_is_what_the_traces_say() -> None:
    states: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    rules: Counter[tuple[str, str]] = Counter()
    patients = 0
    for case in read_cases(guide()).cases:
        outcome = run_case(guide(), case).outcome
        if outcome is None:
            continue
        patients += 1
        graph = guide().graph
        assert graph is not None
        instance = walk_patient(guide(), outcome)
        states.update(set(instance.path))
        ways.update(taken_ways(graph, instance))
        for decided in outcome.trace.decisions:
            for table in decided.tables[-1:]:
                name = normal(decided.decision.name)
                rules.update((name, rule.rule.name) for rule in table.chosen)
    found = counted()
    assert (found.patients, found.states, found.ways, found.rules) == (
        patients,
        states,
        ways,
        rules,
    )


def test_ends_of_a_table_add_up() -> None:
    for subject in subjects_of(guide()):
        tree = tree_of(subject)
        assert isinstance(tree, Tree)
        leaves = [name for name, node in named(tree.root) if isinstance(node, Leaf)]
        ends = sum(counted().ends[subject.decision, name] for name in leaves)
        assert ends == counted().asked[subject.decision]


def test_cases_are_counted_and_what_none_visits_is_marked() -> None:
    found = counted()
    for page in pages(coverage_marking(found)):
        for node in page.nodes:
            if node.number is not None:
                number = found.states[node.id]
                kind = MarkKind.COVERED if number else MarkKind.NEVER
                assert node.marks == (Mark(kind, str(number or "")),)
        assert f"√ of {found.patients} cases." in page.notes
    for table in tables(coverage_marking(found)):
        for row in table.rows:
            number = found.rules[normal(table.decision), row.id]
            assert kinds(row.marks) == [MarkKind.COVERED if number else MarkKind.NEVER]


def test_nobody_goes_along_the_arrows_of_a_requirement_diagram() -> None:
    found = coverage_marking(counted())
    for page in requirement_pictures(guide(), caption_of(guide()), markings=(found,)):
        assert page.edges
        assert all(edge.marks == () for edge in page.edges)
        assert any(node.marks for node in page.nodes)


def cohort_file(folder: Path, rows: int = 30) -> Path:
    """Temperatures from 36 on, one not known, two that are refused."""
    temperatures = [36 + number / 10 for number in range(rows)]
    path = folder / "cohort.parquet"
    columns = {
        "temperature": [*temperatures, None, -400.0, 900.0],
        "canary": ["hedgehog"] * (rows + 3),
    }
    pq.write_table(pa.table(columns), path)
    return path


def cohort_of(path: Path) -> CountedCohort:
    cohort = read_cohort(guide(), path)
    found = tally(guide(), cohort.outcomes())
    return CountedCohort(path.name, cohort.rows, dict(cohort.refused), found)


def test_a_cohort_is_counted_and_bad_rows_are_said(tmp_path: Path) -> None:
    found = cohort_of(cohort_file(tmp_path))
    assert found.rows == 33
    assert found.tally.patients + sum(found.refused.values()) == 33
    assert sum(found.refused.values()) == 2
    page = pages(cohort_marking(found))[0]
    first = next(node for node in page.nodes if node.number == 1)
    assert first.marks == (Mark(MarkKind.COHORT, "31 (100%)"),)
    assert any("33 rows, 2 rows could not be used" in note for note in page.notes)


def test_ways_of_a_flowchart_add_up(tmp_path: Path) -> None:
    found = cohort_of(cohort_file(tmp_path))
    subject = next(each for each in subjects_of(guide()) if each.decision == "fever")
    drawn = flowchart_of(guide(), caption_of(guide()), subject)
    assert isinstance(drawn, tuple)
    boxes: dict[str, int] = {}
    for page in (marked(each, (cohort_marking(found),)) for each in drawn):
        boxes |= {n.id: _number(n.marks[0]) for n in page.nodes if n.number is not None}
    for page in (marked(each, (cohort_marking(found),)) for each in drawn):
        for edge in page.edges:
            if edge.ways:
                assert boxes[edge.ways[0]] == _number(edge.marks[0])
    assert boxes["start"] == 31
    for name, number in boxes.items():
        below = [boxes[each] for each in boxes if each.rpartition(".")[0] == name]
        assert not below or sum(below) == number


def _number(mark: Mark) -> int:
    return int(mark.text.split()[0]) if mark.text else 0


def test_no_value_of_a_patient_is_in_a_picture(tmp_path: Path) -> None:
    marking = cohort_marking(cohort_of(cohort_file(tmp_path)))
    said = "".join(text_equivalent(each) for each in (*pages(marking), *tables(marking)))
    assert "hedgehog" not in said
    assert "-400" not in said
    assert "38.9" not in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"name\nhedgehog\n"),
        ("x.csv", b"temperature\n38,hedgehog\n"),
        ("x.parquet", b"hedgehog"),
        ("x.parquet", None),
    ],
)
def test_a_file_that_is_no_cohort_is_refused_without_its_rows(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CallError) as fault:
        cohort_of(path)
    assert "hedgehog" not in str(fault.value)


def test_csv_is_read_as_parquet_is(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text(
        "temperature,smoker\n36.5,\n38,true\n38,true\n,\n39.5,false\n", encoding="utf-8"
    )
    found = cohort_of(path)
    assert not found.refused
    assert found.tally.patients == found.rows == 5


# findings ---------------------------------------------------------------------------------------


def test_findings_stand_at_what_they_are_about() -> None:
    findings = (
        Numbered(3, "fever", ("fever-above",), "three"),
        Numbered(7, "measure", (), "seven"),
        Numbered(9, "fever", ("fever-above",), "nine"),
    )
    marking = finding_marking(findings, ["measure"])
    marks = {n.id: n.marks for page in pages(marking) for n in page.nodes if n.marks}
    assert marks == {"measure": (Mark(MarkKind.FINDING, "7"),)}
    rows = {row.id: row.marks for table in tables(marking) for row in table.rows if row.marks}
    assert rows == {"fever-above": (Mark(MarkKind.FINDING, "3, 9"),)}
    notes = next(table.notes for table in tables(marking) if table.decision == "fever")
    assert "▲ 3: three" in notes
    assert "▲ 7: seven" not in notes
    diagrams = requirement_pictures(guide(), caption_of(guide()), markings=(marking,))
    labels = [node.label[0] for page in diagrams for node in page.nodes if node.marks]
    assert labels == ["fever"]


# what changed -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Guideline:
    """An older version: another threshold, one rule more, one state more, one way less."""
    old = tmp_path_factory.mktemp("old") / "fever"
    shutil.copytree(FEVER, old)
    decisions = old / "decisions.dmn"
    text = decisions.read_text(encoding="utf-8")
    start = text.index('<rule id="advise-smoking"')
    end = text.index("</rule>", start) + len("</rule>")
    more = text[start:end].replace('id="', 'id="old-')
    text = text[:end] + more + text[end:]
    decisions.write_text(text.replace("&lt; 38", "&lt; 37.5", 1), encoding="utf-8")
    workflow = old / "workflow.yaml"
    lines = workflow.read_text(encoding="utf-8").replace("next: measure\n", "next: gone\n", 1)
    step = "kind: clinical, phase: start, statements: [S01], label: Old step, next: measure"
    gone = f"  gone: {{{step}}}\n"
    workflow.write_text(lines.replace("\nstates:\n", f"\nstates:\n{gone}", 1), encoding="utf-8")
    return gw.load(old)


def difference(before: Guideline) -> Marking:
    changes = tuple(changes_of(before, guide()))
    return difference_marking(changes, before.graph, guide().graph)


def test_changed_added_and_removed_rules(before: Guideline) -> None:
    found = tables(difference(before), before)
    rows = {row.id: kinds(row.marks) for table in found for row in table.rows if row.marks}
    assert rows == {"fever-below": [MarkKind.CHANGED], "old-advise-smoking": [MarkKind.REMOVED]}


def test_changed_added_and_removed_states(before: Guideline) -> None:
    found = pages(difference(before), before)
    boxes = {node.id: kinds(node.marks) for page in found for node in page.nodes if node.marks}
    assert boxes == {"arrived": [MarkKind.CHANGED], "gone": [MarkKind.REMOVED]}
    arrows = {(e.source, e.target): kinds(e.marks) for p in found for e in p.edges if e.marks}
    assert arrows == {
        ("arrived", "measure"): [MarkKind.ADDED],
        ("arrived", "gone"): [MarkKind.REMOVED],
        ("gone", "measure"): [MarkKind.REMOVED],
    }
    words = text_equivalent(found[0])
    assert "Old step" in words
    assert f"{MarkKind.REMOVED.sign} removed since the other version" in words
    assert "+ added since the other version" in words
    assert render(found[0]).startswith(b"<svg")


def test_nothing_is_marked_between_equal_versions() -> None:
    marking = difference(guide())
    assert not [mark for page in pages(marking, guide()) for mark in page.mark_kinds]
    assert not [mark for table in tables(marking, guide()) for mark in table.mark_kinds]


def test_several_marks_stand_beside_each_other(before: Guideline) -> None:
    both = (difference(before), coverage_marking(counted()))
    page = next(workflow_pictures(guide(), caption_of(guide()), markings=both))
    arrived = next(node for node in page.nodes if node.id == "arrived")
    assert kinds(arrived.marks) == [MarkKind.CHANGED, MarkKind.COVERED]
    svg = render(page).decode()
    assert "■" in svg
    assert "√" in svg
