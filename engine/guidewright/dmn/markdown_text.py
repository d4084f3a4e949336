"""Pieces of Markdown: text, code and tables that mean what they say, whatever stands in them.

In: any text of a model. Out: Markdown (CommonMark and GitHub's tables) that shows this text and
nothing else: no HTML, no emphasis, no link comes out of a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\`*_\[\]|#~]")
_BLOCK_START = re.compile(r"(?:[-+=]|\d+(?=[.)]))")
_BACKTICKS = re.compile(r"`+")
_LINE_END = re.compile(r"\r\n?|\n")


def escaped(text: str) -> str:
    r"""Return text for a paragraph or a cell, in one line.

    >>> escaped("a < b | *c*\n#1")
    'a &lt; b \\| \\*c\\*<br>\\#1'
    """
    text = text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<br>".join(_LINE_END.split(_SPECIAL.sub(r"\\\g<0>", text)))


def paragraph(text: str) -> str:
    r"""Return text as a paragraph that does not begin a list.

    >>> paragraph("- 1"), paragraph("2. x")
    ('\\- 1', '2\\. x')
    """
    line = escaped(text)
    found = _BLOCK_START.match(line)
    if found is None:
        return line
    cut = found.end() if found[0].isdigit() else 0
    return f"{line[:cut]}\\{line[cut:]}"


def code(text: str) -> str:
    r"""Return FEEL as code in one line: a span for each of its lines.

    >>> code('"a|b"'), code("-"), code("if a\nthen `b`"), code("")
    ('`"a|b"`', '-', '`if a`<br>`` then `b` ``', '')
    """
    text = text.strip()
    if text == "-":
        return text
    return "<br>".join(_span(line.rstrip()) for line in _LINE_END.split(text)) if text else ""


def _span(line: str) -> str:
    fence = _fence(line, 1)
    edge = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{edge}{line}{edge}{fence}" if line else ""


def block(text: str, language: str = "feel") -> str:
    """Return FEEL as a block of code."""
    fence = _fence(text, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already.

    Columns are not padded, because a longer cell would then change every line.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"|{'|'.join(map(_padded, cells))}|" for cells in lines)


def _padded(cell: str) -> str:
    return f" {cell} " if cell else " "


def code_cell(text: str) -> str:
    r"""Return FEEL as code for a cell of a table, where a bar ends the cell even in code.

    >>> code_cell('"a|b"')
    '`"a\\|b"`'
    """
    return code(text).replace("|", "\\|")
