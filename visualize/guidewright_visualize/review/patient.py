"""The report about one patient: what is recommended, why, the marked flowchart, what is missing.

In: a guideline and an outcome. Out: a `Report`, which `html.py` and `pdf.py` write. It says what
`explain` says, from the same outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from guidewright.dmn.trace import TableTrace
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role
from guidewright.guideline.outcome import Hit, Outcome, Section, Status
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

    anchor: str
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
    """A table that was asked, what it looked at, the rules that spoke; `boxes` ask it."""

    anchor: str
    title: str
    policy: str
    looked_at: str
    rules: tuple[Spoken, ...]
    boxes: tuple[Link, ...]


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
    back = Backlinks()
    flowcharts = figures(guideline, crossed, back, raster=raster)
    answers = tuple(_answers(guideline, outcome, back))
    points = tuple(_open_points(guideline, outcome, back))
    policies = tuple(_policies(guideline, outcome, back))
    why = tuple(_why(guideline, outcome, back))
    statements = tuple(_statements(guideline, back))
    known = {*(each.anchor for each in statements), *(each.anchor for each in why)}
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
        answers=answers,
        open_points=points,
        missing=tuple(Fact(clean(each.name), clean(each.ask or "")) for each in outcome.missing),
        notes=tuple(
            clean(str(note)) for note in outcome.notes if note.severity is not Severity.INFO
        ),
        policies=policies,
        flowcharts=tuple(_with_known_links(each, known) for each in flowcharts),
        why=why,
        statements=statements,
    )


def _with_known_links(figure: Figure, known: Collection[str]) -> Figure:
    """Return a figure whose boxes lead to what is in the report, and name the rest."""
    boxes = tuple(
        replace(
            box,
            links=tuple(link if link.to in known else replace(link, to="") for link in box.links),
        )
        for box in figure.boxes
    )
    return replace(figure, boxes=boxes)


def _cited(
    guideline: Guideline, ids: Iterable[str], back: Backlinks, source: Link
) -> tuple[Link, ...]:
    """Return links to statements, and note that `source` rests on them."""
    known = guideline.file.statements
    links = tuple(Link(each, anchors.statement(each) if each in known else "") for each in ids)
    back.add([link.to for link in links if link.to], source)
    return links


def _answers(guideline: Guideline, outcome: Outcome, back: Backlinks) -> Iterator[Answer]:
    for section in outcome.sections:
        if section.role is Role.GAPS or not (section.options or section.status is Status.GAP):
            continue
        numbers = count(1)
        options = tuple(
            tuple(
                _sentence(guideline, section.title, next(numbers), hit, back) for hit in option.hits
            )
            for option in section.options
        )
        several = section.role is Role.OPTIONS and len(options) > 1
        conflict = section.status is Status.CONFLICT
        remark = clean(_remark(outcome, section))
        yield Answer(
            clean(section.title), section.status.value, remark, several or conflict, options
        )


def _sentence(
    guideline: Guideline, section: str, number: int, hit: Hit, back: Backlinks
) -> Sentence:
    anchor = anchors.answer(section, number)
    source = Link(f"{clean(section)} {number}", anchor, "answer")
    return Sentence(anchor, clean(hit.sentence), _cited(guideline, hit.statements, back, source))


def _remark(outcome: Outcome, section: Section) -> str:
    """Return what to know before reading the options."""
    for conflict in outcome.conflicts:
        if conflict.section == section.title:
            return conflict_words(conflict)
    if section.status is Status.GAP:
        return next(gap.text for gap in outcome.gaps if gap.section == section.title)
    several = section.role is Role.OPTIONS and len(section.options) > 1
    return "Any one of these is permitted:" if several else ""


def _open_points(guideline: Guideline, outcome: Outcome, back: Backlinks) -> Iterator[Sentence]:
    known = (gap for gap in outcome.gaps if is_known_gap(outcome, gap))
    for number, gap in enumerate(known, 1):
        anchor = anchors.answer(gap.section, number)
        links = (*(Link(each, "") for each in gap.ambiguities),)
        cited = _cited(guideline, gap.statements, back, Link(str(number), anchor, "open point"))
        yield Sentence(anchor, clean(gap.text), (*links, *cited))


def _policies(guideline: Guideline, outcome: Outcome, back: Backlinks) -> Iterator[Sentence]:
    for use in outcome.policies:
        origin = "the default" if use.is_default else "chosen for this call"
        text = f"{use.name} = {use.reading}, {origin}: {use.meaning}"
        anchor = anchors.policy(use.name)
        source = Link(clean(use.name), anchor, "policy")
        yield Sentence(anchor, clean(text), _cited(guideline, use.statements, back, source))


def _why(guideline: Guideline, outcome: Outcome, back: Backlinks) -> Iterator[Why]:
    for decision in outcome.trace.decisions:
        for table in decision.tables:
            if table.chosen:
                name = decision.decision.name
                yield Why(
                    anchors.table(name),
                    clean(name),
                    table.table.hit_policy.value,
                    clean(looked_at_words(table)),
                    tuple(_spoken(guideline, name, table, back)),
                    back.of(anchors.table(name)),
                )


def _spoken(
    guideline: Guideline, decision: str, table: TableTrace, back: Backlinks
) -> Iterator[Spoken]:
    for rule in table.chosen:
        statements = basis_of(table.table, rule.rule).statements
        anchor = anchors.rule(decision, rule.rule)
        source = Link(clean(rule.rule.name), anchor, clean(f"{decision}:"))
        yield Spoken(
            anchor,
            f"{clean(rule.rule.name)} (row {rule.rule.row})",
            clean(conditions_words(table, rule.rule.inputs)),
            _cited(guideline, statements, back, source),
        )


def _statements(guideline: Guideline, back: Backlinks) -> Iterator[StatementView]:
    """Yield the statements that something of the report rests on, in the order of the source."""
    for id_, statement in guideline.file.statements.items():
        rests = back.of(anchors.statement(id_))
        if rests:
            yield statement_view(guideline.file, statement, rests)
