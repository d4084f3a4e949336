"""The rules of a large table, made when somebody looks at one (DMN 1.5, 8.2.6).

In: runs of plain rules, and single rules between them. Out: a sequence of `Rule`, and the texts of
its columns without them. Ten thousand rules with their places would take 40 MB; their texts are in
the file anyway.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

from guidewright.dmn.model import Rule, Text
from guidewright.dmn.xml_runs import RuleRun
from guidewright.source import Span

Block = RuleRun | Rule


class RunRules(Sequence[Rule]):
    """Rules of which most stand in runs; each is made when it is first asked for, and kept then.

    It is kept because some tell rules apart by identity.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(blocks)
        self._firsts: list[int] = []
        self._length = 0
        self._made: dict[int, Rule] = {}
        for block in blocks:
            self._firsts.append(self._length)
            self._length += len(block.starts) if isinstance(block, RuleRun) else 1

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Rule]: ...
    def __getitem__(self, index: int | slice) -> Rule | Sequence[Rule]:
        """Return a rule, or some as a tuple."""
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(self._length)))
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError(index)
        made = self._made.get(index)
        if made is not None:
            return made
        place = bisect_right(self._firsts, index) - 1
        block = self._blocks[place]
        if isinstance(block, Rule):
            return block
        rule = _rule(block, index - self._firsts[place], row=index + 1)
        return self._made.setdefault(index, rule)  # one for all threads

    def input_texts(self, column: int) -> list[str | None]:
        """Return the texts of a column, rule by rule; None where there is none."""
        texts: list[str | None] = []
        for block in self._blocks:
            if isinstance(block, RuleRun):
                texts += block.columns[column]
            else:
                texts.append(_text(block.inputs[column]))
        return texts

    def output_texts(self, column: int) -> list[str | None]:
        """Return the texts of an output column, rule by rule; None where there is none."""
        texts: list[str | None] = []
        for block in self._blocks:
            if isinstance(block, RuleRun):
                texts += block.columns[block.shape.inputs + column]
            else:
                texts.append(_text(block.outputs[column]))
        return texts


def input_texts(rules: Sequence[Rule], column: int) -> list[str | None]:
    """Return the texts of a column, rule by rule; None where there is none."""
    if isinstance(rules, RunRules):
        return rules.input_texts(column)
    return [_text(rule.inputs[column]) for rule in rules]


def output_texts(rules: Sequence[Rule], column: int) -> list[str | None]:
    """Return the texts of an output column, rule by rule; None where there is none."""
    if isinstance(rules, RunRules):
        return rules.output_texts(column)
    return [_text(rule.outputs[column]) for rule in rules]


def input_spans(rules: Sequence[Rule], column: int, text: str) -> Iterator[Span]:
    """Yield where a text stands in a column."""
    for row, each in enumerate(input_texts(rules, column)):
        if each == text and (cell := rules[row].inputs[column]) is not None:
            yield cell.span


def output_spans(rules: Sequence[Rule], column: int, text: str) -> Iterator[Span]:
    """Yield where a text stands in an output column."""
    for row, each in enumerate(output_texts(rules, column)):
        if each == text and (cell := rules[row].outputs[column]) is not None:
            yield cell.span


def _text(text: Text | None) -> str | None:
    return text.text if text is not None else None


def _rule(run: RuleRun, index: int, *, row: int) -> Rule:
    cells = [Text(source) if source is not None else None for source in run.cells(index)]
    inputs, both = run.shape.inputs, run.shape.inputs + run.shape.outputs
    return Rule(
        run.ids[index] or None,
        run.tag(index),
        None,
        run.descriptions[index],
        row=row,
        inputs=tuple(cells[:inputs]),
        outputs=tuple(cells[inputs:both]),
        annotations=tuple(column[index] or "" for column in run.columns[both:]),
    )
