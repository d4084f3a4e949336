"""Say in words what a picture shows: a drawing goes in, a numbered list comes out.

The list has everything the picture has (boxes, ways, statements, marks), so it can be read
instead of it: by a screen reader, in a mail, in a difference between two versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guidewright_visualize.drawing import (
    ColumnKind,
    Drawing,
    Edge,
    EdgeKind,
    Mark,
    Node,
    Picture,
    Row,
    Shape,
    TableDrawing,
)
from guidewright_visualize.tables import ANY
from guidewright_visualize.typesetting import clean

_NEEDS = {
    EdgeKind.INFORMATION: "needs",
    EdgeKind.KNOWLEDGE: "calls",
    EdgeKind.AUTHORITY: "rests on",
}

_HEADS = {
    ColumnKind.INPUT: "when",
    ColumnKind.OUTPUT: "then",
    ColumnKind.ANNOTATION: "it rests on",
}
_NOTHING = {ColumnKind.INPUT: "(always)", ColumnKind.OUTPUT: "(nothing)"}


def text_equivalent(picture: Picture) -> str:
    """Return the picture as a text; every line ends with a line break."""
    body = _table(picture) if isinstance(picture, TableDrawing) else _drawing(picture)
    lines = [clean(picture.title), "", *body, *_last(picture)]
    return "".join(f"{line}\n" for line in lines)


def summary(picture: Picture) -> str:
    """Return one or two sentences: the alternative text of the picture."""
    if isinstance(picture, TableDrawing):
        marked = [str(row.number) for row in picture.rows if row.marks]
        size = f"Decision table with {_count(len(picture.rows), 'rule')}, {picture.policy}."
        return size + (f" Marked: {_count_word(marked, 'rule')}." if marked else "")
    path = [node_name(node) for node in picture.nodes if node.marks]
    size = f"Drawing with {_count(len(picture.nodes), 'box', 'boxes')}, {picture.flow.value}."
    return size + (f" Marked: {'; '.join(path)}." if path else "")


def _count(number: int, one: str, many: str = "") -> str:
    """Return `1 rule` or `3 rules`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _count_word(marked: list[str], word: str) -> str:
    """Return `rule 3` or `rules 3, 5`."""
    return f"{word}{'' if len(marked) == 1 else 's'} {', '.join(marked)}"


def node_name(node: Node) -> str:
    """Return what a box is called in a sentence: its number and the first line of its label."""
    if node.shape is Shape.LINK:
        return clean(" ".join(node.label))
    label = clean(node.label[0]) if node.label else node.id
    return label if node.number is None else f"{node.number} {label}"


@dataclass(frozen=True, slots=True)
class WayWords:
    """What follows a box, in words; `to` is the box or group it leads to, or empty."""

    words: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class BoxWords:
    """A box, or a group that ways leave, in words; `id` is that of the drawing.

    `cites` are the statements it rests on, `mark` is why it is marked; both may be empty.
    """

    id: str
    number: str
    text: str
    ways: tuple[WayWords, ...]
    cites: str = ""
    mark: str = ""


def _drawing(drawing: Drawing) -> Iterator[str]:
    """Yield the boxes in their order, each with what follows it or what it needs."""
    for box in box_words(drawing):
        if box.text:
            number = f"{box.number}. " if box.number else ""
            yield f"{number}{box.text}{box.cites}{box.mark}"
            yield from (f"   - {way.words}" for way in box.ways)
        else:
            yield from (way.words for way in box.ways)


def box_words(drawing: Drawing) -> Iterator[BoxWords]:
    """Yield every box in words, then every group that ways leave from anywhere inside.

    Where a way comes in from another page there is no text, only where it leads.
    """
    parts = [part for group in drawing.groups for part in group.nested]
    ends = {node.id: node_name(node) for node in drawing.nodes}
    ends |= {part.id: clean(part.label) for part in parts}
    inside = {member: clean(part.label) for part in parts for member in part.members}
    numbered = any(node.number is not None for node in drawing.nodes)
    in_order = sorted(drawing.nodes, key=lambda node: node.number or 0)
    for index, node in enumerate(in_order, 1):
        ways = [edge for edge in drawing.edges if edge.source == node.id]
        if node.shape is Shape.LINK:
            arrivals = (WayWords(f"Arriving {_arrival(edge, ends)}", edge.target) for edge in ways)
            yield BoxWords(node.id, "", "", tuple(arrivals))
            continue
        if node.shape is Shape.INITIAL:
            where = f" {inside[node.id]}" if node.id in inside else ""
            begun = (WayWords(f"Begin{where}: go to {ends[e.target]}", e.target) for e in ways)
            yield BoxWords(node.id, "", "", tuple(begun))
            continue
        number = str(node.number or ("" if numbered else index))
        following = [
            WayWords(_way(edge, ends), edge.target) for edge in ways if edge.kind not in _NEEDS
        ]
        needed = [WayWords(words) for words in _needs(drawing, node, ends)]
        cites = f" [{', '.join(map(clean, node.annotations))}]" if node.annotations else ""
        text, ways_on = _box(node, inside), (*following, *needed)
        yield BoxWords(node.id, number, text, ways_on, cites, _marks(node.marks))
    for part in parts:
        leaving = [
            WayWords(_way(edge, ends), edge.target)
            for edge in drawing.edges
            if edge.source == part.id
        ]
        if leaving:
            text = f"From anywhere in: {clean(part.label)}"
            yield BoxWords(part.id, "", text, tuple(leaving), mark=_marks(part.marks))


def _box(node: Node, inside: Mapping[str, str]) -> str:
    """Return what stands in a box, its kind, and the group it is in."""
    label = "; ".join(clean(line) for line in node.label)
    label += f" {clean(node.id)}" if node.shape is Shape.HISTORY else ""  # too long for the circle
    group = f" (in: {inside[node.id]})" if node.id in inside else ""
    return f"{label} ({node.shape.value}){group}"


def _arrival(edge: Edge, ends: Mapping[str, str]) -> str:
    """Return where an arrow from another page comes in."""
    return f"{ends[edge.source]}: go to {ends[edge.target]}{_marks(edge.marks)}"


def _way(edge: Edge, ends: Mapping[str, str]) -> str:
    """Return where an arrow leads, and when."""
    label = f"{clean(edge.label)}: " if edge.label else ""
    leaving = "leaves the path; " if edge.kind is EdgeKind.EXCEPTION else ""
    return f"{leaving}{label}go {_to(ends[edge.target])}{_marks(edge.marks)}"


def _to(end: str) -> str:
    """Return the end of an arrow; an oval already says `to`."""
    return end if end.startswith("to ") else f"to {end}"


def _needs(drawing: Drawing, node: Node, ends: Mapping[str, str]) -> Iterator[str]:
    """Yield what a box of a requirement diagram needs, by kind."""
    for kind, verb in _NEEDS.items():
        needed = [
            ends[edge.source]
            for edge in drawing.edges
            if edge.target == node.id and edge.kind is kind
        ]
        if needed:
            yield f"{verb}: {', '.join(needed)}"


def _marks(marks: Sequence[Mark]) -> str:
    """Return marks in words, or nothing."""
    said = (f"{mark.kind.value}, {clean(mark.text)}".removesuffix(", ") for mark in marks)
    pairs = zip(marks, said, strict=True)
    return "".join(f" {mark.kind.sign} {words}" for mark, words in pairs)


def _table(table: TableDrawing) -> Iterator[str]:
    """Yield hit policy, the patient's values, and the rules."""
    yield f"Hit policy {table.corner}, {table.policy}."
    values = [f"{clean(c.title)} = {clean(c.value)}" for c in table.columns if c.value]
    if values:
        yield f"Values of this patient: {'; '.join(values)}."
    yield ""
    for row in table.rows:
        yield from _rule(table, row)


def _rule(table: TableDrawing, row: Row) -> Iterator[str]:
    """Yield one rule: its name and mark, then conditions, conclusions and annotations."""
    name = f" {clean(row.id)}" if row.id else ""
    yield f"{row.number}.{name}{_marks(row.marks)}"
    cells = list(zip(table.columns, row.cells, strict=True))
    for kind, word in _HEADS.items():
        said = [
            f"{clean(column.title)}: {clean(cell.text)}{_marks(cell.marks)}"
            for column, cell in cells
            if column.kind is kind and cell.text not in ("", ANY)
        ]
        if said or kind is not ColumnKind.ANNOTATION:
            yield f"   - {word} {'; '.join(said) or _NOTHING[kind]}"


def _last(picture: Picture) -> Iterator[str]:
    """Yield notes and footer."""
    lines = (*picture.notes, *picture.footer)
    if lines:
        yield ""
    yield from map(clean, lines)
