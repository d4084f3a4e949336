"""Write any text of a model into DOT so that it is shown, never read as DOT or markup.

In: a text. Out: a DOT string, the inside of an HTML-like label, or an identity for SVG and HTML.
Every text that reaches DOT goes through one of these functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from guidewright_visualize.typesetting import clean

CENTRE, LEFT = r"\n", r"\l"


def quote(text: str) -> str:
    r"""Return the DOT string that is shown as `text`, on one line.

    Quotes and backslashes are escaped (`\N` would be the node's name), the ampersand too (Graphviz
    decodes entities in labels). A quoted string is never an HTML-like label.

    >>> print(quote('say "x"'), quote(r"\N"), quote("a&lt;"), quote("<b>"))
    "say \"x\"" "\\N" "a&amp;lt;" "<b>"
    >>> print(quote("one\ntwo"), quote("end\\"))
    "one two" "end\\"
    """
    return f'"{_escape(text)}"'


def quote_lines(lines: Iterable[str], ending: str = CENTRE) -> str:
    r"""Return the DOT string of several lines, centred or (`LEFT`) flush left.

    >>> print(quote_lines(["a", 'b"']), quote_lines(["a", "b"], LEFT))
    "a\nb\"" "a\lb\l"
    """
    escaped = [_escape(line) for line in lines]
    text = ending.join(escaped)
    return f'"{text}{LEFT if ending == LEFT and escaped else ""}"'


def _escape(text: str) -> str:
    """Return the text for the inside of a DOT string; spaces at its ends survive."""
    before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    safe = f"{' ' * before}{clean(text)}{' ' * after}"
    return safe.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def html(text: str) -> str:
    """Return the text for the inside of an HTML-like label; never part of its markup.

    >>> html('<b> & "x"')
    '&lt;b&gt; &amp; &quot;x&quot;'
    """
    safe = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace('"', "&quot;").replace("\\", "&#92;")


def html_label(lines: Iterable[str], *, bold: bool = False) -> str:
    """Return an HTML-like label of several lines, flush left: the only way to bold letters.

    >>> print(html_label(["a < b", "c"], bold=True))
    <<B>a &lt; b<BR ALIGN="LEFT"/>c<BR ALIGN="LEFT"/></B>>
    """
    text = "".join(f'{html(line)}<BR ALIGN="LEFT"/>' for line in lines)
    return f"<<B>{text}</B>>" if bold else f"<{text}>"


def grounded_label(lines: Iterable[str]) -> str:
    """Return a centred label on white ground: no line it lies on runs through its words."""
    text = "<BR/>".join(html(line) for line in lines)
    beside = '<TD WIDTH="4"></TD>'
    table = 'TABLE BORDER="0" CELLPADDING="0" CELLSPACING="0"'
    return f'<<{table}><TR>{beside}<TD BGCOLOR="white">{text}</TD>{beside}</TR></TABLE>>'


def identity(*parts: str) -> str:
    """Return an identity for SVG and HTML; other parts give another identity.

    >>> identity("page 1", "start<x>")
    'page.1:start_3c_x_3e_'
    """
    return ":".join(re.sub(r"[^A-Za-z0-9-]", _spell, part) for part in parts)


def _spell(match: re.Match[str]) -> str:
    """Spell a character that an identity must not have."""
    return "." if match[0] == " " else f"_{ord(match[0]):x}_"
