"""Read a page as a browser would, as far as the tests ask: elements, identities, links, words."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """What was found: links by the identities of all elements they stand in."""

    identities: list[str] = field(default_factory=list)
    links: list[tuple[frozenset[str], str]] = field(default_factory=list)
    elements: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.elements.add(tag)
        identity = given.get("id")
        if identity is not None:
            self.identities.append(identity)
        for name in ("src", "action", "data", "poster", "srcset"):
            if given.get(name):
                self.fetched.append(f"{tag} {name}={given[name]}")
        if tag not in VOID:
            self._open.append((tag, identity))
        target = given.get("href") or given.get("xlink:href")
        if target is not None:
            inside = frozenset(each for _, each in self._open if each is not None)
            self.links.append((inside, target))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("style", "title"):
            self.words.append(data)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Which identity has a link inside it that leads to which other."""
        return frozenset((each, to[1:]) for inside, to in self.links for each in inside)

    def leads(self, source: str, target: str) -> bool:
        """Say whether something inside `source` leads to `target`."""
        return (source, target) in self.pairs


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page
