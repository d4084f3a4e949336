"""Read FEEL types, and the helpers every reader of FEEL text shares (DMN 1.5, rules 51-52).

In: a span and the names of the known item definitions. Out: type nodes; `ModelError` with a place.
"""

from __future__ import annotations

from typing import NoReturn

from guidewright.errors import Code, ModelError, Note
from guidewright.feel import ast, tokens
from guidewright.feel.names import IDENTIFIER, NameTrie, normal, skip
from guidewright.feel.types import SIMPLE_TYPES, TYPE_ALIASES
from guidewright.source import Span

_BUILT_IN = NameTrie.of([*SIMPLE_TYPES, *TYPE_ALIASES])
_MAX_DEPTH = 50


class TypeParser:
    """A position in a text, and the reading of types from there."""

    def __init__(self, span: Span, types: NameTrie | None = None) -> None:
        self.source = span.source
        self.text = span.source.text
        self.position = span.start
        self.end = span.end
        self._types = types or NameTrie()
        self._type_depth = 0

    # shared reading -----------------------------------------------------------------------------

    def skip(self) -> None:
        """Go over white space and comments."""
        self.position = min(skip(self.text, self.position), self.end)

    def take(self, sign: str) -> bool:
        """Go over `sign` when it comes next; a `.` of `..` and a `*` of `**` do not count."""
        self.skip()
        if not self.text.startswith(sign, self.position, self.end):
            return False
        self.position += len(sign)
        return True

    def expect(self, sign: str, why: str) -> None:
        """Go over `sign`, or fail saying what it was for."""
        if not self.take(sign):
            found = self.text[self.position : min(self.end, self.position + 20)].split("\n")[0]
            seen = f"found {found!r}" if found else "the text ends here"
            self.fail(f"{sign!r} is expected {why}; {seen}")

    def expect_word(self, word: str, why: str) -> None:
        """Go over a keyword, or fail saying why it is needed."""
        self.skip()
        if self._word() != word:
            found = self.text[self.position : min(self.end, self.position + 20)].split("\n")[0]
            seen = f"found {found!r}" if found else "the text ends here"
            self.fail(f"{why}; {seen}")
        self.position += len(word)

    def _word(self) -> str:
        match = tokens.WORD.match(self.text, self.position, self.end)
        return match.group() if match else ""

    def name_tokens_end(self, position: int) -> int | None:
        """Return where the run of name tokens that starts here ends, or None."""
        match = IDENTIFIER.match(self.text, position, self.end)
        if match is None:
            return None
        end = match.end()
        while True:
            behind = skip(self.text, end)
            word = tokens.WORD.match(self.text, behind, self.end)
            if word is not None:
                end = word.end()
            elif behind < self.end and self.text[behind] in "./-'+*":
                end = behind + 1
            else:
                return end

    def defined_name(self, until: str, what: str) -> tuple[str, Span]:
        """Read a name that is being defined, up to the keyword or one of the signs in `until`."""
        self.skip()
        start = self.position
        keyword = until if until.isalpha() else None
        if IDENTIFIER.match(self.text, start, self.end) is None:
            self.fail(f"{what} is expected")
        parts: list[str] = []
        end = position = start
        while position < self.end:
            word = tokens.WORD.match(self.text, position, self.end)
            if word is not None:
                if keyword is not None and word.group() == keyword and position > start:
                    break
                after = word.end()
            elif self.text[position] in "./-'+*" and not (
                keyword is None and self.text[position] in until
            ):
                after = position + 1
            else:
                break
            parts.append((" " if parts and position > end else "") + self.text[position:after])
            end = after
            position = skip(self.text, end)
        self.position = end
        return normal("".join(parts)), self.span_from(start)

    def span_from(self, start: int) -> Span:
        """Return the span from `start` to the position."""
        return Span(self.source, start, self.position)

    def fail(self, text: str, code: Code = Code.SYNTAX, hint: str | None = None) -> NoReturn:
        """Stop reading: what is wrong at this position."""
        start = min(self.position, self.end)
        word = tokens.WORD.match(self.text, start, self.end)
        end = word.end() if word else min(start + 1, self.end)
        raise ModelError(Note(code, Span(self.source, start, end), text, hint))

    # types --------------------------------------------------------------------------------------

    def type(self) -> ast.TypeNode:
        """Read one type (rule 52)."""
        self._type_depth += 1
        if self._type_depth > _MAX_DEPTH:
            self.fail(f"types are nested more than {_MAX_DEPTH} deep", Code.LIMIT)
        self.skip()
        start = self.position
        word = self._word()
        generic = word in ("list", "range", "context", "function") and self.text.startswith(
            "<", skip(self.text, start + len(word)), self.end
        )
        node = self._generic(word) if generic else self._named()
        self._type_depth -= 1
        return node

    def _generic(self, word: str) -> ast.TypeNode:
        start = self.position
        self.position += len(word)
        self.expect("<", f"after {word!r}")
        match word:
            case "list" | "range":
                inner = self.type()
                self.expect(">", f"to close '{word}<'")
                span = self.span_from(start)
                if word == "list":
                    return ast.ListTypeNode(span, inner)
                return ast.RangeTypeNode(span, inner)
            case "context":
                entries = []
                while True:
                    name, _ = self.defined_name(":", "an entry name")
                    self.expect(":", f"between the entry {name!r} and its type")
                    entries.append((name, self.type()))
                    if not self.take(","):
                        break
                self.expect(">", "to close 'context<'")
                return ast.ContextTypeNode(self.span_from(start), tuple(entries))
        parameters = []
        if not self.take(">"):
            while True:
                parameters.append(self.type())
                if not self.take(","):
                    break
            self.expect(">", "to close 'function<'")
        self.expect("->", "before the result of a function type")
        result = self.type()
        return ast.FunctionTypeNode(self.span_from(start), tuple(parameters), result)

    def _named(self) -> ast.TypeNode:
        """The longest known type name, else identifiers joined by dots."""
        start = self.position
        best: tuple[str, int] | None = None
        for trie in (self._types, _BUILT_IN):
            found = trie.longest(self.text, start)
            if found is not None and found[1] <= self.end and (best is None or found[1] > best[1]):
                best = found
        if best is not None:
            self.position = best[1]
            return ast.NamedType(self.span_from(start), best[0])
        match = IDENTIFIER.match(self.text, start, self.end)
        if match is None:
            self.fail("a type is expected")
        self.position = match.end()
        while self.text.startswith(".", self.position, self.end):
            part = IDENTIFIER.match(self.text, self.position + 1, self.end)
            if part is None:
                break
            self.position = part.end()
        return ast.NamedType(self.span_from(start), normal(self.text[start : self.position]))
