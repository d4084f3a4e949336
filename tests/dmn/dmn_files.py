"""Small DMN files for the tests, and the ways to read them."""

from __future__ import annotations

from typing import TypeVar

import pytest

from guidewright.dmn.model import Decision, Definitions, DrgElement, Expression
from guidewright.dmn.reader import read_definitions
from guidewright.errors import ModelError

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
E = TypeVar("E", bound=Expression)
D = TypeVar("D", bound=DrgElement)


def model(body: str, attributes: str = "") -> str:
    """Return a file whose second line begins `body`."""
    return (
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m"{attributes}>\n{body}\n'
        "</definitions>"
    )


def decision(body: str) -> str:
    """Return a file whose third line begins the `body` of a decision."""
    return model(f'<decision name="D" id="d">\n{body}\n</decision>')


def table(body: str, attributes: str = "") -> str:
    """Return a file whose third line begins the `body` of a decision table."""
    return model(
        f'<decision name="D"><decisionTable{attributes}>\n{body}\n</decisionTable></decision>'
    )


def read(text: str) -> Definitions:
    return read_definitions(text.encode(), "m.dmn")


def element(text: str, kind: type[D]) -> D:
    """Return the only element of a kind."""
    (found,) = (found for found in read(text).elements if isinstance(found, kind))
    return found


def logic(body: str, kind: type[E]) -> E:
    """Return the logic of a decision."""
    found = element(decision(body), Decision).logic
    assert isinstance(found, kind)
    return found


def faults(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ModelError) as caught:
        read_definitions(data, "m.dmn")
    return [str(note) for note in caught.value.notes]


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


GRAPH = """
<decisionService name="S" id="s">
  <outputDecision href="#d"/><encapsulatedDecision href="#e"/>
  <inputDecision href="#e"/><inputData href="#i"/>
</decisionService>
<decision id="d" name="Decide &amp; act">
  <literalExpression id="l" typeRef=" date  and time "><text> a </text></literalExpression>
  <informationRequirement id="r1"><requiredInput href="#i"/></informationRequirement>
  <informationRequirement><requiredDecision href="urn:m#e"/></informationRequirement>
  <informationRequirement><requiredDecision href="urn:n#x"/></informationRequirement>
  <knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>
  <authorityRequirement><requiredAuthority href="#k"/></authorityRequirement>
  <question>Q?</question><allowedAnswers>A</allowedAnswers>
  <decisionOwner href="#nobody"/>
  <variable typeRef="string"/>
</decision>
<decision id="e" name="E"/>
<inputData id="i" name="I"><variable name="I" typeRef="n.tAge"/></inputData>
<businessKnowledgeModel id="b" name="B">
  <encapsulatedLogic><formalParameter name=" p  q " typeRef="number"/><list/></encapsulatedLogic>
</businessKnowledgeModel>
<knowledgeSource id="k" name="K" locationURI="https://x"><type>paper</type></knowledgeSource>
<import name="n" namespace="urn:n" importType="t" locationURI="../n.dmn"/>
"""


TABLE = """<decisionTable id="t" hitPolicy="COLLECT" aggregation="SUM" outputLabel="Points">
<rule id="r1">
  <description>first</description>
  <inputEntry><text><![CDATA[< 5]]></text></inputEntry><inputEntry/>
  <outputEntry><text>1</text></outputEntry>
  <annotationEntry><text>S1</text></annotationEntry>
</rule>
<annotation name=" Statement  id "/>
<output name="points" typeRef="number">
  <outputValues><text>1, 2</text></outputValues>
  <defaultOutputEntry><text>0</text></defaultOutputEntry>
</output>
<input label="Age"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
<input><inputExpression><text> sex </text></inputExpression>
  <inputValues><text>"m","f"</text></inputValues></input>
<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>
  "f"</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable>"""
