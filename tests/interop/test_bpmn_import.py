"""Processes of other tools: what becomes of them, what is listed, what is refused."""

from __future__ import annotations

import re
from random import Random

import pytest
from charts import chart, graph_of
from foreign import Case, bpmn_of, cases, printed

from guidewright.errors import CallError, Code, ModelError, Severity
from guidewright.interop.bpmn_export import bpmn
from guidewright.interop.bpmn_import import import_bpmn
from guidewright.workflow.reader import read_workflow

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{case.line}: {case.title}" for case in CASES])
def test_case(case: Case) -> None:
    expected = tuple(line for line in case.expected if line)
    assert printed(case.process) == expected


def test_there_are_cases() -> None:
    assert len(CASES) > 15


@pytest.mark.parametrize("case", CASES, ids=[f"{case.line}: {case.title}" for case in CASES])
def test_what_is_taken_over_can_be_read(case: Case) -> None:
    found = import_bpmn(bpmn_of(case.process), "p.bpmn")
    assert read_workflow(found.text).states
    assert all(note.severity is Severity.WARNING and note.span is not None for note in found.notes)
    assert {note.code for note in found.notes} <= {Code.INTEROP_NOT_TAKEN, Code.INTEROP_OPEN}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.XML_SYNTAX),
        ("<a/>", Code.INTEROP_NOT_BPMN),
        ("<!DOCTYPE a><a/>", Code.XML_DOCTYPE),
        (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
            Code.INTEROP_NOT_BPMN,
        ),
    ],
)
def test_what_is_refused(text: str, code: Code) -> None:
    with pytest.raises(ModelError) as fault:
        import_bpmn(text.encode(), "p.bpmn")
    assert [note.code for note in fault.value.notes] == [code]


TWO = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    '<process id="p"><endEvent id="a"/></process>'
    '<process id="q" name="Other"><endEvent id="b"/></process></definitions>'
)


def test_one_of_several_processes() -> None:
    first = import_bpmn(TWO.encode(), "p.bpmn")
    assert [note.code for note in first.notes] == [Code.INTEROP_NOT_TAKEN]
    assert read_workflow(first.text).name == "p"
    for name in ("q", "Other"):
        second = import_bpmn(TWO.encode(), "p.bpmn", name)
        assert not second.notes
        assert read_workflow(second.text).name == "q"
    with pytest.raises(CallError, match="no process 'r'"):
        import_bpmn(TWO.encode(), "p.bpmn", "r")


def test_what_was_changed_in_a_modeler_holds() -> None:
    """Names, conditions, times and flows are the modeler's, not those of our attributes."""
    before = graph_of(
        {
            "workflow": "w",
            "initial": "a",
            "states": {
                "a": {"kind": "wait", "label": "Wait", "timer": {"due": "P1D"}, "next": "b"},
                "b": {"kind": "final"},
                "c": {"kind": "final"},
            },
        }
    )
    text = bpmn(before).text
    for old, new in (
        ('name="Wait"', 'name="Wait longer"'),
        (">P1D<", ">P2D<"),
        ('targetRef="b"', 'targetRef="c"'),
    ):
        assert old in text
        text = text.replace(old, new)
    after = read_workflow(import_bpmn(text.encode(), "w.bpmn").text).state("a")
    assert after.label == "Wait longer"
    assert after.timer is not None
    assert [each.text for each in after.timer.due] == ["P2D"]
    assert [way.target.name for way in after.transitions] == ["c"]


@pytest.mark.parametrize("seed", range(60))
def test_a_spoilt_file_gives_a_text_or_a_fault(seed: int) -> None:
    """Lines are removed, attributes dropped, references bent: nothing else is ever raised."""
    random = Random(seed)
    text = bpmn(graph_of(chart(random, depth=seed % 3))).text
    process = text[: text.index("  <bpmndi:BPMNDiagram")]
    lines = [*process.split("\n"), "</bpmn:definitions>"]
    ids = re.findall(r' id="([^"]*)"', text)
    for _ in range(random.randint(1, 6)):
        index = random.randrange(2, len(lines) - 2)
        line = lines[index]
        attributes = re.findall(r' [\w:-]+="[^"]*"', line)
        if line.endswith("/>") and random.random() < 0.4:
            del lines[index]
        elif "Ref=" in line and random.random() < 0.5:
            bent = random.choice(ids)
            lines[index] = re.sub(r'(\w+Ref)="[^"]*"', rf'\1="{bent}"', line, count=1)
        elif attributes:
            lines[index] = line.replace(random.choice(attributes), "", 1)
    faults_are_listed("\n".join(lines))


def faults_are_listed(text: str) -> None:
    """Say that a file is refused with notes, or that its text has just the faults that are told."""
    try:
        found = import_bpmn(text.encode(), "spoilt.bpmn")
    except ModelError:
        return
    told = {str(note) for note in found.notes if note.severity is Severity.ERROR}
    assert faults(found.text) == told


def faults(text: str) -> set[str]:
    try:
        read_workflow(text, "workflow.yaml")
    except ModelError as fault:
        return {str(note) for note in fault.notes}
    return set()
