"""The registry of checks: code, number among the known kinds, subject, page.

In: functions decorated with `@check`. Out: `CHECKS`, which `verify` runs and from whose docstrings
the pages in `docs/checks/` are made (`analysis.pages`). The list of known kinds is in `kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from guidewright.analysis.findings import About, Claim, Finding
from guidewright.errors import Severity


class Subject(StrEnum):
    """What a check is given: a `tables.TableSubject`, or for all else the whole `Guideline`."""

    TABLE = "table"
    GRAPH = "graph"
    WORKFLOW = "workflow"
    GUIDELINE = "guideline"


_PARTS = "(?:What it finds|Why it matters|Example|To repair)"
Find = Callable[[Any], Iterator[Finding]]
F = TypeVar("F", bound=Find)


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `numbers` are the kinds of `kinds.KINDS` that it finds.

    `said_by` are the checks whose work shows it; then its own function finds nothing.
    """

    code: str
    numbers: tuple[int, ...]
    severity: Severity
    subject: Subject
    find: Find
    said_by: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """The docstring: a title line, then what it finds, why it matters, example, repair."""
        return self.find.__doc__ or ""

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return self.page.strip().split("\n")[0].rstrip(".")

    def section(self, name: str) -> str:
        """Return a part of the page in one line: `What it finds`, `To repair`, …; or nothing."""
        found = re.search(rf"^ *{name}: (.*?)(?=^ *{_PARTS}: |\Z)", self.page, re.M | re.S)
        return " ".join(found[1].split()) if found is not None else ""

    def claim(self, about: About, text: str, **more: Any) -> Claim:
        """Return a claim in the name of this check."""
        severity = more.pop("severity", self.severity)
        return Claim(self.code, severity, about, text, **more)


CHECKS: dict[str, Check] = {}


def check(
    code: str,
    *,
    numbers: tuple[int, ...],
    severity: Severity,
    subject: Subject,
    said_by: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Register a check under a stable code such as `table.gap`."""

    def register(function: F) -> F:
        if code in CHECKS:
            raise ValueError(f"the check {code!r} is registered twice")
        CHECKS[code] = Check(code, numbers, severity, subject, function, said_by)
        return function

    return register


def checks_of(subject: Subject) -> list[Check]:
    """Return the checks of a kind of subject, in the order of their numbers."""
    found = (each for each in CHECKS.values() if each.subject is subject)
    return sorted(found, key=lambda each: (each.numbers, each.code))
