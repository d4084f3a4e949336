"""An outcome in words for a clinician, line by line, each with the statements it rests on.

In: a guideline and an outcome. Out: lines of text, without colour or markup. The short form says
what to do and what is open; the long form says why: which rules, which sentences of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from guidewright.dmn.trace import TableTrace
from guidewright.errors import Severity
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import Role
from guidewright.guideline.outcome import Conflict, Gap, Option, Outcome, Section, Status, plain
from guidewright.guideline.provenance import basis_of


def summary(guideline: Guideline, outcome: Outcome) -> str:
    """Return what the guideline says: recommendations, conflicts, gaps, what is missing."""
    return "\n".join(_summary(guideline, outcome))


def explanation(guideline: Guideline, outcome: Outcome) -> str:
    """Return the summary, and for every rule that spoke why it did and on which sentence."""
    lines = [*_summary(guideline, outcome), "", *_why(guideline, outcome)]
    return "\n".join(lines)


def _summary(guideline: Guideline, outcome: Outcome) -> Iterator[str]:
    file = guideline.file
    yield f"{file.title}, version {file.version} ({file.status})"
    if file.notice:
        yield file.notice
    yield ""
    yield "Patient"
    if not outcome.patient:
        yield "  nothing is known"
    for name, value in outcome.patient.items():
        yield f"  {name}: {value_words(guideline, name, value)}"
    for section in outcome.sections:
        if section.role is not Role.GAPS and (section.options or section.status is Status.GAP):
            yield ""
            yield from _section(section, outcome)
    yield from _open_points(outcome)


def value_words(guideline: Guideline, name: str, value: Any) -> str:
    """Return a value of the patient with its unit."""
    meaning = guideline.file.inputs.get(name)
    unit = f" {meaning.unit.code}" if meaning is not None and meaning.unit is not None else ""
    if value is None:
        return "not known"
    return plain(value) + unit


def _section(section: Section, outcome: Outcome) -> Iterator[str]:
    conflict = next((each for each in outcome.conflicts if each.section == section.title), None)
    if conflict is not None:
        yield f"{section.title}: CONFLICT"
        yield f"  {conflict_words(conflict)}"
        for number, option in enumerate(section.options, 1):
            yield from _option(option, f"  {number}. ")
        return
    if section.status is Status.GAP:
        gap = next(each for each in outcome.gaps if each.section == section.title)
        yield f"{section.title}: GAP"
        yield f"  {gap.text}"
        return
    alternatives = section.role is Role.OPTIONS and len(section.options) > 1
    yield section.title + (": any one of these is permitted" if alternatives else "")
    for number, option in enumerate(section.options, 1):
        yield from _option(option, f"  {number}. " if alternatives else "  ")


def conflict_words(conflict: Conflict) -> str:
    """Return which statements disagree, and that none of them is preferred."""
    statements = _listed(conflict.statements)
    reference = f" ({_listed(conflict.ambiguities)})" if conflict.ambiguities else ""
    return (
        f"Statements {statements} apply and disagree{reference}. "
        "Each of these is permitted; the guideline prefers none:"
    )


def _option(option: Option, lead: str) -> Iterator[str]:
    """One line per hit, each citing its statements; attributes where there is no sentence."""
    for hit in option.hits:
        yield lead + hit.sentence + _cited(hit.statements)
        lead = " " * len(lead)


def _cited(statements: Iterable[str]) -> str:
    listed = ", ".join(statements)
    return f"  [{listed}]" if listed else ""


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " and " + listed[-1]


def _open_points(outcome: Outcome) -> Iterator[str]:
    known = [gap for gap in outcome.gaps if is_known_gap(outcome, gap)]
    if known:
        yield ""
        yield "What the source leaves open for this patient"
        for gap in known:
            numbers = ", ".join((*gap.ambiguities, *gap.statements))
            yield f"  {gap.text}" + (f"  [{numbers}]" if numbers else "")
    if outcome.missing:
        yield ""
        yield "Not known, and could change or add to the answer"
        for each in outcome.missing:
            yield f"  {each.name}" + (f": {each.ask}" if each.ask else "")
    warnings = [note for note in outcome.notes if note.severity is not Severity.INFO]
    if warnings:
        yield ""
        yield "Notes: values that could not be computed"
        for note in warnings:
            yield f"  {note}"
    if outcome.policies:
        yield ""
        yield "Readings that decided (policies)"
        for use in outcome.policies:
            default = ", the default" if use.is_default else ", chosen for this call"
            yield f"  {use.name} = {use.reading}{default}: {use.meaning}{_cited(use.statements)}"


def is_known_gap(outcome: Outcome, gap: Gap) -> bool:
    """Say whether a gap is one of the source that the authors have noted."""
    section = outcome.section(gap.section)
    return section is not None and section.role is Role.GAPS


# why --------------------------------------------------------------------------------------------


def _why(guideline: Guideline, outcome: Outcome) -> Iterator[str]:
    yield "Why: the rules that spoke, table by table"
    for decision in outcome.trace.decisions:
        for table in decision.tables:
            chosen = table.chosen
            if not chosen:
                continue
            yield ""
            policy = table.table.hit_policy.value
            yield f"{decision.decision.name} ({policy}, {len(table.rules)} rules tried)"
            yield f"  looked at: {looked_at_words(table)}"
            for rule in chosen:
                yield f"  rule {rule.rule.name} (row {rule.rule.row})"
                conditions = conditions_words(table, rule.rule.inputs)
                if conditions:
                    yield f"    because {conditions}"
                for identity in basis_of(table.table, rule.rule).statements:
                    statement = guideline.file.statements.get(identity)
                    if statement is not None:
                        numbers = ", ".join(each.number for each in statement.cites)
                        yield f"    {identity}: {statement.text}" + (
                            f" (the source cites {numbers})" if numbers else ""
                        )


def looked_at_words(table: TableTrace) -> str:
    """Return the values a table looked at."""
    return "; ".join(
        f"{each.text} = {plain(each.value) if each.value is not None else 'not known'}"
        for each in table.inputs
    )


def conditions_words(table: TableTrace, cells: Iterable[Any]) -> str:
    """Return the cells of a rule that ask for something, with the columns they are about."""
    parts = []
    for clause, cell in zip(table.table.inputs, cells, strict=True):
        text = cell.text.strip() if cell is not None else ""
        if text and text != "-":
            expression = clause.expression.text.strip() if clause.expression else clause.title
            parts.append(text.replace("?", expression) if "?" in text else f"{expression}: {text}")
    return "; ".join(parts)
