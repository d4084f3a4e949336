"""DMN files: what is read from them, in every version, and the words for what is wrong in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn import reading
from guidewright.dmn.model import (
    Aggregation,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    BusinessKnowledgeModel,
    Conditional,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    DrgElement,
    Expression,
    FunctionDefinition,
    HitPolicy,
    InputData,
    KnowledgeSource,
    LiteralExpression,
    Relation,
    RequirementKind,
    Text,
)
from guidewright.dmn.reader import load_definitions, read_definitions
from guidewright.dmn.versions import UNINTERPRETED, VERSIONS, Version
from guidewright.errors import Code, GuidewrightError, ModelError

SHARED = Path(__file__).parents[3] / "shared"
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


def written(text: Text | None) -> str | None:
    return text.text if text is not None else None


def cases() -> list[tuple[str, str]]:
    """Return the files of `faults.txt` and what is said about them."""
    lines = (Path(__file__).parent / "faults.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    return [
        (_file(body), f"m.dmn:{message.strip()}")
        for body, message in zip(rows[::2], rows[1::2], strict=True)
    ]


def _file(row: str) -> str:
    found = re.fullmatch(r"(file|model|decision|table)(?: \[(.*?)\])? ?(.*)", row)
    assert found, row
    body, attributes = found[3].replace("\\n", "\n"), f" {found[2]}" if found[2] else ""
    if found[1] in ("file", "decision"):
        return body if found[1] == "file" else decision(body)
    return (model if found[1] == "model" else table)(body, attributes)


@pytest.mark.parametrize(("text", "message"), cases(), ids=lambda value: value[-60:])
def test_a_fault_is_named_with_its_place(text: str, message: str) -> None:
    assert faults(text) == [message]


def test_all_faults_are_listed_in_order_of_the_file() -> None:
    text = model('<decision name="D"><decison/>\n<literalExpression texts=""/></decision>\n<a/>')
    assert [line.split(": ")[0] for line in faults(text)] == [
        "m.dmn:2:21",
        "m.dmn:3:20",
        "m.dmn:4:2",
    ]


def test_of_very_many_faults_the_first_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_NOTES", 2)
    assert faults(model("<a/>\n" * 5)) == [
        "m.dmn:2:2: dmn.structure: 'definitions' has no child element 'a'",
        "m.dmn:3:2: dmn.structure: 'definitions' has no child element 'a'",
        "m.dmn:3:2: dmn.structure: reading ends here, after 2 faults",
    ]


def test_boxed_expressions_nest_so_deep_and_no_deeper() -> None:
    assert logic("<list>" * 64 + "</list>" * 64, BoxedList).items
    (fault,) = faults(decision("<list>" * 65 + "</list>" * 65))
    assert fault == (
        "m.dmn:3:386: xml.limit: boxed expressions nest deeper than 64 "
        "(put the inner ones into a business knowledge model)"
    )
    nested = '<itemComponent name="c">' * 64 + "</itemComponent>" * 64
    (fault,) = faults(model(f'<itemDefinition name="t">{nested}</itemDefinition>'))
    assert fault.endswith(
        "xml.limit: item components nest deeper than 64 (give the inner ones a name)"
    )


def test_the_picture_of_a_fault() -> None:
    with pytest.raises(ModelError) as caught:
        read(
            decision('<informationRequirement><requiredInput href="#a"/></informationRequirement>')
        )
    assert str(caught.value) == (
        "m.dmn:3:46: dmn.reference: no element of the model has the id 'a'; it should be input "
        "data\n"
        ' 3 | <informationRequirement><requiredInput href="#a"/></informationRequirement>\n'
        "   |                                              ^^"
    )


# what is read ------------------------------------------------------------------------------------


def test_definitions() -> None:
    found = read(
        f'<x:definitions xmlns:x="{NAMESPACE}" id="i" name=" The\n model " namespace="urn:m" '
        f'label="L" expressionLanguage="{VERSIONS[4].feel}" typeLanguage="feel" '
        'exporter="e" xmlns:o="urn:o" o:any="1"><x:description>Why</x:description>'
        "<x:extensionElements><o:a><x:b/></o:a></x:extensionElements><o:c/>"
        '<x:textAnnotation id="n"><x:text>t</x:text></x:textAnnotation></x:definitions>'
    )
    assert (found.name, found.namespace, found.version) == ("The model", "urn:m", "1.5")
    assert (found.id, found.label, found.description) == ("i", "L", "Why")
    assert found.expression_language == VERSIONS[4].feel
    assert found.elements == ()


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


def test_the_requirement_graph() -> None:
    found = read(model(GRAPH))
    assert [type(item) for item in found.elements] == [
        *(DecisionService, Decision, Decision, InputData),
        *(BusinessKnowledgeModel, KnowledgeSource),
    ]
    by_id = found.by_id()
    decide, service, source = by_id["d"], by_id["s"], by_id["k"]
    assert isinstance(decide, Decision)
    assert decide.name == "Decide & act"
    assert decide.name_span.text == "Decide &amp; act"
    assert str(decide.name_span) == "m.dmn:7:24"
    assert decide.variable is not None
    assert (decide.variable.name, decide.variable.type and decide.variable.type.name) == (
        "Decide & act",
        "string",
    )
    assert (decide.question, decide.allowed_answers) == ("Q?", "A")
    shown = [(r.kind, r.target.namespace, r.target.id, r.id) for r in decide.requirements]
    assert shown == [
        (RequirementKind.INPUT, None, "i", "r1"),
        (RequirementKind.DECISION, None, "e", None),
        (RequirementKind.DECISION, "urn:n", "x", None),
        (RequirementKind.KNOWLEDGE, None, "b", None),
        (RequirementKind.AUTHORITY, None, "k", None),
    ]
    assert isinstance(service, DecisionService)
    groups = (
        *(service.output_decisions, service.encapsulated_decisions),
        *(service.input_decisions, service.input_data),
    )
    assert [[target.id for target in group] for group in groups] == [["d"], ["e"], ["e"], ["i"]]
    assert isinstance(source, KnowledgeSource)
    assert (source.type, source.location) == ("paper", "https://x")
    (imported,) = found.imports
    assert (imported.name, imported.namespace, imported.location) == ("n", "urn:n", "../n.dmn")


def test_a_business_knowledge_model() -> None:
    found = element(model(GRAPH), BusinessKnowledgeModel)
    assert found.logic is not None
    assert found.logic.kind == "FEEL"
    (parameter,) = found.logic.parameters
    assert (parameter.name, parameter.type and parameter.type.name) == ("p q", "number")
    assert isinstance(found.logic.body, BoxedList)


def test_a_literal_expression() -> None:
    found = logic('<literalExpression id="x" typeRef=" date  and time "><text> a </text>'
                  '</literalExpression>', LiteralExpression)  # fmt: skip
    assert (found.id, written(found.text), found.language) == ("x", " a ", None)
    assert found.type is not None
    assert (found.type.name, str(found.type.span)) == ("date and time", "m.dmn:3:36")
    for empty in ("", "<text/>", "<text> \n\u200b</text>"):
        body = f"<literalExpression>{empty}</literalExpression>"
        assert logic(body, LiteralExpression).text is None


def test_a_text_that_is_documentation_only() -> None:
    body = f'<literalExpression expressionLanguage="{UNINTERPRETED}"><text>ask</text>'
    assert logic(f"{body}</literalExpression>", LiteralExpression).language == UNINTERPRETED
    text = model(
        '<decision name="D"><literalExpression/></decision>',
        f' expressionLanguage="{UNINTERPRETED}"',
    )
    found = element(text, Decision).logic
    assert isinstance(found, LiteralExpression)
    assert found.language == UNINTERPRETED


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def shown(expression: Expression | None) -> str | None:
    assert expression is None or isinstance(expression, LiteralExpression)
    return None if expression is None else written(expression.text)


def test_boxed_context_list_relation_function() -> None:
    context = logic(
        f'<context><contextEntry><variable name="a" typeRef="t"/>{literal("1")}</contextEntry>'
        f"<contextEntry>{literal('a')}</contextEntry></context>",
        BoxedContext,
    )
    names = [entry.variable and entry.variable.name for entry in context.entries]
    assert names == ["a", None]
    assert [shown(entry.value) for entry in context.entries] == ["1", "a"]
    items = logic(f"<list>{literal('1')}<list/></list>", BoxedList).items
    assert [type(item) for item in items] == [LiteralExpression, BoxedList]
    relation = logic(
        f'<relation><column name="a"/><column name="b"/><row>{literal("1")}{literal("2")}</row>'
        "</relation>",
        Relation,
    )
    assert [column.name for column in relation.columns] == ["a", "b"]
    assert [[shown(cell) for cell in row] for row in relation.rows] == [["1", "2"]]
    function = logic('<functionDefinition kind="Java"/>', FunctionDefinition)
    assert (function.kind, function.parameters, function.body) == ("Java", (), None)


def test_boxed_invocation_conditional_filter_iterators() -> None:
    call = logic(
        f'<invocation>{literal("f")}<binding><parameter name="p"/>{literal("1")}</binding>'
        '<binding><parameter name="q"/></binding></invocation>',
        BoxedInvocation,
    )
    assert shown(call.function) == "f"
    assert [(b.parameter, shown(b.value)) for b in call.bindings] == [("p", "1"), ("q", None)]
    choice = logic(
        f"<conditional><else>{literal('3')}</else><if>{literal('1')}</if><then>{literal('2')}"
        "</then></conditional>",
        Conditional,
    )
    parts = (choice.condition, choice.then, choice.otherwise)
    assert [shown(part) for part in parts] == ["1", "2", "3"]
    chosen = logic(
        f"<filter><in>{literal('a')}</in><match>{literal('item')}</match></filter>", BoxedFilter
    )
    assert (shown(chosen.value), shown(chosen.match)) == ("a", "item")
    for kind, last in (("for", "return"), ("some", "satisfies"), ("every", "satisfies")):
        loop = logic(
            f'<{kind} iteratorVariable="i"><in typeRef="t">{literal("a")}</in>'
            f"<{last}>{literal('i')}</{last}></{kind}>",
            BoxedIterator,
        )
        found = (loop.kind, loop.variable, shown(loop.domain), shown(loop.result))
        assert found == (kind, "i", "a", "i")
        assert loop.domain_type is not None
        assert loop.domain_type.name == "t"


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


def test_a_decision_table() -> None:
    found = logic(TABLE, DecisionTable)
    assert (found.hit_policy, found.aggregation) == (HitPolicy.COLLECT, Aggregation.SUM)
    assert (found.corner, found.output_label, found.orientation) == ("C+", "Points", "Rule-as-Row")
    assert [clause.title for clause in found.inputs] == ["Age", "sex"]
    assert written(found.inputs[1].values) == '"m","f"'
    (output,) = found.outputs
    assert (output.name, written(output.values), written(output.default)) == ("points", "1, 2", "0")
    assert found.annotations == ("Statement id",)
    first, second = found.rules
    assert (first.row, first.name, first.description) == (1, "r1", "first")
    assert ([written(cell) for cell in first.inputs], first.annotations) == (["< 5", None], ("S1",))
    assert (second.row, second.name) == (2, "row 2")
    cell = second.inputs[1]
    assert cell is not None
    assert (cell.text, str(cell.span)) == ('\n  "f"', "m.dmn:18:64")


def test_item_definitions() -> None:
    text = model("""
<itemDefinition name="tAge" isCollection="1">
  <typeRef>number</typeRef>
  <allowedValues><text>[0..150]</text></allowedValues>
  <typeConstraint><text>count(?) &gt; 2</text></typeConstraint>
</itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="Full  name" typeRef="string"/>
  <itemComponent name="tree"><itemComponent name="leaf"/></itemComponent>
</itemDefinition>
<itemDefinition name="tF"><functionItem outputTypeRef="tAge"><parameters name="p" typeRef="string"/>
</functionItem></itemDefinition>""")
    age, person, function = read(text).item_definitions
    assert (age.name, age.type and age.type.name, age.is_collection) == ("tAge", "number", True)
    assert written(age.allowed_values) == "[0..150]"
    assert written(age.type_constraint) == "count(?) > 2"
    assert [(c.name, c.type and c.type.name) for c in person.components] == [
        ("Full name", "string"),
        ("tree", None),
    ]
    assert person.components[1].components[0].name == "leaf"
    assert function.function is not None
    assert function.function.result is not None
    assert function.function.result.name == "tAge"
    assert [p.name for p in function.function.parameters] == ["p"]


OLD = f"""<dmn:definitions xmlns:dmn="{VERSIONS[0].model}" xmlns:f="{VERSIONS[0].feel}"
  xmlns:lib="urn:lib" xmlns:own="urn:m" name="m" namespace="urn:m">
<dmn:import namespace="urn:lib" importType="{VERSIONS[0].model}"/>
<dmn:itemDefinition name="t"><dmn:typeRef>f:string</dmn:typeRef></dmn:itemDefinition>
<dmn:inputData name="a"><dmn:variable name="a" typeRef="lib:tPerson"/></dmn:inputData>
<dmn:inputData name="b"><dmn:variable name="b" typeRef="own:t"/></dmn:inputData>
<dmn:inputData name="c"><dmn:variable name="c" typeRef="t"/></dmn:inputData>
</dmn:definitions>"""


def test_types_of_dmn_1_1_are_qualified_names() -> None:
    found = read(OLD)
    assert found.version == "1.1"
    assert [item.name for item in found.imports] == ["lib"]
    assert found.item_definitions[0].type is not None
    assert found.item_definitions[0].type.name == "string"
    types = [item.variable and item.variable.type for item in found.input_data]
    assert [of and of.name for of in types] == ["lib.tPerson", "t", "t"]
    (fault,) = faults(OLD.replace("own:t", "no:t"))
    assert fault == (
        "m.dmn:6:57: dmn.reference: the prefix 'no' of the type 'no:t' stands for no imported "
        'model (declare it with xmlns:no="…" and import that namespace)'
    )


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_every_version_is_read(version: Version) -> None:
    text = model('<decision name="D"/>', f' expressionLanguage="{version.feel}"')
    assert read(text.replace(NAMESPACE, version.model)).version == version.name


# files --------------------------------------------------------------------------------------------


def test_files(tmp_path: Path) -> None:
    good = tmp_path / "good.dmn"
    good.write_text(decision(literal("1")), encoding="utf-16")
    assert load_definitions(good).name == "m"
    for path, text in (
        (tmp_path / "no.dmn", f"there is no file '{tmp_path}/no.dmn'"),
        (tmp_path, f"the file '{tmp_path}' cannot be read: Is a directory"),
    ):
        with pytest.raises(ModelError) as caught:
            load_definitions(path)
        assert str(caught.value) == f"{Code.FILE_MISSING}: {text}"


def test_the_official_suite_and_the_workloads_are_read() -> None:
    files = [file for name in ("tck", "bench") for file in (SHARED / name).rglob("*.dmn")]
    if not files:
        pytest.skip(f"the conformance suite and the workloads are not in {SHARED}")
    rules = 0
    for file in files:
        for found in load_definitions(file).decisions:
            rules += len(found.logic.rules) if isinstance(found.logic, DecisionTable) else 0
    assert len(files) > 100
    assert rules > 11_000


_MORE = f'<decision name="T">{TABLE}</decision>'.replace("r1", "r9")
SEED = model(GRAPH + _MORE)
PIECES = (
    "<",
    ">",
    "/",
    '"',
    "&",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<list>",
    "\0",
    "\ud7ff",
    "#d",
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 40),
            st.one_of(st.binary(max_size=4), st.sampled_from(PIECES).map(str.encode)),
        ),
        max_size=4,
    ),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_damaged_file_is_refused_in_words(
    edits: list[tuple[float, int, bytes]], encoding: str
) -> None:
    data = SEED.encode(encoding)
    for where, removed, added in edits:
        start = int(where * len(data))
        data = data[:start] + added + data[start + removed :]
    try:
        found = read_definitions(data, "m.dmn")
    except GuidewrightError as fault:
        notes = fault.notes
    else:
        notes = ()
        assert found.version == "1.5"
    assert all(note.span is not None for note in notes)


def test_the_seed_of_the_damaged_files_is_whole() -> None:
    assert len(read(SEED).elements) == 7
