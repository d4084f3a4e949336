"""Sources, statements, policies and open points of a pack, each with what rests on it."""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.model import GuidelineFile, Policy, Statement
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import (
    Link,
    OpenPoint,
    PolicyView,
    Reading,
    Reference,
    SourceView,
    StatementView,
)
from guidewright_visualize.typesetting import clean


def source_views(guideline: Guideline) -> Iterator[SourceView]:
    """Yield the documents that the guideline rests on."""
    for source in guideline.file.sources.values():
        details = (source.publisher, source.date, source.status)
        references = source.references.items()
        yield SourceView(
            clean(source.title),
            ", ".join(clean(each) for each in details if each),
            tuple(Reference(number, clean(text)) for number, text in references),
        )


def statement_views(guideline: Guideline, back: Backlinks) -> Iterator[StatementView]:
    """Yield the statements with everything that was noted to rest on them."""
    for statement in guideline.file.statements.values():
        rests = back.of(anchors.statement(statement.id))
        yield statement_view(guideline.file, statement, rests)


def statement_view(
    file: GuidelineFile, statement: Statement, rests: tuple[Link, ...] = ()
) -> StatementView:
    """Return a statement with the references it cites, and what rests on it."""
    source = file.sources.get(statement.source)
    listed = source.references if source is not None else {}
    return StatementView(
        anchor=anchors.statement(statement.id),
        id=clean(statement.id),
        source=clean(source.title if source is not None else statement.source),
        section=clean(statement.section or ""),
        text=clean(statement.text),
        cites=tuple(
            Reference(each.number, clean(listed.get(each.number, ""))) for each in statement.cites
        ),
        rests=rests,
    )


def policy_views(guideline: Guideline, back: Backlinks) -> Iterator[PolicyView]:
    """Yield the policies; notes which statements and open points they are about."""
    for policy in guideline.file.policies.values():
        anchor = anchors.policy(policy.name)
        links = list(_policy_links(guideline, policy))
        back.add([link.to for link in links], Link(policy.name, anchor, "policy"))
        yield PolicyView(
            anchor=anchor,
            name=clean(policy.name),
            question=clean(policy.question),
            readings=tuple(
                Reading(clean(value), clean(meaning), value == policy.default)
                for value, meaning in policy.readings.items()
            ),
            decided_by=clean(policy.decided_by or ""),
            links=tuple(links),
        )


def _policy_links(guideline: Guideline, policy: Policy) -> Iterator[Link]:
    for each in policy.statements:
        if each in guideline.file.statements:
            yield Link(each, anchors.statement(each))
    if policy.ambiguity is not None and policy.ambiguity in guideline.file.ambiguities:
        yield Link(policy.ambiguity, anchors.ambiguity(policy.ambiguity))


def open_points(guideline: Guideline, back: Backlinks) -> Iterator[OpenPoint]:
    """Yield what the source leaves open; notes the statements and whatever handles it."""
    places = _places(guideline)
    for ambiguity in guideline.file.ambiguities.values():
        anchor = anchors.ambiguity(ambiguity.id)
        cited = tuple(Link(each, anchors.statement(each)) for each in ambiguity.statements)
        back.add([link.to for link in cited], Link(ambiguity.id, anchor, "open point"))
        yield OpenPoint(
            anchor=anchor,
            id=clean(ambiguity.id),
            topic=clean(ambiguity.topic),
            problem=clean(ambiguity.problem),
            statements=cited,
            handled_by=tuple(
                dict.fromkeys(
                    (
                        *(Link(each, places.get(each, "")) for each in ambiguity.handled_by),
                        *back.of(anchor),
                    )
                )
            ),
        )


def _places(guideline: Guideline) -> dict[str, str]:
    """Return the anchors of policies, tables and rules by the names that open points use."""
    found = {name: anchors.policy(name) for name in guideline.file.policies}
    for decision, table in tables_of(guideline.model.definitions):
        found[normal(decision.name)] = anchors.table(decision.name)
        for rule in table.rules:
            found.setdefault(rule.name, anchors.rule(decision.name, rule))
    return found
