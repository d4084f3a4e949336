"""Write a syntax tree as canonical FEEL text, with as few parentheses as precedence allows.

In: a tree of `ast` nodes, and the names in scope around it. Out: text that reads back as the same
tree (DMN 1.5, 10.3.1.2). A name is parenthesised where what follows would make a longer name of it:
with `a-b` in scope, a difference is written `(a) - b`. Comments are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from guidewright.feel import ast, names
from guidewright.feel.builtins import BUILTINS
from guidewright.feel.names import NameTrie
from guidewright.feel.parser import ADDITIVE, COMPARISON, LEVELS
from guidewright.feel.text import literal, quoted
from guidewright.feel.tokens import KEYWORDS
from guidewright.feel.types import SIMPLE_TYPES, TYPE_ALIASES
from guidewright.source import Span

_LONGEST_PLAIN = 50  # characters; longer numbers are written with an exponent
_AHEAD = 1_000  # characters that are looked at behind a name


def text_of(node: ast.Node, known: Iterable[str] = (), types: Iterable[str] = ()) -> str:
    """Return the text of an expression or of unary tests.

    `known` are the names in scope and the component names, `types` the item definitions; the
    built-in ones and those of the tree itself need not be given.
    """
    inside = list(_inside(node))
    printer = Printer(
        NameTrie.of([*BUILTINS, *known, *_names(inside)]),
        NameTrie.of([*SIMPLE_TYPES, *TYPE_ALIASES, *types]),
    )
    return printer.join(printer.pieces(node, TEST))


def same_tree(left: Any, right: Any) -> bool:
    """Say whether two trees, or parts of trees, are alike but for their places."""
    if type(left) is tuple and type(right) is tuple:
        return len(left) == len(right) and all(map(same_tree, left, right))
    if isinstance(left, _PARTS):
        return type(left) is type(right) and all(
            same_tree(getattr(left, field.name), getattr(right, field.name))
            for field in fields(left)
        )
    if isinstance(left, Span):
        return isinstance(right, Span)
    both_numbers = type(left) in (int, Decimal) and type(right) in (int, Decimal)
    return (both_numbers or type(left) is type(right)) and bool(left == right)


# pieces of text ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fusible:
    """Pieces that end in a name (of a type, perhaps), which text behind them could lengthen."""

    pieces: tuple[Piece, ...]
    name: str
    of_type: bool = False


Piece = str | Fusible
Pieces = Sequence[Piece]
N = TypeVar("N", bound=ast.Node)
Rule = Callable[["Printer", N], Pieces]
RULES: dict[type[ast.Node], Rule[ast.Node]] = {}

# How tightly a node holds together; `LEVELS` of the parser are those of the infix operators.
TEST, ANY, _INFIX, _UNARY, _INSTANCE, _POSTFIX, _PRIMARY = -1, 0, 1, 7, 8, 9, 10
_CLASS_LEVELS: dict[type[ast.Node], int] = {
    ast.UnaryRange: TEST,
    **dict.fromkeys((ast.If, ast.For, ast.Quantified, ast.FunctionNode), ANY),
    **dict.fromkeys((ast.Between, ast.In), COMPARISON),
    ast.Negate: _UNARY,
    ast.InstanceOf: _INSTANCE,
    **dict.fromkeys((ast.Path, ast.Filter, ast.Call), _POSTFIX),
}


def _level(node: ast.Node) -> int:
    if isinstance(node, ast.Binary):
        return LEVELS[node.operator]
    return _CLASS_LEVELS.get(type(node), _PRIMARY)


def rule(node_class: type[N]) -> Callable[[Rule[N]], Rule[N]]:
    """Register how nodes of a class are written."""

    def register(function: Rule[N]) -> Rule[N]:
        RULES[node_class] = function  # type: ignore[assignment]
        return function

    return register


class Printer:
    """The names that text must not grow into, and the walk over a tree."""

    def __init__(self, known: NameTrie, types: NameTrie) -> None:
        self._known = known
        self._types = types

    def pieces(self, node: ast.Node, level: int = ANY) -> Pieces:
        """Return a node for a place that takes nodes of `level` and tighter ones."""
        written = RULES[type(node)](self, node)
        return ("(", *written, ")") if _level(node) < level else written

    def listed(self, nodes: Iterable[ast.Node], level: int = ANY) -> Iterator[Piece]:
        """Return nodes with commas between them."""
        for position, node in enumerate(nodes):
            if position:
                yield ", "
            yield from self.pieces(node, level)

    def join(self, pieces: Pieces, ahead: str = "") -> str:
        """Return the text, with parentheses where `ahead` would lengthen a name."""
        parts: list[str] = []
        for piece in reversed(pieces):
            text = piece if isinstance(piece, str) else self._unfused(piece, ahead)
            parts.append(text)
            ahead = (text + ahead)[:_AHEAD]
        return "".join(reversed(parts))

    def _unfused(self, piece: Fusible, ahead: str) -> str:
        trie = self._types if piece.of_type else self._known
        found = trie.longest(piece.name + ahead, 0)
        if found is not None and found[1] > len(piece.name):
            return f"({self.join(piece.pieces, ')')})"
        return self.join(piece.pieces, ahead)


# literals, names --------------------------------------------------------------------------------


@rule(ast.Literal)
def literal_node(printer: Printer, node: ast.Literal) -> Pieces:
    """A literal of the value; one that has no value is kept as it was written."""
    if node.refused is not None:
        return (node.span.text,)
    if type(node.value) in (int, Decimal):
        return (_number(node.value),)
    text = literal(node.value)
    return (Fusible((text,), text),) if text in KEYWORDS else (text,)


def _number(value: int | Decimal) -> str:
    plain = literal(value)
    return plain if len(plain) <= _LONGEST_PLAIN else f"{value:e}".replace("e+", "e")


@rule(ast.Name)
def name(printer: Printer, node: ast.Name) -> Pieces:
    """The name, its white space normalised."""
    return (Fusible((node.name,), node.name),)


# operators --------------------------------------------------------------------------------------


@rule(ast.Binary)
def binary(printer: Printer, node: ast.Binary) -> Pieces:
    """All operators associate to the left."""
    level = LEVELS[node.operator]
    left, right = printer.pieces(node.left, level), printer.pieces(node.right, level + 1)
    return (*left, f" {node.operator.value} ", *right)


@rule(ast.Negate)
def negate(printer: Printer, node: ast.Negate) -> Pieces:
    """The sign binds tighter than all infix operators."""
    return ("-", *printer.pieces(node.operand, _UNARY))


@rule(ast.Between)
def between(printer: Printer, node: ast.Between) -> Pieces:
    """The first `and` belongs to `between`."""
    return (
        *printer.pieces(node.value, COMPARISON),
        " between ",
        *printer.pieces(node.low, ADDITIVE),
        " and ",
        *printer.pieces(node.high, ADDITIVE),
    )


@rule(ast.In)
def membership(printer: Printer, node: ast.In) -> Pieces:
    """A single test stands alone unless it begins with a parenthesis that is not an interval's."""
    value = printer.pieces(node.value, COMPARISON)
    if len(node.tests) == 1:
        (test,) = node.tests
        alone = printer.pieces(test, TEST if isinstance(test, ast.UnaryRange) else ADDITIVE)
        if isinstance(test, ast.Interval) or not printer.join(alone).startswith("("):
            return (*value, " in ", *alone)
    return (*value, " in (", *printer.listed(node.tests, TEST), ")")


@rule(ast.InstanceOf)
def instance_of(printer: Printer, node: ast.InstanceOf) -> Pieces:
    """Behind `date`, an `and` could begin another type's name."""
    of = type_text(node.type)
    written = (*printer.pieces(node.value, _POSTFIX), f" instance of {of}")
    return (Fusible(written, _last_name(node.type), of_type=True),)


# ranges and tests -------------------------------------------------------------------------------


@rule(ast.Interval)
def interval(printer: Printer, node: ast.Interval) -> Pieces:
    """An open end is a parenthesis."""
    return (
        "[" if node.low_included else "(",
        *printer.pieces(node.low, ADDITIVE),
        "..",
        *printer.pieces(node.high, ADDITIVE),
        "]" if node.high_included else ")",
    )


@rule(ast.UnaryRange)
def unary_range(printer: Printer, node: ast.UnaryRange) -> Pieces:
    """`<10`; in parentheses unless it is a test."""
    return (node.operator.value, *printer.pieces(node.end, ADDITIVE))


@rule(ast.UnaryTests)
def unary_tests(printer: Printer, node: ast.UnaryTests) -> Pieces:
    """A single test that calls `not` is not a negated test."""
    if node.any_value:
        return ("-",)
    tests = tuple(printer.listed(node.tests, TEST))
    if node.negated:
        return ("not(", *tests, ")")
    return ("(", *tests, ")") if len(node.tests) == 1 and _calls_not(node.tests[0]) else tests


def _calls_not(node: ast.Node) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.function, ast.Name)
        and node.function.name == "not"
    )


# lists, contexts, paths -------------------------------------------------------------------------


@rule(ast.ListNode)
def list_node(printer: Printer, node: ast.ListNode) -> Pieces:
    """`[a, b]`."""
    return ("[", *printer.listed(node.items), "]")


@rule(ast.ContextNode)
def context(printer: Printer, node: ast.ContextNode) -> Pieces:
    """`{a: 1, "b!": 2}`."""
    pieces: list[Piece] = ["{"]
    for position, entry in enumerate(node.entries):
        pieces.append(f"{', ' if position else ''}{_key(entry.key)}: ")
        pieces.extend(printer.pieces(entry.value))
    return (*pieces, "}")


def _key(key: str) -> str:
    spelt = names.tokens(key) is not None and key == names.normal(key)
    comment = "//" in key or "/*" in key
    return key if spelt and not comment and key not in KEYWORDS else quoted(key)


@rule(ast.Path)
def path(printer: Printer, node: ast.Path) -> Pieces:
    """`value.name`."""
    written = (*printer.pieces(node.value, _POSTFIX), ".", node.name)
    return (Fusible(written, node.name),)


@rule(ast.Filter)
def filter_node(printer: Printer, node: ast.Filter) -> Pieces:
    """`value[condition]`."""
    return (*printer.pieces(node.value, _POSTFIX), "[", *printer.pieces(node.condition), "]")


# control ----------------------------------------------------------------------------------------


@rule(ast.If)
def conditional(printer: Printer, node: ast.If) -> Pieces:
    """Only the last branch may be another `if` without parentheses."""
    return (
        "if ",
        *printer.pieces(node.condition, _INFIX),
        " then ",
        *printer.pieces(node.then, _INFIX),
        " else ",
        *printer.pieces(node.otherwise),
    )


def _iterations(printer: Printer, iterations: tuple[ast.Iteration, ...]) -> Iterator[Piece]:
    for position, each in enumerate(iterations):
        yield f"{', ' if position else ''}{each.name} in "
        yield from printer.pieces(each.domain, _INFIX)
        if each.end is not None:
            yield ".."
            yield from printer.pieces(each.end, _INFIX)


@rule(ast.For)
def for_node(printer: Printer, node: ast.For) -> Pieces:
    """`for x in xs, y in 1..3 return e`."""
    loops = _iterations(printer, node.iterations)
    return ("for ", *loops, " return ", *printer.pieces(node.result))


@rule(ast.Quantified)
def quantified(printer: Printer, node: ast.Quantified) -> Pieces:
    """`some x in xs satisfies c`."""
    loops = _iterations(printer, node.iterations)
    condition = printer.pieces(node.condition)
    return (f"{node.quantifier.value} ", *loops, " satisfies ", *condition)


# functions --------------------------------------------------------------------------------------


@rule(ast.FunctionNode)
def function(printer: Printer, node: ast.FunctionNode) -> Pieces:
    """`function(a: number, b) body`."""
    formal = ", ".join(
        each.name if each.type is None else f"{each.name}: {type_text(each.type)}"
        for each in node.parameters
    )
    external = "external " if node.external else ""
    return (f"function({formal}) {external}", *printer.pieces(node.body))


@rule(ast.Call)
def call(printer: Printer, node: ast.Call) -> Pieces:
    """`f(a, b)`, or `f(x: a, y: b)`."""
    function = printer.pieces(node.function, _POSTFIX)
    if node.names is None:
        return (*function, "(", *printer.listed(node.arguments), ")")
    pieces: list[Piece] = []
    for position, (key, argument) in enumerate(zip(node.names, node.arguments, strict=True)):
        pieces.append(f"{', ' if position else ''}{key}: ")
        pieces.extend(printer.pieces(argument))
    return (*function, "(", *pieces, ")")


# types ------------------------------------------------------------------------------------------


def type_text(node: ast.TypeNode) -> str:
    """Return the text of a type."""
    match node:
        case ast.NamedType(name=name):
            return name
        case ast.ListTypeNode(item=item):
            return f"list<{type_text(item)}>"
        case ast.RangeTypeNode(point=point):
            return f"range<{type_text(point)}>"
        case ast.ContextTypeNode(entries=entries):
            return f"context<{', '.join(f'{key}: {type_text(of)}' for key, of in entries)}>"
        case ast.FunctionTypeNode(parameters=parameters, result=result):
            return f"function<{', '.join(map(type_text, parameters))}> -> {type_text(result)}"
    raise AssertionError(node)


def _last_name(node: ast.TypeNode) -> str:
    """Return the name a type ends in; it ends in `>` otherwise."""
    if isinstance(node, ast.FunctionTypeNode):
        return _last_name(node.result)
    return node.name if isinstance(node, ast.NamedType) else ""


# trees ------------------------------------------------------------------------------------------

_PARTS = (ast.Node, ast.TypeNode, ast.Entry, ast.Iteration, ast.Parameter)


def _inside(part: Any) -> Iterator[Any]:
    """Return a tree and all its parts."""
    todo = [part]
    while todo:
        each = todo.pop()
        if type(each) is tuple:
            todo.extend(each)
        elif isinstance(each, _PARTS):
            yield each
            todo.extend(getattr(each, field.name) for field in fields(each))


def _names(parts: Iterable[Any]) -> Iterator[str]:
    """Return every name that is used or introduced in a tree."""
    for part in parts:
        match part:
            case ast.Name(name=name) | ast.Path(name=name) | ast.Iteration(name=name):
                yield name
            case ast.Parameter(name=name) | ast.Entry(key=name):
                yield name
