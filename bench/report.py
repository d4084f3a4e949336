"""What was measured, as Markdown: `bench/RESULTS.md`, and a part of docs/performance.md.

In: ratios, memory, curves. Out: texts. Every figure is a ratio except where no other thing says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench import loading, starting, targets, variants
from bench.calls import AS_ZEN, HAND, PREPARED, PUBLIC
from bench.cohort import DUCKDB_JOIN, Line
from bench.growth import Curve
from bench.growth_rows import RowsPoint
from bench.memory import Memory
from bench.rounds import Ratio, Times

Row = tuple[str, str, str, str]
_QUIET = 0.1
ENGINES = ("zen", "spiff")
TIMES = "\N{MULTIPLICATION SIGN}"
NONE = "\N{EN DASH}"
TITLE = """# Results

Written by `python -m bench`; what the figures mean is in
[docs/performance.md](../docs/performance.md). Only ratios carry over to other machines.
"""


@dataclass(slots=True)
class Findings:
    """Everything one run has measured."""

    machine: list[str]
    rounds: int
    workloads: dict[str, Times] = field(default_factory=dict)
    variants: list[str] = field(default_factory=list)  # among the contenders of one workload
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    differences: dict[str, Sequence[str]] = field(default_factory=dict)
    loads: Times | None = None
    starts: Times | None = None
    memory: Memory | None = None
    cohort: list[Line] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    rows: tuple[RowsPoint, ...] = ()


def results(found: Findings) -> str:
    """Return the whole report."""
    parts = [
        TITLE,
        "\n".join(f"- {line}" for line in (*found.machine, *_engine_lines(found))) + "\n",
    ]
    if found.workloads:
        parts.append(_one_patient(found))
    if found.variants:
        parts.append(_variants(found))
    rows = _target_rows(found)
    if rows:
        head = ("", "measured", "target", "")
        parts.append("## Targets of issue 4\n\n" + table(head, rows))
    if found.cohort:
        parts.append(_cohort(found.cohort))
    if found.memory:
        parts.append(_memory(found.memory))
    parts += [_differences(found), *map(growth, found.curves), rows_growth(found.rows)]
    return "\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _engine_lines(found: Findings) -> list[str]:
    taking_part = [f"{name}: {version}" for name, version in found.versions.items()]
    if found.workloads:
        unrest = max(times.unrest for times in found.workloads.values())
        quiet = "quiet" if unrest <= _QUIET else "not quiet, so run it again"
        taking_part.append(
            f"the machine was {quiet}: in the rounds that count, hand-written Python took at most"
            f" {unrest:.0%} longer than at its best"
        )
    return taking_part + [f"{name} took no part: {why}" for name, why in found.absent.items()]


# one patient ------------------------------------------------------------------------------------


def _one_patient(found: Findings) -> str:
    head = ("", "by hand", "prepared", "public call", *ENGINES)
    rows = [
        (name, _call_time(times.median(HAND)), *(
            _ratio(times.ratio(who, HAND)) if who in times.seconds else NONE
            for who in (PREPARED, PUBLIC, *ENGINES)
        ))
        for name, times in found.workloads.items()
    ]  # fmt: skip
    return (
        "## One patient\n\n"
        f"Ratios to hand-written Python: median of those {(found.rounds + 1) // 2} of"
        f" {found.rounds} interleaved rounds in which it was fastest, quartiles in brackets. The"
        " time by hand is only an order of magnitude.\n\n" + table(head, rows)
    )


def _variants(found: Findings) -> str:
    times = found.workloads[variants.OF]
    rows = [
        ("no declared type, as above", _ratio(times.ratio(PREPARED, HAND))),
        *((name, _ratio(times.ratio(name, HAND))) for name in found.variants),
    ]
    return (
        f"## {variants.OF} as its data may be declared, and may come\n\n"
        "Prepared, to the same hand-written Python, which reads exact numbers and texts.\n\n"
        + table(("", "to hand-written"), rows)
    )


def _call_time(seconds: float) -> str:
    return f"1 ({seconds * 1e6:.3g} µs)"


def _ratio(ratio: Ratio) -> str:
    return f"{_number(ratio.median)} ({_number(ratio.low)} to {_number(ratio.high)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


# targets ----------------------------------------------------------------------------------------


def _target_rows(found: Findings) -> list[Row]:
    return [
        *_one_patient_rows(found),
        *_cohort_rows(found),
        *_loading_rows(found),
        *_other_rows(found),
    ]


def _one_patient_rows(found: Findings) -> Iterator[Row]:
    for (workload, way), limit in targets.TO_HAND.items():
        if workload in found.workloads:
            longer = found.workloads[workload].ratio(way, HAND).median
            yield _at_most(f"{workload}, {way}, to hand-written", longer, limit, TIMES)
    for workload, least in targets.FASTER_THAN_ZEN.items():
        times = found.workloads.get(workload)
        if times and "zen" in times.seconds:
            for way in (PREPARED, PUBLIC, AS_ZEN):
                if way not in times.seconds:
                    continue
                faster = times.ratio("zen", way).median
                verdict = "met" if faster >= least else "not met"
                what = f"{workload}, {way}, faster than zen-engine"
                yield what, f"{_number(faster)}{TIMES}", f"≥ {least:g}{TIMES}", verdict


def _cohort_rows(found: Findings) -> Iterator[Row]:
    for line in found.cohort:
        limit = targets.COHORT.get((line.workload, line.contender))
        least = targets.FASTER_THAN_DUCKDB.get(line.workload)
        if limit is not None:
            what = f"{line.workload} in columns, to {line.contender}"
            yield _at_most(what, line.ratio, limit, TIMES)
        if least is not None and line.contender == DUCKDB_JOIN:
            verdict = "met" if 1 / line.ratio >= least else "not met"
            what = f"{line.workload} in columns, faster than {line.contender}"
            yield what, f"{_number(1 / line.ratio)}{TIMES}", f"≥ {least:g}{TIMES}", verdict


def _loading_rows(found: Findings) -> Iterator[Row]:
    if found.loads and loading.ZEN in found.loads.seconds:
        for name in (loading.FIRST, loading.PREPARED):
            longer = found.loads.ratio(name, loading.ZEN).median
            what = f"10,000 rules: {name}, to zen-engine"
            yield _at_most(what, longer, targets.LOADING_TO_ZEN, TIMES)


def _other_rows(found: Findings) -> Iterator[Row]:
    if found.starts:
        limits = ((starting.IMPORT, targets.IMPORT_TO_BARE), (starting.HELP, targets.HELP_TO_BARE))
        for name, limit in limits:
            longer = found.starts.ratio(name, starting.BARE).median
            yield _at_most(f"`{name}`, to bare Python", longer, limit, TIMES)
        first = found.starts.ratio(starting.FIRST_USE, starting.BARE).median
        yield f"{starting.FIRST_USE}, to bare Python", f"{_number(first)}{TIMES}", NONE, ""
    if found.memory and found.memory.rules == targets.MEMORY_RULES:
        kept = found.memory.ready / 1e6
        what = f"{found.memory.rules:,} rules with distinct thresholds keep"
        yield _at_most(what, kept, targets.MEMORY_MEGABYTES, " MB")


def _at_most(what: str, value: float, limit: float, unit: str) -> Row:
    verdict = "met" if value <= limit else "not met"
    return what, f"{_number(value)}{unit}", f"≤ {limit:g}{unit}", verdict


# the rest ---------------------------------------------------------------------------------------


def _cohort(lines: Sequence[Line]) -> str:
    rows = [
        (line.workload, line.contender, _number(line.nanoseconds), _number(line.ratio))
        for line in lines
    ]
    return (
        "## A cohort, on one core\n\n"
        "Parquet decoding left out. The last column is the kernel's time as a multiple of the\n"
        "contender's (beside numba, that of the kernel with its loops compiled).\n\n"
        + table(("", "contender", "ns a row", "kernel / contender"), rows)
    )


def _memory(memory: Memory) -> str:
    rows = [
        ("the file", f"{memory.file / 1e6:.1f} MB"),
        ("kept by the loaded model", f"{memory.loaded / 1e6:.1f} MB"),
        ("and with the prepared function", f"{memory.ready / 1e6:.1f} MB"),
        ("of these, by the index", f"{memory.index / 1e6:.1f} MB"),
        ("growth of the process, loading included", f"{memory.resident / 1e6:.1f} MB"),
    ]
    title = f"## Memory of {memory.rules:,} rules, all thresholds distinct\n\n"
    return title + table(("", ""), rows)


def _differences(found: Findings) -> str:
    if not found.differences:
        return ""
    names = {"zen": "zen-engine", "spiff": "SpiffWorkflow"}
    lines = [
        f"- {names[engine]} {text}."
        for engine, texts in found.differences.items()
        for text in texts
    ]
    return (
        "## What the others do otherwise\n\nTheir values were compared with ours before timing.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def growth(curve: Curve) -> str:
    """Return a table of how cost grows."""
    first = curve.points[0]
    rows = [
        (
            f"{point.size:,}",
            _number(point.call / first.call),
            _number(point.load / first.load),
            f"{_number(point.load / point.size / (first.load / first.size))}",
        )
        for point in curve.points
    ]
    head = (curve.what, "one call", "loading", "loading, each")
    return (
        f"## Growth: {curve.what}\n\n"
        "Ratios to the smallest size; the last column is per rule or decision.\n\n"
        + table(head, rows)
    )


def rows_growth(points: Sequence[RowsPoint]) -> str:
    """Return a table of how the cost of a cohort grows; nothing when it was not measured."""
    if not points:
        return ""
    first = points[0]
    rows = [
        (
            f"{point.rows:,}",
            _number(point.seconds / first.seconds),
            f"{point.seconds / point.rows / (first.seconds / first.rows):.3f}",
            f"{point.peak / 1e6:,.0f} MB",
        )
        for point in points
    ]
    head = ("rows of a cohort", "one run", "one run, each row", "most memory")
    return (
        "## Growth: rows of a cohort\n\n"
        "W2 from Parquet to Parquet on one core. Ratios to the smallest size; memory is that of\n"
        "the whole process.\n\n" + table(head, rows)
    )
