"""`python -m bench.review`: how long 60 states and 40 tables take to draw and to review.

In: nothing; `--quick` for a small guideline. Out: Markdown on standard output, and bench/REVIEW.md
without `--quick`. Times are seconds on the clock and of the processor (this process and the
programs it starts), beside one call of `dot` for one page in the same run: only that ratio carries
over elsewhere.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import guidewright
import guidewright_visualize as pictures
from bench import machine
from bench.review_model import CHAPTERS, write
from guidewright.guideline.guide import Guideline
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pdf import pack_to_pdf

HERE = Path(__file__).parent
TARGET = 20.0  # seconds for all drawings, and for the pack, as issue 7 asks


@dataclass(frozen=True, slots=True)
class Time:
    """What something took, on the clock and of the processor, and what it made."""

    name: str
    clock: float
    processor: float
    made: str


def timed(name: str, work: Callable[[], str]) -> Time:
    """Return what some work takes; it says what it made."""
    clock, before = time.perf_counter(), os.times()
    made = work()
    after = os.times()
    processor = sum(after[:4]) - sum(before[:4])
    return Time(name, time.perf_counter() - clock, processor, made)


def measured(folder: Path, chapters: int) -> Iterator[Time]:
    """Yield the times of one run, `dot` first."""
    write(folder, chapters)
    loaded: list[Guideline] = []

    def load() -> str:
        loaded.append(guidewright.load(folder))
        states = len(loaded[0].graph.states) if loaded[0].graph is not None else 0
        return f"{states} states, {len(tuple(loaded[0].model.definitions.decisions))} tables"

    first = timed("load", load)
    guide = loaded[0]
    page = next(pictures.workflow_pictures(guide, pictures.caption_of(guide)))
    yield timed("one page by `dot`", lambda: f"{len(pictures.render(page))} bytes")
    yield first
    yield timed("all drawings, as SVG", lambda: _all_drawings(guide))
    yield timed("review pack, HTML", lambda: f"{len(pack_to_html(pack_of(guide)))} letters")
    paper = timed(
        "review pack, PDF", lambda: f"{len(pack_to_pdf(pack_of(guide, raster=True)))} bytes"
    )
    yield paper


def _all_drawings(guide: Guideline) -> str:
    caption = pictures.caption_of(guide)
    decisions = [each.name for each in guide.model.definitions.decisions]
    drawn: list[pictures.Picture] = [
        *pictures.requirement_pictures(guide, caption),
        *pictures.table_pictures(guide, caption),
        *pictures.workflow_pictures(guide, caption),
        *pictures.workflow_pictures(guide, caption, statechart=True),
        *pictures.flowchart_pictures(guide, caption, decisions),
    ]
    return f"{len(drawn)} pages, {sum(len(pictures.render(each)) for each in drawn)} bytes"


def report(times: list[Time]) -> str:
    """Return the table of a run."""
    dot = times[0].clock
    rows = [
        f"| {each.name} | {each.clock:.2f} | {each.processor:.2f} "
        f"| {each.clock / dot:.0f} | {each.made} |"
        for each in times
    ]
    worst = max(each.clock for each in times)
    verdict = "met" if worst < TARGET else "NOT met"
    heads = ("what", "clock, s", "processor, s", "calls of `dot`", "what it made")
    head = f"| {' | '.join(heads)} |\n|---|---|---|---|---|"
    lines = [f"- {each.replace(', one of them used', '')}" for each in machine.description()]
    lines.append(f"- programs that wanted a processor meanwhile: {os.getloadavg()[0]:.1f}")
    said = f"The target of {TARGET:g} s for each is {verdict}: at most {worst:.1f} s."
    title = "# How long drawing and the review pack take\n\n`python -m bench.review`"
    return "\n".join((title, "", *lines, "", head, *rows, "", said, ""))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a guideline of two chapters")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        chapters = 2 if given.quick else CHAPTERS
        text = report(list(measured(Path(folder) / "generated", chapters)))
    print(text)
    if not given.quick:
        (HERE / "REVIEW.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
