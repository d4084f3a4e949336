"""The same model always gives the same DOT and SVG, in every process; golden files guard them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from picture_samples import (
    CAPTION,
    TAKEN,
    VISITED,
    check_golden,
    definitions,
    graph,
    table_drawing,
    table_trace,
    tree,
)

from guidewright_visualize import (
    Drawing,
    TableDrawing,
    draw_flowchart,
    draw_requirements,
    draw_statechart,
    draw_workflow,
    mark_path,
    mark_rules,
    mark_way,
    render,
    text_equivalent,
    to_dot,
)


def _page(index: int) -> Drawing:
    return draw_workflow(graph(), caption=CAPTION)[index]


def _marked(index: int) -> Drawing:
    page = mark_path(draw_workflow(graph(), caption=CAPTION), VISITED, TAKEN)[index]
    return replace(page, name=f"marked-{page.name}")


def _marked_flowchart() -> Drawing:
    pages = draw_flowchart(tree(), name="marked-flowchart", caption=CAPTION)
    return mark_way(pages, tree(), (200, None, "closed"))[0]


def _marked_statechart() -> Drawing:
    page = mark_path(draw_statechart(graph(), caption=CAPTION), VISITED, TAKEN)[2]
    return replace(page, name="marked-statechart")


PICTURES: dict[str, Callable[[], Drawing | TableDrawing]] = {
    "requirements": lambda: draw_requirements(definitions(), caption=CAPTION),
    "workflow-1": lambda: _page(0),
    "workflow-2": lambda: _page(1),
    "marked-workflow-1": lambda: _marked(0),
    "marked-workflow-2": lambda: _marked(1),
    "statechart-1": lambda: draw_statechart(graph(), caption=CAPTION)[0],
    "statechart-3": lambda: draw_statechart(graph(), caption=CAPTION)[2],
    "marked-statechart": _marked_statechart,
    "flowchart": lambda: draw_flowchart(tree(), name="flowchart", caption=CAPTION)[0],
    "marked-flowchart": _marked_flowchart,
    "table": table_drawing,
    "marked-table": lambda: mark_rules(table_drawing(), table_trace()),
}


@pytest.mark.parametrize("name", PICTURES)
def test_golden(name: str) -> None:
    picture = PICTURES[name]()
    check_golden(f"{name}.dot", to_dot(picture).encode())
    check_golden(f"{name}.svg", render(picture, "svg"))
    check_golden(f"{name}.txt", text_equivalent(picture).encode())


@pytest.mark.parametrize("form", ["svg", "png"])
def test_same_bytes_in_other_processes(form: str) -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]);"
        "from test_picture_golden import PICTURES; from guidewright_visualize import render;"
        "data = b''.join(render(make(), sys.argv[2]) for make in PICTURES.values());"
        "print(hashlib.sha256(data).hexdigest())"
    )
    here = os.path.dirname(__file__)  # noqa: PTH120 (handed to another process as text)
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, here, form],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(digests) == 1
