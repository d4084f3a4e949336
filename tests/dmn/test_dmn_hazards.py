"""Files made to exhaust or to reach out: each is refused soon and clearly, and opens nothing.

See `security-reliability.md`, sections 4 and 5 and threats T1 to T3.
"""

from __future__ import annotations

import builtins
import io
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import guidewright as gw
from guidewright.errors import Code, GuidewrightError, ModelError, ResourceError

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
SECONDS = 5
MEGABYTES = 512


def file(body: str, before: str = "") -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}'
    return f'{head}<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{body}</definitions>'


def decision(text: str, name: str = "D", requires: str = "") -> str:
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{each}"/></informationRequirement>'
        for each in requires.split()
    )
    return f'<decision id="{name}" name="{name}">{needs}{logic}</decision>'


def within_limits(work: Callable[[], Any]) -> Any:
    """Run, and ask that it took neither long nor much memory."""
    before, started = _most_memory(), time.process_time()
    try:
        return work()
    finally:
        assert time.process_time() - started < SECONDS
        assert _most_memory() - before < MEGABYTES * 2**20


def _most_memory() -> int:
    """The bytes this process had at most; Linux counts them in kilobytes, macOS does not."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str | bytes], ModelError]:
    """Load a file that is to be refused; return the error."""

    def load(text: str | bytes) -> ModelError:
        path = tmp_path / "m.dmn"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ModelError) as fault:
            within_limits(lambda: gw.load_dmn(path))
        assert all(note.text for note in fault.value.notes)
        return fault.value

    return load


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are opened meanwhile."""
    paths: list[str] = []

    def watched(opening: Callable[..., Any]) -> Callable[..., Any]:
        def open_and_tell(path: Any, *args: Any, **kwargs: Any) -> Any:
            paths.append(str(path))
            return opening(path, *args, **kwargs)

        return open_and_tell

    monkeypatch.setattr(builtins, "open", watched(builtins.open))
    monkeypatch.setattr(io, "open", watched(io.open))
    return paths


Refused = Callable[[str | bytes], ModelError]


def codes(error: GuidewrightError) -> set[Code]:
    return {note.code for note in error.notes}


# XML --------------------------------------------------------------------------------------------

LAUGHS = (
    "<!DOCTYPE definitions [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)
ONE_LONG = f"<!DOCTYPE definitions [<!ENTITY a '{'ha' * 50_000}'>]>"
EXTERNAL = '<!DOCTYPE definitions SYSTEM "file:///etc/passwd">'
PARAMETER = '<!DOCTYPE definitions [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>'
FILE_ENTITY = '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (LAUGHS, "&a11;"),
        (ONE_LONG, "&a;" * 20_000),
        (EXTERNAL, "1"),
        (PARAMETER, "1"),
        (FILE_ENTITY, "&x;"),
        ("<!DOCTYPE definitions>", "1"),
    ],
    ids=["laughs", "one long entity", "external DTD", "parameter entity", "file entity", "empty"],
)
def test_a_doctype_is_refused(refused: Refused, opened: list[str], before: str, text: str) -> None:
    error = refused(file(decision(text), before))
    assert codes(error) == {Code.XML_DOCTYPE}
    assert not [path for path in opened if "passwd" in path]


def test_a_doctype_in_another_encoding_is_refused(refused: Refused) -> None:
    text = file(decision("&amp;a11;"), LAUGHS).replace("UTF-8", "UTF-16")
    assert codes(refused(text.encode("utf-16"))) & {Code.XML_DOCTYPE, Code.FILE_ENCODING}


def test_an_entity_that_is_not_declared_is_refused(refused: Refused) -> None:
    assert codes(refused(file(decision("&nbsp;")))) == {Code.XML_SYNTAX}


def test_what_xinclude_and_schema_location_point_at_is_not_opened(
    tmp_path: Path, opened: list[str]
) -> None:
    include = (
        '<extensionElements><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
        'href="file:///etc/passwd" parse="text"/></extensionElements>'
    )
    sheet = '<?xml-stylesheet href="file:///etc/passwd"?>'
    path = tmp_path / "m.dmn"
    path.write_text(file(include + decision("1"), sheet), encoding="utf-8")
    assert gw.load_dmn(path).evaluate({}, "D").value == 1
    assert not [each for each in opened if "passwd" in each]


@pytest.mark.parametrize(
    "body",
    [
        "<context>" * 100_000,
        "<context>" * 100_000 + "</context>" * 100_000,
        "<decision " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>",
        "<description>" + "x" * 3_000_000 + "</description>",
        "<x/>" * 600_000,
        "<!-- " + "-" * 100_000,
        "<" + "a" * 1_000_000,
    ],
    ids=["open", "deep", "attributes", "text", "elements", "comment", "name"],
)
def test_huge_xml_is_refused(refused: Refused, body: str) -> None:
    assert codes(refused(file(body))) & {Code.XML_LIMIT, Code.XML_SYNTAX, Code.STRUCTURE}


def test_a_huge_file_is_refused(refused: Refused) -> None:
    assert codes(refused(b" " * (21 * 2**20))) == {Code.FILE_TOO_LARGE}


@pytest.mark.parametrize("data", [b"", b"\x00" * 1000, b"\xff\xfe", b"PK\x03\x04" + b"\x00" * 99])
def test_what_is_no_text_is_refused(refused: Refused, data: bytes) -> None:
    refused(data)


# imports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location", ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/x"]
)
def test_the_location_of_an_import_is_never_opened(
    refused: Refused, opened: list[str], location: str
) -> None:
    body = (
        f'<import name="x" namespace="urn:x" importType="{NAMESPACE}" locationURI="{location}"/>'
        + decision("1")
    )
    assert codes(refused(file(body))) == {Code.IMPORT}
    assert not [path for path in opened if "passwd" in path]


def test_an_import_by_a_path_is_only_a_name(refused: Refused, opened: list[str]) -> None:
    body = f'<import name="x" namespace="../../etc/passwd" importType="{NAMESPACE}"/>'
    assert codes(refused(file(body + decision("1")))) == {Code.IMPORT}
    assert not [path for path in opened if "passwd" in path]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    other = file(decision("1", "other")).replace("urn:m", "urn:other")
    (outside / "other.dmn").write_text(other, encoding="utf-8")
    (inside / "link.dmn").symlink_to(outside / "other.dmn")
    main = inside / "main.dmn"
    body = f'<import name="other" namespace="urn:other" importType="{NAMESPACE}"/>'
    main.write_text(file(body + decision("1")), encoding="utf-8")
    with pytest.raises(ModelError) as fault:
        gw.load_dmn(main)
    assert codes(fault.value) == {Code.IMPORT}


def test_imports_in_a_ring_end(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a"), ("c", "c")):
        text = f'<import name="{other}" namespace="urn:{other}" importType="{NAMESPACE}"/>'
        text = file(text + decision("1", name)).replace("urn:m", f"urn:{name}")
        (tmp_path / f"{name}.dmn").write_text(text, encoding="utf-8")
    for name in ("a", "c"):
        try:
            model = within_limits(lambda name=name: gw.load_dmn(tmp_path / f"{name}.dmn"))
        except GuidewrightError as error:
            assert error.notes  # noqa: PT017 - either way is fine
        else:
            assert model.evaluate({}, name).value == 1


# expressions and graphs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000 + "1" + ")" * 50_000,
        "+".join(["1"] * 30_000),
        "-" * 60_000 + "1",
    ],
    ids=["nesting", "chain", "minus"],
)
def test_an_expression_beyond_the_limits_is_refused(refused: Refused, text: str) -> None:
    error = refused(file(decision(text)))
    assert codes(error) == {Code.LIMIT}
    assert all(note.span is not None for note in error.notes)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10**9 return i",
        "(function(f) f(f))(function(f) f(f))",
        "count(for i in 1..10**30 return i)",
    ],
)
def test_an_evaluation_beyond_the_limits_is_no_answer(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.dmn"
    path.write_text(file(decision(text)), encoding="utf-8")
    model = gw.load_dmn(path)
    for _ in range(3):
        with pytest.raises(ResourceError):
            within_limits(lambda: model.evaluate({}, "D"))


def test_one_budget_for_all_decisions_of_a_call(tmp_path: Path) -> None:
    spend = "count(for i in 1..900000 return i)"
    body = "".join(decision(spend, f"D{n}") for n in range(12))
    path = tmp_path / "m.dmn"
    path.write_text(file(body), encoding="utf-8")
    model = gw.load_dmn(path)
    assert model.evaluate({}, "D1").value == 900_000
    with pytest.raises(ResourceError):
        within_limits(lambda: model.evaluate({}))


def test_a_chain_of_thousands_of_decisions(tmp_path: Path) -> None:
    body = decision("1", "D0") + "".join(
        decision(f"D{n - 1} + 1", f"D{n}", f"D{n - 1}") for n in range(1, 2_000)
    )
    path = tmp_path / "m.dmn"
    path.write_text(file(body), encoding="utf-8")
    model = gw.load_dmn(path)
    assert model.evaluate({}, "D1999").value == 2_000


def test_a_ladder_of_decisions_is_computed_once_each(tmp_path: Path) -> None:
    body = decision("1", "D0") + "".join(
        decision(f"modulo(D{n - 1} + D{n - 1}, 1000)", f"D{n}", f"D{n - 1} D{n - 1}")
        for n in range(1, 100)
    )
    path = tmp_path / "m.dmn"
    path.write_text(file(body), encoding="utf-8")
    model = gw.load_dmn(path)
    assert within_limits(lambda: model.evaluate({}, "D99")).value == pow(2, 99, 1000)


def test_types_that_contain_themselves_end(tmp_path: Path) -> None:
    tree = (
        '<itemDefinition name="tTree"><itemComponent name="value"><typeRef>number</typeRef>'
        '</itemComponent><itemComponent name="below" isCollection="true"><typeRef>tTree</typeRef>'
        "</itemComponent></itemDefinition>"
        '<itemDefinition name="tRing"><typeRef>tRing</typeRef></itemDefinition>'
    )
    body = (
        tree
        + '<inputData id="t" name="t"><variable name="t" typeRef="tTree"/></inputData>'
        + '<decision id="D" name="D"><variable name="D" typeRef="number"/><informationRequirement>'
        + '<requiredInput href="#t"/></informationRequirement><literalExpression>'
        + "<text>t.value</text></literalExpression></decision>"
    )
    path = tmp_path / "m.dmn"
    path.write_text(file(body), encoding="utf-8")
    try:
        model = within_limits(lambda: gw.load_dmn(path))
    except ModelError as error:
        assert error.notes  # noqa: PT017 - a type that is only itself may be refused
        return
    deep: dict[str, Any] = {"value": 1, "below": []}
    for _ in range(40):
        deep = {"value": 1, "below": [deep]}
    assert model.evaluate({"t": deep}, "D").value == 1
