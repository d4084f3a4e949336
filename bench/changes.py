"""`python -m bench.changes`: how long differences and checks of workflows take.

In: nothing; `--quick` for small sizes. Out: Markdown on standard output. Times are CPU seconds of
one process, beside those of the plain loop of `bench.figures` in the same run.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

import guidewright
from bench.figures import Figure, by_hand, subject_of, timed
from bench.verify_tables import large_table
from guidewright.analysis.checks import Subject, checks_of
from guidewright.analysis.difference_axes import space_of
from guidewright.analysis.difference_search import Search
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.sharing import forget
from guidewright.analysis.verify import load_checks
from guidewright.guideline.guide import Guideline

B12 = Path(__file__).parent.parent / "models" / "b12-deficiency"


def tables(rules: int, columns: int, edits: int) -> list[Figure]:
    """Measure the difference of a table and itself with some rules made narrower."""
    both = large_table(rules, columns), large_table(rules, columns, narrower=edits / rules)
    models = [subject_of(each).model for each in both]
    read, versions = timed(lambda: _versions(models), 1)
    space_time, space = timed(lambda: space_of(versions, (None, None)), 1)
    search, found = timed(lambda: Search(versions, space).differences(["D"], 10**6), 1)
    name = f"{columns} columns, {rules:,} rules, {edits} edited"
    remark = f"{len(found.differ)} boxes differ, {len(found.unknown)} unknown"
    return [
        Figure(f"{name}: read", read + space_time, "cells, axes, rules that both have"),
        Figure(f"{name}: difference", search, remark),
    ]


def _versions(models: list[guidewright.Model]) -> tuple[Version, Version]:
    made = Version(models[0]), Version(models[1])
    for each in made:
        each.node("D")
    return made


def b12(folder: Path) -> list[Figure]:
    """Measure the difference of B12 and itself with 200 for 180 ng/L."""
    for each in B12.iterdir():
        text = each.read_bytes().replace(b"180", b"200") if each.suffix == ".dmn" else None
        (folder / each.name).write_bytes(text if text is not None else each.read_bytes())
    before, after = guidewright.load(B12), guidewright.load(folder)
    seconds, found = timed(lambda: guidewright.diff(before, after), 1)
    return [Figure("B12, 180 to 200 ng/L", seconds, f"{len(found.advice.classes)} class")]


def workflow(folder: Path, states: int) -> Figure:
    """Measure all checks of a workflow of many states, most of which ask for data."""
    guide = _large_workflow(folder, states)
    load_checks()
    checks = [each for each in checks_of(Subject.WORKFLOW) if each.code.startswith("workflow.")]

    def run() -> int:
        forget()
        return sum(1 for each in checks for _ in each.find(guide))

    seconds, found = timed(run, 1)
    assert guide.graph is not None  # noqa: S101 - it was written
    guards = sum(1 for _ in guide.graph.guards)
    return Figure(f"{states} states, {guards} conditions", seconds, f"{found} findings")


def _large_workflow(folder: Path, states: int) -> Guideline:
    chance = random.Random(3)  # noqa: S311 - a reproducible workflow, not a secret
    lines = ["workflow: large\ninitial: s0\nexceptions: [{event: stop, to: end}]\nstates:\n"]
    for number in range(states - 1):
        after = f"s{number + 1}" if number < states - 2 else "end"
        if number % 4 == 0:
            lines.append(
                f"  s{number}: {{kind: task, task: obtain, awaits: [x{number % 8}], "
                f"timer: {{overdue: P7D}}, next: {after}}}\n"
            )
            continue
        ways = ", ".join(
            f"{{when: x{chance.randrange(8)} {sign} {chance.randrange(100)}, "
            f"to: {_target(chance, number, states)}}}"
            for sign in ("<", ">=", "=")
        )
        lines.append(f"  s{number}: {{kind: clinical, transitions: [{ways}], next: {after}}}\n")
    lines.append("  end: {kind: final}\n")
    data = "".join(
        f'<inputData id="x{n}" name="x{n}"><variable name="x{n}" typeRef="number"/></inputData>'
        for n in range(8)
    )
    needs = '<informationRequirement><requiredInput href="#x0"/></informationRequirement>'
    (folder / "decisions.dmn").write_text(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
        f'namespace="urn:m">{data}<decision id="d" name="D"><variable name="D"/>{needs}'
        '<decisionTable id="t"><input><inputExpression typeRef="number"><text>x0</text>'
        '</inputExpression></input><output/><annotation name="Statements"/><rule id="r">'
        "<inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry>"
        "<annotationEntry><text>S1</text></annotationEntry></rule></decisionTable></decision>"
        "</definitions>",
        encoding="utf-8",
    )
    (folder / "workflow.yaml").write_text("".join(lines), encoding="utf-8")
    (folder / "guideline.yaml").write_text(
        "guideline: large\ntitle: Large\nversion: 0.0.1\nworkflow: workflow.yaml\n"
        "sources: {s: {title: S}}\nstatements:\n  S1: {source: s, text: t}\n"
        "outcome:\n  - {title: All, role: tasks, decisions: [D]}\n",
        encoding="utf-8",
    )
    return guidewright.load(folder)


def _target(chance: random.Random, number: int, states: int) -> str:
    return f"s{min(states - 2, number + chance.randint(1, 6))}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    base = by_hand(subject_of(large_table(300, 15)))
    figures = tables(*((150, 6, 5) if quick else (1500, 15, 15)))
    if not quick:
        figures += tables(1500, 15, 150)
    with tempfile.TemporaryDirectory() as name:
        for each in ("b12", "large"):
            (Path(name) / each).mkdir()
        figures += b12(Path(name) / "b12")
        figures.append(workflow(Path(name) / "large", 40 if quick else 300))
    print("| what | CPU seconds | times the plain loop | |\n|---|---|---|---|")
    for each in figures:
        print(f"| {each.name} | {each.seconds:.3f} | {each.seconds / base:.1f} | {each.remark} |")


if __name__ == "__main__":
    main()
