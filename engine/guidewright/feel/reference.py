"""The reference page of the built-in functions, made from their declarations.

In: `BUILTINS`. Out: Markdown, function by function in the files they are declared in: signatures,
what they do, where the specification has them, examples (which are tests). To renew the page:

    python -m guidewright.feel.reference > docs/feel-functions.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import groupby

from guidewright.feel.builtins import BUILTINS, Builtin, Example, Overload

_HEAD = """\
# FEEL's built-in functions

Made from the declarations in `engine/guidewright/feel/builtins/`; to renew this page:
`python -m guidewright.feel.reference > docs/feel-functions.md`. Every example is a test.

There are {count} functions. Names may hold blanks (`string length`), and arguments are given in
order or by name: `substring(string: "abc", start position: 2)`. How to read a signature:

- `scale?: number`: the argument may be left out.
- `element: Any?`: null may be given. For all other parameters null gives null, and a note.
- `item: number...`: one argument or more.
- `integer`: a number; what stands after its point is cut off.
- `context`: any context; `list<number>`: a list of numbers; a single number is taken as one.

Several signatures are tried in the order shown: first those whose types the arguments have, then
those to which they convert. In the examples, what follows `=>` is the value; what follows `!` is
the code of the note that says why there is none.
"""


def reference_page() -> str:
    """Return the page, always the same for the same declarations."""
    topics = _topics()
    parts = [_HEAD.format(count=len(BUILTINS)), _index(topics)]
    for module, functions in topics.items():
        parts.append(f"## {_title(module)}\n\n{_introduction(module)}\n")
        parts += [_section(function) for function in functions]
    return "\n".join(parts)


def _topics() -> dict[str, list[Builtin]]:
    """Return the functions by the module that declares them, modules by name."""
    topics: dict[str, list[Builtin]] = {}
    for builtin in BUILTINS.values():
        topics.setdefault(builtin.overloads[0].function.__module__, []).append(builtin)
    return dict(sorted(topics.items()))


def _title(module: str) -> str:
    return module.rpartition(".")[2].capitalize()


def _introduction(module: str) -> str:
    """Return the first paragraph of a module, which says what its functions are for."""
    return (sys.modules[module].__doc__ or "").strip().split("\n\n")[0]


def _index(topics: Mapping[str, Iterable[Builtin]]) -> str:
    lines = []
    for module, functions in topics.items():
        names = ", ".join(f"[{each.name}](#{each.name.replace(' ', '-')})" for each in functions)
        lines.append(f"- {_title(module)}: {names}")
    return "\n".join(lines) + "\n"


def _section(function: Builtin) -> str:
    """Return a function: its signatures in groups of one meaning, each with its examples."""
    parts = [f"### {function.name}\n"]
    for _, overloads in groupby(function.overloads, key=lambda each: each.function):
        parts.append(_meaning(list(overloads)))
    return "\n".join(parts)


def _meaning(overloads: list[Overload]) -> str:
    first = overloads[0]
    signatures = "\n".join(each.signature for each in overloads)
    words, _, more = first.doc.partition("\n\n")
    doc = f"{words} ({first.spec})" + (f"\n\n{more}" if more else "")
    if first.omitted_is_null:
        doc += "\n\nArguments given by name may be left out and are then null."
    return f"```\n{signatures}\n```\n\n{doc}\n\n```\n{_examples(first.examples)}\n```\n"


def _examples(examples: Iterable[Example]) -> str:
    lines = [(each.expression, f"=> {each.expected}{_codes(each)}") for each in examples]
    width = max((len(expression) for expression, _ in lines), default=0)
    return "\n".join(f"{expression:{width}}  {expected}" for expression, expected in lines)


def _codes(example: Example) -> str:
    return f"  ! {' '.join(example.codes)}" if example.codes else ""


if __name__ == "__main__":
    sys.stdout.buffer.write(reference_page().encode("utf-8"))
