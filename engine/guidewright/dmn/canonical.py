"""A DMN file as a tree -> its canonical text: what is saved unchanged stays unchanged.

In: an `XmlDocument` that `reader.definitions_of` accepts. Out: XML in UTF-8 with line feeds, two
blanks a level, one prefix a namespace (`dmn.canonical_names`), attributes and elements in order of
the schema (`dmn.canonical_order`), an id for what others point at (`dmn.canonical_ids`), and one
line for one cell. The version of DMN stays what it is.

Nothing is lost: comments, instructions, diagrams, and other tools' elements and attributes are
written too, and the white space inside texts is kept. What goes: blank lines, CDATA sections and
character references in favour of the plainest spelling, repeated declarations of a namespace.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guidewright.dmn.canonical_ids import generated_ids
from guidewright.dmn.canonical_names import (
    DIAGRAM_NAMESPACES,
    XML_NAMESPACE,
    Names,
    canonical_names,
)
from guidewright.dmn.canonical_order import (
    DIAGRAMS,
    FOREIGN,
    LINES,
    TEXTS,
    UNRANKED,
    attribute_rank,
    child_ranks,
)
from guidewright.dmn.collector import paused_collector
from guidewright.dmn.versions import BY_MODEL
from guidewright.dmn.xml import (
    SEPARATOR,
    XmlComment,
    XmlDocument,
    XmlElement,
    XmlInstruction,
    split_name,
)

_WHITE = " \t\r\n"
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_PRESERVED = SEPARATOR.join((XML_NAMESPACE, "space", "xml"))


def canonical_xml(document: XmlDocument) -> str:
    """Return the canonical text of a DMN file; of a canonical file, its own text.

    The file must have been read without a fault: the order of its elements is the schema's, and
    what the schema does not know has no place in it.
    """
    assert document.whole  # noqa: S101 - parsed without `runs`
    root = document.root
    version = BY_MODEL[root.namespace]
    with paused_collector():
        names = canonical_names(root, version)
        writer = _Writer(names, generated_ids(root, version))
        for part in document.before:
            writer.lines.append(_aside(part))
        writer.block(root, 0, "")
    after = [_aside(part) for part in document.after]
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join([head, *writer.lines, *after, ""])


@dataclass(slots=True)
class _Child:
    """A child element with the comments that belong to it: above it, and at the end of its line."""

    element: XmlElement
    above: list[XmlComment | XmlInstruction]
    beside: XmlComment | None = None


@dataclass(slots=True)
class _Writer:
    """What has been written; a text with line breaks is one item of `lines`."""

    names: Names
    ids: dict[XmlElement, str]
    lines: list[str] = field(default_factory=list)

    def block(self, element: XmlElement, depth: int, default: str) -> None:
        """Write an element in lines of its own; `default` is the default namespace around it."""
        indent = "  " * depth
        if self._is_verbatim(element):
            self.lines.append(indent + self._verbatim(element, default))
            return
        children, last = _children(element)
        name, tag = self.names.element(element), self._start(element, default)
        if not children and not last:
            self.lines.append(f"{indent}<{tag}/>")
            return
        inner = self._default(element, default)
        if not last and self._is_line(element, children):
            leaf = self._leaf(children[0].element, inner)
            self.lines.append(f"{indent}<{tag}>{leaf}</{name}>")
            return
        self.lines.append(f"{indent}<{tag}>")
        for child in self._in_order(element, children):
            self.lines += [f"{indent}  {_aside(part)}" for part in child.above]
            self.block(child.element, depth + 1, inner)
            if child.beside is not None:
                self.lines[-1] += f" {_aside(child.beside)}"
        self.lines += [f"{indent}  {_aside(part)}" for part in last]
        self.lines.append(f"{indent}</{name}>")

    def _in_order(self, element: XmlElement, children: list[_Child]) -> list[_Child]:
        """Return the children of an element of DMN in the schema's order, others as they are."""
        model, version = self.names.version.model, self.names.version.name
        if element.namespace != model or element.name == "extensionElements":
            return children
        ranks = child_ranks(element.name, version)

        def rank(child: _Child) -> int:
            inner = child.element
            if inner.namespace == model:
                return ranks.get(inner.name, UNRANKED)
            return DIAGRAMS if inner.name == "DMNDI" else FOREIGN

        return sorted(children, key=rank)

    # how an element is laid out -----------------------------------------------------------------

    def _is_verbatim(self, element: XmlElement) -> bool:
        """Say whether every character of the content counts."""
        if element.attributes.get(_PRESERVED) == "preserve":
            return True
        known = True
        if element.namespace == self.names.version.model:
            if element.name in TEXTS:
                return True
        elif element.namespace in DIAGRAM_NAMESPACES:
            if element.name == "Text":
                return True
        else:
            known = False
        content = element.content
        if any(type(part) is str and part.strip(_WHITE) for part in content):
            return True
        # White space alone may be the value of another tool's leaf.
        return not known and not any(type(part) is XmlElement for part in content)

    def _is_line(self, element: XmlElement, children: list[_Child]) -> bool:
        """Say whether an element stands in one line with the only leaf it holds."""
        if len(children) != 1 or children[0].above or children[0].beside is not None:
            return False
        leaf = children[0].element
        model = self.names.version.model
        if element.name not in LINES or element.namespace != model or leaf.namespace != model:
            return False
        return not leaf.content or self._is_verbatim(leaf)

    def _leaf(self, element: XmlElement, default: str) -> str:
        if self._is_verbatim(element):
            return self._verbatim(element, default)
        return f"<{self._start(element, default)}/>"

    def _verbatim(self, element: XmlElement, default: str) -> str:
        """Return an element in which every character of the content is kept."""
        name, tag = self.names.element(element), self._start(element, default)
        content = element.content
        if not content and not self._is_text(element):
            return f"<{tag}/>"
        if all(type(part) is str for part in content):
            text = self.names.text(element, element.text)
            return f"<{tag}>{text.translate(_TEXT)}</{name}>"
        inner = self._default(element, default)
        pieces = [f"<{tag}>"]
        for part in content:
            if type(part) is str:
                pieces.append(part.translate(_TEXT))
            elif type(part) is XmlElement:
                pieces.append(self._verbatim(part, inner))
            else:
                assert not isinstance(part, str | XmlElement)  # noqa: S101 - the only other kinds
                pieces.append(_aside(part))
        return "".join([*pieces, f"</{name}>"])

    def _is_text(self, element: XmlElement) -> bool:
        """Say whether an empty element is an empty text, which keeps both its tags."""
        return element.name in TEXTS and element.namespace == self.names.version.model

    # a start tag --------------------------------------------------------------------------------

    def _start(self, element: XmlElement, default: str) -> str:
        """Return what stands between `<` and `>` of a start tag."""
        names = self.names
        written = [names.element(element)]
        if element.parent is None:
            written += [f'{name}="{value}"' for name, value in names.declarations()]
        elif (inner := self._default(element, default)) != default:
            written.append(f'xmlns="{inner}"')
        plain = dict.fromkeys(key for key in element.attributes if SEPARATOR not in key)
        if element in self.ids:
            plain["id"] = None
        for key in sorted(plain, key=attribute_rank):
            value = self.ids.get(element) if key == "id" else None
            value = value or names.attribute_value(element, key)
            written.append(f'{key}="{value.translate(_VALUE)}"')
        foreign = [
            (names.attribute(*split_name(key)[:2]), names.attribute_value(element, key))
            for key in element.attributes
            if SEPARATOR in key
        ]
        written += [f'{name}="{value.translate(_VALUE)}"' for name, value in sorted(foreign)]
        return " ".join(written)

    def _default(self, element: XmlElement, default: str) -> str:
        """Return the default namespace inside an element: it changes for one that has none."""
        if element.namespace in ("", self.names.version.model):
            return element.namespace
        return default


def _children(element: XmlElement) -> tuple[list[_Child], list[XmlComment | XmlInstruction]]:
    """Return the child elements with their comments, and what stands after the last of them.

    A comment belongs to the element below it; one that ends the line of an element, to that one.
    """
    children: list[_Child] = []
    above: list[XmlComment | XmlInstruction] = []
    content = element.content
    line_begins = True
    for index, part in enumerate(content):
        if type(part) is str:
            line_begins = line_begins or "\n" in part
        elif type(part) is XmlElement:
            children.append(_Child(part, above))
            above, line_begins = [], False
        elif isinstance(part, XmlComment) and not line_begins and _ends_line(content, index):
            children[-1].beside = part
            line_begins = True
        elif isinstance(part, XmlComment | XmlInstruction):
            above.append(part)
            line_begins = True
    return children, above


def _ends_line(content: list[str | XmlElement | XmlComment | XmlInstruction], index: int) -> bool:
    """Say whether a line ends after a part, or nothing follows it."""
    for part in content[index + 1 :]:
        if type(part) is not str:
            return False
        if "\n" in part:
            return True
    return True


def _aside(part: XmlComment | XmlInstruction) -> str:
    """Return a comment or an instruction as it is written."""
    if isinstance(part, XmlComment):
        return f"<!--{part.text}-->"
    return f"<?{part.target} {part.data}?>" if part.data else f"<?{part.target}?>"
