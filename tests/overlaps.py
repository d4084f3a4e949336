"""What lies over what in a picture: arrows through titles, words over borders, boxes over boxes.

In: SVG of a `Drawing`. Out: a line for each thing that lies over another. Places are those that
`dot` wrote; the width of words is the width they are set to (`textLength`), or is measured.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from guidewright_visualize.typesetting import text_width

SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]
Inside = Callable[[float, float], bool]


@dataclass(frozen=True)
class Area:
    """A rectangle with the words in it, or the name of what it is."""

    left: float
    top: float
    right: float
    bottom: float
    said: str

    def over(self, other: Area) -> bool:
        beside = self.right <= other.left + 0.5 or other.right <= self.left + 0.5
        return not beside and self.top + 0.5 < other.bottom and other.top + 0.5 < self.bottom

    def within(self, other: Area) -> bool:
        along = other.left < self.left and self.right < other.right
        return along and other.top < self.top and self.bottom < other.bottom

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom


@dataclass
class Page:
    """What stands on a page; titles of groups are boxes without a border."""

    boxes: list[tuple[Area, Inside]] = field(default_factory=list)
    titles: list[Area] = field(default_factory=list)
    borders: list[Area] = field(default_factory=list)
    arrows: list[tuple[str, list[Point]]] = field(default_factory=list)
    labels: list[tuple[str, Area]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)  # words that do not fit their box
    grounded: list[Area] = field(default_factory=list)  # labels that cover what is below them


def overlaps(svg: str) -> list[str]:
    """Return what lies over what, in words."""
    page = _page(svg)
    outside = [f"{words!r} is wider than its box" for words in page.outside]
    return [*outside, *_arrows_through(page), *_over_each_other(page), *_borders_through(page)]


def _arrows_through(page: Page) -> Iterator[str]:
    for name, line in page.arrows:
        labels = (area for own, area in page.labels if own != name)
        for area in (*page.titles, *labels):
            if any(area.holds(x, y) for x, y in line):
                yield f"the arrow {name} runs through the words {area.said!r}"
        for box, inside in page.boxes:
            if sum(inside(x, y) for x, y in line) > 3:  # an end may reach a point into its box
                yield f"the arrow {name} runs through the box {box.said}"


def _over_each_other(page: Page) -> Iterator[str]:
    words = [*page.titles, *(area for _, area in page.labels)]
    boxes = [box for box, _ in page.boxes]
    for one, other in combinations((*words, *boxes), 2):
        if one.over(other):
            yield f"{one.said!r} lies over {other.said!r}"


def _borders_through(page: Page) -> Iterator[str]:
    words = [*page.titles, *(area for _, area in page.labels)]
    bare = [each for each in words if each not in page.grounded]
    for area in (*bare, *(box for box, _ in page.boxes)):
        for border in page.borders:
            if area.over(border) and not area.within(border):
                yield f"the border {border.said} runs through {area.said!r}"


def _page(svg: str) -> Page:
    page = Page()
    for part in ET.fromstring(svg).iter(f"{SVG}g"):
        name = part.get("id", "")
        words = list(_lines(part))
        if part.get("class") == "edge":
            drawn = [curve for path in part.iter(f"{SVG}path") for curve in _curve(path)]
            page.arrows.append((name, drawn))
            page.labels += [(name, each) for each in words]
            if any(each.get("fill") == "white" for each in part.iter(f"{SVG}polygon")):
                page.grounded += words
        elif part.get("class") == "cluster":
            page.titles += words
            if not name.endswith(":page"):
                page.borders += [area for area, _ in _outlines(part, name)]
        elif part.get("class") == "node" and ":title:" in name:
            page.titles += words
        elif part.get("class") == "node":
            outlines = list(_outlines(part, name))[-1:]  # the outermost of double borders
            page.boxes += outlines
            page.outside += [w.said for w in words for box, _ in outlines if not w.within(box)]
    return page


def _lines(part: ET.Element) -> Iterator[Area]:
    for text in part.iter(f"{SVG}text"):
        said = (text.text or "").strip()
        size = float(text.get("font-size", "0"))
        width = float(text.get("textLength") or text_width(said, size))
        anchor = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        left = float(text.get("x", "0")) - anchor * width
        line = float(text.get("y", "0"))
        if said:
            yield Area(left, line - 0.75 * size, left + width, line + 0.2 * size, said)


def _outlines(part: ET.Element, name: str) -> Iterator[tuple[Area, Inside]]:
    for each in part.iter():
        if each.tag == f"{SVG}ellipse":
            x, y, wide, high = (float(each.get(key, "0")) for key in ("cx", "cy", "rx", "ry"))
            area = Area(x - wide, y - high, x + wide, y + high, name)
            yield area, _in_ellipse(x, y, wide - 2, high - 2)
        elif each.tag in (f"{SVG}polygon", f"{SVG}path"):
            corners = _points(each.get("points") or each.get("d", ""))
            if each.tag == f"{SVG}path":
                corners = list(_curve(each))
            across, along = zip(*corners, strict=True)
            area = Area(min(across), min(along), max(across), max(along), name)
            yield area, _in_polygon(corners, area)


def _in_ellipse(x: float, y: float, wide: float, high: float) -> Inside:
    return lambda a, b: ((a - x) / wide) ** 2 + ((b - y) / high) ** 2 < 1


def _in_polygon(corners: list[Point], area: Area) -> Inside:
    def inside(x: float, y: float) -> bool:
        if not (area.left + 2 < x < area.right - 2 and area.top + 2 < y < area.bottom - 2):
            return False
        found = False
        for (a, b), (c, d) in pairwise([*corners, corners[0]]):
            if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
                found = not found
        return found

    return inside


def _points(text: str) -> list[Point]:
    numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _curve(path: ET.Element) -> Iterator[Point]:
    """Yield points of the Bézier curves of a path, at most one point apart."""
    ends = _points(path.get("d", ""))
    for start in range(0, len(ends) - 3, 3):
        a, b, c, d = ends[start : start + 4]
        steps = max(1, int(math.dist(a, b) + math.dist(b, c) + math.dist(c, d)))
        for step in range(steps + 1):
            t = step / steps
            share = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield (
                sum(k * p[0] for k, p in zip(share, (a, b, c, d), strict=True)),
                sum(k * p[1] for k, p in zip(share, (a, b, c, d), strict=True)),
            )
