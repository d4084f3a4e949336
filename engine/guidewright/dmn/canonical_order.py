"""The order in which a canonical DMN file writes attributes and child elements: tables to print.

In: the name of an element and of what it holds. Out: a rank. The order of children is that of the
XSD of DMN 1.5, which is also that of 1.2 to 1.4 and 1.6; what may stand there at all is in
`dmn.shapes` (a test compares the two). Elements of one slot, such as decisions and input data,
keep the author's order among themselves.
"""

from __future__ import annotations

from types import MappingProxyType

from guidewright.dmn.shapes import EXPRESSIONS

# Alternatives that share a slot of the schema.
_GROUPS = {
    "EXPRESSION": "|".join(sorted(EXPRESSIONS)),
    "DRG": "inputData|decision|businessKnowledgeModel|decisionService|knowledgeSource",
    "ARTIFACT": "textAnnotation|association|group",
    "BUSINESS": "performanceIndicator|organizationUnit",
}
_ITEM = "typeRef allowedValues typeConstraint itemComponent functionItem"
_FUNCTION = "formalParameter EXPRESSION"
_SLOTS: dict[str, str] = {
    "definitions": "import itemDefinition DRG ARTIFACT elementCollection BUSINESS",
    "itemDefinition": _ITEM,
    "itemComponent": _ITEM,
    "decision": "question allowedAnswers variable informationRequirement knowledgeRequirement "
    "authorityRequirement supportedObjective impactedPerformanceIndicator decisionMaker "
    "decisionOwner usingProcess usingTask EXPRESSION",
    "businessKnowledgeModel": "variable encapsulatedLogic knowledgeRequirement "
    "authorityRequirement",
    "decisionService": "variable outputDecision encapsulatedDecision inputDecision inputData",
    "knowledgeSource": "authorityRequirement type owner",
    "association": "sourceRef targetRef",
    "organizationUnit": "decisionMade decisionOwned",
    "contextEntry": "variable EXPRESSION",
    "invocation": "EXPRESSION binding",
    "binding": "parameter EXPRESSION",
    "relation": "column row",
    "functionDefinition": _FUNCTION,
    "encapsulatedLogic": _FUNCTION,
    "conditional": "if then else",
    "filter": "in match",
    "for": "in return",
    "some": "in satisfies",
    "every": "in satisfies",
    "decisionTable": "input output annotation rule",
    "input": "inputExpression inputValues",
    "output": "outputValues defaultOutputEntry",
    "rule": "inputEntry outputEntry annotationEntry",
}
# DMN 1.1 wrote the logic of a business knowledge model before its variable.
_SLOTS_1_1 = {
    "businessKnowledgeModel": "encapsulatedLogic variable knowledgeRequirement authorityRequirement"
}
_FIRST = "description extensionElements"
UNRANKED = 50  # an element of DMN where the schema names no order
FOREIGN = 98  # an element of another tool outside `extensionElements`
DIAGRAMS = 99  # `DMNDI`, the last child of `definitions`


def _ranks(slots: str) -> MappingProxyType[str, int]:
    words = [_GROUPS.get(word, word) for word in f"{_FIRST} {slots}".split()]
    return MappingProxyType(
        {name: rank for rank, slot in enumerate(words) for name in slot.split("|")}
    )


CHILDREN: MappingProxyType[str, MappingProxyType[str, int]] = MappingProxyType(
    {element: _ranks(slots) for element, slots in _SLOTS.items()}
)
_CHILDREN_1_1 = MappingProxyType({element: _ranks(slots) for element, slots in _SLOTS_1_1.items()})
_ANY_CHILDREN = _ranks("")

# All attributes of DMN, DMNDI, DI and DC; the others follow in order of the alphabet.
_ATTRIBUTES = (
    "id name label namespace locationURI importType href kind typeRef outputTypeRef "
    "expressionLanguage typeLanguage exporter exporterVersion isCollection iteratorVariable "
    "hitPolicy aggregation preferredOrientation outputLabel URI textFormat associationDirection "
    "dmnElementRef sourceElement targetElement sharedStyle isListedInputData isCollapsed "
    "documentation resolution useAlternativeInputDataShape fontFamily fontSize fontItalic "
    "fontBold fontUnderline fontStrikeThrough labelHorizontalAlignement labelVerticalAlignment "
    "red green blue x y width height"
)
ATTRIBUTES: tuple[str, ...] = tuple(_ATTRIBUTES.split())
_ATTRIBUTE_RANKS = {name: rank for rank, name in enumerate(ATTRIBUTES)}

# Elements whose text is a value: white space in them is never touched.
TEXTS: frozenset[str] = frozenset(
    {"text", "description", "question", "allowedAnswers", "typeRef", "type", "importedElement"}
)
# Elements that stand in one line with the only leaf they hold: a cell is a line.
_LINES = (
    "allowedValues typeConstraint itemComponent inputData parameter inputExpression inputValues "
    "outputValues defaultOutputEntry inputEntry outputEntry annotationEntry literalExpression "
    "informationRequirement knowledgeRequirement authorityRequirement textAnnotation"
)
LINES: frozenset[str] = frozenset(_LINES.split())


def attribute_rank(name: str) -> tuple[int, str]:
    """Return the key by which the plain attributes of an element are sorted."""
    return _ATTRIBUTE_RANKS.get(name, len(ATTRIBUTES)), name


def child_ranks(element: str, version: str) -> MappingProxyType[str, int]:
    """Return the ranks of the children of an element, by their names."""
    if version == "1.1" and element in _CHILDREN_1_1:
        return _CHILDREN_1_1[element]
    return CHILDREN.get(element, _ANY_CHILDREN)
