"""Decision tables of a pack: each rule with its cells as they are read, and what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.dmn.model import Decision, DecisionTable, Rule
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.provenance import basis_of, tables_of
from guidewright_visualize.drawing import ColumnKind, Row
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import Head, Link, RuleView, TableView
from guidewright_visualize.tables import draw_table
from guidewright_visualize.typesetting import clean

MOST_COLUMNS = 6  # conditions and conclusions that fit beside each other on A4 paper
NARROWEST, LONGEST = 6, 40  # characters of a column; a longer cell is broken into lines
ROOM = 180  # characters of the longest cells of a row, together
PAPER = 100  # characters that fit beside each other on A4 paper


def table_views(guideline: Guideline, back: Backlinks) -> Iterator[TableView]:
    """Yield the tables in the order of the file; notes what their rules point at."""
    for decision, table in tables_of(guideline.model.definitions):
        yield _table(guideline.file, decision, table, back)


def _table(
    file: GuidelineFile, decision: Decision, table: DecisionTable, back: Backlinks
) -> TableView:
    drawing = draw_table(table, title=decision.name)
    kept = [
        place
        for place, column in enumerate(drawing.columns)
        if column.kind is not ColumnKind.ANNOTATION
    ]
    heads = tuple(
        Head(column.kind.name.lower(), clean(column.title), clean(column.note))
        for column in (drawing.columns[place] for place in kept)
    )
    rules = tuple(
        _rule(file, decision, table, rule, row, kept, back)
        for rule, row in zip(table.rules, drawing.rows, strict=True)
    )
    words = [_longest_word(head, rules, place) for place, head in enumerate(heads)]
    wanted = [max(word, _longest_cell(rules, place)) for place, word in enumerate(words)]
    return TableView(
        anchor=anchors.table(decision.name),
        title=clean(decision.name),
        question=clean(decision.question or ""),
        corner=drawing.corner,
        policy=drawing.policy,
        heads=heads,
        rules=rules,
        notes=tuple(map(clean, drawing.notes)),
        boxes=(),
        statements=(),
        wide=len(heads) > MOST_COLUMNS or sum(wanted) > ROOM or sum(words) > PAPER,
        widths=tuple(_widths(wanted, words)),
    )


def _rule(
    file: GuidelineFile,
    decision: Decision,
    table: DecisionTable,
    rule: Rule,
    row: Row,
    kept: list[int],
    back: Backlinks,
) -> RuleView:
    basis = basis_of(table, rule)
    anchor = anchors.rule(decision.name, rule)
    cited = [Link(each, anchors.statement(each)) for each in basis.statements]
    points = [Link(each, anchors.ambiguity(each)) for each in basis.ambiguities]
    known = [link for link in (*cited, *points) if _known(file, link)]
    back.add([link.to for link in known], Link(rule.name, anchor, clean(f"{decision.name}:")))
    return RuleView(
        anchor=anchor,
        number=rule.row,
        id=clean(rule.name),
        cells=tuple(clean(row.cells[place].text) for place in kept),
        statements=tuple(link for link in cited if link in known),
        ambiguities=tuple(link for link in points if link in known),
        findings=(),
        cases=(),
        remarks=tuple(
            f"{name}: {clean(text).rstrip(chr(46))}" for name, text in basis.remarks.items()
        ),
    )


def _known(file: GuidelineFile, link: Link) -> bool:
    return link.text in file.statements or link.text in file.ambiguities


def _longest_cell(rules: tuple[RuleView, ...], place: int) -> int:
    return min(LONGEST, max((len(rule.cells[place]) for rule in rules), default=0))


def _longest_word(head: Head, rules: tuple[RuleView, ...], place: int) -> int:
    """Return the characters of the longest word of a column, which cannot be broken."""
    texts = (head.title, head.note, *(rule.cells[place] for rule in rules))
    return max(NARROWEST, *(len(word) for text in texts for word in text.split()))


def _widths(wanted: list[int], words: list[int]) -> Iterator[int]:
    """Yield the characters of each column: all it wants, or its share of what paper has to give."""
    spare = max(0, PAPER - sum(words))
    more = sum(wanted) - sum(words)
    for want, word in zip(wanted, words, strict=True):
        yield word + ((want - word) * min(spare, more) // more if more else 0)
