"""What each element of a DMN file may hold: a table to print.

In: nothing. Out: `SHAPES`, by which `reading.Reading.parts` finds attributes and children that
the standard does not know: a misspelt `hitpolicy` or `infomationRequirement` would otherwise
change a model's meaning without a word. The rows are those of the XSD of DMN 1.5, which contain
those of 1.1 to 1.4 and of 1.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

# Boxed expressions (the substitution group `expression`).
EXPRESSIONS: frozenset[str] = frozenset(
    {"literalExpression", "decisionTable", "context", "invocation", "list", "relation"}
    | {"functionDefinition", "conditional", "filter", "for", "some", "every"}
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Names of plain attributes; of children, with the name they are filed under; what is single.

    Every boxed expression is filed under `expression`.
    """

    attributes: frozenset[str]
    children: MappingProxyType[str, str]
    once: frozenset[str]


def _shape(attributes: str, one: str = "", many: str = "") -> Shape:
    once = frozenset(f"description extensionElements {one}".split())
    names = {name: name for name in (*once, *many.split())}
    if names.pop("expression", None) is not None:
        names.update(dict.fromkeys(EXPRESSIONS, "expression"))
    return Shape(frozenset(f"id label {attributes}".split()), MappingProxyType(names), once)


_REFERENCES = (
    "supportedObjective impactedPerformanceIndicator decisionMaker decisionOwner usingProcess "
    "usingTask"
)

SHAPES: MappingProxyType[str, Shape] = MappingProxyType(
    {
        "definitions": _shape(
            "name namespace expressionLanguage typeLanguage exporter exporterVersion",
            many="import itemDefinition inputData decision businessKnowledgeModel decisionService "
            "knowledgeSource textAnnotation association group elementCollection "
            "performanceIndicator organizationUnit",
        ),
        "import": _shape("name namespace locationURI importType"),
        # types
        "itemDefinition": _shape(
            "name typeLanguage isCollection typeRef",
            "typeRef allowedValues typeConstraint functionItem",
            "itemComponent",
        ),
        "functionItem": _shape("outputTypeRef", many="parameters"),
        "variable": _shape("name typeRef"),
        # the requirement graph
        "inputData": _shape("name", "variable"),
        "decision": _shape(
            "name",
            "question allowedAnswers variable expression",
            f"informationRequirement knowledgeRequirement authorityRequirement {_REFERENCES}",
        ),
        "businessKnowledgeModel": _shape(
            "name", "variable encapsulatedLogic", "knowledgeRequirement authorityRequirement"
        ),
        "decisionService": _shape(
            "name", "variable", "outputDecision encapsulatedDecision inputDecision inputData"
        ),
        "knowledgeSource": _shape("name locationURI", "type owner", "authorityRequirement"),
        "informationRequirement": _shape("", "requiredDecision requiredInput"),
        "knowledgeRequirement": _shape("", "requiredKnowledge"),
        "authorityRequirement": _shape("", "requiredDecision requiredInput requiredAuthority"),
        "reference": _shape("href"),
        # boxed expressions
        "literalExpression": _shape("typeRef expressionLanguage", "text importedValues"),
        "unaryTests": _shape("typeRef expressionLanguage", "text"),
        "context": _shape("typeRef", many="contextEntry"),
        "contextEntry": _shape("", "variable expression"),
        "invocation": _shape("typeRef", "expression", "binding"),
        "binding": _shape("", "parameter expression"),
        "list": _shape("typeRef", many="expression"),
        "relation": _shape("typeRef", many="column row"),
        "functionDefinition": _shape("typeRef kind", "expression", "formalParameter"),
        "conditional": _shape("typeRef", "if then else"),
        "filter": _shape("typeRef", "in match"),
        "for": _shape("typeRef iteratorVariable", "in return"),
        "some": _shape("typeRef iteratorVariable", "in satisfies"),
        "every": _shape("typeRef iteratorVariable", "in satisfies"),
        "child": _shape("typeRef", "expression"),
        # decision tables
        "decisionTable": _shape(
            "typeRef hitPolicy aggregation preferredOrientation outputLabel",
            many="input output annotation rule",
        ),
        "input": _shape("", "inputExpression inputValues"),
        "output": _shape("name typeRef", "outputValues defaultOutputEntry"),
        "annotation": _shape("name"),
        "rule": _shape("", many="inputEntry outputEntry annotationEntry"),
        "annotationEntry": _shape("", "text"),
    }
)
