"""Tidying up generated Python: what is joined, what is not, and that it computes the same."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.feel.python_tidy import tidied

JOINED = {
    "used next": ("t = a(); return t", "return a()"),
    "an argument": ("t = a(); b.append(t)", "b.append(a())"),
    "two, in their order": ("t = a(); u = b(); return t + u", "return a() + b()"),
    "through several": ("t = a(); u = t[0]; v = u['k']; return v", "return a()[0]['k']"),
    "the first of a comparison": ("t = a(); x = t < b() < c()", "x = a() < b() < c()"),
    "asked": ("t = a()\nif t:\n x = 1", "if a():\n    x = 1"),
    "gone over": ("t = a()\nfor x in t:\n b(x)", "for x in a():\n    b(x)"),
    "added to": ("x = 0; t = a(); x += t", "x = 0\nx += a()"),
    "or": ("t = a()\nif not t:\n t = b()\nreturn t", "return a() or b()"),
    "and": ("t = a()\nif t:\n t = b()\nreturn t", "return a() and b()"),
    "or, or": (
        "t = a()\nif not t:\n t = b()\nif not t:\n t = c()\nif t:\n d()",
        "if a() or b() or c():\n    d()",
    ),
    "in a loop": (
        "for x in a:\n t = x['k']\n u = t == 'v'\n if u:\n  b.append(x)",
        "for x in a:\n    if x['k'] == 'v':\n        b.append(x)",
    ),
    "where it fails": (
        "try:\n t = a()\n return t\nexcept E:\n t1 = b()\n return t1",
        "try:\n    return a()\nexcept E:\n    return b()",
    ),
}
LEFT = {
    "used twice": "t = a()\nreturn t + t",
    "used later": "t = a()\nb()\nreturn t",
    "stored twice": "t = a()\nt = t + b()\nreturn t",
    "computed after something else": "t = a()\nreturn b() + t",
    "an entry read before": "t = a()\nreturn b[0] + t",
    "perhaps not computed": "t = a()\nreturn b or t",
    "perhaps not chosen": "t = a()\nreturn t if b else c",
    "the second of a comparison": "t = a()\nx = b < c < t",
    "in every turn": "t = a()\nfor x in b:\n    c(x, t)",
    "behind a question": "t = a()\nif b:\n    c(t)",
    "another is asked": "t = a()\nif not u:\n    t = b()\nreturn t",
    "otherwise something else": "t = a()\nif not t:\n    t = b()\nelse:\n    c()\nreturn t",
    "of a method's owner": "t = a()\nb(0)[t]\nc(t)",
}


def after(source: str) -> str:
    body = tidied(ast.parse(source).body)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


@pytest.mark.parametrize("case", JOINED)
def test_joined(case: str) -> None:
    before, expected = JOINED[case]
    assert after(before) == expected


@pytest.mark.parametrize("case", LEFT)
def test_left_alone(case: str) -> None:
    assert after(LEFT[case]) == LEFT[case]


NAMES = ["p", "q", "r", "s"]
names = st.sampled_from(NAMES)
values = st.recursive(
    names | st.integers(0, 2).map(str),
    lambda inner: st.one_of(
        inner.map("seen({})".format),
        st.tuples(inner, inner).map(lambda pair: "({} + {})".format(*pair)),
        st.tuples(inner, inner).map(lambda pair: "({} < {})".format(*pair)),
        st.tuples(inner, inner).map(lambda pair: "({} or {})".format(*pair)),
        st.tuples(inner, inner, inner).map(lambda three: "({} if {} else {})".format(*three)),
    ),
    max_leaves=4,
)
stored = st.tuples(names, values).map(" = ".join)


def indented(lines: list[str]) -> str:
    return "\n".join(f" {line}" for each in lines for line in each.splitlines())


statements = st.recursive(
    stored | values,
    lambda inner: st.one_of(
        st.tuples(values, st.lists(inner, min_size=1, max_size=2)).map(
            lambda asked: f"if {asked[0]}:\n{indented(asked[1])}"
        ),
        st.tuples(names, st.lists(inner, min_size=1, max_size=2)).map(
            lambda asked: f"if not {asked[0]}:\n{indented(asked[1])}"
        ),
        st.tuples(names, st.lists(inner, min_size=1, max_size=2)).map(
            lambda gone: f"for {gone[0]} in (1, 0):\n{indented(gone[1])}"
        ),
    ),
    max_leaves=4,
)


@given(st.lists(statements, min_size=1, max_size=6), values)
@settings(max_examples=500, deadline=None)
def test_the_same_is_computed_in_the_same_order(lines: list[str], last: str) -> None:
    before = "\n".join(lines)

    def run(source: str) -> tuple[list[Any], Any]:
        seen: list[Any] = []

        def look(value: Any) -> Any:
            seen.append(value)
            return value

        body = f"p = q = r = s = 0\n{source}"
        text = f"def f(seen):\n{indented([body])}\n"
        space: dict[str, Any] = {}
        exec(text, space)
        return seen, space["f"](look)

    whole = f"{before}\nreturn {last}"
    assert run(after(whole)) == run(whole)
