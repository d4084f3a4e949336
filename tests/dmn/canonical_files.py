"""What the tests of the canonical form share: writing it, and comparing models up to places."""

from __future__ import annotations

import dataclasses
from typing import Any

from dmn_files import model

from guidewright.dmn.canonical import canonical_xml
from guidewright.dmn.model import Definitions, Text
from guidewright.dmn.reader import definitions_of
from guidewright.dmn.xml import XmlDocument
from guidewright.dmn.xml_parser import parse_xml
from guidewright.source import Span


def parse(text: str | bytes) -> XmlDocument:
    return parse_xml(text.encode() if isinstance(text, str) else text, "m.dmn")


def canonical(text: str | bytes) -> str:
    """Return the canonical form, which must read without a fault and be its own canonical form."""
    document = parse(text)
    definitions_of(document)
    written = canonical_xml(document)
    again = parse(written)
    definitions_of(again)
    assert canonical_xml(again) == written
    return written


def body(text: str) -> str:
    """Return what stands inside the root of a canonical file."""
    lines = text.split("\n")
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert lines[-1] == ""
    assert lines[-2] == "</definitions>"
    return "\n".join(lines[2:-2])


def definitions(text: str) -> Definitions:
    return definitions_of(parse(text))


# equality up to places -------------------------------------------------------------------------


def difference(before: Any, after: Any, way: str = "") -> str | None:
    """Say where two parts of models differ, other than in places and in ids that are new."""
    if isinstance(before, Text):
        same = isinstance(after, Text) and before.text == after.text
        return None if same else f"{way}: {before} {after}"
    if type(before) is not type(after):
        new_id = way.endswith(".id") and before is None
        return None if new_id else f"{way}: {before!r} {after!r}"
    if isinstance(before, Span):
        return None
    if dataclasses.is_dataclass(before):
        pairs = (
            (f"{way}.{field.name}", getattr(before, field.name), getattr(after, field.name))
            for field in dataclasses.fields(before)
        )
    elif isinstance(before, tuple):
        if len(before) != len(after):
            return f"{way}: {len(before)} {len(after)}"
        pairs = (
            (f"{way}[{index}]", *pair) for index, pair in enumerate(zip(before, after, strict=True))
        )
    else:
        return None if before == after else f"{way}: {before!r} {after!r}"
    return next(filter(None, (difference(old, new, name) for name, old, new in pairs)), None)


RICH = model(
    """<description>  Two
  lines &amp; blanks </description>
<!-- above the extension -->
<extensionElements><ext:a ext:k="1" b="2&#10;3"> mixed <ext:b>&lt;</ext:b><!-- in --> </ext:a>
<ext:blank> </ext:blank><ext:deep><ext:c z="1" y="2"/><?go on?></ext:deep></extensionElements>
<!-- above the type -->
<itemDefinition name="tA"><typeRef>number</typeRef>
<allowedValues><text>[0..1]</text></allowedValues></itemDefinition>
<decision name="D" id="d" ext:mark="&quot;&lt;&#9;"><variable name="D"/>
<decisionTable><input><inputExpression><text>i</text></inputExpression></input>
<output/><annotation name="why"/><rule><inputEntry><text>&gt; 1&#13;
</text></inputEntry><outputEntry><text></text></outputEntry>
<annotationEntry><text>]]&gt;</text></annotationEntry></rule></decisionTable>
<informationRequirement><requiredInput href="#input-i"/></informationRequirement></decision>
<inputData name="I"><variable name="I" typeRef="tA"/></inputData>
<textAnnotation><text>note</text></textAnnotation>
<dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="d" id="s">
<dc:Bounds height="1" width="2" x="3" y="4"/></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
<?last one?>""".replace("#input-i", "#i").replace(
        '<inputData name="I"', '<inputData id="i" name="I"'
    ),
    ' xmlns:ext="urn:ext" xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"'
    ' xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"',
)
