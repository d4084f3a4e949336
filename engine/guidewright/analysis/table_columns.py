"""Columns and cells: what no rule looks at, what no value satisfies, what is not named.

In: a table as boxes. Out: findings that stand in the text of the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from guidewright.analysis.axes import SCALES, Kind
from guidewright.analysis.cell_tests import ANY_VALUE
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, stated
from guidewright.analysis.overlap import pairs
from guidewright.analysis.table_coverage import uncovered
from guidewright.analysis.table_outputs import output_text
from guidewright.analysis.table_words import rules_words
from guidewright.analysis.tables import TableSubject, cell_mask
from guidewright.analysis.words import listed, value_words
from guidewright.dmn.model import HitPolicy
from guidewright.errors import Severity
from guidewright.feel.text import literal
from guidewright.guideline.units import UnitError, parse_unit
from guidewright.source import Span

MANY_RULES = 60
MANY_COLUMNS = 12
SEVERAL = 12  # rules of a list that is worth splitting


def _column(subject: TableSubject, column: int) -> Span:
    return subject.table.inputs[column].span


def _title(subject: TableSubject, column: int) -> str:
    return subject.axes[subject.columns[column]].name


@check("table.unused-column", numbers=(16,), severity=Severity.WARNING, subject=Subject.TABLE)
def unused_column(subject: TableSubject) -> Iterator[Finding]:
    """No rule looks at a column.

    What it finds: columns whose cells are all `-`.
    Why it matters: the input is asked for and changes nothing; or cells were forgotten.
    Example: a column `pregnant` with `-` in every row.
    To repair: delete the column, or write the cells.
    """
    for column in range(len(subject.columns)):
        if subject.rules and all(row[column] is ANY_VALUE for row in subject.tests):
            text = f"no rule of {subject.decision!r} looks at {_title(subject, column)}"
            about = About(subject.decision, (_column(subject, column),))
            yield stated(
                CHECKS["table.unused-column"].claim(about, text), "every cell of the column is -"
            )


@check("table.irrelevant-column", numbers=(17,), severity=Severity.INFO, subject=Subject.TABLE)
def irrelevant_column(subject: TableSubject) -> Iterator[Finding]:
    """A column changes no answer.

    What it finds: under UNIQUE and ANY, columns with cells that never decide between two outputs,
    nor between an output and none.
    Why it matters: a value is asked for that is of no use to the patient.
    Example: two rows that differ in sex only and give the same.
    To repair: delete the column, or correct the outputs.
    """
    if subject.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    if not all(rule.exact for rule in subject.rules) or len(subject.axes) < 2:
        return
    space = tuple(axis.full for axis in subject.axes)
    found = uncovered(subject, list(subject.rules), space)
    if found is None:
        return
    rules = [rule for rule in subject.rules if all(rule.must)]
    boxes = [rule.must for rule in rules]
    outputs = [output_text(subject, rule) for rule in rules]
    boxes += found.gaps
    outputs += [""] * len(found.gaps)
    for place, axis in enumerate(subject.axes):
        cells = [
            row[c] for row in subject.tests for c, p in enumerate(subject.columns) if p == place
        ]
        if all(cell is ANY_VALUE for cell in cells):
            continue
        wide = [(*box[:place], axis.full, *box[place + 1 :]) for box in boxes]
        if any(outputs[a] != outputs[b] for a, b in pairs(wide, subject.sizes)):
            continue
        column = subject.columns.index(place)
        text = f"{axis.name} changes no answer of {subject.decision!r}"
        about = About(subject.decision, (_column(subject, column),))
        yield stated(
            CHECKS["table.irrelevant-column"].claim(about, text),
            "without the column no two rules with different outputs meet",
        )


@check("table.full-cell", numbers=(18,), severity=Severity.INFO, subject=Subject.TABLE)
def full_cell(subject: TableSubject) -> Iterator[Finding]:
    """A cell is satisfied by every value, a missing one too, but is not `-`.

    What it finds: cells that list all there is.
    Why it matters: a reader takes the cell for a condition.
    Example: `"mild", "moderate", "severe", null` where nothing else is allowed.
    To repair: write `-`.
    """
    for rule, row in zip(subject.rules, subject.tests, strict=True):
        for column, test in enumerate(row):
            axis = subject.axes[subject.columns[column]]
            if test is ANY_VALUE or not test.plain or axis.mask(Kind.UNSEEN):
                continue
            if cell_mask(axis, test) == axis.full:
                text = (
                    f"the cell '{test.text}' of {rules_words([rule])} of {subject.decision!r} "
                    f"holds for every value of {axis.name}"
                )
                span = rule.rule.inputs[column]
                about = subject.about(rule, places=(span.span,) if span is not None else ())
                yield stated(CHECKS["table.full-cell"].claim(about, text), test.text)


@check("table.empty-cell", numbers=(19, 21), severity=Severity.ERROR, subject=Subject.TABLE)
def empty_cell(subject: TableSubject) -> Iterator[Finding]:
    """No value satisfies a cell, so the rule can never match.

    What it finds: cells that contradict themselves, and cells that lie outside what the input can
    be: its allowed values, its range in guideline.yaml.
    Why it matters: what the rule recommends is never recommended.
    Example: `[10..5]`; or `> 120` for an age in `[0..120]`.
    To repair: correct the cell or the allowed values.
    """
    for rule, row in zip(subject.rules, subject.tests, strict=True):
        for column, test in enumerate(row):
            axis = subject.axes[subject.columns[column]]
            if not test.plain or axis.mask(Kind.UNSEEN):
                continue
            holds = axis.where(lambda value, t=test: t.truth is not None and t.truth(value) is True)  # type: ignore[misc]
            if not holds:
                text = (
                    f"{rules_words([rule])} of {subject.decision!r} can never match: no "
                    f"{axis.name} satisfies '{test.text}'"
                )
                span = rule.rule.inputs[column]
                about = subject.about(rule, places=(span.span,) if span is not None else ())
                yield stated(CHECKS["table.empty-cell"].claim(about, text), test.text)


@check("table.value-not-named", numbers=(24,), severity=Severity.INFO, subject=Subject.TABLE)
def value_not_named(subject: TableSubject) -> Iterator[Finding]:
    """An allowed value of an input is named by no rule.

    What it finds: in a table with one answer, values of an enumeration that appear in no cell of a
    column which names others.
    Why it matters: such a value falls to `-` and `not(…)` cells, and perhaps nobody thought of it.
    Example: `"borderline"` is allowed, and the rules name `"normal"` and `"elevated"` only.
    To repair: name the value in the rule that is meant to answer it.
    """
    if subject.table.hit_policy.multiple:
        return  # a list of what applies: what no rule names has nothing to apply
    for place, axis in enumerate(subject.axes):
        values = [part.value for part in axis.parts if part.kind is Kind.VALUE]
        column = subject.columns.index(place)
        tests = [
            row[c] for row in subject.tests for c, p in enumerate(subject.columns) if p == place
        ]
        named = [cut for test in tests for cut in test.cuts or ()]
        if not named or not all(test.plain for test in tests) or not _is_enumeration(values):
            continue
        missing = [value for value in values if value not in named]
        if not missing or len(values) == 2:  # of two values, one names the other
            continue
        words = listed((value_words(value) for value in missing), "or")
        text = f"no rule of {subject.decision!r} names {axis.name} {words}"
        about = About(subject.decision, (_column(subject, column),))
        yield stated(CHECKS["table.value-not-named"].claim(about, text), "the cells of the column")


def _is_enumeration(values: list[object]) -> bool:
    return bool(values) and all(type(value) is str for value in values)


@check("table.threshold", numbers=(27,), severity=Severity.WARNING, subject=Subject.TABLE)
def threshold(subject: TableSubject) -> Iterator[Finding]:
    """A threshold lies outside what the input can be.

    What it finds: numbers in cells outside the `range` that guideline.yaml declares for the input;
    by a factor of ten, a hundred or a thousand it is said that it may be another unit.
    Why it matters: a misplaced decimal point makes a rule that answers everybody or nobody.
    Example: `< 11` for haemoglobin in g/L: it is written for g/dL.
    To repair: correct the threshold or the range.
    """
    for place, axis in enumerate(subject.axes):
        meaning = subject.meaning(axis.name)
        if meaning is None or meaning.range is None or axis.type not in SCALES:
            continue
        low, high = meaning.range
        for rule, row in zip(subject.rules, subject.tests, strict=True):
            for column, test in enumerate(row):
                if subject.columns[column] != place:
                    continue
                for cut in test.cuts or ():
                    if not low <= cut <= high:
                        factor = next(
                            (
                                f
                                for f in (10, 100, 1000)
                                for v in (cut * f, cut / f)
                                if low <= v <= high
                            ),
                            None,
                        )
                        unit = f"; is it another unit, by a factor of {factor}?" if factor else ""
                        text = (
                            f"{literal(cut)} in '{test.text}' lies outside the range of "
                            f"{axis.name}, {literal(low)} to {literal(high)} {axis.unit}".rstrip()
                            + unit
                        )
                        span = rule.rule.inputs[column]
                        places = (span.span,) if span is not None else ()
                        yield stated(
                            CHECKS["table.threshold"].claim(
                                subject.about(rule, places=places), text
                            ),
                            test.text,
                        )


@check("table.unit", numbers=(26,), severity=Severity.WARNING, subject=Subject.TABLE)
def unit(subject: TableSubject) -> Iterator[Finding]:
    """The head of a column names another unit than the input has.

    What it finds: a unit in round brackets in a column's label that is not the unit which
    guideline.yaml declares for the input.
    Why it matters: thresholds are read in the unit that stands above them; the engine reads them in
    the declared one.
    Example: `Haemoglobin (g/dL)` above an input in g/L.
    To repair: correct the label or the unit, and see that the thresholds are in it.
    """
    for column, clause in enumerate(subject.table.inputs):
        meaning = subject.meaning(_title(subject, column))
        label = clause.label or ""
        if meaning is None or meaning.unit is None or "(" not in label:
            continue
        written = label.rpartition("(")[2].partition(")")[0].strip()
        try:
            said = parse_unit(written)
        except UnitError:  # the brackets hold no unit
            continue
        if (said.dimension, said.factor) != (meaning.unit.dimension, meaning.unit.factor):
            text = (
                f"the column {label!r} of {subject.decision!r} is read in "
                f"{meaning.unit.written}, the unit of {meaning.name!r}"
            )
            about = About(subject.decision, (clause.span, meaning.span))
            yield stated(CHECKS["table.unit"].claim(about, text), label)


@check("table.too-complex", numbers=(40,), severity=Severity.INFO, subject=Subject.TABLE)
def too_complex(subject: TableSubject) -> Iterator[Finding]:
    """A table is too large to review, or is several tables in one.

    What it finds: more than 60 rules or 12 columns; and columns that no rule uses together, by
    which a COLLECT table can be split.
    Why it matters: nobody reads row 57 as carefully as row 3.
    Example: rules on pregnancy that never look at the columns on the kidney, and the other way.
    To repair: split the table into decisions that build on each other.
    """
    graph: nx.Graph[int] = nx.Graph()
    for row in subject.tests:
        used = [column for column, test in enumerate(row) if test is not ANY_VALUE]
        graph.add_nodes_from(used)
        graph.add_edges_from((used[0], other) for other in used[1:])
    groups = [sorted(each) for each in nx.connected_components(graph)]
    large = len(subject.rules) > MANY_RULES or len(subject.columns) > MANY_COLUMNS
    apart = len(groups) > 1 and subject.table.hit_policy.multiple and len(subject.rules) > SEVERAL
    if not large and not apart:
        return
    text = f"{subject.decision!r} has {len(subject.rules)} rules and {len(subject.columns)} columns"
    if apart:
        names = [listed(dict.fromkeys(_title(subject, c) for c in group)) for group in groups]
        text += f", and no rule looks at these together: {'; '.join(names)}"
    yield stated(
        CHECKS["table.too-complex"].claim(About(subject.decision, (subject.table.span,)), text),
        "the rows of the table",
    )
