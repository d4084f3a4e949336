"""Decision tables for the tests of analysis, written as small Markdown tables.

In: lines such as

    U | age: number | sex: string = "m", "f" || risk: string
      | < 18        | -                      || "low"

The first cell is the hit policy (`C+` with its aggregation); a column is `name: type`, after `=`
come its allowed values, after `~` the column's own input values, after `/` its label; outputs stand
behind `||`, after `=` their values in order, after `??` the default; behind another `||` stands an
annotation. Out: DMN, loaded.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from guidewright.dmn import Model, build
from guidewright.dmn.reader import read_definitions
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.reader import read_guideline_file
from guidewright.yaml_shape import Faults

POLICIES = {
    "U": "UNIQUE",
    "F": "FIRST",
    "P": "PRIORITY",
    "A": "ANY",
    "C": "COLLECT",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
}
AGGREGATIONS = {"+": "SUM", "#": "COUNT", "<": "MIN", ">": "MAX"}
NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def _split(line: str) -> list[list[str]]:
    return [[part.strip() for part in side.split("|")] for side in line.split("||")]


def _column(text: str) -> tuple[str, str, str, str]:
    head, _, default = text.partition("~")[0].partition("??")
    head, _, allowed = head.partition("=")
    head = head.partition("/")[0]
    name, _, of = head.partition(":")
    return name.strip(), of.strip(), allowed.strip(), default.strip()


def table_xml(text: str, name: str = "D") -> str:
    """Return the DMN file of a table."""
    lines = [line for line in text.strip("\n").splitlines() if line.strip()]
    (corner, *inputs), outputs, *_ = _split(lines[0])
    columns = [_column(each) for each in inputs]
    results = [_column(each) for each in outputs]
    items = data = needs = clauses = ""
    for number, (column, of, allowed, _) in enumerate(columns):
        label = inputs[number].partition("/")[2].partition("||")[0].strip() or column
        kind = of
        if allowed:
            kind = f"t{number}"
            base, many = of.removeprefix("list of "), of.startswith("list of ")
            items += (
                f'<itemDefinition name="{kind}" isCollection="{str(many).lower()}">'
                f"<typeRef>{base}</typeRef>"
                f"<allowedValues><text>{escape(allowed)}</text></allowedValues></itemDefinition>"
            )
        data += (
            f'<inputData id="i{number}" name="{column}">'
            f'<variable name="{column}" typeRef="{kind}"/></inputData>'
        )
        needs += (
            f'<informationRequirement><requiredInput href="#i{number}"/></informationRequirement>'
        )
        own = inputs[number].partition("~")[2].partition("/")[0].strip()
        values = f"<inputValues><text>{escape(own)}</text></inputValues>" if own else ""
        clauses += (
            f'<input label="{label}"><inputExpression typeRef="{kind}">'
            f"<text>{column}</text></inputExpression>{values}</input>"
        )
    for result, of, allowed, default in results:
        values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
        otherwise = (
            f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
            if default
            else ""
        )
        clauses += f'<output name="{result}" typeRef="{of}">{values}{otherwise}</output>'
    rules = "".join(_rule(number, line) for number, line in enumerate(lines[1:], 1))
    aggregation = f' aggregation="{AGGREGATIONS[corner[1:]]}"' if corner[1:] else ""
    return (
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{items}{data}'
        f'<decision id="d" name="{name}"><variable name="{name}"/>{needs}'
        f'<decisionTable hitPolicy="{POLICIES[corner[:1]]}"{aggregation}>{clauses}{rules}'
        "</decisionTable></decision></definitions>"
    )


def _rule(number: int, line: str) -> str:
    (_, *cells), outputs, *notes = _split(line)
    entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
    results = "".join(f"<outputEntry><text>{escape(each)}</text></outputEntry>" for each in outputs)
    cited = "".join(
        f"<annotationEntry><text>{escape(note)}</text></annotationEntry>"
        for side in notes
        for note in side
    )
    return f'<rule id="r{number}">{entries}{results}{cited}</rule>'


def guideline_file(lines: list[str], folder: Path) -> GuidelineFile:
    """Return a guideline.yaml with these lines beside what it cannot do without."""
    path = folder / "guideline.yaml"
    rest = ["guideline: g", "title: g", "version: 0.1.0", "outcome: []", *lines]
    path.write_text("\n".join(rest), encoding="utf-8")
    faults = Faults()
    read = read_guideline_file(path, faults)
    faults.stop()
    assert read is not None
    return read


def load_table(text: str) -> Model:
    """Return the model of one decision `D` with this table."""
    definitions = read_definitions(table_xml(text).encode(), "m.dmn")
    return build([definitions])
