"""What an evaluation carries along: notes, budget, clock, trace; and how a refusal is told.

In: calls from generated code and built-in functions. Out: notes with the place of the expression,
`ResourceError` when a limit is reached. One `Runtime` serves one call and one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from guidewright.errors import Code, Note, ResourceError, Severity
from guidewright.source import Span

if TYPE_CHECKING:
    from guidewright.feel.temporal import DateTime

P = ParamSpec("P")
R = TypeVar("R")


class Refuse(Exception):  # noqa: N818 - not an error: the standard's way to say "null, because"
    """Right or wrong types, but no answer: the value is null, and a note says why."""

    def __init__(self, reason: str, code: Code = Code.REFUSED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one call; an operator may raise them, a model never.

    Cost units are deterministic: one per loop iteration, a few per function call and note, and the
    size of the data for built-in functions that walk it.
    """

    cost: int = 5_000_000
    depth: int = 100
    items: int = 1_000_000
    characters: int = 1_000_000
    notes: int = 1_000


DEFAULT_LIMITS = Limits()
_NOTE = 5  # cost units: a note takes as long as several iterations


@dataclass(slots=True)
class Runtime:
    """The state of one evaluation."""

    limits: Limits = DEFAULT_LIMITS
    clock: Callable[[], DateTime] | None = None
    notes: list[Note] = field(default_factory=list)
    spent: int = 0
    depth: int = 0
    watcher: Any = None  # a trace that watches tables; never changes what is computed
    _now: DateTime | None = None
    _told: set[Note] = field(default_factory=set)

    def charge(self, units: int, span: Span | None = None) -> None:
        """Spend cost units before the work they stand for; raise `ResourceError` when none left."""
        self.spent += units
        if self.spent > self.limits.cost:
            self.exhausted(f"the budget of {self.limits.cost} cost units is used up", span)

    def exhausted(self, reason: str, span: Span | None = None) -> NoReturn:
        """Abort the whole call: an exhausted limit is never null."""
        raise ResourceError(Note(Code.LIMIT, span, reason))

    def note(
        self,
        code: Code,
        span: Span | None,
        text: str,
        *,
        hint: str | None = None,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Record why something is null; the same note at the same place is kept once."""
        self.charge(_NOTE, span)
        if len(self.notes) < self.limits.notes:
            new = Note(code, span, text, hint, severity)
            if new not in self._told:
                self._told.add(new)
                self.notes.append(new)

    def refused(self, why: Refuse, span: Span | None) -> None:
        """Note a refusal at the place of the expression that asked; the value is null."""
        self.note(why.code, span, why.reason)

    def refused_in_cell(self, why: Refuse, span: Span | None) -> None:
        """Note a refusal in a cell of a table, unless only a value is missing."""
        if why.code is not Code.NULL_OPERAND:
            self.note(why.code, span, why.reason)

    def null(self, span: Span | None) -> None:
        """Note that a null was handed through: data were missing."""
        self.note(
            Code.NULL_OPERAND,
            span,
            "null, because a value it needs is null",
            severity=Severity.INFO,
        )

    def null_because(self, code: Code, reason: str, span: Span | None) -> None:
        """Note why an expression can only be null."""
        self.note(code, span, reason)

    def boolean(self, value: Any, span: Span | None) -> bool | None:
        """Return a truth value; what is not boolean is noted and null."""
        if value is True or value is False or value is None:
            return value
        self.note(Code.WRONG_TYPE, span, "true or false is expected here")
        return None

    def undecided(self, condition: Any, span: Span | None) -> None:
        """Note that a condition is neither true nor false."""
        if condition is None:
            self.note(
                Code.NULL_OPERAND,
                span,
                "the condition is null, so 'else' is taken",
                severity=Severity.WARNING,
            )
        else:
            self.not_boolean(condition, span)

    def not_boolean(self, condition: Any, span: Span | None) -> None:
        """Note a condition that is neither boolean nor null."""
        if condition is not None and type(condition) is not bool:
            self.note(Code.WRONG_TYPE, span, "the condition is neither true nor false")

    def neither_boolean_nor_null(self, condition: Any, span: Span | None) -> bool:
        """Note a condition that a boxed expression cannot use; say whether it is one."""
        self.not_boolean(condition, span)
        return condition is not None and type(condition) is not bool

    def snapshot(self, results: list[Any], span: Span | None) -> list[Any]:
        """Return a copy of the results so far."""
        self.charge(len(results), span)
        return results.copy()

    def mark(self) -> int:
        """Return a mark up to which notes may be forgotten."""
        return len(self.notes)

    def forget(self, mark: int) -> None:
        """Drop the notes since a mark: the question they belong to was only a probe."""
        self._told.difference_update(self.notes[mark:])
        del self.notes[mark:]

    def now(self) -> DateTime:
        """Return the one instant of this evaluation."""
        if self._now is None:
            if self.clock is None:
                raise Refuse("no clock was given to this evaluation")
            self._now = self.clock()
        return self._now


class Bail(Exception):  # noqa: N818 - not an error: the quick way gives up
    """Something would have to be noted: the call has to be made again, the thorough way."""


@dataclass(slots=True)
class QuickRuntime(Runtime):
    """A runtime for calls that are expected to need no note; the first note ends them."""

    def note(
        self,
        code: Code,
        span: Span | None,
        text: str,
        *,
        hint: str | None = None,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Give up: FEEL has no side effects, so the call can be repeated with notes."""
        raise Bail


# For code that neither loops nor calls functions, and so spends nothing; it is never changed.
NO_RUNTIME = QuickRuntime()


def bounded(walk: Callable[P, R]) -> Callable[P, R]:
    """Make nesting that is too deep for Python's stack a limit like the others.

    The parser limits how high a tree is; the caller's own stack may be deep already.
    """

    @wraps(walk)
    def bounded_walk(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return walk(*args, **kwargs)
        except RecursionError:
            note = Note(
                Code.LIMIT, None, "the expression is nested too deep for the caller's stack"
            )
            raise ResourceError(note) from None

    return bounded_walk
