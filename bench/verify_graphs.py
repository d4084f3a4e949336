"""How long proofs across tables take: 100 chained tables of 20 rules, and the whole B12 guideline.

    python -m bench.verify_graphs [--tables 100] [--rules 20] [--seed 1]

Chained: each table looks at the answer of the one before and at two of twelve inputs. The question
is which rules can ever fire. The baseline, in the same run, asks the solver for each rule alone
instead of letting the engine show many rules with each patient; both must find the same rules.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import guidewright as gw
from bench import machine
from guidewright.analysis.graphs import open_rules, rules_of
from guidewright.analysis.proofs import Proofs, proofs_of
from guidewright.analysis.solver import Answered
from guidewright.analysis.terms import any_of
from guidewright.analysis.verify import load_checks, verify

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
INPUTS = 12
ANSWERS = ("low", "middle", "high", "very high", "unclear")
B12 = Path(__file__).parent.parent / "models" / "b12-deficiency"


def chain(tables: int, rules: int, seed: int) -> str:
    """Return the DMN of a chain of tables; numbers are in [0..100]."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible model, not a secret
    listed = ", ".join(f'"{each}"' for each in ANSWERS)
    body = [_item("tNumber", "number", "[0..100]"), _item("tAnswer", "string", listed)]
    body += [
        f'<inputData id="x{n}" name="x{n}"><variable name="x{n}" typeRef="tNumber"/></inputData>'
        for n in range(INPUTS)
    ]
    body += [_table(number, rules, chance) for number in range(tables)]
    inside = "".join(body)
    return f'<definitions xmlns="{NAMESPACE}" name="c" namespace="urn:c">{inside}</definitions>'


def _item(name: str, of: str, allowed: str) -> str:
    return (
        f'<itemDefinition name="{name}"><typeRef>{of}</typeRef><allowedValues><text>{allowed}'
        "</text></allowedValues></itemDefinition>"
    )


def _table(number: int, rules: int, chance: random.Random) -> str:
    columns = [f"x{each}" for each in chance.sample(range(INPUTS), 2)]
    before = f"t{number - 1}" if number else None
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{each}"/></informationRequirement>'
        for each in columns
    )
    if before:
        needs += (
            f'<informationRequirement><requiredDecision href="#{before}"/></informationRequirement>'
        )
    names = [*columns, *([before] if before else [])]
    clauses = "".join(
        f'<input><inputExpression typeRef="{"tAnswer" if each == before else "tNumber"}">'
        f"<text>{each}</text></inputExpression></input>"
        for each in names
    )
    rows = "".join(_row(names, before, chance) for _ in range(rules))
    return (
        f'<decision id="t{number}" name="t{number}"><variable name="t{number}" typeRef="tAnswer"/>'
        f'{needs}<decisionTable hitPolicy="FIRST">{clauses}<output/>{rows}</decisionTable>'
        "</decision>"
    )


def _row(names: list[str], before: str | None, chance: random.Random) -> str:
    cells = []
    for name in names:
        if chance.random() < 0.25:
            cells.append("-")
        elif name == before:
            picked = chance.sample(ANSWERS, chance.randint(1, 2))
            cells.append(", ".join(f'"{each}"' for each in picked))
        else:
            low = chance.randrange(0, 95)
            cells.append(chance.choice((f"< {low + 5}", f">= {low}", f"[{low}..{low + 5})")))
    entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
    output = f'<outputEntry><text>"{chance.choice(ANSWERS)}"</text></outputEntry>'
    return f"<rule>{entries}{output}</rule>"


def chained(folder: Path, tables: int, rules: int, seed: int) -> gw.Guideline:
    """Write the chain as a guideline and load it."""
    (folder / "decisions.dmn").write_text(chain(tables, rules, seed), encoding="utf-8")
    (folder / "guideline.yaml").write_text(
        "guideline: chain\ntitle: Chain\nversion: 0.0.1\n"
        f"outcome: [{{title: End, role: tasks, decisions: [t{tables - 1}]}}]\n",
        encoding="utf-8",
    )
    guideline, _ = gw.guideline.guide.inspect(folder)
    if guideline is None:
        raise SystemExit("the chain could not be read")
    return guideline


Rules = set[tuple[str, int]]


def dead_rules(proofs: Proofs) -> Rules:
    """Return the rules that only what feeds them keeps from firing, as the check finds them."""
    return {(decision.name, rule.row) for decision, rule, _, _ in open_rules(proofs)}


def dead_rules_one_by_one(proofs: Proofs) -> Rules:
    """Return all rules that cannot fire, by asking for each alone."""
    return {
        (decision.name, rule.row)
        for decision in proofs.encoded.decisions()
        for rule, conditions in rules_of(decision.tables)
        if proofs.ask(any_of(conditions)).answered is Answered.NO
    }


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds on the clock, seconds of the processor, and the result."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - processor, result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--rules", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-baseline", action="store_true")
    asked = parser.parse_args()
    machine.stay_on_one_core()
    with tempfile.TemporaryDirectory() as folder:
        guide = chained(Path(folder), asked.tables, asked.rules, asked.seed)
        wall, processor, proofs = timed(lambda: proofs_of(guide))
        print(f"encode {asked.tables} x {asked.rules}: {wall:.2f} s ({processor:.2f} s processor)")
        wall, processor, dead = timed(lambda: dead_rules(proofs))
        asked_for = proofs.questions.asked
        print(
            f"which of {asked.tables * asked.rules} rules can ever fire: {wall:.2f} s "
            f"({processor:.2f} s processor), {len(dead)} cannot "
            f"because of what feeds them, {asked_for} questions"
        )
        if not asked.no_baseline:
            other, _, every = timed(lambda: dead_rules_one_by_one(proofs))
            if not dead <= every:
                raise SystemExit(f"the two ways disagree: {sorted(dead - every)}")
            print(
                f"the solver for each rule alone: {other:.2f} s, {other / wall:.1f} times as long"
            )
    load_checks()
    b12 = gw.load(B12)
    wall, processor, report = timed(lambda: verify(b12))
    print(
        f"B12 with all checks: {wall:.2f} s ({processor:.2f} s processor), "
        f"{len(report.findings)} findings"
    )


if __name__ == "__main__":
    main()
