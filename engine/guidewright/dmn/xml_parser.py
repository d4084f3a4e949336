"""Bytes of an XML file -> `XmlDocument`, or a fault with its place (XML 1.0, Namespaces 1.0).

Built on expat from the standard library and not on lxml: expat tells the byte where each tag
stands, lxml only its line, and not that beyond line 65,535; a message about one cell of a table
needs the column. The handlers below do as little as they can, because they run once per tag:
offsets become lines and columns only when a message is shown.

Models come from strangers. A document type (and with it every entity that is not one of XML's
five) is refused when its declaration begins; depth, counts and lengths are limited; nothing is
ever fetched. Depth costs no recursion, and time grows with the length of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from guidewright.dmn.collector import paused_collector
from guidewright.dmn.encoding import decode_xml
from guidewright.dmn.xml import (
    SEPARATOR,
    Part,
    XmlComment,
    XmlDeclaration,
    XmlDocument,
    XmlElement,
    XmlFile,
    XmlInstruction,
    split_name,
)
from guidewright.dmn.xml_faults import syntax_note
from guidewright.dmn.xml_runs import RuleRun, plain_runs
from guidewright.errors import Code, ModelError, Note
from guidewright.source import Span

MAX_BYTES = 20_000_000
MAX_DEPTH = 256
MAX_ELEMENTS = 2_000_000  # a table of 10,000 rules has 210,000
MAX_ATTRIBUTES = 500
MAX_TEXT = 2_000_000


def parse_xml(data: bytes, name: str, *, runs: bool = False) -> XmlDocument:
    """Return the tree of a file; `name` is what messages call it.

    With `runs`, the plain rules of a large table are one part of the tree (`RuleRun`), which costs
    a tenth of their elements; such a tree cannot be written.

    Raises `ModelError`: `file.too-large`, `file.encoding`, `xml.syntax`, `xml.doctype` or
    `xml.limit`, always a single note, since nothing after it can be trusted.
    """
    if len(data) > MAX_BYTES:
        text = f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        raise ModelError(Note(Code.FILE_TOO_LARGE, None, text, "split the model into several"))
    source = decode_xml(data, name)
    file = XmlFile(source, source.text.encode("utf-8"))
    with paused_collector():
        return _build(file, runs=runs)


def _build(file: XmlFile, *, runs: bool) -> XmlDocument:
    parser = expat.ParserCreate("UTF-8", SEPARATOR)
    parser.namespace_prefixes = True
    parser.buffer_text = False
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    tree = _Tree(file, parser)
    tree.listen(True)
    parser.StartNamespaceDeclHandler = tree.namespace
    parser.CommentHandler = tree.comment
    parser.ProcessingInstructionHandler = tree.instruction
    parser.XmlDeclHandler = tree.xml_declaration
    parser.StartDoctypeDeclHandler = tree.doctype
    try:
        for run in plain_runs(file.source) if runs else ():
            tree.feed(run.starts[1])
            tree.take_run(run)
        tree.feed(len(file.source.text), last=True)
    except expat.ExpatError as fault:
        place = file.position(min(max(parser.ErrorByteIndex, 0), len(file.data)))
        raise ModelError(syntax_note(fault.code, file, place, tree.open)) from None
    root = tree.parts[0]
    assert isinstance(root, XmlElement)  # noqa: S101 - expat refuses a file without elements
    before, after = tuple(tree.outside[: tree.before]), tuple(tree.outside[tree.before :])
    return XmlDocument(file, root, tree.declaration, before, after, tree.whole)


@dataclass(slots=True)
class _Tree:
    """What has been read so far, and what the parser calls.

    `open` are the elements whose end tag is still to come, `declared` the namespaces of the next
    one; `previous` is the byte where the last tag began.
    """

    file: XmlFile
    parser: expat.XMLParserType
    parts: list[Part | RuleRun] = field(default_factory=list)
    open: list[XmlElement] = field(default_factory=list)
    names: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    declared: list[tuple[str | None, str]] = field(default_factory=list)
    count: int = 0
    previous: int = 0
    fed: int = 0  # characters
    whole: bool = True
    outside: list[XmlComment | XmlInstruction] = field(default_factory=list)
    before: int = 0
    declaration: XmlDeclaration | None = None

    # once per tag: these two decide how long a large model takes to load -------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Put an element into the tree."""
        place = self.parser.CurrentByteIndex
        opened, parts, declared = self.open, self.parts, self.declared
        if place - self.previous > MAX_TEXT:
            self._check_text(place)
        self.previous = place
        self.count += 1
        if self.count > MAX_ELEMENTS or len(opened) >= MAX_DEPTH or len(attributes) > 100:
            self._check_limits(place, len(attributes))
        tag = self.names.get(name)
        if tag is None:
            tag = self.names[name] = split_name(name)
        declarations = tuple(declared)
        if declarations:
            self.declared = []
        # Positional, in the order of the class: keywords cost a tenth of the whole parse.
        parent = opened[-1] if opened else None
        index = len(parts)
        element = XmlElement(
            self.file, parent, *tag, attributes, declarations, parts, index, index, place, place
        )
        parts.append(element)
        opened.append(element)

    def end(self, _name: str) -> None:
        """Note where the innermost element ends."""
        place = self.parser.CurrentByteIndex
        if place - self.previous > MAX_TEXT:
            self._check_text(place)
        self.previous = place
        element = self.open.pop()
        element.last = place
        element.stop = len(self.parts)
        self.before = len(self.outside)

    # long tables --------------------------------------------------------------------------------

    def listen(self, on: bool) -> None:
        """Let the parser call for each tag and text, or only look at the syntax."""
        self.parser.StartElementHandler = self.start if on else None
        self.parser.EndElementHandler = self.end if on else None
        self.parser.CharacterDataHandler = self.parts.append if on else None

    def feed(self, until: int, *, last: bool = False) -> None:
        """Let the parser read the text up to an offset."""
        begin, self.fed = self.fed, until
        self.parser.Parse(self.file.source.text[begin:until].encode(), last)

    def take_run(self, run: RuleRun) -> None:
        """Put a run into the tree instead of its first rule, if that is what was just read.

        A rule in a decision table was no comment; then neither is what follows it without a gap.
        """
        table = self.open[-1] if self.open else None
        if table is None or table.name != "decisionTable":
            return
        rule = self._last_child(table)
        if rule is None or (rule.name, rule.namespace) != ("rule", table.namespace):
            return
        if rule.start != run.starts[0]:
            return
        del self.parts[rule.index :]
        self.parts.append(run)
        self.whole = False
        self.count += run.shape.elements * len(run.starts)
        self._check_limits(self.parser.CurrentByteIndex, 0)
        self.listen(False)
        self.feed(run.end)
        self.listen(True)
        self.previous = self.parser.CurrentByteIndex

    def _last_child(self, parent: XmlElement) -> XmlElement | None:
        for part in reversed(self.parts):
            if part is parent:
                return None
            if type(part) is XmlElement and part.parent is parent:
                return part
        return None

    # what is rare -------------------------------------------------------------------------------

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        """Remember an `xmlns` attribute for the element that follows."""
        self.declared.append((prefix, uri or ""))
        if len(self.declared) > MAX_ATTRIBUTES:
            self._check_limits(self.parser.CurrentByteIndex, 0)

    def comment(self, text: str) -> None:
        """Keep a comment."""
        self._put(XmlComment(text, self.file.position(self.parser.CurrentByteIndex)))

    def instruction(self, target: str, data: str) -> None:
        """Keep a processing instruction; none is obeyed."""
        place = self.file.position(self.parser.CurrentByteIndex)
        self._put(XmlInstruction(target, data, place))

    def _put(self, part: XmlComment | XmlInstruction) -> None:
        if self.open:
            self.parts.append(part)
        else:
            self.outside.append(part)

    def xml_declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        """Keep the XML declaration."""
        if not version.startswith("1."):
            text = f"XML of version {version!r} is not read"
            self._refuse(0, Code.XML_SYNTAX, text, 'write version="1.0"')
        alone = None if standalone < 0 else bool(standalone)
        self.declaration = XmlDeclaration(version, encoding, alone)

    def doctype(self, *_unused: object) -> None:
        """Refuse a document type before anything in it is read."""
        text = "a document type (DOCTYPE) is refused, because it can define entities"
        hint = "remove everything from <!DOCTYPE to its >"
        place = self.file.data.rfind(b"<!DOCTYPE", 0, self.parser.CurrentByteIndex + 1)
        self._refuse(max(place, 0), Code.XML_DOCTYPE, text, hint)

    def _check_limits(self, place: int, attributes: int) -> None:
        counts = (
            (self.count, MAX_ELEMENTS, "there are more than {:,} elements"),
            (len(self.open) + 1, MAX_DEPTH, "elements nest deeper than {:,}"),
            (
                attributes + len(self.declared),
                MAX_ATTRIBUTES,
                "there are more than {:,} attributes",
            ),
        )
        for count, limit, text in counts:
            if count > limit:
                self._refuse(place, Code.XML_LIMIT, text.format(limit))

    def _check_text(self, place: int) -> None:
        length = 0
        for part in reversed(self.parts):
            if type(part) is not str:
                break
            length += len(part)
        if length > MAX_TEXT:
            text = f"the text before this tag has more than {MAX_TEXT:,} characters"
            self._refuse(place, Code.XML_LIMIT, text)

    def _refuse(self, byte: int, code: Code, text: str, hint: str | None = None) -> NoReturn:
        place = self.file.position(byte)
        raise ModelError(Note(code, Span(self.file.source, place, place + 1), text, hint))
