"""`python -m bench.verify`: how long proofs about large tables take.

In: nothing; `--quick` for small sizes. Out: Markdown on standard output, and bench/VERIFY.md
without `--quick`. Times are CPU seconds of one process, the best of some rounds, beside those of a
plain loop over pairs of 300 rules in the same run: only that ratio carries over elsewhere.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import guidewright
from bench import machine
from bench.changes import tables, workflow
from bench.figures import Figure, boxes, by_hand, subject_of, timed
from bench.verify_graphs import chained, dead_rules
from bench.verify_tables import large_table
from guidewright.analysis import certificate_checker
from guidewright.analysis.arrays import box_array
from guidewright.analysis.coverage import cover
from guidewright.analysis.overlap import pairs
from guidewright.analysis.proofs import proofs_of
from guidewright.analysis.recheck import Recheck
from guidewright.analysis.table_certificates import completeness
from guidewright.analysis.tables import TableSubject

HERE = Path(__file__).parent
# what issue 6 asks for, in seconds
TARGETS = {
    "15 columns, 1,500 rules: overlaps": 0.3,
    "15 columns, 1,500 rules: gaps": 0.3,
    "20 columns, 10,000 rules: overlaps and gaps": 5.0,
    "20 columns, 10,000 rules: completeness, certificate made": 4.0,
    "20 columns, 10,000 rules: certificate re-checked": 0.5,
    "20 columns, 10,000 rules: re-check after one edited rule": 0.020,
    "100 chained tables of 20 rules: which can fire": 15.0,
    "300 states, 672 conditions": 8.0,
    "B12, all checks": 5.0,
}


def measured(columns: int, rules: int, rounds: int) -> list[Figure]:
    """Return the figures of one size."""
    size = f"{columns} columns, {rules:,} rules"
    wider = subject_of(large_table(rules, columns, wider=0.1))
    narrower = subject_of(large_table(rules, columns, narrower=0.1))
    overlaps, met = timed(lambda: list(pairs(boxes(wider), wider.sizes)), rounds)
    gaps, found = timed(
        lambda: cover(box_array(boxes(narrower), narrower.sizes), narrower.known, rules), rounds
    )
    if rules < 5_000:
        return [
            Figure(f"{size}: overlaps", overlaps, f"{len(met):,} pairs"),
            Figure(f"{size}: gaps", gaps, f"{len(found.gaps):,} largest boxes"),
        ]
    both = Figure(
        f"{size}: overlaps and gaps",
        overlaps + gaps,
        f"{len(met):,} pairs, {len(found.gaps):,} largest boxes",
    )
    return [both, *_certificate(size, rules, columns, rounds), _edits(size, narrower)]


def _certificate(size: str, rules: int, columns: int, rounds: int) -> list[Figure]:
    whole = subject_of(large_table(rules, columns))

    def make() -> dict[str, Any]:
        found = cover(box_array(boxes(whole), whole.sizes), whole.known, rules)
        proof = completeness(whole, found)
        return {"kind": proof.kind, **proof.data}

    made, data = timed(make, rounds)
    text = json.dumps(data, separators=(",", ":"))
    again = json.loads(text)
    checked, said = timed(lambda: certificate_checker.check(again), rounds)
    return [
        Figure(f"{size}: completeness, certificate made", made, f"{len(text) / 1e6:.1f} MB"),
        Figure(f"{size}: certificate re-checked", checked, said),
    ]


def _edits(size: str, table: TableSubject) -> Figure:
    """Edit rules here and there: a cell becomes that of another rule."""
    edited = Recheck(boxes(table), table.sizes, table.known)
    chance = random.Random(1)  # noqa: S311 - the same edits every time
    times = []
    for _ in range(60):
        rule, other = (chance.randrange(len(edited.boxes)) for _ in range(2))
        axis = chance.randrange(len(table.axes))
        box = list(edited.boxes[rule])
        box[axis] = edited.boxes[other][axis]
        start = time.process_time()
        edited.edit(rule, tuple(box))
        times.append(time.process_time() - start)
    times.sort()
    return Figure(
        f"{size}: re-check after one edited rule",
        times[len(times) // 2],
        f"median of {len(times)}; the slowest {times[-1] * 1000:.0f} ms",
    )


def whole_guideline() -> Figure:
    """Return the time of all checks of the B12 model."""
    guide = guidewright.load(HERE.parent / "models" / "b12-deficiency")
    seconds, report = timed(lambda: guidewright.verify(guide), 1)
    return Figure("B12, all checks", seconds, f"{len(report.findings)} findings")


def chain(folder: Path) -> Figure:
    """Return the time to encode a chain of tables and to find the rules that can fire."""
    guide = chained(folder, 100, 20, 1)
    seconds, dead = timed(lambda: dead_rules(proofs_of(guide)), 1)
    return Figure(
        "100 chained tables of 20 rules: which can fire", seconds, f"{len(dead)} rules cannot"
    )


def guidelines() -> list[Figure]:
    """Return the times of differences, chains, workflows and a whole guideline."""
    figures = tables(1500, 15, 15)
    with tempfile.TemporaryDirectory() as folder:
        figures.append(chain(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        figures.append(workflow(Path(folder), 300))
    return [*figures, whole_guideline()]


def page(figures: list[Figure], baseline: float) -> str:
    """Return the figures as Markdown."""
    lines = [
        "# Proofs about large tables",
        "",
        "Written by `python -m bench.verify`. Tables are made as in the literature (see",
        "`bench/verify_tables.py`); a tenth of the rules is spoilt for overlaps, in another table",
        "for gaps. CPU seconds; the ratio is to a plain loop over the pairs of 300 rules.",
        "",
        *(f"- {line}" for line in machine.description()),
        "",
        "| | seconds | ratio | target | | |",
        "|---|---|---|---|---|---|",
    ]
    for each in figures:
        target = TARGETS.get(each.name)
        met = "" if target is None else "met" if each.seconds <= target else "not met"
        limit = "" if target is None else f"< {target:g}"
        ratio = f"{each.seconds / baseline:,.1f}"
        lines.append(
            f"| {each.name} | {each.seconds:.3f} | {ratio} | {limit} | {met} | {each.remark} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    quick = parser.parse_args().quick
    small = subject_of(large_table(300 if quick else 1500, 15))
    baseline = by_hand(small)
    figures = measured(15, 200, 1) if quick else measured(15, 1500, 5)
    if not quick:  # the large tables last: what is still in memory slows down the others
        figures += guidelines()
        figures += measured(20, 10_000, 2)
    text = page(figures, baseline)
    print(text)
    if not quick:
        (HERE / "VERIFY.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
