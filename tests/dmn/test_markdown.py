"""The Markdown view of a model: what it shows, and that nothing in a model becomes markup."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from random import Random

import pytest
from canonical_files import canonical, definitions, parse
from dmn_files import TABLE, decision, literal, model
from hypothesis import given
from hypothesis import strategies as st
from respelling import respelt

from guidewright.dmn import model as model_module
from guidewright.dmn.markdown import element_markdown, markdown
from guidewright.dmn.markdown_boxes import _BOXES
from guidewright.dmn.markdown_text import block, code, code_cell, escaped, paragraph, table
from guidewright.dmn.model import Decision, Expression
from guidewright.dmn.reader import load_definitions

PROJECT = Path(__file__).parents[2]
B12 = PROJECT / "models" / "b12-deficiency" / "decisions.dmn"
SUITE = sorted((PROJECT.parent / "shared" / "tck").rglob("*.dmn"))


def section(body: str) -> str:
    """Return what is shown of the only decision, without its heading."""
    found = definitions(decision(body))
    (only,) = (each for each in found.elements if isinstance(each, Decision))
    return element_markdown(found, only).removeprefix("## Decision: D\n\n").rstrip("\n")


def test_a_decision_table() -> None:
    assert (
        section(TABLE)
        == """\
Hit policy: COLLECT SUM

| C+ | Age | sex | → points | Statement id |
| --- | --- | --- | --- | --- |
| *expression* | `age` | `sex` | `points` | |
| *type* | `number` | | `number` | |
| *values* | | `"m","f"` | `1, 2` | |
| *default* | | | `0` | |
| r1<br>first | `< 5` | | `1` | S1 |
| row 2 | - | `"f"` | `2` | |"""
    )


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<literalExpression/>", "*nothing*"),
        (
            (
                '<literalExpression typeRef="number"><description>why</description>'
                "<text>a\n + b</text></literalExpression>"
            ),
            "why\n\nGives `number`.\n\n```feel\na\n + b\n```",
        ),
        (
            (
                '<literalExpression expressionLanguage="http://www.omg.org/spec/DMN/uninterpreted/'
                '20140801"><text>ask</text></literalExpression>'
            ),
            "Not evaluated:\n\n```text\nask\n```",
        ),
        (
            (
                '<context><contextEntry><variable name="a" typeRef="string"/>'
                f"{literal('1')}</contextEntry><contextEntry>{literal('2')}</contextEntry></context>"
            ),
            "**a** `string`\n\n```feel\n1\n```\n\n**result**\n\n```feel\n2\n```",
        ),
        (
            (
                f'<invocation>{literal("f")}<binding><parameter name="x"/>{literal("1")}</binding>'
                '<binding><parameter name="y"/></binding></invocation>'
            ),
            "**call**\n\n```feel\nf\n```\n\n**x**\n\n```feel\n1\n```\n\n**y**\n\n*nothing*",
        ),
        (
            f"<list><list>{literal('1')}</list></list>",
            "**1**\n\n**1 / 1**\n\n```feel\n1\n```",
        ),
        (
            (
                '<relation><column name="a" typeRef="number"/><column name="b"/><row>'
                f"{literal('1')}<list>{literal('2')}</list></row></relation>"
            ),
            (
                "| row | a: `number` | b |\n| --- | --- | --- |\n| 1 | `1` | *below* |\n\n"
                "**1 / b**\n\n**1 / b / 1**\n\n```feel\n2\n```"
            ),
        ),
        (
            (
                '<functionDefinition kind="Java"><formalParameter name="x" typeRef="number"/>'
                '<formalParameter name="y"/><context/></functionDefinition>'
            ),
            "Function of the kind Java of (x: `number`, y)\n\n**body**",
        ),
        (
            (
                f"<conditional><if>{literal('a')}</if><then>{literal('b')}</then>"
                f"<else>{literal('c')}</else></conditional>"
            ),
            (
                "**if**\n\n```feel\na\n```\n\n**then**\n\n```feel\nb\n```\n\n"
                "**else**\n\n```feel\nc\n```"
            ),
        ),
        (
            f"<filter><in>{literal('a')}</in><match>{literal('b')}</match></filter>",
            "**in**\n\n```feel\na\n```\n\n**match**\n\n```feel\nb\n```",
        ),
        (
            (
                f'<some iteratorVariable="x"><in typeRef="tA">{literal("a")}</in>'
                f"<satisfies>{literal('b')}</satisfies></some>"
            ),
            "**some x in** `tA`\n\n```feel\na\n```\n\n**satisfies**\n\n```feel\nb\n```",
        ),
    ],
)
def test_boxes(body: str, shown: str) -> None:
    assert section(body) == shown


def test_every_box_is_shown() -> None:
    kinds = {
        each
        for each in vars(model_module).values()
        if isinstance(each, type) and issubclass(each, Expression) and each is not Expression
    }
    assert kinds == set(_BOXES)


def test_a_page() -> None:
    shown = markdown(
        definitions(
            model(
                """<description>About *it*.</description>
<import name="n" namespace="urn:n" importType="t" locationURI="n.dmn"/>
<itemDefinition name="tA" isCollection="true"><description>ages</description>
<typeRef>number</typeRef><allowedValues><text>&gt; 0</text></allowedValues>
<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
<itemDefinition name="tB"><itemComponent name="c"><typeRef>tA</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tF"><functionItem outputTypeRef="tA"><parameters name="x"/></functionItem>
</itemDefinition>
<inputData id="i" name="I"><variable name="I" typeRef="tA"/></inputData>
<decision id="d" name="D"><question>- why?</question><variable name="D" typeRef="tB"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<informationRequirement><requiredDecision href="urn:n#x"/></informationRequirement>
<authorityRequirement><requiredAuthority href="#k"/></authorityRequirement></decision>
<businessKnowledgeModel id="b" name="B"><variable name="B" typeRef="tF"/>
<encapsulatedLogic><formalParameter name="x"/></encapsulatedLogic></businessKnowledgeModel>
<decisionService id="s" name="S"><outputDecision href="#d"/><inputData href="#i"/></decisionService>
<knowledgeSource id="k" name="K" locationURI="https://x"><type>paper</type></knowledgeSource>"""
            )
        )
    )
    assert (
        shown
        == """\
# m

About \\*it\\*.

DMN 1.5, namespace `urn:m`

## Imports

| Name | Namespace | File |
| --- | --- | --- |
| n | `urn:n` | `n.dmn` |

## Types

| Name | Type | Allowed values | Meaning |
| --- | --- | --- | --- |
| tA | list of `number` | `> 0`<br>the whole: `count(?) < 3` | ages |
| tB | context | | |
| tB.c | `tA` | | |
| tF | function (x: `Any`) giving `tA` | | |

## Inputs

| Name | Type | Meaning |
| --- | --- | --- |
| I | `tA` | |

## Decision: D

\\- why?

Type: `tB`

Requires: I, urn:n\\#x

Rests on: K

*No logic.*

## Function: B

Type: `tF`

Function of (x)

**body**

*nothing*

## Decision service: S

Answers: D

Is given inputs: I

## Source: K

paper

`https://x`
"""
    )


def test_the_page_of_a_guideline_does_not_depend_on_the_spelling() -> None:
    text = B12.read_text(encoding="utf-8")
    page = markdown(definitions(text))
    again = respelt(parse(text), Random(7))
    assert markdown(definitions(again)) == page
    assert markdown(definitions(canonical(again))) == page


def test_a_changed_cell_is_one_line() -> None:
    text = B12.read_text(encoding="utf-8")
    changed = text.replace("<text>(180..350)</text>", "<text>(180..351)</text>", 1)
    lines = difflib.unified_diff(
        markdown(definitions(text)).split("\n"), markdown(definitions(changed)).split("\n"), n=0
    )
    assert [line[0] for line in lines if line[:2] in ("+|", "-|")] == ["-", "+"]


@pytest.mark.parametrize("file", [B12, *SUITE], ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_model_of_the_suite(file: Path) -> None:
    """The lines of each table have as many cells as its head."""
    page = markdown(load_definitions(file))
    inside, width = False, 0
    for line in page.split("\n"):
        if line.startswith("```"):
            inside = not inside
        if inside or not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert width in (0, cells), line
        width = cells


# nothing becomes markup --------------------------------------------------------------------------


@given(st.text())
def test_text_is_one_line_without_markup(text: str) -> None:
    line = escaped(text)
    assert "\n" not in line
    bare = re.sub(r"\\[\\`*_\[\]|#~]|<br>|&(?:amp|lt|gt);", "", line)
    assert not re.search(r"[\\`*_\[\]|#~<>&]", bare)
    assert not re.match(r"[-+=]|\d+[.)]", paragraph(text))


@given(st.text(alphabet="`|\\ ab\n-"))
def test_code_shows_the_text_again(text: str) -> None:
    """A reader of Markdown finds the lines of the text between the fences."""
    cell = code_cell(text)
    spans = re.sub(r"\\(?=\|)", "", cell).split("<br>") if cell else []
    wanted = [line.rstrip() for line in text.strip().split("\n")] if text.strip() else []
    assert [_content(span) for span in spans] == wanted
    assert not re.search(r"(?<!\\)\|", cell)


def _content(span: str) -> str:
    if span in ("", "-"):
        return span
    fence = re.match(r"`+", span)[0]
    inner = span[len(fence) : -len(fence)]
    assert fence not in re.findall(r"`+", inner)
    padded = inner.startswith(" ") and inner.endswith(" ") and inner.strip()
    return inner[1:-1] if padded else inner


@given(st.text(alphabet="`a\n"))
def test_a_block_is_not_ended_by_its_text(text: str) -> None:
    first, *inner, last = block(text).split("\n")
    assert first == f"{last}feel"
    assert "\n".join(inner) == text
    assert last not in [line.strip() for line in inner]


def test_tables_are_not_padded() -> None:
    assert table(["a", ""], [["long", code("x")]]) == "| a | |\n| --- | --- |\n| long | `x` |"
