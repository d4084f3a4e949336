"""Read the test files of the DMN conformance suite and run their cases through the public API.

In: a folder with `compliance-level-*` and `non-compliant` below it. Out: `Case` objects, and for
each result node the difference between what is expected and what came, or None. Results are typed:
a temporal is not a string.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import guidewright as gw
from guidewright.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time
from guidewright.feel.text import literal

NS = {"t": "http://www.omg.org/spec/DMN/20160719/testcase"}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TOLERANCE = Decimal("1e-8")


def suite_folder() -> Path:
    """The folder of the suite: the environment variable, else the one beside the project."""
    given = os.environ.get("GUIDEWRIGHT_TCK")
    return Path(given) if given else Path(__file__).parents[3] / "shared" / "tck"


@dataclass(frozen=True)
class Case:
    """One test case of one file."""

    file: Path
    model: str
    element: ET.Element

    @property
    def id(self) -> str:
        name = self.element.get("id") or "?"
        return f"{self.file.parent.parent.name[-1]}/{self.file.parent.name[:4]}/{name}"


def cases(level: str) -> Iterator[Case]:
    """All cases of the files below a folder such as `compliance-level-3`."""
    for file in sorted((suite_folder() / level).glob("*/*.xml")):
        root = ET.parse(file).getroot()
        model = (root.findtext("t:modelName", namespaces=NS) or "").strip()
        for element in root.findall("t:testCase", NS):
            yield Case(file, model, element)


@lru_cache(maxsize=8)
def _model(path: Path) -> gw.Model:
    return gw.load_dmn(path, strict=False, externals=gw.feel.STANDARD_EXTERNALS)


def value_of(parent: ET.Element) -> Any:
    """The FEEL value inside an `inputNode`, `expected`, `component` or `item` element."""
    components = parent.findall("t:component", NS)
    if components:
        return {component.get("name"): value_of(component) for component in components}
    lists = parent.find("t:list", NS)
    if lists is not None:
        return [value_of(item) for item in lists.findall("t:item", NS)]
    value = parent.find("t:value", NS)
    if value is None or value.get(XSI + "nil") == "true":
        return None
    kind = value.get(XSI + "type")
    text = value.text or ""
    return _untyped(text.strip()) if kind is None else _typed(kind.split(":")[-1], text)


def _untyped(text: str) -> Any:
    """A value whose type the file does not give: what its spelling says."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _typed(kind: str, text: str) -> Any:
    match kind:
        case "string":
            return text
        case "boolean":
            return text.strip() == "true"
        case "decimal" | "double" | "integer" | "int" | "long" | "float":
            return Decimal(text.strip())
        case "date":
            return parse_date(text.strip())
        case "time":
            return parse_time(text.strip())
        case "dateTime":
            return parse_date_time(text.strip())
        case "duration":
            return parse_duration(text.strip())
    raise AssertionError(f"unknown type {kind}")


def run(case: Case) -> list[str]:
    """Run one case; return the differences."""
    model = _model(case.file.parent / case.model)
    inputs = {
        _input_name(model, node): value_of(node) for node in case.element.findall("t:inputNode", NS)
    }
    differences = []
    for node in case.element.findall("t:resultNode", NS):
        expected_node = node.find("t:expected", NS)
        expected = value_of(expected_node) if expected_node is not None else None
        result = _evaluate(model, case.element, node.get("name") or "", inputs)
        if not same(result, expected):
            differences.append(f"{node.get('name')}: {literal(result)} instead of {expected!r}")
    return differences


def _input_name(model: gw.Model, node: ET.Element) -> str:
    name = node.get("name") or ""
    namespace = node.get("namespace")
    if namespace and namespace != model.definitions.namespace:
        for each in model.definitions.imports:
            if each.namespace == namespace and each.name:
                return f"{each.name}.{name}"
    return name


def _evaluate(model: gw.Model, case: ET.Element, name: str, inputs: dict[str, Any]) -> Any:
    kind, invocable = case.get("type") or "decision", case.get("invocableName")
    if kind == "decisionService":
        value = model.evaluate_service(invocable or name, inputs).value
        service = next(e for e in model.definitions.elements if e.name == invocable)
        several = len(getattr(service, "output_decisions", ())) > 1
        return value.get(name) if several and isinstance(value, dict) else value
    if kind == "bkm":
        return model.invoke(invocable or name, inputs).value
    return model.evaluate(inputs, name).value


def same(result: Any, expected: Any) -> bool:
    """Compare as the suite's reference runner does: numbers within 1e-8, all else exactly."""
    if isinstance(expected, bool) or isinstance(result, bool) or expected is None:
        return result is expected
    if isinstance(expected, Decimal):
        return isinstance(result, (int, Decimal)) and abs(result - expected) < TOLERANCE
    if isinstance(expected, dict):
        return (
            isinstance(result, dict)
            and result.keys() == expected.keys()
            and all(same(result[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list):
        return (
            isinstance(result, list)
            and len(result) == len(expected)
            and all(map(same, result, expected))
        )
    return type(result) is type(expected) and literal(result) == literal(expected)
