"""FEEL names: their characters, their normal form, and finding the longest one at a position.

In: declared names ("Serum creatinine", "Date-Time2"). Out: a trie over name tokens, so that a name
with blanks or operators in it is found in time linear in its length (DMN 1.5, 10.3.1.2 rules 25-30
and 10.3.1.6 "Ambiguity").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Rules 28-29, as the inside of a character class.
START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe"
    "\uff00-\ufffd\U00010000-\U000effff"
)
PART = START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
# Rules 61-62: Python's own idea of white space differs.
SPACE = "\t\n\x0b\x0c\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_SPACES = re.compile(f"[{SPACE}]+")
_SKIP = re.compile(f"(?:[{SPACE}]+|//[^\n\r]*|/\\*.*?\\*/)*", re.DOTALL)
IDENTIFIER = re.compile(f"(?![{SPACE}])[{START}](?:(?![{SPACE}])[{PART}])*")
_NAME_TOKEN = re.compile(f"(?:(?![{SPACE}])[{PART}])+|[./\\-'+*]")


def skip(text: str, position: int) -> int:
    """Return the position after white space and comments."""
    match = _SKIP.match(text, position)
    return match.end() if match else position


def normal(name: str) -> str:
    """Collapse the white space of a declared name.

    >>> normal("  Serum   creatinine ")
    'Serum creatinine'
    """
    return _SPACES.sub(" ", name).strip(" ")


def tokens(name: str) -> tuple[str, ...] | None:
    """Return the tokens of a declared name, or None when it has characters no FEEL name can have.

    >>> tokens("Date-Time - 2.1")
    ('Date', '-', 'Time', '-', '2', '.', '1')
    """
    found = []
    position = 0
    name = normal(name)
    while position < len(name):
        if name[position] == " ":
            position += 1
            continue
        match = _NAME_TOKEN.match(name, position)
        if match is None:
            return None
        found.append(match.group())
        position = match.end()
    if not found or IDENTIFIER.match(found[0]) is None:
        return None
    return tuple(found)


@dataclass(slots=True)
class _Branch:
    next: dict[str, _Branch] = field(default_factory=dict)
    name: str | None = None


@dataclass(slots=True)
class NameTrie:
    """A set of declared names that can be searched for at a position of a text."""

    _root: _Branch = field(default_factory=_Branch)

    @classmethod
    def of(cls, names: Iterable[str]) -> NameTrie:
        """Return a trie of the given names."""
        trie = cls()
        for name in names:
            trie.add(name)
        return trie

    def add(self, name: str) -> None:
        """Declare a name; one that no FEEL text can spell is left out."""
        parts = tokens(name)
        if parts is None:
            return
        branch = self._root
        for part in parts:
            branch = branch.next.setdefault(part, _Branch())
        branch.name = normal(name)

    def longest(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the longest declared name that starts at `position`, and where it ends."""
        branch = self._root
        if not branch.next:
            return None
        found: tuple[str, int] | None = None
        while True:
            match = _NAME_TOKEN.match(text, position)
            if match is None:
                return found
            following = branch.next.get(match.group())
            if following is None:
                return found
            branch = following
            if branch.name is not None:
                found = (branch.name, match.end())
            if not branch.next:
                return found
            position = skip(text, match.end())
