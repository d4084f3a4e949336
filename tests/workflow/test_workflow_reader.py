"""workflow.yaml: what is read from it, and the exact words for what is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workflow_stub import HERE, ROOT, bound

from guidewright.errors import Code, GuidewrightError, ModelError
from guidewright.source import EmbeddedSource
from guidewright.workflow.model import BaseKind, StateKind, TaskKind, TimerPhase, Trigger
from guidewright.workflow.reader import KEYS, read_workflow, read_workflow_file
from guidewright.yaml_reader import (
    MAX_CHARACTERS,
    YamlList,
    YamlMap,
    YamlScalar,
    plain,
    read_yaml,
    read_yaml_file,
)

B12 = ROOT / "models" / "b12-deficiency" / "workflow.yaml"
SCHEMA = ROOT / "docs" / "workflow.schema.json"


def faults() -> Iterator[object]:
    text, said, begun = "", list[str](), 0
    lines = (HERE / "faults.txt").read_text(encoding="utf-8").splitlines()
    for number, line in [*enumerate(lines, 1), (len(lines) + 1, "file ")]:
        if line.startswith("    "):
            said.append(line.strip())
        elif line and not line.startswith("#"):
            if text:
                yield pytest.param(text, said, id=f"faults.txt:{begun}")
            kind, _, body = line.partition(" ")
            text, said, begun = body.replace("\\n", "\n").replace("\\t", "\t"), [], number
            if kind == "states":
                text = head + "".join(f"  {part}\n" for part in text.split("\n"))


head = "workflow: demo\ninitial: a\nphases: {p: Phase one}\nstates:\n"


@pytest.mark.parametrize(("text", "said"), list(faults()))
def test_fault(text: str, said: list[str]) -> None:
    with pytest.raises(ModelError) as caught:
        read_workflow(text, "w.yaml")
    assert [str(note).removeprefix("w.yaml:") for note in caught.value.notes] == said


def test_every_kind_of_state_is_read() -> None:
    graph = bound(
        """
a: {kind: clinical, label: First, phase: p, description: text, next: b}
b:
  kind: task
  task: order
  awaits: {any: [x, 2]}
  statements: [S01]
  ambiguities: [A01]
  timer:
    trigger: {datum: x}
    when: y = "z"
    due: [P3M, P1Y]
    overdue: P5D
    expire: PT48H
    repeat: P1Y
    until: {after: P2Y, when: done}
    statements: [S02]
  transitions:
    - {timer: overdue, to: g, label: late}
    - {event: stop, when: y, to: c}
  next: {to: c, statements: [S03], label: then}
c:
  kind: decision
  decision: d
  output: o
  branches: {"yes": e, true: e, 1.0: e, "false": e}
  several: g
  null: g
  otherwise: e
e:
  kind: parallel
  phase: p
  next: f
  states:
    r:
      kind: clinical
      initial: r1
      states: {r1: {kind: wait, timer: {due: P1D}, next: r2}, r2: {kind: final}}
f: {kind: final}
g: {kind: gap}
"""
    ).graph
    assert [state.name for state in graph.states] == ["a", "b", "c", "e", "r", "r1", "r2", "f", "g"]
    others = {StateKind.HISTORY, StateKind.WORKFLOW}  # see below
    assert {state.kind for state in graph.states} == set(StateKind) - others
    a, b, c, e = (graph.state(name) for name in "abce")
    assert (a.label, a.phase, a.description, b.label) == ("First", "p", "text", "b")
    assert a.transitions[0].trigger is Trigger.ALWAYS
    assert b.task is not None
    assert b.task.awaits is not None
    assert (b.task.kind, b.task.awaits.any) == (TaskKind.ORDER, True)
    assert [str(item) for item in b.task.awaits.names] == ["x", "2"]
    timer = b.timer
    assert timer is not None
    assert (timer.base.kind, timer.base.name) == (BaseKind.DATUM, "x")
    assert [duration.text for duration in timer.due] == ["P3M", "P1Y"]
    assert timer.until_after is not None
    assert timer.until_when is not None
    assert (timer.until_after.text, timer.until_when.text) == ("P2Y", "done")
    assert timer.standing
    assert timer.recurring
    assert [t.trigger for t in b.transitions] == [Trigger.TIMER, Trigger.EVENT, Trigger.DONE]
    assert b.transitions[0].phase is TimerPhase.OVERDUE
    assert [str(item) for item in b.transitions[2].statements] == ["S03"]
    assert [t.value for t in c.transitions] == [
        *("yes", True, Decimal("1.0"), "false"),
        *(None, None, None),
    ]
    assert [t.trigger for t in c.transitions][4:] == [
        Trigger.SEVERAL,
        Trigger.NULL,
        Trigger.OTHERWISE,
    ]
    assert (e.children, graph.state("r").parent, graph.state("r1").phase) == (("r",), "e", "p")
    assert graph.events == ("stop",)
    assert [guard.text for guard in graph.guards] == ['y = "z"', "done", "y"]
    assert str(b.name_span.place) == "workflow.yaml:6:3"


def test_a_guard_knows_its_place_in_the_file() -> None:
    way = "      - when: >-\n          x\n          and y\n        to: a\n"
    text = head + "  a:\n    kind: clinical\n    transitions:\n" + way
    (guard,) = read_workflow(text).guards
    assert guard.text == "x and y"
    assert isinstance(guard.span.source, EmbeddedSource)
    assert str(guard.span.source.place(6)) == "workflow.yaml:10:15"


def test_scalars_follow_yaml_1_2() -> None:
    node = read_yaml(
        "a: no\nb: on\nc: 1:30\nd: 2025-01-01\ne: 0x1F\nf: 1_000\ng: 007\nh: 1.50\ni: -7\n"
        "j: true\nk: True\nl: null\nm: ~\nn:\no: '1'\np: 1e3\nq: .5\nr: +1\n"
    )
    assert plain(node) == {
        "a": "no",
        "b": "on",
        "c": "1:30",
        "d": "2025-01-01",
        "e": "0x1F",
        "f": "1_000",
        "g": "007",
        "h": Decimal("1.50"),
        "i": -7,
        "j": True,
        "k": "True",
        "l": None,
        "m": None,
        "n": None,
        "o": "1",
        "p": Decimal("1E+3"),
        "q": ".5",
        "r": "+1",
    }


def test_limits() -> None:
    with pytest.raises(ModelError, match="at most 1000000 are read"):
        read_yaml(" " * (MAX_CHARACTERS + 1))
    with pytest.raises(ModelError, match=r"yaml.limit: more than 40 levels inside one another"):
        read_yaml("[" * 100_000)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"file.missing: there is no file"):
        read_yaml_file(tmp_path / "none.yaml")
    with pytest.raises(ModelError, match=r"file.missing: .* cannot be read: Is a directory"):
        read_yaml_file(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(ModelError, match=r"file.encoding: .* is not UTF-8 at byte 4"):
        read_yaml_file(tmp_path / "latin.yaml")
    (tmp_path / "large.yaml").write_bytes(b" " * (4 * MAX_CHARACTERS + 1))
    with pytest.raises(ModelError, match=r"file.too-large"):
        read_yaml_file(tmp_path / "large.yaml")


_TEXTS = st.text(alphabet="ab: \n-[]{},#'\"&*!|>%@`\t?~\\0.", max_size=40)


@given(_TEXTS)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        node = read_yaml(text, "t.yaml")
    except ModelError as error:
        check_notes(error)
    else:
        check_places(node)


def check_notes(error: GuidewrightError) -> None:
    assert error.notes
    assert all(note.span is not None and note.span.place.line >= 1 for note in error.notes)


def check_places(node: YamlScalar | YamlList | YamlMap) -> None:
    assert 0 <= node.span.start <= node.span.end <= len(node.span.source.text)
    match node:
        case YamlScalar():
            span = node.embedded()
            assert span.text == node.text
            assert all(span.source.place(offset).line >= 1 for offset in range(len(node.text) + 1))
            if not node.style and "\n" not in node.span.text:
                assert node.span.text == node.text
        case YamlList():
            for item in node.items:
                check_places(item)
        case YamlMap():
            for entry in node.entries:
                check_places(entry.key)
                check_places(entry.value)


@given(st.data())
def test_a_broken_model_is_refused_with_places(data: st.DataObject) -> None:
    lines = B12.read_text(encoding="utf-8").splitlines()[:60]
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(_TEXTS)
    try:
        read_workflow("\n".join(lines))
    except GuidewrightError as error:
        check_notes(error)


@pytest.mark.parametrize("name", ["b12-deficiency", "sepsis-hour-1"])
def test_the_workflows_of_the_models_conform_to_the_schema(name: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    path = B12.parents[1] / name / "workflow.yaml"
    jsonschema.validate(plain(read_yaml_file(path)), schema)


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for states in (
        "a: {kind: history, raises: [e]}",
        "a: {kind: workflow}",
        "a: {kind: clinical, exceptions: [{to: a}]}",
        "a: {kind: clinical, exceptions: [{event: e, timer: due, to: a}]}",
        "a: {kind: gap, compute: {x: [1]}}",
    ):
        whole = plain(read_yaml(f"workflow: w\ninitial: a\nstates: {{{states}}}"))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(whole, schema)


def test_the_schema_knows_the_keys_of_the_reader() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    for kind, keys in KEYS.items():
        common = {"kind", "label", "description", "phase", "statements", "ambiguities"}
        assert set(schema[kind.value]["properties"]) == {*keys, *common}


def test_the_example_of_the_documentation_is_read() -> None:
    text = (ROOT / "docs" / "workflow-format.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    graph = read_workflow(example)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(plain(read_yaml(example)), schema)
    others = {StateKind.HISTORY, StateKind.WORKFLOW}  # see below
    assert {state.kind for state in graph.states} == set(StateKind) - others


def test_the_b12_workflow_cites_statements_everywhere() -> None:
    graph = read_workflow_file(B12)
    sentences = {f"S{number:02}" for number in range(1, 33)}  # the statements of the source
    administrative = {"care ended", "consent withdrawn", "died"}
    for state in graph.states:
        assert state.statements or state.name in administrative, state.name
        assert {str(item) for item in state.statements} <= sentences
        for transition in state.transitions:
            assert transition.statements or transition.target.name in administrative
    cited = {str(item) for state in graph.states for item in state.statements}
    assert cited == sentences
    for phase in graph.phases:
        assert sum(state.phase == phase.name for state in graph.states) <= 20
    assert all(code.value.count(".") == 1 for code in Code)


MAIN = """
workflow: m
initial: a
states: {a: {kind: workflow, file: b.yaml, next: z}, z: {kind: final}}
""".lstrip()


def test_a_sub_workflow_is_a_file_of_the_same_folder(tmp_path: Path) -> None:
    main = tmp_path / "workflow.yaml"
    main.write_text(MAIN, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read_workflow_file(main)
    (note,) = caught.value.notes
    assert (note.code, note.span is not None and note.span.place.line) == ("file.missing", 3)
    inner = "workflow: b\nlabel: Inside\ninitial: x\nphases: {q: Page}\n"
    inner += "states: {x: {kind: clinical, phase: q, next: y}, y: {kind: final}}\n"
    (tmp_path / "b.yaml").write_text(inner, encoding="utf-8")
    graph = read_workflow_file(main)
    assert [state.name for state in graph.states] == ["a", "a/x", "a/y", "z"]
    assert graph.files == ("b.yaml",)
    assert [phase.name for phase in graph.phases] == ["q"]
    a, x = graph.state("a"), graph.state("a/x")
    assert (a.label, a.initial, a.children, a.compound) == ("Inside", "a/x", ("a/x", "a/y"), True)
    assert (x.label, x.parent, x.transitions[0].target.name) == ("x", "a", "a/y")
    assert x.name_span.place.file.endswith("b.yaml")


def test_faults_in_a_sub_workflow_stand_in_its_file_and_use_its_names() -> None:
    inner = "workflow: b\ninitial: x\nzone: UTC\nstates: {x: {kind: clinical, next: zz}, "
    inner += "y: {kind: workflow, file: c.yaml, next: x}}"
    other = "workflow: c\ninitial: x\nstates: {x: {kind: workflow, file: b.yaml}}"
    with pytest.raises(ModelError) as caught:
        read_workflow(MAIN, "w.yaml", {"b.yaml": inner, "c.yaml": other})
    assert [str(note).replace(" (", "\n(") for note in caught.value.notes] == [
        (
            "b.yaml:3:1: yaml.shape: the workflow in 'b.yaml' cannot have the key 'zone'\n"
            "(it belongs into the file that names this one)"
        ),
        "b.yaml:4:36: workflow.unknown-state: the state 'x' names the unknown state 'zz'",
        (
            "c.yaml:3:36: workflow.unknown-state: the workflow 'b.yaml' is inside itself: "
            "b.yaml -> c.yaml -> b.yaml\n(remove one of these states)"
        ),
    ]
