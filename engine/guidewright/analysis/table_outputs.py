"""What the rules of a table answer: constants compared as values, all else by its text.

In: a table. Out: comparable outputs of its rules; checks of outputs that nothing gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guidewright.analysis.cell_tests import Opaque, constant
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, stated
from guidewright.analysis.tables import RuleRegion, TableSubject
from guidewright.analysis.words import listed
from guidewright.errors import Severity
from guidewright.feel.operators import unary_in
from guidewright.feel.runtime import Refuse
from guidewright.feel.text import literal


def output_value(subject: TableSubject, rule: RuleRegion) -> tuple[bool, Any]:
    """Return whether the output of a rule is a constant, and that constant."""
    try:
        return True, constant(subject.code.rules[rule.index].output)
    except Opaque:
        return False, None


def output_text(subject: TableSubject, rule: RuleRegion) -> str:
    """Return what a rule answers, written the same when it is the same."""
    known, value = output_value(subject, rule)
    if known:
        return literal(value)
    texts = [each.text.strip() if each is not None else "" for each in rule.rule.outputs]
    return "\n".join(texts)


def output_parts(subject: TableSubject, rule: RuleRegion) -> list[tuple[bool, Any]]:
    """Return the output of a rule by output column: whether it is known, and its value."""
    known, value = output_value(subject, rule)
    clauses = subject.table.outputs
    if not known:
        return [(False, None)] * len(clauses)
    if len(clauses) == 1:
        return [(True, value)]
    return [(True, value.get(clause.name or "")) for clause in clauses]


@check("table.output-unused", numbers=(23,), severity=Severity.INFO, subject=Subject.TABLE)
def output_unused(subject: TableSubject) -> Iterator[Finding]:
    """An output value that is allowed is given by no rule.

    What it finds: values that the output's type or its output values list, and neither a rule nor
    the default gives. Not said when an output is computed.
    Why it matters: what can never be recommended was perhaps forgotten, or misspelt in a rule.
    Example: output values `"low", "medium", "high"` and no rule for `"medium"`.
    To repair: add the rule, or take the value off the list.
    """
    rows = [output_parts(subject, rule) for rule in subject.rules]
    given: list[list[Any]] = []
    for column in range(len(subject.table.outputs)):
        if not all(row[column][0] for row in rows):
            return
        given.append([row[column][1] for row in rows])
    if subject.code.default is not None:
        try:
            default = constant(subject.code.default)
        except Opaque:
            return
        single = len(given) == 1
        for clause, values in zip(subject.table.outputs, given, strict=True):
            values.append(default if single else default.get(clause.name or ""))
    for clause, values, allowed in zip(
        subject.table.outputs, given, subject.output_values, strict=True
    ):
        unused = [each for each in allowed if not any(_is(value, each) for value in values)]
        if unused:
            words = listed((literal(each) for each in unused), "or")
            what = f"{clause.title!r} of " if len(subject.table.outputs) > 1 else ""
            text = f"no rule of {subject.decision!r} answers {words}"
            spans = (clause.span,)
            yield stated(
                CHECKS["table.output-unused"].claim(About(subject.decision, spans), text),
                f"the values allowed for {what}{subject.decision!r} list {words}",
            )


def _is(value: Any, listed_value: Any) -> bool:
    try:
        return unary_in(value, listed_value) is True
    except Refuse:
        return False


@check("table.no-annotation", numbers=(39,), severity=Severity.INFO, subject=Subject.TABLE)
def no_annotation(subject: TableSubject) -> Iterator[Finding]:
    """A rule does not say what it rests on.

    What it finds: rules whose annotation cells are all empty. (That a rule of the outcome cites no
    statement of the source is a fault of the load: `guideline.rule-without-statement`.)
    Why it matters: a reviewer cannot check a rule against its source without knowing which.
    Example: a row added in a hurry, with an empty column `Statements`.
    To repair: write the ids of the statements, or why the rule is there.
    """
    bare = [
        rule for rule in subject.rules if not any(each.strip() for each in rule.rule.annotations)
    ]
    if not bare:
        return
    some = listed([each.rule.name for each in bare[:5]] + (["others"] if bare[5:] else []))
    plural = "rule" if len(bare) == 1 else "rules"
    text = f"{plural} {some} of {subject.decision!r} cite nothing"
    yield stated(
        CHECKS["table.no-annotation"].claim(subject.about(*bare), text),
        "the annotation cells are empty" if subject.table.annotations else "no annotation column",
    )
