"""What the checks of tables could not look at, or tried on samples only.

In: a guideline. Out: findings with the verdict `unknown`, so that no table is left out silently.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.analysis.axes import Axis, Kind
from guidewright.analysis.checks import CHECKS, Subject, check
from guidewright.analysis.findings import About, Finding, unknown
from guidewright.analysis.nested_tables import nested_of
from guidewright.analysis.table_coverage import answers_always, has_default
from guidewright.analysis.tables import TableSubject, subjects_of
from guidewright.errors import Severity
from guidewright.feel.types import ListType
from guidewright.guideline.guide import Guideline
from guidewright.source import Span


@check("table.not-checked", numbers=(), severity=Severity.INFO, subject=Subject.GUIDELINE)
def not_checked(guide: Guideline) -> Iterator[Finding]:
    """A table, or some values of a column, that no check could look at.

    What it finds: tables in a function, context, list or loop whose columns have no declared type;
    tables of imported models; columns of lists, of which only samples were tried, and other columns
    whose cells say more than comparisons.
    Why it matters: what was not looked at is not known to be right.
    Example: a table in a function whose parameter has no `typeRef`.
    To repair: declare the types of parameters and entries; list the allowed values of lists; and
    run `verify` on imported models, too.
    """
    mine, nested = CHECKS["table.not-checked"], nested_of(guide)
    for each in nested.unread:
        text = f"the table {each.name!r} was not looked at: {each.reason}"
        yield unknown(mine.claim(About(each.name, (each.place,)), text))
    for subject in (*subjects_of(guide), *nested.subjects):
        for place, axis in enumerate(subject.axes):
            text = _sampled(subject, axis) if axis.mask(Kind.UNSEEN) else ""
            if text:
                yield unknown(mine.claim(subject.about(places=_spans(subject, place)), text))


def _sampled(subject: TableSubject, axis: Axis) -> str:
    """Say what was tried of a column; nothing where `table.gap` says so already."""
    tried = len(axis.chosen(axis.known))
    if isinstance(axis.type, ListType):
        return (
            f"of the lists of {axis.name!r} only {tried} samples were tried in "
            f"{subject.decision!r}; which rules match other lists is not known"
        )
    if answers_always(subject) and not has_default(subject):
        return ""
    return (
        f"of the values of {axis.name!r} only {tried} were tried in {subject.decision!r}, because "
        "cells say more than comparisons; which rules match other values is not known"
    )


def _spans(subject: TableSubject, axis: int) -> tuple[Span, ...]:
    """Return where the columns of an axis stand."""
    clauses = zip(subject.columns, subject.table.inputs, strict=True)
    return tuple(clause.span for column, clause in clauses if column == axis)
