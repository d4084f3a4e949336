"""What the static checks find in a graph, and that they are silent when it is repaired."""

from __future__ import annotations

import pytest
from workflow_stub import ROOT, bound

from guidewright.dmn.reader import load_definitions, read_definitions
from guidewright.workflow.checks import CHECKS, check_decisions, check_graph
from guidewright.workflow.decision_info import KnownDecisions, decision_info
from guidewright.workflow.reader import read_workflow_file

B12 = ROOT / "models" / "b12-deficiency"

# faulty states, what is said, and what to replace by what to repair them
GRAPHS = {
    "unreachable": (
        "a: {kind: clinical, next: b}\nb: {kind: final}\nc: {kind: clinical, next: b}",
        ["7:3: workflow.unreachable: no way leads to the state 'c'"],
        ("a: {kind: clinical, next: b}", "a: {kind: gap, transitions: [{event: e, to: c}]}"),
    ),
    "unreachable inside": (
        (
            "a:\n  kind: clinical\n  initial: b\n  next: d\n  states:\n"
            "    b: {kind: final}\n    c: {kind: clinical, next: b}\nd: {kind: final}"
        ),
        ["11:7: workflow.unreachable: no way leads to the state 'c'"],
        ("initial: b", "initial: c"),
    ),
    "dead end": (
        (
            "a: {kind: gap, transitions: [{event: e, to: b}, {event: f, to: c}]}\n"
            "b: {kind: final}\nc: {kind: clinical}"
        ),
        [
            (
                "7:3: workflow.dead-end: the state 'c' has no way on "
                "(add 'next', or make it final, or a gap when the source says nothing further)"
            ),
            "7:3: workflow.no-end: from the state 'c' no end can be reached",
        ],
        ("c: {kind: clinical}", "c: {kind: gap}"),
    ),
    "no end": (
        (
            "a: {kind: gap, transitions: [{event: e, to: b}, {event: f, to: c}]}\n"
            "b: {kind: final}\nc: {kind: wait, timer: {due: P1D}, next: d}\n"
            "d: {kind: task, task: give, next: c}"
        ),
        [
            "7:3: workflow.no-end: from the state 'c' no end can be reached",
            "8:3: workflow.no-end: from the state 'd' no end can be reached",
        ],
        ("task: give, next: c", "task: give, next: b"),
    ),
    "no final state": (
        "a: {kind: task, task: give, next: b}\nb: {kind: gap}",
        ["5:3: workflow.no-end: the workflow has no final state at its top"],
        ("b: {kind: gap}", "b: {kind: final}"),
    ),
    "never complete": (
        (
            "a:\n  kind: parallel\n  next: z\n  transitions: [{event: e, to: z}]\n  states:\n"
            "    r: {kind: clinical, initial: s, states: {s: {kind: final}}}\n"
            "    t: {kind: clinical, initial: u, states: {u: {kind: task, task: give}}}\n"
            "z: {kind: final}"
        ),
        ["7:11: workflow.dead-end: the state 'a' is never complete: no final state is inside"],
        ("  next: z\n", ""),
    ),
    "endless series": (
        (
            "a: {kind: task, task: order, timer: {repeat: P1D}, next: z, "
            "transitions: [{event: e, to: z}]}\nz: {kind: final}"
        ),
        ["5:60: workflow.dead-end: the state 'a' is never complete: its series has no end"],
        ("repeat: P1D", "repeat: P1D, until: P9D"),
    ),
    "ring": (
        (
            "a: {kind: clinical, transitions: [{when: x, to: b}]}\n"
            "b: {kind: clinical, transitions: [{when: y, to: z}], next: a}\nz: {kind: final}"
        ),
        ["5:3: workflow.limit: a ring without a wait: 'a' -> 'b'"],
        ("next: a", "next: z"),
    ),
    "unheard": (
        "a: {kind: gap, raises: [x], transitions: [{event: e, to: z}]}\nz: {kind: final}",
        ["5:27: workflow.event: the event 'x' is raised, and nothing listens to it"],
        ("raises: [x]", "raises: [e]"),
    ),
    "history": (
        (
            "a: {kind: gap, transitions: [{event: e, to: b}, {event: f, to: h}]}\n"
            "b:\n  kind: clinical\n  initial: c\n  next: z\n  states:\n    h: {kind: history}\n"
            "    g: {kind: history, next: d}\n    c: {kind: final}\n    d: {kind: final}\n"
            "z: {kind: final}"
        ),
        [
            "12:7: workflow.unreachable: no way leads to the state 'g'",
            "14:7: workflow.unreachable: no way leads to the state 'd'",
        ],
        ("{event: f, to: h}", "{event: f, to: h}, {event: i, to: g}"),
    ),
    "exceptions lead on": (
        (
            "a:\n  kind: clinical\n  initial: b\n  exceptions: [{event: e, to: z}]\n  states:\n"
            "    b: {kind: task, task: give}\n    c: {kind: task, task: give}\nz: {kind: final}"
        ),
        ["11:7: workflow.unreachable: no way leads to the state 'c'"],
        ("task: give}\n    c", "task: give, next: c}\n    c"),
    ),
    "expires": (
        "a: {kind: task, task: order, timer: {expire: P1D}, next: z}\nz: {kind: final}",
        [
            (
                "5:48: workflow.dead-end: the task 'a' expires, and nothing says what comes then "
                "(add a transition with 'timer: expired')"
            )
        ],
        ("next: z", "next: z, transitions: [{timer: expired, to: z}]"),
    ),
}


def said(states: str) -> list[str]:
    notes = check_graph(bound(states).graph)
    return [str(note).removeprefix("workflow.yaml:") for note in notes]


@pytest.mark.parametrize(("states", "expected", "repair"), GRAPHS.values(), ids=GRAPHS)
def test_graph(states: str, expected: list[str], repair: tuple[str, str]) -> None:
    assert said(states) == expected
    assert said(states.replace(*repair)) == []


def test_every_check_is_tried() -> None:
    assert {check.__name__ for check in CHECKS} == {
        "unreachable",
        "dead_end",
        "never_complete",
        "no_end",
        "endless_loop",
        "expires_without_way",
        "unheard",
    }


DECISIONS = KnownDecisions(
    {
        "risk": {"": ("high", "low")},
        "plan": {"act": ("go", "stay"), "dose": None},
        "flag": {"": (True, False)},
        "score": {"": (1, 2)},
        "free": {"": None},
    }
)

# the keys of a decision state, and what is said about them
BRANCHES = {
    "fits": ("decision: risk, branches: {high: z, low: z}", []),
    "otherwise": ("decision: risk, branches: {high: z}, otherwise: z", []),
    "output": ("decision: plan, output: act, branches: {go: z, stay: z}", []),
    "output free": ("decision: plan, output: dose, branches: {1: z}", []),
    "boolean": ("decision: flag, branches: {true: z, false: z}", []),
    "number": ("decision: score, branches: {1.0: z, 2: z}", []),
    "free": ("decision: free, branches: {x: z}", []),
    "unknown decision": (
        "decision: rsik, branches: {x: z}",
        ["workflow.unknown-decision: there is no decision 'rsik' (did you mean 'risk'?)"],
    ),
    "unknown output": (
        "decision: plan, output: akt, branches: {go: z}",
        ["workflow.unknown-output: the decision 'plan' has no output 'akt' (did you mean 'act'?)"],
    ),
    "output of a plain value": (
        "decision: risk, output: level, branches: {high: z}",
        ["workflow.unknown-output: the decision 'risk' has no output 'level' (remove 'output')"],
    ),
    "output not named": (
        "decision: plan, branches: {go: z}",
        [
            (
                "workflow.unknown-output: the decision 'plan' has several outputs "
                "(name one under 'output': act, dose)"
            )
        ],
    ),
    "value that never comes": (
        "decision: risk, branches: {hihg: z, high: z, low: z}",
        ["workflow.unknown-output: the decision 'risk' never gives 'hihg' (did you mean 'high'?)"],
    ),
    "text for a boolean": (
        'decision: flag, branches: {"true": z}, otherwise: z',
        ["workflow.unknown-output: the decision 'flag' never gives 'true' (it gives true, false)"],
    ),
    "value without a branch": (
        "decision: risk, branches: {high: z}",
        [
            (
                "workflow.unhandled-output: the decision 'risk' can give 'low', "
                "for which the state has no branch"
            )
        ],
    ),
}


@pytest.mark.parametrize(("keys", "expected"), BRANCHES.values(), ids=BRANCHES)
def test_branches(keys: str, expected: list[str]) -> None:
    graph = bound(f"a: {{kind: decision, {keys}}}\nz: {{kind: final}}").graph
    notes = list(check_decisions(graph, DECISIONS))
    assert [str(note).partition(": ")[2] for note in notes] == expected
    assert all(note.span is not None for note in notes)


def table(outputs: str, entries: str, attributes: str = "", type_of: str = "") -> str:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
        'namespace="urn:m"><itemDefinition name="tColour"><typeRef>string</typeRef>'
        '<allowedValues><text>"red", "blue"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tBoth"><itemComponent name="x"><typeRef>tColour</typeRef>'
        "</itemComponent></itemDefinition>"
        f'<decision name="D" id="d"><variable name="D"{type_of}/><decisionTable {attributes}>'
        f"<input><inputExpression><text>i</text></inputExpression></input>{outputs}"
        f"<rule><inputEntry><text>-</text></inputEntry>{entries}</rule>"
        "</decisionTable></decision></definitions>"
    )


def entry(text: str) -> str:
    return f"<outputEntry><text>{text}</text></outputEntry>"


TABLES = {
    "literals": (table("<output/>", entry('"a"')), {"": ("a",)}),
    "computed": (table("<output/>", entry("x + 1")), {"": None}),
    "computed, typed": (table('<output typeRef="tColour"/>', entry("x")), {"": ("red", "blue")}),
    "computed, variable typed": (
        table("<output/>", entry("x"), "", ' typeRef="tColour"'),
        {"": ("red", "blue")},
    ),
    "computed, values": (
        table('<output><outputValues><text>"p", "q"</text></outputValues></output>', entry("x")),
        {"": ("p", "q")},
    ),
    "boolean": (table('<output typeRef="boolean"/>', entry("x")), {"": (True, False)}),
    "null is no value": (table("<output/>", entry("null")), {"": None}),
    "counted": (
        table("<output/>", entry('"a"'), 'hitPolicy="COLLECT" aggregation="COUNT"'),
        {"": None},
    ),
    "several outputs": (
        table(
            '<output name="x"/><output name="y"/>', entry("z") + entry("2"), "", ' typeRef="tBoth"'
        ),
        {"x": ("red", "blue"), "y": (2,)},
    ),
}


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES)
def test_what_a_table_can_give(text: str, expected: dict[str, object]) -> None:
    info = decision_info(read_definitions(text.encode(), "m.dmn"))
    assert info.names == ("D",)
    assert dict(info.outputs("D")) == expected


def test_the_b12_workflow_passes() -> None:
    graph = read_workflow_file(B12 / "workflow.yaml")
    decisions = decision_info(load_definitions(B12 / "decisions.dmn"))
    assert [str(note) for note in check_graph(graph, decisions)] == []
