"""What a review pack says, part by part, without saying how: texts, links, figures, tables.

In: what `review.contents` finds in a guideline. Out: frozen data that becomes HTML (`html.py`) or
PDF (`pdf.py`). Everything that can be pointed at has an `anchor`; a `Link` leads to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an anchor of the pack.

    Links that follow each other with the same `group` are written together: "finding 6, 7".
    """

    text: str
    to: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the title page or of a summary."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where one arrow of a box leads, in words; `to` is the box there."""

    words: str
    to: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a figure in words: the figure's text equivalent, box by box.

    `drawn` is the box's identity inside the SVG.
    """

    anchor: str
    drawn: str
    number: str
    text: str
    ways: tuple[Way, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its text equivalent; `svg` links its boxes to the anchors of `boxes`.

    On paper it is `width` points wide, on a page that is `turned` to landscape or not.
    """

    anchor: str
    title: str
    alternative: str
    svg: str
    png: bytes
    boxes: tuple[Box, ...]
    notes: tuple[str, ...]
    width: float
    turned: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its kind (condition, conclusion, annotation), title, values."""

    kind: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule of a table with everything that hangs on it; `cells` belong to the heads."""

    anchor: str
    number: int
    id: str
    cells: tuple[str, ...]
    statements: tuple[Link, ...]
    ambiguities: tuple[Link, ...]
    findings: tuple[Link, ...]
    cases: tuple[Link, ...]
    remarks: tuple[str, ...]
    changes: tuple[Link, ...] = ()
    boxes: tuple[Link, ...] = ()  # of the table's flowchart
    cohort: str = ""  # how many patients of a cohort it fired for


@dataclass(frozen=True, slots=True)
class TableView:
    """A decision table; `wide` when its columns do not fit on paper beside each other.

    `widths` say how much room each column asks for, in characters.
    """

    anchor: str
    title: str
    question: str
    corner: str
    policy: str
    heads: tuple[Head, ...]
    rules: tuple[RuleView, ...]
    notes: tuple[str, ...]
    boxes: tuple[Link, ...]
    statements: tuple[StatementView, ...]
    wide: bool
    widths: tuple[int, ...]
    flowchart: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that a statement cites; `text` is empty when the source does not list it."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement of a source and what rests on it."""

    anchor: str
    id: str
    source: str
    section: str
    text: str
    cites: tuple[Reference, ...]
    rests: tuple[Link, ...]

    @property
    def dangling(self) -> tuple[str, ...]:
        """The numbers of the references that the source does not list."""
        return tuple(each.number for each in self.cites if not each.text)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a policy."""

    value: str
    meaning: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A named choice between readings."""

    anchor: str
    name: str
    question: str
    readings: tuple[Reading, ...]
    decided_by: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something the source leaves open, and where the model shows it."""

    anchor: str
    id: str
    topic: str
    problem: str
    statements: tuple[Link, ...]
    handled_by: tuple[Link, ...]


class Standing(StrEnum):
    """What a reader has to do with a finding; the values are headings of the pack."""

    OPEN = "To be settled"
    ACCEPTED = "Accepted by the authors, with their reason"
    PROVED = "Proved for every patient"


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in a clinician's words; `doubt` says that no patient was found who shows it."""

    anchor: str
    number: int
    severity: str
    doubt: str
    text: str
    hint: str
    evidence: str
    place: str
    links: tuple[Link, ...]
    accepted: str = ""  # the reason why the model's authors accept it


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one check that stand alike, and what can be done about all of them."""

    anchor: str
    standing: Standing
    check: str
    title: str
    hint: str
    evidence: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with its result."""

    anchor: str
    id: str
    title: str
    patient: tuple[Fact, ...]
    passed: bool
    differences: tuple[str, ...]
    answer: tuple[str, ...]
    why: str
    rules: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """An input: what it means, in which unit, which values it may have, where it is tested."""

    anchor: str
    name: str
    type: str
    unit: str
    values: str
    meaning: str
    used: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change since the version compared with, or a class of patients whose advice changes."""

    anchor: str
    text: str
    before: str
    after: str
    links: tuple[Link, ...]
    example: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since another version, and for whom."""

    against: str
    rules: tuple[ChangeView, ...]
    patients: tuple[ChangeView, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a cohort: `of` so many; both links lead to what was counted."""

    text: str
    number: str
    of: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class CohortView:
    """A cohort as numbers: never a value of a patient."""

    name: str
    patients: int
    rows: int
    refused: tuple[Fact, ...]
    answers: tuple[Count, ...]
    rules: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A document the guideline rests on, with the references that it lists itself."""

    title: str
    details: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole pack, in reading order."""

    title: str
    notice: str
    identity: tuple[Fact, ...]
    answers: tuple[str, ...]
    attention: tuple[Link, ...]
    numbers: tuple[Fact, ...]
    sources: tuple[SourceView, ...]
    flowcharts: tuple[Figure, ...]
    statecharts: tuple[Figure, ...]
    diagrams: tuple[Figure, ...]
    tables: tuple[TableView, ...]
    statements: tuple[StatementView, ...]
    policies: tuple[PolicyView, ...]
    open_points: tuple[OpenPoint, ...]
    findings: tuple[FindingGroup, ...]
    cases: tuple[CaseView, ...]
    unfired: tuple[Link, ...]
    changes: Changes | None
    cohort: CohortView | None
    terms: tuple[Term, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in reading order."""
        asked = (figure for table in self.tables for figure in table.flowchart)
        return (*self.flowcharts, *asked, *self.statecharts, *self.diagrams)
