"""Figures of a pack: drawings go in; pictures whose boxes can be followed, and their words, out.

A box of the picture leads to its entry in the text equivalent, and that to the statements it rests
on, to the table it asks, and to the boxes that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from guidewright.dmn.model import Definitions
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.drawing import Drawing, Node, Shape
from guidewright_visualize.pictures import render
from guidewright_visualize.program import Format
from guidewright_visualize.quoting import identity
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import Box, Figure, Link, Way
from guidewright_visualize.text import BoxWords, box_words, node_name, summary
from guidewright_visualize.typesetting import clean

_STATES = frozenset({Shape.ACTIVE, Shape.FINAL, Shape.HISTORY})  # of a statechart
RESOLUTION = 200  # dots per inch of the pictures in a PDF


def figures(
    guideline: Guideline, drawings: Iterable[Drawing], back: Backlinks, *, raster: bool
) -> tuple[Figure, ...]:
    """Return the figures of some drawings and note what they point at.

    With `raster` each has a PNG for paper, else that is empty.
    """
    tables = _tables_by_box(guideline)
    return tuple(_figure(guideline, each, tables, back, raster=raster) for each in drawings)


def _figure(
    guideline: Guideline,
    drawing: Drawing,
    tables: Mapping[str, str],
    back: Backlinks,
    *,
    raster: bool,
) -> Figure:
    words = [each for each in box_words(drawing) if each.text]
    links = {each.id: anchors.box(drawing.name, each.id) for each in words}
    arrivals = {
        node.id: links[edge.target]
        for node in drawing.nodes
        if node.shape is Shape.LINK
        for edge in drawing.edges
        if node.id == edge.source and edge.target in links
    }
    boxes = tuple(_boxes(guideline, drawing, words, links, tables, back))
    return Figure(
        anchor=anchors.figure(drawing.name),
        title=clean(drawing.title),
        alternative=summary(drawing),
        svg=render(drawing, links={**_onward(drawing), **arrivals, **links}).decode(),
        png=render(drawing, Format.PNG, resolution=RESOLUTION) if raster else b"",
        boxes=boxes,
        notes=tuple(map(clean, drawing.notes)),
    )


def _onward(drawing: Drawing) -> dict[str, str]:
    """Return the figures that ovals of a page lead to."""
    stem = drawing.name.rstrip("0123456789")
    return {
        node.id: anchors.figure(f"{stem}{node.page}")
        for node in drawing.nodes
        if node.shape is Shape.LINK and node.page is not None
    }


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
        if node is None or node.shape is not Shape.ELSEWHERE:
            targets = [link.to for link in (*cited, *asked)]
            back.add(targets, Link(_name(node, each), anchor))
        ways = tuple(Way(way.words, links.get(way.to, "")) for way in each.ways)
        drawn = identity(drawing.name, each.id)
        cites = each.cites if drawing.decision else ""
        text = f"{each.text}{cites}{each.mark}"
        yield Box(anchor, drawn, each.number, text, ways, (*cited, *asked))


def _name(node: Node | None, words: BoxWords) -> str:
    """Return what a box is called where something points at it."""
    if node is None:
        return words.text
    return f"{'state' if node.shape in _STATES else 'box'} {node_name(node)}"


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
