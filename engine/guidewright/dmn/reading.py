"""What all readers of DMN elements share: the faults found so far, and safe access to elements.

In: an `XmlElement` and the shape it should have. Out: children by name, names, types, texts and
flags, each with its place; what is wrong goes to `Reading.notes`, and reading goes on with None.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from guidewright.dmn.model import DrgElement, Reference, Text, TypeReference, Variable
from guidewright.dmn.shapes import SHAPES
from guidewright.dmn.versions import (
    FEEL_LANGUAGES,
    UNINTERPRETED,
    Version,
    is_dmn_namespace,
    refused_language,
)
from guidewright.dmn.xml import XmlElement
from guidewright.errors import Code, ModelError, Note, did_you_mean
from guidewright.feel.names import normal
from guidewright.source import Span

MAX_NESTING = 64  # boxed expressions or item components, one in the other
MAX_NOTES = 500  # who has more faults than that mends these first
MAX_COMPARISONS = 20_000  # of names, in search of what a misspelt one should be

Parts = dict[str, list[XmlElement]]
Common = tuple[str | None, Span, str | None, str | None]


@dataclass(slots=True)
class Reading:
    """One file being read.

    `language` is the default for texts (None for FEEL), `namespace` the model's own, `imports`
    the names of imported models by their namespaces, `links` the references still to be checked:
    what refers, and the kinds of element it may refer to.
    """

    version: Version
    language: str | None = None
    namespace: str = ""
    imports: dict[str, str] = field(default_factory=dict)
    links: list[tuple[Reference, tuple[type[DrgElement], ...]]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    nesting: int = 0
    comparisons: int = 0

    def fault(self, code: Code, span: Span, text: str, hint: str | None = None) -> None:
        """Remember what is wrong; raises `ModelError` when there is too much of it."""
        self.notes.append(Note(code, span, text, hint))
        if len(self.notes) >= MAX_NOTES:
            more = Note(code, span, f"reading ends here, after {MAX_NOTES} faults")
            raise ModelError([*self.in_order(), more])

    def in_order(self) -> list[Note]:
        """Return the notes in order of the file."""
        placed = [(note.span.place, index) for index, note in enumerate(self.notes) if note.span]
        return [self.notes[index] for _, index in sorted(placed)]

    def suggest(self, name: str, known: Collection[str]) -> str | None:
        """Return `did you mean …?`, until the file has cost too many comparisons."""
        self.comparisons += len(known)
        return did_you_mean(name, known) if self.comparisons <= MAX_COMPARISONS else None

    # the shape of elements ----------------------------------------------------------------------

    def parts(self, element: XmlElement, shape_name: str) -> Parts:
        """Return the children of DMN by name, boxed expressions under `expression`.

        Faults: unknown attributes and children, children that repeat and may not, text between
        elements. Elements of other namespaces are skipped: they belong to other tools.
        """
        shape = SHAPES[shape_name]
        if not element.attributes.keys() <= shape.attributes:
            self._unknown_attributes(element, shape.attributes)
        parts: Parts = {}
        stray: str | None = None
        for child in element.content:
            if type(child) is str:
                if stray is None and not child.isspace():
                    stray = child
                continue
            if type(child) is not XmlElement:
                continue
            if child.namespace != element.namespace:
                self._foreign(child)
                continue
            name = shape.children.get(child.name)
            if name is None:
                self._unknown_child(element, child, shape.children.keys())
                continue
            found = parts.setdefault(name, [])
            found.append(child)
            if len(found) > 1 and name in shape.once:
                self._repeated(element, name, found[0], child)
        if stray is not None:
            self._stray_text(element, stray, textual="text" in shape.children)
        return parts

    def _unknown_child(
        self, element: XmlElement, child: XmlElement, known: Collection[str]
    ) -> None:
        text = f"{element.name!r} has no child element {child.name!r}"
        self.fault(Code.STRUCTURE, child.name_span, text, self.suggest(child.name, known))

    def _repeated(
        self, element: XmlElement, name: str, first: XmlElement, child: XmlElement
    ) -> None:
        what = "boxed expression" if name == "expression" else repr(name)
        text = f"{element.name!r} has a second {what}; it may have one"
        self.fault(Code.STRUCTURE, child.name_span, text, f"the first is at {first.span.place}")

    def _unknown_attributes(self, element: XmlElement, known: frozenset[str]) -> None:
        for attribute in element.attribute_list():
            if attribute.namespace or attribute.name in known:
                continue
            spans = element.attribute_spans(attribute.name)
            hint = self.suggest(attribute.name, known) or "remove it"
            text = f"{element.name!r} has no attribute {attribute.name!r}"
            self.fault(Code.STRUCTURE, spans[0] if spans else element.span, text, hint)

    def _stray_text(self, element: XmlElement, piece: str, *, textual: bool) -> None:
        source = element.text_source()
        start = source.text.index(piece) + len(piece) - len(piece.lstrip())
        text = f"text stands directly in {element.name!r}"
        hint = f"did you mean <text>{piece.strip()[:40]}</text>?" if textual else "remove it"
        self.fault(Code.STRUCTURE, Span(source, start, start + len(piece.strip())), text, hint)

    def _foreign(self, child: XmlElement) -> None:
        if not child.namespace:
            text = f"{child.name!r} is in no namespace, so it is no element of DMN"
            self.fault(Code.STRUCTURE, child.name_span, text, "give it the prefix of DMN")
        elif is_dmn_namespace(child.namespace):
            text = f"{child.name!r} is of another version than the file (DMN {self.version.name})"
            hint = f"its namespace is {child.namespace!r}"
            self.fault(Code.VERSION, child.name_span, text, hint)

    # attributes ---------------------------------------------------------------------------------

    def common(self, element: XmlElement, parts: Parts) -> Common:
        """Return id, span, label and description, as `model.Element` begins."""
        attributes = element.attributes
        description = self.plain(parts, "description")
        return attributes.get("id") or None, element.span, attributes.get("label"), description

    def name(self, element: XmlElement, *, optional: bool = False) -> str:
        """Return the normalised name; a missing one is a fault unless it is optional."""
        name = normal(element.attributes.get("name", ""))
        if not name and not optional:
            text = f"{element.name!r} has no name"
            span = element.value_span("name") if "name" in element.attributes else None
            hint = 'write name="…"'
            self.fault(Code.STRUCTURE, span or element.name_span, text, hint)
        return name

    def flag(self, element: XmlElement, name: str) -> bool:
        """Return an attribute of XML Schema's type boolean; absent means false."""
        value = element.attributes.get(name, "false").strip()
        if value not in ("true", "false", "1", "0"):
            text = f"{name!r} is {value!r}; it can be 'true' or 'false'"
            self.fault(Code.STRUCTURE, element.value_span(name), text)
        return value in ("true", "1")

    def reference(
        self, element: XmlElement, kinds: tuple[type[DrgElement], ...]
    ) -> Reference | None:
        """Return the target of an `href`, a namespace and an id with `#` between them."""
        self.parts(element, "reference")
        href = element.attributes.get("href")
        if href is None:
            text = f"{element.name!r} has no href"
            self.fault(Code.REFERENCE, element.name_span, text, 'write href="#id"')
            return None
        namespace, mark, target = href.rpartition("#")
        span = element.value_span("href")
        if not mark or not target:
            text = f"the reference {href!r} names no id"
            hint = f'write href="#{href.strip("#") or "id"}"'
            self.fault(Code.REFERENCE, span, text, hint)
            return None
        own = namespace in ("", self.namespace)
        found = Reference(None if own else namespace, target, span)
        self.links.append((found, kinds))
        return found

    # types --------------------------------------------------------------------------------------

    def type(self, element: XmlElement, attribute: str = "typeRef") -> TypeReference | None:
        """Return the type an attribute names, or None when it is absent or empty."""
        written = element.attributes.get(attribute)
        if written is None or not (name := normal(written)):
            return None
        return self.type_named(element, name, element.value_span(attribute))

    def type_named(self, element: XmlElement, name: str, span: Span) -> TypeReference:
        """Return a reference to a type; in DMN 1.1 the name is a QName of XML (its 7.3.2)."""
        prefix, colon, local = name.partition(":")
        if self.version.name != "1.1" or not colon:
            return TypeReference(name, span)
        namespace = element.namespace_of(prefix)
        if namespace in self.imports:
            return TypeReference(f"{self.imports[namespace]}.{local}", span)
        if namespace not in FEEL_LANGUAGES and namespace != self.namespace:
            text = f"the prefix {prefix!r} of the type {name!r} stands for no imported model"
            hint = f'declare it with xmlns:{prefix}="…" and import that namespace'
            self.fault(Code.REFERENCE, span, text, hint)
        return TypeReference(local, span)

    def variable(self, element: XmlElement, *, name: str | None = None) -> Variable:
        """Return an information item; `name` is what it is called when it does not say."""
        self.parts(element, "variable")
        own = self.name(element, optional=name is not None)
        return Variable(own or name or "", self.type(element), element.span)

    # texts --------------------------------------------------------------------------------------

    def plain(self, parts: Parts, name: str) -> str | None:
        """Return the text of a child that holds nothing else, or None when it is absent."""
        found = parts.get(name)
        if not found:
            return None
        self._text_only(found[0])
        return found[0].text

    def text(self, parts: Parts, name: str = "text") -> Text | None:
        """Return a FEEL text with its place, or None when it is absent or blank."""
        found = parts.get(name)
        if not found:
            return None
        self._text_only(found[0])
        source = found[0].text_source()
        text = source.text
        blank = not text.strip() if text.isascii() else not normal(text)
        return None if blank else Text(source)

    def _text_only(self, element: XmlElement) -> None:
        if element.stop == element.index + 2:  # a single piece: nearly always, and nearly free
            return
        for child in element.children:
            text = f"{element.name!r} holds an element {child.name!r}, but may hold text only"
            self.fault(Code.STRUCTURE, child.name_span, text, "write &lt; for a < in the text")

    def unary_tests(self, parts: Parts, name: str) -> Text | None:
        """Return the text of a child that holds unary tests in FEEL."""
        found = parts.get(name)
        return self.cell(found[0], "unaryTests") if found else None

    def cell(self, element: XmlElement, shape_name: str) -> Text | None:
        """Return the text of a cell; one that is not in FEEL is a fault."""
        parts = self.parts(element, shape_name)
        if self.text_language(element) is not None:
            text = f"the text of {element.name!r} is not meant to be evaluated"
            hint = "write FEEL, and leave expressionLanguage out"
            self.fault(Code.LANGUAGE, element.span, text, hint)
        for imported in parts.get("importedValues", ()):
            self.imported_values(imported)
        return self.text(parts)

    def imported_values(self, element: XmlElement) -> None:
        """Refuse a text that stands in another document: no file is opened on a model's word."""
        text = "values of another document are not read"
        hint = "write them in a <text>"
        self.fault(Code.UNSUPPORTED, element.name_span, text, hint)

    def text_language(self, element: XmlElement) -> str | None:
        """Return None for FEEL, or `UNINTERPRETED`; any other language is a fault."""
        language = element.attributes.get("expressionLanguage")
        if language is None:
            return self.language
        refusal = refused_language(language)
        if refusal is not None:
            self.fault(Code.LANGUAGE, element.value_span("expressionLanguage"), *refusal)
        return UNINTERPRETED if language == UNINTERPRETED else None

    def check_type_language(self, element: XmlElement) -> None:
        """Fault types that are not those of FEEL."""
        language = element.attributes.get("typeLanguage")
        if language is None:
            return
        if language == UNINTERPRETED or refused_language(language) is not None:
            text = f"types of the language {language!r} are not read"
            hint = "name types of FEEL, and leave the attribute out"
            self.fault(Code.LANGUAGE, element.value_span("typeLanguage"), text, hint)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "rule"), counted(2, "entry", "entries")
    ('1 rule', '2 entries')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
