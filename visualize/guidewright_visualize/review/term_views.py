"""The data dictionary of a pack: every input with its meaning, type, unit and values."""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.dmn.model import DecisionTable, InputData
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.pack import Link, Term
from guidewright_visualize.tables import readable
from guidewright_visualize.typesetting import clean


def term_views(guideline: Guideline, back: Backlinks) -> Iterator[Term]:
    """Yield the inputs in the order of the model; notes which tables test them."""
    file = guideline.file
    steps = {
        normal(step.element.name): step
        for step in guideline.model.steps.values()
        if isinstance(step.element, InputData)
    }
    meanings = {normal(name): meaning for name, meaning in file.inputs.items()}
    for data in guideline.model.definitions.input_data:
        name = normal(data.name)
        meaning, policy = meanings.get(name), file.policy_inputs.get(name)
        unit = meaning.unit.written if meaning is not None and meaning.unit is not None else ""
        said = meaning.meaning if meaning is not None else None
        said = said or (policy.question if policy is not None else None) or data.description or ""
        anchor = anchors.term(name)
        used = tuple(_tables(guideline, name))
        back.add([link.to for link in used], Link(data.name, anchor, "input"))
        step = steps[name]
        allowed = step.item.allowed if step.item is not None else None
        values = readable(allowed.text) if allowed is not None else ""
        yield Term(anchor, clean(data.name), str(step.type), unit, values, clean(said), used)


def _tables(guideline: Guideline, name: str) -> Iterator[Link]:
    for decision, table in tables_of(guideline.model.definitions):
        if name in _tested(table):
            yield Link(decision.name, anchors.table(decision.name))


def _tested(table: DecisionTable) -> frozenset[str]:
    """Return the columns of a table, by their expressions."""
    texts = (clause.expression for clause in table.inputs)
    return frozenset(normal(text.text) for text in texts if text is not None)
