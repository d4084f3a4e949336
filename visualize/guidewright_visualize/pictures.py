"""Render any drawing: `Drawing` or `TableDrawing` in; DOT text, SVG or PNG out."""

from __future__ import annotations

from collections.abc import Mapping

from guidewright_visualize.dot import drawing_to_dot
from guidewright_visualize.drawing import Drawing, Picture, TableDrawing
from guidewright_visualize.program import Format, places, render_dot
from guidewright_visualize.quoting import identity
from guidewright_visualize.svg import accessible
from guidewright_visualize.table_dot import table_to_dot
from guidewright_visualize.text import node_name, summary


def to_dot(picture: Picture) -> str:
    """Return the DOT text of one page."""
    return table_to_dot(picture) if isinstance(picture, TableDrawing) else drawing_to_dot(picture)


def render(
    picture: Picture,
    format: Format | str = Format.SVG,  # noqa: A002 (the word of graphviz)
    *,
    resolution: int = 150,
    links: Mapping[str, str] | None = None,
) -> bytes:
    """Return one page as SVG (with alternative text) or PNG; equal drawings give equal bytes.

    `links` makes boxes of an SVG lead to anchors of the page it becomes part of: box id → anchor.

    Raises `RenderError` when no program `dot` can be used, `ValueError` for another format.
    """
    wanted = Format(format)
    data = render_dot(to_dot(picture), wanted, resolution=resolution)
    if wanted is Format.PNG:
        return data
    names = (
        {f"n{index}": node_name(node) for index, node in enumerate(picture.nodes, 1)}
        if isinstance(picture, Drawing)
        else {}
    )
    return accessible(
        data.decode(),
        name=picture.name,
        title=picture.title,
        description=summary(picture),
        names=names,
        links={identity(picture.name, box): anchor for box, anchor in (links or {}).items()},
    ).encode()


def printed_places(drawing: Drawing) -> dict[str, tuple[int, int]]:
    """Return row and column of each box of a drawing, by its id, as it is printed."""
    at = places(to_dot(drawing))
    names = ((node.id, f"n{index}") for index, node in enumerate(drawing.nodes, 1))
    return {box: at[name] for box, name in names if name in at}
