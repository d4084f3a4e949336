"""Nothing lies over anything else in the pictures of the shipped models; packs: tests/review."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from overlaps import overlaps

from guidewright.cli import main
from guidewright_visualize.program import find_dot

MODELS = Path(__file__).parents[2] / "models"
SHIPPED = ("b12-deficiency", "sepsis-hour-1", "who-anc-anaemia/published")
MARKS = {"plain": (), "coverage": ("--coverage",), "findings": ("--findings",)}


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("model", SHIPPED)
def test_nothing_lies_over_anything(model: str, marks: str, tmp_path: Path) -> None:
    kinds = ["requirements", "workflow", "statechart"]
    only = [option for kind in kinds for option in ("--only", kind)]
    given = ["draw", str(MODELS / model), *only, *MARKS[marks], "--output", str(tmp_path)]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 0, done.output
    pictures = sorted(tmp_path.glob("*.svg"))
    assert pictures
    found = {each.name: overlaps(each.read_text(encoding="utf-8")) for each in pictures}
    assert {name: said for name, said in found.items() if said} == {}


BOX = 'a [id="a" shape=box width=2 height=1 pos="100,100!" label="first"];'
FAULTS = {  # a picture with a fault, and the words for it
    "arrow through a box": (
        """
        @ b [id="b" shape=box pos="0,100!"];
        c [id="c" shape=box pos="300,100!"];
        b -> c [id="way" pos="e,273,100 27,100 100,100 200,100 263,100"];
        """,
        "the arrow way runs through the box a",
    ),
    "arrow through a title": (
        """
        subgraph cluster_1 {
        id="it";
        bb="0,0,200,200";
        label="The title";
        lp="100,190";
        b [id="b" shape=box pos="50,50!"];
        }
        c [id="c" shape=box pos="100,300!"];
        c -> b [id="way" pos="e,50,70 100,280 100,250 100,190 60,80"];
        """,
        "the arrow way runs through the words 'The title'",
    ),
    "box over box": (
        """
        @ b [id="b" shape=box pos="120,110!"];
        """,
        "'a' lies over 'b'",
    ),
    "words wider than their box": (
        """
        a [id="a" shape=box width=0.5 fixedsize=true pos="100,100!" label="more than fits"];
        """,
        "'more than fits' is wider than its box",
    ),
    "words over a border": (
        """
        subgraph cluster_1 {
        id="it";
        bb="0,0,200,200";
        b [id="b" shape=box pos="50,50!"];
        }
        c [id="c" shape=box pos="300,50!"];
        b -> c [id="way" label="some words" lp="200,80" pos="e,272,50 77,50 99,50 200,50 262,50"];
        """,
        "the border it runs through 'some words'",
    ),
    "words over words": (
        """
        b [id="b" shape=box pos="0,0!"];
        c [id="c" shape=box pos="300,0!"];
        b -> c [id="1" label="first way" lp="150,40" pos="e,272,0 27,0 100,0 200,0 262,0"];
        b -> c [id="2" label="other way" lp="150,45" pos="e,272,-9 27,-9 100,-9 200,-9 262,-9"];
        """,
        "'first way' lies over 'other way'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(name: str) -> None:
    """The places are given, and `dot` keeps to them (-n2)."""
    parts, words = FAULTS[name]
    drawn = subprocess.run(
        [find_dot(), "-Kneato", "-n2", "-Tsvg"],
        input=f'digraph {{ graph [bb="-50,-50,400,400"]; {parts.replace("@", BOX)} }}',
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert overlaps(drawn[drawn.index("<svg") :]) == [words]
