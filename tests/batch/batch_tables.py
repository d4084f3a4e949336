"""Random decision tables and rows for them, and the comparison of columns with one by one."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
from hypothesis import strategies as st

from guidewright.batch.kernel import Kernel, plain
from guidewright.batch.outcomes import Extras
from guidewright.batch.planning import Choices, make_kernel
from guidewright.batch.values import Numbers, output_type, to_arrow
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import Model, build
from guidewright.errors import CallError, Code
from guidewright.feel.clock import system_clock

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
# The decimals next to the double 0.1, and thresholds with more digits than a double keeps.
LONG = "0.1000000000000000055511151231257827"
LONG_BELOW = "0.09999999999999999999999999999999"
NUMBER_CELLS = (
    "-", "-", "< 5", "<= 5", "> 0.1", ">= 0.1", "[0.1..5)", "(0.1..5]", "1, 2, 5", "not(5)",
    "not([1..2])", "null", "not(null)", "null, > 3", "< 0.1, >= 5", f"< {LONG}", f">= {LONG_BELOW}",
    f"{LONG}", "0.1", "-3.5", "? > 0.3 and ? < 7", "? in [1..2]", "not(null, 1)", "(5..1)",
)  # fmt: skip
TEXT_CELLS = (
    "-", "-", '"a"', '"a", "b"', 'not("a")', "null", "not(null)", 'null, "c"', 'not(null, "b")',
    "string length(?) > 1", '"another text"', '? = "b" or ? = "c"',
)  # fmt: skip
TRUTH_CELLS = ("-", "-", "true", "false", "null", "not(true)", "not(null)", "null, true")
CELLS = {"number": NUMBER_CELLS, "string": TEXT_CELLS, "boolean": TRUTH_CELLS}
POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
OUTPUTS = ('"low"', '"high"', '"none"')
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True)
class Table:
    """A decision table in a model of its own; inputs are called x0, x1, …"""

    types: tuple[str, ...]
    xml: str

    @property
    def model(self) -> Model:
        return build([read_definitions(self.xml.encode(), "table.dmn")], strict=False)


def model_xml(body: str) -> str:
    return f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{body}</definitions>'


def input_xml(name: str, of: str) -> str:
    variable = f'<variable name="{name}" typeRef="{of}"/>'
    return f'<inputData id="i_{name}" name="{name}">{variable}</inputData>'


def requires(name: str, kind: str = "Input") -> str:
    prefix = "i_" if kind == "Input" else "d_"
    arrow = f'<required{kind} href="#{prefix}{name}"/>'
    return f"<informationRequirement>{arrow}</informationRequirement>"


def table_xml(
    name: str,
    inputs: Sequence[tuple[str, str]],
    rules: Sequence[tuple[Sequence[str], str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str | None = None,
    values: str | None = None,
    default: str | None = None,
    of: str = "string",
) -> str:
    """Return a decision with a table; inputs are pairs of an expression and a type."""
    folded = f' aggregation="{aggregation}"' if aggregation else ""
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{escape(text)}</text></inputExpression>'
        "</input>"
        for text, kind in inputs
    )
    listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    otherwise = (
        f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
        if default
        else ""
    )
    rows = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{escape(output)}</text></outputEntry></rule>"
        for cells, output in rules
    )
    return (
        f'<decisionTable hitPolicy="{policy}"{folded}>{columns}'
        f'<output typeRef="{of}">{listed}{otherwise}</output>{rows}</decisionTable>'
    )


@st.composite
def tables(draw: st.DrawFn, max_rules: int = 7) -> Table:
    """Draw a table of one to three columns with any hit policy."""
    types = tuple(draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3)))
    policy = draw(st.sampled_from(POLICIES))
    aggregation = draw(st.sampled_from((None, *AGGREGATIONS))) if policy == "COLLECT" else None
    numeric = aggregation is not None
    outputs = ("1", "2.50", "30") if numeric else OUTPUTS
    rules = draw(
        st.lists(
            st.tuples(
                st.tuples(*(st.sampled_from(CELLS[kind]) for kind in types)),
                st.sampled_from(outputs),
            ),
            min_size=1,
            max_size=max_rules,
        )
    )
    default = draw(st.sampled_from((None, outputs[2])))
    inputs = [(f"x{place}", kind) for place, kind in enumerate(types)]
    body = "".join(input_xml(name, kind) for name, kind in inputs)
    table = table_xml(
        "D", inputs, rules, policy=policy, aggregation=aggregation, default=default,
        values=None if numeric else ", ".join(OUTPUTS), of="number" if numeric else "string",
    )  # fmt: skip
    needs = "".join(requires(name) for name, _ in inputs)
    body += f'<decision id="d_D" name="D"><variable name="D"/>{needs}{table}</decision>'
    return Table(types, model_xml(body))


EDGES = (0.1, 5.0, 1.0, 2.0, 0.3, 7.0, 3.0, -3.5)
DOUBLES = st.one_of(
    st.none(),
    st.sampled_from(EDGES),
    st.sampled_from(EDGES).map(lambda edge: math.nextafter(edge, math.inf)),
    st.sampled_from(EDGES).map(lambda edge: math.nextafter(edge, -math.inf)),
    st.floats(-10, 10),
    st.sampled_from((math.nan, math.inf, -math.inf, -0.0, 1e300, -1e300, 5e-324)),
)
COLUMNS: dict[str, dict[pa.DataType, st.SearchStrategy[Any]]] = {
    "number": {
        pa.float64(): DOUBLES,
        pa.int64(): st.none() | st.integers(-4, 8) | st.sampled_from((2**63 - 1, -(2**63))),
        pa.uint8(): st.none() | st.integers(0, 255),
        pa.float32(): st.none() | st.sampled_from(EDGES) | st.floats(-8, 8, width=32),
        pa.decimal128(18, 3): st.none() | st.decimals(-10, 10, places=3),
        pa.decimal128(38, 34): st.none()
        | st.sampled_from([Decimal(LONG), Decimal(LONG_BELOW), Decimal("0.1"), Decimal(5)])
        | st.decimals(-8, 8, places=20),
        pa.string(): st.none() | st.sampled_from(("5", "x")),
    },
    "string": {
        pa.string(): st.none() | st.sampled_from(("a", "b", "c", "d", "", "another text")),
        pa.dictionary(pa.int8(), pa.string()): st.none() | st.sampled_from(("a", "b", "zz")),
        pa.large_string(): st.none() | st.text(max_size=2),
        pa.int32(): st.none() | st.integers(0, 2),
    },
    "boolean": {
        pa.bool_(): st.none() | st.booleans(),
        pa.string(): st.none() | st.just("true"),
    },
}


@st.composite
def batches(draw: st.DrawFn, types: Sequence[str]) -> pa.RecordBatch:
    """Draw rows for a table whose inputs have these types, boundaries and wrong values too."""
    rows = draw(st.integers(0, 30))
    arrays = []
    for kind in types:
        of = draw(st.sampled_from(list(COLUMNS[kind])))
        values = draw(st.lists(COLUMNS[kind][of], min_size=rows, max_size=rows))
        arrays.append(pa.array(values, of))
    return pa.RecordBatch.from_arrays(arrays, names=[f"x{at}" for at in range(len(types))])


# comparison -------------------------------------------------------------------------------------

BAD = (Code.INPUT_TYPE, Code.INPUT_DOMAIN)
EXACT = Extras(numbers=Numbers.TEXT)


def one_by_one(model: Model, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the model says about a row, or None when a value of it cannot be used."""
    try:
        result = model.evaluate(row)
    except CallError:
        return None
    if any(note.code in BAD for note in result.notes):
        return None
    value: dict[str, Any] = result.value
    return value


def kernel_for(model: Model, schema: pa.Schema, extras: Extras = EXACT) -> Kernel:
    return make_kernel(model, schema, Choices(extras=extras), system_clock).kernel


def expected_rows(model: Model, kernel: Kernel, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the outcome columns as `Model.evaluate` gives them; all null for rejected rows."""
    found = []
    for row in rows:
        values = one_by_one(model, row)
        outcome: dict[str, Any] = {}
        for goal in kernel.goals:
            of = goal.decider.outcomes.of
            value = values[goal.name] if values is not None else None
            outcome[goal.name] = to_arrow(value, of, Numbers.TEXT)
        found.append({**outcome, "bad": values is None})
    return found


def columns_rows(kernel: Kernel, batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return the outcome columns as the kernel gives them."""
    names = [goal.name for goal in kernel.goals]
    found = plain(kernel.run(batch)).to_pylist()
    return [
        {**{name: _plain(row[name]) for name in names}, "bad": row["rejected"] is not None}
        for row in found
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return (value - datetime.date(1970, 1, 1)).days
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def shortest(of: pa.DataType, value: Any) -> Any:
    """Return a value as one by one would be given it: a narrow float at its own spelling."""
    if of == pa.float32() and value is not None and math.isfinite(value):
        import numpy as np

        return Decimal(str(np.float32(value)))
    return value


def given_rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    types = {field.name: field.type for field in batch.schema}
    return [
        {name: shortest(types[name], value) for name, value in row.items()}
        for row in batch.to_pylist()
    ]


__all__ = ["output_type"]
