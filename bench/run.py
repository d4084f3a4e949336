"""The one command: measure everything side by side, write the results.

In: the command line. Out: `bench/RESULTS.md`, `bench/growth-*.svg`, the tables in
docs/performance.md; status 1 when values disagree, 2 when the workloads are not there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import (
    cohort,
    engines,
    growth,
    growth_rows,
    jdm,
    loading,
    machine,
    memory,
    plot,
    report,
    spiff,
    starting,
    targets,
    variants,
)
from bench.calls import HAND, Disagreement, ways
from bench.rounds import Contender, Local, measure
from bench.workloads import SHARED, WORKLOADS

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
PACKAGES = {"zen": "zen-engine", "spiff": "SpiffWorkflow"}
DIFFERENCES = {"zen": jdm.DIFFERENCES, "spiff": spiff.DIFFERENCES}
OTHER_PARTS = ("cohort", "loading", "starting", "memory", "growth", "rows")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return the exit status."""
    asked = _parser().parse_args(arguments)
    if not SHARED.is_dir():
        print(f"the workloads are not there: {SHARED}", file=sys.stderr)
        return 2
    machine.stay_on_one_core()
    found = report.Findings(machine.description(), 1 if asked.quick else asked.rounds)
    parts = asked.only or [*WORKLOADS, *OTHER_PARTS]
    workers = {} if asked.no_engines else _workers(found)
    try:
        for name in WORKLOADS:
            if name in parts:
                _say(name)
                _workload(name, found, workers)
        for name, measured in _others(asked.quick, zen="zen" in workers).items():
            if name in parts:
                _say(name)
                measured(found)
    except (Disagreement, engines.Disagreement) as fault:
        print(f"values disagree: {fault}", file=sys.stderr)
        return 1
    finally:
        for worker in workers.values():
            worker.close()
    text = report.results(found)
    print(text)
    if asked.results:
        asked.results.write_text(text, encoding="utf-8")
    elif not (asked.quick or asked.only):
        _write(found, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help="one round and small sizes: a smoke run"
    )
    parser.add_argument(
        "--only", nargs="+", choices=[*WORKLOADS, *OTHER_PARTS], metavar="PART",
        help=f"some of {', '.join([*WORKLOADS, *OTHER_PARTS])}",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=25, help="interleaved rounds (25)")
    parser.add_argument("--no-engines", action="store_true", help="leave other engines out")
    parser.add_argument(
        "--results", type=Path, help="where to write; else a full run writes RESULTS.md"
    )
    return parser


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr, flush=True)


def _workers(found: report.Findings) -> dict[str, engines.Worker]:
    try:
        python = engines.environment()
    except engines.Unavailable as why:
        found.absent.update(dict.fromkeys(PACKAGES.values(), str(why)))
        return {}
    return {engine: engines.Worker(python) for engine in PACKAGES}


def _workload(name: str, found: report.Findings, workers: dict[str, engines.Worker]) -> None:
    workload = WORKLOADS[name]
    ready = ways(workload)
    contenders: dict[str, Contender] = {
        way: Local(call, ready.inputs) for way, call in ready.calls.items()
    }
    for engine, worker in workers.items():
        try:
            remote = engines.contender(engine, worker, workload, ready.values)
        except engines.Unavailable as why:
            found.absent[f"{PACKAGES[engine]} in {name}"] = str(why)
            continue
        found.versions[PACKAGES[engine]] = remote.version
        found.differences[engine] = DIFFERENCES[engine]
        contenders[engine] = remote
    others = variants.contenders(workload, ready.values) if name == variants.OF else {}
    found.variants.extend(others)
    found.workloads[name] = measure({**contenders, **others}, found.rounds, judge=HAND)


def _others(quick: bool, *, zen: bool) -> dict[str, Callable[[report.Findings], None]]:
    """Return what else is measured, by name."""

    def columns(found: report.Findings) -> None:
        try:
            found.cohort = cohort.measured_by(
                engines.PYTHON if zen else Path(sys.executable), quick=quick
            )
        except RuntimeError as why:
            found.absent["the cohort in columns"] = str(why)

    def loads(found: report.Findings) -> None:
        found.loads = loading.load_times(engines.PYTHON if zen else None, 1 if quick else 5)

    def starts(found: report.Findings) -> None:
        found.starts = starting.start_times(1 if quick else 15)

    def kept(found: report.Findings) -> None:
        found.memory = memory.measure_memory(100 if quick else targets.MEMORY_RULES)

    def curves(found: report.Findings) -> None:
        rules = growth.RULES[:2] if quick else growth.RULES
        decisions = growth.DECISIONS[:2] if quick else growth.DECISIONS
        found.curves = [
            growth.rules(rules, found.rounds),
            growth.decisions(decisions, found.rounds),
        ]

    def cohorts(found: report.Findings) -> None:
        try:
            found.rows = growth_rows.rows(growth_rows.ROWS[:2] if quick else growth_rows.ROWS)
        except ImportError as missing:
            found.absent["the growth with rows"] = f"{missing.name} is not installed"

    return {
        "cohort": columns,
        "loading": loads,
        "starting": starts,
        "memory": kept,
        "growth": curves,
        "rows": cohorts,
    }


def _write(found: report.Findings, text: str) -> None:
    """Write the results of a full run: the report, the charts, the tables of the page."""
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    for curve in found.curves:
        first = curve.points[0]
        lines = {
            "one call": [(point.size, point.call / first.call) for point in curve.points],
            "loading": [(point.size, point.load / first.load) for point in curve.points],
        }
        title = f"Ratios to the smallest: {curve.what}"
        drawn = plot.chart(title, curve.what, report.TIMES, lines)
        (HERE / f"growth-{curve.what.split()[0]}.svg").write_text(drawn, encoding="utf-8")
    if found.rows:
        (HERE / "growth-rows.svg").write_text(_rows_chart(found), encoding="utf-8")
    begin, end = "<!-- growth: written by python -m bench -->", "<!-- growth ends -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    grown = [*map(report.growth, found.curves), report.rows_growth(found.rows)]
    tables = "\n".join(text.replace("## Growth", "### Growth") for text in grown if text)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n\n{tables}\n{end}{after}", encoding="utf-8")


def _rows_chart(found: report.Findings) -> str:
    first = found.rows[0]
    lines = {
        "time of a run": [(point.rows, point.seconds / first.seconds) for point in found.rows],
        "most memory": [(point.rows, point.peak / first.peak) for point in found.rows],
    }
    title = "Ratios to the smallest: rows of a cohort"
    return plot.chart(title, "rows of a cohort", report.TIMES, lines)


if __name__ == "__main__":
    sys.exit(main())
