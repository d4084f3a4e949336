"""What is missing, in words for a clinician, and as JSON data.

In: `MissingData` of one patient. Out: lines of text, or data for programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from guidewright.analysis.missing import Answer, Change, MissingData, Question
from guidewright.analysis.words import listed, value_words
from guidewright.feel.conversion import to_json
from guidewright.guideline.guide import Guideline

FORMAT = "guidewright-missing-1"
MOST_SHOWN = 4  # values of one answer


def missing_words(guide: Guideline, found: MissingData) -> str:
    """Return what to ask, in order, and what each answer would change."""
    return "\n".join(_lines(guide, found))


def _lines(guide: Guideline, found: MissingData) -> Iterator[str]:
    alone = [each for each in found.questions if each.answers]
    later = [each.input for each in found.questions if not each.answers]
    if not found.questions and not found.undecided:
        yield "Nothing that is missing can change the advice."
    if alone:
        yield "What is missing and changes the advice, in the order to ask for it:"
    for number, each in enumerate(alone, 1):
        yield ""
        yield f"{number}. {each.ask or each.input}"
        yield from _answers(guide, each)
    for words, names in (
        ("Changes nothing alone, but may once more is known", later),
        ("Cannot change the advice", found.irrelevant),
        ("Could not be decided", found.undecided),
    ):
        if names:
            yield ""
            yield f"{words}: {', '.join(names)}."


def _answers(guide: Guideline, question: Question) -> Iterator[str]:
    meaning = guide.file.inputs.get(question.input)
    unit = f" {meaning.unit.written}" if meaning is not None and meaning.unit is not None else ""
    for each in question.answers:
        yield f"   {question.input} {_values(each, unit)}:"
        for change in each.changes:
            yield f"     {change.section}: {'; '.join(_change(change))}"
    if not question.exact:
        yield "   Other answers may change more."


def _values(answer: Answer, unit: str) -> str:
    shown = [f"{value_words(value)}{unit}" for value in answer.values[:MOST_SHOWN]]
    number = type(answer.values[0]) in (int, Decimal)
    such = "such as " if number or len(answer.values) > MOST_SHOWN else ""
    return such + listed(shown, "or")


def _change(change: Change) -> Iterator[str]:
    if change.gained:
        yield "adds " + " ".join(f"“{each}”" for each in change.gained)
    if change.lost:
        yield "takes away " + " ".join(f"“{each}”" for each in change.lost)


def missing_to_json(guide: Guideline, found: MissingData) -> dict[str, Any]:
    """Return what is missing as JSON data."""
    units = {
        name: meaning.unit.code
        for name, meaning in guide.file.inputs.items()
        if meaning.unit is not None
    }
    return {
        "format": FORMAT,
        "guideline": guide.file.id,
        "version": guide.file.version,
        "digest": guide.digest,
        "questions": [
            {
                "input": each.input,
                "ask": each.ask,
                "unit": units.get(each.input),
                "exact": each.exact,
                "answers": [_answer(answer) for answer in each.answers],
            }
            for each in found.questions
        ],
        "irrelevant": list(found.irrelevant),
        "undecided": list(found.undecided),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "values": to_json(list(answer.values)),
        "changes": [
            {"section": each.section, "gained": list(each.gained), "lost": list(each.lost)}
            for each in answer.changes
        ],
    }
