"""What can be said about a fault: codes, notes with a place, the errors that carry them.

In: a code, a span and words. Out: `Note` objects, and three errors: `ModelError` (the author's
fault: the load stops), `CallError` (the caller's: the call stops), `ResourceError` (a budget is
used up: the call is aborted, never answered with null).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath

from guidewright.source import Span


class Severity(StrEnum):
    """How much a note weighs. Only an `ERROR` stops a load."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """The stable codes of all messages; each has a section in `docs/messages.md`."""

    # texts and files
    FILE_MISSING = "file.missing"
    FILE_UNWRITABLE = "file.unwritable"
    FILE_ENCODING = "file.encoding"
    FILE_TOO_LARGE = "file.too-large"
    XML_SYNTAX = "xml.syntax"
    XML_DOCTYPE = "xml.doctype"
    XML_LIMIT = "xml.limit"
    YAML_SYNTAX = "yaml.syntax"
    YAML_SHAPE = "yaml.shape"
    YAML_LIMIT = "yaml.limit"
    # FEEL
    SYNTAX = "feel.syntax"
    UNKNOWN_NAME = "feel.unknown-name"
    UNKNOWN_FUNCTION = "feel.unknown-function"
    UNKNOWN_TYPE = "feel.unknown-type"
    WRONG_TYPE = "feel.wrong-type"
    WRONG_ARGUMENTS = "feel.wrong-arguments"
    NOT_A_FUNCTION = "feel.not-a-function"
    NO_SUCH_KEY = "feel.no-such-key"
    DUPLICATE_KEY = "feel.duplicate-key"
    NULL_OPERAND = "feel.null-operand"
    REFUSED = "feel.refused"
    LIMIT = "feel.limit"
    EXTERNAL = "feel.external"
    # DMN
    VERSION = "dmn.version"
    NOT_DMN = "dmn.not-dmn"
    LANGUAGE = "dmn.language"
    STRUCTURE = "dmn.structure"
    REFERENCE = "dmn.reference"
    DUPLICATE = "dmn.duplicate"
    CYCLE = "dmn.cycle"
    REQUIREMENT_MISSING = "dmn.requirement-missing"
    REQUIREMENT_UNUSED = "dmn.requirement-unused"
    IMPORT = "dmn.import"
    UNSUPPORTED = "dmn.unsupported"
    CONSTRAINT = "dmn.constraint"
    OUTPUT_VALUE = "dmn.output-value"
    # decision tables
    HIT_POLICY = "table.hit-policy"
    NO_RULE = "table.no-rule"
    # workflow
    WORKFLOW_STATE = "workflow.unknown-state"
    WORKFLOW_UNREACHABLE = "workflow.unreachable"
    WORKFLOW_DEAD_END = "workflow.dead-end"
    WORKFLOW_DECISION = "workflow.unknown-decision"
    WORKFLOW_OUTPUT = "workflow.unknown-output"
    WORKFLOW_UNHANDLED = "workflow.unhandled-output"
    WORKFLOW_DUPLICATE = "workflow.duplicate"
    WORKFLOW_EVENT = "workflow.event"
    WORKFLOW_GUARD = "workflow.guard"
    WORKFLOW_NO_END = "workflow.no-end"
    WORKFLOW_UNDECIDED = "workflow.undecided"
    WORKFLOW_TIMER = "workflow.timer"
    WORKFLOW_LIMIT = "workflow.limit"
    WORKFLOW_STORED = "workflow.stored-state"
    WORKFLOW_MIGRATION = "workflow.migration"
    # guidelines
    STATEMENT = "guideline.unknown-statement"
    UNCITED_RULE = "guideline.rule-without-statement"
    UNUSED_STATEMENT = "guideline.statement-without-rule"
    DANGLING_CITATION = "guideline.dangling-citation"
    POLICY = "guideline.policy"
    DECISION = "guideline.unknown-decision"
    CASE = "guideline.case"
    PROPERTY = "guideline.property"
    # running instances in a store
    STORE_UNUSABLE = "store.unusable"
    STORE_DAMAGED = "store.damaged"
    STORE_INSTANCE = "store.instance"
    STORE_CONFLICT = "store.conflict"
    STORE_EVENT_ID = "store.event-id"
    # other tools' formats
    INTEROP_LOST = "interop.lost"
    INTEROP_CHARACTER = "interop.character"
    INTEROP_NOT_BPMN = "interop.not-bpmn"
    INTEROP_NOT_TAKEN = "interop.not-taken-over"
    INTEROP_OPEN = "interop.open"
    # a caller's data
    INPUT_UNKNOWN = "input.unknown"
    INPUT_TYPE = "input.type"
    INPUT_UNIT = "input.unit"
    INPUT_DOMAIN = "input.domain"
    # batch runs and drawings
    BATCH_RUN = "batch.run"
    DRAWING = "drawing.program"
    NO_FLOWCHART = "drawing.no-flowchart"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say: a code, a place, what is the matter, and what to do if we know.

    `str()` gives `file:line:column: code: text`; `picture()` adds the line and a caret.
    """

    code: Code
    span: Span | None
    text: str
    hint: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self._line(f"{self.span.place}: " if self.span is not None else "")

    @property
    def portable(self) -> str:
        """The message with the bare name of the file, so the same wherever its folder is."""
        if self.span is None:
            return self._line("")
        place = self.span.place
        return self._line(f"{replace(place, file=PurePath(place.file).name)}: ")

    def _line(self, where: str) -> str:
        return f"{where}{self.code}: {self.text}" + (f" ({self.hint})" if self.hint else "")

    def picture(self) -> str:
        """Return the message, the line of the file, and the hint beside the caret."""
        if self.span is None:
            return str(self)
        head = f"{self.span.place}: {self.code}: {self.text}"
        hint = f" {self.hint}" if self.hint else ""
        return f"{head}\n{self.span.picture()}{hint}"


class GuidewrightError(Exception):
    """The root of all errors this library raises on purpose; `notes` says what and where."""

    def __init__(self, notes: Note | Iterable[Note]) -> None:
        self.notes: tuple[Note, ...] = (notes,) if isinstance(notes, Note) else tuple(notes)
        super().__init__("\n".join(note.picture() for note in self.notes))


class ModelError(GuidewrightError):
    """The author's files cannot be used; every fault found is listed."""


class CallError(GuidewrightError):
    """The caller's data or names cannot be used; nothing was evaluated."""


class ResourceError(GuidewrightError):
    """A limit was reached; the whole call is aborted and has no answer."""


_NUMBERED = re.compile(r"([A-Za-z-]+)([0-9]+)")


def _other_number(name: str, candidate: str) -> bool:
    """Say whether two ids such as S20 and S04 differ in their numbers: one is not the other."""
    one, other = _NUMBERED.fullmatch(name), _NUMBERED.fullmatch(candidate)
    return one is not None and other is not None and one[2] != other[2]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return `did you mean 'x'?` for the nearest known name, or None when none is near.

    >>> did_you_mean("systolc", ["diastolic", "systolic"])
    "did you mean 'systolic'?"
    """
    candidates: Sequence[str] = [
        candidate for candidate in known if candidate != name and not _other_number(name, candidate)
    ]
    folded = {candidate.casefold(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else None
