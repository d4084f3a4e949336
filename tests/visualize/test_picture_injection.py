"""T7: whatever stands in a text of a model is shown, never read as DOT, markup or a command."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest

from guidewright_visualize import (
    Border,
    Caption,
    Cell,
    Column,
    ColumnKind,
    Drawing,
    Edge,
    Group,
    Mark,
    MarkKind,
    Node,
    Row,
    Shape,
    TableDrawing,
    render,
    text_equivalent,
    to_dot,
)

PAYLOADS = [
    *('"', '"]; evil [label="', '"; evil -> n1; "', '\\"', '\\\\"', "\\N", "\\G", "\\l", "\\"),
    *("<b>x</b>", "<<B>x</B>>", "<script>alert(1)</script>", "</svg><script>", "]]>", "<!--"),
    *("-->", "<TABLE>", "<BR/>", "%3Cb", "&", "&lt;", "&amp;lt;", "&#60;script&#62;", "&quot;"),
    *("&nosuch;", "{a|b}", "<port> a", "}", "{", ";", "//", "/*", "#", "digraph x {", "`id`"),
    *("subgraph cluster_evil {", "\n", "a\nb", "\r\n", "\t", "\x00", "\x1b[31m", "\u202e abc"),
    *("\u2066", "\ud800", "\ufffe", "😀", "日本語", "עברית", "e\u0301", "x" * 5000),
    *("word " * 1000, "javascript:alert(1)", "'"),
]


SHAPES = (Shape.ACTIVE, Shape.FINAL, Shape.HISTORY, Shape.INITIAL, Shape.ANSWER, Shape.NO_ANSWER)


def _drawing(text: str) -> Drawing:
    """A drawing with the text in every field that can come from a model."""
    mark = Mark(MarkKind.FINDING, text)
    return Drawing(
        name=text,
        title=text,
        nodes=(
            Node(text, Shape.STATE, (text,), number=1, annotations=(text,), marks=(mark,)),
            Node(f"2{text}", Shape.QUESTION, (text, text)),
            Node(f"3{text}", Shape.LINK, (text,)),
            *(Node(f"{shape.name}{text}", shape, (text,), marks=(mark,)) for shape in SHAPES),
        ),
        edges=(Edge(text, f"2{text}", label=text, marks=(mark,)), Edge(f"2{text}", f"4{text}")),
        groups=(
            Group(f"4{text}", text, (f"3{text}",)),
            Group(f"5{text}", text, (f"ACTIVE{text}",), border=Border.NESTED),
            Group(f"6{text}", text, (f"FINAL{text}",), border=Border.REGION, marks=(mark,)),
        ),
        notes=(text,),
        footer=Caption(text, text, text, text, (text,), text).footer,
    )


def _table(text: str) -> TableDrawing:
    """A table with the text in every field."""
    return TableDrawing(
        name=text,
        title=text,
        corner=text[:3],
        policy=text,
        columns=tuple(Column(kind, text, text, text) for kind in ColumnKind),
        rows=(Row(1, text, tuple(Cell(text) for _ in ColumnKind), (Mark(MarkKind.CHOSEN, text),)),),
        notes=(text,),
        footer=(text,),
    )


def _tree(svg: bytes) -> list[str]:
    """The elements of an SVG and their classes, without how many lines a text has."""
    root = ET.fromstring(svg)
    found = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        entry = f"{tag}.{element.get('class', '')}"
        if tag not in ("text", "polyline") and not (found and found[-1] == entry == "polygon."):
            found.append(entry)
    return found


@cache
def _plain_tree() -> list[str]:
    return _tree(render(_drawing("x"), "svg"))


@cache
def _plain_table_tree() -> list[str]:
    return [entry for entry in _tree(render(_table("x"), "svg")) if entry.startswith("g.")]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:20])
def test_drawing_has_no_extra_parts(payload: str) -> None:
    svg = render(_drawing(payload), "svg")
    assert _tree(svg) == _plain_tree()
    assert b"<script" not in svg
    assert b"href" not in svg.replace(b"xmlns:xlink", b"")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:20])
def test_table_has_no_extra_parts(payload: str) -> None:
    svg = render(_table(payload), "svg")
    assert [entry for entry in _tree(svg) if entry.startswith("g.")] == _plain_table_tree()
    assert b"<script" not in svg


@pytest.mark.parametrize("payload", ["<b>x</b>", "&lt;", "\\N", '"', "{a|b}", "&#60;b&#62;"])
def test_text_is_shown_as_it_is(payload: str) -> None:
    root = ET.fromstring(render(_drawing(payload), "svg"))
    shown = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert payload in shown
    root = ET.fromstring(render(_table(payload), "svg"))
    assert payload in [element.text for element in root.iter() if element.tag.endswith("text")]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:20])
def test_names_in_dot_are_ours(payload: str) -> None:
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', to_dot(_drawing(payload)))
    outside = re.sub(r"=<<(B|TABLE)\b.*?</\1>>", "=", outside)
    words = set(re.findall(r"[A-Za-z_]\w*", outside))
    ours = re.compile(r"n\d+|k\d+|cluster_\w+|[a-z]+|pencolor|minlen")
    assert not [word for word in words if not ours.fullmatch(word)]
    assert "evil" not in words


def test_text_equivalent_keeps_lines() -> None:
    assert len(text_equivalent(_drawing("a\nb")).splitlines()) == len(
        text_equivalent(_drawing("x")).splitlines()
    )
