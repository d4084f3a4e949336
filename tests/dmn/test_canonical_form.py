"""What the canonical form looks like: order, comments, prefixes, ids; and the tables behind it."""

from __future__ import annotations

from canonical_files import RICH, body, canonical, definitions, difference, parse
from dmn_files import model

from guidewright.dmn.canonical import canonical_xml
from guidewright.dmn.canonical_order import ATTRIBUTES, CHILDREN
from guidewright.dmn.shapes import SHAPES


def test_the_form() -> None:
    assert (
        body(canonical(RICH))
        == """\
  <description>  Two
  lines &amp; blanks </description>
  <!-- above the extension -->
  <extensionElements>
    <ext:a b="2&#10;3" ext:k="1"> mixed <ext:b>&lt;</ext:b><!-- in --> </ext:a>
    <ext:blank> </ext:blank>
    <ext:deep>
      <ext:c y="2" z="1"/>
      <?go on?>
    </ext:deep>
  </extensionElements>
  <!-- above the type -->
  <itemDefinition id="type-ta" name="tA">
    <typeRef>number</typeRef>
    <allowedValues><text>[0..1]</text></allowedValues>
  </itemDefinition>
  <decision id="d" name="D" ext:mark="&quot;&lt;&#9;">
    <variable name="D"/>
    <informationRequirement id="d-requires-i"><requiredInput href="#i"/></informationRequirement>
    <decisionTable id="d-table">
      <input id="d-table-input-1">
        <inputExpression><text>i</text></inputExpression>
      </input>
      <output id="d-table-output-1"/>
      <annotation name="why"/>
      <rule id="d-table-rule-1">
        <inputEntry><text>&gt; 1&#13;
</text></inputEntry>
        <outputEntry><text></text></outputEntry>
        <annotationEntry><text>]]&gt;</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
  <inputData id="i" name="I"><variable name="I" typeRef="tA"/></inputData>
  <textAnnotation id="note-1"><text>note</text></textAnnotation>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram>
      <dmndi:DMNShape id="s" dmnElementRef="d">
        <dc:Bounds x="3" y="4" width="2" height="1"/>
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
  <?last one?>"""
    )


def test_comments_keep_their_element() -> None:
    text = model(
        '<decision name="D"> <!-- first -->\n'
        "<literalExpression><text>1</text></literalExpression> <!-- beside -->\n"
        '<!-- above --><variable name="D"/><!-- in\n two lines --></decision>'
    )
    assert body(canonical(text)) == (
        '  <decision id="decision-d" name="D">\n'
        "    <!-- above -->\n"
        '    <variable name="D"/> <!-- in\n two lines -->\n'
        "    <!-- first -->\n"
        "    <literalExpression><text>1</text></literalExpression> <!-- beside -->\n"
        "  </decision>"
    )


def test_what_stands_around_the_root_stays() -> None:
    text = f"<?xml version='1.1'?><!-- a --><?b c?>{model('')}<!--d--><?e?>"
    lines = canonical(text).split("\n")
    assert lines[:3] == ['<?xml version="1.0" encoding="UTF-8"?>', "<!-- a -->", "<?b c?>"]
    assert lines[-3:] == ["<!--d-->", "<?e?>", ""]


def test_the_encoding_becomes_utf_8() -> None:
    text = model("<description>µg</description>")
    assert canonical(text.encode("utf-16")) == canonical(text)


def test_preserved_white_space() -> None:
    text = model(
        '<extensionElements><e:a xmlns:e="urn:e" xml:space="preserve"> <e:b/>\n</e:a>'
        "</extensionElements>"
    )
    assert '    <e:a xml:space="preserve"> <e:b/>\n</e:a>\n' in canonical(text)


def test_elements_of_other_tools_outside_extension_elements() -> None:
    text = model(
        '<x:a xmlns:x="urn:x"/><decision name="D"><x:b xmlns:x="urn:x"/><variable name="D"/>'
        "</decision>"
    )
    assert body(canonical(text)) == (
        '  <decision id="decision-d" name="D">\n    <variable name="D"/>\n    <x:b/>\n'
        "  </decision>\n  <x:a/>"
    )


# namespaces ------------------------------------------------------------------------------------


def root_line(text: str) -> str:
    return canonical(text).split("\n")[1]


def test_prefixes() -> None:
    names = " ".join(
        f'xmlns:{prefix}="{namespace}"'
        for prefix, namespace in (
            ("z", "https://www.omg.org/spec/DMN/20230324/DMNDI/"),
            ("y", "http://www.omg.org/spec/DMN/20180521/DI/"),
            ("feel", "urn:mine"),
            ("f", "https://www.omg.org/spec/DMN/20230324/FEEL/"),
            ("old", "https://www.omg.org/spec/DMN/20191111/FEEL/"),
            ("b", "urn:b"),
            ("a", "urn:a"),
        )
    )
    declared = root_line(model("", f" {names}")).partition(" name=")[0]
    assert declared == (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"'
        ' xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/"'
        ' xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"'
        ' xmlns:feel="https://www.omg.org/spec/DMN/20230324/FEEL/"'
        ' xmlns:feel2="https://www.omg.org/spec/DMN/20191111/FEEL/"'
        ' xmlns:a="urn:a" xmlns:b="urn:b" xmlns:feel3="urn:mine"'
    )


def test_inner_declarations_move_to_the_root() -> None:
    text = model(
        '<extensionElements><e:a xmlns:e="urn:1"/><e:a xmlns:e="urn:2"/><b xmlns="urn:3"/>'
        '<n xmlns=""><m/></n></extensionElements>'
    )
    written = canonical(text)
    assert ' xmlns:e="urn:1" xmlns:e2="urn:2" xmlns:ns="urn:3" ' in written
    assert body(written).split("\n")[1:-1] == [
        "    <e:a/>",
        "    <e2:a/>",
        "    <ns:b/>",
        '    <n xmlns="">',
        "      <m/>",
        "    </n>",
    ]


def test_a_model_inside_an_element_without_namespace() -> None:
    namespace = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    text = model(
        f'<extensionElements><n xmlns=""><d:decision xmlns:d="{namespace}" name="X" d:k="1"/></n>'
        "</extensionElements>"
    )
    written = canonical(text)
    assert f'<n xmlns="">\n      <decision xmlns="{namespace}" name="X" dmn:k="1"/>' in written
    assert f' xmlns:dmn="{namespace}"' in written


def test_names_with_a_prefix_follow_it() -> None:
    text = model(
        '<extensionElements><p:a xsi:type="p:t"/><q xmlns="urn:1" xsi:type="u"/>'
        '</extensionElements><w:DMNDI><w:DMNShape dmnElementRef="own:d"/></w:DMNDI>',
        ' xmlns:p="urn:1" xmlns:p2="urn:1" xmlns:own="urn:m"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:w="https://www.omg.org/spec/DMN/20230324/DMNDI/"',
    )
    written = canonical(text.replace('xsi:type="p:t"', 'xsi:type="p2:t"'))
    assert '<p:a xsi:type="p:t"/>' in written
    assert '<p:q xsi:type="p:u"/>' in written
    assert '<dmndi:DMNShape dmnElementRef="own:d"/>' in written


DMN_1_1 = """<semantic:definitions xmlns:semantic="http://www.omg.org/spec/DMN/20151101/dmn.xsd"
 xmlns="urn:m" xmlns:own="urn:m" xmlns:F="http://www.omg.org/spec/FEEL/20140401" xmlns:lib="urn:lib"
 name="m" namespace="urn:m">
<semantic:import namespace="urn:lib" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>
<semantic:itemDefinition name="tA"><semantic:typeRef>F:number</semantic:typeRef>
</semantic:itemDefinition>
<semantic:decision id="d" name="D"><semantic:variable name="D" typeRef="own:tA"/>
<semantic:informationRequirement><semantic:requiredInput href="#i"/>
</semantic:informationRequirement></semantic:decision>
<semantic:inputData id="i" name="I"><semantic:variable name="I" typeRef="lib:tB"/>
</semantic:inputData>
<semantic:businessKnowledgeModel id="b" name="B"><semantic:variable name="B" typeRef="F:string"/>
<semantic:encapsulatedLogic/></semantic:businessKnowledgeModel></semantic:definitions>"""


def test_dmn_1_1() -> None:
    """Types are names with a prefix, an import is called by its prefix, requirements have no id."""
    written = canonical(DMN_1_1)
    assert difference(definitions(DMN_1_1), definitions(written)) is None
    assert body(written).split("\n") == [
        '  <import namespace="urn:lib" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>',
        '  <itemDefinition id="type-ta" name="tA">',
        "    <typeRef>feel:number</typeRef>",
        "  </itemDefinition>",
        '  <decision id="d" name="D">',
        '    <variable name="D" typeRef="own:tA"/>',
        '    <informationRequirement><requiredInput href="#i"/></informationRequirement>',
        "  </decision>",
        '  <inputData id="i" name="I"><variable name="I" typeRef="lib:tB"/></inputData>',
        '  <businessKnowledgeModel id="b" name="B">',
        "    <encapsulatedLogic/>",
        '    <variable name="B" typeRef="feel:string"/>',
        "  </businessKnowledgeModel>",
    ]


# ids -------------------------------------------------------------------------------------------


def test_new_ids_avoid_those_that_are_there() -> None:
    text = model(
        '<extensionElements><x id="decision-a" xmlns=""/></extensionElements>'
        '<decision name="A"/><decision name="A!"/><decision name="!"/><decision id="" name="µ"/>'
        '<decision name="Größe (µg)" id="decision-a-2"/>'
    )
    ids = [element.id for element in definitions(canonical(text)).elements]
    assert ids == ["decision-a-3", "decision-a-4", "decision-3", "decision-4", "decision-a-2"]


def test_ten_thousand_ids_that_would_be_the_same() -> None:
    requirement = '<authorityRequirement><requiredAuthority href="#k"/></authorityRequirement>'
    text = model(
        f'<knowledgeSource id="k" name="K">{requirement.replace("#k", "#j") * 10_000}'
        '</knowledgeSource><knowledgeSource id="j" name="J"/>'
    )
    assert 'id="k-requires-j-10000"' in canonical_xml(parse(text))


# the tables ------------------------------------------------------------------------------------

HOLD_ONE_OF_SEVERAL = {
    "informationRequirement",
    "authorityRequirement",
    "literalExpression",
}
SAME_SHAPE = {"itemComponent": "itemDefinition", "encapsulatedLogic": "functionDefinition"}


def test_the_order_knows_what_elements_may_hold() -> None:
    for name, shape in SHAPES.items():
        held = set(shape.children) - {"description", "extensionElements"}
        ranked = set(CHILDREN.get(name, {})) - {"description", "extensionElements"}
        if name in CHILDREN:
            assert ranked == held, name
        else:
            slots = {shape.children[each] for each in held}
            assert len(slots) <= 1 or name in HOLD_ONE_OF_SEVERAL, name
        assert shape.attributes <= set(ATTRIBUTES), name
    for name, same in SAME_SHAPE.items():
        assert CHILDREN[name] == CHILDREN[same]


def test_deep_trees_are_written() -> None:
    depth = 250
    inner = '<a xmlns="">' * depth + "</a>" * depth
    assert canonical(model(f"<extensionElements>{inner}</extensionElements>")).count("<a") == depth
