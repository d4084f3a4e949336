"""The table of built-in functions: signatures in FEEL's own spelling in, `Builtin` objects out.

A function is declared once, beside its code:

    @builtin("floor(n: number, scale?: integer) -> number", spec="DMN 1.5, 10.3.4.5")
    def floor(n, scale=0): ...

The notation of a signature, beyond FEEL's names and types:

    scale?: number      the argument may be left out; the function's default then holds
    element: Any?       null may be given; for all other parameters null gives null
    item: number...     one or more arguments; the function gets them as one list
    integer             a number, truncated toward zero before the function sees it
    context             any context; `list`, `function` and `range` need their parameters

More than one signature with one name are overloads, tried in the order of declaration: first those
whose types the arguments have, then those to which they convert (DMN 1.5, 10.3.2.9.4). A function
whose first parameter is `rt` gets the runtime. From this one table come dispatch, named arguments,
the types a checker needs, the reference page and the tests (`examples`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from guidewright.errors import Code, did_you_mean
from guidewright.feel import types
from guidewright.feel.decimals import to_int
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.types import ContextType, FunctionType, ListType, RangeType, Type
from guidewright.feel.values import (
    MISSING,
    Function,
    Parameter,
    Range,
    classes_of,
    converted_or_missing,
    is_a,
    kind,
    with_article,
)

Classes = frozenset[type]
Body = TypeVar("Body", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Formal:
    """A parameter of a built-in function; the flags are those of the notation above."""

    name: str
    type: Type
    optional: bool = False
    nullable: bool = False
    variadic: bool = False
    integer: bool = False
    classes: Classes | None = None  # of the values that conform, where that decides

    def accepts(self, value: Any) -> bool:
        """Say whether a value conforms to the type; null always does."""
        return is_a(value, self.type) if self.classes is None else type(value) in self.classes


@dataclass(frozen=True, slots=True)
class Example:
    """A line of a docstring: `expression => expected`, and the codes of the notes after `!`."""

    expression: str
    expected: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Overload:
    """One signature of a built-in function and the Python function that computes it."""

    name: str
    signature: str
    parameters: tuple[Formal, ...]
    result: Type
    spec: str
    doc: str
    examples: tuple[Example, ...]
    function: Callable[..., Any]
    needs_runtime: bool
    omitted_is_null: bool = False

    def takes(self, count: int) -> bool:
        """Say whether `count` arguments in order fit."""
        least = sum(not parameter.optional for parameter in self.parameters)
        if self.parameters and self.parameters[-1].variadic:
            return count >= least
        return least <= count <= len(self.parameters)

    def fits(self, count: int, names: Sequence[str] | None) -> bool:
        """Say whether arguments of this number, or with these names, fit."""
        if names is None:
            return self.takes(count)
        known = {parameter.name for parameter in self.parameters}
        needed = set() if self.omitted_is_null else self._needed()
        return needed <= set(names) <= known and len(set(names)) == len(names)

    def _needed(self) -> set[str]:
        return {parameter.name for parameter in self.parameters if not parameter.optional}

    def formals(self, count: int, names: Sequence[str] | None = None) -> tuple[Formal, ...]:
        """Return the parameter of each of the arguments, which fit."""
        if names is not None:
            by_name = {parameter.name: parameter for parameter in self.parameters}
            return tuple(by_name[name] for name in names)
        missing = count - len(self.parameters)
        return self.parameters[:count] + self.parameters[-1:] * max(0, missing)

    def argument_types(self, count: int, names: Sequence[str] | None = None) -> list[Type]:
        """Return the type wanted for each of the arguments, which fit."""
        return [formal.type for formal in self.formals(count, names)]

    def run(self, rt: Runtime, args: Sequence[Any]) -> Any:
        """Compute with arguments of the right types, in order; a null where none may be refuses."""
        given = list(args)
        for place, formal in enumerate(self.formals(len(given))):
            if given[place] is None:
                if not formal.nullable:
                    raise Refuse(
                        f"parameter {formal.name!r} of {self.name!r} is null", Code.NULL_OPERAND
                    )
            elif formal.integer:
                given[place] = to_int(given[place])
        if self.parameters and self.parameters[-1].variadic:
            fixed = len(self.parameters) - 1
            given[fixed:] = [given[fixed:]]
        return self.function(rt, *given) if self.needs_runtime else self.function(*given)


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A built-in function with all its signatures."""

    name: str
    overloads: tuple[Overload, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples of all overloads, each once."""
        return tuple(
            dict.fromkeys(example for overload in self.overloads for example in overload.examples)
        )

    def takes(self, count: int) -> bool:
        """Say whether some overload takes `count` arguments in order."""
        return any(overload.takes(count) for overload in self.overloads)

    def call_positional(self, rt: Runtime, args: Sequence[Any]) -> Any:
        """Call with arguments in order."""
        rt.charge(1 + sum(map(_size, args)))
        fitting = [overload for overload in self.overloads if overload.takes(len(args))]
        if not fitting:
            forms = "; ".join(overload.signature for overload in self.overloads)
            raise Refuse(
                f"{self.name!r} does not take {len(args)} arguments: {forms}",
                Code.WRONG_ARGUMENTS,
            )
        return self._chosen(rt, fitting, args, None)

    def call_named(self, rt: Runtime, args: Mapping[str, Any]) -> Any:
        """Call with arguments by name; every parameter that is not optional must be there."""
        rt.charge(1 + sum(map(_size, args.values())))
        names = tuple(args)
        fitting = [overload for overload in self.overloads if overload.fits(len(args), names)]
        if not fitting:
            raise self._names_do_not_fit(names)
        return self._chosen(rt, fitting, tuple(args.values()), names)

    def _chosen(
        self,
        rt: Runtime,
        fitting: Sequence[Overload],
        args: Sequence[Any],
        names: tuple[str, ...] | None,
    ) -> Any:
        count = len(args)
        for overload in fitting:
            formals = overload.formals(count, names)
            if all(map(Formal.accepts, formals, args)):
                return overload.run(rt, _in_order(overload, args, names))
        for overload in fitting:
            wanted = overload.argument_types(count, names)
            converted = list(map(converted_or_missing, args, wanted))
            if all(arg is not MISSING for arg in converted):
                return overload.run(rt, _in_order(overload, converted, names))
        raise self._types_do_not_fit(fitting, args, names)

    def _types_do_not_fit(
        self, fitting: Sequence[Overload], args: Sequence[Any], names: tuple[str, ...] | None
    ) -> Refuse:
        if len(fitting) > 1:
            given = ", ".join(map(kind, args))
            forms = "; ".join(overload.signature for overload in fitting)
            return Refuse(f"{self.name!r} does not take ({given}): {forms}", Code.WRONG_TYPE)
        for formal, arg in zip(fitting[0].formals(len(args), names), args, strict=True):
            if converted_or_missing(arg, formal.type) is MISSING:
                wanted, given = with_article(str(formal.type)), with_article(kind(arg))
                held = f" with other items than {formal.type}" if kind(arg) == "list" else ""
                return Refuse(
                    f"parameter {formal.name!r} of {self.name!r} is {wanted}, not {given}{held}",
                    Code.WRONG_TYPE,
                )
        raise AssertionError("the arguments fit after all")

    def _names_do_not_fit(self, names: Sequence[str]) -> Refuse:
        known = [formal.name for overload in self.overloads for formal in overload.parameters]
        for name in names:
            if name not in known:
                near = did_you_mean(name, known)
                hint = f"; {near}" if near else ""
                return Refuse(
                    f"{self.name!r} has no parameter {name!r}{hint}", Code.WRONG_ARGUMENTS
                )
        forms = "; ".join(overload.signature for overload in self.overloads)
        return Refuse(f"arguments of {self.name!r} are missing: {forms}", Code.WRONG_ARGUMENTS)


def as_function(builtin: Builtin) -> Function:
    """Return a built-in function as a FEEL value, to be passed on and called."""
    first = builtin.overloads[0]
    parameters = tuple(Parameter(formal.name, formal.type) for formal in first.parameters)
    return Function(builtin.name, parameters, first.result, builtin.call_positional, builtin)


def _in_order(
    overload: Overload, args: Sequence[Any], names: tuple[str, ...] | None
) -> Sequence[Any]:
    """Put named arguments in the order of the parameters; left out at the end is left out."""
    if names is None:
        return args
    given = dict(zip(names, args, strict=True))
    last = max(
        (place for place, formal in enumerate(overload.parameters) if formal.name in given),
        default=-1,
    )
    if overload.omitted_is_null:
        last = len(overload.parameters) - 1
    return [given.get(formal.name) for formal in overload.parameters[: last + 1]]


def _size(value: Any) -> int:
    """Return the cost units for walking over an argument once."""
    if type(value) is list or type(value) is dict:
        return len(value)
    return len(value) // 16 if type(value) is str else 0


# declaration ------------------------------------------------------------------------------------

_declared: dict[str, Builtin] = {}
BUILTINS: Mapping[str, Builtin] = MappingProxyType(_declared)


def builtin(*signatures: str, spec: str, omitted_is_null: bool = False) -> Callable[[Body], Body]:
    """Declare a function as a built-in with this signature, or with each of these.

    `omitted_is_null`: in a call with names, a parameter may be left out and is then null.
    """
    parsed = [(signature, *parse_signature(signature)) for signature in signatures]

    def declare(function: Body) -> Body:
        doc, examples = _parse_doc(inspect.getdoc(function) or "")
        needs_runtime = next(iter(inspect.signature(function).parameters), None) == "rt"
        for signature, name, parameters, result in parsed:
            overload = Overload(
                name=name,
                signature=signature,
                parameters=parameters,
                result=result,
                spec=spec,
                doc=doc,
                examples=examples,
                function=function,
                needs_runtime=needs_runtime,
                omitted_is_null=omitted_is_null,
            )
            before = _declared[name].overloads if name in _declared else ()
            _declared[name] = Builtin(name, (*before, overload))
        return function

    return declare


_SIGNATURE = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\) -> (?P<result>.+)")
_PARAMETER = re.compile(
    r"(?P<name>[\w ]+)(?P<optional>\?)?: (?P<type>.+?)(?P<nullable>\?)?(?P<variadic>\.\.\.)?"
)
_EXAMPLE = re.compile(r"(?P<left>.+?)\s+=> (?P<right>.+)")


def parse_signature(signature: str) -> tuple[str, tuple[Formal, ...], Type]:
    """Read a signature in the notation at the top of this file."""
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise ValueError(f"not a signature: {signature}")
    parameters = tuple(map(_formal, _split(match["parameters"])))
    return match["name"], parameters, _type(match["result"])


def _formal(text: str) -> Formal:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise ValueError(f"not a parameter: {text}")
    integer = match["type"] == "integer"
    of = types.NUMBER if integer else _type(match["type"])
    return Formal(
        name=match["name"],
        type=of,
        optional=bool(match["optional"]),
        nullable=bool(match["nullable"]),
        variadic=bool(match["variadic"]),
        integer=integer,
        classes=classes_of(of),
    )


def _type(text: str) -> Type:
    if text in types.SIMPLE_TYPES:
        return types.SIMPLE_TYPES[text]
    if text == "context":
        return ContextType(())
    if text.startswith("context<"):
        entries = (part.split(": ", 1) for part in _split(text[len("context<") : -1]))
        return ContextType(tuple((key, _type(of)) for key, of in entries))
    if text.startswith("function<"):
        inner, result = text.removeprefix("function<").split("> -> ")
        return FunctionType(tuple(map(_type, _split(inner))), _type(result))
    for word, of in (("list<", ListType), ("range<", RangeType)):
        if text.startswith(word) and text.endswith(">"):
            return of(_type(text[len(word) : -1]))
    raise ValueError(f"not a type: {text}")


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside of `<…>`."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text.replace("->", "  ")):
        depth += (character == "<") - (character == ">")
        if character == "," and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
    return [*parts, text[start:].strip()] if text.strip() else []


def _parse_doc(doc: str) -> tuple[str, tuple[Example, ...]]:
    """Split a docstring into its words and its examples."""
    words, examples = [], []
    for line in doc.splitlines():
        match = _EXAMPLE.fullmatch(line)
        if match is None:
            words.append(line)
            continue
        expected, _, codes = match["right"].partition("  ! ")
        examples.append(Example(match["left"], expected.strip(), tuple(codes.split())))
    return "\n".join(words).strip(), tuple(examples)


# help for the functions' bodies -----------------------------------------------------------------


def check_items(rt: Runtime, count: int) -> None:
    """Stop the call before a list of `count` items is made, if that is too many; charge for it."""
    if count > rt.limits.items:
        rt.exhausted(f"a list has at most {rt.limits.items} items")
    rt.charge(count)


def check_characters(rt: Runtime, count: int) -> None:
    """Stop the call before a string of that length is made, if it is too long; charge for it."""
    if count > rt.limits.characters:
        rt.exhausted(f"a string has at most {rt.limits.characters} characters")
    rt.charge(count // 16)


def no_nulls(items: Sequence[Any], name: str) -> None:
    """Refuse a list that holds null where every item counts."""
    if type(None) in map(type, items):  # `None in items` asks every number whether it equals null
        raise Refuse(f"{name!r} is given a list that holds null", Code.NULL_OPERAND)


def is_range(value: Any) -> bool:
    """Say whether a value is a range."""
    return type(value) is Range
