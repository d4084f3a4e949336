"""Make the SVG of `dot` part of a document: title and description, names of boxes, fixed fonts.

In: SVG as `dot` writes it, and what the picture says in words. Out: SVG without prolog, comments
and document type, with `role="img"`, `<title>` and `<desc>`, that needs nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from xml.sax.saxutils import escape

from guidewright_visualize.quoting import identity
from guidewright_visualize.typesetting import clean, known_width

FONTS = "Arial,Arimo,'Liberation Sans','Nimbus Sans',Helvetica,sans-serif"
_BOLD = 1.08  # how much wider bold letters are
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_TITLE = re.compile(r"<title>([^<]*)</title>\n?")
_BOX = re.compile(r'(<g id="([^"]+)" class="node">)(.*?)</g>', re.DOTALL)
_FONT = re.compile(r'font-family="Arial[^"]*"')
_VIEW = re.compile(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"')
_LINE = re.compile(r'<text ([^>]*font-size="([\d.]+)"[^>]*)>([^<]*)</text>')
_SIZE = re.compile(r'font-size="([\d.]+)"')


def accessible(
    svg: str,
    *,
    name: str,
    title: str,
    description: str,
    names: Mapping[str, str],
    links: Mapping[str, str] | None = None,
) -> str:
    """Return the SVG with alternative text; `names` says what each box n1, n2, ... is.

    `links` are the anchors that boxes lead to, by the identity of the box. A picture with links is
    a group of things to follow, no single image (WAI-ARIA 1.2, role img).
    Texts of the model cannot be mistaken for markup here: `dot` has escaped `<` in all of them.
    """
    body = _COMMENT.sub("", svg[svg.index("<svg") :])
    root = _ROOT.match(body)
    if root is None:  # cannot happen: `index` found it
        return body
    inside = _TITLE.sub(lambda match: _box_title(match[1], names), body[root.end() :])
    inside = _BOX.sub(lambda match: _linked(match, links or {}), inside)
    inside = _LINE.sub(_measured, inside)
    inside = _FONT.sub(f'font-family="{FONTS}"', inside)
    key = identity(name)
    view = _VIEW.search(root[0])
    width, height = (view[1], view[2]) if view else ("100", "100")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" '
        f'role="{"group" if links else "img"}" '
        f'aria-labelledby="{key}:title {key}:desc">\n'
        f'<title id="{key}:title">{_text(title)}</title>\n'
        f'<desc id="{key}:desc">{_text(description)}</desc>'
    )
    return head + inside


def _box_title(name: str, names: Mapping[str, str]) -> str:
    """Return the title of a box in words; arrows, groups and the page need none."""
    words = names.get(name)
    return "" if words is None else f"<title>{_text(words)}</title>\n"


def _linked(box: re.Match[str], links: Mapping[str, str]) -> str:
    """Return a box as a link to its anchor, or as it is when it has none."""
    anchor = links.get(unescape(box[2]))
    return box[0] if anchor is None else f'{box[1]}<a href="#{anchor}">{box[3]}</a></g>'


def _measured(line: re.Match[str]) -> str:
    """Return a line of text that is as wide as its box was made for, whichever font is at hand."""
    width = known_width(unescape(line[3]), float(line[2]))
    if width is None:
        return line[0]
    width *= _BOLD if 'font-weight="bold"' in line[1] else 1
    fixed = f'textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {line[1]} {fixed}>{line[3]}</text>"


def _text(text: str) -> str:
    """Return a text for the inside of an SVG element."""
    return escape(clean(text))


def printed_width(svg: str, width: float, height: float) -> float:
    """Return how wide a picture is in points where it may take so much room; never enlarged."""
    view = _VIEW.search(svg)
    if view is None:
        return width
    own = float(view[1])
    return own * min(1.0, width / own, height / float(view[2]))


def printed_size(svg: str, *, width: float = 538.0, height: float = 785.0) -> float:
    """Return the smallest size of letters, in points, when the picture is printed on one page.

    The default page is A4 upright with margins of 10 mm. Pictures are made smaller, not larger.
    """
    view = _VIEW.search(svg)
    sizes = [float(size) for size in _SIZE.findall(svg)]
    if view is None or not sizes:
        return 0.0
    return min(sizes) * min(1.0, width / float(view[1]), height / float(view[2]))
