"""Differences of random pairs of models against brute force through the engine. Run by `soundness`.

In: a seed and a number. Out: what was compared. Every patient of a small space is evaluated under
both versions; the boxes that differ must be those of the patients who are answered differently.
"""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from itertools import product
from xml.sax.saxutils import escape

from analysis_tables import NAMESPACE, load_table

from guidewright.analysis.difference import diff
from guidewright.analysis.difference_axes import space_of
from guidewright.analysis.difference_fingerprints import value_key
from guidewright.analysis.difference_search import Search
from guidewright.analysis.difference_versions import Version
from guidewright.analysis.findings import Verdict
from guidewright.dmn import Model, build
from guidewright.dmn.reader import read_definitions

NUMBERS = [
    "-",
    "-",
    "< 1",
    "<= 1",
    "[1..3]",
    "(1..3)",
    "> 3",
    ">= 3",
    "2",
    "1, 4",
    "not(2)",
    "null",
]
WORDS = ["-", "-", '"a"', '"b"', '"a", "b"', 'not("a")', "null", "not(null)"]
FLAGS = ["-", "-", "true", "false", "null", "not(true)"]
COLUMNS = {"x": ("number", NUMBERS), "w": ("string", WORDS), "f": ("boolean", FLAGS)}
VALUES = {
    "x": [None, Decimal("0.5"), 1, Decimal("1.5"), 2, Decimal("2.5"), 3, Decimal("3.5"), 4, 9],
    "w": [None, "a", "b", "zzz"],
    "f": [None, True, False],
}
PATIENTS = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]


def _row(rng: random.Random, columns: list[str], outputs: list[str]) -> list[str]:
    return [*(rng.choice(COLUMNS[name][1]) for name in columns), rng.choice(outputs)]


def _changed(rng: random.Random, rows: list[list[str]], columns: list[str], outputs: list[str]):
    """Return rows with a few edits."""
    rows = [list(row) for row in rows]
    for _ in range(rng.choice([0, 1, 1, 2])):
        edit = rng.randrange(4)
        place = rng.randrange(len(rows))
        if edit == 0 and len(rows) > 1:
            del rows[place]
        elif edit == 1:
            rows.insert(place, _row(rng, columns, outputs))
        elif edit == 2:
            column = rng.randrange(len(columns) + 1)
            new = outputs if column == len(columns) else COLUMNS[columns[column]][1]
            rows[place][column] = rng.choice(new)
        else:
            rng.shuffle(rows)
    return rows


def _table(policy: str, columns: list[str], rows: list[list[str]], default: str) -> str:
    head = " | ".join(f"{name}: {COLUMNS[name][0]}" for name in columns)
    lines = [f"{policy} | {head} || y: string{default}"]
    lines += [f" | {' | '.join(row[:-1])} || {row[-1]}" for row in rows]
    return "\n".join(lines)


def table_pair(rng: random.Random) -> tuple[Model, Model]:
    """Return two versions of one table."""
    columns = rng.sample(list(COLUMNS), rng.randint(1, 3))
    outputs = ['"p"', '"q"', '"r"'] + (["w"] if "w" in columns and rng.random() < 0.2 else [])
    rows = [_row(rng, columns, outputs) for _ in range(rng.randint(1, 5))]
    policy = rng.choice("UUFFACCR")
    default = rng.choice(["", "", ' ?? "p"'])
    other = _changed(rng, rows, columns, outputs)
    second = policy if rng.random() < 0.9 else rng.choice("UFACR")
    return (
        load_table(_table(policy, columns, rows, default)),
        load_table(_table(second, columns, other, default if rng.random() < 0.9 else "")),
    )


# graphs ------------------------------------------------------------------------------------------

BANDS = ['"low"', '"mid"', '"high"', "null"]
BAND_CELLS = ["-", '"low"', '"mid", "high"', 'not("low")', "null"]
EXPRESSIONS = [
    'if x < 2 then "low" else "mid"',
    'if x in [1..3] then "low" else "high"',
    'if x = null then "mid" else if x > 3 then "high" else "low"',
    'if f then "low" else if w = "a" then "mid" else "high"',
    'if x + 1 > 3 then "low" else "mid"',
]


def _entry(cells: list[str]) -> str:
    *inputs, output = (escape(cell) for cell in cells)
    return (
        "<rule>"
        + "".join(f"<inputEntry><text>{each}</text></inputEntry>" for each in inputs)
        + f"<outputEntry><text>{output}</text></outputEntry></rule>"
    )


def _decision(name: str, needs: list[str], logic: str) -> str:
    wants = "".join(
        "<informationRequirement>"
        + (
            f'<requiredInput href="#{each}"/>'
            if each in COLUMNS
            else f'<requiredDecision href="#{each}"/>'
        )
        + "</informationRequirement>"
        for each in needs
    )
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="string"/>{wants}'
        f"{logic}</decision>"
    )


def _table_logic(policy: str, columns: list[str], rows: list[list[str]]) -> str:
    types = {name: of for name, (of, _) in COLUMNS.items()}
    heads = "".join(
        f'<input><inputExpression typeRef="{types.get(each, "string")}"><text>{each}</text>'
        "</inputExpression></input>"
        for each in columns
    )
    rules = "".join(map(_entry, rows))
    return f'<decisionTable hitPolicy="{policy}">{heads}<output/>{rules}</decisionTable>'


def _graph(parts: dict[str, object]) -> Model:
    inputs = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{of}"/></inputData>'
        for name, (of, _) in COLUMNS.items()
    )
    first = _table_logic("UNIQUE", ["x", "f"], parts["first"])  # type: ignore[arg-type]
    last = _table_logic(str(parts["policy"]), ["band", "guess", "w"], parts["last"])  # type: ignore[arg-type]
    guess = f"<literalExpression><text>{escape(str(parts['guess']))}</text></literalExpression>"
    text = (
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{inputs}'
        + _decision("band", ["x", "f"], first)
        + _decision("guess", ["x", "f", "w"], guess)
        + _decision("D", ["band", "guess", "w"], last)
        + "</definitions>"
    )
    return build([read_definitions(text.encode(), "m.dmn")])


def graph_pair(rng: random.Random) -> tuple[Model, Model]:
    """Return two versions of three decisions, one on top of two."""
    first = [[rng.choice(NUMBERS), rng.choice(FLAGS), rng.choice(BANDS)] for _ in range(3)]
    last = [
        [rng.choice(BAND_CELLS), rng.choice(BAND_CELLS), rng.choice(WORDS), rng.choice(BANDS)]
        for _ in range(rng.randint(1, 4))
    ]
    before: dict[str, object] = {
        "first": first,
        "last": last,
        "guess": rng.choice(EXPRESSIONS),
        "policy": rng.choice(["UNIQUE", "FIRST", "COLLECT"]),
    }
    if before["policy"] == "COLLECT":
        before["policy"] = "FIRST"
    after = dict(before)
    change = rng.randrange(4)
    if change == 0:
        after["first"] = [[rng.choice(NUMBERS), *first[0][1:]], *first[1:]]
    elif change == 1:
        after["guess"] = rng.choice(EXPRESSIONS)
    elif change == 2:
        after["last"] = [*last[:-1], [*last[-1][:-1], rng.choice(BANDS)]]
    return _graph(before), _graph(after)


# the comparison ----------------------------------------------------------------------------------


def _inside(space, box, patient) -> bool:
    """Say whether a patient is in a box, by the parts that the values belong to."""
    for axis, mask in zip(space.axes, box, strict=True):
        value = patient[axis.name]
        places = [
            place
            for place, part in enumerate(axis.parts)
            if _belongs(part, value, {str(each.value) for each in axis.parts})
        ]
        assert len(places) == 1, (axis, value)
        if not mask >> places[0] & 1:
            return False
    return True


def _belongs(part, value, named) -> bool:
    if part.kind == "gap":
        low = part.low is None or (value is not None and value > part.low)
        high = part.high is None or (value is not None and value < part.high)
        return value is not None and low and high
    if part.kind == "other":
        return value is not None and value not in named
    return (value == part.value and type(value) is type(part.value)) or (
        part.kind == "point" and value is not None and value == part.value
    )


def check(before: Model, after: Model) -> Counter[str]:
    """Compare with brute force; return the verdict, and how many witnesses were replayed."""
    versions = Version(before), Version(after)
    space = space_of(versions, (None, None))
    goals = list(versions[0].decisions)
    found = Search(versions, space).differences(goals)
    differs = False
    for patient in PATIENTS:
        known = {name: each for name, each in patient.items() if name in versions[0].inputs}
        values = [value_key(each.evaluate(known, goals).value) for each in (before, after)]
        said = any(_inside(space, box, patient) for box, _ in found.differ)
        unknown = any(_inside(space, box, patient) for box, _ in found.unknown)
        if not unknown:
            assert said == (values[0] != values[1]), (patient, values, found)
        else:
            assert not said
        differs = differs or values[0] != values[1]
    difference = diff(before, after)  # replays every witness
    if difference.verdict is Verdict.PROVED:
        assert not differs
    if not found.unknown:
        assert (difference.verdict is Verdict.PROVED) == (not found.differ)
    verdict = "unknown" if found.unknown else "violated" if differs else "proved"
    return Counter({verdict: 1, "witnesses": len(found.differ)})


def compared_tables(seed: int, number: int) -> Counter[str]:
    """Compare two versions of one random table; raise when the difference is wrong."""
    return check(*table_pair(random.Random(f"{seed}/{number}")))


def compared_graphs(seed: int, number: int) -> Counter[str]:
    """Compare two versions of three random decisions; raise when the difference is wrong."""
    return check(*graph_pair(random.Random(f"{seed}/{number}")))
