"""A DMN model as the author wrote it: frozen data, FEEL texts with their places, ids and names.

In: what `dmn.reader` found in the XML. Out: what the compiler, the drawings and the analysis read.
Nothing here is checked or compiled; the words are those of DMN 1.5 (clauses 6 to 8 and 10.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from guidewright.source import Source, Span


@dataclass(frozen=True, slots=True)
class Text:
    """A FEEL text and where it stands; `source` holds it and nothing else."""

    source: Source

    @property
    def text(self) -> str:
        """The text as FEEL reads it (XML entities already decoded)."""
        return self.source.text

    @property
    def span(self) -> Span:
        """The whole text."""
        return Span(self.source, 0, len(self.source.text))


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A `typeRef` as written: a built-in type or an item definition, perhaps imported."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Element:
    """What every DMN element may have."""

    id: str | None
    span: Span
    label: str | None
    description: str | None


# item definitions (DMN 1.5, 7.3.2) ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemDefinition(Element):
    """A named type: a reference, components, or a function item; perhaps a collection of it.

    `allowed_values` holds for each element of a collection, `type_constraint` for the whole.
    """

    name: str
    type: TypeReference | None
    components: tuple[ItemDefinition, ...]
    function: FunctionItem | None
    is_collection: bool
    allowed_values: Text | None
    type_constraint: Text | None


@dataclass(frozen=True, slots=True)
class FunctionItem:
    """The parameters and result of a function type."""

    parameters: tuple[Variable, ...]
    result: TypeReference | None


@dataclass(frozen=True, slots=True)
class Variable:
    """An information item: the name a value is known by, and its type."""

    name: str
    type: TypeReference | None
    span: Span


# expressions (DMN 1.5, 7.3.1, 10.2) --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression(Element):
    """A boxed expression; its value is converted to `type` when one is given."""

    type: TypeReference | None


@dataclass(frozen=True, slots=True)
class LiteralExpression(Expression):
    """A FEEL text; `text` is None when the box is empty.

    `language` is None for FEEL; otherwise the text is documentation and is never evaluated.
    """

    text: Text | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """One entry of a boxed context; without a variable it is the result of the whole."""

    variable: Variable | None
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class BoxedContext(Expression):
    """Entries in order; each sees the earlier ones."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """An argument of an invocation, by parameter name; no expression means null."""

    parameter: str
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class BoxedInvocation(Expression):
    """A call of `function` with named arguments."""

    function: Expression | None
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class BoxedList(Expression):
    """A list, one expression an item."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Relation(Expression):
    """A list of contexts, written as a table."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Expression):
    """A function with its parameters; `kind` is FEEL, Java, PMML or ONNX."""

    parameters: tuple[Variable, ...]
    body: Expression | None
    kind: str


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """The boxed `if` (DMN 1.4)."""

    condition: Expression | None
    then: Expression | None
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class BoxedFilter(Expression):
    """The boxed filter (DMN 1.4)."""

    value: Expression | None
    match: Expression | None


@dataclass(frozen=True, slots=True)
class BoxedIterator(Expression):
    """The boxed `for`, `some` and `every` (DMN 1.4); `kind` is one of these words."""

    kind: str
    variable: str
    domain: Expression | None
    domain_type: TypeReference | None
    result: Expression | None


# decision tables (DMN 1.5, clause 8) ------------------------------------------------------------


class HitPolicy(StrEnum):
    """What a table answers when several rules match (Table 28); the values are DMN's."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"

    @property
    def letter(self) -> str:
        """The letter that stands in a table's corner."""
        return self.value[0]

    @property
    def multiple(self) -> bool:
        """Whether the answer is a list."""
        return self in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)


class Aggregation(StrEnum):
    """How COLLECT folds the outputs; the values are DMN's."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"

    @property
    def symbol(self) -> str:
        """The sign that stands behind the C in a table's corner."""
        return {"SUM": "+", "COUNT": "#", "MIN": "<", "MAX": ">"}[self.value]


@dataclass(frozen=True, slots=True)
class InputClause(Element):
    """A column of conditions."""

    expression: Text | None
    type: TypeReference | None
    values: Text | None

    @property
    def title(self) -> str:
        """What to write at the head of the column."""
        return self.label or (self.expression.text.strip() if self.expression else "")


@dataclass(frozen=True, slots=True)
class OutputClause(Element):
    """A column of conclusions; `values` are also their order of priority."""

    name: str | None
    type: TypeReference | None
    values: Text | None
    default: Text | None

    @property
    def title(self) -> str:
        """What to write at the head of the column."""
        return self.label or self.name or ""


@dataclass(frozen=True, slots=True)
class Rule(Element):
    """One row: as many input entries as the table has inputs; None for an absent text."""

    row: int
    inputs: tuple[Text | None, ...]
    outputs: tuple[Text | None, ...]
    annotations: tuple[str, ...]

    @property
    def name(self) -> str:
        """The id an author sees: the XML id, else the row number."""
        return self.id or f"row {self.row}"


@dataclass(frozen=True, slots=True)
class DecisionTable(Expression):
    """Conditions, conclusions and rules; rows count from 1."""

    hit_policy: HitPolicy
    aggregation: Aggregation | None
    orientation: str
    output_label: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    annotations: tuple[str, ...]
    rules: Sequence[Rule]

    @property
    def corner(self) -> str:
        """The hit policy as it stands in the table's corner: `U` or `C+`."""
        return self.hit_policy.letter + (self.aggregation.symbol if self.aggregation else "")


# the requirement graph (DMN 1.5, clause 6) ------------------------------------------------------


class RequirementKind(StrEnum):
    """What a requirement brings into scope."""

    INPUT = "required input"
    DECISION = "required decision"
    KNOWLEDGE = "required knowledge"
    AUTHORITY = "required authority"


@dataclass(frozen=True, slots=True)
class Reference:
    """An `href`: the id of an element, and the namespace of its model when it names one."""

    namespace: str | None
    id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Requirement:
    """An arrow of the requirement graph, seen from the element that requires."""

    kind: RequirementKind
    target: Reference
    id: str | None


@dataclass(frozen=True, slots=True)
class DrgElement(Element):
    """A node of the requirement graph; `name_span` is where its name is written."""

    name: str
    name_span: Span
    variable: Variable | None


@dataclass(frozen=True, slots=True)
class InputData(DrgElement):
    """A value the caller gives."""


@dataclass(frozen=True, slots=True)
class Decision(DrgElement):
    """A value that is computed from its requirements."""

    question: str | None
    allowed_answers: str | None
    requirements: tuple[Requirement, ...]
    logic: Expression | None


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel(DrgElement):
    """A function that decisions call."""

    requirements: tuple[Requirement, ...]
    logic: FunctionDefinition | None


@dataclass(frozen=True, slots=True)
class DecisionService(DrgElement):
    """A part of the graph with an interface; callable like a function (DMN 1.5, 10.4)."""

    output_decisions: tuple[Reference, ...]
    encapsulated_decisions: tuple[Reference, ...]
    input_decisions: tuple[Reference, ...]
    input_data: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeSource(DrgElement):
    """Where the logic comes from: a document, a person; never executed."""

    type: str | None
    location: str | None
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements are used under `name`."""

    name: str
    namespace: str
    import_type: str
    location: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Definitions(Element):
    """A whole model file."""

    name: str
    namespace: str
    version: str
    expression_language: str | None
    type_language: str | None
    imports: tuple[Import, ...]
    item_definitions: tuple[ItemDefinition, ...]
    elements: tuple[DrgElement, ...]

    @property
    def decisions(self) -> Iterator[Decision]:
        """The decisions, in the order of the file."""
        return (element for element in self.elements if isinstance(element, Decision))

    @property
    def input_data(self) -> Iterator[InputData]:
        """The input data, in the order of the file."""
        return (element for element in self.elements if isinstance(element, InputData))

    def by_id(self) -> Mapping[str, DrgElement]:
        """Return the elements of the requirement graph by their ids."""
        return {element.id: element for element in self.elements if element.id is not None}
