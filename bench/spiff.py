"""The workloads as SpiffWorkflow's DMN engine takes them: DMN files whose cells are Python.

In: decision tables. Out: one DMN document a decision, because that engine reads one table a
document, with the cells and input expressions written in Python. What it does otherwise is in
`DIFFERENCES`.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from bench.tables import Table

DIFFERENCES = (
    "evaluates Python, not FEEL: cells are translated, with `is not None` where that is needed",
    "has binary floats, which are compared with a tolerance of 1e-9",
    "does not check UNIQUE, and FIRST is run as UNIQUE, which stops at the first rule that matches",
    "is called table by table with a stand-in for the workflow task",
    "has no part in W4, whose expressions would be Python written by hand again",
)

_RANGE = re.compile(r"([\[(])([\d.]+)\.\.([\d.]+)([\])])")
_COMPARISON = re.compile(r"(<=?|>=?)\s*([\d.]+)")
_CONTAINS = re.compile(r'list contains\((\w+), ("[^"]*")\)')
_PATH = re.compile(r"(\w+)\.(\w+)")
_NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_WORDS = {"null": "None", "true": "True", "false": "False"}


def document(table: Table) -> str:
    """Return a DMN document of one table with Python cells."""
    policy = "COLLECT" if table.hit_policy == "COLLECT" else "UNIQUE"
    inputs = "".join(
        f'<input id="i{column}" label={quoteattr(text)}><inputExpression id="e{column}">'
        f"<text>{escape(_expression(text))}</text></inputExpression></input>"
        for column, text in enumerate(table.inputs)
    )
    outputs = "".join(
        f'<output id="o{column}" name={quoteattr(name)}/>'
        for column, name in enumerate(table.outputs)
    )
    rules = "".join(
        f'<rule id="r{number}">'
        + "".join(_entry("inputEntry", number, column, _cell(text))
                  for column, text in enumerate(cells))
        + "".join(_entry("outputEntry", number, column, text)
                  for column, text in enumerate(results))
        + "</rule>"
        for number, (cells, results) in enumerate(zip(table.cells, table.results, strict=True))
    )  # fmt: skip
    name = quoteattr(table.decision)
    return (
        f'<definitions xmlns="{_NAMESPACE}" id="d" name={name} namespace="http://example.org/">'
        f"<decision id={name} name={name}>"
        f'<decisionTable id="t" hitPolicy="{policy}">{inputs}{outputs}{rules}</decisionTable>'
        f"</decision></definitions>"
    )


def _entry(kind: str, rule: int, column: int, text: str) -> str:
    return f'<{kind} id="r{rule}{kind[0]}{column}"><text>{escape(text)}</text></{kind}>'


def _expression(text: str) -> str:
    """Return an input expression in Python."""
    contains = _CONTAINS.sub(r"(\2 in (\1 or []))", text)
    return contains if "(" in contains else _PATH.sub(r'\1["\2"]', contains)


def _cell(text: str) -> str:
    """Return a cell in Python; `?` stands for the input value, as that engine has it."""
    if text == "-":
        return text
    if found := _RANGE.fullmatch(text):
        opening, low, high, closing = found.groups()
        signs = ("<" if opening == "(" else "<=", "<" if closing == ")" else "<=")
        return f"? is not None and {low} {signs[0]} ? {signs[1]} {high}"
    if _COMPARISON.fullmatch(text):
        return f"? is not None and ? {text}"
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1:
        return _WORDS.get(text, text)
    if parts[0] == "null":
        return f"? is None or ({_cell(','.join(parts[1:]))})"
    return f"? in ({text})"
