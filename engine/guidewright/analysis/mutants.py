"""Small edits of a decision table, such as people make: each is one mutant.

In: a table. Out: `Mutant`s: a threshold one unit up or down, a strict sign for the other, an end
of a range open or closed, another word of the column, `not` left out, a rule less, the output of
another rule.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from guidewright.dmn import model
from guidewright.dmn.model import DecisionTable, Rule, Text
from guidewright.feel.decimals import number_text
from guidewright.feel.names import normal
from guidewright.guideline.model import GuidelineFile
from guidewright.source import Span, text_span


class Edit(StrEnum):
    """What was done."""

    THRESHOLD = "threshold"
    OPERATOR = "operator"
    WORD = "word"
    NEGATION = "negation"
    RULE = "rule deleted"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A table with one edit; `place` is where the author wrote what was edited."""

    decision: str
    rule: str
    column: str
    edit: Edit
    before: str
    after: str
    place: Span
    table: DecisionTable = dataclasses.field(repr=False)


_NUMBER = re.compile(r"(?<![\w.\"@-])(\d+(?:\.\d+)?)(?![\w.])")
_SIGN = re.compile(r"<=|>=|<|>")
_DATE = re.compile(r'(?<=")(\d{4}-\d{2}-\d{2})(?=")')
_WORD = re.compile(r'"([^"\\]*)"')
_NOT = re.compile(r"\s*not\((.*)\)\s*", re.DOTALL)
_RANGE = re.compile(r"([\[\](])([^\[\]()]*?\.\.[^\[\]()]*?)([\[\])])")
_OTHER_SIGN = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def mutants_of(
    decision: model.Decision, table: DecisionTable, file: GuidelineFile | None
) -> Iterator[Mutant]:
    """Yield the mutants of a table, rule by rule; the same text is never tried twice in a cell."""
    words = [_words_of(table, column) for column in range(len(table.inputs))]
    for rule in table.rules:
        for column, cell in enumerate(rule.inputs):
            if cell is None or cell.text.strip() in ("", "-"):
                continue
            unit = _unit(table.inputs[column], file)
            edits = dict.fromkeys(_cell_edits(cell.text, unit, words[column]))
            for edit, text in edits:
                changed = (*rule.inputs[:column], _text(text), *rule.inputs[column + 1 :])
                other = dataclasses.replace(rule, inputs=changed)
                head = table.inputs[column].title
                yield _mutant(decision, table, rule, other, head, edit, cell, text)
        yield from _output_mutants(decision, table, rule)
        left = tuple(each for each in table.rules if each is not rule)
        if left:
            without = dataclasses.replace(table, rules=left)
            yield Mutant(
                decision.name, rule.name, "", Edit.RULE, rule.name, "no rule", rule.span, without
            )


def _mutant(
    decision: model.Decision,
    table: DecisionTable,
    rule: Rule,
    other: Rule,
    column: str,
    edit: Edit,
    cell: Text,
    text: str,
) -> Mutant:
    rules = tuple(other if each is rule else each for each in table.rules)
    changed = dataclasses.replace(table, rules=rules)
    before = cell.text.strip()
    return Mutant(decision.name, rule.name, column, edit, before, text.strip(), cell.span, changed)


def _text(text: str) -> Text:
    return Text(text_span(text, "<mutant>").source)


# cells -------------------------------------------------------------------------------------------


def _cell_edits(text: str, unit: Decimal | None, words: list[str]) -> Iterator[tuple[Edit, str]]:
    bare = _WORD.sub(lambda match: '"' + "_" * len(match.group(1)) + '"', text)
    for match in _NUMBER.finditer(bare):
        value = Decimal(match.group(1))
        exponent = int(value.as_tuple().exponent)
        step = unit if unit is not None else Decimal(1).scaleb(min(exponent, 0))
        for each in (value - step, value + step):
            yield Edit.THRESHOLD, _spliced(text, match.span(1), number_text(each))
    for match in _DATE.finditer(text):
        day = date.fromisoformat(match.group(1))
        for days in (-1, 1):
            moved = (day + timedelta(days)).isoformat()
            yield Edit.THRESHOLD, _spliced(text, match.span(1), moved)
    for match in _SIGN.finditer(bare):
        yield Edit.OPERATOR, _spliced(text, match.span(), _OTHER_SIGN[match.group()])
    for match in _RANGE.finditer(bare):
        low = "(" if match.group(1) == "[" else "["
        high = ")" if match.group(3) == "]" else "]"
        yield Edit.OPERATOR, _spliced(text, match.span(1), low)
        yield Edit.OPERATOR, _spliced(text, match.span(3), high)
    yield from _word_edits(text, words)


def _word_edits(text: str, words: list[str]) -> Iterator[tuple[Edit, str]]:
    for match in _WORD.finditer(text):
        if _DATE.fullmatch(match.group(1)) or match.group(1) not in words:
            continue
        named = set(_WORD.findall(text))
        other = next((each for each in words if each not in named), None)
        if other is not None:
            yield Edit.WORD, _spliced(text, match.span(1), other)
    stripped = text.strip()
    if stripped in ("true", "false"):
        yield Edit.WORD, "false" if stripped == "true" else "true"
    negated = _NOT.fullmatch(text)
    if negated is not None:
        yield Edit.NEGATION, negated.group(1)


def _spliced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _words_of(table: DecisionTable, column: int) -> list[str]:
    """Return the words that the cells of a column name, in order."""
    cells = (rule.inputs[column] for rule in table.rules)
    found = (word for cell in cells if cell is not None for word in _WORD.findall(cell.text))
    return list(dict.fromkeys(found))


def _unit(clause: model.InputClause, file: GuidelineFile | None) -> Decimal | None:
    """Return one unit of the data's precision, where it is declared."""
    name = normal(clause.expression.text) if clause.expression is not None else ""
    meaning = file.inputs.get(name) if file is not None else None
    if meaning is None or meaning.decimals is None:
        return None
    return Decimal(1).scaleb(-meaning.decimals)


# outputs -----------------------------------------------------------------------------------------


def _output_mutants(decision: model.Decision, table: DecisionTable, rule: Rule) -> Iterator[Mutant]:
    """Yield the rule with the output of the next rule that says something else."""
    for column, cell in enumerate(rule.outputs):
        if cell is None or (table.outputs[column].name or "") == "text":
            continue  # sentences are for people
        start = table.rules.index(rule)
        others = (*table.rules[start + 1 :], *table.rules[:start])
        texts = (each.outputs[column] for each in others)
        other = next(
            (each for each in texts if each is not None and each.text.strip() != cell.text.strip()),
            None,
        )
        if other is None:
            continue
        changed = (*rule.outputs[:column], other, *rule.outputs[column + 1 :])
        head = f"→ {table.outputs[column].title or 'output'}"
        yield _mutant(
            decision,
            table,
            rule,
            dataclasses.replace(rule, outputs=changed),
            head,
            Edit.OUTPUT,
            cell,
            other.text,
        )
