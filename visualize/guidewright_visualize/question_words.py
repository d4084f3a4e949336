"""Say the questions and answers of a table's tree in few words, as they stand in boxes.

In: a table as boxes, a question or a leaf of its tree. Out: lines of text. A question is said for
the values that can still be there: where only values below 350 are left, `[180..350)` is `≥ 180`.
"""

from __future__ import annotations

import re

from guidewright.analysis.axes import SCALES, Axis, Kind, Part
from guidewright.analysis.decision_trees import Ending, Leaf, Question
from guidewright.analysis.table_outputs import output_value
from guidewright.analysis.table_words import axis_words
from guidewright.analysis.tables import RuleRegion, TableSubject, cell_mask
from guidewright.analysis.words import value_words
from guidewright.dmn.model import HitPolicy
from guidewright.feel.names import normal
from guidewright_visualize.tables import ANY, readable

YES, NO, UNKNOWN = "yes", "no", "not known"


def question_lines(subject: TableSubject, question: Question) -> tuple[str, ...]:
    """Return what a hexagon asks."""
    axis = subject.axes[question.axis]
    return (f"{_asked(subject, question, axis)}?",)


def way_labels(subject: TableSubject, question: Question) -> tuple[str, ...]:
    """Return what stands on the ways; a missing value is always said, it is never simply `no`."""
    null = subject.axes[question.axis].mask(Kind.NULL)
    labels = [YES, NO]
    for place, way in enumerate((question.yes, question.no)):
        mask = way.box[question.axis]
        if mask & null and mask != null and not (place == 0 and question.asked & null):
            labels[place] = f"{labels[place]}, or {UNKNOWN}"
    return (*labels, *([UNKNOWN] if question.unknown is not None else []))


def _asked(subject: TableSubject, question: Question, axis: Axis) -> str:
    """Return the question without its mark."""
    here, asked = question.box[question.axis], question.asked
    null = axis.mask(Kind.NULL)
    values, known = asked & ~null, here & ~null
    if not values:
        return f"{axis.name}: {UNKNOWN}"
    if values == known:
        return f"{axis.name}: known"
    said = _said(subject, question.axis, values, known)
    return f"{said}, or {UNKNOWN}" if asked & null and UNKNOWN not in said else said


def _said(subject: TableSubject, place: int, values: int, known: int) -> str:
    """Return a set of values, none of them null, out of those that can still be there."""
    axis = subject.axes[place]
    first = axis.chosen(values)[0]
    if first.kind is Kind.VALUE and first.value is True and values.bit_count() == 1:
        return axis.name
    if first.kind is Kind.VALUE and first.value is False and values.bit_count() == 1:
        return f"not {axis.name}"
    if axis.type in SCALES:
        return f"{axis.name} {_range(axis, values, known)}"
    if isinstance(first.value, list):
        written = _cell(subject, place, values, known)
        return f"{axis.name} {written}" if written else f"{axis.name}: {axis_words(axis, values)}"
    return f"{axis.name}: {readable(axis_words(axis, values), alternatives=False)}"


def _range(axis: Axis, values: int, known: int) -> str:
    """Return a set of an ordered axis; an end that nothing lies beyond is left out."""
    unit = f" {axis.unit}" if axis.unit else ""
    low = values & -values
    below, above = known & (low - 1), known >> values.bit_length()
    whole = known & ~(low - 1) & ((1 << values.bit_length()) - 1) == values
    first, last = axis.chosen(values)[0], axis.chosen(values)[-1]
    if whole and not below and above:
        return f"{_sign('<', last)} {value_words(last.high)}{unit}"
    if whole and below and not above:
        return f"{_sign('>', first)} {value_words(first.low)}{unit}"
    return readable(axis_words(axis, values))


def _sign(sign: str, end: Part) -> str:
    """Return a comparison with the end of a set, which is in it or not."""
    return sign if end.kind is Kind.GAP else {"<": "≤", ">": "≥"}[sign]


def _cell(subject: TableSubject, place: int, values: int, known: int) -> str:
    """Return the text of a cell that says just these values, or nothing."""
    for row in subject.tests:
        for test, axis in zip(row, subject.columns, strict=True):
            if axis == place and cell_mask(subject.axes[place], test) & known == values:
                return re.sub(r"^null, ", f"{UNKNOWN}, ", readable(test.text))
    return ""


def answer_lines(subject: TableSubject, leaf: Leaf) -> tuple[str, ...]:
    """Return what stands in a leaf: what the table answers there, and the rules it rests on."""
    rules = [subject.rules[each] for each in leaf.rules]
    names = ", ".join(each.rule.name for each in rules)
    match leaf.ending:
        case Ending.RULES:
            return (
                *_answers(subject, leaf, rules),
                f"({'rule' if len(rules) == 1 else 'rules'} {names})",
            )
        case Ending.CLASH:
            return ("No answer: several rules match", f"(rules {names})")
        case Ending.DEFAULT:
            defaults = [each.default for each in subject.table.outputs]
            said = "; ".join(_outputs(subject, [each.text if each else "" for each in defaults]))
            return (f"No rule matches, so: {said}",)
        case Ending.MISSING:
            null = zip(subject.axes, leaf.box, strict=True)
            names = ", ".join(axis.name for axis, mask in null if mask == axis.mask(Kind.NULL))
            return (f"No rule matches: {names} not known",)
        case Ending.GAP:
            return ("No rule matches",)


def _answers(subject: TableSubject, leaf: Leaf, rules: list[RuleRegion]) -> list[str]:
    """Return the conclusions of rules; an aggregated one as its value, where that is fixed."""
    aggregation = subject.table.aggregation
    if aggregation is not None and all(output_value(subject, each)[0] for each in rules):
        seen = subject.seen(subject.witness(subject.values(leaf.box)))
        if seen is not None:
            name = subject.table.outputs[0].title or subject.decision
            return [f"{name}: {value_words(seen.value)} ({aggregation.value.lower()})"]
    shown = rules[:1] if subject.table.hit_policy is HitPolicy.ANY else rules
    texts = [[each.text if each else "" for each in rule.rule.outputs] for rule in shown]
    return list(dict.fromkeys(line for part in texts for line in _outputs(subject, part)))


def _outputs(subject: TableSubject, texts: list[str]) -> list[str]:
    """Return conclusions with the names of their columns; what says nothing is left out."""
    several = len(texts) > 1
    lines = []
    for clause, text in zip(subject.table.outputs, texts, strict=True):
        said = readable(text, alternatives=False)
        if several and (said == ANY or normal(text) == "null"):
            continue
        lines.append(f"{clause.title or clause.name}: {said}" if several else said)
    return lines or ["(nothing)"]
