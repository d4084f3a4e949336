"""What the compiler makes of each element of the requirement graph, ready to be evaluated.

In: nothing. Out: `Step` and `Compiled`, filled by `dmn.compiler`, read by `dmn.evaluation`, by the
prepared functions and by those who analyse or draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidewright.dmn import model
from guidewright.dmn.items import Item
from guidewright.dmn.requirements import Key, RequirementGraph
from guidewright.errors import Note
from guidewright.feel import code
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import Binding
from guidewright.feel.types import Type
from guidewright.feel.values import Function

Run = Callable[[Runtime, Sequence[Any]], Any]


@dataclass(slots=True, eq=False)
class Unlinked:
    """A place for a function that is compiled later; calls go through it."""

    run: Run | None = None

    def __call__(self, rt: Runtime, arguments: Sequence[Any]) -> Any:
        """Call the function that was put here."""
        assert self.run is not None  # noqa: S101 - linked before anything is called
        return self.run(rt, arguments)


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """The logic of a decision, and the variables for its inputs."""

    logic: code.Code
    bindings: tuple[Binding, ...]


@dataclass(slots=True, eq=False)
class Step:
    """How one element gets its value.

    `inputs` are the elements whose values are the arguments, in order; `function` is None for
    input data, and for a decision without logic. `value` is the constant of a function element;
    `lower` of a business knowledge model gives the function itself.
    """

    key: Key
    element: model.DrgElement
    type: Type
    item: Item | None
    inputs: tuple[Key, ...] = ()
    function: Callable[..., Any] | None = None
    value: Function | None = None
    lower: Callable[[Mapping[Key, Type]], Lowered] | None = None  # for known types of the inputs


@dataclass(slots=True, eq=False)
class Compiled:
    """Models, ready to run."""

    main: model.Definitions
    graph: RequirementGraph
    steps: dict[Key, Step]
    notes: list[Note] = field(default_factory=list)
