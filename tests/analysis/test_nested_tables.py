"""A table is looked at wherever it stands; where it cannot be, the report says so and where."""

from __future__ import annotations

from pathlib import Path

import pytest

import guidewright as gw
from guidewright.analysis.findings import Verdict
from guidewright.analysis.nested_tables import nested_of
from guidewright.analysis.verify import verify

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
FILE = (
    "guideline: small\ntitle: Small\nversion: 0.0.1\n"
    "sources: {s: {title: S}}\nstatements:\n  S1: {source: s, text: t}\n"
    "outcome:\n  - {title: All, role: tasks, decisions: [D]}\n"
)


def table(column: str, of: str = "") -> str:
    """Return a table that has no rule for 5."""
    kind = f' typeRef="{of}"' if of else ""
    rules = "".join(
        f"<rule id='{name}'><inputEntry><text>{cell}</text></inputEntry>"
        f"<outputEntry><text>{name}</text></outputEntry></rule>"
        for name, cell in (("1", "&lt; 5"), ("2", "&gt; 5"))
    )
    return (
        f"<decisionTable hitPolicy='UNIQUE'><input><inputExpression{kind}><text>{column}</text>"
        f"</inputExpression></input><output typeRef='number'/>{rules}</decisionTable>"
    )


def text(feel: str) -> str:
    return f"<literalExpression><text>{feel}</text></literalExpression>"


def entry(name: str, value: str, of: str = "") -> str:
    kind = f' typeRef="{of}"' if of else ""
    return f"<contextEntry><variable name='{name}'{kind}/>{value}</contextEntry>"


def loop(domain: str, result: str) -> str:
    return f"<for iteratorVariable='i'><in>{domain}</in><return>{result}</return></for>"


def row(*cells: str) -> str:
    return f"<row>{''.join(cells)}</row>"


def conditional(condition: str, then: str, otherwise: str) -> str:
    parts = f"<if>{condition}</if><then>{then}</then><else>{otherwise}</else>"
    return f"<conditional>{parts}</conditional>"


def knowledge(body: str, of: str = "number") -> str:
    """Return a function `f` of one parameter, and a decision that calls it."""
    kind = f" typeRef='{of}'" if of else ""
    return (
        "<businessKnowledgeModel id='f' name='f'><variable name='f'/><encapsulatedLogic>"
        f"<formalParameter name='p'{kind}/>{body}</encapsulatedLogic></businessKnowledgeModel>"
    )


def guideline(folder: Path, logic: str, functions: str = "") -> gw.Guideline:
    needs = "<informationRequirement><requiredInput href='#x'/></informationRequirement>"
    if functions:
        needs += "<knowledgeRequirement><requiredKnowledge href='#f'/></knowledgeRequirement>"
    (folder / "decisions.dmn").write_text(
        f"<definitions xmlns='{NAMESPACE}' name='m' namespace='urn:m'>\n"
        "<inputData id='x' name='x'><variable name='x' typeRef='number'/></inputData>\n"
        f"{functions}\n<decision id='D' name='D'><variable name='D'/>{needs}\n{logic}\n"
        "</decision></definitions>",
        encoding="utf-8",
    )
    (folder / "guideline.yaml").write_text(FILE, encoding="utf-8")
    found, _ = gw.guideline.guide.inspect(folder)
    assert found is not None
    return found


CALL = text("f(x)")
# where the table stands: its name in the report, the logic of D, functions beside it
PLACES = {
    "a function": ("f", CALL, knowledge(table("p"))),
    "a context in a function": (
        "f: y",
        CALL,
        knowledge(f"<context>{entry('y', table('p'), 'number')}</context>"),
    ),
    "an entry of a context": ("D: y", f"<context>{entry('y', table('x'))}</context>", ""),
    "an entry that looks at an earlier one": (
        "D: z",
        f"<context>{entry('y', text('x + 1'), 'number')}{entry('z', table('y'))}</context>",
        "",
    ),
    "the result of a context": (
        "D: result",
        f"<context><contextEntry>{table('x')}</contextEntry></context>",
        "",
    ),
    "an argument of an invocation": (
        "D: p",
        f"<invocation>{text('f')}<binding><parameter name='p'/>{table('x')}</binding></invocation>",
        knowledge(text("p")),
    ),
    "an item of a list": ("D: item 2", f"<list>{text('1')}{table('x')}</list>", ""),
    "a cell of a relation": (
        "D: row 1 b",
        f"<relation><column name='a'/><column name='b'/>{row(text('1'), table('x'))}</relation>",
        "",
    ),
    "a function in a context": (
        "D: g",
        "<context>"
        + entry(
            "g",
            "<functionDefinition><formalParameter name='p' typeRef='number'/>"
            f"{table('p')}</functionDefinition>",
        )
        + f"<contextEntry>{text('g(x)')}</contextEntry></context>",
        "",
    ),
    "a branch": (
        "D: then",
        conditional(text("x != null"), table("x"), text("0")),
        "",
    ),
    "the domain of a loop": (
        "D: domain",
        loop(table("x"), text("i")),
        "",
    ),
    "a loop, with a typed column": (
        "D: each",
        loop(text("[x]"), table("i", "number")),
        "",
    ),
    "a filter, with a typed column": (
        "D: filter",
        f"<filter><in>{text('[x]')}</in><match>{table('item', 'number')}</match></filter>",
        "",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_table_is_looked_at_wherever_it_stands(place: str, tmp_path: Path) -> None:
    name, logic, functions = PLACES[place]
    guide = guideline(tmp_path, logic, functions)
    assert [each.decision for each in nested_of(guide).subjects] == [name]
    (found,) = verify(guide, ["table.boundary"]).findings
    assert found.about.subject == name
    assert found.verdict is Verdict.POSSIBLE  # nobody knows who comes there
    assert found.witness is not None
    assert "5" in found.text
    assert found.place is not None
    assert found.place.place.file.endswith("decisions.dmn")
    assert not verify(guide, ["table.not-checked"]).findings


# where a column's type is not known: the name in the report, logic, functions, the column's text
UNTYPED = {
    "a parameter": ("f", CALL, knowledge(table("p"), of=""), "p"),
    "a loop": (
        "D: each",
        loop(text("[x]"), table("i")),
        "",
        "i",
    ),
    "a filter": (
        "D: filter",
        f"<filter><in>{text('[x]')}</in><match>{table('item')}</match></filter>",
        "",
        "item",
    ),
    "an entry": (
        "D: z",
        f"<context>{entry('y', text('x + 1'))}{entry('z', table('y'))}</context>",
        "",
        "y",
    ),
}


@pytest.mark.parametrize("place", UNTYPED)
def test_a_table_that_cannot_be_looked_at_is_listed(place: str, tmp_path: Path) -> None:
    name, logic, functions, column = UNTYPED[place]
    guide = guideline(tmp_path, logic, functions)
    (found,) = verify(guide, ["table.not-checked"]).findings
    assert found.verdict is Verdict.UNKNOWN
    assert found.about.subject == name
    assert f"the type of '{column}' is not declared" in found.text
    assert found.place is not None
    assert found.place.text == column
    assert verify(guide, ["table.boundary"]).findings == ()


def test_a_good_table_in_a_function_is_proved(tmp_path: Path) -> None:
    guide = guideline(tmp_path, CALL, knowledge(table("p").replace("&gt; 5", "&gt;= 5")))
    (found,) = verify(guide, ["table.gap"]).findings
    assert found.verdict is Verdict.PROVED
    assert found.certificate is not None


def test_lists_that_were_only_sampled_are_told(tmp_path: Path) -> None:
    """Without allowed values nobody can say which lists there are."""
    cell = table("[x, 5]").replace("&lt; 5", "count(?) &gt; 7").replace("&gt; 5", "count(?) &lt; 8")
    guide = guideline(tmp_path, cell)
    (found,) = verify(guide, ["table.not-checked"]).findings
    assert found.verdict is Verdict.UNKNOWN
    assert "samples were tried" in found.text


def test_the_table_of_an_imported_model_is_listed(tmp_path: Path) -> None:
    """It is not looked at here: nobody may think that it was."""
    (tmp_path / "kit.dmn").write_text(
        f"<definitions xmlns='{NAMESPACE}' name='kit' namespace='urn:kit'>"
        "<inputData id='a' name='a'><variable name='a' typeRef='number'/></inputData>"
        "<decision id='K' name='K'><variable name='K'/><informationRequirement>"
        f"<requiredInput href='#a'/></informationRequirement>{table('a')}</decision>"
        "</definitions>",
        encoding="utf-8",
    )
    (tmp_path / "decisions.dmn").write_text(
        f"<definitions xmlns='{NAMESPACE}' name='m' namespace='urn:m'>"
        "<import name='kit' namespace='urn:kit' importType="
        f"'{NAMESPACE}'/><decision id='D' name='D'><variable name='D'/><informationRequirement>"
        "<requiredDecision href='urn:kit#K'/></informationRequirement>"
        f"{text('kit.K + 1')}</decision></definitions>",
        encoding="utf-8",
    )
    (tmp_path / "guideline.yaml").write_text(FILE, encoding="utf-8")
    guide, _ = gw.guideline.guide.inspect(tmp_path)
    assert guide is not None
    assert nested_of(guide).subjects == ()
    (found,) = verify(guide, ["table.not-checked"]).findings
    assert found.verdict is Verdict.UNKNOWN
    assert found.about.subject == "K"
    assert "it stands in an imported model; verify that model, too" in found.text
    assert found.place is not None
    assert found.place.place.file.endswith("kit.dmn")
