"""Write a drawing as DOT text: the same drawing always gives the same bytes.

In: a `Drawing`. Out: text for Graphviz `dot`. Boxes are named n1, n2, ... and groups cluster_1,
cluster_1_1, ... so that no text of a model can be a name, a keyword or a port.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guidewright_visualize.drawing import (
    Drawing,
    Edge,
    Flow,
    Group,
    MarkKind,
    Node,
    Shape,
    Side,
    mark_words,
)
from guidewright_visualize.notation import (
    ARROWS,
    BORDERS,
    EDGES,
    GROUPS,
    PAGE_WIDTH,
    SHAPES,
    SIDES,
    SMALL_SIZE,
    TEXT_SIZE,
    TITLE_SIZE,
    Attributes,
)
from guidewright_visualize.quoting import (
    LEFT,
    grounded_label,
    html_label,
    identity,
    quote,
    quote_lines,
)
from guidewright_visualize.typesetting import FONT, balanced, shorten, text_width, wrap

_IN_WORDS = frozenset({Shape.INITIAL, Shape.HISTORY})  # too small, or too large, for a sample
NODE_GAP = 0.2  # inches
_LINK_LINES = 3
LONGEST = 600  # characters of a label that can fill these lines
MOST_LINES = 9  # of a label in a box; a longer label is cut (the text equivalent has it whole)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of boxes and groups in DOT, by their ids."""

    nodes: Mapping[str, str]
    groups: Mapping[str, tuple[str, Group]]


def drawing_to_dot(drawing: Drawing) -> str:
    """Return the DOT text of one page."""
    names = _Names(
        {node.id: f"n{index}" for index, node in enumerate(drawing.nodes, 1)},
        dict(_group_names(drawing.groups, "cluster")),
    )
    return "".join(f"{line}\n" for line in _page(drawing, names))


def _group_names(groups: tuple[Group, ...], above: str) -> Iterator[tuple[str, tuple[str, Group]]]:
    """Yield each group's id with its name in DOT, from outside to inside."""
    for number, group in enumerate(groups, 1):
        yield group.id, (f"{above}_{number}", group)
        yield from _group_names(group.groups, f"{above}_{number}")


def _page(drawing: Drawing, names: _Names) -> Iterator[str]:
    """Yield the lines: the title around everything, the boxes, the arrows, the legend."""
    direction = "TB" if drawing.flow is Flow.DOWN else "LR"
    page = {**page_attributes(drawing.name), "rankdir": direction, "compound": "true"}
    page["newrank"] = "true"  # rows are rows of the page, not of each group
    page |= {"nodesep": 0.1, "ranksep": 0.4} if drawing.flow is Flow.RIGHT else {}
    yield f"digraph {quote(drawing.name)} {{"
    yield "  " + statement("graph", page)
    yield "  " + statement("node", {"fontname": FONT, "fontsize": TEXT_SIZE})
    yield "  " + statement("edge", {"fontname": FONT, "fontsize": TEXT_SIZE, "arrowsize": 0.7})
    yield f"  label={quote_lines(_below(drawing), LEFT)};"
    yield "  subgraph cluster_page {"
    # arrows to the right may be led around above the boxes
    yield from title_lines(
        drawing.name, drawing.title, PAGE_WIDTH, apart=drawing.flow is Flow.RIGHT
    )
    grouped = {member for group in drawing.groups for member in group.members}
    free = tuple(node.id for node in drawing.nodes if node.id not in grouped)
    yield from _boxes(drawing, free, names)
    for group in drawing.groups:
        yield from _cluster(drawing, group, names)
    for number, edge in enumerate(drawing.edges, 1):
        yield "    " + _edge(drawing, edge, number, names)
    if drawing.flow is Flow.DOWN:
        yield from _samples(drawing, names)
    yield "  }"
    yield "}"


def page_attributes(name: str) -> dict[str, str | float]:
    """Return the attributes every page has."""
    return {
        "id": identity(name),
        "charset": "UTF-8",
        "bgcolor": "white",
        "fontname": FONT,
        "fontsize": SMALL_SIZE,
        "labelloc": "b",
        "labeljust": "l",
        "splines": "spline",
        "nodesep": NODE_GAP,
        "ranksep": 0.22,
        "pad": 0.1,
    }


def title_lines(name: str, title: str, width: float, *, apart: bool = False) -> Iterator[str]:
    """Yield the attributes of the frame that carries the title; `apart` leaves a line below it."""
    lines = [*wrap(title, width * 0.9, TITLE_SIZE), *([""] if apart else [])]
    yield f"    id={quote(identity(name, 'page'))};"
    yield f"    label={html_label(lines, bold=True) if title else quote('')};"
    yield f'    labelloc="t"; labeljust="l"; pencolor="none"; fontname={quote(FONT)};'
    yield f"    fontsize={TITLE_SIZE}; margin=4;"


def statement(subject: str, attributes: Attributes, label: str = "", *, name: str = "label") -> str:
    """Return `subject [name=value, ...];`, attributes in their order; `label` is quoted already.

    >>> statement("n1", {"shape": "box", "penwidth": 1.8}, quote("a"))
    'n1 [shape="box", penwidth=1.8, label="a"];'
    """
    parts = [
        f"{key}={value if isinstance(value, int | float) else quote(value)}"
        for key, value in attributes.items()
    ]
    if label:
        parts.append(f"{name}={label}")
    return f"{subject} [{', '.join(parts)}];"


def _boxes(drawing: Drawing, ids: tuple[str, ...], names: _Names) -> Iterator[str]:
    """Yield boxes of one area, and which of them stand side by side."""
    here = set(ids)
    for node in drawing.nodes:
        if node.id in here:
            yield "    " + _node(drawing, node, names)
    for edge in drawing.edges:
        if edge.side is Side.RIGHT and edge.source in here and edge.target in here:
            pair = f"{names.nodes[edge.source]}; {names.nodes[edge.target]};"
            yield f'    {{ rank="same"; {pair} }}'


def _cluster(drawing: Drawing, group: Group, names: _Names) -> Iterator[str]:
    """Yield a group with its border and its title."""
    title = f"{mark_words(group.marks)} {group.label}" if group.marks else group.label
    lines = wrap(title, PAGE_WIDTH * 0.45, TEXT_SIZE)
    boxed = drawing.flow is Flow.DOWN
    width = 1.6 if group.marks else 1
    yield f"    subgraph {names.groups[group.id][0]} {{"
    yield f"    id={quote(identity(drawing.name, 'group', group.id))};"
    yield f"    label={quote('') if boxed else quote_lines(lines, LEFT)};"
    style = GROUPS[group.border].attributes["style"]
    yield f'    style="{style}"; pencolor="black"; penwidth={width}; fontname={quote(FONT)};'
    yield f'    fontsize={TEXT_SIZE}; labeljust="l"; margin=8;'
    if boxed:
        yield from _title_box(drawing, group, lines, names)
    yield from _boxes(drawing, group.nodes, names)
    for inner in group.groups:
        yield from _cluster(drawing, inner, names)
    if group.groups:
        yield from _aside(drawing, group, names)
    yield from _way_out(drawing, group, names)
    yield "    }"


def _title_box(drawing: Drawing, group: Group, lines: list[str], names: _Names) -> Iterator[str]:
    """Yield the title of a group as a box above all others in it.

    `dot` leads arrows around boxes, but through the labels of groups.
    """
    name = _title(group, names)
    style: Attributes = {
        "id": identity(drawing.name, "title", group.id),
        "shape": "plaintext",
        "margin": 0,
        "height": 0.2,
    }
    yield "    " + statement(name, style, quote_lines(lines))
    below = [names.nodes[each] for each in group.nodes]
    below += [_title(inner, names) for inner in group.groups]
    yield f'    {name} -> {{ {"; ".join(below)} }} [style="invis", weight=0];'


def _aside(drawing: Drawing, group: Group, names: _Names) -> Iterator[str]:
    """Yield that boxes which no arrow ties to others of a group stand below its inner groups."""
    ends = ((edge.source, edge.target) for edge in drawing.edges)
    inner = (pair for pair in ends if all(_holds(group, end) for end in pair))
    tied = {end for pair in inner for end in pair}
    lasts = [names.nodes[part.members[-1]] for part in group.groups]
    for box in group.nodes:
        if box not in tied:
            yield f'    {{ {"; ".join(lasts)} }} -> {names.nodes[box]} [style="invis", weight=0];'


def _title(group: Group, names: _Names) -> str:
    """Return the name of the box that holds the title of a group."""
    return f"{names.groups[group.id][0]}_title"


def _node(drawing: Drawing, node: Node, names: _Names) -> str:
    """Return the statement of one box."""
    look = SHAPES[node.shape]
    lines = _label(node, look.width)
    style: dict[str, str | float] = {"id": identity(drawing.name, node.id), **look.attributes}
    for mark in node.marks:
        style |= _marked(style, BORDERS[mark.kind].attributes)
    if look.attributes["shape"] == "box":
        widest = max((text_width(line, TEXT_SIZE) for line in lines), default=0)
        style["width"] = round((widest + 16) / 72, 3)
    return statement(names.nodes[node.id], style, quote_lines(lines))


def _label(node: Node, width: float) -> list[str]:
    """Return the lines in a box: number, mark and statements; then what it says."""
    number = "" if node.number is None else str(node.number)
    rests_on = f"[{', '.join(node.annotations)}]" if node.annotations else ""
    head = "  ".join(part for part in (number, mark_words(node.marks), rests_on) if part)
    parts = (part[:LONGEST] for part in node.label)
    text = [line for part in parts for line in balanced(part, width, TEXT_SIZE)]
    text = shorten(text, _LINK_LINES if node.shape is Shape.LINK else MOST_LINES)
    first = wrap(head, width, TEXT_SIZE) if head else []
    return [*first, *text] if number else [*text, *first]


def _marked(style: Attributes, border: Attributes) -> Attributes:
    """Return a border with one more mark; a style of the shape (rounded) stays, lines add up."""
    found = dict(border)
    styles = [str(part["style"]).split(",") for part in (style, border) if "style" in part]
    if styles:
        found["style"] = ",".join(dict.fromkeys(each for part in styles for each in part))
    for name in ("penwidth", "peripheries"):
        if name in border and name in style:
            found[name] = max(float(style[name]), float(border[name]))
    return found


def _edge(drawing: Drawing, edge: Edge, number: int, names: _Names) -> str:
    """Return the statement of one arrow; an arrow of a group begins or ends at its border."""
    tail, tail_group = _end(drawing, edge.source, edge.target, names)
    head, head_group = _end(drawing, edge.target, edge.source, names, into=True)
    style: dict[str, str | float] = {"id": identity(drawing.name, "edge", str(number))}
    style |= EDGES[edge.kind].attributes
    style |= SIDES[edge.side]
    if tail_group is not None:
        style["ltail"] = tail_group
    if head_group is not None:
        style["lhead"] = head_group
    for mark in edge.marks:
        style |= ARROWS[mark.kind]
    if edge.rows > 1:
        style["minlen"] = edge.rows
    arrow = f"{tail} -> {head}"
    said = [mark for mark in edge.marks if edge.label or mark.kind is not MarkKind.PATH]
    label = " ".join(part for part in (mark_words(said), edge.label) if part)
    words = balanced(label, 80, TEXT_SIZE) if label else []
    lines = [f"  {line}  " for line in words]
    if edge.side is Side.RIGHT and lines:
        style |= _beside(lines)
        return statement(arrow, style, quote_lines(lines), name="taillabel")
    if not lines and any((e.source, e.target) == (edge.target, edge.source) for e in drawing.edges):
        lines = [" " * 8]  # keeps it apart from the arrow that leads back
    if drawing.groups and words:
        return statement(arrow, style, grounded_label(words))
    return statement(arrow, style, quote_lines(lines) if lines else "")


def _beside(lines: list[str]) -> dict[str, str | float]:
    """Return where the label of a short arrow to the right stands, and the room for it.

    `dot` would put an ordinary label of such an arrow into a row of its own.
    """
    along = max(text_width(line, TEXT_SIZE) for line in lines) / 2 + 4
    above = len(lines) * TEXT_SIZE * 0.6 + 3
    return {
        "minlen": math.ceil((2 * along + 6) / 72 / NODE_GAP / 2),  # dot doubles it
        "labeldistance": round(math.hypot(along, above) / 10, 2),
        "labelangle": round(math.degrees(math.atan2(above, along)), 1),
    }


def _end(
    drawing: Drawing,
    id: str,  # noqa: A002
    other: str,
    names: _Names,
    *,
    into: bool = False,
) -> tuple[str, str | None]:
    """Return the box an arrow is tied to, and the group whose border it ends at.

    An arrow between a group and something inside it is tied to the first box of the group.
    """
    if id in names.nodes:
        return names.nodes[id], None
    cluster, group = names.groups[id]
    first = names.nodes[group.members[0]]
    if _holds(group, other):
        return first, None
    if into:
        return (_title(group, names) if drawing.flow is Flow.DOWN else first), cluster
    return f"{cluster}_out", cluster


def _holds(group: Group, other: str) -> bool:
    """Whether a box or group is inside a group, or is the group."""
    return other in group.members or any(part.id == other for part in group.nested)


def _way_out(drawing: Drawing, group: Group, names: _Names) -> Iterator[str]:
    """Yield the point below all parts of a group that its arrows leave from, if it has any."""
    if not any(e.source == group.id and not _holds(group, e.target) for e in drawing.edges):
        return
    point = f"{names.groups[group.id][0]}_out"
    hidden: Attributes = {"style": "invis", "minlen": 0, "weight": 0}
    size: Attributes = {"shape": "point", "style": "invis", "width": 0.01, "height": 0.01}
    yield "    " + statement(point, size)
    for part in group.groups or (group,):
        yield "    " + statement(f"{names.nodes[part.members[-1]]} -> {point}", hidden)


def _below(drawing: Drawing) -> list[str]:
    """Return the lines below the boxes: what arrows and marks mean, notes, the footer."""
    told = (s for s in drawing.legend if drawing.flow is not Flow.DOWN or s in _IN_WORDS)
    shapes = [f"{SHAPES[shape].word} = {shape.value}" for shape in told]
    arrows = [f"{EDGES[kind].word} = {kind.value}" for kind in drawing.arrows]
    frames = [f"{GROUPS[each].word} = {each.value}" for each in drawing.borders]
    marks = [f"{kind.sign} ({BORDERS[kind].word}) = {kind.value}" for kind in drawing.mark_kinds]
    cites = any(node.annotations for node in drawing.nodes)
    statements = ["[S…] = numbered statements of the source"] if cites else []
    legend = [*shapes, *arrows, *frames, *marks, *statements]
    lines = [*(["; ".join(legend)] if legend else []), *drawing.notes, *drawing.footer]
    return [part for line in lines for part in wrap(line, PAGE_WIDTH, SMALL_SIZE)]


def _samples(drawing: Drawing, names: _Names) -> Iterator[str]:
    """Yield the legend: one small sample of each shape, in a row below everything."""
    shapes = [shape for shape in drawing.legend if shape not in _IN_WORDS]
    samples = [f"k{index}" for index in range(1, len(shapes) + 1)]
    if not samples:
        return
    yield '    { rank="same";'
    for name, shape in zip(samples, shapes, strict=True):
        style: dict[str, str | float] = {"id": identity(drawing.name, "legend", shape.value)}
        style |= SHAPES[shape].attributes
        style |= {"fontsize": SMALL_SIZE, "height": 0.3, "color": "gray35"}
        yield "    " + statement(name, style, quote_lines(wrap(shape.value, 80, SMALL_SIZE)))
    yield "    }"
    if len(samples) > 1:
        yield f'    {" -> ".join(samples)} [style="invis"];'
    for node in _last(drawing):
        yield f'    {names.nodes[node.id]} -> {samples[0]} [style="invis", weight=0];'


def _last(drawing: Drawing) -> list[Node]:
    """Return the boxes no arrow leaves downwards: the legend stands below them.

    Boxes are numbered as they stand: an arrow to a lower number leads up.
    """
    numbers = {node.id: node.number or 0 for node in drawing.nodes}
    leaving = {
        edge.source
        for edge in drawing.edges
        if edge.side not in (Side.RIGHT, Side.BACK)
        and not 0 < numbers.get(edge.target, 0) < numbers.get(edge.source, 0)
    }
    return [node for node in drawing.nodes if node.id not in leaving] or list(drawing.nodes)
