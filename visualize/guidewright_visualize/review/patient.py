"""The report about one patient: what is recommended, why, the marked flowchart, what is missing.

In: a guideline and an outcome. Out: a `Report`, which `html.py` and `pdf.py` write. It says what
`explain` says, from the same outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guidewright.dmn.trace import TableTrace
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role
from guidewright.guideline.outcome import Outcome, Section, Status
from guidewright.guideline.provenance import basis_of
from guidewright.guideline.words import (
    conditions_words,
    conflict_words,
    is_known_gap,
    looked_at_words,
    value_words,
)
from guidewright_visualize.guidelines import caption_of, workflow_pictures
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.figures import figures
from guidewright_visualize.review.pack import Fact, Figure, Link, StatementView
from guidewright_visualize.review.source_views import statement_view
from guidewright_visualize.typesetting import clean


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer with the statements it rests on."""

    text: str
    statements: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A part of the outcome; with `alternatives` any one of its options is permitted."""

    title: str
    status: str
    remark: str
    alternatives: bool
    options: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A rule that spoke, what it asked, and the statements it cites."""

    anchor: str
    rule: str
    conditions: str
    statements: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """A table that was asked, what it looked at, and the rules that spoke."""

    anchor: str
    title: str
    policy: str
    looked_at: str
    rules: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, in reading order."""

    title: str
    notice: str
    identity: tuple[Fact, ...]
    patient: tuple[Fact, ...]
    answers: tuple[Answer, ...]
    open_points: tuple[Sentence, ...]
    missing: tuple[Fact, ...]
    notes: tuple[str, ...]
    policies: tuple[Sentence, ...]
    flowcharts: tuple[Figure, ...]
    why: tuple[Why, ...]
    statements: tuple[StatementView, ...]


def report_of(guideline: Guideline, outcome: Outcome, *, raster: bool = False) -> Report:
    """Return the report; of the flowchart those pages that the patient's way crosses."""
    file = guideline.file
    pages = workflow_pictures(guideline, caption_of(guideline), outcome)
    crossed = [page for page in pages if page.mark_kinds]
    return Report(
        title=file.title,
        notice=file.notice or "",
        identity=(
            Fact("Guideline", f"{file.id}, version {file.version} ({file.status})"),
            Fact("Digest of the files that decide", outcome.digest),
        ),
        patient=tuple(
            Fact(clean(name), clean(value_words(guideline, name, value)))
            for name, value in outcome.patient.items()
        ),
        answers=tuple(_answers(guideline, outcome)),
        open_points=tuple(_open_points(guideline, outcome)),
        missing=tuple(Fact(clean(each.name), clean(each.ask or "")) for each in outcome.missing),
        notes=tuple(
            clean(str(note)) for note in outcome.notes if note.severity is not Severity.INFO
        ),
        policies=tuple(_policies(guideline, outcome)),
        flowcharts=figures(guideline, crossed, Backlinks(), raster=raster),
        why=tuple(_why(guideline, outcome)),
        statements=tuple(_statements(guideline, outcome)),
    )


def _cited(guideline: Guideline, ids: Iterable[str]) -> tuple[Link, ...]:
    known = guideline.file.statements
    return tuple(Link(each, anchors.statement(each) if each in known else "") for each in ids)


def _answers(guideline: Guideline, outcome: Outcome) -> Iterator[Answer]:
    for section in outcome.sections:
        if section.role is Role.GAPS or not (section.options or section.status is Status.GAP):
            continue
        options = tuple(
            tuple(
                Sentence(clean(hit.sentence), _cited(guideline, hit.statements))
                for hit in option.hits
            )
            for option in section.options
        )
        several = section.role is Role.OPTIONS and len(options) > 1
        conflict = section.status is Status.CONFLICT
        remark = clean(_remark(outcome, section))
        yield Answer(
            clean(section.title), section.status.value, remark, several or conflict, options
        )


def _remark(outcome: Outcome, section: Section) -> str:
    """Return what to know before reading the options."""
    for conflict in outcome.conflicts:
        if conflict.section == section.title:
            return conflict_words(conflict)
    if section.status is Status.GAP:
        return next(gap.text for gap in outcome.gaps if gap.section == section.title)
    several = section.role is Role.OPTIONS and len(section.options) > 1
    return "Any one of these is permitted:" if several else ""


def _open_points(guideline: Guideline, outcome: Outcome) -> Iterator[Sentence]:
    for gap in outcome.gaps:
        if is_known_gap(outcome, gap):
            links = (*(Link(each, "") for each in gap.ambiguities),)
            yield Sentence(clean(gap.text), (*links, *_cited(guideline, gap.statements)))


def _policies(guideline: Guideline, outcome: Outcome) -> Iterator[Sentence]:
    for use in outcome.policies:
        origin = "the default" if use.is_default else "chosen for this call"
        text = f"{use.name} = {use.reading}, {origin}: {use.meaning}"
        yield Sentence(clean(text), _cited(guideline, use.statements))


def _why(guideline: Guideline, outcome: Outcome) -> Iterator[Why]:
    for decision in outcome.trace.decisions:
        for table in decision.tables:
            if table.chosen:
                name = decision.decision.name
                yield Why(
                    anchors.table(name),
                    clean(name),
                    table.table.hit_policy.value,
                    clean(looked_at_words(table)),
                    tuple(_spoken(guideline, name, table)),
                )


def _spoken(guideline: Guideline, decision: str, table: TableTrace) -> Iterator[Spoken]:
    for rule in table.chosen:
        statements = basis_of(table.table, rule.rule).statements
        yield Spoken(
            anchors.rule(decision, rule.rule),
            f"{clean(rule.rule.name)} (row {rule.rule.row})",
            clean(conditions_words(table, rule.rule.inputs)),
            _cited(guideline, statements),
        )


def _statements(guideline: Guideline, outcome: Outcome) -> Iterator[StatementView]:
    """Yield the statements that the rules which spoke cite, in the order of the source."""
    cited = {
        each
        for decision in outcome.trace.decisions
        for table in decision.tables
        for rule in table.chosen
        for each in basis_of(table.table, rule.rule).statements
    }
    cited |= {
        each for section in outcome.sections for o in section.options for each in o.statements
    }
    for id_, statement in guideline.file.statements.items():
        if id_ in cited:
            yield statement_view(guideline.file, statement)
