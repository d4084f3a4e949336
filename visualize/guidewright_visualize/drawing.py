"""What a picture shows, without saying how: boxes, arrows, marks, tables, legend and notices.

In: what the drawing modules find in models, workflows and traces. Out: frozen data that becomes
DOT text (`dot.py`, `table_dot.py`) or a numbered list (`text.py`). No DOT and no SVG in here.
A mark is a border *and* a sign *and* words, so that every picture can be read without colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a box means; the values are the words of the legend."""

    # clinical flowcharts (symbols of the Society for Medical Decision Making)
    STATE = "clinical state"
    QUESTION = "decision"
    ACTION = "action"
    SILENT = "the source says nothing further"
    LINK = "continues on another page"
    # statecharts
    INITIAL = "where it begins"
    ACTIVE = "state"
    FINAL = "final: it is complete"
    HISTORY = "back to where it was left"
    # decision flowcharts of tables
    ANSWER = "answer of the table"
    NO_ANSWER = "the table has no answer"
    # requirement diagrams (DMN 1.5, clause 6)
    DECISION = "decision (computed)"
    INPUT_DATA = "input data"
    KNOWLEDGE_MODEL = "business knowledge model"
    KNOWLEDGE_SOURCE = "knowledge source"
    DECISION_SERVICE = "decision service"
    ELSEWHERE = "decision on another page"
    FOREIGN = "element of another model"


class EdgeKind(StrEnum):
    """What an arrow means; the values are the words of the legend."""

    STEP = "next step"
    EXCEPTION = "leaves the path"
    INFORMATION = "is needed by"
    KNOWLEDGE = "is called by"
    AUTHORITY = "is the authority for"


class Side(StrEnum):
    """Where the box behind an arrow stands, seen from the one before it."""

    RIGHT = "right"
    DOWN = "down"
    BACK = "back"
    FREE = "free"


class Flow(StrEnum):
    """The direction a drawing is read in."""

    DOWN = "top to bottom"
    RIGHT = "left to right"


class MarkKind(StrEnum):
    """Why something is marked; the values are the words of the legend."""

    PATH = "way of this patient"
    CHOSEN = "rule that decided"
    MATCHED = "rule that matched, not chosen"
    FAILED = "condition not met"
    UNKNOWN = "could not be told: a value is missing"
    FINDING = "finding"
    ADDED = "added since the other version"
    REMOVED = "removed since the other version"
    CHANGED = "changed since the other version"
    COVERED = "visited by so many cases"
    NEVER = "visited by no case"
    COHORT = "so many of the cohort"
    NOBODY = "nobody of the cohort"

    @property
    def sign(self) -> str:
        """The sign that stands beside the marked text; each kind has its own."""
        return _SIGNS[self]


# only signs that the fonts of graphviz-pure have (tests look at the PNG)
_SIGNS = {
    MarkKind.PATH: "●",
    MarkKind.CHOSEN: "►",
    MarkKind.MATCHED: "○",
    MarkKind.FAILED: "\u00d7",  # multiplication sign
    MarkKind.UNKNOWN: "?",
    MarkKind.FINDING: "▲",
    MarkKind.ADDED: "+",
    MarkKind.REMOVED: "\u2212",  # minus sign
    MarkKind.CHANGED: "■",
    MarkKind.COVERED: "√",
    MarkKind.NEVER: "ø",
    MarkKind.COHORT: "n=",
    MarkKind.NOBODY: "n=0",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on a box, an arrow, a row or a cell, and a few words (`step 3`)."""

    kind: MarkKind
    text: str = ""

    @property
    def words(self) -> str:
        """What is written: the sign and the words."""
        return f"{self.kind.sign} {self.text}".rstrip()


def mark_words(marks: Iterable[Mark]) -> str:
    """Return what is written for all marks of something."""
    return "  ".join(mark.words for mark in marks)


def _kinds(marks: Iterable[Mark]) -> tuple[MarkKind, ...]:
    used = {mark.kind for mark in marks}
    return tuple(kind for kind in MarkKind if kind in used)


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands above and below every picture of a guideline."""

    title: str = ""
    version: str = ""
    status: str = ""
    date: str = ""
    sources: tuple[str, ...] = ()
    notice: str = ""

    @property
    def footer(self) -> tuple[str, ...]:
        """The lines below a picture; what is not known is left out.

        >>> Caption(version="1.0", status="draft", notice="Not for care.").footer
        ('Version 1.0 · draft', 'Not for care.')
        """
        version = f"Version {self.version}" if self.version else ""
        identity = " · ".join(part for part in (version, self.status, self.date) if part)
        sources = f"Sources: {'; '.join(self.sources)}" if self.sources else ""
        return tuple(line for line in (identity, sources, self.notice) if line)

    def heading(self, title: str) -> str:
        """Return the title of one picture of this guideline."""
        return f"{self.title}: {title}" if self.title and title else self.title or title


NO_CAPTION = Caption()


@dataclass(frozen=True, slots=True)
class Node:
    """A box. `annotations` are the statement ids; `page` is the page a link leads to.

    `rules` are the rules of a table that speak there, by name.
    """

    id: str
    shape: Shape
    label: tuple[str, ...]
    number: int | None = None
    annotations: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    page: int | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two boxes or groups, by their ids.

    `rows` says how many rows further down it ends; `ways` are the identities of what it stands
    for (transitions of a workflow).
    """

    source: str
    target: str
    kind: EdgeKind = EdgeKind.STEP
    label: str = ""
    side: Side = Side.FREE
    marks: tuple[Mark, ...] = ()
    rows: int = 1
    ways: tuple[str, ...] = ()


class Border(StrEnum):
    """The line around a group; the values are what it means."""

    GROUP = "what belongs together"
    NESTED = "state with states inside"
    REGION = "region: runs beside the others"


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes with a border around them: a nested state, a parallel region, a decision service."""

    id: str
    label: str
    nodes: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    marks: tuple[Mark, ...] = ()
    border: Border = Border.GROUP

    @property
    def members(self) -> tuple[str, ...]:
        """The ids of all boxes inside, those of inner groups included."""
        inner = (member for group in self.groups for member in group.members)
        return (*self.nodes, *inner)

    @property
    def nested(self) -> tuple[Group, ...]:
        """The group itself and all groups inside it, from outside to inside."""
        return (self, *(part for group in self.groups for part in group.nested))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One page of boxes and arrows; `name` is its stable identity (a file stem, an anchor).

    `decision` is set where it shows the table of that decision.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...] = ()
    flow: Flow = Flow.DOWN
    notes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    decision: str = ""

    @property
    def legend(self) -> tuple[Shape, ...]:
        """The shapes that occur, in the order of `Shape`."""
        used = {node.shape for node in self.nodes}
        return tuple(shape for shape in Shape if shape in used)

    @property
    def borders(self) -> tuple[Border, ...]:
        """The borders of groups that need a word in the legend, in the order of `Border`."""
        used = {part.border for group in self.groups for part in group.nested}
        return tuple(each for each in Border if each in used and each is not Border.GROUP)

    @property
    def arrows(self) -> tuple[EdgeKind, ...]:
        """The kinds of arrows that occur, in the order of `EdgeKind`."""
        used = {edge.kind for edge in self.edges}
        return tuple(kind for kind in EdgeKind if kind in used)

    @property
    def mark_kinds(self) -> tuple[MarkKind, ...]:
        """The kinds of marks that occur, in the order of `MarkKind`."""
        groups = (part for group in self.groups for part in group.nested)
        parts: list[Node | Edge | Group] = [*self.nodes, *self.edges, *groups]
        return _kinds(mark for part in parts for mark in part.marks)

    def node(self, id: str) -> Node | None:  # noqa: A002 (the field's own name)
        """Return the box with that id, or None."""
        return next((node for node in self.nodes if node.id == id), None)


class TableForm(StrEnum):
    """How a table is laid on A4 paper."""

    UPRIGHT = "columns, upright"
    SIDEWAYS = "columns, on its side"
    STACKED = "one cell for all conditions, one for all conclusions"


class ColumnKind(StrEnum):
    """What a column of a decision table holds."""

    INPUT = "condition"
    OUTPUT = "conclusion"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `note` says which values may stand in it, `value` what it was for the patient who is marked.
    """

    kind: ColumnKind
    title: str
    note: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: its number, its id and one cell for each column."""

    number: int
    id: str
    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class TableDrawing:
    """One page of a decision table; `corner` is the hit policy's letter, `policy` its meaning.

    Without a `form` the first that fits is taken.
    """

    name: str
    title: str
    corner: str
    policy: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    form: TableForm | None = None
    decision: str = ""

    @property
    def mark_kinds(self) -> tuple[MarkKind, ...]:
        """The kinds of marks that occur, in the order of `MarkKind`."""
        cells = (mark for row in self.rows for cell in row.cells for mark in cell.marks)
        return _kinds((*(mark for row in self.rows for mark in row.marks), *cells))


Picture = Drawing | TableDrawing
