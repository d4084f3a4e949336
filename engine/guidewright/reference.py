"""The reference page of the public names, made from their signatures and docstrings.

In: what `guidewright` and its packages list in `__all__`. Out: Markdown. To renew the page:

    python -m guidewright.reference > docs/python.md
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

_HEAD = """\
# Python reference

Made from the code; to renew this page: `python -m guidewright.reference > docs/python.md`. Names
that are not here may change. How to use them: [embedding.md](embedding.md).
"""
PACKAGES = ("guidewright", "guidewright.batch", "guidewright.feel", "guidewright.store")
LONGEST = 30  # characters of a default that is shown


def reference_page() -> str:
    """Return the page, always the same for the same code."""
    return "\n".join([_HEAD, *(_package(import_module(name)) for name in PACKAGES)])


def _package(module: ModuleType) -> str:
    lines = [f"## {module.__name__}\n", _prose(module), ""]
    for name in module.__all__:
        thing = getattr(module, name)
        if not inspect.ismodule(thing):
            lines += _thing(name, thing)
    return "\n".join(lines)


def _thing(name: str, thing: object) -> Iterator[str]:
    """Yield the section of a public name: how it is written, what it says, what it has."""
    yield f"### {name}\n"
    if not callable(thing):
        yield f"A constant: `{type(thing).__name__}`.\n"
        return
    if not isinstance(thing, type):
        yield f"```python\n{name}{_signature(thing)}\n```\n"
    yield _prose(thing) + "\n"
    if isinstance(thing, type):
        yield from _attributes(thing)
        yield from _methods(thing)


def _attributes(owner: type) -> Iterator[str]:
    """Yield what objects of a record hold, in one line."""
    names = [each.name for each in dataclasses.fields(owner)] if _is_record(owner) else []
    public = [f"`{name}`" for name in names if not name.startswith("_")]
    if public:
        yield f"Attributes: {', '.join(public)}.\n"


def _methods(owner: type) -> Iterator[str]:
    """Yield the public methods and properties that a class defines itself, each as an item."""
    for name, member in vars(owner).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield f"- `{name}`: {_first(member)}"
        elif inspect.isfunction(member):
            yield f"- `{name}{_signature(member)}`: {_first(member)}"
    yield ""


def _is_record(thing: object) -> bool:
    return isinstance(thing, type) and dataclasses.is_dataclass(thing)


class _Long:
    """Stands for a default that is too long to show."""

    def __repr__(self) -> str:
        return "…"


def _is_long(default: object) -> bool:
    shown = repr(default)
    return len(shown) > LONGEST or (
        shown.startswith("<") and default is not inspect.Parameter.empty
    )


def _signature(thing: Callable[..., object]) -> str:
    """Return a signature as it is written, without `self` and without long defaults."""
    found = inspect.signature(thing)
    kept = [
        each.replace(default=_Long()) if _is_long(each.default) else each
        for each in found.parameters.values()
        if each.name != "self" and not each.name.startswith("_")
    ]
    return str(found.replace(parameters=kept)).replace("'", "")


def _prose(thing: object) -> str:
    return inspect.getdoc(thing) or ""


def _first(thing: object) -> str:
    return " ".join(_prose(thing).split("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(reference_page())
