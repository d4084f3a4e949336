"""Write an XML tree again as another editor might: the same model, spelt at random.

In: an `XmlDocument` and a source of chance. Out: text in which order of attributes, quotes,
prefixes, white space between elements, order of the schema's slots, CDATA and references differ.
"""

from __future__ import annotations

from itertools import groupby
from random import Random

from guidewright.dmn.canonical_names import DIAGRAM_NAMESPACES
from guidewright.dmn.canonical_order import TEXTS, child_ranks
from guidewright.dmn.xml import (
    SEPARATOR,
    XmlComment,
    XmlDocument,
    XmlElement,
    XmlInstruction,
    split_name,
)


def respelt(document: XmlDocument, chance: Random, *, shuffled: bool = True) -> str:
    """Return the file in another spelling; `shuffled` also mixes children of different slots.

    The tree must declare its namespaces on the root, and have no default one but the model's.
    """
    return _Respelling(document, chance, shuffled).text()


class _Respelling:
    def __init__(self, document: XmlDocument, chance: Random, shuffled: bool) -> None:
        self.document = document
        self.chance = chance
        self.shuffled = shuffled
        self.model = document.root.namespace
        declared = [
            (prefix, namespace)
            for prefix, namespace in document.root.declarations
            if namespace != self.model
        ]
        self.prefixes = {namespace: prefix or "" for prefix, namespace in declared}
        for namespace in self.prefixes:
            if namespace in DIAGRAM_NAMESPACES:
                self.prefixes[namespace] = f"{chance.choice('abc')}{len(namespace)}"
        self.prefixes[self.model] = chance.choice(["", "", "dmn", "semantic"])

    def text(self) -> str:
        head = self.chance.choice(["", '<?xml version="1.0"?>\n', "<?xml version='1.0' ?>"])
        before = "".join(f"{_aside(part)}\n" for part in self.document.before)
        after = "".join(f"\n{_aside(part)}" for part in self.document.after)
        return f"{head}{before}{self.element(self.document.root)}{after}{self.blank()}"

    def element(self, element: XmlElement) -> str:
        prefix = self.prefixes.get(element.namespace, "")
        name = f"{prefix}:{element.name}" if prefix else element.name
        attributes = [
            f"{self.attribute_name(key)}{self.value(value)}"
            for key, value in element.attributes.items()
        ]
        if element.parent is None:
            attributes += [
                f"xmlns{':' if each else ''}{each}{self.value(namespace)}"
                for namespace, each in self.prefixes.items()
            ]
        self.chance.shuffle(attributes)
        gap = self.chance.choice([" ", "\n  ", "\t"])
        tag = gap.join([name, *attributes])
        inside = self.inside(element)
        if not inside and self.chance.random() < 0.5:
            return f"<{tag}{self.chance.choice(['', ' '])}/>"
        return f"<{tag}>{inside}</{name}{self.chance.choice(['', ' '])}>"

    def inside(self, element: XmlElement) -> str:
        content = element.content
        if not self.is_structure(element):
            runs = groupby(content, key=lambda part: isinstance(part, str))
            return "".join(
                self.characters("".join(run)) if is_text else "".join(map(self.part, run))
                for is_text, run in runs
            )
        groups: list[tuple[int, str]] = []
        above = ""
        ranks = child_ranks(element.name, "1.5")
        for part in content:
            if isinstance(part, str):
                continue
            if isinstance(part, XmlElement):
                rank = ranks.get(part.name, 50) if part.namespace == self.model else 99
                groups.append((rank, above + self.element(part)))
                above = ""
            else:
                above += f"\n{_aside(part)}\n"
        if self.shuffled and element.namespace == self.model:
            groups = self.shuffle(groups)
        if not groups and not above:
            return ""
        return self.blank() + self.blank().join([text for _, text in groups] + [above])

    def part(self, part: XmlElement | XmlComment | XmlInstruction) -> str:
        return self.element(part) if isinstance(part, XmlElement) else _aside(part)

    def shuffle(self, groups: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Mix the groups, keeping the order of those that have one rank."""
        ranks = [rank for rank, _ in groups]
        self.chance.shuffle(ranks)
        waiting: dict[int, list[str]] = {}
        for rank, text in groups:
            waiting.setdefault(rank, []).append(text)
        return [(rank, waiting[rank].pop(0)) for rank in ranks]

    def is_structure(self, element: XmlElement) -> bool:
        """Say whether white space between the children means nothing."""
        if element.namespace == self.model:
            return element.name not in TEXTS
        return element.namespace in DIAGRAM_NAMESPACES and element.name != "Text"

    def blank(self) -> str:
        return self.chance.choice(["", " ", "\n", "\r\n\t", "\n\n    "])

    def attribute_name(self, key: str) -> str:
        if SEPARATOR not in key:
            return key
        namespace, name, _ = split_name(key)
        return f"{self.prefixes.get(namespace, 'xml')}:{name}"

    def value(self, value: str) -> str:
        quote = self.chance.choice("\"'")
        text = "".join(
            each if each not in "&<\"'\t\n\r" and self.chance.random() < 0.95 else f"&#{ord(each)};"
            for each in value
        )
        return f"{self.chance.choice(['=', ' = '])}{quote}{text}{quote}"

    def characters(self, text: str) -> str:
        if text and "]]>" not in text and "\r" not in text and self.chance.random() < 0.3:
            return f"<![CDATA[{text}]]>"
        plain = {"&": "&amp;", "<": "&#x3C;", "\r": "&#13;", ">": self.chance.choice([">", "&gt;"])}
        spelt = "".join(plain.get(each, each) for each in text)
        return spelt.replace("]]>", "]]&gt;")


def _aside(part: XmlComment | XmlInstruction) -> str:
    if isinstance(part, XmlComment):
        return f"<!--{part.text}-->"
    return f"<?{part.target} {part.data}?>"
