"""Read FEEL text into a tree (DMN 1.5, 10.3.1.2), with the names in scope deciding where names end.

In: a span with FEEL text and a scope. Out: a tree of `ast` nodes; `ModelError` with the place and
what was expected. A recursive descent without a separate lexer: only the scope can tell whether
`Date-Time - x` is one name or a subtraction. No step goes back over text it has read.
"""

from __future__ import annotations

import re
from typing import NoReturn

from guidewright.errors import Code, ModelError, Note, did_you_mean
from guidewright.feel import ast, tokens
from guidewright.feel.decimals import parse_number
from guidewright.feel.names import IDENTIFIER, NameTrie, normal, skip
from guidewright.feel.runtime import Refuse, bounded
from guidewright.feel.scope import Binding, Scope
from guidewright.feel.temporal import parse_at_literal
from guidewright.feel.type_parser import TypeParser
from guidewright.source import Span

MAX_TEXT = 64 * 1024
MAX_NESTING = 100
MAX_VARIABLES = 12  # of one loop; Python nests no more than 20 blocks
MAX_CHAIN = 200  # how high one tree may grow: every later step walks it recursively

_Op = ast.Operator
# Level 1 binds loosest (DMN 1.5, 10.3.1.2); all infix operators associate to the left.
LEVELS = {
    _Op.OR: 1,
    _Op.AND: 2,
    **dict.fromkeys(ast.COMPARISONS, 3),
    _Op.ADD: 4,
    _Op.SUBTRACT: 4,
    _Op.MULTIPLY: 5,
    _Op.DIVIDE: 5,
    _Op.POWER: 6,
}
COMPARISON, ADDITIVE = 3, 4
_UNARY_RANGES = {str(op): op for op in ast.COMPARISONS}
_INFIX = {str(op): op for op in _Op}
_SURROGATE = re.compile("[\ud800-\udfff]")
_PROPERTIES = NameTrie.of(["time offset", "start included", "end included"])


@bounded
def parse_expression(span: Span, scope: Scope, types: NameTrie | None = None) -> ast.Node:
    """Read a whole text as one expression."""
    parser = Parser(span, scope, types)
    node = parser.expression(scope)
    parser.finish()
    return node


@bounded
def parse_unary_tests(span: Span, scope: Scope, types: NameTrie | None = None) -> ast.UnaryTests:
    """Read the text of an input entry, of input or output values, or of a constraint (rule 15)."""
    parser = Parser(span, scope, types)
    tests = parser.unary_tests(scope)
    parser.finish()
    return tests


class Parser(TypeParser):
    """The state of reading one text: the position, and the component names seen so far."""

    def __init__(self, span: Span, scope: Scope, types: NameTrie | None = None) -> None:
        super().__init__(span, types)
        self._components = NameTrie()
        self._nesting = 0
        self._brackets = 0
        self._interval_end_at = -1  # the bracket depth at which `[` may close an interval
        if span.end - span.start > MAX_TEXT:
            self.fail(f"this text has more than {MAX_TEXT} characters", Code.LIMIT)
        self._heights: dict[int, int] = {}
        self._scope = scope

    # entry points -------------------------------------------------------------------------------

    def finish(self) -> None:
        """Ask that nothing is left."""
        self.skip()
        if self.position < self.end:
            self._fail_here("the expression should end here")

    def unary_tests(self, scope: Scope) -> ast.UnaryTests:
        """`-`, `not(test, …)` or `test, …` (rules 13-15)."""
        self.skip()
        start = self.position
        if self.take("-"):
            self.skip()
            if self.position == self.end:
                return ast.UnaryTests(self.span_from(start), ())
            self.position = start
        if self._word() == "not":
            self.position += 3
            if self.take("("):
                tests = self._tests(scope)
                if self.take(")"):
                    self.skip()
                    if self.position == self.end:
                        return ast.UnaryTests(self.span_from(start), tests, negated=True)
            self.position = start  # `not(a) and b` is an expression
        return ast.UnaryTests(self.span_from(start), self._tests(scope))

    def _tests(self, scope: Scope) -> tuple[ast.Node, ...]:
        tests = [self.expression(scope)]
        while self.take(","):
            tests.append(self.expression(scope))
        return tuple(tests)

    # expressions --------------------------------------------------------------------------------

    def expression(self, scope: Scope, level: int = 1) -> ast.Node:
        """Read operators of `level` and tighter; left operands are joined in a loop."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self.fail(f"expressions are nested more than {MAX_NESTING} deep", Code.LIMIT)
        left = self._operand(scope)
        while True:
            self.skip()
            joined = self._infix(left, scope, level)
            if joined is None:
                break
            left = joined
        self._nesting -= 1
        return left

    def _infix(self, left: ast.Node, scope: Scope, level: int) -> ast.Node | None:
        """Join `left` with the operator that follows, or return None when none of `level` does."""
        match = tokens.PUNCTUATION.match(self.text, self.position, self.end)
        sign = match.group() if match else self._word()
        operator = _INFIX.get(sign)
        start = left.span.start
        if operator is not None:
            its_level = LEVELS[operator]
            if its_level < level:
                return None
            self.position += len(sign)
            right = self.expression(scope, its_level + 1)
            return self._grown(
                ast.Binary(self.span_from(start), operator, left, right), left, right
            )
        if level > COMPARISON:
            return None
        if sign == "between":
            self.position += len(sign)
            low = self.expression(scope, ADDITIVE)
            self.expect_word("and", "between its two bounds, 'between' needs 'and'")
            high = self.expression(scope, ADDITIVE)
            return self._grown(ast.Between(self.span_from(start), left, low, high), left, low, high)
        if sign == "in":
            self.position += len(sign)
            tests = self._in_tests(scope)
            return self._grown(ast.In(self.span_from(start), left, tests), left, *tests)
        return None

    def _in_tests(self, scope: Scope) -> tuple[ast.Node, ...]:
        """What follows `in`: one test, or tests in parentheses (rules 49c, 49d)."""
        self.skip()
        start = self.position
        if not self.take("("):
            return (self.expression(scope, ADDITIVE),)
        self._brackets += 1
        first = self.expression(scope)
        if self.take(".."):
            return (self._interval(start, first, low_included=False, scope=scope),)
        tests = [first]
        while self.take(","):
            tests.append(self.expression(scope))
        self._brackets -= 1
        self.expect(")", "to close the tests after 'in'")
        return tuple(tests)

    def _operand(self, scope: Scope) -> ast.Node:
        """An operand with its signs before and its `.name`, `[…]`, `(…)`, `instance of` behind."""
        self.skip()
        start = self.position
        signs: list[int] = []
        while self.text.startswith("-", self.position, self.end):
            signs.append(self.position)
            self.position += 1
            self.skip()
        node = self._postfix(self._primary(scope), scope)
        if self._word() == "instance":
            self.position += len("instance")
            self.expect_word("of", "'instance' needs 'of' and a type")
            of = self.type()
            node = self._grown(ast.InstanceOf(self.span_from(start), node, of), node)
        for sign in reversed(signs):
            node = self._grown(ast.Negate(self.span_from(sign), node), node)
        return node

    def _postfix(self, node: ast.Node, scope: Scope) -> ast.Node:
        start = node.span.start
        while True:
            self.skip()
            following = self.text[self.position : self.position + 2]
            if self.position >= self.end:
                return node
            if following[0] == "." and following != "..":
                self.position += 1
                name, name_span = self._component_name(scope)
                node = ast.Path(self.span_from(start), node, name, name_span)
            elif following[0] == "[" and not self._closes_interval():
                node = self._filter(start, node, scope)
            elif following[0] == "(":
                node = self._call(start, node, scope)
            else:
                return node
            self._grown(node, node.function if isinstance(node, ast.Call) else node.value)  # type: ignore[attr-defined]

    def _closes_interval(self) -> bool:
        """Say whether the `[` here closes `[1..10[`: nothing that could be a filter follows."""
        if self._interval_end_at != self._brackets:
            return False
        behind = skip(self.text, self.position + 1)
        char = self.text[behind : behind + 1] if behind < self.end else ""
        if not char or char in ")],}:=<>!*/+":
            return True
        if char == "." and not self.text[behind + 1 : behind + 2].isdigit():
            return True
        word = tokens.WORD.match(self.text, behind, self.end)
        return word is not None and word.group() in (
            "and", "or", "then", "else", "return", "satisfies", "in", "between", "instance",
        )  # fmt: skip

    def _filter(self, start: int, node: ast.Node, scope: Scope) -> ast.Node:
        self.position += 1
        self._brackets += 1
        inside = Scope(scope)
        inside.item = inside.define(Binding("item"))
        condition = self.expression(inside)
        self._brackets -= 1
        self.expect("]", "to close the filter")
        return self._grown(ast.Filter(self.span_from(start), node, condition), node, condition)

    # primaries ----------------------------------------------------------------------------------

    def _primary(self, scope: Scope) -> ast.Node:
        self.skip()
        start = self.position
        if start >= self.end:
            self._fail_here("an expression is missing")
        char = self.text[start]
        if char == '"':
            return self._string()
        if tokens.NUMBER.match(self.text, start, self.end):
            return self._number()
        found = self._name_in_scope(scope)
        if found is not None:
            name, self.position = found
            return ast.Name(self.span_from(start), name)
        match char:
            case "(":
                return self._parenthesis(scope)
            case "[" | "]":
                return self._list_or_interval(scope)
            case "{":
                return self._context(scope)
            case "@":
                return self._at_literal()
        sign = tokens.PUNCTUATION.match(self.text, start, self.end)
        if sign is not None and sign.group() in _UNARY_RANGES:
            self.position = sign.end()
            end = self.expression(scope, ADDITIVE)
            operator = _UNARY_RANGES[sign.group()]
            return self._grown(ast.UnaryRange(self.span_from(start), operator, end), end)
        return self._word_construct(scope)

    def _name_in_scope(self, scope: Scope) -> tuple[str, int] | None:
        """The longest name that starts here, in scope or (in a filter) a component of the item."""
        found = scope.longest(self.text, self.position)
        if self._in_filter(scope):
            for trie in (scope.longest_declared, self._components.longest):
                component = trie(self.text, self.position)
                if component is not None and (found is None or component[1] > found[1]):
                    found = component
        if found is None or found[1] > self.end:
            return None
        word = self._word()
        if word in tokens.KEYWORDS and found[1] == self.position + len(word):
            return None  # a keyword, not a name that is spelt alike
        return found

    @staticmethod
    def _in_filter(scope: Scope) -> bool:
        level: Scope | None = scope
        while level is not None:
            if level.item is not None:
                return True
            level = level.parent
        return False

    def _word_construct(self, scope: Scope) -> ast.Node:
        start = self.position
        word = self._word()
        match word:
            case "null" | "true" | "false":
                self.position += len(word)
                value = {"null": None, "true": True, "false": False}[word]
                return ast.Literal(self.span_from(start), value)
            case "if":
                return self._if(scope)
            case "for":
                return self._for(scope)
            case "some" | "every":
                return self._quantified(scope)
            case "function":
                return self._function(scope)
        match = IDENTIFIER.match(self.text, start, self.end)
        if match is None or word in tokens.KEYWORDS:
            self._fail_here("an expression is missing")
        self.position = match.end()
        self._refuse_words_in_a_row(start, scope)
        return ast.Name(self.span_from(start), normal(match.group()), known=False)

    def _refuse_words_in_a_row(self, start: int, scope: Scope) -> None:
        """Two words in a row are a name that nobody declared."""
        end = self.position
        while True:
            behind = skip(self.text, end)
            match = IDENTIFIER.match(self.text, behind, self.end)
            if behind == end or match is None or match.group() in tokens.KEYWORDS:
                break
            end = match.end()
        if end > self.position:
            name = normal(self.text[start:end])
            self.position = end
            called = self.text.startswith("(", skip(self.text, end), self.end)
            what = "no function" if called else "nothing"
            note = Note(
                Code.UNKNOWN_FUNCTION if called else Code.UNKNOWN_NAME,
                self.span_from(start),
                f"{what} is named {name!r}",
                did_you_mean(name, scope.names(functions=called)),
            )
            raise ModelError(note)

    def _string(self) -> ast.Literal:
        start = self.position
        match = tokens.STRING.match(self.text, start, self.end)
        if match is None:
            self.fail("the closing quote of this string is missing")
        value = tokens.string_value(match.group(1))
        if _SURROGATE.search(value):
            self.fail("half a surrogate pair is no character")
        self.position = match.end()
        return ast.Literal(self.span_from(start), value)

    def _number(self) -> ast.Literal:
        start = self.position
        match = tokens.NUMBER.match(self.text, start, self.end)
        if match is None:
            self._fail_here("a number is missing")
        self.position = match.end()
        try:
            value = parse_number(match.group())
        except Refuse as why:
            return ast.Literal(self.span_from(start), None, why.reason)
        return ast.Literal(self.span_from(start), value)

    def _at_literal(self) -> ast.Literal:
        start = self.position
        match = tokens.STRING.match(self.text, start + 1, self.end)
        if match is None:
            self.fail("after '@' a string is expected, such as @\"2026-01-31\"")
        self.position = match.end()
        span = self.span_from(start)
        try:
            return ast.Literal(span, parse_at_literal(tokens.string_value(match.group(1))))
        except Refuse as why:
            return ast.Literal(span, None, why.reason)

    # brackets -----------------------------------------------------------------------------------

    def _parenthesis(self, scope: Scope) -> ast.Node:
        """`(expression)`, or an interval that is open at its start: `(1..5]`."""
        start = self.position
        self.position += 1
        self._brackets += 1
        inner = self.expression(scope)
        if self.take(".."):
            return self._interval(start, inner, low_included=False, scope=scope)
        self._brackets -= 1
        self.expect(")", "to close '('")
        return inner

    def _list_or_interval(self, scope: Scope) -> ast.Node:
        start = self.position
        opening = self.text[start]
        self.position += 1
        self._brackets += 1
        if opening == "[" and self.take("]"):
            self._brackets -= 1
            return ast.ListNode(self.span_from(start), ())
        first = self.expression(scope)
        if self.take(".."):
            return self._interval(start, first, low_included=opening == "[", scope=scope)
        if opening == "]":
            self._fail_here("an interval that starts with ']' needs '..'")
        items = [first]
        while self.take(","):
            items.append(self.expression(scope))
        self._brackets -= 1
        self.expect("]", "to close the list")
        return self._grown(ast.ListNode(self.span_from(start), tuple(items)), *items)

    def _interval(
        self, start: int, low: ast.Node, *, low_included: bool, scope: Scope
    ) -> ast.Interval:
        """The rest of an interval after its `..`; the closing bracket tells whether it is open."""
        outer, self._interval_end_at = self._interval_end_at, self._brackets
        high = self.expression(scope, ADDITIVE)
        self._interval_end_at = outer
        self._brackets -= 1
        self.skip()
        closing = self.text[self.position : self.position + 1] if self.position < self.end else ""
        if closing not in (")", "]", "["):
            self._fail_here("an interval ends with ')', ']' or '['")
        self.position += 1
        node = ast.Interval(self.span_from(start), low, low_included, high, closing == "]")
        self._grown(node, low, high)
        return node

    def _context(self, scope: Scope) -> ast.ContextNode:
        start = self.position
        self.position += 1
        self._brackets += 1
        inside = Scope(scope)
        entries: list[ast.Entry] = []
        if not self.take("}"):
            while True:
                key, key_span = self._key()
                self.expect(":", f"between the key {key!r} and its value")
                value = self.expression(inside)
                entries.append(ast.Entry(key, key_span, value))
                inside.define(Binding(key))
                self._components.add(key)
                if not self.take(","):
                    break
            self.expect("}", "to close the context")
        self._brackets -= 1
        node = ast.ContextNode(self.span_from(start), tuple(entries))
        self._grown(node, *(entry.value for entry in entries))
        return node

    def _key(self) -> tuple[str, Span]:
        self.skip()
        start = self.position
        if self.text.startswith('"', start, self.end):
            literal = self._string()
            return str(literal.value), literal.span
        return self.defined_name(":", "a key")

    # control ------------------------------------------------------------------------------------

    def _if(self, scope: Scope) -> ast.If:
        start = self.position
        self.position += len("if")
        condition = self.expression(scope)
        self.expect_word("then", "'if' needs 'then'")
        then = self.expression(scope)
        self.expect_word("else", "'if' needs 'else'")
        otherwise = self.expression(scope)
        node = ast.If(self.span_from(start), condition, then, otherwise)
        self._grown(node, condition, then, otherwise)
        return node

    def _iterations(self, scope: Scope) -> tuple[tuple[ast.Iteration, ...], Scope]:
        iterations: list[ast.Iteration] = []
        while True:
            name, name_span = self.defined_name("in", "an iteration variable")
            self.expect_word("in", f"after the iteration variable {name!r}")
            domain = self.expression(scope)
            end = self.expression(scope) if self.take("..") else None
            iterations.append(ast.Iteration(name, name_span, domain, end))
            if len(iterations) > MAX_VARIABLES:
                self.fail(f"a loop has more than {MAX_VARIABLES} variables", Code.LIMIT)
            scope = scope.inner(Binding(name))
            if not self.take(","):
                return tuple(iterations), scope

    def _for(self, scope: Scope) -> ast.For:
        start = self.position
        self.position += len("for")
        iterations, inside = self._iterations(scope)
        self.expect_word("return", "'for' needs 'return'")
        result = self.expression(inside.inner(Binding("partial")))
        node = ast.For(self.span_from(start), iterations, result)
        self._grown(node, result, *_domains(iterations))
        return node

    def _quantified(self, scope: Scope) -> ast.Quantified:
        start = self.position
        quantifier = ast.Quantifier(self._word())
        self.position += len(quantifier)
        iterations, inside = self._iterations(scope)
        self.expect_word("satisfies", f"{quantifier.value!r} needs 'satisfies'")
        condition = self.expression(inside)
        node = ast.Quantified(self.span_from(start), quantifier, iterations, condition)
        self._grown(node, condition, *_domains(iterations))
        return node

    # functions ----------------------------------------------------------------------------------

    def _function(self, scope: Scope) -> ast.FunctionNode:
        start = self.position
        self.position += len("function")
        self.expect("(", "after 'function', for the parameters")
        parameters: list[ast.Parameter] = []
        inside = Scope(scope)
        if not self.take(")"):
            while True:
                name, name_span = self.defined_name(":,)", "a parameter")
                of = self.type() if self.take(":") else None
                parameters.append(ast.Parameter(name, name_span, of))
                inside.define(Binding(name))
                if not self.take(","):
                    break
            self.expect(")", "to close the parameters")
        self.skip()
        external = self._word() == "external"
        if external:
            self.position += len("external")
        body = self.expression(inside)
        node = ast.FunctionNode(self.span_from(start), tuple(parameters), body, external)
        self._grown(node, body)
        return node

    def _call(self, start: int, function: ast.Node, scope: Scope) -> ast.Call:
        self.position += 1
        self._brackets += 1
        arguments: list[ast.Node] = []
        names: list[str] = []
        if not self.take(")"):
            named = self._named_argument_follows()
            while True:
                if named:
                    name, _ = self.defined_name(":", "a parameter name")
                    self.expect(":", f"between the parameter {name!r} and its argument")
                    names.append(name)
                arguments.append(self.expression(scope))
                if not self.take(","):
                    break
            self.expect(")", "to close the arguments")
        self._brackets -= 1
        node = ast.Call(
            self.span_from(start), function, tuple(arguments), tuple(names) if names else None
        )
        self._grown(node, function, *arguments)
        return node

    def _named_argument_follows(self) -> bool:
        """Say whether name tokens and a colon come next."""
        end = self.name_tokens_end(skip(self.text, self.position))
        return end is not None and self.text.startswith(":", skip(self.text, end), self.end)

    # names --------------------------------------------------------------------------------------

    def _component_name(self, scope: Scope) -> tuple[str, Span]:
        """The name after a dot: the longest declared component, else one identifier."""
        self.skip()
        start = self.position
        best: tuple[str, int] | None = None
        for trie in (scope.longest_declared, self._components.longest, _PROPERTIES.longest):
            found = trie(self.text, start)
            if found is not None and (best is None or found[1] > best[1]):
                best = found
        if best is None or best[1] > self.end:
            match = IDENTIFIER.match(self.text, start, self.end)
            if match is None:
                self._fail_here("after '.' a name is expected")
            best = (normal(match.group()), match.end())
        name, self.position = best
        return name, self.span_from(start)

    # faults and limits --------------------------------------------------------------------------

    def _grown(self, node: ast.Node, *parts: ast.Node) -> ast.Node:
        """Keep how high the tree below `node` is; later steps walk it recursively."""
        height = 1 + max((self._heights.get(id(part), 0) for part in parts), default=0)
        if height > MAX_CHAIN:
            self.fail(
                f"more than {MAX_CHAIN} operators depend on each other here",
                Code.LIMIT,
                "split the expression into several decisions or context entries",
            )
        self._heights[id(node)] = height
        return node

    def _fail_here(self, what: str) -> NoReturn:
        self.skip()
        found = self.text[self.position : min(self.end, self.position + 20)].split("\n")[0]
        shown = f"; found {found!r}" if found else "; the text ends here"
        self.fail(what + shown)


def _domains(iterations: tuple[ast.Iteration, ...]) -> list[ast.Node]:
    return [part for each in iterations for part in (each.domain, each.end) if part is not None]
