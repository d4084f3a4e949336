"""Verdicts on random requirement graphs against brute force over all values that matter.

For each random guideline every input takes every value of a small domain, the engine is run for
all combinations, and what it does is compared with what the checks say: which rules can fire, which
sections are silent, which decisions hand on a null, which properties hold. Every witness is run
again, and every certificate given to a solver of its own. Run by `soundness`.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import z3
from small_guides import guide_of

from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import Finding, Verdict
from guidewright.analysis.graphs import open_rules
from guidewright.analysis.proofs import proofs_of
from guidewright.analysis.solver import Answered

ITEMS = 'tColour: string = "red", "green"\ntNumber: number = [0..5]'
INPUTS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "n": ("tNumber", (None, 0, 1, 2, 3, 4, 5)),
    "m": ("tNumber", (None, 0, 1, 2, 3, 4, 5)),
    "c": ("tColour", (None, "red", "green")),
    "b": ("boolean", (None, True, False)),
}
# bounds are whole: whole numbers and those between represent all that cells tell apart
CELLS = {
    "n": ("-", "<= 2", ">= 3", "[1..4]", "0, 5", "null", "not(null)", "not(3)", "not([2..3])"),
    "c": ("-", '"red"', '"green"', "null", 'not("red")', 'null, "green"'),
    "b": ("-", "true", "false", "null", "not(true)"),
    "d": ("-", '"p"', '"q"', '"r"', "null", 'not("p")', '"q", null'),
}
POINTS = (0, 1, 2, 3, 4, 5, *(Decimal(x) + Decimal("0.5") for x in range(5)))


def random_text(rng: random.Random) -> str:
    """Return two or three tables, each of which may look at those before."""
    lines: list[str] = []
    made: list[str] = []
    for number in range(rng.choice((2, 3))):
        columns = rng.sample(sorted(INPUTS), 2)
        if made:
            columns[rng.randrange(2)] = rng.choice(made)
        heads = " | ".join(f"{c}: {INPUTS[c][0]}" if c in INPUTS else c for c in columns)
        name = f"d{number}"
        lines.append(f"{name} : string | {rng.choice('UFA')} | {heads}")
        for row in range(rng.randint(1, 4)):
            cells = " | ".join(rng.choice(CELLS["n" if c == "m" else c[0]]) for c in columns)
            lines.append(f'  {name}r{row} | {cells} || "{rng.choice("pqr")}"')
        made.append(name)
    return "\n".join(lines)


def compare(folder: Path, rng: random.Random, tally: Counter[str]) -> None:
    """Compare all verdicts on one random guideline; raises where one is wrong."""
    text = random_text(rng)
    last = [line.split(" :")[0] for line in text.splitlines() if line.startswith("d")][-1]
    condition = f'{last} = "{rng.choice("pqr")}"'
    used = [name for name in INPUTS if f"{name}: " in text]
    whom = {"n": "n > 2", "m": "m != null", "c": 'c = "red"', "b": "b != true"}[rng.choice(used)]
    properties = (
        f"properties:\n  - {{id: P, text: t, for: '{whom}', never: '{condition}'}}\n"
        f"  - {{id: Q, text: t, for: '{whom}', always: '{condition}'}}\n"
    )
    outcome = f"  - {{title: End, role: answer, decisions: [{last}]}}"
    guide = guide_of(folder, text, items=ITEMS, outcome=outcome, properties=properties)
    proofs = proofs_of(guide)
    seen = everything(guide, proofs, text)
    try:
        _rules(proofs, seen, tally)
        _nulls(guide, proofs, seen, tally)
        _silence(guide, proofs, seen, last, tally)
        _properties(guide, proofs, seen, tally)
    except AssertionError as fault:
        raise AssertionError(f"{fault}\n{text}\n{properties}") from None


def everything(guide: Any, proofs: Any, text: str) -> list[tuple[dict[str, Any], Any, set[int]]]:
    """Run the engine for every combination of values: (values, what is decided, rules chosen)."""
    names = [name for name in INPUTS if name in proofs.encoded.inputs]
    domains = []
    for name in names:
        values = INPUTS[name][1]
        domains.append((None, *POINTS) if INPUTS[name][0] == "tNumber" else values)
    found = []
    for combination in product(*domains):
        values = dict(zip(names, combination, strict=True))
        trace = proofs.trace(values)
        decided = {each.decision.name: each.value for each in trace.decisions}
        chosen = {
            id(rule.rule) for d in trace.decisions for table in d.tables for rule in table.chosen
        }
        found.append((values, {**values, **decided}, chosen))
    return found


def _rules(proofs: Any, seen: Any, tally: Counter[str]) -> None:
    fired = set().union(*(chosen for _, _, chosen in seen))
    for decision, rule, _, answer in open_rules(proofs):
        assert answer.answered is Answered.NO, f"{rule.name} was not decided"
        assert id(rule) not in fired, f"{decision.name}: {rule.name} is said to be dead, and fires"
    for decision in proofs.encoded.decisions():
        for table in decision.tables:
            for each, chosen in zip(table.code.rules, table.chosen, strict=True):
                answer = proofs.ask(chosen)
                wanted = Answered.YES if id(each.rule) in fired else Answered.NO
                assert answer.answered is wanted, f"{each.rule.name}: {answer}"
                if answer.values is not None:
                    trace = proofs.trace(answer.values)
                    taken = {
                        id(r.rule) for d in trace.decisions for t in d.tables for r in t.chosen
                    }
                    assert id(each.rule) in taken, f"{each.rule.name}: no witness {answer.values}"
                    tally["witnesses"] += 1
                tally["violated" if wanted is Answered.NO else "proved"] += 1  # dead, or not


def _nulls(guide: Any, proofs: Any, seen: Any, tally: Counter[str]) -> None:
    found = {each.about.subject for each in CHECKS["graph.null-handed-on"].find(guide)}
    steps = guide.model.steps
    for consumer in proofs.encoded.decisions():
        real = False
        for producer in proofs.encoded.decisions():
            if producer.step.key not in consumer.step.inputs:
                continue
            behind = [
                steps[key].element.name
                for d in (producer, consumer)
                for key in proofs.encoded.cone(d.step.key)
                if steps[key].element.name in INPUTS
            ]
            needs = [steps[key].element.name for key in producer.step.inputs]
            needs += [steps[k].element.name for k in consumer.step.inputs if k != producer.step.key]
            real = real or any(
                got[producer.name] is None
                and got[consumer.name] is None
                and all(got[name] is not None for name in (*behind, *needs))
                for _, got, _ in seen
            )
        assert (consumer.name in found) == real, f"null handed on to {consumer.name}: {real}"
        tally["violated" if real else "proved"] += 1


def _silence(guide: Any, proofs: Any, seen: Any, last: str, tally: Counter[str]) -> None:
    cone = proofs.encoded.cone(proofs.key(last))
    inputs = [guide.model.steps[key].element.name for key in cone]
    inputs = [name for name in inputs if name in INPUTS]
    real = any(
        got[last] is None and all(values[name] is not None for name in inputs)
        for values, got, _ in seen
    )
    found = list(CHECKS["guideline.no-answer"].find(guide))
    assert bool(found) == real, f"silence: {real}, {found}"
    assert all(each.verdict is Verdict.VIOLATED for each in found)
    tally["violated" if real else "proved"] += 1


def _properties(guide: Any, proofs: Any, seen: Any, tally: Counter[str]) -> None:
    by_id = {each.about.subject: each for each in CHECKS["property.decisions"].find(guide)}
    for each in proofs.properties.properties:
        whom, claim = each.whom.expression, each.claim.condition.expression
        never = each.id == "P"
        broken = any(
            whom.evaluate({n: got[n] for n in each.whom.names}).value is True
            and (claim.evaluate({n: got[n] for n in each.claim.condition.names}).value is True)
            is never
            for _, got, _ in seen
        )
        wanted = Verdict.VIOLATED if broken else Verdict.PROVED
        assert by_id[each.id].verdict is wanted, f"{each.id}: {by_id[each.id]}"
        tally[str(wanted)] += 1
        tally["certificates"] += _rechecked(by_id[each.id])


def _rechecked(finding: Finding) -> bool:
    """Let a solver that knows nothing of us answer the certificate's question."""
    if finding.certificate is None:
        return False
    solver = z3.Solver(ctx=z3.Context())
    solver.from_string(finding.certificate.data["script"])
    assert solver.check() == z3.unsat, f"the certificate of {finding.about.subject}"
    return True


def compared(seed: int, number: int) -> Counter[str]:
    """Compare one random guideline; raise when a verdict is wrong."""
    tally = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), random.Random(f"{seed}/{number}"), tally)
    return tally
