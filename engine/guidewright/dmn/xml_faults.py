"""Faults of XML syntax in plain words: what is wrong at the place, and what to write instead.

In: the parser's error number, the place, and the elements that are open there. Out: a `Note` with
code `xml.syntax`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guidewright.dmn.xml import XmlElement, XmlFile
from guidewright.errors import Code, Note
from guidewright.source import Span

# Numbers of expat (expat.h, enum XML_Error): what is wrong, and what to do.
_WORDS: dict[int, tuple[str, str | None]] = {
    2: ("this is not XML", None),
    5: ("this tag is not finished", "close it with >"),
    8: ("this attribute is written twice in one tag", "remove one of them"),
    9: ("text stands after the end of the root element", "remove it"),
    11: ("this entity is not defined", "XML knows &lt; &gt; &amp; &quot; &apos; and &#number;"),
    14: ("this number is no character of XML", None),
    17: ("the XML declaration must stand at the very beginning of the file", None),
    20: ("this CDATA section is not finished", "close it with ]]>"),
    28: ("a prefix cannot stand for an empty namespace", "write the namespace, or drop the prefix"),
    30: ("the XML declaration is misspelt", 'write <?xml version="1.0" encoding="UTF-8"?>'),
    31: ("the XML declaration is misspelt", 'write <?xml version="1.0" encoding="UTF-8"?>'),
    38: ("the prefix 'xml' may stand for nothing else", None),
    39: ("the prefix 'xmlns' may not be declared", None),
    40: ("no prefix may stand for this namespace", None),
}
_NO_ELEMENTS, _CHARACTER, _MISMATCH, _UNBOUND = 3, 4, 7, 27
_TAG = re.compile(r"</?[^\s/>]*")
_PREFIX = re.compile(r"(?:<|\s)([^\s:=<>\"'/]+):[^\s:=<>\"'/]")


def syntax_note(number: int, file: XmlFile, place: int, opened: Sequence[XmlElement]) -> Note:
    """Return the note for an error of the parser at an offset of the text."""
    source = file.source
    text, hint = _WORDS.get(number, ("this is not XML", None))
    span = Span(source, place, min(place + 1, len(source.text)))
    if number == _NO_ELEMENTS and opened:
        last = opened[-1]
        text = f"the file ends here, but '{last.qualified_name}' is still open"
        hint = f"it began at {last.span.place}"
    elif number == _NO_ELEMENTS:
        text, hint = "the file holds no XML element", None
    elif number == _CHARACTER:
        text, hint = _character(source.text, place)
    elif number == _MISMATCH and opened:
        span = _tag_at(file, place)
        last = opened[-1]
        text = f"'{span.text}>' closes nothing; '{last.qualified_name}' is open"
        hint = f"it began at {last.span.place}"
    elif number == _UNBOUND:
        span = _tag_at(file, place)
        text, hint = _unbound(file, span, opened)
    return Note(Code.XML_SYNTAX, span, text, hint)


def _character(text: str, place: int) -> tuple[str, str | None]:
    """Say why a character may not stand where it does."""
    character, before = text[place : place + 1], text[max(0, place - 2) : place]
    if character and character < " " and character not in "\t\n\r":
        return f"the character U+{ord(character):04X} may not stand in XML", "remove it"
    if before.endswith("<") and character == "/":
        return "this tag closes nothing", "remove it"
    if before.endswith(("<", "&")):
        name = {"<": "&lt;", "&": "&amp;"}[before[-1]]
        return f"a {before[-1]} that begins nothing", f"write {name} for {before[-1]}"
    if character == "<":
        return "a < may not stand here", "write &lt; for <"
    if before == "]]" and character == ">":
        return "]]> may not stand in a text", "write ]]&gt;"
    if before == "--":
        return "-- may not stand in a comment", "write it with a blank between"
    return "this character may not stand here", 'attributes are written name="value"'


def _tag_at(file: XmlFile, place: int) -> Span:
    """Return the beginning of the tag at a place that may be inside its name."""
    text = file.source.text
    start = text.rfind("<", 0, place + 1)
    found = _TAG.match(text, max(start, 0))
    return (
        Span(file.source, place, place + 1) if found is None else Span(file.source, *found.span())
    )


def _unbound(file: XmlFile, tag: Span, opened: Sequence[XmlElement]) -> tuple[str, str]:
    text = file.source.text
    end = text.find(">", tag.start)
    known = {"xml", "xmlns", *re.findall(r"xmlns:([^\s=]+)", text[tag.start : end])}
    known.update(prefix for element in opened for prefix, _ in element.declarations if prefix)
    used = (found[1] for found in _PREFIX.finditer(text, tag.start, end))
    prefix = next((prefix for prefix in used if prefix not in known), "")
    return (
        f"the prefix '{prefix}' is not declared",
        f'declare it with xmlns:{prefix}="…" on the root element',
    )
