"""The solver's terms against the engine, on random models and inputs.

For inputs fixed to values, the value the engine gives must be one the term can have; and where no
atom is involved, the only one. Run by `soundness`.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import z3
from random_models import Graph, expression_graph, graph, value_of

from guidewright.analysis.encoded_model import EncodedModel
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.terms import Bag, Term, Unknown, both, negation, null_of
from guidewright.feel import code
from guidewright.feel.code import Const
from guidewright.feel.types import ANY


@dataclass
class Tally:
    """How much was compared."""

    values: int = 0
    exact: int = 0


NODE: code.Code = Const(None, ANY, None)


def fixed(encoded: EncodedModel, values: dict[str, Any]) -> list[Any]:
    """Return that inputs have these values; of a bag only the counts are compared."""
    conditions = []
    for name, value in values.items():
        term = encoded.inputs.get(name)
        if term is None:
            continue
        conditions.append(is_value(encoded, term, value))
    return conditions


def is_value(encoded: EncodedModel, term: Term, value: Any) -> Any:
    """Return that a term is a value."""
    if isinstance(term, Bag) and value is not None:
        counts = (term.counts[text] == value.count(text) for text in term.counts)
        return both(negation(term.null), *counts)
    if isinstance(term, Bag):
        return null_of(term)
    return equal(encoded.encoder, term, constant(encoded.encoder, value), NODE).true


def compare(made: Graph, rng: random.Random, patients: int) -> Tally:
    """Compare one model for some random patients; raises where terms and engine disagree."""
    model = made.model
    encoded = EncodedModel(model)
    terms = {name: encoded.decision(name) for name in made.decisions}
    tally = Tally()
    solver = z3.Solver(ctx=encoded.encoder.context)
    solver.set("timeout", 20_000)
    solver.add(*encoded.encoder.axioms, *encoded.domains)
    learnt = len(encoded.encoder.axioms)
    for _ in range(patients):
        values = {name: value_of(rng, kind) for name, kind in made.inputs.items()}
        result = model.evaluate(values).value
        conditions = fixed(encoded, values)
        wanted = {name: is_value(encoded, terms[name].value, result[name]) for name in terms}
        solver.add(*encoded.encoder.axioms[learnt:])
        learnt = len(encoded.encoder.axioms)
        solver.push()
        solver.add(*conditions)
        for name, decision in terms.items():
            atoms = encoded.opaque([decision.step.key])
            tally.values += 1
            where = f"{name} of {values}: the engine says {result[name]!r}\n{made.xml}"
            solver.push()
            solver.add(wanted[name])
            assert solver.check() != z3.unsat, f"no term: {where}"
            solver.pop()
            rounded = "/ 3" in made.xml or "sqrt" in made.xml
            if not atoms and not isinstance(decision.value, Unknown) and not rounded:
                solver.push()
                solver.add(negation(wanted[name]))
                assert solver.check() == z3.unsat, f"another term: {where}"
                solver.pop()
                tally.exact += 1
        solver.pop()
    return tally


def compared(seed: int, number: int, patients: int = 8) -> Counter[str]:
    """Compare one random model for some patients; raise where terms and engine disagree."""
    rng = random.Random(f"{seed}/{number}")
    made = graph(rng) if number % 2 else expression_graph(rng)
    tally = compare(made, rng, patients)
    return Counter({"values": tally.values, "exact": tally.exact})
