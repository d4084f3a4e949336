"""The context functions (DMN 1.5, 10.3.4.10). Contexts are never changed: a new one is made.

In: contexts, keys, values. Out: a value, a list of entries, a new context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # the values of entries are of any kind

from guidewright.errors import Code
from guidewright.feel.builtins.registry import builtin, check_items
from guidewright.feel.runtime import Refuse, Runtime
from guidewright.feel.values import kind, with_article

_SPEC = "DMN 1.5, 10.3.4.10"
Context = dict[str, Any]


@builtin("get value(m: context, key: string) -> Any", spec=_SPEC)
def get_value(m: Context, key: str) -> Any:
    """Return the value of an entry; null, without a note, when there is none.

    get value({a: 1}, "a")   => 1
    get value({a: 1}, "b")   => null
    get value({a: 1}, null)  => null  ! feel.null-operand
    """
    return m.get(key)


@builtin("get entries(m: context) -> list<context<key: string, value: Any>>", spec=_SPEC)
def get_entries(rt: Runtime, m: Context) -> list[Context]:
    """Return the entries in their order, each as a context of `key` and `value`.

    get entries({a: 1, b: null})  => [{key: "a", value: 1}, {key: "b", value: null}]
    get entries({})               => []
    get entries(map: {})          => null  ! feel.wrong-arguments
    """
    check_items(rt, 2 * len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list<context>) -> context", spec=_SPEC)
def context(rt: Runtime, entries: Sequence[Context | None]) -> Context:
    """Return the context of such entries; other keys of them do not count.

    context([{key: "a", value: 1}, {key: "b", value: null}])  => {a: 1, b: null}
    context({key: "a", value: 1})                             => {a: 1}
    context([{key: "a", value: 1}, {key: "a", value: 2}])     => null  ! feel.refused
    context([{key: "a"}])                                     => null  ! feel.refused
    context([{key: null, value: 1}])                          => null  ! feel.refused
    """
    check_items(rt, len(entries))
    made: Context = {}
    for number, entry in enumerate(entries, start=1):
        if entry is None or "key" not in entry or "value" not in entry:
            raise Refuse(f"entry {number} does not have both a key and a value")
        key = entry["key"]
        if type(key) is not str:
            raise Refuse(f"the key of entry {number} is {with_article(kind(key))}, not a string")
        if key in made:
            raise Refuse(f"the key {key!r} stands twice")
        made[key] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: Any?) -> context", spec=_SPEC)
def context_put(rt: Runtime, base: Context, key: str, value: Any) -> Context:
    """Return the context with an entry set; a new key comes last, an old one keeps its place.

    context put({a: 1}, "b", 2)     => {a: 1, b: 2}
    context put({a: 1}, "a", null)  => {a: null}
    context put({}, null, 1)        => null  ! feel.null-operand
    context put({}, 1, 1)           => null  ! feel.wrong-type
    """
    check_items(rt, len(base))
    return {**base, key: value}


@builtin("context put(context: context, keys: list<string>, value: Any?) -> context", spec=_SPEC)
def context_put_nested(
    rt: Runtime, base: Context, keys: Sequence[str | None], value: Any
) -> Context:
    """Return the context with an entry set inside of contexts that are there.

    context put({x: 1, y: {a: 0}}, ["y", "a"], 2)    => {x: 1, y: {a: 2}}
    context put({x: 1, y: {a: 0}}, ["y", "b"], 2)    => {x: 1, y: {a: 0, b: 2}}
    context put({x: 1}, ["a", "b"], 2)               => null  ! feel.refused
    context put({x: 1}, [], 2)                       => null  ! feel.refused
    context put({x: 1}, ["x", null], 2)              => null  ! feel.null-operand
    """
    if not keys:
        raise Refuse("no key is given")
    names: list[str] = []
    for key in keys:
        if key is None:
            raise Refuse("a key is null", Code.NULL_OPERAND)
        names.append(key)
    levels: list[Context] = [base]
    for name in names[:-1]:
        inner = levels[-1].get(name)
        if type(inner) is not dict:
            raise Refuse(f"there is no context at the key {name!r}")
        levels.append(inner)
    check_items(rt, sum(map(len, levels)))
    for level, name in zip(reversed(levels), reversed(names), strict=True):
        value = {**level, name: value}
    made: Context = value
    return made


@builtin("context merge(contexts: list<context>) -> context", spec=_SPEC)
def context_merge(rt: Runtime, contexts: Sequence[Context | None]) -> Context:
    """Return one context of all entries; of two with one key the later counts.

    context merge([{a: 1}, {b: 2}, {a: 3}])   => {a: 3, b: 2}
    context merge([{a: {x: 1}}, {a: {y: 2}}]) => {a: {y: 2}}
    context merge({a: 1})                     => {a: 1}
    context merge([{a: 1}, 2])                => null  ! feel.wrong-type
    """
    made: Context = {}
    for each in contexts:
        if each is None:
            raise Refuse("a context is null", Code.NULL_OPERAND)
        check_items(rt, len(each))
        made.update(each)
    return made
