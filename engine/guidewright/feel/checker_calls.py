"""Check functions and calls: parameters, arguments, which overload, which external function.

In: function literals and calls. Out: their types, and notes on what can never work (DMN 1.5,
10.3.2.13). The rules register themselves with `checker`.
"""

from __future__ import annotations

from guidewright.errors import Code, did_you_mean
from guidewright.feel import ast
from guidewright.feel.builtins import Builtin
from guidewright.feel.checker import Checker, may_become, rule
from guidewright.feel.externals import Key, key_of
from guidewright.feel.scope import Role, Scope
from guidewright.feel.types import ANY, NULL, FunctionType, Type, may_be, union


def external_key(body: ast.Node) -> Key | None:
    """Return the key that `{java: {class: …, method signature: …}}` names, or None."""
    kinds = body.entries if isinstance(body, ast.ContextNode) else ()
    if len(kinds) != 1 or not isinstance(kinds[0].value, ast.ContextNode):
        return None
    parts = {
        entry.key: entry.value.value
        for entry in kinds[0].value.entries
        if isinstance(entry.value, ast.Literal) and isinstance(entry.value.value, str)
    }
    if parts.keys() != {"class", "method signature"}:
        return None
    return key_of(kinds[0].key, parts["class"], parts["method signature"])


@rule(ast.FunctionNode)
def function(checker: Checker, node: ast.FunctionNode, scope: Scope) -> Type:
    """A function of its parameters (rule 55)."""
    inside = scope.inner()
    parameters: list[Type] = []
    for parameter in node.parameters:
        of = checker.resolve(parameter.type) if parameter.type is not None else ANY
        parameters.append(of or ANY)
        checker.define(parameter, inside, parameter.name, of or ANY)
    if node.external:
        stand_in = checker.external(external_key(node.body))
        if stand_in is not None:
            checker.checked.externals[node] = stand_in
        else:
            text = "this external function is not among those that are allowed"
            checker.note(Code.EXTERNAL, node.span, text, "write the function in FEEL")
        return FunctionType(tuple(parameters), ANY)
    return FunctionType(tuple(parameters), checker.type_of(node.body, inside))


@rule(ast.Call)
def call(checker: Checker, node: ast.Call, scope: Scope) -> Type:
    """The function exists and takes these arguments (rules 38-42)."""
    binding = scope.lookup(node.function.name) if isinstance(node.function, ast.Name) else None
    of: Type = ANY
    if isinstance(node.function, ast.Name) and binding is None:
        checker.note(
            Code.UNKNOWN_FUNCTION,
            node.function.span,
            f"no function is named {node.function.name!r}",
            did_you_mean(node.function.name, scope.names(functions=True)),
        )
        checker.checked.types[node.function] = ANY
    else:
        of = checker.type_of(node.function, scope)
    arguments = [checker.type_of(argument, scope) for argument in node.arguments]
    if binding is not None and binding.role is Role.BUILTIN:
        return _builtin_call(checker, node, binding.value, arguments)
    if isinstance(of, FunctionType):
        _function_call(checker, node, of, arguments)
        return of.result
    if not may_be(of, FunctionType((), ANY)) and of != ANY:
        checker.note(
            Code.NOT_A_FUNCTION, node.function.span, f"{of} is not a function and cannot be called"
        )
        return NULL
    return ANY


def _function_call(
    checker: Checker, node: ast.Call, of: FunctionType, arguments: list[Type]
) -> None:
    if len(arguments) > len(of.parameters) or (
        node.names is None and len(arguments) != len(of.parameters)
    ):
        checker.note(
            Code.WRONG_ARGUMENTS,
            node.span,
            f"this function takes {len(of.parameters)} arguments, not {len(arguments)}",
        )
    elif node.names is None:
        for argument, given, wanted in zip(node.arguments, arguments, of.parameters, strict=True):
            if not may_become(given, wanted):
                checker.note(Code.WRONG_TYPE, argument.span, f"{wanted} is expected, not {given}")


def _builtin_call(
    checker: Checker, node: ast.Call, builtin: Builtin, arguments: list[Type]
) -> Type:
    fitting = [
        overload for overload in builtin.overloads if overload.fits(len(arguments), node.names)
    ]
    if not fitting:
        forms = "; ".join(overload.signature for overload in builtin.overloads)
        checker.note(
            Code.WRONG_ARGUMENTS,
            node.span,
            f"the arguments do not fit {builtin.name!r}",
            f"it is written {forms}",
        )
        return ANY
    results = []
    faults: list[tuple[ast.Node, Type, Type]] = []
    for overload in fitting:
        wanted = overload.argument_types(len(arguments), node.names)
        wrong = [
            (argument, given, expected)
            for argument, given, expected in zip(node.arguments, arguments, wanted, strict=True)
            if not may_become(given, expected)
        ]
        if wrong:
            faults.extend(wrong)
        else:
            results.append(overload.result)
    if not results:
        argument, given, expected = faults[0]
        checker.note(
            Code.WRONG_TYPE,
            argument.span,
            f"{builtin.name!r} takes {expected} here, not {given}",
        )
        return fitting[0].result
    result = results[0]
    for each in results[1:]:
        result = union(result, each)
    return result
