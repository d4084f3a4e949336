"""Elements in memory -> XML text that is the same for the same elements, byte by byte.

In: a tree of `Element`. Out: UTF-8 text with line feeds, two blanks a level, attributes in the
order in which they were given. Texts and attribute values are escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)
# What XML 1.0 has no way to write (production 2, Char).
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """An element with either a text or other elements inside."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Element, ...] = ()
    text: str = ""


def element(
    name: str,
    attributes: Mapping[str, str | None] | None = None,
    *children: Element,
    text: str = "",
) -> Element:
    """Return an element; attributes whose value is None are left out."""
    given = {key: value for key, value in (attributes or {}).items() if value is not None}
    return Element(name, given, children, text)


def xml_text(root: Element) -> str:
    r"""Return the whole document.

    >>> print(xml_text(element("a", {"b": "1 < 2"}, element("c", text="x & y"))), end="")
    <?xml version="1.0" encoding="UTF-8"?>
    <a b="1 &lt; 2">
      <c>x &amp; y</c>
    </a>
    """
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""])


def _lines(item: Element, indent: str) -> Iterator[str]:
    attributes = "".join(
        f' {key}="{value.translate(_VALUE)}"' for key, value in item.attributes.items()
    )
    head = f"{indent}<{item.name}{attributes}"
    if item.children:
        yield head + ">"
        for child in item.children:
            yield from _lines(child, indent + "  ")
        yield f"{indent}</{item.name}>"
    elif item.text:
        yield f"{head}>{item.text.translate(_TEXT)}</{item.name}>"
    else:
        yield head + "/>"
