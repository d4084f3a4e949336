"""Faulty, damaged and real DMN files: what is said about them, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dmn_files import GRAPH, TABLE, decision, faults, literal, logic, model, read, table
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn import reading
from guidewright.dmn.model import BoxedList, DecisionTable
from guidewright.dmn.reader import load_definitions, read_definitions
from guidewright.errors import Code, GuidewrightError, ModelError

SHARED = Path(__file__).parents[3] / "shared"


def cases() -> list[tuple[str, str]]:
    """Return the files of `faults.txt` and what is said about them."""
    lines = (Path(__file__).parent / "faults.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    return [
        (_file(body), f"m.dmn:{message.strip()}")
        for body, message in zip(rows[::2], rows[1::2], strict=True)
    ]


def _file(row: str) -> str:
    found = re.fullmatch(r"(file|model|decision|table)(?: \[(.*?)\])? ?(.*)", row)
    assert found, row
    body, attributes = found[3].replace("\\n", "\n"), f" {found[2]}" if found[2] else ""
    if found[1] in ("file", "decision"):
        return body if found[1] == "file" else decision(body)
    return (model if found[1] == "model" else table)(body, attributes)


@pytest.mark.parametrize(("text", "message"), cases(), ids=lambda value: value[-60:])
def test_a_fault_is_named_with_its_place(text: str, message: str) -> None:
    assert faults(text) == [message]


def test_all_faults_are_listed_in_order_of_the_file() -> None:
    text = model('<decision name="D"><decison/>\n<literalExpression texts=""/></decision>\n<a/>')
    assert [line.split(": ")[0] for line in faults(text)] == [
        "m.dmn:2:21",
        "m.dmn:3:20",
        "m.dmn:4:2",
    ]


def test_of_very_many_faults_the_first_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_NOTES", 2)
    assert faults(model("<a/>\n" * 5)) == [
        "m.dmn:2:2: dmn.structure: 'definitions' has no child element 'a'",
        "m.dmn:3:2: dmn.structure: 'definitions' has no child element 'a'",
        "m.dmn:3:2: dmn.structure: reading ends here, after 2 faults",
    ]


def test_boxed_expressions_nest_so_deep_and_no_deeper() -> None:
    assert logic("<list>" * 64 + "</list>" * 64, BoxedList).items
    (fault,) = faults(decision("<list>" * 65 + "</list>" * 65))
    assert fault == (
        "m.dmn:3:386: xml.limit: boxed expressions nest deeper than 64 "
        "(put the inner ones into a business knowledge model)"
    )
    nested = '<itemComponent name="c">' * 64 + "</itemComponent>" * 64
    (fault,) = faults(model(f'<itemDefinition name="t">{nested}</itemDefinition>'))
    assert fault.endswith(
        "xml.limit: item components nest deeper than 64 (give the inner ones a name)"
    )


def test_the_picture_of_a_fault() -> None:
    with pytest.raises(ModelError) as caught:
        read(
            decision('<informationRequirement><requiredInput href="#a"/></informationRequirement>')
        )
    assert str(caught.value) == (
        "m.dmn:3:46: dmn.reference: no element of the model has the id 'a'; it should be input "
        "data\n"
        ' 3 | <informationRequirement><requiredInput href="#a"/></informationRequirement>\n'
        "   |                                              ^^"
    )


# files --------------------------------------------------------------------------------------------


def test_files(tmp_path: Path) -> None:
    good = tmp_path / "good.dmn"
    good.write_text(decision(literal("1")), encoding="utf-16")
    assert load_definitions(good).name == "m"
    for path, text in (
        (tmp_path / "no.dmn", f"there is no file '{tmp_path}/no.dmn'"),
        (tmp_path, f"the file '{tmp_path}' cannot be read: Is a directory"),
    ):
        with pytest.raises(ModelError) as caught:
            load_definitions(path)
        assert str(caught.value) == f"{Code.FILE_MISSING}: {text}"


def test_the_official_suite_and_the_workloads_are_read() -> None:
    files = [file for name in ("tck", "bench") for file in (SHARED / name).rglob("*.dmn")]
    if not files:
        pytest.skip(f"the conformance suite and the workloads are not in {SHARED}")
    rules = 0
    for file in files:
        for found in load_definitions(file).decisions:
            rules += len(found.logic.rules) if isinstance(found.logic, DecisionTable) else 0
    assert len(files) > 100
    assert rules > 11_000


_MORE = f'<decision name="T">{TABLE}</decision>'.replace("r1", "r9")
SEED = model(GRAPH + _MORE)
PIECES = (
    "<",
    ">",
    "/",
    '"',
    "&",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<list>",
    "\0",
    "\ud7ff",
    "#d",
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 40),
            st.one_of(st.binary(max_size=4), st.sampled_from(PIECES).map(str.encode)),
        ),
        max_size=4,
    ),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_damaged_file_is_refused_in_words(
    edits: list[tuple[float, int, bytes]], encoding: str
) -> None:
    data = SEED.encode(encoding)
    for where, removed, added in edits:
        start = int(where * len(data))
        data = data[:start] + added + data[start + removed :]
    try:
        found = read_definitions(data, "m.dmn")
    except GuidewrightError as fault:
        notes = fault.notes
    else:
        notes = ()
        assert found.version == "1.5"
    assert all(note.span is not None for note in notes)


def test_the_seed_of_the_damaged_files_is_whole() -> None:
    assert len(read(SEED).elements) == 7
