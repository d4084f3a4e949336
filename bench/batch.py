"""A cohort, per core: the batch kernel beside numpy and numba by hand, and DuckDB joining rules.

In: the workloads of `../shared/bench`, 10⁶ rows made from their inputs. Out: for each contender a
line of JSON with ns a row and the ratio, medians of interleaved rounds of CPU time on one core.
Parquet decoding is left out for everybody: hand-written code begins with numpy arrays (NaN and -1
for null, codes for texts), the kernel with an Arrow record batch. What all of them compute is
compared first. numba and DuckDB take part where they are installed: `python -m bench` runs this in
the environment of the other engines.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench import machine
from bench.cohort import DUCKDB_JOIN, FUSED, NUMPY, Line
from bench.tables import read_tables
from bench.workloads import WORKLOADS
from guidewright.batch.kernel import Kernel
from guidewright.batch.planning import Choices, make_kernel
from guidewright.batch.primitives import Primitives
from guidewright.dmn.runnable import load_dmn
from guidewright.feel.clock import system_clock

Array = NDArray[Any]
Columns = dict[str, Array]
Work = Callable[[], Any]
COMPILED = "kernel, loops compiled by numba"
DIAGNOSES = ("confirmed", "indeterminate", "unlikely", "not tested")
SEVERITIES = ("none", "severe", "moderate", "mild")
DUCKDB_SHARE = 10  # of the rows: DuckDB needs microseconds a row, the same for all of them


# data -------------------------------------------------------------------------------------------


def cohort(name: str, rows: int) -> pa.RecordBatch:
    """Return rows drawn from the inputs of a workload, numbers moved a little."""
    generator = np.random.default_rng(11)
    given = WORKLOADS[name].rows(number=float)  # type: ignore[arg-type]
    places = generator.integers(0, len(given), rows)
    arrays, names = [], list(given[0])
    for column in names:
        values = [row[column] for row in given]
        kinds = {type(value) for value in values if value is not None}
        if kinds <= {int, float}:
            drawn = np.array([np.nan if value is None else value for value in values], float)
            drawn = drawn[places] + generator.integers(-5, 6, rows) / 10
            drawn = np.round(np.maximum(drawn, 0), 2)
            arrays.append(pa.array(drawn, from_pandas=True))
        else:
            drawn = pa.array(values).take(pa.array(places))
            arrays.append(drawn if kinds == {bool} else drawn.dictionary_encode())
    return _as_read(pa.table(dict(zip(names, arrays, strict=True))))


def _as_read(table: pa.Table) -> pa.RecordBatch:
    """Return the columns as a Parquet reader makes them."""
    place = io.BytesIO()
    pq.write_table(table, place)
    texts = [each.name for each in table.schema if pa.types.is_dictionary(each.type)]
    read = pq.read_table(io.BytesIO(place.getvalue()), read_dictionary=texts)
    arrays = [pa.concat_arrays(each.unify_dictionaries().chunks) for each in read.columns]
    return pa.RecordBatch.from_arrays(arrays, names=table.schema.names)


def numpy_columns(batch: pa.RecordBatch) -> Columns:
    """Return the columns as hand-written code likes them: NaN or -1 for null, codes for texts."""
    columns: Columns = {}
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_dictionary(array.type):
            columns[name] = array.indices.fill_null(-1).to_numpy(False).astype(np.int8)
        elif pa.types.is_boolean(array.type):
            columns[name] = array.cast(pa.int8()).fill_null(-1).to_numpy(False)
        else:
            columns[name] = array.to_numpy(False)
    return columns


def text_code(batch: pa.RecordBatch, name: str, text: str) -> int:
    """Return the code of a text in a dictionary column."""
    found: list[str] = batch.column(name).dictionary.to_pylist()
    return found.index(text)


# by hand: numpy ---------------------------------------------------------------------------------


def diagnosis(total: Array, active: Array) -> Array:
    """W1: the codes of `DIAGNOSES`."""
    conditions = [
        (total < 180) | (active < 25),
        ((total >= 180) & (total <= 350)) | ((active >= 25) & (active <= 70)),
        (total > 350) | (active > 70),
    ]
    return np.select(conditions, [np.int8(0), np.int8(1), np.int8(2)], np.int8(3))


def guideline(columns: Columns, codes: dict[str, int]) -> list[Array]:
    """W2: codes of diagnosis, severity and treatment; causes and monitoring as bits."""
    total, active, mma = columns["total_b12"], columns["active_b12"], columns["mma"]
    found = diagnosis(total, active)
    open_ = found == 1
    found = np.select(
        [open_ & (mma > 0.28), open_ & (mma <= 0.28)], [np.int8(0), np.int8(2)], found
    )
    hemoglobin = columns["hemoglobin"]
    severity = np.select(
        [
            found != 0,
            (columns["neuro_symptoms"] == 1) | (hemoglobin < 80),
            (hemoglobin >= 80) & (hemoglobin < 110),
        ],
        [np.int8(0), np.int8(1), np.int8(2)],
        np.int8(3),
    )
    surgery, diet, medication = columns["gi_surgery"], columns["diet"], columns["medication"]
    old = columns["age"] > 75
    facts = [
        columns["pernicious_anemia"] == 1,
        surgery == codes["gastrectomy"],
        surgery == codes["bariatric"],
        (surgery == codes["ileal resection"]) & (columns["resection_cm"] > 20),
        (diet == codes["vegan"]) | (diet == codes["vegetarian"]),
        (medication == codes["metformin"])
        | (medication == codes["ppi"])
        | (medication == codes["h2 blocker"]),
        old,
    ]
    causes = np.zeros(len(total), np.int8)
    for bit, fact in enumerate(facts):
        causes |= fact.astype(np.int8) << np.int8(bit)
    treatment = np.select(
        [
            severity == 0,
            severity == 1,
            facts[0] | facts[1] | facts[3],
            facts[2] | (columns["pregnant"] == 1),
            (severity == 3) & facts[4],
        ],
        [np.int8(code) for code in range(5)],
        np.int8(5),
    )
    confirmed = found == 0
    intramuscular = (treatment == 1) | (treatment == 2)
    anemia = confirmed & facts[0]
    tasks = [
        found == 1,
        confirmed,
        confirmed & ((severity == 1) | (severity == 2)),
        anemia,
        anemia & intramuscular,
        confirmed & (treatment >= 3) & old,
    ]
    monitoring = np.zeros(len(total), np.int8)
    for bit, task in enumerate(tasks):
        monitoring |= task.astype(np.int8) << np.int8(bit)
    return [found, severity, causes, treatment, monitoring]


# by hand: numba ---------------------------------------------------------------------------------


def fused(columns: Columns, codes: dict[str, int]) -> Callable[[], list[Array]] | None:
    """W2 as one loop compiled by numba, or None where numba is not installed."""
    try:
        import numba
    except ImportError:
        return None
    numbers = ("total_b12", "active_b12", "mma", "hemoglobin", "resection_cm", "age")
    flags = ("neuro_symptoms", "pernicious_anemia", "pregnant")
    texts = ("gi_surgery", "diet", "medication")
    words = (
        "gastrectomy", "bariatric", "ileal resection", "vegan", "vegetarian", "metformin", "ppi",
        "h2 blocker",
    )  # fmt: skip
    compiled = numba.njit(_fused_loop)
    outputs = tuple(np.empty(len(columns["age"]), np.int8) for _ in range(5))
    arguments = (
        tuple(columns[name] for name in numbers),
        tuple(columns[name] for name in flags),
        tuple(columns[name] for name in texts),
        tuple(codes[word] for word in words),
        outputs,
    )

    def work() -> list[Array]:
        compiled(*arguments)
        return list(outputs)

    work()
    return work


def _fused_loop(numbers: Any, flags: Any, texts: Any, words: Any, outputs: Any) -> None:  # noqa: C901 - one loop is the point
    total, active, mma, hemoglobin, resection, age = numbers
    neuro, anemia, pregnant = flags
    surgery, diet, medication = texts
    gastrectomy, bariatric, ileal, vegan, vegetarian, metformin, ppi, blocker = words
    for row in range(len(total)):
        t, a, h, m = total[row], active[row], hemoglobin[row], medication[row]
        if t < 180 or a < 25:
            d = 0
        elif t <= 350 or a <= 70:
            d = 0 if mma[row] > 0.28 else (2 if mma[row] <= 0.28 else 1)
        else:
            d = 2 if t > 350 or a > 70 else 3
        if d != 0:
            s = 0
        elif neuro[row] == 1 or h < 80:
            s = 1
        else:
            s = 2 if h < 110 else 3
        old = age[row] > 75
        c = (anemia[row] == 1) | ((diet[row] == vegan or diet[row] == vegetarian) << 4)
        c |= ((m == metformin or m == ppi or m == blocker) << 5) | (old << 6)  # noqa: SIM109
        if surgery[row] == gastrectomy:
            c |= 2
        elif surgery[row] == bariatric:
            c |= 4
        elif surgery[row] == ileal and resection[row] > 20:
            c |= 8
        if s <= 1:
            treatment = s
        elif c & 11:
            treatment = 2
        elif c & 4 or pregnant[row] == 1:
            treatment = 3
        else:
            treatment = 4 if s == 3 and c & 16 else 5
        tasks = 1 if d == 1 else 0
        if d == 0:
            tasks = 2 | (4 if s == 1 or s == 2 else 0)
            if c & 1:
                tasks |= 8 | (16 if treatment == 1 or treatment == 2 else 0)
            if treatment >= 3 and old:
                tasks |= 32
        outputs[0][row], outputs[1][row], outputs[2][row] = d, s, c
        outputs[3][row], outputs[4][row] = treatment, tasks


# DuckDB -----------------------------------------------------------------------------------------

DUCKDB = """
import duckdb, json, sys, time
rows, rules, query = sys.argv[1:]
connection = duckdb.connect(config={"threads": 1})
connection.execute(f"create table rules as select * from '{rules}'")
connection.execute(f"create table patients as select * from '{rows}'")
count = connection.execute("select count(*) from patients").fetchall()[0][0]
for _ in sys.stdin:
    begin = time.process_time()
    found = connection.sql(query).to_arrow_table()
    seconds = time.process_time() - begin
    print("=", json.dumps([seconds / count * 1e9, found.num_rows]), flush=True)
"""


class RangeJoin:
    """DuckDB in its own environment, joining patients with rules as ranges."""

    def __init__(self, python: str, name: str, batch: pa.RecordBatch, folder: Path) -> None:
        (table,) = read_tables(WORKLOADS[name].model)
        rows, rules = folder / f"{name}.parquet", folder / f"{name}-rules.parquet"
        plain = pa.table(
            {
                column: array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
                for column, array in zip(batch.schema.names, batch.columns, strict=True)
            }
        )
        pq.write_table(plain, rows)
        columns: dict[str, list[Any]] = {"rule": list(range(len(table.cells)))}
        tests = []
        for place, (column, kind) in enumerate(zip(table.inputs, table.types, strict=True)):
            cells = [row[place] for row in table.cells]
            made, test = _texts(column, cells) if kind == "string" else _ranges(column, cells)
            columns.update(made)
            tests.append(test)
        pq.write_table(pa.table(columns), rules)
        query = f"select p.rowid, r.rule from patients p join rules r on {' and '.join(tests)}"  # noqa: S608
        self._process = subprocess.Popen(  # noqa: S603 - the environment we were told
            [python, "-c", DUCKDB, str(rows), str(rules), query],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def measure(self) -> tuple[float, int]:
        """Return ns a row of one run of the query, and how many matches it found."""
        assert self._process.stdin is not None  # noqa: S101 - pipes were asked for
        assert self._process.stdout is not None  # noqa: S101
        print("go", file=self._process.stdin, flush=True)
        for line in self._process.stdout:  # a progress bar may come before the answer
            _, sign, answer = line.rpartition("= [")
            if sign:
                nanoseconds, matches = json.loads(f"[{answer}")
                return nanoseconds, matches
        raise SystemExit("DuckDB stopped")

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def _texts(column: str, cells: list[str]) -> tuple[dict[str, list[Any]], str]:
    lists = [None if cell == "-" else json.loads(f"[{cell}]") for cell in cells]
    if all(each is not None and len(each) == 1 for each in lists):  # a plain equality: a hash join
        return {column: [each[0] for each in lists if each]}, f"p.{column} = r.{column}"
    test = f"(r.{column} is null or list_contains(r.{column}, p.{column}))"
    return {column: lists}, test


def _ranges(column: str, cells: list[str]) -> tuple[dict[str, list[Any]], str]:
    """Return half-open ranges as columns; a closed end is moved behind its number."""
    low: list[float | None] = []
    high: list[float | None] = []
    for cell in cells:
        if cell == "-":
            ends: tuple[float | None, float | None] = (None, None)
        elif cell.startswith(("[", "(")):
            first, last = cell[1:-1].split("..")
            closed = cell.endswith("]")
            ends = (float(first), np.nextafter(float(last), np.inf) if closed else float(last))
        else:
            end = float(cell.lstrip("<>= "))
            ends = (None, end) if cell.startswith("<") else (end, None)
        low.append(ends[0])
        high.append(ends[1])
    test = (
        f"(r.{column}_low is null or p.{column} >= r.{column}_low) and "
        f"(r.{column}_high is null or p.{column} < r.{column}_high)"
    )
    if all(each is not None for each in (*low, *high)):
        test = f"p.{column} >= r.{column}_low and p.{column} < r.{column}_high"
    return {f"{column}_low": low, f"{column}_high": high}, test


# measuring --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contest:
    """Contenders for one workload: each returns ns a row of one run."""

    name: str
    contenders: dict[str, Callable[[], float]]


def timed(work: Work, rows: int) -> Callable[[], float]:
    """Return a measurement of CPU time."""

    def measure() -> float:
        begin = time.process_time()
        work()
        return (time.process_time() - begin) / rows * 1e9

    return measure


def made_kernel(name: str, batch: pa.RecordBatch, primitives: Primitives | None = None) -> Kernel:
    """Return the warm kernel of a workload."""
    model = load_dmn(WORKLOADS[name].model)
    kernel = make_kernel(model, batch.schema, Choices(), system_clock, primitives).kernel
    kernel.run(batch)
    return kernel


def compiled_kernel(name: str, batch: pa.RecordBatch) -> Kernel | None:
    """Return the warm kernel with its loops compiled by numba, where numba is installed."""
    try:
        from guidewright.batch.accelerated import NumbaPrimitives
    except ImportError:
        return None
    return made_kernel(name, batch, NumbaPrimitives())


def by_hand(name: str, rows: int) -> Contest:
    """Return W1 or W2 beside what is written by hand, after a comparison."""
    batch = cohort(name, rows)
    kernel = made_kernel(name, batch)
    columns = numpy_columns(batch)
    codes = {}
    if name == "W2":
        for column in ("gi_surgery", "diet", "medication"):
            codes.update({t: i for i, t in enumerate(batch.column(column).dictionary.to_pylist())})
    total, active = columns["total_b12"], columns["active_b12"]
    work: dict[str, Work] = {
        "kernel": lambda: kernel.run(batch),
        NUMPY: lambda: guideline(columns, codes) if name == "W2" else [diagnosis(total, active)],
    }
    loop = fused(columns, codes) if name == "W2" else None
    compiled = compiled_kernel(name, batch)
    if loop is not None:
        work[FUSED] = loop
    outcomes = kernel.run(batch).columns
    for label in list(work)[1:]:
        for place, theirs in enumerate(work[label]()):
            _same(f"{name}, {label}, decision {place}", outcomes[place], theirs)
    if compiled is not None:
        if compiled.run(batch) != kernel.run(batch):
            raise SystemExit(f"values disagree: {name}, loops compiled by numba")
        work[COMPILED] = lambda: compiled.run(batch)
    return Contest(name, {label: timed(each, rows) for label, each in work.items()})


def _same(what: str, ours: pa.DictionaryArray, theirs: Array) -> None:
    """The codes of both must stand for each other, one to one."""
    pairs = {
        tuple(pair) for pair in np.unique(np.stack([ours.indices.to_numpy(), theirs]), axis=1).T
    }
    if not len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}):
        raise SystemExit(f"values disagree: {what}")


def rules_joined(name: str, rows: int, python: str | None, folder: Path) -> Contest:
    """Return W3 or W3b beside DuckDB, after a comparison of the number of matches."""
    batch = cohort(name, rows)
    kernel = made_kernel(name, batch)
    contenders = {"kernel": timed(lambda: kernel.run(batch), rows)}
    if python is not None:
        part = batch.slice(0, rows // DUCKDB_SHARE)
        join = RangeJoin(python, name, part, folder)
        ours = len(part) - kernel.run(part).column(0).dictionary_decode().null_count
        _, matches = join.measure()
        if matches != ours:
            raise SystemExit(f"values disagree: {name}: {matches} matches, the kernel {ours}")
        contenders[DUCKDB_JOIN] = lambda: join.measure()[0]
    return Contest(name, contenders)


def lines(rows: int, rounds: int) -> Iterator[Line]:
    """Measure one workload after the other."""
    duckdb = sys.executable if find_spec("duckdb") else None
    with tempfile.TemporaryDirectory() as folder:
        for name in ("W1", "W2"):
            yield from _measured(by_hand(name, rows), rounds)
        for name in ("W3", "W3b"):
            contest = rules_joined(name, rows, duckdb, Path(folder))
            yield from _measured(contest, min(rounds, 3) if name == "W3b" else rounds)


def _measured(contest: Contest, rounds: int) -> Iterator[Line]:
    times: dict[str, list[float]] = {label: [] for label in contest.contenders}
    for _ in range(rounds):
        for label, measure in contest.contenders.items():
            times[label].append(measure())
    for label, found in times.items():
        # numba beside numba: where it is installed, the kernel may use it, too
        mine = times[COMPILED] if label == FUSED else times["kernel"]
        ratio = median(ours / theirs for ours, theirs in zip(mine, found, strict=True))
        yield Line(contest.name, label, median(found), ratio)


def main() -> None:
    """Measure, and print a line of JSON for each contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    machine.stay_on_one_core()
    for line in lines(asked.rows, asked.rounds):
        print(json.dumps(asdict(line)), flush=True)


if __name__ == "__main__":
    main()
