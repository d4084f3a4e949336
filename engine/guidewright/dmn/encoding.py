"""Bytes of an XML file -> its text, or a fault that says which bytes are wrong (XML 1.0, 4.3.3).

The encoding is that of the byte order mark, else of the XML declaration, else UTF-8. When mark
and declaration disagree, or a byte has no meaning, the file is refused: a guessed letter in a
drug's name is worse than no answer.
"""

from __future__ import annotations

import codecs
import re

from guidewright.errors import Code, ModelError, Note
from guidewright.source import Span, TextSource

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<?` or `<x` begins in UTF-16 without a byte order mark (XML 1.0, appendix F).
_UNMARKED = (
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(
    r"""<\?xml\s[^>]*?(?<=\s)encoding\s*=\s*(?P<quote>["'])(?P<name>[^"'<>]*)(?P=quote)"""
)
# The encodings that are read; Python knows others that are no encodings of text.
_FAMILIES = (
    "utf-8",
    "ascii",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
    *(f"cp{page}" for page in range(1250, 1259)),
    "koi8-r",
    "koi8-u",
)
# These bytes are control characters in ISO 8859; in practice they are quotes and dashes of a
# Windows code page under a wrong name.
_CONTROLS = re.compile("[\u0080-\u0084\u0086-\u009f]")


def decode_xml(data: bytes, name: str) -> TextSource:
    """Return the text of an XML file, without its byte order mark.

    Raises `ModelError` (`file.encoding`) when the encoding is unknown, is contradicted by the byte
    order mark, or when some bytes are not text in it.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", None))
    body = data[len(mark) :]
    if encoding is None:
        encoding = next((e for pattern, e in _UNMARKED if pattern.match(body)), None)
    declared = _DECLARED.match(body[:1024].decode(encoding or "latin-1", "replace"))
    if declared is None:
        return TextSource(name, _decode(body, encoding or "utf-8", name))
    stated = _python_name(declared["name"])
    if stated is None or not _agree(encoding, stated):
        source = TextSource(name, body.decode(encoding or "utf-8", "replace"))
        raise ModelError(_disagreement(Span(source, *declared.span("name")), encoding, stated))
    return TextSource(name, _decode(body, encoding or stated, name))


def _python_name(declared: str) -> str | None:
    """Return Python's name of a declared encoding that we read, or None."""
    try:
        found = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return None
    return found if found in _FAMILIES else None


def _agree(seen: str | None, stated: str) -> bool:
    """Say whether what the bytes show and what the declaration says can both be true."""
    if seen is None:
        return not stated.startswith(("utf-16", "utf-32"))
    return stated == seen or (stated in ("utf-16", "utf-32") and seen.startswith(stated))


def _disagreement(span: Span, seen: str | None, stated: str | None) -> Note:
    if stated is None:
        text = f"the encoding {span.text!r} is not known"
        return Note(Code.FILE_ENCODING, span, text, "save the file as UTF-8")
    actual = "are not" if seen is None else f"are {seen[:6].rstrip('-').upper()}"
    text = f"the file says it is {span.text!r}, but its bytes {actual}"
    return Note(Code.FILE_ENCODING, span, text, "save the file as UTF-8 and declare UTF-8")


def _decode(body: bytes, encoding: str, name: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as fault:
        source = TextSource(name, body.decode(encoding, "replace"))
        start = len(body[: fault.start].decode(encoding, "replace"))
        wrong = body[fault.start : min(fault.end, fault.start + 4)].hex(" ").upper()
        note = Note(
            Code.FILE_ENCODING,
            Span(source, start, min(start + 1, len(source.text))),
            f"these bytes are no character in {encoding.upper()}: {wrong}",
            "save the file as UTF-8, or declare the encoding it has",
        )
        raise ModelError(note) from None
    if encoding.startswith("iso8859") and (control := _CONTROLS.search(text)) is not None:
        note = Note(
            Code.FILE_ENCODING,
            Span(TextSource(name, text), *control.span()),
            f"the byte {ord(control.group()):02X} is no printable character in {encoding.upper()}",
            "the file may be windows-1252; save it as UTF-8",
        )
        raise ModelError(note)
    return text
