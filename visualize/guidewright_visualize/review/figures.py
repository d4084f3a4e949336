"""Figures of a pack: drawings go in; pictures whose boxes can be followed, and their words, out.

A box of the picture leads to its entry in the text equivalent, and that to the statements it rests
on, to the table it asks, and to the boxes that follow.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import itemgetter

from guidewright.dmn.model import Definitions
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.drawing import Drawing, MarkKind, Node, Shape
from guidewright_visualize.pictures import render
from guidewright_visualize.program import Format
from guidewright_visualize.quoting import identity
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import Box, Figure, Link, Way
from guidewright_visualize.svg import printed_size, printed_width
from guidewright_visualize.text import BoxWords, box_words, node_name, summary
from guidewright_visualize.typesetting import clean

_STATES = frozenset({Shape.ACTIVE, Shape.FINAL, Shape.HISTORY})  # of a statechart
RESOLUTION = 200  # dots per inch of the pictures in a PDF
# points that a picture may take on A4 paper: with its words below it, alone, turned to landscape
# below a heading of its part, and without one
ROOMS = (
    (538.0, 560.0, False),
    (538.0, 690.0, False),
    (785.0, 456.0, True),
    (785.0, 490.0, True),
)
READABLE, LARGEST = 7.0, 8.5  # points: the letters of a picture on paper


def figures(
    guideline: Guideline, drawings: Iterable[Drawing], back: Backlinks, *, raster: bool
) -> tuple[Figure, ...]:
    """Return the figures of some drawings and note what they point at.

    With `raster` each has a PNG for paper, else that is empty. Pictures are rendered side by side.
    """
    tables, drawn = _tables_by_box(guideline), tuple(drawings)
    words = [[each for each in box_words(drawing) if each.text] for drawing in drawn]
    anchored = [
        {each.id: anchors.box(drawing.name, each.id) for each in said}
        for drawing, said in zip(drawn, words, strict=True)
    ]
    shown = frozenset(anchors.figure(drawing.name) for drawing in drawn)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # what they wait for are programs
        render_one = partial(_rendered, shown=shown, raster=raster)
        rendered = list(pool.map(render_one, drawn, anchored))
    return tuple(
        _figure(drawing, pictures, tuple(_boxes(guideline, drawing, said, links, tables, back)))
        for drawing, pictures, said, links in zip(drawn, rendered, words, anchored, strict=True)
    )


def _rendered(
    drawing: Drawing, links: Mapping[str, str], *, shown: frozenset[str], raster: bool
) -> tuple[str, bytes]:
    """Return a drawing as SVG whose boxes are links, and as PNG if there is to be one.

    `shown` are the figures that links can lead to.
    """
    arrivals = {
        node.id: links[edge.target]
        for node in drawing.nodes
        if node.shape is Shape.LINK
        for edge in drawing.edges
        if node.id == edge.source and edge.target in links
    }
    svg = render(drawing, links={**_onward(drawing, shown), **arrivals, **links}).decode()
    return svg, render(drawing, Format.PNG, resolution=RESOLUTION) if raster else b""


def _figure(drawing: Drawing, rendered: tuple[str, bytes], boxes: tuple[Box, ...]) -> Figure:
    svg, png = rendered
    width, turned = _on_paper(svg)
    return Figure(
        anchor=anchors.figure(drawing.name),
        title=clean(drawing.title),
        alternative=summary(drawing),
        svg=svg,
        png=png,
        boxes=boxes,
        notes=tuple(map(clean, drawing.notes)),
        width=width,
        turned=turned,
    )


def _on_paper(svg: str) -> tuple[float, bool]:
    """Return how wide a picture is on paper, and whether its page is turned to landscape.

    It takes the first room in which its letters can be read, else that in which they are largest.
    """
    sizes = [(printed_size(svg, width=w, height=h), w, h, turned) for w, h, turned in ROOMS]
    readable = (each for each in sizes if each[0] >= READABLE)
    size, width, height, turned = next(readable, max(sizes, key=itemgetter(0)))
    return printed_width(svg, width, height) * min(1.0, LARGEST / max(size, 1.0)), turned


def _onward(drawing: Drawing, drawn: frozenset[str]) -> dict[str, str]:
    """Return the figures that ovals of a page lead to, if they are among those that are drawn."""
    stem = drawing.name.rstrip("0123456789")
    leads = {
        node.id: anchors.figure(f"{stem}{node.page}")
        for node in drawing.nodes
        if node.shape is Shape.LINK and node.page is not None
    }
    return {box: figure for box, figure in leads.items() if figure in drawn}


def _boxes(
    guideline: Guideline,
    drawing: Drawing,
    words: Iterable[BoxWords],
    links: Mapping[str, str],
    tables: Mapping[str, str],
    back: Backlinks,
) -> Iterator[Box]:
    file = guideline.file
    for each in words:
        node = drawing.node(each.id)
        anchor = links[each.id]
        ids = node.annotations if node is not None else ()
        cited = [Link(id_, anchors.statement(id_)) for id_ in ids if id_ in file.statements]
        cited += [Link(id_, anchors.ambiguity(id_)) for id_ in ids if id_ in file.ambiguities]
        asked = [Link("its table", tables[each.id])] if each.id in tables else []
        if drawing.decision and node is not None:  # its statements are those of the rules
            cited = [Link(rule, anchors.rule(drawing.decision, rule)) for rule in node.rules]
        found = [
            Link(str(number), anchors.finding(number), "finding") for number in _findings(node)
        ]
        elsewhere = node is not None and node.shape is Shape.ELSEWHERE
        shown = found if elsewhere else (*cited, *asked, *found)
        back.add([link.to for link in shown], _back(drawing, node, each, anchor))
        ways = tuple(Way(way.words, links.get(way.to, "")) for way in each.ways)
        drawn = identity(drawing.name, each.id)
        cites = each.cites if drawing.decision else ""
        text = f"{each.text}{cites}{each.mark}"
        yield Box(anchor, drawn, each.number, text, ways, (*cited, *asked, *found))


def _findings(node: Node | None) -> Iterator[int]:
    """Yield the numbers of the findings that are marked at a box."""
    for mark in node.marks if node is not None else ():
        if mark.kind is MarkKind.FINDING:
            yield from map(int, mark.text.split(", "))


def _back(drawing: Drawing, node: Node | None, words: BoxWords, anchor: str) -> Link:
    """Return how a box is named where something points at it.

    Boxes of a flowchart have one count over all its pages; each page of diagrams has its own.
    """
    if node is not None and node.number is not None:
        where = f"question of {clean(drawing.decision)}" if drawing.decision else "box"
        return Link(str(node.number), anchor, where)
    if not words.number:
        return Link(words.text, anchor)
    if node is not None and node.shape in _STATES:
        return Link(node_name(node), anchor, "state")
    page = drawing.name.rpartition("-")[2]
    of = f"diagram {page}," if page.isdigit() else "diagram,"
    return Link(words.number, anchor, f"{of} box")


def _tables_by_box(guideline: Guideline) -> dict[str, str]:
    """Return the tables that boxes stand for or ask, by decision id or name of the state."""
    definitions: Definitions = guideline.model.definitions
    drawn = {normal(decision.name): decision for decision, _ in tables_of(definitions)}
    found = {
        decision.id: anchors.table(decision.name) for decision in drawn.values() if decision.id
    }
    for state in guideline.graph.states if guideline.graph is not None else ():
        if state.ask is not None and normal(state.ask.decision.name) in drawn:
            found[state.name] = anchors.table(state.ask.decision.name)
    return found
