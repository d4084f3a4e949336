"""XML of decision tables -> the model (DMN 1.5, clause 8).

In: a `decisionTable` element. Out: `DecisionTable`, whose rules have as many cells as the table has
columns, or faults that name the rule and the counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from guidewright.dmn.model import (
    Aggregation,
    DecisionTable,
    HitPolicy,
    InputClause,
    OutputClause,
    Rule,
)
from guidewright.dmn.reading import Parts, Reading, counted
from guidewright.dmn.rules import RunRules
from guidewright.dmn.uniqueness import check_names
from guidewright.dmn.xml import XmlElement
from guidewright.dmn.xml_runs import RuleRun, UnsureRun
from guidewright.errors import Code
from guidewright.feel.names import normal

_Choice = TypeVar("_Choice", bound=StrEnum)


class _Orientation(StrEnum):
    """How a table is drawn; it means nothing for its answers."""

    ROWS = "Rule-as-Row"
    COLUMNS = "Rule-as-Column"
    CROSSTAB = "CrossTable"


def read_decision_table(reading: Reading, element: XmlElement) -> DecisionTable:
    """Return the table, with the hit policy UNIQUE when none is written."""
    parts = reading.parts(element, "decisionTable")
    inputs = tuple(
        _input(reading, child, number) for number, child in enumerate(parts.get("input", ()), 1)
    )
    outputs = tuple(_output(reading, child) for child in parts.get("output", ()))
    _check_outputs(reading, element, outputs)
    annotations = parts.get("annotation", ())
    for child in annotations:
        reading.parts(child, "annotation")
    policy = _choice(reading, element, "hitPolicy", HitPolicy) or HitPolicy.UNIQUE
    aggregation = _choice(reading, element, "aggregation", Aggregation)
    if aggregation is not None and policy is not HitPolicy.COLLECT:
        text = f"aggregation {aggregation} has no meaning with the hit policy {policy}"
        hint = 'remove the aggregation, or write hitPolicy="COLLECT"'
        reading.fault(Code.HIT_POLICY, element.value_span("aggregation"), text, hint)
    orientation = _choice(reading, element, "preferredOrientation", _Orientation)
    return DecisionTable(
        *reading.common(element, parts),
        type=reading.type(element),
        hit_policy=policy,
        aggregation=aggregation,
        orientation=(orientation or _Orientation.ROWS).value,
        output_label=element.attributes.get("outputLabel"),
        inputs=inputs,
        outputs=outputs,
        annotations=tuple(normal(child.attributes.get("name", "")) for child in annotations),
        rules=_rules(reading, element, parts, (len(inputs), len(outputs))),
    )


def _choice(
    reading: Reading, element: XmlElement, name: str, choices: type[_Choice]
) -> _Choice | None:
    """Return the member an attribute names; None when it is absent or unknown (a fault)."""
    written = element.attributes.get(name)
    if written is None:
        return None
    value = normal(written)
    if value in list(choices):
        return choices(value)
    code = Code.STRUCTURE if choices is _Orientation else Code.HIT_POLICY
    known = [choice.value for choice in choices]
    hint = reading.suggest(value, known) or f"there are {', '.join(known)}"
    reading.fault(code, element.value_span(name), f"{name} has no value {value!r}", hint)
    return None


def _input(reading: Reading, element: XmlElement, number: int) -> InputClause:
    parts = reading.parts(element, "input")
    expressions = parts.get("inputExpression")
    text = reading.cell(expressions[0], "literalExpression") if expressions else None
    if text is None:
        what = f"input {number} of the table has no expression, so its cells test nothing"
        hint = "write <inputExpression><text>…</text></inputExpression>"
        reading.fault(Code.STRUCTURE, element.name_span, what, hint)
    return InputClause(
        *reading.common(element, parts),
        expression=text,
        type=reading.type(expressions[0]) if expressions else None,
        values=reading.unary_tests(parts, "inputValues"),
    )


def _output(reading: Reading, element: XmlElement) -> OutputClause:
    parts = reading.parts(element, "output")
    defaults = parts.get("defaultOutputEntry")
    return OutputClause(
        *reading.common(element, parts),
        name=normal(element.attributes.get("name", "")) or None,
        type=reading.type(element),
        values=reading.unary_tests(parts, "outputValues"),
        default=reading.cell(defaults[0], "literalExpression") if defaults else None,
    )


def _check_outputs(reading: Reading, element: XmlElement, outputs: Sequence[OutputClause]) -> None:
    if not outputs:
        text = "the decision table has no output"
        reading.fault(Code.STRUCTURE, element.name_span, text, 'write <output name="…"/>')
    if len(outputs) < 2:
        return
    for number, output in enumerate(outputs, 1):
        if output.name is None:
            text = f"output {number} has no name, though the table has {len(outputs)} outputs"
            reading.fault(Code.STRUCTURE, output.span, text, 'write <output name="…">')
    named = [(output.name or "", output.span) for output in outputs]
    check_names(reading, "outputs of a table", named)


def _rules(
    reading: Reading, element: XmlElement, parts: Parts, columns: tuple[int, int]
) -> Sequence[Rule]:
    """Return the rules; those in runs are not made yet."""
    children = parts.get("rule", [])
    runs = element.runs
    if not runs:
        return tuple(_rule(reading, child, row, columns) for row, child in enumerate(children, 1))
    blocks: list[RuleRun | Rule] = []
    row = 1
    found: list[RuleRun | XmlElement] = [*runs, *children]
    for part in sorted(found, key=_where):
        if isinstance(part, RuleRun):
            if (part.shape.inputs, part.shape.outputs) != columns or reading.language is not None:
                raise UnsureRun
            blocks.append(part)
            row += len(part.starts)
        else:
            blocks.append(_rule(reading, part, row, columns))
            row += 1
    return RunRules(blocks)


def _where(part: RuleRun | XmlElement) -> int:
    return part.starts[0] if isinstance(part, RuleRun) else part.start


def _rule(reading: Reading, element: XmlElement, row: int, columns: tuple[int, int]) -> Rule:
    parts = reading.parts(element, "rule")
    rule = Rule(
        *reading.common(element, parts),
        row=row,
        inputs=tuple([reading.cell(child, "unaryTests") for child in parts.get("inputEntry", ())]),
        outputs=tuple(
            [reading.cell(child, "literalExpression") for child in parts.get("outputEntry", ())]
        ),
        annotations=tuple(
            [_annotation(reading, child) for child in parts.get("annotationEntry", ())]
        ),
    )
    counts = (("input", len(rule.inputs), columns[0]), ("output", len(rule.outputs), columns[1]))
    for what, written, wanted in counts:
        if written != wanted:
            named = f"rule {rule.id!r} (row {row})" if rule.id else f"the rule in row {row}"
            text = (
                f"{named} has {counted(written, f'{what} entry', f'{what} entries')}, "
                f"but the table has {counted(wanted, what)}"
            )
            reading.fault(Code.STRUCTURE, element.span, text)
    return rule


def _annotation(reading: Reading, element: XmlElement) -> str:
    parts = reading.parts(element, "annotationEntry")
    return reading.plain(parts, "text") or ""
