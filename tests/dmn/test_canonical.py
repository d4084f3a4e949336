"""The laws of the canonical form: nothing is lost, twice is once, one cell is one line.

The laws are checked on every model of the conformance suite, of the benchmark and of this project,
and on respellings of some of them (`respelling.py`).
"""

from __future__ import annotations

import difflib
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from canonical_files import RICH, canonical, definitions, difference, parse
from dmn_files import GRAPH, TABLE, decision, model
from hypothesis import given, settings
from hypothesis import strategies as st
from respelling import respelt

from guidewright.dmn.canonical import canonical_xml
from guidewright.dmn.canonical_order import TEXTS
from guidewright.dmn.reader import definitions_of
from guidewright.dmn.xml import XmlComment, XmlDocument, XmlElement, XmlInstruction, split_name

PROJECT = Path(__file__).parents[2]
B12 = PROJECT / "models" / "b12-deficiency" / "decisions.dmn"
FOLDERS = [PROJECT / "models", PROJECT / "tests", PROJECT.parent / "shared" / "tck"]
FOLDERS += [PROJECT.parent / "shared" / "bench"]
FILES = sorted(file for folder in FOLDERS for file in folder.rglob("*.dmn"))


def inventory(document: XmlDocument) -> Counter[tuple[Any, ...]]:
    """Count everything in a file that is not white space between elements."""
    found: Counter[tuple[Any, ...]] = Counter()
    for part in (*document.before, *document.root.parts, *document.after):
        if isinstance(part, XmlElement):
            name = part.namespace, part.name
            found["element", *name] += 1
            for key, value in part.attributes.items():
                found["attribute", *name, *split_name(key)[:2], value] += 1
            if part.text.strip() or part.name in TEXTS:
                found["text", *name, part.text] += 1
        elif isinstance(part, XmlComment):
            found["comment", part.text] += 1
        elif isinstance(part, XmlInstruction):
            found["instruction", part.target, part.data] += 1
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_laws(file: Path) -> None:
    document = parse(file.read_bytes())
    before = definitions_of(document)
    written = canonical_xml(document)
    again = parse(written)
    assert difference(before, definitions_of(again)) is None
    assert canonical_xml(again) == written
    old, new = inventory(document), inventory(again)
    assert not old - new
    added = [item for item in new - old if not (item[0] == "attribute" and item[4] == "id")]
    assert not added


def test_the_comparison_sees_a_changed_cell() -> None:
    text = B12.read_text(encoding="utf-8")
    changed = text.replace("<text>(180..350)</text>", "<text>(180..351)</text>", 1)
    assert "[" in str(difference(definitions(text), definitions(changed)))
    assert difference(definitions(text), definitions(text)) is None


# respelling ------------------------------------------------------------------------------------

SAMPLES = [
    RICH,
    model(GRAPH, ""),
    decision(TABLE),
    (PROJECT / "tests/guidelines/fever/decisions.dmn").read_text(encoding="utf-8"),
    (PROJECT / "tests/visualize/models/small.dmn").read_text(encoding="utf-8"),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_every_spelling_has_one_canonical_form(sample: str, seed: int) -> None:
    assert canonical(respelt(parse(sample), Random(seed))) == canonical(sample)


@pytest.mark.parametrize("seed", range(3))
def test_every_spelling_of_a_guideline_has_one_canonical_form(seed: int) -> None:
    text = B12.read_bytes()
    assert canonical(respelt(parse(text), Random(seed))) == canonical(text)


def test_an_edited_cell_is_one_line_even_from_another_editor() -> None:
    document = parse(B12.read_bytes())
    before = canonical_xml(document)
    cells = [
        part
        for part in document.root.parts
        if isinstance(part, XmlElement)
        and part.name == "text"
        and part.parent is not None
        and part.parent.name in ("inputEntry", "outputEntry", "annotationEntry")
    ]
    text = document.file.source.text
    for seed, cell in enumerate(Random(0).sample(cells, 12)):
        edited = f"{text[: cell.inner_start]}&lt; 17{text[cell.inner_end :]}"
        after = canonical(respelt(parse(edited), Random(seed)))
        lines = [
            line
            for line in difflib.unified_diff(before.split("\n"), after.split("\n"), n=0)
            if line[0] in "+-" and line[:3] not in ("+++", "---")
        ]
        assert [line[0] for line in lines] == ["-", "+"]
        assert lines[1].strip("+ ").endswith(">&lt; 17</text></" + cell.parent.name + ">")
