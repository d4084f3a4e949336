"""What is read from DMN files of every version: each kind of element, type and expression."""

from __future__ import annotations

import pytest
from dmn_files import (
    GRAPH,
    NAMESPACE,
    TABLE,
    element,
    faults,
    literal,
    logic,
    model,
    read,
)

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
from guidewright.dmn.versions import UNINTERPRETED, VERSIONS, Version


def written(text: Text | None) -> str | None:
    return text.text if text is not None else None


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
