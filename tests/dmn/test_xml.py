"""XML files: their encodings, what is refused and with which words, and where each text stands."""

from __future__ import annotations

import gc
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guidewright.dmn import xml_parser
from guidewright.dmn.xml import XmlComment, XmlDocument, XmlElement, XmlInstruction
from guidewright.dmn.xml_parser import parse_xml
from guidewright.errors import Code, ModelError, Note
from guidewright.source import Span


def note_of(data: bytes) -> Note:
    with pytest.raises(ModelError) as caught:
        parse_xml(data, "f.dmn")
    (note,) = caught.value.notes
    return note


def place_of(data: bytes, piece: str) -> str:
    """Return where a piece of the text inside the first `text` element stands in the file."""
    element = parse_xml(data, "f.dmn").root
    while element.name != "text":
        element = element.children[0]
    source = element.text_source()
    start = source.text.index(piece)
    return str(Span(source, start, start + len(piece)))


SYNTAX = [
    # bytes, place and message, what to do
    # the file as a whole
    (b"", "1:1: xml.syntax: the file holds no XML element", None),
    (b"hello", "1:1: xml.syntax: this is not XML", None),
    (b"<a>", "1:4: xml.syntax: the file ends here, but 'a' is still open", "it began at f.dmn:1:1"),
    (b"<a/>\n<b/>", "2:1: xml.syntax: text stands after the end of the root element", "remove it"),
    (
        b'\n<?xml version="1.0"?><a/>',
        "2:1: xml.syntax: the XML declaration must stand at the very beginning of the file",
        None,
    ),
    (
        b'<?xml encoding="UTF-8"?><a/>',
        "1:7: xml.syntax: the XML declaration is misspelt",
        'write <?xml version="1.0" encoding="UTF-8"?>',
    ),
    (
        b'<?xml version="2.0"?><a/>',
        "1:1: xml.syntax: XML of version '2.0' is not read",
        'write version="1.0"',
    ),
    # tags
    (
        b"<a>\n  <b>\n</a>",
        "3:1: xml.syntax: '</a>' closes nothing; 'b' is open",
        "it began at f.dmn:2:3",
    ),
    (b"</a>", "1:2: xml.syntax: this tag closes nothing", "remove it"),
    (b"<a", "1:1: xml.syntax: this tag is not finished", "close it with >"),
    (
        b'<a>\n <b x="1" x="2"/></a>',
        "2:11: xml.syntax: this attribute is written twice in one tag",
        "remove one of them",
    ),
    (
        b"<a b=c/>",
        "1:6: xml.syntax: this character may not stand here",
        'attributes are written name="value"',
    ),
    (b'<a b="<"/>', "1:7: xml.syntax: a < may not stand here", "write &lt; for <"),
    # texts
    (b"<a>\n  x < 3</a>", "2:6: xml.syntax: a < that begins nothing", "write &lt; for <"),
    (b"<a>a & b</a>", "1:7: xml.syntax: a & that begins nothing", "write &amp; for &"),
    (b"<a>]]></a>", "1:6: xml.syntax: ]]> may not stand in a text", "write ]]&gt;"),
    (
        b"<a><!-- a -- b --></a>",
        "1:13: xml.syntax: -- may not stand in a comment",
        "write it with a blank between",
    ),
    (
        b"<a>&age;</a>",
        "1:4: xml.syntax: this entity is not defined",
        "XML knows &lt; &gt; &amp; &quot; &apos; and &#number;",
    ),
    (b"<a>&#0;</a>", "1:4: xml.syntax: this number is no character of XML", None),
    (b"<a>&#xD800;</a>", "1:4: xml.syntax: this number is no character of XML", None),
    (b"<a>\0</a>", "1:4: xml.syntax: the character U+0000 may not stand in XML", "remove it"),
    (
        b"<a><![CDATA[x</a>",
        "1:18: xml.syntax: this CDATA section is not finished",
        "close it with ]]>",
    ),
    # namespaces
    (
        b'<a xmlns:x="u">\n <x:b y:c="1"/></a>',
        "2:2: xml.syntax: the prefix 'y' is not declared",
        'declare it with xmlns:y="…" on the root element',
    ),
    (
        b'<a xmlns:x=""/>',
        "1:1: xml.syntax: a prefix cannot stand for an empty namespace",
        "write the namespace, or drop the prefix",
    ),
    # document types
    (
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "2:1: xml.doctype: a document type (DOCTYPE) is refused, because it can define entities",
        "remove everything from <!DOCTYPE to its >",
    ),
    (
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "1:1: xml.doctype: a document type (DOCTYPE) is refused, because it can define entities",
        "remove everything from <!DOCTYPE to its >",
    ),
    # encodings
    (
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        "1:31: file.encoding: the encoding 'rot13' is not known",
        "save the file as UTF-8",
    ),
    (
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        "1:31: file.encoding: the file says it is 'UTF-16', but its bytes are not",
        "save the file as UTF-8 and declare UTF-8",
    ),
    (
        '<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"),
        "1:31: file.encoding: the file says it is 'UTF-8', but its bytes are UTF-16",
        "save the file as UTF-8 and declare UTF-8",
    ),
    (
        b"<a>\n caf\xe9 </a>",
        "2:5: file.encoding: these bytes are no character in UTF-8: E9",
        "save the file as UTF-8, or declare the encoding it has",
    ),
    (
        b"<a>\xed\xa0\x80</a>",
        "1:4: file.encoding: these bytes are no character in UTF-8: ED",
        "save the file as UTF-8, or declare the encoding it has",
    ),
    (
        b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>\xe9 \x92</a>',
        "2:6: file.encoding: the byte 92 is no printable character in ISO8859-1",
        "the file may be windows-1252; save it as UTF-8",
    ),
]


@pytest.mark.parametrize(("data", "message", "hint"), SYNTAX, ids=lambda value: repr(value)[:40])
def test_refused(data: bytes, message: str, hint: str | None) -> None:
    note = note_of(data)
    assert f"{note.span}: {note.code}: {note.text}" == f"f.dmn:{message}"
    assert note.hint == hint


ENCODINGS = [
    ("utf-8", '<?xml version="1.0" encoding="UTF-8"?>'),
    ("utf-8", ""),
    ("utf-8-sig", '<?xml version="1.0" encoding="UTF-8"?>'),
    ("utf-8-sig", ""),
    ("utf-16", '<?xml version="1.0" encoding="UTF-16"?>'),
    ("utf-16-le", '<?xml version="1.0" encoding="UTF-16LE"?>'),
    ("utf-16-be", ""),
    ("utf-32", '<?xml version="1.0" encoding="UTF-32"?>'),
    ("latin-1", "<?xml version='1.0' encoding='ISO-8859-1' standalone='yes'?>"),
    ("cp1252", '<?xml version="1.0" encoding = "windows-1252" ?>'),
]


@pytest.mark.parametrize(("encoding", "declaration"), ENCODINGS)
def test_encodings_give_the_same_text_and_places(encoding: str, declaration: str) -> None:
    data = f"{declaration}<a>\n  <text>µg/dl ≥ é</text></a>".replace("≥", "&gt;").encode(encoding)
    document = parse_xml(data, "f.dmn")
    assert document.root.children[0].text == "µg/dl > é"
    assert place_of(data, "é") == "f.dmn:2:20"


PLACES = [
    # xml, piece of the decoded text, where it stands
    ("<a>\n  <text>systolic >= 180</text></a>", "180", "2:21"),
    ("<a><text>x\n\ty in\n  z</text></a>", "z", "3:3"),
    ("<a><text>x\n\ty in\n  z</text></a>", "y", "2:2"),
    ("<a><text>&lt; 180</text></a>", "<", "1:10"),
    ("<a><text>&lt; 180</text></a>", "180", "1:15"),
    ("<a><text>&#60;&#x3e;&amp;x</text></a>", "x", "1:26"),
    ("<a><text>&#x1F434; x</text></a>", "x", "1:20"),
    ("<a><text>\U0001f434\U0001f434 µ x</text></a>", "x", "1:15"),
    (f"<a><text>{'µ' * 5000}x</text></a>", "x", "1:5010"),
    ("<a><text><![CDATA[a < b]]></text></a>", "b", "1:23"),
    ("<a><text>q <![CDATA[a]]> + <![CDATA[&amp;]]> r</text></a>", "&amp;", "1:37"),
    ("<a><text>q <![CDATA[a]]> + <![CDATA[&amp;]]> r</text></a>", "r", "1:46"),
    ("<a>\r\n<text>a\r\nb &gt; c</text></a>", "c", "3:8"),
    ("<a><text><![CDATA[a\r\nb]]> c</text></a>", "b", "2:1"),
    ("<a><text><![CDATA[a\r\nb]]> c</text></a>", "c", "2:6"),
    ("<a><text>a<!-- no & < -->b</text></a>", "b", "1:26"),
    ("<a><text>a<?go on?>b</text></a>", "b", "1:20"),
    ("<a><text>a<i>&lt;</i>&lt;b</text></a>", "b", "1:26"),
    ("<d:a xmlns:d='u'><d:text id='>' x=\"'\">ab</d:text></d:a>", "b", "1:40"),
    ("<a><text\n  id = '/>'\n>ab</text></a>", "b", "3:3"),
]


@pytest.mark.parametrize(("xml", "piece", "place"), PLACES)
def test_a_character_of_a_text_has_its_place_in_the_file(xml: str, piece: str, place: str) -> None:
    assert place_of(xml.encode(), piece) == f"f.dmn:{place}"
    assert place_of(xml.encode("utf-16"), piece) == f"f.dmn:{place}"


def test_the_picture_shows_the_line_of_the_file() -> None:
    root = parse_xml(b"<a>\n\t<text>&lt; 18O</text>\n</a>", "f.dmn").root
    source = root.children[0].text_source()
    assert Span(source, 2, 5).picture() == " 2 |  <text>&lt; 18O</text>\n   |             ^^^"


TREE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?><?style x?>
<!--before--><d:a xmlns:d="urn:d" xmlns="urn:e" n="1 &amp; 2" d:m='"'>
  <b/>text<!--in--><c xmlns=""></c ><?do it?>
</d:a><!--after-->
"""


def tree() -> XmlDocument:
    return parse_xml(TREE.encode(), "f.dmn")


def test_nothing_of_a_file_is_lost() -> None:
    document = tree()
    root = document.root
    assert document.declaration is not None
    assert document.declaration.standalone is False
    assert [part.text for part in document.after if isinstance(part, XmlComment)] == ["after"]
    assert [type(part) for part in document.before] == [XmlInstruction, XmlComment]
    assert (root.namespace, root.name, root.prefix) == ("urn:d", "a", "d")
    assert root.declarations == (("d", "urn:d"), (None, "urn:e"))
    found = [(a.namespace, a.name, a.prefix, a.value) for a in root.attribute_list()]
    assert found == [("", "n", "", "1 & 2"), ("urn:d", "m", "d", '"')]
    b, c = root.children
    assert [b.namespace, c.namespace] == ["urn:e", ""]
    shown = [part.name if isinstance(part, XmlElement) else part for part in root.content]
    assert shown[:4] == ["\n", "  ", "b", "text"]
    assert isinstance(shown[4], XmlComment)
    assert shown[4].text == "in"
    assert isinstance(shown[6], XmlInstruction)
    assert (shown[6].target, shown[6].data) == ("do", "it")


def test_tags_and_attributes_have_spans() -> None:
    root = tree().root
    b, c = root.children
    text = root.file.source.text
    assert root.span.text == """<d:a xmlns:d="urn:d" xmlns="urn:e" n="1 &amp; 2" d:m='"'>"""
    assert root.name_span.text == "d:a"
    assert root.value_span("n").text == "1 &amp; 2"
    assert root.value_span("d:m").text == '"'
    assert root.value_span("xmlns:d").text == "urn:d"
    assert root.value_span("absent").text == root.span.text
    assert str(root.value_span("n")) == "f.dmn:2:52"
    assert text[b.start : b.end] == "<b/>"
    assert text[c.start : c.end] == '<c xmlns=""></c >'
    assert text[root.start : root.end] == TREE[TREE.index("<d:a") : TREE.index("<!--after")]
    assert repr(b) == "<b at f.dmn:3:3>"


def test_prefixes_are_looked_up_from_inside_out() -> None:
    b, c = tree().root.children
    assert b.namespace_of("d") == "urn:d"
    assert b.namespace_of(None) == "urn:e"
    assert c.namespace_of(None) == ""
    assert c.namespace_of("x") is None


LIMITS = [
    (b"<a>" * 257, Code.XML_LIMIT, "elements nest deeper than 256"),
    (b"<a>" * 1_000_000, Code.XML_LIMIT, "elements nest deeper than 256"),
    (
        b"<a " + b" ".join(b'a%d=""' % n for n in range(501)) + b"/>",
        Code.XML_LIMIT,
        "there are more than 500 attributes",
    ),
    (
        b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(501)) + b"/>",
        Code.XML_LIMIT,
        "there are more than 500 attributes",
    ),
    (
        b"<a><b>" + b"x\n" * 1_000_001 + b"</b></a>",
        Code.XML_LIMIT,
        "the text before this tag has more than 2,000,000 characters",
    ),
    (
        b" " * 20_000_001,
        Code.FILE_TOO_LARGE,
        "f.dmn has 20,000,001 bytes; at most 20,000,000 are read",
    ),
]


@pytest.mark.parametrize(("data", "code", "text"), LIMITS, ids=lambda value: repr(value)[:30])
def test_limits(data: bytes, code: Code, text: str) -> None:
    note = note_of(data)
    assert (note.code, note.text) == (code, text)


def test_the_number_of_elements_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parser, "MAX_ELEMENTS", 3)
    assert str(note_of(b"<a><b/><b/>\n<b/></a>")) == (
        "f.dmn:2:1: xml.limit: there are more than 3 elements"
    )


def test_what_is_just_within_the_limits_is_read() -> None:
    assert parse_xml(b"<a>" * 256 + b"</a>" * 256, "f.dmn").root.name == "a"
    text = parse_xml(b"<a>" + b"x" * 2_000_000 + b"</a>", "f.dmn").root.text
    assert len(text) == 2_000_000


@pytest.mark.parametrize("levels", [6, 12, 1000])
def test_entities_are_never_expanded(levels: int) -> None:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 1000}">' for n in range(levels)
    )
    data = f"<!DOCTYPE a [{entities}]><a>&e{levels - 1};</a>".encode()
    begin = time.perf_counter()
    assert note_of(data).code is Code.XML_DOCTYPE
    assert time.perf_counter() - begin < 1


def test_no_file_and_no_socket_is_touched() -> None:
    seen: list[str] = []
    watching = False

    def watch(event: str, _: object) -> None:
        if watching and event in ("open", "socket.connect"):
            seen.append(event)

    sys.addaudithook(watch)  # cannot be removed again
    data = (
        b'<?xml-stylesheet href="file:///etc/passwd"?>'
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi='
        b'"http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="u http://127.0.0.1/x">'
        b'<xi:include href="file:///etc/passwd"/></a>'
    )
    watching = True
    parse_xml(data, "f.dmn")
    watching = False
    assert seen == []


def test_the_collector_is_on_again_afterwards() -> None:
    assert gc.isenabled()
    note_of(b"<a>")
    assert gc.isenabled()


LITERAL = ["a", "é", "\U0001f434", "\n", "\r\n", "\t", " "]
RESPELT = ["&lt;", "&#13;", "&#x1F434;", "<![CDATA[x\r\n&amp;]]>", "<![CDATA[]]>"]
SKIPPED = ["<!--c-->", "<?p d?>", "<i>&gt;</i>", "<i/>"]
PIECES = st.lists(st.sampled_from([*LITERAL, *RESPELT, *SKIPPED]), max_size=30)


@settings(deadline=None)
@given(PIECES)
@example(["\r\n", "<i/>", "&lt;"])
def test_segments_lead_back_to_each_character(pieces: list[str]) -> None:
    """Every decoded character is what stands in the file at its offset."""
    element = parse_xml(f"<a>{''.join(pieces)}</a>".encode(), "f.dmn").root
    source = element.text_source()
    spelt = {"&lt;": "<", "&#13;": "\r", "&#x1F434;": "\U0001f434", "\r\n": "\n"}
    outer = source.outer.text
    for offset, character in enumerate(source.text):
        there = source.outer_offset(offset)
        expected = [new for old, new in spelt.items() if outer.startswith(old, there)]
        literal = outer[there] == character
        assert literal or character in expected
    assert source.outer_offset(len(source.text)) <= element.inner_end
