"""Which sentences of the source a rule rests on: its annotation columns, read and checked.

In: the tables of a model and the statements of the guideline. Out: statement and ambiguity ids by
rule, and what is wrong with the links: unknown ids, rules without a statement, statements without a
rule, citations that point to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from guidewright.dmn.model import Decision, DecisionTable, Definitions, Rule
from guidewright.errors import Code, Severity, did_you_mean
from guidewright.guideline.model import GuidelineFile
from guidewright.yaml_shape import Faults

STATEMENTS_COLUMN = "statements"
AMBIGUITIES_COLUMN = "ambiguities"


@dataclass(frozen=True, slots=True)
class Basis:
    """What one rule cites; `remarks` are its other annotations by column."""

    statements: tuple[str, ...]
    ambiguities: tuple[str, ...]
    remarks: Mapping[str, str]


def basis_of(table: DecisionTable, rule: Rule) -> Basis:
    """Return what a rule cites in the annotation columns of its table."""
    cells = dict(zip(table.annotations, rule.annotations, strict=False))
    folded = {column.strip().casefold(): cell for column, cell in cells.items()}
    remarks = {
        column: cell.strip()
        for column, cell in cells.items()
        if column.strip().casefold() not in (STATEMENTS_COLUMN, AMBIGUITIES_COLUMN) and cell.strip()
    }
    return Basis(
        _ids(folded.get(STATEMENTS_COLUMN, "")), _ids(folded.get(AMBIGUITIES_COLUMN, "")), remarks
    )


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.replace(";", ",").split(",") if part.strip())


def tables_of(definitions: Definitions) -> Iterator[tuple[Decision, DecisionTable]]:
    """Yield the decisions whose logic is a table."""
    for decision in definitions.decisions:
        if isinstance(decision.logic, DecisionTable):
            yield decision, decision.logic


def check_provenance(
    guideline: GuidelineFile,
    definitions: Definitions,
    cited_elsewhere: Iterable[str],
    faults: Faults,
) -> None:
    """Check every link between rules, statements and references.

    `cited_elsewhere` are statements that the workflow cites.
    """
    cited = set(cited_elsewhere)
    outcome = {name for section in guideline.outcome for name in section.decisions}
    for decision, table in tables_of(definitions):
        for rule in table.rules:
            basis = basis_of(table, rule)
            cited.update(basis.statements)
            _check_ids(guideline, rule, basis, faults)
            if decision.name in outcome and not basis.statements and not basis.ambiguities:
                faults.add(
                    Code.UNCITED_RULE,
                    rule.span,
                    f"rule {rule.name!r} of {decision.name!r} cites no statement",
                    "write the statement's id in the annotation column 'Statements'",
                )
    _check_statements(guideline, cited, faults)


def _check_ids(guideline: GuidelineFile, rule: Rule, basis: Basis, faults: Faults) -> None:
    for kind, ids, known in (
        ("statement", basis.statements, guideline.statements),
        ("ambiguity", basis.ambiguities, guideline.ambiguities),
    ):
        for each in ids:
            if each not in known:
                faults.add(
                    Code.STATEMENT,
                    rule.span,
                    f"rule {rule.name!r} cites the {kind} {each!r}, which guideline.yaml lacks",
                    did_you_mean(each, known),
                )


def _check_statements(guideline: GuidelineFile, cited: set[str], faults: Faults) -> None:
    for statement in guideline.statements.values():
        source = guideline.sources.get(statement.source)
        for citation in statement.cites:
            if source is not None and citation.number not in source.references:
                listed = ", ".join(source.references) or "none"
                faults.add(
                    Code.DANGLING_CITATION,
                    citation.span,
                    f"statement {statement.id} cites reference {citation.number}, which the "
                    f"source {source.id!r} does not list",
                    f"the listed references are: {listed}",
                    Severity.WARNING,
                )
        if statement.id not in cited:
            faults.add(
                Code.UNUSED_STATEMENT,
                statement.span,
                f"no rule and no workflow state cites statement {statement.id}",
                "model it, or say under 'ambiguities' why it is left out",
                Severity.WARNING,
            )
