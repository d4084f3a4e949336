"""Compile lowered code to Python functions, through Python's own syntax tree.

In: `code`. Out: functions `f(rt, value, …)`. Nothing of a model becomes program text: names are
serial numbers, strings and values enter as constants, and `compile` sees a tree built here. What
cannot be one Python expression is hoisted into statements, so that evaluation stays flat; FEEL has
no side effects, and hoisting keeps what `if` and `and` leave uncomputed inside their blocks.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from guidewright.feel.code import Code
from guidewright.feel.runtime import Bail, Refuse, bounded
from guidewright.feel.scope import Binding

Statements = list[py.stmt]
C = TypeVar("C", bound=Code)
Rule = Callable[["Emitter", C], py.expr]

# How to emit the value of a node; the truth ("is it true?") and the falsity ("is it false?") have
# their own entry where they are cheaper than asking the value.
VALUES: dict[type[Code], Rule[Any]] = {}
TRUTHS: dict[type[Code], Rule[Any]] = {}
FALSITIES: dict[type[Code], Rule[Any]] = {}


def emits(table: dict[type[Code], Rule[Any]], node: type[C]) -> Callable[[Rule[C]], Rule[C]]:
    """Register a rule of emission."""

    def register(function: Rule[C]) -> Rule[C]:
        table[node] = function
        return function

    return register


# Python trees in short --------------------------------------------------------------------------


def load(name: str) -> py.Name:
    """Return a name that is read."""
    return py.Name(name, py.Load())


def constant(value: Any) -> py.Constant:
    """Return a Python constant: None, a boolean, a whole number or a text."""
    return py.Constant(value)


def call(function: str | py.expr, *arguments: py.expr) -> py.Call:
    """Return a call."""
    target = load(function) if isinstance(function, str) else function
    return py.Call(target, list(arguments), [])


def method(target: str, name: str, *arguments: py.expr) -> py.Call:
    """Return a call of a method of a local variable."""
    return py.Call(py.Attribute(load(target), name, py.Load()), list(arguments), [])


def compare(left: py.expr, operator: py.cmpop, right: py.expr) -> py.Compare:
    """Return a comparison."""
    return py.Compare(left, [operator], [right])


def is_(left: py.expr, value: bool | None) -> py.expr:
    """Return `left is value`; known now when `left` is a constant."""
    if isinstance(left, py.Constant):
        return constant(left.value is value)
    return compare(left, py.Is(), constant(value))


def is_not(left: py.expr, value: bool | None) -> py.expr:
    """Return `left is not value`; known now when `left` is a constant."""
    if isinstance(left, py.Constant):
        return constant(left.value is not value)
    return compare(left, py.IsNot(), constant(value))


def join(operator: py.boolop, parts: Sequence[py.expr]) -> py.expr:
    """Return the parts joined by Python's `and` or `or`; a question is asked once."""
    flat: list[py.expr] = []
    asked: set[str] = set()
    for part in parts:
        same = isinstance(part, py.BoolOp) and type(part.op) is type(operator)
        for each in part.values if same and isinstance(part, py.BoolOp) else [part]:
            name = _question_about(each)
            if name is None or name not in asked:
                flat.append(each)
            if name is not None:
                asked.add(name)
    return flat[0] if len(flat) == 1 else py.BoolOp(operator, flat)


def _question_about(test: py.expr) -> str | None:
    """Return a key for `name is None` and `name is not None`: asking again changes nothing."""
    if (
        isinstance(test, py.Compare)
        and isinstance(test.left, py.Name)
        and isinstance(test.ops[0], (py.Is, py.IsNot))
        and isinstance(test.comparators[0], py.Constant)
        and test.comparators[0].value is None
    ):
        return f"{type(test.ops[0]).__name__} {test.left.id}"
    return None


def assign(name: str, value: py.expr) -> py.Assign:
    """Return an assignment."""
    return py.Assign([py.Name(name, py.Store())], value)


def columns_of(variable: str) -> str:
    """Return the variable with the columns of a caller's list of contexts; see `intake.take`."""
    return f"{variable}_columns"


# what the quick way knows ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Few:
    """What a variable holds that can only have few values: `values[place]`."""

    place: str  # the variable that holds the place
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a variable holds: null, or one of these values; or (`many`) a list of some of them."""

    values: tuple[Any, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that is being made: the statements before it and in it, and its variable.

    `outside` are the variables there are outside. `turn` has the variables with what every turn
    computes, by what that asks of the counter. `source` is the list of the caller's that is gone
    over, if it is one; then `entries` has the variables with entries of the element, by key.
    """

    variable: str
    before: Statements
    body: Statements
    outside: frozenset[str]
    source: str | None
    turn: dict[Hashable, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Granted:
    """What is taken for granted of a caller's lists and contexts, and asked when they are read."""

    absent: set[str] = field(default_factory=set)  # names that are no keys
    # variables that hold lists of contexts, and the entries that all of these have
    rows: dict[str, set[str]] = field(default_factory=dict)
    classes: dict[str, frozenset[type]] = field(default_factory=dict)  # of all entries of a name


@dataclass(slots=True)
class Quick:
    """What is known of variables where code may give up, because the call can be repeated."""

    tells: bool = False  # whether somebody wants to know what could be told cheaply
    few: dict[str, Few] = field(default_factory=dict)
    outputs: dict[str, Outputs] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)  # the variable with a variable's class
    known: dict[str, type] = field(default_factory=dict)  # the class that a variable always has
    least: dict[str, int] = field(default_factory=dict)  # the least a whole number can be
    absent: set[str] = field(default_factory=set)  # variables that are null
    rows: set[str] = field(default_factory=set)  # variables that hold lists of contexts
    # variables with what was taken out of a variable: an entry by its key, elements by a condition
    taken: dict[tuple[str, Hashable], str] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)  # those around, the outermost first
    nesting: int = 0  # of loops; Python takes twenty blocks inside one another
    # what the caller gave: the variables, those with parts of it, and the keys parts stood under
    inputs: frozenset[str] = frozenset()
    parts: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    granted: Granted | None = None  # None where nothing may be taken for granted


# compilation ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Unit:
    """Functions that are compiled together, and the constants they use."""

    name: str
    namespace: dict[str, Any] = field(default_factory=dict)
    functions: list[py.FunctionDef] = field(default_factory=list)
    _serial: int = 0
    _constants: dict[int, tuple[str, Any]] = field(default_factory=dict)

    def serial(self, prefix: str) -> str:
        """Return a name that nothing else has."""
        self._serial += 1
        return f"{prefix}{self._serial}"

    def constant(self, value: Any) -> py.expr:
        """Return an expression for a value known now."""
        if value is None or type(value) in (bool, int, str):
            return constant(value)
        known = self._constants.get(id(value))
        if known is None:
            known = self._constants[id(value)] = (self.serial("k"), value)
            self.namespace[known[0]] = value
        return load(known[0])

    @bounded
    def function(self, parameters: Sequence[Binding], body: Code) -> str:
        """Add `def f(rt, parameter, …)` that returns the value of `body`; return its name."""
        emitter = Emitter(self)
        names = [emitter.define(parameter) for parameter in parameters]
        result = emitter.value(body)
        emitter.body.append(py.Return(result))
        name = self.serial("f")
        self.functions.append(function_definition(name, ["rt", *names], emitter.body))
        return name

    @bounded
    def build(self) -> dict[str, Any]:
        """Compile everything added so far; return the namespace with the functions in it."""
        module = py.Module(list(self.functions), [])
        _locate(module)
        self.functions.clear()
        exec(compile(module, f"<{self.name}>", "exec"), self.namespace)  # noqa: S102 - a tree built here
        return self.namespace


def _locate(module: py.Module) -> None:
    """Put every node at line 1, as `compile` wants it to have one.

    `ast.fix_missing_locations` does the same in three times the time, a fifth of that of loading.
    """
    waiting: list[Any] = [module]
    while waiting:
        node = waiting.pop()
        for part in vars(node).values():
            if isinstance(part, py.AST):
                waiting.append(part)
            elif type(part) is list:
                waiting += [each for each in part if isinstance(each, py.AST)]
        if node._attributes:
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0


def function_definition(
    name: str, parameters: Sequence[str], body: Statements, captured: Sequence[str] = ()
) -> py.FunctionDef:
    """Return a function; captured variables are bound to their values when it is made."""
    arguments = py.arguments(
        posonlyargs=[],
        args=[py.arg(parameter) for parameter in (*parameters, *captured)],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[load(each) for each in captured],
    )
    definition = py.FunctionDef(name, arguments, body or [py.Pass()], [])
    definition.type_params = []  # type: ignore[attr-defined] # Python 3.12 and later ask for it
    return definition


class Emitter:
    """The statements of one Python function while they are being made."""

    def __init__(self, unit: Unit, parent: Emitter | None = None) -> None:
        self.unit = unit
        self.body: Statements = []
        self.captured: list[str] = []
        self._names: dict[Binding, str] = {}
        self._parent = parent
        # Inside the cells of a table a missing value is no fault: the trace shows it.
        self.in_cells: bool = parent.in_cells if parent is not None else False
        # Nobody watches, and whoever calls repeats the call when something has to be noted. What is
        # known of variables holds in the function that they are in.
        self.quick: Quick | None = None
        if parent is not None and parent.quick is not None:
            self.quick = Quick(parent.quick.tells)

    # variables ----------------------------------------------------------------------------------

    def define(self, binding: Binding) -> str:
        """Give a binding a local variable."""
        name = self._names[binding] = self.unit.serial("v")
        return name

    def alias(self, binding: Binding, name: str) -> None:
        """Let a binding stand for a local variable that is there already."""
        self._names[binding] = name

    def variable(self, binding: Binding) -> str:
        """Return the local variable of a binding, captured from outside if need be."""
        name = self._names.get(binding)
        if name is None:
            if self._parent is None:
                raise KeyError(f"no variable holds {binding.name!r}")
            name = self._names[binding] = self._parent.variable(binding)
            self.captured.append(name)
        return name

    def holder(self, binding: Binding) -> str | None:
        """Return the variable that holds a binding, here or outside; None when nothing does yet."""
        name = self._names.get(binding)
        return name or (self._parent.holder(binding) if self._parent is not None else None)

    def variable_of(self, value: py.expr) -> str:
        """Return the variable that holds a value, a new one if need be."""
        return value.id if isinstance(value, py.Name) else self.temporary(value)

    def temporary(self, value: py.expr) -> str:
        """Store a value in a new local variable."""
        name = self.unit.serial("t")
        self.body.append(assign(name, value))
        return name

    def atom(self, value: py.expr) -> py.expr:
        """Return an expression that may be written down several times."""
        if isinstance(value, (py.Name, py.Constant)):
            return value
        return load(self.temporary(value))

    # blocks -------------------------------------------------------------------------------------

    @contextmanager
    def block(self) -> Iterator[Statements]:
        """Collect the statements emitted meanwhile."""
        outer, self.body = self.body, []
        taken = dict(self.quick.taken) if self.quick is not None else {}
        try:
            yield self.body
        finally:
            self.body = outer
            if self.quick is not None:  # what was looked up inside is not known behind it
                self.quick.taken = taken

    @contextmanager
    def loop(self, variable: str, items: py.expr) -> Iterator[None]:
        """Emit a loop of quick code over a variable, with what is emitted meanwhile.

        Entries of a caller's contexts are gone over beside these: they stand in columns.
        """
        assert self.quick is not None  # noqa: S101 - other code loops in functions of its own
        self.quick.nesting += 1
        before, outside = self.body, frozenset(self._names.values()) - {variable}
        given = isinstance(items, py.Name) and items.id in self.quick.inputs
        source = items.id if isinstance(items, py.Name) and given else None
        with self.block() as body:
            loop = Loop(variable, before, body, outside, source)
            self.quick.loops.append(loop)
            try:
                yield
            finally:
                self.quick.loops.pop()
                self.quick.nesting -= 1
        target: py.expr = py.Name(variable, py.Store())
        if source is not None and loop.entries:
            columns = [
                py.Subscript(load(columns_of(source)), constant(key), py.Load())
                for key in loop.entries
            ]
            items = call("zip", items, *columns)
            names = [py.Name(name, py.Store()) for name in loop.entries.values()]
            target = py.Tuple([target, *names], py.Store())
        self.body.append(py.For(target, items, body, []))

    @contextmanager
    def cells(self) -> Iterator[None]:
        """Emit what stands in a table: there a missing value is not noted."""
        before, self.in_cells = self.in_cells, True
        try:
            yield
        finally:
            self.in_cells = before

    def nested(self) -> Emitter:
        """Return an emitter for a function inside this one."""
        return Emitter(self.unit, self)

    def nested_function(self, inner: Emitter, parameters: Sequence[str]) -> str:
        """Close a nested function; return the name it has here."""
        name = self.unit.serial("g")
        self.body.append(function_definition(name, parameters, inner.body, inner.captured))
        return name

    def branch(self, test: py.expr, then: Statements, otherwise: Statements) -> None:
        """Emit `if test: … else: …`."""
        self.body.append(py.If(test, then or [py.Pass()], otherwise))

    def guarded(self, value: py.expr, node: Code, *, tell_null: bool = False) -> py.expr:
        """Emit a computation that may refuse: then null, with a note at the node's place.

        With `tell_null`, a null that was handed through is noted, too.
        """
        if self.quick and not self.in_cells:
            return self._unguarded(value, tell_null=tell_null)
        name = self.unit.serial("t")
        span = self.unit.constant(node.span)
        told_refusal = "refused_in_cell" if self.in_cells else "refused"
        handler = py.ExceptHandler(
            load("Refuse"), "why", [assign(name, method("rt", told_refusal, load("why"), span))]
        )
        attempt: Statements = [assign(name, value)]
        after: Statements = []
        if tell_null and not self.in_cells:
            told = py.Expr(method("rt", "null", span))
            after = [py.If(is_(load(name), None), [told], [])]
        self.body.append(py.Try(attempt, [handler], after, []))
        return load(name)

    def _unguarded(self, value: py.expr, *, tell_null: bool) -> py.expr:
        """Let a refusal end the quick way; a null that would be noted ends it, too."""
        if not tell_null:
            return value
        name = self.temporary(value)
        self.body.append(py.If(is_(load(name), None), [py.Raise(load("Bail"))], []))
        return load(name)

    def null(self, node: Code) -> py.expr:
        """Return null handed through from an operand, which is noted."""
        if self.in_cells:
            return constant(None)
        return method("rt", "null", self.unit.constant(node.span))

    # emission -----------------------------------------------------------------------------------

    def value(self, node: Code) -> py.expr:
        """Return an expression for the FEEL value of a node."""
        return VALUES[type(node)](self, node)

    def truth(self, node: Code) -> py.expr:
        """Return an expression that is Python-true exactly when the FEEL value is true."""
        emit = TRUTHS.get(type(node))
        return emit(self, node) if emit is not None else is_(self.value(node), True)

    def falsity(self, node: Code) -> py.expr:
        """Return an expression that is Python-true exactly when the FEEL value is false."""
        emit = FALSITIES.get(type(node))
        return emit(self, node) if emit is not None else is_(self.value(node), False)


HELPERS: dict[str, Any] = {"Bail": Bail, "Decimal": Decimal, "Refuse": Refuse}


def new_unit(name: str) -> Unit:
    """Return a unit that knows the helpers generated code calls."""
    return Unit(name, dict(HELPERS))
