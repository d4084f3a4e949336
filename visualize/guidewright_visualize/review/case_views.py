"""Cases of a pack: the patient, what is expected, whether it came so, and the rules that fired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guidewright.guideline.cases import CaseResult, Expectation, SectionExpectation
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import plain
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import CaseView, Fact, Link
from guidewright_visualize.typesetting import clean


def case_views(
    guideline: Guideline, results: Sequence[CaseResult], back: Backlinks
) -> Iterator[CaseView]:
    """Yield the cases in the order of the file; notes which rules each has fired."""
    for result in results:
        case = result.case
        anchor = anchors.case(case.id)
        rules = tuple(_fired(result))
        back.add([link.to for link in rules], Link(case.id, anchor))
        readings = ((f"policy {name}", value) for name, value in case.policies.items())
        given = (*case.patient.items(), *readings)
        yield CaseView(
            anchor=anchor,
            id=clean(case.id),
            title=clean(case.title or ""),
            patient=tuple(Fact(clean(name), clean(_words(value))) for name, value in given),
            passed=result.passed,
            differences=tuple(map(clean, result.differences)),
            answer=tuple(map(clean, _expected(case.expect))),
            why=clean(case.why or ""),
            rules=rules,
        )


def _fired(result: CaseResult) -> Iterator[Link]:
    if result.outcome is None:
        return
    for seen in result.outcome.trace.decisions:
        for table in seen.tables:
            for rule in table.chosen:
                name = seen.decision.name
                yield Link(str(rule.rule.row), anchors.rule(name, rule.rule), clean(name))


def _expected(expect: Expectation) -> Iterator[str]:
    """Yield what the case expects, line by line."""
    if expect.error is not None:
        yield f"the call is refused ({expect.error})"
    if expect.status is not None:
        yield f"status: {expect.status}"
    for name, value in expect.decisions.items():
        yield f"{name}: {_words(value)}"
    for title, section in expect.sections.items():
        yield from _section(title, section)
    for word, names in (
        ("reported as open", expect.gaps),
        ("not reported as open", expect.no_gaps),
        ("reported as missing", expect.missing),
        ("policies that decide", expect.policies),
    ):
        if names:
            yield f"{word}: {', '.join(names)}"


def _section(title: str, section: SectionExpectation) -> Iterator[str]:
    for word, options in (
        ("permitted", section.permitted or ()),
        ("among others", section.includes),
        ("never", section.excludes),
    ):
        for option in options:
            parts = ", ".join(f"{name} {_words(value)}" for name, value in option.items())
            yield f"{title}, {word}: {parts}"
    if section.conflict:
        yield f"{title}: conflict of {', '.join(section.conflict)}"


def _words(value: object) -> str:
    """Return a value as a case writes it."""
    if isinstance(value, dict):
        return " ".join(_words(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(map(_words, value)) if value else "none"
    if value is None or isinstance(value, bool):
        return {None: "not known", True: "yes", False: "no"}[value]
    return plain(value) if not isinstance(value, str) else value
