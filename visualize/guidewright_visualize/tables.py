"""Draw a decision table: the model's `DecisionTable` goes in, a `TableDrawing` comes out.

The order and the number of rules are the file's. Texts are FEEL made easier to read: strings that
cannot be mistaken lose their quotes, `>=` becomes a sign, an empty cell is a dash (DMN 1.5, 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guidewright.dmn.model import Aggregation, DecisionTable, HitPolicy, Rule, Text
from guidewright_visualize.drawing import (
    NO_CAPTION,
    Caption,
    Cell,
    Column,
    ColumnKind,
    Row,
    TableDrawing,
)

ANY = "\u2013"  # a dash
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_INCLUDES = re.compile(r'list contains\(\?, ?("(?:[^"\\]|\\.)*")\)')
_PLAIN = re.compile(r"[^\W\d_][\w .,;:()/'%+\u2019\u2013-]*")
_NAME = re.compile(r"[^\W\d_][\w ]*")
_WORDS = frozenset({"true", "false", "null"})
_COMPARISON = re.compile(r"(<=|>=|!=|<|>)\s*")
_SIGNS = {"<=": "≤ ", ">=": "≥ ", "!=": "≠ ", "<": "< ", ">": "> "}

_POLICIES = {
    HitPolicy.UNIQUE: "at most one rule may match",
    HitPolicy.FIRST: "the first rule that matches decides",
    HitPolicy.PRIORITY: "of the rules that match, the one with the highest output decides",
    HitPolicy.ANY: "several rules may match; their conclusions must be the same",
    HitPolicy.COLLECT: "every rule that matches counts",
    HitPolicy.RULE_ORDER: "every rule that matches counts, in the order of the table",
    HitPolicy.OUTPUT_ORDER: "every rule that matches counts, the highest output first",
}
_AGGREGATIONS = {
    Aggregation.SUM: "their sum is the answer",
    Aggregation.COUNT: "their number is the answer",
    Aggregation.MIN: "the smallest is the answer",
    Aggregation.MAX: "the largest is the answer",
}


def draw_table(
    table: DecisionTable, *, name: str = "", title: str = "", caption: Caption = NO_CAPTION
) -> TableDrawing:
    """Return the whole table as one drawing; `table_layout.pages` splits a long one.

    `name` identifies it (default: the table's id), `title` is what it decides.
    """
    columns = tuple(_columns(table))
    rows = tuple(_row(rule, table) for rule in table.rules)
    return TableDrawing(
        name=name or table.id or "table",
        title=caption.heading(title or table.label or table.output_label or ""),
        corner=table.corner,
        policy=_policy(table),
        columns=columns,
        rows=rows,
        notes=tuple(_notes(table, rows)),
        footer=caption.footer,
    )


def _policy(table: DecisionTable) -> str:
    """Return what the hit policy means, in a clinician's words."""
    words = f"{table.hit_policy.value.lower()}: {_POLICIES[table.hit_policy]}"
    return f"{words}; {_AGGREGATIONS[table.aggregation]}" if table.aggregation else words


def _columns(table: DecisionTable) -> Iterator[Column]:
    """Yield the columns in the order of the file."""
    for clause in table.inputs:
        yield Column(ColumnKind.INPUT, clause.title, _values(clause.values))
    for output in table.outputs:
        title = output.title or table.output_label or table.label or "result"
        yield Column(ColumnKind.OUTPUT, title, _values(output.values))
    for annotation in table.annotations:
        yield Column(ColumnKind.ANNOTATION, annotation)


def _values(values: Text | None) -> str:
    """Return the values a column may have, or nothing."""
    return readable(values.text) if values is not None else ""


def _row(rule: Rule, table: DecisionTable) -> Row:
    """Return a rule with as many cells as the table has columns."""
    conditions = [readable(entry.text) if entry else ANY for entry in rule.inputs]
    conclusions = [readable(e.text, alternatives=False) if e else ANY for e in rule.outputs]
    texts = (*conditions, *conclusions)
    notes = [*rule.annotations, *[""] * len(table.annotations)][: len(table.annotations)]
    return Row(rule.row, rule.id or "", tuple(Cell(text) for text in (*texts, *notes)))


def _notes(table: DecisionTable, rows: tuple[Row, ...]) -> Iterator[str]:
    """Yield what a reader must know: defaults, and the signs that occur."""
    for output in table.outputs:
        if output.default is not None:
            name = output.title or "result"
            yield f"When no rule matches, {name} is {readable(output.default.text)}."
    shown = {cell.text for row in rows for cell in row.cells}
    if ANY in shown:
        yield f"{ANY} = any value, known or not."
    if any(".." in text for text in shown):
        yield "[a..b] from a to b, both included; (a..b) both excluded."
    if "null" in shown:
        yield "null: no value (a condition: not known; a conclusion: nothing is stated)."
    if any(text.startswith("= ") for text in shown):
        yield "= name: the value of that name."


def readable(text: str, *, alternatives: bool = True) -> str:
    """Return FEEL as a clinician reads it.

    Strings keep their quotes where they could be mistaken for a number, a name or, in a condition
    (`alternatives`), for several strings or a test.

    >>> readable('"mild", "moderate"'), readable(">=180"), readable("severity")
    ('mild, moderate', '≥ 180', '= severity')
    >>> readable('list contains(?, "diet"), list contains(?, "PPI")')
    'includes diet, includes PPI'
    >>> readable('"18"'), readable('not("oral")'), readable('["a", "b"]'), readable('"a, b"')
    ('"18"', 'not(oral)', '["a", "b"]', '"a, b"')
    >>> readable('"Stop, and wait."', alternatives=False)
    'Stop, and wait.'
    """
    text = _INCLUDES.sub(r"includes \1", " ".join(text.split()))
    if text in ("-", ""):
        return ANY
    if _NAME.fullmatch(text) and text not in _WORDS:
        return f"= {text}"
    parts = _STRING.split(text)
    strings = _STRING.findall(text)
    bare = _unquotable(parts, strings, alternatives=alternatives)
    shown = [string[1:-1] if bare else string for string in strings]
    pairs = zip(map(_signs, parts), [*shown, ""], strict=True)
    return "".join(piece for pair in pairs for piece in pair)


def _unquotable(parts: list[str], strings: list[str], *, alternatives: bool) -> bool:
    """Whether the strings can lose their quotes: only commas and tests stand around them."""
    outside = "".join(parts).replace("includes ", "").replace("null", "").replace(" ", "")
    simple = outside.removeprefix("not(").removesuffix(")").strip(",") == ""
    return simple and all(_is_plain(s[1:-1], alternatives=alternatives) for s in strings)


def _is_plain(text: str, *, alternatives: bool) -> bool:
    """Whether a string looks like words, not like a number, a name of FEEL, a list or a test."""
    mistaken = alternatives and ("," in text or "(" in text or text.startswith("includes "))
    return _PLAIN.fullmatch(text) is not None and text not in _WORDS and not mistaken


def _signs(text: str) -> str:
    """Write comparisons as signs."""
    return _COMPARISON.sub(lambda match: _SIGNS[match[1]], text)
