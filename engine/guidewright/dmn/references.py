"""Checks that each `href` of a model leads to an element of the right kind (DMN 1.5, 6.3 and 13.3).

In: the references met while reading, and the model. Out: a fault for each that leads nowhere or
to the wrong kind. References into other models are checked when those are loaded.
"""

from __future__ import annotations

from guidewright.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    DrgElement,
    InputData,
    KnowledgeSource,
    Reference,
)
from guidewright.dmn.reading import Reading
from guidewright.errors import Code

KIND_NAMES: dict[type[DrgElement], str] = {
    InputData: "input data",
    Decision: "a decision",
    BusinessKnowledgeModel: "a business knowledge model",
    DecisionService: "a decision service",
    KnowledgeSource: "a knowledge source",
}


def check_references(reading: Reading, definitions: Definitions) -> None:
    """Fault the references of a model that lead nowhere or to the wrong kind of element."""
    known = definitions.by_id()
    by_kinds: dict[tuple[type[DrgElement], ...], list[str]] = {}
    for reference, kinds in reading.links:
        if reference.namespace is not None:
            _check_namespace(reading, reference)
            continue
        target = known.get(reference.id)
        wanted = " or ".join(KIND_NAMES[kind] for kind in kinds)
        if target is None:
            if kinds not in by_kinds:
                by_kinds[kinds] = [name for name in known if isinstance(known[name], kinds)]
            text = f"no element of the model has the id {reference.id!r}; it should be {wanted}"
            hint = reading.suggest(reference.id, by_kinds[kinds])
            reading.fault(Code.REFERENCE, reference.span, text, hint)
        elif not isinstance(target, kinds):
            text = f"{target.name!r} is {KIND_NAMES[type(target)]}; this must be {wanted}"
            reading.fault(Code.REFERENCE, reference.span, text)


def _check_namespace(reading: Reading, reference: Reference) -> None:
    if reference.namespace in reading.imports:
        return
    text = f"no import has the namespace {reference.namespace!r}"
    hint = reading.suggest(reference.namespace or "", [reading.namespace, *reading.imports])
    reading.fault(Code.REFERENCE, reference.span, text, hint)
